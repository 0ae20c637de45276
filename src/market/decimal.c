#include "market/decimal.h"

#include <assert.h>
#include <math.h>

#include "base/str.h"

enum { DIGIT_COUNT_MAX = 18 };

/* Exact as doubles up to 10^22. */
static const double pow10_double[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum { POW10_EXACT_MAX = 22 };
static_assert(ARRAY_COUNT(pow10_double) == POW10_EXACT_MAX + 1, "up to the last exact one");

static const int64_t pow10_int[] = {1,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000,
                                    100000000000000000,
                                    1000000000000000000};
static_assert(ARRAY_COUNT(pow10_int) == DIGIT_COUNT_MAX + 1, "up to one more than the limit");

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The digits of a number as they are read: zeros are held back until a digit follows them, so that
 * trailing ones cost neither room nor digits. */
struct digits {
    int64_t mantissa;
    int count; /* significant digits in mantissa */
    int zeros_pending;
};

static bool digits_add(struct digits *digits, char c) {
    if (c == '0') {
        if (digits->count > 0) {
            digits->zeros_pending++;
        }
        return true;
    }
    digits->count += digits->zeros_pending + 1;
    if (digits->count > DIGIT_COUNT_MAX) {
        return false;
    }
    digits->mantissa = digits->mantissa * pow10_int[digits->zeros_pending + 1] + (c - '0');
    digits->zeros_pending = 0;
    return true;
}

/* "e-11" at *at, if it is there. False: a broken or absurd exponent. */
static bool take_exponent(const char **at, const char *end, int *out) {
    const char *p = *at;
    if (p == end || (*p != 'e' && *p != 'E')) {
        return true;
    }
    p++;
    const bool negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) {
        p++;
    }
    if (p == end || !is_digit(*p)) {
        return false;
    }
    int value = 0;
    for (; p != end && is_digit(*p); p++) {
        value = value * 10 + (*p - '0');
        if (value > 1000) {
            return false;
        }
    }
    *out = negative ? -value : value;
    *at = p;
    return true;
}

/* Digits at *at up to the first other byte; *count of them. False: too many significant ones. */
static bool take_digits(const char **at, const char *end, struct digits *digits, int *count) {
    const char *const begin = *at;
    for (; *at != end && is_digit(**at); (*at)++) {
        if (!digits_add(digits, **at)) {
            return false;
        }
    }
    if (*at - begin > 1000) {
        return false; /* absurd, and int arithmetic stays safe */
    }
    *count = (int)(*at - begin);
    return true;
}

/* The usual shape in one pass: digits, perhaps a point and digits, no more than fit. False: judge
 * it the long way. */
static bool parse_short(const char *text, size_t len, struct decimal *out) {
    const char *at = text;
    const char *end = text + len;
    int64_t mantissa = 0;
    const bool negative = len > 0 && *at == '-';
    at += negative;
    const char *const whole = at;
    if (len == 0 || len > DIGIT_COUNT_MAX) {
        return false;
    }
    for (; at != end && is_digit(*at); at++) {
        mantissa = mantissa * 10 + (*at - '0');
    }
    if (at == whole || (*whole == '0' && at != whole + 1)) {
        return false;
    }
    const char *const point = at;
    if (at != end) {
        if (*at != '.' || at + 1 == end) {
            return false;
        }
        for (; end[-1] == '0'; end--) { /* the point ends it at the latest */
        }
        for (at++; at != end && is_digit(*at); at++) {
            mantissa = mantissa * 10 + (*at - '0');
        }
        if (at != end && end != point + 1) {
            return false;
        }
    }
    const int places = end > point ? (int)(end - point) - 1 : 0;
    *out = mantissa == 0 ? (struct decimal){0}
                         : (struct decimal){.mantissa = negative ? -mantissa : mantissa,
                                            .exponent = (int8_t)-places};
    return true;
}

