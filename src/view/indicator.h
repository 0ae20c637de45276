/* view/indicator.h - what traders read off a row of candles: moving average, RSI, realised
 * volatility.  Thread: any; pure.
 *
 * Series are as old as they are long: item 0 is the oldest. NaN means unknown; what an unknown item
 * is part of is unknown, too, and everything that remembers starts anew after it. out may not
 * overlap the inputs. */
#pragma once

#include <stddef.h>

/* Simple moving average of the last length (>= 1) items, this one included. */
void indicator_average(size_t count, const double value[], int length, double out[]);

/* Relative strength index after Wilder ("New Concepts in Technical Trading Systems", 1978), 0..100:
 * 100 - 100 / (1 + gains / losses), both smoothed by 1 / length, started with the mean of the first
 * length changes. Nothing but gains: 100; no change at all: 50. */
void indicator_rsi(size_t count, const double close[], int length, double out[]);

/* Realised volatility after Parkinson (Journal of Business 53, 1980) of the last length candles, a
 * year's standard deviation of ln price: sqrt(mean(ln(high / low)^2) / (4 ln 2) x per_year), where
 * per_year is how many such candles a year has. It assumes no drift and no jump between candles;
 * prices told too seldom make it too small. high >= low > 0, else unknown. */
void indicator_parkinson(size_t count, const double high[], const double low[], int length,
                         double per_year, double out[]);
