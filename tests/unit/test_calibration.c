/* Calibration: what the M-step makes of known exposures and prints, what counts as heard, what
 * throttled prints may teach, and what may be restored. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/math.h"
#include "base/random.h"
#include "market/event.h"
#include "model/calibration.h"
#include "model/estimator.h"

#define START INT64_C(1750003200000)
#define DAY   INT64_C(86400000)
#define WIDTH 2e-4
#define A0    1e6
#define NOTHING                                                                                    \
    { .predicted_usd = 0 }

static struct distance_ladder ladder;
static struct weights prior;

static int setup_group(void **state) {
    (void)state;
    bool made = distance_ladder_init(&ladder, WIDTH, 0.004, 0, 125);
    weights_set_prior(&prior, &ladder, &(struct weights_prior_desc){0});
    return made ? 0 : -1;
}

static void assert_near(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-12)) {
        fail_msg("got %.12g, want %.12g within %g", got, want, relative);
    }
}

static struct calibration_output step(const struct calibration_evidence *evidence) {
    struct calibration_output output;
    calibration_step(
        &(struct calibration_input){
            .evidence = evidence, .ladder = &ladder, .prior = &prior, .a0_usd = A0},
        &output);
    return output;
}

static double sum_of(const struct weights *weights) {
    double sum = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += (double)weights->rho[lane];
    }
    return sum;
}

/* -- the M-step -- */

/* Exposure everywhere, prints as a law of ours says, drawn in lumps of $2,000: the law comes back,
 * but for the EMS step, which is applied to it, too. */
static void known_weights_come_back_from_their_prints(void **state) {
    (void)state;
    struct calibration_evidence evidence = NOTHING;
    struct random random;
    random_init(&random, 3);
    double truth[CLASS_LANES] = {0};
    for (int i = 0; i < ladder.count; i++) {
        for (int source = 0; source < 3; source++) {
            int lane = i * CLASS_SOURCES + source;
            truth[lane] = (double)prior.rho[lane] * (0.4 + 0.1 * i) * (source + 1);
            evidence.exposed_usd[lane] = 2e9;
            int prints = random_poisson(&random, truth[lane] * evidence.exposed_usd[lane] / 2000);
            evidence.attributed_usd[lane] = 2000.0 * prints;
        }
        evidence.information_usd[i] = 1e6;
    }
    struct calibration_output output = step(&evidence);
    for (int i = 0; i < ladder.count; i++) {
        for (int source = 0; source < 3 && ladder.cells[i].sharp; source++) {
            int lane = i * CLASS_SOURCES + source;
            double sd = sqrt(2000 / (truth[lane] * evidence.exposed_usd[lane]));
            assert_near((double)output.weights.rho[lane], truth[lane], 5 * sd + 1e-3);
        }
    }
    double want = 0, got = sum_of(&output.weights);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        want += truth[lane];
    }
    assert_near(got, want, 0.01);
    assert_false(output.shape_only);
    /* psi is its prior here: sd = sqrt(5e4 / 1e6) everywhere. */
    assert_near((double)output.weights.sd[0], sqrt(0.05), 1e-6);
    assert_near((double)output.weights.calibrated_to, 0.6, 1e-6);
}

/* The net source's scale around cell j when cell i alone was swept, and told times its prior. */
static double pooled_scale(int j, int i, double times, double exposed_usd) {
    double held = 0;
    for (int k = 0; k < ladder.count; k++) {
        double apart = log(ladder.cells[k].distance / ladder.cells[j].distance) / 0.5;
        held += 0.2 * A0 * exp(-apart * apart / 2) * (double)prior.rho[k * CLASS_SOURCES];
    }
    double apart = log(ladder.cells[i].distance / ladder.cells[j].distance) / 0.5;
    double expected = exp(-apart * apart / 2) * exposed_usd * (double)prior.rho[i * CLASS_SOURCES];
    return (times * expected + held) / (expected + held);
}

