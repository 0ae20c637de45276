/* margin/margin_embedded.h - the files of assets/margin inside the program, made by
 * third_party/embed_files.cmake. Thread: any; read-only. */
#pragma once

#include <stddef.h>

struct margin_file {
    const char *name;
    const unsigned char *bytes;
    size_t size_bytes;
};

extern const struct margin_file margin_files[];
extern const size_t margin_file_count;
