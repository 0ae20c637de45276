/* layer/read_out.h - the numbers at a place of the picture, exact, from the CPU's copies: what the
 * plate beside the crosshair says.
 *
 * Thread: main.  Pure; allocates nothing.  USD of the field, the map and what stands between are
 * estimates; candle, prints and book are facts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/field.h"
#include "scene/map.h"
#include "scene/scene.h"
#include "view/settings.h"

struct read_out_query {
    const struct field *field;                 /* NULL: none yet */
    const struct scene_map *map;               /* of the instrument; NULL: not known */
    const struct scene_instrument *instrument; /* for receipts; NULL: none */
    const struct settings *settings;           /* bands and sides that are shown */
    double time_ms, ln_price;                  /* the place */
    double near_ms, near_ln; /* prints so far from it count as under the pointer, >= 0 */
    double price_now;        /* 0: not known */
};

struct read_out {
    double price;    /* of the place */
    double distance; /* from the price now: -0.02 is 2 % below; NaN: that is not known */

    bool has_column; /* a column of the field is there; else what follows is 0 but for behind_usd */
    bool live;       /* it is the newest one */
    int64_t from_ms, to_ms; /* its time; of a growing one up to its end */
    double open, high, low, close, volume_usd, volume_buy_usd; /* 0: unknown */

    bool has_cell;                          /* and a row */
    double price_low, price_high;           /* of the row */
    double bands_usd[2][LAYERS_BAND_COUNT]; /* long, short: in those prices, mean over the column;
                                               0 of what is not shown */
    double usd[2];                          /* their sums */
    double certainty;                       /* 0 prior .. 1 calibrated */
    bool has_book;                          /* the order book is shown, and known there */
    bool book_bids;                         /* bids, or more of them; else asks */
    double book_usd; /* what rested in those prices, mean over the column: a fact */

    /* What stands between the column's price and the place, of what is shown: what a stop there
     * would sit behind. At the live edge map_usd_to of the map, as `liqscope levels` has it. */
    int behind_side;      /* 0 long, 1 short; -1: not known, or that side is not shown */
    bool behind_at_least; /* the field's rows do not reach all the way: a lower bound */
    double behind_usd;

    double seen_usd[2]; /* liquidated under the pointer, long, short */
    bool seen_at_least; /* the venue tells only some, or more happened than the column keeps */

    bool has_receipt; /* the newest sweep of the place */
    struct scene_receipt receipt;
};

/* Everything that is known about the place. */
void read_out_make(const struct read_out_query *query, struct read_out *out);

/* "longs only, 25-50x 50-100x only" of what the settings leave out; "" when they show all. */
enum { READ_OUT_FILTER_BYTES = 96 };
const char *read_out_filter(const struct settings *settings, char out[READ_OUT_FILTER_BYTES]);
