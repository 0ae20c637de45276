/* Seek in a recording: from the question to an engine that stands there, and on to the first whole
 * pass of a raster of it.  bench_seek FILE.liq [HOURS [SEEKS]]: a raster of so many hours before
 * the moment (24), seeks to so many moments (200) drawn evenly from the recording.
 *
 * Wall time, and processor time of the whole process beside it, which another load does not change:
 * while a seek is answered nothing else runs here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "app/replay_worker.h"
#include "base/random.h"
#include "density/raster.h"
#include "support/bench_machine.h"

enum { SEEK_MAX = 2000, COLUMNS = 1024, ROWS = 512 };

struct figures {
    double wall_ms[SEEK_MAX], cpu_ms[SEEK_MAX];
};
static struct figures engine_figures, picture_figures;

static double cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-3;
}

static double wall_ms(void) {
    return (double)clock_mono_ns() * 1e-6;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *values, int count) {
    qsort(values, (size_t)count, sizeof(*values), by_value);
    printf("%-34s p50 %7.1f ms  p99 %7.1f ms  max %7.1f ms\n", what, values[count / 2],
           values[(int)(count * 0.99)], values[count - 1]);
}

static struct layers_column *begin_column(void *self) {
    static struct layers_column column;
    (void)self;
    return &column;
}

static bool end_column(void *self) {
    int *left = self;
    return --*left > 0; /* the coarse pass is a picture */
}

static void draw(const struct replay_stand *stand, double hours, struct raster *raster) {
    struct scene *scene = calloc(1, sizeof(*scene));
    if (scene == NULL) {
        return;
    }
    engine_fill_scene(stand->engine, scene);
    struct raster_request request = {.request_id = 1};
    const uint16_t instrument =
        scene->instrument_count > 0 ? scene->instruments[0].instrument : INSTRUMENT_NONE;
    const double price = scene->instrument_count > 0 ? scene->instruments[0].mark : 0;
    free(scene);
    request.log = engine_entry_log(stand->engine, instrument);
    if (request.log == NULL || !(price > 0) ||
        !engine_model(stand->engine, instrument, &request.model)) {
        return;
    }
    const int64_t span_ms = (int64_t)(hours * 3600e3);
    request.grid.col_ms = layers_col_ms_for_span(span_ms, COLUMNS);
    request.grid.col_count = (int32_t)(span_ms / request.grid.col_ms) + 1;
    request.grid.first_col = stand->ts_ms / request.grid.col_ms - request.grid.col_count + 1;
    request.grid.row_count = ROWS;
    request.grid.row_height = 0.24 / ROWS;
    request.grid.ln_price_min = log(price) - 0.12;
    int left = request.grid.col_count;
    const struct raster_sink sink = {.self = &left, .begin = begin_column, .end = end_column};
    (void)raster_run(raster, &request, &sink);
}

int main(int argc, char **argv) {
    const double hours = argc > 2 ? strtod(argv[2], NULL) : 24;
    int count = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 200;
    count = count < SEEK_MAX ? count : SEEK_MAX;
    if (argc < 2 || count < 1) {
        fprintf(stderr, "bench_seek FILE.liq [HOURS [SEEKS]]\n");
        return 2;
    }
    bench_machine_print(stdout);
    struct instrument_table *table = instrument_table_create();
    struct raster *raster = raster_create();
    struct replay_worker_desc desc = {.instruments = table, .sources = {.count = 1}};
    desc.sources.specs[0] = (struct source_spec){.kind = SOURCE_FILE, .path = argv[1]};
    double begin_ms = wall_ms(), begin_cpu_ms = cpu_ms();
    struct replay_worker *worker = replay_worker_create(&desc);
    if (worker == NULL || raster == NULL) {
        fprintf(stderr, "%s: cannot be read\n", argv[1]);
        return 1;
    }
    const struct replay_track *track = replay_worker_track(worker);
    while (track == NULL || !track->whole) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
        track = replay_worker_track(worker);
    }
    printf("looked through: %lld slots, wall %.0f ms, processor %.0f ms\n",
           (long long)track->slot_count, wall_ms() - begin_ms, cpu_ms() - begin_cpu_ms);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("resident at most, with its copies: %.0f MB\n", (double)usage.ru_maxrss / 1024);
    struct random random;
    random_init(&random, 7);
    for (int i = 0; i < count; i++) {
        const uint64_t span_ms = (uint64_t)(track->last_ms - track->first_ms);
        const int64_t ts_ms = track->first_ms + (int64_t)(random_u64(&random) % span_ms);
        struct replay_stand stand;
        begin_ms = wall_ms();
        begin_cpu_ms = cpu_ms();
        replay_worker_ask(worker, ts_ms);
        while (!replay_worker_take(worker, &stand)) {
            clock_sleep_until_ns(clock_mono_ns() + 200000);
        }
        engine_figures.wall_ms[i] = wall_ms() - begin_ms;
        engine_figures.cpu_ms[i] = cpu_ms() - begin_cpu_ms;
        draw(&stand, hours, raster);
        picture_figures.wall_ms[i] = wall_ms() - begin_ms;
        picture_figures.cpu_ms[i] = cpu_ms() - begin_cpu_ms;
        engine_destroy(stand.engine);
        event_source_destroy(&stand.source);
    }
    print("engine in place, wall", engine_figures.wall_ms, count);
    print("engine in place, processor", engine_figures.cpu_ms, count);
    print("first pass of its raster, wall", picture_figures.wall_ms, count);
    print("the same, processor", picture_figures.cpu_ms, count);
    replay_worker_destroy(worker);
    raster_destroy(raster);
    instrument_table_destroy(table);
    return 0;
}