/* By hand: one source swept, exposure 3e6 and 2 x the prior's prints in one cell. */
static void the_formulas_are_those_of_the_page(void **state) {
    (void)state;
    struct calibration_evidence evidence = NOTHING;
    int sharp = 0;
    while (!ladder.cells[sharp].sharp) {
        sharp++;
    }
    const int lane = sharp * CLASS_SOURCES;
    const double rho0 = (double)prior.rho[lane];
    evidence.exposed_usd[lane] = 3e6;
    evidence.attributed_usd[lane] = 2 * 3e6 * rho0;
    double alpha = pooled_scale(sharp, sharp, 2, 3e6);
    struct calibration_output output = step(&evidence);
    assert_near((double)output.weights.rho[lane], (2 * 3e6 * rho0 + A0 * alpha * rho0) / (3e6 + A0),
                1e-6);
    /* A sharp cell beside it: the prior times the scale pooled around that one. The nearest: too
     * far for this evidence, the prior. Another source: the prior. */
    int other = sharp + 1, nearest = ladder.count - 1;
    while (!ladder.cells[other].sharp) {
        other++;
    }
    while (!ladder.cells[nearest].sharp) {
        nearest--;
    }
    double there = pooled_scale(other, sharp, 2, 3e6);
    assert_true(there > 1.05 && there < alpha);
    assert_near((double)output.weights.rho[other * CLASS_SOURCES],
                there * (double)prior.rho[other * CLASS_SOURCES], 1e-6);
    assert_near((double)output.weights.rho[nearest * CLASS_SOURCES],
                (double)prior.rho[nearest * CLASS_SOURCES], 1e-3);
    assert_near((double)output.weights.rho[other * CLASS_SOURCES + 1],
                (double)prior.rho[other * CLASS_SOURCES + 1], 1e-6);
}

static void smoothing_touches_smooth_cells_only_and_keeps_their_sum(void **state) {
    (void)state;
    struct calibration_evidence evidence = NOTHING;
    int smooth[DISTANCE_MAX], count = 0;
    for (int i = 0; i < ladder.count; i++) {
        evidence.exposed_usd[i * CLASS_SOURCES] = 1e12; /* the prior is nothing beside it */
        if (!ladder.cells[i].sharp) {
            smooth[count++] = i;
        }
    }
    evidence.attributed_usd[smooth[10] * CLASS_SOURCES] = 1e12;
    struct calibration_output output = step(&evidence);
    const float *rho = output.weights.rho;
    assert_near((double)rho[smooth[10] * CLASS_SOURCES], 0.8, 1e-3);
    assert_near((double)rho[smooth[9] * CLASS_SOURCES], 0.1, 1e-3);
    assert_near((double)rho[smooth[11] * CLASS_SOURCES], 0.1, 1e-3);
    assert_true((double)rho[smooth[12] * CLASS_SOURCES] < 1e-3);
    for (int i = smooth[9]; i <= smooth[11]; i++) {
        assert_true(!ladder.cells[i].sharp || (double)rho[i * CLASS_SOURCES] < 1e-3);
    }
}

static void throttled_prints_give_shape_and_never_scale(void **state) {
    (void)state;
    struct calibration_evidence complete = NOTHING, sampled = NOTHING;
    for (int i = 0; i < ladder.count; i++) {
        for (int source = 0; source < 3; source++) {
            int lane = i * CLASS_SOURCES + source;
            complete.exposed_usd[lane] = sampled.exposed_usd[lane] = 1e10;
            complete.attributed_usd[lane] = 3 * (double)prior.rho[lane] * 1e10 * (1 + i % 2);
            sampled.sampled_usd[lane] = complete.attributed_usd[lane] / 17;
        }
    }
    struct calibration_output all = step(&complete), some = step(&sampled);
    assert_true(some.shape_only);
    assert_near(sum_of(&some.weights), sum_of(&prior), 0.01);
    double ratio = sum_of(&all.weights) / sum_of(&some.weights);
    assert_true(ratio > 3.5);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        if (prior.rho[lane] > 0) {
            assert_near((double)some.weights.rho[lane] * ratio, (double)all.weights.rho[lane],
                        0.01);
        }
    }
    assert_near(some.kappa, 17 / ratio, 0.01);
    /* Given from complete venues. */
    struct calibration_output outside;
    calibration_step(&(struct calibration_input){.evidence = &sampled,
                                                 .ladder = &ladder,
                                                 .prior = &prior,
                                                 .a0_usd = A0,
                                                 .outside_scale = 2.5},
                     &outside);
    assert_near(sum_of(&outside.weights), 2.5 * sum_of(&prior), 0.01);
    /* Some sampled prints among complete ones: the complete ones' scale. */
    memcpy(complete.sampled_usd, sampled.sampled_usd, sizeof(complete.sampled_usd));
    struct calibration_output mixed = step(&complete);
    assert_false(mixed.shape_only);
    assert_near(sum_of(&mixed.weights), sum_of(&all.weights), 1e-6);
}

