#include "scene/origin.h"

#include <math.h>
#include <stddef.h>

/* How far price is from the cluster's prices, in ln price; 0 inside. */
static double ln_away(const struct map_cluster *cluster, double price) {
    double above = log(price / cluster->price_high);
    double below = log(cluster->price_low / price);
    return fmax(fmax(above, below), 0);
}

const struct map_cluster *origin_cluster_near(const struct scene_map *map, double price,
                                              double reach_ln) {
    const struct map_cluster *found = NULL;
    double least = INFINITY;
    for (int i = 0; i < map->cluster_count && price > 0; i++) {
        double away = ln_away(&map->clusters[i], price);
        /* Of two that are as near, the one whose own price is nearer. */
        away += 1e-6 * fabs(log(price / map->clusters[i].price));
        if (ln_away(&map->clusters[i], price) <= reach_ln && away < least) {
            least = away;
            found = &map->clusters[i];
        }
    }
    return found;
}

bool origin_range_near(const struct scene_map *map, double price, double reach_ln,
                       struct origin_range *out) {
    *out = (struct origin_range){0};
    if (!(map->reference > 0) || !(price > 0) || !isfinite(price) || !(map->level_height > 0)) {
        return false;
    }
    const struct map_cluster *cluster = origin_cluster_near(map, price, reach_ln);
    out->reference = map->reference;
    out->at_ms = INT64_MAX; /* the newest row may end a little after the map's newest event */
    if (cluster != NULL) {
        out->side = cluster->side;
        out->price_low = cluster->price_low;
        out->price_high = cluster->price_high;
        out->usd = cluster->usd;
        return true;
    }
    /* Whole levels, so that it is what map_usd_to adds up there. */
    double away = log(price / map->reference);
    out->side = away < 0 ? 0 : 1;
    double height = map->level_height;
    double near = fmax(floor((fabs(away) - reach_ln) / height), 0) * height;
    double far = fmax(ceil((fabs(away) + reach_ln) / height) * height, near + height);
    out->price_low = map->reference * exp(out->side == 0 ? -far : near);
    out->price_high = map->reference * exp(out->side == 0 ? -near : far);
    out->usd = map_usd_to(map, out->side, out->side == 0 ? out->price_low : out->price_high, 0) -
               map_usd_to(map, out->side, out->side == 0 ? out->price_high : out->price_low, 0);
    return true;
}
