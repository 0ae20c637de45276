/* score/report.c - from days to figures. */
#include "score/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"

enum { SLACK_MS = 1800000 };

struct totals {
    struct tally_side side[REPORT_SIDE_COUNT]; /* the third: both */
};

static void add_hours(struct tally_hours *sum, const struct tally_hours *hours) {
    sum->count += hours->count;
    sum->root_y += hours->root_y;
    sum->y += hours->y;
    sum->y_ln_y += hours->y_ln_y;
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        sum->root_x[model] += hours->root_x[model];
        sum->x[model] += hours->x[model];
        sum->root_xy[model] += hours->root_xy[model];
        sum->y_ln_x[model] += hours->y_ln_x[model];
    }
}

static void add_side(struct tally_side *sum, const struct tally_side *side) {
    sum->cells += side->cells;
    sum->prints += side->prints;
    sum->seen_usd += side->seen_usd;
    sum->nowhere_usd += side->nowhere_usd;
    sum->unexplained_usd += side->unexplained_usd;
    sum->weighed_usd += side->weighed_usd;
    for (int shift = 0; shift < TALLY_SHIFT_COUNT; shift++) {
        sum->placebo_gain_usd[shift] += side->placebo_gain_usd[shift];
    }
    sum->chance_gain_usd += side->chance_gain_usd;
    sum->own_gain_usd += side->own_gain_usd;
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        sum->predicted_usd[model] += side->predicted_usd[model];
        sum->gain_usd[model] += side->gain_usd[model];
    }
    add_hours(&sum->hours, &side->hours);
}

static double ratio(double a, double b) {
    return b > 0 ? a / b : 0;
}

/* Which days count: those that begin once the warm-up is over, half an hour early at most. */
static void choose_days(const struct tally *tally, int warm_up_days, struct report *out) {
    out->warm_up_asked = warm_up_days;
    out->first_day = 0;
    out->last_day = -1;
    if (tally->day_count == 0) {
        return;
    }
    double span_ms = (double)(out->last_ms - out->first_ms);
    int half = (int)((span_ms + SLACK_MS) / TALLY_DAY_MS / 2);
    out->days_seen = span_ms / TALLY_DAY_MS;
    out->warm_up_days = warm_up_days < half ? warm_up_days : half;
    out->first_day = tally->days[0].day;
    out->last_day = tally->days[tally->day_count - 1].day;
    if (out->warm_up_days > 0) {
        int64_t over_ms = out->first_ms - SLACK_MS + (int64_t)out->warm_up_days * TALLY_DAY_MS;
        out->first_day = (int32_t)((over_ms + TALLY_DAY_MS - 1) / TALLY_DAY_MS);
    }
}

static bool day_counts(const struct report *out, const struct tally_day *day) {
    return day->day >= out->first_day && day->day <= out->last_day;
}

static void sum_days(const struct tally *tally, struct report *out, struct totals *sum) {
    memset(sum, 0, sizeof(*sum));
    for (int i = 0; i < tally->day_count; i++) {
        const struct tally_day *day = &tally->days[i];
        if (!day_counts(out, day)) {
            continue;
        }
        out->days_scored += day->side[0].seen_usd + day->side[1].seen_usd > 0;
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            add_side(&sum->side[side], &day->side[side]);
            add_side(&sum->side[REPORT_BOTH], &day->side[side]);
        }
    }
}

