#include "layer/canvas.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct canvas_shape { /* mirrors shaders/shape.vert */
    float center_px[2];
    float half_px[2];
    float direction[2];
    float style_px[4]; /* corner radius, ring width, hatch period, unused */
    uint8_t rgba[4];
};

static const int capacities[CANVAS_LIST_COUNT] = {CANVAS_PLOT_MAX, CANVAS_OVER_MAX};
static const char *const labels[CANVAS_LIST_COUNT] = {"plot shapes", "over shapes"};

enum { UNIFORM_CLIP_FROM_PX, UNIFORM_COUNT };
static const char *const uniform_names[UNIFORM_COUNT] = {"clip_from_px"};

bool canvas_init(struct canvas *canvas, const char *shader_dir) {
    *canvas = (struct canvas){0};
    for (int i = 0; i < CANVAS_LIST_COUNT; i++) {
        struct buffer_desc desc = {.instance_bytes = sizeof(struct canvas_shape),
                                   .capacity = capacities[i],
                                   .field_count = 5,
                                   .fields = {{2, false, offsetof(struct canvas_shape, center_px)},
                                              {2, false, offsetof(struct canvas_shape, half_px)},
                                              {2, false, offsetof(struct canvas_shape, direction)},
                                              {4, false, offsetof(struct canvas_shape, style_px)},
                                              {4, true, offsetof(struct canvas_shape, rgba)}},
                                   .label = labels[i]};
        canvas->shapes[i] = calloc((size_t)capacities[i], sizeof(struct canvas_shape));
        if (canvas->shapes[i] == NULL || !buffer_init(&canvas->buffers[i], &desc)) {
            return false;
        }
    }
    struct program_desc program = {.vertex = "shape.vert",
                                   .fragment = "shape.frag",
                                   .shader_dir = shader_dir,
                                   .uniform_names = uniform_names,
                                   .uniform_count = UNIFORM_COUNT};
    return program_init(&canvas->program, &program);
}

void canvas_finish(struct canvas *canvas) {
    program_finish(&canvas->program);
    for (int i = 0; i < CANVAS_LIST_COUNT; i++) {
        buffer_finish(&canvas->buffers[i]);
        free(canvas->shapes[i]);
        canvas->shapes[i] = NULL;
    }
}

void canvas_set_list(struct canvas *canvas, enum canvas_list list) {
    canvas->list = list;
}

static struct canvas_shape *add_shape(struct canvas *canvas, struct theme_color color) {
    if (canvas->counts[canvas->list] == capacities[canvas->list]) {
        canvas->dropped_count++;
        return NULL;
    }
    struct canvas_shape *shape = &canvas->shapes[canvas->list][canvas->counts[canvas->list]++];
    *shape =
        (struct canvas_shape){.direction = {1, 0}, .rgba = {color.r, color.g, color.b, color.a}};
    return shape;
}

static struct canvas_shape *add_rect(struct canvas *canvas, struct camera_rect rect,
                                     struct theme_color color) {
    struct canvas_shape *shape = add_shape(canvas, color);
    if (shape != NULL) {
        shape->center_px[0] = (float)(rect.x + rect.w / 2);
        shape->center_px[1] = (float)(rect.y + rect.h / 2);
        shape->half_px[0] = (float)(rect.w / 2);
        shape->half_px[1] = (float)(rect.h / 2);
    }
    return shape;
}

void canvas_add_box(struct canvas *canvas, struct camera_rect rect, double radius_px,
                    struct theme_color color) {
    struct canvas_shape *shape = add_rect(canvas, rect, color);
    if (shape != NULL) {
        shape->style_px[0] = (float)radius_px;
    }
}

void canvas_add_frame(struct canvas *canvas, struct camera_rect rect, double radius_px,
                      double line_px, struct theme_color color) {
    struct canvas_shape *shape = add_rect(canvas, rect, color);
    if (shape != NULL) {
        shape->style_px[0] = (float)radius_px;
        shape->style_px[1] = (float)line_px;
    }
}

void canvas_add_hatch(struct canvas *canvas, struct camera_rect rect, double period_px,
                      struct theme_color color) {
    struct canvas_shape *shape = add_rect(canvas, rect, color);
    if (shape != NULL) {
        shape->style_px[2] = (float)period_px;
    }
}

void canvas_add_line(struct canvas *canvas, double x0, double y0, double x1, double y1,
                     double width_px, struct theme_color color) {
    struct canvas_shape *shape = add_shape(canvas, color);
    double length = hypot(x1 - x0, y1 - y0);
    if (shape != NULL) {
        shape->center_px[0] = (float)((x0 + x1) / 2);
        shape->center_px[1] = (float)((y0 + y1) / 2);
        shape->half_px[0] = (float)((length + width_px) / 2);
        shape->half_px[1] = (float)(width_px / 2);
        shape->style_px[0] = (float)(width_px / 2);
        if (length > 0) {
            shape->direction[0] = (float)((x1 - x0) / length);
            shape->direction[1] = (float)((y1 - y0) / length);
        }
    }
}

void canvas_add_disc(struct canvas *canvas, double x, double y, double radius_px, double ring_px,
                     struct theme_color color) {
    struct camera_rect rect = {x - radius_px, y - radius_px, 2 * radius_px, 2 * radius_px};
    canvas_add_frame(canvas, rect, radius_px, ring_px, color);
}

void canvas_draw(struct canvas *canvas, enum canvas_list list, const struct target *target,
                 struct camera_rect clip) {
    buffer_write(&canvas->buffers[list], canvas->counts[list], canvas->shapes[list]);
    canvas->counts[list] = 0;
    if (canvas->buffers[list].count == 0) {
        return;
    }
    target_set_scissor(target, (struct target_rect){(int)clip.x, (int)clip.y, (int)ceil(clip.w),
                                                    (int)ceil(clip.h)});
    program_bind(&canvas->program);
    mat4 clip_from_px;
    target_clip_from_px(target, clip_from_px);
    program_set_mat4(&canvas->program, UNIFORM_CLIP_FROM_PX, clip_from_px);
    buffer_draw(&canvas->buffers[list]);
}
