/* app/line_output.h - what -o names where event lines are written: by collect, simulate, export.
 *
 * Thread: main. */
#pragma once

#include <stdbool.h>

#include "app/app.h"
#include "archive/line_writer.h"

/* Whether the name asks for CSV: .csv, .csv.gz or .csv.zst. */
bool line_output_is_csv(const char *path);

/* Open the file that -o names (none: standard output); csv: the command writes that, too. *writer
 * is the caller's to close. EXIT_STATUS_DONE; else it was said on standard error: USAGE for the
 * name of something that lines are not, a recording above all. */
int line_output_open(const struct app_options *options, const char *command, bool csv,
                     struct line_writer **writer);
