/* score/score.c - rows, cells that wait for their prints, and where they go then. */
#include "score/score.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"
#include "market/event.h"
#include "model/journal.h"
#include "score/baselines.h"
#include "score/truth.h"

static_assert((int)LIGHT_MAP_BINS == (int)ESTIMATOR_BIN_COUNT, "every map spans the same bins");
static_assert(SCORE_WAIT_MS >= JOURNAL_MS + 4000, "a print may look back so far");

enum { ROLLING_WARM_UP_MS = TALLY_DAY_MS }; /* a map younger than a day is not judged */

struct pending_cell {
    int64_t ts_ms;
    int32_t bin;
    uint8_t side;
    bool left_out;
    float share, extent; /* of what was left of the bin, and of the whole bin */
    double seen_usd;
    float predicted_usd[SCORE_MODEL_COUNT];
};

struct score {
    struct score_desc desc;
    int model_count;
    struct weights prior;
    struct baselines baselines;
    struct tally tally;
    struct frozen frozen; /* full only */

    size_t pending_max;
    struct pending_cell *pending; /* owned: a ring */
    uint64_t first, end; /* pending cells are [first, end), by position modulo pending_max */

    bool counted_row, left_out_row; /* of the row in work */
    double prior_bound[MODEL_SIDE_COUNT];
    double rho[2][CLASS_LANES];            /* in force, and the prior's */
    float (*bands)[ESTIMATOR_BAND_STRIDE]; /* owned: one read-out; full only */
    struct score_stats stats;
    int64_t frozen_hour, begun_ms; /* begun: of the first row, history or not; INT64_MIN: none */
    int64_t measured_ms;
    struct score_rolling rolling;
};

struct score *score_create(const struct score_desc *desc) {
    struct score *score = calloc(1, sizeof(*score));
    if (score == NULL) {
        return NULL;
    }
    score->desc = *desc;
    double bin_width = desc->model.bin_width == 0 ? ESTIMATOR_BIN_WIDTH : desc->model.bin_width;
    score->desc.model.bin_width = bin_width;
    score->model_count = desc->full ? (int)SCORE_MODEL_COUNT : (int)SCORE_ROLLING_MODELS;
    score->pending_max = desc->full ? SCORE_CELL_MAX : SCORE_ROLLING_CELL_MAX;
    score->begun_ms = INT64_MIN;
    score->frozen_hour = -1;
    score->stats.first_ms = INT64_MAX;
    score->stats.last_ms = INT64_MIN;
    const struct tally_desc tally = {
        .day_max = desc->full ? SCORE_DAY_MAX : SCORE_ROLLING_DAYS,
        .newest = !desc->full,
        .hit_max = desc->full ? SCORE_HIT_MAX : SCORE_ROLLING_HIT_MAX,
        .cell_max = desc->full ? SCORE_DAY_CELL_MAX : 0,
        .buckets = desc->full,
        .model_count = score->model_count,
    };
    score->pending = calloc(score->pending_max, sizeof(*score->pending));
    bool ok = score->pending != NULL && tally_init(&score->tally, &tally) &&
              baselines_init(&score->baselines, bin_width, desc->full);
    if (desc->full) {
        score->bands = calloc(ESTIMATOR_BIN_COUNT, sizeof(*score->bands));
        ok = ok && score->bands != NULL &&
             frozen_init(&score->frozen, SCORE_DAY_MAX, SCORE_FROZEN_HIT_MAX);
    }
    if (!ok) {
        score_destroy(score);
        return NULL;
    }
    return score;
}

struct score *score_clone(const struct score *source) {
    assert(!source->desc.full);
    struct score *score = copy_bytes(source, sizeof(*source));
    if (score == NULL) {
        return NULL;
    }
    score->pending = copy_bytes(source->pending, source->pending_max * sizeof(*source->pending));
    bool ok = tally_init_copy(&score->tally, &source->tally);
    ok = baselines_init_copy(&score->baselines, &source->baselines) && ok;
    if (!ok || score->pending == NULL) {
        score_destroy(score);
        return NULL;
    }
    return score;
}

void score_destroy(struct score *score) {
    if (score != NULL) {
        frozen_finish(&score->frozen);
        baselines_finish(&score->baselines);
        tally_finish(&score->tally);
        free(score->bands);
        free(score->pending);
        free(score);
    }
}

static struct pending_cell *cell_at(const struct score *score, uint64_t position) {
    return &score->pending[position % score->pending_max];
}

/* -- cells that have waited long enough -- */

