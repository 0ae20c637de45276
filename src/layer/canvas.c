#include "layer/canvas.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layer/cut.h"

struct box_vertex { /* mirrors shaders/box.vert */
    float position_px[2];
    uint8_t rgba[4];
};

struct canvas_box {
    struct box_vertex vertices[BUFFER_VERTICES];
};

struct shape_vertex { /* mirrors shaders/shape.vert */
    float position_px[2];
    float local_px[2]; /* from the shape's middle, along its axes */
    float half_px[2];
    float style_px[3]; /* corner radius, ring width, hatch period */
    uint8_t rgba[4];
};

struct canvas_shape {
    struct shape_vertex vertices[BUFFER_VERTICES];
};

/* A shape before its corners are laid out. */
struct outline {
    double x, y; /* of its middle */
    double half_w, half_h;
    double axis_x, axis_y; /* unit vector along its width */
    double radius, ring, hatch;
};

#define SOFT_PX 0.5        /* an edge fades over a pixel: half of it lies outside */
#define SNAP_PX (1 / 32.0) /* an edge so near to a pixel's is on it */
enum { PIECES_MAX = 3 };   /* of a box along an axis: two edges that share a pixel, and between */

static const int capacities[CANVAS_LIST_COUNT] = {CANVAS_PLOT_MAX, CANVAS_OVER_MAX};

enum { UNIFORM_CLIP_FROM_PX, UNIFORM_COUNT };
static const char *const uniform_names[UNIFORM_COUNT] = {"clip_from_px"};

static bool part_init(struct canvas_part *part, int capacity) {
    struct buffer_desc boxes = {.vertex_bytes = sizeof(struct box_vertex),
                                .capacity = capacity,
                                .field_count = 2,
                                .fields = {{2, false, offsetof(struct box_vertex, position_px)},
                                           {4, true, offsetof(struct box_vertex, rgba)}},
                                .label = "boxes"};
    struct buffer_desc shapes = {.vertex_bytes = sizeof(struct shape_vertex),
                                 .capacity = capacity,
                                 .field_count = 5,
                                 .fields = {{2, false, offsetof(struct shape_vertex, position_px)},
                                            {2, false, offsetof(struct shape_vertex, local_px)},
                                            {2, false, offsetof(struct shape_vertex, half_px)},
                                            {3, false, offsetof(struct shape_vertex, style_px)},
                                            {4, true, offsetof(struct shape_vertex, rgba)}},
                                 .label = "shapes"};
    part->boxes = calloc((size_t)capacity, sizeof *part->boxes);
    part->shapes = calloc((size_t)capacity, sizeof *part->shapes);
    return part->boxes != NULL && part->shapes != NULL && buffer_init(&part->box_buffer, &boxes) &&
           buffer_init(&part->shape_buffer, &shapes);
}

bool canvas_init(struct canvas *canvas, const char *shader_dir) {
    *canvas = (struct canvas){.cell_w = 1, .cell_h = 1};
    for (int i = 0; i < CANVAS_LIST_COUNT; i++) {
        if (!part_init(&canvas->parts[i], capacities[i])) {
            return false;
        }
    }
    struct program_desc box = {.vertex = "box.vert",
                               .fragment = "box.frag",
                               .shader_dir = shader_dir,
                               .uniform_names = uniform_names,
                               .uniform_count = UNIFORM_COUNT};
    struct program_desc shape = box;
    shape.vertex = "shape.vert";
    shape.fragment = "shape.frag";
    return curves_init(&canvas->curves, shader_dir) && program_init(&canvas->box_program, &box) &&
           program_init(&canvas->shape_program, &shape);
}

bool canvas_reload(struct canvas *canvas) {
    bool good = program_reload(&canvas->box_program);
    good = program_reload(&canvas->curves.program) && good;
    return program_reload(&canvas->shape_program) && good;
}

void canvas_finish(struct canvas *canvas) {
    program_finish(&canvas->shape_program);
    program_finish(&canvas->box_program);
    curves_finish(&canvas->curves);
    for (int i = 0; i < CANVAS_LIST_COUNT; i++) {
        struct canvas_part *part = &canvas->parts[i];
        buffer_finish(&part->shape_buffer);
        buffer_finish(&part->box_buffer);
        free(part->shapes);
        free(part->boxes);
        *part = (struct canvas_part){0};
    }
}

void canvas_begin(struct canvas *canvas, double width_px, double height_px) {
    canvas->cell_w = width_px / CANVAS_CELLS;
    canvas->cell_h = height_px / CANVAS_CELLS;
    curves_begin(&canvas->curves);
    for (int i = 0; i < CANVAS_LIST_COUNT; i++) {
        memset(canvas->parts[i].shaped, 0, sizeof canvas->parts[i].shaped);
        canvas->parts[i].bounds_count = 0;
    }
}

