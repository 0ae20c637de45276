/* The recorder beside a sink: what passes is in the file or counted as lost, and files come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/recorder.h"
#include "archive/recorder_files.h"
#include "base/clock.h"
#include "support/event_make.h"
#include "support/folder.h"
#include "support/recording_read.h"

enum { PATH_BYTES = 128, WAIT_MS = 20000, BURST = 150000 };
static const int64_t day_ms = 1760000000000;

struct counting {
    int64_t slots;
    bool full;
};

static bool count_push(void *self, const struct event *slots, size_t count) {
    struct counting *counting = self;
    (void)slots;
    counting->slots += counting->full ? 0 : (int64_t)count;
    return !counting->full;
}

struct content {
    int64_t trades, gaps, prices;
};

static void count_slot(void *user, const struct event *slot) {
    struct content *content = user;
    content->trades += slot->kind == EVENT_TRADE;
    content->gaps += slot->kind == EVENT_GAP;
    content->prices += slot->kind == EVENT_PRICE;
}

static struct content read_file(const char *path) {
    struct content content = {0};
    recording_read(path, count_slot, &content);
    return content;
}

static void push_trades(const struct event_sink *sink, int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; i++) {
        const struct event trade = make_trade(0, day_ms + i, SIDE_BUY, "61800.1", "0.5");
        (void)event_sink_push(sink, &trade, 1);
    }
}

/* Until so many slots are written or lost: the ring is all but empty then. */
static void wait_for_slots(struct recorder *recorder, int64_t slots) {
    const int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    struct recorder_stats stats = recorder_get_stats(recorder);
    while (stats.slots + stats.lost < slots && clock_mono_ns() < end_ns) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
        stats = recorder_get_stats(recorder);
    }
    assert_true(stats.slots + stats.lost >= slots);
}

static void everything_is_recorded_or_counted(void **state) {
    char folder[FOLDER_PATH_BYTES], path[PATH_BYTES + 16], reason[RECORDER_REASON_BYTES];
    struct instrument_table *table = make_table();
    struct recorder *recorder = recorder_create(table, 1);
    struct counting counting = {0};
    const struct event_sink inner = {.self = &counting, .push = count_push};
    const struct event_sink tee = recorder_tee(recorder, 0, &inner, NULL);
    (void)state;
    make_folder("recorder", folder);
    (void)snprintf(path, sizeof path, "%s/day.liq", folder);
    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    push_trades(&tee, 0, 10); /* before it runs */
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_BUSY);
    push_trades(&tee, 10, BURST - 1);
    wait_for_slots(recorder, BURST - 1);  /* there is room again */
    push_trades(&tee, 10 + BURST - 1, 1); /* and a gap before this one */
    counting.full = true;                 /* lost to everyone: its source tells */
    push_trades(&tee, 10 + BURST, 5);
    counting.full = false;
    assert_true(recorder_stop(recorder, reason));
    push_trades(&tee, 0, 10); /* after */
    assert_int_equal(counting.slots, BURST + 20);
    const struct recorder_stats stats = recorder_get_stats(recorder);
    const struct content content = read_file(path);
    assert_int_equal(content.trades + stats.lost, BURST);
    assert_true(content.trades >= RECORDER_RING_SLOTS);
    assert_true((content.gaps > 0) == (stats.lost > 0));

    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK); /* gone on with */
    push_trades(&tee, 500000, 100);
    assert_true(recorder_stop(recorder, reason));
    assert_int_equal(read_file(path).trades, content.trades + 100);
    recorder_destroy(recorder);
    instrument_table_destroy(table);
    remove_folder(folder);
}

static void one_that_never_recorded_passes_on_and_ends(void **state) {
    struct instrument_table *table = make_table();
    struct recorder *recorder = recorder_create(table, 1);
    struct counting counting = {.slots = 0};
    const struct event_sink inner = {.self = &counting, .push = count_push};
    const struct event_sink tee = recorder_tee(recorder, 0, &inner, NULL);
    (void)state;
    push_trades(&tee, 0, 10);
    assert_int_equal(counting.slots, 10);
    recorder_destroy(recorder);
    instrument_table_destroy(table);
}

/* A head that says one price of whatever begins. */
static bool give_price(void *self, uint16_t instrument, int64_t ts_ms,
                       const struct event_sink *sink) {
    struct event price = make_event(EVENT_PRICE, instrument, ts_ms);
    int *given = self;
    price.has = PRICE_HAS_MARK;
    price.u.price.mark = ++*given;
    return event_sink_push(sink, &price, 1);
}