static void count_cell(struct score *score, const struct pending_cell *cell) {
    if (cell->left_out) {
        score->stats.cells_left_out++;
        score->stats.left_out_usd += cell->seen_usd;
    } else {
        struct tally_cell counted = {
            .ts_ms = cell->ts_ms, .side = cell->side, .seen_usd = cell->seen_usd};
        memcpy(counted.predicted_usd, cell->predicted_usd, sizeof(counted.predicted_usd));
        tally_advance(&score->tally, cell->ts_ms - 1);
        tally_add(&score->tally, &counted);
        score->stats.cells++;
        score->stats.seen_usd += cell->seen_usd;
    }
    if (score->desc.full) {
        frozen_add(&score->frozen, &(struct frozen_cell){.ts_ms = cell->ts_ms,
                                                         .side = cell->side,
                                                         .bin = cell->bin,
                                                         .share = cell->share,
                                                         .seen_usd = cell->seen_usd});
    }
}

static void count_until(struct score *score, int64_t ts_ms) {
    while (score->first < score->end && cell_at(score, score->first)->ts_ms <= ts_ms) {
        count_cell(score, cell_at(score, score->first));
        score->first++;
    }
}

/* -- sweeps -- */

static float usd_of(double base, double price) {
    double usd = base * price;
    return usd > 0 && usd < 1e30 ? (float)usd
                                 : 0; /* a hostile price makes neither NaN nor infinity */
}

static void predict(struct score *score, const struct estimator_swept *swept,
                    float predicted_usd[SCORE_MODEL_COUNT]) {
    double ours = 0, fixed = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        ours += (double)swept->removed[lane] * score->rho[0][lane];
        fixed += (double)swept->removed[lane] * score->rho[1][lane];
    }
    predicted_usd[SCORE_OURS] = usd_of(ours * swept->oi_bound, swept->price);
    for (int model = SCORE_KERNEL; model < score->model_count; model++) {
        predicted_usd[model] = usd_of(baselines_take(&score->baselines, (enum score_model)model,
                                                     swept->side, swept->bin, swept->share),
                                      swept->price);
    }
    if (score->desc.full) {
        predicted_usd[SCORE_FIXED] = usd_of(fixed * score->prior_bound[swept->side], swept->price);
    }
}

static void take_swept(void *user, const struct estimator_swept *swept) {
    struct score *score = user;
    float predicted_usd[SCORE_MODEL_COUNT] = {0};
    predict(score, swept, predicted_usd);
    if (!score->counted_row) {
        return;
    }
    struct pending_cell *last = score->end > score->first ? cell_at(score, score->end - 1) : NULL;
    if (last != NULL && last->ts_ms == swept->ts_ms && last->bin == swept->bin &&
        last->side == swept->side) {
        /* The next leg of the row goes on in the bin where the last one stopped. */
        for (int model = 0; model < score->model_count; model++) {
            last->predicted_usd[model] += predicted_usd[model];
        }
        last->share += (1 - last->share) * swept->share;
        last->extent += swept->extent;
        return;
    }
    if (score->end - score->first == score->pending_max) {
        count_cell(score, cell_at(score, score->first));
        score->first++;
        score->stats.cells_early++;
    }
    struct pending_cell *cell = cell_at(score, score->end++);
    *cell = (struct pending_cell){.ts_ms = swept->ts_ms,
                                  .bin = swept->bin,
                                  .side = (uint8_t)swept->side,
                                  .left_out = score->left_out_row,
                                  .share = swept->share,
                                  .extent = swept->extent};
    memcpy(cell->predicted_usd, predicted_usd, sizeof(cell->predicted_usd));
}

struct estimator_watcher score_watcher(struct score *score) {
    return (struct estimator_watcher){.swept = take_swept, .user = score};
}

/* -- prints -- */

/* Newest first from *at, until one is no younger than since_ms; NULL at the end. */
static struct pending_cell *cell_before(const struct score *score, uint64_t *at, int64_t since_ms,
                                        int side) {
    while (*at > score->first) {
        struct pending_cell *cell = cell_at(score, --*at);
        if (cell->ts_ms <= since_ms) {
            return NULL;
        }
        if (cell->side == side) {
            return cell;
        }
    }
    return NULL;
}

static double weight_of(const struct pending_cell *cell, int32_t bin) {
    int64_t apart = (int64_t)cell->bin - bin;
    double tap = apart == 0 ? 0.5 : apart == -1 || apart == 1 ? 0.25 : 0;
    return tap * (double)cell->extent;
}

