/* record/screenshot.h - one picture into a PNG file.  Thread: any.  Failures are logged here. */
#pragma once

#include <stdint.h>

#include "base/status.h"

/* Write RGBA8 rows (top down, 4 x width bytes each; alpha is left out) to path, or to standard
 * output for "-". The file appears whole or not at all. STATUS_RANGE: a size below 1; STATUS_IO:
 * not writable; STATUS_MEMORY. */
enum status screenshot_write_png(const char *path, int width_px, int height_px,
                                 const uint8_t *rgba);
