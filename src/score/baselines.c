/* score/baselines.c - minutes in, light maps on. */
#include "score/baselines.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"
#include "base/str.h"

#define DAY_MS 86400e3

#define KERNEL_CENTRE       0.06
#define KERNEL_WIDTH        1.0
#define KERNEL_HALF_LIFE_MS (1 * DAY_MS)
#define AGE_HALF_LIFE_MS    (2 * DAY_MS)
#define NET_HALF_LIFE_MS    (2 * DAY_MS)
#define OI_UNKNOWN_BASE     1.0

enum { MINUTE_MS = 60000 };

struct ladder_step {
    double leverage, share, half_life_d;
};
static const struct ladder_step turnover_ladder[] = {
    {10, .35, 14}, {25, .30, 4.6}, {50, .20, 1.5}, {100, .15, .5}};
static_assert(ARRAY_COUNT(turnover_ladder) == BASELINES_TIERS, "a map per tier");
static const struct ladder_step net_ladder[] = {
    {5, .15, 2}, {10, .30, 2}, {25, .25, 2}, {50, .20, 2}, {100, .10, 2}};
/* A triangle that is as wide as three taps over bins of 5 bp. */
static const double blur[] = {1 / 16., 2 / 16., 3 / 16., 4 / 16., 3 / 16., 2 / 16., 1 / 16.};
enum { BLUR_HALF = ARRAY_COUNT(blur) / 2 };

static int32_t bin_of(const struct baselines *baselines, double z) {
    return (int32_t)math_clamp(floor(z / baselines->bin_width), -1e9, 1e9);
}

static void make_kernel(float *weight, double bin_width) {
    double sum = 0;
    for (int k = 1; k < LIGHT_MAP_BINS; k++) {
        double x = k * bin_width, u = math_log(x / KERNEL_CENTRE) / KERNEL_WIDTH;
        weight[k] = (float)(math_exp(-0.5 * u * u) / x);
        sum += (double)weight[k];
    }
    for (int k = 1; k < LIGHT_MAP_BINS; k++) {
        weight[k] = (float)((double)weight[k] / sum);
    }
    weight[0] = 0;
}

bool baselines_init(struct baselines *baselines, double bin_width, bool all) {
    memset(baselines, 0, sizeof(*baselines));
    baselines->all = all;
    baselines->bin_width = bin_width;
    baselines->kernel_weight = malloc(sizeof(float) * LIGHT_MAP_BINS);
    bool ok = light_map_init(&baselines->kernel, KERNEL_HALF_LIFE_MS);
    if (all) {
        ok = light_map_init(&baselines->age, AGE_HALF_LIFE_MS) && ok;
        ok = light_map_init(&baselines->net, NET_HALF_LIFE_MS) && ok;
        for (int i = 0; i < BASELINES_TIERS; i++) {
            ok = light_map_init(&baselines->turnover[i], turnover_ladder[i].half_life_d * DAY_MS) &&
                 ok;
        }
    }
    if (!ok || baselines->kernel_weight == NULL) {
        baselines_finish(baselines);
        return false;
    }
    make_kernel(baselines->kernel_weight, bin_width);
    return true;
}

bool baselines_init_copy(struct baselines *baselines, const struct baselines *source) {
    assert(!source->all);
    *baselines = *source;
    baselines->kernel_weight = copy_bytes(source->kernel_weight, sizeof(float) * LIGHT_MAP_BINS);
    bool ok = light_map_init_copy(&baselines->kernel, &source->kernel);
    if (!ok || baselines->kernel_weight == NULL) {
        baselines_finish(baselines);
        return false;
    }
    return true;
}

void baselines_finish(struct baselines *baselines) {
    light_map_finish(&baselines->kernel);
    light_map_finish(&baselines->age);
    light_map_finish(&baselines->net);
    for (int i = 0; i < BASELINES_TIERS; i++) {
        light_map_finish(&baselines->turnover[i]);
    }
    free(baselines->kernel_weight);
    baselines->kernel_weight = NULL;
}

/* -- laying down -- */

