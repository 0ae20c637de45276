/* state/funding.h - the funding rate in force and its settlements.
 *
 * Funding moves every liquidation price once a settlement (estimator.md 4.1), so what matters is
 * that the rate in force is applied exactly once when time passes next_ms. Thread: the owner's.
 * Plain data; start from FUNDING_START. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A rate of one interval beyond this is no rate; a settlement more than this early is a change of
 * schedule. */
#define FUNDING_RATE_MAX 0.1
enum { FUNDING_EARLY_MS = 5000, FUNDING_INTERVAL_H_MAX = 24 * 7 };

struct funding {
    double rate;        /* of one interval, positive: longs pay; NaN: unknown */
    int32_t interval_h; /* 0: unknown */
    int64_t next_ms;    /* 0: unknown */
    int64_t settled_count, refused_count;
};
#define FUNDING_START ((struct funding){.rate = NAN})

/* Time has come to ts_ms. True: a settlement lies at or before it; *rate is what is to be applied,
 * once. A stretch that passes several settlements applies the known rate once: the others are not
 * known. */
bool funding_advance(struct funding *funding, int64_t ts_ms, double *rate);

struct funding_update {
    int64_t ts_ms;
    bool has_rate, has_interval, has_next;
    double rate;
    int32_t interval_h;
    int64_t next_ms;
};
/* Take what a message says; call funding_advance with its time first. True: the message moved
 * next_ms on just before its time came (the venue's clock is ahead), so the settlement is now and
 * *rate is to be applied. */
bool funding_apply(struct funding *funding, const struct funding_update *update, double *rate);

uint64_t funding_hash(uint64_t hash, const struct funding *funding);
