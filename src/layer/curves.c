/* A pen of width w = 2h along a polyline y(x). In the pixel column about x it covers
 *
 *   [min y - h, max y + h]  of y over [x - 1/2, x + 1/2], what a gentle slope needs, and
 *   [min y, max y]          of y over [x - h, x + h], what a steep one needs,
 *
 * together a pen with eight corners: within 6 % of a round one at any slope. A pixel's coverage is
 * the part of its height that lies inside. */
#include "layer/curves.h"

#include <math.h>
#include <stdlib.h>

struct tile_vertex { /* mirrors shaders/curve.vert */
    float position_px[2];
    float way_px[2]; /* along and across the curve */
    float row;       /* of the texture, plus a half */
    uint8_t rgba[4], halo[4];
};

struct curve_tile {
    struct tile_vertex vertices[BUFFER_VERTICES];
};

enum { TILE_PX = 16, UNIFORM_CLIP_FROM_PX = 0, UNIFORM_SPANS, UNIFORM_COUNT };
static const char *const uniform_names[UNIFORM_COUNT] = {"clip_from_px", "spans"};

bool curves_init(struct curves *curves, const char *shader_dir) {
    *curves = (struct curves){0};
    struct texture_desc spans = {.width = CURVES_LENGTH_MAX,
                                 .height = CURVES_MAX,
                                 .format = TEXTURE_RGBA32F,
                                 .undefined = true,
                                 .label = "curve spans"};
    struct buffer_desc tiles = {.vertex_bytes = sizeof(struct tile_vertex),
                                .capacity = CURVES_TILES_MAX,
                                .field_count = 5,
                                .fields = {{2, false, offsetof(struct tile_vertex, position_px)},
                                           {2, false, offsetof(struct tile_vertex, way_px)},
                                           {1, false, offsetof(struct tile_vertex, row)},
                                           {4, true, offsetof(struct tile_vertex, rgba)},
                                           {4, true, offsetof(struct tile_vertex, halo)}},
                                .label = "curves"};
    struct program_desc program = {.vertex = "curve.vert",
                                   .fragment = "curve.frag",
                                   .shader_dir = shader_dir,
                                   .uniform_names = uniform_names,
                                   .uniform_count = UNIFORM_COUNT};
    curves->numbers = calloc((size_t)CURVES_MAX * CURVES_LENGTH_MAX, sizeof *curves->numbers);
    bool made = curves->numbers != NULL && texture_init(&curves->spans, &spans);
    for (int i = 0; i < CURVES_LIST_COUNT; i++) {
        curves->lists[i].tiles = calloc(CURVES_TILES_MAX, sizeof(struct curve_tile));
        made =
            made && curves->lists[i].tiles != NULL && buffer_init(&curves->lists[i].buffer, &tiles);
    }
    return made && program_init(&curves->program, &program);
}

void curves_finish(struct curves *curves) {
    program_finish(&curves->program);
    for (int i = 0; i < CURVES_LIST_COUNT; i++) {
        buffer_finish(&curves->lists[i].buffer);
        free(curves->lists[i].tiles);
    }
    texture_finish(&curves->spans);
    free(curves->numbers);
    *curves = (struct curves){0};
}

void curves_begin(struct curves *curves) {
    curves->curve_count = 0;
}

int curves_count(const struct curves *curves) {
    int count = 0;
    for (int i = 0; i < CURVES_LIST_COUNT; i++) {
        count += curves->lists[i].count;
    }
    return count;
}

/* One straight piece, and the pixels along that it may reach into. */
struct stroke {
    double u0, v0, u1, v1; /* along and across */
    int first, last;
    int edges; /* of which spans: 0 the line's, 2 its halo's */
};

/* Widen the spans of the pixels whose middles are no further than `window` from the stroke, by what
 * of it lies in their window, and `pad` more on both sides. */
static void widen_spans(float (*spans)[4], const struct stroke *stroke, double window, double pad) {
    double first = ceil(stroke->u0 - 0.5 - window);
    double last = floor(stroke->u1 - 0.5 + window);
    double length = stroke->u1 - stroke->u0;
    double slope = length > 0 ? (stroke->v1 - stroke->v0) / length : 0;
    int to = last < stroke->last ? (int)fmax(last, -1) : stroke->last;
    for (int i = first > stroke->first ? (int)fmin(first, stroke->last + 1) : stroke->first;
         i <= to; i++) {
        double left = fmax(i + 0.5 - window, stroke->u0);
        double right = fmin(i + 0.5 + window, stroke->u1);
        double a = length > 0 ? stroke->v0 + (left - stroke->u0) * slope : stroke->v0;
        double b = length > 0 ? stroke->v0 + (right - stroke->u0) * slope : stroke->v1;
        float low = (float)((a < b ? a : b) - pad);
        float high = (float)((a < b ? b : a) + pad);
        float *span = spans[i] + stroke->edges;
        span[0] = low < span[0] ? low : span[0];
        span[1] = high > span[1] ? high : span[1];
    }
}