/* amount at distance 1/L from the entry's z, on one side, blurred or on two bins. */
static void add_step(const struct baselines *baselines, struct light_map *map, int side, double z,
                     double leverage, double amount) {
    double offset = math_log(side == MODEL_LONG ? 1 - 1 / leverage : 1 + 1 / leverage);
    int32_t bin = bin_of(baselines, z + offset);
    for (int i = 0; i < (int)ARRAY_COUNT(blur); i++) {
        light_map_add(map, side, bin + i - BLUR_HALF, amount * blur[i]);
    }
}

static void lay_turnover(struct baselines *baselines, const struct baselines_bar *bar) {
    if (!(bar->usd > 0 && bar->close > 0)) {
        return;
    }
    double grown = bar->oi_first > 0 ? (bar->oi_last - bar->oi_first) / bar->oi_first : 0;
    double boost = math_clamp(1 + 8 * (grown > 0 ? grown : 0), 1, 3);
    double base = bar->usd / bar->close * boost / MODEL_SIDE_COUNT;
    const double anchors[][2] = {{bar->close, .45}, {bar->high, .275}, {bar->low, .275}};
    for (size_t a = 0; a < ARRAY_COUNT(anchors); a++) {
        double z = math_log(anchors[a][0]) - baselines->phi;
        for (int i = 0; i < BASELINES_TIERS; i++) {
            double amount = base * anchors[a][1] * turnover_ladder[i].share;
            add_step(baselines, &baselines->turnover[i], MODEL_LONG, z, turnover_ladder[i].leverage,
                     amount);
            add_step(baselines, &baselines->turnover[i], MODEL_SHORT, z,
                     turnover_ladder[i].leverage, amount);
        }
    }
}

static void lay_kernel(struct baselines *baselines, const struct baselines_bar *bar) {
    int32_t bin = bin_of(baselines, bar->z_moment / bar->dt_ms);
    int32_t low = bin_of(baselines, bar->z_low), high = bin_of(baselines, bar->z_high);
    struct light_map_run run = {
        .side = MODEL_LONG,
        .bin = bin,
        .from = bin - low + 1,
        .count = LIGHT_MAP_BINS,
        .amount = bar->oi_dt_base_s * 1e3 * baselines->kernel.hazard_per_ms,
        .weight = baselines->kernel_weight,
    };
    light_map_add_run(&baselines->kernel, &run);
    run.side = MODEL_SHORT;
    run.from = high - bin + 1;
    light_map_add_run(&baselines->kernel, &run);
}

static void age_maps(struct baselines *baselines, const struct baselines_bar *bar) {
    int64_t dt_ms = bar->end_ms - bar->begin_ms;
    light_map_age(&baselines->kernel, dt_ms);
    if (!baselines->all) {
        return;
    }
    light_map_age(&baselines->net, dt_ms);
    for (int i = 0; i < BASELINES_TIERS; i++) {
        light_map_age(&baselines->turnover[i], dt_ms);
    }
    light_map_age(&baselines->age, dt_ms);
    baselines->age_whole *= math_exp(-baselines->age.hazard_per_ms * (double)dt_ms);
    baselines->age_whole += bar->oi_dt_base_s * 1e3 * baselines->age.hazard_per_ms / LIGHT_MAP_BINS;
}

static void follow_mark(struct baselines *baselines, int32_t bin) {
    light_map_follow(&baselines->kernel, bin);
    if (baselines->all) {
        light_map_follow(&baselines->age, bin);
        light_map_follow(&baselines->net, bin);
        for (int i = 0; i < BASELINES_TIERS; i++) {
            light_map_follow(&baselines->turnover[i], bin);
        }
    }
}

void baselines_begin_row(struct baselines *baselines, const struct entry_row *row) {
    struct baselines_bar *bar = &baselines->bar;
    if (!baselines->has_bar || row->begin_ms / MINUTE_MS == bar->begin_ms / MINUTE_MS) {
        return;
    }
    bar->end_ms = row->begin_ms > bar->end_ms ? row->begin_ms : bar->end_ms; /* silence ages, too */
    age_maps(baselines, bar);
    if (bar->dt_ms > 0) {
        lay_kernel(baselines, bar);
    }
    if (baselines->all) {
        lay_turnover(baselines, bar);
    }
    baselines->has_bar = false;
}

/* -- gathering -- */

