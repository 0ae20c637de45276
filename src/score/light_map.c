/* score/light_map.c - deposits, sweeps and ageing of a light map. */
#include "score/light_map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"

static_assert((LIGHT_MAP_BINS & (LIGHT_MAP_BINS - 1)) == 0, "a ring addressed by mask");

#define SCALE_FLOOR 1e-8 /* below it the scale is folded into the map */
#define RAW_FLOOR   1e-30f

static size_t slot_of(int32_t bin) {
    return (size_t)((uint32_t)bin & (LIGHT_MAP_BINS - 1));
}

bool light_map_init(struct light_map *map, double half_life_ms) {
    memset(map, 0, sizeof(*map));
    map->scale = 1;
    map->hazard_per_ms = math_log(2) / half_life_ms;
    map->first_bin = -LIGHT_MAP_BINS / 2;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        map->raw[side] = calloc(LIGHT_MAP_BINS, sizeof(float));
    }
    if (map->raw[MODEL_LONG] == NULL || map->raw[MODEL_SHORT] == NULL) {
        light_map_finish(map);
        return false;
    }
    return true;
}

bool light_map_init_copy(struct light_map *map, const struct light_map *source) {
    *map = *source;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        map->raw[side] = copy_bytes(source->raw[side], LIGHT_MAP_BINS * sizeof(float));
    }
    if (map->raw[MODEL_LONG] == NULL || map->raw[MODEL_SHORT] == NULL) {
        light_map_finish(map);
        return false;
    }
    return true;
}

void light_map_finish(struct light_map *map) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        free(map->raw[side]);
        map->raw[side] = NULL;
    }
}

void light_map_age(struct light_map *map, int64_t dt_ms) {
    map->scale *= math_exp(-map->hazard_per_ms * (double)dt_ms);
    if (map->scale >= SCALE_FLOOR) {
        return;
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int i = 0; i < LIGHT_MAP_BINS; i++) {
            float value = (float)((double)map->raw[side][i] * map->scale);
            map->raw[side][i] = value < RAW_FLOOR ? 0 : value;
        }
    }
    map->scale = 1;
}

bool light_map_contains(const struct light_map *map, int32_t bin) {
    return bin >= map->first_bin && bin - map->first_bin < LIGHT_MAP_BINS;
}

void light_map_follow(struct light_map *map, int32_t bin) {
    int64_t place = (int64_t)bin - map->first_bin;
    if (place >= LIGHT_MAP_BINS / 4 && place < 3 * (LIGHT_MAP_BINS / 4)) {
        return;
    }
    int32_t first = bin - LIGHT_MAP_BINS / 2;
    int64_t shift = (int64_t)first - map->first_bin;
    int64_t count = shift < 0 ? -shift : shift;
    count = count > LIGHT_MAP_BINS ? LIGHT_MAP_BINS : count;
    int32_t fresh = shift > 0 ? first + LIGHT_MAP_BINS - (int32_t)count : first;
    map->first_bin = first;
    for (int32_t i = 0; i < (int32_t)count; i++) {
        map->raw[MODEL_LONG][slot_of(fresh + i)] = 0;
        map->raw[MODEL_SHORT][slot_of(fresh + i)] = 0;
    }
}

double light_map_content(const struct light_map *map, int side, int32_t bin) {
    return light_map_contains(map, bin) ? (double)map->raw[side][slot_of(bin)] * map->scale : 0;
}

void light_map_add(struct light_map *map, int side, int32_t bin, double amount) {
    if (light_map_contains(map, bin)) {
        map->raw[side][slot_of(bin)] += (float)(amount / map->scale);
    }
}

double light_map_take(struct light_map *map, int side, int32_t bin, float share) {
    if (!light_map_contains(map, bin)) {
        return 0;
    }
    float *raw = &map->raw[side][slot_of(bin)];
    double taken = (double)*raw * (double)share * map->scale;
    *raw = share >= 1 ? 0 : *raw * (1 - share);
    return taken;
}

/* One stretch without the ring's seam; its own function, so that the compiler knows that nothing
 * overlaps. */
static void add_up(float *restrict raw, const float *restrict weight, int32_t count, float amount) {
    for (int32_t i = 0; i < count; i++) {
        raw[i] += weight[i] * amount;
    }
}

static void add_down(float *restrict raw_end, const float *restrict weight, int32_t count,
                     float amount) {
    for (int32_t i = 0; i < count; i++) {
        raw_end[-i] += weight[i] * amount;
    }
}

void light_map_add_run(struct light_map *map, const struct light_map_run *run) {
    assert(run->from >= 1);
    float amount = (float)(run->amount / map->scale);
    bool down = run->side == MODEL_LONG;
    int64_t room = down ? (int64_t)run->bin - map->first_bin
                        : (int64_t)map->first_bin + LIGHT_MAP_BINS - 1 - run->bin;
    int32_t end = room + 1 < run->count ? (int32_t)room + 1 : run->count;
    int32_t k = run->from;
    if (!light_map_contains(map, run->bin)) {
        return;
    }
    while (k < end) {
        size_t slot = slot_of(down ? run->bin - k : run->bin + k);
        int32_t stretch = down ? (int32_t)slot + 1 : LIGHT_MAP_BINS - (int32_t)slot;
        stretch = stretch < end - k ? stretch : end - k;
        float *raw = map->raw[run->side] + slot;
        if (down) {
            add_down(raw, run->weight + k, stretch, amount);
        } else {
            add_up(raw, run->weight + k, stretch, amount);
        }
        k += stretch;
    }
}
