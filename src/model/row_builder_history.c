/* model/row_builder_history.c - back-filled bars and open interest: gathered, then rows. */
#include <assert.h>
#include <math.h>

#include "base/math.h"
#include "model/row_builder_inside.h"

#define BAR_LN_MAX 1.0 /* a bar over a wider range of log price is not believed */

static_assert((int)ROW_BUILDER_KLINE_MAX == (int)HISTORY_KLINE_MAX, "the history's limit");
static_assert((int)ROW_BUILDER_OI_POINT_MAX == (int)HISTORY_POINT_MAX, "the history's limit");

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
    history_add_kline(&b->history, &kept);
}

void row_builder_history_open_interest(struct row_builder *b, int64_t ts_ms, double oi_base) {
    if (!(oi_base >= 0 && oi_base <= VALUE_MAX) || ts_ms < 0 || ts_ms >= TIME_MAX_MS) {
        b->stats.refused_count++;
        return;
    }
    history_add_point(&b->history, ts_ms, oi_base);
}

static void apply_kline(struct row_builder *b, const struct history_kline *kline) {
    int64_t end_ms = kline->open_ms + kline->interval_ms;
    double oi_open = 0, oi_close = 0, d_oi = 0;
    bool known = history_open_interest(&b->history, kline->open_ms, &oi_open) &&
                 history_open_interest(&b->history, end_ms, &oi_close);
    if (known) {
        d_oi = oi_close - oi_open;
        b->has_oi = true;
        b->oi_base = oi_close;
    } else {
        oi_open = b->has_oi ? b->oi_base : 0;
        oi_close = oi_open;
    }
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
    row_builder_emit(b, &row, count, deposits, 0, NULL);
}

void row_builder_make_history(struct row_builder *b, int64_t until_ms) {
    if (b->row_open && b->history.kline_count > 0) {
        row_builder_finish_row(b);
    }
    history_sort(&b->history);
    for (size_t i = 0; i < b->history.kline_count; i++) {
        const struct history_kline *kline = &b->history.klines[i];
        if (kline->open_ms < b->closed_ms || kline->open_ms + kline->interval_ms > until_ms) {
            b->stats.klines_refused++;
        } else {
            apply_kline(b, kline);
        }
    }
    history_finish(&b->history);
    row_builder_since_restart(b);
}

void row_builder_history_end(struct row_builder *b) {
    row_builder_make_history(b, TIME_MAX_MS + AHEAD_MAX_MS);
}
