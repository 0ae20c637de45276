/* model/calibration.h - what realised liquidations teach about the weights: evidence, exposure, and
 * the M-step (estimator.md sections 4.6, 4.7, 4.10, 4.11).
 *
 * Class c = (source o, distance j).  N_c: USD of prints given to it.  D_c: exposure, the USD of its
 * unit map that the mark swept.  Cells swept are Poisson-like, Y_k ~ sum over c of rho_c E_kc, with
 * variance psi times the mean; prints are shared out by rho_c E_kc (online EM), and the M-step is
 * the mean of a Gamma posterior whose prior is worth a0 USD of exposure:
 *
 *   K_ij    = exp(-(ln d_i - ln d_j)^2 / (2 h^2)),  h = .5
 *   alpha_oj = (sum_i K_ij N_oi + A_oj) / (sum_i K_ij D_oi rho0_oi + A_oj),
 *   A_oj    = .2 a0 sum_i K_ij rho0_oi
 *   rho_oj  = (N_oj + a0 alpha_oj rho0_oj) / (D_oj + a0)
 *   smooth cells: rho_j <- .8 rho_j + .1 rho_j-1 + .1 rho_j+1    (one EMS step; ends keep .9)
 *   N, D, I *= 2^(-dt / 6 d);   N, D, I of j *= min(1, max(7 psi / I_j, 5 a0 / max_o D_oj))
 *   sd(ln rho_j) ~ sqrt(psi / I_j),  I_j = sum_k (rho_j E_kj)^2 / Lambda_k
 *   psi     = sum_k (Y_k - Lambda_k)^2 / sum_k Lambda_k, beside a prior worth a few cells
 *
 * The scale alpha is pooled over neighbouring distances only.  One scale a source (the page's
 * alpha_o, h without end) carries what near distances teach to where the mark never came: in a
 * market of mostly high (C) or low (B) leverage that scale is wrong there, and the far map became
 * worse than under the prior.  With the kernel, a distance with nothing swept around it keeps the
 * prior's shape at the prior's scale.  Figures: tests/bench/README.md.
 *
 * That second factor lets distances that are swept all day follow a market that changes its
 * leverage within hours, while a far one keeps its rare evidence for the whole memory.
 *
 * Hearing.  Exposure says "this was swept and nothing more was liquidated", which is true only
 * while somebody listens: day files and some venues tell no liquidation ever, connections die
 * silently, back-filled bars have no prints.  So nothing counts before the first print; from then
 * on exposure is pending until the next print proves that the ear is still open.  For Poisson
 * arrivals, stopping at an arrival leaves N / D without bias; a feed that falls silent for good
 * leaves the weights where they were instead of driving them to zero.
 *
 * Throttled venues show some of their liquidations.  Their prints are kept apart and give shape,
 * never scale: they are multiplied by kappa so that the total is what the prior's scale (or one
 * given from complete venues) asks of the exposure; where complete prints are the larger part,
 * those alone set the total.
 *
 * The formula of sd leaves out that neighbouring distances explain the same prints; it is a lower
 * bound.  Thread: the owner's.  Owner: estimator.  Plain data. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/distance.h"
#include "model/weights.h"

enum { CALIBRATION_STEP_MS = 600000 }; /* M-steps at multiples of it, event time */

#define CALIBRATION_A0_OF_OI   0.1           /* a0, share of the open interest in USD */
#define CALIBRATION_A0_USD     1e6           /* where open interest is not known */
#define CALIBRATION_MEMORY_MS  (6 * 86400e3) /* half-life of the evidence */
#define CALIBRATION_PSI_USD    5e4           /* dispersion before anything was seen */
#define CALIBRATION_ENOUGH_A0  5             /* and the exposure that outweighs the prior, in a0 */
#define CALIBRATION_ENOUGH_PSI 7             /* information of a distance, at most: sd .38 */
#define CALIBRATION_PRINT_PSI  20            /* one print counts at most so many psi */

