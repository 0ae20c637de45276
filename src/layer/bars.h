/* layer/bars.h - the field's columns joined to candles of a round interval, wide enough to be seen;
 * what candles, averages and strips are drawn from.
 *
 * Thread: main.  Owner: picture; made anew only when the field or the interval changes.  Sums are
 * exact: a bar holds whole columns.  Bars are aligned to the epoch (UTC); weeks begin on Monday. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/field.h"
#include "view/camera.h"

enum { BARS_MAX = LAYERS_COL_MAX + FIELD_SPARE_COLUMNS + 1, BARS_TEXT_BYTES = 16 };

struct bar {
    int64_t begin_ms;              /* the end is one interval later */
    double open, high, low, close; /* mark price; 0 where unknown */
    double buy_usd, sell_usd;      /* volumes */
    double liquidated_usd[2];      /* long, short */
    double oi_usd, oi_base;        /* at its end; 0 where unknown */
    double funding;                /* sum of the rates settled in it; 0 where none was told */
    double vwap;                   /* of the UTC day, at its end; 0 where unknown */
    int64_t seen_ms;               /* of its columns, what was not back-filled */
    bool known;                    /* at least one column knew something */
    bool sampled;                  /* a liquidation in it says that its venue tells only some */
};

struct bars {
    int64_t interval_ms; /* 0: none */
    int count;
    struct bar items[BARS_MAX]; /* oldest first, without holes */
    /* What they were made from. */
    const struct field *field;
    uint32_t request_id;
    uint64_t version;
};

/* Bring bars up to date: the shortest interval of 1 2 5 10 15 20 30 s and min, 1 2 4 6 12 h, 1 3 d,
 * 1 w that holds whole columns and is at least width_px wide. field NULL or empty: no bars. */
void bars_update(struct bars *bars, const struct field *field, const struct camera *camera,
                 double width_px);
/* The first and the last bar that the camera sees part of; false: none. */
bool bars_visible(const struct bars *bars, const struct camera *camera, int *first, int *last);
/* "10 min", "4 h", "1 d" of an interval. */
const char *bars_interval_text(int64_t interval_ms, char out[BARS_TEXT_BYTES]);
