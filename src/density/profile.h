/* density/profile.h - the field now, level by level outward from the mark, of one instrument or of
 * several of one coin added up.
 *
 * Thread: the owner's; plain data.  Owner: whoever embeds it (260 KB: not on a stack).
 * Limit: PROFILE_LEVEL_MAX levels a side; what lies further out is in beyond_usd. Estimates. */
#pragma once

#include <stdbool.h>

#include "model/estimator.h"

enum { PROFILE_LEVEL_MAX = 4096 };
#define PROFILE_LEVEL_HEIGHT 2e-4 /* default: 2 bp of log price, the map's own bins */

/* Level i holds what liquidates at prices between i and i + 1 heights from the reference: below it
 * on the long side, above it on the short side. */
struct profile_side {
    float usd[PROFILE_LEVEL_MAX]; /* all bands; USD at the levels' own prices, finite, >= 0 */
    float bands_usd[PROFILE_LEVEL_MAX][DISTANCE_BAND_COUNT];
    float sd_usd[PROFILE_LEVEL_MAX]; /* usd x sd of its ln; see profile_sd */
    double total_usd;                /* of the levels; with beyond_usd all that was added */
    double beyond_usd;               /* further out than the last level */
};

struct profile {
    double reference;    /* price; every input's mark lies here */
    double level_height; /* ln price */
    int level_count, input_count;
    struct profile_side sides[MODEL_SIDE_COUNT];
};

struct profile_desc {
    double reference;    /* price > 0: the mark of the instrument in whose prices people think */
    double level_height; /* ln price, [1e-5, 1e-2]; 0: PROFILE_LEVEL_HEIGHT */
    double reach;        /* ln price, to either side; 0, or more than the limit: the limit */
};

/* Empty it. False: desc is out of range. */
bool profile_begin(struct profile *profile, const struct profile_desc *desc);
/* Add an estimator's field, shifted by its basis. False: it has no mark yet, nothing was added. The
 * caller adds instruments of one base coin only. */
bool profile_add(struct profile *profile, const struct estimator *estimator);

/* Distance in ln price from the reference, >= 0, of the near edge of level i, and its price. */
double profile_edge(const struct profile *profile, int level);
double profile_price(const struct profile *profile, int side, double distance);
/* Standard deviation of ln(usd) of a level: WEIGHTS_SD_MAX where nothing stands. */
double profile_sd(const struct profile *profile, int side, int level);
