/* model/unit_map.c - deposits, sweeps and read-outs on the unit maps.
 *
 * A row of cells is CLASS_LANES floats: distance x 4 + source, so a tap is one vector of four, in
 * one cache line. Clearing takes the traversed part of a bin only: with u the extent not swept yet
 * and pos where the mark now stands in the bin, the share (u - pos) / u goes.  New deposits in a
 * partly swept bin count as spread over what remains. */
#include "model/unit_map.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/math.h"

/* A long bin is whole again when the mark is more than this many bins above it; mirrored for
 * shorts. */
enum { REFILL_BINS = 6, ROW_ALIGN = 64 };
/* Content below this is nothing: keeps the map free of denormal numbers. */
#define RAW_FLOOR 1e-30f

static size_t slot_of(int32_t bin) {
    return (size_t)((uint32_t)bin & (UNIT_MAP_BINS - 1));
}

static float *row_of(const struct unit_map *map, int side, int32_t bin) {
    return map->raw[side] + slot_of(bin) * CLASS_LANES;
}

bool unit_map_init(struct unit_map *map, double bin_width) {
    memset(map, 0, sizeof(*map));
    map->bin_width = bin_width;
    bool complete = true;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        /* calloc: zeroed without being touched; whole cache lines within. */
        map->blocks[side] = calloc(1, sizeof(float) * UNIT_MAP_BINS * CLASS_LANES + ROW_ALIGN);
        map->occupied[side] = calloc(UNIT_MAP_BINS, 1);
        map->unswept[side] = aligned_alloc(64, sizeof(float) * UNIT_MAP_BINS);
        complete = complete && map->blocks[side] != NULL && map->occupied[side] != NULL &&
                   map->unswept[side] != NULL;
        if (map->blocks[side] != NULL) {
            uintptr_t past = (uintptr_t)map->blocks[side] % ROW_ALIGN;
            map->raw[side] =
                (float *)((char *)map->blocks[side] + (past > 0 ? ROW_ALIGN - past : 0));
        }
    }
    map->price_unit = aligned_alloc(64, sizeof(double) * UNIT_MAP_BINS);
    if (!complete || map->price_unit == NULL) {
        unit_map_finish(map);
        return false;
    }
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

void unit_map_copy(struct unit_map *target, const struct unit_map *source) {
    target->first_bin = source->first_bin;
    target->bin_width = source->bin_width;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (size_t slot = 0; slot < UNIT_MAP_BINS; slot++) {
            float *row = target->raw[side] + slot * CLASS_LANES;
            if (source->occupied[side][slot]) {
                memcpy(row, source->raw[side] + slot * CLASS_LANES, sizeof(float) * CLASS_LANES);
            } else if (target->occupied[side][slot]) {
                memset(row, 0, sizeof(float) * CLASS_LANES);
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
    return map->unswept[side][slot_of(bin)];
}

static void slot_reset(struct unit_map *map, int32_t bin) {
    size_t slot = slot_of(bin);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        map->occupied[side][slot] = 0;
        map->unswept[side][slot] = 1;
    }
    map->price_unit[slot] = math_exp((bin + 0.5) * map->bin_width);
}

void unit_map_clear(struct unit_map *map, int32_t centre_bin) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (size_t slot = 0; slot < UNIT_MAP_BINS; slot++) {
            if (map->occupied[side][slot]) {
                memset(map->raw[side] + slot * CLASS_LANES, 0, sizeof(float) * CLASS_LANES);
            }
        }
    }
    map->first_bin = centre_bin - UNIT_MAP_BINS / 2;
    for (int32_t i = 0; i < UNIT_MAP_BINS; i++) {
        slot_reset(map, map->first_bin + i);
    }
}

