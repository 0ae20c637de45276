/* Several files as one source: in order of time, whole messages, each file's trouble told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/file_source.h"
#include "base/str.h"

enum { PATH_BYTES = 64 };

struct rig {
    char paths[2][PATH_BYTES];
    struct instrument_table *instruments;
    struct event_source source;
    struct file_source *files;
};

static void write_file(char path[PATH_BYTES], const char *text) {
    str_copy(path, PATH_BYTES, "/tmp/liqscope-files-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
}

static void open_rig(struct rig *rig, int count, const char *first, const char *second) {
    char reason[SOURCE_REASON_BYTES];
    struct source_list list = {.count = count};
    write_file(rig->paths[0], first);
    write_file(rig->paths[1], second);
    for (int i = 0; i < count; i++) {
        list.specs[i] = (struct source_spec){.kind = SOURCE_FILE, .path = rig->paths[i]};
    }
    rig->instruments = instrument_table_create();
    if (!file_source_open(&list, rig->instruments, &rig->source, &rig->files, reason)) {
        fail_msg("%s", reason);
    }
}

static void close_rig(struct rig *rig) {
    event_source_destroy(&rig->source);
    instrument_table_destroy(rig->instruments);
    unlink(rig->paths[0]);
    unlink(rig->paths[1]);
}

#define MARK(venue, ts)                                                                            \
    "{\"type\":\"ticker\",\"venue\":\"" venue "\",\"symbol\":\"BTC\",\"ts_ms\":" #ts               \
    ",\"mark\":100,\"oi\":5}\n"

/* "h10 h10 o20 …" by the first letter of the venue and the time of each slot. */
static void read_all(struct rig *rig, size_t count_max, char *text, size_t text_bytes) {
    static struct event slots[EVENT_MESSAGE_SLOTS_MAX];
    size_t count = 0;
    text[0] = '\0';
    while (rig->source.ops->read(rig->source.self, slots, count_max, &count) == STATUS_OK) {
        assert_true(count > 0 && count <= count_max);
        assert_true((slots[0].flags & EVENT_FLAG_BEGIN) != 0);
        assert_true((slots[count - 1].flags & EVENT_FLAG_END) != 0);
        for (size_t i = 0; i < count; i++) {
            const struct instrument *of = instrument_get(rig->instruments, slots[i].instrument);
            str_append(text, text_bytes, "%c%d ", venue_key(of->venue)[0], (int)slots[i].ts_ms);
        }
    }
}

static void files_are_merged_by_time_message_by_message(void **state) {
    (void)state;
    static const size_t reads[] = {2, 3, 4, 1000};
    for (size_t i = 0; i < ARRAY_COUNT(reads); i++) {
        struct rig rig = {0};
        char text[512];
        open_rig(&rig, 2,
                 MARK("hyperliquid", 10) MARK("hyperliquid", 20) MARK("hyperliquid", 40)
                     MARK("hyperliquid", 30),
                 MARK("okx", 5) MARK("okx", 20) MARK("okx", 25) MARK("okx", 90));
        read_all(&rig, reads[i], text, sizeof text);
        assert_string_equal(text, "o5 o5 h10 h10 h20 h20 o20 o20 o25 o25 h40 h40 h30 h30 o90 o90 ");
        assert_null(file_source_take_trouble(rig.files));
        close_rig(&rig);
    }
}

static void a_file_alone_keeps_its_order(void **state) {
    (void)state;
    struct rig rig = {0};
    char text[512];
    open_rig(&rig, 1, MARK("okx", 9) MARK("okx", 7) MARK("okx", 8), "");
    read_all(&rig, 1000, text, sizeof text);
    assert_string_equal(text, "o9 o9 o7 o7 o8 o8 ");
    close_rig(&rig);
}

static void trouble_of_one_does_not_end_the_other(void **state) {
    (void)state;
    struct rig rig = {0};
    char text[512];
    open_rig(&rig, 2, "this is no event\n", MARK("okx", 1) MARK("okx", 2));
    read_all(&rig, 1000, text, sizeof text);
    assert_string_equal(text, "o1 o1 o2 o2 ");
    const char *trouble = file_source_take_trouble(rig.files);
    assert_non_null(trouble);
    assert_non_null(strstr(trouble, rig.paths[0]));
    assert_null(file_source_take_trouble(rig.files));
    close_rig(&rig);
}

static void a_file_that_is_not_there_is_told_at_once(void **state) {
    (void)state;
    char reason[SOURCE_REASON_BYTES];
    struct event_source source = {0};
    struct file_source *files = NULL;
    struct instrument_table *instruments = instrument_table_create();
    struct source_list list = {.count = 2};
    char path[PATH_BYTES];
    write_file(path, MARK("okx", 1));
    list.specs[0] = (struct source_spec){.kind = SOURCE_FILE, .path = path};
    list.specs[1] = (struct source_spec){.kind = SOURCE_FILE, .path = "/nowhere/at.jsonl"};
    assert_false(file_source_open(&list, instruments, &source, &files, reason));
    assert_non_null(strstr(reason, "/nowhere/at.jsonl"));
    instrument_table_destroy(instruments);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_merged_by_time_message_by_message),
        cmocka_unit_test(a_file_alone_keeps_its_order),
        cmocka_unit_test(trouble_of_one_does_not_end_the_other),
        cmocka_unit_test(a_file_that_is_not_there_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
