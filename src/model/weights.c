/* model/weights.c - the prior of the weight vector. */
#include "model/weights.h"

#include <string.h>

#include "base/math.h"

static double default_to(double value, double fallback) {
    return value > 0 ? value : fallback;
}

void weights_set_prior(struct weights *weights, const struct distance_ladder *ladder,
                       const struct weights_prior_desc *desc) {
    const double totals[] = {default_to(desc->total_net, 0.10), default_to(desc->total_churn, 0.10),
                             default_to(desc->total_ambient, 0.03)};
    double centre = default_to(desc->centre, 0.10), width = default_to(desc->width, 1.1);
    double sharp_share = default_to(desc->sharp_share, 0.5);
    double shape[DISTANCE_MAX] = {0}, sums[2] = {0};
    for (int i = 0; i < ladder->count; i++) {
        double x = math_log(ladder->cells[i].distance / centre) / width;
        shape[i] = math_exp(-0.5 * x * x);
        sums[ladder->cells[i].sharp] += shape[i];
    }
    double shares[2] = {1 - sharp_share, sharp_share};
    if (sums[1] == 0) {
        shares[0] = 1; /* no ladder step is allowed: everything is smooth */
    }
    memset(weights, 0, sizeof(*weights));
    for (int i = 0; i < DISTANCE_MAX; i++) {
        weights->sd[i] = WEIGHTS_SD_MAX;
    }
    for (int i = 0; i < ladder->count; i++) {
        int kind = ladder->cells[i].sharp;
        for (int source = 0; source < 3; source++) {
            weights->rho[i * CLASS_SOURCES + source] =
                (float)(totals[source] * shares[kind] * shape[i] / sums[kind]);
        }
    }
}
