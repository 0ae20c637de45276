/* support/near.h - doubles compared as doubles (cmocka's own comparison is of floats). */
#pragma once

#include <math.h>
#include <stdio.h>

/* |got - want| <= tolerance (0: equal); a failure prints both and the tolerance. After cmocka.h. */
static inline int near_check(double got, double want, double tolerance) {
    if (fabs(got - want) <= tolerance) {
        return 1;
    }
    fprintf(stderr, "got %.17g, want %.17g, tolerance %g\n", got, want, tolerance);
    return 0;
}
#define assert_near(got, want, tolerance) assert_true(near_check(got, want, tolerance))

/* |got - want| <= relative x |want|, and a hair for a want of 0. */
static inline int near_check_relative(double got, double want, double relative) {
    return near_check(got, want, relative * fabs(want) + 1e-9);
}
#define assert_close(got, want, relative) assert_true(near_check_relative(got, want, relative))
