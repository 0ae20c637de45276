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
#include "market/event.h"
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
#define AMOUNT_MAX   1e15 /* base coin of one deposit */
#define USD_MAX      1e18 /* the same at the mark */
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

/* -- sweep -- */

struct clearing {
    struct estimator *estimator;
    int64_t ts_ms;
    int side;
};

static void note_cleared(void *user, int32_t bin, const float *raw, float share) {
    const struct clearing *clearing = user;
    struct estimator *estimator = clearing->estimator;
    const struct estimator_watcher *watcher = &estimator->watcher;
    if (raw == NULL && watcher->swept == NULL) {
        return;
    }
    double price = math_exp((bin + 0.5) * estimator->desc.bin_width + estimator->phi);
    float removed[CLASS_LANES] = {0};
    if (raw != NULL) {
        for (int lane = 0; lane < CLASS_LANES; lane++) {
            removed[lane] = (float)((double)(raw[lane] * share) * estimator->scale[lane]);
        }
        if (estimator->listening) {
            estimator_learn_swept(estimator, clearing->ts_ms, clearing->side, bin, price, removed);
        }
    }
    if (watcher->swept != NULL) {
        float left = unit_map_left(&estimator->map, clearing->side, bin);
        watcher->swept(watcher->user,
                       &(struct estimator_swept){.ts_ms = clearing->ts_ms,
                                                 .side = clearing->side,
                                                 .bin = bin,
                                                 .share = share,
                                                 .extent = share * left,
                                                 .price = price,
                                                 .oi_bound = estimator->row_bound[clearing->side],
                                                 .removed = removed});
    }
}

static void take_off(struct estimator *estimator, int side, const double raw[CLASS_LANES],
                     double *account) {
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        double amount = raw[lane] * estimator->scale[lane];
        estimator->held[side][lane] -= amount;
        *account += amount;
    }
}

static void sweep_leg(struct estimator *estimator, double z_to, const struct entry_row *row) {
    double z_from = estimator->z_mark;
    if (z_to == z_from) {
        return;
    }
    int side = z_to < z_from ? MODEL_LONG : MODEL_SHORT;
    struct clearing clearing = {.estimator = estimator, .ts_ms = row->end_ms, .side = side};
    bool told = estimator->listening || estimator->watcher.swept != NULL;
    struct unit_map_leg leg = {
        .z_from = z_from, .z_to = z_to, .cleared = told ? note_cleared : NULL, .user = &clearing};
    struct unit_map_swept swept = {{0}};
    int bins = unit_map_sweep(&estimator->map, &leg, &swept);
    estimator->z_mark = z_to;
    if (bins > 0) {
        estimator->stats.bins_swept += (uint64_t)bins;
        take_off(estimator, side, swept.raw, &estimator->mass[side].swept);
    }
}

/* Keep the mark in the middle half of the map. */
static void recentre(struct estimator *estimator) {
    int32_t bin = estimator_bin_of(estimator, estimator->z_mark);
    int64_t place = (int64_t)bin - estimator->map.first_bin;
    if (place >= UNIT_MAP_BINS / 4 && place < 3 * (UNIT_MAP_BINS / 4)) {
        return;
    }
    double lost[MODEL_SIDE_COUNT][CLASS_LANES] = {{0}};
    unit_map_recentre(&estimator->map, bin, lost);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        take_off(estimator, side, lost[side], &estimator->mass[side].clipped);
    }
    estimator->stats.recentres++;
}

static void apply_path(struct estimator *estimator, const struct entry_row *row) {
    if (!estimator->has_mark) {
        estimator->has_mark = true;
        estimator->z_mark = row->z_open;
        recentre(estimator);
    }
    bool high_first = (row->flags & ENTRY_ROW_HIGH_FIRST) != 0;
    sweep_leg(estimator, row->z_open, row);
    sweep_leg(estimator, high_first ? row->z_high : row->z_low, row);
    sweep_leg(estimator, high_first ? row->z_low : row->z_high, row);
    sweep_leg(estimator, row->z_close, row);
    recentre(estimator);
}

/* -- deposits -- */

static uint32_t bits_reversed_5(uint32_t value) {
    return (value & 1) << 4 | (value & 2) << 2 | (value & 4) | (value & 8) >> 2 | (value & 16) >> 4;
}

