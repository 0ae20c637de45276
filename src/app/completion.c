#include "app/completion.h"

#include <string.h>

#include "base/str.h"
#include "venue/venue.h"
#if PICTURE
#include "view/action.h"
#include "view/settings.h"
#endif

static void add(struct completion *out, const char *word) {
    (void)str_append(out->words, sizeof out->words, "%s%s", out->words[0] != '\0' ? " " : "", word);
}

static void add_venues(struct completion *out) {
    for (int i = VENUE_NONE + 1; i < VENUE_COUNT; i++) {
        add(out, venue_key((enum venue_id)i));
    }
}

/* The simulated market, and of each live venue what is looked at most; any symbol may follow the
 * colon. */
static void add_sources(struct completion *out, bool with_live) {
    static const char *const symbols[] = {"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT"};
    char word[OPTION_NAME_BYTES * 2];
    add(out, "demo");
    for (int i = VENUE_NONE + 1; i < VENUE_COUNT; i++) {
        bool live = with_live && venue_is_live((enum venue_id)i);
        const char *example = venue_example((enum venue_id)i);
        const bool same = strcmp(example, symbols[0]) == 0; /* all are named alike there */
        for (size_t s = 0; live && s < (same ? ARRAY_COUNT(symbols) : 1); s++) {
            str_format(word, sizeof word, "%s:%s", venue_key((enum venue_id)i),
                       same ? symbols[s] : example);
            add(out, word);
        }
    }
}

static void add_normalized(struct completion *out) {
    for (int i = VENUE_NONE + 1; i < VENUE_COUNT; i++) {
        if (venue_find((enum venue_id)i) != NULL) {
            add(out, venue_key((enum venue_id)i));
        }
    }
}

/* Lengths of time that people say, those that the option takes. */
static void add_spans(struct completion *out, const struct option_row *row) {
    static const char *const spans[] = {"1s",  "10s", "1m", "5m", "30m", "1h",  "4h",  "12h", "24h",
                                        "48h", "3d",  "1w", "2w", "1mo", "3mo", "6mo", "1y"};
    for (size_t i = 0; i < ARRAY_COUNT(spans); i++) {
        int64_t ms = 0;
        if (option_parse_span(spans[i], strlen(spans[i]), &ms) && (double)ms >= row->min &&
            (double)ms <= row->max) {
            add(out, spans[i]);
        }
    }
}

/* Texts that are words of a list; empty: of none. */
static void add_list(struct completion *out, enum option_id id, const char *unit) {
    if (id == OPT_bands) {
        add(out, "all <5 5-10 10-25 25-50 50-100 100+");
    } else if (id == OPT_hide_venue) {
        add(out, "all");
        add_venues(out);
    }
#if PICTURE
    for (int i = 0; id == OPT_show && i < SETTINGS_PART_COUNT; i++) {
        char word[OPTION_NAME_BYTES * 2];
        const char *key = settings_part_key((enum settings_part)i);
        str_format(word, sizeof word, "+%s -%s", key, key);
        add(out, word);
    }
    for (int i = ACTION_NONE + 1; strncmp(unit, "ACTION", 6) == 0 && i < ACTION_COUNT; i++) {
        add(out, action_row((enum action)i)->name);
    }
#else
    (void)unit;
#endif
}

static void complete_text(struct completion *out, enum option_id id, const char *unit) {
    if (strcmp(unit, "FILE") == 0) {
        out->kind = COMPLETION_FILE;
    } else if (strcmp(unit, "DIR") == 0) {
        out->kind = COMPLETION_FOLDER;
    } else {
        add_list(out, id, unit);
        out->kind = out->words[0] != '\0' ? COMPLETION_WORDS : COMPLETION_ANY;
    }
}

void completion_of_option(enum option_id id, struct completion *out) {
    const struct option_row *row = option_row(id);
    memset(out, 0, sizeof *out);
    switch (row->kind) {
    case OPTION_CHOICE:
        add(out, row->choices);
        break;
    case OPTION_SPAN:
        add_spans(out, row);
        break;
    case OPTION_SIZE:
        add(out, "1280x720 1920x1080 2560x1440 3840x2160");
        break;
    case OPTION_TEXT:
        complete_text(out, id, row->unit != NULL ? row->unit : "");
        return;
    default:
        return;
    }
    out->kind = COMPLETION_WORDS;
}

/* The index-th word of "VENUE [FILE]"; a list "[SOURCE...]" goes on for ever. "": none. */
static const char *argument_name(const char *args, int index, size_t *len) {
    const char *at = args;
    for (;; index--) {
        at += strspn(at, " [");
        *len = strcspn(at, " ].");
        bool list = strncmp(at + *len, "...", 3) == 0;
        if (*at == '-' || *at == '\0') { /* an option is no argument */
            *len = 0;
            return "";
        }
        if (index == 0 || list) {
            return at;
        }
        at += strcspn(at, " ");
    }
}

void completion_of_argument(enum command command, int index, struct completion *out) {
    size_t len = 0;
    const char *name = argument_name(cli_command(command).args, index, &len);
    const struct span word = {name, len};
    memset(out, 0, sizeof *out);
    if (span_equal_text(word, "SOURCE")) {
        add_sources(out, command != COMMAND_render && command != COMMAND_score); /* have no end */
        out->kind = COMPLETION_SOURCE;
    } else if (span_equal_text(word, "FILE")) {
        out->kind = COMPLETION_FILE;
    } else if (span_equal_text(word, "VENUE")) {
        add_normalized(out);
        out->kind = COMPLETION_WORDS;
    } else if (span_equal_text(word, "COMMAND")) {
        for (int i = 0; i < COMMAND_COUNT; i++) {
            add(out, cli_command((enum command)i).name);
        }
        out->kind = COMPLETION_WORDS;
    }
}

bool completion_has(enum command command, enum option_id id) {
    const struct option_row *row = option_row(id);
    return (row->commands & (1U << command)) != 0 && !row->file_only;
}

const char *completion_describe(enum option_id id, char out[COMPLETION_TEXT_BYTES]) {
    const char *help = option_row(id)->help;
    size_t len = strcspn(help, ";(:");
    (void)str_copy_span(out, COMPLETION_TEXT_BYTES, (struct span){help, len});
    for (len = strlen(out); len > 0 && (out[len - 1] == ' ' || out[len - 1] == '.'); len--) {
        out[len - 1] = '\0';
    }
    return out;
}
