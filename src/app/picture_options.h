/* app/picture_options.h - from the options of view and render to the settings of a picture, and
 * back. Thread: main. */
#pragma once

#include "app/app.h"
#include "view/settings.h"

/* False: an option was refused; error begins with its name, `show: "bok": unknown part; …`. */
bool picture_options_read(const struct option_table *table, struct settings *out,
                          char error[OPTION_ERROR_BYTES]);
/* The inverse: the texts that a picture like this would be asked for with. Other options stay. */
void picture_options_write(const struct settings *settings, double span_ms,
                           struct option_table *table);
/* It is an option of a picture that may change while it runs. */
bool picture_options_has(enum option_id id);
/* Give one of those a value (len bytes), or nothing is changed and error begins with its name. The
 * caller zooms to *span_ms, which is OPT_window. */
bool picture_options_set(struct settings *settings, double *span_ms, enum option_id id,
                         struct span text, char error[OPTION_ERROR_BYTES]);

/* A place of the picture, by what is there. */
struct picture_place {
    bool given;
    int64_t ts_ms;
    double price;
};
/* --pointer of render, "2026-06-17T08:30:00Z,61800"; not given: out->given is false.
 * False: it was refused; error begins with its name. */
bool picture_options_read_pointer(const struct option_table *table, struct picture_place *out,
                                  char error[OPTION_ERROR_BYTES]);
