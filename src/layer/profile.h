/* layer/profile.h - the field now by price: bars and cumulative curves beside the plot, and what
 * they are made of.
 *
 * Thread: main.  Owner: picture.  Sums over levels are made once for every new map and every change
 * of the filters; what lies further out than the map, or everything where there is none, comes from
 * the newest column's texels. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/field.h"
#include "scene/map.h"
#include "view/settings.h"

struct profile {
    /* -- from the newest column, which has the filters in it -- */
    const struct field *field;
    uint64_t version;
    int row_count; /* 0: there is none */
    double ln_price_min, row_height;
    float certainty[LAYERS_ROW_MAX]; /* 0..1 */
    double row_sum[LAYERS_ROW_MAX + 1][2];
    /* -- from the map -- */
    bool mapped;
    int64_t map_ts_ms;
    uint16_t map_instrument;
    uint32_t band_hidden;
    enum settings_side side;
    double ln_reference, level_height;
    int level_count;
    double level_sum[2][MAP_LEVEL_MAX + 1]; /* USD from the reference to the near edge of a level */
    float level_certainty[2][MAP_LEVEL_MAX];
};

/* Bring it up to date for ln prices [ln_low, ln_high]; beyond them it need not know anything. field
 * and map may be NULL. A map counts all known positions, so it is not taken where settings asks for
 * a part of them. */
struct profile_view {
    const struct field *field;
    const struct scene_map *map;
    const struct settings *settings;
    double ln_low, ln_high;
};
void profile_update(struct profile *profile, const struct profile_view *view);
/* ln price from which sums go outward: the map's mark; NaN if there is no map. */
double profile_ln_reference(const struct profile *profile);
/* USD of a side (0 long, 1 short) between two ln prices, low <= high. */
double profile_usd(const struct profile *profile, int side, double ln_low, double ln_high);
/* How far that is calibrated at a ln price, 0..1. */
double profile_certainty(const struct profile *profile, int side, double ln_price);
