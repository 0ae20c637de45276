/* app/score_print.h - a score as text for people, or as JSON.
 *
 * Thread: main.  Equal figures give equal bytes.  JSON keys are stable; what cannot be judged or is
 * not known is null. */
#pragma once

#include <stdio.h>

#include "score/report.h"
#include "score/truth.h"

struct score_print {
    const char *instrument; /* "binance_usdm:BTCUSDT" */
    const struct report *report;
    const struct tally *tally;        /* the days behind it */
    const struct truth_report *truth; /* NULL: none was given */
};

void score_print_text(FILE *out, const struct score_print *print);
/* One object, without a line end. False: no memory, and nothing was printed. */
bool score_print_json(FILE *out, const struct score_print *print);
/* Why a report cannot be judged, or NULL. */
const char *score_print_verdict(enum report_verdict verdict);
/* "not_enough_days" and the like. */
const char *score_print_verdict_key(enum report_verdict verdict);
