/* sim/market_internal.h - the inside of a simulated market, shared by market.c (price, steps) and
 * market_agents.c (who trades).  Thread: the market's.  Owner: the market. */
#pragma once

#include "base/random.h"
#include "sim/market.h"
#include "sim/positions.h"

enum {
    MARKET_PATH_MAX = 8,    /* legs of the price within a coarse step */
    MARKET_PRINT_SLOTS = 3, /* prints of a step beyond a second: this many a side */
    MARKET_SAMPLE_MS = 10000,
    MARKET_SAMPLE_COUNT = 512 /* > one hour of samples */
};

struct market_order { /* a triggered position on its way out */
    int32_t index;    /* POSITIONS_NONE: filled */
    enum trigger trigger;
    int64_t mark_ts_ms, fill_ms;
};

struct market {
    struct market_desc desc;
    struct market_view view;
    struct random random;
    struct positions positions;

    /* -- the price -- */
    int32_t dt_ms; /* the step that the factors below are for */
    double vol_keep, vol_noise, transient_keep, mood_keep, mood_noise, basis_keep, basis_noise;
    double ln_volatility; /* log of volatility over its usual level */
    double ln_base,
        ln_transient; /* log price without and with only the passing impact of forced flow */
    double ln_mark;
    double ln_wick, ln_index_noise, ln_mark_basis; /* with mark_apart only */
    double basis;                                  /* log(perpetual / index) */
    double mood;                                   /* > 0: openings lean to the long side */
    double forced_usd; /* signed forced flow of the present MARKET_SAMPLE_MS */
    double funding_sum;
    int64_t funding_count;
    double samples[MARKET_SAMPLE_COUNT]; /* log price each MARKET_SAMPLE_MS */
    int64_t sample_count;

    /* -- the step under way -- */
    int64_t begin_ms;
    int path_count; /* legs; path_ticks has one more entry */
    double path_ticks[MARKET_PATH_MAX + 1];
    struct market_print *prints; /* owned, MARKET_PRINT_MAX */
    size_t print_count;
    struct {
        int64_t qty_lots;
        double value; /* lots x ticks */
        int64_t ts_ms;
    } slots[MARKET_PRINT_SLOTS][2];
    struct market_liquidation *liquidations; /* owned, MARKET_LIQUIDATION_MAX */
    size_t liquidation_count;
    struct market_order *orders; /* owned, POSITIONS_MAX */
    size_t order_count;

    /* -- who holds what -- */
    const struct regime_mix *mix;
    struct bracket_table brackets;
    double life_scale;
    double mix_life_s[REGIME_LEVERAGE_MAX]; /* median life by leverage of the mix */
    int64_t next_id, next_print_id;
    struct market_totals totals;
};

/* Bid in ticks at a time of the step. */
int64_t market_bid_at(const struct market *market, int64_t ts_ms);
/* Log of the last price; and minus its value age_ms ago; 0 before there is one. */
double market_ln_price(const struct market *market);
double market_return_over(const struct market *market, int64_t age_ms);

/* An agent trades lots (+ buys) with a maker, as taker or with a resting order. Price in ticks. */
int64_t market_trade(struct market *market, int64_t ts_ms, int64_t lots, bool taker);
/* A time of the step, each as likely. */
int64_t market_time_in_step(struct market *market, int64_t end_ms);

void market_use_mix(struct market *market, const struct regime_mix *mix);
/* The signed notional (+ buys) that forced orders will fill before end_ms. */
double market_forced_usd_until(const struct market *market, int64_t end_ms);
/* The parts of a step, in this order. */
void market_fill_orders(struct market *market, int64_t end_ms);
void market_close_expired(struct market *market, int64_t end_ms);
void market_open_positions(struct market *market, int64_t end_ms);
void market_churn(struct market *market, int64_t end_ms);
void market_finish_prints(struct market *market);
/* What the exchange computes each second, mark, index and funding, and what it does with them. */
void market_update_mark(struct market *market, int64_t end_ms);
/* Sweep the book of positions with the mark of end_ms. */
void market_trigger(struct market *market, int64_t end_ms);
void market_settle_funding(struct market *market, double rate, int64_t end_ms);

/* The liquidation price that its size, entry and margin give it. */
void market_place_liquidation(const struct market *market, struct position_record *record);
/* What record says has held since its last span ended: tell the sink, begin the next one. Called
 * before its liquidation price, size or stop changes, and when it leaves the open positions. */
void market_end_span(struct market *market, struct position_record *record, int64_t to_ms);
