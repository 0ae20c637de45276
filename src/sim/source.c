#include "sim/source.h"

#include <assert.h>
#include <stdlib.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/throttle.h"

static const double day_ms = 86400e3;
static const double days_max = 366;
enum {
    FIRST_SLOTS = 2 + BRACKET_COUNT, /* feed, instrument, tiers */
    TICKER_SLOTS = 3,
    STEP_FINE_MS = 1000,
    FINE_TAIL_MS = 3600 * 1000,
    STAGE_SLOTS = MARKET_PRINT_MAX + MARKET_LIQUIDATION_MAX + FIRST_SLOTS + TICKER_SLOTS
};
enum { TICK_EXPONENT = -1, LOT_EXPONENT = -3, CENT_EXPONENT = -2, RATE_EXPONENT = -8 };

struct sim_source {
    struct source_sim_desc desc;
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    struct market *market; /* owned */
    int64_t begin_ms, end_ms;
    int64_t fine_ms; /* from here on steps are a second long; only where no step was asked for */
    uint16_t instrument;
    bool began;
    struct throttle throttle;
    struct event *stage; /* owned, STAGE_SLOTS: the events of one step */
    size_t stage_count, stage_at;
    struct market_liquidation shown[MARKET_LIQUIDATION_MAX + 1];
};

static struct event *stage_slot(struct sim_source *source, enum event_kind kind, int64_t ts_ms,
                                unsigned flags) {
    assert(source->stage_count < STAGE_SLOTS);
    struct event *slot = &source->stage[source->stage_count++];
    *slot = (struct event){
        .kind = kind, .flags = (uint8_t)flags, .instrument = source->instrument, .ts_ms = ts_ms};
    return slot;
}

static void stage_first(struct sim_source *source, int64_t ts_ms) {
    const unsigned whole = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    struct event *feed = stage_slot(source, EVENT_FEED, ts_ms, whole | EVENT_FLAG_DEMO);
    feed->detail = STREAM_ALL;
    feed->u.feed.state = FEED_LIVE;
    feed->u.feed.venue = VENUE_BINANCE_USDM;
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
    for (int i = 0; i < BRACKET_COUNT; i++) {
        unsigned flags = i == BRACKET_COUNT - 1 ? EVENT_FLAG_END : 0;
        struct event *tier = stage_slot(source, EVENT_TIER, ts_ms, flags);
        tier->u.tier.notional_cap_usd = brackets[i].notional_cap_usd;
        tier->u.tier.mmr = brackets[i].mmr;
        tier->u.tier.leverage_max = brackets[i].leverage_max;
        tier->u.tier.index = i;
    }
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
    set_amount(slot, print->price_ticks, print->qty_lots);
    event_trade_set_id(slot, id, strlen(id));
}

static void stage_liquidation(struct sim_source *source,
                              const struct market_liquidation *liquidation) {
    unsigned flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    if (source->desc.all_liquidations) {
        flags |= EVENT_FLAG_COMPLETE;
    }
    struct event *slot = stage_slot(source, EVENT_LIQUIDATION, liquidation->ts_ms, flags);
    slot->side = liquidation->position & 3u;
    slot->detail = PRICE_FILL;
    set_amount(slot, liquidation->price_ticks, liquidation->qty_lots);
}

static int64_t cents(double usd) {
    return (int64_t)(usd * 100 + .5);
}

static void stage_ticker(struct sim_source *source, const struct market_view *view) {
    struct event *price = stage_slot(source, EVENT_PRICE, view->now_ms, EVENT_FLAG_BEGIN);
    price->has = PRICE_HAS_MARK | PRICE_HAS_INDEX | PRICE_HAS_LAST;
    price->u.price.mark = cents(view->mark);
    price->u.price.index = cents(view->index);
    price->u.price.last = cents(view->last);
    price->exponent_a = price->exponent_b = price->exponent_c = CENT_EXPONENT;

    struct event *funding = stage_slot(source, EVENT_FUNDING, view->now_ms, 0);
    double rate = view->funding_rate * 1e8;
    funding->has = FUNDING_HAS_RATE | FUNDING_HAS_INTERVAL | FUNDING_HAS_NEXT;
    funding->u.funding.rate = (int64_t)(rate < 0 ? rate - .5 : rate + .5);
    funding->exponent_a = RATE_EXPONENT;
    funding->u.funding.interval_h = MARKET_FUNDING_HOURS;
    funding->u.funding.next_ms = view->next_funding_ms;

    struct event *interest = stage_slot(source, EVENT_OPEN_INTEREST, view->now_ms, EVENT_FLAG_END);
    interest->has = OI_HAS_BASE | OI_HAS_USD;
    interest->u.open_interest.oi_base = view->oi_lots;
    interest->exponent_a = LOT_EXPONENT;
    interest->u.open_interest.oi_usd = cents((double)view->oi_lots * MARKET_LOT * view->mark);
    interest->exponent_b = CENT_EXPONENT;
}

/* Leave in liquidations only what the venue would show; returns how many. A step ends with a
 * second, so nothing is held over. */
static size_t hide_liquidations(struct sim_source *source, const struct market_view *view,
                                struct market_liquidation *shown) {
    size_t count = 0;
    for (size_t i = 0; i < view->liquidation_count; i++) {
        if (source->desc.all_liquidations) {
            shown[count++] = view->liquidations[i];
        } else {
            count += throttle_push(&source->throttle, &view->liquidations[i], &shown[count]);
        }
    }
    return count + throttle_flush(&source->throttle, view->now_ms, &shown[count]);
}

/* Pass on what was true after the first event; the unseen days before are nobody's business. */
static void pass_span(void *user, const struct market_truth_span *span) {
    const struct sim_source *source = user;
    if (span->to_ms > source->begin_ms) {
        source->desc.truth.span(source->desc.truth.user, span);
    }
}

