/* bench_panels - what panels cost a frame: two open ones, all of them, the table of keys; copied
 * while nothing in them changes, and drawn anew.
 *
 *   bench_panels [WIDTH HEIGHT]      default 1920 1080
 *
 * Least, median and p99 of 120 frames off-screen, from gui_begin to the end of glFinish, and the
 * time that all processors spent on a frame (with the clear before it), which other programs do not
 * disturb. Two open panels must stay below 2 ms at 1080p on software GL with two cores. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "gfx/readback.h"
#include "support/bench_machine.h"
#include "support/panel_stage.h"

enum { FRAMES = 120 };

static struct panel_stage stage;

static int compare_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void measure(const char *what, void (*draw)(struct panel_stage *stage)) {
    static int64_t took_ns[FRAMES];
    clock_t cpu = 0;
    for (int i = -10; i < FRAMES; i++) {
        panel_stage_clear(&stage);
        readback_finish();
        int64_t start_ns = clock_mono_ns();
        cpu = i == 0 ? clock() : cpu;
        draw(&stage);
        readback_finish();
        if (i >= 0) {
            took_ns[i] = clock_mono_ns() - start_ns;
        }
    }
    qsort(took_ns, FRAMES, sizeof took_ns[0], compare_ns);
    double cpu_ms = (double)(clock() - cpu) * 1e3 / CLOCKS_PER_SEC / FRAMES;
    printf("%-34s least %.2f ms  p50 %.2f ms  p99 %.2f ms  processors %.2f ms  %d draw calls\n",
           what, (double)took_ns[0] / 1e6, (double)took_ns[FRAMES / 2] / 1e6,
           (double)took_ns[FRAMES * 99 / 100] / 1e6, cpu_ms, gui_draw_count(stage.gui));
}

static void measure_both(const char *what) {
    char text[64];
    measure(what, panel_stage_draw_copied);
    str_format(text, sizeof text, "%s, drawn anew", what);
    measure(text, panel_stage_draw_panels);
}

int main(int argc, char **argv) {
    int width = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 1920;
    int height = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1080;
    if (width < 320 || height < 180 || !panel_stage_open(&stage, width, height)) {
        fprintf(stderr, "bench_panels: cannot draw %d x %d here\n", width, height);
        return 1;
    }
    bench_machine_print(stdout);
    panel_stage_fill(&stage, false);
    panel_stage_place(&stage, width, height, height / 1080.0);
    panels_init(&stage.panels);
    stage.panels.opacity = 1;
    measure_both("bar alone");
    stage.panels.open = 1U << PANEL_LAYERS | 1U << PANEL_CLUSTERS;
    measure_both("two panels");
    stage.panels.open = 1U << PANEL_TAPE | 1U << PANEL_SCALE;
    measure_both("tape and scale");
    stage.panels.open = (1U << PANEL_COUNT) - 1;
    stage.panels.statistics = true;
    measure_both("all, and statistics");
    stage.panels.open = 0;
    stage.panels.statistics = false;
    stage.panels.overlay = PANELS_KEYS;
    measure_both("keys");
    panel_stage_close(&stage);
    return 0;
}
