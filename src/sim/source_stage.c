/* A step of the simulated market as the events of a venue. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/source_internal.h"

enum {
    FIRST_SLOTS = 2 + BRACKET_MAX, /* feed, instrument, tiers */
    TICKER_SLOTS = 3,
    FUNDING_EVERY_MS = 10000
};
enum { TICK_EXPONENT = -1, LOT_EXPONENT = -3, CENT_EXPONENT = -2, RATE_EXPONENT = -8 };

const size_t source_stage_slots =
    MARKET_PRINT_MAX + MARKET_LIQUIDATION_MAX + FIRST_SLOTS + TICKER_SLOTS + 4 * LADDER_LEVEL_MAX;
static_assert(4 * (int)LADDER_LEVEL_MAX <= (int)EVENT_MESSAGE_SLOTS_MAX,
              "one message, all gone, all new");

static struct event *stage_slot(struct sim_source *source, enum event_kind kind, int64_t ts_ms,
                                unsigned flags) {
    assert(source->stage_count < source_stage_slots);
    struct event *slot = &source->stage[source->stage_count++];
    *slot = (struct event){
        .kind = kind, .flags = (uint8_t)flags, .instrument = source->instrument, .ts_ms = ts_ms};
    return slot;
}

static void stage_instrument(struct sim_source *source, int64_t ts_ms) {
    const unsigned whole = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    struct event *feed = stage_slot(source, EVENT_FEED, ts_ms, whole | EVENT_FLAG_DEMO);
    feed->detail = STREAM_ALL;
    feed->u.feed.state = FEED_LIVE;
    feed->u.feed.venue = (uint8_t)source->desc.venue;
    struct event *instrument =
        stage_slot(source, EVENT_INSTRUMENT, ts_ms, EVENT_FLAG_BEGIN | EVENT_FLAG_DEMO);
    instrument->detail = CONTRACT_LINEAR;
    instrument->has = INSTRUMENT_HAS_TICK | INSTRUMENT_HAS_LOT | INSTRUMENT_HAS_MULTIPLIER;
    instrument->u.instrument.tick = 1;
    instrument->exponent_a = TICK_EXPONENT;
    instrument->u.instrument.lot = 1;
    instrument->exponent_b = LOT_EXPONENT;
    instrument->u.instrument.multiplier = 1;
    const char *symbol = source->desc.symbol;
    struct span base = {symbol, strlen(symbol) - strlen(MARKET_QUOTE)};
    str_copy_span(instrument->u.instrument.base, sizeof instrument->u.instrument.base, base);
    const struct bracket_table *brackets = &source->brackets;
    for (int i = 0; i < brackets->count; i++) {
        unsigned flags = i == brackets->count - 1 ? EVENT_FLAG_END : 0;
        struct event *tier = stage_slot(source, EVENT_TIER, ts_ms, flags);
        tier->u.tier.notional_cap_usd = brackets->rows[i].notional_cap_usd;
        tier->u.tier.mmr = brackets->rows[i].mmr;
        tier->u.tier.leverage_max = brackets->rows[i].leverage_max;
        tier->u.tier.index = i;
    }
}

/* A price of the market on this instrument, in ticks. */
static int64_t own_ticks(const struct sim_source *source, int64_t ticks) {
    return (int64_t)((double)ticks * source->price_factor + .5);
}

static void set_amount(struct event *slot, int64_t price_ticks, int64_t qty_lots) {
    slot->has = TRADE_HAS_QTY | TRADE_HAS_USD;
    slot->u.trade.price = price_ticks;
    slot->exponent_a = TICK_EXPONENT;
    slot->u.trade.qty = qty_lots;
    slot->exponent_b = LOT_EXPONENT;
    slot->u.trade.usd = price_ticks * qty_lots; /* exact: each below 2^30 */
    slot->exponent_c = TICK_EXPONENT + LOT_EXPONENT;
}

static void stage_print(struct sim_source *source, const struct market_print *print) {
    struct event *slot =
        stage_slot(source, EVENT_TRADE, print->ts_ms, EVENT_FLAG_BEGIN | EVENT_FLAG_END);
    char id[EVENT_ID_TEXT_BYTES];
    str_format(id, sizeof id, "%lld", (long long)print->id);
    slot->side = print->side & 3u;
    set_amount(slot, own_ticks(source, print->price_ticks), print->qty_lots);
    event_trade_set_id(slot, id, strlen(id));
}

