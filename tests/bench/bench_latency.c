/* Socket to pixel: every event from its receipt to the end (glFinish) of the first frame that shows
 * it.
 *
 * The simulated exchange sends trades over TLS on loopback beside its market, from a process of its
 * own that gives way by 10, because it stands for another machine; the feed, the ring, the engine
 * thread, the raster worker and the picture are the program's own; frames are paced at 60 a second,
 * off screen. Which frame shows an event first is exact: slots are applied in the
 * order of their push, and a scene says how many have been applied.  The first measurement takes
 * scenes as they come and draws nothing: what is left of the latency when no frame has to be waited
 * for.  This is the paced scroll, too (performance.md B3): with 50,000 trades a second at most one
 * frame in a hundred may end after the next one was due.
 * usage: bench_latency [seconds a measurement, default 10] [width height, default 1920 1080]
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stat.h"
#include "support/bench_machine.h"
#include "support/picture_pipeline.h"
#include "support/thread_load.h"

enum { LOG_MAX = 1 << 23, FRAME_RATE = 60, NS_PER_S = 1000000000, WAIT_MS = 60000 };

/* A sink that notes when each slot was received, on its way to the engine. */
struct noting_sink {
    struct event_sink to;
    atomic_size_t count;
    int64_t *recv_ns;
};

static struct noting_sink noting;
static struct exchange_process exchange = {.nice = 10};
static struct pipeline pipe_line;
static struct picture_pipeline view;
static double *latency_ms, *wait_ms, *draw_ms, *excess_ms;

static bool push_noting(void *self, const struct event *slots, size_t count) {
    struct noting_sink *sink = self;
    /* relaxed: only this thread stores it */
    size_t at = atomic_load_explicit(&sink->count, memory_order_relaxed);
    for (size_t i = 0; i < count; i++) {
        sink->recv_ns[(at + i) % LOG_MAX] = slots[i].recv_ns;
    }
    /* Before the push: the scene that counts these slots must find them noted. A refused push takes
     * them back. */
    atomic_store_explicit(&sink->count, at + count, memory_order_release);
    if (!event_sink_push(&sink->to, slots, count)) {
        /* release: as above */
        atomic_store_explicit(&sink->count, at, memory_order_release);
        return false;
    }
    return true;
}

