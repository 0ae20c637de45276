#include "venue/bitget_parse.h"

#include <string.h>

#include "venue/rest_line.h"

/* A push is {"action":…,"arg":{…},"data":[…],"ts":…}. Where the data come last, as on the wire,
 * they are read in the one pass; members in another order cost a second one. */

enum topic {
    TOPIC_OTHER,
    TOPIC_TRADE,
    TOPIC_BOOK,
    TOPIC_BOOK_TOP, /* books1, books5, books50: whole, a few levels */
    TOPIC_TICKER,
    TOPIC_KLINE,
    TOPIC_LIQUIDATION
};

enum action { ACTION_NONE, ACTION_SNAPSHOT, ACTION_UPDATE };

struct push {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns, ts_ms; /* ts_ms: of the message; 0: not seen yet */

    struct scan_value event, code, text, operation;
    enum action action;
    bool has_arg, has_data, data_read;
    bool legacy; /* v2 */
    int line;
    enum topic topic;
    struct scan_value symbol, interval;
    struct scan data; /* stands before the value */
    bool book_read;
    enum status status; /* of the data */
};

static const char *const line_names[] = {[BITGET_LINE_NONE] = "",
                                         [BITGET_LINE_USDT] = "usdt-futures",
                                         [BITGET_LINE_COIN] = "coin-futures",
                                         [BITGET_LINE_USDC] = "usdc-futures"};

const char *bitget_line_name(int line) {
    return line_names[line & BITGET_LINE_MASK];
}

void bitget_category(int line, char out[BITGET_CATEGORY_BYTES]) {
    str_copy(out, BITGET_CATEGORY_BYTES, bitget_line_name(line));
    for (char *at = out; *at != '\0'; at++) {
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
}

int bitget_line_of(struct span text) {
    char lower[BITGET_CATEGORY_BYTES];
    if (!str_copy_span(lower, sizeof lower, text)) {
        return BITGET_LINE_NONE;
    }
    str_lower(lower);
    for (int line = BITGET_LINE_USDT; line <= BITGET_LINE_USDC; line++) {
        if (strcmp(lower, line_names[line]) == 0) {
            return line;
        }
    }
    return BITGET_LINE_NONE;
}

static void put_line(struct venue_symbol *symbol, int line) {
    symbol->number = (symbol->number & ~BITGET_LINE_MASK) | line;
    symbol->contract = line == BITGET_LINE_COIN ? CONTRACT_INVERSE : CONTRACT_LINEAR;
    symbol->unit = line == BITGET_LINE_COIN ? UNIT_QUOTE : UNIT_BASE;
}

void bitget_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    (void)symbols;
    if (str_ends_with(symbol->text, "USDT")) {
        put_line(symbol, BITGET_LINE_USDT);
    } else if (str_ends_with(symbol->text, "USD")) {
        put_line(symbol, BITGET_LINE_COIN);
    } else if (str_ends_with(symbol->text, "PERP")) {
        put_line(symbol, BITGET_LINE_USDC);
    }
}

bool bitget_set_line(struct venue_symbol *symbol, int line) {
    if ((symbol->number & BITGET_LINE_MASK) == line) {
        return true;
    }
    if (symbol->listed) {
        return false;
    }
    put_line(symbol, line);
    return true;
}

unsigned bitget_side(const struct scan_value *value) {
    return venue_text_is(value, "buy")    ? (unsigned)SIDE_BUY
           : venue_text_is(value, "sell") ? (unsigned)SIDE_SELL
                                          : 0U;
}

/* -- what a push is about -- */

static enum topic topic_of(const struct scan_value *value) {
    static const struct {
        const char *name;
        enum topic topic;
    } topics[] = {{"publicTrade", TOPIC_TRADE}, {"books", TOPIC_BOOK},
                  {"ticker", TOPIC_TICKER},     {"liquidation", TOPIC_LIQUIDATION},
                  {"kline", TOPIC_KLINE},       {"books1", TOPIC_BOOK_TOP},
                  {"books5", TOPIC_BOOK_TOP},   {"books50", TOPIC_BOOK_TOP}};
    for (size_t i = 0; i < ARRAY_COUNT(topics); i++) {
        if (venue_text_is(value, topics[i].name)) {
            return topics[i].topic;
        }
    }
    return TOPIC_OTHER;
}

