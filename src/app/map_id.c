#include "app/map_id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/picture_options.h"
#include "app/state_file.h"
#include "base/clock.h"
#include "base/hash.h"

/* The estimate that this version makes: another number where equal events give another map. */
#define MODEL "1"
/* Crockford's 32: no I, L, O, U. */
static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { DIGIT_COUNT = 10, DASH_AT = 5 };

/* -- what it stands for, as text: a NAME = VALUE a line -- */

static bool add_line(char *out, const char *name, const char *value) {
    return strchr(value, '\n') == NULL &&
           str_append(out, MAP_ID_BYTES_MAX, "%s = %s\n", name, value);
}

static bool add_option(char *out, enum option_id id, const char *value) {
    char name[OPTION_NAME_BYTES];
    return add_line(out, option_name(id, name), value);
}

static bool add_time(char *out, enum option_id id, int64_t ms) {
    char text[CLOCK_TEXT_BYTES];
    return ms == 0 || add_option(out, id, clock_format_utc(ms, text));
}

/* Where it lies, from anywhere. */
static bool add_file(char *out, const char *path) {
    char *whole = realpath(path, NULL);
    bool fits = add_line(out, "source", whole != NULL ? whole : path);
    free(whole);
    return fits;
}

static bool add_sources(char *out, const struct source_list *sources) {
    char text[INSTRUMENT_SYMBOL_BYTES + 64];
    bool fits = true;
    for (int i = 0; i < sources->count && fits; i++) {
        const struct source_spec *spec = &sources->specs[i];
        if (spec->kind == SOURCE_FILE) {
            fits = add_file(out, spec->path);
        } else if (spec->kind == SOURCE_DEMO) {
            fits = add_line(out, "source", "demo");
        } else {
            str_format(text, sizeof text, "%s:%s", venue_key(spec->venue), spec->symbol);
            fits = add_line(out, "source", text);
        }
    }
    return fits;
}

/* Options of the run that decide what there is to see. */
static bool is_of_run(enum option_id id) {
    const struct option_row *row = option_row(id);
    return id == OPT_margin_tables || id == OPT_fps || id == OPT_why || id == OPT_pointer ||
           (strcmp(row->section, "demo") == 0 && (row->commands & COMMAND_BIT(render)) != 0);
}

static bool is_of_view(enum option_id id) {
    return is_of_run(id) || picture_options_has(id) || id == OPT_size || id == OPT_at ||
           id == OPT_from || id == OPT_to || id == OPT_speed;
}

/* A pointer before or after what is drawn shows nothing, and is no part of the view. */
static bool is_pointed_away(const struct map_id_desc *desc) {
    char error[OPTION_ERROR_BYTES];
    struct picture_place place;
    return desc->at_ms != 0 && picture_options_read_pointer(desc->options, &place, error) &&
           place.given &&
           fabs((double)(place.ts_ms - desc->at_ms)) > (desc->span_ms > 0 ? desc->span_ms : 0);
}

static bool add_view(char *out, const struct map_id_desc *desc) {
    static struct option_table shown; /* tens of kilobytes: not on the stack */
    char text[64];
    str_format(text, sizeof text, "%dx%d", desc->width_px, desc->height_px);
    bool fits = add_option(out, OPT_size, text) && add_time(out, OPT_at, desc->at_ms) &&
                add_time(out, OPT_from, desc->from_ms) && add_time(out, OPT_to, desc->to_ms);
    str_format(text, sizeof text, "%.17g", desc->speed);
    fits = fits && (desc->speed == 0 || add_option(out, OPT_speed, text));
    option_table_init(&shown);
    picture_options_write(desc->settings, round(desc->span_ms / 1e3) * 1e3, &shown);
    for (int i = 0; i < OPT_COUNT && fits; i++) {
        const enum option_id id = (enum option_id)i;
        if (picture_options_has(id) && shown.values[i].text[0] != '\0') {
            fits = add_option(out, id, shown.values[i].text);
        } else if (is_of_run(id) && option_given(desc->options, id) &&
                   !(id == OPT_pointer && is_pointed_away(desc))) {
            fits = add_option(out, id, desc->options->values[i].text);
        }
    }
    return fits;
}

/* -- the name -- */

static void write_id(uint64_t hash, char out[MAP_ID_TEXT_BYTES]) {
    int at = 0;
    hash ^= hash >> 50; /* the upper bits count, too */
    for (int i = 0; i < DIGIT_COUNT; i++) {
        if (i == DASH_AT) {
            out[at++] = '-';
        }
        out[at++] = digits[hash & 31];
        hash >>= 5;
    }
    out[at] = '\0';
}

bool map_id_make(const struct map_id_desc *desc, struct map_id *out) {
    out->view[0] = '\0';
    bool fits = add_line(out->view, "version", LIQSCOPE_VERSION) &&
                add_line(out->view, "model", MODEL) && add_view(out->view, desc);
    uint64_t hash = hash_bytes(HASH_START, out->view, strlen(out->view));
    hash = hash_bytes(hash, desc->instruments, strlen(desc->instruments));
    write_id(hash, out->text);
    return fits && add_sources(out->view, desc->sources);
}

