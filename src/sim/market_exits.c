/* How positions of the simulated market end: their owners close them, stops and targets are met,
 * the exchange liquidates; and what a mark or a funding payment does to those that stay. */
#include "sim/market_internal.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/bracket.h"

static const double close_taker_share = .8;
static const double partial_above_usd = 100e3;
enum { PRINT_RESERVE = 4096, COOL_DOWN_MS = 30 * 1000 };

static struct bracket_position as_position(const struct position_record *record) {
    return (struct bracket_position){
        .side = (enum position)record->side,
        .entry = record->entry,
        .qty_base = (double)record->qty_lots * MARKET_LOT,
        .margin_usd = record->margin_usd,
    };
}

void market_place_liquidation(const struct market *market, struct position_record *record) {
    const struct bracket_position position = as_position(record);
    record->liquidation_price = bracket_liquidation_price(&market->brackets, &position);
}

static double order_usd(const struct market *market, const struct position_record *record) {
    return (double)(record->qty_lots * market->view.bid_ticks) * MARKET_TICK * MARKET_LOT;
}

/* The trade that ends a position; its price in ticks. */
static int64_t close_position(struct market *market, int32_t index, int64_t ts_ms, bool taker) {
    struct position_record *record = &market->positions.records[index];
    int64_t lots = record->side == POS_LONG ? -record->qty_lots : record->qty_lots;
    int64_t ticks = market_trade(market, ts_ms, lots, taker);
    market->totals.agents_lots[record->side == POS_SHORT] -= record->qty_lots;
    market->totals.closed_count += !record->slice;
    positions_remove(&market->positions, index);
    return ticks;
}

void market_close_expired(struct market *market, int64_t end_ms) {
    int32_t count = positions_expire(&market->positions, end_ms);
    for (int32_t i = 0; i < count; i++) {
        int32_t index = market->positions.hits[i];
        struct position_record *record = &market->positions.records[index];
        bool taker = random_uniform(&market->random) < close_taker_share;
        int64_t ts_ms = record->close_s * 1000 + (int64_t)(random_u64(&market->random) % 1000);
        ts_ms = ts_ms < market->begin_ms ? market->begin_ms : ts_ms;
        ts_ms = ts_ms >= end_ms ? end_ms - 1 : ts_ms;
        market_end_span(market, record, ts_ms);
        positions_begin_close(&market->positions, index);
        if (market->print_count + PRINT_RESERVE >= MARKET_PRINT_MAX) {
            market->orders[market->order_count++] = (struct market_order){
                .index = index, .trigger = TRIGGER_NONE, .mark_ts_ms = end_ms, .fill_ms = end_ms};
            continue;
        }
        close_position(market, index, ts_ms, taker);
    }
}

double market_forced_usd_until(const struct market *market, int64_t end_ms) {
    double usd = 0;
    for (size_t i = 0; i < market->order_count; i++) {
        const struct market_order *order = &market->orders[i];
        if (order->trigger != TRIGGER_LIQUIDATION || order->fill_ms >= end_ms) {
            continue;
        }
        const struct position_record *record = &market->positions.records[order->index];
        double size = order_usd(market, record);
        usd += record->side == POS_LONG ? -size : size;
    }
    return usd;
}

static void record_liquidation(struct market *market, const struct market_order *order,
                               const struct position_record *record, int64_t ts_ms, int64_t ticks) {
    const struct bracket_position position = as_position(record);
    double limit = bracket_bankruptcy_price(&position);
    int64_t limit_ticks = (int64_t)(limit / MARKET_TICK + .5);
    market->liquidations[market->liquidation_count++] = (struct market_liquidation){
        .ts_ms = ts_ms,
        .mark_ts_ms = order->mark_ts_ms,
        .price_ticks = ticks,
        .bankruptcy_ticks = limit_ticks > 0 ? limit_ticks : 1,
        .qty_lots = record->qty_lots,
        .position_id = record->id,
        .liquidation_price = record->liquidation_price,
        .position = record->side,
    };
    market->totals.liquidated_count++;
    market->totals.liquidated_usd[record->side == POS_SHORT] +=
        (double)(ticks * record->qty_lots) * MARKET_TICK * MARKET_LOT;
}

static int compare_liquidations(const void *a, const void *b) {
    const struct market_liquidation *left = a;
    const struct market_liquidation *right = b;
    if (left->ts_ms != right->ts_ms) {
        return left->ts_ms < right->ts_ms ? -1 : 1;
    }
    return left->position_id < right->position_id ? -1 : left->position_id > right->position_id;
}

void market_fill_orders(struct market *market, int64_t end_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < market->order_count; i++) {
        struct market_order order = market->orders[i];
        bool room = market->liquidation_count < MARKET_LIQUIDATION_MAX &&
                    market->print_count + 2 * PRINT_RESERVE < MARKET_PRINT_MAX;
        if (order.fill_ms >= end_ms || !room) {
            market->orders[kept++] = order;
            continue;
        }
        struct position_record record = market->positions.records[order.index];
        bool forced = order.trigger == TRIGGER_LIQUIDATION;
        bool taker = forced || random_uniform(&market->random) < close_taker_share;
        int64_t ts_ms = order.fill_ms < market->begin_ms ? market->begin_ms : order.fill_ms;
        int64_t ticks = close_position(market, order.index, ts_ms, taker);
        if (forced) {
            record_liquidation(market, &order, &record, ts_ms, ticks);
        }
    }
    market->order_count = kept;
    qsort(market->liquidations, market->liquidation_count, sizeof(*market->liquidations),
          compare_liquidations);
}

