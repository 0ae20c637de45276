#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "config/config_file.h"
#include "config/config_print.h"

static struct option_table table;
static char report_text[4096];

static void keep_error(void *user, const char *line) {
    (void)user;
    str_append(report_text, sizeof report_text, "%s\n", line);
}

static const struct config_report report = {.on_error = keep_error};

static int parse_bytes(const char *text, size_t len) {
    option_table_init(&table);
    report_text[0] = '\0';
    return config_file_parse("heat.conf", text, len, &table, &report);
}

static int parse(const char *text) {
    return parse_bytes(text, strlen(text));
}

static void sections_values_quotes_and_comments_are_read(void **state) {
    (void)state;
    int mistakes = parse("\xef\xbb\xbf# a comment\r\n"
                         "[picture]\r\n"
                         "palette = viridis\r\n"
                         "  window=4h  \n"
                         "; another\n"
                         "[source]\n"
                         "binance-ws-url = wss://localhost\n"
                         "sources = \"binance:BTCUSDT binance:ETHUSDT\"\n"
                         "ca_file = /tmp/a = b");
    assert_string_equal(report_text, "");
    assert_int_equal(mistakes, 0);
    assert_int_equal(option_integer(&table, OPT_palette), 7);
    assert_int_equal(option_integer(&table, OPT_window), 4 * 3600000);
    assert_string_equal(option_text(&table, OPT_sources), "binance:BTCUSDT binance:ETHUSDT");
    assert_string_equal(option_text(&table, OPT_ca_file), "/tmp/a = b");
    assert_true(option_given(&table, OPT_palette));
    assert_false(option_given(&table, OPT_size));
}

#define PALETTES                                                                                   \
    "perceptual, blue-orange, hot-cold, dark-yellow, deep-red, red-short, red-long, viridis, "     \
    "paper, paper-red"

static void every_mistake_names_file_line_subject_and_expectation(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
        int count;
    } cases[] = {
        {"[picture]\n\npalette = magna\n",
         "heat.conf:3: [picture].palette: \"magna\": unknown; one of " PALETTES "\n", 1},
        {"palette = magna\n", "heat.conf:1: expected a [section] before the first value\n", 1},
        {"[nosuch]\na = b\n",
         "heat.conf:1: [nosuch]: unknown section; the lines below it are skipped\n", 1},
        {"[pictures]\na = b\n",
         "heat.conf:1: [pictures]: unknown section; did you mean [picture]?; the lines below it "
         "are "
         "skipped\n",
         1},
        {"[key]\na = b\n",
         "heat.conf:1: [key]: unknown section; did you mean [keys]?; the lines below it are "
         "skipped\n",
         1},
        {"[keys desk]\na = b\n",
         "heat.conf:1: [keys desk]: takes no name after it; the lines below it are skipped\n", 1},
        {"[window]\na = b\n",
         "heat.conf:1: [window]: expected its number after it, such as [window 1]\n", 1},
        {"[picture x]\npalette = magna\n",
         "heat.conf:1: [picture x]: takes no name after it; the lines below it are skipped\n", 1},
        {"[keys]\nquit\n= x\n",
         "heat.conf:2: quit: expected name = value\nheat.conf:3: = x: expected name = value\n", 2},
        {"[picture\npalette = x\n", "heat.conf:1: [picture: not a section; expected [name]\n", 1},
        {"[picture]\nnonsense\n", "heat.conf:2: nonsense: expected name = value\n", 1},
        {"[source]\nproxy http://a:secret@h\nproxy: b:secret@h\n",
         "heat.conf:2: proxy: expected name = value\nheat.conf:3: proxy: expected name = value\n",
         2},
        {"[picture]\npalete = viridis\n",
         "heat.conf:2: [picture].palete: unknown option; did you mean [picture].palette?\n", 1},
        {"[source]\npalette = viridis\n",
         "heat.conf:2: [source].palette: unknown option; did you mean [picture].palette?\n", 1},
        {"[render]\nat = 0\n", "heat.conf:2: [render].at: is for the command line only\n", 1},
        {"[picture]\npalette=a\nwindow=b\nfullscreen=yes\n",
         "heat.conf:2: [picture].palette: \"a\": unknown; one of " PALETTES "\n"
         "heat.conf:3: [picture].window: \"b\": not a length of time such as 90s 30m 4h 3d 1w 1mo "
         "1y\n",
         2},
        {"[picture]\n\x01\x1b[2J=1\n", "heat.conf:2: [picture].??[2J: unknown option\n", 1},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int count = parse(cases[i].text);
        assert_string_equal(report_text, cases[i].want);
        assert_int_equal(count, cases[i].count);
    }
    assert_true(option_flag(&table, OPT_fullscreen) == false);
}

static char entries_text[4096];

/* Takes all but the value "no". */
static bool keep_entry(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]) {
    (void)user;
    str_append(entries_text, sizeof entries_text, "%d %s/%s %s=%s\n", entry->line, entry->section,
               entry->argument, entry->name, entry->value);
    if (strcmp(entry->value, "no") == 0) {
        str_format(error, OPTION_ERROR_BYTES, "\"%s\":\tnot yes", entry->value);
        return false;
    }
    return true;
}

