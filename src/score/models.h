/* score/models.h - who is scored: our map and the null models of estimator.md section 6.1.
 *
 * Thread: any; plain data.  Uniform over the swept cells is not in the list: every gain is against
 * it, so its own is 0.  A ladder drawn anew around the price of the moment is not either: it keeps
 * its distance from the price, is never swept, and so foretells nothing at all. */
#pragma once

enum score_model {
    SCORE_OURS,       /* the map as it is shown, weights as learned so far, after the OI bound */
    SCORE_KERNEL,     /* open interest around the price: log-normal, 6 %, width 1, 1 day */
    SCORE_FIXED,      /* our map under the prior's weights, with its own OI bound */
    SCORE_AGE,        /* time since a price was last passed: uniform accrual, 2 days */
    SCORE_TURNOVER,   /* turnover on a fixed ladder of leverage, as liqmap lays it down */
    SCORE_NET_LADDER, /* open-interest growth on a fixed ladder of leverage */
    SCORE_MODEL_COUNT
};
enum { SCORE_ROLLING_MODELS = SCORE_KERNEL + 1 }; /* what a rolling score follows */

const char *score_model_key(enum score_model model);  /* "kernel": in JSON and tests */
const char *score_model_text(enum score_model model); /* for people */
