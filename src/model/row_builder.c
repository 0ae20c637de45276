/* model/row_builder.c - the open row, the open interval, and what waits for its time. */
#include "model/row_builder.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "margin/margin.h"
#include "model/entry_deposits.h"
#include "model/history.h"
#include "model/interval.h"

enum {
    AMBIENT_SILENCE_MS = 300000, /* at a price that nobody told for longer nothing is laid down */
    OI_CADENCE_MS = 10000,       /* until the venue's own is known */
    OI_CADENCE_MS_MIN = 2500,
    OI_CADENCE_MS_MAX = 900000,
    JUMP_CONFIRMATIONS = 3
};
#define TIME_MAX_MS   INT64_C(4102444800000) /* the year 2100 */
#define AHEAD_MAX_MS  60000 /* bars end this far after the first live fact at most */
#define DAY_MS        86400000.0
#define VALUE_MAX     1e15 /* prices, quantities, dollars beyond are a stranger's nonsense */
#define VALUE_MIN     1e-12
#define JUMP_LN_MAX   0.5 /* a mark this far from the last one waits for others to confirm it */
#define JUMP_AGREE_LN 0.1
#define BAR_LN_MAX    1.0
#define PHI_MAX       50.0 /* of all settlements together: hundreds at their limit, one way */

static_assert((int)ROW_BUILDER_BIN_MAX == (int)INTERVAL_BIN_MAX, "the interval's limit");
static_assert((int)ROW_BUILDER_KLINE_MAX == (int)HISTORY_KLINE_MAX, "the history's limit");
static_assert((int)ROW_BUILDER_OI_POINT_MAX == (int)HISTORY_POINT_MAX, "the history's limit");

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

    bool has_mark, has_oi;
    int64_t oi_ms; /* of the newest live open interest; 0: none yet */
    uint64_t oi_gap_count;
    int64_t oi_cadence_ms; /* given, or learned from how it comes */
    double mark_price, mark_z, phi, oi_base;
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

static int64_t floor_second(int64_t ts_ms) {
    return ts_ms - ts_ms % ROW_BUILDER_ROW_MS;
}

static bool value_valid(double value) {
    return value >= VALUE_MIN && value <= VALUE_MAX; /* false for NaN */
}

static int32_t bin_of(const struct row_builder *b, double z) {
    return (int32_t)math_clamp(floor(z / b->bin_width), -1e9, 1e9);
}

/* -- entries of the open row -- */

static void since_restart(struct row_builder *b) {
    b->since_low = b->has_mark ? bin_of(b, b->mark_z) : INT32_MAX;
    b->since_high = b->has_mark ? b->since_low : INT32_MIN;
}

