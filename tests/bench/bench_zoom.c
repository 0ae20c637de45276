/* bench_zoom - from a year to five minutes and back in a few seconds, and hopping between time
 * frames: does every frame show a field, how long is the worst, when has the fine raster come.
 *
 *   bench_zoom [DAYS [WIDTH HEIGHT [SECONDS]]]      default 60 days of facts, 1280 720, 5
 *
 * Wall time with glFinish in every frame; rate: share of the view that is covered, less where cells
 * are too large (raster_cache_rate). */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/bench_machine.h"
#include "support/zoom_walk.h"

enum { WAIT_MS = 20000 };

static struct zoom_walk walk;

static void print_figures(const char *what) {
    printf("%s: %d frames, worst %.1f ms (main thread's CPU: %.1f), %d without a field, least rate "
           "%.2f, fine raster after "
           "%.0f ms at most, copies so far %d\n",
           what, (int)walk.frame_count, (double)walk.worst_ns / 1e6,
           (double)walk.worst_cpu_ns / 1e6, walk.bare_count, walk.least_rate,
           (double)walk.fine_ns / 1e6, (int)walk.link.copy_count);
    zoom_walk_forget(&walk);
}

static void hop(const char *what) {
    static const double spans_ms[] = {ZOOM_DAY_MS, 3600e3, 7 * ZOOM_DAY_MS,
                                      ZOOM_DAY_MS, 3600e3, 7 * ZOOM_DAY_MS};
    double first_ns = 0;
    for (size_t i = 0; i < ARRAY_COUNT(spans_ms); i++) {
        zoom_walk_look(&walk, spans_ms[i]);
        walk.link.asked_ns = 0;
        int64_t begin_ns = clock_mono_ns();
        zoom_walk_frame(&walk);
        first_ns = fmax(first_ns, (double)(clock_mono_ns() - begin_ns));
        zoom_walk_settle(&walk, WAIT_MS);
    }
    printf("%s: first frame after a hop %.1f ms at most\n", what, first_ns / 1e6);
}

int main(int argc, char **argv) {
    int days = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 60;
    int width = argc > 3 ? (int)strtol(argv[2], NULL, 10) : 1280;
    int height = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 720;
    int seconds = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 5;
    bench_machine_print(stdout);
    if (!zoom_walk_open(&walk, days * 24, width, height)) {
        printf("no OpenGL here\n");
        zoom_walk_close(&walk);
        return 1;
    }
    const double year_ms = 365 * ZOOM_DAY_MS, minutes_ms = 300e3;
    printf("%d days of facts, %d x %d, %d s each way\n", days, width, height, seconds);
    zoom_walk_look(&walk, year_ms);
    zoom_walk_settle(&walk, WAIT_MS);
    printf("a year at first: fine raster after %.0f ms\n", (double)walk.fine_ns / 1e6);
    zoom_walk_forget(&walk);
    zoom_walk_zoom(&walk, year_ms, minutes_ms, 60 * seconds);
    zoom_walk_settle(&walk, WAIT_MS);
    print_figures("year to 5 minutes");
    zoom_walk_zoom(&walk, minutes_ms, year_ms, 60 * seconds);
    zoom_walk_settle(&walk, WAIT_MS);
    print_figures("5 minutes to year");
    hop("24h 1h 1w, unseen");
    print_figures("24h 1h 1w 24h 1h 1w");
    hop("24h 1h 1w, seen before");
    print_figures("24h 1h 1w 24h 1h 1w");
    zoom_walk_close(&walk);
    return 0;
}