static int parse_entries(const char *text, size_t len) {
    const struct config_report taking = {.on_error = keep_error, .on_entry = keep_entry};
    option_table_init(&table);
    report_text[0] = entries_text[0] = '\0';
    return config_file_parse("heat.conf", text, len, &table, &taking);
}

static void entries_of_their_own_sections_are_handed_over_line_by_line(void **state) {
    (void)state;
    static const char text[] = "[keys]\n"
                               "# comment\n"
                               "Ctrl+s = set palette viridis\n"
                               "Ctrl+= = zoom-in\n"
                               "= = zoom-in\n"
                               "==zoom-out\n"
                               "Keypad+=zoom-in\n"
                               "\";\" = follow\n"
                               "F1 =\n"
                               "[ pane  my desk ]\n"
                               "rows = \"a b\"\n"
                               "[picture]\n"
                               "palette = viridis\n"
                               "[alerts]\n"
                               "near = price >= 5\n";
    assert_int_equal(parse_entries(text, sizeof text - 1), 0);
    assert_string_equal(report_text, "");
    assert_string_equal(entries_text, "3 keys/ Ctrl+s=set palette viridis\n"
                                      "4 keys/ Ctrl+==zoom-in\n"
                                      "5 keys/ ==zoom-in\n"
                                      "6 keys/ ==zoom-out\n"
                                      "7 keys/ Keypad+=zoom-in\n"
                                      "8 keys/ ;=follow\n"
                                      "9 keys/ F1=\n"
                                      "11 pane/my desk rows=a b\n"
                                      "15 alerts/ near=price >= 5\n");
    assert_string_equal(option_text(&table, OPT_palette), "viridis");
    assert_int_equal(parse(text), 0); /* nobody takes them: passed over */
}

static void what_a_taker_refuses_is_reported_with_its_place(void **state) {
    (void)state;
    static const char text[] = "[window left]\na = no\nb = yes\n[keys]\nq\0 = quit\nx = no\n";
    assert_int_equal(parse_entries(text, sizeof text - 1), 3);
    assert_string_equal(report_text, "heat.conf:2: [window left].a: \"no\":?not yes\n"
                                     "heat.conf:5: [keys].q?: not text; it holds a zero byte\n"
                                     "heat.conf:6: [keys].x: \"no\":?not yes\n");
}

/* What config_print writes of table, with the entries of text. */
static size_t print_all(const char *text, char *out, size_t out_bytes) {
    FILE *file = fmemopen(out, out_bytes, "w");
    assert_non_null(file);
    struct config_print_entries entries = {.out = file};
    static struct option_table unused;
    const struct config_report printing = {.on_entry = config_print_entry, .user = &entries};
    option_table_init(&unused);
    config_print_options(&table, file);
    config_file_parse("entries", text, strlen(text), &unused, &printing);
    long len = ftell(file);
    fclose(file);
    assert_true(len > 0 && (size_t)len < out_bytes);
    return (size_t)len;
}

static void what_is_printed_reads_as_the_same_again(void **state) {
    (void)state;
    static const char entries[] =
        "[keys]\nCtrl+= = zoom-in\n\";\" = follow\nF1 =\nx = set show \"a\"\n"
        "[window 1]\nleft =  \" a \" \n[alerts]\nnear = price < 5\n";
    static char printed[65536];
    static struct option_table before;
    char error[OPTION_ERROR_BYTES];
    option_table_init(&table);
    assert_true(option_set(&table, OPT_palette, "viridis", 7, error));
    assert_true(option_set(&table, OPT_fullscreen, "on", 2, error));
    assert_true(option_set(&table, OPT_ca_file, " \"x\" ", 5, error));
    assert_true(option_set(&table, OPT_show, "+rsi", 4, error));
    assert_true(option_set(&table, OPT_sources, "a # b ; c = d", 13, error));
    assert_true(option_set(&table, OPT_shader_dir, "two\nlines", 9, error));
    before = table;
    size_t len = print_all(entries, printed, sizeof printed);
    assert_non_null(strstr(printed, "\npalette = viridis\n"));
    assert_non_null(strstr(printed, "\n#window = 24h\n"));
    assert_null(strstr(printed, "\n#at =")); /* of the command line alone */
    assert_int_equal(parse_entries(printed, len), 0);
    assert_string_equal(report_text, "");
    for (int i = 0; i < OPT_COUNT; i++) {
        bool kept = !option_row((enum option_id)i)->command_line_only && i != OPT_shader_dir;
        assert_string_equal(option_text(&table, (enum option_id)i),
                            kept ? option_text(&before, (enum option_id)i)
                                 : option_row((enum option_id)i)->def);
    }
    assert_non_null(strstr(entries_text, " keys/ Ctrl+==zoom-in\n"));
    assert_non_null(strstr(entries_text, " keys/ ;=follow\n"));
    assert_non_null(strstr(entries_text, " keys/ F1=\n"));
    assert_non_null(strstr(entries_text, " keys/ x=set show \"a\"\n"));
    assert_non_null(strstr(entries_text, " window/1 left= a \n"));
    assert_non_null(strstr(entries_text, " alerts/ near=price < 5\n"));
}

