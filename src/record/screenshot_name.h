/* record/screenshot_name.h - where a screenshot is written: a template, its fields, a free number.
 *
 * "liqscope-%I-%d-%n" names the instrument, the day and the first number that is free; a file that
 * is there is never written over.  %I instrument, %V venue, %w stretch of time, %d date, %t time,
 * %n number, %% a percent sign; folders between slashes; ".png" is added where neither that nor
 * ".liq" is there. Without %n, the second file of a name gets "-2" at its end, the third "-3".
 *
 * Thread: any.  Plain data.  Limits: SCREENSHOT_PATH_BYTES - 1 bytes, SCREENSHOT_NUMBER_MAX files
 * of one name. */
#pragma once

#include <stdbool.h>

#include "base/status.h"

enum { SCREENSHOT_PATH_BYTES = 1024, SCREENSHOT_NUMBER_MAX = 9999 };

/* Texts of the fields; a character that no file name should have becomes '-'. NULL: "". */
struct screenshot_fields {
    const char *instrument, *venue, *window, *date, *time;
};

/* The template's first mistake, "%q", into *wrong, or NULL: it has none. False: there is one, or
 * it is empty (*wrong is then the template itself). */
bool screenshot_template_check(const char *name, const char **wrong);

/* What the template says but for the number, whose place stays: a pattern for
 * screenshot_pattern_path. Fields of the template as above; it was checked. folder: where a
 * relative one begins ("": where the program runs); "~/" at its beginning is the home folder.
 * False: too long. */
bool screenshot_pattern_make(const char *name, const struct screenshot_fields *fields,
                             const char *folder, char out[SCREENSHOT_PATH_BYTES]);
/* The same for a name that is meant as it stands, percent signs included. */
bool screenshot_pattern_make_plain(const char *name, char out[SCREENSHOT_PATH_BYTES]);
/* The number-th path of the pattern, 1..SCREENSHOT_NUMBER_MAX. False: too long. */
bool screenshot_pattern_path(const char *pattern, int number, char out[SCREENSHOT_PATH_BYTES]);

/* Make the first of the pattern's files that is not there yet, and the folders above it. Its
 * descriptor in *fd, its path in path. STATUS_FULL: SCREENSHOT_NUMBER_MAX are there; STATUS_RANGE:
 * too long; STATUS_IO: errno and path say what was refused. */
enum status screenshot_pattern_create(const char *pattern, char path[SCREENSHOT_PATH_BYTES],
                                      int *fd);

/* The user's folder of pictures: $XDG_PICTURES_DIR, what xdg-user-dirs wrote down, ~/Pictures, else
 * "." (the first of them that is there). */
void screenshot_folder(char out[SCREENSHOT_PATH_BYTES]);
