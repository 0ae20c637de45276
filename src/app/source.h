/* app/source.h - what a SOURCE on the command line means: demo, VENUE:SYMBOL, or a file.
 *
 * Thread: main.  Plain data. */
#pragma once

#include "app/app.h"
#include "market/instrument.h"

enum source_kind {
    SOURCE_DEMO, /* the simulated market */
    SOURCE_LIVE, /* venue and symbol */
    SOURCE_FILE, /* path of a recording or of event JSON lines; "-" is standard input */
};

enum { SOURCE_COUNT_MAX = 4, SOURCE_REASON_BYTES = 512 };

struct source_spec {
    enum source_kind kind;
    enum venue_id venue;                  /* SOURCE_LIVE */
    char symbol[INSTRUMENT_SYMBOL_BYTES]; /* SOURCE_LIVE, as the venue writes it */
    const char *path;                     /* SOURCE_FILE; borrowed from text */
};

/* Whether a file is a recording rather than lines: by its name, else by its first bytes. */
bool source_is_recording(const char *path);

/* EXIT_STATUS_DONE: *out is filled. Else reason is one line that names the source and what was
 * expected, and the status is USAGE (no such kind of source) or FAILED (a file that is not there or
 * not to be read). */
enum exit_status source_resolve(const char *text, struct source_spec *out,
                                char reason[SOURCE_REASON_BYTES]);

struct source_list {
    int count;
    struct source_spec specs[SOURCE_COUNT_MAX];
    char config_text[OPTION_TEXT_BYTES]; /* where paths from the configuration file live */
};

/* The command line's sources, else the configuration file's, else demo. Refuses lists that mix live
 * or simulated markets with files, or name demo with anything else. */
enum exit_status source_list_resolve(const struct app_options *options, struct source_list *out,
                                     char reason[SOURCE_REASON_BYTES]);
