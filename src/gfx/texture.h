/* gfx/texture.h - 2D textures and arrays of them, with uploads of rectangles.
 *
 * Thread: main.  Owner: whoever called texture_init.  Limit: the context's largest size. */
#pragma once

#include <stdbool.h>

enum texture_format {
    TEXTURE_R8,
    TEXTURE_R16F,
    TEXTURE_RGBA8,
    TEXTURE_BGRA8, /* blue first in memory, as windows are: what they are copied from, and what
                      software GL draws into fastest */
    TEXTURE_RG16F,
    TEXTURE_RGBA32F,
    TEXTURE_RGBA16F,
    TEXTURE_FORMAT_COUNT
};

struct texture_desc {
    int width, height;
    int slice_count; /* 0: a plain 2D texture; else an array of that many */
    enum texture_format format;
    bool linear;    /* filter; nearest if false */
    bool repeat_y;  /* rows are a ring; columns always clamp */
    bool undefined; /* contents start as anything, not as zeros (large, and all of it gets written)
                     */
    const char *label;
};

struct texture {
    unsigned name; /* 0: none */
    struct texture_desc desc;
};

/* Contents start as zeros. False: the driver has no memory for it. */
bool texture_init(struct texture *texture, const struct texture_desc *desc);
void texture_finish(struct texture *texture); /* NULL and zeroed accepted */

struct texture_rect {
    int x, y, w, h;
    int slice; /* 0 for plain textures */
};
/* Copy texels (rows tightly packed, the texture's own format, half floats as uint16) into a
 * rectangle that lies inside the texture (asserted). */
void texture_upload(struct texture *texture, const struct texture_rect *rect, const void *texels);
void texture_bind(const struct texture *texture, int unit);
