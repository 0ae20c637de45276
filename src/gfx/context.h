/* gfx/context.h - what one GL context needs of its own to draw.
 *
 * Each window has a context, and all are of one share group: textures, buffers and programs are
 * known in every one of them, vertex arrays and framebuffers are not.  So each context has one
 * vertex array and two framebuffers here, pointed anew at what is drawn, and everything that other
 * files of gfx make may be made, drawn with and ended in any context of the group.
 *
 * Thread: main.  Owner: whoever made the GL context (window, gfx/offscreen). */
#pragma once

#include "gfx/texture.h"

struct context {
    unsigned vertex_array;
    unsigned framebuffers[2]; /* to draw into, to read from */
};

enum context_side { CONTEXT_DRAW, CONTEXT_READ };

/* In the GL context that is current, after caps_load; it is the one in use then. */
void context_init(struct context *context);
/* GL's current context is this one from here on (borrowed until another one is, or context_finish).
 */
void context_use(const struct context *context);
/* With the GL context, which takes its objects along; zeroed accepted. */
void context_finish(struct context *context);

/* Draw into, or read from, a texture (its GL name; 0: the window). */
void context_bind_texture(enum context_side side, unsigned texture);
