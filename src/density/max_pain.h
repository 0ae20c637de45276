/* density/max_pain.h - the one price that hurts most for how far it is.
 *
 * Thread: any; pure.  An estimate like all that it is made from. */
#pragma once

#include "scene/map.h"

/* Nearer than this share of the price everything counts as this far. */
#define MAX_PAIN_NEAR 1e-3

/* Fill map->max_pain and max_pain_usd from its levels within reach (ln price, > 0); 0 where nothing
 * stands, or where the sums only grow faster all the way to the reach's edge, on both sides. */
void max_pain_find(struct scene_map *map, double reach);
