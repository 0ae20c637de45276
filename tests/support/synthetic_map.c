#include "support/synthetic_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_HEIGHT 4e-4
#define BP           1e-4

/* What of a row lies between two ln prices, as a share of it. */
static double share_of_row(const struct layers_grid *grid, int row, double low, double high) {
    double bottom = grid->ln_price_min + row * grid->row_height;
    double from = fmax(bottom, low);
    double to = fmin(bottom + grid->row_height, high);
    return to > from ? (to - from) / grid->row_height : 0;
}

static void fill_side(const struct synthetic *synthetic, struct scene_map *map, int side) {
    const struct layers_grid *grid = &synthetic->grid;
    double ln = log(map->reference);
    for (int level = 0; level < map->level_count; level++) {
        double near = ln + (side == 0 ? -1 : 1) * level * map->level_height;
        double far = ln + (side == 0 ? -1 : 1) * (level + 1) * map->level_height;
        double low = fmin(near, far);
        double high = fmax(near, far);
        int first = (int)floor((low - grid->ln_price_min) / grid->row_height);
        int last = (int)floor((high - grid->ln_price_min) / grid->row_height);
        for (int row = first; row <= last; row++) {
            for (int band = 0; row >= 0 && row < grid->row_count && band < LAYERS_BAND_COUNT;
                 band++) {
                double usd_per_bp = synthetic->usd[side * LAYERS_BAND_COUNT + band][row];
                map->sides[side].bands_usd[level][band] +=
                    (float)(usd_per_bp * share_of_row(grid, row, low, high) * grid->row_height /
                            BP);
            }
        }
        /* As the certainty of its columns, which is 1 - sd / 2. */
        double all = map_level_usd(&map->sides[side], level, 0);
        double sure = 0;
        for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
            sure += (double)map->sides[side].bands_usd[level][band] * synthetic_trust(band);
        }
        map->sides[side].sd[level] = (float)(all > 0 ? 2 * (1 - sure / all) : 2);
    }
}

/* The levels about a peak that hold at least half as much as it does. */
static void add_cluster(struct scene_map *map, int side, int peak) {
    const struct map_side *from = &map->sides[side];
    struct map_cluster *cluster = &map->clusters[map->cluster_count++];
    double top = map_level_usd(from, peak, 0);
    int first = peak;
    int last = peak;
    while (first > 0 && map_level_usd(from, first - 1, 0) > top / 2) {
        first--;
    }
    while (last + 1 < map->level_count && map_level_usd(from, last + 1, 0) > top / 2) {
        last++;
    }
    double sign = side == 0 ? -1 : 1;
    double near = map->reference * exp(sign * first * map->level_height);
    double far = map->reference * exp(sign * (last + 1) * map->level_height);
    *cluster = (struct map_cluster){.side = side,
                                    .price_low = fmin(near, far),
                                    .price_high = fmax(near, far),
                                    .price = map->reference *
                                             exp(sign * (peak + 0.5) * map->level_height)};
    cluster->sd = (double)from->sd[peak];
    cluster->calibrated = cluster->sd < 1;
    cluster->distance = cluster->price / map->reference - 1;
    for (int level = first; level <= last; level++) {
        for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
            cluster->bands_usd[band] += (double)from->bands_usd[level][band];
            cluster->usd += (double)from->bands_usd[level][band];
        }
    }
    cluster->magnet_usd = cluster->usd / (100 * fmax(fabs(cluster->distance), 1e-3));
}

static void add_clusters(struct scene_map *map, int side) {
    const struct map_side *from = &map->sides[side];
    int found = 0;
    for (int i = 1; i + 1 < map->level_count && found < MAP_CLUSTER_SIDE_MAX; i++) {
        bool peak = map_level_usd(from, i, 0) > 0;
        for (int k = 1; k <= SYNTHETIC_CLUSTER_ROWS && peak; k++) {
            peak = (i - k < 0 || map_level_usd(from, i - k, 0) <= map_level_usd(from, i, 0)) &&
                   (i + k >= map->level_count ||
                    map_level_usd(from, i + k, 0) < map_level_usd(from, i, 0));
        }
        if (peak) {
            add_cluster(map, side, i);
            found++;
        }
    }
}

static int from_the_highest(const void *a, const void *b) {
    double x = ((const struct map_cluster *)a)->price;
    double y = ((const struct map_cluster *)b)->price;
    return x < y ? 1 : (x > y ? -1 : 0);
}

/* The price with the most USD of its side a percent of the way to it. */
static void find_max_pain(struct scene_map *map) {
    double most = 0;
    for (int side = 0; side < 2; side++) {
        double sum = 0;
        for (int level = 0; level < map->level_count; level++) {
            sum += map_level_usd(&map->sides[side], level, 0);
            double away = (level + 1) * map->level_height;
            if (away > 0.01 && sum / away > most) {
                most = sum / away;
                map->max_pain = map->reference * exp(side == 0 ? -away : away);
                map->max_pain_usd = sum;
            }
        }
    }
}

void synthetic_make_map(const struct synthetic *synthetic, struct scene_map *map) {
    const struct layers_grid *grid = &synthetic->grid;
    memset(map, 0, sizeof *map);
    map->ts_ms = synthetic->now_ms;
    map->input_count = 1;
    map->reference = synthetic->price;
    map->level_height = LEVEL_HEIGHT;
    map->level_count = (int)(grid->row_height * grid->row_count / LEVEL_HEIGHT);
    map->level_count = map->level_count < MAP_LEVEL_MAX ? map->level_count : MAP_LEVEL_MAX;
    for (int side = 0; side < 2; side++) {
        fill_side(synthetic, map, side);
        add_clusters(map, side);
    }
    qsort(map->clusters, (size_t)map->cluster_count, sizeof map->clusters[0], from_the_highest);
    for (int i = 0; i < map->cluster_count; i++) {
        map->clusters[i].rank = 1;
        for (int k = 0; k < map->cluster_count; k++) {
            map->clusters[i].rank += map->clusters[k].magnet_usd > map->clusters[i].magnet_usd;
        }
    }
    find_max_pain(map);
}

void synthetic_add_receipts(struct synthetic *synthetic) {
    struct scene_instrument *instrument = &synthetic->scene.instruments[0];
    instrument->receipt_count = synthetic->receipt_count;
    memcpy(instrument->receipts, synthetic->receipts, sizeof instrument->receipts);
}
