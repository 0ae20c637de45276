/* model/unit_map.c - the life of unit maps, and what goes through all of their cells. */
#include "model/unit_map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/math.h"
#include "model/unit_map_inside.h"

enum { ALIGN = 64 };
/* Content below this is nothing: keeps the map free of denormal numbers. */
#define RAW_FLOOR 1e-30f

static void reach_empty(struct unit_map *map) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int j = 0; j < DISTANCE_MAX; j++) {
            map->reach[side][j] = (struct unit_map_reach){.begin = INT32_MAX, .end = INT32_MIN};
        }
    }
}

bool unit_map_init(struct unit_map *map, double bin_width) {
    memset(map, 0, sizeof(*map));
    map->bin_width = bin_width;
    bool complete = true;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        /* calloc: zeroed without being touched; whole cache lines within. */
        map->blocks[side] = calloc(1, sizeof(float) * UNIT_MAP_PLANE_FLOATS * DISTANCE_MAX + ALIGN);
        map->occupied[side] = calloc(UNIT_MAP_BINS, 1);
        map->unswept[side] = aligned_alloc(ALIGN, sizeof(float) * UNIT_MAP_BINS);
        complete = complete && map->blocks[side] != NULL && map->occupied[side] != NULL &&
                   map->unswept[side] != NULL;
        if (map->blocks[side] != NULL) {
            uintptr_t past = (uintptr_t)map->blocks[side] % ALIGN;
            map->raw[side] = (float *)((char *)map->blocks[side] + (past > 0 ? ALIGN - past : 0));
        }
    }
    map->price_unit = aligned_alloc(ALIGN, sizeof(double) * UNIT_MAP_BINS);
    if (!complete || map->price_unit == NULL) {
        unit_map_finish(map);
        return false;
    }
    reach_empty(map);
    unit_map_clear(map, 0);
    return true;
}

void unit_map_finish(struct unit_map *map) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        free(map->blocks[side]);
        free(map->occupied[side]);
        free(map->unswept[side]);
    }
    free(map->price_unit);
    memset(map, 0, sizeof(*map));
}

/* Empty every plane as far as it reaches. */
static void planes_clear(struct unit_map *map) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int j = 0; j < DISTANCE_MAX; j++) {
            struct unit_map_reach reach = map->reach[side][j];
            float *plane = unit_map_plane(map, side, j);
            for (int32_t bin = reach.begin, run = 0; bin < reach.end; bin += run) {
                run = unit_map_run(bin, reach.end - bin);
                memset(plane + unit_map_slot(bin) * CLASS_SOURCES, 0,
                       sizeof(float) * CLASS_SOURCES * (size_t)run);
            }
        }
    }
    reach_empty(map);
}

void unit_map_copy(struct unit_map *target, const struct unit_map *source) {
    planes_clear(target);
    target->first_bin = source->first_bin;
    target->bin_width = source->bin_width;
    memcpy(target->reach, source->reach, sizeof(target->reach));
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int j = 0; j < DISTANCE_MAX; j++) {
            struct unit_map_reach reach = source->reach[side][j];
            for (int32_t bin = reach.begin, run = 0; bin < reach.end; bin += run) {
                run = unit_map_run(bin, reach.end - bin);
                size_t at = unit_map_slot(bin) * CLASS_SOURCES;
                memcpy(unit_map_plane(target, side, j) + at, unit_map_plane(source, side, j) + at,
                       sizeof(float) * CLASS_SOURCES * (size_t)run);
            }
        }
        memcpy(target->occupied[side], source->occupied[side], UNIT_MAP_BINS);
        memcpy(target->unswept[side], source->unswept[side], sizeof(float) * UNIT_MAP_BINS);
    }
    memcpy(target->price_unit, source->price_unit, sizeof(double) * UNIT_MAP_BINS);
}

bool unit_map_contains(const struct unit_map *map, int32_t bin) {
    return bin >= map->first_bin && bin - map->first_bin < UNIT_MAP_BINS;
}

float unit_map_left(const struct unit_map *map, int side, int32_t bin) {
    return map->unswept[side][unit_map_slot(bin)];
}

void unit_map_cells(const struct unit_map *map, int side, int32_t bin, float raw[CLASS_LANES]) {
    size_t at = unit_map_slot(bin) * CLASS_SOURCES;
    memset(raw, 0, sizeof(float) * CLASS_LANES);
    for (int j = 0; j < DISTANCE_MAX; j++) {
        struct unit_map_reach reach = map->reach[side][j];
        if (bin >= reach.begin && bin < reach.end) {
            memcpy(raw + j * CLASS_SOURCES, unit_map_plane(map, side, j) + at,
                   sizeof(float) * CLASS_SOURCES);
        }
    }
}

static void slot_reset(struct unit_map *map, int32_t bin) {
    size_t slot = unit_map_slot(bin);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        map->occupied[side][slot] = 0;
        map->unswept[side][slot] = 1;
    }
    map->price_unit[slot] = math_exp((bin + 0.5) * map->bin_width);
}

