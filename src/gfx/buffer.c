#include "gfx/buffer.h"

#include <assert.h>
#include <glad/gl.h>

#include "base/log.h"
#include "gfx/debug.h"

/* llvmpipe cuts up what has more than 4,096 vertices and looks for no rectangles there. */
enum { BATCH_QUADS = 4096 / BUFFER_VERTICES, BATCHES_MAX = 64 };

const uint8_t buffer_corners[BUFFER_VERTICES] = {0, 1, 2, 2, 1, 3};

/* The context's vertex array at this buffer, for a draw. */
static void point_fields(const struct buffer *buffer) {
    const struct buffer_desc *desc = &buffer->desc;
    glBindBuffer(GL_ARRAY_BUFFER, buffer->name);
    for (int i = 0; i < desc->field_count; i++) {
        const struct buffer_field *field = &desc->fields[i];
        GLuint at = (GLuint)i;
        glEnableVertexAttribArray(at);
        glVertexAttribPointer(at, field->component_count,
                              field->bytes ? GL_UNSIGNED_BYTE : GL_FLOAT, field->bytes,
                              (GLsizei)desc->vertex_bytes, (const void *)field->offset_bytes);
    }
}

static void leave_fields(const struct buffer *buffer) {
    for (int i = 0; i < buffer->desc.field_count; i++) {
        glDisableVertexAttribArray((GLuint)i);
    }
}

bool buffer_init(struct buffer *buffer, const struct buffer_desc *desc) {
    assert(desc->field_count <= BUFFER_FIELD_MAX);
    assert(desc->capacity >= 1);
    assert(desc->capacity <= BATCH_QUADS * BATCHES_MAX);
    *buffer = (struct buffer){.desc = *desc};
    while (glGetError() != GL_NO_ERROR) {
    }
    glGenBuffers(1, &buffer->name);
    debug_count_objects(1);
    glBindBuffer(GL_ARRAY_BUFFER, buffer->name);
    if (glGetError() != GL_NO_ERROR) {
        LOG_ERROR("graphics: buffer %s: no room for %d quads", desc->label, desc->capacity);
        buffer_finish(buffer);
        return false;
    }
    debug_label(GL_BUFFER, buffer->name, desc->label);
    return true;
}

void buffer_finish(struct buffer *buffer) {
    if (buffer != NULL && buffer->name != 0) {
        glDeleteBuffers(1, &buffer->name);
        *buffer = (struct buffer){0};
    }
}

void buffer_write(struct buffer *buffer, int count, const void *vertices) {
    assert(count >= 0 && count <= buffer->desc.capacity);
    buffer->count = count;
    if (count == 0) {
        return;
    }
    GLsizeiptr size = (GLsizeiptr)buffer->desc.vertex_bytes * BUFFER_VERTICES * count;
    glBindBuffer(GL_ARRAY_BUFFER, buffer->name);
    glBufferData(GL_ARRAY_BUFFER, size, vertices, GL_STREAM_DRAW);
    debug_count_upload(size);
}

void buffer_draw(const struct buffer *buffer) {
    GLint firsts[BATCHES_MAX];
    GLsizei counts[BATCHES_MAX];
    int batches = 0;
    for (int first = 0; first < buffer->count; first += BATCH_QUADS) {
        int left = buffer->count - first;
        firsts[batches] = first * BUFFER_VERTICES;
        counts[batches++] = (left < BATCH_QUADS ? left : BATCH_QUADS) * BUFFER_VERTICES;
    }
    if (batches > 0) {
        point_fields(buffer);
        debug_count_bind();
        glMultiDrawArrays(GL_TRIANGLES, firsts, counts, batches);
        leave_fields(buffer);
        debug_count_draw();
    }
}
