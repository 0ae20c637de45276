#include "gfx/texture.h"

#include <assert.h>
#include <glad/gl.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "gfx/debug.h"

static const struct {
    GLenum internal, format, type;
    int texel_bytes;
} formats[] = {
    [TEXTURE_R8] = {GL_R8, GL_RED, GL_UNSIGNED_BYTE, 1},
    [TEXTURE_R16F] = {GL_R16F, GL_RED, GL_HALF_FLOAT, 2},
    [TEXTURE_RGBA8] = {GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, 4},
    /* Unsized, so that the driver follows the order asked for and does not choose its own. */
    [TEXTURE_BGRA8] = {GL_RGBA, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, 4},
    [TEXTURE_RG16F] = {GL_RG16F, GL_RG, GL_HALF_FLOAT, 4},
    [TEXTURE_RGBA32F] = {GL_RGBA32F, GL_RGBA, GL_FLOAT, 16},
    [TEXTURE_RGBA16F] = {GL_RGBA16F, GL_RGBA, GL_HALF_FLOAT, 8},
};
static_assert(ARRAY_COUNT(formats) == TEXTURE_FORMAT_COUNT, "a row per format");

static GLenum texture_target(const struct texture *texture) {
    return texture->desc.slice_count > 0 ? GL_TEXTURE_2D_ARRAY : GL_TEXTURE_2D;
}

bool texture_init(struct texture *texture, const struct texture_desc *desc) {
    assert(desc->width >= 1);
    assert(desc->height >= 1);
    *texture = (struct texture){.desc = *desc};
    while (glGetError() != GL_NO_ERROR) {
    }
    GLenum target = texture_target(texture);
    GLenum filter = desc->linear ? GL_LINEAR : GL_NEAREST;
    glGenTextures(1, &texture->name);
    debug_count_objects(1);
    texture_bind(texture, 0);
    glTexParameteri(target, GL_TEXTURE_MIN_FILTER, (GLint)filter);
    glTexParameteri(target, GL_TEXTURE_MAG_FILTER, (GLint)filter);
    glTexParameteri(target, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(target, GL_TEXTURE_WRAP_T, desc->repeat_y ? GL_REPEAT : GL_CLAMP_TO_EDGE);
    glTexParameteri(target, GL_TEXTURE_MAX_LEVEL, 0);
    size_t slices = desc->slice_count > 0 ? (size_t)desc->slice_count : 1;
    void *zeros = desc->undefined ? NULL
                                  : calloc((size_t)desc->width * (size_t)desc->height * slices,
                                           (size_t)formats[desc->format].texel_bytes);
    bool have = zeros != NULL || desc->undefined;
    if (have && desc->slice_count > 0) {
        glTexImage3D(target, 0, (GLint)formats[desc->format].internal, desc->width, desc->height,
                     desc->slice_count, 0, formats[desc->format].format, formats[desc->format].type,
                     zeros);
    } else if (have) {
        glTexImage2D(target, 0, (GLint)formats[desc->format].internal, desc->width, desc->height, 0,
                     formats[desc->format].format, formats[desc->format].type, zeros);
    }
    bool made = have && glGetError() == GL_NO_ERROR;
    free(zeros);
    if (!made) {
        LOG_ERROR("graphics: texture %s: no room for %d x %d x %zu", desc->label, desc->width,
                  desc->height, slices);
        texture_finish(texture);
        return false;
    }
    debug_label(GL_TEXTURE, texture->name, desc->label);
    return true;
}

void texture_finish(struct texture *texture) {
    if (texture != NULL && texture->name != 0) {
        glDeleteTextures(1, &texture->name);
        *texture = (struct texture){0};
    }
}

void texture_upload(struct texture *texture, const struct texture_rect *rect, const void *texels) {
    const struct texture_desc *desc = &texture->desc;
    assert(rect->x >= 0 && rect->w >= 1 && rect->x + rect->w <= desc->width);
    assert(rect->y >= 0 && rect->h >= 1 && rect->y + rect->h <= desc->height);
    assert(rect->slice >= 0 && (rect->slice == 0 || rect->slice < desc->slice_count));
    texture_bind(texture, 0);
    if (desc->slice_count > 0) {
        glTexSubImage3D(GL_TEXTURE_2D_ARRAY, 0, rect->x, rect->y, rect->slice, rect->w, rect->h, 1,
                        formats[desc->format].format, formats[desc->format].type, texels);
    } else {
        glTexSubImage2D(GL_TEXTURE_2D, 0, rect->x, rect->y, rect->w, rect->h,
                        formats[desc->format].format, formats[desc->format].type, texels);
    }
    debug_count_upload((int64_t)rect->w * rect->h * formats[desc->format].texel_bytes);
}

void texture_bind(const struct texture *texture, int unit) {
    glActiveTexture(GL_TEXTURE0 + (GLenum)unit);
    glBindTexture(texture_target(texture), texture->name);
    debug_count_bind();
}
