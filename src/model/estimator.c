/* model/estimator.c - rows in, unit maps and their accounts on. */
#include "model/estimator.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/hash.h"
#include "base/math.h"
#include "base/str.h"
#include "model/estimator_inside.h"

static_assert((int)ESTIMATOR_BIN_COUNT == (int)UNIT_MAP_BINS, "the map is the estimator's");
static_assert((int)ESTIMATOR_BAND_STRIDE == (int)UNIT_MAP_BAND_STRIDE, "read in place");
static_assert((int)ESTIMATOR_JOURNAL_MAX == (int)JOURNAL_MAX, "the journal's limit");
static_assert((int)ENTRY_SOURCE_COUNT < (int)CLASS_SOURCES, "a lane a source");

#define SCALE_FLOOR 1e-8 /* a survival scale below it is folded into the map */
enum {
    SETTLE_DEPOSITS = 1 << 14, /* some hours of a live market; it takes a millisecond or two */
    SETTLE_FALL = 8            /* or when a side holds so much less than it did */
};
/* What a stranger's nonsense is: beyond it floats would overflow at read-out. */
#define LN_PRICE_MAX 37.0 /* prices from 1e-16 to 1e16 */
#define Z_MAX        100.0

static const double half_life_h[] = {48, 6, 24};
static_assert(ARRAY_COUNT(half_life_h) == ENTRY_SOURCE_COUNT, "a half-life per source");

static void desc_complete(struct estimator_desc *desc) {
    desc->bin_width = desc->bin_width == 0 ? ESTIMATOR_BIN_WIDTH : desc->bin_width;
    desc->mmr = desc->mmr == 0 ? 0.004 : desc->mmr;
    desc->leverage_max = desc->leverage_max == 0 ? 125 : desc->leverage_max;
}

/* Distances and hazards of a description. */
static bool configure(struct estimator *estimator, const struct estimator_desc *desc) {
    bool (*ladder_init)(struct distance_ladder *, double, double, double, double) =
        desc->inverse ? distance_ladder_init_inverse : distance_ladder_init;
    if (!ladder_init(&estimator->ladder, desc->bin_width, desc->mmr, desc->fee,
                     desc->leverage_max)) {
        return false;
    }
    estimator->desc = *desc;
    memset(estimator->hazard, 0, sizeof(estimator->hazard));
    memset(estimator->decay, 0, sizeof(estimator->decay));
    for (int j = 0; j < estimator->ladder.count; j++) {
        double pace = math_clamp(1 / estimator->ladder.cells[j].distance, 1.5, 150) / 10;
        for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
            estimator->hazard[j * CLASS_SOURCES + source] =
                math_log(2) / (half_life_h[source] * 3.6e6) * math_pow(pace, 0.4);
        }
    }
    return true;
}

struct estimator *estimator_create(const struct estimator_desc *desc) {
    struct estimator *estimator = calloc(1, sizeof(*estimator));
    if (estimator == NULL) {
        return NULL;
    }
    struct estimator_desc complete = *desc;
    desc_complete(&complete);
    if (!configure(estimator, &complete) || !unit_map_init(&estimator->map, complete.bin_width) ||
        (complete.evidence && !journal_init(&estimator->journal))) {
        estimator_destroy(estimator);
        return NULL;
    }
    estimator_reset(estimator);
    return estimator;
}

bool estimator_restart(struct estimator *estimator, const struct estimator_desc *desc) {
    struct estimator_desc complete = *desc;
    desc_complete(&complete);
    if (complete.bin_width != estimator->desc.bin_width ||
        complete.evidence != estimator->desc.evidence || !configure(estimator, &complete)) {
        return false;
    }
    estimator_reset(estimator);
    return true;
}

void estimator_destroy(struct estimator *estimator) {
    if (estimator != NULL) {
        unit_map_finish(&estimator->map);
        journal_finish(&estimator->journal);
        free(estimator);
    }
}

void estimator_reset(struct estimator *estimator) {
    weights_set_prior(&estimator->prior, &estimator->ladder, &estimator->desc.prior);
    estimator->weights = estimator->prior;
    estimator->weights_number = WEIGHTS_PRIOR;
    unit_map_clear(&estimator->map, 0);
    journal_clear(&estimator->journal);
    calibration_reset(&estimator->calibration);
    estimator->has_learned = estimator->listening = false;
    memset(&estimator->stats, 0, sizeof(estimator->stats));
    memset(estimator->held, 0, sizeof(estimator->held));
    memset(estimator->mass, 0, sizeof(estimator->mass));
    memset(estimator->held_peak, 0, sizeof(estimator->held_peak));
    estimator->settled_phase = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        estimator->scale[lane] = 1;
        estimator->unscale[lane] = 1;
    }
    estimator->ts_ms = INT64_MIN;
    estimator->has_mark = false;
    estimator->z_mark = estimator->phi = estimator->oi_base = 0;
    estimator->phase = 0;
}

