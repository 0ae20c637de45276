/* A .liq recording: what went in comes out, whatever happens to the writer or the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/recording_reader.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"
#include "support/event_make.h"

enum {
    PATH_BYTES = 64,
    READ_SLOTS = 20000,
    KILLS = 50,
    NUMBER_FIRST = 1000,
    LONG_COUNT = 150000, /* some chunks */
    FLIPS = 13
};
static const int64_t day_ms = 1760000000000;

static void make_path(char path[PATH_BYTES], const char *name) {
    /* in memory where that can be: the disk is not what is tested */
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(path, PATH_BYTES, "%s/recording_%d_%s.liq", folder, (int)getpid(), name);
}

static void remove_file(const char *path) {
    char other[PATH_BYTES + 8];
    unlink(path);
    (void)snprintf(other, sizeof other, "%s-wal", path);
    unlink(other);
    (void)snprintf(other, sizeof other, "%s-shm", path);
    unlink(other);
}

/* The n-th trade of the market: its number is its id. */
static struct event make_print(uint16_t instrument, int64_t n) {
    char id[24];
    struct event event = make_trade(instrument, day_ms + 10 * n, n % 2 == 0 ? SIDE_BUY : SIDE_SELL,
                                    "61800.1", "0.25");
    event.u.trade.price += n * 2654435761 % 977; /* nothing that packs well */
    event.u.trade.qty = 1 + n * 40503 % 99991;
    (void)snprintf(id, sizeof id, "%lld", (long long)(NUMBER_FIRST + n));
    event_trade_set_id(&event, id, strlen(id));
    return event;
}

static struct recording_writer *open_writer(const char *path, struct instrument_table *table) {
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    const struct recording_writer_desc desc = {
        .path = path, .instruments = table, .free_bytes_min = 1};
    struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
    if (writer == NULL) {
        fail_msg("%s", reason);
    }
    return writer;
}

static void close_writer(struct recording_writer *writer) {
    char reason[RECORDING_WRITER_REASON_BYTES];
    if (!recording_writer_close(writer, reason)) {
        fail_msg("%s", reason);
    }
}

/* What a file holds: how many trades with numbers that follow on, and gaps. */
struct reading {
    int64_t trades, gaps, damaged;
    bool chained;
    uint64_t hash;
    char reason[RECORDING_READER_REASON_BYTES];
};

static struct reading read_all(const char *path, int64_t from_ms) {
    static struct event slots[READ_SLOTS];
    struct reading reading = {.chained = true, .hash = HASH_START};
    struct instrument_table *table = instrument_table_create();
    struct recording_reader *reader = NULL;
    struct event_source source;
    size_t count = 0;
    int64_t last = 0;
    if (recording_reader_open(path, table, &source, &reader, reading.reason) != STATUS_OK) {
        instrument_table_destroy(table);
        reading.trades = -1;
        return reading;
    }
    if (from_ms > 0) {
        recording_reader_seek(reader, from_ms);
    }
    while (source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            char id[EVENT_ID_TEXT_BYTES];
            reading.gaps += slots[i].kind == EVENT_GAP;
            reading.hash = event_hash(reading.hash, &slots[i]);
            if (slots[i].kind != EVENT_TRADE) {
                continue;
            }
            event_trade_id_text(&slots[i], id);
            const int64_t number = strtoll(id, NULL, 10);
            reading.chained = reading.chained && (last == 0 || number == last + 1);
            last = number;
            reading.trades++;
        }
    }
    assert_true(recording_reader_get_stats(reader).ended);
    reading.damaged = recording_reader_get_stats(reader).damaged_count;
    str_copy(reading.reason, sizeof reading.reason, recording_reader_reason(reader));
    event_source_destroy(&source);
    instrument_table_destroy(table);
    return reading;
}

/* count trades from number first on, a commit after each of `step`. */
static void write_prints(struct recording_writer *writer, int64_t first, int64_t count,
                         int64_t step) {
    for (int64_t n = first; n < first + count; n++) {
        const struct event print = make_print(0, n);
        assert_true(recording_writer_add(writer, &print, 1));
        if (step > 0 && (n + 1) % step == 0) {
            assert_true(recording_writer_commit(writer));
        }
    }
}

static struct instrument_table *make_table(void) {
    struct instrument_table *table = instrument_table_create();
    assert_int_equal(instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7), 0);
    return table;
}

static void it_comes_back_and_goes_on(void **state) {
    char path[PATH_BYTES];
    struct instrument_table *table = make_table();
    (void)state;
    make_path(path, "plain");
    struct recording_writer *writer = open_writer(path, table);
    write_prints(writer, 0, 5000, 100);
    close_writer(writer);
    assert_int_equal(read_all(path, 0).trades, 5000);
    writer = open_writer(path, table); /* gone on with */
    write_prints(writer, 5000, LONG_COUNT, 0);
    close_writer(writer);
    const struct reading all = read_all(path, 0);
    assert_int_equal(all.trades, 5000 + LONG_COUNT);
    assert_true(all.chained && all.damaged == 0 && all.gaps == 0);
    const struct reading late = read_all(path, day_ms + 10 * 100000);
    assert_true(late.chained && late.trades >= 55000 && late.trades <= 55000 + 65536);
    remove_file(path);
    instrument_table_destroy(table);
}