static void absurd_evidence_gives_finite_weights(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 11);
    static const double wild[] = {0, 1e-300, 1, 1e6, 1e15, 1e30};
    for (int round = 0; round < 300; round++) {
        struct calibration_evidence evidence;
        double *values = (double *)&evidence;
        for (size_t i = 0; i < sizeof(evidence) / sizeof(double); i++) {
            values[i] = wild[random_u64(&random) % 6];
        }
        struct calibration_output output;
        calibration_step(&(struct calibration_input){.evidence = &evidence,
                                                     .ladder = &ladder,
                                                     .prior = &prior,
                                                     .a0_usd = calibration_a0(wild[round % 6]),
                                                     .outside_scale = wild[round % 5]},
                         &output);
        for (int lane = 0; lane < CLASS_LANES; lane++) {
            double rho = (double)output.weights.rho[lane];
            assert_true(rho >= 0 && rho <= 1e3);
        }
        for (int i = 0; i < DISTANCE_MAX; i++) {
            assert_true(output.weights.sd[i] > 0 && output.weights.sd[i] <= WEIGHTS_SD_MAX);
        }
    }
}

static void evidence_fades_with_a_half_life_of_six_days(void **state) {
    (void)state;
    struct calibration calibration;
    calibration_reset(&calibration);
    calibration.evidence.attributed_usd[3] = 8;
    calibration.evidence.exposed_usd[5] = 4;
    calibration.evidence.information_usd[1] = 2;
    for (int i = 0; i < 6 * 144; i++) {
        calibration_wear(&calibration, CALIBRATION_STEP_MS);
    }
    assert_near(calibration.evidence.attributed_usd[3], 4, 1e-9);
    assert_near(calibration.evidence.exposed_usd[5], 2, 1e-9);
    assert_near(calibration.evidence.information_usd[1], 1, 1e-9);
    calibration_wear(&calibration, -DAY);
    assert_near(calibration.evidence.exposed_usd[5], 2, 1e-9);
}

static void more_than_enough_makes_way_for_newer_evidence(void **state) {
    (void)state;
    struct calibration calibration;
    calibration_reset(&calibration);
    double enough = CALIBRATION_ENOUGH_PSI * calibration_psi(&calibration.evidence);
    calibration.evidence.information_usd[2] = 4 * enough;
    calibration.evidence.information_usd[3] = enough / 2;
    for (int lane = 2 * CLASS_SOURCES; lane < 4 * CLASS_SOURCES; lane++) {
        calibration.evidence.attributed_usd[lane] = 300;
        calibration.evidence.sampled_usd[lane] = 200;
        calibration.evidence.exposed_usd[lane] = 100;
    }
    calibration_make_way(&calibration, 1); /* the prior weighs nothing */
    const struct calibration_evidence *evidence = &calibration.evidence;
    assert_near(evidence->information_usd[2], enough, 1e-6);
    assert_near(evidence->information_usd[3], enough / 2, 1e-6);
    for (int i = 0; i < CLASS_SOURCES; i++) {
        int crowded = 2 * CLASS_SOURCES + i, scarce = 3 * CLASS_SOURCES + i;
        assert_near(evidence->attributed_usd[crowded], 75, 1e-6);
        assert_near(evidence->sampled_usd[crowded], 50, 1e-6);
        assert_near(evidence->exposed_usd[crowded], 25, 1e-6);
        assert_near(evidence->exposed_usd[scarce], 100, 1e-6);
    }
    /* Beside a prior of 4 dollars 20 are wanted; beside one of a million nothing is too much. */
    calibration.evidence.information_usd[2] = 100 * enough;
    calibration_make_way(&calibration, 4);
    assert_near(evidence->exposed_usd[2 * CLASS_SOURCES], 20, 1e-6);
    calibration.evidence.information_usd[2] = 100 * enough;
    calibration_make_way(&calibration, 1e6);
    assert_near(evidence->exposed_usd[2 * CLASS_SOURCES], 20, 1e-6);
}

