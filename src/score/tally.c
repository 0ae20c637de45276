/* score/tally.c - cells into hours and days. */
#include "score/tally.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"
#include "base/random.h"

#define PLACEBO_SEED UINT64_C(0x706c616365626f21)

bool tally_init(struct tally *tally, const struct tally_desc *desc) {
    memset(tally, 0, sizeof(*tally));
    tally->desc = *desc;
    tally->days = calloc((size_t)desc->day_max, sizeof(*tally->days));
    bool ok = tally->days != NULL;
    if (desc->buckets) {
        tally->buckets =
            calloc((size_t)desc->day_max * TALLY_BUCKET_COUNT, sizeof(*tally->buckets));
        ok = ok && tally->buckets != NULL;
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        tally->hits[side] = calloc(desc->hit_max, sizeof(*tally->hits[side]));
        ok = ok && tally->hits[side] != NULL;
        if (desc->cell_max > 0) {
            tally->predicted[side] = calloc(desc->cell_max, sizeof(float));
            ok = ok && tally->predicted[side] != NULL;
        }
    }
    if (!ok) {
        tally_finish(tally);
    }
    return ok;
}

bool tally_init_copy(struct tally *tally, const struct tally *source) {
    const struct tally_desc *desc = &source->desc;
    assert(!desc->buckets);
    assert(desc->cell_max == 0);
    *tally = *source;
    tally->days = copy_bytes(source->days, (size_t)desc->day_max * sizeof(*tally->days));
    bool ok = tally->days != NULL;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        tally->hits[side] =
            copy_bytes(source->hits[side], desc->hit_max * sizeof(*tally->hits[side]));
        ok = ok && tally->hits[side] != NULL;
    }
    if (!ok) {
        tally_finish(tally);
    }
    return ok;
}

void tally_finish(struct tally *tally) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        free(tally->hits[side]);
        free(tally->predicted[side]);
    }
    free(tally->buckets);
    free(tally->days);
    memset(tally, 0, sizeof(*tally));
}

double tally_gain(double seen_usd, double predicted_usd, double predicted_sum, double cells) {
    double share = predicted_sum > 0 ? cells * predicted_usd / predicted_sum : 1;
    return seen_usd * math_log((1 - TALLY_MIX) * share + TALLY_MIX);
}

int tally_bucket_of(double predicted_usd) {
    if (!(predicted_usd > 0)) {
        return 0;
    }
    double place = (math_log(predicted_usd) - TALLY_BUCKET_FIRST) / TALLY_BUCKET_WIDTH;
    return 1 + (int)math_clamp(floor(place), 0, TALLY_BUCKET_COUNT - 2);
}

/* -- hours -- */

static void close_hour(struct tally *tally) {
    struct tally_day *day = &tally->days[tally->day_count - 1];
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        struct tally_hours *hours = &day->side[side].hours;
        double y = tally->hour_y[side], root_y = sqrt(y);
        hours->count += 1;
        hours->root_y += root_y;
        hours->y += y;
        hours->y_ln_y += y > 0 ? y * math_log(y) : 0;
        for (int model = 0; model < tally->desc.model_count; model++) {
            double x = tally->hour_x[side][model], root_x = sqrt(x);
            hours->x[model] += x;
            hours->root_x[model] += root_x;
            hours->root_xy[model] += root_x * root_y;
            /* A dollar stands for an hour in which nothing at all was expected. */
            hours->y_ln_x[model] += y > 0 ? y * math_log(x > 1 ? x : 1) : 0;
            tally->hour_x[side][model] = 0;
        }
        tally->hour_y[side] = 0;
    }
}

/* -- days -- */

static void measure_side(const struct tally *tally, int side, struct tally_side *out) {
    for (int model = 0; model < tally->desc.model_count; model++) {
        out->gain_usd[model] = 0;
        for (size_t i = 0; i < tally->hit_count[side]; i++) {
            const struct tally_hit *hit = &tally->hits[side][i];
            out->gain_usd[model] +=
                tally_gain((double)hit->seen_usd, (double)hit->predicted_usd[model],
                           out->predicted_usd[model], out->cells);
        }
    }
}

static void measure_placebo(const struct tally *tally, int32_t day, int side,
                            struct tally_side *out) {
    const float *predicted = tally->predicted[side];
    size_t count =
        out->cells < (double)tally->desc.cell_max ? (size_t)out->cells : tally->desc.cell_max;
    double sum = 0, chance = 0;
    struct random random;
    if (predicted == NULL || count == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        sum += (double)predicted[i];
    }
    for (size_t i = 0; i < count; i++) {
        double usd = (double)predicted[i], gain = tally_gain(1, usd, sum, (double)count);
        chance += gain;
        out->own_gain_usd += usd * gain;
    }
    random_init(&random, PLACEBO_SEED ^ ((uint64_t)(uint32_t)day << 1 | (uint64_t)side));
    for (int shift = 0; shift < TALLY_SHIFT_COUNT; shift++) {
        size_t offset = (size_t)(random_uniform(&random) * (double)count);
        for (size_t i = 0; i < tally->hit_count[side]; i++) {
            const struct tally_hit *hit = &tally->hits[side][i];
            if (hit->index < count) {
                double other = (double)predicted[(hit->index + offset) % count];
                out->placebo_gain_usd[shift] +=
                    tally_gain((double)hit->seen_usd, other, sum, (double)count);
            }
        }
    }
    for (size_t i = 0; i < tally->hit_count[side]; i++) {
        const struct tally_hit *hit = &tally->hits[side][i];
        out->chance_gain_usd +=
            hit->index < count ? (double)hit->seen_usd * chance / (double)count : 0;
    }
}

