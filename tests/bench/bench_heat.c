/* bench_heat - the field's fragment pass alone, beside copying a picture of the same size, glFinish
 * inside every frame.
 *
 *   bench_heat [FRAMES]      default 100 a size
 *
 * At 1280 x 720, 1920 x 1080 and 3840 x 2160, in rounds taken in turn, all over the whole target:
 *
 *   copy    a quad that copies an RGBA8 texture with a nearest sample: the yardstick
 *   plain   the field's pass, texels about as large as a pixel
 *   sharp   the field's pass, texels of several pixels
 *   anew    what a frame does that draws the field anew: plain into the scroll's ring, and the
 *           ring copied to the target
 *   scroll  the same for a step by a third of a pixel
 *
 * performance.md B1: plain <= 2.2 x the copy on llvmpipe; <= 1.3 x on a GPU. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "layer/ground.h"
#include "support/bench_machine.h"
#include "support/synthetic_picture.h"

enum { COL_COUNT = 1440, ROW_COUNT = 1024, FRAME_MAX = 10000, ROUNDS = 5 };
enum { ROW_COPY, ROW_PLAIN, ROW_SHARP, ROW_ANEW, ROW_SCROLL, ROW_KIND_COUNT };
static const char *const row_names[ROW_KIND_COUNT] = {"copy", "plain", "sharp", "anew", "scroll"};

struct bench {
    int width, height, frames;
    struct offscreen *offscreen;
    struct program compose, copy;
    struct heatmap heatmap;
    struct ground ground;
    struct field field;
    struct texture picture;
    struct synthetic *market;
    int64_t ns[ROW_KIND_COUNT][FRAME_MAX];
    int counts[ROW_KIND_COUNT];
};

static int compare_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The shaders of the copy live here: the program has no use for them. */
static bool open_copy(struct bench *bench, const char *dir) {
    static const char *const names[] = {"y_sign", "picture"};
    struct program_desc desc = {.vertex = "quad.vert",
                                .fragment = "copy.frag",
                                .shader_dir = dir,
                                .uniform_names = names,
                                .uniform_count = 2};
    struct texture_desc picture = {.width = bench->width,
                                   .height = bench->height,
                                   .format = TEXTURE_RGBA8,
                                   .label = "picture"};
    return program_init(&bench->copy, &desc) && texture_init(&bench->picture, &picture);
}

static void draw_copy(struct bench *bench, const struct target *target) {
    target_begin(target, TARGET_BLEND_NONE);
    program_bind(&bench->copy);
    program_set_float(&bench->copy, 0, target_y_sign(target));
    program_set_int(&bench->copy, 1, 0);
    texture_bind(&bench->picture, 0);
    target_draw_quad();
}

static void draw_field(struct bench *bench, const struct target *target, int kind, int frame) {
    struct scale scale = {0};
    scale_pin(&scale, 1e5, 5e7);
    struct camera camera;
    /* Plain: 1,320 columns over the width, 1,000 rows over the height; sharp: a sixth of both. */
    double zoom = kind == ROW_SHARP ? 6 : 1;
    camera_init(&camera, bench->market->now_ms, 79200000.0 / zoom, 64000, 0.175 / zoom);
    camera_set_plot(&camera, (struct camera_rect){0, 0, target->width_px, target->height_px});
    /* Under the newest columns, so that the whole target is covered. */
    camera_pan_px(&camera, target->width_px * 0.07, 0);
    camera_pan_px(&camera, kind == ROW_SCROLL ? -(frame % 120) / 3.0 : 0, 0);
    const struct ground_view view = {.heatmap = &bench->heatmap,
                                     .heat = {.field = &bench->field,
                                              .camera = &camera,
                                              .scale = &scale,
                                              .until_ms = (double)bench->market->now_ms}};
    if (kind == ROW_ANEW) {
        ground_reset(&bench->ground);
    }
    if (kind == ROW_ANEW || kind == ROW_SCROLL) {
        ground_draw(&bench->ground, target, &view);
        return;
    }
    const struct scroll_strip strip = {.viewport = {0, 0, target->width_px, target->height_px},
                                       .part = {0, 0, target->width_px, target->height_px},
                                       .left_ms = camera.time_left_ms,
                                       .ms_per_px = (camera.time_right_ms - camera.time_left_ms) /
                                                    target->width_px};
    heatmap_prepare(&bench->heatmap, &view.heat);
    target_begin(target, TARGET_BLEND_NONE);
    heatmap_paint(&bench->heatmap, target, &view.heat, &strip);
}

