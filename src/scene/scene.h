/* scene/scene.h - the hatch between the wings: everything the picture needs to know about now.
 *
 * Thread: filled by engine, taken by main through a mailbox; newest wins.  Plain data, no pointers.
 * Every number whose comment says "estimate" is one. 0 means unknown where a value cannot be 0. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

enum {
    SCENE_INSTRUMENT_MAX = 4,
    SCENE_PRINT_MAX = 256,
    SCENE_FEED_MAX = 16,
    SCENE_GAP_MAX = 32,
    SCENE_TAIL_MAX = 64,
    SCENE_DISTANCE_MAX = 32,
    SCENE_RECEIPT_MAX = 64
};
/* An instrument that told nothing for so long has an old mark and an old map: adding it up would
 * move its levels to where the price is now. */
#define SCENE_SILENT_MS INT64_C(300000)

struct scene_print {
    int64_t ts_ms;
    double price, usd;
    uint8_t position; /* enum position */
    uint8_t complete;
};

struct scene_gap {
    int64_t from_ms, to_ms; /* to_ms 0: not over yet */
    uint8_t stream;         /* enum stream */
};

struct scene_feed {
    uint8_t venue; /* enum venue_id */
    uint8_t state; /* enum feed_state */
    bool demo;
    int64_t ts_ms;      /* newest event time of it */
    int64_t lost_count; /* slots lost on it */
    char reason[30];
};

/* What a sweep of a cluster was expected to liquidate, and what was seen. */
struct scene_receipt {
    int64_t from_ms, to_ms;       /* the mark was inside the cluster's prices */
    double price_low, price_high; /* that it passed through */
    double expected_usd;          /* estimate: what the map lost there */
    double seen_usd;              /* liquidations of that side that were published for it */
    uint8_t side;                 /* 0 long, 1 short */
    uint8_t complete;             /* the venue publishes all of them; else seen is a lower bound */
    uint8_t heard;                /* it publishes any; else seen is 0 and says nothing */
    uint8_t open;                 /* late prints may still be added */
};

/* How well one distance from entry to liquidation is known. */
struct scene_distance {
    float distance; /* share of the entry price; ascending */
    float sd;       /* of the log of its weight: below 1 calibrated, 2: nothing is known */
};

/* The model's state of knowledge, and how it did lately. Estimates. */
struct scene_model {
    int64_t calibrated_ms;  /* time of the newest weights; 0: the prior, nothing was learned yet */
    float calibrated_to;    /* largest calibrated distance, share of the price; 0: none */
    bool shape_only;        /* the venue tells only some liquidations: scale is the prior's */
    bool restored;          /* weights were kept from an earlier run */
    int32_t distance_count; /* ascending by distance */
    struct scene_distance distances[SCENE_DISTANCE_MAX];
    /* The streaming score of the last days (estimator.md section 6.1). */
    bool scored;                /* enough liquidations to judge; else the rest of it is 0 */
    double score_days;          /* event time that it covers, at most 7 */
    double score_usd;           /* liquidated in it */
    double gain_nats;           /* information gain against uniform, per liquidated dollar */
    double gain_kernel_nats;    /* the same over the kernel around price; below 0: worse than it */
    double predicted_over_seen; /* sum of lambda over sum of y */
};

struct scene_instrument {
    uint16_t instrument;
    uint8_t venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    char base[INSTRUMENT_BASE_BYTES]; /* base coin: instruments of one are shown added up */
    struct decimal tick;              /* mantissa 0: unknown */
    int64_t ts_ms;                    /* newest event time */
    int64_t row_closed_ms;            /* the entry log holds everything before */
    bool ahead;                       /* as a recording has it: history is on its way */
    int64_t history_until_ms;         /* back-filled up to here; 0: nothing was */
    int64_t heard_from_ms;            /* of the first event that was no back-fill; 0: none yet */
    double heard_per_s; /* messages a second of event time, lately; 0: not known yet */
    double mark, index, last, bid, ask;
    double funding_rate; /* of one interval; NaN: unknown */
    int32_t funding_interval_h;
    int64_t next_funding_ms;
    double oi_base, oi_usd;
    bool book_valid;
    double estimate_usd[2];       /* estimate: long, short, after the OI bound */
    double unallocated_usd[2];    /* estimate: open interest that no level claims */
    double liquidated_usd_24h[2]; /* seen, long and short */
    struct scene_model model;
    int32_t tail_count; /* mark prices of the last seconds, oldest first, for the live line */
    struct {
        int64_t ts_ms;
        double mark;
    } tail[SCENE_TAIL_MAX];
    int32_t print_count; /* newest liquidations, oldest first */
    struct scene_print prints[SCENE_PRINT_MAX];
    int32_t gap_count;
    struct scene_gap gaps[SCENE_GAP_MAX];
    int32_t receipt_count; /* newest ones, oldest first */
    struct scene_receipt receipts[SCENE_RECEIPT_MAX];
};

struct scene {
    uint64_t sequence;
    int64_t ts_ms;   /* newest event time over all */
    int64_t recv_ns; /* CLOCK_MONOTONIC of the newest event in it, 0 from a recording */
    bool demo;       /* the source is simulated: say so on the picture */
    int64_t events_applied, events_lost, events_malformed;
    int64_t history_bytes; /* of the logs that pictures are made from */
    int32_t instrument_count, feed_count;
    struct scene_instrument instruments[SCENE_INSTRUMENT_MAX];
    struct scene_feed feeds[SCENE_FEED_MAX];
};

/* Whether instrument other is added to what is shown of instrument shown: another one of its coin
 * that has a price, and whose venue is not hidden (bit n of venue_hidden: enum venue_id n). Both
 * are places in scene->instruments. */
bool scene_is_added(const struct scene *scene, int shown, int other, uint32_t venue_hidden);

/* How well a venue is heard: over its instruments, and at most the last hour of each. */
struct scene_hearing {
    double per_s;      /* messages a second, lately */
    int gap_count;     /* stretches in which trades or liquidations are missing */
    int64_t window_ms; /* the longest that is looked at; 0: nothing was heard yet */
    double share;      /* estimate of what was heard: the part of the time outside those */
};
struct scene_hearing scene_hear(const struct scene *scene, uint8_t venue);

/* Every feed was refused for good before there was anything to show. NULL: false. */
bool scene_is_refused(const struct scene *scene);

/* What is shown of an instrument, with those that are added to it. */
struct scene_sums {
    double oi_usd;                /* of those that tell it */
    double estimate_usd[2];       /* estimate: long, short */
    double unallocated_usd[2];    /* estimate */
    double liquidated_usd_24h[2]; /* seen */
};
struct scene_sums scene_sum(const struct scene *scene, int shown, uint32_t venue_hidden);
