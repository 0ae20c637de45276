/* density/facts.c - candles and prints by column. */
#include "density/facts.h"

#include <stdlib.h>
#include <string.h>

#include "market/event.h"

#define DAY_MS INT64_C(86400000)

bool facts_init(struct facts *facts) {
    memset(facts, 0, sizeof(*facts));
    facts->columns = malloc(sizeof(*facts->columns) * LAYERS_COL_MAX);
    return facts->columns != NULL;
}

void facts_finish(struct facts *facts) {
    free(facts->columns);
    facts->columns = NULL;
}

void facts_begin(struct facts *facts, int32_t col_ms) {
    facts->col_ms = col_ms;
    facts->before = (struct facts_carry){.end_ms = INT64_MIN};
    facts->today = (struct facts_day){.day = INT64_MIN, .end_ms = INT64_MIN};
    for (int i = 0; i < LAYERS_COL_MAX; i++) {
        facts->cols[i] = INT64_MIN;
    }
}

static size_t slot_of(int64_t col) {
    return (size_t)((uint64_t)col % LAYERS_COL_MAX);
}

static struct facts_column *column_enter(struct facts *facts, int64_t col) {
    struct facts_column *column = &facts->columns[slot_of(col)];
    if (facts->cols[slot_of(col)] != col) {
        facts->cols[slot_of(col)] = col;
        *column = (struct facts_column){0};
    }
    return column;
}

static void add_print(struct facts_column *column, const struct entry_print *print) {
    struct layers_print shown = {.ts_ms = print->ts_ms,
                                 .price = print->price,
                                 .usd = print->usd,
                                 .position = print->position,
                                 .complete = print->complete};
    column->liquidated_usd[print->position == POS_LONG ? 0 : 1] += (double)print->usd;
    layers_add_print(column->prints, &column->print_count, &shown);
}

static void add_candle(struct facts_column *column, const struct entry_row *row, double share) {
    column->volume_buy_usd += (double)row->buy_usd * share;
    column->volume_sell_usd += (double)row->sell_usd * share;
    column->oi_usd = row->oi_base * row->mark_close;
    if (row->mark_close <= 0) {
        return;
    }
    if (column->close <= 0) {
        column->open = row->mark_open;
        column->high = row->mark_high;
        column->low = row->mark_low;
    }
    column->high = row->mark_high > column->high ? row->mark_high : column->high;
    column->low = row->mark_low < column->low ? row->mark_low : column->low;
    column->close = row->mark_close;
}

/* A row's volume is taken as traded at the mean of its high, low and close (of trades; of the mark
 * where none were told): exact enough for rows of seconds and minutes. Days are UTC's. */
void facts_add_day(struct facts *facts, const struct entry_row *row) {
    struct facts_day *today = &facts->today;
    int64_t day = row->begin_ms / DAY_MS;
    if (day != today->day) {
        int64_t told_ms = today->end_ms > row->begin_ms ? row->begin_ms : today->end_ms;
        bool seen = told_ms != INT64_MIN && day * DAY_MS - told_ms <= FACTS_SILENCE_MS;
        bool whole = seen || row->begin_ms - day * DAY_MS <= FACTS_SILENCE_MS;
        *today = (struct facts_day){.day = day, .whole = whole};
    }
    today->end_ms = row->end_ms;
    double typical =
        row->last_close > 0
            ? ((double)row->last_high + (double)row->last_low + (double)row->last_close) / 3
            : (row->mark_high + row->mark_low + row->mark_close) / 3;
    double usd = (double)row->buy_usd + (double)row->sell_usd;
    if (typical > 0 && usd > 0) {
        today->usd += usd;
        today->base += usd / typical;
    }
}

static double day_vwap(const struct facts_day *today) {
    return today->whole && today->base > 0 ? today->usd / today->base : 0;
}

