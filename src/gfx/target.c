#include "gfx/target.h"

#include <assert.h>
#include <cglm/cam.h>
#include <glad/gl.h>

#include "base/log.h"
#include "gfx/debug.h"

/* A vertex array without attributes: core profiles want one bound even where gl_VertexID is all
 * there is. One a context; contexts are few and live as long as the program, so it is found by
 * asking GL, not kept here. */
static void bind_empty_vertex_array(void) {
    static GLuint empty;
    if (empty == 0 || !glIsVertexArray(empty)) {
        glGenVertexArrays(1, &empty);
        debug_count_objects(1);
    }
    glBindVertexArray(empty);
    debug_count_bind();
}

static int gl_x(const struct target *target, struct target_rect rect) {
    return target->left_px + rect.x;
}

static int gl_y(const struct target *target, struct target_rect rect) {
    int frame_height = target->frame_height_px > 0 ? target->frame_height_px : target->height_px;
    int y = target->top_px + rect.y;
    return target->top_down ? y : frame_height - y - rect.h;
}

static struct target_rect clamp_rect(const struct target *target, struct target_rect rect) {
    int right = rect.x + rect.w < target->width_px ? rect.x + rect.w : target->width_px;
    int bottom = rect.y + rect.h < target->height_px ? rect.y + rect.h : target->height_px;
    struct target_rect out = {rect.x > 0 ? rect.x : 0, rect.y > 0 ? rect.y : 0, 0, 0};
    out.w = right > out.x ? right - out.x : 0;
    out.h = bottom > out.y ? bottom - out.y : 0;
    return out;
}

void target_set_blend(enum target_blend blend) {
    if (blend == TARGET_BLEND_NONE) {
        glDisable(GL_BLEND);
    } else {
        glEnable(GL_BLEND);
        glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    }
}

struct target target_part(const struct target *whole, struct target_rect rect) {
    struct target out = *whole;
    out.left_px = rect.x;
    out.top_px = rect.y;
    out.frame_height_px = whole->height_px;
    out.width_px = rect.w > 1 ? rect.w : 1;
    out.height_px = rect.h > 1 ? rect.h : 1;
    return out;
}

void target_begin(const struct target *target, enum target_blend blend) {
    glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
    debug_count_bind();
    const struct target_rect all = {0, 0, target->width_px, target->height_px};
    if (target->frame_height_px > 0) {
        target_set_viewport(target, all);
    } else {
        glViewport(0, 0, target->width_px, target->height_px);
        glDisable(GL_SCISSOR_TEST);
    }
    glDisable(GL_DEPTH_TEST);
    target_set_blend(blend);
}

void target_set_scissor(const struct target *target, struct target_rect rect) {
    struct target_rect inside = clamp_rect(target, rect);
    glEnable(GL_SCISSOR_TEST);
    glScissor(gl_x(target, inside), gl_y(target, inside), inside.w, inside.h);
}

void target_set_viewport(const struct target *target, struct target_rect rect) {
    glViewport(gl_x(target, rect), gl_y(target, rect), rect.w, rect.h);
    target_set_scissor(target, rect);
}

void target_clear(const float rgba[4]) {
    glClearColor(rgba[0], rgba[1], rgba[2], rgba[3]);
    glClear(GL_COLOR_BUFFER_BIT);
    debug_count_copy();
}

void target_draw_quad(void) {
    bind_empty_vertex_array();
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    debug_count_draw();
}

bool target_init_texture(struct target *target, const struct texture *texture) {
    *target = (struct target){
        .width_px = texture->desc.width, .height_px = texture->desc.height, .top_down = true};
    glGenFramebuffers(1, &target->framebuffer);
    debug_count_objects(1);
    glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture->name, 0);
    GLenum state = glCheckFramebufferStatus(GL_FRAMEBUFFER);
    if (state != GL_FRAMEBUFFER_COMPLETE) {
        LOG_ERROR("graphics: %s: not a render target here (0x%x)", texture->desc.label, state);
        target_finish(target);
        return false;
    }
    return true;
}

void target_finish(struct target *target) {
    if (target != NULL && target->framebuffer != 0) {
        glDeleteFramebuffers(1, &target->framebuffer);
        *target = (struct target){0};
    }
}

void target_copy(const struct target *from, struct target_rect rect, const struct target *to, int x,
                 int y) {
    struct target_rect placed = {x, y, rect.w, rect.h};
    int from_x = gl_x(from, rect);
    int from_y = gl_y(from, rect);
    int to_x = gl_x(to, placed);
    int to_y = gl_y(to, placed);
    bool turned = from->top_down != to->top_down;
    glBindFramebuffer(GL_READ_FRAMEBUFFER, from->framebuffer);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, to->framebuffer);
    debug_count_bind();
    glDisable(GL_SCISSOR_TEST);
    glBlitFramebuffer(from_x, from_y, from_x + rect.w, from_y + rect.h, to_x,
                      turned ? to_y + rect.h : to_y, to_x + rect.w, turned ? to_y : to_y + rect.h,
                      GL_COLOR_BUFFER_BIT, GL_NEAREST);
    debug_count_copy();
}

float target_y_sign(const struct target *target) {
    return target->top_down ? -1.0f : 1.0f;
}

void target_clip_from_px(const struct target *target, mat4 out) {
    float height = (float)target->height_px;
    float bottom = target->top_down ? 0 : height;
    glm_ortho(0, (float)target->width_px, bottom, height - bottom, -1, 1, out);
}
