/* support/cold_start.h - two engines on one simulated market: one sees every event from the first
 * day; the other starts later, with the days before as one-minute bars and five-minute open
 * interest only, as a venue's REST interface gives them, and live events from there on.  How alike
 * their maps are says what a cold start costs (estimator.md section 4.12). After cmocka.h, or with
 * COLD_START_CHECK defined. */
#pragma once

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "engine/engine.h"
#include "sim/source.h"

#ifndef COLD_START_CHECK
#define COLD_START_CHECK(condition) assert_true(condition)
#endif

enum {
    COLD_START_MINUTE_MS = 60000,
    COLD_START_OI_MS = 300000,
    COLD_START_LOOK_MAX = 8,
    COLD_START_CELLS_MAX = 256
};

struct cold_start_desc {
    struct source_sim_desc sim; /* instruments are filled in */
    double history_days;        /* seen as bars; live from there to sim.days */
    bool without_history;       /* the late engine knows nothing of the days before */
    int look_count;
    double look_days[COLD_START_LOOK_MAX]; /* after the start of the late engine, ascending */
};

/* The late engine's map beside the other's, both sides together: normalised maps in cells of
 * 10 bp up to 3 % from the mark (near), of 20 bp from there to 15 % (far). */
struct cold_start_likeness {
    double overlap; /* sum of the lesser of two normalised maps: 1 is equal */
    double w1_bp;   /* how far mass has to be moved on average */
    double mass;    /* late / other, USD */
};
struct cold_start_look {
    double days;
    struct cold_start_likeness near, far;         /* as shown: each under its own weights */
    struct cold_start_likeness near_map, far_map; /* the late map under the other's weights */
    double estimate_usd[2][MODEL_SIDE_COUNT];     /* [other, late] */
};

/* -- bars -- */

struct cold_start_bar {
    bool open;
    struct event prices, volumes; /* the two slots of a kline message */
};

static inline void cold_start_bar_add(struct cold_start_bar *bar, const struct event *trade) {
    int64_t open_ms = trade->ts_ms - trade->ts_ms % COLD_START_MINUTE_MS;
    if (!bar->open) {
        memset(bar, 0, sizeof(*bar));
        bar->open = true;
        bar->prices =
            (struct event){.kind = EVENT_KLINE,
                           .instrument = trade->instrument,
                           .ts_ms = open_ms,
                           .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_CLOSED | EVENT_FLAG_HISTORY,
                           .exponent_a = trade->exponent_a};
        bar->prices.u.kline.open = bar->prices.u.kline.high = bar->prices.u.kline.low =
            trade->u.trade.price;
        bar->prices.u.kline.interval_s = COLD_START_MINUTE_MS / 1000;
        bar->volumes = bar->prices;
        bar->volumes.kind = EVENT_KLINE_VOLUME;
        bar->volumes.flags = EVENT_FLAG_END | EVENT_FLAG_CLOSED | EVENT_FLAG_HISTORY;
        bar->volumes.has = KLINE_HAS_VOLUME | KLINE_HAS_TAKER_BUY;
        bar->volumes.exponent_a = bar->volumes.exponent_c = trade->exponent_b;
        memset(&bar->volumes.u, 0, sizeof(bar->volumes.u));
    }
    int64_t price = trade->u.trade.price;
    bar->prices.u.kline.high = price > bar->prices.u.kline.high ? price : bar->prices.u.kline.high;
    bar->prices.u.kline.low = price < bar->prices.u.kline.low ? price : bar->prices.u.kline.low;
    bar->prices.u.kline.close = price;
    bar->volumes.u.kline_volume.volume_base += trade->u.trade.qty;
    if (trade->side == SIDE_BUY) {
        bar->volumes.u.kline_volume.taker_buy_base += trade->u.trade.qty;
    }
}

/* What a REST interface would tell of this event: bars that ended, open interest now and then. */
static inline void cold_start_tell_past(struct engine *late, struct cold_start_bar *bar,
                                        int64_t *oi_ms, const struct event *event) {
    if (bar->open && event->ts_ms >= bar->prices.ts_ms + COLD_START_MINUTE_MS) {
        engine_apply(late, &bar->prices, 1);
        engine_apply(late, &bar->volumes, 1);
        bar->open = false;
    }
    if (event->kind == EVENT_TRADE) {
        cold_start_bar_add(bar, event);
    } else if (event->kind == EVENT_OPEN_INTEREST && event->ts_ms >= *oi_ms) {
        struct event past = *event;
        past.flags |= EVENT_FLAG_HISTORY;
        engine_apply(late, &past, 1);
        *oi_ms = event->ts_ms - event->ts_ms % COLD_START_OI_MS + COLD_START_OI_MS;
    }
}

/* -- maps -- */

/* USD in cells of width from the mark outward, [from, to) in ln price, one side. */
static inline int cold_start_cells(const struct estimator *estimator, const struct weights *weights,
                                   int side, double from, double to, double width,
                                   double out[COLD_START_CELLS_MAX]) {
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    int32_t first = 0, bins = 0;
    int count = (int)((to - from) / width + 0.5);
    memset(out, 0, sizeof(double) * COLD_START_CELLS_MAX);
    estimator_bin_range(estimator, &first, &bins);
    estimator_read_bands_under(estimator, weights, side, first, bins, bands);
    for (int32_t i = 0; i < bins; i++) {
        double z = (first + i + 0.5) * estimator_bin_width(estimator);
        double away = fabs(z - estimator_mark_z(estimator));
        int cell = (int)floor((away - from) / width);
        for (int band = 0; cell >= 0 && cell < count && band < DISTANCE_BAND_COUNT; band++) {
            out[cell] += (double)bands[i][band];
        }
    }
    return count;
}

