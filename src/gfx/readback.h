/* gfx/readback.h - copy a picture from the GPU.  Thread: main.  Waits until it is drawn. */
#pragma once

#include <stdbool.h>
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

/* Pictures on their way from the GPU while the next ones are drawn: what was asked for is taken two
 * frames later, when nobody has to wait for it any more. Its buffers are known in every context of
 * the share group. */
enum { READBACK_QUEUE_MAX = 2 };

struct readback_queue {
    int width_px, height_px;
    bool top_down; /* rows of what was asked for first come so */
    int first, count;
    unsigned buffers[READBACK_QUEUE_MAX]; /* GL names */
    int64_t numbers[READBACK_QUEUE_MAX];  /* the caller's, of each picture */
};

/* Pictures of the top left width x height pixels of targets of that size and more. */
void readback_queue_init(struct readback_queue *queue, int width_px, int height_px);
void readback_queue_finish(struct readback_queue *queue); /* zeroed accepted */
/* Ask for what target shows now; there is room for it (queue->count < READBACK_QUEUE_MAX). */
void readback_queue_add(struct readback_queue *queue, const struct target *target, int64_t number);
/* The oldest one (queue->count > 0): RGBA8, rows top down, 4 x width bytes each, into out, or where
 * out is NULL away with it. Its number. */
int64_t readback_queue_take(struct readback_queue *queue, uint8_t *out);