bool decimal_parse(const char *text, size_t len, struct decimal *out) {
    if (parse_short(text, len, out)) {
        return true;
    }
    const char *at = text;
    const char *const end = text + len;
    struct digits digits = {0};
    int whole_count = 0;
    int fraction_count = 0;
    int exponent = 0;
    const bool negative = at != end && *at == '-';
    if (negative) {
        at++;
    }
    const bool leading_zero = at != end && *at == '0';
    if (!take_digits(&at, end, &digits, &whole_count) || whole_count == 0 ||
        (leading_zero && whole_count > 1)) {
        return false;
    }
    if (at != end && *at == '.') {
        at++;
        if (!take_digits(&at, end, &digits, &fraction_count) || fraction_count == 0) {
            return false;
        }
    }
    if (!take_exponent(&at, end, &exponent) || at != end) {
        return false;
    }
    if (digits.mantissa == 0) {
        *out = (struct decimal){0};
        return true;
    }
    /* Trailing zeros after the point are dropped; those before it go back into the mantissa, so
     * that "100" is 100 and not 1e2. */
    const int dropped =
        digits.zeros_pending < fraction_count ? digits.zeros_pending : fraction_count;
    int kept = digits.zeros_pending - dropped;
    exponent -= fraction_count - dropped;
    for (; kept > 0 && exponent < 0; kept--) {
        exponent++; /* "12300e-2" is 123 too */
    }
    if (digits.count + kept > DIGIT_COUNT_MAX) {
        exponent += kept; /* no room for them: "35e19" is written with 19 zeros and reads back */
        kept = 0;
    }
    if (exponent < -DECIMAL_EXPONENT_MAX || exponent > DECIMAL_EXPONENT_MAX) {
        return false;
    }
    const int64_t magnitude = digits.mantissa * pow10_int[kept];
    *out = (struct decimal){.mantissa = negative ? -magnitude : magnitude,
                            .exponent = (int8_t)exponent};
    return true;
}

double decimal_to_double(struct decimal value) {
    double result = (double)value.mantissa;
    int exponent = value.exponent;
    for (; exponent > POW10_EXACT_MAX; exponent -= POW10_EXACT_MAX) {
        result *= pow10_double[POW10_EXACT_MAX];
    }
    for (; exponent < -POW10_EXACT_MAX; exponent += POW10_EXACT_MAX) {
        result /= pow10_double[POW10_EXACT_MAX];
    }
    return exponent >= 0 ? result * pow10_double[exponent] : result / pow10_double[-exponent];
}

struct decimal decimal_from_i64(int64_t value, int exponent) {
    assert(value >= -DECIMAL_MANTISSA_MAX);
    assert(value <= DECIMAL_MANTISSA_MAX);
    assert(exponent >= -DECIMAL_EXPONENT_MAX);
    assert(exponent <= DECIMAL_EXPONENT_MAX);
    return (struct decimal){.mantissa = value, .exponent = (int8_t)exponent};
}

bool decimal_from_double(double value, int places, struct decimal *out) {
    assert(places >= 0);
    assert(places <= 15);
    const double scaled = rint(value * pow10_double[places]);
    if (!(fabs(scaled) <=
          999999999999999872.0)) { /* the last double below the limit; catches NaN */
        return false;
    }
    /* The product was rounded before it was made whole; fma gives the exact distance from it. */
    const double rest = fma(value, pow10_double[places], -scaled);
    int64_t mantissa = (int64_t)scaled + (int64_t)rint(rest);
    int exponent = -places;
    while (exponent < 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        exponent++;
    }
    if (mantissa > DECIMAL_MANTISSA_MAX || mantissa < -DECIMAL_MANTISSA_MAX) {
        return false;
    }
    *out = (struct decimal){.mantissa = mantissa, .exponent = (int8_t)exponent};
    return true;
}

static int digit_count(int64_t magnitude) {
    int count = 1;
    while (count <= DIGIT_COUNT_MAX && magnitude >= pow10_int[count]) {
        count++;
    }
    return count;
}

/* |a| against |b|, both mantissas > 0. */
static int compare_magnitudes(struct decimal a, struct decimal b) {
    const int a_count = digit_count(a.mantissa);
    const int b_count = digit_count(b.mantissa);
    const int a_top = a_count + a.exponent;
    const int b_top = b_count + b.exponent;
    if (a_top != b_top) {
        return a_top < b_top ? -1 : 1;
    }
    /* The same power of ten in front: pad the shorter one with zeros, at most to 18 digits. */
    const int count = a_count > b_count ? a_count : b_count;
    const int64_t a_padded = a.mantissa * pow10_int[count - a_count];
    const int64_t b_padded = b.mantissa * pow10_int[count - b_count];
    return (a_padded > b_padded) - (a_padded < b_padded);
}

