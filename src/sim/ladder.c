/* What stands in the book.
 *
 * Every price has a row of orders of its own, one after the other: when one comes, how long it is
 * meant to stay and how large it is are read off a hash of seed, price and its number in the row,
 * so nothing has to be remembered.  Rounder prices hold larger orders for longer.  A few are walls:
 * some of these are pulled when the price comes near, the others are eaten when it gets there (a
 * level through which the price goes is no longer on that side), and where the price has just been
 * little stands until it is gone again.  Near the touch market makers change their mind all the
 * time.
 *
 * Depth: lots a tick fall with the distance d from the touch as 24 + 300 / (1 + d / 30), about 0.6
 * million dollars a basis point at the touch and 0.25 from half a percent on, at 100,000 dollars.
 */
#include "sim/ladder.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"

/* Out to `reach` ticks from the touch, orders stand on multiples of `stride`. */
static const struct {
    int64_t reach, stride;
    double chance; /* that a price has one */
} zones[] = {
    {10, 1, .95},
    {600, 1, .4},
    {6000, 10, .6},
    {52000, 100, .85},
};

/* How round a price is: its orders' size, and how long they stay. */
static const struct {
    int64_t ticks;
    double size, chance; /* times the usual; that it has one, at least */
    int64_t stay_ms[2];  /* from, to */
} grades[] = {
    {10000, 9, .95, {3600000, 6 * 3600000}}, /* a thousand dollars */
    {1000, 3, .85, {900000, 3 * 3600000}},
    {100, 1, .75, {240000, 3600000}},
    {1, .8, 0, {20000, 480000}},
};

enum {
    WALL_PULLED_PERCENT = 45,
    PULL_NEAR_TICKS = 120,   /* a wall that is pulled goes when the price is nearer, or up to */
    PULL_SPREAD_TICKS = 600, /* so much further away */
    SHELF_TICKS = 400,
    SHELF_MS_LEAST = 900000,
    SHELF_MS_SPREAD = 12 * 3600000
};
#define WALL_CHANCE  .012
#define SHELF_CHANCE .07