static void stage_step(struct sim_source *source) {
    struct market_liquidation *shown = source->shown;
    const struct market_view *view = market_view(source->market);
    market_step(source->market,
                view->now_ms < source->fine_ms ? source->desc.step_ms : STEP_FINE_MS);
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
    stage_ticker(source, view);
    if (view->now_ms >= source->end_ms) {
        market_finish_truth(source->market);
    }
}

/* Fill the empty stage. False: the end. */
static bool stage_more(struct sim_source *source) {
    const struct market_view *view = market_view(source->market);
    source->stage_count = source->stage_at = 0;
    if (!source->began) {
        while (view->now_ms < source->begin_ms) {
            market_step(source->market, MARKET_STEP_COARSE_MS);
        }
        source->began = true;
        stage_first(source, source->begin_ms);
        stage_ticker(source, view);
        return true;
    }
    if (view->now_ms >= source->end_ms) {
        return false;
    }
    stage_step(source);
    return true;
}

static enum status sim_source_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct sim_source *source = self;
    *count = 0;
    for (;;) {
        if (source->stage_at == source->stage_count && !stage_more(source)) {
            return *count > 0 ? STATUS_OK : STATUS_END;
        }
        while (source->stage_at < source->stage_count) {
            const struct event *message = &source->stage[source->stage_at];
            size_t len = 1;
            while (!(message[len - 1].flags & EVENT_FLAG_END)) {
                len++;
            }
            if (len > count_max - *count) {
                return *count > 0 ? STATUS_OK : STATUS_RANGE;
            }
            memcpy(&out[*count], message, len * sizeof(*message));
            *count += len;
            source->stage_at += len;
        }
    }
}

static void sim_source_destroy(void *self) {
    struct sim_source *source = self;
    if (source == NULL) {
        return;
    }
    market_destroy(source->market);
    free(source->stage);
    free(source);
}

static const struct event_source_ops sim_source_ops = {
    .name = "simulation",
    .destroy = sim_source_destroy,
    .read = sim_source_read,
};

/* Times of the market: burn-in, first event, end. */
static bool plan_times(struct sim_source *source, struct market_desc *market) {
    struct source_sim_desc *desc = &source->desc;
    bool any_step = desc->step_ms == 0;
    desc->step_ms = any_step ? MARKET_STEP_COARSE_MS : desc->step_ms;
    desc->days = desc->days == 0 ? 3 : desc->days;
    desc->burn_in_days = desc->burn_in_days == 0 ? SOURCE_SIM_BURN_IN_DAYS : desc->burn_in_days;
    desc->burn_in_days = desc->burn_in_days < 0 ? 0 : desc->burn_in_days;
    desc->start_ms = desc->start_ms == 0 ? SOURCE_SIM_START_MS : desc->start_ms;
    bool step_fits = desc->step_ms >= 1000 && desc->step_ms <= MARKET_STEP_MS_MAX &&
                     60000 % desc->step_ms == 0 && desc->step_ms % 1000 == 0;
    bool symbol_fits =
        strlen(desc->symbol) > strlen(MARKET_QUOTE) && str_ends_with(desc->symbol, MARKET_QUOTE);
    if (!step_fits || !symbol_fits || !(desc->days > 0 && desc->days <= days_max) ||
        desc->burn_in_days > days_max) {
        return false;
    }
    int64_t burn_in_ms = (int64_t)(desc->burn_in_days * day_ms);
    source->begin_ms = desc->start_ms - desc->start_ms % MARKET_STEP_COARSE_MS;
    source->end_ms = source->begin_ms + (int64_t)(desc->days * day_ms);
    source->fine_ms = any_step ? source->end_ms - FINE_TAIL_MS : INT64_MAX;
    source->fine_ms -= source->fine_ms % MARKET_STEP_COARSE_MS;
    int64_t start_ms = source->begin_ms - burn_in_ms + burn_in_ms % MARKET_STEP_COARSE_MS;
    *market = (struct market_desc){
        .seed = desc->seed,
        .regime = desc->regime,
        .start_ms = start_ms,
        .second_half_ms = start_ms + (source->end_ms - start_ms) / 2,
    };
    return start_ms > 0;
}

enum status source_sim_create(const struct source_sim_desc *desc, struct event_source *source) {
    struct market_desc market = {0};
    struct sim_source *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return STATUS_MEMORY;
    }
    made->desc = *desc;
    const char *symbol = desc->symbol == NULL ? MARKET_SYMBOL : desc->symbol;
    str_copy(made->symbol, sizeof made->symbol, symbol);
    made->desc.symbol = made->symbol;
    enum status status = plan_times(made, &market) ? STATUS_OK : STATUS_RANGE;
    if (status == STATUS_OK) {
        made->instrument =
            instrument_add(desc->instruments, VENUE_BINANCE_USDM, symbol, strlen(symbol));
        status = made->instrument == INSTRUMENT_NONE ? STATUS_FULL : STATUS_OK;
    }
    if (status == STATUS_OK) {
        if (desc->truth.span != NULL) {
            market.truth = (struct market_truth_sink){.span = pass_span, .user = made};
        }
        made->market = market_create(&market);
        made->stage = calloc(STAGE_SLOTS, sizeof(*made->stage));
        status = made->market == NULL || made->stage == NULL ? STATUS_MEMORY : STATUS_OK;
    }
    if (status != STATUS_OK) {
        sim_source_destroy(made);
        return status;
    }
    *source = (struct event_source){.ops = &sim_source_ops, .self = made};
    return STATUS_OK;
}

const struct market *source_sim_market(const struct event_source *source) {
    assert(source->ops == &sim_source_ops);
    return ((const struct sim_source *)source->self)->market;
}
