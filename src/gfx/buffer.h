/* gfx/buffer.h - a stream of instances: one vertex array, rewritten every frame, drawn as quads.
 *
 * Thread: main.  Owner: whoever called buffer_init.  Limit: capacity instances, asserted.
 * Each instance becomes a triangle strip of four corners (gl_VertexID 0..3). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BUFFER_FIELD_MAX = 8 };

struct buffer_field {
    int component_count; /* 1..4 */
    bool bytes;          /* normalised unsigned bytes; else floats */
    size_t offset_bytes; /* in the instance */
};

struct buffer_desc {
    size_t instance_bytes;
    int capacity;
    int field_count; /* field n is attribute location n */
    struct buffer_field fields[BUFFER_FIELD_MAX];
    const char *label;
};

struct buffer {
    unsigned vertex_array, name;
    size_t instance_bytes;
    int capacity, count;
};

bool buffer_init(struct buffer *buffer, const struct buffer_desc *desc); /* false: no memory */
void buffer_finish(struct buffer *buffer); /* NULL and zeroed accepted */
/* Replace the contents by count instances; the old ones may still be in use by the driver
 * (orphaned). */
void buffer_write(struct buffer *buffer, int count, const void *instances);
/* Draw what was written last with the program that is bound. */
void buffer_draw(const struct buffer *buffer);
