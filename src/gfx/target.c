#include "gfx/target.h"

#include <assert.h>
#include <cglm/cam.h>
#include <glad/gl.h>

#include "base/log.h"
#include "gfx/context.h"
#include "gfx/debug.h"

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
        GLenum share = blend == TARGET_BLEND_PREMULTIPLIED ? GL_ONE : GL_SRC_ALPHA;
        glBlendFuncSeparate(share, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
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
    context_bind_texture(CONTEXT_DRAW, target->texture);
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
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    debug_count_draw();
}

void target_draw_quads(int count) {
    assert(count >= 1);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, count);
    debug_count_draw();
}

bool target_init_texture(struct target *target, const struct texture *texture) {
    *target = (struct target){.texture = texture->name,
                              .width_px = texture->desc.width,
                              .height_px = texture->desc.height,
                              .top_down = true};
    context_bind_texture(CONTEXT_DRAW, target->texture);
    GLenum state = glCheckFramebufferStatus(GL_DRAW_FRAMEBUFFER);
    if (state != GL_FRAMEBUFFER_COMPLETE) {
        LOG_ERROR("graphics: %s: not a render target here (0x%x)", texture->desc.label, state);
        *target = (struct target){0};
        return false;
    }
    return true;
}

void target_copy(const struct target *from, struct target_rect rect, const struct target *to, int x,
                 int y) {
    struct target_rect placed = {x, y, rect.w, rect.h};
    int from_x = gl_x(from, rect);
    int from_y = gl_y(from, rect);
    int to_x = gl_x(to, placed);
    int to_y = gl_y(to, placed);
    bool turned = from->top_down != to->top_down;
    context_bind_texture(CONTEXT_READ, from->texture);
    context_bind_texture(CONTEXT_DRAW, to->texture);
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
