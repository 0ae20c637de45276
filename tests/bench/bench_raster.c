/* bench_raster - a day and a month of columns: the coarse pass, the whole job, and the job after a
 * pan. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "density/raster.h"
#include "support/bench_machine.h"
#include "support/fact_walk.h"

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

/* inputs: 1, or 2 for the same log twice, which costs what two instruments do. */
static void bench_window(struct raster *raster, const struct entry_log *log, int inputs,
                         const char *name, int64_t span_ms, int32_t col_ms, double half_range) {
    static struct taker taker;
    struct raster_sink sink = {.self = &taker, .begin = take_begin, .end = take_end};
    int64_t until_ms = entry_log_until_ms(log);
    double low = 0, high = 0;
    density_price_range(log, until_ms - span_ms, until_ms, 0.001, &low, &high);
    double middle = (low + high) / 2;
    struct raster_request request = {
        .request_id = 1,
        .log = log,
        .more_count = inputs - 1,
        .more = {{.log = log}},
        .grid = {.first_col = (until_ms - span_ms) / col_ms,
                 .col_ms = col_ms,
                 .col_count = (int32_t)(span_ms / col_ms),
                 .row_count = LAYERS_ROW_MAX,
                 .ln_price_min = middle - half_range,
                 .row_height = half_range * 2 / LAYERS_ROW_MAX},
    };
    for (int round = 0; round < 3; round++) {
        taker = (struct taker){0};
        int64_t begin_ns = clock_thread_cpu_ns();
        enum status status = raster_run(raster, &request, &sink);
        double whole_ms = (double)(clock_thread_cpu_ns() - begin_ns) / 1e6;
        printf("%s: %s, first pass %.1f ms (%d columns), whole %.1f ms (%d columns)%s\n", name,
               status_text(status),
               taker.counts[1] > 0 ? (double)(taker.first_pass_ns - begin_ns) / 1e6 : 0.0,
               taker.counts[1], whole_ms, taker.counts[2],
               round == 0 ? "" : ", history kept from before");
    }
}

int main(void) {
    bench_machine_print(stdout);
    struct fact_market market = {0};
    fact_walk_init(&market.walk, 11);
    market.walk.step_sd = 7e-5;
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(&(struct row_builder_desc){.log = market.log});
    int64_t begin_ns = clock_thread_cpu_ns();
    fact_market_advance(&market, 40 * 86400);
    struct entry_log_stats stats;
    entry_log_get_stats(market.log, &stats);
    printf("40 days of facts: %.1f s, log %.1f MB\n",
           (double)(clock_thread_cpu_ns() - begin_ns) / 1e9, (double)stats.bytes / 1e6);
    struct raster *raster = raster_create();
    bench_window(raster, market.log, 1, "24 h x 1,440, +-5 %", INT64_C(86400000), 60000, 0.0512);
    bench_window(raster, market.log, 1, "24 h x 1,440, +-40 %", INT64_C(86400000), 60000, 0.4);
    bench_window(raster, market.log, 1, "1 h x 1,800, +-5 %", INT64_C(3600000), 2000, 0.0512);
    bench_window(raster, market.log, 1, "30 d x 1,440, +-20 %", INT64_C(2592000000), 1800000, 0.2);
    bench_window(raster, market.log, 2, "24 h x 1,440, +-5 %, two instruments", INT64_C(86400000),
                 60000, 0.0512);
    raster_destroy(raster);
    fact_market_finish(&market);
    return 0;
}
