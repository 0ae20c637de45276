/* density/max_pain.c - max pain, of liquidations.
 *
 * Problem: people ask where it hurts most, and want one price.  Options have a "max pain" (the
 * price at which holders are paid least); services that draw liquidation maps use the words for
 * the level with the largest liquidations.  The largest sum is of no use: what is liquidated on the
 * way to a price, C(p), only grows with the way, so its largest value is always at the edge of what
 * one looks at; and the largest single level, however far, says nothing of what the way costs.
 *
 * Definition: with the mark m, C(p) the USD of longs liquidated on the way down to p < m, or of
 * shorts on the way up to p > m, and d(p) = |p / m - 1|,
 *
 *     V(p) = C(p) / max(d(p), MAX_PAIN_NEAR),        max pain = argmax V(p):
 *
 * the price on whose way most is liquidated per percent travelled, both sides compared.  V rises
 * while the level at p holds more than the mean of the way to it and falls after, so its maximum is
 * the far edge of the wall that is worth its way.  It is also, up to one factor, the USD expected
 * to be liquidated by somebody who bets on the move: a price without drift comes to a distance d
 * before it goes a small fixed one the other way with a chance that falls as 1/d.
 *
 * A side whose V is largest at the last level within reach has no maximum inside: it is passed
 * over.  Ties go to the nearer price, then to longs.  When it is wrong: two walls worth the same
 * make it jump from one to the other; it knows nothing of drift, nor of what liquidations add to
 * the move. */
#include "density/max_pain.h"

#include <math.h>

#include "base/math.h"

struct pain {
    double value, price, usd; /* value 0: none */
};

static struct pain worst_of_side(const struct scene_map *map, int side, double reach) {
    struct pain worst = {0};
    double usd = 0;
    int last = (int)math_clamp(reach / map->level_height, 0, map->level_count) - 1;
    int found = -1;
    double step = math_exp(side == 0 ? -map->level_height : map->level_height), ratio = 1;
    for (int level = 0; level <= last; level++) {
        usd += map_level_usd(&map->sides[side], level, 0);
        ratio *= step;
        double away = fabs(ratio - 1);
        double value = usd / (away > MAX_PAIN_NEAR ? away : MAX_PAIN_NEAR);
        if (value > worst.value) {
            worst = (struct pain){.value = value, .price = map->reference * ratio, .usd = usd};
            found = level;
        }
    }
    return found < last ? worst : (struct pain){0};
}

void max_pain_find(struct scene_map *map, double reach) {
    struct pain below = worst_of_side(map, 0, reach), above = worst_of_side(map, 1, reach);
    const struct pain *worst = above.value > below.value ? &above : &below;
    map->max_pain = worst->price;
    map->max_pain_usd = worst->usd;
}
