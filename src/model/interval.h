/* model/interval.h - from open interest and volume to entries (estimator.md section 4.4).
 *
 * Thread: engine.  Owner: row_builder.
 * A trade has two sides, and over an interval opened longs + opened shorts = V + dOI.  Only that
 * sum is known, so both sides get the same entries: net = max(d, 0), churn = (V - |d|) / 2 with d =
 * dOI + carry held within +-V; what does not fit is carried on, because open interest and volume
 * are not told at the same instant. Limits: INTERVAL_BIN_MAX price bins and INTERVAL_SLICE_MAX
 * slices of time; both shrink instead of failing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/entry_log.h"

enum {
    INTERVAL_BIN_MAX = 2048,  /* a power of two */
    INTERVAL_SLICE_MAX = 256, /* even */
    INTERVAL_CARRY_MS = 3600000
};

/* The identity's bookkeeping, shared by live intervals and history bars. */
struct interval_carry {
    double base;      /* open-interest change that no volume has explained yet */
    int64_t since_ms; /* when it last was zero or changed its sign */
};
struct interval_flow {
    double net, churn; /* base coin, >= 0 */
};
/* d_oi: 0 where open interest is not known. volume >= 0. */
struct interval_flow interval_split(struct interval_carry *carry, int64_t ts_ms, double d_oi,
                                    double volume);

struct interval_slice {
    int32_t low_bin, high_bin; /* of the mark in one stretch of time; low > high: no mark */
};

struct interval_bin {
    int32_t bin;
    bool used;
    double volume_base;
    double slice_moment; /* sum of volume x slice index */
};

struct interval {
    int64_t begin_ms; /* INT64_MIN: not begun */
    double volume_base;
    struct interval_carry carry;
    int slice_count; /* the last one is open */
    struct interval_slice slices[INTERVAL_SLICE_MAX];
    int bin_count;
    int32_t used[INTERVAL_BIN_MAX]; /* slots in order of first use */
    struct interval_bin bins[INTERVAL_BIN_MAX];
    uint64_t bins_merged; /* trades that met the limit and joined a neighbour */
};

void interval_init(struct interval *interval);
void interval_begin(struct interval *interval, int64_t ts_ms);
void interval_next_slice(struct interval *interval); /* a second has passed */
void interval_add_mark(struct interval *interval, int32_t low_bin, int32_t high_bin);
void interval_add_trade(struct interval *interval, int32_t bin, double qty_base);

/* Close it: its entries, sorted by bin, into out; returns how many (at most INTERVAL_BIN_MAX). The
 * interval is then empty and begins at ts_ms. */
size_t interval_close(struct interval *interval, int64_t ts_ms, double d_oi,
                      struct entry_deposit out[INTERVAL_BIN_MAX]);
