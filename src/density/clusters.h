/* density/clusters.h - neighbouring levels of a profile that stand out, each with one price.
 *
 * Thread: any; pure.  Owner: plain data, no pointers: it can stand in a scene.
 * Limit: CLUSTERS_SIDE_MAX a side, the largest are kept and the others counted. Estimates. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "density/profile.h"

enum { CLUSTERS_SIDE_MAX = 16, CLUSTERS_MAX = 2 * CLUSTERS_SIDE_MAX };
#define CLUSTERS_REACH 0.25 /* default: ln price to either side of the mark */

struct cluster {
    int32_t side;                 /* MODEL_LONG: below the mark; MODEL_SHORT: above it */
    double price;                 /* weighted by USD, in [price_low, price_high] */
    double price_low, price_high; /* the edges of its levels; both on its side of the mark */
    double distance;              /* price / mark - 1: negative for longs */
    double usd;                   /* in its levels, at their own prices; > 0 */
    double bands_usd[DISTANCE_BAND_COUNT];
    double sd;         /* of ln(usd): estimator.md section 4.10; at most WEIGHTS_SD_MAX */
    bool calibrated;   /* sd < WEIGHTS_SD_CALIBRATED */
    double magnet_usd; /* usd over distance: USD per percent of the price */
    int32_t rank;      /* by magnet_usd over both sides: 1 pulls most */
};

struct clusters {
    int32_t count, left_out; /* left_out stood out, too, but were beyond CLUSTERS_SIDE_MAX */
    struct cluster items[CLUSTERS_MAX]; /* from the highest price to the lowest */
};

/* Clusters within reach (ln price from the mark, > 0; 0: CLUSTERS_REACH) of the profile's
 * reference. The same profile gives the same clusters. */
void clusters_find(const struct profile *profile, double reach, struct clusters *out);
