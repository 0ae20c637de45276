/* Files of lines: plain, gzip, zstd, whole and broken off, and the reader as a source on both its
 * ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "archive/line_stream.h"
#include "archive/reader.h"
#include "base/str.h"
#include "base/thread.h"

enum { LINE_COUNT = 5000, TEXT_BYTES = LINE_COUNT * 160 };
#define LINE                                                                                       \
    "{\"type\":\"trade\",\"venue\":\"okx\",\"symbol\":\"X\",\"ts_ms\":%d,\"price\":%d.5,\"qty\":"  \
    "1,"                                                                                           \
    "\"side\":\"buy\"}\n"

static char text[TEXT_BYTES], packed[TEXT_BYTES], path[64];
static size_t text_len;
static struct instrument_table *instruments;

static int set_up(void **state) {
    (void)state;
    text_len = 0;
    for (int i = 0; i < LINE_COUNT; i++) {
        text_len +=
            (size_t)snprintf(text + text_len, TEXT_BYTES - text_len, LINE, i, i * 7 % 991 + 1);
    }
    str_copy(path, sizeof path, "/tmp/liqscope_reader_XXXXXX");
    const int fd = mkstemp(path);
    instruments = instrument_table_create();
    return fd < 0 || close(fd) != 0 || instruments == NULL;
}

static int tear_down(void **state) {
    (void)state;
    instrument_table_destroy(instruments);
    return unlink(path);
}

static void write_file(const char *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static size_t pack_gzip(const char *bytes, size_t len, char *out) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = TEXT_BYTES;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t count = stream.total_out;
    deflateEnd(&stream);
    return count;
}

static size_t pack_zstd(const char *bytes, size_t len, char *out) {
    const size_t count = ZSTD_compress(out, TEXT_BYTES, bytes, len, 3);
    assert_false(ZSTD_isError(count));
    return count;
}

/* Read all of path; the sum of the prices stands for the contents. */
static enum status read_all(struct reader_stats *stats, double *sum, char *reason) {
    struct event_source source;
    struct reader *reader = NULL;
    struct event slots[100];
    size_t count = 0;
    assert_int_equal(reader_open(path, instruments, &source, &reader, reason), STATUS_OK);
    enum status status = STATUS_OK;
    *sum = 0;
    while ((status = source.ops->read(source.self, slots, ARRAY_COUNT(slots), &count)) ==
           STATUS_OK) {
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            *sum += decimal_to_double(event_decimal(slots[i].u.trade.price, slots[i].exponent_a));
        }
    }
    *stats = reader_get_stats(reader);
    str_copy(reason, READER_REASON_BYTES, reader_reason(reader));
    event_source_destroy(&source);
    return status;
}

static double sum_expected(void) {
    double sum = 0;
    for (int i = 0; i < LINE_COUNT; i++) {
        sum += i * 7 % 991 + 1.5;
    }
    return sum;
}

static void the_packing_shows_in_the_first_bytes(void **state) {
    (void)state;
    for (int packing = 0; packing < 4; packing++) {
        struct reader_stats stats;
        char reason[READER_REASON_BYTES];
        double sum = 0;
        if (packing == 0) {
            write_file(text, text_len);
        } else if (packing == 1) {
            write_file(packed, pack_gzip(text, text_len, packed));
        } else if (packing == 2) {
            write_file(packed, pack_zstd(text, text_len, packed));
        } else { /* two members one after the other, cut in the middle of a line */
            const size_t half = text_len / 2;
            const size_t first = pack_gzip(text, half, packed);
            write_file(packed, first + pack_gzip(text + half, text_len - half, packed + first));
        }
        assert_int_equal(read_all(&stats, &sum, reason), STATUS_END);
        assert_string_equal(reason, "");
        assert_int_equal(stats.message_count, LINE_COUNT);
        assert_int_equal(stats.slot_count, LINE_COUNT);
        assert_true(stats.ended);
        assert_true(sum == sum_expected());
    }
}

static void a_file_that_breaks_off_gives_its_whole_lines_and_says_so(void **state) {
    (void)state;
    for (int packing = 0; packing < 2; packing++) {
        struct reader_stats stats;
        char reason[READER_REASON_BYTES];
        double sum = 0;
        const size_t len =
            packing == 0 ? pack_gzip(text, text_len, packed) : pack_zstd(text, text_len, packed);
        write_file(packed, len * 3 / 4);
        assert_int_equal(read_all(&stats, &sum, reason), STATUS_MALFORMED);
        assert_int_equal(stats.status, STATUS_MALFORMED);
        assert_true(stats.message_count < LINE_COUNT);
        assert_int_equal(stats.malformed_count, 0);
        assert_non_null(strstr(reason, path));
        assert_non_null(strstr(reason, "expected"));
        /* Damage in the middle is told, too. */
        packed[len / 2] = (char)~packed[len / 2];
        packed[len / 2 + 1] = (char)~packed[len / 2 + 1];
        write_file(packed, len);
        assert_int_not_equal(read_all(&stats, &sum, reason), STATUS_OK);
        assert_true(stats.ended);
    }
}

