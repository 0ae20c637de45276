/* base/embedded.h - a file that the build put inside the program (third_party/embed_files.cmake).
 * Thread: any; constant. */
#pragma once

#include <stddef.h>

struct embedded_file {
    const char *name; /* path below its folder: "heatmap.frag", "common/frame.glsl" */
    const char *text; /* terminated */
    size_t size_bytes;
};
