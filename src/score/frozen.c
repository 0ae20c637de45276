/* score/frozen.c - windows of an hour. */
#include "score/frozen.h"

#include <stdlib.h>
#include <string.h>

#include "score/tally.h"

bool frozen_init(struct frozen *frozen, int day_max, size_t hit_max) {
    memset(frozen, 0, sizeof(*frozen));
    frozen->day_max = day_max;
    frozen->hit_max = hit_max;
    frozen->days = calloc((size_t)day_max, sizeof(*frozen->days));
    frozen->hits = calloc(hit_max, sizeof(*frozen->hits));
    bool ok = frozen->days != NULL && frozen->hits != NULL;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        frozen->left[side] = calloc(FROZEN_BINS, sizeof(float));
        frozen->seen[side] = calloc(FROZEN_BINS, sizeof(float));
        ok = ok && frozen->left[side] != NULL && frozen->seen[side] != NULL;
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            for (int i = 0; i < 2; i++) {
                frozen->maps[i].usd[side][model] = calloc(FROZEN_BINS, sizeof(float));
                ok = ok && frozen->maps[i].usd[side][model] != NULL;
            }
        }
    }
    frozen->maps[0].hour = frozen->maps[1].hour = -1;
    if (!ok) {
        frozen_finish(frozen);
    }
    return ok;
}

void frozen_finish(struct frozen *frozen) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        free(frozen->left[side]);
        free(frozen->seen[side]);
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            free(frozen->maps[0].usd[side][model]);
            free(frozen->maps[1].usd[side][model]);
        }
    }
    free(frozen->days);
    free(frozen->hits);
    memset(frozen, 0, sizeof(*frozen));
}

struct frozen_map *frozen_next_map(struct frozen *frozen) {
    return &frozen->maps[1 - frozen->current];
}

static void open_window(struct frozen *frozen) {
    frozen->current = 1 - frozen->current;
    frozen->open = true;
    const struct frozen_map *map = &frozen->maps[frozen->current];
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        frozen->reached[side] = map->mark_bin;
        memset(frozen->seen[side], 0, sizeof(float) * FROZEN_BINS);
        for (int i = 0; i < FROZEN_BINS; i++) {
            frozen->left[side][i] = 1;
        }
    }
}

static struct frozen_day *day_of(struct frozen *frozen, int64_t hour) {
    int32_t day = (int32_t)(hour * TALLY_HOUR_MS / TALLY_DAY_MS);
    if (frozen->day_count > 0 && frozen->days[frozen->day_count - 1].day == day) {
        return &frozen->days[frozen->day_count - 1];
    }
    if (frozen->day_count == frozen->day_max) {
        return NULL;
    }
    frozen->days[frozen->day_count] = (struct frozen_day){.day = day};
    return &frozen->days[frozen->day_count++];
}

struct window_sum {
    double cells, predicted_usd[SCORE_MODEL_COUNT];
};

static void predict_cell(const struct frozen *frozen, int side, int i, float *predicted_usd) {
    const struct frozen_map *map = &frozen->maps[frozen->current];
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        predicted_usd[model] = map->usd[side][model][i] * (1 - frozen->left[side][i]);
    }
}

/* Cells of a side are the bins from the mark's, or where it went. */
static void reached_range(const struct frozen *frozen, int side, int *begin, int *end) {
    const struct frozen_map *map = &frozen->maps[frozen->current];
    int32_t mark = map->mark_bin - map->first_bin;
    int32_t reached = frozen->reached[side] - map->first_bin;
    *begin = side == MODEL_LONG ? reached : mark;
    *end = (side == MODEL_LONG ? mark : reached) + 1;
}

static void keep_hit(struct frozen *frozen, double seen_usd, const float *predicted_usd) {
    if (frozen->hit_count == frozen->hit_max) {
        frozen->hits_lost++;
        return;
    }
    struct frozen_hit *hit = &frozen->hits[frozen->hit_count++];
    hit->day_at = frozen->day_count - 1;
    hit->seen_usd = (float)seen_usd;
    memcpy(hit->predicted_usd, predicted_usd, sizeof(hit->predicted_usd));
}

