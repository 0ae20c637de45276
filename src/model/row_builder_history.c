/* model/row_builder_history.c - back-filled bars, open interest and liquidations: gathered, then
 * rows. A liquidation is part of the bar of its time; one that no bar takes is told behind them. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/math.h"
#include "model/row_builder_inside.h"

#define BAR_LN_MAX 1.0 /* a bar over a wider range of log price is not believed */

static_assert((int)ROW_BUILDER_KLINE_MAX == (int)HISTORY_KLINE_MAX, "the history's limit");
static_assert((int)ROW_BUILDER_OI_POINT_MAX == (int)HISTORY_POINT_MAX, "the history's limit");

/* Walks what is sorted; prints that no bar took move to the front. */
struct untaken {
    size_t at, left;
};

static void leave_prints(struct history *history, struct untaken *walk, int64_t until_ms) {
    while (walk->at < history->print_count && history->prints[walk->at].print.ts_ms < until_ms) {
        history->prints[walk->left++] = history->prints[walk->at++];
    }
}

/* Those of a bar, into the row's; how many. */
static size_t take_prints(struct row_builder *b, struct untaken *walk, int64_t end_ms) {
    const struct history *history = &b->history;
    size_t count = 0;
    while (walk->at < history->print_count && history->prints[walk->at].print.ts_ms < end_ms) {
        if (count < ROW_BUILDER_PRINT_MAX) {
            b->prints[count++] = history->prints[walk->at].print;
        } else {
            b->stats.prints_lost++;
        }
        walk->at++;
    }
    return count;
}

static void apply_kline(struct row_builder *b, const struct history_kline *kline,
                        struct untaken *walk) {
    int64_t end_ms = kline->open_ms + kline->interval_ms;
    double oi_open = 0, oi_close = 0;
    if (history_open_interest(&b->history, kline->open_ms, &oi_open) &&
        history_open_interest(&b->history, end_ms, &oi_close)) {
        b->has_oi = true;
        b->oi = oi_close;
    } else {
        oi_open = oi_close = b->has_oi ? b->oi : 0;
    }
    oi_open = row_builder_oi_base(b, oi_open, kline->close);
    oi_close = row_builder_oi_base(b, oi_close, kline->close);
    double d_oi = oi_close - oi_open;
    double oi_mean = (oi_open + oi_close) / 2;
    struct history_bar bar = {
        .kline = kline,
        .flow = interval_split(&b->interval.carry, end_ms, d_oi, kline->volume_base),
        .ambient_base = oi_mean * kline->interval_ms / DAY_MS,
        .phi = b->phi,
        .bin_width = b->bin_width,
    };
    struct entry_row row;
    struct entry_deposit deposits[HISTORY_BAR_DEPOSITS];
    size_t count = history_make_row(&bar, &row, deposits);
    row.oi_base = oi_close;
    row.oi_dt_base_s = oi_mean * kline->interval_ms / 1000;
    b->has_mark = true;
    b->mark_price = kline->close;
    b->mark_z = row.z_close;
    b->history_until_ms = end_ms;
    const size_t print_count = take_prints(b, walk, end_ms);
    row_builder_emit(b, &row, count, deposits, print_count, b->prints);
}

/* Of what is sorted, the bars that begin before cut_ms become rows; those that are not over by
 * until_ms are not of the past. */
static void make_rows(struct row_builder *b, int64_t cut_ms, int64_t until_ms) {
    struct untaken walk = {0, 0};
    for (size_t i = 0; i < b->history.kline_count; i++) {
        const struct history_kline *kline = &b->history.klines[i];
        if (kline->open_ms >= cut_ms) {
            break;
        }
        if (kline->open_ms < b->closed_ms || kline->open_ms + kline->interval_ms > until_ms) {
            b->stats.klines_refused++;
        } else {
            leave_prints(&b->history, &walk, kline->open_ms);
            apply_kline(b, kline, &walk);
        }
    }
    leave_prints(&b->history, &walk, INT64_MAX);
    b->history.print_count = walk.left;
}

/* Prints that no bar took, as if they were told now; those after until_ms are not of the past. */
static void tell_prints(struct row_builder *b, size_t count, const struct history_print *prints,
                        int64_t until_ms) {
    for (size_t i = 0; i < count; i++) {
        if (prints[i].print.ts_ms <= until_ms) {
            row_builder_take_print(b, &prints[i].print);
        } else {
            b->stats.prints_lost++;
        }
    }
}

