/* app/picture_options.h - from the options of view and render to the settings of a picture.
 * Thread: main. */
#pragma once

#include "app/app.h"
#include "view/settings.h"

/* EXIT_STATUS_DONE and *out, or EXIT_STATUS_USAGE: an option was refused, with a line on standard
 * error that names command. */
enum exit_status picture_options_read(const struct option_table *table, const char *command,
                                      struct settings *out);

/* A place of the picture, by what is there. */
struct picture_place {
    bool given;
    int64_t ts_ms;
    double price;
};
/* --pointer of render, "2026-06-17T08:30:00Z,61800"; not given: out->given is false. As above. */
enum exit_status picture_options_read_pointer(const struct option_table *table,
                                              struct picture_place *out);