void canvas_set_plot(struct canvas *canvas, struct camera_rect plot) {
    canvas->plot = (struct camera_rect){floor(plot.x), floor(plot.y), ceil(plot.w), ceil(plot.h)};
}

void canvas_set_list(struct canvas *canvas, enum canvas_list list) {
    canvas->list = list;
}

int canvas_count(const struct canvas *canvas) {
    int count = curves_count(&canvas->curves);
    for (int i = 0; i < CANVAS_LIST_COUNT; i++) {
        count += canvas->parts[i].box_count + canvas->parts[i].shape_count;
    }
    return count;
}

/* -- where shapes may be -- */

/* OVER is cut off by the target alone. */
static struct camera_rect limits_of(const struct canvas *canvas) {
    static const struct camera_rect everywhere = {-1e6, -1e6, 2e6, 2e6};
    return canvas->list == CANVAS_PLOT ? canvas->plot : everywhere;
}

static struct camera_rect common_part(const struct camera_rect *a, const struct camera_rect *b) {
    double x = fmax(a->x, b->x);
    double y = fmax(a->y, b->y);
    return (struct camera_rect){x, y, fmin(a->x + a->w, b->x + b->w) - x,
                                fmin(a->y + a->h, b->y + b->h) - y};
}

static bool is_empty(const struct camera_rect *rect) {
    return !(rect->w > 0 && rect->h > 0);
}

/* -- which cells shapes reach into -- */

struct cells {
    int row_first, row_last;
    uint64_t columns;
};

static int cell_of(double px, double cell_px) {
    double cell = floor(px / cell_px);
    return cell > 0 ? (cell < CANVAS_CELLS - 1 ? (int)cell : CANVAS_CELLS - 1) : 0;
}

static struct cells cells_of(const struct canvas *canvas, struct camera_rect rect) {
    int left = cell_of(rect.x, canvas->cell_w);
    int right = cell_of(rect.x + rect.w, canvas->cell_w);
    return (struct cells){
        .row_first = cell_of(rect.y, canvas->cell_h),
        .row_last = cell_of(rect.y + rect.h, canvas->cell_h),
        .columns = UINT64_MAX >> (CANVAS_CELLS - 1 - (right - left)) << left,
    };
}

static void mark_rect(struct canvas *canvas, struct camera_rect rect) {
    struct canvas_part *part = &canvas->parts[canvas->list];
    struct cells cells = cells_of(canvas, rect);
    for (int row = cells.row_first; row <= cells.row_last; row++) {
        part->shaped[row] |= cells.columns;
    }
    if (part->bounds_count < CANVAS_BOUNDS_MAX) {
        part->bounds[part->bounds_count] = rect;
    }
    part->bounds_count++;
}

static struct camera_rect reach_of(const struct outline *outline) {
    double reach_x =
        fabs(outline->half_w * outline->axis_x) + fabs(outline->half_h * outline->axis_y) + SOFT_PX;
    double reach_y =
        fabs(outline->half_w * outline->axis_y) + fabs(outline->half_h * outline->axis_x) + SOFT_PX;
    return (struct camera_rect){outline->x - reach_x, outline->y - reach_y, 2 * reach_x,
                                2 * reach_y};
}

static bool is_shaped(const struct canvas *canvas, struct camera_rect rect) {
    const struct canvas_part *part = &canvas->parts[canvas->list];
    struct cells cells = cells_of(canvas, rect);
    uint64_t found = 0;
    for (int row = cells.row_first; row <= cells.row_last; row++) {
        found |= part->shaped[row] & cells.columns;
    }
    bool touches = found != 0 && part->bounds_count > CANVAS_BOUNDS_MAX;
    for (int i = 0; found != 0 && !touches && i < part->bounds_count; i++) {
        const struct camera_rect *other = &part->bounds[i];
        touches = rect.x < other->x + other->w && other->x < rect.x + rect.w &&
                  rect.y < other->y + other->h && other->y < rect.y + rect.h;
    }
    return touches;
}

/* -- shapes with a distance field -- */

/* Corner 0 left, 1 right of the upper edge, 2 and 3 of the lower one, along the shape's axes. */
static struct cut_point corner_of(const struct outline *outline, int corner) {
    double x = (outline->half_w + SOFT_PX) * ((corner & 1) == 0 ? -1 : 1);
    double y = (outline->half_h + SOFT_PX) * (corner >> 1 == 0 ? -1 : 1);
    return (struct cut_point){.x = outline->x + x * outline->axis_x - y * outline->axis_y,
                              .y = outline->y + x * outline->axis_y + y * outline->axis_x,
                              .u = x,
                              .v = y};
}