static void read_arg(struct push *push, struct scan *scan) {
    enum { TYPE, TOPIC, SYMBOL, INTERVAL, CHANNEL, ID, COUNT };
    static const char *const names[COUNT] = {"instType", "topic",   "symbol",
                                             "interval", "channel", "instId"};
    struct venue_field fields[COUNT];
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) != SCAN_OBJECT) {
        scan_leave(scan, depth);
        return;
    }
    venue_fields_read(scan, names, COUNT, fields);
    push->has_arg = true;
    push->legacy = fields[TOPIC].value.type == SCAN_NONE && fields[CHANNEL].value.type != SCAN_NONE;
    push->line = fields[TYPE].value.type == SCAN_STRING ? bitget_line_of(fields[TYPE].value.text)
                                                        : BITGET_LINE_NONE;
    push->topic = topic_of(&fields[TOPIC].value);
    push->symbol = fields[fields[SYMBOL].value.type == SCAN_STRING ? SYMBOL : ID].value;
    push->interval = fields[INTERVAL].value;
}

/* The symbol of arg, of the line that arg says. */
static enum status find_symbol(struct push *push, struct venue_symbol **out) {
    *out = venue_symbol_of(push->parser, &push->symbol);
    if (*out == NULL) {
        return push->symbol.type == SCAN_STRING ? STATUS_NOT_FOUND : STATUS_MALFORMED;
    }
    return bitget_set_line(*out, push->line) ? STATUS_OK : STATUS_NOT_FOUND;
}

/* -- rows -- */

/* {"i":id,"p":price,"v":size,"S":taker's side,"T":time}, of arg's symbol */
static void read_trade(struct push *push, struct scan *scan, struct venue_symbol *symbol) {
    enum { ID, PRICE, SIZE, SIDE, TIME, COUNT };
    static const char *const names[COUNT] = {"i", "p", "v", "S", "T"};
    struct venue_field fields[COUNT];
    venue_fields_read(scan, names, COUNT, fields);
    struct venue_trade trade = {.symbol = symbol,
                                .kind = EVENT_TRADE,
                                .side = bitget_side(&fields[SIDE].value),
                                .unit = symbol->unit,
                                .recv_ns = push->recv_ns,
                                .id = fields[ID].value.text};
    if (!venue_decimal(&fields[PRICE].value, &trade.price) ||
        !venue_decimal(&fields[SIZE].value, &trade.size) ||
        !scan_integer(&fields[TIME].value, &trade.ts_ms)) {
        venue_parser_count(push->parser, STATUS_MALFORMED);
        return;
    }
    venue_add_trade(push->parser, push->message, &trade);
}

/* {"symbol":…,"side":position,"price":bankruptcy,"amount":quote coin,"ts":…}, of any symbol */
static void read_liquidation(struct push *push, struct scan *scan) {
    enum { SYMBOL, SIDE, PRICE, AMOUNT, TIME, COUNT };
    static const char *const names[COUNT] = {"symbol", "side", "price", "amount", "ts"};
    struct venue_field fields[COUNT];
    struct venue_parser *parser = push->parser;
    venue_fields_read(scan, names, COUNT, fields);
    const unsigned side = bitget_side(&fields[SIDE].value);
    struct venue_trade trade = {.symbol = venue_symbol_of(parser, &fields[SYMBOL].value),
                                .kind = EVENT_LIQUIDATION,
                                .side = side == SIDE_BUY    ? (unsigned)POS_LONG
                                        : side == SIDE_SELL ? (unsigned)POS_SHORT
                                                            : 0U,
                                .price_kind = PRICE_BANKRUPTCY,
                                .unit = UNIT_QUOTE,
                                .recv_ns = push->recv_ns};
    if (fields[SYMBOL].value.type != SCAN_STRING ||
        !venue_decimal(&fields[PRICE].value, &trade.price) ||
        !venue_decimal(&fields[AMOUNT].value, &trade.size) ||
        !scan_integer(&fields[TIME].value, &trade.ts_ms)) {
        venue_parser_count(parser, STATUS_MALFORMED);
    } else if (trade.symbol == NULL && parser->symbols.closed) {
        venue_parser_count(parser, STATUS_IGNORED); /* the topic brings all symbols */
    } else if (trade.symbol != NULL && (trade.symbol->number & BITGET_LINE_MASK) != push->line) {
        venue_parser_count(parser, STATUS_NOT_FOUND); /* not of the line that was subscribed to */
    } else {
        venue_add_trade(parser, push->message, &trade);
    }
}

