#include "layer/bars.h"

#include <math.h>

#include "base/str.h"

#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    (24 * HOUR_MS)
#define WEEK_MS   (7 * DAY_MS)
#define MONDAY_MS (4 * DAY_MS) /* 1970 began on a Thursday */

static const int64_t intervals_ms[] = {
    1000,        2000,        5000,         10000,  15000,      20000,   30000,   60000,
    120000,      300000,      600000,       900000, 1200000,    1800000, HOUR_MS, 2 * HOUR_MS,
    4 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 3 * DAY_MS, WEEK_MS,
};

static int64_t choose_interval(int64_t col_ms, double least_ms) {
    for (size_t i = 0; i < ARRAY_COUNT(intervals_ms); i++) {
        if ((double)intervals_ms[i] >= least_ms && intervals_ms[i] % col_ms == 0) {
            return intervals_ms[i];
        }
    }
    /* Longer than any picture of a year asks for: weeks. */
    return (int64_t)ceil(fmax(least_ms, (double)WEEK_MS) / (double)WEEK_MS) * WEEK_MS;
}

static int64_t bar_begin(int64_t interval_ms, int64_t ms) {
    int64_t shift = interval_ms % WEEK_MS == 0 ? MONDAY_MS : 0;
    return (ms - shift) / interval_ms * interval_ms + shift;
}

static void add_column(struct bar *bar, const struct field_column *column, int32_t col_ms) {
    if ((column->flags & LAYERS_COLUMN_EMPTY) != 0) {
        return;
    }
    bar->known = true;
    bar->seen_ms += (column->flags & LAYERS_COLUMN_HISTORY) == 0 ? col_ms : 0;
    for (int i = 0; i < column->print_count; i++) {
        bar->sampled = bar->sampled || column->prints[i].complete == 0;
    }
    bar->funding += column->funding;
    bar->buy_usd += column->volume_buy_usd;
    bar->sell_usd += column->volume_sell_usd;
    bar->liquidated_usd[0] += column->liquidated_usd[0];
    bar->liquidated_usd[1] += column->liquidated_usd[1];
    bar->vwap = column->vwap;
    if (column->oi_usd > 0 && column->close > 0) {
        bar->oi_usd = column->oi_usd;
        bar->oi_base = column->oi_usd / column->close;
    }
    if (column->low > 0 && column->open > 0) {
        bar->open = bar->open > 0 ? bar->open : column->open;
        bar->high = fmax(bar->high, column->high);
        bar->low = bar->low > 0 ? fmin(bar->low, column->low) : column->low;
        bar->close = column->close;
    }
}

static void make(struct bars *bars, const struct field *field, int64_t interval_ms) {
    bars->interval_ms = interval_ms;
    bars->count = 0;
    for (int64_t col = field->oldest_col; col <= field->newest_col; col++) {
        int64_t begin_ms = bar_begin(interval_ms, col * field->grid.col_ms);
        if (bars->count == 0 || bars->items[bars->count - 1].begin_ms != begin_ms) {
            bars->items[bars->count++] = (struct bar){.begin_ms = begin_ms};
        }
        add_column(&bars->items[bars->count - 1], field_get_column(field, col), field->grid.col_ms);
    }
}

void bars_update(struct bars *bars, const struct field *field, const struct camera *camera,
                 double width_px) {
    if (field == NULL || field->count == 0) {
        bars->count = 0;
        bars->interval_ms = 0;
        bars->field = NULL;
        return;
    }
    double ms_per_px = (camera->time_right_ms - camera->time_left_ms) / camera->plot_px.w;
    int64_t interval_ms = choose_interval(field->grid.col_ms, width_px * ms_per_px);
    if (bars->field == field && bars->request_id == field->request_id &&
        bars->version == field->version && bars->interval_ms == interval_ms) {
        return;
    }
    bars->field = field;
    bars->request_id = field->request_id;
    bars->version = field->version;
    make(bars, field, interval_ms);
}

bool bars_visible(const struct bars *bars, const struct camera *camera, int *first, int *last) {
    if (bars->count == 0) {
        return false;
    }
    double begin_ms = (double)bars->items[0].begin_ms;
    double from = floor((camera->time_left_ms - begin_ms) / (double)bars->interval_ms);
    double to = ceil((camera->time_right_ms - begin_ms) / (double)bars->interval_ms) - 1;
    if (to < 0 || from > bars->count - 1) {
        return false;
    }
    *first = (int)fmax(from, 0);
    *last = (int)fmin(to, bars->count - 1);
    return *first <= *last;
}

const char *bars_interval_text(int64_t interval_ms, char out[BARS_TEXT_BYTES]) {
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{WEEK_MS, "w"}, {DAY_MS, "d"}, {HOUR_MS, "h"}, {60000, "min"}, {1000, "s"}};
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        if (interval_ms % units[i].ms == 0 || i + 1 == ARRAY_COUNT(units)) {
            str_format(out, BARS_TEXT_BYTES, "%d %s", (int)(interval_ms / units[i].ms),
                       units[i].name);
            break;
        }
    }
    return out;
}
