/* view/scale.h - which density is black and which is white, in the log domain of the density
 * texture.
 *
 * Thread: main.  Plain data.  The texture holds log2(1 + usd_per_bp / SCALE_UNIT_USD_PER_BP); a
 * scale maps that linearly to brightness 0..1, then raises it to gamma. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SCALE_UNIT_USD_PER_BP 1000.0
enum { SCALE_BIN_COUNT = 256 };
#define SCALE_LOG2_MAX 24.0 /* 16.8 billion USD a basis point */

/* How brightness grows between black and white: with the logarithm of USD, its square root, or USD
 * itself. */
#define SCALE_CURVE_LIST(X)                                                                        \
    X(LOG, "log")                                                                                  \
    X(SQRT, "sqrt")                                                                                \
    X(LINEAR, "linear")

enum scale_curve {
#define SCALE_ENUM(name, key) SCALE_CURVE_##name,
    SCALE_CURVE_LIST(SCALE_ENUM)
#undef SCALE_ENUM
        SCALE_CURVE_COUNT
};

struct scale {
    double black_log2, white_log2; /* white > black */
    bool valid;                    /* false until the first value was seen */
};

/* How often each log2 value was seen; empty cells are left out. */
struct scale_histogram {
    uint32_t count[SCALE_BIN_COUNT];
    uint32_t total;
};

double scale_log2_from_usd(double usd_per_bp); /* >= 0 */
double scale_usd_from_log2(double value);
/* Brightness 0..1 of usd_per_bp; gamma > 0. */
double scale_brightness(const struct scale *scale, double gamma, double usd_per_bp);
/* The USD per basis point that has this brightness: the legend's numbers. */
double scale_usd_at(const struct scale *scale, double gamma, double brightness);

void scale_histogram_add(struct scale_histogram *histogram, double log2_value);
/* The value below which `fraction` (0..1) of what was seen lies; 0 if nothing was. */
double scale_histogram_percentile(const struct scale_histogram *histogram, double fraction);

/* Move towards black and white points that suit the histogram: `rate` 1 jumps, smaller ones glide.
 * The first histogram always jumps, and what is near enough rests. An empty one changes nothing. */
void scale_update_auto(struct scale *scale, const struct scale_histogram *histogram, double rate);
/* Pin both ends (USD per bp, 0: leave that end as it is). White is kept above black. */
void scale_pin(struct scale *scale, double black_usd_per_bp, double white_usd_per_bp);
