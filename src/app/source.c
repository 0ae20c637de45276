#include "app/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "venue/venue.h"

static enum exit_status resolve_file(const char *path, struct source_spec *out, char *reason) {
    struct stat info;
    if (strcmp(path, "-") != 0) {
        if (stat(path, &info) != 0 || access(path, R_OK) != 0) {
            str_format(reason, SOURCE_REASON_BYTES, "%s: cannot be read: %s", path,
                       strerror(errno));
            return EXIT_STATUS_FAILED;
        }
        if (S_ISDIR(info.st_mode)) {
            str_format(reason, SOURCE_REASON_BYTES,
                       "%s: is a directory; expected a recording or a file of event JSON lines",
                       path);
            return EXIT_STATUS_FAILED;
        }
    }
    out->kind = SOURCE_FILE;
    out->path = path;
    return EXIT_STATUS_DONE;
}

static bool symbol_valid(const char *symbol) {
    size_t len = strlen(symbol);
    return len > 0 && len < INSTRUMENT_SYMBOL_BYTES &&
           strspn(symbol, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
               len;
}

static void near_venue(const char *key, size_t len, char *reason) {
    int best_distance = option_name_distance_limit(len);
    enum venue_id best = VENUE_NONE;
    for (int venue = VENUE_NONE + 1; venue < VENUE_COUNT; venue++) {
        const char *known = venue_key((enum venue_id)venue);
        int distance = option_name_distance(key, len, known, strlen(known), best_distance);
        if (distance < best_distance) {
            best = (enum venue_id)venue;
            best_distance = distance;
        }
    }
    if (best != VENUE_NONE) {
        str_append(reason, SOURCE_REASON_BYTES, "; did you mean %s?", venue_key(best));
    } else {
        char known[VENUE_LIST_BYTES];
        venue_list(true, known, sizeof known);
        str_append(reason, SOURCE_REASON_BYTES, "; this version connects to %s", known);
    }
}

static enum exit_status resolve_live(const char *text, const char *colon, struct source_spec *out,
                                     char *reason) {
    size_t len = (size_t)(colon - text);
    const char *symbol = colon + 1;
    enum venue_id venue = venue_from_key(text, len);
    if (venue == VENUE_NONE) {
        str_format(reason, SOURCE_REASON_BYTES, "\"%.80s\": unknown venue", text);
        near_venue(text, len, reason);
        return EXIT_STATUS_USAGE;
    }
    if (!venue_is_live(venue)) {
        char known[VENUE_LIST_BYTES];
        venue_list(true, known, sizeof known);
        str_format(reason, SOURCE_REASON_BYTES,
                   "\"%.80s\": no live connection to %s in this version; it connects to %s", text,
                   venue_title(venue), known);
        return EXIT_STATUS_USAGE;
    }
    if (!symbol_valid(symbol)) {
        str_format(reason, SOURCE_REASON_BYTES,
                   "\"%.80s\": no symbol of %s; expected one such as %s:%s", text,
                   venue_title(venue), venue_key(venue), venue_example(venue));
        return EXIT_STATUS_USAGE;
    }
    out->kind = SOURCE_LIVE;
    out->venue = venue;
    str_copy(out->symbol, sizeof out->symbol, symbol);
    venue_settle_case(venue, out->symbol);
    return EXIT_STATUS_DONE;
}

/* A name looks like a file where it says so by its ending, has a slash, or simply exists. */
static bool looks_like_file(const char *text) {
    return str_ends_with(text, ".jsonl") || str_ends_with(text, ".csv") ||
           str_ends_with(text, ".liq") || str_ends_with(text, ".gz") ||
           str_ends_with(text, ".zst") || strchr(text, '/') != NULL || strcmp(text, "-") == 0 ||
           access(text, F_OK) == 0;
}

bool source_is_recording(const char *path) {
    static const char magic[16] = "SQLite format 3";
    char bytes[sizeof magic] = {0};
    if (str_ends_with(path, ".liq")) {
        return true;
    }
    FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");
    const bool same = file != NULL && fread(bytes, 1, sizeof bytes, file) == sizeof bytes &&
                      memcmp(bytes, magic, sizeof bytes) == 0;
    if (file != NULL) {
        fclose(file);
    }
    return same;
}

enum exit_status source_resolve(const char *text, struct source_spec *out,
                                char reason[SOURCE_REASON_BYTES]) {
    const char *colon = strchr(text, ':');
    memset(out, 0, sizeof *out);
    if (strcmp(text, "demo") == 0) {
        out->kind = SOURCE_DEMO;
        return EXIT_STATUS_DONE;
    }
    if (strstr(text, "://") != NULL) {
        str_format(
            reason, SOURCE_REASON_BYTES,
            "\"%.80s\": bus addresses are not in this version; expected demo, VENUE:SYMBOL or "
            "a file",
            text);
        return EXIT_STATUS_USAGE;
    }
    if (looks_like_file(text)) {
        return resolve_file(text, out, reason);
    }
    if (colon != NULL) {
        return resolve_live(text, colon, out, reason);
    }
    str_format(reason, SOURCE_REASON_BYTES,
               "\"%.80s\": unknown source or command; expected demo, VENUE:SYMBOL "
               "(binance_usdm:BTCUSDT), a recording (.liq) or a file of events (.jsonl, .csv, also "
               ".gz, .zst)",
               text);
    return EXIT_STATUS_USAGE;
}

static enum exit_status add_source(struct source_list *list, const char *text, char *reason) {
    if (list->count == SOURCE_COUNT_MAX) {
        str_format(reason, SOURCE_REASON_BYTES, "\"%.80s\": too many sources; at most %d", text,
                   SOURCE_COUNT_MAX);
        return EXIT_STATUS_USAGE;
    }
    return source_resolve(text, &list->specs[list->count++], reason);
}

static enum exit_status check_mixture(const struct source_list *list, char *reason) {
    for (int i = 1; i < list->count; i++) {
        if (list->specs[i].kind != list->specs[0].kind || list->specs[i].kind == SOURCE_DEMO) {
            str_copy(reason, SOURCE_REASON_BYTES,
                     "sources cannot be mixed; expected demo alone, or only files, or only "
                     "VENUE:SYMBOL");
            return EXIT_STATUS_USAGE;
        }
    }
    return EXIT_STATUS_DONE;
}

enum exit_status source_list_resolve(const struct app_options *options, struct source_list *out,
                                     char reason[SOURCE_REASON_BYTES]) {
    enum exit_status status = EXIT_STATUS_DONE;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < options->arg_count && status == EXIT_STATUS_DONE; i++) {
        status = add_source(out, options->args[i], reason);
    }
    if (options->arg_count == 0) {
        str_copy(out->config_text, sizeof out->config_text,
                 option_text(&options->table, OPT_sources));
        for (char *word = out->config_text; status == EXIT_STATUS_DONE;) {
            word += strspn(word, " \t");
            size_t len = strcspn(word, " \t");
            if (len == 0) {
                break;
            }
            char *next = word[len] != '\0' ? word + len + 1 : word + len;
            word[len] = '\0';
            status = add_source(out, word, reason);
            word = next;
        }
    }
    if (status == EXIT_STATUS_DONE && out->count == 0) {
        status = add_source(out, "demo", reason);
    }
    return status == EXIT_STATUS_DONE ? check_mixture(out, reason) : status;
}
