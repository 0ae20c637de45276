/* gfx/readback.h - copy a picture from the GPU.  Thread: main.  Waits until it is drawn. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gfx/target.h"

/* RGBA8, rows top down, 4 x width bytes a row; out holds at least width x height x 4 bytes
 * (asserted). */
void readback_rgba(const struct target *target, size_t out_bytes, uint8_t *out);
/* The top left rect.w x rect.h pixels of a target that is kept top down, to rect's place in a
 * picture of that width and out_bytes. */
void readback_rgba_part(const struct target *target, struct target_rect rect, int width_px,
                        size_t out_bytes, uint8_t *out);
/* Wait until everything asked for is drawn, for honest timings. */
void readback_finish(void);
/* The two half-float channels of an RG16F target as floats; out holds rect.w x rect.h x 2
 * (asserted). */
void readback_rg(const struct target *target, struct target_rect rect, size_t out_count,
                 float *out);
