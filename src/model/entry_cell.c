/* model/entry_cell.c - sums of rows. */
#include "model/entry_cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"
#include "model/entry_deposits.h"

bool entry_cell_init(struct entry_cell *cell) {
    memset(cell, 0, sizeof(*cell));
    cell->deposits = calloc(ENTRY_DEPOSIT_ROW_MAX, sizeof(*cell->deposits));
    cell->merged = calloc(ENTRY_DEPOSIT_ROW_MAX, sizeof(*cell->merged));
    return cell->deposits != NULL && cell->merged != NULL;
}

void entry_cell_finish(struct entry_cell *cell) {
    free(cell->deposits);
    free(cell->merged);
    memset(cell, 0, sizeof(*cell));
}

bool entry_cell_init_copy(struct entry_cell *cell, const struct entry_cell *source) {
    *cell = *source;
    cell->deposits = copy_bytes(source->deposits, ENTRY_DEPOSIT_ROW_MAX * sizeof(*cell->deposits));
    cell->merged = calloc(ENTRY_DEPOSIT_ROW_MAX, sizeof(*cell->merged));
    return cell->deposits != NULL && cell->merged != NULL;
}

void entry_cell_begin(struct entry_cell *cell, int64_t begin_ms, int64_t end_ms) {
    cell->open = true;
    cell->deposit_count = 0;
    cell->row = (struct entry_row){.begin_ms = begin_ms, .end_ms = end_ms};
}

static void add_mark(struct entry_row *sum, const struct entry_row *row) {
    int32_t shift_ms = (int32_t)(row->begin_ms - sum->begin_ms);
    if (!(sum->flags & ENTRY_ROW_HAS_MARK)) {
        sum->mark_open = row->mark_open;
        sum->mark_high = row->mark_high;
        sum->mark_low = row->mark_low;
        sum->z_open = row->z_open;
        sum->z_high = row->z_high;
        sum->z_low = row->z_low;
        sum->low_at_ms = shift_ms + row->low_at_ms;
        sum->high_at_ms = shift_ms + row->high_at_ms;
        sum->flags |= row->flags & ENTRY_ROW_HIGH_FIRST;
    } else {
        sum->mark_high = row->mark_high > sum->mark_high ? row->mark_high : sum->mark_high;
        sum->mark_low = row->mark_low < sum->mark_low ? row->mark_low : sum->mark_low;
        bool higher = row->z_high > sum->z_high, lower = row->z_low < sum->z_low;
        if (higher) {
            sum->z_high = row->z_high;
            sum->high_at_ms = shift_ms + row->high_at_ms;
        }
        if (lower) {
            sum->z_low = row->z_low;
            sum->low_at_ms = shift_ms + row->low_at_ms;
        }
        if (higher || lower) {
            /* Both in one row: its own order. One alone: the newer extreme comes last. */
            bool high_first = higher && lower ? (row->flags & ENTRY_ROW_HIGH_FIRST) != 0 : lower;
            sum->flags &= ~(uint32_t)ENTRY_ROW_HIGH_FIRST;
            sum->flags |= high_first ? ENTRY_ROW_HIGH_FIRST : 0;
        }
    }
    sum->mark_close = row->mark_close;
    sum->z_close = row->z_close;
}

static void add_trades(struct entry_row *sum, const struct entry_row *row) {
    sum->buy_usd += row->buy_usd;
    sum->sell_usd += row->sell_usd;
    if (row->last_close <= 0) {
        return;
    }
    if (sum->last_close <= 0) {
        sum->last_open = row->last_open;
        sum->last_high = row->last_high;
        sum->last_low = row->last_low;
    }
    sum->last_high = row->last_high > sum->last_high ? row->last_high : sum->last_high;
    sum->last_low = row->last_low < sum->last_low ? row->last_low : sum->last_low;
    sum->last_close = row->last_close;
}

void entry_cell_add(struct entry_cell *cell, const struct entry_row *row, size_t deposit_count,
                    const struct entry_deposit *deposits, double bin_width) {
    struct entry_row *sum = &cell->row;
    if (row->flags & ENTRY_ROW_HAS_MARK) {
        add_mark(sum, row);
        int32_t low = (int32_t)math_clamp(floor(row->z_low / bin_width), -1e9, 1e9);
        int32_t high = (int32_t)math_clamp(floor(row->z_high / bin_width), -1e9, 1e9);
        entry_deposits_extend(cell->deposit_count, cell->deposits, low, high);
    }
    add_trades(sum, row);
    sum->phi = row->phi;
    sum->oi_base = row->oi_base;
    sum->oi_dt_base_s += row->oi_dt_base_s;
    sum->funding += row->funding;
    sum->weights = row->weights;
    sum->flags |= row->flags & (ENTRY_ROW_HISTORY | ENTRY_ROW_GAP | ENTRY_ROW_HAS_MARK);
    if (row->print_count > 0) {
        if (sum->print_count == 0) {
            sum->print_first = row->print_first;
        }
        sum->print_count += row->print_count;
    }
    if (deposit_count > 0) {
        cell->deposit_count =
            entry_deposits_merge(cell->deposit_count, cell->deposits, deposit_count, deposits,
                                 ENTRY_DEPOSIT_ROW_MAX, cell->merged, &cell->merged_count);
        struct entry_deposit *swap = cell->deposits;
        cell->deposits = cell->merged;
        cell->merged = swap;
    }
}
