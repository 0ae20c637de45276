#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "layer/cut.h"
#include "support/near.h"

static const struct camera_rect frame = {10, 20, 100, 50};

/* A quadrangle of the middle x, y and two half axes at right angles; u and v run along them. */
static void make(double x, double y, double ax, double ay, double ratio, struct cut_point out[]) {
    static const double along[4] = {-1, 1, 1, -1};
    static const double across[4] = {-1, -1, 1, 1};
    for (int i = 0; i < 4; i++) {
        out[i] = (struct cut_point){.x = x + along[i] * ax - across[i] * ay * ratio,
                                    .y = y + along[i] * ay + across[i] * ax * ratio,
                                    .u = along[i],
                                    .v = across[i]};
    }
}

static double area(int count, const struct cut_point points[]) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        const struct cut_point *a = &points[i];
        const struct cut_point *b = &points[(i + 1) % count];
        sum += (a->x * b->y - b->x * a->y) / 2;
    }
    return sum;
}

static void upright_boxes_keep_what_lies_inside(void **state) {
    (void)state;
    static const struct {
        double x, y, half_w, half_h, area;
        int count;
    } cases[] = {
        {50, 40, 5, 5, 100, 4},      /* inside */
        {10, 40, 5, 5, 50, 4},       /* over the left edge */
        {110, 70, 10, 4, 40, 4},     /* over a corner */
        {60, 45, 500, 500, 5000, 4}, /* around it */
        {60, 45, 2, 500, 200, 4},    /* across it */
        {-20, 45, 5, 5, 0, 0},       /* beside it */
        {60, 90, 5, 20, 0, 0},       /* touches it from below */
        {60, 45, 0, 5, 0, 0},        /* without width */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cut_point points[CUT_POINT_MAX];
        make(cases[i].x, cases[i].y, cases[i].half_w, 0,
             cases[i].half_w > 0 ? cases[i].half_h / cases[i].half_w : 0, points);
        int count = cut_polygon(frame, 4, points);
        assert_near(count > 0 ? area(count, points) : 0, cases[i].area, 1e-9);
        assert_true(cases[i].area == 0 || count == cases[i].count);
    }
}

/* Turned ones at random: what is left lies inside, is no more than there was, and u and v are still
 * what they were there. */
static void turned_boxes_keep_their_own_axes(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 3);
    int most = 0;
    for (int i = 0; i < 5000; i++) {
        double x = 140 * random_uniform(&random) - 10;
        double y = 90 * random_uniform(&random);
        double angle = 6.3 * random_uniform(&random);
        double length = 1 + 60 * random_uniform(&random);
        double ratio = 0.05 + random_uniform(&random);
        double ax = length * cos(angle);
        double ay = length * sin(angle);
        struct cut_point points[CUT_POINT_MAX];
        make(x, y, ax, ay, ratio, points);
        int count = cut_polygon(frame, 4, points);
        most = count > most ? count : most;
        assert_true(count == 0 || area(count, points) <= 4 * length * length * ratio + 1e-9);
        for (int k = 0; k < count; k++) {
            const struct cut_point *p = &points[k];
            assert_true(p->x >= 10 - 1e-9 && p->x <= 110 + 1e-9);
            assert_true(p->y >= 20 - 1e-9 && p->y <= 70 + 1e-9);
            assert_near(p->x, x + p->u * ax - p->v * ay * ratio, 1e-9);
            assert_near(p->y, y + p->u * ay + p->v * ax * ratio, 1e-9);
        }
    }
    assert_in_range(most, 6, CUT_POINT_MAX);
}

/* Both halves of a cut add up to the whole. */
static void halves_add_up(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 4);
    for (int i = 0; i < 1000; i++) {
        double angle = 6.3 * random_uniform(&random);
        struct cut_point left[CUT_POINT_MAX];
        struct cut_point right[CUT_POINT_MAX];
        make(random_uniform(&random), random_uniform(&random), 3 * cos(angle), 3 * sin(angle), 0.5,
             left);
        make(left[0].x, left[0].y, 3 * cos(angle), 3 * sin(angle), 0.5, left);
        for (int k = 0; k < 4; k++) {
            right[k] = left[k];
        }
        int l = cut_polygon((struct camera_rect){-50, -50, 50, 100}, 4, left);
        int r = cut_polygon((struct camera_rect){0, -50, 50, 100}, 4, right);
        assert_near((l > 0 ? area(l, left) : 0) + (r > 0 ? area(r, right) : 0), 18, 1e-9);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upright_boxes_keep_what_lies_inside),
        cmocka_unit_test(turned_boxes_keep_their_own_axes),
        cmocka_unit_test(halves_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