static void a_password_is_not_printed(void **state) {
    static const struct {
        const char *proxy, *line;
    } cases[] = {
        {"http://ann:se@c/ret@proxy:3128", "\n#proxy = http://ann:***@proxy:3128\n"},
        {"socks5://ann:secret@[::1]:1080", "\n#proxy = socks5://ann:***@[::1]:1080\n"},
        {"ann:secret@proxy", "\n#proxy = ann:***@proxy\n"}, /* no URL, which is told later */
        {"http://ann@proxy:3128", "\nproxy = http://ann@proxy:3128\n"},
        {"http://[::1]:3128", "\nproxy = http://[::1]:3128\n"},
    };
    static char printed[65536];
    char error[OPTION_ERROR_BYTES];
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        option_table_init(&table);
        assert_true(option_set(&table, OPT_proxy, cases[i].proxy, strlen(cases[i].proxy), error));
        (void)print_all("", printed, sizeof printed);
        if (strstr(printed, cases[i].line) == NULL || strstr(printed, "ret@") != NULL) {
            fail_msg("case %zu: %s", i, printed);
        }
    }
}

static void hostile_bytes_are_reported_and_reading_goes_on(void **state) {
    (void)state;
    static char text[CONFIG_LINE_BYTES_MAX + 200];
    static const char nul[] =
        "[picture]\npal\0ette = viridis\nwindow = 4\0h\nfps = 3\nfullscreen = yes\n";
    assert_int_equal(parse_bytes(nul, sizeof nul - 1), 3);
    assert_true(option_flag(&table, OPT_fullscreen));
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 31, "\n[picture]\nfullscreen = yes    ", 31);
    assert_int_equal(parse_bytes(text, sizeof text), 1);
    assert_string_equal(report_text, "heat.conf:1: line too long, skipped\n");
    assert_true(option_flag(&table, OPT_fullscreen));
    assert_int_equal(parse_bytes("", 0), 0);
    assert_int_equal(parse_bytes("\n\n\n", 3), 0);
    assert_int_equal(parse_bytes("[]", 2), 1);
    assert_int_equal(parse_bytes("[", 1), 1);
    assert_int_equal(parse_bytes("[picture]\n=", 11), 1);
    assert_int_equal(parse_bytes("\0", 1), 1);
}

static void files_that_cannot_be_read_are_told_apart(void **state) {
    (void)state;
    enum status status = STATUS_OK;
    char path[] = "/tmp/liqscope-test-XXXXXX";
    option_table_init(&table);
    report_text[0] = '\0';
    assert_int_equal(config_file_read("/nonexistent/x.conf", &table, &report, &status), 0);
    assert_int_equal(status, STATUS_NOT_FOUND);
    assert_string_equal(report_text, "");
    assert_int_equal(config_file_read("/tmp", &table, &report, &status), 1);
    assert_int_equal(status, STATUS_IO);
    assert_string_equal(report_text, "/tmp: is a directory; expected a file\n");

    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "[picture]\nwindow = 1h\n", 22), 22);
    assert_int_equal(config_file_read(path, &table, &report, &status), 0);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(option_integer(&table, OPT_window), 3600000);
    assert_int_equal(ftruncate(fd, CONFIG_FILE_BYTES_MAX + 1), 0);
    assert_int_equal(config_file_read(path, &table, &report, &status), 1);
    assert_int_equal(status, STATUS_RANGE);
    close(fd);
    unlink(path);
}

static void default_path_follows_the_environment(void **state) {
    (void)state;
    char path[CONFIG_PATH_BYTES];
    setenv("XDG_CONFIG_HOME", "/x", 1);
    assert_true(config_file_default_path(path));
    assert_string_equal(path, "/x/liqscope/liqscope.conf");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    assert_true(config_file_default_path(path));
    assert_string_equal(path, "/h/.config/liqscope/liqscope.conf");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_false(config_file_default_path(path));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_values_quotes_and_comments_are_read),
        cmocka_unit_test(every_mistake_names_file_line_subject_and_expectation),
        cmocka_unit_test(entries_of_their_own_sections_are_handed_over_line_by_line),
        cmocka_unit_test(what_a_taker_refuses_is_reported_with_its_place),
        cmocka_unit_test(what_is_printed_reads_as_the_same_again),
        cmocka_unit_test(a_password_is_not_printed),
        cmocka_unit_test(hostile_bytes_are_reported_and_reading_goes_on),
        cmocka_unit_test(files_that_cannot_be_read_are_told_apart),
        cmocka_unit_test(default_path_follows_the_environment),
    };
    return cmocka_run_group_tests_name("config_file", tests, NULL, NULL);
}