/* -- in an estimator -- */

struct rig {
    struct estimator *estimator;
    int64_t now_ms;
    double z;
    int steps;
    struct weights last;
};

static void rig_open(struct rig *rig) {
    *rig = (struct rig){.estimator = estimator_create(&(struct estimator_desc){.evidence = true}),
                        .now_ms = START,
                        .z = log(60000)};
    assert_non_null(rig->estimator);
}

/* A second in which the mark goes to z + move and back, entries come in at z, and print_usd of
 * longs are liquidated 0.6 % below. */
static void rig_second(struct rig *rig, double print_usd, bool complete, uint32_t flags) {
    struct entry_row row = {.begin_ms = rig->now_ms,
                            .end_ms = rig->now_ms + 1000,
                            .z_open = rig->z,
                            .z_high = rig->z,
                            .z_low = rig->z - 0.007,
                            .z_close = rig->z,
                            .oi_base = 1000,
                            .deposit_count = 1,
                            .print_count = print_usd > 0,
                            .flags = ENTRY_ROW_HAS_MARK | flags};
    struct entry_deposit deposit = {.bin = (int32_t)floor(rig->z / WIDTH), .base = {1, 1, 1}};
    struct entry_print print = {.ts_ms = rig->now_ms + 500,
                                .price = 60000 * exp(-0.006),
                                .usd = (float)print_usd,
                                .position = POS_LONG,
                                .complete = complete};
    estimator_apply_row(rig->estimator, &row, &deposit, &print);
    rig->steps += estimator_take_weights(rig->estimator, &rig->last);
    rig->now_ms += 1000;
}

/* The same, and what it taught comes into force with the next one. */
static void rig_learn(struct rig *rig, struct entry_log *log, double print_usd) {
    int steps = rig->steps;
    rig_second(rig, print_usd, true, 0);
    if (rig->steps != steps) {
        estimator_use_weights(rig->estimator, log, entry_log_add_weights(log, &rig->last));
    }
}

static double swept_of(const struct calibration *calibration) {
    double sum = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += calibration->evidence.exposed_usd[lane];
    }
    return sum;
}

static void a_venue_that_tells_no_liquidation_stays_at_the_prior(void **state) {
    (void)state;
    struct rig rig;
    rig_open(&rig);
    for (int i = 0; i < 3000; i++) {
        rig_second(&rig, 0, true, 0);
    }
    const struct calibration *calibration = estimator_calibration(rig.estimator);
    assert_int_equal(rig.steps, 0);
    assert_true(swept_of(calibration) == 0 && calibration->calibrated_ms == 0);
    assert_memory_equal(estimator_weights(rig.estimator), &prior, sizeof(prior));
    struct calibration_record record;
    assert_false(estimator_export(rig.estimator, &record));
    /* The first print opens the ear: nothing of the silence before counts. */
    rig_second(&rig, 1000, true, 0);
    double first = swept_of(calibration);
    assert_true(first > 0);
    /* From then on silence counts once another print has ended it. */
    for (int i = 0; i < 10; i++) {
        rig_second(&rig, 0, true, 0);
    }
    assert_true(swept_of(calibration) == first);
    rig_second(&rig, 1000, true, 0);
    assert_near(swept_of(calibration), 12 * first, 0.2);
    estimator_destroy(rig.estimator);
}

