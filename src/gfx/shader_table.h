/* gfx/shader_table.h - the files of shaders/, put into the program at build time
 * (third_party/embed.cmake). Thread: any; constant. */
#pragma once

#include <stddef.h>

struct shader_file {
    const char *name; /* "heatmap.frag", "common/frame.glsl" */
    const char *text; /* terminated */
    size_t size_bytes;
};

extern const struct shader_file shader_table[];
extern const size_t shader_table_count;
