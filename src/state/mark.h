/* state/mark.h - mark, index and last price, and the mark in force between a venue's updates.
 *
 * Liquidations trigger on the mark.  Where a venue sends it rarely (Hyperliquid: a minute) or not
 * at all, the mark in force is the last trade plus the smoothed difference mark - last, taken at
 * most once MARK_MADE_EVERY_MS: as often as venues publish theirs, so that wicks of the last price
 * do not sweep what no mark ever touched. Thread: the owner's.  Plain data, zero-initialised.
 * Limit: MARK_TAIL_MAX newest values are kept. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    MARK_TAIL_MAX = 64,
    MARK_RARE_MS = 5000, /* a published mark younger than this is the mark */
    MARK_MADE_EVERY_MS = 1000,
    MARK_LAST_OLD_MS = 60000 /* a last price older than this says nothing about the basis */
};
/* Two prices further apart than this factor are not of the same instrument, or one of them is
 * wrong. */
#define MARK_JUMP_MAX 8.0

struct mark_point {
    int64_t ts_ms;
    double price;
};

struct mark {
    double mark, index, last; /* published or traded; 0: unknown */
    double in_force;          /* what sweeps; 0: not yet known */
    int64_t in_force_ms, published_ms, first_trade_ms, last_ms;
    double basis; /* smoothed mark - last */
    bool has_basis;
    int jump_run_count; /* refused jumps in a row that agree with each other */
    double jump_price;
    int64_t refused_count, late_count;
    int tail_begin, tail_count;
    struct mark_point tail[MARK_TAIL_MAX]; /* ring of values in force */
};

/* A published mark. True: the mark in force is now this. A price that is not positive and finite,
 * is older than the one published before, or jumps by MARK_JUMP_MAX (unless MARK_JUMP_CONFIRM in a
 * row say so) is counted and left. */
enum { MARK_JUMP_CONFIRM = 3 };
bool mark_publish(struct mark *mark, int64_t ts_ms, double price);
/* A trade. True: no mark was published lately and the mark in force moved with it. */
bool mark_trade(struct mark *mark, int64_t ts_ms, double price);
/* A bar of the back-fill ended at this price: the mark in force and the last price. */
bool mark_bar(struct mark *mark, int64_t ts_ms, double price);
void mark_set_index(struct mark *mark,
                    double price); /* not positive or not finite: counted and left */

/* The i-th value of the tail, 0 the oldest. */
const struct mark_point *mark_tail_at(const struct mark *mark, int i);

uint64_t mark_hash(uint64_t hash, const struct mark *mark);