/* The throttled stream is Binance's: the average fill.  The complete one is like Bybit's
 * allLiquidation: the bankruptcy price, from which the trigger follows exactly
 * (margin_trigger_price), where a fill is what the market paid some moments later.  Both carry the
 * dollars filled. */
static void stage_liquidation(struct sim_source *source,
                              const struct market_liquidation *liquidation) {
    bool complete = !source->desc.throttled_prints;
    unsigned flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    if (complete) {
        flags |= EVENT_FLAG_COMPLETE;
    }
    struct event *slot = stage_slot(source, EVENT_LIQUIDATION, liquidation->ts_ms, flags);
    slot->side = liquidation->position & 3u;
    slot->detail = complete ? PRICE_BANKRUPTCY : PRICE_FILL;
    set_amount(slot, own_ticks(source, liquidation->price_ticks), liquidation->qty_lots);
    if (complete) {
        slot->u.trade.price = own_ticks(source, liquidation->bankruptcy_ticks);
    }
}

static int64_t cents(double usd) {
    return (int64_t)(usd * 100 + .5);
}

static void stage_funding(struct sim_source *source, const struct market_view *view) {
    struct event *funding = stage_slot(source, EVENT_FUNDING, view->now_ms, 0);
    double rate = view->funding_rate * 1e8;
    funding->has = FUNDING_HAS_RATE | FUNDING_HAS_INTERVAL | FUNDING_HAS_NEXT;
    funding->u.funding.rate = (int64_t)(rate < 0 ? rate - .5 : rate + .5);
    funding->exponent_a = RATE_EXPONENT;
    funding->u.funding.interval_h = MARKET_FUNDING_HOURS;
    funding->u.funding.next_ms = view->next_funding_ms;
}

static void remember_interest(struct sim_source *source, const struct market_view *view) {
    source->interest_at = (source->interest_at + 1) % SOURCE_INTEREST_MAX;
    source->interest[source->interest_at] = (struct source_interest){
        .oi_lots = view->oi_lots,
        .oi_usd = (double)view->oi_lots * MARKET_LOT * view->mark * source->price_factor,
    };
}

static void stage_interest(struct sim_source *source, int64_t ts_ms) {
    int32_t at = source->interest_at - source->interest_back;
    const struct source_interest *told = &source->interest[at < 0 ? at + SOURCE_INTEREST_MAX : at];
    struct event *interest = stage_slot(source, EVENT_OPEN_INTEREST, ts_ms, 0);
    interest->has = OI_HAS_BASE | OI_HAS_USD;
    interest->u.open_interest.oi_base = told->oi_lots;
    interest->exponent_a = LOT_EXPONENT;
    interest->u.open_interest.oi_usd = cents(told->oi_usd);
    interest->exponent_b = CENT_EXPONENT;
}

/* The step that ended at ts_ms reached or passed a multiple of every_ms; the first ticker is whole.
 */
static bool is_due(const struct sim_source *source, int64_t ts_ms, int64_t every_ms) {
    return ts_ms == source->begin_ms ||
           ts_ms / every_ms != (ts_ms - source->desc.step_ms) / every_ms;
}

/* Mark, index and last each step; what moves slowly when it is due. */
static void stage_ticker(struct sim_source *source, const struct market_view *view) {
    int64_t ts_ms = view->now_ms;
    struct event *price = stage_slot(source, EVENT_PRICE, ts_ms, EVENT_FLAG_BEGIN);
    price->has = PRICE_HAS_MARK | PRICE_HAS_INDEX | PRICE_HAS_LAST;
    price->u.price.mark = cents(view->mark * source->price_factor);
    price->u.price.index = cents(view->index);
    price->u.price.last = cents(view->last * source->price_factor);
    price->exponent_a = price->exponent_b = price->exponent_c = CENT_EXPONENT;
    if (is_due(source, ts_ms, FUNDING_EVERY_MS)) {
        stage_funding(source, view);
    }
    if (is_due(source, ts_ms, source->desc.oi_every_ms)) {
        stage_interest(source, ts_ms);
    }
    source->stage[source->stage_count - 1].flags |= EVENT_FLAG_END;
}