static void instruments_keep_their_names(void **state) {
    char path[PATH_BYTES];
    char reason[RECORDING_READER_REASON_BYTES];
    struct instrument_table *table = make_table(), *other = instrument_table_create();
    struct event_source source;
    struct recording_reader *reader = NULL;
    struct event slots[4];
    size_t count = 0;
    (void)state;
    make_path(path, "names");
    const uint16_t second = instrument_add(table, VENUE_DERIBIT, "BTC-PERPETUAL", 13);
    struct recording_writer *writer = open_writer(path, table);
    const struct event prints[2] = {make_print(second, 0), make_print(0, 1)};
    assert_true(recording_writer_add(writer, prints, 2));
    close_writer(writer);
    instrument_add(other, VENUE_OKX, "BTC-USDT-SWAP", 13); /* other numbers than when it was made */
    assert_int_equal(recording_reader_open(path, other, &source, &reader, reason), STATUS_OK);
    assert_int_equal(source.ops->read(source.self, slots, 4, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_string_equal(instrument_get(other, slots[0].instrument)->symbol, "BTC-PERPETUAL");
    assert_int_equal(instrument_get(other, slots[0].instrument)->venue, VENUE_DERIBIT);
    assert_string_equal(instrument_get(other, slots[1].instrument)->symbol, "BTCUSDT");
    const struct recording_info info = recording_reader_info(reader);
    assert_true(info.slots == 2 && info.trades == 2 && info.instruments == 2);
    assert_true(info.first_ms == day_ms && info.last_ms == day_ms + 10);
    event_source_destroy(&source);
    remove_file(path);
    instrument_table_destroy(table);
    instrument_table_destroy(other);
}

/* A child writes and tells how far it committed; it is killed at any moment. */
static void write_until_killed(const char *path, int told) {
    struct instrument_table *table = make_table();
    struct recording_writer *writer = open_writer(path, table);
    for (int64_t n = 0;; n++) {
        const struct event print = make_print(0, n);
        if (!recording_writer_add(writer, &print, 1)) {
            _exit(1);
        }
        if (n % 50 == 49) {
            if (!recording_writer_commit(writer)) {
                _exit(1);
            }
            const int64_t safe = n + 1;
            if (write(told, &safe, sizeof safe) != sizeof safe) {
                _exit(1);
            }
        }
    }
}

static void a_killed_writer_loses_what_was_not_committed(void **state) {
    char path[PATH_BYTES];
    (void)state;
    make_path(path, "killed");
    for (int round = 0; round < KILLS; round++) {
        int ends[2];
        int64_t safe = 0, told = 0;
        assert_int_equal(pipe(ends), 0);
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            write_until_killed(path, ends[1]);
        }
        close(ends[1]);
        /* some commits, and then at no moment in particular */
        for (int i = 0; i <= round % 7 && read(ends[0], &told, sizeof told) == sizeof told; i++) {
            safe = told;
        }
        clock_sleep_until_ns(clock_mono_ns() + 100000 * (round % 23));
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], &told, sizeof told) == sizeof told) {
            safe = told;
        }
        close(ends[0]);
        const struct reading reading = read_all(path, 0);
        if (reading.trades < safe || reading.trades > safe + 50 || !reading.chained) {
            fail_msg("round %d: %lld trades, committed were %lld", round, (long long)reading.trades,
                     (long long)safe);
        }
        assert_int_equal(reading.damaged, 0);
        remove_file(path);
    }
}

/* After a kill the next writer takes over what was in the tail. */
static void the_next_writer_goes_on(void **state) {
    char path[PATH_BYTES];
    int ends[2];
    int64_t safe = 0;
    (void)state;
    make_path(path, "heir");
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        write_until_killed(path, ends[1]);
    }
    for (int i = 0; i < 5; i++) {
        assert_int_equal(read(ends[0], &safe, sizeof safe), sizeof safe);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
    close(ends[1]);
    const int64_t kept = read_all(path, 0).trades;
    struct instrument_table *table = make_table();
    struct recording_writer *writer = open_writer(path, table);
    write_prints(writer, kept, 1000, 0);
    close_writer(writer);
    const struct reading all = read_all(path, 0);
    assert_true(all.chained);
    assert_int_equal(all.trades, kept + 1000);
    remove_file(path);
    instrument_table_destroy(table);
}

