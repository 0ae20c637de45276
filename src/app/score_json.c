/* app/score_json.c - the same figures as one JSON object. */
#include <inttypes.h>
#include <math.h>

#include "app/score_print.h"

struct json {
    FILE *out;
    bool first; /* nothing stands in the innermost object or array yet */
};

static void put_key(struct json *json, const char *key) {
    fputs(json->first ? "" : ",", json->out);
    json->first = false;
    if (key != NULL) {
        fprintf(json->out, "\"%s\":", key);
    }
}

static void put_open(struct json *json, const char *key, char bracket) {
    put_key(json, key);
    fputc(bracket, json->out);
    json->first = true;
}

static void put_close(struct json *json, char bracket) {
    fputc(bracket, json->out);
    json->first = false;
}

static void put_number(struct json *json, const char *key, double value) {
    put_key(json, key);
    if (isfinite(value)) {
        fprintf(json->out, "%.9g", value);
    } else {
        fputs("null", json->out);
    }
}

static void put_integer(struct json *json, const char *key, int64_t value) {
    put_key(json, key);
    fprintf(json->out, "%" PRId64, value);
}

static void put_flag(struct json *json, const char *key, bool value) {
    put_key(json, key);
    fputs(value ? "true" : "false", json->out);
}

/* Keys are ours; a symbol may be a stranger's. */
static void put_text(struct json *json, const char *key, const char *value) {
    put_key(json, key);
    fputc('"', json->out);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            fprintf(json->out, "\\%c", *c);
        } else if ((unsigned char)*c < ' ') {
            fprintf(json->out, "\\u%04x", (unsigned)*c);
        } else {
            fputc(*c, json->out);
        }
    }
    fputc('"', json->out);
}

static void put_sides(struct json *json, const char *key, const double sides[REPORT_SIDE_COUNT]) {
    put_open(json, key, '{');
    put_number(json, "both", sides[REPORT_BOTH]);
    put_number(json, "long", sides[REPORT_LONG]);
    put_number(json, "short", sides[REPORT_SHORT]);
    put_close(json, '}');
}

static void put_interval(struct json *json, const struct bootstrap_interval *interval) {
    put_number(json, "low_95", interval->known ? interval->low : NAN);
    put_number(json, "high_95", interval->known ? interval->high : NAN);
}

static void put_facts(struct json *json, const struct score_print *print) {
    const struct report *report = print->report;
    const struct score_stats *stats = &report->stats;
    bool any = report->first_ms <= report->last_ms;
    put_text(json, "instrument", print->instrument);
    put_text(json, "verdict", score_print_verdict_key(report->verdict));
    put_flag(json, "scale_judgeable", report->complete);
    put_integer(json, "first_ms", any ? report->first_ms : 0);
    put_integer(json, "last_ms", any ? report->last_ms : 0);
    put_number(json, "days_seen", report->days_seen);
    put_integer(json, "warm_up_days", report->warm_up_days);
    put_integer(json, "warm_up_days_asked", report->warm_up_asked);
    put_integer(json, "days_scored", report->days_scored);
    put_number(json, "liquidations", report->prints);
    put_number(json, "liquidations_incomplete", (double)stats->prints_incomplete);
    put_number(json, "cells", report->cells);
    put_sides(json, "seen_usd", report->seen_usd);
    put_number(json, "nowhere_usd", report->nowhere_usd);
    put_number(json, "unexplained_share", report->unexplained_share);
    put_open(json, "thresholds", '{');
    put_integer(json, "liquidations", SCORE_PRINTS_MIN);
    put_number(json, "usd", SCORE_USD_MIN);
    put_integer(json, "days", SCORE_DAYS_MIN);
    put_close(json, '}');
    put_open(json, "left_out", '{');
    put_number(json, "cells_beside_gaps", (double)stats->cells_left_out);
    put_number(json, "cells_early", (double)stats->cells_early);
    put_number(json, "cells_with_dollars", (double)stats->hits_lost);
    put_number(json, "cells_of_placebo", (double)stats->cells_lost);
    put_number(json, "frozen_cells", (double)stats->frozen_hits_lost);
    put_number(json, "days", (double)stats->days_lost);
    put_close(json, '}');
}

static void put_model(struct json *json, const struct report *report, int model) {
    const struct report_model *at = &report->models[model];
    put_open(json, score_model_key((enum score_model)model), '{');
    put_sides(json, "gain_nats", at->gain_nats);
    put_number(json, "gain_day_side_mean_nats", at->gain_mean_nats);
    put_sides(json, "predicted_over_seen", at->predicted_over_seen);
    put_number(json, "hourly_r", at->hourly_r);
    put_number(json, "deviance_explained", at->deviance_explained);
    put_number(json, "frozen_pooled_nats", report->frozen.pooled_nats[model]);
    put_number(json, "frozen_within_nats", report->frozen.within_nats[model]);
    put_number(json, "frozen_predicted_over_seen", report->frozen.predicted_over_seen[model]);
    if (model != SCORE_OURS) {
        put_open(json, "ours_ahead", '{');
        put_number(json, "nats", at->ahead.value);
        put_interval(json, &at->ahead);
        put_number(json, "day_side_mean_nats", at->ahead_mean_nats);
        put_integer(json, "wins", at->wins);
        put_integer(json, "of", at->of);
        put_close(json, '}');
    }
    put_close(json, '}');
}