static void what_nobody_listened_to_does_not_count(void **state) {
    (void)state;
    struct rig rig;
    rig_open(&rig);
    rig_second(&rig, 0, true, 0);
    rig_second(&rig, 1000, true, 0);
    const struct calibration *calibration = estimator_calibration(rig.estimator);
    struct calibration_evidence before = calibration->evidence;
    rig_second(&rig, 1000, true, ENTRY_ROW_GAP);
    rig_second(&rig, 1000, true, ENTRY_ROW_HISTORY);
    rig.now_ms += 61000; /* a silence that no gap was told of */
    rig_second(&rig, 1000, true, 0);
    assert_memory_equal(before.attributed_usd, calibration->evidence.attributed_usd,
                        sizeof(before.attributed_usd));
    assert_memory_equal(before.exposed_usd, calibration->evidence.exposed_usd,
                        sizeof(before.exposed_usd));
    rig_second(&rig, 1000, true, 0);
    assert_true(swept_of(calibration) > 0);
    estimator_destroy(rig.estimator);
}

static void steps_fall_on_the_epochs_ten_minutes(void **state) {
    (void)state;
    struct rig rig;
    rig_open(&rig);
    rig.now_ms = START - START % CALIBRATION_STEP_MS + CALIBRATION_STEP_MS - 5000;
    for (int i = 0; i < 4; i++) {
        rig_second(&rig, 1000, true, 0);
        assert_int_equal(rig.steps, 0);
    }
    rig_second(&rig, 1000, true, 0); /* its row ends on the boundary */
    assert_int_equal(rig.steps, 1);
    assert_true(estimator_calibration(rig.estimator)->calibrated_ms == rig.now_ms);
    assert_memory_equal(estimator_weights(rig.estimator), &prior, sizeof(prior));
    for (int i = 0; i < 599; i++) {
        rig_second(&rig, 1000, true, 0);
    }
    assert_int_equal(rig.steps, 1);
    rig_second(&rig, 1000, true, 0);
    assert_int_equal(rig.steps, 2);
    estimator_destroy(rig.estimator);
}

/* $500 a second out of what 1 + 1 + 1 coins a second lay down: the swept estimate comes to say the
 * same, once its weights are brought into force. */
static void the_swept_estimate_comes_to_match_what_is_liquidated(void **state) {
    (void)state;
    struct rig rig;
    struct entry_log *log = entry_log_create(WIDTH);
    rig_open(&rig);
    for (int i = 0; i < 3 * 3600; i++) {
        rig_learn(&rig, log, 500);
    }
    const struct calibration *calibration = estimator_calibration(rig.estimator);
    const struct weights *weights = estimator_weights(rig.estimator);
    double said = 0, seen = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        said += (double)weights->rho[lane] * calibration->evidence.exposed_usd[lane];
        seen += calibration->evidence.attributed_usd[lane];
    }
    assert_near(calibration->attributed_total_usd, 3 * 3600 * 500, 1e-3);
    assert_true(seen > 1e5 && seen < calibration->attributed_total_usd); /* the rest made way */
    assert_near(said, seen, 0.1);
    assert_true(weights->calibrated_to > 0.003f && weights->calibrated_to < 0.02f);
    entry_log_destroy(log);
    estimator_destroy(rig.estimator);
}

static void a_whale_counts_as_twenty_of_its_kind(void **state) {
    (void)state;
    struct rig rig;
    rig_open(&rig);
    rig_second(&rig, 0, true, 0);
    rig_second(&rig, 9e9, true, 0);
    const struct calibration *calibration = estimator_calibration(rig.estimator);
    double counted = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        counted += calibration->evidence.attributed_usd[lane];
    }
    assert_near(counted, 20 * CALIBRATION_PSI_USD, 1e-6);
    assert_near(calibration->attributed_total_usd, 9e9, 1e-6);
    estimator_destroy(rig.estimator);
}

