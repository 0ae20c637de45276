/* base/floor.h - whole numbers rounded down to a grid, below zero as above: times to the begin of
 * their cell.
 *
 * Thread: any.  C's division rounds towards zero, which would give the cells on both sides of zero
 * one number. */
#pragma once

#include <stdint.h>

/* The greatest multiple of step at or below value; step > 0. */
static inline int64_t floor_to(int64_t value, int64_t step) {
    const int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

/* How many steps that is: the whole number at or below value / step; step > 0. */
static inline int64_t floor_div(int64_t value, int64_t step) {
    const int64_t quotient = value / step;
    return value % step < 0 ? quotient - 1 : quotient;
}
