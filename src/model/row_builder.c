/* model/row_builder.c - live facts on their way into the open row. */
#include "model/row_builder.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"
#include "margin/margin.h"
#include "model/row_builder_inside.h"

enum {
    OI_CADENCE_MS = 10000, /* until the venue's own is known */
    OI_CADENCE_MS_MIN = 2500,
    OI_CADENCE_MS_MAX = 900000,
    JUMP_CONFIRMATIONS = 3
};
#define JUMP_LN_MAX   0.5 /* a mark this far from the last one waits for others to confirm it */
#define JUMP_AGREE_LN 0.1
#define PHI_MAX       50.0 /* of all settlements together: hundreds at their limit, one way */

static_assert((int)ROW_BUILDER_BIN_MAX == (int)INTERVAL_BIN_MAX, "the interval's limit");

struct row_builder *row_builder_create(const struct row_builder_desc *desc) {
    struct row_builder *b = calloc(1, sizeof(*b));
    if (b == NULL) {
        return NULL;
    }
    b->desc = *desc;
    b->oi_cadence_ms = desc->oi_cadence_ms > 0 ? desc->oi_cadence_ms : OI_CADENCE_MS;
    b->desc.mmr = desc->mmr > 0 ? desc->mmr : 0.004;
    b->bin_width = entry_log_bin_width(desc->log);
    b->closed_ms = INT64_MIN;
    interval_init(&b->interval);
    b->deposits = calloc(ENTRY_DEPOSIT_ROW_MAX, sizeof(*b->deposits));
    b->merged = calloc(ENTRY_DEPOSIT_ROW_MAX, sizeof(*b->merged));
    b->interval_deposits = calloc(INTERVAL_BIN_MAX, sizeof(*b->interval_deposits));
    b->prints = calloc(ROW_BUILDER_PRINT_MAX, sizeof(*b->prints));
    b->waiting = calloc(ROW_BUILDER_PRINT_MAX, sizeof(*b->waiting));
    if (b->deposits == NULL || b->merged == NULL || b->interval_deposits == NULL ||
        b->prints == NULL || b->waiting == NULL) {
        row_builder_destroy(b);
        return NULL;
    }
    return b;
}

struct row_builder *row_builder_clone(const struct row_builder *source, struct entry_log *log,
                                      void *user) {
    struct row_builder *b = copy_bytes(source, sizeof(*source));
    if (b == NULL) {
        return NULL;
    }
    b->desc.log = log;
    b->desc.user = user;
    bool whole = history_init_copy(&b->history, &source->history);
    b->deposits = copy_bytes(source->deposits, ENTRY_DEPOSIT_ROW_MAX * sizeof(*b->deposits));
    b->merged = calloc(ENTRY_DEPOSIT_ROW_MAX, sizeof(*b->merged));
    b->interval_deposits = calloc(INTERVAL_BIN_MAX, sizeof(*b->interval_deposits));
    b->prints = copy_bytes(source->prints, ROW_BUILDER_PRINT_MAX * sizeof(*b->prints));
    b->waiting = copy_bytes(source->waiting, ROW_BUILDER_PRINT_MAX * sizeof(*b->waiting));
    if (!whole || b->deposits == NULL || b->merged == NULL || b->interval_deposits == NULL ||
        b->prints == NULL || b->waiting == NULL) {
        row_builder_destroy(b);
        return NULL;
    }
    return b;
}

void row_builder_destroy(struct row_builder *b) {
    if (b != NULL) {
        history_finish(&b->history);
        free(b->deposits);
        free(b->merged);
        free(b->interval_deposits);
        free(b->prints);
        free(b->waiting);
        free(b);
    }
}

/* -- live facts -- */

void row_builder_trade(struct row_builder *b, int64_t ts_ms, double price, double qty_base,
                       double usd, enum side side) {
    if (!row_builder_value_valid(price) || !row_builder_value_valid(qty_base) ||
        !row_builder_value_valid(usd)) {
        b->stats.refused_count++;
        return;
    }
    if (!row_builder_enter(b, &ts_ms)) {
        return;
    }
    if (!b->trade_bin_valid || price != b->trade_price) {
        b->trade_bin = row_builder_bin_of(b, math_log(price) - b->phi);
        b->trade_price = price;
        b->trade_bin_valid = true;
    }
    if (b->has_mark && fabs(price / b->mark_price - 1) > JUMP_LN_MAX) {
        b->stats.refused_count++;
        return;
    }
    struct entry_row *row = &b->row;
    float last = (float)price;
    if (row->last_close <= 0) {
        row->last_open = row->last_high = row->last_low = last;
    }
    row->last_high = last > row->last_high ? last : row->last_high;
    row->last_low = last < row->last_low ? last : row->last_low;
    row->last_close = last;
    if (side == SIDE_BUY) {
        row->buy_usd += (float)usd;
    } else {
        row->sell_usd += (float)usd;
    }
    interval_add_trade(&b->interval, b->trade_bin, qty_base);
}

/* A lone mark far from all others is not believed; several that agree are. */
static bool jump_is_held(struct row_builder *b, double price, double z) {
    if (!b->has_mark || fabs(z - b->mark_z) <= JUMP_LN_MAX) {
        b->jump_count = 0;
        return false;
    }
    bool agrees = b->jump_count > 0 && fabs(math_log(price / b->jump_price)) <= JUMP_AGREE_LN;
    b->jump_count = agrees ? b->jump_count + 1 : 1;
    b->jump_price = price;
    if (b->jump_count < JUMP_CONFIRMATIONS) {
        b->stats.jumps_held++;
        return true;
    }
    b->jump_count = 0;
    return false;
}

