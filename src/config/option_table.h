/* config/option_table.h - every option with its typed value, set from text with complete errors.
 *
 * Thread: main, at start.  Owner: app.  Rooms never read options; app passes values in descriptors.
 * Limits: a value is at most OPTION_TEXT_BYTES - 1 bytes of text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command {
#define CMD(name, args, count_min, count_max, help) COMMAND_##name,
#include "config/commands.def"
#undef CMD
    COMMAND_COUNT
};

#define COMMAND_BIT(name) (1U << COMMAND_##name)
#define COMMANDS_PICTURE  (COMMAND_BIT(view) | COMMAND_BIT(render))
/* What connects to venues. */
#define COMMANDS_LIVE (COMMANDS_PICTURE | COMMAND_BIT(levels))
/* What runs feeds without a picture. */
#define COMMANDS_FEED (COMMAND_BIT(collect) | COMMAND_BIT(feed_test))
/* What records live events. */
#define COMMANDS_RECORD (COMMAND_BIT(view) | COMMAND_BIT(collect))
/* What can take the simulated market on a virtual clock, with all its switches. */
#define COMMANDS_DEMO                                                                              \
    (COMMAND_BIT(render) | COMMAND_BIT(levels) | COMMAND_BIT(simulate) | COMMAND_BIT(score))
#define COMMANDS_ALL ((1U << COMMAND_COUNT) - 1U)

enum option_kind {
    OPTION_FLAG,   /* .flag */
    OPTION_INT,    /* .integer */
    OPTION_FLOAT,  /* .number */
    OPTION_TEXT,   /* .text */
    OPTION_CHOICE, /* .integer: index into choices */
    OPTION_SPAN,   /* .integer: milliseconds */
    OPTION_TIME,   /* .integer: epoch milliseconds; meaningful only if .given */
    OPTION_SIZE,   /* .width, .height: pixels */
    OPTION_KIND_COUNT
};

enum option_id {
#define OPT(id, section, kind, ...) OPT_##id,
#include "config/options.def"
#undef OPT
    OPT_COUNT
};

enum { OPTION_TEXT_BYTES = 1024, OPTION_NAME_BYTES = 32, OPTION_ERROR_BYTES = 512 };

struct option_row {
    const char *id;      /* "opened_within_window"; option_name gives the written form */
    const char *section; /* of the configuration file */
    enum option_kind kind;
    const char *def;     /* text; empty: not given */
    double min, max;     /* of INT, FLOAT, SPAN (ms) and SIZE (px) */
    const char *choices; /* of CHOICE, blanks between them */
    const char *unit, *help;
    char letter;       /* short form, 0: none */
    unsigned commands; /* COMMAND_BIT(...) */
    bool live, command_line_only, file_only;
    bool has_password; /* a URL with one in it, which is never printed */
};

struct option_value {
    bool given;                   /* by file or command line, not by its default */
    char text[OPTION_TEXT_BYTES]; /* as it was written */
    bool flag;
    int64_t integer;
    double number;
    int width, height;
};

struct option_table {
    struct option_value values[OPT_COUNT];
};

const struct option_row *option_row(enum option_id id);
/* "opened-within-window" into out; returns out. */
const char *option_name(enum option_id id, char out[OPTION_NAME_BYTES]);
/* The option of this written name (len bytes; '_' counts as '-'), OPT_COUNT if there is none. */
enum option_id option_find(const char *name, size_t len);
/* The known name nearest to a mistyped one, or OPT_COUNT if none is near. */
enum option_id option_find_near(const char *name, size_t len, unsigned commands);

void option_table_init(struct option_table *table); /* every default */

/* Read text into the option. False: error says what was wrong and what was expected, for example
 * `"magna": unknown; one of inferno, magma, viridis`, and the old value stays. */
bool option_set(struct option_table *table, enum option_id id, const char *text, size_t len,
                char error[OPTION_ERROR_BYTES]);

/* -- typed reads; the kind is asserted -- */
bool option_flag(const struct option_table *table, enum option_id id);
int64_t option_integer(const struct option_table *table,
                       enum option_id id); /* INT SPAN TIME CHOICE */
double option_number(const struct option_table *table, enum option_id id);
const char *option_text(const struct option_table *table, enum option_id id); /* "" if not given */
bool option_given(const struct option_table *table, enum option_id id);

/* -- for other parsers: one length of time, "24h", "90s", "3d", "1w" -- */
bool option_parse_span(const char *text, size_t len, int64_t *out_ms);
/* Its inverse to the millisecond, in the largest unit that leaves a whole number: "24h", "3d",
 * "90s". */
const char *option_format_span(int64_t ms, char out[OPTION_NAME_BYTES]);
/* Edit distance (insert, delete, replace, swap) for suggestions, at most limit. */
int option_name_distance(const char *a, size_t a_len, const char *b, size_t b_len, int limit);
/* From which distance on a name is another one, not a slip in a word of so many letters: one letter
 * in three may be wrong, and two at most. */
int option_name_distance_limit(size_t len);