/* Two triangles, six points. */
static void add_triangles(struct canvas *canvas, const struct outline *outline,
                          struct theme_color color,
                          const struct cut_point *const points[BUFFER_VERTICES]) {
    struct canvas_part *part = &canvas->parts[canvas->list];
    if (part->shape_count == capacities[canvas->list]) {
        canvas->dropped_count++;
        return;
    }
    struct canvas_shape *shape = &part->shapes[part->shape_count++];
    for (int i = 0; i < BUFFER_VERTICES; i++) {
        shape->vertices[i] = (struct shape_vertex){
            .position_px = {(float)points[i]->x, (float)points[i]->y},
            .local_px = {(float)points[i]->u, (float)points[i]->v},
            .half_px = {(float)outline->half_w, (float)outline->half_h},
            .style_px = {(float)outline->radius, (float)outline->ring, (float)outline->hatch},
            .rgba = {color.r, color.g, color.b, color.a}};
    }
}

/* What of a shape lies within the limits, as a fan about its first point. */
static void add_cut_shape(struct canvas *canvas, const struct outline *outline,
                          struct theme_color color) {
    struct cut_point points[CUT_POINT_MAX] = {corner_of(outline, 0), corner_of(outline, 1),
                                              corner_of(outline, 3), corner_of(outline, 2)};
    int count = cut_polygon(limits_of(canvas), 4, points);
    for (int i = 1; i + 1 < count; i += 2) {
        const struct cut_point *last = &points[i + 2 < count ? i + 2 : i + 1];
        add_triangles(canvas, outline, color,
                      (const struct cut_point *const[]){&points[0], &points[i], &points[i + 1],
                                                        &points[0], &points[i + 1], last});
    }
}

static void add_shape(struct canvas *canvas, const struct outline *outline,
                      struct theme_color color) {
    struct camera_rect reach = reach_of(outline);
    struct camera_rect limits = limits_of(canvas);
    struct camera_rect seen = common_part(&reach, &limits);
    if (is_empty(&seen)) {
        return;
    }
    mark_rect(canvas, seen);
    if (seen.w < reach.w || seen.h < reach.h) {
        add_cut_shape(canvas, outline, color);
        return;
    }
    struct cut_point corners[4];
    const struct cut_point *points[BUFFER_VERTICES];
    for (int i = 0; i < 4; i++) {
        corners[i] = corner_of(outline, i);
    }
    for (int i = 0; i < BUFFER_VERTICES; i++) {
        points[i] = &corners[buffer_corners[i]];
    }
    add_triangles(canvas, outline, color, points);
}

static struct outline outline_of_rect(struct camera_rect rect) {
    return (struct outline){.x = rect.x + rect.w / 2,
                            .y = rect.y + rect.h / 2,
                            .half_w = rect.w / 2,
                            .half_h = rect.h / 2,
                            .axis_x = 1};
}

/* -- upright boxes -- */

struct piece { /* whole pixels along an axis, all covered alike */
    double from, to, cover;
};

static double snap(double px) {
    double whole = floor(px + 0.5);
    return fabs(px - whole) < SNAP_PX ? whole : px;
}

/* Cut [from, to) into pixels that are covered in part and those that are wholly. */
static int cut_into_pieces(double from, double to, struct piece pieces[PIECES_MAX]) {
    from = snap(from);
    to = snap(to);
    if (to <= from) {
        return 0;
    }
    double first = floor(from);
    double last = ceil(to);
    if (last - first <= 1) {
        pieces[0] = (struct piece){first, last, to - from};
        return 1;
    }
    int count = 0;
    double core_from = ceil(from);
    double core_to = floor(to);
    if (core_from > from) {
        pieces[count++] = (struct piece){first, core_from, core_from - from};
    }
    if (core_to > core_from) {
        pieces[count++] = (struct piece){core_from, core_to, 1};
    }
    if (to > core_to) {
        pieces[count++] = (struct piece){core_to, last, to - core_to};
    }
    return count;
}

static void add_piece(struct canvas *canvas, const struct piece *x, const struct piece *y,
                      struct theme_color color) {
    struct canvas_part *part = &canvas->parts[canvas->list];
    uint8_t alpha = (uint8_t)(color.a * x->cover * y->cover + 0.5);
    if (alpha == 0) {
        return;
    }
    if (part->box_count == capacities[canvas->list]) {
        canvas->dropped_count++;
        return;
    }
    struct canvas_box *box = &part->boxes[part->box_count++];
    for (int i = 0; i < BUFFER_VERTICES; i++) {
        box->vertices[i] = (struct box_vertex){
            .position_px = {(float)((buffer_corners[i] & 1) == 0 ? x->from : x->to),
                            (float)(buffer_corners[i] >> 1 == 0 ? y->from : y->to)},
            .rgba = {color.r, color.g, color.b, alpha}};
    }
}

