/* layer/profile.h - the newest column summed over price steps, drawn as bars beside the plot.
 *
 * Thread: main.  Owner: picture.  Kept between frames and made again only when the field changed.
 */
#pragma once

#include <stdint.h>

#include "layer/field.h"

struct profile {
    const struct field *field; /* what usd was made from */
    uint64_t version;
    int row_count;
    float usd_per_bp[LAYERS_ROW_MAX][2];
    float certainty[LAYERS_ROW_MAX]; /* 0..1 */
};

/* Bring it up to date with the newest column of field. */
void profile_update(struct profile *profile, const struct field *field);
/* USD per bp, long and short, averaged over rows [row_first, row_last) (reals, clamped). */
void profile_mean(const struct profile *profile, double row_first, double row_last,
                  double out_usd[2]);
