/* score/baselines.h - the null models of estimator.md section 6.1, each cleared exactly as our map
 * is.
 *
 * Every model keeps base coin by side and bin and loses the same share of a bin that the mark takes
 * from ours: without that, clearing alone would win. With OI(t) in coin, V turnover in coin, tau a
 * half-life, x = |ln(price of the bin / mark)| and f the density of ln N(ln 0.06, 1):
 *
 *   kernel     + OI dt ln2/tau f(x) dx at the mark, both sides, tau = 1 d: stands for OI in the end
 *   age        + OI dt ln2/tau / bins in every bin, tau = 2 d
 *   turnover   + V clamp(1 + 8 dOI+/OI, 1, 3)/2 a side and minute; 0.45 at close, 0.275 at high and
 *              at low; tiers 10x .35, 25x .30, 50x .20, 100x .15 at e(1 -+ 1/L); half-lives
 * 14, 4.6, 1.5, 0.5 d; a triangle of +-8 bp for its three-tap blur over coarser bins net OI     +
 * the net deposits of section 4.4 at their bins; 5x .15, 10x .30, 25x .25, 50x .20, 100x .10 at e(1
 * -+ 1/L), tau = 2 d
 *
 * Only the shape is judged; their scales are the ones above. Where open interest is not known, 1
 * coin stands for it.  Deposits come a minute at a time, from the bins that the mark did not pass
 * in it outwards. Thread: the owner's.  Owner: score.  Limit: LIGHT_MAP_BINS bins around the mark.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/entry_log.h"
#include "score/light_map.h"
#include "score/models.h"

enum { BASELINES_TIERS = 4 };

struct baselines_bar { /* the minute being gathered */
    int64_t begin_ms, end_ms;
    double oi_dt_base_s, usd, oi_first, oi_last;
    double open, high, low, close; /* last trades; 0: none yet */
    double z_low, z_high, z_moment, dt_ms;
};

struct baselines {
    bool all; /* else the kernel alone */
    double bin_width, phi;
    bool has_bar;
    struct baselines_bar bar;
    float *kernel_weight; /* owned: [LIGHT_MAP_BINS], by bins from the mark */
    struct light_map kernel, age, net, turnover[BASELINES_TIERS];
    double age_whole; /* content of a bin that was never passed; the map holds what is missing */
};

bool baselines_init(struct baselines *baselines, double bin_width, bool all); /* false: no memory */
/* As baselines_init without all, but to go on where source (made so, too) is. */
bool baselines_init_copy(struct baselines *baselines, const struct baselines *source);
void baselines_finish(struct baselines *baselines); /* zeroed accepted */

/* A row in three steps: what was gathered in minutes that are over is laid down; the estimator
 * sweeps and each bin is taken; the row's facts are gathered. */
void baselines_begin_row(struct baselines *baselines, const struct entry_row *row);
double baselines_take(struct baselines *baselines, enum score_model model, int side, int32_t bin,
                      float share); /* base coin that went */
void baselines_end_row(struct baselines *baselines, const struct entry_row *row,
                       const struct entry_deposit *deposits);

/* Base coin in a bin; 0 for SCORE_OURS and SCORE_FIXED, which are no baselines of this room. */
double baselines_content(const struct baselines *baselines, enum score_model model, int side,
                         int32_t bin);