static void measure(struct bench *bench, int kind, int frames) {
    struct target target = offscreen_target(bench->offscreen);
    for (int i = -8; i < frames && bench->counts[kind] < FRAME_MAX; i++) {
        int64_t start = clock_mono_ns();
        if (kind == ROW_COPY) {
            draw_copy(bench, &target);
        } else {
            draw_field(bench, &target, kind, i + 8);
        }
        readback_finish();
        if (i >= 0) {
            bench->ns[kind][bench->counts[kind]++] = clock_mono_ns() - start;
        }
    }
}

static void report(struct bench *bench) {
    double copy_ms = 0;
    for (int kind = 0; kind < ROW_KIND_COUNT; kind++) {
        int64_t *ns = bench->ns[kind];
        int count = bench->counts[kind];
        qsort(ns, (size_t)count, sizeof ns[0], compare_ns);
        double p50 = (double)ns[count / 2] / 1e6;
        copy_ms = kind == ROW_COPY ? p50 : copy_ms;
        printf("%4d x %-4d  %-7s p05 %6.2f  p50 %6.2f  p99 %6.2f ms  %5.2f x copy\n", bench->width,
               bench->height, row_names[kind], (double)ns[count / 20] / 1e6, p50,
               (double)ns[count * 99 / 100] / 1e6, p50 / copy_ms);
        bench->counts[kind] = 0;
    }
}

static bool fill(struct bench *bench) {
    synthetic_init(bench->market, &(struct synthetic_desc){.col_count = COL_COUNT,
                                                           .row_count = ROW_COUNT,
                                                           .col_ms = 60000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 7});
    if (!program_init(&bench->compose, &field_program_desc) ||
        !heatmap_init(&bench->heatmap, NULL) ||
        field_init(&bench->field, 1, &bench->market->grid) != STATUS_OK) {
        return false;
    }
    for (int i = 0; i < COL_COUNT; i++) {
        field_add_column(&bench->field, synthetic_next(bench->market, 1));
    }
    field_compose(&bench->field, &bench->compose, INT64_MIN, INT64_MAX);
    return true;
}

static bool run_size(struct bench *bench) {
    if (offscreen_resize(bench->offscreen, bench->width, bench->height) != STATUS_OK ||
        !open_copy(bench, "tests/bench/shaders")) {
        return false;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int kind = 0; kind < ROW_KIND_COUNT; kind++) {
            measure(bench, kind, bench->frames / ROUNDS);
        }
    }
    report(bench);
    texture_finish(&bench->picture);
    program_finish(&bench->copy);
    ground_finish(&bench->ground);
    return true;
}

int main(int argc, char **argv) {
    static const int sizes[][2] = {{1280, 720}, {1920, 1080}, {3840, 2160}};
    static struct bench bench;
    bench.frames = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100;
    bench.market = malloc(sizeof *bench.market);
    if (bench.market == NULL || bench.frames < ROUNDS || bench.frames > FRAME_MAX) {
        fprintf(stderr, "bench_heat: frames: %d..%d\n", ROUNDS, FRAME_MAX);
        return 2;
    }
    bool good = offscreen_create(sizes[0][0], sizes[0][1], &bench.offscreen) == STATUS_OK;
    bench_machine_print(stdout);
    good = good && fill(&bench);
    for (size_t i = 0; good && i < ARRAY_COUNT(sizes); i++) {
        bench.width = sizes[i][0];
        bench.height = sizes[i][1];
        good = run_size(&bench);
    }
    if (!good) {
        fprintf(stderr, "bench_heat: cannot draw; run it from the repository's root\n");
    }
    field_finish(&bench.field);
    heatmap_finish(&bench.heatmap);
    program_finish(&bench.compose);
    offscreen_destroy(bench.offscreen);
    free(bench.market);
    return good ? 0 : 1;
}
