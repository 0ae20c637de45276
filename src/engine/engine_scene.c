/* engine/engine_scene.c - one instrument as the picture sees it. */
#include <string.h>

#include "base/str.h"
#include "engine/engine_instrument.h"

static_assert((int)SCENE_PRINT_MAX == (int)PRINTS_COUNT_MAX, "what is kept is shown");
static_assert((int)SCENE_GAP_MAX == (int)GAPS_COUNT_MAX, "what is kept is shown");
static_assert((int)SCENE_TAIL_MAX == (int)MARK_TAIL_MAX, "what is kept is shown");

static void fill_lists(const struct engine_instrument *instrument, struct scene_instrument *out) {
    out->tail_count = instrument->mark.tail_count;
    for (int i = 0; i < out->tail_count; i++) {
        const struct mark_point *point = mark_tail_at(&instrument->mark, i);
        out->tail[i].ts_ms = point->ts_ms;
        out->tail[i].mark = point->price;
    }
    out->print_count = instrument->prints.count;
    for (int i = 0; i < out->print_count; i++) {
        const struct print *print = prints_at(&instrument->prints, i);
        out->prints[i] = (struct scene_print){.ts_ms = print->ts_ms,
                                              .price = print->price,
                                              .usd = print->usd,
                                              .position = print->position,
                                              .complete = print->complete};
    }
    out->heard_from_ms = instrument->hearing.from_ms;
    out->heard_per_s = instrument->hearing.per_s;
    out->receipt_count = receipts_read(&instrument->receipts, out->receipts);
    out->gap_count = instrument->gaps.count;
    for (int i = 0; i < out->gap_count; i++) {
        const struct gap *gap = &instrument->gaps.items[i];
        out->gaps[i] =
            (struct scene_gap){.from_ms = gap->from_ms, .to_ms = gap->to_ms, .stream = gap->stream};
    }
}

static_assert((int)SCENE_DISTANCE_MAX == (int)DISTANCE_MAX, "every distance is shown");

/* How it did in the last days. */
static void fill_score(const struct engine_instrument *instrument, struct scene_model *out) {
    struct score_rolling rolling;
    score_get_rolling(instrument->score, &rolling);
    out->scored = rolling.judged;
    out->score_days = rolling.judged ? rolling.days : 0;
    out->score_usd = rolling.judged ? rolling.usd : 0;
    out->gain_nats = rolling.gain_nats;
    out->gain_kernel_nats = rolling.gain_kernel_nats;
    out->predicted_over_seen = rolling.predicted_over_seen;
}

/* How much the model has learned. */
static void fill_calibration(const struct engine_instrument *instrument, struct scene_model *out) {
    const struct calibration *calibration = estimator_calibration(instrument->estimator);
    const struct distance_ladder *ladder = estimator_ladder(instrument->estimator);
    const struct weights *weights = estimator_weights(instrument->estimator);
    out->calibrated_ms = calibration->calibrated_ms;
    out->calibrated_to = weights->calibrated_to;
    out->shape_only = calibration->shape_only;
    out->restored = calibration->restored;
    out->distance_count = ladder->count;
    for (int i = 0; i < ladder->count; i++) {
        const int from_far = ladder->count - 1 - i; /* the ladder stands from far to near */
        out->distances[i] = (struct scene_distance){
            .distance = (float)ladder->cells[from_far].distance, .sd = weights->sd[from_far]};
    }
}

void engine_instrument_fill(const struct engine_instrument *instrument,
                            struct scene_instrument *out) {
    const struct mark *mark = &instrument->mark;
    int64_t closed_ms = row_builder_closed_ms(instrument->builder);
    struct estimator_totals totals = {0};
    estimator_read_totals(instrument->estimator, &totals);
    out->instrument = instrument->index;
    out->venue = (uint8_t)instrument->venue;
    memcpy(out->symbol, instrument->symbol, sizeof(out->symbol));
    memcpy(out->base, instrument->base, sizeof(out->base));
    out->tick = instrument->tick;
    out->ts_ms = instrument->now_ms;
    out->row_closed_ms = closed_ms == INT64_MIN ? 0 : closed_ms;
    out->history_until_ms = row_builder_history_until_ms(instrument->builder);
    out->mark = mark->in_force;
    out->index = mark->index;
    out->last = mark->last;
    book_best_prices(&instrument->book.book, &out->bid, &out->ask);
    out->book_valid = book_is_valid(&instrument->book.book);
    out->funding_rate = instrument->funding.rate;
    out->funding_interval_h = instrument->funding.interval_h;
    out->next_funding_ms = instrument->funding.next_ms;
    out->oi_base = instrument->oi.known ? instrument->oi.oi_base : 0.0;
    out->oi_usd = open_interest_usd(&instrument->oi, mark->in_force);
    for (int side = 0; side < 2; side++) {
        out->estimate_usd[side] = totals.estimate_usd[side];
        out->unallocated_usd[side] = totals.unallocated_usd[side];
        out->liquidated_usd_24h[side] = instrument->prints.total_usd_24h[side];
    }
    fill_calibration(instrument, &out->model);
    fill_score(instrument, &out->model);
    fill_lists(instrument, out);
}
