/* What Deribit's subscriptions and answers share: trades, tickers, books. */
#include <string.h>

#include "venue/deribit_parse.h"

/* BASE-PERPETUAL, BASE-27JUN25: inverse, in USD. BASE_USDC-…, BASE_USDT-…: linear. More dashes are
 * options and combinations, none a spot pair. */
void deribit_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    const char *dash = strchr(symbol->text, '-');
    const char *under = strchr(symbol->text, '_');
    (void)symbols;
    if (dash == NULL || strchr(dash + 1, '-') != NULL) {
        symbol->unwanted = true;
        return;
    }
    if (under == NULL) {
        symbol->contract = CONTRACT_INVERSE;
        symbol->unit = UNIT_QUOTE;
    } else if (under < dash && dash - under == 5 &&
               (strncmp(under, "_USDC", 5) == 0 || strncmp(under, "_USDT", 5) == 0)) {
        symbol->contract = CONTRACT_LINEAR;
        symbol->unit = UNIT_BASE;
    }
    if (strcmp(dash, "-PERPETUAL") == 0) {
        symbol->funding_interval_h = 8; /* it flows all the time; rates are told for eight hours */
    }
}

/* -- trades -- */

/* Who was liquidated: the taker holds the position that `direction` closes, the maker the other. */
static unsigned taker_position(unsigned side) {
    return side == SIDE_SELL ? (unsigned)POS_LONG : (unsigned)POS_SHORT;
}

static unsigned maker_position(unsigned side) {
    return side == SIDE_SELL ? (unsigned)POS_SHORT : (unsigned)POS_LONG;
}

static void add_liquidations(struct deribit_work *work, const struct venue_trade *trade,
                             const struct scan_value *flag) {
    const bool both = venue_text_is(flag, "MT");
    const bool taker = both || venue_text_is(flag, "T");
    const bool maker = both || venue_text_is(flag, "M");
    struct venue_trade forced = *trade;
    forced.kind = EVENT_LIQUIDATION;
    forced.price_kind = PRICE_FILL;
    forced.complete = true;
    if (trade->side == 0 || flag->type == SCAN_NONE || flag->type == SCAN_NULL ||
        venue_text_is(flag, "none")) {
        return; /* an unknown side was counted with the trade */
    }
    if (!taker && !maker) {
        venue_parser_count(work->parser, STATUS_UNKNOWN);
        return;
    }
    if (taker) {
        forced.side = taker_position(trade->side);
        venue_add_trade(work->parser, work->message, &forced);
    }
    if (maker) {
        forced.side = maker_position(trade->side);
        venue_add_trade(work->parser, work->message, &forced);
    }
}

void deribit_read_trade(struct deribit_work *work, struct scan *scan) {
    enum { ID, TIME, PRICE, NAME, SIDE, AMOUNT, FORCED, BLOCK, COUNT };
    static const char *const names[COUNT] = {"trade_id",        "timestamp",     "price",
                                             "instrument_name", "direction",     "amount",
                                             "liquidation",     "block_trade_id"};
    struct venue_field fields[COUNT];
    venue_fields_read(scan, names, COUNT, fields);
    const struct scan_value *side = &fields[SIDE].value;
    struct venue_trade trade = {.symbol = venue_symbol_of(work->parser, &fields[NAME].value),
                                .kind = EVENT_TRADE,
                                .side = venue_text_is(side, "buy")    ? (unsigned)SIDE_BUY
                                        : venue_text_is(side, "sell") ? (unsigned)SIDE_SELL
                                                                      : 0U,
                                .recv_ns = work->recv_ns,
                                .id = fields[ID].value.text};
    if (fields[NAME].value.type != SCAN_STRING ||
        !venue_decimal(&fields[PRICE].value, &trade.price) ||
        !venue_decimal(&fields[AMOUNT].value, &trade.size) ||
        !scan_integer(&fields[TIME].value, &trade.ts_ms)) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    trade.unit = trade.symbol == NULL ? UNIT_NONE : trade.symbol->unit;
    if (fields[BLOCK].value.type != SCAN_NONE && fields[BLOCK].value.type != SCAN_NULL) {
        venue_parser_count(work->parser, STATUS_IGNORED); /* agreed on beside the book */
        return;
    }
    if (venue_add_trade(work->parser, work->message, &trade) == STATUS_OK) {
        add_liquidations(work, &trade, &fields[FORCED].value);
    }
}

/* -- prices, funding, open interest -- */

