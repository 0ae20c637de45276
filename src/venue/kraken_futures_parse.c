#include "venue/kraken_futures_parse.h"

#include <assert.h>
#include <string.h>

void kraken_futures_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    (void)symbols;
    const bool perpetual_linear = memcmp(symbol->text, "PF_", 3) == 0;
    const bool perpetual_inverse = memcmp(symbol->text, "PI_", 3) == 0;
    if (perpetual_linear) {
        symbol->contract = CONTRACT_LINEAR;
        symbol->unit = UNIT_BASE;
    } else if (perpetual_inverse || memcmp(symbol->text, "FI_", 3) == 0) {
        symbol->contract = CONTRACT_INVERSE;
        symbol->unit = UNIT_QUOTE;
    }
    symbol->funding_interval_h = perpetual_linear || perpetual_inverse ? 1 : 0;
}

/* -- trades -- */

enum status kraken_futures_add_trade(struct venue_parser *parser, struct venue_message *message,
                                     struct venue_trade *trade, const struct scan_value *side,
                                     const struct scan_value *type) {
    const bool buy = venue_text_is(side, "buy"), sell = venue_text_is(side, "sell");
    const bool liquidation = venue_text_is(type, "liquidation");
    trade->kind = EVENT_TRADE;
    trade->side = buy ? SIDE_BUY : sell ? SIDE_SELL : SIDE_NONE;
    trade->unit = trade->symbol == NULL ? UNIT_NONE : trade->symbol->unit;
    if (venue_text_is(type, "assignment") || venue_text_is(type, "termination") ||
        venue_text_is(type, "block")) {
        return STATUS_IGNORED;
    }
    if (!liquidation && !venue_text_is(type, "fill")) {
        return type->type == SCAN_STRING ? STATUS_UNKNOWN : STATUS_MALFORMED;
    }
    if (venue_add_trade(parser, message, trade) == STATUS_OK && liquidation) {
        trade->kind = EVENT_LIQUIDATION;
        trade->side = sell ? POS_LONG : POS_SHORT;
        trade->price_kind = PRICE_FILL;
        trade->complete = true;
        venue_add_trade(parser, message, trade);
    }
    return STATUS_OK;
}

enum {
    TRADE_FEED,
    TRADE_SYMBOL,
    TRADE_ID,
    TRADE_SIDE,
    TRADE_TYPE,
    TRADE_TIME,
    TRADE_SIZE,
    TRADE_PRICE,
    TRADE_FIELD_COUNT
};
static const char *const trade_names[] = {"feed", "product_id", "uid", "side",
                                          "type", "time",       "qty", "price"};
static_assert(ARRAY_COUNT(trade_names) == TRADE_FIELD_COUNT, "a name per field");

/* {"feed":"trade","product_id":…,"uid":…,"side":"sell","type":"fill","seq":…,"time":ms,"qty":…,
 * "price":…}; symbol: where a row names none. */