/* Sums with the memory's weight, USD. */
struct calibration_evidence {
    double attributed_usd[CLASS_LANES];   /* N: prints of complete streams */
    double sampled_usd[CLASS_LANES];      /* prints of throttled streams, as they were told */
    double exposed_usd[CLASS_LANES];      /* D: unit mass swept while prints were heard */
    double information_usd[DISTANCE_MAX]; /* I, sources together */
    double residual_usd2, predicted_usd;  /* of psi: sums of (Y - Lambda)^2 and of Lambda */
};

/* Swept since the last print: not proven to be heard. */
struct calibration_pending {
    double exposed_usd[CLASS_LANES];
    double information_usd[DISTANCE_MAX];
};

struct calibration {
    struct calibration_evidence evidence;
    struct calibration_pending pending;
    bool heard;      /* a print was told, now or in the run that was restored */
    bool shape_only; /* at the last M-step most of the evidence was sampled */
    bool restored;
    double kappa;          /* at the last M-step: USD that a sampled dollar stands for, 1..100 */
    int64_t stepped_ms;    /* evidence was last worn; INT64_MIN: no live row yet */
    int64_t calibrated_ms; /* of the newest weights; 0: the prior */
    int64_t known_ms;      /* rows up to here have taught already, in the run that was restored */
    uint64_t step_count;
    double attributed_total_usd, unexplained_usd; /* all prints told, for people */
};

/* -- the M-step: pure -- */

struct calibration_input {
    const struct calibration_evidence *evidence;
    const struct distance_ladder *ladder;
    const struct weights *prior; /* rho0 */
    double a0_usd;               /* > 0 */
    double outside_scale; /* of complete venues, in units of the prior's; 0: 1, the prior's */
};
struct calibration_output {
    struct weights weights;
    double kappa;
    bool shape_only;
};
/* Finite for every finite evidence >= 0; rho in [0, 1e3]. */
void calibration_step(const struct calibration_input *input, struct calibration_output *output);

/* What complete prints tell of the scale: dollars told, and dollars that the prior expected of the
 * same exposure; their ratio is an outside_scale. Adds nothing where most prints were sampled. */
struct calibration_scale {
    double told_usd, expected_usd;
};
void calibration_add_scale(const struct calibration_evidence *evidence, const struct weights *prior,
                           struct calibration_scale *scale);

/* The dispersion psi that the evidence speaks for, USD, > 0. */
double calibration_psi(const struct calibration_evidence *evidence);
/* Prior weight a0 of an open interest, USD; clamped to [1e3, 1e13]; oi_usd 0: not known. */
double calibration_a0(double oi_usd);

/* -- evidence -- */

void calibration_reset(struct calibration *calibration);
/* dt_ms of the memory pass; <= 0: nothing. */
void calibration_wear(struct calibration *calibration, int64_t dt_ms);
/* Evidence of a distance that is more than enough makes way for newer: what remains holds its sd
 * at some .4 and outweighs the prior. Before an M-step. */
void calibration_make_way(struct calibration *calibration, double a0_usd);
/* A print was told. What was swept before it counts from now on. */
void calibration_hear(struct calibration *calibration);
uint64_t calibration_hash(const struct calibration *calibration, uint64_t hash);

/* -- keeping it from one run to the next (estimator.md section 4.12) -- */

/* A run may begin with a past that the one before has seen: what was recorded, what was filled
 * back. Rows up to heard_ms teach nothing once more: no evidence, no exposure, no wear, no step. */
struct calibration_record {
    int64_t stepped_ms, calibrated_ms;
    int64_t heard_ms; /* the evidence is of rows up to here; >= 0 */
    struct calibration_evidence evidence;
    struct weights weights;         /* in force */
    int32_t distance_count;         /* of the ladder that it was learned on */
    double distances[DISTANCE_MAX]; /* as in distance_cell */
    bool sharp[DISTANCE_MAX];
};
/* Whether every number is one that calibration could have written, and the ladder is this one; the
 * record may come from a stranger. */
bool calibration_record_valid(const struct calibration_record *record);
bool calibration_record_fits(const struct calibration_record *record,
                             const struct distance_ladder *ladder);