void deribit_read_ticker(struct deribit_work *work, struct scan *scan) {
    enum { TIME, NAME, LAST, MARK, INDEX, RATE, INTEREST, LAST_OF, TIME_OF, COUNT };
    static const char *const names[COUNT] = {
        "timestamp",       "instrument_name", "last_price", "mark_price",        "index_price",
        "current_funding", "open_interest",   "last",       "creation_timestamp"};
    static const unsigned bits[COUNT] = {
        [LAST] = TICKER_LAST, [MARK] = TICKER_MARK,         [INDEX] = TICKER_INDEX,
        [RATE] = TICKER_RATE, [INTEREST] = TICKER_INTEREST, [LAST_OF] = TICKER_LAST};
    struct venue_field fields[COUNT];
    struct venue_ticker ticker = {.recv_ns = work->recv_ns};
    struct decimal *const values[COUNT] = {
        [LAST] = &ticker.last, [MARK] = &ticker.mark,         [INDEX] = &ticker.index,
        [RATE] = &ticker.rate, [INTEREST] = &ticker.interest, [LAST_OF] = &ticker.last};
    bool good = true, has = false;
    venue_fields_read(scan, names, COUNT, fields);
    for (int i = LAST; i <= LAST_OF; i++) {
        if (fields[i].value.type != SCAN_NONE) { /* a summary has its own word for the last price */
            good = good && venue_optional_decimal(&fields[i].value, values[i], &has);
            ticker.has |= good && has ? bits[i] : 0U;
        }
    }
    const int time = fields[TIME].value.type != SCAN_NONE ? TIME : TIME_OF;
    if (!good || fields[NAME].value.type != SCAN_STRING ||
        !scan_integer(&fields[time].value, &ticker.ts_ms)) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    ticker.symbol = venue_symbol_of(work->parser, &fields[NAME].value);
    if (ticker.symbol == NULL && work->history && work->parser->symbols.closed) {
        return; /* a summary of all; nobody asked for this one */
    }
    ticker.interest_unit = ticker.symbol == NULL ? UNIT_NONE : ticker.symbol->unit;
    venue_add_ticker(work->parser, work->message, &ticker);
}

/* -- books -- */

/* ["new" | "change" | "delete", price, amount], or [price, amount] in books of a few levels */
static void read_level(struct deribit_work *work, struct scan *scan, enum side side) {
    struct scan_value row[3];
    struct decimal price = {0}, amount = {0};
    size_t count = 0;
    bool good = scan_read_row(scan, row, ARRAY_COUNT(row), &count) && count >= 2;
    const bool worded = good && row[0].type == SCAN_STRING;
    const size_t first = worded ? 1 : 0;
    const bool gone = worded && venue_text_is(&row[0], "delete");
    good = good && count >= first + 2 && venue_decimal(&row[first], &price) &&
           venue_decimal(&row[first + 1], &amount) &&
           (!worded || gone || venue_text_is(&row[0], "new") || venue_text_is(&row[0], "change"));
    if (!good) {
        work->message->book_status = STATUS_MALFORMED;
        return;
    }
    amount = gone ? (struct decimal){0} : amount;
    venue_book_level(work->parser, work->message, side, price, amount);
}

struct book {
    struct scan_value type, time, name, id, prev;
    bool has_bids, has_asks;
};

static void read_side(struct deribit_work *work, struct scan *scan, enum side side, bool *has) {
    struct scan_value value;
    const int depth = scan->depth;
    *has = true;
    if (scan_read(scan, &value) != SCAN_ARRAY) {
        scan_leave(scan, depth);
        work->message->book_status = STATUS_MALFORMED;
        return;
    }
    while (scan_next_element(scan)) {
        read_level(work, scan, side);
    }
}

static void read_members(struct deribit_work *work, struct scan *scan, struct book *book) {
    const struct {
        const char *name;
        struct scan_value *value;
    } members[] = {{"type", &book->type},
                   {"timestamp", &book->time},
                   {"prev_change_id", &book->prev},
                   {"instrument_name", &book->name},
                   {"change_id", &book->id}};
    struct span key;
    while (scan_next_member(scan, &key)) {
        struct scan_value *value = NULL;
        if (span_equal_text(key, "bids") && !book->has_bids) {
            read_side(work, scan, SIDE_BUY, &book->has_bids);
            continue;
        }
        if (span_equal_text(key, "asks") && !book->has_asks) {
            read_side(work, scan, SIDE_SELL, &book->has_asks);
            continue;
        }
        for (size_t i = 0; i < ARRAY_COUNT(members) && value == NULL; i++) {
            value = span_equal_text(key, members[i].name) ? members[i].value : NULL;
        }
        venue_field_take(scan, value);
    }
}

enum status deribit_read_book(struct deribit_work *work, struct scan *scan, bool top) {
    struct venue_book_step *step = &work->message->step;
    struct book book = {.has_bids = false};
    int64_t ts_ms = 0;
    bool has_prev = false;
    venue_book_begin(work->parser, work->message);
    read_members(work, scan, &book);
    const bool snapshot = venue_text_is(&book.type, "snapshot");
    const bool change = venue_text_is(&book.type, "change");
    if (!book.has_bids || !book.has_asks || book.name.type != SCAN_STRING ||
        (!snapshot && !change && book.type.type != SCAN_NONE) ||
        !scan_integer(&book.time, &ts_ms) || !scan_integer(&book.id, &step->last_id) ||
        !venue_optional_integer(&book.prev, &step->prev_id, &has_prev)) {
        return STATUS_MALFORMED;
    }
    struct venue_symbol *symbol = venue_symbol_of(work->parser, &book.name);
    if (symbol != NULL && top && (symbol->number & DERIBIT_FULL_BOOK) != 0) {
        return STATUS_IGNORED; /* a part of what the other channel tells whole */
    }
    if (symbol != NULL && !top) {
        symbol->number |= DERIBIT_FULL_BOOK;
    }
    step->snapshot = snapshot || top || (!change && step->prev_id == 0);
    if (!step->snapshot && (step->prev_id <= 0 || step->prev_id >= step->last_id)) {
        return STATUS_MALFORMED;
    }
    step->first_id = step->snapshot ? step->last_id : step->prev_id + 1;
    return venue_book_end(work->parser, work->message, symbol, ts_ms, work->recv_ns);
}