static void put_deciles(struct json *json, const struct report *report) {
    put_open(json, "by_predicted_dollars", '[');
    for (int i = 0; i < REPORT_DECILES; i++) {
        const struct report_decile *at = &report->deciles[i];
        put_open(json, NULL, '{');
        put_number(json, "from_usd", at->predicted_from_usd);
        put_number(json, "cells", at->cells);
        put_number(json, "predicted_usd", at->predicted_usd);
        put_number(json, "seen_usd", at->seen_usd);
        put_close(json, '}');
    }
    put_close(json, ']');
}

static void put_days(struct json *json, const struct score_print *print) {
    static const char *const sides[] = {"long", "short"};
    put_open(json, "days", '[');
    for (int i = 0; i < print->tally->day_count; i++) {
        const struct tally_day *day = &print->tally->days[i];
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            const struct tally_side *at = &day->side[side];
            put_open(json, NULL, '{');
            put_integer(json, "day_ms", (int64_t)day->day * TALLY_DAY_MS);
            put_text(json, "side", sides[side]);
            put_flag(json, "counted",
                     day->day >= print->report->first_day && day->day <= print->report->last_day);
            put_number(json, "cells", at->cells);
            put_number(json, "liquidations", at->prints);
            put_number(json, "seen_usd", at->seen_usd);
            put_number(json, "predicted_usd", at->predicted_usd[SCORE_OURS]);
            for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
                put_number(json, score_model_key((enum score_model)model),
                           at->weighed_usd > 0 ? at->gain_usd[model] / at->weighed_usd : NAN);
            }
            put_close(json, '}');
        }
    }
    put_close(json, ']');
}

static void put_figures(struct json *json, const char *key, const struct truth_figures *at) {
    put_open(json, key, '{');
    put_number(json, "overlap", at->overlap);
    put_number(json, "r", at->r);
    put_number(json, "w1_bp", at->w1_bp);
    put_number(json, "mass_ratio", at->mass);
    put_close(json, '}');
}

static void put_truth(struct json *json, const struct truth_report *truth) {
    put_open(json, "truth", '{');
    put_integer(json, "snapshots", truth->snapshots);
    put_number(json, "positions", truth->positions);
    put_number(json, "near_r_attainable", truth->near_r_attainable);
    put_number(json, "far_r_attainable", truth->far_r_attainable);
    put_number(json, "snapshots_lost", (double)truth->snapshots_lost);
    put_number(json, "positions_lost", (double)truth->positions_lost);
    for (int model = 0; truth->snapshots > 0 && model < SCORE_MODEL_COUNT; model++) {
        put_open(json, score_model_key((enum score_model)model), '{');
        put_figures(json, "near", &truth->near[model]);
        put_figures(json, "far", &truth->far[model]);
        put_close(json, '}');
    }
    put_close(json, '}');
}

void score_print_json(FILE *out, const struct score_print *print) {
    const struct report *report = print->report;
    struct json json = {.out = out, .first = true};
    put_open(&json, NULL, '{');
    put_facts(&json, print);
    put_open(&json, "models", '{');
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        put_model(&json, report, model);
    }
    put_close(&json, '}');
    put_number(&json, "own_gain_nats", report->own_gain_nats);
    put_open(&json, "placebo", '{');
    put_number(&json, "mean_less_chance_nats", report->placebo.mean_nats);
    put_number(&json, "low_95", report->placebo.low_nats);
    put_number(&json, "high_95", report->placebo.high_nats);
    put_number(&json, "ours_less_chance_nats", report->placebo.ours_nats);
    put_number(&json, "chance_nats", report->placebo.chance_nats);
    put_integer(&json, "maps", TALLY_SHIFT_COUNT);
    put_integer(&json, "as_good_as_ours", report->placebo.above);
    put_close(&json, '}');
    put_open(&json, "frozen_1h", '{');
    put_number(&json, "windows", report->frozen.windows);
    put_number(&json, "cells", report->frozen.cells);
    put_number(&json, "seen_usd", report->frozen.seen_usd);
    put_close(&json, '}');
    put_deciles(&json, report);
    put_days(&json, print);
    if (print->truth != NULL) {
        put_truth(&json, print->truth);
    }
    put_close(&json, '}');
}
