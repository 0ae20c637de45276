/* margin/margin_files.h - the tables of assets/margin inside the program.
 * Thread: any; constant. */
#pragma once

#include "base/embedded.h"

extern const struct embedded_file margin_files[];
extern const size_t margin_file_count;
