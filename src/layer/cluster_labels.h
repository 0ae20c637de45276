/* layer/cluster_labels.h - which clusters were labelled in the last frame: one that is shown keeps
 * its place and its size until another is clearly larger, so that labels do not flicker.
 *
 * Thread: main.  Owner: picture.  Limit: MAP_CLUSTER_MAX. */
#pragma once

#include <stdint.h>

#include "scene/map.h"

struct cluster_labels {
    int count;
    struct cluster_label {
        int32_t side;
        double price_low, price_high; /* of the cluster; it is known again where these overlap */
        int tier;                     /* 0 the largest .. 2 */
    } shown[MAP_CLUSTER_MAX];
};
