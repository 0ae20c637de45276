/* bench_frame - the whole picture, drawn off-screen again and again, glFinish inside every frame.
 *
 *   bench_frame [WIDTH HEIGHT [FRAMES [PARTS [PNG [SHADER_DIR]]]]]      default 1920 1080 300
 *
 * Prints the 5th percentile, the median and the 99th percentile of wall time, and CPU time of all
 * threads, of each row below, in rounds taken in turn, because a shared machine has moods; then the
 * ratios of medians.  PARTS (as for --show) changes what the "overlays" and "whole" rows show.
 *
 *   heat alone      the field and nothing else, zoomed by a hair every frame: all of it is drawn
 *                   anew. The yardstick.
 *   heat, scroll    the field alone, a third of a pixel a frame, a new column every third frame
 *   overlays alone  everything but the field and the order book, scrolling
 *   whole, scroll   everything but the order book, scrolling
 *   whole, book     everything, scrolling
 *   whole, live     everything but the order book; the clock of a live day: 1/60 s a frame, the
 *                   live column again every second
 *   filter change   a leverage band switched every frame: one compose pass over the whole window
 *
 * design.md section 9 at 1920 x 1080 on two cores of software GL: whole, scroll p50 <= 16.7 ms, p99
 * <= 25 ms; whole, book p50 <= 22.2 ms; overlays alone <= 0.3 x heat alone + 2 ms; at 3840 x 2160
 * whole p50 <= 50 ms, with the book 66.7 ms. On a busy machine read the CPU time and the ratios. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "layer/picture.h"
#include "record/screenshot.h"
#include "support/bench_machine.h"
#include "support/synthetic_map.h"

enum { FRAME_MAX = 10000, WARM_UP = 16, ROUNDS = 5 };

/* What moves between two frames of a measurement. */
enum motion { MOTION_ZOOM, MOTION_SCROLL, MOTION_LIVE, MOTION_FILTER };

enum { ROW_HEAT, ROW_HEAT_SCROLL, ROW_OVERLAYS, ROW_WHOLE, ROW_BOOK, ROW_LIVE, ROW_FILTER };

struct row {
    const char *name;
    bool field, overlays, book;
    enum motion motion;
    int count;
    double cpu_ms;
    struct picture_stats stats;
    int64_t ns[FRAME_MAX];
};

static struct row rows[] = {
    [ROW_HEAT] = {"heat alone", true, false, false, MOTION_ZOOM},
    [ROW_HEAT_SCROLL] = {"heat, scroll", true, false, false, MOTION_SCROLL},
    [ROW_OVERLAYS] = {"overlays alone", false, true, false, MOTION_SCROLL},
    [ROW_WHOLE] = {"whole, scroll", true, true, false, MOTION_SCROLL},
    [ROW_BOOK] = {"whole, book", true, true, true, MOTION_SCROLL},
    [ROW_LIVE] = {"whole, live", true, true, false, MOTION_LIVE},
    [ROW_FILTER] = {"filter change", true, true, false, MOTION_FILTER},
};

struct bench {
    int width, height, frames;
    uint32_t parts;
    struct offscreen *offscreen;
    struct picture *picture;
    struct camera camera;
    struct synthetic *market;
    struct scene_map *map;
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
                                                           .seed = 7,
                                                           .book = true});
    picture_set_grid(bench->picture, 1, &bench->market->grid);
    for (int i = 0; i < bench->market->grid.col_count; i++) {
        picture_add_column(bench->picture, synthetic_next(bench->market, 1));
    }
    bench->market->scene.demo = true;
    synthetic_make_map(bench->market, bench->map);
    synthetic_add_receipts(bench->market);
    camera_init(&bench->camera, bench->market->now_ms, 86400000.0, 64000, 0.165);
    struct settings settings = settings_default();
    camera_set_plot(&bench->camera, picture_plot_px(bench->width, bench->height, &settings));
}

static struct settings settings_of(const struct bench *bench, const struct row *row, int frame) {
    const uint32_t book = SETTINGS_BIT(BOOK);
    const uint32_t field = SETTINGS_BIT(FIELD);
    struct settings settings = settings_default();
    settings.parts = row->overlays ? bench->parts & ~(book | field) : 0;
    settings.parts |= (row->field ? field : 0) | (row->book ? book : 0);
    settings.band_hidden = row->motion == MOTION_FILTER ? (uint32_t)frame & 1 : 0;
    return settings;
}

/* Move the market and the camera on; the event time of the frame. */
static double advance(struct bench *bench, enum motion motion, int frame) {
    double now = (double)bench->market->now_ms;
    if (motion == MOTION_SCROLL && frame % 3 == 0) {
        picture_add_column(bench->picture, synthetic_next(bench->market, 1));
        now = (double)bench->market->now_ms;
    } else if (motion == MOTION_LIVE && frame % 60 == 0) {
        picture_add_column(bench->picture, &bench->market->column);
    }
    now += motion == MOTION_SCROLL ? frame % 3 * 20000.0 : 0;
    now += motion == MOTION_LIVE ? frame * 1000.0 / 60 : 0;
    camera_follow(&bench->camera, now);
    if (motion == MOTION_ZOOM) {
        camera_zoom_price(&bench->camera, frame % 2 == 0 ? 1.00001 : 1 / 1.00001, 0);
    }
    return now;
}

