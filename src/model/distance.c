/* model/distance.c - cells of distance to liquidation and their taps. */
#include "model/distance.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/math.h"
#include "base/str.h"
#include "margin/margin.h"

#define SMOOTH_NEAREST  0.0035
#define SMOOTH_FARTHEST 0.60
#define LEVERAGE_MAX    1000.0 /* a venue that allows more is a mistake in a table */

static const double sharp_leverages[] = {3, 5, 10, 20, 25, 50, 75, 100, 125};
static_assert(ARRAY_COUNT(sharp_leverages) + 1 == DISTANCE_SHARP_MAX,
              "a cell per ladder leverage, and the venue's maximum");
static_assert(DISTANCE_MAX * CLASS_SOURCES <= CLASS_LANES, "a vector per distance");

static const double band_low[DISTANCE_BAND_COUNT] = {0, 5, 10, 25, 50, 100};

static int band_of_leverage(double leverage) {
    int band = 0;
    while (band + 1 < DISTANCE_BAND_COUNT && leverage >= band_low[band + 1]) {
        band++;
    }
    return band;
}

/* Which way the price that margin is counted in has to go: ln(1/price) mirrors ln price, so an
 * inverse long loses as a linear short does. */
static int losing_side(const struct distance_ladder *ladder, int side) {
    return ladder->inverse ? MODEL_LONG + MODEL_SHORT - side : side;
}

/* The log-price offset of a distance: long positions are liquidated below their entry. */
static double offset_of(const struct distance_ladder *ladder, int side, double distance) {
    double offset =
        losing_side(ladder, side) == MODEL_LONG ? math_log(1 - distance) : math_log(1 + distance);
    return ladder->inverse ? -offset : offset;
}

static void ladder_add(struct distance_ladder *ladder, struct distance_cell cell) {
    cell.band = band_of_leverage(cell.leverage);
    int at = ladder->count++;
    while (at > 0 && ladder->cells[at - 1].leverage > cell.leverage) {
        ladder->cells[at] = ladder->cells[at - 1];
        at--;
    }
    ladder->cells[at] = cell;
}

/* A ladder step whose initial margin is next to the maintenance margin cannot be held. */
static void ladder_add_sharp(struct distance_ladder *ladder, double leverage) {
    double distance = margin_distance_long(leverage, ladder->mmr, ladder->fee);
    if (1 / leverage > 1.05 * ladder->mmr && distance >= 5e-4) {
        ladder_add(ladder, (struct distance_cell){
                               .distance = distance, .leverage = leverage, .sharp = true});
    }
}

/* The usual steps as far as the venue goes, and its own last one: whoever wants more ends there. */
static void ladder_add_cells(struct distance_ladder *ladder, double leverage_max) {
    double step = math_log(SMOOTH_FARTHEST / SMOOTH_NEAREST) / (DISTANCE_SMOOTH_COUNT - 1);
    for (int i = 0; i < DISTANCE_SMOOTH_COUNT; i++) {
        double distance = SMOOTH_NEAREST * math_exp(step * i);
        double leverage = margin_leverage_of_distance(distance, ladder->mmr, ladder->fee);
        ladder_add(ladder, (struct distance_cell){.distance = distance, .leverage = leverage});
    }
    bool listed = false;
    for (size_t i = 0; i < ARRAY_COUNT(sharp_leverages); i++) {
        if (sharp_leverages[i] <= leverage_max) {
            ladder_add_sharp(ladder, sharp_leverages[i]);
        }
        listed = listed || sharp_leverages[i] == leverage_max;
    }
    if (!listed && leverage_max > sharp_leverages[0] && leverage_max <= LEVERAGE_MAX) {
        ladder_add_sharp(ladder, leverage_max);
    }
}

static void taps_add(struct distance_taps *taps, int cell, double bins, double weight) {
    assert(taps->count < DISTANCE_MAX * DISTANCE_TAP_MAX);
    taps->taps[taps->count++] = (struct distance_tap){
        .dk = (int32_t)floor(bins), .lane = cell * CLASS_SOURCES, .weight = (float)weight};
}

/* A box of equal taps over the cell's log width; the phase moves them by a part of their spacing.
 */