/* Prints of $1,000 that come by chance: the variance of a cell is 1,000 x its mean. */
static void dispersion_finds_the_size_of_prints(void **state) {
    (void)state;
    struct rig rig;
    struct random random;
    struct entry_log *log = entry_log_create(WIDTH);
    random_init(&random, 8);
    rig_open(&rig);
    for (int i = 0; i < 4 * 3600; i++) {
        rig_learn(&rig, log, random_uniform(&random) < 0.5 ? 1000 : 0);
    }
    double psi = calibration_psi(&estimator_calibration(rig.estimator)->evidence);
    if (!(psi > 300 && psi < 5000)) {
        fail_msg("psi %.0f, want about 1,000 and the rest of its prior", psi);
    }
    entry_log_destroy(log);
    estimator_destroy(rig.estimator);
}

/* -- records -- */

static void make_record(struct calibration_record *record) {
    struct rig rig;
    rig_open(&rig);
    for (int i = 0; i < 1300; i++) {
        rig_second(&rig, i % 3 == 0 ? 700 : 0, i % 2 == 0, 0);
    }
    assert_true(estimator_export(rig.estimator, record));
    estimator_destroy(rig.estimator);
}

static void a_record_goes_on_where_it_was(void **state) {
    (void)state;
    struct calibration_record record, again;
    make_record(&record);
    assert_true(calibration_record_valid(&record));
    struct rig rig;
    rig_open(&rig);
    assert_true(estimator_restore(rig.estimator, &record));
    struct weights weights;
    assert_true(estimator_take_weights(rig.estimator, &weights));
    assert_memory_equal(&weights, &record.weights, sizeof(weights));
    assert_false(estimator_take_weights(rig.estimator, &weights));
    assert_true(estimator_export(rig.estimator, &again));
    assert_memory_equal(&again.evidence, &record.evidence, sizeof(again.evidence));
    assert_true(again.calibrated_ms == record.calibrated_ms);
    const struct calibration *calibration = estimator_calibration(rig.estimator);
    assert_true(calibration->restored && calibration->heard);
    /* Half of it is gone six days later, and rows of history do not touch it. */
    rig.now_ms = record.stepped_ms + 6 * DAY;
    rig_second(&rig, 0, true, ENTRY_ROW_HISTORY);
    assert_int_equal(rig.steps, 0);
    rig_second(&rig, 0, true, 0);
    assert_int_equal(rig.steps, 1);
    assert_near(calibration->evidence.attributed_usd[30 * CLASS_SOURCES],
                record.evidence.attributed_usd[30 * CLASS_SOURCES] / 2, 1e-4);
    assert_false(estimator_restore(rig.estimator, &record)); /* rows have come */
    estimator_destroy(rig.estimator);
}

static void tell_past(struct rig *rig, int64_t from_ms, int seconds) {
    rig->now_ms = from_ms;
    for (int i = 0; i < seconds; i++) {
        rig_second(rig, i % 3 == 0 ? 700 : 0, i % 2 == 0, 0);
    }
}

/* What a run before has learned of is told once more: a recording, say. */
static void the_same_past_twice_teaches_once(void **state) {
    (void)state;
    struct calibration_record record, again, once;
    struct rig rig, whole;
    make_record(&record);
    rig_open(&rig);
    rig_open(&whole);
    assert_true(estimator_restore(rig.estimator, &record));
    estimator_take_weights(rig.estimator, &rig.last);
    tell_past(&rig, START, 1300);
    assert_int_equal(rig.steps, 0);
    assert_true(estimator_export(rig.estimator, &again));
    assert_memory_equal(&again, &record, sizeof(again));

    /* what follows teaches: as much as it does where the past was told once */
    tell_past(&rig, rig.now_ms, 900);
    tell_past(&whole, START, 1300);
    tell_past(&whole, whole.now_ms, 900);
    assert_true(estimator_export(rig.estimator, &again) &&
                estimator_export(whole.estimator, &once));
    assert_true(rig.steps > 0 && again.heard_ms == once.heard_ms &&
                again.stepped_ms == once.stepped_ms);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        assert_near(again.evidence.exposed_usd[lane], once.evidence.exposed_usd[lane], 0.01);
        assert_near(again.evidence.attributed_usd[lane], once.evidence.attributed_usd[lane], 0.05);
    }
    estimator_destroy(rig.estimator);
    estimator_destroy(whole.estimator);
}