/* False: nothing of the side was swept around it. */
static bool give_to_cells(struct score *score, int64_t at_ms, int side, int32_t bin, double usd) {
    int32_t low = INT32_MAX, high = INT32_MIN;
    struct pending_cell *cell = NULL;
    uint64_t at = score->end;
    double sum = 0;
    while ((cell = cell_before(score, &at, at_ms - JOURNAL_CLAMP_MS, side)) != NULL) {
        low = cell->bin < low ? cell->bin : low;
        high = cell->bin > high ? cell->bin : high;
    }
    if (low > high) {
        return false;
    }
    bin = bin < low - 1 ? low - 1 : bin > high + 1 ? high + 1 : bin;
    for (at = score->end; (cell = cell_before(score, &at, at_ms - JOURNAL_MS, side)) != NULL;) {
        sum += weight_of(cell, bin);
    }
    if (!(sum > 0)) {
        return false;
    }
    for (at = score->end; (cell = cell_before(score, &at, at_ms - JOURNAL_MS, side)) != NULL;) {
        cell->seen_usd += usd * weight_of(cell, bin) / sum;
    }
    return true;
}

static void take_print(struct score *score, const struct entry_row *row,
                       const struct entry_print *print) {
    double usd = (double)print->usd;
    if (!(usd > 0 && usd < 1e15) || !(print->price > 0 && print->price < 1e15) ||
        entry_print_is_late(print, row)) {
        return;
    }
    int side = print->position == POS_LONG ? MODEL_LONG : MODEL_SHORT;
    double z = math_log(print->price) - row->phi;
    int32_t bin = (int32_t)math_clamp(floor(z / score->desc.model.bin_width), -1e9, 1e9);
    int64_t oldest_ms = row->end_ms - JOURNAL_MS;
    int64_t at_ms = print->ts_ms < oldest_ms ? oldest_ms : print->ts_ms;
    at_ms = at_ms < row->end_ms ? at_ms : row->end_ms;
    score->stats.prints++;
    if (!print->complete) {
        score->stats.prints_incomplete++;
        score->stats.incomplete_usd += usd;
    }
    tally_add_print(&score->tally, side);
    if (!give_to_cells(score, at_ms, side, bin, usd)) {
        tally_add_nowhere(&score->tally, side, usd);
    }
}

/* -- rows -- */

static void freeze(struct score *score, const struct estimator *estimator, int64_t hour) {
    struct frozen_map *map = frozen_next_map(&score->frozen);
    int32_t count = 0;
    double z = estimator_mark_z(estimator);
    map->hour = hour;
    map->mark_bin = (int32_t)math_clamp(floor(z / score->desc.model.bin_width), -1e9, 1e9);
    estimator_bin_range(estimator, &map->first_bin, &count);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            score_read_map(score, estimator, (enum score_model)model, side, map->first_bin, count,
                           map->usd[side][model]);
        }
    }
}

static void prepare_weights(struct score *score, const struct estimator *estimator) {
    const struct weights *weights = estimator_weights(estimator);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        score->rho[0][lane] = (double)weights->rho[lane];
    }
    if (score->desc.full) {
        for (int lane = 0; lane < CLASS_LANES; lane++) {
            score->rho[1][lane] = (double)score->prior.rho[lane];
        }
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            score->prior_bound[side] = estimator_oi_bound_under(estimator, &score->prior, side);
        }
    }
}

void score_begin_row(struct score *score, const struct estimator *estimator,
                     const struct entry_row *row) {
    bool history =
        (row->flags & ENTRY_ROW_HISTORY) != 0 || row->end_ms - row->begin_ms > SCORE_ROW_MS_MAX;
    if (score->begun_ms == INT64_MIN) {
        score->begun_ms = row->begin_ms;
        weights_set_prior(&score->prior, estimator_ladder(estimator), &score->desc.model.prior);
    }
    score->counted_row = !history;
    score->left_out_row =
        (row->flags & ENTRY_ROW_GAP) != 0 ||
        (!score->desc.full && row->begin_ms - score->begun_ms < ROLLING_WARM_UP_MS);
    baselines_begin_row(&score->baselines, row);
    prepare_weights(score, estimator);
    if (history) {
        return;
    }
    score->stats.first_ms =
        row->begin_ms < score->stats.first_ms ? row->begin_ms : score->stats.first_ms;
    score->stats.last_ms = row->end_ms > score->stats.last_ms ? row->end_ms : score->stats.last_ms;
    int64_t settled_ms = row->begin_ms - SCORE_WAIT_MS;
    count_until(score, settled_ms);
    if (!score->left_out_row) {
        bool early = settled_ms < score->stats.first_ms;
        tally_advance(&score->tally, early ? score->stats.first_ms : settled_ms);
    }
    int64_t hour = row->begin_ms / TALLY_HOUR_MS;
    if (score->desc.full && hour != score->frozen_hour && estimator_has_mark(estimator)) {
        score->frozen_hour = hour;
        freeze(score, estimator, hour);
    }
    if (score->desc.truth != NULL && estimator_has_mark(estimator)) {
        truth_take_maps(score->desc.truth, score, estimator, row->begin_ms);
    }
}