static double correlation(const struct tally_hours *hours, int model) {
    double n = hours->count;
    double xx = hours->x[model] * n - hours->root_x[model] * hours->root_x[model];
    double yy = hours->y * n - hours->root_y * hours->root_y;
    double xy = hours->root_xy[model] * n - hours->root_x[model] * hours->root_y;
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/* 1 - D(lambda) / D(mean), D = 2 sum(y ln(y / lambda) - y + lambda). */
static double deviance_explained(const struct tally_hours *hours, int model) {
    double of_model = hours->y_ln_y - hours->y_ln_x[model] - hours->y + hours->x[model];
    double of_mean =
        hours->y > 0 ? hours->y_ln_y - hours->y * math_log(hours->y / hours->count) : 0;
    return of_mean > 0 ? 1 - of_model / of_mean : 0;
}

/* Ours less another model, by day and side. */
static void compare_model(const struct tally *tally, const struct report *report, int model,
                          struct bootstrap_day *days, struct report_model *out) {
    size_t count = 0;
    double gain_sum = 0, ahead_sum = 0;
    for (int i = 0; i < tally->day_count; i++) {
        const struct tally_day *day = &tally->days[i];
        if (!day_counts(report, day)) {
            continue;
        }
        struct bootstrap_day sum = {0};
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            const struct tally_side *at = &day->side[side];
            double ahead_usd = at->gain_usd[SCORE_OURS] - at->gain_usd[model];
            sum.numerator += ahead_usd;
            sum.denominator += at->weighed_usd;
            if (at->weighed_usd > 0) {
                gain_sum += at->gain_usd[model] / at->weighed_usd;
                ahead_sum += ahead_usd / at->weighed_usd;
                out->wins += ahead_usd > 0;
                out->of++;
            }
        }
        days[count++] = sum;
    }
    out->gain_mean_nats = ratio(gain_sum, out->of);
    out->ahead_mean_nats = ratio(ahead_sum, out->of);
    bootstrap_ratio(days, count, &out->ahead);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure_placebo(const struct tally_side *both, struct report_placebo *out) {
    double moved[TALLY_SHIFT_COUNT];
    out->chance_nats = ratio(both->chance_gain_usd, both->weighed_usd);
    out->ours_nats = ratio(both->gain_usd[SCORE_OURS] - both->chance_gain_usd, both->weighed_usd);
    for (int shift = 0; shift < TALLY_SHIFT_COUNT; shift++) {
        moved[shift] =
            ratio(both->placebo_gain_usd[shift] - both->chance_gain_usd, both->weighed_usd);
        out->mean_nats += moved[shift] / TALLY_SHIFT_COUNT;
        out->above += moved[shift] >= out->ours_nats;
    }
    qsort(moved, TALLY_SHIFT_COUNT, sizeof(moved[0]), compare_doubles);
    out->low_nats = moved[TALLY_SHIFT_COUNT / 40];
    out->high_nats = moved[TALLY_SHIFT_COUNT - 1 - TALLY_SHIFT_COUNT / 40];
}

/* Ten groups of cells with a tenth of the predicted dollars each, by rising prediction; borders are
 * those of buckets. */
static void fill_deciles(const struct tally *tally, struct report *out) {
    struct tally_bucket sum[TALLY_BUCKET_COUNT] = {{0}};
    double all = 0, done = 0;
    for (int i = 0; i < tally->day_count; i++) {
        const struct tally_bucket *buckets = tally->buckets + (size_t)i * TALLY_BUCKET_COUNT;
        for (int b = 0; day_counts(out, &tally->days[i]) && b < TALLY_BUCKET_COUNT; b++) {
            sum[b].cells += buckets[b].cells;
            sum[b].predicted_usd += buckets[b].predicted_usd;
            sum[b].seen_usd += buckets[b].seen_usd;
            all += (double)buckets[b].predicted_usd;
        }
    }
    for (int b = 0; b < TALLY_BUCKET_COUNT; b++) {
        double middle = done + (double)sum[b].predicted_usd / 2;
        int at = all > 0 ? (int)math_clamp(10 * middle / all, 0, REPORT_DECILES - 1) : 0;
        struct report_decile *decile = &out->deciles[at];
        if (decile->cells == 0 && b > 0) {
            decile->predicted_from_usd =
                math_exp(TALLY_BUCKET_FIRST + (b - 1) * TALLY_BUCKET_WIDTH);
        }
        decile->cells += (double)sum[b].cells;
        decile->predicted_usd += (double)sum[b].predicted_usd;
        decile->seen_usd += (double)sum[b].seen_usd;
        done += (double)sum[b].predicted_usd;
    }
}

static enum report_verdict verdict_of(const struct report *report) {
    double seen_usd = report->seen_usd[REPORT_BOTH];
    if (!(report->prints > 0)) {
        return REPORT_NO_LIQUIDATIONS;
    }
    if (report->prints < SCORE_PRINTS_MIN) {
        return REPORT_FEW_PRINTS;
    }
    if (seen_usd < SCORE_USD_MIN) {
        return REPORT_FEW_DOLLARS;
    }
    return report->days_scored < SCORE_DAYS_MIN ? REPORT_FEW_DAYS : REPORT_ENOUGH;
}

static void fill_models(const struct tally *tally, const struct totals *sum,
                        struct bootstrap_day *days, struct report *out) {
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        struct report_model *at = &out->models[model];
        for (int side = 0; side < REPORT_SIDE_COUNT; side++) {
            const struct tally_side *of = &sum->side[side];
            at->gain_nats[side] = ratio(of->gain_usd[model], of->weighed_usd);
            at->predicted_over_seen[side] =
                ratio(of->predicted_usd[model], of->seen_usd + of->nowhere_usd);
        }
        at->hourly_r = correlation(&sum->side[REPORT_BOTH].hours, model);
        at->deviance_explained = deviance_explained(&sum->side[REPORT_BOTH].hours, model);
        compare_model(tally, out, model, days, at);
    }
}

bool report_make(const struct score *score, int warm_up_days, struct report *out) {
    const struct tally *tally = score_tally(score);
    struct bootstrap_day *days = calloc((size_t)tally->day_count + 1, sizeof(*days));
    struct totals sum;
    if (days == NULL) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    score_get_stats(score, &out->stats);
    out->first_ms = out->stats.first_ms;
    out->last_ms = out->stats.last_ms;
    out->complete = out->stats.prints_incomplete == 0;
    choose_days(tally, warm_up_days, out);
    sum_days(tally, out, &sum);
    const struct tally_side *both = &sum.side[REPORT_BOTH];
    out->prints = both->prints;
    out->cells = both->cells;
    for (int side = 0; side < REPORT_SIDE_COUNT; side++) {
        out->seen_usd[side] = sum.side[side].seen_usd;
    }
    out->nowhere_usd = both->nowhere_usd;
    out->unexplained_share =
        ratio(both->nowhere_usd + both->unexplained_usd, both->nowhere_usd + both->seen_usd);
    fill_models(tally, &sum, days, out);
    fill_deciles(tally, out);
    out->own_gain_nats = ratio(both->own_gain_usd, both->predicted_usd[SCORE_OURS]);
    measure_placebo(both, &out->placebo);
    frozen_measure(score_frozen(score), out->first_day, out->last_day, &out->frozen);
    out->verdict = verdict_of(out);
    free(days);
    return true;
}
