/* model/weights.h - how much of each class of the unit maps is real: the weight vector rho.
 *
 * Thread: any; plain data.  Owner: whoever embeds it.
 * Rows of the entry log name the weights in force by a number, so that a raster never learns.
 * Number 0 is the prior of estimator.md section 4.7, the only one until calibration writes others.
 */
#pragma once

#include <stdint.h>

#include "model/distance.h"

enum { WEIGHTS_PRIOR = 0 };

struct weights {
    float rho[CLASS_LANES]; /* by lane: distance x 4 + source; unused lanes 0 */
};

/* The prior of a ladder of distances: totals .20 net, .10 churn, .015 ambient, each spread over the
 * distances log-normally (centre 10 %, width 1.1), sharp_share of it on the exact-ladder cells. */
struct weights_prior_desc {
    double total_net, total_churn, total_ambient; /* 0: .20, .10, .015 */
    double centre, width;                         /* 0: .10, 1.1 */
    double sharp_share;                           /* 0: .5; Hyperliquid .2 */
};
void weights_set_prior(struct weights *weights, const struct distance_ladder *ladder,
                       const struct weights_prior_desc *desc);
