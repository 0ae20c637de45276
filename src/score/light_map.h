/* score/light_map.h - a map of one number a bin and side, for models simpler than ours.
 *
 * Thread: the owner's.  Owner: baselines.  Limit: LIGHT_MAP_BINS bins around the mark, a ring
 * addressed by the same absolute bins as the estimator's (bin & mask); what lies outside is
 * nothing. Ageing is one factor for all of it (content = scale x raw), folded in when it gets
 * small. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/distance.h"

enum { LIGHT_MAP_BINS = 8192 };

struct light_map {
    int32_t first_bin;            /* absolute; the map covers LIGHT_MAP_BINS from here */
    double scale, hazard_per_ms;  /* content = scale x raw; hazard 0: does not age */
    float *raw[MODEL_SIDE_COUNT]; /* owned: [LIGHT_MAP_BINS] */
};

/* half_life_ms > 0. False: out of memory. */
bool light_map_init(struct light_map *map, double half_life_ms);
/* As light_map_init, but to go on where source is. */
bool light_map_init_copy(struct light_map *map, const struct light_map *source);
void light_map_finish(struct light_map *map); /* zeroed accepted */

void light_map_age(struct light_map *map, int64_t dt_ms);
/* Keep bin in the middle half; what falls off is forgotten. */
void light_map_follow(struct light_map *map, int32_t bin);

bool light_map_contains(const struct light_map *map, int32_t bin);
double light_map_content(const struct light_map *map, int side, int32_t bin); /* outside: 0 */
/* Outside: nothing happens. amount >= 0. */
void light_map_add(struct light_map *map, int side, int32_t bin, double amount);
/* Take share (0..1] of a bin; returns what went. */
double light_map_take(struct light_map *map, int side, int32_t bin, float share);

/* Add amount x weight[k] to the bins k below (longs) or above (shorts) bin, for k in
 * [from, count): from >= 1. */
struct light_map_run {
    int side;
    int32_t bin, from, count;
    double amount;
    const float *weight;
};
void light_map_add_run(struct light_map *map, const struct light_map_run *run);