static void since_apply(struct row_builder *b) {
    if (b->since_low <= b->since_high) {
        entry_deposits_extend(b->deposit_count, b->deposits, b->since_low, b->since_high);
    }
    since_restart(b);
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

static void close_interval(struct row_builder *b, int64_t ts_ms, double d_oi) {
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

static void note_path(struct row_builder *b, int64_t ts_ms) {
    struct entry_row *row = &b->row;
    double z = b->mark_z, price = b->mark_price;
    int32_t at_ms = (int32_t)math_clamp((double)(ts_ms - row->begin_ms), 0, ROW_BUILDER_ROW_MS - 1);
    int32_t bin = bin_of(b, z);
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

static void emit(struct row_builder *b, struct entry_row *row, size_t deposit_count,
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
    b->row = (struct entry_row){.begin_ms = begin_ms, .end_ms = begin_ms + ROW_BUILDER_ROW_MS};
    b->deposit_count = 0;
    b->print_count = 0;
    if (b->interval.begin_ms == INT64_MIN) {
        interval_begin(&b->interval, begin_ms);
    } else {
        interval_next_slice(&b->interval);
    }
    since_restart(b);
    if (b->has_mark) {
        note_path(b, begin_ms);
    }
}

static void add_ambient(struct row_builder *b) {
    struct entry_row *row = &b->row;
    row->oi_base = b->has_oi ? b->oi_base : 0;
    if (!b->has_oi || !b->has_mark) {
        return;
    }
    int64_t since_ms = b->closed_ms == INT64_MIN ? row->begin_ms : b->closed_ms;
    double dt_ms = math_clamp((double)(row->end_ms - since_ms), 0, AMBIENT_SILENCE_MS);
    row->oi_dt_base_s = b->oi_base * dt_ms / 1000;
    struct entry_deposit deposit = {.bin = bin_of(b, b->mark_z)};
    deposit.base[ENTRY_SOURCE_AMBIENT] = (float)(b->oi_base * dt_ms / DAY_MS);
    deposits_add(b, 1, &deposit);
}

static void print_to_row(struct row_builder *b, const struct entry_print *print) {
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

/* Prints of until_ms and before have what they waited for. */
static void release_prints(struct row_builder *b, int64_t until_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < b->waiting_count; i++) {
        if (b->waiting[i].ts_ms <= until_ms) {
            print_to_row(b, &b->waiting[i]);
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

static void finish_row(struct row_builder *b) {
    struct entry_row *row = &b->row;
    if (interval_is_due(b, row->end_ms)) {
        close_interval(b, row->end_ms, 0);
        b->stats.intervals_without_oi++;
    }
    since_apply(b);
    add_ambient(b);
    release_prints(b, row->end_ms - ROW_BUILDER_PRINT_WAIT_MS);
    row->phi = b->phi;
    if (row->begin_ms < b->gap_to_ms && row->end_ms > b->gap_from_ms) {
        row->flags |= ENTRY_ROW_GAP;
    }
    b->row_open = false;
    emit(b, row, b->deposit_count, b->deposits, b->print_count, b->prints);
}

static void make_history(struct row_builder *b, int64_t until_ms);

/* Make the open row the one of ts_ms; times before it count as its own. False: not a time. */
static bool enter(struct row_builder *b, int64_t *ts_ms) {
    if (*ts_ms < 0 || *ts_ms >= TIME_MAX_MS) {
        b->stats.refused_count++;
        return false;
    }
    if (b->history.kline_count > 0) {
        make_history(b, *ts_ms + AHEAD_MAX_MS);
    }
    int64_t now_ms = b->row_open ? b->row.begin_ms : b->closed_ms;
    if (*ts_ms < now_ms) {
        b->stats.late_count++;
        *ts_ms = now_ms;
    }
    if (b->row_open && *ts_ms >= b->row.end_ms) {
        finish_row(b);
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
    if (b->row_open && ts_ms >= b->row.end_ms) {
        finish_row(b);
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
        finish_row(b);
    }
    b->closed_ms = until_ms;
    entry_log_close_until(b->desc.log, until_ms);
}

/* -- live facts -- */

void row_builder_trade(struct row_builder *b, int64_t ts_ms, double price, double qty_base,
                       double usd, enum side side) {
    if (!value_valid(price) || !value_valid(qty_base) || !value_valid(usd)) {
        b->stats.refused_count++;
        return;
    }
    if (!enter(b, &ts_ms)) {
        return;
    }
    if (!b->trade_bin_valid || price != b->trade_price) {
        b->trade_bin = bin_of(b, math_log(price) - b->phi);
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
    if (!value_valid(price)) {
        b->stats.refused_count++;
        return;
    }
    if (!enter(b, &ts_ms)) {
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
    note_path(b, ts_ms);
    release_prints(b, ts_ms);
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

void row_builder_open_interest(struct row_builder *b, int64_t ts_ms, double oi_base) {
    if (!(oi_base >= 0 && oi_base <= VALUE_MAX)) {
        b->stats.refused_count++;
        return;
    }
    if (!enter(b, &ts_ms)) {
        return;
    }
    learn_cadence(b, ts_ms);
    close_interval(b, ts_ms, b->has_oi ? oi_base - b->oi_base : 0);
    b->oi_base = oi_base;
    b->has_oi = true;
}

void row_builder_funding(struct row_builder *b, int64_t ts_ms, double rate) {
    if (!(fabs(rate) <= 0.1) || fabs(b->phi + rate) > PHI_MAX) {
        b->stats.refused_count++;
        return;
    }
    if (!enter(b, &ts_ms)) {
        return;
    }
    b->phi += rate;
    b->row.funding += (float)rate;
    b->trade_bin_valid = false;
    if (b->has_mark) {
        b->mark_z -= rate;
        note_path(b, ts_ms);
    }
}

void row_builder_print(struct row_builder *b, int64_t ts_ms, double price, double usd,
                       enum position position, enum price_kind kind, bool complete) {
    if (!value_valid(price) || !value_valid(usd) ||
        (position != POS_LONG && position != POS_SHORT)) {
        b->stats.refused_count++;
        return;
    }
    if (!enter(b, &ts_ms)) {
        return;
    }
    struct entry_print print = {
        .ts_ms = ts_ms,
        .price = margin_trigger_price(price, position, kind, b->desc.mmr),
        .usd = (float)usd,
        .position = (uint8_t)position,
        .complete = complete,
    };
    if (b->has_mark && b->mark_ms >= ts_ms) {
        print_to_row(b, &print);
    } else if (b->waiting_count < ROW_BUILDER_PRINT_MAX) {
        b->waiting[b->waiting_count++] = print;
    } else {
        b->stats.prints_lost++;
    }
}

void row_builder_gap(struct row_builder *b, int64_t from_ms, int64_t to_ms) {
    if (to_ms <= from_ms || !enter(b, &to_ms)) {
        return;
    }
    b->gap_from_ms = from_ms;
    b->gap_to_ms = to_ms;
    b->row.flags |= ENTRY_ROW_GAP;
}

/* -- history -- */

void row_builder_history_kline(struct row_builder *b, const struct row_builder_kline *kline) {
    bool timed = kline->interval_ms >= 60000 && kline->interval_ms <= 3600000 &&
                 3600000 % kline->interval_ms == 0 && kline->open_ms >= 0 &&
                 kline->open_ms < TIME_MAX_MS && kline->open_ms % kline->interval_ms == 0;
    if (!timed || !value_valid(kline->open) || !value_valid(kline->high) ||
        !value_valid(kline->low) || !value_valid(kline->close) ||
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
    emit(b, &row, count, deposits, 0, NULL);
}

/* Make rows of what was gathered; bars that end after until_ms are refused: rows up to there would
 * make the live facts before late. */
static void make_history(struct row_builder *b, int64_t until_ms) {
    if (b->row_open && b->history.kline_count > 0) {
        finish_row(b);
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
    since_restart(b);
}

void row_builder_history_end(struct row_builder *b) {
    make_history(b, TIME_MAX_MS + AHEAD_MAX_MS);
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

void row_builder_get_stats(const struct row_builder *b, struct row_builder_stats *out) {
    *out = b->stats;
    out->history_dropped = b->history.dropped_count;
    out->bins_merged += b->interval.bins_merged;
}
