/* model/unit_map_sweep.c - what the mark takes from the unit maps.
 *
 * Clearing takes the traversed part of a bin only: with u the extent not swept yet and pos where
 * the mark now stands in the bin, the share (u - pos) / u goes.  New deposits in a partly swept bin
 * count as spread over what remains. */
#include <math.h>
#include <string.h>

#include "base/math.h"
#include "model/unit_map.h"
#include "model/unit_map_inside.h"

/* A long bin is whole again when the mark is more than this many bins above it; mirrored for
 * shorts. */
enum { REFILL_BINS = 6 };

struct sweep {
    struct unit_map *map;
    const struct unit_map_leg *leg;
    struct unit_map_swept *out;
    int side, bin_count;
};

/* Keep a part of a cell; sum gets what it lost by it. */
static void shrink_cell(double *restrict sum, float *restrict cell, float keep) {
    for (int source = 0; source < CLASS_SOURCES; source++) {
        float before = cell[source], after = before * keep;
        cell[source] = after;
        sum[source] += (double)before - (double)after;
    }
}

static void empty_cell(double *restrict sum, float *restrict cell) {
    for (int source = 0; source < CLASS_SOURCES; source++) {
        sum[source] += (double)cell[source];
        cell[source] = 0;
    }
}

/* Take share (0..1] of a bin. */
static void take(struct sweep *sweep, int32_t bin, float share) {
    struct unit_map *map = sweep->map;
    size_t slot = unit_map_slot(bin);
    bool occupied = map->occupied[sweep->side][slot];
    if (sweep->leg->cleared != NULL) {
        float raw[CLASS_LANES];
        if (occupied) {
            unit_map_cells(map, sweep->side, bin, raw);
        }
        sweep->leg->cleared(sweep->leg->user, bin, occupied ? raw : NULL, share);
    }
    if (!occupied) {
        return;
    }
    for (int j = 0; j < DISTANCE_MAX; j++) {
        struct unit_map_reach reach = map->reach[sweep->side][j];
        if (bin < reach.begin || bin >= reach.end) {
            continue;
        }
        float *cell = unit_map_plane(map, sweep->side, j) + slot * CLASS_SOURCES;
        double *sum = sweep->out->raw + j * CLASS_SOURCES;
        if (share >= 1) {
            empty_cell(sum, cell);
        } else {
            shrink_cell(sum, cell, 1 - share);
        }
    }
    if (share >= 1) {
        map->occupied[sweep->side][slot] = 0;
    }
    sweep->bin_count++;
}

static void take_whole(struct sweep *sweep, int32_t bin) {
    float *unswept = &sweep->map->unswept[sweep->side][unit_map_slot(bin)];
    if (*unswept > 0) {
        take(sweep, bin, 1);
        *unswept = 0;
    }
}

/* The mark stands `left` (0..1) away from the bin's far end. */
static void take_part(struct sweep *sweep, int32_t bin, float left) {
    float *unswept = &sweep->map->unswept[sweep->side][unit_map_slot(bin)];
    if (left < *unswept) {
        take(sweep, bin, (*unswept - left) / *unswept);
        *unswept = left;
    }
}

static int32_t clamp_bin(double bin) {
    return (int32_t)math_clamp(bin, -1e9, 1e9);
}

static int32_t bin_max(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static int32_t bin_min(int32_t a, int32_t b) {
    return a < b ? a : b;
}

int unit_map_sweep(struct unit_map *map, const struct unit_map_leg *leg,
                   struct unit_map_swept *out) {
    double from_pos = leg->z_from / map->bin_width, to_pos = leg->z_to / map->bin_width;
    int32_t from = clamp_bin(floor(from_pos)), to = clamp_bin(floor(to_pos));
    int32_t first = map->first_bin, last = map->first_bin + UNIT_MAP_BINS - 1;
    float fraction = (float)math_clamp(to_pos - to, 0, 1);
    struct sweep sweep = {.map = map, .leg = leg, .out = out};
    if (to_pos < from_pos) {
        sweep.side = MODEL_LONG;
        for (int32_t bin = bin_min(from, last); bin >= bin_max(to + 1, first); bin--) {
            take_whole(&sweep, bin);
        }
        if (unit_map_contains(map, to)) {
            take_part(&sweep, to, fraction);
        }
        /* Shorts far above the mark are whole again. */
        for (int32_t bin = bin_max(to + REFILL_BINS + 1, first);
             bin <= bin_min(from + REFILL_BINS, last); bin++) {
            map->unswept[MODEL_SHORT][unit_map_slot(bin)] = 1;
        }
    } else if (to_pos > from_pos) {
        sweep.side = MODEL_SHORT;
        for (int32_t bin = bin_max(from, first); bin <= bin_min(to - 1, last); bin++) {
            take_whole(&sweep, bin);
        }
        if (unit_map_contains(map, to)) {
            take_part(&sweep, to, 1 - fraction);
        }
        for (int32_t bin = bin_max(from - REFILL_BINS, first);
             bin <= bin_min(to - REFILL_BINS - 1, last); bin++) {
            map->unswept[MODEL_LONG][unit_map_slot(bin)] = 1;
        }
    }
    return sweep.bin_count;
}