static void read_ticker(struct push *push, struct scan *scan, struct venue_symbol *symbol) {
    enum { LAST, MARK, INDEX, RATE, NEXT, INTEREST, TIME, COUNT };
    static const char *const names[COUNT] = {"lastPrice",   "markPrice",       "indexPrice",
                                             "fundingRate", "nextFundingTime", "openInterest",
                                             "ts"};
    static const unsigned bits[COUNT] = {TICKER_LAST, TICKER_MARK, TICKER_INDEX,
                                         TICKER_RATE, TICKER_NEXT, TICKER_INTEREST};
    struct venue_field fields[COUNT];
    struct venue_ticker ticker = {.symbol = symbol,
                                  .interest_unit = UNIT_BASE,
                                  .ts_ms = push->ts_ms,
                                  .recv_ns = push->recv_ns};
    struct decimal *const values[COUNT] = {&ticker.last, &ticker.mark, &ticker.index,
                                           &ticker.rate, NULL,         &ticker.interest};
    bool good = true, has = false;
    venue_fields_read(scan, names, COUNT, fields);
    for (int i = 0; i <= INTEREST; i++) {
        const struct scan_value *value = &fields[i].value;
        good = good && (i == NEXT ? venue_optional_integer(value, &ticker.next_ms, &has)
                                  : venue_optional_decimal(value, values[i], &has));
        ticker.has |= has ? bits[i] : 0U;
    }
    if (fields[TIME].value.type != SCAN_NONE) {
        good = good && scan_integer(&fields[TIME].value, &ticker.ts_ms);
    }
    if (!good || ticker.ts_ms <= 0) {
        venue_parser_count(push->parser, STATUS_MALFORMED);
        return;
    }
    if ((symbol->number & BITGET_DATED) != 0) {
        ticker.has &= ~(unsigned)(TICKER_RATE | TICKER_NEXT);
    }
    venue_add_ticker(push->parser, push->message, &ticker);
}

/* What volumes of coin-margined bars count on the stream is not documented: left out. */
static void read_kline(struct push *push, struct scan *scan, struct venue_symbol *symbol) {
    enum { START, OPEN, HIGH, LOW, CLOSE, VOLUME, TURNOVER, COUNT };
    static const char *const names[COUNT] = {"start", "open",   "high",    "low",
                                             "close", "volume", "turnover"};
    struct venue_field fields[COUNT];
    struct venue_kline kline = {.taker_base = VENUE_KLINE_NO_VOLUME};
    bool has_base = false, has_usd = false;
    venue_fields_read(scan, names, COUNT, fields);
    kline.interval_s =
        push->interval.type == SCAN_STRING ? rest_line_interval_s(push->interval.text) : 0;
    if (!scan_integer(&fields[START].value, &kline.open_ms) ||
        !venue_decimal(&fields[OPEN].value, &kline.open) ||
        !venue_decimal(&fields[HIGH].value, &kline.high) ||
        !venue_decimal(&fields[LOW].value, &kline.low) ||
        !venue_decimal(&fields[CLOSE].value, &kline.close) ||
        !venue_optional_decimal(&fields[VOLUME].value, &kline.base, &has_base) ||
        !venue_optional_decimal(&fields[TURNOVER].value, &kline.usd, &has_usd)) {
        venue_parser_count(push->parser, STATUS_MALFORMED);
        return;
    }
    if (kline.interval_s == 0) {
        venue_parser_count(push->parser, STATUS_IGNORED); /* a month has no fixed length */
        return;
    }
    const bool linear = symbol->contract == CONTRACT_LINEAR;
    kline.base = has_base && linear ? kline.base : VENUE_KLINE_NO_VOLUME;
    kline.usd = has_usd && linear ? kline.usd : VENUE_KLINE_NO_VOLUME;
    venue_add_kline(push->parser, push->message, symbol, &kline, push->recv_ns);
}

/* -- books -- */

struct book_row {
    struct scan_value seq, pseq, time;
    bool has_bids, has_asks;
};

static void read_levels(struct push *push, struct scan *scan, enum side side, bool *has) {
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) == SCAN_ARRAY) {
        venue_book_levels(push->parser, push->message, side, scan);
        *has = true;
    } else {
        scan_leave(scan, depth);
        push->message->book_status = STATUS_MALFORMED;
    }
}

