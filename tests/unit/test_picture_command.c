/* The command line that a screenshot carries asks for the same picture again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "app/picture_command.h"
#include "app/picture_options.h"
#include "base/str.h"

enum { WORD_MAX = 40 };

static struct option_table options;
static struct source_list demo = {.count = 1, .specs = {{.kind = SOURCE_DEMO}}};
static struct source_list day = {.count = 1, .specs = {{.kind = SOURCE_FILE, .path = "day.jsonl"}}};

/* As a shell cuts a line up: blanks, single quotes, and a backslash between two quotes. */
static int split(char *line, char *words[WORD_MAX]) {
    int count = 0;
    char *to = line;
    for (char *at = line; *at != '\0' && count < WORD_MAX; count++) {
        words[count] = to;
        for (bool quoted = false; *at != '\0' && (quoted || *at != ' '); at++) {
            if (*at == '\'') {
                quoted = !quoted;
            } else {
                at += !quoted && *at == '\\' ? 1 : 0;
                *to++ = *at;
            }
        }
        at += *at == ' ' ? 1 : 0;
        *to++ = '\0';
    }
    return count;
}

static int read_back(const char *command, struct cli *cli, struct option_table *table) {
    static char line[PICTURE_COMMAND_BYTES];
    static char error[OPTION_ERROR_BYTES];
    static char *words[WORD_MAX];
    const char *config_path = NULL;
    str_copy(line, sizeof line, command);
    int count = split(line, words);
    option_table_init(table);
    memset(cli, 0, sizeof *cli);
    if (!cli_parse(count, words, cli, table, &config_path, error)) {
        fail_msg("%s: %s", command, error);
    }
    return count;
}

static void check_same(const struct settings *a, const struct settings *b) {
    static struct option_table left, right;
    option_table_init(&left);
    option_table_init(&right);
    picture_options_write(a, 86400e3, &left);
    picture_options_write(b, 86400e3, &right);
    for (int i = 0; i < OPT_COUNT; i++) {
        assert_string_equal(left.values[i].text, right.values[i].text);
    }
}

static void a_changed_picture_comes_back(void **state) {
    (void)state;
    static const char *const changes[][2] = {
        {"palette", "paper-red"},   {"side", "net"},       {"curve", "sqrt"}, {"black", "1234.5"},
        {"white", "1e6"},           {"least", "0.1"},      {"split", "yes"},  {"bands", "<5 25-50"},
        {"show", "+book -grid"},    {"local-time", "yes"}, {"window", "90m"}, {"certainty", "off"},
        {"hide-venue", "bybit okx"}};
    struct settings settings = settings_default();
    struct settings back;
    static struct option_table table;
    struct cli cli;
    char command[PICTURE_COMMAND_BYTES];
    char error[OPTION_ERROR_BYTES];
    double span_ms = 3 * 86400e3;
    option_table_init(&options);
    for (size_t i = 0; i <= ARRAY_COUNT(changes); i++) {
        const struct picture_command_desc desc = {.sources = &day,
                                                  .options = &options,
                                                  .settings = &settings,
                                                  .span_ms = span_ms,
                                                  .at_ms = 1767603600000,
                                                  .width_px = 1920,
                                                  .height_px = 1080};
        assert_true(picture_command_write(&desc, command));
        read_back(command, &cli, &table);
        assert_int_equal(cli.command, COMMAND_render);
        assert_string_equal(cli.args[0], "day.jsonl");
        assert_int_equal(option_integer(&table, OPT_at), 1767603600000);
        assert_int_equal(option_integer(&table, OPT_window), (int64_t)span_ms);
        assert_int_equal(table.values[OPT_size].width, 1920);
        assert_true(picture_options_read(&table, &back, error));
        check_same(&back, &settings);
        if (i < ARRAY_COUNT(changes)) {
            enum option_id id = option_find(changes[i][0], strlen(changes[i][0]));
            assert_true(
                picture_options_set(&settings, &span_ms, id, span_from_text(changes[i][1]), error));
        }
    }
    assert_non_null(strstr(command, " --bands '<5 25-50'"));
}

static void what_is_usual_is_left_out(void **state) {
    (void)state;
    const struct settings settings = settings_default();
    char command[PICTURE_COMMAND_BYTES];
    struct picture_command_desc desc = {.sources = &demo,
                                        .options = &options,
                                        .settings = &settings,
                                        .span_ms = 86400e3,
                                        .width_px = 640,
                                        .height_px = 360};
    option_table_init(&options);
    assert_true(picture_command_write(&desc, command));
    assert_string_equal(command, "liqscope view demo --size 640x360 --window 24h");
    char error[OPTION_ERROR_BYTES];
    assert_true(option_set(&options, OPT_seed, "7", 1, error));
    assert_true(option_set(&options, OPT_margin_tables, "/home/me/my tiers.csv", 21, error));
    desc.at_ms = 1767603600000;
    assert_true(picture_command_write(&desc, command));
    assert_string_equal(command, "liqscope view demo --margin-tables 'my tiers.csv' --seed 7 "
                                 "--size 640x360 --window 24h");
}

static void sources_are_named_without_their_folders(void **state) {
    (void)state;
    struct source_list files = {.count = 2,
                                .specs = {{.kind = SOURCE_FILE, .path = "/home/me/day's.jsonl"},
                                          {.kind = SOURCE_FILE, .path = "b.jsonl"}}};
    struct source_list live = {
        .count = 1,
        .specs = {{.kind = SOURCE_LIVE, .venue = VENUE_BINANCE_USDM, .symbol = "BTCUSDT"}}};
    const struct settings settings = settings_default();
    struct picture_command_desc desc = {.sources = &files,
                                        .options = &options,
                                        .settings = &settings,
                                        .span_ms = 3600e3,
                                        .width_px = 64,
                                        .height_px = 64};
    static struct option_table table;
    struct cli cli;
    char command[PICTURE_COMMAND_BYTES];
    option_table_init(&options);
    assert_true(picture_command_write(&desc, command));
    read_back(command, &cli, &table);
    assert_int_equal(cli.arg_count, 2);
    assert_string_equal(cli.args[0], "day's.jsonl");
    assert_true(picture_command_write_sources(&files, command));
    assert_string_equal(command, "'day'\\''s.jsonl' b.jsonl");
    desc.sources = &live;
    desc.at_ms = 1767603600000; /* its past cannot be asked for */
    assert_true(picture_command_write(&desc, command));
    assert_string_equal(command, "liqscope view binance_usdm:BTCUSDT --size 64x64 --window 1h");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_picture_comes_back),
        cmocka_unit_test(what_is_usual_is_left_out),
        cmocka_unit_test(sources_are_named_without_their_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
