#include "sim/ladder.h"

#include "base/str.h"

/* Out to `reach` ticks from the touch, orders stand on multiples of `stride`, each with this
 * chance. */
static const struct {
    int64_t reach, stride;
    double chance;
    double lots; /* usual size */
} zones[] = {
    {10, 1, .95, 900},
    {600, 1, .4, 160},
    {6000, 10, .6, 420},
    {30000, 100, .8, 1500},
};

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

static double roundness(int64_t ticks) {
    if (ticks % 10000 == 0) {
        return 12; /* a thousand dollars */
    }
    return ticks % 1000 == 0 ? 4 : ticks % 100 == 0 ? 1.6 : 1;
}

/* Size of the level at ticks, 0 for none. */
static int64_t level_lots(uint64_t seed, int64_t ticks, int64_t distance, size_t zone,
                          int64_t ts_ms) {
    uint64_t own = mix(seed ^ (uint64_t)ticks * UINT64_C(0x9e3779b97f4a7c15));
    int64_t slowness = 1 + distance / 20;
    int64_t period_ms = 300 + (int64_t)(own % 1700) * (slowness < 60 ? slowness : 60);
    int64_t epoch = (ts_ms + (int64_t)(own >> 40)) / period_ms;
    uint64_t now = mix(own + (uint64_t)epoch);
    bool wall = roundness(ticks) > 1;
    if (distance > 0 && !wall && unit(now) > zones[zone].chance) {
        return 0;
    }
    /* The level's own size dominates far from the touch: such orders stay. */
    double lasting = unit(mix(own + 1));
    double passing = unit(mix(now + 1));
    double spread = .1 + 4 * lasting * lasting * lasting * lasting + .8 * passing * passing;
    return 1 + (int64_t)(zones[zone].lots * roundness(ticks) * spread);
}

static void make_side(struct ladder *ladder, int side, uint64_t seed, int64_t touch,
                      int64_t ts_ms) {
    int64_t step = side == 0 ? -1 : 1;
    size_t count = 0;
    size_t zone = 0;
    for (int64_t distance = 0; distance < zones[ARRAY_COUNT(zones) - 1].reach; distance++) {
        if (distance >= zones[zone].reach) {
            zone++;
        }
        int64_t ticks = touch + step * distance;
        int64_t off = ticks % zones[zone].stride;
        if (ticks <= 0 || count == LADDER_LEVEL_MAX) {
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

void ladder_make(struct ladder *ladder, uint64_t seed, int64_t bid_ticks, int64_t ts_ms) {
    make_side(ladder, 0, seed, bid_ticks, ts_ms);
    make_side(ladder, 1, seed, bid_ticks + 1, ts_ms);
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