static void flip(const char *path, int64_t at) {
    unsigned char byte = 0;
    const int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* Whichever byte it is: it is told, or nothing is missing; and what is there is right. */
static void damage_costs_a_chunk(void **state) {
    char path[PATH_BYTES];
    struct stat info;
    struct instrument_table *table = make_table();
    int hurt = 0;
    (void)state;
    make_path(path, "damage");
    struct recording_writer *writer = open_writer(path, table);
    write_prints(writer, 0, LONG_COUNT, 50); /* a chunk each 3,000 */
    close_writer(writer);
    assert_int_equal(stat(path, &info), 0);
    const struct reading whole = read_all(path, 0);
    assert_int_equal(whole.trades, LONG_COUNT);
    for (int64_t at = 20000; at < info.st_size; at += info.st_size / FLIPS) {
        flip(path, at);
        const struct reading reading = read_all(path, 0);
        if (reading.hash != whole.hash) {
            hurt++;
            assert_true(reading.trades == -1 || reading.damaged > 0);
            assert_true(strlen(reading.reason) > 0);
        }
        if (reading.damaged == 1) {
            assert_true(reading.trades >= LONG_COUNT - 3000);
        }
        flip(path, at);
    }
    assert_true(hurt > FLIPS / 2);
    assert_int_equal(read_all(path, 0).hash, whole.hash);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    const struct reading half = read_all(path, 0);
    assert_true(half.trades > LONG_COUNT / 3 && half.trades < LONG_COUNT && half.damaged > 0);
    remove_file(path);
    instrument_table_destroy(table);
}

static void expect_refusal(const char *path, enum status want, const char *words) {
    char reason[RECORDING_READER_REASON_BYTES];
    struct instrument_table *table = make_table();
    struct recording_reader *reader = NULL;
    struct event_source source;
    assert_int_equal(recording_reader_open(path, table, &source, &reader, reason), want);
    if (strstr(reason, words) == NULL) {
        fail_msg("expected \"%s\", got: %s", words, reason);
    }
    instrument_table_destroy(table);
}

static void set_version(const char *path, int version) {
    /* bytes 60..63 of an SQLite file: user_version, big endian */
    const unsigned char bytes[4] = {0, 0, 0, (unsigned char)version};
    const int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, bytes, 4, 60), 4);
    close(fd);
}

static void other_files_are_refused(void **state) {
    char path[PATH_BYTES];
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    struct instrument_table *table = make_table();
    (void)state;
    make_path(path, "other");
    expect_refusal(path, STATUS_NOT_FOUND, "no such file");
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < 2000; i++) {
        (void)fputs("{\"type\":\"trade\"}\n", file);
    }
    fclose(file);
    expect_refusal(path, STATUS_MALFORMED, "expected a recording");
    const struct recording_writer_desc desc = {
        .path = path, .instruments = table, .free_bytes_min = 1};
    assert_null(recording_writer_open(&desc, &why, reason)); /* and not written over */
    assert_int_equal(why, STATUS_MALFORMED);
    remove_file(path);
    struct recording_writer *writer = open_writer(path, table);
    write_prints(writer, 0, 10, 0);
    assert_null(recording_writer_open(&desc, &why, reason));
    assert_int_equal(why, STATUS_BUSY);
    assert_non_null(strstr(reason, "already"));
    close_writer(writer);
    set_version(path, 9);
    expect_refusal(path, STATUS_UNSUPPORTED, "newer");
    assert_null(recording_writer_open(&desc, &why, reason));
    assert_int_equal(why, STATUS_UNSUPPORTED);
    set_version(path, 0);
    expect_refusal(path, STATUS_UNSUPPORTED, "older");
    set_version(path, 1);
    assert_int_equal(read_all(path, 0).trades, 10);
    const struct recording_writer_desc greedy = {
        .path = path, .instruments = table, .free_bytes_min = INT64_MAX};
    assert_null(recording_writer_open(&greedy, &why, reason));
    assert_int_equal(why, STATUS_FULL);
    assert_non_null(strstr(reason, "free"));
    remove_file(path);
    instrument_table_destroy(table);
}

/* While one writes, another reads: it finds what was committed, once. */
static void it_can_be_read_while_it_is_written(void **state) {
    char path[PATH_BYTES];
    struct instrument_table *table = make_table();
    (void)state;
    make_path(path, "both");
    struct recording_writer *writer = open_writer(path, table);
    for (int64_t n = 0; n < 130; n++) { /* chunks are closed on the way */
        write_prints(writer, n * 10, 10, 10);
        const struct reading reading = read_all(path, 0);
        assert_true(reading.chained);
        assert_int_equal(reading.trades, (n + 1) * 10);
    }
    close_writer(writer);
    remove_file(path);
    instrument_table_destroy(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_back_and_goes_on),
        cmocka_unit_test(instruments_keep_their_names),
        cmocka_unit_test(a_killed_writer_loses_what_was_not_committed),
        cmocka_unit_test(the_next_writer_goes_on),
        cmocka_unit_test(damage_costs_a_chunk),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(it_can_be_read_while_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
