#include "scene/map.h"

#include <math.h>

const double map_shares[MAP_SHARE_COUNT] = {.005, .01, .02, .05};

double map_level_usd(const struct map_side *side, int level, uint32_t band_hidden) {
    double usd = 0;
    for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
        usd += (band_hidden >> band & 1) == 0 ? (double)side->bands_usd[level][band] : 0;
    }
    return usd;
}

double map_usd_to(const struct scene_map *map, int side, double price, uint32_t band_hidden) {
    if (!(map->reference > 0) || !(price > 0) || !(map->level_height > 0)) {
        return 0;
    }
    double away = log(price / map->reference) / map->level_height;
    double levels = side == 0 ? -away : away;
    double usd = 0;
    for (int level = 0; level < map->level_count && level < levels; level++) {
        double part = fmin(levels - level, 1);
        usd += map_level_usd(&map->sides[side], level, band_hidden) * part;
    }
    return usd;
}

double map_usd_between(const struct scene_map *map, int side, double low, double high,
                       uint32_t band_hidden) {
    double far = map_usd_to(map, side, side == 0 ? low : high, band_hidden);
    return far - map_usd_to(map, side, side == 0 ? high : low, band_hidden);
}

double map_usd_within(const struct scene_map *map, int side, double share, uint32_t band_hidden) {
    double price = map->reference * (side == 0 ? 1 - share : 1 + share);
    return map_usd_to(map, side, price, band_hidden);
}

double map_balance(const struct scene_map *map, double share, uint32_t band_hidden) {
    double longs = map_usd_within(map, 0, share, band_hidden);
    double shorts = map_usd_within(map, 1, share, band_hidden);
    return longs + shorts > 0 ? longs / (longs + shorts) : NAN;
}