static void close_day(struct tally *tally) {
    struct tally_day *day = &tally->days[tally->day_count - 1];
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        measure_side(tally, side, &day->side[side]);
        measure_placebo(tally, day->day, side, &day->side[side]);
        tally->hit_count[side] = 0;
    }
    tally->open = false;
}

static void open_day(struct tally *tally, int32_t number) {
    if (tally->day_count == tally->desc.day_max) {
        if (!tally->desc.newest) {
            tally->days_lost++;
            return;
        }
        memmove(tally->days, tally->days + 1,
                sizeof(*tally->days) * (size_t)(tally->desc.day_max - 1));
        tally->day_count--;
    }
    tally->days[tally->day_count] = (struct tally_day){.day = number};
    tally->day_count++;
    tally->open = true;
}

void tally_advance(struct tally *tally, int64_t ts_ms) {
    int64_t hour = ts_ms / TALLY_HOUR_MS;
    if (tally->open && hour <= tally->hour) {
        return;
    }
    if (!tally->open && tally->day_count > 0 && hour <= tally->hour) {
        return; /* the rest of a day that was refused */
    }
    int32_t day = (int32_t)(ts_ms / TALLY_DAY_MS);
    if (tally->open) {
        close_hour(tally);
        if (day != tally->days[tally->day_count - 1].day) {
            close_day(tally);
        }
    }
    tally->hour = hour;
    if (!tally->open) {
        open_day(tally, day);
    }
}

void tally_add(struct tally *tally, const struct tally_cell *cell) {
    if (!tally->open) {
        return;
    }
    struct tally_side *side = &tally->days[tally->day_count - 1].side[cell->side];
    double index = side->cells;
    side->cells += 1;
    side->seen_usd += cell->seen_usd;
    tally->hour_y[cell->side] += cell->seen_usd;
    for (int model = 0; model < tally->desc.model_count; model++) {
        side->predicted_usd[model] += (double)cell->predicted_usd[model];
        tally->hour_x[cell->side][model] += (double)cell->predicted_usd[model];
    }
    if (tally->buckets != NULL) {
        struct tally_bucket *bucket =
            &tally->buckets[(size_t)(tally->day_count - 1) * TALLY_BUCKET_COUNT +
                            (size_t)tally_bucket_of((double)cell->predicted_usd[SCORE_OURS])];
        bucket->cells += 1;
        bucket->predicted_usd += cell->predicted_usd[SCORE_OURS];
        bucket->seen_usd += (float)cell->seen_usd;
    }
    if (tally->predicted[cell->side] != NULL) {
        if (index < (double)tally->desc.cell_max) {
            tally->predicted[cell->side][(size_t)index] = cell->predicted_usd[SCORE_OURS];
        } else {
            tally->cells_lost++;
        }
    }
    if (!(cell->seen_usd > 0)) {
        return;
    }
    side->unexplained_usd += cell->predicted_usd[SCORE_OURS] > 0 ? 0 : cell->seen_usd;
    if (tally->hit_count[cell->side] == tally->desc.hit_max) {
        tally->hits_lost++;
        return;
    }
    struct tally_hit *hit = &tally->hits[cell->side][tally->hit_count[cell->side]++];
    side->weighed_usd += cell->seen_usd;
    hit->index = (uint32_t)index;
    hit->seen_usd = (float)cell->seen_usd;
    memcpy(hit->predicted_usd, cell->predicted_usd, sizeof(hit->predicted_usd));
}

void tally_add_nowhere(struct tally *tally, int side, double usd) {
    if (tally->open) {
        tally->days[tally->day_count - 1].side[side].nowhere_usd += usd;
    }
}

void tally_add_print(struct tally *tally, int side) {
    if (tally->open) {
        tally->days[tally->day_count - 1].side[side].prints += 1;
    }
}

void tally_close(struct tally *tally) {
    if (tally->open) {
        close_hour(tally);
        close_day(tally);
    }
}

void tally_measure_open(const struct tally *tally, struct tally_day *out) {
    memset(out, 0, sizeof(*out));
    if (tally->open) {
        *out = tally->days[tally->day_count - 1];
        measure_side(tally, MODEL_LONG, &out->side[MODEL_LONG]);
        measure_side(tally, MODEL_SHORT, &out->side[MODEL_SHORT]);
    }
}
