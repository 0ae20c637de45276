/* support/map_same.h - whether two maps are the same, bit for bit but for the padding of their
 * structs. */
#pragma once

#include <string.h>

#include "scene/map.h"

static inline bool map_same_cluster(const struct map_cluster *a, const struct map_cluster *b) {
    return a->side == b->side && a->price == b->price && a->price_low == b->price_low &&
           a->price_high == b->price_high && a->distance == b->distance && a->usd == b->usd &&
           memcmp(a->bands_usd, b->bands_usd, sizeof a->bands_usd) == 0 && a->sd == b->sd &&
           a->calibrated == b->calibrated && a->magnet_usd == b->magnet_usd && a->rank == b->rank;
}

static inline bool map_same(const struct scene_map *a, const struct scene_map *b) {
    bool same = a->ts_ms == b->ts_ms && a->instrument == b->instrument &&
                a->input_count == b->input_count &&
                memcmp(a->inputs, b->inputs, sizeof a->inputs) == 0 &&
                a->reference == b->reference && a->level_height == b->level_height &&
                a->level_count == b->level_count && a->max_pain == b->max_pain &&
                a->max_pain_usd == b->max_pain_usd && a->cluster_count == b->cluster_count &&
                a->cluster_left_out == b->cluster_left_out;
    same = same && memcmp(a->sides, b->sides, sizeof a->sides) == 0;
    for (int i = 0; same && i < a->cluster_count; i++) {
        same = map_same_cluster(&a->clusters[i], &b->clusters[i]);
    }
    return same;
}
