/* app/record_file.h - the options of [recording] as what archive/recorder is to do.
 *
 * Thread: main. */
#pragma once

#include <stdbool.h>

#include "archive/recorder.h"
#include "config/option_table.h"

/* path is borrowed. rotated: files are named after the moment they begin, a new one each day and
 * so much, and the old ones go, as --record-… say; else path itself, however long it gets. */
struct recorder_file record_file_make(const struct option_table *options, const char *path,
                                      bool rotated);