static void drop_bin(struct unit_map *map, int32_t bin,
                     double lost[MODEL_SIDE_COUNT][CLASS_LANES]) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        if (map->occupied[side][slot_of(bin)]) {
            float *row = row_of(map, side, bin);
            for (int lane = 0; lane < CLASS_LANES; lane++) {
                lost[side][lane] += (double)row[lane];
                row[lane] = 0;
            }
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
    for (int32_t i = 0; i < count; i++) {
        drop_bin(map, old + i, lost);
    }
    map->first_bin = first;
    for (int32_t i = 0; i < count; i++) {
        slot_reset(map, fresh + i);
    }
}

static int taps_lower(const struct distance_taps *taps, int32_t reach) {
    int low = 0, high = taps->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (abs(taps->taps[middle].dk) < reach) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Add the taps [from, to), all inside the map. A function of its own: its pointers share nothing,
 * which lets the compiler use one vector a tap. */
static void add_taps(float *restrict raw, uint8_t *restrict occupied,
                     const struct distance_tap *restrict taps, int from, int to, int32_t bin,
                     const float *restrict amount) {
    for (int i = from; i < to; i++) {
        size_t slot = slot_of(bin + taps[i].dk);
        float *restrict cell = raw + slot * CLASS_LANES + taps[i].lane;
        const float *restrict add = amount + taps[i].lane;
        float weight = taps[i].weight;
        cell[0] += weight * add[0];
        cell[1] += weight * add[1];
        cell[2] += weight * add[2];
        cell[3] += weight * add[3];
        occupied[slot] = 1;
    }
}

void unit_map_deposit(struct unit_map *map, int side, const struct distance_taps *taps, int32_t bin,
                      int32_t skip_bins, const float amount[CLASS_LANES],
                      float lost_near[DISTANCE_MAX], float lost_far[DISTANCE_MAX]) {
    int64_t room = side == MODEL_LONG ? (int64_t)bin - map->first_bin
                                      : (int64_t)map->first_bin + UNIT_MAP_BINS - 1 - bin;
    int from = taps_lower(taps, skip_bins);
    int to =
        room < 0 ? 0 : taps_lower(taps, (int32_t)(room > INT32_MAX - 1 ? INT32_MAX - 1 : room) + 1);
    /* An entry beyond the other edge of the map has its nearest taps outside, too. */
    int64_t outside = side == MODEL_LONG ? (int64_t)bin - (map->first_bin + UNIT_MAP_BINS - 1)
                                         : (int64_t)map->first_bin - bin;
    if (outside > 0) {
        int inside = taps_lower(taps, (int32_t)(outside > INT32_MAX ? INT32_MAX : outside));
        from = inside > from ? inside : from;
    }
    for (int i = 0; i < from; i++) {
        lost_near[taps->taps[i].lane / CLASS_SOURCES] += taps->taps[i].weight;
    }
    int far_from = to > from ? to : from;
    for (int i = far_from; i < taps->count; i++) {
        lost_far[taps->taps[i].lane / CLASS_SOURCES] += taps->taps[i].weight;
    }
    if (to > from) {
        add_taps(map->raw[side], map->occupied[side], taps->taps, from, to, bin, amount);
    }
}

struct sweep {
    struct unit_map *map;
    const struct unit_map_leg *leg;
    struct unit_map_swept *out;
    int side, bin_count;
};

static void add_row(double *restrict sum, const float *restrict row) {
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum[lane] += (double)row[lane];
    }
}

/* Keep a part of a row; sum gets what the cells lost by it. */
static void shrink_row(double *restrict sum, float *restrict row, float keep) {
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        float before = row[lane], after = before * keep;
        row[lane] = after;
        sum[lane] += (double)before - (double)after;
    }
}

/* Take share (0..1] of a bin. */
static void take(struct sweep *sweep, int32_t bin, float share) {
    struct unit_map *map = sweep->map;
    size_t slot = slot_of(bin);
    bool occupied = map->occupied[sweep->side][slot];
    float *row = row_of(map, sweep->side, bin);
    if (sweep->leg->cleared != NULL) {
        sweep->leg->cleared(sweep->leg->user, bin, occupied ? row : NULL, share);
    }
    if (!occupied) {
        return;
    }
    if (share >= 1) {
        add_row(sweep->out->raw, row);
        memset(row, 0, sizeof(float) * CLASS_LANES);
        map->occupied[sweep->side][slot] = 0;
    } else {
        shrink_row(sweep->out->raw, row, 1 - share);
    }
    sweep->bin_count++;
}