/* {"a":[["p","q"]],"b":…,"seq":…,"pseq":…,"ts":…}; the levels go where they belong as they come. */
static void read_book_members(struct push *push, struct scan *scan, struct book_row *row) {
    struct span key;
    while (scan_next_member(scan, &key)) {
        struct scan_value *value = NULL;
        if (!row->has_asks && span_equal_text(key, "a")) {
            read_levels(push, scan, SIDE_SELL, &row->has_asks);
            continue;
        }
        if (!row->has_bids && span_equal_text(key, "b")) {
            read_levels(push, scan, SIDE_BUY, &row->has_bids);
            continue;
        }
        value = span_equal_text(key, "seq")    ? &row->seq
                : span_equal_text(key, "pseq") ? &row->pseq
                : span_equal_text(key, "ts")   ? &row->time
                                               : NULL;
        venue_field_take(scan, value);
    }
}

/* pseq 0, or none in a snapshot: the book begins here. */
static enum status end_book(struct push *push, const struct book_row *row,
                            struct venue_symbol *symbol) {
    struct venue_book_step *step = &push->message->step;
    int64_t ts_ms = 0, prev_id = 0;
    bool has_prev = false;
    if (!row->has_asks || !row->has_bids || !scan_integer(&row->time, &ts_ms) ||
        !scan_integer(&row->seq, &step->last_id) || step->last_id <= 0 ||
        !venue_optional_integer(&row->pseq, &prev_id, &has_prev) || prev_id < 0 ||
        (push->action == ACTION_UPDATE && !has_prev)) {
        return STATUS_MALFORMED;
    }
    if (symbol->contract != CONTRACT_LINEAR) {
        return STATUS_UNSUPPORTED; /* what its sizes count is not documented */
    }
    step->snapshot = push->action == ACTION_SNAPSHOT || prev_id == 0;
    step->prev_id = prev_id;
    step->first_id = prev_id < step->last_id ? prev_id + 1 : step->last_id;
    return venue_book_end(push->parser, push->message, symbol, ts_ms, push->recv_ns);
}

static enum status read_book(struct push *push, struct scan *scan) {
    struct book_row row = {.seq = {.type = SCAN_NONE}};
    struct venue_symbol *symbol = NULL;
    venue_book_begin(push->parser, push->message);
    read_book_members(push, scan, &row);
    enum status status = find_symbol(push, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (push->topic == TOPIC_BOOK) {
        symbol->number |= BITGET_FULL_BOOK;
    } else if ((symbol->number & BITGET_FULL_BOOK) != 0) {
        return STATUS_IGNORED; /* a part of what "books" tells whole */
    } else {
        push->action = ACTION_SNAPSHOT;
    }
    return end_book(push, &row, symbol);
}

/* -- messages -- */

static bool enter_row(struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) == SCAN_OBJECT) {
        return true;
    }
    scan_leave(scan, depth);
    return false;
}

static void read_row(struct push *push, struct scan *scan, struct venue_symbol *symbol) {
    const int depth = scan->depth;
    if (!enter_row(scan)) {
        venue_parser_count(push->parser, STATUS_MALFORMED);
        return;
    }
    switch (push->topic) {
    case TOPIC_TRADE:
        read_trade(push, scan, symbol);
        break;
    case TOPIC_LIQUIDATION:
        read_liquidation(push, scan);
        break;
    case TOPIC_TICKER:
        read_ticker(push, scan, symbol);
        break;
    case TOPIC_KLINE:
        read_kline(push, scan, symbol);
        break;
    default:
        if (push->book_read) {
            push->status = STATUS_MALFORMED; /* a push has one book */
        } else {
            push->book_read = true;
            push->status = read_book(push, scan);
        }
        break;
    }
    scan_leave(scan, depth);
}

/* The scan stands before the array of data. */
static void read_data(struct push *push, struct scan *scan) {
    const bool book = push->topic == TOPIC_BOOK || push->topic == TOPIC_BOOK_TOP;
    const int depth = scan->depth;
    struct venue_symbol *symbol = NULL;
    struct scan_value value;
    size_t row_count = 0;
    push->data_read = true;
    if (push->line == BITGET_LINE_NONE || push->topic == TOPIC_OTHER) {
        push->status = STATUS_IGNORED;
        scan_skip(scan);
        return;
    }
    push->status =
        book || push->topic == TOPIC_LIQUIDATION ? STATUS_OK : find_symbol(push, &symbol);
    if (push->status != STATUS_OK) {
        scan_skip(scan);
        return;
    }
    if (scan_read(scan, &value) != SCAN_ARRAY) {
        scan_leave(scan, depth);
        push->status = STATUS_MALFORMED;
        return;
    }
    while (scan_next_element(scan)) {
        read_row(push, scan, symbol);
        row_count++;
    }
    if (row_count == 0) {
        push->status = STATUS_IGNORED; /* an empty push */
    } else if (!book && push->message->count == 0) {
        push->status = STATUS_CANCELLED; /* its rows are counted already */
    }
}

