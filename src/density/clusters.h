/* density/clusters.h - neighbouring levels of a profile that stand out, each with one price.
 *
 * Thread: any; pure.
 * Limit: MAP_CLUSTER_SIDE_MAX a side, the largest are kept and the others counted. Estimates. */
#pragma once

#include "density/profile.h"
#include "scene/map.h"

#define CLUSTERS_REACH 0.25 /* default: ln price to either side of the mark */

/* Clusters within reach (ln price from the mark, > 0; 0: CLUSTERS_REACH) of the profile's
 * reference, from the highest price to the lowest; how many. *left_out: further ones that stood
 * out. The same profile gives the same clusters. */
int clusters_find(const struct profile *profile, double reach,
                  struct map_cluster out[MAP_CLUSTER_MAX], int *left_out);
