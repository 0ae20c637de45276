/* model/history.c - bars, open interest and liquidations from the past. */
#include "model/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"
#include "model/entry_deposits.h"

void history_finish(struct history *history) {
    free(history->klines);
    free(history->points);
    free(history->prints);
    uint64_t dropped = history->dropped_count;
    memset(history, 0, sizeof(*history));
    history->dropped_count = dropped;
}

bool history_init_copy(struct history *history, const struct history *source) {
    *history = *source;
    history->klines = copy_bytes(source->klines, source->kline_room * sizeof(*source->klines));
    history->points = copy_bytes(source->points, source->point_room * sizeof(*source->points));
    history->prints = copy_bytes(source->prints, source->print_room * sizeof(*source->prints));
    return (history->klines != NULL || source->klines == NULL) &&
           (history->points != NULL || source->points == NULL) &&
           (history->prints != NULL || source->prints == NULL);
}

/* Room for one more; false: the limit or memory is met. */
static bool grow(void **items, size_t count, size_t *room, size_t item_bytes, size_t limit) {
    if (count < *room) {
        return true;
    }
    size_t wanted = *room == 0 ? 1024 : *room * 2;
    wanted = wanted > limit ? limit : wanted;
    void *moved = count >= limit ? NULL : realloc(*items, wanted * item_bytes);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    *room = wanted;
    return true;
}

bool history_add_kline(struct history *history, const struct history_kline *kline) {
    void *items = history->klines;
    if (!grow(&items, history->kline_count, &history->kline_room, sizeof(*kline),
              HISTORY_KLINE_MAX)) {
        history->dropped_count++;
        return false;
    }
    history->klines = items;
    history->klines[history->kline_count] = *kline;
    history->klines[history->kline_count].sequence = (uint32_t)history->kline_count;
    history->kline_count++;
    return true;
}

bool history_add_point(struct history *history, int64_t ts_ms, double oi_base) {
    void *items = history->points;
    if (!grow(&items, history->point_count, &history->point_room, sizeof(*history->points),
              HISTORY_POINT_MAX)) {
        history->dropped_count++;
        return false;
    }
    history->points = items;
    history->points[history->point_count] = (struct history_point){
        .ts_ms = ts_ms, .sequence = (uint32_t)history->point_count, .oi_base = oi_base};
    history->point_count++;
    return true;
}

bool history_add_print(struct history *history, const struct entry_print *print) {
    void *items = history->prints;
    if (!grow(&items, history->print_count, &history->print_room, sizeof(*history->prints),
              HISTORY_PRINT_MAX)) {
        history->dropped_count++;
        return false;
    }
    history->prints = items;
    history->prints[history->print_count] =
        (struct history_print){.print = *print, .sequence = (uint32_t)history->print_count};
    history->print_count++;
    return true;
}

static int compare_time(int64_t a_ms, uint32_t a_sequence, int64_t b_ms, uint32_t b_sequence) {
    if (a_ms != b_ms) {
        return a_ms < b_ms ? -1 : 1;
    }
    return a_sequence < b_sequence ? -1 : a_sequence > b_sequence;
}

static int compare_klines(const void *a, const void *b) {
    const struct history_kline *x = a, *y = b;
    return compare_time(x->open_ms, x->sequence, y->open_ms, y->sequence);
}

static int compare_points(const void *a, const void *b) {
    const struct history_point *x = a, *y = b;
    return compare_time(x->ts_ms, x->sequence, y->ts_ms, y->sequence);
}

static int compare_prints(const void *a, const void *b) {
    const struct history_print *x = a, *y = b;
    return compare_time(x->print.ts_ms, x->sequence, y->print.ts_ms, y->sequence);
}

void history_sort(struct history *history) {
    size_t kept = 0;
    if (history->print_count > 0) {
        qsort(history->prints, history->print_count, sizeof(*history->prints), compare_prints);
    }
    if (history->kline_count > 0) {
        qsort(history->klines, history->kline_count, sizeof(*history->klines), compare_klines);
    }
    for (size_t i = 0; i < history->kline_count; i++) {
        bool again = kept > 0 && history->klines[kept - 1].open_ms == history->klines[i].open_ms;
        history->klines[again ? kept - 1 : kept++] = history->klines[i];
    }
    history->kline_count = kept;
    kept = 0;
    if (history->point_count > 0) {
        qsort(history->points, history->point_count, sizeof(*history->points), compare_points);
    }
    for (size_t i = 0; i < history->point_count; i++) {
        bool again = kept > 0 && history->points[kept - 1].ts_ms == history->points[i].ts_ms;
        history->points[again ? kept - 1 : kept++] = history->points[i];
    }
    history->point_count = kept;
}

bool history_full(const struct history *history) {
    return history->kline_count == HISTORY_KLINE_MAX || history->point_count == HISTORY_POINT_MAX ||
           history->print_count == HISTORY_PRINT_MAX;
}

int64_t history_middle_ms(const struct history *history) {
    if (history->print_count == HISTORY_PRINT_MAX) {
        return history->prints[history->print_count / 2].print.ts_ms;
    }
    if (history->point_count == HISTORY_POINT_MAX || history->kline_count == 0) {
        return history->points[history->point_count / 2].ts_ms;
    }
    return history->klines[history->kline_count / 2].open_ms;
}

