/* A recorder where the disk is full or nearly, and at midnight: it stops by itself and says why,
 * with what was committed safe, or goes on in another file and lets old ones go. The clock and what
 * is free are the test's own (--wrap), and so is what SQLite may write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "archive/recorder.h"
#include "archive/recording_reader.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "support/event_make.h"
#include "support/folder.h"

enum { PATH_BYTES = 128, READ_SLOTS = 20000, WAIT_S = 30, STEP = 50 };
static const int64_t day_ms = 1760000000000;

/* -- the world -- */

static atomic_llong wall_ms, free_bytes, write_bytes;

int64_t __wrap_clock_wall_ms(void);
int64_t __wrap_clock_wall_ms(void) {
    return (int64_t)atomic_load(&wall_ms);
}

int __wrap_statvfs(const char *path, struct statvfs *out);
int __wrap_statvfs(const char *path, struct statvfs *out) {
    (void)path;
    *out = (struct statvfs){.f_frsize = 1, .f_bavail = (fsblkcnt_t)atomic_load(&free_bytes)};
    return 0;
}

/* SQLite's own files, but for their room: those with locks and those without. */
static sqlite3_vfs *disk, full_disk;
static sqlite3_io_methods full_methods[2];
static int (*disk_write)(sqlite3_file *, const void *, int, sqlite3_int64);

static int write_some(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    return atomic_fetch_sub(&write_bytes, count) < count ? SQLITE_FULL
                                                         : disk_write(file, bytes, count, at);
}

static int open_some(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    const int code = disk->xOpen(vfs, name, file, flags, out);
    if (code == SQLITE_OK && file->pMethods != NULL) {
        sqlite3_io_methods *methods = &full_methods[(flags & SQLITE_OPEN_MAIN_DB) != 0];
        *methods = *file->pMethods;
        disk_write = methods->xWrite; /* one for all */
        methods->xWrite = write_some;
        file->pMethods = methods;
    }
    return code;
}

static int set_up(void **state) {
    (void)state;
    disk = sqlite3_vfs_find(NULL);
    full_disk = *disk;
    full_disk.zName = "full";
    full_disk.xOpen = open_some;
    atomic_store(&wall_ms, day_ms);
    atomic_store(&free_bytes, INT64_C(1) << 40);
    atomic_store(&write_bytes, INT64_MAX);
    return sqlite3_vfs_register(&full_disk, 1);
}

/* -- files -- */

static void make_file(const char *folder, const char *name) {
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs("something", file);
    fclose(file);
}

static bool is_there(const char *folder, const char *name) {
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* How many trades a file holds; each has to be the one after the one before it. */
static int64_t count_trades(const char *path) {
    static struct event slots[READ_SLOTS];
    char reason[RECORDING_READER_REASON_BYTES];
    struct instrument_table *table = instrument_table_create();
    struct recording_reader *reader = NULL;
    struct event_source source;
    int64_t trades = 0, first_ms = 0;
    size_t count = 0;
    if (recording_reader_open(path, table, &source, &reader, reason) != STATUS_OK) {
        fail_msg("%s", reason);
    }
    while (source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            first_ms = trades == 0 ? slots[i].ts_ms : first_ms;
            assert_int_equal(slots[i].kind, EVENT_TRADE);
            assert_int_equal(slots[i].ts_ms, first_ms + trades++);
        }
    }
    assert_int_equal(recording_reader_get_stats(reader).damaged_count, 0);
    event_source_destroy(&source);
    instrument_table_destroy(table);
    return trades;
}

static struct instrument_table *make_table(void) {
    struct instrument_table *table = instrument_table_create();
    assert_int_equal(instrument_add(table, VENUE_BYBIT, "BTCUSDT", 7), 0);
    return table;
}

static struct event make_print(int64_t n) {
    struct event trade = make_trade(0, day_ms + n, SIDE_BUY, "61800.1", "0.5");
    trade.u.trade.price += n * 2654435761 % 977; /* nothing that packs well */
    trade.u.trade.qty = 1 + n * 40503 % 99991;
    return trade;
}

/* -- cases -- */

static void a_full_disk_keeps_what_was_safe(void **state) {
    char folder[FOLDER_PATH_BYTES], path[PATH_BYTES + 16], reason[RECORDING_WRITER_REASON_BYTES];
    struct instrument_table *table = make_table();
    enum status why = STATUS_OK;
    (void)state;
    make_folder("limits", folder);
    (void)snprintf(path, sizeof path, "%s/day.liq", folder);
    const struct recording_writer_desc desc = {.path = path, .instruments = table};
    struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
    if (writer == NULL) {
        fail_msg("%s", reason);
    }
    atomic_store(&write_bytes, 3000000);
    int64_t safe = 0, n = 0;
    for (bool good = true; good && n < 1000000;) {
        const struct event print = make_print(n++);
        good = recording_writer_add(writer, &print, 1);
        if (good && n % STEP == 0 && (good = recording_writer_commit(writer))) {
            safe = n;
        }
    }
    assert_true(safe > 60 * STEP); /* chunks, too */
    assert_int_equal(recording_writer_status(writer), STATUS_FULL);
    assert_non_null(strstr(recording_writer_reason(writer), "full"));
    assert_false(recording_writer_close(writer, reason));
    assert_non_null(strstr(reason, path));
    atomic_store(&write_bytes, INT64_MAX); /* somebody has made room */
    assert_int_equal(count_trades(path), safe);
    writer = recording_writer_open(&desc, &why, reason);
    assert_non_null(writer);
    for (n = safe; n < safe + 100; n++) {
        const struct event print = make_print(n);
        assert_true(recording_writer_add(writer, &print, 1));
    }
    assert_true(recording_writer_close(writer, reason));
    assert_int_equal(count_trades(path), safe + 100);
    remove_folder(folder);
    instrument_table_destroy(table);
}