static int taps_add_smooth(struct distance_taps *taps, const struct distance_ladder *ladder,
                           int cell, int side, double shift) {
    double half_step =
        math_log(SMOOTH_FARTHEST / SMOOTH_NEAREST) / (2 * (DISTANCE_SMOOTH_COUNT - 1));
    double distance = ladder->cells[cell].distance;
    double near = offset_of(ladder, side, distance * math_exp(-half_step)) / ladder->bin_width;
    double far = offset_of(ladder, side, distance * math_exp(half_step)) / ladder->bin_width;
    double width = fabs(far - near);
    int count = (int)math_clamp(ceil(width), 1, DISTANCE_TAP_MAX);
    double spacing = (far - near) / count;
    for (int i = 0; i < count; i++) {
        taps_add(taps, cell, near + (i + 0.5 + shift) * spacing + 0.5, 1.0 / count);
    }
    return count;
}

/* An exact offset: two taps that interpolate between bin centres. */
static int taps_add_sharp(struct distance_taps *taps, const struct distance_ladder *ladder,
                          int cell, int side) {
    double leverage = ladder->cells[cell].leverage;
    double distance = losing_side(ladder, side) == MODEL_LONG
                          ? margin_distance_long(leverage, ladder->mmr, ladder->fee)
                          : margin_distance_short(leverage, ladder->mmr, ladder->fee);
    double bins = offset_of(ladder, side, distance) / ladder->bin_width;
    double low = floor(bins);
    taps_add(taps, cell, low, 1 - (bins - low));
    taps_add(taps, cell, low + 1, bins - low);
    return 2;
}

/* Nearest first, so that what is cut off at either end is one run; equal distances keep their
 * order. */
static void taps_sort(struct distance_taps *taps) {
    for (int i = 1; i < taps->count; i++) {
        struct distance_tap tap = taps->taps[i];
        int at = i;
        while (at > 0 && abs(taps->taps[at - 1].dk) > abs(tap.dk)) {
            taps->taps[at] = taps->taps[at - 1];
            at--;
        }
        taps->taps[at] = tap;
    }
}

static void kernels_add(struct distance_ladder *ladder, int phase, int side) {
    const struct distance_taps *taps = &ladder->taps[phase][side];
    for (int i = 0; i < ladder->count; i++) {
        ladder->kernels[side][i].count = 0;
        ladder->kernels[side][i].box = !ladder->cells[i].sharp;
    }
    for (int i = 0; i < taps->count; i++) {
        struct distance_kernel *kernel = &ladder->kernels[side][taps->taps[i].lane / CLASS_SOURCES];
        kernel->weight[kernel->count] = taps->taps[i].weight;
        kernel->dk[phase][kernel->count++] = taps->taps[i].dk;
    }
}

static bool ladder_init(struct distance_ladder *ladder, bool inverse, double bin_width, double mmr,
                        double fee, double leverage_max) {
    if (!(bin_width >= 1e-5 && bin_width <= 1e-2) || !(mmr > 0 && mmr < 0.5) ||
        !(fee >= 0 && fee < 0.1) || !(leverage_max >= 1)) {
        return false;
    }
    memset(ladder, 0, sizeof(*ladder));
    ladder->inverse = inverse;
    ladder->bin_width = bin_width;
    ladder->mmr = mmr;
    ladder->fee = fee;
    ladder_add_cells(ladder, leverage_max);
    for (int i = 0; i < ladder->count; i++) {
        for (int band = ladder->cells[i].band; band < DISTANCE_BAND_COUNT; band++) {
            ladder->band_begin[band + 1] = i + 1;
        }
    }
    for (int phase = 0; phase < DISTANCE_PHASE_COUNT; phase++) {
        double shift = (phase + 0.5) / DISTANCE_PHASE_COUNT - 0.5;
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            struct distance_taps *taps = &ladder->taps[phase][side];
            for (int i = 0; i < ladder->count; i++) {
                struct distance_cell *cell = &ladder->cells[i];
                cell->tap_count[side] = cell->sharp ? taps_add_sharp(taps, ladder, i, side)
                                                    : taps_add_smooth(taps, ladder, i, side, shift);
            }
            taps_sort(taps);
            kernels_add(ladder, phase, side);
        }
    }
    return true;
}

bool distance_ladder_init(struct distance_ladder *ladder, double bin_width, double mmr, double fee,
                          double leverage_max) {
    return ladder_init(ladder, false, bin_width, mmr, fee, leverage_max);
}

bool distance_ladder_init_inverse(struct distance_ladder *ladder, double bin_width, double mmr,
                                  double fee, double leverage_max) {
    return ladder_init(ladder, true, bin_width, mmr, fee, leverage_max);
}