static void add_side(struct frozen *frozen, struct frozen_day *day, int side,
                     const struct window_sum *sum) {
    int begin = 0, end = 0;
    reached_range(frozen, side, &begin, &end);
    for (int i = begin; i < end; i++) {
        double seen_usd = (double)frozen->seen[side][i];
        float predicted_usd[SCORE_MODEL_COUNT];
        if (!(frozen->left[side][i] < 1) || !(seen_usd > 0)) {
            continue;
        }
        predict_cell(frozen, side, i, predicted_usd);
        keep_hit(frozen, seen_usd, predicted_usd);
        day->seen_usd += seen_usd;
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            day->within_gain_usd[model] += tally_gain(seen_usd, (double)predicted_usd[model],
                                                      sum->predicted_usd[model], sum->cells);
        }
    }
}

static void close_window(struct frozen *frozen) {
    struct frozen_day *day = day_of(frozen, frozen->maps[frozen->current].hour);
    struct window_sum sum = {0};
    frozen->open = false;
    frozen->maps[frozen->current].hour = -1;
    if (day == NULL) {
        return; /* beyond the last day kept; the tally counts it */
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        int begin = 0, end = 0;
        reached_range(frozen, side, &begin, &end);
        for (int i = begin; i < end; i++) {
            float predicted_usd[SCORE_MODEL_COUNT];
            if (!(frozen->left[side][i] < 1)) {
                continue;
            }
            predict_cell(frozen, side, i, predicted_usd);
            sum.cells += 1;
            for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
                sum.predicted_usd[model] += (double)predicted_usd[model];
            }
        }
    }
    day->windows += 1;
    day->cells += sum.cells;
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        day->predicted_usd[model] += sum.predicted_usd[model];
    }
    add_side(frozen, day, MODEL_LONG, &sum);
    add_side(frozen, day, MODEL_SHORT, &sum);
}

void frozen_add(struct frozen *frozen, const struct frozen_cell *cell) {
    int64_t hour = (cell->ts_ms - 1) / TALLY_HOUR_MS;
    if (frozen->open && hour != frozen->maps[frozen->current].hour) {
        close_window(frozen);
    }
    if (!frozen->open) {
        if (frozen_next_map(frozen)->hour != hour) {
            return; /* no map of this hour: it began within a silent stretch */
        }
        open_window(frozen);
    }
    const struct frozen_map *map = &frozen->maps[frozen->current];
    int64_t i = (int64_t)cell->bin - map->first_bin;
    int32_t *reached = &frozen->reached[cell->side];
    bool first = cell->side == MODEL_LONG ? cell->bin <= *reached : cell->bin >= *reached;
    if (!first || i < 0 || i >= FROZEN_BINS) {
        return;
    }
    *reached = cell->bin;
    frozen->left[cell->side][i] *= 1 - cell->share;
    frozen->seen[cell->side][i] += (float)cell->seen_usd;
}

void frozen_close(struct frozen *frozen) {
    if (frozen->open) {
        close_window(frozen);
    }
}

static void sum_days(const struct frozen *frozen, int32_t first_day, int32_t last_day,
                     struct frozen_day *out) {
    *out = (struct frozen_day){0};
    for (int i = 0; i < frozen->day_count; i++) {
        const struct frozen_day *day = &frozen->days[i];
        if (day->day < first_day || day->day > last_day) {
            continue;
        }
        out->windows += day->windows;
        out->cells += day->cells;
        out->seen_usd += day->seen_usd;
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            out->predicted_usd[model] += day->predicted_usd[model];
            out->within_gain_usd[model] += day->within_gain_usd[model];
        }
    }
}

void frozen_measure(const struct frozen *frozen, int32_t first_day, int32_t last_day,
                    struct frozen_sum *out) {
    struct frozen_day sum;
    sum_days(frozen, first_day, last_day, &sum);
    *out =
        (struct frozen_sum){.windows = sum.windows, .cells = sum.cells, .seen_usd = sum.seen_usd};
    for (size_t i = 0; i < frozen->hit_count; i++) {
        const struct frozen_hit *hit = &frozen->hits[i];
        int32_t day = frozen->days[hit->day_at].day;
        if (day < first_day || day > last_day) {
            continue;
        }
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            out->pooled_nats[model] +=
                tally_gain((double)hit->seen_usd, (double)hit->predicted_usd[model],
                           sum.predicted_usd[model], sum.cells);
        }
    }
    for (int model = 0; model < SCORE_MODEL_COUNT && sum.seen_usd > 0; model++) {
        out->pooled_nats[model] /= sum.seen_usd;
        out->within_nats[model] = sum.within_gain_usd[model] / sum.seen_usd;
        out->predicted_over_seen[model] = sum.predicted_usd[model] / sum.seen_usd;
    }
}
