#include "scene/scene.h"

#include <string.h>

bool scene_is_added(const struct scene *scene, int shown, int other, uint32_t venue_hidden) {
    const struct scene_instrument *a = &scene->instruments[shown];
    const struct scene_instrument *b = &scene->instruments[other];
    bool hidden = b->venue < 32 && (venue_hidden >> b->venue & 1) != 0;
    return other != shown && !hidden && b->mark > 0 && a->base[0] != '\0' &&
           strcmp(a->base, b->base) == 0;
}

struct scene_sums scene_sum(const struct scene *scene, int shown, uint32_t venue_hidden) {
    struct scene_sums sums = {0};
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &scene->instruments[i];
        if (i != shown && !scene_is_added(scene, shown, i, venue_hidden)) {
            continue;
        }
        sums.oi_usd += instrument->oi_usd;
        for (int side = 0; side < 2; side++) {
            sums.estimate_usd[side] += instrument->estimate_usd[side];
            sums.unallocated_usd[side] += instrument->unallocated_usd[side];
            sums.liquidated_usd_24h[side] += instrument->liquidated_usd_24h[side];
        }
    }
    return sums;
}

bool scene_is_refused(const struct scene *scene) {
    if (scene == NULL || scene->feed_count == 0) {
        return false;
    }
    for (int i = 0; i < scene->instrument_count; i++) {
        if (scene->instruments[i].mark > 0 || scene->instruments[i].last > 0) {
            return false;
        }
    }
    for (int i = 0; i < scene->feed_count; i++) {
        if (scene->feeds[i].state != FEED_FAULT) {
            return false;
        }
    }
    return true;
}
