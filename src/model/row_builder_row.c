/* model/row_builder_row.c - the open row: the mark's path, entries of the open interval, prints. */
#include <math.h>

#include "base/math.h"
#include "model/entry_deposits.h"
#include "model/row_builder_inside.h"

enum { AMBIENT_SILENCE_MS = 300000 }; /* at a price told longer ago nothing is laid down */

static int64_t floor_second(int64_t ts_ms) {
    return ts_ms - ts_ms % ROW_BUILDER_ROW_MS;
}

int32_t row_builder_bin_of(const struct row_builder *b, double z) {
    return (int32_t)math_clamp(floor(z / b->bin_width), -1e9, 1e9);
}

/* -- entries of the open row -- */

void row_builder_since_restart(struct row_builder *b) {
    b->since_low = b->has_mark ? row_builder_bin_of(b, b->mark_z) : INT32_MAX;
    b->since_high = b->has_mark ? b->since_low : INT32_MIN;
}

static void since_apply(struct row_builder *b) {
    if (b->since_low <= b->since_high) {
        entry_deposits_extend(b->deposit_count, b->deposits, b->since_low, b->since_high);
    }
    row_builder_since_restart(b);
}

static void deposits_add(struct row_builder *b, size_t count,
                         const struct entry_deposit *deposits) {
    b->deposit_count =
        entry_deposits_merge(b->deposit_count, b->deposits, count, deposits, ENTRY_DEPOSIT_ROW_MAX,
                             b->merged, &b->stats.bins_merged);
    struct entry_deposit *swap = b->deposits;
    b->deposits = b->merged;
    b->merged = swap;
}

void row_builder_close_interval(struct row_builder *b, int64_t ts_ms, double d_oi) {
    since_apply(b);
    size_t count = interval_close(&b->interval, ts_ms, d_oi, b->interval_deposits);
    if (b->has_mark) {
        interval_add_mark(&b->interval, b->since_low, b->since_high);
    }
    if (count > 0) {
        deposits_add(b, count, b->interval_deposits);
    }
    b->stats.intervals++;
}

/* -- the mark's path through the open row -- */

void row_builder_note_path(struct row_builder *b, int64_t ts_ms) {
    struct entry_row *row = &b->row;
    double z = b->mark_z, price = b->mark_price;
    int32_t at_ms = (int32_t)math_clamp((double)(ts_ms - row->begin_ms), 0, ROW_BUILDER_ROW_MS - 1);
    int32_t bin = row_builder_bin_of(b, z);
    if (!(row->flags & ENTRY_ROW_HAS_MARK)) {
        row->flags |= ENTRY_ROW_HAS_MARK;
        row->mark_open = row->mark_high = row->mark_low = price;
        row->z_open = row->z_high = row->z_low = z;
    }
    row->mark_high = price > row->mark_high ? price : row->mark_high;
    row->mark_low = price < row->mark_low ? price : row->mark_low;
    if (z > row->z_high) {
        row->z_high = z;
        row->high_at_ms = at_ms;
        row->flags &= ~(uint32_t)ENTRY_ROW_HIGH_FIRST;
    } else if (z < row->z_low) {
        row->z_low = z;
        row->low_at_ms = at_ms;
        row->flags |= ENTRY_ROW_HIGH_FIRST;
    }
    row->mark_close = price;
    row->z_close = z;
    b->since_low = bin < b->since_low ? bin : b->since_low;
    b->since_high = bin > b->since_high ? bin : b->since_high;
    interval_add_mark(&b->interval, bin, bin);
}

/* -- rows -- */

void row_builder_emit(struct row_builder *b, struct entry_row *row, size_t deposit_count,
                      const struct entry_deposit *deposits, size_t print_count,
                      const struct entry_print *prints) {
    row->deposit_count = (uint32_t)deposit_count;
    row->print_count = (uint32_t)print_count;
    entry_log_append(b->desc.log, row, deposit_count, deposits, print_count, prints);
    b->closed_ms = row->end_ms;
    b->stats.rows++;
    if (b->desc.on_row != NULL) {
        b->desc.on_row(b->desc.user, row, deposits, prints);
    }
}

static void begin_row(struct row_builder *b, int64_t ts_ms) {
    int64_t begin_ms = floor_second(ts_ms);
    b->row_open = true;
    b->row = (struct entry_row){.begin_ms = begin_ms,
                                .end_ms = begin_ms + ROW_BUILDER_ROW_MS,
                                .flags = b->gap_untold ? ENTRY_ROW_GAP : 0};
    b->gap_untold = b->gap_untold && b->gap_to_ms > b->row.end_ms;
    b->deposit_count = 0;
    b->print_count = 0;
    if (b->interval.begin_ms == INT64_MIN) {
        interval_begin(&b->interval, begin_ms);
    } else {
        interval_next_slice(&b->interval);
    }
    row_builder_since_restart(b);
    if (b->has_mark) {
        row_builder_note_path(b, begin_ms);
    }
}