static void measure(struct bench *bench, struct row *row, int frames) {
    double cpu_ms = 0;
    bool bare = !row->overlays;
    for (int i = -WARM_UP; i < frames && row->count < FRAME_MAX; i++) {
        cpu_ms = i == 0 ? process_cpu_ms() : cpu_ms;
        double made_ms = process_cpu_ms();
        double now = advance(bench, row->motion, i + WARM_UP);
        cpu_ms += process_cpu_ms() - made_ms; /* making the market is not the picture's work */
        int64_t start = clock_mono_ns();
        struct picture_frame frame = {.target = offscreen_target(bench->offscreen),
                                      .scene = &bench->market->scene,
                                      .map = bench->map,
                                      .camera = &bench->camera,
                                      .now_ms = (int64_t)now,
                                      .latency_ns = 9400000,
                                      .settings = settings_of(bench, row, i),
                                      .text_hidden = bare};
        picture_draw(bench->picture, &frame);
        readback_finish();
        if (i >= 0) {
            row->ns[row->count++] = clock_mono_ns() - start;
        }
    }
    row->cpu_ms += process_cpu_ms() - cpu_ms;
    row->stats = picture_get_stats(bench->picture);
}

static double percentile_ms(const struct row *row, int percent) {
    return (double)row->ns[row->count * percent / 100] / 1e6;
}

static void report(const struct bench *bench) {
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct row *row = &rows[i];
        qsort(row->ns, (size_t)row->count, sizeof row->ns[0], compare_ns);
        double p50 = percentile_ms(row, 50);
        printf("%-14s %4dx%-4d p05 %6.2f  p50 %6.2f ms (%4.0f/s)  p99 %6.2f ms  cpu %6.2f ms  "
               "draws %2d  binds %2d  shapes %4d  glyphs %4d\n",
               row->name, bench->width, bench->height, percentile_ms(row, 5), p50, 1000 / p50,
               percentile_ms(row, 99), row->cpu_ms / row->count, row->stats.draw_count,
               row->stats.bind_count, row->stats.shape_count, row->stats.glyph_count);
    }
    double heat = percentile_ms(&rows[ROW_HEAT], 50);
    double overlays = percentile_ms(&rows[ROW_OVERLAYS], 50);
    printf("overlays / (0.3 heat + 2 ms)  %.2f   heat, scroll / heat  %.2f   whole / heat  %.2f   "
           "book adds %.2f ms\n",
           overlays / (0.3 * heat + 2), percentile_ms(&rows[ROW_HEAT_SCROLL], 50) / heat,
           percentile_ms(&rows[ROW_WHOLE], 50) / heat,
           percentile_ms(&rows[ROW_BOOK], 50) - percentile_ms(&rows[ROW_WHOLE], 50));
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

static bool read_arguments(int argc, char **argv, struct bench *bench) {
    const char *wrong = NULL;
    bench->width = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 1920;
    bench->height = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1080;
    bench->frames = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 300;
    bench->parts = UINT32_MAX >> (32 - SETTINGS_PART_COUNT) & ~SETTINGS_BIT(CANDLES);
    if (argc > 4 && settings_parse_parts(argv[4], &bench->parts, &wrong) != STATUS_OK) {
        fprintf(stderr, "bench_frame: parts: %s\n", wrong);
        return false;
    }
    if (bench->frames < ROUNDS || bench->frames > FRAME_MAX) {
        fprintf(stderr, "bench_frame: frames: %d..%d\n", ROUNDS, FRAME_MAX);
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    struct bench bench = {.market = malloc(sizeof *bench.market), .map = malloc(sizeof *bench.map)};
    struct picture_desc desc = {.shader_dir = argc > 6 ? argv[6] : NULL};
    if (bench.market == NULL || bench.map == NULL || !read_arguments(argc, argv, &bench)) {
        return 2;
    }
    if (offscreen_create(bench.width, bench.height, &bench.offscreen) != STATUS_OK ||
        picture_create(&desc, &bench.picture) != STATUS_OK) {
        return 1;
    }
    bench_machine_print(stdout);
    printf("renderer %s\n", offscreen_caps(bench.offscreen)->renderer);
    fill(&bench);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
            measure(&bench, &rows[i], bench.frames / ROUNDS);
        }
    }
    report(&bench);
    int failed = argc > 5 ? save(&bench, argv[5]) : 0;
    picture_destroy(bench.picture);
    offscreen_destroy(bench.offscreen);
    free(bench.map);
    free(bench.market);
    return failed;
}
