/* model/estimator_learn.c - from sweeps and prints to evidence, from evidence to weights.
 *
 * Each cell that the mark sweeps is exposure; each print goes to the classes that had something in
 * the cells around its trigger price, in the shares that the weights in force foretell.  What
 * counts as heard: rows of a live feed that follow each other closely and have no gap in them (a
 * back-filled bar does not tell when the mark was where), and that did not teach a run before; why
 * exposure waits for a print to confirm it stands in model/calibration.h.
 *
 * A print is sought in what was swept around its own time.  Where the venue tells its mark rarely,
 * the mark in force between is our own guess from trades, and may have gone by seconds before the
 * one that triggered: what is not found within seconds is sought further back, up to a minute. */
#include <math.h>
#include <string.h>

#include "base/math.h"
#include "base/str.h"
#include "market/event.h"
#include "model/estimator_inside.h"

enum {
    LISTEN_ROW_MS = 10000,   /* longer rows are not of a live feed */
    LISTEN_APART_MS = 60000, /* after a longer silence nobody knows what went by */
    PRINT_WAIT_MS = 4000,    /* for its row, at most */
    SETTLE_MS = 120000       /* no print reaches so far back */
};

/* How far back a print is sought, one after the other (journal_find). */
static const int32_t reaches_ms[] = {JOURNAL_CLAMP_MS, 12000, 60000};

#define USD_MAX 1e15 /* a print, or a price, beyond is a stranger's nonsense */

static bool row_heard(const struct estimator *estimator, const struct entry_row *row) {
    bool live = (row->flags & (ENTRY_ROW_HISTORY | ENTRY_ROW_GAP)) == 0 &&
                row->end_ms - row->begin_ms <= LISTEN_ROW_MS &&
                row->end_ms > estimator->calibration.known_ms;
    return live &&
           (estimator->ts_ms == INT64_MIN || row->begin_ms - estimator->ts_ms <= LISTEN_APART_MS);
}

/* How far the prediction of a cell was from what it held. */
static void settle_cells(struct estimator *estimator, int64_t until_ms) {
    struct calibration_evidence *evidence = &estimator->calibration.evidence;
    const struct journal_entry *cell = NULL;
    while ((cell = journal_settle(&estimator->journal, until_ms)) != NULL) {
        if (cell->counted) {
            double residual = cell->seen_usd - cell->predicted_usd;
            evidence->residual_usd2 += residual * residual;
            evidence->predicted_usd += cell->predicted_usd;
        }
    }
}

void estimator_learn_row(struct estimator *estimator, const struct entry_row *row) {
    struct calibration *calibration = &estimator->calibration;
    estimator->listening = row_heard(estimator, row);
    if (!calibration->heard) {
        memset(&calibration->pending, 0, sizeof(calibration->pending));
    }
    settle_cells(estimator, row->end_ms - SETTLE_MS);
}

void estimator_learn_swept(struct estimator *estimator, int64_t ts_ms, int side, int32_t bin,
                           double price, const float removed[CLASS_LANES]) {
    struct calibration_pending *pending = &estimator->calibration.pending;
    float foretold[CLASS_LANES], by_distance[DISTANCE_MAX];
    double predicted = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        foretold[lane] = estimator->weights.rho[lane] * removed[lane];
        pending->exposed_usd[lane] += (double)removed[lane] * price;
    }
    for (int i = 0; i < DISTANCE_MAX; i++) {
        const float *of_sources = &foretold[i * CLASS_SOURCES];
        by_distance[i] = (of_sources[0] + of_sources[1]) + of_sources[2];
        predicted += (double)by_distance[i];
    }
    double usd_per_base2 = predicted > 0 ? price / predicted : 0;
    for (int i = 0; i < DISTANCE_MAX; i++) {
        double part = (double)by_distance[i];
        pending->information_usd[i] += part * part * usd_per_base2;
    }
    settle_cells(estimator, INT64_MIN);
    journal_add(&estimator->journal,
                &(struct journal_entry){.ts_ms = ts_ms,
                                        .bin = bin,
                                        .side = (int8_t)side,
                                        .counted = estimator->calibration.heard,
                                        .predicted_usd = predicted * price},
                removed);
}

/* What the weights in force foretold where the print lies: by class, and its sum; 0: nothing. */
static double find_foretold(const struct estimator *estimator, struct journal_place *place,
                            double foretold[CLASS_LANES]) {
    double sum = 0;
    for (size_t i = 0; i < ARRAY_COUNT(reaches_ms) && !(sum > 0); i++) {
        place->reach_ms = reaches_ms[i];
        if (journal_find(&estimator->journal, place, foretold)) {
            for (int lane = 0; lane < CLASS_LANES; lane++) {
                foretold[lane] *= (double)estimator->weights.rho[lane];
                sum += foretold[lane];
            }
        }
    }
    return sum;
}

/* The share of a print that may teach: a lone whale is no more than some twenty of its kind. */
static double print_teaches(const struct calibration *calibration, double usd, bool complete) {
    double limit = CALIBRATION_PRINT_PSI * calibration_psi(&calibration->evidence) /
                   (complete ? 1 : calibration->kappa);
    return usd < limit ? usd : limit;
}

