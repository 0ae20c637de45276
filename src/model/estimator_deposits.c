/* model/estimator_deposits.c - the entries of a row, laid down in the unit maps and the accounts.
 */
#include "base/math.h"
#include "model/estimator_inside.h"

/* What a stranger's nonsense is: beyond it floats would overflow at read-out. */
#define AMOUNT_MAX 1e15 /* base coin of one deposit */
#define USD_MAX    1e18 /* the same at the mark */

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

void estimator_lay_deposits(struct estimator *estimator, const struct entry_row *row,
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
