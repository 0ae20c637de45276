/* base/math.h - log, exp and friends with the same bits on every machine.
 *
 * Thread: any.  The C library's own may differ between versions in the last bit; hashed state uses
 * these. Only IEEE add, multiply, divide and sqrt are used, compiled with -ffp-contract=off. Error:
 * below 1.5 ulp for math_log on [1e-300, 1e300] and math_exp on [-700, 700] (tests/unit). */
#pragma once

#include <stdint.h>

double math_log(double x);           /* natural log; x > 0, else -infinity (0) or NaN (negative) */
double math_exp(double x);           /* e^x; saturates to 0 and infinity */
double math_pow(double x, double y); /* x > 0: exp(y log x) */
double math_clamp(double x, double low, double high);

/* IEEE half floats, round to nearest even; values of 65,520 and above become infinity. */
uint16_t half_from_float(float value);
float float_from_half(uint16_t half);
