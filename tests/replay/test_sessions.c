/* Small sessions of our own making: for every folder tests/data/VENUE with a session.jsonl, its
 * normalized lines are session.expected.jsonl, byte for byte. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/event_lines.h"
#include "archive/line_stream.h"
#include "base/str.h"
#include "venue/normalize.h"

enum { PATH_BYTES = 512 };

struct run {
    struct instrument_table *instruments;
    struct event_text text;
};

static void on_message(void *user, const struct event *slots, size_t count,
                       const struct decimal *contracts) {
    struct run *run = user;
    struct event_line_extra extra = {.has_contracts = contracts != NULL};
    if (contracts != NULL) {
        extra.contracts = *contracts;
    }
    assert_true(event_lines_format(run->instruments, slots, count, &extra, &run->text));
}

static struct line_stream *open_lines(const char *path) {
    char reason[LINE_REASON_BYTES];
    enum status why = STATUS_OK;
    struct line_stream *lines = line_stream_open(path, &why, reason);
    if (lines == NULL) {
        fail_msg("%s: %s", path, reason);
    }
    return lines;
}

static void normalize(const char *key, const char *path, struct run *run) {
    const struct venue_dialect *dialect = venue_find(venue_from_key(key, strlen(key)));
    const char *line = NULL;
    size_t len = 0;
    if (dialect == NULL) {
        fail_msg("%s: no connector of that name", key);
        return;
    }
    struct venue_normalizer *normalizer = normalize_create(
        dialect, &(struct venue_normalizer_desc){
                     .instruments = run->instruments, .on_message = on_message, .user = run});
    assert_non_null(normalizer);
    struct line_stream *lines = open_lines(path);
    while (line_stream_next(lines, &line, &len) == STATUS_OK) {
        normalize_take(normalizer, line, len);
    }
    line_stream_close(lines);
    normalize_end(normalizer);
    normalize_destroy(normalizer);
    assert_true(event_text_append(&run->text, "", 1));
}

/* How many lines differ; each is told. */
static int compare(const char *path, const char *got) {
    const char *line = NULL;
    size_t len = 0;
    int differ = 0;
    struct line_stream *want = open_lines(path);
    while (line_stream_next(want, &line, &len) == STATUS_OK) {
        const size_t got_len = strcspn(got, "\n");
        if (got_len != len || memcmp(got, line, len) != 0) {
            print_error("%s:%d:\n  got  %.*s\n  want %.*s\n", path, (int)line_stream_number(want),
                        (int)got_len, got, (int)len, line);
            differ++;
        }
        got += got_len + (got[got_len] == '\n');
    }
    if (got[0] != '\0') {
        print_error("%s: more came out: %s\n", path, got);
        differ++;
    }
    line_stream_close(want);
    return differ;
}

static void every_session_gives_its_kept_lines(void **state) {
    (void)state;
    char path[PATH_BYTES];
    int sessions = 0, differ = 0;
    DIR *dir = opendir("tests/data");
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        str_format(path, sizeof path, "tests/data/%s/session.jsonl", entry->d_name);
        if (entry->d_name[0] == '.' || access(path, R_OK) != 0) {
            continue;
        }
        struct run run = {.instruments = instrument_table_create()};
        assert_non_null(run.instruments);
        normalize(entry->d_name, path, &run);
        str_format(path, sizeof path, "tests/data/%s/session.expected.jsonl", entry->d_name);
        differ += compare(path, run.text.bytes);
        sessions++;
        event_text_finish(&run.text);
        instrument_table_destroy(run.instruments);
    }
    closedir(dir);
    assert_true(sessions > 0);
    assert_int_equal(differ, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_session_gives_its_kept_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