/* -- what the mark does -- */

static void top_up(struct market *market, int32_t index, int64_t end_ms) {
    struct position_record *record = &market->positions.records[index];
    market_end_span(market, record, end_ms);
    record->margin_usd *= 1.3 + .7 * random_uniform(&market->random);
    record->top_up_price = 0;
    market_place_liquidation(market, record);
}

static bool is_beyond_liquidation(const struct position_record *record, double mark) {
    double price = record->liquidation_price;
    return price > 0 && (record->side == POS_LONG ? mark <= price : mark >= price);
}

static void send_order(struct market *market, int32_t index, enum trigger trigger, int64_t end_ms) {
    positions_begin_close(&market->positions, index);
    int64_t delay_ms = (int64_t)(random_u64(&market->random) % MARKET_FILL_DELAY_MS_MAX);
    market->orders[market->order_count++] = (struct market_order){
        .index = index, .trigger = trigger, .mark_ts_ms = end_ms, .fill_ms = end_ms + delay_ms};
}

/* As venues do with large positions: a share of it is sold first, which costs its margin only the
 * loss on that share, so the rest is a little safer; after a time to recover in, all of the rest
 * goes. The share is taken as filled at the mark. False: it has to go whole. */
static bool liquidate_share(struct market *market, int32_t index, int64_t end_ms) {
    struct position_record *record = &market->positions.records[index];
    struct position_record slice = *record;
    double share = market->desc.partial_share;
    slice.qty_lots = (int64_t)(share * (double)record->qty_lots + .5);
    slice.slice = true;
    double size_usd = (double)record->qty_lots * MARKET_LOT * market->view.mark;
    if (record->cool_until_ms > 0 || size_usd <= partial_above_usd || slice.qty_lots == 0 ||
        slice.qty_lots == record->qty_lots ||
        market->positions.open_count + (int32_t)market->order_count >= POSITIONS_MAX) {
        return false;
    }
    market_end_span(market, record, end_ms);
    slice.margin_usd *= (double)slice.qty_lots / (double)record->qty_lots;
    double loss = (double)slice.qty_lots * MARKET_LOT * (record->entry - market->view.mark);
    record->margin_usd -= record->side == POS_LONG ? loss : -loss;
    record->qty_lots -= slice.qty_lots;
    record->cool_until_ms = end_ms + COOL_DOWN_MS;
    market_place_liquidation(market, record);
    positions_reindex(&market->positions, index);
    int32_t slice_index = positions_add(&market->positions, &slice);
    assert(slice_index != POSITIONS_NONE);
    send_order(market, slice_index, TRIGGER_LIQUIDATION, end_ms);
    return true;
}

/* What a hit of the mark's sweep does; TRIGGER_NONE: the position goes on living, maybe changed. */
static enum trigger judge_hit(struct market *market, int32_t index, int64_t end_ms) {
    struct position_record *record = &market->positions.records[index];
    enum trigger trigger = positions_trigger_at(record, market->view.mark);
    bool cooling = end_ms < record->cool_until_ms;
    /* A mark that jumps over stop and liquidation price at once liquidates; over a top-up too. */
    if (is_beyond_liquidation(record, market->view.mark) && !cooling) {
        trigger = TRIGGER_LIQUIDATION;
    }
    if (trigger == TRIGGER_LIQUIDATION && cooling) {
        return TRIGGER_NONE;
    }
    if (trigger == TRIGGER_TOP_UP) {
        top_up(market, index, end_ms);
        return TRIGGER_NONE;
    }
    return trigger;
}

void market_trigger(struct market *market, int64_t end_ms) {
    int32_t count = positions_sweep(&market->positions, market->view.mark);
    for (int32_t i = 0; i < count; i++) {
        int32_t index = market->positions.hits[i];
        enum trigger trigger = judge_hit(market, index, end_ms);
        if (trigger == TRIGGER_NONE) {
            positions_reindex(&market->positions, index);
            continue;
        }
        if (trigger == TRIGGER_LIQUIDATION && market->desc.partial_share > 0 &&
            liquidate_share(market, index, end_ms)) {
            continue;
        }
        market_end_span(market, &market->positions.records[index], end_ms);
        send_order(market, index, trigger, end_ms);
    }
}

void market_settle_funding(struct market *market, double rate, int64_t end_ms) {
    for (int32_t i = 0; i < market->positions.used_count; i++) {
        struct position_record *record = &market->positions.records[i];
        if (record->state != POSITION_OPEN) {
            continue;
        }
        double qty = (double)record->qty_lots * MARKET_LOT;
        market_end_span(market, record, end_ms);
        double paid = rate * qty * market->view.mark;
        record->margin_usd -= record->side == POS_LONG ? paid : -paid;
        market_place_liquidation(market, record);
        positions_reindex(&market->positions, i);
    }
}