static void take_whole(struct sweep *sweep, int32_t bin) {
    float *unswept = &sweep->map->unswept[sweep->side][slot_of(bin)];
    if (*unswept > 0) {
        take(sweep, bin, 1);
        *unswept = 0;
    }
}

/* The mark stands `left` (0..1) away from the bin's far end. */
static void take_part(struct sweep *sweep, int32_t bin, float left) {
    float *unswept = &sweep->map->unswept[sweep->side][slot_of(bin)];
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
            map->unswept[MODEL_SHORT][slot_of(bin)] = 1;
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
            map->unswept[MODEL_LONG][slot_of(bin)] = 1;
        }
    }
    return sweep.bin_count;
}

/* Scale a row; whether anything is left. Cells are never negative, so that their bits tell. */
static bool scale_row(float *restrict row, const float *restrict factor) {
    uint32_t bits[CLASS_LANES], any = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        float value = row[lane] * factor[lane];
        row[lane] = value < RAW_FLOOR ? 0 : value;
    }
    memcpy(bits, row, sizeof(bits));
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        any |= bits[lane];
    }
    return any != 0;
}

void unit_map_scale(struct unit_map *map, const float factor[CLASS_LANES]) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (size_t slot = 0; slot < UNIT_MAP_BINS; slot++) {
            if (map->occupied[side][slot]) {
                map->occupied[side][slot] = scale_row(map->raw[side] + slot * CLASS_LANES, factor);
            }
        }
    }
}

/* One bin, one band: four running sums (one a source lane), added up in a fixed order. */
static float read_band(const float *restrict row, const float *restrict weight, int begin,
                       int end) {
    float sum[CLASS_SOURCES] = {0};
    for (int lane = begin * CLASS_SOURCES; lane < end * CLASS_SOURCES; lane += CLASS_SOURCES) {
        sum[0] += row[lane] * weight[lane];
        sum[1] += row[lane + 1] * weight[lane + 1];
        sum[2] += row[lane + 2] * weight[lane + 2];
        sum[3] += row[lane + 3] * weight[lane + 3];
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void unit_map_read(const struct unit_map *map, int side, const struct distance_ladder *ladder,
                   const float weight[CLASS_LANES], int32_t first, int32_t count,
                   float out[][UNIT_MAP_BAND_STRIDE]) {
    for (int32_t i = 0; i < count; i++) {
        memset(out[i], 0, sizeof(out[i]));
        if (!map->occupied[side][slot_of(first + i)]) {
            continue;
        }
        const float *row = row_of(map, side, first + i);
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            out[i][band] =
                read_band(row, weight, ladder->band_begin[band], ladder->band_begin[band + 1]);
        }
    }
}

void unit_map_sum(const struct unit_map *map, int side, double raw[CLASS_LANES]) {
    memset(raw, 0, sizeof(double) * CLASS_LANES);
    for (size_t slot = 0; slot < UNIT_MAP_BINS; slot++) {
        if (map->occupied[side][slot]) {
            add_row(raw, map->raw[side] + slot * CLASS_LANES);
        }
    }
}

uint64_t unit_map_hash(const struct unit_map *map, uint64_t hash) {
    hash = hash_bytes(hash, &map->first_bin, sizeof(map->first_bin));
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int32_t i = 0; i < UNIT_MAP_BINS; i++) {
            size_t slot = slot_of(map->first_bin + i);
            if (map->occupied[side][slot]) {
                hash = hash_bytes(hash, &i, sizeof(i));
                hash = hash_bytes(hash, map->raw[side] + slot * CLASS_LANES,
                                  sizeof(float) * CLASS_LANES);
            }
        }
        hash = hash_bytes(hash, map->unswept[side], sizeof(float) * UNIT_MAP_BINS);
    }
    return hash;
}
