/* app/score_json.c - the same figures as one JSON object. */
#include <math.h>
#include <stdlib.h>

#include "app/score_print.h"
#include "json/writer.h"

enum { TEXT_BYTES = 65536 };

static void put_sides(struct writer *json, const char *key, const double sides[REPORT_SIDE_COUNT]) {
    writer_open_object(json, key);
    writer_number(json, "both", sides[REPORT_BOTH]);
    writer_number(json, "long", sides[REPORT_LONG]);
    writer_number(json, "short", sides[REPORT_SHORT]);
    writer_close_object(json);
}

static void put_interval(struct writer *json, const struct bootstrap_interval *interval) {
    writer_number(json, "low_95", interval->known ? interval->low : NAN);
    writer_number(json, "high_95", interval->known ? interval->high : NAN);
}

static void put_facts(struct writer *json, const struct score_print *print) {
    const struct report *report = print->report;
    const struct score_stats *stats = &report->stats;
    bool any = report->first_ms <= report->last_ms;
    writer_text(json, "instrument", print->instrument);
    writer_text(json, "verdict", score_print_verdict_key(report->verdict));
    writer_flag(json, "scale_judgeable", report->complete);
    writer_integer(json, "first_ms", any ? report->first_ms : 0);
    writer_integer(json, "last_ms", any ? report->last_ms : 0);
    writer_number(json, "days_seen", report->days_seen);
    writer_integer(json, "warm_up_days", report->warm_up_days);
    writer_integer(json, "warm_up_days_asked", report->warm_up_asked);
    writer_integer(json, "days_scored", report->days_scored);
    writer_number(json, "liquidations", report->prints);
    writer_number(json, "liquidations_incomplete", (double)stats->prints_incomplete);
    writer_number(json, "cells", report->cells);
    put_sides(json, "seen_usd", report->seen_usd);
    writer_number(json, "nowhere_usd", report->nowhere_usd);
    writer_number(json, "unexplained_share", report->unexplained_share);
    writer_open_object(json, "thresholds");
    writer_integer(json, "liquidations", SCORE_PRINTS_MIN);
    writer_number(json, "usd", SCORE_USD_MIN);
    writer_integer(json, "days", SCORE_DAYS_MIN);
    writer_close_object(json);
    writer_open_object(json, "left_out");
    writer_number(json, "cells_beside_gaps", (double)stats->cells_left_out);
    writer_number(json, "cells_early", (double)stats->cells_early);
    writer_number(json, "cells_with_dollars", (double)stats->hits_lost);
    writer_number(json, "cells_of_placebo", (double)stats->cells_lost);
    writer_number(json, "frozen_cells", (double)stats->frozen_hits_lost);
    writer_number(json, "days", (double)stats->days_lost);
    writer_close_object(json);
}

static void put_model(struct writer *json, const struct report *report, int model) {
    const struct report_model *at = &report->models[model];
    writer_open_object(json, score_model_key((enum score_model)model));
    put_sides(json, "gain_nats", at->gain_nats);
    writer_number(json, "gain_day_side_mean_nats", at->gain_mean_nats);
    put_sides(json, "predicted_over_seen", at->predicted_over_seen);
    writer_number(json, "hourly_r", at->hourly_r);
    writer_number(json, "deviance_explained", at->deviance_explained);
    writer_number(json, "frozen_pooled_nats", report->frozen.pooled_nats[model]);
    writer_number(json, "frozen_within_nats", report->frozen.within_nats[model]);
    writer_number(json, "frozen_predicted_over_seen", report->frozen.predicted_over_seen[model]);
    if (model != SCORE_OURS) {
        writer_open_object(json, "ours_ahead");
        writer_number(json, "nats", at->ahead.value);
        put_interval(json, &at->ahead);
        writer_number(json, "day_side_mean_nats", at->ahead_mean_nats);
        writer_integer(json, "wins", at->wins);
        writer_integer(json, "of", at->of);
        writer_close_object(json);
    }
    writer_close_object(json);
}

static void put_deciles(struct writer *json, const struct report *report) {
    writer_open_array(json, "by_predicted_dollars");
    for (int i = 0; i < REPORT_DECILES; i++) {
        const struct report_decile *at = &report->deciles[i];
        writer_open_object(json, NULL);
        writer_number(json, "from_usd", at->predicted_from_usd);
        writer_number(json, "cells", at->cells);
        writer_number(json, "predicted_usd", at->predicted_usd);
        writer_number(json, "seen_usd", at->seen_usd);
        writer_close_object(json);
    }
    writer_close_array(json);
}