/* Small letters, blanks and dashes, O for 0, I and L for 1 are read, too. False: no such name. */
static bool read_id(const char *text, char out[MAP_ID_TEXT_BYTES]) {
    int count = 0;
    int at = 0;
    for (const char *c = text; *c != '\0'; c++) {
        char letter = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        letter = letter == 'O' ? '0' : letter == 'I' || letter == 'L' ? '1' : letter;
        if (letter == '-' || letter == ' ') {
            continue;
        }
        if (strchr(digits, letter) == NULL || count == DIGIT_COUNT) {
            return false;
        }
        if (count++ == DASH_AT) {
            out[at++] = '-';
        }
        out[at++] = letter;
    }
    out[at] = '\0';
    return count == DIGIT_COUNT;
}

/* -- the files -- */

static bool folder_of(char out[STATE_FILE_PATH_BYTES]) {
    return state_file_folder(out) && str_append(out, STATE_FILE_PATH_BYTES, "/maps");
}

static bool path_of(const char *id, char out[STATE_FILE_PATH_BYTES]) {
    return folder_of(out) && str_append(out, STATE_FILE_PATH_BYTES, "/%s", id);
}

/* Where there are too many, the one that was kept longest goes. */
static void drop_oldest(const char *folder) {
    char oldest[MAP_ID_TEXT_BYTES] = "";
    struct timespec when = {0};
    int count = 0;
    DIR *dir = opendir(folder);
    struct dirent *entry = NULL;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char id[MAP_ID_TEXT_BYTES];
        struct stat info;
        if (strlen(entry->d_name) != MAP_ID_TEXT_BYTES - 1 || !read_id(entry->d_name, id) ||
            fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            continue; /* not ours */
        }
        count++;
        if (oldest[0] == '\0' || info.st_mtim.tv_sec < when.tv_sec ||
            (info.st_mtim.tv_sec == when.tv_sec && info.st_mtim.tv_nsec < when.tv_nsec)) {
            str_copy(oldest, sizeof oldest, id);
            when = info.st_mtim;
        }
    }
    if (dir != NULL && count >= MAP_ID_KEPT_MAX) {
        (void)unlinkat(dirfd(dir), oldest, 0);
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

bool map_id_keep(const struct map_id *id, char reason[MAP_ID_REASON_BYTES]) {
    char path[STATE_FILE_PATH_BYTES];
    if (!path_of(id->text, path)) {
        str_copy(reason, MAP_ID_REASON_BYTES,
                 "neither XDG_STATE_HOME nor HOME is set; what a map ID stands for is not kept");
        return false;
    }
    char folder[STATE_FILE_PATH_BYTES];
    if (access(path, F_OK) != 0 && folder_of(folder)) {
        drop_oldest(folder);
    }
    if (!state_file_replace(path, id->view, strlen(id->view))) {
        str_format(reason, MAP_ID_REASON_BYTES, "%.300s: not written: %s", path, strerror(errno));
        return false;
    }
    return true;
}

/* One line of a file, which anybody may have changed. */
static bool take_line(struct span line, struct option_table *table, struct map_id_view *out) {
    const char *equals = memchr(line.bytes, '=', line.len);
    char name[OPTION_NAME_BYTES];
    char error[OPTION_ERROR_BYTES];
    if (equals == NULL || equals - line.bytes < 2 || equals + 2 > line.bytes + line.len ||
        !str_copy_span(name, sizeof name,
                       (struct span){line.bytes, (size_t)(equals - line.bytes) - 1})) {
        return false;
    }
    const struct span value = {equals + 2, (size_t)(line.bytes + line.len - equals) - 2};
    if (strcmp(name, "source") == 0) {
        return out->source_count < SOURCE_COUNT_MAX &&
               str_copy_span(out->sources[out->source_count++], OPTION_TEXT_BYTES, value);
    }
    if (strcmp(name, "version") == 0) {
        return str_copy_span(out->version, sizeof out->version, value);
    }
    if (strcmp(name, "model") == 0) {
        return true;
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        char own[OPTION_NAME_BYTES];
        if (is_of_view((enum option_id)i) &&
            strcmp(option_name((enum option_id)i, own), name) == 0) {
            return option_set(table, (enum option_id)i, value.bytes, value.len, error);
        }
    }
    return false;
}

enum exit_status map_id_load(const char *text, struct option_table *table, struct map_id_view *out,
                             char reason[MAP_ID_REASON_BYTES]) {
    static char bytes[MAP_ID_BYTES_MAX];
    char id[MAP_ID_TEXT_BYTES], path[STATE_FILE_PATH_BYTES];
    memset(out, 0, sizeof *out);
    if (!read_id(text, id)) {
        str_format(reason, MAP_ID_REASON_BYTES,
                   "\"%.40s\": no map ID; expected ten letters and digits such as K7M3Q-2XP9D",
                   text);
        return EXIT_STATUS_USAGE;
    }
    const ssize_t len = path_of(id, path) ? state_file_read(path, bytes, sizeof bytes) : -1;
    if (len < 0) {
        str_format(reason, MAP_ID_REASON_BYTES,
                   "%s: not known on this machine; where the picture was made, %s has it", id,
                   "$XDG_STATE_HOME/liqscope/maps");
        return EXIT_STATUS_FAILED;
    }
    bool good = (size_t)len < sizeof bytes;
    for (size_t at = 0; good && at < (size_t)len;) {
        const char *end = memchr(bytes + at, '\n', (size_t)len - at);
        good = end != NULL &&
               take_line((struct span){bytes + at, (size_t)(end - bytes) - at}, table, out);
        at = end != NULL ? (size_t)(end - bytes) + 1 : (size_t)len;
    }
    if (!good || out->source_count == 0) {
        str_format(reason, MAP_ID_REASON_BYTES, "%.300s: damaged, or of another version", path);
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}
