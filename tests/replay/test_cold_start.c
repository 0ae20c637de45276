/* A start from bars ends in the map of one that saw everything: same code, other input.  The bounds
 * are below what bench_cold_start measures over longer stretches and other regimes (tests/bench).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/cold_start.h"

static void print_likeness(const char *name, const struct cold_start_likeness *likeness) {
    printf("  %s: overlap %.3f, W1 %.1f bp, mass %.2f\n", name, likeness->overlap, likeness->w1_bp,
           likeness->mass);
}

static void expect(const char *name, const struct cold_start_likeness *likeness, double overlap_min,
                   double w1_bp_max, double mass_min, double mass_max) {
    print_likeness(name, likeness);
    if (!(likeness->overlap >= overlap_min && likeness->overlap <= 1 + 1e-9)) {
        fail_msg("%s: overlap %.4f, want at least %g", name, likeness->overlap, overlap_min);
    }
    if (!(likeness->w1_bp <= w1_bp_max)) {
        fail_msg("%s: W1 %.4g bp, want at most %g", name, likeness->w1_bp, w1_bp_max);
    }
    if (!(likeness->mass >= mass_min && likeness->mass <= mass_max)) {
        fail_msg("%s: mass %.4f, want %g to %g", name, likeness->mass, mass_min, mass_max);
    }
}

/* Three days as bars, then one live. Under equal weights only the maps differ. */
static void bars_make_nearly_the_map_of_every_event(void **state) {
    (void)state;
    static const struct cold_start_desc desc = {
        .sim = {.seed = 7, .days = 4, .burn_in_days = 1, .step_ms = 10000},
        .history_days = 3,
        .look_count = 2,
        .look_days = {0.005, 0.99},
    };
    struct cold_start_look looks[2];
    cold_start(&desc, looks);
    expect("at once, near", &looks[0].near_map, .7, 30, .6, 1.2);
    expect("at once, far", &looks[0].far_map, .75, 60, .6, 1.2);
    expect("a day on, near", &looks[1].near_map, .7, 30, .6, 1.2);
    expect("a day on, far", &looks[1].far_map, .75, 60, .6, 1.2);
    /* As it is shown, with what either has learned: a day of liquidations is little. */
    expect("a day on, near, own weights", &looks[1].near, .75, 35, .4, 2.5);
    expect("a day on, far, own weights", &looks[1].far, .75, 90, .4, 2.5);
}

/* Without a past there is nothing but what was opened since: the check above can fail. */
static void no_past_makes_another_map(void **state) {
    (void)state;
    static const struct cold_start_desc desc = {
        .sim = {.seed = 7, .days = 3.1, .burn_in_days = 1, .step_ms = 10000},
        .history_days = 3,
        .without_history = true,
        .look_count = 1,
        .look_days = {0.05},
    };
    struct cold_start_look look;
    cold_start(&desc, &look);
    print_likeness("no past, near", &look.near_map);
    print_likeness("no past, far", &look.far_map);
    assert_true(look.near_map.mass < 0.3);
    assert_true(look.far_map.mass < 0.3);
    assert_true(look.far_map.overlap < 0.7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_make_nearly_the_map_of_every_event),
        cmocka_unit_test(no_past_makes_another_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