static void add_ambient(struct row_builder *b) {
    struct entry_row *row = &b->row;
    double oi_base = b->has_oi ? row_builder_oi_base(b, b->oi, b->mark_price) : 0;
    row->oi_base = oi_base;
    if (!b->has_oi || !b->has_mark) {
        return;
    }
    int64_t since_ms = b->closed_ms == INT64_MIN ? row->begin_ms : b->closed_ms;
    double dt_ms = math_clamp((double)(row->end_ms - since_ms), 0, AMBIENT_SILENCE_MS);
    row->oi_dt_base_s = oi_base * dt_ms / 1000;
    struct entry_deposit deposit = {.bin = row_builder_bin_of(b, b->mark_z)};
    deposit.base[ENTRY_SOURCE_AMBIENT] = (float)(oi_base * dt_ms / DAY_MS);
    deposits_add(b, 1, &deposit);
}

void row_builder_add_print(struct row_builder *b, const struct entry_print *print) {
    if (b->print_count == ROW_BUILDER_PRINT_MAX) {
        b->stats.prints_lost++;
        return;
    }
    size_t at = b->print_count++;
    while (at > 0 && b->prints[at - 1].ts_ms > print->ts_ms) {
        b->prints[at] = b->prints[at - 1];
        at--;
    }
    b->prints[at] = *print;
}

void row_builder_release_prints(struct row_builder *b, int64_t until_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < b->waiting_count; i++) {
        if (b->waiting[i].ts_ms <= until_ms) {
            row_builder_add_print(b, &b->waiting[i]);
        } else {
            b->waiting[kept++] = b->waiting[i];
        }
    }
    b->waiting_count = kept;
}

static bool interval_is_due(const struct row_builder *b, int64_t ts_ms) {
    return b->interval.begin_ms != INT64_MIN &&
           ts_ms - b->interval.begin_ms >= 2 * b->oi_cadence_ms;
}

void row_builder_finish_row(struct row_builder *b) {
    struct entry_row *row = &b->row;
    if (interval_is_due(b, row->end_ms)) {
        row_builder_close_interval(b, row->end_ms, 0);
        b->stats.intervals_without_oi++;
    }
    since_apply(b);
    add_ambient(b);
    row_builder_release_prints(b, row->end_ms - ROW_BUILDER_PRINT_WAIT_MS);
    row->phi = b->phi;
    if (row->begin_ms < b->gap_to_ms && row->end_ms > b->gap_from_ms) {
        row->flags |= ENTRY_ROW_GAP;
    }
    b->row_open = false;
    row_builder_emit(b, row, b->deposit_count, b->deposits, b->print_count, b->prints);
}

bool row_builder_enter(struct row_builder *b, int64_t *ts_ms) {
    if (*ts_ms < 0 || *ts_ms >= TIME_MAX_MS) {
        b->stats.refused_count++;
        return false;
    }
    if (b->history.kline_count > 0 || b->history.print_count > 0) {
        row_builder_make_history(b, *ts_ms + AHEAD_MAX_MS);
    }
    int64_t now_ms = b->row_open ? b->row.begin_ms : b->closed_ms;
    if (*ts_ms < now_ms) {
        b->stats.late_count++;
        *ts_ms = now_ms;
    }
    if (b->row_open && *ts_ms >= b->row.end_ms) {
        row_builder_finish_row(b);
    }
    if (!b->row_open) {
        begin_row(b, *ts_ms);
    }
    return true;
}

void row_builder_advance(struct row_builder *b, int64_t ts_ms) {
    if (ts_ms < 0 || ts_ms >= TIME_MAX_MS || ts_ms <= b->closed_ms) {
        return;
    }
    if (b->history.kline_count > 0) { /* closed time takes no more bars */
        row_builder_make_history(b, ts_ms + AHEAD_MAX_MS);
    }
    if (b->row_open && ts_ms >= b->row.end_ms) {
        row_builder_finish_row(b);
    }
    int64_t until_ms = floor_second(ts_ms);
    if (b->row_open || b->closed_ms == INT64_MIN || until_ms <= b->closed_ms) {
        return;
    }
    bool prints_due = false;
    for (size_t i = 0; i < b->waiting_count; i++) {
        prints_due = prints_due || b->waiting[i].ts_ms <= until_ms - ROW_BUILDER_PRINT_WAIT_MS;
    }
    if (prints_due || (b->interval.volume_base > 0 && interval_is_due(b, until_ms))) {
        begin_row(b, until_ms - ROW_BUILDER_ROW_MS);
        row_builder_finish_row(b);
    }
    b->closed_ms = until_ms;
    entry_log_close_until(b->desc.log, until_ms);
}