void estimator_copy(struct estimator *target, const struct estimator *source) {
    unit_map_copy(&target->map, &source->map);
    target->weights = source->weights;
    target->weights_number = source->weights_number;
    target->stats = source->stats;
    memcpy(target->scale, source->scale, sizeof(target->scale));
    memcpy(target->unscale, source->unscale, sizeof(target->unscale));
    memcpy(target->held, source->held, sizeof(target->held));
    memcpy(target->mass, source->mass, sizeof(target->mass));
    target->ts_ms = source->ts_ms;
    target->has_mark = source->has_mark;
    target->z_mark = source->z_mark;
    target->phi = source->phi;
    target->oi_base = source->oi_base;
    target->phase = source->phase;
    target->settled_phase = source->settled_phase;
    memcpy(target->held_peak, source->held_peak, sizeof(target->held_peak));
    if (target->desc.evidence && source->desc.evidence) {
        target->calibration = source->calibration;
        target->learned = source->learned;
        target->has_learned = source->has_learned;
        target->outside_scale = source->outside_scale;
        journal_copy(&target->journal, &source->journal);
    }
}

struct estimator *estimator_clone(const struct estimator *source) {
    struct estimator *estimator = copy_bytes(source, sizeof(*source));
    if (estimator == NULL) {
        return NULL;
    }
    estimator->watcher = (struct estimator_watcher){0};
    memset(&estimator->journal, 0, sizeof(estimator->journal));
    if (!unit_map_init(&estimator->map, source->desc.bin_width) ||
        (source->desc.evidence && !journal_init(&estimator->journal))) {
        estimator_destroy(estimator);
        return NULL;
    }
    unit_map_copy(&estimator->map, &source->map);
    if (source->desc.evidence) {
        journal_copy(&estimator->journal, &source->journal);
    }
    return estimator;
}

/* -- decay -- */

static const double *decay_factors(struct estimator *estimator, int64_t dt_ms) {
    struct decay_factors *decay =
        &estimator->decay[(uint64_t)(dt_ms / 1000 + dt_ms / 60000) % DECAY_CACHE_COUNT];
    if (decay->dt_ms != dt_ms) {
        decay->dt_ms = dt_ms;
        for (int lane = 0; lane < CLASS_LANES; lane++) {
            decay->factor[lane] = math_exp(-estimator->hazard[lane] * (double)dt_ms);
        }
    }
    return decay->factor;
}

/* Take the accounts from the map. Cells are floats: each deposit, sweep and scaling rounds them by
 * some 1e-8 of what they hold, while the accounts are doubles and know nothing of it. As long as
 * the map keeps what it was given that is nothing, but when nearly all of it goes, what is left of
 * the accounts would be old rounding, and the OI bound with it. The difference is entered as decay.
 */
static void settle(struct estimator *estimator) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        struct estimator_mass *mass = &estimator->mass[side];
        double raw[CLASS_LANES], total = 0, *held = estimator->held[side];
        unit_map_sum(&estimator->map, side, raw);
        for (int lane = 0; lane < CLASS_LANES; lane++) {
            double content = raw[lane] * estimator->scale[lane];
            mass->decayed += held[lane] - content;
            held[lane] = content;
            total += content;
        }
        estimator->held_peak[side] = total;
    }
    estimator->settled_phase = estimator->phase;
    estimator->stats.settlements++;
}

/* After a row: settle after many deposits, and when most of a side has gone since. */
static void settle_if_due(struct estimator *estimator) {
    bool due = estimator->phase - estimator->settled_phase >= SETTLE_DEPOSITS;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        const struct estimator_mass *mass = &estimator->mass[side];
        double held = mass->deposited - mass->swept - mass->decayed - mass->clipped;
        double *peak = &estimator->held_peak[side];
        *peak = held > *peak ? held : *peak;
        due = due || held < *peak / SETTLE_FALL;
    }
    if (due) {
        settle(estimator);
    }
}

/* Fold every survival scale into the map. */
static void renormalise(struct estimator *estimator) {
    float factor[CLASS_LANES];
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        factor[lane] = (float)estimator->scale[lane];
        estimator->scale[lane] = 1;
        estimator->unscale[lane] = 1;
    }
    unit_map_scale(&estimator->map, factor);
    estimator->stats.renormalisations++;
    settle(estimator);
}

static void apply_decay(struct estimator *estimator, int64_t dt_ms) {
    if (dt_ms <= 0) {
        return;
    }
    const double *factor = decay_factors(estimator, dt_ms);
    double smallest = 1;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double worn = 0, *held = estimator->held[side];
        for (int lane = 0; lane < CLASS_LANES; lane++) {
            double kept = held[lane] * factor[lane];
            worn += held[lane] - kept;
            held[lane] = kept;
        }
        estimator->mass[side].decayed += worn;
    }
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        estimator->scale[lane] *= factor[lane];
        smallest = estimator->scale[lane] < smallest ? estimator->scale[lane] : smallest;
    }
    if (smallest < SCALE_FLOOR) {
        renormalise(estimator);
        return;
    }
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        estimator->unscale[lane] = (float)(1 / estimator->scale[lane]);
    }
}

