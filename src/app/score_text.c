/* app/score_text.c - the report that people read: every figure named, with its unit, and one line
 * on how to read it. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "app/score_print.h"
#include "base/str.h"

enum { DATE_BYTES = 24 };

static const struct {
    const char *key, *text;
} verdicts[] = {
    [REPORT_ENOUGH] = {"enough", NULL},
    [REPORT_NO_LIQUIDATIONS] = {"no_liquidations",
                                "not enough liquidations to judge: there are none"},
    [REPORT_FEW_PRINTS] = {"few_liquidations", "not enough liquidations to judge: too few"},
    [REPORT_FEW_DOLLARS] = {"few_dollars", "not enough liquidations to judge: too few dollars"},
    [REPORT_FEW_DAYS] = {"few_days", "not enough liquidations to judge: on too few days"},
};

const char *score_print_verdict(enum report_verdict verdict) {
    return verdicts[verdict].text;
}

const char *score_print_verdict_key(enum report_verdict verdict) {
    return verdicts[verdict].key;
}

static const char *date_text(int64_t ms, char out[DATE_BYTES]) {
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL || strftime(out, DATE_BYTES, "%Y-%m-%d %H:%M", &tm) == 0) {
        out[0] = '\0';
    }
    return out;
}

static void title(FILE *out, const char *name, const char *how) {
    fprintf(out, "\n%s\n  %s\n", name, how);
}

static void print_facts(FILE *out, const struct score_print *print) {
    const struct report *report = print->report;
    char from[DATE_BYTES], to[DATE_BYTES];
    fputs("score of ", out);
    for (const char *c = print->instrument; *c != '\0'; c++) {
        fputc((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c, out); /* it ends up on a terminal */
    }
    fputc('\n', out);
    if (report->first_ms > report->last_ms) {
        return;
    }
    fprintf(out, "  %-28s %s to %s UTC, %.1f days\n", "seen", date_text(report->first_ms, from),
            date_text(report->last_ms, to), report->days_seen);
    fprintf(out, "  %-28s %d days%s\n", "warm-up, not counted", report->warm_up_days,
            report->warm_up_days < report->warm_up_asked ? " (shorter than asked: the source is)"
                                                         : "");
    fprintf(out, "  %-28s %.0f, %.0f USD (long %.0f, short %.0f) on %d days\n",
            "liquidations counted", report->prints,
            report->seen_usd[REPORT_BOTH] + report->nowhere_usd, report->seen_usd[REPORT_LONG],
            report->seen_usd[REPORT_SHORT], report->days_scored);
    fprintf(out, "  %-28s %.0f (side, price bin, second)\n", "cells swept by the mark",
            report->cells);
    if (!report->complete) {
        fprintf(out,
                "  %-28s %.0f of %.0f liquidations are of a stream that shows only some:\n"
                "  %-28s shape is judged, scale is not\n",
                "incomplete", (double)report->stats.prints_incomplete, (double)report->stats.prints,
                "");
    }
}

static void print_gains(FILE *out, const struct report *report) {
    title(out, "information gain, nats per liquidated dollar",
          "how much better than \"anywhere that was swept alike\"; 0 is nothing, +0.69 is twice as "
          "well, below 0 is misleading");
    fprintf(out, "  %-24s %8s %8s %8s %12s\n", "", "both", "long", "short", "day x side");
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        const struct report_model *at = &report->models[model];
        fprintf(out, "  %-24s %+8.3f %+8.3f %+8.3f %+12.3f\n",
                score_model_text((enum score_model)model), at->gain_nats[REPORT_BOTH],
                at->gain_nats[REPORT_LONG], at->gain_nats[REPORT_SHORT], at->gain_mean_nats);
    }
    fprintf(out, "  %-24s %+8.3f\n", "if our map were right", report->own_gain_nats);
    title(out, "our map ahead of, nats per liquidated dollar",
          "the difference on the same cells, its 95 % interval over days (drawn with replacement, "
          "fixed seed), and wins by day and side");
    fprintf(out, "  %-24s %8s %19s %12s %9s\n", "", "ahead", "95 % interval", "day x side", "wins");
    for (int model = SCORE_OURS + 1; model < SCORE_MODEL_COUNT; model++) {
        const struct report_model *at = &report->models[model];
        char interval[32] = "unknown";
        if (at->ahead.known) {
            str_format(interval, sizeof interval, "%+.3f .. %+.3f", at->ahead.low, at->ahead.high);
        }
        fprintf(out, "  %-24s %+8.3f %19s %+12.3f %5d/%d\n",
                score_model_text((enum score_model)model), at->ahead.value, interval,
                at->ahead_mean_nats, at->wins, at->of);
    }
}

static void print_placebo(FILE *out, const struct report_placebo *placebo) {
    title(out, "placebo: our map's predictions moved to another time of their day",
          "gain less what chance gives to a map of this shape; must come out at nothing: 0 between "
          "the ends of the range");
    fprintf(out, "  %-28s %+.3f nats per liquidated dollar, 95 %% of %d maps %+.3f .. %+.3f\n",
            "moved", placebo->mean_nats, TALLY_SHIFT_COUNT, placebo->low_nats, placebo->high_nats);
    fprintf(out, "  %-28s %+.3f; %d of the moved maps gain as much\n", "where it belongs",
            placebo->ours_nats, placebo->above);
}