static void gather_trades(struct baselines_bar *bar, const struct entry_row *row) {
    bar->usd += (double)row->buy_usd + (double)row->sell_usd;
    if (!(row->last_close > 0)) {
        return;
    }
    double high = (double)row->last_high, low = (double)row->last_low;
    bar->high = bar->close > 0 && bar->high > high ? bar->high : high;
    bar->low = bar->close > 0 && bar->low < low ? bar->low : low;
    bar->close = (double)row->last_close;
}

static void gather_row(struct baselines *baselines, const struct entry_row *row) {
    struct baselines_bar *bar = &baselines->bar;
    double dt_ms = (double)(row->end_ms - row->begin_ms);
    if (!baselines->has_bar) {
        *bar = (struct baselines_bar){.begin_ms = row->begin_ms,
                                      .oi_first = row->oi_base,
                                      .z_low = row->z_low,
                                      .z_high = row->z_high};
        baselines->has_bar = true;
    }
    bar->end_ms = row->end_ms;
    bar->oi_dt_base_s += row->oi_dt_base_s > 0 ? row->oi_dt_base_s : OI_UNKNOWN_BASE * dt_ms / 1e3;
    bar->oi_last = row->oi_base;
    bar->z_low = row->z_low < bar->z_low ? row->z_low : bar->z_low;
    bar->z_high = row->z_high > bar->z_high ? row->z_high : bar->z_high;
    bar->z_moment += row->z_close * dt_ms;
    bar->dt_ms += dt_ms;
    gather_trades(bar, row);
}

static void lay_net(struct baselines *baselines, const struct entry_deposit *deposit) {
    double base = (double)deposit->base[ENTRY_SOURCE_NET];
    double z = (deposit->bin + 0.5) * baselines->bin_width;
    if (!(base > 0 && base < 1e15)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(net_ladder); i++) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            add_step(baselines, &baselines->net, side, z, net_ladder[i].leverage,
                     base * net_ladder[i].share);
        }
    }
}

void baselines_end_row(struct baselines *baselines, const struct entry_row *row,
                       const struct entry_deposit *deposits) {
    if (!(row->flags & ENTRY_ROW_HAS_MARK)) {
        return;
    }
    baselines->phi = row->phi;
    follow_mark(baselines, bin_of(baselines, row->z_close));
    gather_row(baselines, row);
    for (uint32_t i = 0; baselines->all && i < row->deposit_count; i++) {
        lay_net(baselines, &deposits[i]);
    }
}

/* -- taking and reading -- */

static double take_age(struct baselines *baselines, int side, int32_t bin, float share) {
    struct light_map *missing = &baselines->age;
    if (!light_map_contains(missing, bin)) {
        return 0;
    }
    double content = baselines->age_whole - light_map_content(missing, side, bin);
    double taken = content > 0 ? content * (double)share : 0;
    light_map_add(missing, side, bin, taken);
    return taken;
}

double baselines_take(struct baselines *baselines, enum score_model model, int side, int32_t bin,
                      float share) {
    double taken = 0;
    switch (model) {
    case SCORE_KERNEL:
        return light_map_take(&baselines->kernel, side, bin, share);
    case SCORE_AGE:
        return take_age(baselines, side, bin, share);
    case SCORE_NET_LADDER:
        return light_map_take(&baselines->net, side, bin, share);
    case SCORE_TURNOVER:
        for (int i = 0; i < BASELINES_TIERS; i++) {
            taken += light_map_take(&baselines->turnover[i], side, bin, share);
        }
        return taken;
    default:
        return 0;
    }
}

double baselines_content(const struct baselines *baselines, enum score_model model, int side,
                         int32_t bin) {
    double content = 0;
    switch (model) {
    case SCORE_KERNEL:
        return light_map_content(&baselines->kernel, side, bin);
    case SCORE_AGE:
        content = baselines->age_whole - light_map_content(&baselines->age, side, bin);
        return content > 0 && light_map_contains(&baselines->age, bin) ? content : 0;
    case SCORE_NET_LADDER:
        return light_map_content(&baselines->net, side, bin);
    case SCORE_TURNOVER:
        for (int i = 0; i < BASELINES_TIERS; i++) {
            content += light_map_content(&baselines->turnover[i], side, bin);
        }
        return content;
    default:
        return 0;
    }
}