void history_drop_before(struct history *history, int64_t cut_ms) {
    size_t klines = 0, points = 0, kept = 0;
    while (klines < history->kline_count && history->klines[klines].open_ms < cut_ms) {
        klines++;
    }
    while (points < history->point_count && history->points[points].ts_ms < cut_ms) {
        points++;
    }
    points -= points > 0;
    /* Those that are still to come are later than those that stay. */
    for (kept = 0; klines + kept < history->kline_count; kept++) {
        history->klines[kept] = history->klines[klines + kept];
        history->klines[kept].sequence = (uint32_t)kept;
    }
    history->kline_count = kept;
    for (kept = 0; points + kept < history->point_count; kept++) {
        history->points[kept] = history->points[points + kept];
        history->points[kept].sequence = (uint32_t)kept;
    }
    history->point_count = kept;
}

bool history_open_interest(const struct history *history, int64_t ts_ms, double *oi_base) {
    size_t low = 0, high = history->point_count;
    while (low < high) { /* first point at or after ts_ms */
        size_t middle = low + (high - low) / 2;
        if (history->points[middle].ts_ms < ts_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == history->point_count) {
        return false;
    }
    const struct history_point *after = &history->points[low];
    if (after->ts_ms == ts_ms) {
        *oi_base = after->oi_base;
        return true;
    }
    if (low == 0 || after->ts_ms - after[-1].ts_ms > HISTORY_POINT_APART_MS) {
        return false;
    }
    double share = (double)(ts_ms - after[-1].ts_ms) / (double)(after->ts_ms - after[-1].ts_ms);
    *oi_base = after[-1].oi_base + (after->oi_base - after[-1].oi_base) * share;
    return true;
}

static int32_t bin_of(double z, double bin_width) {
    return (int32_t)math_clamp(floor(z / bin_width), -1e9, 1e9);
}

/* Put a deposit into a sorted list; an equal bin takes it in. */
static size_t put(struct entry_deposit out[HISTORY_BAR_DEPOSITS], size_t count,
                  const struct entry_deposit *deposit) {
    struct entry_deposit before[HISTORY_BAR_DEPOSITS];
    uint64_t joined = 0;
    memcpy(before, out, count * sizeof(*out));
    return entry_deposits_merge(count, before, 1, deposit, HISTORY_BAR_DEPOSITS, out, &joined);
}

/* Entries along one leg of the path; ends[leg + 1] and the ends after it are where the mark still
 * goes. */
static size_t add_leg(const struct history_bar *bar, const double ends[4], int leg, double length,
                      struct entry_deposit out[HISTORY_BAR_DEPOSITS], size_t count) {
    double span = ends[leg + 1] - ends[leg];
    double share = (length > 0 ? fabs(span) / length : leg == 0) / HISTORY_LEG_POINTS;
    for (int i = 0; i < HISTORY_LEG_POINTS && share > 0; i++) {
        double z = ends[leg] + span * (i + 0.5) / HISTORY_LEG_POINTS;
        double low = z, high = z;
        for (int later = leg + 1; later < 4; later++) {
            low = ends[later] < low ? ends[later] : low;
            high = ends[later] > high ? ends[later] : high;
        }
        struct entry_deposit deposit = {.bin = bin_of(z, bar->bin_width)};
        deposit.base[ENTRY_SOURCE_NET] = (float)(bar->flow.net * share);
        deposit.base[ENTRY_SOURCE_CHURN] = (float)(bar->flow.churn * share);
        deposit.base[ENTRY_SOURCE_AMBIENT] = (float)(bar->ambient_base * share);
        entry_deposits_extend(1, &deposit, bin_of(low, bar->bin_width),
                              bin_of(high, bar->bin_width));
        count = put(out, count, &deposit);
    }
    return count;
}

size_t history_make_row(const struct history_bar *bar, struct entry_row *row,
                        struct entry_deposit out[HISTORY_BAR_DEPOSITS]) {
    const struct history_kline *kline = bar->kline;
    bool rising = kline->close >= kline->open;
    double buy_share = kline->volume_base > 0 && kline->taker_buy_base >= 0
                           ? math_clamp(kline->taker_buy_base / kline->volume_base, 0, 1)
                           : 0.5;
    *row = (struct entry_row){
        .begin_ms = kline->open_ms,
        .end_ms = kline->open_ms + kline->interval_ms,
        .mark_open = kline->open,
        .mark_high = kline->high,
        .mark_low = kline->low,
        .mark_close = kline->close,
        .z_open = math_log(kline->open) - bar->phi,
        .z_high = math_log(kline->high) - bar->phi,
        .z_low = math_log(kline->low) - bar->phi,
        .z_close = math_log(kline->close) - bar->phi,
        .phi = bar->phi,
        .last_open = (float)kline->open,
        .last_high = (float)kline->high,
        .last_low = (float)kline->low,
        .last_close = (float)kline->close,
        .buy_usd = (float)(kline->usd * buy_share),
        .sell_usd = (float)(kline->usd * (1 - buy_share)),
        .low_at_ms = kline->interval_ms / 3 * (rising ? 1 : 2),
        .high_at_ms = kline->interval_ms / 3 * (rising ? 2 : 1),
        .flags = ENTRY_ROW_HISTORY | ENTRY_ROW_HAS_MARK | (rising ? 0 : ENTRY_ROW_HIGH_FIRST),
    };
    const double ends[4] = {row->z_open, rising ? row->z_low : row->z_high,
                            rising ? row->z_high : row->z_low, row->z_close};
    double length = fabs(ends[1] - ends[0]) + fabs(ends[2] - ends[1]) + fabs(ends[3] - ends[2]);
    size_t count = 0;
    for (int leg = 0; leg < 3; leg++) {
        count = add_leg(bar, ends, leg, length, out, count);
    }
    return count;
}