static void add_upright(struct canvas *canvas, struct camera_rect rect, struct theme_color color) {
    struct piece columns[PIECES_MAX];
    struct piece rows[PIECES_MAX];
    int column_count = cut_into_pieces(rect.x, rect.x + rect.w, columns);
    int row_count = cut_into_pieces(rect.y, rect.y + rect.h, rows);
    for (int i = 0; i < row_count; i++) {
        for (int j = 0; j < column_count; j++) {
            add_piece(canvas, &columns[j], &rows[i], color);
        }
    }
}

/* -- what layers call -- */

void canvas_add_box(struct canvas *canvas, struct camera_rect rect, double radius_px,
                    struct theme_color color) {
    if (radius_px <= 0 && !is_shaped(canvas, rect)) {
        struct camera_rect limits = limits_of(canvas);
        add_upright(canvas, common_part(&rect, &limits), color);
        return;
    }
    struct outline outline = outline_of_rect(rect);
    outline.radius = radius_px;
    add_shape(canvas, &outline, color);
}

void canvas_add_frame(struct canvas *canvas, struct camera_rect rect, double radius_px,
                      double line_px, struct theme_color color) {
    struct outline outline = outline_of_rect(rect);
    outline.radius = radius_px;
    outline.ring = line_px;
    add_shape(canvas, &outline, color);
}

void canvas_add_hatch(struct canvas *canvas, struct camera_rect rect, double period_px,
                      struct theme_color color) {
    struct outline outline = outline_of_rect(rect);
    outline.hatch = period_px;
    add_shape(canvas, &outline, color);
}

void canvas_add_line(struct canvas *canvas, double x0, double y0, double x1, double y1,
                     double width_px, struct theme_color color) {
    double length = hypot(x1 - x0, y1 - y0);
    struct outline outline = {.x = (x0 + x1) / 2,
                              .y = (y0 + y1) / 2,
                              .half_w = (length + width_px) / 2,
                              .half_h = width_px / 2,
                              .axis_x = length > 0 ? (x1 - x0) / length : 1,
                              .axis_y = length > 0 ? (y1 - y0) / length : 0,
                              .radius = width_px / 2};
    add_shape(canvas, &outline, color);
}

static void mark_curve(void *user, struct camera_rect rect) {
    mark_rect(user, rect);
}

void canvas_add_curve(struct canvas *canvas, const struct curves_line *curve) {
    struct camera_rect limits = limits_of(canvas);
    struct curves_reach reach = {limits, mark_curve, canvas};
    if (!curves_add(&canvas->curves, (int)canvas->list, curve, &reach)) {
        canvas->dropped_count++;
    }
}

void canvas_add_disc(struct canvas *canvas, double x, double y, double radius_px, double ring_px,
                     struct theme_color color) {
    struct camera_rect rect = {x - radius_px, y - radius_px, 2 * radius_px, 2 * radius_px};
    canvas_add_frame(canvas, rect, radius_px, ring_px, color);
}

void canvas_add_diamond(struct canvas *canvas, double x, double y, double radius_px,
                        struct theme_color color) {
    struct outline outline = {.x = x,
                              .y = y,
                              .half_w = radius_px * M_SQRT1_2,
                              .half_h = radius_px * M_SQRT1_2,
                              .axis_x = M_SQRT1_2,
                              .axis_y = M_SQRT1_2};
    add_shape(canvas, &outline, color);
}

static void draw_buffer(struct buffer *buffer, int count, const void *vertices,
                        const struct program *program, const struct target *target) {
    buffer_write(buffer, count, vertices);
    if (count > 0) {
        program_bind(program);
        mat4 clip_from_px;
        target_clip_from_px(target, clip_from_px);
        program_set_mat4(program, UNIFORM_CLIP_FROM_PX, clip_from_px);
        buffer_draw(buffer);
    }
}

void canvas_draw(struct canvas *canvas, enum canvas_list list, const struct target *target) {
    struct canvas_part *part = &canvas->parts[list];
    draw_buffer(&part->box_buffer, part->box_count, part->boxes, &canvas->box_program, target);
    curves_draw(&canvas->curves, (int)list, target);
    draw_buffer(&part->shape_buffer, part->shape_count, part->shapes, &canvas->shape_program,
                target);
    part->box_count = 0;
    part->shape_count = 0;
}
