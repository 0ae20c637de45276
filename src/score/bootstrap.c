/* score/bootstrap.c - draws of days. */
#include "score/bootstrap.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/random.h"

#define SEED UINT64_C(0x626f6f7473747261)

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double draw(const struct bootstrap_day *days, size_t count, struct random *random) {
    double numerator = 0, denominator = 0;
    for (size_t i = 0; i < count; i++) {
        const struct bootstrap_day *day = &days[(size_t)(random_uniform(random) * (double)count)];
        numerator += day->numerator;
        denominator += day->denominator;
    }
    return denominator > 0 ? numerator / denominator : 0;
}

void bootstrap_ratio(const struct bootstrap_day *days, size_t count,
                     struct bootstrap_interval *out) {
    double numerator = 0, denominator = 0, draws[BOOTSTRAP_DRAWS];
    size_t with_dollars = 0;
    struct random random;
    *out = (struct bootstrap_interval){0};
    for (size_t i = 0; i < count; i++) {
        numerator += days[i].numerator;
        denominator += days[i].denominator;
        with_dollars += days[i].denominator > 0;
    }
    out->value = denominator > 0 ? numerator / denominator : 0;
    if (with_dollars < BOOTSTRAP_DAYS_MIN) {
        return;
    }
    random_init(&random, SEED);
    for (int i = 0; i < BOOTSTRAP_DRAWS; i++) {
        draws[i] = draw(days, count, &random);
    }
    qsort(draws, BOOTSTRAP_DRAWS, sizeof(draws[0]), compare);
    out->known = true;
    out->low = draws[BOOTSTRAP_DRAWS / 40];
    out->high = draws[BOOTSTRAP_DRAWS - 1 - BOOTSTRAP_DRAWS / 40];
}
