/* model/unit_map_cells.c - entries laid down on the unit maps, and the maps read out.
 *
 * Both go plane by plane: a plane is one distance, [bin][source], so that the four sources of a tap
 * are one vector, and an entry's taps, the entries of a row (neighbours in price) and the bins of a
 * read-out follow each other in memory.  A cell gets its additions in the order of the entries and
 * a band its distances from far to near, whatever goes first otherwise: the bits depend on nothing
 * else. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/unit_map.h"
#include "model/unit_map_inside.h"

enum { READ_RUN = 64 }; /* bins whose sums stay in the nearest cache */

/* -- deposits -- */

/* Taps of an entry at these distances have a place: those passed already and those outside the map
 * have none. */
struct room {
    int32_t near, far; /* |dk| in [near, far] */
};

static int32_t bins_clamp(int64_t bins) {
    return (int32_t)(bins < INT32_MAX ? bins : INT32_MAX);
}

static struct room room_of(const struct unit_map *map, int side, const struct unit_map_entry *e) {
    int64_t first = map->first_bin, last = first + UNIT_MAP_BINS - 1;
    int64_t ahead = side == MODEL_LONG ? e->bin - first : last - e->bin;
    /* An entry beyond the other edge of the map has its nearest taps outside, too. */
    int64_t outside = side == MODEL_LONG ? e->bin - last : first - e->bin;
    struct room room = {.near = e->skip_bins, .far = -1};
    if (outside > room.near) {
        room.near = bins_clamp(outside);
    }
    if (ahead >= 0) {
        room.far = bins_clamp(ahead);
    }
    return room;
}

/* Lay down taps [from, to) of one distance. Functions of their own: their pointers share nothing,
 * which lets the compiler use one vector a tap. */
static void add_taps(float *restrict plane, uint8_t *restrict occupied,
                     const struct distance_kernel *restrict kernel, const int32_t *restrict dk,
                     int from, int to, int32_t bin, const float *restrict amount) {
    for (int i = from; i < to; i++) {
        size_t slot = unit_map_slot(bin + dk[i]);
        float *restrict cell = plane + slot * CLASS_SOURCES;
        float weight = kernel->weight[i];
        cell[0] += weight * amount[0];
        cell[1] += weight * amount[1];
        cell[2] += weight * amount[2];
        cell[3] += weight * amount[3];
        occupied[slot] = 1;
    }
}

/* The same of a box, whose taps are all alike: each gets part. */
static void add_box(float *restrict plane, uint8_t *restrict occupied, const int32_t *restrict dk,
                    int count, int32_t bin, const float *restrict part) {
    for (int i = 0; i < count; i++) {
        size_t slot = unit_map_slot(bin + dk[i]);
        float *restrict cell = plane + slot * CLASS_SOURCES;
        cell[0] += part[0];
        cell[1] += part[1];
        cell[2] += part[2];
        cell[3] += part[3];
        occupied[slot] = 1;
    }
}

static void reach_tap(struct unit_map_reach *reach, int32_t bin) {
    reach->begin = bin < reach->begin ? bin : reach->begin;
    reach->end = bin + 1 > reach->end ? bin + 1 : reach->end;
}

/* Tell the taps that have no place: those before from are too near, those from to on too far. */
static void note_lost(struct unit_map_lost *lost, int distance,
                      const struct distance_kernel *kernel, int from, int to) {
    if (!lost->any) {
        memset(lost, 0, sizeof(*lost));
        lost->any = true;
    }
    for (int i = 0; i < from; i++) {
        lost->near[distance] += kernel->weight[i];
    }
    for (int i = to > from ? to : from; i < kernel->count; i++) {
        lost->far[distance] += kernel->weight[i];
    }
}

