/* density/profile.c - estimators to common levels.
 *
 * Every estimator lives in its own mark price (estimator.md section 4.11).  With b = ln(mark_v /
 * reference), the basis of instrument v, what it would liquidate at ln p counts at ln p - b of the
 * reference.  A level's distance is then
 *
 *     x = ln p - b - ln reference = ln p - ln mark_v
 *
 * so adding fields by basis is adding them by distance from each one's own mark, and the mark
 * itself is an edge between levels: no level has longs and shorts.  (An index common to all of
 * them, as in the specification, cancels out of ln(mark_v / index) - ln(mark_reference / index).)
 *
 * A bin of width w covers [x, x + w) and is spread evenly over the levels that it meets: for w no
 * wider than a level this is linear interpolation between two of them.  USD are conserved: levels
 * and what lies beyond the last one add up to what the bins held.  The bin that holds the mark has
 * its longs below and its shorts above the mark only: the rest of it is swept.
 *
 * Uncertainty (section 4.10): the USD-weighted mean of the weights' sd, each leverage band with its
 * own mean over the side, as in the picture's certainty.  Wrong where the errors of the distances
 * in a level cancel out (then it is smaller); USD, not sd, are added over instruments, as if their
 * errors were common. */
#include "density/profile.h"

#include <math.h>
#include <string.h>

#include "base/math.h"

enum { READ_BINS = 256 }; /* read at a time */

#define HEIGHT_MIN 1e-5
#define HEIGHT_MAX 1e-2

bool profile_begin(struct profile *profile, const struct profile_desc *desc) {
    double height = desc->level_height != 0 ? desc->level_height : PROFILE_LEVEL_HEIGHT;
    if (!(desc->reference > 0) || !isfinite(desc->reference) || !(height >= HEIGHT_MIN) ||
        !(height <= HEIGHT_MAX) || !(desc->reach >= 0)) {
        return false;
    }
    memset(profile, 0, sizeof(*profile));
    profile->reference = desc->reference;
    profile->level_height = height;
    double levels = desc->reach > 0 ? ceil(desc->reach / height) : PROFILE_LEVEL_MAX;
    profile->level_count = (int)math_clamp(levels, 1, PROFILE_LEVEL_MAX);
    return true;
}

/* What one bin holds on its way to the levels. */
struct portion {
    const float *bands; /* USD per basis point */
    const double *sd;   /* by band */
    double usd_factor;  /* bands to USD of the whole bin */
    double sd_usd, usd;
};

static void add_portion(struct profile_side *side, int level, const struct portion *portion,
                        double share) {
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        side->bands_usd[level][band] +=
            (float)((double)portion->bands[band] * portion->usd_factor * share);
    }
    side->usd[level] += (float)(portion->usd * share);
    side->sd_usd[level] += (float)(portion->sd_usd * share);
    side->total_usd += portion->usd * share;
}

/* Lay what stands between two distances over the levels there. */
static void add_between(const struct profile *profile, struct profile_side *side, double near,
                        double far, struct portion *portion) {
    portion->usd = portion->sd_usd = 0;
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        double usd = (double)portion->bands[band] * portion->usd_factor;
        portion->usd += usd;
        portion->sd_usd += usd * portion->sd[band];
    }
    if (!(portion->usd > 0)) {
        return;
    }
    double from = near / profile->level_height, to = far / profile->level_height;
    if (from >= profile->level_count) {
        side->beyond_usd += portion->usd;
        return;
    }
    if (!(to > from)) { /* the mark stands on the bin's edge */
        add_portion(side, (int)from, portion, 1);
        return;
    }
    int last = (int)math_clamp(floor(to), 0, profile->level_count - 1);
    double laid = 0;
    for (int level = (int)from; level <= last; level++) {
        double low = from > level ? from : level, high = to < level + 1 ? to : level + 1;
        double share = high > low ? (high - low) / (to - from) : 0;
        add_portion(side, level, portion, share);
        laid += share;
    }
    side->beyond_usd += portion->usd * math_clamp(1 - laid, 0, 1);
}

static void add_side(struct profile *profile, const struct estimator *estimator, int side) {
    float bands[READ_BINS][ESTIMATOR_BAND_STRIDE];
    struct estimator_trust trust;
    double sd[DISTANCE_BAND_COUNT];
    int32_t first = 0, count = 0;
    double width = estimator_bin_width(estimator), mark = estimator_mark_z(estimator);
    estimator_read_trust(estimator, side, &trust);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        sd[band] = (1 - trust.trust[band]) * (double)WEIGHTS_SD_MAX;
    }
    estimator_bin_range(estimator, &first, &count);
    for (int32_t done = 0; done < count; done += READ_BINS) {
        int32_t part = count - done < READ_BINS ? count - done : READ_BINS;
        estimator_read_bands(estimator, side, first + done, part, bands);
        for (int32_t i = 0; i < part; i++) {
            double low = ((double)first + done + i) * width - mark, high = low + width;
            double near = side == MODEL_LONG ? -high : low, far = side == MODEL_LONG ? -low : high;
            struct portion portion = {.bands = bands[i], .sd = sd, .usd_factor = width / 1e-4};
            add_between(profile, &profile->sides[side], near > 0 ? near : 0, far > 0 ? far : 0,
                        &portion);
        }
    }
}

bool profile_add(struct profile *profile, const struct estimator *estimator) {
    if (!estimator_has_mark(estimator)) {
        return false;
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        add_side(profile, estimator, side);
    }
    profile->input_count++;
    return true;
}

double profile_edge(const struct profile *profile, int level) {
    return level * profile->level_height;
}

double profile_price(const struct profile *profile, int side, double distance) {
    return profile->reference * math_exp(side == MODEL_LONG ? -distance : distance);
}

double profile_sd(const struct profile *profile, int side, int level) {
    const struct profile_side *from = &profile->sides[side];
    float usd = from->usd[level];
    return usd > 0 ? math_clamp((double)(from->sd_usd[level] / usd), 0, (double)WEIGHTS_SD_MAX)
                   : (double)WEIGHTS_SD_MAX;
}