static void a_record_of_a_clock_that_ran_ahead_does_not_stop_the_steps(void **state) {
    (void)state;
    struct calibration_record record;
    make_record(&record);
    struct rig rig;
    rig_open(&rig);
    rig.now_ms = record.heard_ms;
    record.stepped_ms = START + 300 * DAY;
    assert_true(estimator_restore(rig.estimator, &record));
    estimator_take_weights(rig.estimator, &rig.last);
    for (int i = 0; i < 700; i++) {
        rig_second(&rig, 100, true, 0);
    }
    assert_true(rig.steps >= 1);
    estimator_destroy(rig.estimator);
}

static void records_with_absurd_numbers_are_refused(void **state) {
    (void)state;
    struct calibration_record good;
    make_record(&good);
    static const double bad[] = {NAN, INFINITY, -1, 1e31};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        double *const places[] = {
            &good.evidence.attributed_usd[0], &good.evidence.sampled_usd[99],
            &good.evidence.exposed_usd[127],  &good.evidence.information_usd[30],
            &good.evidence.residual_usd2,     &good.evidence.predicted_usd};
        for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
            double kept = *places[k];
            *places[k] = bad[i];
            assert_false(calibration_record_valid(&good));
            *places[k] = kept;
        }
        float *const floats[] = {&good.weights.rho[0], &good.weights.sd[3],
                                 &good.weights.calibrated_to};
        for (size_t k = 0; k < sizeof(floats) / sizeof(floats[0]); k++) {
            float kept = *floats[k];
            *floats[k] = (float)bad[i];
            assert_false(calibration_record_valid(&good));
            *floats[k] = kept;
        }
    }
    assert_true(calibration_record_valid(&good));
    struct calibration_record record = good;
    record.distance_count = DISTANCE_MAX + 1;
    assert_false(calibration_record_valid(&record));
    record = good;
    record.stepped_ms = -1;
    assert_false(calibration_record_valid(&record));
    record = good;
    record.distances[7] *= 1.001; /* of another ladder */
    assert_true(calibration_record_valid(&record));
    struct rig rig;
    rig_open(&rig);
    assert_false(estimator_restore(rig.estimator, &record));
    assert_memory_equal(estimator_weights(rig.estimator), &prior, sizeof(prior));
    assert_false(estimator_take_weights(rig.estimator, &rig.last));
    estimator_destroy(rig.estimator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_weights_come_back_from_their_prints),
        cmocka_unit_test(the_formulas_are_those_of_the_page),
        cmocka_unit_test(smoothing_touches_smooth_cells_only_and_keeps_their_sum),
        cmocka_unit_test(throttled_prints_give_shape_and_never_scale),
        cmocka_unit_test(absurd_evidence_gives_finite_weights),
        cmocka_unit_test(evidence_fades_with_a_half_life_of_six_days),
        cmocka_unit_test(more_than_enough_makes_way_for_newer_evidence),
        cmocka_unit_test(a_venue_that_tells_no_liquidation_stays_at_the_prior),
        cmocka_unit_test(what_nobody_listened_to_does_not_count),
        cmocka_unit_test(steps_fall_on_the_epochs_ten_minutes),
        cmocka_unit_test(the_swept_estimate_comes_to_match_what_is_liquidated),
        cmocka_unit_test(a_whale_counts_as_twenty_of_its_kind),
        cmocka_unit_test(dispersion_finds_the_size_of_prints),
        cmocka_unit_test(a_record_goes_on_where_it_was),
        cmocka_unit_test(the_same_past_twice_teaches_once),
        cmocka_unit_test(a_record_of_a_clock_that_ran_ahead_does_not_stop_the_steps),
        cmocka_unit_test(records_with_absurd_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, setup_group, NULL);
}
