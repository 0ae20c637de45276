/* score/report.h - the figures of a full score, ready to be printed.
 *
 * Thread: the score's.  Plain data. Gains are in nats per liquidated dollar against uniform over
 * the swept cells (score/tally.h); lambda is what was expected, y what was seen. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "score/bootstrap.h"
#include "score/frozen.h"
#include "score/score.h"

enum report_side { REPORT_LONG, REPORT_SHORT, REPORT_BOTH, REPORT_SIDE_COUNT };
enum { REPORT_DECILES = 10 };

enum report_verdict {
    REPORT_ENOUGH,
    REPORT_NO_LIQUIDATIONS,
    REPORT_FEW_PRINTS,  /* below SCORE_PRINTS_MIN */
    REPORT_FEW_DOLLARS, /* below SCORE_USD_MIN */
    REPORT_FEW_DAYS     /* below SCORE_DAYS_MIN with liquidations */
};

struct report_model {
    double gain_nats[REPORT_SIDE_COUNT];
    double gain_mean_nats;                         /* mean over day x side, each counting alike */
    double predicted_over_seen[REPORT_SIDE_COUNT]; /* sum lambda / sum y */
    double hourly_r;                               /* of root lambda and root y, by hour and side */
    double deviance_explained;                     /* quasi-Poisson, by hour and side */
    /* Ours less this model's gain. */
    struct bootstrap_interval ahead; /* dollars weighted alike; days drawn */
    double ahead_mean_nats;          /* mean over day x side */
    int wins, of;                    /* day x sides in which ours was ahead */
};

struct report_decile {
    double cells, predicted_usd, seen_usd;
    double predicted_from_usd; /* smallest prediction of a cell in it */
};

/* Our map's predictions moved to another time of their day, TALLY_SHIFT_COUNT times. */
struct report_placebo {
    double chance_nats;                    /* what chance gives to a map of this shape: below 0 */
    double ours_nats;                      /* of our map as it is, less chance */
    double mean_nats, low_nats, high_nats; /* of the moved ones, less chance; 95 % lie between */
    int above;                             /* moved ones that gain as much as ours */
};

struct report {
    enum report_verdict verdict;
    bool complete; /* the venue publishes every liquidation: scale may be judged */
    int64_t first_ms, last_ms;
    double days_seen;
    int warm_up_days, warm_up_asked; /* of the source's time, left out */
    int days_scored;                 /* UTC days with liquidations */
    int32_t first_day, last_day;     /* scored, since the epoch */
    double prints, cells, seen_usd[REPORT_SIDE_COUNT], nowhere_usd, unexplained_share;
    struct report_model models[SCORE_MODEL_COUNT];
    struct report_decile deciles[REPORT_DECILES];
    double own_gain_nats; /* what our map would gain if it were exactly right */
    struct report_placebo placebo;
    struct frozen_sum frozen;
    struct score_stats stats;
};

/* Leave out the first warm_up_days UTC days (>= 0), or half of the days where the source is that
 * short. After score_finish_rows. False: out of memory. */
bool report_make(const struct score *score, int warm_up_days, struct report *out);
