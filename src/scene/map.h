/* scene/map.h - the field now, level by level outward from the mark, and what stands out in it:
 * labels, curves, gauge and read-outs are made from it, and `liqscope levels` prints it.
 *
 * Thread: made by engine about once a second of event time, taken by main through a mailbox of its
 * own; newest wins.  Plain data, no pointers.  Limits below.  Everything in USD is an estimate. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "scene/layers.h"
#include "scene/scene.h"

enum {
    MAP_LEVEL_MAX = 1280, /* a side */
    MAP_CLUSTER_SIDE_MAX = 16,
    MAP_CLUSTER_MAX = 2 * MAP_CLUSTER_SIDE_MAX,
    MAP_SHARE_COUNT = 4
};
extern const double map_shares[MAP_SHARE_COUNT]; /* .005 .01 .02 .05: what gauges sum within */

/* Level i holds what liquidates at prices between i and i + 1 heights from the reference: below it
 * for longs, above it for shorts. */
struct map_side {
    float bands_usd[MAP_LEVEL_MAX][LAYERS_BAND_COUNT]; /* USD at the levels' own prices, >= 0 */
    float sd[MAP_LEVEL_MAX]; /* of ln(usd) of the level, as scene_distance has it */
    double beyond_usd;       /* further out than the last level */
};

/* Neighbouring levels that stand out, with one price. */
struct map_cluster {
    int32_t side;                 /* 0 long: below the mark; 1 short: above it */
    double price;                 /* weighted by USD, in [price_low, price_high] */
    double price_low, price_high; /* the edges of its levels; both on its side of the mark */
    double distance;              /* price / mark - 1: negative for longs */
    double usd;                   /* in its levels, at their own prices; > 0 */
    double bands_usd[LAYERS_BAND_COUNT];
    double sd;         /* of ln(usd) */
    bool calibrated;   /* sd is small enough to count as calibrated */
    double magnet_usd; /* usd over distance: USD per percent of the price */
    int32_t rank;      /* by magnet_usd over both sides: 1 pulls most */
};

struct scene_map {
    int64_t ts_ms;       /* event time; 0: none yet */
    uint16_t instrument; /* in whose prices; others of its coin are added up, as in the field */
    int32_t input_count; /* the instruments that are in it, instrument first */
    uint16_t inputs[SCENE_INSTRUMENT_MAX];
    double reference;         /* its mark at the end of its newest closed row */
    double level_height;      /* ln price */
    int32_t level_count;      /* of both sides, <= MAP_LEVEL_MAX */
    struct map_side sides[2]; /* long, short */
    double max_pain;          /* the price on whose way most is liquidated a percent; 0: none */
    double max_pain_usd;      /* on the way there, of the side that lies there */
    int32_t cluster_count, cluster_left_out;      /* left out: beyond MAP_CLUSTER_SIDE_MAX a side */
    struct map_cluster clusters[MAP_CLUSTER_MAX]; /* from the highest price to the lowest */
};

/* USD of level of a side, of the bands that are not hidden (bit n: band n). */
double map_level_usd(const struct map_side *side, int level, uint32_t band_hidden);
/* USD of a side between the reference and a price on its side of it (0 on the other side), of the
 * bands that are not hidden (bit n: band n). A level that the price cuts counts by its share in ln
 * price. */
double map_usd_to(const struct scene_map *map, int side, double price, uint32_t band_hidden);
/* The same between two prices (low <= high), wherever the reference lies. */
double map_usd_between(const struct scene_map *map, int side, double low, double high,
                       uint32_t band_hidden);
/* The same within a share of the reference: .01 is from the reference to 1 % away from it. */
double map_usd_within(const struct scene_map *map, int side, double share, uint32_t band_hidden);
/* How much of what stands within a share of the reference, both sides, is long: 0..1; NaN where
 * nothing stands. */
double map_balance(const struct scene_map *map, double share, uint32_t band_hidden);