static void stage_levels(struct sim_source *source, int64_t ts_ms, int side,
                         const struct ladder_level *levels, size_t count, unsigned flags) {
    for (size_t i = 0; i < count; i++) {
        struct event *slot = stage_slot(source, EVENT_BOOK, ts_ms, flags);
        slot->side = side == 0 ? SIDE_BUY : SIDE_SELL;
        slot->u.level.price = levels[i].ticks;
        slot->exponent_a = TICK_EXPONENT;
        slot->u.level.qty_base = levels[i].lots;
        slot->exponent_b = LOT_EXPONENT;
        slot->u.level.update_id = source->book_id;
    }
}

/* The book at the end of a step: whole at first, then what has changed. */
static void stage_book(struct sim_source *source, const struct market_view *view) {
    int64_t ts_ms = view->now_ms;
    if (source->ladders == NULL || ts_ms < source->end_ms - source->desc.book_ms ||
        (source->has_book && !is_due(source, ts_ms, source->desc.book_every_ms))) {
        return;
    }
    struct ladder *told = &source->ladders[0], *now = &source->ladders[1];
    unsigned flags = source->has_book ? 0 : EVENT_FLAG_SNAPSHOT;
    size_t first = source->stage_count;
    ladder_make(now, source->desc.seed, own_ticks(source, view->bid_ticks), ts_ms);
    source->book_id++;
    for (int side = 0; side < 2; side++) {
        if (source->has_book) {
            size_t count = ladder_diff(told, now, side, source->changes);
            stage_levels(source, ts_ms, side, source->changes, count, flags);
        } else {
            stage_levels(source, ts_ms, side, now->levels[side], now->count[side], flags);
        }
    }
    *told = *now;
    source->has_book = true;
    if (source->stage_count > first) {
        source->stage[first].flags |= EVENT_FLAG_BEGIN;
        source->stage[source->stage_count - 1].flags |= EVENT_FLAG_END;
    }
}

/* Leave in liquidations only what the venue would show; returns how many. A step ends with a
 * second, so nothing is held over. */
static size_t hide_liquidations(struct sim_source *source, const struct market_view *view,
                                struct market_liquidation *shown) {
    size_t count = 0;
    for (size_t i = 0; i < view->liquidation_count; i++) {
        if (!source->desc.throttled_prints) {
            shown[count++] = view->liquidations[i];
        } else {
            count += throttle_push(&source->throttle, &view->liquidations[i], &shown[count]);
        }
    }
    return count + throttle_flush(&source->throttle, view->now_ms, &shown[count]);
}

void source_stage_step(struct sim_source *source) {
    struct market_liquidation *shown = source->shown;
    const struct market_view *view = market_view(source->market);
    size_t shown_count = hide_liquidations(source, view, shown);
    size_t print = 0;
    size_t liquidation = 0;
    while (print < view->print_count || liquidation < shown_count) {
        bool print_next =
            print < view->print_count &&
            (liquidation == shown_count || view->prints[print].ts_ms <= shown[liquidation].ts_ms);
        if (print_next) {
            stage_print(source, &view->prints[print++]);
        } else {
            stage_liquidation(source, &shown[liquidation++]);
        }
    }
    remember_interest(source, view);
    stage_ticker(source, view);
    stage_book(source, view);
}

void source_stage_first(struct sim_source *source) {
    const struct market_view *view = market_view(source->market);
    for (int i = 0; i < SOURCE_INTEREST_MAX; i++) {
        remember_interest(source, view);
    }
    stage_instrument(source, view->now_ms);
    stage_ticker(source, view);
}

void source_pass_span(void *user, const struct market_truth_span *span) {
    const struct sim_source *source = user;
    if (span->to_ms <= source->begin_ms) {
        return; /* the unseen days before the first event are nobody's business */
    }
    struct market_truth_span own = *span;
    own.entry *= source->price_factor;
    own.liquidation_price *= source->price_factor;
    source->desc.truth.span(source->desc.truth.user, &own);
}
