/* support/field_check.h - what must hold of an estimator after any events: accounts that close, a
 * field that is finite and not negative, no more of it than there is open interest, weights in
 * range.  A failure says what, where and after which step.  After cmocka.h. */
#pragma once

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/math.h"
#include "model/estimator.h"

#define FIELD_ACCOUNT_TOLERANCE 1e-6 /* of all deposits, base coin */
#define FIELD_BOUND_TOLERANCE   1e-5 /* of a side's estimate: sums of some 10,000 floats */

static inline void field_check_accounts(const struct estimator *estimator, int side,
                                        const char *step) {
    struct estimator_mass mass;
    estimator_get_mass(estimator, side, &mass);
    double balance = mass.deposited - mass.swept - mass.decayed - mass.clipped;
    double map = estimator_sum_map(estimator, side);
    double slack = FIELD_ACCOUNT_TOLERANCE * mass.deposited + 1e-12;
    if (!(fabs(balance - mass.held) <= slack) || !(fabs(map - mass.held) <= slack) || !(map >= 0) ||
        !(mass.deposited >= 0) || !isfinite(mass.deposited)) {
        fail_msg("%s, side %d: deposited %.17g swept %.17g decayed %.17g clipped %.17g, balance "
                 "%.17g, held %.17g, in the map %.17g",
                 step, side, mass.deposited, mass.swept, mass.decayed, mass.clipped, balance,
                 mass.held, map);
    }
}

/* Every density, and all of them together against the totals. */
static inline void field_check_bands(const struct estimator *estimator, int side,
                                     const struct estimator_totals *totals, const char *step) {
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    double width = estimator_bin_width(estimator), phi = estimator_phi(estimator), base = 0;
    int32_t first = 0, count = 0;
    estimator_bin_range(estimator, &first, &count);
    estimator_read_bands(estimator, side, first, count, bands);
    for (int32_t i = 0; i < count; i++) {
        double usd_per_bp = 0;
        for (int band = 0; band < ESTIMATOR_BAND_STRIDE; band++) {
            double value = (double)bands[i][band];
            if (!(value >= 0) || !isfinite(value)) {
                fail_msg("%s, side %d: bin %" PRId32 " band %d reads %g", step, side, first + i,
                         band, value);
            }
            usd_per_bp += value;
        }
        base += usd_per_bp * (width / 1e-4) / math_exp((first + i + 0.5) * width + phi);
    }
    double mark = math_exp(estimator_mark_z(estimator) + phi);
    double claimed = totals->estimate_usd[side] / mark;
    struct estimator_mass mass;
    estimator_get_mass(estimator, side, &mass);
    if (estimator_has_mark(estimator) &&
        !(base <= claimed * (1 + FIELD_BOUND_TOLERANCE) +
                      FIELD_ACCOUNT_TOLERANCE * FIELD_ACCOUNT_TOLERANCE * mass.deposited)) {
        fail_msg("%s, side %d: the field reads %.9g coins, the total claims %.9g (bound %g)", step,
                 side, base, claimed, totals->oi_bound[side]);
    }
}

static inline void field_check_weights(const struct estimator *estimator, const char *step) {
    const struct weights *weights = estimator_weights(estimator);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        double rho = (double)weights->rho[lane];
        if (!(rho >= 0) || !isfinite(rho)) {
            fail_msg("%s: rho[%d] is %g", step, lane, rho);
        }
    }
    for (int i = 0; i < DISTANCE_MAX; i++) {
        if (!(weights->sd[i] > 0 && weights->sd[i] <= WEIGHTS_SD_MAX)) {
            fail_msg("%s: sd[%d] is %g", step, i, (double)weights->sd[i]);
        }
    }
    if (!(weights->calibrated_to >= 0 && weights->calibrated_to < 1)) {
        fail_msg("%s: calibrated to %g", step, (double)weights->calibrated_to);
    }
}

static inline void field_check(const struct estimator *estimator, const char *step) {
    struct estimator_totals totals;
    estimator_read_totals(estimator, &totals);
    field_check_weights(estimator, step);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double estimate = totals.estimate_usd[side], rest = totals.unallocated_usd[side];
        double bound = totals.oi_bound[side];
        if (!(estimate >= 0) || !isfinite(estimate) || !(rest >= 0) || !isfinite(rest) ||
            !(bound >= 0 && bound <= 1)) {
            fail_msg("%s, side %d: estimate %g, unallocated %g, bound %g", step, side, estimate,
                     rest, bound);
        }
        /* Bound below 1: the estimate is all of the open interest, and nothing is left over (but
         * for what denormal numbers lose). */
        if (bound < 1 && !(rest <= FIELD_BOUND_TOLERANCE * estimate + 1e-290)) {
            fail_msg("%s, side %d: bound %g, but %g of %g unallocated", step, side, bound, rest,
                     estimate);
        }
        struct estimator_trust trust;
        estimator_read_trust(estimator, side, &trust);
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            if (!(trust.usd[band] >= 0) || !isfinite(trust.usd[band]) ||
                !(trust.trust[band] >= 0 && trust.trust[band] <= 1)) {
                fail_msg("%s, side %d band %d: %g USD, trust %g", step, side, band, trust.usd[band],
                         trust.trust[band]);
            }
        }
        field_check_accounts(estimator, side, step);
        field_check_bands(estimator, side, &totals, step);
    }
}
