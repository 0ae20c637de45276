#include "view/scale.h"

#include <assert.h>
#include <math.h>

/* The automatic scale: the faint half of the cells sinks into the background, the top half percent
 * is white. */
#define BLACK_FRACTION 0.42
#define WHITE_FRACTION 0.9985
#define REST_LOG2      0.05 /* nearer than this it rests, so that a quiet picture stands still */
#define RANGE_LOG2_MIN 1.5  /* white is at least 2.8 times black, or noise would fill the range */

double scale_log2_from_usd(double usd_per_bp) {
    return log2(1 + usd_per_bp / SCALE_UNIT_USD_PER_BP);
}

double scale_usd_from_log2(double value) {
    return (exp2(value) - 1) * SCALE_UNIT_USD_PER_BP;
}

double scale_brightness(const struct scale *scale, double gamma, double usd_per_bp) {
    double t = (scale_log2_from_usd(usd_per_bp) - scale->black_log2) /
               (scale->white_log2 - scale->black_log2);
    return pow(t < 0 ? 0 : (t > 1 ? 1 : t), gamma);
}

double scale_usd_at(const struct scale *scale, double gamma, double brightness) {
    double t = pow(brightness, 1 / gamma);
    return scale_usd_from_log2(scale->black_log2 + t * (scale->white_log2 - scale->black_log2));
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

double scale_histogram_percentile(const struct scale_histogram *histogram, double fraction) {
    assert(fraction >= 0 && fraction <= 1);
    double wanted = fraction * histogram->total;
    double below = 0;
    for (int bin = 0; bin < SCALE_BIN_COUNT && histogram->total > 0; bin++) {
        double here = histogram->count[bin];
        if (here > 0 && below + here >= wanted) {
            return (bin + (wanted - below) / here) * SCALE_LOG2_MAX / SCALE_BIN_COUNT;
        }
        below += here;
    }
    return 0;
}

void scale_update_auto(struct scale *scale, const struct scale_histogram *histogram, double rate) {
    if (histogram->total == 0) {
        return;
    }
    double black = scale_histogram_percentile(histogram, BLACK_FRACTION);
    double white = scale_histogram_percentile(histogram, WHITE_FRACTION);
    if (white < black + RANGE_LOG2_MIN) {
        black = fmax(0, white - RANGE_LOG2_MIN);
        white = black + RANGE_LOG2_MIN;
    }
    if (scale->valid && rate < 1 && fabs(black - scale->black_log2) < REST_LOG2 &&
        fabs(white - scale->white_log2) < REST_LOG2) {
        return;
    }
    double step = scale->valid ? rate : 1;
    scale->black_log2 += (black - scale->black_log2) * step;
    scale->white_log2 += (white - scale->white_log2) * step;
    scale->valid = true;
}

void scale_pin(struct scale *scale, double black_usd_per_bp, double white_usd_per_bp) {
    if (black_usd_per_bp > 0) {
        scale->black_log2 = scale_log2_from_usd(black_usd_per_bp);
        scale->valid = true;
    }
    if (white_usd_per_bp > 0) {
        scale->white_log2 = scale_log2_from_usd(white_usd_per_bp);
        scale->valid = true;
    }
    if (scale->white_log2 < scale->black_log2 + 0.01) {
        scale->white_log2 = scale->black_log2 + 0.01;
    }
}