void score_end_row(struct score *score, const struct entry_row *row,
                   const struct entry_deposit *deposits, const struct entry_print *prints) {
    baselines_end_row(&score->baselines, row, deposits);
    for (uint32_t i = 0; score->counted_row && i < row->print_count; i++) {
        take_print(score, row, &prints[i]);
    }
}

void score_finish_rows(struct score *score) {
    score->measured_ms = 0;
    count_until(score, INT64_MAX);
    tally_close(&score->tally);
    if (score->desc.full) {
        frozen_close(&score->frozen);
    }
}

/* -- read-outs -- */

static void read_ours(struct score *score, const struct estimator *estimator,
                      const struct weights *weights, int side, int32_t first, int32_t count,
                      float *out) {
    float bp_per_bin = (float)(score->desc.model.bin_width / 1e-4);
    estimator_read_bands_under(estimator, weights, side, first, count, score->bands);
    for (int32_t i = 0; i < count; i++) {
        float sum = 0;
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            sum += score->bands[i][band];
        }
        out[i] = sum * bp_per_bin;
    }
}

void score_read_map(struct score *score, const struct estimator *estimator, enum score_model model,
                    int side, int32_t first, int32_t count, float *out) {
    assert(score->desc.full);
    assert(count <= ESTIMATOR_BIN_COUNT);
    if (model == SCORE_OURS || model == SCORE_FIXED) {
        const struct weights *weights =
            model == SCORE_OURS ? estimator_weights(estimator) : &score->prior;
        read_ours(score, estimator, weights, side, first, count, out);
        return;
    }
    double phi = estimator_phi(estimator), width = score->desc.model.bin_width;
    double price = math_exp((first + 0.5) * width + phi), step = math_exp(width);
    for (int32_t i = 0; i < count; i++, price *= step) {
        out[i] = usd_of(baselines_content(&score->baselines, model, side, first + i), price);
    }
}

void score_get_stats(const struct score *score, struct score_stats *out) {
    *out = score->stats;
    out->hits_lost = score->tally.hits_lost;
    out->cells_lost = score->tally.cells_lost;
    out->days_lost = score->tally.days_lost;
    out->frozen_hits_lost = score->frozen.hits_lost;
}

const struct tally *score_tally(const struct score *score) {
    return &score->tally;
}

const struct frozen *score_frozen(const struct score *score) {
    return score->desc.full ? &score->frozen : NULL;
}

static void measure_rolling(struct score *score, int64_t now_ms) {
    struct score_rolling *out = &score->rolling;
    double prints = 0, seen = 0, weighed = 0, nowhere = 0, predicted = 0, ours = 0, kernel = 0;
    struct tally_day open;
    tally_measure_open(&score->tally, &open);
    *out = (struct score_rolling){0};
    for (int i = 0; i < score->tally.day_count; i++) {
        bool last = score->tally.open && i == score->tally.day_count - 1;
        const struct tally_day *day = last ? &open : &score->tally.days[i];
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            prints += day->side[side].prints;
            seen += day->side[side].seen_usd;
            weighed += day->side[side].weighed_usd;
            nowhere += day->side[side].nowhere_usd;
            predicted += day->side[side].predicted_usd[SCORE_OURS];
            ours += day->side[side].gain_usd[SCORE_OURS];
            kernel += day->side[side].gain_usd[SCORE_KERNEL];
        }
        double begin_ms = (double)day->day * TALLY_DAY_MS;
        double since_ms = (double)(score->begun_ms + ROLLING_WARM_UP_MS);
        begin_ms = begin_ms > since_ms ? begin_ms : since_ms;
        double end_ms = ((double)day->day + 1) * TALLY_DAY_MS;
        end_ms = end_ms < (double)now_ms ? end_ms : (double)now_ms;
        out->days += end_ms > begin_ms ? (end_ms - begin_ms) / TALLY_DAY_MS : 0;
    }
    out->usd = seen + nowhere;
    out->judged = prints >= SCORE_PRINTS_MIN && weighed >= SCORE_USD_MIN;
    if (out->judged) {
        out->gain_nats = ours / weighed;
        out->gain_kernel_nats = (ours - kernel) / weighed;
        out->predicted_over_seen = predicted / out->usd;
    }
}

void score_get_rolling(struct score *score, struct score_rolling *out) {
    int64_t now_ms = score->stats.last_ms;
    if (now_ms != INT64_MIN && now_ms != score->measured_ms) {
        score->measured_ms = now_ms;
        measure_rolling(score, now_ms);
    }
    *out = score->rolling;
}
