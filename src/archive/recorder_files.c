#include "archive/recorder_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

#define DAY_MS INT64_C(86400000)
static const char suffix[] = ".liq";
enum { STAMP_LEN = 16 /* 20261122T000000Z */, STAMP_BYTES = 32, FILE_COUNT_MAX = 4096 };

bool recorder_name_init(struct recorder_name *name, const char *path, bool dated) {
    name->dated = dated;
    return strlen(path) + STAMP_BYTES + sizeof suffix < sizeof name->path &&
           str_copy(name->path, sizeof name->path, path);
}

/* The path without its ".liq". */
static struct span stem_of(const struct recorder_name *name) {
    const size_t len = strlen(name->path);
    const size_t cut = str_ends_with(name->path, suffix) ? sizeof suffix - 1 : 0;
    return (struct span){name->path, len - cut};
}

static void make_stamp(int64_t wall_ms, char out[STAMP_BYTES]) {
    const time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(out, STAMP_BYTES, "%Y%m%dT%H%M%SZ", &utc) == 0) {
        out[0] = '\0';
    }
}

void recorder_name_make(const struct recorder_name *name, int64_t wall_ms,
                        char out[RECORDER_PATH_BYTES]) {
    const struct span stem = stem_of(name);
    char stamp[STAMP_BYTES];
    if (!name->dated) {
        str_copy(out, RECORDER_PATH_BYTES, name->path);
        return;
    }
    make_stamp(wall_ms, stamp);
    str_format(out, RECORDER_PATH_BYTES, "%.*s-%s%s", (int)stem.len, stem.bytes, stamp, suffix);
    for (int i = 2; access(out, F_OK) == 0 && i < FILE_COUNT_MAX; i++) {
        str_format(out, RECORDER_PATH_BYTES, "%.*s-%s_%d%s", (int)stem.len, stem.bytes, stamp, i,
                   suffix);
    }
}

/* -- pruning -- */

struct dated_file {
    char name[256];
    int64_t bytes;
};

bool recorder_files_is_dated(const char *behind) {
    static const char form[] = "-ddddddddTddddddZ";
    const char *text = behind;
    for (const char *f = form; *f != '\0'; f++, text++) {
        const bool digit = *text >= '0' && *text <= '9';
        if (*f == 'd' ? !digit : *text != *f) {
            return false;
        }
    }
    if (*text == '_') {
        text += 1 + strspn(text + 1, "0123456789");
    }
    return strcmp(text, suffix) == 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct dated_file *)a)->name, ((const struct dated_file *)b)->name);
}

/* The folder and the beginning of the names in it. */
static void split(const struct recorder_name *name, char folder[RECORDER_PATH_BYTES],
                  char begin[256]) {
    const struct span stem = stem_of(name);
    size_t cut = stem.len;
    while (cut > 0 && stem.bytes[cut - 1] != '/') {
        cut--;
    }
    if (cut == 0) {
        str_copy(folder, RECORDER_PATH_BYTES, "./");
    } else {
        str_copy_span(folder, RECORDER_PATH_BYTES, (struct span){stem.bytes, cut});
    }
    str_copy_span(begin, 256, (struct span){stem.bytes + cut, stem.len - cut});
}

static size_t list_files(const char *folder, const char *begin, struct dated_file *out) {
    DIR *dir = opendir(folder);
    const size_t begin_len = strlen(begin);
    const struct dirent *entry = NULL;
    size_t count = 0;
    while (dir != NULL && count < FILE_COUNT_MAX && (entry = readdir(dir)) != NULL) {
        char path[RECORDER_PATH_BYTES];
        struct stat info;
        if (strncmp(entry->d_name, begin, begin_len) == 0 &&
            recorder_files_is_dated(entry->d_name + begin_len) &&
            str_format(path, sizeof path, "%s%s", folder, entry->d_name) &&
            stat(path, &info) == 0 &&
            str_copy(out[count].name, sizeof out[count].name, entry->d_name)) {
            out[count++].bytes = (int64_t)info.st_size;
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    qsort(out, count, sizeof *out, by_name); /* by time: the stamp sorts as it reads */
    return count;
}

static bool is_too_old(const char *stamp, int keep_days, int64_t now_ms) {
    char oldest[STAMP_BYTES];
    make_stamp(now_ms - keep_days * DAY_MS, oldest);
    return keep_days > 0 && strncmp(stamp, oldest, STAMP_LEN) < 0;
}

/* With what a writer that was killed has left beside it. */
static bool remove_file(const char *path) {
    static const char *const sides[] = {"-wal", "-shm"};
    char side[RECORDER_PATH_BYTES];
    if (unlink(path) != 0) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(sides); i++) {
        if (str_format(side, sizeof side, "%s%s", path, sides[i])) {
            (void)unlink(side); /* most often there is none */
        }
    }
    return true;
}

int recorder_files_prune(const struct recorder_name *name, const char *current, int64_t keep_bytes,
                         int keep_days, int64_t now_ms) {
    char folder[RECORDER_PATH_BYTES], begin[256], path[RECORDER_PATH_BYTES];
    int64_t bytes = 0;
    int gone = 0;
    if (!name->dated || (keep_bytes <= 0 && keep_days <= 0)) {
        return 0;
    }
    struct dated_file *files = malloc(FILE_COUNT_MAX * sizeof *files);
    if (files == NULL) {
        return 0;
    }
    split(name, folder, begin);
    const size_t count = list_files(folder, begin, files);
    for (size_t i = 0; i < count; i++) {
        bytes += files[i].bytes;
    }
    for (size_t i = 0; i < count; i++) {
        const bool too_many = keep_bytes > 0 && bytes > keep_bytes;
        str_format(path, sizeof path, "%s%s", folder, files[i].name);
        if ((too_many || is_too_old(files[i].name + strlen(begin) + 1, keep_days, now_ms)) &&
            !str_ends_with(current, files[i].name) && remove_file(path)) {
            LOG_INFO("recording: %s deleted: older than what is kept", path);
            bytes -= files[i].bytes;
            gone++;
        }
    }
    free(files);
    return gone;
}
