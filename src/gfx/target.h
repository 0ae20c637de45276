/* gfx/target.h - where a frame is drawn: a window, a texture or a part of one, its size, and which
 * way its rows run.
 *
 * Thread: main.  Plain data.  Rectangles everywhere are in pixels from the top left corner of the
 * target; target.c turns them into GL's. */
#pragma once

#include <cglm/types.h>
#include <stdbool.h>

#include "gfx/texture.h"

struct target {
    unsigned texture;        /* GL name; 0: the window whose context is current */
    int width_px, height_px; /* >= 1 */
    bool top_down; /* row 0 in memory is the top one (off-screen: read back without a flip) */
    /* Where its top left corner lies in the window or texture, and the height of that; all 0: it is
     * the whole of it. */
    int left_px, top_px, frame_height_px;
    /* Only a part of it exists: the texture shows what lies in it, its corner being -left_px,
     * -top_px. Nothing that is drawn can be kept for the next frame then. */
    bool tile;
};

struct target_rect {
    int x, y, w, h;
};

/* PREMULTIPLIED: colours come multiplied by their alpha. */
enum target_blend { TARGET_BLEND_NONE, TARGET_BLEND_ALPHA, TARGET_BLEND_PREMULTIPLIED };

/* The part rect of a target that is the whole of its window or texture. */
struct target target_part(const struct target *whole, struct target_rect rect);

/* Draw into target from here on; the viewport is the whole of it, and what lies outside is cut off
 * (a clear, too, stays within it). */
void target_begin(const struct target *target, enum target_blend blend);
void target_set_blend(enum target_blend blend);
/* Cut off what lies outside rect (clamped to the target); the viewport stays. */
void target_set_scissor(const struct target *target, struct target_rect rect);
/* The viewport and the scissor are both rect: a quad drawn now fills it. */
void target_set_viewport(const struct target *target, struct target_rect rect);
void target_clear(const float rgba[4]);
/* Draw one quad over the viewport with the program that is bound (gl_VertexID 0..3, see
 * shaders/quad.vert). */
void target_draw_quad(void);
/* The same `count` times (>= 1) in one draw: the program places them by gl_InstanceID. */
void target_draw_quads(int count);

/* A target that draws into a texture, as long as that lives; rows of the texture count from the
 * top. False: refused by the driver. */
bool target_init_texture(struct target *target, const struct texture *texture);

/* Copy rect of one target to x, y of another, inside both: no shader, no blending. Between bytes in
 * the same order (TEXTURE_BGRA8 and windows) software GL copies them as they are: rows of a window
 * run the other way for OpenGL, but not in memory. */
void target_copy(const struct target *from, struct target_rect rect, const struct target *to, int x,
                 int y);

/* 1 or -1: what to multiply clip-space y with, for shaders that place things by pixels from the
 * top. */
float target_y_sign(const struct target *target);
/* From pixels, counted from the top left, to clip space. */
void target_clip_from_px(const struct target *target, mat4 out);
