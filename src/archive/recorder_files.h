/* archive/recorder_files.h - the names of a recording's files, and which of them are too old.
 *
 * Thread: any; plain functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { RECORDER_PATH_BYTES = 4096 };

struct recorder_name {
    char path[RECORDER_PATH_BYTES];
    bool dated; /* the moment a file begins is part of its name */
};

/* False: too long. */
bool recorder_name_init(struct recorder_name *name, const char *path, bool dated);
/* "day.liq", or "day-20261122T000000Z.liq"; one that exists is gone on with, or, dated, gets "_2"
 * and so on behind its time, so that names sort as their files began. */
void recorder_name_make(const struct recorder_name *name, int64_t wall_ms,
                        char out[RECORDER_PATH_BYTES]);

/* Whether that is what stands behind "day" where the name is dated: "-20261122T000000Z.liq", or
 * with
 * "_2" and so on behind the time. */
bool recorder_files_is_dated(const char *behind);

/* Delete the oldest dated files of this name until those left hold at most keep_bytes and began at
 * most keep_days before now (0: no such limit), but never `current`. Returns how many went. */
int recorder_files_prune(const struct recorder_name *name, const char *current, int64_t keep_bytes,
                         int keep_days, int64_t now_ms);