static void push_prints(const struct event_sink *tee, int64_t first, int64_t count) {
    for (int64_t n = first; n < first + count; n++) {
        const struct event print = make_print(n);
        (void)event_sink_push(tee, &print, 1);
    }
}

static void wait_for(struct recorder *recorder, int64_t files, bool running) {
    const int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_S * 1000000000;
    struct recorder_stats stats = recorder_get_stats(recorder);
    while ((stats.files < files || stats.running != running) && clock_mono_ns() < end_ns) {
        clock_sleep_until_ns(clock_mono_ns() + 5000000);
        stats = recorder_get_stats(recorder);
    }
    assert_int_equal(stats.files, files);
    assert_int_equal(stats.running, running);
}

static void it_stops_before_the_disk_is_full(void **state) {
    char folder[FOLDER_PATH_BYTES], path[PATH_BYTES + 64], reason[RECORDER_REASON_BYTES];
    struct instrument_table *table = make_table();
    struct recorder *recorder = recorder_create(table, 1);
    const struct event_sink nobody = {.push = NULL};
    const struct event_sink tee = recorder_tee(recorder, 0, &nobody, NULL);
    (void)state;
    make_folder("limits", folder);
    (void)snprintf(path, sizeof path, "%s/day.liq", folder);
    const struct recorder_file file = {.path = path, .free_bytes_min = 500000000};
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    push_prints(&tee, 0, 1000);
    atomic_store(&free_bytes, 499000000);
    wait_for(recorder, 1, false);
    push_prints(&tee, 1000, 10); /* nobody's any more */
    const struct recorder_stats stats = recorder_get_stats(recorder);
    assert_int_equal(stats.status, STATUS_FULL);
    assert_non_null(strstr(stats.reason, "499 MB are free on its disk, expected at least 500 MB"));
    assert_false(recorder_stop(recorder, reason));
    assert_string_equal(reason, stats.reason);
    atomic_store(&free_bytes, INT64_C(1) << 40);
    (void)count_trades(path); /* it opens; what it holds is that of the last commit */
    recorder_destroy(recorder);
    instrument_table_destroy(table);
    remove_folder(folder);
}

static void each_day_has_its_file_and_old_ones_go(void **state) {
    static const int64_t evening_ms = 1795305598000; /* 2026-11-21T23:59:58Z */
    char folder[FOLDER_PATH_BYTES], path[PATH_BYTES + 64], reason[RECORDER_REASON_BYTES];
    struct instrument_table *table = make_table();
    struct recorder *recorder = recorder_create(table, 1);
    const struct event_sink nobody = {.push = NULL};
    const struct event_sink tee = recorder_tee(recorder, 0, &nobody, NULL);
    (void)state;
    make_folder("limits", folder);
    (void)snprintf(path, sizeof path, "%s/wall.liq", folder);
    make_file(folder, "wall-20261110T000000Z.liq");
    make_file(folder, "wall-20261120T120000Z.liq");
    make_file(folder, "wall-notes.liq");
    atomic_store(&wall_ms, evening_ms);
    struct recorder_file file = {.path = path, .rotate_daily = true, .keep_days = 3};
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    assert_false(is_there(folder, "wall-20261110T000000Z.liq"));
    assert_true(is_there(folder, "wall-20261120T120000Z.liq"));
    push_prints(&tee, 0, 10);
    atomic_store(&wall_ms, evening_ms + 5000);
    wait_for(recorder, 2, true);
    push_prints(&tee, 10, 5);
    assert_true(recorder_stop(recorder, reason));
    (void)snprintf(path, sizeof path, "%s/wall-20261121T235958Z.liq", folder);
    assert_int_equal(count_trades(path), 10);
    (void)snprintf(path, sizeof path, "%s/wall-20261122T000003Z.liq", folder);
    assert_int_equal(count_trades(path), 5);

    (void)snprintf(path, sizeof path, "%s/wall.liq", folder);
    atomic_store(&wall_ms, evening_ms + 10000);
    file = (struct recorder_file){.path = path, .rotate_daily = true, .keep_bytes = 1};
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK); /* none fits any more */
    assert_true(recorder_stop(recorder, reason));
    assert_false(is_there(folder, "wall-20261120T120000Z.liq"));
    assert_false(is_there(folder, "wall-20261122T000003Z.liq"));
    assert_true(is_there(folder, "wall-20261122T000008Z.liq")); /* but the one being written */
    assert_true(is_there(folder, "wall-notes.liq"));
    recorder_destroy(recorder);
    instrument_table_destroy(table);
    remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_keeps_what_was_safe),
        cmocka_unit_test(it_stops_before_the_disk_is_full),
        cmocka_unit_test(each_day_has_its_file_and_old_ones_go),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
