/* scene/origin.h - why it is hot: when, and at which prices, the positions of a price range were
 * opened that are estimated to be liquidated there.
 *
 * Thread: made by raster on demand, read by main.  Plain data, no pointers.  Limits below.
 * Everything in USD is an estimate: what is left of each opening, at the range's own prices. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "scene/map.h"

enum { ORIGIN_TIME_MAX = 48, ORIGIN_PRICE_MAX = 32 };

/* What is asked. */
#define ORIGIN_SIDE_OF_MARK (-1)
struct origin_range {
    int32_t
        side; /* 0 long, 1 short; ORIGIN_SIDE_OF_MARK: the one on whose side of the mark it is */
    double price_low, price_high; /* 0 < low < high; what is beyond the mark does not count */
    double reference; /* the mark that they stand beside, as a map's; 0: the mark of at_ms */
    int64_t at_ms;    /* of what had happened until then; INT64_MAX: all that is known */
    double usd;       /* what the map says of it; 0: nothing; see scene_origin.scaled */
};

struct scene_origin {
    uint32_t id; /* of the question; 0: none yet */
    bool known;  /* false: nothing stands there, or no price is known then; the rest is 0 */
    struct origin_range range;
    double mark;           /* at that time */
    int64_t at_ms;         /* end of the newest row that is in it */
    int64_t known_from_ms; /* what was opened before is not known, or does not count */
    double usd;            /* all of it; > 0 */
    /* The replay's rows are sums of what the engine saw second by second, and may add up to a
     * little less or more than the map: everything here was multiplied by this, so that both tell
     * the same USD. 1 where the range told none, or one further away than that explains. */
    double scaled;
    double bands_usd[LAYERS_BAND_COUNT];
    int64_t half_ms;            /* half of it was opened since */
    double half_low, half_high; /* entry prices: the middle half of it lies between */

    /* By opening time: buckets [first + i steps, first + (i + 1) steps), whole steps since the
     * epoch; the last one holds at_ms. Together with earlier_usd they are all of it. */
    int64_t time_first_ms, time_step_ms;
    int32_t time_count;
    double time_usd[ORIGIN_TIME_MAX];
    double earlier_usd;
    /* By entry price, in the same way: whole steps, which are round numbers. */
    double price_first, price_step;
    int32_t price_count;
    double price_usd[ORIGIN_PRICE_MAX];
    double lower_usd, higher_usd;
};

/* The cluster of the map whose prices are nearest to price, at most reach_ln (ln price) away; NULL:
 * none is. */
const struct map_cluster *origin_cluster_near(const struct scene_map *map, double price,
                                              double reach_ln);
/* What to ask about price: that cluster; else the levels within reach_ln of price, on its side of
 * the mark. False: the map or the price is not known. */
bool origin_range_near(const struct scene_map *map, double price, double reach_ln,
                       struct origin_range *out);
