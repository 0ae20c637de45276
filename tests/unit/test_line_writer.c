/* What line_writer writes, line_stream reads; what cannot be written is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/line_stream.h"
#include "archive/line_writer.h"

enum { PATH_BYTES = 64, LINE_COUNT = 3000 };

static void make_line(int i, char line[static 64]) {
    (void)snprintf(line, 64, "{\"line\":%d,\"square\":%d}", i, i * i);
}

/* The first bytes tell which of the three it is. */
static void check_magic(const char *path, const char *magic) {
    char bytes[4] = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    fclose(file);
    assert_memory_equal(bytes, magic, strlen(magic));
}

static void every_form_comes_back_whole(void **state) {
    (void)state;
    static const struct {
        const char *suffix, *magic;
    } forms[] = {{"", "{\"li"}, {".gz", "\x1f\x8b"}, {".zst", "\x28\xb5\x2f\xfd"}};
    for (size_t k = 0; k < 3; k++) {
        char path[PATH_BYTES];
        char want[64];
        char reason[LINE_WRITER_REASON_BYTES] = "";
        enum status why = STATUS_OK;
        (void)snprintf(path, sizeof path, "/tmp/line_writer_%d.jsonl%s", (int)getpid(),
                       forms[k].suffix);
        struct line_writer *writer = line_writer_open(path, &why, reason);
        assert_non_null(writer);
        for (int i = 0; i < LINE_COUNT; i++) {
            make_line(i, want);
            assert_true(line_writer_put(writer, want, strlen(want)));
            assert_true(line_writer_put(writer, "\n", 1));
            assert_true(line_writer_put(writer, "", 0));
        }
        assert_true(line_writer_close(writer, reason));
        check_magic(path, forms[k].magic);

        const char *line = NULL;
        size_t len = 0;
        struct line_stream *stream = line_stream_open(path, &why, reason);
        assert_non_null(stream);
        for (int i = 0; i < LINE_COUNT; i++) {
            make_line(i, want);
            assert_int_equal(line_stream_next(stream, &line, &len), STATUS_OK);
            assert_int_equal(len, strlen(want));
            assert_memory_equal(line, want, len);
        }
        assert_int_equal(line_stream_next(stream, &line, &len), STATUS_END);
        line_stream_close(stream);
        unlink(path);
    }
}

static void a_place_that_is_not_there_is_named(void **state) {
    (void)state;
    static const char *const paths[] = {"/nowhere/a.jsonl", "/nowhere/a.jsonl.gz",
                                        "/nowhere/a.jsonl.zst"};
    for (size_t i = 0; i < 3; i++) {
        char reason[LINE_WRITER_REASON_BYTES] = "";
        enum status why = STATUS_OK;
        assert_null(line_writer_open(paths[i], &why, reason));
        assert_int_equal(why, STATUS_IO);
        assert_non_null(strstr(reason, paths[i]));
        assert_non_null(strstr(reason, "No such file"));
    }
}

static void a_full_disk_is_said_at_the_end(void **state) {
    (void)state;
    char reason[LINE_WRITER_REASON_BYTES] = "";
    enum status why = STATUS_OK;
    struct line_writer *writer = line_writer_open("/dev/full", &why, reason);
    assert_non_null(writer);
    for (int i = 0; i < 1000; i++) {
        (void)line_writer_put(writer, "0123456789abcdef\n", 17);
    }
    assert_false(line_writer_close(writer, reason));
    assert_non_null(strstr(reason, "No space left"));
    assert_true(line_writer_close(NULL, reason));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_comes_back_whole),
        cmocka_unit_test(a_place_that_is_not_there_is_named),
        cmocka_unit_test(a_full_disk_is_said_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