void row_builder_mark(struct row_builder *b, int64_t ts_ms, double price) {
    if (!row_builder_value_valid(price)) {
        b->stats.refused_count++;
        return;
    }
    if (!row_builder_enter(b, &ts_ms)) {
        return;
    }
    double z = price == b->mark_price ? b->mark_z : math_log(price) - b->phi;
    if (jump_is_held(b, price, z)) {
        return;
    }
    b->has_mark = true;
    b->mark_price = price;
    b->mark_z = z;
    b->mark_ms = ts_ms;
    row_builder_note_path(b, ts_ms);
    row_builder_release_prints(b, ts_ms);
}

/* How often this venue tells open interest: the first gap, then a slow mean of them. A silence of
 * minutes is a loss and teaches nothing. */
static void learn_cadence(struct row_builder *b, int64_t ts_ms) {
    int64_t gap_ms = ts_ms - b->oi_ms;
    if (b->desc.oi_cadence_ms == 0 && b->oi_ms > 0 && gap_ms > 0 && gap_ms <= OI_CADENCE_MS_MAX) {
        int64_t learned =
            b->oi_gap_count == 0 ? gap_ms : b->oi_cadence_ms + (gap_ms - b->oi_cadence_ms) / 8;
        b->oi_cadence_ms = learned < OI_CADENCE_MS_MIN ? OI_CADENCE_MS_MIN : learned;
        b->oi_gap_count++;
    }
    b->oi_ms = ts_ms;
}

void row_builder_open_interest(struct row_builder *b, int64_t ts_ms, double oi) {
    if (!(oi >= 0 && oi <= VALUE_MAX)) {
        b->stats.refused_count++;
        return;
    }
    if (!row_builder_enter(b, &ts_ms)) {
        return;
    }
    learn_cadence(b, ts_ms);
    double changed = b->has_oi ? oi - b->oi : 0;
    row_builder_close_interval(b, ts_ms, row_builder_oi_base(b, changed, b->mark_price));
    b->oi = oi;
    b->has_oi = true;
}

void row_builder_funding(struct row_builder *b, int64_t ts_ms, double rate) {
    if (!(fabs(rate) <= 0.1) || fabs(b->phi + rate) > PHI_MAX) {
        b->stats.refused_count++;
        return;
    }
    if (!row_builder_enter(b, &ts_ms)) {
        return;
    }
    b->phi += rate;
    b->row.funding += (float)rate;
    b->trade_bin_valid = false;
    if (b->has_mark) {
        b->mark_z -= rate;
        row_builder_note_path(b, ts_ms);
    }
}

bool row_builder_make_print(const struct row_builder *b, int64_t ts_ms, double price, double usd,
                            enum position position, enum price_kind kind, bool complete,
                            struct entry_print *out) {
    if (!row_builder_value_valid(price) || !row_builder_value_valid(usd) ||
        (position != POS_LONG && position != POS_SHORT)) {
        return false;
    }
    *out = (struct entry_print){
        .ts_ms = ts_ms,
        .price = margin_trigger_price(price, position, kind, b->desc.mmr),
        .usd = (float)usd,
        .position = (uint8_t)position,
        .complete = complete,
    };
    return true;
}

void row_builder_take_print(struct row_builder *b, const struct entry_print *told) {
    struct entry_print print = *told;
    if (!row_builder_enter(b, &print.ts_ms)) {
        return;
    }
    if (entry_print_is_late(told, &b->row)) {
        print.ts_ms = told->ts_ms; /* what reads it has to know */
    }
    if (b->has_mark && b->mark_ms >= print.ts_ms) {
        row_builder_add_print(b, &print);
    } else if (b->waiting_count < ROW_BUILDER_PRINT_MAX) {
        b->waiting[b->waiting_count++] = print;
    } else {
        b->stats.prints_lost++;
    }
}

void row_builder_print(struct row_builder *b, int64_t ts_ms, double price, double usd,
                       enum position position, enum price_kind kind, bool complete) {
    struct entry_print print;
    if (!row_builder_make_print(b, ts_ms, price, usd, position, kind, complete, &print)) {
        b->stats.refused_count++;
        return;
    }
    row_builder_take_print(b, &print);
}

/* It opens no row: bars of the time that is missing may still come. The first row behind it tells
 * of it, or the one that is open, where it ends in there or was told late. */
void row_builder_gap(struct row_builder *b, int64_t from_ms, int64_t to_ms) {
    if (to_ms <= from_ms) {
        return;
    }
    if (to_ms < 0 || to_ms >= TIME_MAX_MS) {
        b->stats.refused_count++;
        return;
    }
    b->gap_from_ms = from_ms;
    b->gap_to_ms = to_ms;
    b->gap_untold = !b->row_open || to_ms >= b->row.end_ms;
    b->row.flags |= b->gap_untold ? 0 : ENTRY_ROW_GAP;
}

/* -- what it knows -- */

int64_t row_builder_closed_ms(const struct row_builder *b) {
    return b->closed_ms;
}

int64_t row_builder_history_until_ms(const struct row_builder *b) {
    return b->history_until_ms;
}

void row_builder_set_mmr(struct row_builder *b, double mmr) {
    if (mmr > 0 && mmr < 0.5) {
        b->desc.mmr = mmr;
    }
}

void row_builder_set_inverse(struct row_builder *b, bool inverse) {
    assert(!b->has_oi || b->inverse == inverse);
    b->inverse = inverse;
}

void row_builder_get_stats(const struct row_builder *b, struct row_builder_stats *out) {
    *out = b->stats;
    out->history_dropped = b->history.dropped_count;
    out->bins_merged += b->interval.bins_merged;
}
