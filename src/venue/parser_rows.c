#include "venue/parser.h"

#include <assert.h>

/* -- rows -- */

struct event *venue_rows_begin(struct venue_parser *parser, const struct venue_message *message,
                               size_t n) {
    if (message->count + n > EVENT_MESSAGE_SLOTS_MAX) {
        venue_parser_count(parser, STATUS_RANGE);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        parser->contracts[message->count + i].mantissa = 0;
    }
    return parser->slots + message->count;
}

void venue_rows_end(struct venue_parser *parser, struct venue_message *message,
                    struct venue_symbol *symbol, size_t n) {
    struct event *slots = parser->slots + message->count;
    assert(n > 0 && message->count + n <= EVENT_MESSAGE_SLOTS_MAX);
    slots[0].flags |= EVENT_FLAG_BEGIN;
    slots[n - 1].flags |= EVENT_FLAG_END;
    if (slots[0].ts_ms > message->sent_ms) {
        message->sent_ms = slots[0].ts_ms;
    }
    message->symbol = symbol;
    message->count += n;
}

void venue_rows_judge(struct venue_parser *parser, struct venue_message *message,
                      struct venue_symbol *symbol, size_t n, enum status status) {
    if (status == STATUS_OK) {
        venue_rows_end(parser, message, symbol, n);
    } else {
        venue_parser_count(parser, status);
    }
}

static void turn(struct venue_parser *parser, size_t begin, size_t end) {
    for (; begin + 1 < end; begin++, end--) {
        const struct event slot = parser->slots[begin];
        const struct decimal contracts = parser->contracts[begin];
        parser->slots[begin] = parser->slots[end - 1];
        parser->contracts[begin] = parser->contracts[end - 1];
        parser->slots[end - 1] = slot;
        parser->contracts[end - 1] = contracts;
    }
}

void venue_rows_turn(struct venue_parser *parser, const struct venue_message *message) {
    size_t begin = 0;
    if (message->count == 0 || parser->slots[0].ts_ms <= parser->slots[message->count - 1].ts_ms) {
        return;
    }
    turn(parser, 0, message->count); /* then the slots of each message back */
    for (size_t i = 0; i < message->count; i++) {
        if ((parser->slots[i].flags & EVENT_FLAG_BEGIN) != 0) {
            turn(parser, begin, i + 1);
            begin = i + 1;
        }
    }
}

static enum status fill_trade(struct venue_parser *parser, struct event *slot,
                              const struct venue_trade *trade) {
    const bool liquidation = trade->kind == EVENT_LIQUIDATION;
    if (trade->symbol == NULL) {
        return STATUS_NOT_FOUND;
    }
    if (trade->symbol->unwanted) {
        return STATUS_IGNORED;
    }
    if (trade->side == 0) {
        return STATUS_UNKNOWN;
    }
    *slot = venue_slot(trade->kind, trade->symbol, trade->ts_ms, trade->recv_ns);
    slot->side = trade->side & 3U;
    slot->detail = liquidation ? (unsigned)trade->price_kind & 7U : 0U;
    slot->flags = liquidation && trade->complete ? EVENT_FLAG_COMPLETE : 0;
    const enum status status = venue_slot_set_trade(slot, trade->symbol, trade->price, trade->size,
                                                    trade->unit, parser->keep_unknown_units);
    if (status == STATUS_OK && trade->id.len > 0) {
        event_trade_set_id(slot, trade->id.bytes, trade->id.len);
    }
    return status;
}

enum status venue_add_trade(struct venue_parser *parser, struct venue_message *message,
                            const struct venue_trade *trade) {
    struct event *slot = venue_rows_begin(parser, message, 1);
    if (slot == NULL) {
        return STATUS_RANGE;
    }
    const enum status status = fill_trade(parser, slot, trade);
    if (status == STATUS_OK && trade->unit == UNIT_CONTRACTS) {
        parser->contracts[message->count] = trade->size;
    }
    venue_rows_judge(parser, message, trade->symbol, 1, status);
    return status;
}

/* -- tickers -- */

static void fill_price(struct event *slot, const struct venue_ticker *ticker) {
    const struct decimal none = {0};
    const bool has_mark = (ticker->has & TICKER_MARK) != 0 && ticker->mark.mantissa > 0;
    const bool has_index = (ticker->has & TICKER_INDEX) != 0 && ticker->index.mantissa > 0;
    const bool has_last = (ticker->has & TICKER_LAST) != 0 && ticker->last.mantissa > 0;
    const struct decimal mark = has_mark ? ticker->mark : none;
    const struct decimal index = has_index ? ticker->index : none;
    const struct decimal last = has_last ? ticker->last : none;
    const unsigned bits = (has_mark ? PRICE_HAS_MARK : 0U) | (has_index ? PRICE_HAS_INDEX : 0U) |
                          (has_last ? PRICE_HAS_LAST : 0U);
    slot->has = bits & 63U;
    slot->exponent_a = mark.exponent;
    slot->exponent_b = index.exponent;
    slot->exponent_c = last.exponent;
    slot->u.price.mark = mark.mantissa;
    slot->u.price.index = index.mantissa;
    slot->u.price.last = last.mantissa;
}