static void put_days(struct writer *json, const struct score_print *print) {
    static const char *const sides[] = {"long", "short"};
    writer_open_array(json, "days");
    for (int i = 0; i < print->tally->day_count; i++) {
        const struct tally_day *day = &print->tally->days[i];
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            const struct tally_side *at = &day->side[side];
            writer_open_object(json, NULL);
            writer_integer(json, "day_ms", (int64_t)day->day * TALLY_DAY_MS);
            writer_text(json, "side", sides[side]);
            writer_flag(json, "counted",
                        day->day >= print->report->first_day &&
                            day->day <= print->report->last_day);
            writer_number(json, "cells", at->cells);
            writer_number(json, "liquidations", at->prints);
            writer_number(json, "seen_usd", at->seen_usd);
            writer_number(json, "predicted_usd", at->predicted_usd[SCORE_OURS]);
            for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
                writer_number(json, score_model_key((enum score_model)model),
                              at->weighed_usd > 0 ? at->gain_usd[model] / at->weighed_usd : NAN);
            }
            writer_close_object(json);
        }
    }
    writer_close_array(json);
}

static void put_figures(struct writer *json, const char *key, const struct truth_figures *at) {
    writer_open_object(json, key);
    writer_number(json, "overlap", at->overlap);
    writer_number(json, "r", at->r);
    writer_number(json, "w1_bp", at->w1_bp);
    writer_number(json, "mass_ratio", at->mass);
    writer_close_object(json);
}

static void put_truth(struct writer *json, const struct truth_report *truth) {
    writer_open_object(json, "truth");
    writer_integer(json, "snapshots", truth->snapshots);
    writer_number(json, "positions", truth->positions);
    writer_number(json, "near_r_attainable", truth->near_r_attainable);
    writer_number(json, "far_r_attainable", truth->far_r_attainable);
    writer_number(json, "snapshots_lost", (double)truth->snapshots_lost);
    writer_number(json, "positions_lost", (double)truth->positions_lost);
    for (int model = 0; truth->snapshots > 0 && model < SCORE_MODEL_COUNT; model++) {
        writer_open_object(json, score_model_key((enum score_model)model));
        put_figures(json, "near", &truth->near[model]);
        put_figures(json, "far", &truth->far[model]);
        writer_close_object(json);
    }
    writer_close_object(json);
}

static void write_all(struct writer *json, const struct score_print *print) {
    const struct report *report = print->report;
    writer_open_object(json, NULL);
    put_facts(json, print);
    writer_open_object(json, "models");
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        put_model(json, report, model);
    }
    writer_close_object(json);
    writer_number(json, "own_gain_nats", report->own_gain_nats);
    writer_open_object(json, "placebo");
    writer_number(json, "mean_less_chance_nats", report->placebo.mean_nats);
    writer_number(json, "low_95", report->placebo.low_nats);
    writer_number(json, "high_95", report->placebo.high_nats);
    writer_number(json, "ours_less_chance_nats", report->placebo.ours_nats);
    writer_number(json, "chance_nats", report->placebo.chance_nats);
    writer_integer(json, "maps", TALLY_SHIFT_COUNT);
    writer_integer(json, "as_good_as_ours", report->placebo.above);
    writer_close_object(json);
    writer_open_object(json, "frozen_1h");
    writer_number(json, "windows", report->frozen.windows);
    writer_number(json, "cells", report->frozen.cells);
    writer_number(json, "seen_usd", report->frozen.seen_usd);
    writer_close_object(json);
    put_deciles(json, report);
    put_days(json, print);
    if (print->truth != NULL) {
        put_truth(json, print->truth);
    }
    writer_close_object(json);
}

bool score_print_json(FILE *out, const struct score_print *print) {
    char *text = NULL;
    struct writer json = {.cut = true};
    for (size_t size = TEXT_BYTES; json.cut; size *= 2) { /* as much as the days want */
        char *more = realloc(text, size);
        if (more == NULL) {
            free(text);
            return false;
        }
        text = more;
        writer_begin(&json, text, size);
        write_all(&json, print);
    }
    fputs(text, out);
    free(text);
    return true;
}
