/* model/row_builder_inside.h - the inside of a row builder, shared by row_builder.c (live facts),
 * row_builder_row.c (the open row and its interval) and row_builder_history.c (back-filled bars).
 * Thread: the engine's.  Owner: the builder. */
#pragma once

#include "model/history.h"
#include "model/interval.h"
#include "model/row_builder.h"

#define TIME_MAX_MS  INT64_C(4102444800000) /* the year 2100 */
#define AHEAD_MAX_MS 60000 /* bars end this far after the first live fact at most */
#define DAY_MS       86400000.0
#define VALUE_MAX    1e15 /* prices, quantities, dollars beyond are a stranger's nonsense */
#define VALUE_MIN    1e-12

struct row_builder {
    struct row_builder_desc desc;
    struct row_builder_stats stats;
    double bin_width;
    struct history history;
    struct interval interval;

    bool row_open;
    struct entry_row row;
    int64_t closed_ms, history_until_ms;
    int64_t gap_from_ms, gap_to_ms;
    bool gap_untold; /* no row behind it yet */

    bool has_mark, has_oi;
    bool inverse;  /* oi counts USD */
    int64_t oi_ms; /* of the newest live open interest; 0: none yet */
    uint64_t oi_gap_count;
    int64_t oi_cadence_ms; /* given, or learned from how it comes */
    double mark_price, mark_z, phi;
    double oi; /* as it is told: base coin, or USD */
    int64_t mark_ms;
    double jump_price;
    int jump_count;

    double trade_price; /* the last one and its bin: trades repeat prices */
    int32_t trade_bin;
    bool trade_bin_valid;

    int32_t since_low,
        since_high; /* bins of the mark since the last interval closed, or the row opened */
    size_t deposit_count;
    struct entry_deposit *deposits, *merged; /* owned, ENTRY_DEPOSIT_ROW_MAX each */
    struct entry_deposit *interval_deposits; /* owned, INTERVAL_BIN_MAX */
    size_t print_count, waiting_count;
    struct entry_print *prints, *waiting; /* owned, ROW_BUILDER_PRINT_MAX each */
};

static inline bool row_builder_value_valid(double value) {
    return value >= VALUE_MIN && value <= VALUE_MAX; /* false for NaN */
}

/* Open interest as it is told, in base coin at a price; 0: that is not known. */
static inline double row_builder_oi_base(const struct row_builder *b, double oi, double price) {
    return !b->inverse ? oi : price > 0 ? oi / price : 0;
}

/* The bin of a log price less phi. */
int32_t row_builder_bin_of(const struct row_builder *b, double z);

/* -- row_builder_row.c -- */

/* Make the open row the one of ts_ms; times before it count as its own. False: not a time. */
bool row_builder_enter(struct row_builder *b, int64_t *ts_ms);
/* Close the open row: entries, ambient, prints that are due; into the log and on. */
void row_builder_finish_row(struct row_builder *b);
/* Append a closed row and tell on_row. */
void row_builder_emit(struct row_builder *b, struct entry_row *row, size_t deposit_count,
                      const struct entry_deposit *deposits, size_t print_count,
                      const struct entry_print *prints);
/* The mark in force (mark_price, mark_z) is part of the open row's path from ts_ms on. */
void row_builder_note_path(struct row_builder *b, int64_t ts_ms);
/* Nothing is known any more of where the mark went since entries were made. */
void row_builder_since_restart(struct row_builder *b);
/* The interval of open interest ends with a change of d_oi: its volume becomes entries. */
void row_builder_close_interval(struct row_builder *b, int64_t ts_ms, double d_oi);
/* Into the open row, by time. */
void row_builder_add_print(struct row_builder *b, const struct entry_print *print);
/* Prints of until_ms and before have what they waited for. */
void row_builder_release_prints(struct row_builder *b, int64_t until_ms);

/* -- row_builder.c -- */

/* What row_builder_print was told, at the price that triggered it. False: out of its bounds. */
bool row_builder_make_print(const struct row_builder *b, int64_t ts_ms, double price, double usd,
                            enum position position, enum price_kind kind, bool complete,
                            struct entry_print *out);
/* As row_builder_print, of one that is made. */
void row_builder_take_print(struct row_builder *b, const struct entry_print *told);

/* -- row_builder_history.c -- */

/* Make rows of what was gathered; bars that end after until_ms are refused: rows up to there would
 * make the live facts before late. */
void row_builder_make_history(struct row_builder *b, int64_t until_ms);
