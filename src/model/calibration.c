/* model/calibration.c - the sums, the M-step, and what may be restored. */
#include "model/calibration.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/math.h"

#define POOL_SHARE    0.2 /* A_oj: how firmly a pooled scale is held to the prior's */
#define POOL_WIDTH    0.5 /* h: of the pool, in ln d */
#define EMS_SHARE     0.1 /* of each smooth neighbour */
#define PSI_CELLS     4   /* the prior of psi is worth cells of so many psi predicted */
#define RHO_MAX       1e3
#define ALPHA_MAX     1e6
#define KAPPA_MAX     100
#define A0_USD_MIN    1e3
#define A0_USD_MAX    1e13
#define RECORD_MAX    1e30 /* any sum in a record; more was not ours */
#define DISTANCE_SAME 1e-9
#define TIME_MAX_MS   INT64_C(4102444800000) /* the year 2100 */

static double sum_lanes(const double values[CLASS_LANES]) {
    double sum = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += values[lane];
    }
    return sum;
}

double calibration_psi(const struct calibration_evidence *evidence) {
    const double worth_usd = PSI_CELLS * CALIBRATION_PSI_USD;
    return (CALIBRATION_PSI_USD * worth_usd + evidence->residual_usd2) /
           (worth_usd + evidence->predicted_usd);
}

double calibration_a0(double oi_usd) {
    return oi_usd > 0 ? math_clamp(CALIBRATION_A0_OF_OI * oi_usd, A0_USD_MIN, A0_USD_MAX)
                      : CALIBRATION_A0_USD;
}

/* USD that the prior's weights would have had liquidated. */
static double prior_expects(const struct calibration_evidence *evidence,
                            const struct weights *prior) {
    double sum = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += evidence->exposed_usd[lane] * (double)prior->rho[lane];
    }
    return sum;
}

void calibration_add_scale(const struct calibration_evidence *evidence, const struct weights *prior,
                           struct calibration_scale *scale) {
    double complete = sum_lanes(evidence->attributed_usd);
    if (complete > sum_lanes(evidence->sampled_usd)) {
        scale->told_usd += complete;
        scale->expected_usd += prior_expects(evidence, prior);
    }
}

/* N of both kinds of prints, on the scale that may be learned. */
static void scale_evidence(const struct calibration_input *input, double n[CLASS_LANES],
                           struct calibration_output *output) {
    const struct calibration_evidence *evidence = input->evidence;
    double complete = sum_lanes(evidence->attributed_usd);
    double sampled = sum_lanes(evidence->sampled_usd);
    double wanted = complete;
    output->shape_only = sampled > complete;
    if (output->shape_only) {
        double scale = input->outside_scale > 0 ? input->outside_scale : 1;
        wanted = scale * prior_expects(evidence, input->prior);
    }
    double told = complete + sampled, factor = told > 0 ? wanted / told : 1;
    output->kappa = output->shape_only ? math_clamp(factor, 1, KAPPA_MAX) : 1;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        n[lane] = (evidence->attributed_usd[lane] + evidence->sampled_usd[lane]) * factor;
    }
}

/* K_ij: how much distance i tells of the scale at distance j. */
static double kinship(const struct distance_ladder *ladder, int i, int j) {
    double apart = math_log(ladder->cells[i].distance / ladder->cells[j].distance) / POOL_WIDTH;
    return math_exp(-0.5 * apart * apart);
}

/* The scale of the prior that each class falls back to: pooled over the distances around its own,
 * source by source, and the prior's own where nothing near was swept. */
static void pool_scales(const struct calibration_input *input, const double n[CLASS_LANES],
                        double alpha[CLASS_LANES]) {
    const struct distance_ladder *ladder = input->ladder;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        alpha[lane] = 1;
    }
    for (int j = 0; j < ladder->count; j++) {
        double told[CLASS_SOURCES] = {0}, expected[CLASS_SOURCES] = {0}, prior[CLASS_SOURCES] = {0};
        for (int i = 0; i < ladder->count; i++) {
            double kin = kinship(ladder, i, j);
            for (int source = 0; source < CLASS_SOURCES; source++) {
                int lane = i * CLASS_SOURCES + source;
                double rho0 = (double)input->prior->rho[lane];
                told[source] += kin * n[lane];
                expected[source] += kin * input->evidence->exposed_usd[lane] * rho0;
                prior[source] += kin * rho0;
            }
        }
        for (int source = 0; source < CLASS_SOURCES; source++) {
            double held = POOL_SHARE * input->a0_usd * prior[source];
            if (held > 0) {
                alpha[j * CLASS_SOURCES + source] =
                    math_clamp((told[source] + held) / (expected[source] + held), 0, ALPHA_MAX);
            }
        }
    }
}

