/* market/decimal.h - exact decimal numbers, as venues write them: mantissa x 10^exponent.
 *
 * Thread: any.  Limits: |mantissa| <= DECIMAL_MANTISSA_MAX, exponent in [-DECIMAL_EXPONENT_MAX, +].
 * The text of a price never passes through a binary float on its way in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_MANTISSA_MAX INT64_C(999999999999999999)
enum { DECIMAL_EXPONENT_MAX = 60, DECIMAL_TEXT_BYTES = 96 };

struct decimal {
    int64_t mantissa;
    int8_t exponent;
};

/* Read a whole JSON-style number ("61800.20", "-6.2e-11", "1E3"; no blanks, no leading '+', digits
 * needed before and after a point). Trailing zeros after the point are dropped. False: another
 * shape, more than 18 significant digits, or an exponent out of range. */
bool decimal_parse(const char *text, size_t len, struct decimal *out);

double decimal_to_double(
    struct decimal value); /* correctly rounded where |mantissa| < 2^53 and |exponent| <= 22 */
struct decimal decimal_from_i64(int64_t value, int exponent);
/* The decimal nearest value with `places` digits after the point (0..15); false: NaN or out of
 * range. */
bool decimal_from_double(double value, int places, struct decimal *out);
int decimal_compare(struct decimal a, struct decimal b); /* <0, 0, >0; exact */
bool decimal_multiply(struct decimal a, struct decimal b,
                      struct decimal *out); /* exact; false: too long */

/* mantissa x 10^places, places >= 0, exact. False: beyond DECIMAL_MANTISSA_MAX; *out is untouched.
 */
bool decimal_scale_up(int64_t mantissa, int places, int64_t *out);

/* value / tick as an exact integer. False: tick <= 0, not a multiple, or out of int64. */
bool decimal_to_ticks(struct decimal value, struct decimal tick, int64_t *out);

/* The shortest plain text ("61800.2", "0.0024"), no exponent form; returns its length. */
size_t decimal_format(struct decimal value, char out[DECIMAL_TEXT_BYTES]);
