/* sim/positions.h - every open position of the simulated market, found by price and by time.
 *
 * A step of the market touches only the positions that it closes: a position hangs in up to three
 * lists, one of the price bucket below the mark at which something happens to it first, one of the
 * bucket above, one of the second in which its owner closes it. Thread: the market's.  Owner: the
 * market.  Limit: POSITIONS_MAX, counted in refused_count when reached. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

enum { POSITIONS_MAX = 1 << 18, POSITIONS_NONE = -1 };

enum positions_link { LINK_BELOW, LINK_ABOVE, LINK_TIME, LINK_COUNT };

enum trigger { /* what happens at a price */
               TRIGGER_NONE,
               TRIGGER_LIQUIDATION,
               TRIGGER_STOP,
               TRIGGER_TAKE_PROFIT,
               TRIGGER_TOP_UP
};

enum position_state { POSITION_FREE, POSITION_OPEN, POSITION_CLOSING };

struct position_record {
    double entry;
    double margin_usd;        /* what may be lost before bankruptcy */
    double liquidation_price; /* 0: never */
    double stop_price;        /* 0: none */
    double take_price;        /* 0: none */
    double top_up_price;      /* 0: none; margin is added when the mark comes here */
    int64_t opened_ms;
    int64_t since_ms;      /* nothing that the truth tells of it has changed since */
    int64_t qty_lots;      /* > 0 */
    int64_t id;            /* counts openings */
    int64_t close_s;       /* second in which the owner closes it */
    int64_t cool_until_ms; /* it is not liquidated before; 0: it never was in part */
    float leverage;
    uint8_t side;       /* enum position */
    uint8_t state;      /* enum position_state */
    uint8_t trigger[2]; /* enum trigger, of LINK_BELOW and LINK_ABOVE */
    bool cross;
    bool slice; /* part of another one, on its way out */
    struct {
        int32_t next, prev, bucket; /* bucket POSITIONS_NONE: not in a list */
    } link[LINK_COUNT];
    double trigger_price[2];
};

struct positions {
    struct position_record *records; /* owned; [0, used_count) were used at least once */
    int32_t *heads[LINK_COUNT];      /* owned */
    int32_t *hits;                   /* owned; results of the last sweep */
    int32_t free_first;              /* chained through link[0].next */
    int32_t used_count, open_count;
    int32_t cursor;      /* bucket of the mark at the last sweep */
    double mark;         /* the mark at the last sweep */
    double bucket_usd;   /* width of a price bucket */
    int64_t time_done_s; /* every earlier second has been expired */
    int64_t refused_count;
};

/* Buckets are a basis point of start_price wide; prices above 6.5 times it share one. False: out of
 * memory. */
bool positions_init(struct positions *positions, double start_price, int64_t start_ms);
void positions_finish(struct positions *positions); /* NULL and zeroed accepted */

/* Copy record (state and links are set here) and hang it into its lists. Index, or POSITIONS_NONE:
 * full. */
int32_t positions_add(struct positions *positions, const struct position_record *record);
/* Hang it anew after one of its prices changed. */
void positions_reindex(struct positions *positions, int32_t index);
/* Take it out of every list: it waits for its closing trade. Its record stays readable. */
void positions_begin_close(struct positions *positions, int32_t index);
/* Give the record back. */
void positions_remove(struct positions *positions, int32_t index);

/* Move the mark; every position whose trigger it meets comes into hits, out of its price lists:
 * call positions_begin_close or positions_reindex for each (the latter too where
 * positions_trigger_at says NONE: the trigger was hung up behind the mark and the mark has gone
 * back over it). Returns how many. */
int32_t positions_sweep(struct positions *positions, double mark);
/* Positions whose closing second has passed before now_ms; the same way. */
int32_t positions_expire(struct positions *positions, int64_t now_ms);
/* Which trigger of a hit was it at this mark; TRIGGER_NONE if neither. */
enum trigger positions_trigger_at(const struct position_record *record, double mark);