static enum status read_trade(struct venue_parser *parser, struct venue_message *message,
                              int64_t recv_ns, const struct venue_field *f,
                              struct venue_symbol *symbol) {
    struct venue_trade trade = {.recv_ns = recv_ns, .symbol = symbol};
    if (!venue_decimal(&f[TRADE_PRICE].value, &trade.price) ||
        !venue_decimal(&f[TRADE_SIZE].value, &trade.size) ||
        !scan_integer(&f[TRADE_TIME].value, &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (f[TRADE_SYMBOL].value.type != SCAN_NONE) {
        trade.symbol = venue_symbol_of(parser, &f[TRADE_SYMBOL].value);
    }
    if (f[TRADE_ID].value.type == SCAN_STRING) {
        trade.id = f[TRADE_ID].value.text;
    }
    return kraken_futures_add_trade(parser, message, &trade, &f[TRADE_SIDE].value,
                                    &f[TRADE_TYPE].value);
}

/* What one row came to, for a text that is nothing else. */
static enum status end_rows(struct venue_parser *parser, const struct venue_message *message,
                            enum status status) {
    venue_parser_count(parser, status);
    return message->count > 0 ? STATUS_OK : STATUS_CANCELLED;
}

/* -- a text and its parts -- */

struct text {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns;
    struct scan scan; /* has entered the object */
    bool whole;       /* its end was reached, and nothing follows */
};

static void read_fields(struct text *text, const char *const *names, size_t count,
                        struct venue_field *fields) {
    venue_fields_read(&text->scan, names, count, fields);
    text->whole = scan_end(&text->scan);
}

static enum status parse_trade(struct text *text) {
    struct venue_field f[TRADE_FIELD_COUNT];
    read_fields(text, trade_names, TRADE_FIELD_COUNT, f);
    return !text->whole ? STATUS_MALFORMED
                        : end_rows(text->parser, text->message,
                                   read_trade(text->parser, text->message, text->recv_ns, f, NULL));
}

/* The newest hundred, newest first: from before the subscription. */
static enum status parse_trade_snapshot(struct text *text) {
    enum { FEED, SYMBOL, TRADES, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"feed", "product_id", "trades"};
    struct venue_field f[FIELD_COUNT], row[TRADE_FIELD_COUNT];
    size_t count = 0;
    read_fields(text, names, FIELD_COUNT, f);
    if (!text->whole || f[TRADES].value.type != SCAN_ARRAY) {
        return STATUS_MALFORMED;
    }
    struct venue_symbol *symbol = venue_symbol_of(text->parser, &f[SYMBOL].value);
    struct scan *list = &f[TRADES].inside;
    for (; scan_next_element(list); count++) {
        struct scan_value value;
        const int depth = list->depth;
        enum status status = STATUS_MALFORMED;
        if (scan_read(list, &value) == SCAN_OBJECT) {
            venue_fields_read(list, trade_names, TRADE_FIELD_COUNT, row);
            status = read_trade(text->parser, text->message, text->recv_ns, row, symbol);
        }
        scan_leave(list, depth);
        venue_parser_count(text->parser, status);
    }
    text->message->past = true;
    venue_rows_turn(text->parser, text->message);
    return text->message->count > 0 ? STATUS_OK : count > 0 ? STATUS_CANCELLED : STATUS_IGNORED;
}

/* -- books -- */

static enum status end_book(struct text *text, const struct scan_value *symbol, int64_t id,
                            const struct scan_value *time) {
    int64_t ts_ms = 0;
    if (!scan_integer(time, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    text->message->step.first_id = text->message->step.last_id = id;
    text->message->step.prev_id = id - 1;
    return venue_book_end(text->parser, text->message, venue_symbol_of(text->parser, symbol), ts_ms,
                          text->recv_ns);
}

/* {"feed":"book","product_id":…,"side":"buy","seq":…,"price":…,"qty":…,"timestamp":…}: one level;
 * nothing or less removes it. seq goes up by one for each product. */
static enum status parse_book(struct text *text) {
    enum { FEED, SYMBOL, SIDE, ID, PRICE, SIZE, TIME, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"feed",  "product_id", "side",     "seq",
                                                   "price", "qty",        "timestamp"};
    struct venue_field f[FIELD_COUNT];
    struct decimal price, size;
    int64_t id = 0;
    read_fields(text, names, FIELD_COUNT, f);
    const bool buy = venue_text_is(&f[SIDE].value, "buy");
    if (!text->whole || !venue_decimal(&f[PRICE].value, &price) ||
        !venue_decimal(&f[SIZE].value, &size) || !scan_integer(&f[ID].value, &id)) {
        return STATUS_MALFORMED;
    }
    if (!buy && !venue_text_is(&f[SIDE].value, "sell")) {
        return STATUS_UNKNOWN;
    }
    size.mantissa = size.mantissa < 0 ? 0 : size.mantissa;
    venue_book_begin(text->parser, text->message);
    venue_book_level(text->parser, text->message, buy ? SIDE_BUY : SIDE_SELL, price, size);
    return end_book(text, &f[SYMBOL].value, id, &f[TIME].value);
}

/* [{"price":…,"qty":…}, …] */
static void read_levels(struct text *text, struct venue_field *list, enum side side) {
    static const char *const names[2] = {"price", "qty"};
    struct venue_field f[2];
    struct decimal price = {0}, size = {0};
    while (scan_next_element(&list->inside)) {
        struct scan_value value;
        const int depth = list->inside.depth;
        bool good = scan_read(&list->inside, &value) == SCAN_OBJECT;
        if (good) {
            venue_fields_read(&list->inside, names, 2, f);
            good = venue_decimal(&f[0].value, &price) && venue_decimal(&f[1].value, &size);
        }
        scan_leave(&list->inside, depth);
        if (!good) {
            text->message->book_status = STATUS_MALFORMED;
        } else if (size.mantissa > 0) { /* rows of nothing are common */
            venue_book_level(text->parser, text->message, side, price, size);
        }
    }
}

static enum status parse_book_snapshot(struct text *text) {
    enum { FEED, SYMBOL, TIME, ID, BIDS, ASKS, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"feed", "product_id", "timestamp",
                                                   "seq",  "bids",       "asks"};
    struct venue_field f[FIELD_COUNT];
    int64_t id = 0;
    read_fields(text, names, FIELD_COUNT, f);
    if (!text->whole || f[BIDS].value.type != SCAN_ARRAY || f[ASKS].value.type != SCAN_ARRAY ||
        !scan_integer(&f[ID].value, &id)) {
        return STATUS_MALFORMED;
    }
    text->message->step.snapshot = true;
    venue_book_begin(text->parser, text->message);
    read_levels(text, &f[BIDS], SIDE_BUY);
    read_levels(text, &f[ASKS], SIDE_SELL);
    return end_book(text, &f[SYMBOL].value, id, &f[TIME].value);
}

/* -- tickers -- */

static enum status parse_ticker(struct text *text) {
    enum { TIME, SYMBOL, RATE, NEXT, INDEX, LAST, INTEREST, MARK, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {
        "time",  "product_id", "relative_funding_rate", "next_funding_rate_time",
        "index", "last",       "openInterest",          "markPrice"};
    struct venue_field f[FIELD_COUNT];
    struct venue_ticker ticker = {.recv_ns = text->recv_ns};
    bool last = false, mark = false, index = false, interest = false, rate = false, next = false;
    read_fields(text, names, FIELD_COUNT, f);
    if (!text->whole || !venue_optional_decimal(&f[LAST].value, &ticker.last, &last) ||
        !venue_optional_decimal(&f[MARK].value, &ticker.mark, &mark) ||
        !venue_optional_decimal(&f[INDEX].value, &ticker.index, &index) ||
        !venue_optional_decimal(&f[INTEREST].value, &ticker.interest, &interest) ||
        !venue_optional_decimal(&f[RATE].value, &ticker.rate, &rate) ||
        !venue_optional_integer(&f[NEXT].value, &ticker.next_ms, &next) ||
        !scan_integer(&f[TIME].value, &ticker.ts_ms)) {
        return STATUS_MALFORMED;
    }
    ticker.symbol = venue_symbol_of(text->parser, &f[SYMBOL].value);
    ticker.has = (last ? TICKER_LAST : 0U) | (mark ? TICKER_MARK : 0U) |
                 (index ? TICKER_INDEX : 0U) | (rate ? TICKER_RATE : 0U) |
                 (next ? TICKER_NEXT : 0U) | (interest ? TICKER_INTEREST : 0U);
    ticker.interest_unit = ticker.symbol == NULL ? UNIT_NONE : ticker.symbol->unit;
    venue_add_ticker(text->parser, text->message, &ticker);
    return text->message->count > 0 ? STATUS_OK : STATUS_CANCELLED;
}

/* -- what is said about the connection -- */

static enum status parse_event(struct text *text, const struct scan_value *event,
                               const struct scan_value *reason) {
    struct venue_message *message = text->message;
    message->kind = MESSAGE_CONTROL;
    if (venue_text_is(event, "subscribed") || venue_text_is(event, "unsubscribed")) {
        message->control = CONTROL_ACK;
    } else if (venue_text_is(event, "info")) {
        message->control = CONTROL_ALIVE;
    } else if (venue_text_is(event, "alert") || venue_text_is(event, "error") ||
               venue_text_is(event, "subscribed_failed") ||
               venue_text_is(event, "unsubscribed_failed")) {
        message->control = CONTROL_ERROR;
        venue_message_reply(message, reason->type == SCAN_STRING ? reason : event);
    } else {
        return STATUS_IGNORED; /* what a client sends, or a challenge for a private feed */
    }
    return STATUS_OK;
}

/* Of trades and books the feed is the first member and the product the second; others are searched
 * for it. False: there is none; event and message tell what it is. */
static bool find_feed(struct text *text, struct scan_value *feed, struct venue_field f[3]) {
    static const char *const names[] = {"feed", "event", "message"};
    struct scan ahead = text->scan;
    struct span key;
    if (scan_next_member(&ahead, &key) && span_equal_text(key, "feed") &&
        scan_read(&ahead, feed) == SCAN_STRING && scan_next_member(&ahead, &key) &&
        span_equal_text(key, "product_id")) {
        return true;
    }
    struct text copy = *text;
    read_fields(&copy, names, 3, f);
    text->whole = copy.whole;
    *feed = f[0].value;
    return feed->type == SCAN_STRING && f[1].value.type == SCAN_NONE;
}

static enum status parse_feed(struct text *text, const struct scan_value *feed) {
    static const struct {
        const char *name;
        enum status (*parse)(struct text *text);
    } feeds[] = {{"book", parse_book},
                 {"trade", parse_trade},
                 {"ticker", parse_ticker},
                 {"book_snapshot", parse_book_snapshot},
                 {"trade_snapshot", parse_trade_snapshot}};
    for (size_t i = 0; i < ARRAY_COUNT(feeds); i++) {
        if (venue_text_is(feed, feeds[i].name)) {
            return feeds[i].parse(text);
        }
    }
    read_fields(text, NULL, 0, NULL);
    if (!text->whole) {
        return STATUS_MALFORMED;
    }
    if (!venue_text_is(feed, "heartbeat")) {
        return STATUS_IGNORED; /* ticker_lite, private feeds */
    }
    text->message->kind = MESSAGE_CONTROL;
    text->message->control = CONTROL_ALIVE;
    return STATUS_OK;
}

enum status kraken_futures_parse(struct venue_parser *parser, int socket, const char *bytes,
                                 size_t len, int64_t recv_ns, struct venue_message *message) {
    struct text text = {.parser = parser, .message = message, .recv_ns = recv_ns};
    struct scan_value value;
    struct venue_field f[3];
    (void)socket;
    scan_init(&text.scan, bytes, len);
    if (scan_read(&text.scan, &value) != SCAN_OBJECT) {
        scan_leave(&text.scan, 0);
        message->kind = MESSAGE_OTHER;
        return scan_end(&text.scan) ? STATUS_OK : STATUS_MALFORMED;
    }
    if (find_feed(&text, &value, f)) {
        return parse_feed(&text, &value);
    }
    if (!text.whole) {
        return STATUS_MALFORMED;
    }
    if (f[1].value.type == SCAN_STRING) {
        return parse_event(&text, &f[1].value, &f[2].value);
    }
    message->kind = MESSAGE_OTHER;
    return STATUS_OK;
}
