/* model/unit_map_inside.h - where the cells of a unit map lie, shared by unit_map.c (life, sums),
 * unit_map_sweep.c and unit_map_cells.c (deposits, read-outs).  Thread: the owner's.  Owner: the
 * map. */
#pragma once

#include "model/unit_map.h"

enum {
    /* Some lines more than the bins need: planes of a power of two would all fall into the same few
     * sets of every cache. */
    UNIT_MAP_PLANE_FLOATS = UNIT_MAP_BINS * CLASS_SOURCES + 5 * 16
};

static inline size_t unit_map_slot(int32_t bin) {
    return (size_t)((uint32_t)bin & (UNIT_MAP_BINS - 1));
}

/* [UNIT_MAP_BINS][CLASS_SOURCES] of one distance. */
static inline float *unit_map_plane(const struct unit_map *map, int side, int distance) {
    return map->raw[side] + (size_t)distance * UNIT_MAP_PLANE_FLOATS;
}

/* The run of slots from a bin on that lies together in memory, count at most. */
static inline int32_t unit_map_run(int32_t bin, int32_t count) {
    int32_t room = UNIT_MAP_BINS - (int32_t)unit_map_slot(bin);
    return count < room ? count : room;
}

/* What two ranges of bins share. */
static inline struct unit_map_reach unit_map_within(struct unit_map_reach reach, int32_t begin,
                                                    int32_t end) {
    return (struct unit_map_reach){.begin = reach.begin > begin ? reach.begin : begin,
                                   .end = reach.end < end ? reach.end : end};
}