void unit_map_clear(struct unit_map *map, int32_t centre_bin) {
    planes_clear(map);
    map->first_bin = centre_bin - UNIT_MAP_BINS / 2;
    for (int32_t i = 0; i < UNIT_MAP_BINS; i++) {
        slot_reset(map, map->first_bin + i);
    }
}

/* Take bins [begin, end) from a plane, adding them up bin by bin. */
static void plane_drop(float *plane, int32_t begin, int32_t end, double lost[CLASS_SOURCES]) {
    for (int32_t bin = begin; bin < end; bin++) {
        float *cell = plane + unit_map_slot(bin) * CLASS_SOURCES;
        for (int source = 0; source < CLASS_SOURCES; source++) {
            lost[source] += (double)cell[source];
            cell[source] = 0;
        }
    }
}

void unit_map_recentre(struct unit_map *map, int32_t centre_bin,
                       double lost[MODEL_SIDE_COUNT][CLASS_LANES]) {
    int32_t first = centre_bin - UNIT_MAP_BINS / 2;
    int64_t shift = (int64_t)first - map->first_bin;
    int32_t count = shift > UNIT_MAP_BINS || shift < -UNIT_MAP_BINS
                        ? UNIT_MAP_BINS
                        : (int32_t)(shift < 0 ? -shift : shift);
    /* Upward the lowest bins go and take the new ones' places; downward the highest. */
    int32_t old = shift > 0 ? map->first_bin : map->first_bin + UNIT_MAP_BINS - count;
    int32_t fresh = shift > 0 ? first + UNIT_MAP_BINS - count : first;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int j = 0; j < DISTANCE_MAX; j++) {
            struct unit_map_reach *reach = &map->reach[side][j];
            struct unit_map_reach off = unit_map_within(*reach, old, old + count);
            plane_drop(unit_map_plane(map, side, j), off.begin, off.end,
                       &lost[side][j * CLASS_SOURCES]);
            *reach = unit_map_within(*reach, first, first + UNIT_MAP_BINS);
        }
    }
    map->first_bin = first;
    for (int32_t i = 0; i < count; i++) {
        slot_reset(map, fresh + i);
    }
}

/* Scale bins [begin, end) of a plane; whether anything is left in a bin is added to any. Cells are
 * never negative, so that their bits tell. */
static void plane_scale(float *restrict plane, int32_t begin, int32_t end,
                        const float *restrict factor, uint8_t *restrict any) {
    for (int32_t bin = begin; bin < end; bin++) {
        size_t slot = unit_map_slot(bin);
        float *restrict cell = plane + slot * CLASS_SOURCES;
        uint32_t bits[CLASS_SOURCES];
        for (int source = 0; source < CLASS_SOURCES; source++) {
            float value = cell[source] * factor[source];
            cell[source] = value < RAW_FLOOR ? 0 : value;
        }
        memcpy(bits, cell, sizeof(bits));
        any[slot] |= (bits[0] | bits[1] | bits[2] | bits[3]) != 0;
    }
}

void unit_map_scale(struct unit_map *map, const float factor[CLASS_LANES]) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        memset(map->occupied[side], 0, UNIT_MAP_BINS);
        for (int j = 0; j < DISTANCE_MAX; j++) {
            struct unit_map_reach reach = map->reach[side][j];
            plane_scale(unit_map_plane(map, side, j), reach.begin, reach.end,
                        factor + j * CLASS_SOURCES, map->occupied[side]);
        }
    }
}

void unit_map_sum(const struct unit_map *map, int side, double raw[CLASS_LANES]) {
    memset(raw, 0, sizeof(double) * CLASS_LANES);
    for (int j = 0; j < DISTANCE_MAX; j++) {
        const float *plane = unit_map_plane(map, side, j);
        struct unit_map_reach reach = map->reach[side][j];
        double *sum = raw + j * CLASS_SOURCES;
        /* By slot, wherever in the ring the map begins. */
        int32_t turn = reach.begin < reach.end
                           ? reach.begin + unit_map_run(reach.begin, reach.end - reach.begin)
                           : reach.end;
        const int32_t parts[2][2] = {{turn, reach.end}, {reach.begin, turn}};
        for (int part = 0; part < 2; part++) {
            for (int32_t bin = parts[part][0]; bin < parts[part][1]; bin++) {
                const float *cell = plane + unit_map_slot(bin) * CLASS_SOURCES;
                for (int source = 0; source < CLASS_SOURCES; source++) {
                    sum[source] += (double)cell[source];
                }
            }
        }
    }
}

uint64_t unit_map_hash(const struct unit_map *map, uint64_t hash) {
    hash = hash_bytes(hash, &map->first_bin, sizeof(map->first_bin));
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int32_t i = 0; i < UNIT_MAP_BINS; i++) {
            if (map->occupied[side][unit_map_slot(map->first_bin + i)]) {
                float raw[CLASS_LANES];
                unit_map_cells(map, side, map->first_bin + i, raw);
                hash = hash_bytes(hash, &i, sizeof(i));
                hash = hash_bytes(hash, raw, sizeof(raw));
            }
        }
        hash = hash_bytes(hash, map->unswept[side], sizeof(float) * UNIT_MAP_BINS);
    }
    return hash;
}
