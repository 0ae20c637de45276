/* model/row_builder.h - from market facts to closed rows of the entry log (estimator.md
 * sections 4.4, 4.12).
 *
 * Thread: engine.  Owner: the engine, one builder an instrument.  Time is the events' own.
 * Facts come in the order of arrival; a time before the open row's counts as now (late_count).
 * Prices and quantities that are not finite and positive are counted (refused_count) and change
 * nothing. Open interest and volume become entries an interval at a time: it closes when its open
 * interest arrives, or after two cadences without.  Prints wait for the first mark at or after
 * their own time, 3 s at most. History (klines, their open interest and liquidations) is gathered
 * in any order and becomes rows at the first live fact, or at row_builder_history_end: it must come
 * before the live facts of its time; older klines are refused, and so are those of the future. Of a
 * past longer than ROW_BUILDER_KLINE_MAX bars the older half becomes rows when that many are there.
 * A liquidation of the past stands in the row of its bar; one without a bar comes with the first
 * live fact: as if it were of now, or, where it is older than ENTRY_PRINT_LATE_MS, with its own
 * time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "model/entry_log.h"

enum {
    ROW_BUILDER_ROW_MS = 1000,
    ROW_BUILDER_BIN_MAX =
        2048, /* price bins of one open-interest interval; more join their neighbour */
    ROW_BUILDER_PRINT_MAX = 1024, /* prints waiting or in the open row; more are counted and lost */
    ROW_BUILDER_PRINT_WAIT_MS = 3000,
    ROW_BUILDER_KLINE_MAX = 131072,  /* history bars gathered at a time (91 days of minutes) */
    ROW_BUILDER_OI_POINT_MAX = 65536 /* history open-interest points gathered at a time */
};

struct row_builder_desc {
    struct entry_log *log; /* borrowed, outlives the builder; its bin_width is used */
    int32_t oi_cadence_ms; /* how often this venue tells open interest; 0: learned */
    double mmr;            /* first-tier maintenance rate, for bankruptcy prints; 0: 0.004 */

    /* Optional: every closed row, after it was appended; valid during the call. The engine's
     * estimator_apply_row. */
    void (*on_row)(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                   const struct entry_print *prints);
    void *user; /* borrowed */
};

struct row_builder;

struct row_builder *
row_builder_create(const struct row_builder_desc *desc); /* NULL: out of memory */
/* One that goes on where source is, with another log (a copy of source's) and another user. */
struct row_builder *row_builder_clone(const struct row_builder *source, struct entry_log *log,
                                      void *user);     /* NULL: out of memory */
void row_builder_destroy(struct row_builder *builder); /* NULL accepted */

/* -- live facts; ts_ms is the venue's event time -- */

/* usd: quote notional, > 0. side: the aggressor. */
void row_builder_trade(struct row_builder *builder, int64_t ts_ms, double price, double qty_base,
                       double usd, enum side side);
void row_builder_mark(struct row_builder *builder, int64_t ts_ms, double price);
/* One-sided open interest, >= 0: base coin, or USD of an inverse contract. */
void row_builder_open_interest(struct row_builder *builder, int64_t ts_ms, double oi);
/* A settlement that happened: rate of that interval, positive: longs pay. |rate| <= 0.1,
 * and all of them together within 50 (a stranger's nonsense: z stays a number that a row may hold).
 */
void row_builder_funding(struct row_builder *builder, int64_t ts_ms, double rate);
void row_builder_print(struct row_builder *builder, int64_t ts_ms, double price, double usd,
                       enum position position, enum price_kind kind, bool complete);
/* Part of the market was not seen: the rows that touch [from_ms, to_ms) from now on carry
 * ENTRY_ROW_GAP. */
void row_builder_gap(struct row_builder *builder, int64_t from_ms, int64_t to_ms);

/* -- history -- */

struct row_builder_kline {
    int64_t open_ms;
    int32_t interval_ms; /* 60,000 .. 3,600,000, dividing an hour; open_ms a multiple of it */
    double open, high, low, close;
    double volume_base, taker_buy_base; /* taker_buy_base < 0: not known, half of it */
    double usd;                         /* quote volume; <= 0: volume x mean price */
};
void row_builder_history_kline(struct row_builder *builder, const struct row_builder_kline *kline);
void row_builder_history_open_interest(struct row_builder *builder, int64_t ts_ms, double oi);
/* As row_builder_print, of the past. */
void row_builder_history_print(struct row_builder *builder, int64_t ts_ms, double price, double usd,
                               enum position position, enum price_kind kind, bool complete);
void row_builder_history_end(struct row_builder *builder); /* make rows of what was gathered, now */

/* Close every row that ended by ts_ms, the bars that were gathered first. Live facts do this by
 * themselves; call it when time passes without. */
void row_builder_advance(struct row_builder *builder, int64_t ts_ms);

/* Everything before is closed; INT64_MIN: nothing yet. */
int64_t row_builder_closed_ms(const struct row_builder *builder);
/* History became rows up to here; 0: there was none. */
int64_t row_builder_history_until_ms(const struct row_builder *builder);
/* Its contracts are USD (coin-margined): as the price moves, the same open interest is more or less
 * base coin, and nobody has opened or closed anything. Before the first open interest. */
void row_builder_set_inverse(struct row_builder *builder, bool inverse);
/* A better first-tier rate became known. In (0, 0.5); else ignored. */
void row_builder_set_mmr(struct row_builder *builder, double mmr);

struct row_builder_stats {
    uint64_t rows, late_count, refused_count;
    uint64_t jumps_held; /* marks too far from the last one, not yet confirmed by others */
    uint64_t klines_refused, history_dropped, bins_merged, prints_lost;
    uint64_t intervals, intervals_without_oi;
};
void row_builder_get_stats(const struct row_builder *builder, struct row_builder_stats *out);