static uint64_t mix(uint64_t x) {
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static double unit(uint64_t hash) {
    return (double)(hash >> 11) * 0x1p-53;
}

static size_t grade_of(int64_t ticks) {
    size_t grade = 0;
    while (ticks % grades[grade].ticks != 0) {
        grade++;
    }
    return grade;
}

/* Lots a tick in the mean, at a distance from the touch. */
static double depth_lots(int64_t distance) {
    return 24 + 300 / (1 + (double)distance / 30);
}

/* Times its usual size: what a wall is, or what passes. 0: it was pulled. */
static double order_spread(uint64_t order, int64_t distance) {
    double u = unit(mix(order + 1));
    if (unit(mix(order + 2)) >= WALL_CHANCE) {
        return .25 + 1.8 * u * u;
    }
    uint64_t mind = mix(order + 3);
    bool pulled = mind % 100 < WALL_PULLED_PERCENT &&
                  distance < PULL_NEAR_TICKS + (int64_t)(mind >> 32) % PULL_SPREAD_TICKS;
    return pulled ? 0 : 6 + 14 * u * u;
}

/* Neighbouring prices have something in common: shelves of some basis points on which several times
 * as much rests, for a quarter of an hour up to half a day. */
static double shelf(uint64_t seed, int64_t ticks, int64_t ts_ms) {
    uint64_t place = mix(seed + (uint64_t)(ticks / SHELF_TICKS) * UINT64_C(0xd1342543de82ef95));
    int64_t stay_ms = SHELF_MS_LEAST + (int64_t)(place % SHELF_MS_SPREAD);
    uint64_t now = mix(place + (uint64_t)((ts_ms + (int64_t)(place >> 40)) / stay_ms));
    double u = unit(now);
    return u < SHELF_CHANCE ? 2 + 3 * unit(mix(now + 1)) : .5 + .5 * u;
}

/* Near the touch every other order changes several times a second, further away more seldom. */
static double flicker(uint64_t own, int64_t distance, int64_t ts_ms) {
    int64_t period_ms = 300 + (int64_t)(own % 500);
    if ((own >> 20 & 1) != 0 || distance >= 600) {
        return 1;
    }
    for (int64_t far = distance; far > 4; far /= 2) {
        period_ms *= 2;
    }
    return .4 + 1.2 * unit(mix(own + (uint64_t)(ts_ms / period_ms)));
}

/* Size of the level at ticks, 0 for none. */
static int64_t level_lots(uint64_t seed, int64_t ticks, int64_t distance, size_t zone,
                          int64_t ts_ms) {
    uint64_t own = mix(seed ^ (uint64_t)ticks * UINT64_C(0x9e3779b97f4a7c15));
    size_t grade = grade_of(ticks);
    int64_t shortest_ms = grades[grade].stay_ms[0];
    int64_t stay_ms =
        shortest_ms + (int64_t)(own % (uint64_t)(grades[grade].stay_ms[1] - shortest_ms));
    uint64_t order = mix(own + (uint64_t)((ts_ms + (int64_t)(own >> 40)) / stay_ms));
    double chance =
        zones[zone].chance > grades[grade].chance ? zones[zone].chance : grades[grade].chance;
    if (distance > 0 && unit(order) > chance) {
        return 0;
    }
    double here = (double)zones[zone].stride / zones[zone].chance * depth_lots(distance);
    double thin = (double)(distance + 4) / (double)(distance + 14); /* where the price has been */
    double spread = order_spread(order, distance) * shelf(seed, ticks, ts_ms);
    if (spread <= 0 && distance > 0) {
        return 0;
    }
    return 1 + (int64_t)(here * thin * grades[grade].size * spread * flicker(own, distance, ts_ms));
}

static void make_side(struct ladder *ladder, int side, uint64_t seed, int64_t touch, int64_t ts_ms,
                      size_t level_max) {
    int64_t step = side == 0 ? -1 : 1;
    size_t count = 0;
    size_t zone = 0;
    for (int64_t distance = 0; distance < zones[ARRAY_COUNT(zones) - 1].reach; distance++) {
        if (distance >= zones[zone].reach) {
            zone++;
        }
        int64_t ticks = touch + step * distance;
        int64_t off = ticks % zones[zone].stride;
        if (ticks <= 0 || count == level_max) {
            break;
        }
        if (off != 0) { /* on to the next price of the stride */
            distance += (side == 0 ? off : zones[zone].stride - off) - 1;
            continue;
        }
        int64_t lots = level_lots(seed * 2 + (uint64_t)side, ticks, distance, zone, ts_ms);
        if (lots > 0) {
            ladder->levels[side][count++] = (struct ladder_level){.ticks = ticks, .lots = lots};
        }
    }
    ladder->count[side] = count;
}

void ladder_make_near(struct ladder *ladder, uint64_t seed, int64_t bid_ticks, int64_t ts_ms,
                      size_t level_max) {
    assert(level_max <= LADDER_LEVEL_MAX);
    make_side(ladder, 0, seed, bid_ticks, ts_ms, level_max);
    make_side(ladder, 1, seed, bid_ticks + 1, ts_ms, level_max);
}

void ladder_make(struct ladder *ladder, uint64_t seed, int64_t bid_ticks, int64_t ts_ms) {
    ladder_make_near(ladder, seed, bid_ticks, ts_ms, LADDER_LEVEL_MAX);
}

void ladder_copy(struct ladder *to, const struct ladder *from) {
    for (int side = 0; side < 2; side++) {
        to->count[side] = from->count[side];
        memcpy(to->levels[side], from->levels[side],
               from->count[side] * sizeof(from->levels[side][0]));
    }
}

size_t ladder_diff(const struct ladder *from, const struct ladder *to, int side,
                   struct ladder_level changes[static 2 * LADDER_LEVEL_MAX]) {
    const struct ladder_level *old = from->levels[side];
    const struct ladder_level *new = to->levels[side];
    size_t old_count = from->count[side];
    size_t new_count = to->count[side];
    size_t count = 0;
    int64_t sign = side == 0 ? -1 : 1; /* outwards is upwards */
    size_t i = 0;
    size_t k = 0;
    while (i < old_count || k < new_count) {
        bool gone = k == new_count || (i < old_count && old[i].ticks * sign < new[k].ticks *sign);
        if (gone) {
            changes[count++] = (struct ladder_level){.ticks = old[i++].ticks, .lots = 0};
            continue;
        }
        bool same_price = i < old_count && old[i].ticks == new[k].ticks;
        if (!same_price || old[i].lots != new[k].lots) {
            changes[count++] = new[k];
        }
        i += same_price;
        k++;
    }
    for (size_t a = 0; side == 0 && a < count / 2; a++) {
        struct ladder_level swap = changes[a];
        changes[a] = changes[count - 1 - a];
        changes[count - 1 - a] = swap;
    }
    return count;
}