static void a_hole_at_the_end_is_told_and_a_file_begins_with_its_head(void **state) {
    enum { AT_ONCE = 16000 };
    static struct event burst[AT_ONCE];
    char folder[FOLDER_PATH_BYTES], path[PATH_BYTES + 16], reason[RECORDER_REASON_BYTES];
    struct instrument_table *table = make_table();
    struct recorder *recorder = recorder_create(table, 1);
    int given = 0;
    const struct recorder_head head = {.self = &given, .give = give_price};
    const struct event_sink nobody = {.push = NULL};
    const struct event_sink tee = recorder_tee(recorder, 0, &nobody, &head);
    (void)state;
    make_folder("recorder", folder);
    (void)snprintf(path, sizeof path, "%s/day.liq", folder);
    for (int i = 0; i < AT_ONCE; i++) { /* one message: all of it fits, or none */
        burst[i] = make_trade(0, day_ms, SIDE_BUY, "61800.1", "0.5");
        burst[i].flags = 0;
    }
    burst[0].flags = EVENT_FLAG_BEGIN;
    burst[AT_ONCE - 1].flags = EVENT_FLAG_END;
    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    for (int i = 0; i < 10000 && recorder_get_stats(recorder).lost == 0; i++) {
        (void)event_sink_push(&tee, burst, AT_ONCE); /* faster than its thread looks */
    }
    assert_true(recorder_stop(recorder, reason)); /* nothing has come after the loss */
    assert_true(recorder_get_stats(recorder).lost > 0);
    assert_int_equal(given, 1);
    struct content content = read_file(path);
    assert_int_equal(content.gaps, 1);
    assert_int_equal(content.prices, 1);

    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    push_trades(&tee, 0, 10);
    assert_true(recorder_stop(recorder, reason));
    content = read_file(path);
    assert_int_equal(content.gaps, 2); /* not the old hole again, but what was between */
    assert_int_equal(content.prices, 2);
    assert_int_equal(given, 2);
    recorder_destroy(recorder);
    instrument_table_destroy(table);
    remove_folder(folder);
}

static void make_file(const char *folder, const char *name, size_t bytes) {
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < bytes; i++) {
        (void)fputc(0, file);
    }
    fclose(file);
}

static bool is_there(const char *folder, const char *name) {
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void old_files_go_and_no_others(void **state) {
    static const int64_t now_ms = 1795305600000; /* 2026-11-22 */
    char folder[FOLDER_PATH_BYTES], path[PATH_BYTES + 64], made[RECORDER_PATH_BYTES];
    struct recorder_name name;
    (void)state;
    make_folder("recorder", folder);
    (void)snprintf(path, sizeof path, "%s/wall.liq", folder);
    assert_true(recorder_name_init(&name, path, true));
    recorder_name_make(&name, now_ms, made);
    assert_non_null(strstr(made, "/wall-20261122T000000Z.liq"));
    make_file(folder, "wall-20261122T000000Z.liq", 100);
    recorder_name_make(&name, now_ms, made); /* the same second once more */
    assert_non_null(strstr(made, "/wall-20261122T000000Z_2.liq"));
    make_file(folder, "wall-20261101T000000Z.liq", 100);
    make_file(folder, "wall-20261101T000000Z.liq-wal", 100);
    make_file(folder, "wall-20261120T120000Z.liq", 100);
    make_file(folder, "wall-20261121T000000Z.liq", 100);
    make_file(folder, "wall-notes.liq", 100);
    make_file(folder, "wallpaper-20261101T000000Z.liq", 100);
    make_file(folder, "wall-20261101T000000Z.liq.bak", 100);
    assert_int_equal(recorder_files_prune(&name, made, 0, 7, now_ms), 1);
    assert_false(is_there(folder, "wall-20261101T000000Z.liq"));
    assert_false(is_there(folder, "wall-20261101T000000Z.liq-wal"));
    assert_true(is_there(folder, "wall-20261120T120000Z.liq"));
    assert_int_equal(recorder_files_prune(&name, made, 250, 0, now_ms), 1);
    assert_false(is_there(folder, "wall-20261120T120000Z.liq"));
    assert_true(is_there(folder, "wall-20261121T000000Z.liq"));
    (void)snprintf(path, sizeof path, "%s/wall-20261122T000000Z.liq", folder);
    assert_int_equal(recorder_files_prune(&name, path, 1, 0, now_ms), 1);
    assert_true(is_there(folder, "wall-20261122T000000Z.liq")); /* being written */
    assert_true(is_there(folder, "wall-notes.liq"));
    assert_true(is_there(folder, "wallpaper-20261101T000000Z.liq"));
    assert_true(is_there(folder, "wall-20261101T000000Z.liq.bak"));
    remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_never_recorded_passes_on_and_ends),
        cmocka_unit_test(everything_is_recorded_or_counted),
        cmocka_unit_test(a_hole_at_the_end_is_told_and_a_file_begins_with_its_head),
        cmocka_unit_test(old_files_go_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