/* weights: those that the late map is read under; the other one has its own. */
static inline struct cold_start_likeness cold_start_compare(const struct estimator *other,
                                                            const struct estimator *late,
                                                            const struct weights *weights,
                                                            double from, double to, double width) {
    struct cold_start_likeness likeness = {0};
    double sums[2] = {0};
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double cells[2][COLD_START_CELLS_MAX], side_sums[2] = {0}, ahead = 0;
        int count =
            cold_start_cells(other, estimator_weights(other), side, from, to, width, cells[0]);
        cold_start_cells(late, weights, side, from, to, width, cells[1]);
        for (int i = 0; i < count; i++) {
            side_sums[0] += cells[0][i];
            side_sums[1] += cells[1][i];
        }
        COLD_START_CHECK(side_sums[0] > 0 && side_sums[1] > 0);
        for (int i = 0; i < count; i++) {
            double p = cells[0][i] / side_sums[0], q = cells[1][i] / side_sums[1];
            likeness.overlap += (p < q ? p : q) / MODEL_SIDE_COUNT;
            ahead += p - q;
            likeness.w1_bp += fabs(ahead) * width / 1e-4 / MODEL_SIDE_COUNT;
        }
        sums[0] += side_sums[0];
        sums[1] += side_sums[1];
    }
    likeness.mass = sums[1] / sums[0];
    return likeness;
}

static inline void cold_start_take_look(const struct engine *other, const struct engine *late,
                                        uint16_t instrument, struct cold_start_look *out) {
    const struct estimator *maps[2] = {engine_estimator(other, instrument),
                                       engine_estimator(late, instrument)};
    const struct weights *own = estimator_weights(maps[1]), *same = estimator_weights(maps[0]);
    out->near = cold_start_compare(maps[0], maps[1], own, 0, 0.03, 10e-4);
    out->far = cold_start_compare(maps[0], maps[1], own, 0.03, 0.15, 20e-4);
    out->near_map = cold_start_compare(maps[0], maps[1], same, 0, 0.03, 10e-4);
    out->far_map = cold_start_compare(maps[0], maps[1], same, 0.03, 0.15, 20e-4);
    for (int i = 0; i < 2; i++) {
        struct estimator_totals totals;
        estimator_read_totals(maps[i], &totals);
        memcpy(out->estimate_usd[i], totals.estimate_usd, sizeof(totals.estimate_usd));
    }
}

/* -- the run -- */

struct cold_start_run {
    struct instrument_table *instruments;
    struct engine *other, *late;
    struct event_source source;
};

static inline void cold_start_begin(struct cold_start_run *run,
                                    const struct cold_start_desc *desc) {
    struct source_sim_desc sim = desc->sim;
    memset(run, 0, sizeof(*run));
    run->instruments = instrument_table_create();
    COLD_START_CHECK(run->instruments != NULL);
    const struct engine_desc engine = {.instruments = run->instruments};
    run->other = engine_create(&engine);
    run->late = engine_create(&engine);
    COLD_START_CHECK(run->other != NULL && run->late != NULL);
    sim.instruments = run->instruments;
    COLD_START_CHECK(source_sim_create(&sim, &run->source) == STATUS_OK);
}

static inline void cold_start_end(struct cold_start_run *run) {
    event_source_destroy(&run->source);
    engine_destroy(run->late);
    engine_destroy(run->other);
    instrument_table_destroy(run->instruments);
}

/* looks: desc->look_count of them are filled. */
static inline void cold_start(const struct cold_start_desc *desc, struct cold_start_look looks[]) {
    struct cold_start_run run;
    struct cold_start_bar bar = {.open = false};
    struct event *slots = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof(*slots));
    int64_t begin_ms = 0, oi_ms = 0;
    size_t count = 0;
    int looked = 0;
    COLD_START_CHECK(slots != NULL);
    cold_start_begin(&run, desc);
    while (run.source.ops->read(run.source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) ==
           STATUS_OK) {
        engine_apply(run.other, slots, count);
        for (size_t i = 0; i < count; i++) {
            const struct event *event = &slots[i];
            bool fact = event->kind == EVENT_INSTRUMENT || event->kind == EVENT_TIER;
            begin_ms = begin_ms == 0 ? event->ts_ms : begin_ms;
            int64_t live_ms = begin_ms + (int64_t)(desc->history_days * 86400e3);
            if (fact || event->ts_ms >= live_ms) {
                engine_apply(run.late, event, 1);
            } else if (!desc->without_history) {
                cold_start_tell_past(run.late, &bar, &oi_ms, event);
            }
            if (looked < desc->look_count &&
                event->ts_ms >= live_ms + (int64_t)(desc->look_days[looked] * 86400e3)) {
                looks[looked].days = desc->look_days[looked];
                cold_start_take_look(run.other, run.late, event->instrument, &looks[looked]);
                looked++;
            }
        }
    }
    COLD_START_CHECK(looked == desc->look_count);
    cold_start_end(&run);
    free(slots);
}
