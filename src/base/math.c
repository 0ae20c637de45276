/* Natural logarithm and exponential from + - * / alone.
 *
 * log: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).  With s = f / (2 + f),
 *     log(1 + f) = 2 atanh(s) = 2 s + s z P(z),  z = s^2, P near 2/3 + 2/5 z + 2/7 z^2 + ...
 * and since 2 s = f - s f and f^2/2 = s f + s f^2/2, this is f - (f^2/2 - s (f^2/2 + z P(z))), in
 * which the rounding errors are those of the small terms only.  k ln 2 is added as a head of 41
 * bits (times k, exact) and a tail.
 *
 * exp: x = k ln 2 + r, |r| <= ln(2)/2, with r as a head and its rounding error;
 *     e^r = 1 + r + r^2 Q(r).
 *
 * P and Q are Chebyshev fits made with 300-bit arithmetic; their own errors are 9e-18 and 2e-19,
 * far below half an ulp.  Assumes IEEE doubles, rounding to nearest and no contraction of a * b +
 * c. */
#include "base/math.h"

#include <math.h>
#include <stdbool.h>

static const double LN2_HEAD = 0x1.62e42fefa3000p-1; /* 41 bits: exact times |k| < 2^12 */
static const double LN2_TAIL = 0x1.3de6af278ece6p-42;
static const double LN2_INVERSE = 0x1.71547652b82fep+0;

static uint64_t bits_from_double(double x) {
    uint64_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_from_bits(uint64_t bits) {
    double x = 0;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double math_log(double x) {
    if (x == 0) {
        return -(double)INFINITY;
    }
    if (!(x > 0)) {
        return (double)NAN;
    }
    if (x > 0x1.fffffffffffffp+1023) {
        return x;
    }
    int k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54; /* subnormal: exact */
        k = -54;
    }
    uint64_t bits = bits_from_double(x);
    /* Adding the distance from sqrt(1/2) to 1 moves the edge of the exponent field to sqrt(1/2). */
    const uint64_t shifted = bits + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd));
    k += (int)(shifted >> 52) - 1023;
    bits = (shifted & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd);
    const double f = double_from_bits(bits) - 1;
    const double s = f / (2 + f);
    const double z = s * s;
    const double w = z * z;
    const double even =
        0x1.5555555555558p-1 +
        w * (0x1.2492492dfd86cp-2 + w * (0x1.7462b91b8df65p-3 + w * 0x1.2b5f68a50d903p-3));
    const double odd = 0x1.9999999995273p-2 + w * (0x1.c71c62d5e53e0p-3 + w * 0x1.39fdcceb4bb45p-3);
    const double series = z * (even + z * odd);
    const double half_square = 0.5 * f * f;
    const double head = k * LN2_HEAD;
    const double tail = k * LN2_TAIL;
    return head - ((half_square - (s * (half_square + series) + tail)) - f);
}

double math_exp(double x) {
    if (x != x) {
        return x;
    }
    if (x > 709.79) {
        return (double)INFINITY; /* the largest double is e^709.7827... */
    }
    if (x < -745.14) {
        return 0; /* below half the smallest subnormal, e^-745.1332... */
    }
    const double turns = x * LN2_INVERSE;
    const int k = (int)(turns < 0 ? turns - 0.5 : turns + 0.5);
    const double head = x - k * LN2_HEAD; /* exact */
    const double tail = k * LN2_TAIL;
    const double r = head - tail;
    const double r_error = (head - r) - tail;
    const double w = r * r;
    const double even =
        0.5 + w * (0x1.5555555555556p-5 +
                   w * (0x1.6c16c16c162c3p-10 +
                        w * (0x1.a01a01a6e1e2ap-16 +
                             w * (0x1.27e4db46cddd1p-22 + w * 0x1.1f7340dbc337ep-29))));
    const double odd =
        0x1.5555555555557p-3 +
        w * (0x1.11111111100bep-7 +
             w * (0x1.a01a01abf85abp-13 + w * (0x1.71de01fdbf9cap-19 + w * 0x1.af4e554377204p-26)));
    const double result = 1 + (r + (w * (even + r * odd) + r_error));
    /* Two factors: 2^k alone would leave the range of a double at both ends. */
    const int half = k / 2;
    return result * double_from_bits((uint64_t)(1023 + half) << 52) *
           double_from_bits((uint64_t)(1023 + k - half) << 52);
}

double math_pow(double x, double y) {
    return math_exp(y * math_log(x));
}

double math_clamp(double x, double low, double high) {
    if (x < low) {
        return low;
    }
    return x > high ? high : x;
}

uint16_t half_from_float(float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = (bits >> 16) & 0x8000u;
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        return (uint16_t)(sign | 0x7e00u); /* NaN, quiet */
    }
    if (magnitude >= 0x477ff000u) {
        return (uint16_t)(sign | 0x7c00u); /* 65,520 and above */
    }
    uint32_t half = 0;
    uint32_t rest = 0; /* what is cut off, and half a unit of the last place kept */
    uint32_t middle = 0;
    if (magnitude >= 0x38800000u) { /* 2^-14: normal */
        const uint32_t rebased = magnitude - 0x38000000u;
        half = rebased >> 13;
        rest = rebased & 0x1fffu;
        middle = 0x1000u;
    } else if (magnitude >= 0x33000000u) { /* 2^-25: rounds to a subnormal or its edge */
        const uint32_t shift = 126 - (magnitude >> 23);
        const uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
        half = mantissa >> shift;
        rest = mantissa & ((1u << shift) - 1);
        middle = 1u << (shift - 1);
    }
    if (rest > middle || (rest == middle && rest != 0 && (half & 1) != 0)) {
        half++; /* may carry into the exponent, which is the right next value */
    }
    return (uint16_t)(sign | half);
}

float float_from_half(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 0x1fu;
    const uint32_t mantissa = half & 0x3ffu;
    uint32_t bits = 0;
    if (exponent == 0) {
        const float magnitude = (float)mantissa * 0x1p-24f; /* exact */
        memcpy(&bits, &magnitude, sizeof bits);
    } else if (exponent == 0x1f) {
        bits = 0x7f800000u | (mantissa << 13);
    } else {
        bits = ((exponent + 112) << 23) | (mantissa << 13);
    }
    bits |= sign;
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}
