#include "gfx/buffer.h"

#include <assert.h>
#include <glad/gl.h>

#include "base/log.h"
#include "gfx/debug.h"

static void buffer_point_fields(const struct buffer *buffer, const struct buffer_desc *desc) {
    for (int i = 0; i < desc->field_count; i++) {
        const struct buffer_field *field = &desc->fields[i];
        GLuint at = (GLuint)i;
        glEnableVertexAttribArray(at);
        glVertexAttribPointer(at, field->component_count,
                              field->bytes ? GL_UNSIGNED_BYTE : GL_FLOAT, field->bytes,
                              (GLsizei)buffer->instance_bytes, (const void *)field->offset_bytes);
        glVertexAttribDivisor(at, 1);
    }
}

bool buffer_init(struct buffer *buffer, const struct buffer_desc *desc) {
    assert(desc->field_count <= BUFFER_FIELD_MAX);
    assert(desc->capacity >= 1);
    *buffer = (struct buffer){.instance_bytes = desc->instance_bytes, .capacity = desc->capacity};
    while (glGetError() != GL_NO_ERROR) {
    }
    glGenVertexArrays(1, &buffer->vertex_array);
    glGenBuffers(1, &buffer->name);
    glBindVertexArray(buffer->vertex_array);
    glBindBuffer(GL_ARRAY_BUFFER, buffer->name);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)desc->instance_bytes * desc->capacity, NULL,
                 GL_STREAM_DRAW);
    buffer_point_fields(buffer, desc);
    if (glGetError() != GL_NO_ERROR) {
        LOG_ERROR("graphics: buffer %s: no room for %d instances", desc->label, desc->capacity);
        buffer_finish(buffer);
        return false;
    }
    debug_label(GL_BUFFER, buffer->name, desc->label);
    return true;
}

void buffer_finish(struct buffer *buffer) {
    if (buffer != NULL && buffer->name != 0) {
        glDeleteBuffers(1, &buffer->name);
        glDeleteVertexArrays(1, &buffer->vertex_array);
        *buffer = (struct buffer){0};
    }
}

void buffer_write(struct buffer *buffer, int count, const void *instances) {
    assert(count >= 0 && count <= buffer->capacity);
    buffer->count = count;
    if (count == 0) {
        return;
    }
    GLsizeiptr size = (GLsizeiptr)buffer->instance_bytes * count;
    glBindBuffer(GL_ARRAY_BUFFER, buffer->name);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)buffer->instance_bytes * buffer->capacity, NULL,
                 GL_STREAM_DRAW);
    glBufferSubData(GL_ARRAY_BUFFER, 0, size, instances);
    debug_count_upload(size);
}

void buffer_draw(const struct buffer *buffer) {
    if (buffer->count == 0) {
        return;
    }
    glBindVertexArray(buffer->vertex_array);
    debug_count_bind();
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, buffer->count);
    debug_count_draw();
}