/* One EMS step: each smooth cell takes a little of its smooth neighbours; exact-ladder cells are
 * what they are. */
static void smooth_cells(const struct distance_ladder *ladder, double rho[CLASS_LANES]) {
    int cells[DISTANCE_MAX], count = 0;
    for (int i = 0; i < ladder->count; i++) {
        if (!ladder->cells[i].sharp) {
            cells[count++] = i * CLASS_SOURCES;
        }
    }
    for (int source = 0; source < CLASS_SOURCES; source++) {
        double before = count > 0 ? rho[cells[0] + source] : 0;
        for (int i = 0; i < count; i++) {
            double here = rho[cells[i] + source];
            double after = i + 1 < count ? rho[cells[i + 1] + source] : here;
            rho[cells[i] + source] = (1 - 2 * EMS_SHARE) * here + EMS_SHARE * (before + after);
            before = here;
        }
    }
}

/* sd of ln rho by distance, and how far out it is small. */
static void judge(const struct calibration_input *input, struct weights *weights) {
    double psi = calibration_psi(input->evidence), farthest = 0;
    for (int i = 0; i < DISTANCE_MAX; i++) {
        double information = i < input->ladder->count ? input->evidence->information_usd[i] : 0;
        double sd = information > 0 ? sqrt(psi / information) : (double)WEIGHTS_SD_MAX;
        weights->sd[i] = (float)math_clamp(sd, 1e-6, (double)WEIGHTS_SD_MAX);
        if (weights->sd[i] < WEIGHTS_SD_CALIBRATED) {
            farthest = fmax(farthest, input->ladder->cells[i].distance);
        }
    }
    weights->calibrated_to = (float)farthest;
}

void calibration_step(const struct calibration_input *input, struct calibration_output *output) {
    assert(input->a0_usd > 0);
    double n[CLASS_LANES], alpha[CLASS_LANES], rho[CLASS_LANES];
    memset(output, 0, sizeof(*output));
    scale_evidence(input, n, output);
    pool_scales(input, n, alpha);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        double prior = input->a0_usd * alpha[lane] * (double)input->prior->rho[lane];
        rho[lane] = (n[lane] + prior) / (input->evidence->exposed_usd[lane] + input->a0_usd);
    }
    smooth_cells(input->ladder, rho);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        output->weights.rho[lane] = (float)math_clamp(rho[lane], 0, RHO_MAX);
    }
    judge(input, &output->weights);
}

/* -- evidence -- */

void calibration_reset(struct calibration *calibration) {
    memset(calibration, 0, sizeof(*calibration));
    calibration->kappa = 1;
    calibration->stepped_ms = INT64_MIN;
}

void calibration_wear(struct calibration *calibration, int64_t dt_ms) {
    struct calibration_evidence *evidence = &calibration->evidence;
    if (dt_ms <= 0) {
        return;
    }
    double kept = math_exp(-math_log(2) * (double)dt_ms / CALIBRATION_MEMORY_MS);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        evidence->attributed_usd[lane] *= kept;
        evidence->sampled_usd[lane] *= kept;
        evidence->exposed_usd[lane] *= kept;
        calibration->pending.exposed_usd[lane] *= kept;
    }
    for (int i = 0; i < DISTANCE_MAX; i++) {
        evidence->information_usd[i] *= kept;
        calibration->pending.information_usd[i] *= kept;
    }
    evidence->residual_usd2 *= kept;
    evidence->predicted_usd *= kept;
}

