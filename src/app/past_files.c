#include "app/past_files.h"

#include <glob.h>
#include <string.h>

#include "archive/recorder_files.h"
#include "base/clock.h"
#include "base/str.h"

static const char suffix[] = ".liq";

/* When a file named so, behind so much of its name, begins. False: it is none. */
static bool read_begin(const char *path, size_t stem_len, int64_t *ts_ms) {
    const char *at = path + stem_len + 1;
    char utc[32];
    return recorder_files_is_dated(path + stem_len) &&
           str_format(utc, sizeof utc, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s", at, at + 4, at + 6, at + 9,
                      at + 11, at + 13) &&
           clock_parse_utc(utc, ts_ms);
}

/* Sorted by name, and so by time. False: there are none; globfree has nothing to do. */
static bool find(const char *name, size_t *stem_len, glob_t *out) {
    char pattern[PAST_FILES_PATH_BYTES];
    if (!str_ends_with(name, suffix) || strpbrk(name, "*?[\\") != NULL) {
        return false;
    }
    *stem_len = strlen(name) - strlen(suffix);
    return str_format(pattern, sizeof pattern, "%.*s-*Z*.liq", (int)*stem_len, name) &&
           glob(pattern, 0, NULL, out) == 0;
}

void past_files_choose(const char *name, int64_t ts_ms, int64_t before_ms, struct past_files *out) {
    glob_t found = {.gl_pathc = 0};
    size_t stem_len = 0;
    int64_t last_ms = 0; /* begin of the newest that was taken */
    *out = (struct past_files){.from_ms = INT64_MIN, .until_ms = INT64_MAX};
    if (!find(name, &stem_len, &found)) {
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int64_t begin_ms = 0;
        if (!read_begin(found.gl_pathv[i], stem_len, &begin_ms)) {
            continue;
        }
        if (begin_ms <= ts_ms && out->count > 0) { /* what is before it may go */
            const bool near = ts_ms - begin_ms < before_ms;
            if (near) {
                memmove(out->paths[0], out->paths[out->count - 1], sizeof out->paths[0]);
            }
            out->from_ms = near ? last_ms : begin_ms;
            out->count = near ? 1 : 0;
        }
        if (out->count == SOURCE_COUNT_MAX) {
            out->until_ms = begin_ms;
            break;
        }
        if (str_copy(out->paths[out->count], sizeof out->paths[0], found.gl_pathv[i])) {
            out->count++;
            last_ms = begin_ms;
        }
    }
    globfree(&found);
}

void past_files_only(const char *path, struct past_files *out) {
    *out = (struct past_files){.from_ms = INT64_MIN, .until_ms = INT64_MAX};
    out->count = str_copy(out->paths[0], sizeof out->paths[0], path) ? 1 : 0;
}

int64_t past_files_begin_ms(const char *name) {
    struct past_files files;
    int64_t begin_ms = INT64_MAX;
    past_files_choose(name, INT64_MIN, 0, &files);
    if (files.count == 0 || !read_begin(files.paths[0], strlen(name) - strlen(suffix), &begin_ms)) {
        return INT64_MAX;
    }
    return begin_ms;
}

bool past_files_has(const char *name, const char *path) {
    int64_t begin_ms = 0;
    const size_t stem_len = str_ends_with(name, suffix) ? strlen(name) - strlen(suffix) : 0;
    return stem_len > 0 && strncmp(name, path, stem_len) == 0 &&
           read_begin(path, stem_len, &begin_ms);
}
