/* record/icon.h - the program's icon, from the PNG that the build put inside it.
 * Thread: main.  The file is assets/icons/liqscope_64.png, which installs beside the others. */
#pragma once

#include <stdint.h>

#include "base/embedded.h"
#include "base/status.h"

extern const struct embedded_file icon_files[];
extern const size_t icon_file_count;

/* Its pixels, rows top down, straight (not premultiplied) RGBA8, into *rgba, which the caller
 * frees. STATUS_MEMORY; STATUS_MALFORMED: what was put inside is no PNG. *rgba is NULL unless
 * STATUS_OK. */
enum status icon_read(int *width_px, int *height_px, uint8_t **rgba);
