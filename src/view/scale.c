/* Symbols: u USD per basis point; l(u) = log2(1 + u / 1,000), what a texel holds; b, w the black
 * and white point; t = 0 at black, 1 at white:
 *
 *   log     t = ((l(u) - l(b)) / (l(w) - l(b)))^gamma
 *   sqrt    t = (sqrt u - sqrt b) / (sqrt w - sqrt b)
 *   linear  t = (u - b) / (w - b)
 *
 * A table of n entries even in l resolves the logarithm evenly, and a linear curve worst at its
 * white end: there one entry is a step of ln 2 (l(w) - l(b)) / (n - 1) x w / (w - b) in brightness,
 * for 1,024 entries and a white 1,000 times black 1.7 of 255, which is less than what is told apart
 * and no more than what the texel's half float can say. */
#include "view/scale.h"

#include <assert.h>
#include <math.h>

#include "base/str.h"

/* The automatic scale: the faint half of the cells sinks into the background, and so few are white
 * that they stand out; root and USD itself leave so much to the top that more of it may be white.
 */
#define BLACK_FRACTION 0.42
/* Gamma keeps the middle calm however much of the picture is filled: brighter than this is no more
 * than the rest of the cells. */
#define MIDDLE_FRACTION   0.85
#define MIDDLE_BRIGHTNESS 0.45
#define GAMMA_LEAST       1.2
#define GAMMA_MOST        2.6
static const struct {
    const char *key;
    double white_fraction;
} curves[] = {
    [SCALE_CURVE_LOG] = {"log", 0.9985},
    [SCALE_CURVE_SQRT] = {"sqrt", 0.9975},
    [SCALE_CURVE_LINEAR] = {"linear", 0.995},
};
static_assert(ARRAY_COUNT(curves) == SCALE_CURVE_COUNT, "a row per curve");

#define REST_LOG2        0.16 /* a resting scale stays while it is so near what is wanted: 12 % */
#define ARRIVED_LOG2     0.04 /* a gliding one is there, and takes the rest in one step */
#define RANGE_LOG2_MIN   1.5  /* white is at least 2.8 times black, or noise would fill the range */
#define RANGE_LOG2_LEAST 0.01 /* between held ends */

const char *scale_curve_key(enum scale_curve curve) {
    assert((unsigned)curve < SCALE_CURVE_COUNT);
    return curves[curve].key;
}

double scale_log2_from_usd(double usd_per_bp) {
    return log2(1 + usd_per_bp / SCALE_UNIT_USD_PER_BP);
}

double scale_usd_from_log2(double value) {
    return (exp2(value) - 1) * SCALE_UNIT_USD_PER_BP;
}

static double gamma_of(const struct scale *scale) {
    return scale->gamma > 0 ? scale->gamma : 1;
}

/* What the curve makes even: black and white lie at its ends. */
static double even_from_log2(enum scale_curve curve, double value) {
    switch (curve) {
    case SCALE_CURVE_SQRT:
        return sqrt(scale_usd_from_log2(value));
    case SCALE_CURVE_LINEAR:
        return scale_usd_from_log2(value);
    default:
        return value;
    }
}

static double usd_from_even(enum scale_curve curve, double even) {
    switch (curve) {
    case SCALE_CURVE_SQRT:
        return even * even;
    case SCALE_CURVE_LINEAR:
        return even;
    default:
        return scale_usd_from_log2(even);
    }
}

static double brightness_of(const struct scale *scale, double value) {
    if (value < scale->least_log2) {
        return 0;
    }
    double black = even_from_log2(scale->curve, scale->black_log2);
    double white = even_from_log2(scale->curve, scale->white_log2);
    double t = (even_from_log2(scale->curve, value) - black) / (white - black);
    t = t < 0 ? 0 : (t > 1 ? 1 : t);
    return scale->curve == SCALE_CURVE_LOG ? pow(t, gamma_of(scale)) : t;
}

double scale_brightness(const struct scale *scale, double usd_per_bp) {
    return brightness_of(scale, scale_log2_from_usd(usd_per_bp));
}

double scale_usd_at(const struct scale *scale, double brightness) {
    double black = even_from_log2(scale->curve, scale->black_log2);
    double white = even_from_log2(scale->curve, scale->white_log2);
    double t = scale->curve == SCALE_CURVE_LOG ? pow(brightness, 1 / gamma_of(scale)) : brightness;
    return usd_from_even(scale->curve, black + t * (white - black));
}

bool scale_is_same(const struct scale *a, const struct scale *b) {
    return a->black_log2 == b->black_log2 && a->white_log2 == b->white_log2 &&
           a->least_log2 == b->least_log2 && a->curve == b->curve && gamma_of(a) == gamma_of(b);
}

double scale_top_log2(const struct scale *scale) {
    return fmax(scale->white_log2, scale->least_log2);
}

void scale_fill_table(const struct scale *scale, uint16_t out[COLORMAP_ENTRY_COUNT]) {
    int last = COLORMAP_ENTRY_COUNT - 1;
    double step = (scale_top_log2(scale) - scale->black_log2) / last;
    for (int i = 0; i <= last; i++) {
        /* The last entry is what lies at the top and above, however it was rounded. */
        double value = i < last ? scale->black_log2 + step * i : scale_top_log2(scale);
        out[i] = (uint16_t)(brightness_of(scale, value) * last + 0.5);
    }
}

