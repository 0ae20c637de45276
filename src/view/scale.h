/* view/scale.h - which density is black and which is white, and how brightness grows in between.
 *
 * Thread: main.  Plain data.  The density texture holds log2(1 + usd_per_bp /
 * SCALE_UNIT_USD_PER_BP); the field's look-up table runs evenly through that logarithm, so that
 * every curve and every threshold is nothing but another table (scale_fill_table). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "view/colormap.h"

#define SCALE_UNIT_USD_PER_BP 1000.0
enum { SCALE_BIN_COUNT = 256 };
#define SCALE_LOG2_MAX     24.0 /* 16.8 billion USD a basis point */
#define SCALE_GAMMA_PINNED 1.4

/* How brightness grows between black and white: with the logarithm of USD (to the power of gamma),
 * with its square root, or with USD itself. */
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

const char *scale_curve_key(enum scale_curve curve); /* "log" */

struct scale {
    double black_log2, white_log2; /* white > black */
    double least_log2;             /* what is less is not shown; 0: all is */
    double gamma;                  /* of the logarithmic curve, > 0; 0: 1 */
    enum scale_curve curve;
    bool black_held, white_held; /* pinned; scale_update_auto leaves them alone */
    bool valid;                  /* false until both ends are known */
    bool gliding;                /* on its way to what scale_update_auto wants */
};

/* How often each log2 value was seen; empty cells are left out. */
struct scale_histogram {
    uint32_t count[SCALE_BIN_COUNT];
    uint32_t total;
};

double scale_log2_from_usd(double usd_per_bp); /* >= 0 */
double scale_usd_from_log2(double value);
/* Brightness 0..1 of usd_per_bp, 0 where it is less than the least that is shown. */
double scale_brightness(const struct scale *scale, double usd_per_bp);
/* The USD per basis point that has this brightness, 0..1: the legend's numbers. */
double scale_usd_at(const struct scale *scale, double brightness);
/* Where brightness runs evenly from 0 to 1 along a ramp, this is what curve and gamma make of it:
 * two scales that agree in it and in black, white and least give every USD the same colour. */
bool scale_is_same(const struct scale *a, const struct scale *b);

/* Where the table's last entry lies: at white, or at the least that is shown if that is more. */
double scale_top_log2(const struct scale *scale);
/* Entry i of a look-up table that runs evenly in log2 from black to scale_top_log2: which of
 * COLORMAP_ENTRY_COUNT colours of even brightness stands there. */
void scale_fill_table(const struct scale *scale, uint16_t out[COLORMAP_ENTRY_COUNT]);

void scale_histogram_add(struct scale_histogram *histogram, double log2_value);
/* The value below which `fraction` (0..1) of what was seen, from least_log2 on, lies; 0 if nothing
 * was. */
double scale_histogram_percentile(const struct scale_histogram *histogram, double least_log2,
                                  double fraction);

/* Move towards black and white points and a gamma that suit what is visible in the histogram:
 * `rate` 1 jumps, smaller ones glide in a few steps, because every step draws the whole field anew.
 * The first histogram always jumps, and what is near enough rests. An empty one changes nothing. */
void scale_update_auto(struct scale *scale, const struct scale_histogram *histogram, double rate);
/* Pin ends (USD per bp, 0: that end is automatic). With both pinned gamma is SCALE_GAMMA_PINNED, so
 * that they alone decide about the colour of a USD value. White is kept above black. */
void scale_pin(struct scale *scale, double black_usd_per_bp, double white_usd_per_bp);
