/* app/past_files.h - which files of a recording in several hold a moment: their names say when each
 * begins (NAME-20261122T000000Z.liq), and each goes on to the next.
 *
 * Thread: main; plain functions.  Nothing is opened.  Limit: SOURCE_COUNT_MAX files at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/source.h"

enum { PAST_FILES_PATH_BYTES = 1024 };

struct past_files {
    int count;                                           /* 0: there is none */
    char paths[SOURCE_COUNT_MAX][PAST_FILES_PATH_BYTES]; /* in the order of time */
    int64_t from_ms, until_ms; /* moments that are sought in them; INT64_MIN, INT64_MAX: all that
                                  are older, or newer */
};

/* Of the recording NAME.liq the file that holds ts_ms, the one before it too if that moment lies
 * within before_ms of its begin (what was there before it is a part of its picture), and those that
 * follow. */
void past_files_choose(const char *name, int64_t ts_ms, int64_t before_ms, struct past_files *out);
/* One file for all. */
void past_files_only(const char *path, struct past_files *out);
/* When the oldest of them begins; INT64_MAX: there is none. */
int64_t past_files_begin_ms(const char *name);
/* Whether it is one of the files of NAME.liq. */
bool past_files_has(const char *name, const char *path);