void scale_histogram_add(struct scale_histogram *histogram, double log2_value) {
    if (!(log2_value > 0)) {
        return;
    }
    double at = log2_value / SCALE_LOG2_MAX * SCALE_BIN_COUNT;
    int bin = at < SCALE_BIN_COUNT ? (int)at : SCALE_BIN_COUNT - 1;
    histogram->count[bin]++;
    histogram->total++;
}

static int bin_of(double log2_value) {
    double at = log2_value / SCALE_LOG2_MAX * SCALE_BIN_COUNT;
    return at < 0 ? 0 : (at < SCALE_BIN_COUNT ? (int)at : SCALE_BIN_COUNT);
}

double scale_histogram_percentile(const struct scale_histogram *histogram, double least_log2,
                                  double fraction) {
    assert(fraction >= 0 && fraction <= 1);
    int first = bin_of(least_log2);
    double total = 0;
    for (int bin = first; bin < SCALE_BIN_COUNT; bin++) {
        total += histogram->count[bin];
    }
    double wanted = fraction * total;
    double below = 0;
    for (int bin = first; bin < SCALE_BIN_COUNT && total > 0; bin++) {
        double here = histogram->count[bin];
        if (here > 0 && below + here >= wanted) {
            return (bin + (wanted - below) / here) * SCALE_LOG2_MAX / SCALE_BIN_COUNT;
        }
        below += here;
    }
    return 0;
}

/* What the visible cells ask for; ends that are held are what they are. False: nothing is visible.
 */
static bool wanted_scale(const struct scale *scale, const struct scale_histogram *histogram,
                         struct scale *out) {
    double top = curves[scale->curve].white_fraction;
    double least = scale->least_log2;
    double white = scale_histogram_percentile(histogram, least, top);
    if (white <= 0) { /* nothing is left: the scale of all, so that the threshold can be seen */
        least = 0;
        white = scale_histogram_percentile(histogram, least, top);
    }
    if (white <= 0) {
        return false;
    }
    double black = scale_histogram_percentile(histogram, least, BLACK_FRACTION);
    black = scale->black_held ? scale->black_log2 : fmax(0, fmin(black, white - RANGE_LOG2_MIN));
    white = scale->white_held ? scale->white_log2 : fmax(white, black + RANGE_LOG2_MIN);
    if (scale->white_held && !scale->black_held) {
        black = fmax(0, fmin(black, white - RANGE_LOG2_MIN));
    }
    *out = *scale;
    out->black_log2 = black;
    out->white_log2 = fmax(white, black + RANGE_LOG2_LEAST);
    double middle = scale_histogram_percentile(histogram, least, MIDDLE_FRACTION);
    double t = (middle - black) / (out->white_log2 - black);
    t = fmin(fmax(t, 0.05), 0.95);
    out->gamma = scale->black_held && scale->white_held
                     ? SCALE_GAMMA_PINNED
                     : fmin(fmax(log(MIDDLE_BRIGHTNESS) / log(t), GAMMA_LEAST), GAMMA_MOST);
    return true;
}

void scale_update_auto(struct scale *scale, const struct scale_histogram *histogram, double rate) {
    struct scale wanted;
    if (!wanted_scale(scale, histogram, &wanted)) {
        return;
    }
    double off = fmax(fabs(wanted.black_log2 - scale->black_log2),
                      fabs(wanted.white_log2 - scale->white_log2));
    off = fmax(off, fabs(wanted.gamma - scale->gamma));
    bool jump = !scale->valid || rate >= 1;
    if (!jump && off < REST_LOG2 && !scale->gliding) {
        return;
    }
    scale->gliding = !jump && off > ARRIVED_LOG2;
    double step = scale->gliding ? rate : 1;
    scale->black_log2 += (wanted.black_log2 - scale->black_log2) * step;
    scale->white_log2 += (wanted.white_log2 - scale->white_log2) * step;
    scale->gamma += (wanted.gamma - scale->gamma) * step;
    scale->valid = true;
}

void scale_pin(struct scale *scale, double black_usd_per_bp, double white_usd_per_bp) {
    scale->black_held = black_usd_per_bp > 0;
    scale->white_held = white_usd_per_bp > 0;
    if (scale->black_held) {
        scale->black_log2 = scale_log2_from_usd(black_usd_per_bp);
    }
    if (scale->white_held) {
        scale->white_log2 = scale_log2_from_usd(white_usd_per_bp);
    }
    if (scale->black_held && scale->white_held) {
        scale->gamma = SCALE_GAMMA_PINNED;
        scale->valid = true;
    }
    if (scale->white_held && !scale->black_held) { /* the free end gives way */
        scale->black_log2 = fmax(0, fmin(scale->black_log2, scale->white_log2 - RANGE_LOG2_LEAST));
    }
    scale->white_log2 = fmax(scale->white_log2, scale->black_log2 + RANGE_LOG2_LEAST);
}
