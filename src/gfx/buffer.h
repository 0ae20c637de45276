/* gfx/buffer.h - a stream of quads: rewritten every frame, drawn as triangles.
 *
 * Thread: main.  Owner: whoever called buffer_init.  Limit: capacity quads, asserted.
 * A quad is two triangles, six vertices written out: corners 0 1 2, 2 1 3 of 0 left, 1 right of the
 * top, 2 left, 3 right of the bottom (buffer_corners).  Neither instances nor indices: Mesa's
 * llvmpipe pays for every instance as for a draw call, and it knows a pair of triangles for an
 * upright rectangle, which it fills many times faster, only where they are written out like this,
 * nothing that the shaders pass on is flat, and no more than 682 quads come in one piece:
 * buffer_draw cuts them up, in one call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUFFER_FIELD_MAX = 8, BUFFER_VERTICES = 6 };

/* Which corner each vertex of a quad is: bit 0 right, bit 1 bottom. */
extern const uint8_t buffer_corners[BUFFER_VERTICES];

struct buffer_field {
    int component_count; /* 1..4 */
    bool bytes;          /* normalised unsigned bytes; else floats */
    size_t offset_bytes; /* in the vertex */
};

struct buffer_desc {
    size_t vertex_bytes;
    int capacity;    /* quads */
    int field_count; /* field n is attribute location n */
    struct buffer_field fields[BUFFER_FIELD_MAX];
    const char *label; /* borrowed for buffer_init */
};

struct buffer {
    unsigned name;
    struct buffer_desc desc;
    int count; /* quads */
};

bool buffer_init(struct buffer *buffer, const struct buffer_desc *desc); /* false: no memory */
void buffer_finish(struct buffer *buffer); /* NULL and zeroed accepted */
/* Replace the contents by count quads of BUFFER_VERTICES; the old ones may still be in use by the
 * driver (orphaned). */
void buffer_write(struct buffer *buffer, int count, const void *vertices);
/* Draw what was written last with the program that is bound. */
void buffer_draw(const struct buffer *buffer);
