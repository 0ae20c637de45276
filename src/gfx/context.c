#include "gfx/context.h"

#include <assert.h>
#include <glad/gl.h>
#include <stddef.h>

#include "gfx/debug.h"

/* As GL itself has one for the thread. */
static const struct context *current;

void context_init(struct context *context) {
    debug_watch();
    /* Rows of R8 and of odd widths are tightly packed everywhere in this room. */
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glGenVertexArrays(1, &context->vertex_array);
    glGenFramebuffers(2, context->framebuffers);
    debug_count_objects(3);
    glBindVertexArray(context->vertex_array); /* for good: core profiles want one */
    context_use(context);
}

void context_use(const struct context *context) {
    current = context;
}

void context_finish(struct context *context) {
    current = current == context ? NULL : current;
    *context = (struct context){0};
}

void context_bind_texture(enum context_side side, unsigned texture) {
    static const GLenum bindings[] = {GL_DRAW_FRAMEBUFFER, GL_READ_FRAMEBUFFER};
    assert(current != NULL);
    GLenum binding = bindings[side];
    glBindFramebuffer(binding, texture != 0 ? current->framebuffers[side] : 0);
    if (texture != 0) {
        glFramebufferTexture2D(binding, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    }
    debug_count_bind();
}
