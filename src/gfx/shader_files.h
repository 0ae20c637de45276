/* gfx/shader_files.h - the files of shaders/ inside the program.
 * Thread: any; constant. */
#pragma once

#include "base/embedded.h"

extern const struct embedded_file shader_files[];
extern const size_t shader_file_count;
