/* bench_frame - the whole picture, drawn off-screen again and again, glFinish inside every frame.
 *
 *   bench_frame [WIDTH HEIGHT [FRAMES [PNG [SHADER_DIR]]]]      default 1920 1080 300
 *
 * Prints the 5th percentile, the median and the 99th percentile of wall time, and CPU time of all
 * threads, of four frames: the field alone and everything else, the whole while it scrolls by a
 * third of a pixel a frame (the field is drawn anew every time), and the whole of a live day at 60
 * frames a second (the field stands still between two columns).  design.md section 9: median
 * <= 16.7 ms, p99
 * <= 25 ms at 1920 x 1080 on two cores of software GL. On a busy machine read the CPU time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "layer/picture.h"
#include "record/screenshot.h"
#include "support/synthetic_picture.h"

enum { FRAME_MAX = 10000, WARM_UP = 20 };

struct bench {
    int width, height, frames;
    struct offscreen *offscreen;
    struct picture *picture;
    struct camera camera;
    struct synthetic *market;
};

/* CPU time of all threads: what a frame costs, however busy the machine is otherwise. */
static double process_cpu_ms(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void fill(struct bench *bench) {
    synthetic_init(bench->market, &(struct synthetic_desc){.col_count = 1440,
                                                           .row_count = 1024,
                                                           .col_ms = 60000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 7});
    picture_set_grid(bench->picture, 1, &bench->market->grid);
    for (int i = 0; i < bench->market->grid.col_count; i++) {
        picture_add_column(bench->picture, synthetic_next(bench->market, 1));
    }
    bench->market->scene.demo = true;
    camera_init(&bench->camera, bench->market->now_ms, 86400000.0, 64000, 0.165);
    struct settings settings = settings_default();
    camera_set_plot(&bench->camera, picture_plot_px(bench->width, bench->height, &settings));
}

/* What moves between two frames of a measurement. */
enum motion {
    MOTION_SCROLL, /* a third of a pixel a frame, a column every third: the field is drawn anew */
    MOTION_LIVE    /* the clock: 1/60 s a frame, the live column again every second */
};

static void measure(struct bench *bench, const char *name, uint32_t parts, enum motion motion) {
    static int64_t ns[FRAME_MAX];
    double cpu_ms = 0;
    for (int i = -WARM_UP; i < bench->frames; i++) {
        cpu_ms = i == 0 ? process_cpu_ms() : cpu_ms;
        int64_t start = clock_mono_ns();
        double now = (double)bench->market->now_ms;
        if (motion == MOTION_SCROLL) {
            if (i % 3 == 0) {
                picture_add_column(bench->picture, synthetic_next(bench->market, 1));
                start = clock_mono_ns();
                now = (double)bench->market->now_ms;
            }
            now += (double)(i % 3) * 20000;
        } else {
            if (i % 60 == 0) {
                picture_add_column(bench->picture, &bench->market->column);
            }
            now += i * 1000.0 / 60;
        }
        camera_follow(&bench->camera, now);
        struct picture_frame frame = {.target = offscreen_target(bench->offscreen),
                                      .scene = &bench->market->scene,
                                      .camera = &bench->camera,
                                      .now_ms = (int64_t)now,
                                      .latency_ns = 9400000,
                                      .settings = settings_default(),
                                      .text_hidden = parts == SETTINGS_BIT(FIELD)};
        frame.settings.parts = parts;
        picture_draw(bench->picture, &frame);
        readback_finish();
        if (i >= 0) {
            ns[i] = clock_mono_ns() - start;
        }
    }
    cpu_ms = (process_cpu_ms() - cpu_ms) / bench->frames;
    qsort(ns, (size_t)bench->frames, sizeof ns[0], compare_ns);
    struct picture_stats stats = picture_get_stats(bench->picture);
    double p50 = (double)ns[bench->frames / 2] / 1e6;
    printf("%-14s %5d x %-5d p05 %6.2f  p50 %6.2f ms (%.0f/s)  p99 %6.2f ms  cpu %6.2f ms  draws "
           "%d  binds %d  shapes %d  "
           "glyphs %d\n",
           name, bench->width, bench->height, (double)ns[bench->frames / 20] / 1e6, p50, 1000 / p50,
           (double)ns[bench->frames * 99 / 100] / 1e6, cpu_ms, stats.draw_count, stats.bind_count,
           stats.shape_count, stats.glyph_count);
}

static int save(struct bench *bench, const char *path) {
    size_t bytes = (size_t)bench->width * (size_t)bench->height * 4;
    uint8_t *rgba = malloc(bytes);
    if (rgba == NULL) {
        return 1;
    }
    offscreen_read_rgba(bench->offscreen, bytes, rgba);
    enum status status = screenshot_write_png(path, bench->width, bench->height, rgba);
    free(rgba);
    return status == STATUS_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    struct bench bench = {
        .width = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 1920,
        .height = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1080,
        .frames = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 300,
        .market = malloc(sizeof *bench.market),
    };
    struct picture_desc desc = {.shader_dir = argc > 5 ? argv[5] : NULL};
    if (bench.frames < 1 || bench.frames > FRAME_MAX || bench.market == NULL) {
        fprintf(stderr, "bench_frame: frames: 1..%d\n", FRAME_MAX);
        return 2;
    }
    if (offscreen_create(bench.width, bench.height, &bench.offscreen) != STATUS_OK ||
        picture_create(&desc, &bench.picture) != STATUS_OK) {
        return 1;
    }
    printf("renderer %s\n", offscreen_caps(bench.offscreen)->renderer);
    fill(&bench);
    uint32_t all = settings_default().parts;
    measure(&bench, "field", SETTINGS_BIT(FIELD), MOTION_SCROLL);
    measure(&bench, "without field", all & ~SETTINGS_BIT(FIELD), MOTION_SCROLL);
    measure(&bench, "whole, scroll", all, MOTION_SCROLL);
    measure(&bench, "whole, live", all, MOTION_LIVE);
    int failed = argc > 4 ? save(&bench, argv[4]) : 0;
    picture_destroy(bench.picture);
    offscreen_destroy(bench.offscreen);
    free(bench.market);
    return failed;
}
