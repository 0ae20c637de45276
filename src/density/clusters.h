/* density/clusters.h - neighbouring levels of a profile that stand out, each with one price.
 *
 * Thread: any; pure.  Owner: the map that they are put into.
 * Limit: MAP_CLUSTER_SIDE_MAX a side, the largest are kept and the others counted. Estimates. */
#pragma once

#include "density/profile.h"
#include "scene/map.h"

#define CLUSTERS_REACH 0.25 /* default: ln price to either side of the mark */

/* Write the clusters of the map (and nothing else of it): those within reach (ln price from the
 * mark, > 0; 0: CLUSTERS_REACH) of the profile's reference. The same profile gives the same
 * clusters. */
void clusters_find(const struct profile *profile, double reach, struct scene_map *map);
