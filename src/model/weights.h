/* model/weights.h - how much of each class of the unit maps is real: the weight vector rho.
 *
 * Thread: any; plain data.  Owner: whoever embeds it.
 * Rows of the entry log name the weights in force by a number, so that a raster never learns.
 * Number 0 is the prior of estimator.md section 4.7; calibration adds others
 * (entry_log_add_weights).
 */
#pragma once

#include <stdint.h>

#include "model/distance.h"

enum { WEIGHTS_PRIOR = 0 };

/* Standard deviation of ln rho from which on a distance counts as not calibrated, and the one of a
 * distance of which nothing was seen (estimator.md section 4.10). */
#define WEIGHTS_SD_CALIBRATED 1.0f
#define WEIGHTS_SD_MAX        2.0f

struct weights {
    float rho[CLASS_LANES]; /* by lane: distance x 4 + source; unused lanes 0 */
    float sd[DISTANCE_MAX]; /* of ln rho by distance, sources together: (0, WEIGHTS_SD_MAX] */
    float calibrated_to;    /* the largest distance with sd < WEIGHTS_SD_CALIBRATED; 0: none */
};

/* The prior of a ladder of distances: totals .10 net, .10 churn, .03 ambient, each spread over the
 * distances log-normally (centre 10 %, width 1.1), sharp_share of it on the exact-ladder cells.
 * (estimator.md 4.7 has .20, .10, .015. Sources are told apart slowly, and beside the simulator's
 * positions the longest-lived one was too heavy: shifting half of it to ambient, the best single
 * source on recorded days (7.4), places near and far dollars better in every regime.) */
struct weights_prior_desc {
    double total_net, total_churn, total_ambient; /* 0: .10, .10, .03 */
    double centre, width;                         /* 0: .10, 1.1 */
    double sharp_share;                           /* 0: .5; Hyperliquid .2 */
};
void weights_set_prior(struct weights *weights, const struct distance_ladder *ladder,
                       const struct weights_prior_desc *desc);