void calibration_make_way(struct calibration *calibration, double a0_usd) {
    struct calibration_evidence *evidence = &calibration->evidence;
    double enough_usd = CALIBRATION_ENOUGH_PSI * calibration_psi(evidence);
    for (int i = 0; i < DISTANCE_MAX; i++) {
        double exposed_usd = 0;
        for (int lane = i * CLASS_SOURCES; lane < (i + 1) * CLASS_SOURCES; lane++) {
            exposed_usd = fmax(exposed_usd, evidence->exposed_usd[lane]);
        }
        double kept = fmax(enough_usd / evidence->information_usd[i],
                           CALIBRATION_ENOUGH_A0 * a0_usd / exposed_usd);
        if (!(kept < 1)) {
            continue; /* not enough yet, or nothing at all */
        }
        evidence->information_usd[i] *= kept;
        for (int lane = i * CLASS_SOURCES; lane < (i + 1) * CLASS_SOURCES; lane++) {
            evidence->attributed_usd[lane] *= kept;
            evidence->sampled_usd[lane] *= kept;
            evidence->exposed_usd[lane] *= kept;
        }
    }
}

void calibration_hear(struct calibration *calibration) {
    struct calibration_evidence *evidence = &calibration->evidence;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        evidence->exposed_usd[lane] += calibration->pending.exposed_usd[lane];
    }
    for (int i = 0; i < DISTANCE_MAX; i++) {
        evidence->information_usd[i] += calibration->pending.information_usd[i];
    }
    memset(&calibration->pending, 0, sizeof(calibration->pending));
    calibration->heard = true;
}

uint64_t calibration_hash(const struct calibration *calibration, uint64_t hash) {
    const int64_t head[] = {calibration->heard, calibration->stepped_ms, calibration->calibrated_ms,
                            calibration->known_ms};
    const double tail[] = {calibration->kappa, calibration->attributed_total_usd,
                           calibration->unexplained_usd};
    hash = hash_bytes(hash, head, sizeof(head));
    hash = hash_bytes(hash, &calibration->evidence, sizeof(calibration->evidence));
    hash = hash_bytes(hash, &calibration->pending, sizeof(calibration->pending));
    return hash_bytes(hash, tail, sizeof(tail));
}

/* -- records -- */

static bool sums_valid(int count, const double *values) {
    for (int i = 0; i < count; i++) {
        if (!(values[i] >= 0 && values[i] <= RECORD_MAX)) {
            return false;
        }
    }
    return true;
}

static bool weights_valid(const struct weights *weights) {
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        double rho = (double)weights->rho[lane];
        if (!(rho >= 0 && rho <= RHO_MAX)) {
            return false;
        }
    }
    for (int i = 0; i < DISTANCE_MAX; i++) {
        if (!(weights->sd[i] > 0 && weights->sd[i] <= WEIGHTS_SD_MAX)) {
            return false;
        }
    }
    return weights->calibrated_to >= 0 && weights->calibrated_to < 1;
}

bool calibration_record_valid(const struct calibration_record *record) {
    const struct calibration_evidence *evidence = &record->evidence;
    return record->distance_count > 0 && record->distance_count <= DISTANCE_MAX &&
           record->stepped_ms > 0 && record->stepped_ms < TIME_MAX_MS &&
           record->calibrated_ms > 0 && record->calibrated_ms < TIME_MAX_MS &&
           record->heard_ms >= 0 && record->heard_ms < TIME_MAX_MS &&
           sums_valid(CLASS_LANES, evidence->attributed_usd) &&
           sums_valid(CLASS_LANES, evidence->sampled_usd) &&
           sums_valid(CLASS_LANES, evidence->exposed_usd) &&
           sums_valid(DISTANCE_MAX, evidence->information_usd) &&
           sums_valid(1, &evidence->residual_usd2) && sums_valid(1, &evidence->predicted_usd) &&
           weights_valid(&record->weights);
}

bool calibration_record_fits(const struct calibration_record *record,
                             const struct distance_ladder *ladder) {
    if (record->distance_count != ladder->count) {
        return false;
    }
    for (int i = 0; i < ladder->count; i++) {
        double want = ladder->cells[i].distance;
        if (!(fabs(record->distances[i] - want) <= DISTANCE_SAME * want) ||
            record->sharp[i] != ladder->cells[i].sharp) {
            return false;
        }
    }
    return true;
}
