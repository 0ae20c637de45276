/* model/estimator_read.c - what the unit maps say under the weights in force. */
#include <math.h>
#include <string.h>

#include "base/math.h"
#include "model/estimator_inside.h"

int32_t estimator_bin_of(const struct estimator *estimator, double z) {
    return (int32_t)math_clamp(floor(z / estimator->desc.bin_width), -1e9, 1e9);
}

double estimator_bin_width(const struct estimator *estimator) {
    return estimator->desc.bin_width;
}

const struct distance_ladder *estimator_ladder(const struct estimator *estimator) {
    return &estimator->ladder;
}

bool estimator_has_mark(const struct estimator *estimator) {
    return estimator->has_mark;
}

double estimator_mark_z(const struct estimator *estimator) {
    return estimator->z_mark;
}

double estimator_phi(const struct estimator *estimator) {
    return estimator->phi;
}

int64_t estimator_ts_ms(const struct estimator *estimator) {
    return estimator->ts_ms;
}

void estimator_bin_range(const struct estimator *estimator, int32_t *first, int32_t *count) {
    *first = estimator->map.first_bin;
    *count = UNIT_MAP_BINS;
}

/* Base coin that weights claim on one side. */
static double claimed_base(const struct estimator *estimator, const struct weights *weights,
                           int side) {
    double sum = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        double held = estimator->held[side][lane];
        sum += held > 0 ? held * (double)weights->rho[lane] : 0;
    }
    return sum;
}

static double bound_of(const struct estimator *estimator, double claimed) {
    bool bounded = estimator->oi_base > 0 && claimed > estimator->oi_base;
    return bounded ? estimator->oi_base / claimed : 1;
}

double estimator_oi_bound(const struct estimator *estimator, int side) {
    return estimator_oi_bound_under(estimator, &estimator->weights, side);
}

double estimator_oi_bound_under(const struct estimator *estimator, const struct weights *weights,
                                int side) {
    return bound_of(estimator, claimed_base(estimator, weights, side));
}

void estimator_read_bands(const struct estimator *estimator, int side, int32_t first, int32_t count,
                          float out[][ESTIMATOR_BAND_STRIDE]) {
    estimator_read_bands_under(estimator, &estimator->weights, side, first, count, out);
}

void estimator_read_bands_under(const struct estimator *estimator, const struct weights *weights,
                                int side, int32_t first, int32_t count,
                                float out[][ESTIMATOR_BAND_STRIDE]) {
    const struct unit_map *map = &estimator->map;
    float weight[CLASS_LANES];
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        weight[lane] = (float)((double)weights->rho[lane] * estimator->scale[lane]);
    }
    int64_t mark_bin = estimator_bin_of(estimator, estimator->z_mark);
    int64_t begin = map->first_bin, end = begin + UNIT_MAP_BINS;
    if (side == MODEL_LONG && end > mark_bin + 1) {
        end = mark_bin + 1;
    }
    if (side == MODEL_SHORT && begin < mark_bin) {
        begin = mark_bin;
    }
    begin = begin < first ? first : begin;
    end = end > (int64_t)first + count ? (int64_t)first + count : end;
    if (!estimator->has_mark || begin >= end) {
        memset(out, 0, sizeof(out[0]) * (size_t)count);
        return;
    }
    memset(out, 0, sizeof(out[0]) * (size_t)(begin - first));
    memset(out + (end - first), 0, sizeof(out[0]) * (size_t)(first + count - end));
    unit_map_read(map, side, &estimator->ladder, weight, (int32_t)begin, (int32_t)(end - begin),
                  out + (begin - first));
    double usd_per_bp = estimator_oi_bound_under(estimator, weights, side) *
                        math_exp(estimator->phi) * (1e-4 / map->bin_width);
    for (int64_t bin = begin; bin < end; bin++) {
        size_t slot = (size_t)((uint32_t)bin & (UNIT_MAP_BINS - 1));
        float factor = (float)(usd_per_bp * map->price_unit[slot]);
        for (int band = 0; band < ESTIMATOR_BAND_STRIDE; band++) {
            out[bin - first][band] *= factor;
        }
    }
}

void estimator_read_trust(const struct estimator *estimator, int side,
                          struct estimator_trust *out) {
    const struct distance_ladder *ladder = &estimator->ladder;
    double mark = estimator->has_mark ? math_exp(estimator->z_mark + estimator->phi) : 0;
    double usd_per_base = mark * estimator_oi_bound(estimator, side);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        double claimed = 0, trusted = 0;
        for (int i = ladder->band_begin[band]; i < ladder->band_begin[band + 1]; i++) {
            double sure = 1 - (double)estimator->weights.sd[i] / (double)WEIGHTS_SD_MAX;
            for (int lane = i * CLASS_SOURCES; lane < (i + 1) * CLASS_SOURCES; lane++) {
                double held = estimator->held[side][lane];
                double part = held > 0 ? held * (double)estimator->weights.rho[lane] : 0;
                claimed += part;
                trusted += part * math_clamp(sure, 0, 1);
            }
        }
        out->usd[band] = claimed * usd_per_base;
        out->trust[band] = claimed > 0 ? trusted / claimed : 0;
    }
}

void estimator_read_totals(const struct estimator *estimator, struct estimator_totals *out) {
    memset(out, 0, sizeof(*out));
    double mark = estimator->has_mark ? math_exp(estimator->z_mark + estimator->phi) : 0;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double claimed = claimed_base(estimator, &estimator->weights, side);
        double bound = bound_of(estimator, claimed);
        out->oi_bound[side] = bound;
        out->estimate_usd[side] = claimed * bound * mark;
        if (estimator->oi_base > 0) {
            out->unallocated_usd[side] =
                math_clamp((estimator->oi_base - claimed * bound) * mark, 0, 1e18);
        }
    }
}