void unit_map_deposit(struct unit_map *map, int side, const struct distance_ladder *ladder,
                      const float unscale[CLASS_LANES], size_t count,
                      const struct unit_map_entry entries[], struct unit_map_lost lost[]) {
    struct room rooms[UNIT_MAP_ENTRIES_MAX];
    assert(count <= UNIT_MAP_ENTRIES_MAX);
    for (size_t e = 0; e < count; e++) {
        lost[e].any = false;
        rooms[e] = room_of(map, side, &entries[e]);
    }
    for (int j = 0; j < ladder->count; j++) {
        const struct distance_kernel *kernel = &ladder->kernels[side][j];
        const float *factor = unscale + j * CLASS_SOURCES;
        float *plane = unit_map_plane(map, side, j);
        struct unit_map_reach *reach = &map->reach[side][j];
        for (size_t e = 0; e < count; e++) {
            const struct unit_map_entry *entry = &entries[e];
            const int32_t *dk = kernel->dk[entry->phase];
            struct room room = rooms[e];
            int from = 0, to = kernel->count;
            while (from < to && abs(dk[from]) < room.near) {
                from++;
            }
            while (to > 0 && abs(dk[to - 1]) > room.far) {
                to--;
            }
            if (from > 0 || to < kernel->count) {
                note_lost(&lost[e], j, kernel, from, to);
            }
            if (from < to) {
                float amount[CLASS_SOURCES];
                for (int source = 0; source < CLASS_SOURCES; source++) {
                    amount[source] = entry->base[source] * factor[source];
                }
                if (kernel->box) {
                    for (int source = 0; source < CLASS_SOURCES; source++) {
                        amount[source] *= kernel->weight[0];
                    }
                    add_box(plane, map->occupied[side], dk + from, to - from, entry->bin, amount);
                } else {
                    add_taps(plane, map->occupied[side], kernel, dk, from, to, entry->bin, amount);
                }
                reach_tap(reach, entry->bin + dk[from]);
                reach_tap(reach, entry->bin + dk[to - 1]);
            }
        }
    }
}

/* -- read-outs -- */

/* Add count bins of a plane under the weights of its sources. */
static void add_plane(size_t count, const float *restrict cells, const float *restrict weight,
                      float sums[restrict][CLASS_SOURCES]) {
    for (size_t i = 0; i < count; i++) {
        for (int source = 0; source < CLASS_SOURCES; source++) {
            sums[i][source] += cells[i * CLASS_SOURCES + source] * weight[source];
        }
    }
}

/* One run of bins that lie together: each band has four running sums, one a source lane, added up
 * in a fixed order. */
static void read_run(const struct unit_map *map, int side, const struct distance_ladder *ladder,
                     const float weight[CLASS_LANES], int32_t first, int32_t count,
                     float out[][UNIT_MAP_BAND_STRIDE]) {
    float sums[READ_RUN][CLASS_SOURCES];
    assert(count <= READ_RUN);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        bool any = false;
        for (int j = ladder->band_begin[band]; j < ladder->band_begin[band + 1]; j++) {
            struct unit_map_reach part = unit_map_within(map->reach[side][j], first, first + count);
            if (part.begin >= part.end) {
                continue;
            }
            if (!any) {
                memset(sums, 0, sizeof(sums[0]) * (size_t)count);
                any = true;
            }
            add_plane((size_t)(part.end - part.begin),
                      unit_map_plane(map, side, j) + unit_map_slot(part.begin) * CLASS_SOURCES,
                      weight + j * CLASS_SOURCES, &sums[part.begin - first]);
        }
        for (int32_t i = 0; i < count && any; i++) {
            out[i][band] = (sums[i][0] + sums[i][1]) + (sums[i][2] + sums[i][3]);
        }
    }
}

void unit_map_read(const struct unit_map *map, int side, const struct distance_ladder *ladder,
                   const float weight[CLASS_LANES], int32_t first, int32_t count,
                   float out[][UNIT_MAP_BAND_STRIDE]) {
    memset(out, 0, sizeof(out[0]) * (size_t)count);
    for (int32_t done = 0, run = 0; done < count; done += run) {
        int32_t left = count - done < READ_RUN ? count - done : READ_RUN;
        run = unit_map_run(first + done, left);
        read_run(map, side, ladder, weight, first + done, run, out + done);
    }
}