/* -- rows -- */

static bool row_valid(const struct entry_row *row) {
    if (row->end_ms <= row->begin_ms) {
        return false;
    }
    if (!(row->flags & ENTRY_ROW_HAS_MARK)) {
        return true;
    }
    const double path[] = {row->z_open, row->z_high, row->z_low, row->z_close};
    for (size_t i = 0; i < ARRAY_COUNT(path); i++) {
        if (!(fabs(path[i]) < Z_MAX && fabs(path[i] + row->phi) < LN_PRICE_MAX)) {
            return false;
        }
    }
    return true;
}

void estimator_apply_row(struct estimator *estimator, const struct entry_row *row,
                         const struct entry_deposit *deposits, const struct entry_print *prints) {
    if (!row_valid(row)) {
        estimator->stats.rows_refused++;
        return;
    }
    if (estimator->ts_ms != INT64_MIN && row->begin_ms < estimator->ts_ms) {
        estimator->stats.rows_late++;
        return;
    }
    estimator->stats.rows++;
    if (estimator->desc.evidence) {
        estimator_learn_row(estimator, row);
    }
    if (estimator->ts_ms != INT64_MIN) {
        apply_decay(estimator, row->end_ms - estimator->ts_ms);
    }
    estimator->ts_ms = row->end_ms;
    if (estimator->watcher.swept != NULL) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            estimator->row_bound[side] = estimator_oi_bound(estimator, side);
        }
    }
    estimator->oi_base = row->oi_base;
    if (!(row->flags & ENTRY_ROW_HAS_MARK)) {
        return; /* without a mark nobody knows where the map should lie */
    }
    estimator->phi = row->phi;
    estimator_sweep_path(estimator, row);
    if (estimator->desc.evidence && prints != NULL) {
        for (uint32_t i = 0; i < row->print_count; i++) {
            estimator_learn_print(estimator, row, &prints[i]);
        }
    }
    estimator_lay_deposits(estimator, row, deposits);
    settle_if_due(estimator);
    if (estimator->desc.evidence) {
        estimator_learn_step(estimator, row);
    }
}

void estimator_use_weights(struct estimator *estimator, const struct entry_log *log,
                           uint32_t number) {
    if (number == estimator->weights_number) {
        return;
    }
    if (!entry_log_get_weights(log, number, &estimator->weights)) {
        estimator->weights = estimator->prior;
    }
    estimator->weights_number = number;
}

const struct weights *estimator_weights(const struct estimator *estimator) {
    return &estimator->weights;
}

double estimator_kept(const struct estimator *estimator, int lane, int64_t dt_ms) {
    return math_exp(-estimator->hazard[lane] * (double)dt_ms);
}

void estimator_set_watcher(struct estimator *estimator, const struct estimator_watcher *watcher) {
    estimator->watcher = *watcher;
}

/* -- accounts -- */

void estimator_get_mass(const struct estimator *estimator, int side, struct estimator_mass *out) {
    *out = estimator->mass[side];
    out->held = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        out->held += estimator->held[side][lane];
    }
}

double estimator_sum_map(const struct estimator *estimator, int side) {
    double raw[CLASS_LANES], sum = 0;
    unit_map_sum(&estimator->map, side, raw);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += raw[lane] * estimator->scale[lane];
    }
    return sum;
}

void estimator_get_stats(const struct estimator *estimator, struct estimator_stats *out) {
    *out = estimator->stats;
    out->journal_full = estimator->journal.full_count;
}

uint64_t estimator_field_hash(const struct estimator *estimator) {
    uint64_t hash = unit_map_hash(&estimator->map, HASH_START);
    hash = hash_bytes(hash, estimator->scale, sizeof(estimator->scale));
    hash = hash_bytes(hash, estimator->held, sizeof(estimator->held));
    hash = hash_bytes(hash, &estimator->weights, sizeof(estimator->weights));
    hash = hash_bytes(hash, &estimator->ts_ms, sizeof(estimator->ts_ms));
    hash = hash_bytes(hash, &estimator->z_mark, sizeof(estimator->z_mark));
    hash = hash_bytes(hash, &estimator->phi, sizeof(estimator->phi));
    hash = hash_bytes(hash, &estimator->oi_base, sizeof(estimator->oi_base));
    hash = hash_bytes(hash, &estimator->phase, sizeof(estimator->phase));
    return hash;
}

uint64_t estimator_hash(const struct estimator *estimator) {
    uint64_t hash = estimator_field_hash(estimator);
    return estimator->desc.evidence ? calibration_hash(&estimator->calibration, hash) : hash;
}
