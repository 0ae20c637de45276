#include "layer/cut.h"

#include <assert.h>
#include <string.h>

/* How far a point lies inside of the rectangle's edge, < 0: outside. */
static double depth(const struct camera_rect *rect, int edge, const struct cut_point *point) {
    switch (edge) {
    case 0:
        return point->x - rect->x;
    case 1:
        return rect->x + rect->w - point->x;
    case 2:
        return point->y - rect->y;
    default:
        return rect->y + rect->h - point->y;
    }
}

static struct cut_point between(const struct cut_point *a, const struct cut_point *b, double t) {
    return (struct cut_point){.x = a->x + (b->x - a->x) * t,
                              .y = a->y + (b->y - a->y) * t,
                              .u = a->u + (b->u - a->u) * t,
                              .v = a->v + (b->v - a->v) * t};
}

static int cut_at_edge(const struct camera_rect *rect, int edge, int count,
                       struct cut_point points[CUT_POINT_MAX]) {
    struct cut_point kept[CUT_POINT_MAX];
    int kept_count = 0;
    for (int i = 0; i < count; i++) {
        const struct cut_point *from = &points[i];
        const struct cut_point *to = &points[(i + 1) % count];
        double in = depth(rect, edge, from);
        double out = depth(rect, edge, to);
        if (in >= 0) {
            kept[kept_count++] = *from;
        }
        if ((in > 0 && out < 0) || (in < 0 && out > 0)) {
            kept[kept_count++] = between(from, to, in / (in - out));
        }
    }
    memcpy(points, kept, sizeof kept[0] * (size_t)kept_count);
    return kept_count;
}

int cut_polygon(struct camera_rect rect, int count, struct cut_point points[CUT_POINT_MAX]) {
    assert(count >= 0);
    assert(count <= 4);
    for (int edge = 0; edge < 4; edge++) {
        count = cut_at_edge(&rect, edge, count, points);
    }
    return count >= 3 ? count : 0;
}
