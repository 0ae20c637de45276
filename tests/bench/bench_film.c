/* bench_film [FRAMES] [WIDTH HEIGHT] - what a film costs: drawing it, encoding it, and both at
 * once.
 *
 * Prints frames a second of each, and the film's share of what drawing and encoding one after the
 * other would give, 1 / (1 / render + 1 / encode): the film is to be at least 0.8 of that. All in
 * one run, so that the machine is the same. The film goes to /tmp and is removed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/picture_replay.h"
#include "base/clock.h"
#include "gfx/offscreen.h"
#include "record/film_writer.h"

#define BEGIN_MS INT64_C(1767582000000) /* 2026-01-05T03:00:00Z */
#define STEP_MS  INT64_C(3000)
enum { KEPT = 16 };

static const char path[] = "/tmp/liqscope-bench-film.mp4";
static const struct source_list demo = {.count = 1, .specs = {{.kind = SOURCE_DEMO}}};

struct bench {
    int width_px, height_px, count;
    size_t bytes;
    struct offscreen *offscreen;
    struct picture_replay *replay;
    uint8_t *kept; /* owned: KEPT frames */
    int64_t now_ms;
};

static void die(const char *what) {
    fprintf(stderr, "bench_film: %s\n", what);
    exit(1);
}

static void draw(struct bench *bench, uint8_t *rgba) {
    char reason[SOURCE_REASON_BYTES];
    picture_replay_advance(bench->replay, bench->now_ms);
    if (picture_replay_draw(bench->replay, bench->now_ms, offscreen_target(bench->offscreen),
                            reason) != EXIT_STATUS_DONE) {
        die(reason);
    }
    offscreen_read_tile(bench->offscreen, 0, bench->bytes, rgba);
    bench->now_ms += STEP_MS;
}

static struct film_writer *open_film(const struct bench *bench) {
    struct film_writer *writer = NULL;
    const struct film_writer_desc desc = {
        .recorder = {
            .path = path, .width_px = bench->width_px, .height_px = bench->height_px, .fps = 60}};
    if (film_writer_open(&desc, &writer) != STATUS_OK) {
        die("no film");
    }
    return writer;
}

/* Frames a second of drawing alone, of encoding alone, or of both. */
static double run(struct bench *bench, bool drawing, bool encoding) {
    struct film_writer *writer = encoding ? open_film(bench) : NULL;
    const int64_t begin_ns = clock_mono_ns();
    for (int i = 0; i < bench->count; i++) {
        uint8_t *kept = bench->kept + (size_t)(i % KEPT) * bench->bytes;
        uint8_t *rgba = encoding ? film_writer_begin(writer, true) : kept;
        if (rgba == NULL) {
            die("the film fails");
        }
        if (drawing) {
            draw(bench, rgba);
        } else {
            memcpy(rgba, kept, bench->bytes);
        }
        if (encoding) {
            film_writer_add(writer, i);
        }
    }
    if (film_writer_close(writer) != STATUS_OK) {
        die("the film is not whole");
    }
    return bench->count / ((double)(clock_mono_ns() - begin_ns) * 1e-9);
}

int main(int argc, char *argv[]) {
    char reason[SOURCE_REASON_BYTES];
    struct bench bench = {.count = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 300,
                          .width_px = argc > 3 ? (int)strtol(argv[2], NULL, 10) : 1920,
                          .height_px = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1080,
                          .now_ms = BEGIN_MS};
    const struct picture_replay_desc desc = {.sources = &demo,
                                             .demo = {.seed = 14, .symbol = "BTCUSDT", .days = 0.5},
                                             .span_ms = 2 * 3600e3,
                                             .settings = settings_default()};
    bench.bytes = (size_t)bench.width_px * (size_t)bench.height_px * 4;
    bench.kept = malloc(KEPT * bench.bytes);
    if (bench.kept == NULL || bench.count < 1 ||
        offscreen_create(bench.width_px, bench.height_px, &bench.offscreen) != STATUS_OK) {
        die("no memory, or no off-screen OpenGL");
    }
    if (picture_replay_create(&desc, &bench.replay, reason) != EXIT_STATUS_DONE) {
        die(reason);
    }
    draw(&bench, bench.kept); /* the first one makes the field */
    const double render = run(&bench, true, false);
    const double encode = run(&bench, false, true);
    const double film = run(&bench, true, true);
    const double both = 1 / (1 / render + 1 / encode);
    printf("%dx%d, %d frames: render %.1f /s, encode %.1f /s, one after the other %.1f /s; film "
           "%.1f /s, %.2f of that\n",
           bench.width_px, bench.height_px, bench.count, render, encode, both, film, film / both);
    unlink(path);
    picture_replay_destroy(bench.replay);
    offscreen_destroy(bench.offscreen);
    free(bench.kept);
    return 0;
}