static struct event_sink wrap_sink(struct event_sink sink) {
    noting.to = sink;
    return (struct event_sink){.self = &noting, .push = push_noting};
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(double *values, size_t count, double fraction) {
    qsort(values, count, sizeof(*values), compare_double);
    return count == 0 ? 0.0 : values[(size_t)(fraction * (double)(count - 1))];
}

struct run {
    int load_per_s;
    bool drawing;
    double seconds;
};

/* Slots [from, to) ended their way at end_ns in a frame that began at begin_ns. */
static size_t note_shown(size_t filled, int64_t from, int64_t to, int64_t begin_ns,
                         int64_t end_ns) {
    for (int64_t i = from; i < to && filled < LOG_MAX; i++) {
        int64_t recv_ns = noting.recv_ns[i % LOG_MAX];
        if (recv_ns == 0) {
            continue; /* said by the feed itself, not received */
        }
        latency_ms[filled] = (double)(end_ns - recv_ns) * 1e-6;
        wait_ms[filled] = (double)(begin_ns - recv_ns) * 1e-6;
        excess_ms[filled] =
            latency_ms[filled] - (double)(end_ns - begin_ns) * 1e-6 - 1000.0 / FRAME_RATE;
        filled++;
    }
    return filled;
}

static void measure(const struct run *run) {
    exchange_process_set_load(&exchange, &(struct exchange_load){.trades_per_s = run->load_per_s});
    int64_t warm_ns = clock_mono_ns() + NS_PER_S;
    while (clock_mono_ns() < warm_ns) {
        pipeline_take(&pipe_line, 50);
        if (run->drawing) { /* the first frames make textures and compose the whole field */
            picture_pipeline_drain(&view);
            picture_pipeline_draw(&view, 0, false);
        }
    }
    struct thread_load before;
    thread_load_take(&before);
    int64_t lost = stat_get(STAT_events_lost);
    int64_t begin_ns = clock_mono_ns();
    int64_t end_ns = begin_ns + (int64_t)(run->seconds * NS_PER_S);
    int64_t tick_ns = NS_PER_S / FRAME_RATE;
    int64_t due_ns = begin_ns;
    int64_t shown = pipe_line.scene->events_applied;
    int64_t first_shown = shown;
    size_t filled = 0;
    size_t frames = 0;
    size_t late = 0;
    while (clock_mono_ns() < end_ns) {
        if (run->drawing) {
            clock_sleep_until_ns(due_ns);
        }
        bool taken = pipeline_take(&pipe_line, run->drawing ? 0 : 100);
        int64_t frame_begin_ns = clock_mono_ns();
        if (run->drawing) {
            picture_pipeline_drain(&view);
            picture_pipeline_draw(&view, 0, false);
        } else if (!taken) {
            continue;
        }
        int64_t frame_end_ns = clock_mono_ns();
        int64_t applied = pipe_line.scene->events_applied;
        filled = note_shown(filled, shown, applied, frame_begin_ns, frame_end_ns);
        shown = applied;
        draw_ms[frames++] = (double)(frame_end_ns - frame_begin_ns) * 1e-6;
        due_ns += tick_ns;
        if (frame_end_ns > due_ns) {
            late++;
            due_ns += (frame_end_ns - due_ns + tick_ns - 1) / tick_ns * tick_ns;
        }
    }
    double seconds = (double)(clock_mono_ns() - begin_ns) * 1e-9;
    printf("%6d trades/s asked, %7.0f slots/s shown, %s\n", run->load_per_s,
           (double)(shown - first_shown) / seconds,
           run->drawing ? "frames drawn and paced" : "scenes only, nothing drawn");
    printf("    receipt to %s  p50 %6.2f  p90 %6.2f  p99 %6.2f  max %6.2f ms\n",
           run->drawing ? "frame end" : "scene    ", percentile(latency_ms, filled, 0.5),
           percentile(latency_ms, filled, 0.9), percentile(latency_ms, filled, 0.99),
           percentile(latency_ms, filled, 1.0));
    if (run->drawing) {
        printf("    of it waiting for a frame to begin  p50 %6.2f  p99 %6.2f ms\n",
               percentile(wait_ms, filled, 0.5), percentile(wait_ms, filled, 0.99));
        printf(
            "    frames %zu (%.1f/s), %zu late, %.2f %% (must: 1); draw  p50 %6.2f  p99 %6.2f ms\n",
            frames, (double)frames / seconds, late, (double)late / (double)frames * 100,
            percentile(draw_ms, frames, 0.5), percentile(draw_ms, frames, 0.99));
        printf("    beyond one interval + its frame's draw  p50 %6.2f  p99 %6.2f ms (must: 5)\n",
               percentile(excess_ms, filled, 0.5), percentile(excess_ms, filled, 0.99));
    }
    thread_load_print(&before, seconds);
    printf("    slots lost %lld\n", (long long)(stat_get(STAT_events_lost) - lost));
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 10.0;
    int width_px = argc > 3 ? (int)strtol(argv[2], NULL, 10) : 1920;
    int height_px = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1080;
    bench_machine_print(stdout);
    noting.recv_ns = calloc(LOG_MAX, sizeof(int64_t));
    latency_ms = calloc(LOG_MAX, sizeof(double));
    wait_ms = calloc(LOG_MAX, sizeof(double));
    draw_ms = calloc(LOG_MAX, sizeof(double));
    excess_ms = calloc(LOG_MAX, sizeof(double));
    struct pipeline_desc desc = {.server = {.seed = 3, .days = 1.0, .no_deflate = true},
                                 .certificate = "good",
                                 .history_ms = 24 * 3600 * 1000,
                                 .wrap_sink = wrap_sink,
                                 .outside = &exchange};
    int status = EXIT_FAILURE;
    if (pipeline_open(&pipe_line, &desc) && pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS) &&
        picture_pipeline_open(&view, &pipe_line, width_px, height_px) &&
        picture_pipeline_ask(&view, 4 * 3600 * 1000, 0.1) &&
        picture_pipeline_wait_field(&view, WAIT_MS)) {
        printf("picture %d x %d, %d frames a second, TLS, each event's own latency\n", width_px,
               height_px, FRAME_RATE);
        static const int loads[] = {1000, 50000};
        for (int i = 0; i < 2; i++) {
            measure(&(struct run){.load_per_s = loads[i], .seconds = seconds});
            measure(&(struct run){.load_per_s = loads[i], .drawing = true, .seconds = seconds});
        }
        status = EXIT_SUCCESS;
    }
    picture_pipeline_close(&view);
    pipeline_close(&pipe_line);
    free(noting.recv_ns);
    free(latency_ms);
    free(wait_ms);
    free(draw_ms);
    free(excess_ms);
    return status;
}
