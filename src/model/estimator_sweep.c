/* model/estimator_sweep.c - the mark's path through the unit maps, and what it takes off them. */
#include "base/math.h"
#include "model/estimator_inside.h"

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

void estimator_sweep_path(struct estimator *estimator, const struct entry_row *row) {
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