static void read_action(struct push *push, struct scan *scan) {
    struct scan_value value = {.type = SCAN_NONE};
    venue_field_take(scan, &value);
    if (push->action == ACTION_NONE) {
        push->action = venue_text_is(&value, "snapshot") ? ACTION_SNAPSHOT
                       : venue_text_is(&value, "update") ? ACTION_UPDATE
                                                         : ACTION_NONE;
    }
}

static void read_member(struct push *push, struct scan *scan, struct span key) {
    struct scan_value value = {.type = SCAN_NONE};
    if (span_equal_text(key, "action")) {
        read_action(push, scan);
    } else if (span_equal_text(key, "arg") && !push->has_arg) {
        read_arg(push, scan);
    } else if (span_equal_text(key, "data") && !push->has_data) {
        push->has_data = true;
        const bool ready = push->has_arg && !push->legacy && push->action != ACTION_NONE &&
                           push->topic != TOPIC_TICKER;
        if (ready) {
            read_data(push, scan);
        } else {
            push->data = *scan;
            scan_skip(scan);
        }
    } else if (span_equal_text(key, "ts") && push->ts_ms == 0) {
        venue_field_take(scan, &value);
        if (!scan_integer(&value, &push->ts_ms)) {
            push->ts_ms = 0;
        }
    } else if (span_equal_text(key, "event")) {
        venue_field_take(scan, &push->event);
    } else if (span_equal_text(key, "code")) {
        venue_field_take(scan, &push->code);
    } else if (span_equal_text(key, "msg")) {
        venue_field_take(scan, &push->text);
    } else if (span_equal_text(key, "op")) {
        venue_field_take(scan, &push->operation);
    } else {
        scan_skip(scan);
    }
}

/* {"event":"subscribe","arg":…} or {"event":"error","code":…,"msg":…} */
static enum status read_event(struct push *push) {
    struct venue_message *message = push->message;
    if (venue_text_is(&push->event, "subscribe") || venue_text_is(&push->event, "unsubscribe")) {
        message->control = CONTROL_ACK;
    } else if (venue_text_is(&push->event, "error")) {
        message->control = CONTROL_ERROR;
        venue_message_reply(message, push->text.type == SCAN_STRING ? &push->text : &push->code);
    } else {
        return STATUS_IGNORED;
    }
    message->kind = MESSAGE_CONTROL;
    return STATUS_OK;
}

static enum status judge(struct push *push) {
    if (push->event.type != SCAN_NONE) {
        return read_event(push);
    }
    if (push->operation.type != SCAN_NONE) {
        return STATUS_IGNORED; /* what a client sends */
    }
    if (!push->has_arg) {
        push->message->kind = MESSAGE_OTHER;
        return STATUS_OK;
    }
    if (push->legacy) {
        return STATUS_IGNORED;
    }
    if (!push->has_data || push->action == ACTION_NONE) {
        return STATUS_MALFORMED;
    }
    if (!push->data_read) {
        read_data(push, &push->data);
    }
    if (push->ts_ms > push->message->sent_ms) {
        push->message->sent_ms = push->ts_ms;
    }
    push->message->past = push->topic == TOPIC_TRADE && push->action == ACTION_SNAPSHOT;
    if (push->message->past && push->status == STATUS_OK) {
        venue_rows_turn(push->parser, push->message);
    }
    return push->status;
}

enum status bitget_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                         int64_t recv_ns, struct venue_message *message) {
    struct push push = {
        .parser = parser, .message = message, .recv_ns = recv_ns, .status = STATUS_MALFORMED};
    struct scan scan;
    struct span key;
    (void)socket;
    if (span_equal_text((struct span){bytes, len}, "pong")) {
        message->kind = MESSAGE_CONTROL;
        message->control = CONTROL_ALIVE;
        return STATUS_OK;
    }
    if (span_equal_text((struct span){bytes, len}, "ping")) {
        return STATUS_IGNORED; /* what a client sends */
    }
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        message->kind = MESSAGE_OTHER;
        return begun == STATUS_IGNORED ? STATUS_OK : begun;
    }
    while (scan_next_member(&scan, &key)) {
        read_member(&push, &scan, key);
    }
    return scan_end(&scan) ? judge(&push) : STATUS_MALFORMED;
}
