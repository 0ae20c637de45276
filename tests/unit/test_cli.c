#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/str.h"
#include "config/cli.h"

enum { WORD_MAX = 16 };

static struct option_table table;
static struct cli cli;
static const char *config_path;
static char error[OPTION_ERROR_BYTES];

/* Blanks separate the words; the text is cut up in place. */
static bool parse(const char *text) {
    static char buffer[512];
    char *argv[WORD_MAX] = {"liqscope"};
    int argc = 1;
    str_copy(buffer, sizeof buffer, text);
    for (char *c = buffer; *c != '\0';) {
        argv[argc++] = c;
        c += strcspn(c, " ");
        if (*c != '\0') {
            *c++ = '\0';
        }
    }
    option_table_init(&table);
    error[0] = '\0';
    return cli_parse(argc, argv, &cli, &table, &config_path, error);
}

static void commands_sources_and_options_are_told_apart(void **state) {
    (void)state;
    assert_true(parse(""));
    assert_int_equal(cli.command, COMMAND_view);
    assert_int_equal(cli.arg_count, 0);

    assert_true(parse("demo --window 4h"));
    assert_int_equal(cli.command, COMMAND_view);
    assert_int_equal(cli.arg_count, 1);
    assert_string_equal(cli.args[0], "demo");
    assert_int_equal(option_integer(&table, OPT_window), 4 * 3600000);

    assert_true(parse("--window=1h binance:BTCUSDT --fullscreen"));
    assert_int_equal(cli.command, COMMAND_view);
    assert_true(option_flag(&table, OPT_fullscreen));
    assert_string_equal(cli.args[0], "binance:BTCUSDT");

    assert_true(parse("render a.jsonl -o x.png --size 800x600"));
    assert_int_equal(cli.command, COMMAND_render);
    assert_string_equal(option_text(&table, OPT_output), "x.png");
    assert_true(parse("render a.jsonl -ox.png"));
    assert_string_equal(option_text(&table, OPT_output), "x.png");
    assert_true(parse("render a.jsonl -o -"));
    assert_string_equal(option_text(&table, OPT_output), "-");
    assert_true(parse("render -- --odd-name.jsonl"));
    assert_string_equal(cli.args[0], "--odd-name.jsonl");

    assert_true(parse("view --no-fullscreen demo"));
    assert_false(option_flag(&table, OPT_fullscreen));
    assert_true(option_given(&table, OPT_fullscreen));
    assert_true(parse("view --config /a/b demo"));
    assert_string_equal(config_path, "/a/b");
    assert_true(parse("check-config"));
    assert_int_equal(cli.command, COMMAND_check_config);
    assert_true(parse("--version"));
    assert_true(cli.version);
    assert_true(parse("render --help"));
    assert_true(cli.help);
    assert_int_equal(cli.command, COMMAND_render);
}

static void every_mistake_is_one_clear_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"view --pallete x", "--pallete: unknown option of view; did you mean --palette?"},
        {"view --zzzzz", "--zzzzz: unknown option of view; see liqscope help view"},
        {"view -q", "-q: unknown option of view; see liqscope help view"},
        {"view --serve 1", "--serve: is an option of simulate, not of view"},
        {"view --sources demo", "--sources: unknown option of view; see liqscope help view"},
        {"view --no-window", "--no-window: unknown option of view; see liqscope help view"},
        {"view --window",
         "--window: needs a value (time across the picture: 30m 1h 4h 12h 24h 48h 3d 1w 2w 1mo 3mo "
         "6mo 1y, or any number of s m (minutes) h d w mo (30 days) y (365 days))"},
        {"view --window=abc",
         "--window: \"abc\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
        {"view --fullscreen=maybe", "--fullscreen: \"maybe\": neither yes nor no"},
        {"render -o x.png", "an argument is missing; liqscope render SOURCE... -o FILE"},
        {"simulate demo", "\"demo\": one argument too many; simulate takes [--serve ADDR]"},
        {"help a b", "\"b\": one argument too many; help takes [COMMAND]"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_false(parse(cases[i].text));
        assert_string_equal(error, cases[i].want);
    }
}

static void help_names_every_command_and_option(void **state) {
    (void)state;
    static char text[65536];
    FILE *out = tmpfile();
    assert_non_null(out);
    cli_print_help(out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        cli_print_command_help(out, (enum command)i);
    }
    rewind(out);
    size_t len = fread(text, 1, sizeof text - 1, out);
    assert_true(len < sizeof text - 1); /* all of it */
    text[len] = '\0';
    fclose(out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        assert_non_null(strstr(text, cli_command((enum command)i).name));
        assert_int_equal(cli_command_find(cli_command((enum command)i).name), i);
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        char name[OPTION_NAME_BYTES];
        char written[OPTION_NAME_BYTES + 4];
        str_format(written, sizeof written, "--%s ", option_name((enum option_id)i, name));
        assert_true((strstr(text, written) != NULL) != option_row((enum option_id)i)->file_only);
    }
    assert_int_equal(cli_command_find("nosuch"), COMMAND_COUNT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_sources_and_options_are_told_apart),
        cmocka_unit_test(every_mistake_is_one_clear_line),
        cmocka_unit_test(help_names_every_command_and_option),
    };
    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
