#include "gfx/readback.h"

#include <assert.h>
#include <glad/gl.h>
#include <string.h>

#include "gfx/context.h"

/* Swap rows top to bottom in place, through a small buffer. */
static void flip_rows(int width, int height, uint8_t *rgba) {
    uint8_t chunk[4096];
    size_t stride = (size_t)width * 4;
    for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--) {
        uint8_t *a = rgba + (size_t)top * stride;
        uint8_t *b = rgba + (size_t)bottom * stride;
        for (size_t at = 0; at < stride; at += sizeof chunk) {
            size_t n = stride - at < sizeof chunk ? stride - at : sizeof chunk;
            memcpy(chunk, a + at, n);
            memcpy(a + at, b + at, n);
            memcpy(b + at, chunk, n);
        }
    }
}

void readback_rgba(const struct target *target, size_t out_bytes, uint8_t *out) {
    assert(out_bytes >= (size_t)target->width_px * (size_t)target->height_px * 4);
    (void)out_bytes;
    context_bind_texture(CONTEXT_READ, target->texture);
    glReadPixels(0, 0, target->width_px, target->height_px, GL_RGBA, GL_UNSIGNED_BYTE, out);
    if (!target->top_down) {
        flip_rows(target->width_px, target->height_px, out);
    }
}

void readback_rgba_part(const struct target *target, struct target_rect rect, int width_px,
                        size_t out_bytes, uint8_t *out) {
    const size_t first = ((size_t)rect.y * (size_t)width_px + (size_t)rect.x) * 4;
    assert(target->top_down && rect.x + rect.w <= width_px);
    assert(first + ((size_t)(rect.h - 1) * (size_t)width_px + (size_t)rect.w) * 4 <= out_bytes);
    (void)out_bytes;
    context_bind_texture(CONTEXT_READ, target->texture);
    glPixelStorei(GL_PACK_ROW_LENGTH, width_px);
    glReadPixels(0, 0, rect.w, rect.h, GL_RGBA, GL_UNSIGNED_BYTE, out + first);
    glPixelStorei(GL_PACK_ROW_LENGTH, 0);
}

void readback_finish(void) {
    glFinish();
}

void readback_rg(const struct target *target, struct target_rect rect, size_t out_count,
                 float *out) {
    assert(out_count >= (size_t)rect.w * (size_t)rect.h * 2);
    assert(target->top_down);
    (void)out_count;
    context_bind_texture(CONTEXT_READ, target->texture);
    glReadPixels(rect.x, rect.y, rect.w, rect.h, GL_RG, GL_FLOAT, out);
}

void readback_queue_init(struct readback_queue *queue, int width_px, int height_px) {
    *queue = (struct readback_queue){.width_px = width_px, .height_px = height_px};
    glGenBuffers(READBACK_QUEUE_MAX, queue->buffers);
    for (int i = 0; i < READBACK_QUEUE_MAX; i++) {
        glBindBuffer(GL_PIXEL_PACK_BUFFER, queue->buffers[i]);
        glBufferData(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)width_px * height_px * 4, NULL,
                     GL_STREAM_READ);
    }
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

void readback_queue_finish(struct readback_queue *queue) {
    if (queue->buffers[0] != 0) {
        glDeleteBuffers(READBACK_QUEUE_MAX, queue->buffers);
    }
    *queue = (struct readback_queue){0};
}

void readback_queue_add(struct readback_queue *queue, const struct target *target, int64_t number) {
    const int at = (queue->first + queue->count) % READBACK_QUEUE_MAX;
    assert(queue->count < READBACK_QUEUE_MAX);
    assert(target->width_px >= queue->width_px && target->height_px >= queue->height_px);
    queue->top_down = target->top_down;
    queue->numbers[at] = number;
    queue->count++;
    context_bind_texture(CONTEXT_READ, target->texture);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, queue->buffers[at]);
    glReadPixels(0, target->top_down ? 0 : target->height_px - queue->height_px, queue->width_px,
                 queue->height_px, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

int64_t readback_queue_take(struct readback_queue *queue, uint8_t *out) {
    const int at = queue->first;
    const size_t stride = (size_t)queue->width_px * 4;
    const size_t height = (size_t)queue->height_px;
    assert(queue->count > 0);
    queue->first = (queue->first + 1) % READBACK_QUEUE_MAX;
    queue->count--;
    if (out != NULL) {
        glBindBuffer(GL_PIXEL_PACK_BUFFER, queue->buffers[at]);
        const uint8_t *rows = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0,
                                               (GLsizeiptr)(stride * height), GL_MAP_READ_BIT);
        for (size_t y = 0; rows != NULL && y < height; y++) {
            memcpy(out + y * stride, rows + (queue->top_down ? y : height - 1 - y) * stride,
                   stride);
        }
        if (rows == NULL) {
            memset(out, 0, stride * height); /* the driver was reset: the film has a black frame */
        } else {
            glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
        }
        glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    }
    return queue->numbers[at];
}