/* Of the pen of that width; edges: struct stroke. */
static void make_spans(float (*spans)[4], const struct curves_line *curve, int first, int last,
                       double width_px, int edges) {
    for (int i = first; i <= last; i++) {
        spans[i][edges] = INFINITY;
        spans[i][edges + 1] = -INFINITY;
    }
    double half = width_px / 2;
    for (int i = 0; i + 1 < curve->count && half > 0; i++) {
        const struct curve_point *a = &curve->points[i];
        const struct curve_point *b = &curve->points[i + 1];
        if (isnan(a->x + a->y + b->x + b->y)) {
            continue;
        }
        bool turn = curve->upright ? b->y < a->y : b->x < a->x;
        const struct curve_point *p = turn ? b : a;
        const struct curve_point *q = turn ? a : b;
        struct stroke stroke = {.u0 = curve->upright ? p->y : p->x,
                                .v0 = curve->upright ? p->x : p->y,
                                .u1 = curve->upright ? q->y : q->x,
                                .v1 = curve->upright ? q->x : q->y,
                                .first = first,
                                .last = last,
                                .edges = edges};
        if (stroke.u1 + half < first || stroke.u0 - half > last + 1) {
            continue;
        }
        widen_spans(spans, &stroke, 0.5, half);
        if (half > 0.5) {
            widen_spans(spans, &stroke, half, 0);
        }
    }
}

static void fill_tile(struct curve_tile *tile, const struct curves_line *curve, int row,
                      const double u[2], const double v[2]) {
    for (int i = 0; i < BUFFER_VERTICES; i++) {
        double along = u[curve->upright ? buffer_corners[i] >> 1 : buffer_corners[i] & 1];
        double across = v[curve->upright ? buffer_corners[i] & 1 : buffer_corners[i] >> 1];
        tile->vertices[i] = (struct tile_vertex){
            .position_px = {(float)(curve->upright ? across : along),
                            (float)(curve->upright ? along : across)},
            .way_px = {(float)along, (float)across},
            .row = (float)row + 0.5f,
            .rgba = {curve->color.r, curve->color.g, curve->color.b, curve->color.a},
            .halo = {curve->halo.r, curve->halo.g, curve->halo.b, curve->halo.a}};
    }
}

bool curves_add(struct curves *curves, int list, const struct curves_line *curve,
                const struct curves_reach *reach) {
    if (curves->curve_count == CURVES_MAX) {
        return false;
    }
    const struct camera_rect *limits = &reach->limits;
    double from = curve->upright ? limits->y : limits->x;
    double to = from + (curve->upright ? limits->h : limits->w);
    double v_from = curve->upright ? limits->x : limits->y;
    double v_to = v_from + (curve->upright ? limits->w : limits->h);
    from = fmax(from, floor(curve->from_px));
    to = fmin(to, ceil(curve->to_px));
    int first = (int)fmin(fmax(from, 0), CURVES_LENGTH_MAX);
    int last = (int)fmax(fmin(to, CURVES_LENGTH_MAX), 0) - 1;
    if (last < first || curve->count < 2) {
        return true;
    }
    int row = curves->curve_count++;
    float(*spans)[4] = curves->numbers + (size_t)row * CURVES_LENGTH_MAX;
    make_spans(spans, curve, first, last, curve->width_px, 0);
    make_spans(spans, curve, first, last, curve->halo_px, 2);
    bool whole = true;
    for (int begin = first; begin <= last; begin += TILE_PX) {
        int end = begin + TILE_PX <= last ? begin + TILE_PX : last + 1;
        float low = INFINITY;
        float high = -INFINITY;
        for (int i = begin; i < end; i++) {
            low = fminf(low, fminf(spans[i][0], spans[i][2]));
            high = fmaxf(high, fmaxf(spans[i][1], spans[i][3]));
        }
        const double v[2] = {fmax(floor((double)low), v_from), fmin(ceil((double)high), v_to)};
        if (!(v[1] > v[0])) {
            continue;
        }
        if (curves->lists[list].count == CURVES_TILES_MAX) {
            whole = false;
            break;
        }
        const double u[2] = {begin, end};
        fill_tile(&curves->lists[list].tiles[curves->lists[list].count++], curve, row, u, v);
        struct camera_rect rect = {u[0], v[0], u[1] - u[0], v[1] - v[0]};
        struct camera_rect turned = {v[0], u[0], v[1] - v[0], u[1] - u[0]};
        reach->mark(reach->user, curve->upright ? turned : rect);
    }
    struct texture_rect used = {first, row, last - first + 1, 1, 0};
    texture_upload(&curves->spans, &used, spans[first]);
    return whole;
}

void curves_draw(struct curves *curves, int list, const struct target *target) {
    int count = curves->lists[list].count;
    buffer_write(&curves->lists[list].buffer, count, curves->lists[list].tiles);
    curves->lists[list].count = 0;
    if (count > 0) {
        program_bind(&curves->program);
        mat4 clip_from_px;
        target_clip_from_px(target, clip_from_px);
        program_set_mat4(&curves->program, UNIFORM_CLIP_FROM_PX, clip_from_px);
        program_set_int(&curves->program, UNIFORM_SPANS, 0);
        texture_bind(&curves->spans, 0);
        target_set_blend(TARGET_BLEND_PREMULTIPLIED);
        buffer_draw(&curves->lists[list].buffer);
        target_set_blend(TARGET_BLEND_ALPHA);
    }
}
