/* score/bootstrap.h - an interval for a ratio of sums over days.
 *
 * Days are drawn with replacement, whole (both sides together: what moves a day moves both), as
 * many as there are; the interval is the range that holds the middle 95 % of sum(numerator) /
 * sum(denominator) over BOOTSTRAP_DRAWS draws.  Wrong where neighbouring days depend on each other,
 * and coarse below some ten days.  The seed is fixed: equal input, equal interval.
 * Thread: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BOOTSTRAP_DRAWS = 2000, BOOTSTRAP_DAYS_MIN = 3 };

struct bootstrap_day {
    double numerator, denominator; /* denominator >= 0 */
};
struct bootstrap_interval {
    bool known; /* BOOTSTRAP_DAYS_MIN days with a denominator, at least */
    double value, low, high;
};
void bootstrap_ratio(const struct bootstrap_day *days, size_t count,
                     struct bootstrap_interval *out);