/* Enter what was laid down into the accounts, less the part that lost its place. */
static void account_deposit(struct estimator *estimator, int side,
                            const float base[ENTRY_SOURCE_COUNT],
                            const struct unit_map_lost *lost) {
    struct estimator_mass *mass = &estimator->mass[side];
    double flow = (double)base[0] + (double)base[1] + (double)base[2];
    double near_sum = 0, far_sum = 0;
    for (int j = 0; j < estimator->ladder.count; j++) {
        double near = lost->any ? (double)lost->near[j] : 0;
        double far = lost->any ? (double)lost->far[j] : 0;
        double kept = 1 - near - far;
        double *held = &estimator->held[side][j * CLASS_SOURCES];
        held[0] += (double)base[0] * kept;
        held[1] += (double)base[1] * kept;
        held[2] += (double)base[2] * kept;
        near_sum += near;
        far_sum += far;
    }
    mass->deposited += flow * estimator->ladder.count;
    mass->swept += flow * near_sum;
    mass->clipped += flow * far_sum;
}

static bool deposit_valid(const struct entry_deposit *deposit, double base_max) {
    double sum = 0;
    for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
        double base = (double)deposit->base[source];
        if (!(base >= 0 && base <= base_max)) {
            return false;
        }
        sum += base;
    }
    return sum > 0;
}

/* Entries of a row that are laid down together. */
struct batch {
    size_t count;
    const struct entry_deposit *deposits[UNIT_MAP_ENTRIES_MAX];
    struct unit_map_entry entries[MODEL_SIDE_COUNT][UNIT_MAP_ENTRIES_MAX];
    struct unit_map_lost lost[MODEL_SIDE_COUNT][UNIT_MAP_ENTRIES_MAX];
};

static void batch_add(struct batch *batch, struct estimator *estimator,
                      const struct entry_deposit *deposit) {
    size_t i = batch->count++;
    struct unit_map_entry entry = {
        .bin = deposit->bin,
        .phase = (int)bits_reversed_5(estimator->phase++ % DISTANCE_PHASE_COUNT),
        .base = {deposit->base[0], deposit->base[1], deposit->base[2]}};
    batch->deposits[i] = deposit;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        entry.skip_bins = side == MODEL_LONG ? deposit->below_bins : deposit->above_bins;
        batch->entries[side][i] = entry;
    }
}

/* The entry was laid down: into the accounts, and told. */
static void note_laid(struct estimator *estimator, const struct entry_row *row,
                      const struct batch *batch, size_t i, int side) {
    const struct entry_deposit *deposit = batch->deposits[i];
    const struct unit_map_entry *entry = &batch->entries[side][i];
    const struct distance_taps *taps = &estimator->ladder.taps[entry->phase][side];
    account_deposit(estimator, side, deposit->base, &batch->lost[side][i]);
    if (estimator->watcher.laid != NULL) {
        estimator->watcher.laid(estimator->watcher.user,
                                &(struct estimator_laid){.row = row,
                                                         .deposit = deposit,
                                                         .side = side,
                                                         .skip_bins = entry->skip_bins,
                                                         .taps = taps});
    }
    estimator->stats.taps += (uint64_t)taps->count;
}

static void apply_batch(struct estimator *estimator, const struct entry_row *row,
                        struct batch *batch) {
    const bool *blind = estimator->desc.blind;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        if (!blind[side]) {
            unit_map_deposit(&estimator->map, side, &estimator->ladder, estimator->unscale,
                             batch->count, batch->entries[side], batch->lost[side]);
        }
    }
    for (size_t i = 0; i < batch->count; i++) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            if (blind[side]) {
                continue;
            }
            note_laid(estimator, row, batch, i, side);
        }
    }
    estimator->stats.deposits += batch->count;
    batch->count = 0;
}

static void apply_deposits(struct estimator *estimator, const struct entry_row *row,
                           const struct entry_deposit *deposits) {
    struct batch batch;
    double at_mark = USD_MAX / math_exp(estimator->z_mark + estimator->phi);
    double base_max = at_mark < AMOUNT_MAX ? at_mark : AMOUNT_MAX;
    batch.count = 0;
    for (uint32_t i = 0; i < row->deposit_count; i++) {
        if (!deposit_valid(&deposits[i], base_max)) {
            estimator->stats.deposits_refused++;
            continue;
        }
        batch_add(&batch, estimator, &deposits[i]);
        if (batch.count == UNIT_MAP_ENTRIES_MAX) {
            apply_batch(estimator, row, &batch);
        }
    }
    if (batch.count > 0) {
        apply_batch(estimator, row, &batch);
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
    apply_path(estimator, row);
    if (estimator->desc.evidence && prints != NULL) {
        for (uint32_t i = 0; i < row->print_count; i++) {
            estimator_learn_print(estimator, row, &prints[i]);
        }
    }
    apply_deposits(estimator, row, deposits);
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
