/* layer/measure.h - what a measured rectangle of time and price holds, from the CPU's copies.
 *
 * Thread: main.  Pure; allocates nothing.  What stands between the prices is an estimate, what was
 * liquidated in the rectangle a fact. */
#pragma once

#include "layer/field.h"
#include "scene/map.h"
#include "view/measure.h"
#include "view/settings.h"

struct measure_query {
    const struct measure *measure;   /* both prices > 0 */
    const struct field *field;       /* NULL: none yet */
    const struct scene_map *map;     /* of now; NULL: not known */
    bool heard;                      /* the venue publishes liquidations, as far as is known */
    const struct settings *settings; /* bands and sides that are shown */
};

struct measure_out {
    double price_delta, ratio; /* from the first price to the second; ratio -0.02: 2 % lower */
    int64_t span_ms;           /* from the first time to the second; may be negative */
    /* What stands between the two prices now, long and short: of the bands that are shown, as
     * map_usd_between has it and `liqscope levels` adds up. < 0: not known, or not shown. */
    double usd[2];
    bool seen;          /* the field has columns in that stretch of time; else the next are 0 */
    bool seen_at_least; /* not all of the stretch is there, or the venue tells only some */
    double seen_usd[2]; /* liquidated in that time at those prices, long and short */
};
void measure_read(const struct measure_query *query, struct measure_out *out);

/* "2 d 5 h", "35 min", "1 min 20 s", "0 s" of a span; its sign is left out. */
enum { MEASURE_SPAN_BYTES = 40 };
const char *measure_format_span(int64_t span_ms, char out[MEASURE_SPAN_BYTES]);
