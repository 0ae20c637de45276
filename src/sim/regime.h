/* sim/regime.h - who trades: how often each leverage is chosen by the simulated agents.
 *
 * Thread: any; constant tables.  Source: the simulator specification of the estimator's plan. */
#pragma once

#include <stdbool.h>

enum regime_id {
    REGIME_A,  /* retail mix */
    REGIME_B,  /* low leverage */
    REGIME_C,  /* degenerate: half of all openings at 50x and more */
    REGIME_AC, /* A, from the middle of the run on C */
    REGIME_COUNT
};

enum { REGIME_LEVERAGE_MAX = 9 };

struct regime_mix {
    int count;
    double leverage[REGIME_LEVERAGE_MAX];
    double share[REGIME_LEVERAGE_MAX]; /* of openings; sums to 1 */
};

/* The mix in force; second_half chooses between the two of REGIME_AC. */
const struct regime_mix *regime_mix_get(enum regime_id regime, bool second_half);

const char *regime_name(enum regime_id regime);                  /* "A", "B", "C", "AC" */
bool regime_from_name(const char *name, enum regime_id *regime); /* either case; false: unknown */