static void fill_funding(struct event *slot, const struct venue_ticker *ticker) {
    slot->has = 0;
    if ((ticker->has & TICKER_RATE) != 0) {
        slot->has |= FUNDING_HAS_RATE;
        slot->exponent_a = ticker->rate.exponent;
        slot->u.funding.rate = ticker->rate.mantissa;
    }
    if ((ticker->has & TICKER_NEXT) != 0 && ticker->next_ms > 0) {
        slot->has |= FUNDING_HAS_NEXT;
        slot->u.funding.next_ms = ticker->next_ms;
    }
    if (ticker->symbol->funding_interval_h > 0) {
        slot->has |= FUNDING_HAS_INTERVAL;
        slot->u.funding.interval_h = ticker->symbol->funding_interval_h;
    }
}

enum status venue_add_ticker(struct venue_parser *parser, struct venue_message *message,
                             const struct venue_ticker *ticker) {
    struct venue_symbol *symbol = ticker->symbol;
    const struct decimal mark = (ticker->has & TICKER_MARK) != 0 ? ticker->mark : ticker->last;
    enum status status = symbol == NULL ? STATUS_NOT_FOUND : STATUS_IGNORED;
    struct event *slots = venue_rows_begin(parser, message, 3);
    size_t count = 0;
    if (slots == NULL) {
        return STATUS_RANGE;
    }
    if (status == STATUS_IGNORED && !symbol->unwanted) {
        if ((ticker->has & TICKER_MARK) != 0 && ticker->mark.mantissa > 0) {
            symbol->mark = ticker->mark;
        }
        slots[0] = venue_slot(EVENT_PRICE, symbol, ticker->ts_ms, ticker->recv_ns);
        fill_price(&slots[0], ticker);
        count += slots[0].has != 0;
        if ((ticker->has & (TICKER_RATE | TICKER_NEXT)) != 0) {
            slots[count] = venue_slot(EVENT_FUNDING, symbol, ticker->ts_ms, ticker->recv_ns);
            fill_funding(&slots[count], ticker);
            count += (slots[count].has & (FUNDING_HAS_RATE | FUNDING_HAS_NEXT)) != 0;
        }
        if ((ticker->has & TICKER_INTEREST) != 0) {
            slots[count] = venue_slot(EVENT_OPEN_INTEREST, symbol, ticker->ts_ms, ticker->recv_ns);
            const enum status interest = venue_slot_set_interest(
                &slots[count], symbol, ticker->interest, ticker->interest_unit, mark);
            count += interest == STATUS_OK;
            status = interest == STATUS_OK ? status : interest;
            if (interest != STATUS_OK && count > 0) {
                venue_parser_count(parser, interest); /* the others go out without it */
            }
        }
        status = count > 0 ? STATUS_OK : status;
    }
    venue_rows_judge(parser, message, symbol, count, status);
    return status;
}

enum status venue_add_interest(struct venue_parser *parser, struct venue_message *message,
                               struct venue_symbol *symbol, struct decimal base, struct decimal usd,
                               int64_t ts_ms, int64_t recv_ns) {
    struct event *slot = venue_rows_begin(parser, message, 1);
    const unsigned bits =
        (base.mantissa >= 0 ? OI_HAS_BASE : 0U) | (usd.mantissa >= 0 ? OI_HAS_USD : 0U);
    enum status status = STATUS_NOT_FOUND;
    if (slot == NULL) {
        return STATUS_RANGE;
    }
    if (symbol != NULL) {
        status = symbol->unwanted ? STATUS_IGNORED : bits == 0 ? STATUS_UNSUPPORTED : STATUS_OK;
    }
    if (status == STATUS_OK) {
        *slot = venue_slot(EVENT_OPEN_INTEREST, symbol, ts_ms, recv_ns);
        slot->has = bits & 63U;
        slot->exponent_a = base.mantissa >= 0 ? base.exponent : (int8_t)0;
        slot->exponent_b = usd.mantissa >= 0 ? usd.exponent : (int8_t)0;
        slot->u.open_interest.oi_base = base.mantissa >= 0 ? base.mantissa : 0;
        slot->u.open_interest.oi_usd = usd.mantissa >= 0 ? usd.mantissa : 0;
    }
    venue_rows_judge(parser, message, symbol, 1, status);
    return status;
}

enum status venue_add_kline(struct venue_parser *parser, struct venue_message *message,
                            struct venue_symbol *symbol, const struct venue_kline *kline,
                            int64_t recv_ns) {
    struct event *slots = venue_rows_begin(parser, message, 2);
    enum status status = STATUS_NOT_FOUND;
    if (slots == NULL) {
        return STATUS_RANGE;
    }
    if (symbol != NULL) {
        status =
            symbol->unwanted ? STATUS_IGNORED : venue_slot_set_kline(slots, symbol, kline, recv_ns);
    }
    venue_rows_judge(parser, message, symbol, 2, status);
    return status;
}