int decimal_compare(struct decimal a, struct decimal b) {
    const int a_sign = (a.mantissa > 0) - (a.mantissa < 0);
    const int b_sign = (b.mantissa > 0) - (b.mantissa < 0);
    if (a_sign != b_sign || a_sign == 0) {
        return a_sign - b_sign;
    }
    a.mantissa *= a_sign;
    b.mantissa *= b_sign;
    return a_sign * compare_magnitudes(a, b);
}

bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out) {
    int exponent = a.exponent + b.exponent;
    if (a.mantissa == 0 || b.mantissa == 0) {
        *out = (struct decimal){0};
        return true;
    }
    const bool negative = (a.mantissa < 0) != (b.mantissa < 0);
    int64_t x = a.mantissa < 0 ? -a.mantissa : a.mantissa;
    int64_t y = b.mantissa < 0 ? -b.mantissa : b.mantissa;
    /* While the product is too long, take a factor of ten out of it, wherever its two and its five
     * are. */
    while (x > DECIMAL_MANTISSA_MAX / y) {
        if (x % 10 == 0) {
            x /= 10;
        } else if (y % 10 == 0) {
            y /= 10;
        } else if (x % 5 == 0 && y % 2 == 0) {
            x /= 5;
            y /= 2;
        } else if (x % 2 == 0 && y % 5 == 0) {
            x /= 2;
            y /= 5;
        } else {
            return false;
        }
        exponent++;
    }
    x *= y;
    while (exponent < 0 && x % 10 == 0) {
        x /= 10;
        exponent++;
    }
    if (exponent < -DECIMAL_EXPONENT_MAX || exponent > DECIMAL_EXPONENT_MAX) {
        return false;
    }
    *out = (struct decimal){.mantissa = negative ? -x : x, .exponent = (int8_t)exponent};
    return true;
}

bool decimal_scale_up(int64_t mantissa, int places, int64_t *out) {
    assert(places >= 0);
    if (mantissa == 0) {
        *out = 0;
        return true;
    }
    if (places > DIGIT_COUNT_MAX) {
        return false;
    }
    const int64_t limit = DECIMAL_MANTISSA_MAX / pow10_int[places];
    if (mantissa > limit || mantissa < -limit) {
        return false;
    }
    *out = mantissa * pow10_int[places];
    return true;
}

bool decimal_to_ticks(struct decimal value, struct decimal tick, int64_t *out) {
    if (tick.mantissa <= 0) {
        return false;
    }
    if (value.mantissa == 0) {
        *out = 0;
        return true;
    }
    int64_t numerator = value.mantissa;
    int64_t denominator = tick.mantissa;
    for (int shift = value.exponent - tick.exponent; shift != 0;) {
        if (shift > 0) {
            /* Times ten above the line: a factor below it goes first, so that only a result that is
             * too long is refused. */
            if (denominator % 10 == 0) {
                denominator /= 10;
            } else if (numerator > INT64_MAX / 10 || numerator < INT64_MIN / 10) {
                return false;
            } else {
                numerator *= 10;
            }
            shift--;
        } else {
            if (numerator % 10 == 0) {
                numerator /= 10;
            } else if (denominator > INT64_MAX / 10) {
                return false; /* the tick is longer than any value: not a multiple */
            } else {
                denominator *= 10;
            }
            shift++;
        }
    }
    if (numerator % denominator != 0) {
        return false;
    }
    *out = numerator / denominator;
    return true;
}

size_t decimal_format(struct decimal value, char out[DECIMAL_TEXT_BYTES]) {
    char digits[24] = {0};
    int64_t magnitude = value.mantissa < 0 ? -value.mantissa : value.mantissa;
    int exponent = value.exponent;
    while (exponent < 0 && magnitude % 10 == 0 && magnitude != 0) {
        magnitude /= 10;
        exponent++;
    }
    int count = 0;
    for (; magnitude != 0; magnitude /= 10) {
        digits[count++] = (char)('0' + magnitude % 10); /* last digit first */
    }
    if (count == 0) {
        str_copy(out, DECIMAL_TEXT_BYTES, "0");
        return 1;
    }
    size_t len = 0;
    if (value.mantissa < 0) {
        out[len++] = '-';
    }
    const int first = count + exponent > 0 ? count + exponent - 1 : 0; /* power of ten in front */
    for (int power = first; power >= exponent || power >= 0; power--) {
        if (power == -1) {
            out[len++] = '.';
        }
        const int at = power - exponent;
        out[len++] = at >= 0 && at < count ? digits[at] : '0';
    }
    out[len] = '\0';
    return len;
}
