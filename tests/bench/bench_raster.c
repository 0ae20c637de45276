/* bench_raster - a day, an hour, a month and a year of columns: the coarse pass and the whole job,
 * by a raster that has seen nothing yet (cold) and by one that kept the history of an earlier job.
 *
 *   bench_raster [ROUNDS [WINDOW]]      default 5, all windows; WINDOW: 24h 24h-wide 1h 30d 365d
 * two why
 *
 * CPU time of the one thread, median and least of the rounds: what else the machine does lengthens
 * the median. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "density/origin.h"
#include "density/raster.h"
#include "support/bench_machine.h"
#include "support/fact_walk.h"

enum { ROUND_MAX = 99 };
#define DAY_MS INT64_C(86400000)

struct taker {
    struct layers_column column;
    int64_t first_pass_ns; /* CPU time when the last column of pass 1 was complete */
    int counts[4];
};

static struct layers_column *take_begin(void *self) {
    return &((struct taker *)self)->column;
}

static bool take_end(void *self) {
    struct taker *taker = self;
    taker->counts[taker->column.pass]++;
    if (taker->column.pass == 1) {
        taker->first_pass_ns = clock_thread_cpu_ns();
    }
    return true;
}

struct window {
    const char *key, *name;
    int inputs; /* 1, or 2: the same log twice, which costs what two instruments do */
    int64_t span_ms;
    int32_t col_ms;
    double half_range; /* ln price */
};

static const struct window windows[] = {
    {"24h", "24 h x 1,440, +-5 %", 1, DAY_MS, 60000, 0.0512},
    {"24h-wide", "24 h x 1,440, +-40 %", 1, DAY_MS, 60000, 0.4},
    {"1h", "1 h x 1,800, +-5 %", 1, DAY_MS / 24, 2000, 0.0512},
    {"30d", "30 d x 1,440, +-20 %", 1, 30 * DAY_MS, 1800000, 0.2},
    {"365d", "365 d x 730, +-45 %", 1, 365 * DAY_MS, 43200000, 0.45},
    {"two", "24 h x 1,440, +-5 %, two instruments", 2, DAY_MS, 60000, 0.0512},
};

static struct raster_request request_of(const struct window *window, const struct entry_log *log) {
    int64_t until_ms = entry_log_until_ms(log);
    double low = 0, high = 0;
    density_price_range(log, until_ms - window->span_ms, until_ms, 0.001, &low, &high);
    double middle = (low + high) / 2;
    return (struct raster_request){
        .request_id = 1,
        .log = log,
        .more_count = window->inputs - 1,
        .more = {{.log = log}},
        .grid = {.first_col = (until_ms - window->span_ms) / window->col_ms,
                 .col_ms = window->col_ms,
                 .col_count = (int32_t)(window->span_ms / window->col_ms),
                 .row_count = LAYERS_ROW_MAX,
                 .ln_price_min = middle - window->half_range,
                 .row_height = window->half_range * 2 / LAYERS_ROW_MAX},
    };
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_times(const char *what, int count, double ms[]) {
    qsort(ms, (size_t)count, sizeof(*ms), compare_double);
    printf("  %s %.1f (%.1f) ms", what, ms[count / 2], ms[0]);
}

static void bench_window(const struct window *window, const struct entry_log *log, int rounds) {
    static struct taker taker;
    struct raster_sink sink = {.self = &taker, .begin = take_begin, .end = take_end};
    struct raster_request request = request_of(window, log);
    double first_ms[2][ROUND_MAX], whole_ms[2][ROUND_MAX];
    for (int round = 0; round < rounds; round++) {
        struct raster *raster = raster_create();
        for (int warm = 0; warm < 2; warm++) {
            taker = (struct taker){0};
            int64_t begin_ns = clock_thread_cpu_ns();
            enum status status = raster_run(raster, &request, &sink);
            if (status != STATUS_OK) {
                printf("%s: %s\n", window->name, status_text(status));
            }
            whole_ms[warm][round] = (double)(clock_thread_cpu_ns() - begin_ns) / 1e6;
            first_ms[warm][round] =
                taker.counts[1] > 0 ? (double)(taker.first_pass_ns - begin_ns) / 1e6 : 0;
        }
        raster_destroy(raster);
    }
    printf("%s: cold:", window->name);
    print_times("first pass", rounds, first_ms[0]);
    print_times("whole", rounds, whole_ms[0]);
    printf("; history kept:");
    print_times("first pass", rounds, first_ms[1]);
    print_times("whole", rounds, whole_ms[1]);
    printf("\n");
}

/* Why a range 1.5 to 2 % below the price is hot: of all that the log knows. */
static void bench_why(const struct entry_log *log, int days, int rounds) {
    struct scene_origin answer;
    double ms[ROUND_MAX], low = 0, high = 0;
    int64_t until_ms = entry_log_until_ms(log);
    density_price_range(log, until_ms - 1000, until_ms, 1e-6, &low, &high);
    struct origin_request request = {
        .id = 1,
        .range = {.price_low = exp(low) * 0.98, .price_high = exp(low) * 0.985, .at_ms = INT64_MAX},
        .input_count = 1,
        .inputs = {{.log = log}},
        .from_ms = INT64_MIN};
    struct origin *origin = origin_create();
    printf("why it is hot, %d days known:", days);
    for (int finest = 0; finest < 2; finest++) {
        request.finest = finest == 1;
        for (int round = 0; round < rounds; round++) {
            int64_t begin_ns = clock_thread_cpu_ns();
            enum status status = origin_run(origin, &request, &answer);
            ms[round] = (double)(clock_thread_cpu_ns() - begin_ns) / 1e6;
            if (status != STATUS_OK || !answer.known) {
                printf("why: %s\n", status_text(status));
            }
        }
        print_times(finest == 1 ? "finest rows" : "usual rows", rounds, ms);
    }
    printf("\n");
    origin_destroy(origin);
}

/* The simulated facts, at one-second rows, end days after they began. */
static void bench_days(int days, int rounds, const char *only) {
    struct fact_market market = {0};
    fact_walk_init(&market.walk, 11);
    market.walk.step_sd = 7e-5;
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(&(struct row_builder_desc){.log = market.log});
    int64_t begin_ns = clock_thread_cpu_ns();
    fact_market_advance(&market, days * 86400);
    struct entry_log_stats stats;
    entry_log_get_stats(market.log, &stats);
    printf("%d days of facts: %.1f s, log %.1f MB\n", days,
           (double)(clock_thread_cpu_ns() - begin_ns) / 1e9, (double)stats.bytes / 1e6);
    for (size_t i = 0; i < ARRAY_COUNT(windows); i++) {
        bool named = only == NULL || strcmp(only, windows[i].key) == 0;
        bool years = windows[i].span_ms > 40 * DAY_MS;
        if (named && years == (days > 40)) {
            bench_window(&windows[i], market.log, rounds);
        }
    }
    if (only == NULL || strcmp(only, "why") == 0) {
        bench_why(market.log, days, rounds);
    }
    fact_market_finish(&market);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5;
    const char *only = argc > 2 ? argv[2] : NULL;
    rounds = rounds < 1 ? 1 : (rounds > ROUND_MAX ? ROUND_MAX : rounds);
    bench_machine_print(stdout);
    printf("median (least) of %d rounds, CPU time of one thread\n", rounds);
    if (only == NULL || strcmp(only, "365d") != 0) {
        bench_days(40, rounds, only);
    }
    if (only == NULL || strcmp(only, "365d") == 0) {
        bench_days(370, rounds, only);
    }
    return 0;
}