static void begin_rows(struct row_builder *b) {
    if (b->row_open && b->history.kline_count > 0) {
        row_builder_finish_row(b);
    }
    history_sort(&b->history);
}

void row_builder_make_history(struct row_builder *b, int64_t until_ms) {
    const bool any = b->history.kline_count > 0;
    begin_rows(b);
    make_rows(b, INT64_MAX, until_ms);
    struct history_print *prints = b->history.prints;
    const size_t count = b->history.print_count;
    b->history.prints = NULL;
    history_finish(&b->history);
    if (any) {
        row_builder_since_restart(b);
    }
    tell_prints(b, count, prints, until_ms);
    free(prints);
}

/* Those before cut_ms have met their bars. */
static void drop_prints(struct row_builder *b, int64_t cut_ms) {
    struct history *history = &b->history;
    size_t count = 0;
    while (count < history->print_count && history->prints[count].print.ts_ms < cut_ms) {
        count++;
    }
    b->stats.prints_lost += count;
    history->print_count -= count;
    for (size_t i = 0; i < history->print_count; i++) { /* those to come are later */
        history->prints[i] = history->prints[count + i];
        history->prints[i].sequence = (uint32_t)i;
    }
}

/* Room for one more: a longer past than can be gathered (a recorded year of minutes) becomes rows
 * half by half, so it has to come in the order of time, give or take half of what is gathered. */
static void make_room(struct row_builder *b) {
    if (!history_full(&b->history)) {
        return;
    }
    begin_rows(b);
    int64_t cut_ms = history_middle_ms(&b->history);
    make_rows(b, cut_ms, INT64_MAX);
    drop_prints(b, cut_ms);
    history_drop_before(&b->history, cut_ms);
    row_builder_since_restart(b);
}

void row_builder_history_kline(struct row_builder *b, const struct row_builder_kline *kline) {
    bool timed = kline->interval_ms >= 60000 && kline->interval_ms <= 3600000 &&
                 3600000 % kline->interval_ms == 0 && kline->open_ms >= 0 &&
                 kline->open_ms < TIME_MAX_MS && kline->open_ms % kline->interval_ms == 0;
    if (!timed || !row_builder_value_valid(kline->open) || !row_builder_value_valid(kline->high) ||
        !row_builder_value_valid(kline->low) || !row_builder_value_valid(kline->close) ||
        !(kline->volume_base >= 0 && kline->volume_base <= VALUE_MAX)) {
        b->stats.refused_count++;
        return;
    }
    double low = fmin(kline->low, fmin(kline->open, kline->close));
    double high = fmax(kline->high, fmax(kline->open, kline->close));
    bool paid = kline->usd > 0 && kline->usd <= VALUE_MAX;
    if (high > low * math_exp(BAR_LN_MAX)) {
        b->stats.refused_count++;
        return;
    }
    struct history_kline kept = {
        .open_ms = kline->open_ms,
        .interval_ms = kline->interval_ms,
        .open = kline->open,
        .high = high,
        .low = low,
        .close = kline->close,
        .volume_base = kline->volume_base,
        .taker_buy_base = kline->taker_buy_base,
        .usd = paid ? kline->usd : kline->volume_base * (high + low) / 2,
    };
    make_room(b);
    history_add_kline(&b->history, &kept);
}

void row_builder_history_open_interest(struct row_builder *b, int64_t ts_ms, double oi) {
    if (!(oi >= 0 && oi <= VALUE_MAX) || ts_ms < 0 || ts_ms >= TIME_MAX_MS) {
        b->stats.refused_count++;
        return;
    }
    make_room(b);
    history_add_point(&b->history, ts_ms, oi);
}

void row_builder_history_print(struct row_builder *b, int64_t ts_ms, double price, double usd,
                               enum position position, enum price_kind kind, bool complete) {
    struct entry_print print;
    if (ts_ms < 0 || ts_ms >= TIME_MAX_MS ||
        !row_builder_make_print(b, ts_ms, price, usd, position, kind, complete, &print)) {
        b->stats.refused_count++;
        return;
    }
    make_room(b);
    history_add_print(&b->history, &print);
}

void row_builder_history_end(struct row_builder *b) {
    row_builder_make_history(b, TIME_MAX_MS + AHEAD_MAX_MS);
}
