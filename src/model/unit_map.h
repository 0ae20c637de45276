/* model/unit_map.h - the unit maps of one instrument: for every price bin and class, the flow that
 * would be liquidated there if everybody had that class's distance.
 *
 * Thread: the owner's.  Owner: estimator.  Limit: UNIT_MAP_BINS bins around the mark, a ring
 * addressed by the absolute bin (bin & mask), so that re-centring moves nothing. A cell holds raw =
 * content / scale of its class: ageing is one factor a class (the survival scale), folded in when
 * it gets small.  Every step is element by element in a fixed order, so vector code of any width
 * gives equal bits.  A plane a distance: neighbouring bins of a distance are neighbours in memory,
 * for an entry's taps, for a read-out and for a sweep alike. Bins of a plane that were never
 * reached are never touched: their pages stay with the system. */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/distance.h"

enum { UNIT_MAP_BINS = 8192 };
static_assert((UNIT_MAP_BINS & (UNIT_MAP_BINS - 1)) == 0, "a ring addressed by mask");

/* Bins [begin, end) of a plane outside of which it is 0; none: begin >= end. */
struct unit_map_reach {
    int32_t begin, end;
};

struct unit_map {
    int32_t first_bin;              /* absolute; the map covers UNIT_MAP_BINS from here */
    float *raw[MODEL_SIDE_COUNT];   /* [DISTANCE_MAX] planes in blocks (unit_map_inside.h) */
    void *blocks[MODEL_SIDE_COUNT]; /* owned */
    struct unit_map_reach reach[MODEL_SIDE_COUNT][DISTANCE_MAX];
    uint8_t *occupied[MODEL_SIDE_COUNT]; /* owned: 1 where a bin may hold something */
    float *unswept[MODEL_SIDE_COUNT];    /* owned: extent of the bin not swept yet, 0..1 */
    double *price_unit;                  /* owned: e^z at the bin's centre */
    double bin_width;
};

/* What one leg of the mark took, by class. */
struct unit_map_swept {
    double raw[CLASS_LANES]; /* sum of raw content, as the cells lost it */
};

/* Called for each bin of which a part was passed: raw before (NULL: the bin is empty), and the
 * share that went. */
typedef void unit_map_cleared_fn(void *user, int32_t bin, const float *raw, float share);

bool unit_map_init(struct unit_map *map, double bin_width); /* false: out of memory */
void unit_map_finish(struct unit_map *map);                 /* zeroed accepted */
void unit_map_copy(struct unit_map *target, const struct unit_map *source);

/* Empty it and centre it at bin. */
void unit_map_clear(struct unit_map *map, int32_t centre_bin);
/* Centre it at bin; what falls off is added to lost[side][lane] (raw). */
void unit_map_recentre(struct unit_map *map, int32_t centre_bin,
                       double lost[MODEL_SIDE_COUNT][CLASS_LANES]);
bool unit_map_contains(const struct unit_map *map, int32_t bin);
/* The extent of a bin inside the map that was not swept yet, 0..1. */
float unit_map_left(const struct unit_map *map, int side, int32_t bin);
/* Raw content of a bin inside the map by class. */
void unit_map_cells(const struct unit_map *map, int side, int32_t bin, float raw[CLASS_LANES]);

enum { UNIT_MAP_ENTRIES_MAX = 32 }; /* laid down at once */
/* An entry to be laid down on one side: base[source] x unscale of its class goes around bin. */
struct unit_map_entry {
    int32_t bin;
    int32_t skip_bins; /* taps nearer than that are left out */
    int phase;         /* of the taps: 0..DISTANCE_PHASE_COUNT - 1 */
    float base[CLASS_SOURCES];
};
/* Each distance's tap weight that was left out, nearer than skip_bins or outside the map. */
struct unit_map_lost {
    bool any; /* else all are 0 */
    float near[DISTANCE_MAX], far[DISTANCE_MAX];
};

/* Lay entries (UNIT_MAP_ENTRIES_MAX at most) down one after the other, as their amounts base x
 * unscale[lane] say; lost[i] is what entry i left out. */
void unit_map_deposit(struct unit_map *map, int side, const struct distance_ladder *ladder,
                      const float unscale[CLASS_LANES], size_t count,
                      const struct unit_map_entry entries[], struct unit_map_lost lost[]);

/* The mark goes from z_from to z_to: take what it passes (longs when falling, shorts when rising),
 * whole bins and the traversed part of the last one, telling cleared (may be NULL). Returns the
 * bins of which something was taken. */
struct unit_map_leg {
    double z_from, z_to;
    unit_map_cleared_fn *cleared;
    void *user;
};
int unit_map_sweep(struct unit_map *map, const struct unit_map_leg *leg,
                   struct unit_map_swept *out);

/* Multiply every cell by its class's factor (the scale that is folded in). */
void unit_map_scale(struct unit_map *map, const float factor[CLASS_LANES]);

/* out[i][band] = sum over the band's classes of raw x weight for bins [first, first + count), all
 * inside the map. */
enum { UNIT_MAP_BAND_STRIDE = 8 };
void unit_map_read(const struct unit_map *map, int side, const struct distance_ladder *ladder,
                   const float weight[CLASS_LANES], int32_t first, int32_t count,
                   float out[][UNIT_MAP_BAND_STRIDE]);

/* Raw content by class, added up bin by bin. */
void unit_map_sum(const struct unit_map *map, int side, double raw[CLASS_LANES]);
uint64_t unit_map_hash(const struct unit_map *map, uint64_t hash);
