/* How positions of the simulated market end: their owners close them, stops and targets are met,
 * the exchange liquidates; and what a mark or a funding payment does to those that stay. */
#include "sim/market_internal.h"

#include <stdlib.h>

#include "sim/bracket.h"

static const double close_taker_share = .8;
enum { PRINT_RESERVE = 4096 };

static double order_usd(const struct market *market, const struct position_record *record) {
    return (double)(record->qty_lots * market->view.bid_ticks) * MARKET_TICK * MARKET_LOT;
}

/* The trade that ends a position; its price in ticks. */
static int64_t close_position(struct market *market, int32_t index, int64_t ts_ms, bool taker) {
    struct position_record *record = &market->positions.records[index];
    int64_t lots = record->side == POS_LONG ? -record->qty_lots : record->qty_lots;
    int64_t ticks = market_trade(market, ts_ms, lots, taker);
    market->totals.agents_lots[record->side == POS_SHORT] -= record->qty_lots;
    market->totals.closed_count++;
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
    double qty = (double)record->qty_lots * MARKET_LOT;
    double limit = bracket_bankruptcy_price((enum position)record->side, record->entry, qty,
                                            record->margin_usd);
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
    record->liquidation_price =
        bracket_liquidation_price((enum position)record->side, record->entry,
                                  (double)record->qty_lots * MARKET_LOT, record->margin_usd);
}

static bool is_beyond_liquidation(const struct position_record *record, double mark) {
    double price = record->liquidation_price;
    return price > 0 && (record->side == POS_LONG ? mark <= price : mark >= price);
}

void market_trigger(struct market *market, int64_t end_ms) {
    double mark = market->view.mark;
    int32_t count = positions_sweep(&market->positions, mark);
    for (int32_t i = 0; i < count; i++) {
        int32_t index = market->positions.hits[i];
        struct position_record *record = &market->positions.records[index];
        enum trigger trigger = positions_trigger_at(record, mark);
        /* A mark that jumps over stop and liquidation price at once liquidates; over a top-up too.
         */
        if (is_beyond_liquidation(record, mark)) {
            trigger = TRIGGER_LIQUIDATION;
        }
        if (trigger == TRIGGER_TOP_UP) {
            top_up(market, index, end_ms);
        }
        if (trigger == TRIGGER_TOP_UP || trigger == TRIGGER_NONE) {
            positions_reindex(&market->positions, index);
            continue;
        }
        market_end_span(market, record, end_ms);
        positions_begin_close(&market->positions, index);
        int64_t delay_ms = (int64_t)(random_u64(&market->random) % MARKET_FILL_DELAY_MS_MAX);
        market->orders[market->order_count++] = (struct market_order){
            .index = index, .trigger = trigger, .mark_ts_ms = end_ms, .fill_ms = end_ms + delay_ms};
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
        record->liquidation_price = bracket_liquidation_price(
            (enum position)record->side, record->entry, qty, record->margin_usd);
        positions_reindex(&market->positions, i);
    }
}