static void bad_lines_are_counted_and_the_first_is_named(void **state) {
    (void)state;
    struct reader_stats stats;
    char reason[READER_REASON_BYTES];
    double sum = 0;
    static const char file[] = "\n{\"type\":\"trade\",\"venue\":\"okx\",\"symbol\":\"X\",\"ts_ms\":"
                               "9,\"price\":2,\"qty\":1,\"side\":\"buy\"}\r\n"
                               "not json\x01\n"
                               "{\"type\":\"weather\"}\n"
                               "{\"type\":\"trade\",\"venue\":\"okx\",\"symbol\":\"X\",\"ts_ms\":8,"
                               "\"price\":2,\"qty\":1,\"side\":\"up\"}\n"
                               "   \n"
                               "{\"type\":\"trade\",\"venue\":\"okx\",\"symbol\":\"X\",\"ts_ms\":5,"
                               "\"price\":3,\"qty\":1,\"side\":\"buy\"}";
    write_file(file, sizeof file - 1);
    assert_int_equal(read_all(&stats, &sum, reason), STATUS_END);
    assert_int_equal(stats.line_count, 5);
    assert_int_equal(stats.message_count, 2); /* out of time order, without a last line end */
    assert_int_equal(stats.malformed_count, 1);
    assert_int_equal(stats.ignored_count, 1);
    assert_int_equal(stats.dropped_count, 1);
    assert_true(sum == 5.0);
    char want[128];
    snprintf(want, sizeof want, "%s:3: ", path);
    assert_memory_equal(reason, want, strlen(want));
    assert_non_null(strstr(reason, "not json?"));
}

static void what_cannot_be_opened_is_said(void **state) {
    (void)state;
    struct event_source source;
    struct reader *reader = NULL;
    char reason[READER_REASON_BYTES];
    assert_int_equal(reader_open("/nowhere/x.jsonl", instruments, &source, &reader, reason),
                     STATUS_NOT_FOUND);
    assert_non_null(strstr(reason, "/nowhere/x.jsonl: "));
    assert_null(reader);
    event_source_destroy(&source);
    assert_int_equal(reader_open("/tmp", instruments, &source, &reader, reason), STATUS_IO);
    assert_non_null(strstr(reason, "/tmp: "));
    write_file("", 0);
    struct reader_stats stats;
    double sum = 0;
    assert_int_equal(read_all(&stats, &sum, reason), STATUS_END);
    assert_int_equal(stats.line_count, 0);
}

static void a_line_too_long_is_passed_over(void **state) {
    (void)state;
    struct reader_stats stats;
    char reason[READER_REASON_BYTES];
    double sum = 0;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    static char block[1024 * 1024];
    memset(block, ' ', sizeof block);
    for (int i = 0; i < 17; i++) {
        assert_int_equal(fwrite(block, 1, sizeof block, file), sizeof block);
    }
    fprintf(file, "\n" LINE, 1, 4);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(read_all(&stats, &sum, reason), STATUS_END);
    assert_int_equal(stats.malformed_count, 1);
    assert_int_equal(stats.message_count, 1);
    assert_true(sum == 4.5);
}

/* A sink that is full every second time. */
struct moody_sink {
    int calls;
    atomic_int taken;
};

static bool moody_push(void *self, const struct event *slots, size_t count) {
    struct moody_sink *sink = self;
    assert_int_equal(slots[0].ts_ms, atomic_load(&sink->taken));
    if (++sink->calls % 2 == 0 && sink->calls < 40) {
        return false;
    }
    atomic_fetch_add(&sink->taken, (int)count);
    return true;
}

static void the_thread_waits_for_a_full_sink_and_drops_nothing(void **state) {
    (void)state;
    struct event_source source;
    struct reader *reader = NULL;
    char reason[READER_REASON_BYTES];
    struct moody_sink moody = {0};
    const struct event_sink sink = {.self = &moody, .push = moody_push};
    write_file(packed, pack_zstd(text, text_len, packed));
    assert_int_equal(reader_open(path, instruments, &source, &reader, reason), STATUS_OK);
    assert_int_equal(source.ops->start(source.self, &sink), STATUS_OK);
    while (!reader_get_stats(reader).ended) {
        usleep(500);
    }
    source.ops->stop(source.self);
    assert_int_equal(atomic_load(&moody.taken), LINE_COUNT);
    event_source_destroy(&source);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(the_packing_shows_in_the_first_bytes),
        CASE(a_file_that_breaks_off_gives_its_whole_lines_and_says_so),
        CASE(bad_lines_are_counted_and_the_first_is_named),
        CASE(what_cannot_be_opened_is_said),
        CASE(a_line_too_long_is_passed_over),
        CASE(the_thread_waits_for_a_full_sink_and_drops_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
