/* Event JSON lines through a recording and back: the same slots, and of all whole lines the same
 * text. Every session of tests/data, and a real day where ../shared has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/event_lines.h"
#include "archive/reader.h"
#include "archive/recording_reader.h"
#include "archive/recording_writer.h"
#include "base/hash.h"

enum { READ_SLOTS = 2 * EVENT_MESSAGE_SLOTS_MAX, PATH_BYTES = 64 };

static struct event slots[READ_SLOTS];

/* Everything a source gives: a hash of its slots and one of its lines. */
struct reading {
    uint64_t slots, lines;
    int64_t count;
};

static struct reading read_source(const struct event_source *source,
                                  const struct instrument_table *table,
                                  struct recording_writer *copy) {
    struct reading reading = {.slots = HASH_START, .lines = HASH_START};
    struct event_text text = {.bytes = NULL};
    size_t count = 0;
    while (source->ops->read(source->self, slots, READ_SLOTS, &count) == STATUS_OK) {
        for (size_t at = 0; at < count;) {
            const size_t len = event_message_slots(slots + at, count - at);
            text.len = 0;
            assert_true(event_lines_format(table, slots + at, len, NULL, &text));
            reading.lines = hash_bytes(reading.lines, text.bytes, text.len);
            at += len;
        }
        for (size_t i = 0; i < count; i++) {
            struct event slot = slots[i];
            slot.instrument = 0; /* tables number them as they come */
            reading.slots = event_hash(reading.slots, &slot);
        }
        reading.count += (int64_t)count;
        assert_true(copy == NULL || recording_writer_add(copy, slots, count));
    }
    event_text_finish(&text);
    return reading;
}

static void go_through(const char *path) {
    char recorded[PATH_BYTES], reason[READER_REASON_BYTES];
    struct instrument_table *table = instrument_table_create(), *other = instrument_table_create();
    struct event_source source;
    struct reader *reader = NULL;
    struct recording_reader *recording = NULL;
    enum status why = STATUS_OK;
    (void)snprintf(recorded, sizeof recorded, "/tmp/recorded_%d.liq", (int)getpid());
    unlink(recorded);
    assert_int_equal(reader_open(path, table, &source, &reader, reason), STATUS_OK);
    const struct recording_writer_desc desc = {
        .path = recorded, .instruments = table, .free_bytes_min = 1};
    struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
    assert_non_null(writer);
    const struct reading before = read_source(&source, table, writer);
    event_source_destroy(&source);
    assert_int_equal(recording_writer_get_stats(writer).refused, 0);
    assert_true(recording_writer_close(writer, reason));
    assert_true(before.count > 0);

    assert_int_equal(recording_reader_open(recorded, other, &source, &recording, reason),
                     STATUS_OK);
    const struct reading after = read_source(&source, other, NULL);
    event_source_destroy(&source);
    if (after.slots != before.slots || after.lines != before.lines) {
        fail_msg("%s: %lld slots went in, %lld others came out", path, (long long)before.count,
                 (long long)after.count);
    }
    unlink(recorded);
    instrument_table_destroy(table);
    instrument_table_destroy(other);
}

static void every_session_comes_back(void **state) {
    glob_t found;
    (void)state;
    assert_int_equal(glob("tests/data/*/session.expected.jsonl", 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        go_through(found.gl_pathv[i]);
    }
    globfree(&found);
}

static void a_real_day_comes_back(void **state) {
    static const char day[] = "../shared/data/events/hyperliquid_BTC_20260615.jsonl.zst";
    (void)state;
    if (access(day, R_OK) != 0) {
        print_message("%s is not there\n", day);
        skip();
    }
    go_through(day);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_session_comes_back),
        cmocka_unit_test(a_real_day_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
