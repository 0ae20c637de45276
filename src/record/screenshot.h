/* record/screenshot.h - one picture as PNG, in memory or in a file.  Thread: any.  Failures are
 * logged here. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* What a reader of the file finds beside the pixels, under one of PNG's keywords ("Title") or one
 * of ours. */
struct screenshot_text {
    const char *key;  /* 1 to 79 printable characters of Latin-1 */
    const char *text; /* UTF-8; plain ASCII becomes a tEXt chunk, else iTXt */
};

struct screenshot_desc {
    int width_px, height_px;
    const uint8_t *rgba; /* rows top down, 4 x width_px bytes each; alpha is left out */
    size_t text_count;
    const struct screenshot_text *texts;
};

/* The whole file into *out, which the caller frees. STATUS_RANGE: a size below 1; STATUS_MEMORY.
 * *out is NULL unless STATUS_OK. */
enum status screenshot_encode_png(const struct screenshot_desc *desc, uint8_t **out,
                                  size_t *out_bytes);
/* Write it to path as screenshot_write_png does. */
enum status screenshot_write_file(const char *path, const struct screenshot_desc *desc);
/* Write pixels alone to path, or to standard output for "-". The file appears whole or not at all.
 * STATUS_RANGE: a size below 1; STATUS_IO: not writable; STATUS_MEMORY. */
enum status screenshot_write_png(const char *path, int width_px, int height_px,
                                 const uint8_t *rgba);
