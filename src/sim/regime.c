#include "sim/regime.h"

#include <assert.h>

#include "base/str.h"

static const struct regime_mix mix_a = {
    .count = 9,
    .leverage = {3, 5, 10, 20, 25, 50, 75, 100, 125},
    .share = {.06, .14, .24, .18, .08, .14, .05, .08, .03},
};
static const struct regime_mix mix_b = {
    .count = 9,
    .leverage = {2, 3, 5, 7, 10, 20, 25, 40, 50},
    .share = {.14, .20, .28, .12, .14, .06, .03, .02, .01},
};
static const struct regime_mix mix_c = {
    .count = 8,
    .leverage = {5, 10, 20, 25, 50, 75, 100, 125},
    .share = {.04, .08, .16, .08, .24, .12, .20, .08},
};

static const struct {
    const char *name;
    const struct regime_mix *halves[2];
} regimes[] = {
    [REGIME_A] = {"A", {&mix_a, &mix_a}},
    [REGIME_B] = {"B", {&mix_b, &mix_b}},
    [REGIME_C] = {"C", {&mix_c, &mix_c}},
    [REGIME_AC] = {"AC", {&mix_a, &mix_c}},
};
static_assert(ARRAY_COUNT(regimes) == REGIME_COUNT, "a mix for every regime");

const struct regime_mix *regime_mix_get(enum regime_id regime, bool second_half) {
    assert((unsigned)regime < REGIME_COUNT);
    return regimes[regime].halves[second_half];
}

const char *regime_name(enum regime_id regime) {
    assert((unsigned)regime < REGIME_COUNT);
    return regimes[regime].name;
}

bool regime_from_name(const char *name, enum regime_id *regime) {
    for (unsigned i = 0; i < REGIME_COUNT; i++) {
        if (str_equal_nocase(name, regimes[i].name)) {
            *regime = (enum regime_id)i;
            return true;
        }
    }
    return false;
}
