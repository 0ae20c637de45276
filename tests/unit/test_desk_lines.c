#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/desk_lines.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "support/near.h"

/* One's own lines through a file: kept by a thread, private, never lost to a file that was not
 * understood. */

static char folder[64];
static char path[STATE_FILE_PATH_BYTES], kept[STATE_FILE_PATH_BYTES];
static struct desk_lines lines;

static int set_up(void **state) {
    (void)state;
    str_copy(folder, sizeof folder, "/tmp/liqscope_lines_XXXXXX");
    log_set_level(LOG_LEVEL_ERROR); /* mistakes are wanted here */
    if (mkdtemp(folder) == NULL || setenv("XDG_STATE_HOME", folder, 1) != 0) {
        return -1;
    }
    str_format(path, sizeof path, "%s/liqscope/lines.conf", folder);
    str_format(kept, sizeof kept, "%s.kept", path);
    memset(&lines, 0, sizeof lines);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char inside[STATE_FILE_PATH_BYTES];
    str_format(inside, sizeof inside, "%s/liqscope", folder);
    unlink(path);
    unlink(kept);
    rmdir(inside);
    rmdir(folder);
    log_set_level(LOG_LEVEL_WARN);
    return 0;
}

static void write_text(const char *text) {
    assert_true(state_file_replace(path, text, strlen(text)));
}

static void add(const char *key, double price) {
    struct lines *set = lines_book_get(&lines.book, key, true);
    assert_non_null(set);
    assert_true(lines_add(set, &(struct lines_item){.price = price, .label = "mine"}));
    desk_lines_touch(&lines);
}

static void what_was_drawn_is_there_the_next_time_and_private(void **state) {
    (void)state;
    struct stat file;
    int error = 0;
    desk_lines_open(&lines, NULL);
    assert_int_equal(lines.book.count, 0);
    add("demo:BTCUSDT", 61800);
    assert_true(desk_lines_advance(&lines, &error));
    add("demo:BTCUSDT", 61900); /* while the first is being written */
    for (int i = 0; i < 2000 && (lines.changed || lines.writer.thread.started); i++) {
        assert_true(desk_lines_advance(&lines, &error));
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    add("okx:X", 5); /* not handed to the writer yet: close does */
    desk_lines_close(&lines);
    memset(&lines, 0, sizeof lines);
    desk_lines_open(&lines, NULL);
    assert_int_equal(lines.book.count, 2);
    const struct lines *set = lines_book_get(&lines.book, "demo:BTCUSDT", false);
    assert_int_equal(set->count, 2);
    assert_near(set->items[1].price, 61900, 0);
    assert_string_equal(set->items[1].label, "mine");
    desk_lines_close(&lines);
    assert_int_not_equal(access(kept, F_OK), 0);
}

static void a_file_with_mistakes_is_kept_beside_the_new_one(void **state) {
    (void)state;
    char back[128] = "";
    write_text("[okx:X]\nline 5\nline five\n");
    desk_lines_open(&lines, NULL);
    assert_int_equal(lines_book_get(&lines.book, "okx:X", false)->count, 1);
    desk_lines_close(&lines);
    assert_int_not_equal(access(kept, F_OK), 0); /* nothing was changed: nothing is written */
    memset(&lines, 0, sizeof lines);
    desk_lines_open(&lines, NULL);
    add("okx:X", 6);
    desk_lines_close(&lines);
    assert_int_equal(state_file_read(kept, back, sizeof back), 25);
    assert_string_equal(back, "[okx:X]\nline 5\nline five\n");
}

static void a_folder_that_refuses_is_told(void **state) {
    (void)state;
    int error = 0;
    desk_lines_open(&lines, NULL);
    assert_true(str_format(lines.path, sizeof lines.path, "%s/nothing\n/x/lines.conf", "/proc"));
    add("okx:X", 6);
    for (int i = 0; i < 2000 && error == 0; i++) {
        (void)desk_lines_advance(&lines, &error);
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    assert_int_not_equal(error, 0);
    assert_true(desk_lines_advance(&lines, &error)); /* once */
    log_set_level(LOG_LEVEL_ERROR);
    desk_lines_close(&lines);
}

/* By hand: linear, first tier of Binance's BTCUSDT: m = 0.004, no amount. A long of 1 BTC at 60,000
 * and 10x is closed where 6,000 + (p - 60,000) = 0.004 p. */
static void a_position_is_liquidated_where_the_venue_says(void **state) {
    (void)state;
    const struct margin_facts facts = margin_facts_of(NULL, VENUE_BINANCE_USDM, "BTCUSDT");
    struct lines_item item = {
        .kind = LINES_POSITION, .price = 60000, .qty_base = 0.1, .leverage = 10};
    double m = facts.mmr;
    assert_true(facts.known && m > 0 && m < 0.02);
    assert_near(desk_lines_liquidation(NULL, VENUE_BINANCE_USDM, "BTCUSDT", &item), 54000 / (1 - m),
                1e-6);
    item.is_short = true;
    assert_near(desk_lines_liquidation(NULL, VENUE_BINANCE_USDM, "BTCUSDT", &item), 66000 / (1 + m),
                1e-6);
    item.leverage = 0; /* not told */
    assert_near(desk_lines_liquidation(NULL, VENUE_BINANCE_USDM, "BTCUSDT", &item), 0, 0);
    item.leverage = 10;
    item.kind = LINES_STOP;
    assert_near(desk_lines_liquidation(NULL, VENUE_BINANCE_USDM, "BTCUSDT", &item), 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_drawn_is_there_the_next_time_and_private, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_with_mistakes_is_kept_beside_the_new_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_refuses_is_told, set_up, tear_down),
        cmocka_unit_test(a_position_is_liquidated_where_the_venue_says),
    };
    return cmocka_run_group_tests_name("desk_lines", tests, NULL, NULL);
}
