/* sim/source_internal.h - the inside of the simulated source, shared by source.c (time, reading)
 * and source_stage.c (what a step looks like as events).  Thread: the reader's. */
#pragma once

#include "sim/ladder.h"
#include "sim/source.h"
#include "sim/throttle.h"

enum { SOURCE_INTEREST_MAX = SOURCE_SIM_OI_LATE_MS_MAX / 1000 + 1 };

struct source_interest { /* open interest as it was at the end of a step */
    int64_t oi_lots;
    double oi_usd;
};

struct sim_source {
    struct source_sim_desc desc; /* complete: no zero stands for a default any more */
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    struct market *market; /* owned */
    struct bracket_table brackets;
    int64_t begin_ms, end_ms;
    double price_factor; /* of the instrument to the market */
    uint16_t instrument;
    bool began;
    struct throttle throttle;
    struct source_interest interest[SOURCE_INTEREST_MAX]; /* ring, newest at interest_at */
    int32_t interest_at, interest_back; /* steps from the newest to the one that is told */
    struct ladder *ladders;             /* owned, two: as told, and as it is; NULL: no book */
    struct ladder_level *changes;       /* owned, scratch of ladder_diff; NULL: no book */
    bool has_book;                      /* the snapshot was told */
    int64_t book_id;                    /* of the newest book message */
    struct event *stage;                /* owned, SOURCE_STAGE_SLOTS: the events of one step */
    size_t stage_count, stage_at;
    struct market_liquidation shown[MARKET_LIQUIDATION_MAX + 1];
};

extern const size_t source_stage_slots; /* a stage holds so many */

/* What comes before the first step: feed, instrument with its tiers, a full ticker. */
void source_stage_first(struct sim_source *source);
/* The trades, liquidations and ticker of the step that the market has just made. */
void source_stage_step(struct sim_source *source);
/* A span of the market's truth as a span of this instrument's, to the owner's sink. */
void source_pass_span(void *user, const struct market_truth_span *span);
