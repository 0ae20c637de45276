#include "view/indicator.h"

#include <assert.h>
#include <math.h>

/* Sliding sums are taken anew every so many items: what rounding left in them goes. */
enum { RESUM_EVERY = 64 };

static double sum_of(const double *value, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
        sum += value[i];
    }
    return sum;
}

void indicator_average(size_t count, const double value[], int length, double out[]) {
    assert(length >= 1);
    double sum = 0;
    int known = 0; /* items in a row, up to length */
    for (size_t i = 0; i < count; i++) {
        out[i] = NAN;
        if (isnan(value[i])) {
            known = 0;
            sum = 0;
            continue;
        }
        sum += value[i];
        if (known == length) {
            sum -= value[i - (size_t)length];
        } else {
            known++;
        }
        if (known == length) {
            if (i % RESUM_EVERY == 0) {
                sum = sum_of(value + i + 1 - (size_t)length, length);
            }
            out[i] = sum / length;
        }
    }
}

static double rsi_of(double gain, double loss) {
    if (gain + loss <= 0) {
        return 50;
    }
    return 100 * gain / (gain + loss);
}

void indicator_rsi(size_t count, const double close[], int length, double out[]) {
    assert(length >= 1);
    double gain = 0, loss = 0; /* sums of the first length changes, then their smoothed means */
    int changes = -1;          /* so many are in them; -1: no price yet */
    for (size_t i = 0; i < count; i++) {
        out[i] = NAN;
        if (isnan(close[i])) {
            gain = loss = 0;
            changes = -1;
            continue;
        }
        double change = changes < 0 ? 0 : close[i] - close[i - 1];
        double up = fmax(change, 0), down = fmax(-change, 0);
        if (changes < length) {
            gain += up;
            loss += down;
            changes++;
            if (changes == length) {
                gain /= length;
                loss /= length;
            }
        } else {
            gain += (up - gain) / length;
            loss += (down - loss) / length;
        }
        out[i] = changes == length ? rsi_of(gain, loss) : NAN;
    }
}

static double square_of_range(double high, double low) {
    if (!(low > 0) || !(high >= low)) {
        return NAN;
    }
    double range = log(high / low);
    return range * range;
}

void indicator_parkinson(size_t count, const double high[], const double low[], int length,
                         double per_year, double out[]) {
    assert(length >= 1);
    double sum = 0;
    int known = 0;
    for (size_t i = 0; i < count; i++) {
        double square = square_of_range(high[i], low[i]);
        out[i] = NAN;
        if (isnan(square)) {
            known = 0;
            sum = 0;
            continue;
        }
        sum += square;
        if (known == length) {
            size_t left = i - (size_t)length;
            sum -= square_of_range(high[left], low[left]);
        } else {
            known++;
        }
        if (known == length) { /* what rounding leaves of a calm stretch is not below nothing */
            out[i] = sqrt(fmax(sum, 0) / length / (4 * log(2)) * per_year);
        }
    }
}