static void print_calibration(FILE *out, const struct report *report) {
    title(out, "calibration",
          report->complete
              ? "predicted dollars over seen ones: 1 is right; root of hourly sums, by side, "
                "correlated; share of their deviance explained"
              : "the stream shows only some liquidations: predicted over seen cannot be judged");
    fprintf(out, "  %-24s %8s %8s %8s %10s %10s\n", "predicted / seen", "both", "long", "short",
            "hourly r", "deviance");
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        const struct report_model *at = &report->models[model];
        fprintf(out, "  %-24s %8.3g %8.3g %8.3g %10.3f %10.3f\n",
                score_model_text((enum score_model)model), at->predicted_over_seen[REPORT_BOTH],
                at->predicted_over_seen[REPORT_LONG], at->predicted_over_seen[REPORT_SHORT],
                at->hourly_r, at->deviance_explained);
    }
    fprintf(out, "  %-28s %.2f %% of the dollars (no level swept near them: %.2f %%)\n",
            "unexplained by our map", 100 * report->unexplained_share,
            report->seen_usd[REPORT_BOTH] > 0
                ? 100 * report->nowhere_usd / (report->seen_usd[REPORT_BOTH] + report->nowhere_usd)
                : 0);
    title(out, "by predicted dollars a cell",
          "ten groups that hold about a tenth of the predicted dollars each; seen should be alike");
    fprintf(out, "  %14s %10s %14s %14s %10s\n", "from USD", "cells", "predicted USD", "seen USD",
            "ratio");
    for (int i = 0; i < REPORT_DECILES; i++) {
        const struct report_decile *at = &report->deciles[i];
        if (at->cells > 0) {
            fprintf(out, "  %14.4g %10.0f %14.0f %14.0f %10.3f\n", at->predicted_from_usd,
                    at->cells, at->predicted_usd, at->seen_usd,
                    at->seen_usd > 0 ? at->predicted_usd / at->seen_usd : 0);
        }
    }
}

static void print_frozen(FILE *out, const struct report *report) {
    const struct frozen_sum *frozen = &report->frozen;
    title(out, "frozen for an hour, nats per liquidated dollar",
          "the map of each full hour against what was reached first in that hour: pooled over all "
          "hours (where and when), and within an hour");
    fprintf(out, "  %.0f hours, %.0f cells, %.0f USD\n", frozen->windows, frozen->cells,
            frozen->seen_usd);
    fprintf(out, "  %-24s %8s %8s %16s\n", "", "pooled", "within", "predicted / seen");
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        fprintf(out, "  %-24s %+8.3f %+8.3f %16.3g\n", score_model_text((enum score_model)model),
                frozen->pooled_nats[model], frozen->within_nats[model],
                frozen->predicted_over_seen[model]);
    }
}

static void print_truth(FILE *out, const struct truth_report *truth) {
    title(out, "truth: the map beside the positions that were open, every six hours",
          "overlap 1 is perfect, R is to be read beside what is attainable, W1 is how far dollars "
          "are misplaced; near 0-3 % (10 bp "
          "cells), far 3-15 % (20 bp cells)");
    if (truth->snapshots == 0) {
        fputs("  no snapshot: no position is known at any sixth hour of the days counted\n", out);
        return;
    }
    fprintf(out, "  %d snapshots, %.0f positions each\n", truth->snapshots, truth->positions);
    fprintf(out, "  %-24s %30s   %30s\n", "", "near", "far");
    fprintf(out, "  %-24s %8s %6s %7s %6s   %8s %6s %7s %6s\n", "", "overlap", "R", "W1 bp", "mass",
            "overlap", "R", "W1 bp", "mass");
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        const struct truth_figures *near = &truth->near[model], *far = &truth->far[model];
        fprintf(out, "  %-24s %8.3f %6.2f %7.1f %6.3g   %8.3f %6.2f %7.1f %6.3g\n",
                score_model_text((enum score_model)model), near->overlap, near->r, near->w1_bp,
                near->mass, far->overlap, far->r, far->w1_bp, far->mass);
    }
    fprintf(out, "  %-24s %8s %6.2f %7s %6s   %8s %6.2f\n", "attainable by any map", "",
            truth->near_r_attainable, "", "", "", truth->far_r_attainable);
}

static void print_limits(FILE *out, const struct score_print *print) {
    const struct score_stats *stats = &print->report->stats;
    const struct {
        const char *text;
        double count;
    } limits[] = {
        {"cells left out beside gaps", (double)stats->cells_left_out},
        {"cells counted early (limit)", (double)stats->cells_early},
        {"cells with dollars lost (limit)", (double)stats->hits_lost},
        {"cells lost to the placebo (limit)", (double)stats->cells_lost},
        {"frozen cells lost (limit)", (double)stats->frozen_hits_lost},
        {"days not counted (limit)", (double)stats->days_lost},
        {"truth snapshots lost (limit)",
         print->truth != NULL ? (double)print->truth->snapshots_lost : 0},
        {"truth positions lost (limit)",
         print->truth != NULL ? (double)print->truth->positions_lost : 0},
    };
    bool any = false;
    for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
        if (limits[i].count > 0) {
            fprintf(out, "%s  %-36s %.0f\n", any ? "" : "\nleft out\n", limits[i].text,
                    limits[i].count);
            any = true;
        }
    }
}

void score_print_text(FILE *out, const struct score_print *print) {
    const struct report *report = print->report;
    const char *verdict = score_print_verdict(report->verdict);
    print_facts(out, print);
    if (verdict != NULL) {
        fprintf(out, "\n%s\n  a judgement takes %d liquidations, %.0f USD and %d days with some\n",
                verdict, SCORE_PRINTS_MIN, SCORE_USD_MIN, SCORE_DAYS_MIN);
    }
    if (report->prints > 0) {
        print_gains(out, report);
        print_placebo(out, &report->placebo);
        print_calibration(out, report);
        print_frozen(out, report);
    }
    if (print->truth != NULL) {
        print_truth(out, print->truth);
    }
    print_limits(out, print);
}