void estimator_learn_print(struct estimator *estimator, const struct entry_row *row,
                           const struct entry_print *print) {
    struct calibration *calibration = &estimator->calibration;
    double usd = (double)print->usd, foretold[CLASS_LANES];
    if (!(usd > 0 && usd < USD_MAX) || !(print->price > 0 && print->price < USD_MAX) ||
        (row->flags & ENTRY_ROW_HISTORY) != 0 || entry_print_is_late(print, row)) {
        return;
    }
    /* It may have waited some seconds for this row: what was swept around its own time counts. */
    int64_t waited_ms = (int64_t)math_clamp((double)(row->end_ms - print->ts_ms), 0, PRINT_WAIT_MS);
    struct journal_place place = {
        .at_ms = row->end_ms - waited_ms,
        .side = print->position == POS_LONG ? MODEL_LONG : MODEL_SHORT,
        .bin = estimator_bin_of(estimator, math_log(print->price) - estimator->phi),
    };
    calibration_hear(calibration);
    double sum = find_foretold(estimator, &place, foretold);
    if (!(sum > 0)) {
        calibration->unexplained_usd += usd;
        return;
    }
    calibration->attributed_total_usd += usd;
    if (!estimator->listening) {
        return;
    }
    bool complete = print->complete != 0;
    double teaches = print_teaches(calibration, usd, complete);
    double *n = complete ? calibration->evidence.attributed_usd : calibration->evidence.sampled_usd;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        n[lane] += teaches * foretold[lane] / sum;
    }
    journal_credit(&estimator->journal, &place, teaches * (complete ? 1 : calibration->kappa));
}

/* -- M-step -- */

void estimator_learn_step(struct estimator *estimator, const struct entry_row *row) {
    struct calibration *calibration = &estimator->calibration;
    if ((row->flags & ENTRY_ROW_HISTORY) != 0 || row->end_ms <= calibration->known_ms) {
        return;
    }
    int64_t since_ms = calibration->stepped_ms;
    if (since_ms == INT64_MIN || since_ms > row->end_ms + CALIBRATION_STEP_MS) {
        calibration->stepped_ms =
            row->end_ms; /* the first, or restored from a clock that ran ahead */
        return;
    }
    if (row->end_ms / CALIBRATION_STEP_MS <= since_ms / CALIBRATION_STEP_MS) {
        return;
    }
    calibration->stepped_ms = row->end_ms;
    calibration_wear(calibration, row->end_ms - since_ms);
    if (!calibration->heard) {
        return;
    }
    double mark = math_exp(estimator->z_mark + estimator->phi);
    double a0_usd = calibration_a0(estimator->oi_base * mark);
    calibration_make_way(calibration, a0_usd);
    const struct calibration_input input = {
        .evidence = &calibration->evidence,
        .ladder = &estimator->ladder,
        .prior = &estimator->prior,
        .a0_usd = a0_usd,
        .outside_scale = estimator->outside_scale,
    };
    struct calibration_output output;
    calibration_step(&input, &output);
    calibration->kappa = output.kappa;
    calibration->shape_only = output.shape_only;
    calibration->calibrated_ms = row->end_ms;
    calibration->step_count++;
    estimator->learned = output.weights;
    estimator->has_learned = true;
}

bool estimator_take_weights(struct estimator *estimator, struct weights *out) {
    bool learned = estimator->has_learned;
    if (learned) {
        *out = estimator->learned;
        estimator->has_learned = false;
    }
    return learned;
}

const struct calibration *estimator_calibration(const struct estimator *estimator) {
    return &estimator->calibration;
}

void estimator_set_outside_scale(struct estimator *estimator, double scale) {
    estimator->outside_scale = scale > 0 && scale < 1e6 ? scale : 0;
}

void estimator_add_scale(const struct estimator *estimator, struct calibration_scale *scale) {
    calibration_add_scale(&estimator->calibration.evidence, &estimator->prior, scale);
}

/* -- from one run to the next -- */

bool estimator_export(const struct estimator *estimator, struct calibration_record *out) {
    const struct calibration *calibration = &estimator->calibration;
    if (calibration->calibrated_ms == 0) {
        return false;
    }
    *out = (struct calibration_record){
        .stepped_ms = calibration->stepped_ms,
        .calibrated_ms = calibration->calibrated_ms,
        .heard_ms =
            estimator->ts_ms > calibration->known_ms ? estimator->ts_ms : calibration->known_ms,
        .evidence = calibration->evidence,
        .weights = estimator->learned,
        .distance_count = estimator->ladder.count,
    };
    for (int i = 0; i < estimator->ladder.count; i++) {
        out->distances[i] = estimator->ladder.cells[i].distance;
        out->sharp[i] = estimator->ladder.cells[i].sharp;
    }
    return true;
}

bool estimator_restore(struct estimator *estimator, const struct calibration_record *record) {
    if (!estimator->desc.evidence || estimator->stats.rows > 0 ||
        !calibration_record_valid(record) || !calibration_record_fits(record, &estimator->ladder)) {
        return false;
    }
    struct calibration *calibration = &estimator->calibration;
    calibration_reset(calibration);
    calibration->evidence = record->evidence;
    calibration->stepped_ms = record->stepped_ms;
    calibration->calibrated_ms = record->calibrated_ms;
    calibration->known_ms = record->heard_ms;
    calibration->heard = calibration->restored = true;
    estimator->learned = record->weights;
    estimator->has_learned = true;
    return true;
}