/* The row came after a gap: nothing is known of the columns between told_ms and it. */
static void add_gap(struct facts *facts, int64_t told_ms, const struct entry_row *row,
                    int64_t first_col) {
    int64_t to = row->begin_ms / facts->col_ms;
    int64_t from = told_ms == INT64_MIN ? to : (told_ms - 1) / facts->col_ms + 1;
    from = from < first_col ? first_col : from;
    for (int64_t col = from < to - LAYERS_COL_MAX ? to - LAYERS_COL_MAX : from; col < to; col++) {
        column_enter(facts, col)->flags |= LAYERS_COLUMN_GAP;
    }
}

void facts_add(struct facts *facts, const struct entry_log *log, const struct entry_row *row,
               int64_t first_col) {
    int64_t from = row->begin_ms / facts->col_ms, to = (row->end_ms - 1) / facts->col_ms;
    double share = 1 / (double)(to - from + 1);
    if ((row->flags & ENTRY_ROW_GAP) != 0) {
        add_gap(facts, facts->today.end_ms, row, first_col);
    }
    facts_add_day(facts, row);
    for (int64_t col = from < first_col ? first_col : from; col <= to; col++) {
        struct facts_column *column = column_enter(facts, col);
        column->has_row = true;
        column->last_end_ms = row->end_ms;
        add_candle(column, row, share);
        column->funding += col == to ? (double)row->funding : 0;
        column->vwap = day_vwap(&facts->today);
        column->flags |= row->flags & ENTRY_ROW_GAP ? LAYERS_COLUMN_GAP : 0;
        column->flags |= row->flags & ENTRY_ROW_HISTORY ? LAYERS_COLUMN_HISTORY : 0;
    }
    for (uint32_t i = 0; i < row->print_count; i++) {
        const struct entry_print *print = entry_log_print(log, row, i);
        if (print != NULL && to >= first_col) {
            add_print(column_enter(facts, to), print);
        }
    }
    if (to < first_col && row->mark_close > 0) {
        facts->before = (struct facts_carry){.end_ms = row->end_ms,
                                             .close = row->mark_close,
                                             .oi_usd = row->oi_base * row->mark_close,
                                             .vwap = day_vwap(&facts->today)};
    }
}

/* Nothing came in this column; missed: for sure, something did happen. */
static void write_silence(const struct facts *facts, int64_t col, bool missed,
                          const struct facts_carry *carry, struct layers_column *out) {
    if (carry->end_ms == INT64_MIN) {
        out->flags |= LAYERS_COLUMN_EMPTY;
    } else if (missed ||
               (col + 1) * facts->col_ms - carry->end_ms >= FACTS_SILENCE_MS + facts->col_ms) {
        out->flags |= LAYERS_COLUMN_GAP;
    } else {
        out->open = out->high = out->low = out->close = carry->close;
        out->oi_usd = carry->oi_usd;
        out->vwap = carry->vwap;
    }
}

void facts_write(const struct facts *facts, int64_t col, struct facts_carry *carry,
                 struct layers_column *out) {
    const struct facts_column *column = &facts->columns[slot_of(col)];
    const bool touched = facts->cols[slot_of(col)] == col;
    if (!touched || !column->has_row) {
        write_silence(facts, col, touched && (column->flags & LAYERS_COLUMN_GAP) != 0, carry, out);
        return;
    }
    out->flags |= column->flags;
    out->open = column->open;
    out->high = column->high;
    out->low = column->low;
    out->close = column->close;
    out->volume_buy_usd = column->volume_buy_usd;
    out->volume_sell_usd = column->volume_sell_usd;
    out->oi_usd = column->oi_usd;
    out->funding = column->funding;
    out->vwap = column->vwap;
    out->liquidated_usd[0] = column->liquidated_usd[0];
    out->liquidated_usd[1] = column->liquidated_usd[1];
    out->print_count = column->print_count;
    memcpy(out->prints, column->prints, sizeof(out->prints[0]) * column->print_count);
    if (column->close > 0) {
        *carry = (struct facts_carry){.end_ms = column->last_end_ms,
                                      .close = column->close,
                                      .oi_usd = column->oi_usd,
                                      .vwap = column->vwap};
    } else if (carry->end_ms == INT64_MIN) {
        out->flags |= LAYERS_COLUMN_EMPTY;
    }
}
