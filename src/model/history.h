/* model/history.h - back-filled bars, their open interest and liquidations, gathered and made into
 * rows (estimator.md 4.12).
 *
 * Thread: engine.  Owner: row_builder.  Limits: HISTORY_KLINE_MAX bars, HISTORY_POINT_MAX
 * open-interest points and HISTORY_PRINT_MAX liquidations at a time, so that who gathers more makes
 * rows of the older ones first (history_full); what comes to one that is full is counted and
 * dropped.  Memory grows while
 * gathering and goes back after. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/entry_log.h"
#include "model/interval.h"

enum {
    HISTORY_KLINE_MAX = 131072,
    HISTORY_POINT_MAX = 65536,
    HISTORY_PRINT_MAX = 65536,
    HISTORY_LEG_POINTS = 6, /* deposit points a leg of a bar's path */
    HISTORY_BAR_DEPOSITS = 3 * HISTORY_LEG_POINTS,
    HISTORY_POINT_APART_MS = 7200000 /* between points further apart nothing is known */
};

struct history_kline {
    int64_t open_ms;
    int32_t interval_ms;
    uint32_t sequence; /* order of arrival: of two bars of one time the later one holds */
    double open, high, low, close, volume_base, taker_buy_base, usd;
};

struct history_point {
    int64_t ts_ms;
    uint32_t sequence;
    double oi_base;
};

struct history_print {
    struct entry_print print;
    uint32_t sequence;
};

struct history {
    size_t kline_count, kline_room, point_count, point_room, print_count, print_room;
    struct history_kline *klines; /* owned */
    struct history_point *points; /* owned */
    struct history_print *prints; /* owned */
    uint64_t dropped_count;
};

void history_finish(
    struct history *history); /* zeroed accepted; it is empty and may be used again */
bool history_add_kline(struct history *history,
                       const struct history_kline *kline); /* false: dropped */
bool history_add_point(struct history *history, int64_t ts_ms, double oi_base);
bool history_add_print(struct history *history, const struct entry_print *print);
/* As source; false: out of memory. */
bool history_init_copy(struct history *history, const struct history *source);
/* By time; of bars and points of equal times the last one stays. */
void history_sort(struct history *history);
bool history_full(const struct history *history); /* of bars, points or liquidations */

/* The time in the middle of what it is full of (the first of liquidations, points, bars); sorted,
 * not empty. */
int64_t history_middle_ms(const struct history *history);

/* Forget bars and points that are sorted and before cut_ms; the last point before it stays, for
 * what follows. */
void history_drop_before(struct history *history, int64_t cut_ms);

/* Open interest at ts_ms, linear between the sorted points around it. False: not known. */
bool history_open_interest(const struct history *history, int64_t ts_ms, double *oi_base);

/* A bar as a row and its entries. The path is open, low, high, close if close >= open, else open,
 * high, low, close; flow and ambient (base coin) are spread over it by length, six points a leg.
 * Returns the deposits. */
struct history_bar {
    const struct history_kline *kline;
    struct interval_flow flow;
    double ambient_base;
    double phi, bin_width;
};
size_t history_make_row(const struct history_bar *bar, struct entry_row *row,
                        struct entry_deposit out[HISTORY_BAR_DEPOSITS]);
