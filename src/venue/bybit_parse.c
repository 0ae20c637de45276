#include "venue/bybit_parse.h"

#include <string.h>

/* -- topics -- */

enum topic_kind {
    TOPIC_NONE, /* not seen yet */
    TOPIC_OTHER,
    TOPIC_TRADES,
    TOPIC_LIQUIDATIONS,
    TOPIC_BOOK,
    TOPIC_TICKER,
    TOPIC_KLINE
};

struct topic {
    enum topic_kind kind;
    struct span detail; /* "50", "5"; empty */
    struct span symbol;
};

static bool starts_with(struct span text, const char *start) {
    const size_t len = strlen(start);
    return text.len > len && memcmp(text.bytes, start, len) == 0;
}

/* "publicTrade.SYMBOL", "orderbook.50.SYMBOL"; symbols have no point. */
static struct topic read_topic(const struct scan_value *value) {
    static const struct {
        const char *start;
        enum topic_kind kind;
        bool has_detail;
    } known[] = {{"publicTrade.", TOPIC_TRADES, false},
                 {"orderbook.", TOPIC_BOOK, true},
                 {"tickers.", TOPIC_TICKER, false},
                 {"allLiquidation.", TOPIC_LIQUIDATIONS, false},
                 {"kline.", TOPIC_KLINE, true}};
    struct topic topic = {.kind = TOPIC_OTHER};
    for (size_t i = 0; value->type == SCAN_STRING && i < ARRAY_COUNT(known); i++) {
        if (!starts_with(value->text, known[i].start)) {
            continue;
        }
        const size_t used = strlen(known[i].start);
        struct span rest = {value->text.bytes + used, value->text.len - used};
        if (known[i].has_detail) {
            const char *point = memchr(rest.bytes, '.', rest.len);
            if (point == NULL) {
                return topic;
            }
            topic.detail = (struct span){rest.bytes, (size_t)(point - rest.bytes)};
            rest = (struct span){point + 1, rest.len - topic.detail.len - 1};
        }
        topic.symbol = rest;
        topic.kind = known[i].kind;
        break;
    }
    return topic;
}

/* -- rows of trades and liquidations -- */

struct row {
    struct scan_value time, symbol, side, size, price, id, block;
};

static void read_row(struct scan *scan, struct row *row) {
    struct scan_value *place = NULL;
    struct span key;
    memset(row, 0, sizeof *row); /* SCAN_NONE is zero */
    while (scan_next_member(scan, &key)) {
        place = NULL;
        if (key.len == 1) {
            switch (key.bytes[0]) {
            case 'T':
                place = &row->time;
                break;
            case 's':
                place = &row->symbol;
                break;
            case 'S':
                place = &row->side;
                break;
            case 'v':
                place = &row->size;
                break;
            case 'p':
                place = &row->price;
                break;
            case 'i':
                place = &row->id;
                break;
            default:
                break;
            }
        } else if (span_equal_text(key, "BT")) {
            place = &row->block;
        }
        venue_field_take(scan, place);
    }
}

/* Returns what became of it; nothing is counted yet where that is not STATUS_OK. */
static enum status add_row(struct bybit_work *work, const struct row *row,
                           struct venue_symbol *symbol, bool liquidation) {
    const bool buy = venue_text_is(&row->side, "Buy"), sell = venue_text_is(&row->side, "Sell");
    struct venue_trade trade = {.symbol = row->symbol.type == SCAN_NONE
                                              ? symbol
                                              : venue_symbol_of(work->parser, &row->symbol),
                                .kind = liquidation ? EVENT_LIQUIDATION : EVENT_TRADE,
                                .complete = true,
                                .price_kind = PRICE_BANKRUPTCY,
                                .recv_ns = work->recv_ns};
    if (row->block.type == SCAN_TRUE) {
        return STATUS_IGNORED;
    }
    if (!venue_decimal(&row->price, &trade.price) || !venue_decimal(&row->size, &trade.size) ||
        !scan_integer(&row->time, &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (liquidation) {
        trade.side = buy ? POS_LONG : sell ? POS_SHORT : POS_NONE;
    } else {
        trade.side = buy ? SIDE_BUY : sell ? SIDE_SELL : SIDE_NONE;
    }
    trade.unit = trade.symbol == NULL ? UNIT_NONE : trade.symbol->unit;
    if (row->id.type == SCAN_STRING || row->id.type == SCAN_NUMBER) {
        trade.id = row->id.text;
    }
    venue_add_trade(work->parser, work->message, &trade);
    return STATUS_OK;
}

static enum status read_rows(struct bybit_work *work, struct scan *scan,
                             const struct topic *topic) {
    struct venue_symbol *symbol = venue_symbols_find(&work->parser->symbols, topic->symbol);
    struct row row;
    size_t count = 0;
    while (scan_next_element(scan)) {
        struct scan_value value;
        const int depth = scan->depth;
        enum status status = STATUS_MALFORMED;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            read_row(scan, &row);
            status = add_row(work, &row, symbol, topic->kind == TOPIC_LIQUIDATIONS);
        }
        scan_leave(scan, depth);
        venue_parser_count(work->parser, status);
        count++;
    }
    return work->message->count > 0 ? STATUS_OK : count > 0 ? STATUS_CANCELLED : STATUS_IGNORED;
}

/* -- books -- */

/* {"s":…,"b":[["price","size"]],"a":[…],"u":…,"seq":…} */
struct book {
    struct scan_value symbol, id;
};

static void read_book(struct bybit_work *work, struct scan *scan, struct book *book) {
    struct span key;
    bool has_bids = false, has_asks = false;
    venue_book_begin(work->parser, work->message);
    while (scan_next_member(scan, &key)) {
        struct scan_value value;
        const int depth = scan->depth;
        const char name = key.len == 1 ? key.bytes[0] : '\0';
        scan_read(scan, &value);
        if (name == 'b' && value.type == SCAN_ARRAY && !has_bids) {
            has_bids = true;
            venue_book_levels(work->parser, work->message, SIDE_BUY, scan);
        } else if (name == 'a' && value.type == SCAN_ARRAY && !has_asks) {
            has_asks = true;
            venue_book_levels(work->parser, work->message, SIDE_SELL, scan);
        } else if (name == 's' && book->symbol.type == SCAN_NONE) {
            book->symbol = value;
        } else if (name == 'u' && book->id.type == SCAN_NONE) {
            book->id = value;
        }
        scan_leave(scan, depth);
    }
    if (!has_bids || !has_asks) {
        work->message->book_status = STATUS_MALFORMED;
    }
}

/* -- the whole text -- */

struct outer {
    struct topic topic;
    struct scan_value type, ts, cts, op, success, reason;
    bool has_code, has_data, rows_read;
    enum status rows_status;
    struct book book;
    enum scan_type data_type;
    struct scan data;
};

/* The deepest book of a symbol is the one that counts; the others are other streams. */
static bool is_book_wanted(struct venue_symbol *symbol, struct span detail) {
    const struct scan_value value = {.type = SCAN_STRING, .text = detail};
    int64_t depth = 0;
    if (!scan_integer(&value, &depth) || depth < 1 || depth > 1000) {
        return false; /* "rpi", "full" */
    }
    if (symbol != NULL && depth >= symbol->number) {
        symbol->number = (int)depth;
    }
    return symbol == NULL || depth == symbol->number;
}

static enum status end_book(struct bybit_work *work, const struct outer *outer) {
    struct venue_message *message = work->message;
    struct venue_symbol *symbol =
        outer->book.symbol.type == SCAN_NONE
            ? venue_symbols_find(&work->parser->symbols, outer->topic.symbol)
            : venue_symbol_of(work->parser, &outer->book.symbol);
    const bool snapshot = venue_text_is(&outer->type, "snapshot");
    int64_t id = 0, ts_ms = 0;
    if (!is_book_wanted(symbol, outer->topic.detail)) {
        return STATUS_IGNORED;
    }
    /* cts is the time of the matching engine, as T of trades; ts that of sending. */
    const struct scan_value *time = outer->cts.type == SCAN_NUMBER ? &outer->cts : &outer->ts;
    if ((!snapshot && !venue_text_is(&outer->type, "delta")) ||
        !scan_integer(&outer->book.id, &id) || !scan_integer(time, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    /* Ids go up by one; the service begins anew with 1, whatever it calls the message. */
    message->step = (struct venue_book_step){
        .snapshot = snapshot || id == 1, .first_id = id, .last_id = id, .prev_id = id - 1};
    return venue_book_end(work->parser, message, symbol, ts_ms, work->recv_ns);
}

/* At the value of "data": what needs nothing else of the text is read at once, where the topic is
 * known already. */
static void take_data(struct bybit_work *work, struct outer *outer, struct scan *scan,
                      enum scan_type type) {
    const enum topic_kind kind = outer->topic.kind;
    outer->data_type = type;
    if (type == SCAN_ARRAY && (kind == TOPIC_TRADES || kind == TOPIC_LIQUIDATIONS)) {
        outer->rows_status = read_rows(work, scan, &outer->topic);
        outer->rows_read = true;
    } else if (type == SCAN_OBJECT && kind == TOPIC_BOOK) {
        read_book(work, scan, &outer->book);
        outer->rows_read = true;
    }
}

/* Where a member of the outermost object goes; NULL: nowhere. */
static struct scan_value *find_place(struct outer *outer, struct span key) {
    static const char *const names[] = {"type", "ts", "cts", "op", "success", "ret_msg"};
    struct scan_value *const places[] = {&outer->type, &outer->ts,      &outer->cts,
                                         &outer->op,   &outer->success, &outer->reason};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (span_equal_text(key, names[i])) {
            return places[i]->type == SCAN_NONE ? places[i] : NULL;
        }
    }
    return NULL;
}

static void read_outer(struct bybit_work *work, struct scan *scan, struct outer *outer) {
    struct span key;
    while (scan_next_member(scan, &key)) {
        struct scan_value value;
        const int depth = scan->depth;
        const enum scan_type type = scan_read(scan, &value);
        if (span_equal_text(key, "topic")) {
            if (outer->topic.kind == TOPIC_NONE) {
                outer->topic = read_topic(&value);
            }
        } else if (span_equal_text(key, "data")) {
            if (!outer->has_data) {
                outer->has_data = true;
                outer->data = *scan;
                take_data(work, outer, scan, type);
            }
        } else if (span_equal_text(key, "retCode")) {
            outer->has_code = true;
        } else {
            struct scan_value *place = find_place(outer, key);
            if (place != NULL) {
                *place = value;
            }
        }
        scan_leave(scan, depth);
    }
}

/* -- what it comes to -- */

static enum status add_kline(struct bybit_work *work, struct scan *scan,
                             const struct topic *topic) {
    enum { START, OPEN, CLOSE, HIGH, LOW, VOLUME, TURNOVER, CONFIRM, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"start", "open",   "close",    "high",
                                                   "low",   "volume", "turnover", "confirm"};
    struct venue_symbol *symbol = venue_symbols_find(&work->parser->symbols, topic->symbol);
    struct venue_field fields[FIELD_COUNT];
    struct venue_kline kline = {.interval_s = bybit_interval_s(topic->detail)};
    struct decimal volume = {0}, turnover = {0};
    venue_fields_read(scan, names, FIELD_COUNT, fields);
    if (kline.interval_s == 0) {
        return STATUS_IGNORED; /* a month has no fixed length */
    }
    if (symbol == NULL) {
        return STATUS_NOT_FOUND;
    }
    const enum scan_type confirm = fields[CONFIRM].value.type;
    if (!scan_integer(&fields[START].value, &kline.open_ms) ||
        !venue_decimal(&fields[OPEN].value, &kline.open) ||
        !venue_decimal(&fields[HIGH].value, &kline.high) ||
        !venue_decimal(&fields[LOW].value, &kline.low) ||
        !venue_decimal(&fields[CLOSE].value, &kline.close) ||
        !venue_decimal(&fields[VOLUME].value, &volume) ||
        !venue_decimal(&fields[TURNOVER].value, &turnover) ||
        (confirm != SCAN_TRUE && confirm != SCAN_FALSE)) {
        return STATUS_MALFORMED;
    }
    kline.closed = confirm == SCAN_TRUE;
    bybit_kline_volumes(symbol, volume, turnover, &kline);
    venue_add_kline(work->parser, work->message, symbol, &kline, work->recv_ns);
    return STATUS_OK;
}

static enum status read_klines(struct bybit_work *work, struct outer *outer) {
    size_t count = 0;
    while (scan_next_element(&outer->data)) {
        struct scan_value value;
        const int depth = outer->data.depth;
        enum status status = STATUS_MALFORMED;
        if (scan_read(&outer->data, &value) == SCAN_OBJECT) {
            status = add_kline(work, &outer->data, &outer->topic);
        }
        scan_leave(&outer->data, depth);
        venue_parser_count(work->parser, status);
        count++;
    }
    return work->message->count > 0 ? STATUS_OK : count > 0 ? STATUS_CANCELLED : STATUS_IGNORED;
}

static enum status end_ticker(struct bybit_work *work, struct outer *outer) {
    struct venue_symbol *symbol = venue_symbols_find(&work->parser->symbols, outer->topic.symbol);
    int64_t ts_ms = 0;
    if (outer->data_type != SCAN_OBJECT || !scan_integer(&outer->ts, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    const enum status status = bybit_read_ticker(work, &outer->data, ts_ms, symbol);
    return status != STATUS_OK ? status : work->message->count > 0 ? STATUS_OK : STATUS_CANCELLED;
}

/* {"success":true,"ret_msg":"","conn_id":…,"req_id":…,"op":"subscribe"}: test success, not the
 * text, which may be missing. A pong has "op":"ping" here, "op":"pong" on other sockets. */
static enum status read_control(struct venue_message *message, const struct outer *outer) {
    message->kind = MESSAGE_CONTROL;
    if (outer->success.type == SCAN_FALSE) {
        message->control = CONTROL_ERROR;
        venue_message_reply(message, &outer->reason);
    } else if (venue_text_is(&outer->op, "pong") ||
               (outer->success.type == SCAN_TRUE && venue_text_is(&outer->op, "ping"))) {
        message->control = CONTROL_ALIVE;
    } else if (outer->success.type == SCAN_TRUE) {
        message->control = CONTROL_ACK;
    } else {
        return STATUS_IGNORED; /* what a client sends */
    }
    return STATUS_OK;
}

static enum status end_stream(struct bybit_work *work, struct outer *outer) {
    int64_t ts_ms = 0;
    if (scan_integer(&outer->ts, &ts_ms)) {
        work->message->sent_ms = ts_ms;
    }
    if (outer->topic.kind == TOPIC_OTHER) {
        return STATUS_IGNORED; /* the retired liquidation.*, insurance, ADL, price limits, … */
    }
    if (!outer->has_data) {
        return STATUS_MALFORMED;
    }
    if (!outer->rows_read) { /* data came before its topic, or it is small */
        struct scan *data = &outer->data;
        take_data(work, outer, data, outer->data_type);
    }
    switch (outer->topic.kind) {
    case TOPIC_TRADES:
    case TOPIC_LIQUIDATIONS:
        return outer->rows_read ? outer->rows_status : STATUS_MALFORMED;
    case TOPIC_BOOK:
        return outer->rows_read ? end_book(work, outer) : STATUS_MALFORMED;
    case TOPIC_TICKER:
        return end_ticker(work, outer);
    default:
        return outer->data_type == SCAN_ARRAY ? read_klines(work, outer) : STATUS_MALFORMED;
    }
}

enum status bybit_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                        int64_t recv_ns, struct venue_message *message) {
    struct bybit_work work = {.parser = parser, .message = message, .recv_ns = recv_ns};
    struct outer outer;
    struct scan scan;
    struct scan_value value;
    (void)socket;
    memset(&outer, 0, offsetof(struct outer, data));
    scan_init(&scan, bytes, len);
    const enum scan_type type = scan_read(&scan, &value);
    if (type == SCAN_OBJECT) {
        read_outer(&work, &scan, &outer);
    } else {
        scan_leave(&scan, 0);
    }
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (outer.topic.kind != TOPIC_NONE) {
        return end_stream(&work, &outer);
    }
    if (!outer.has_code && (outer.success.type != SCAN_NONE || outer.op.type != SCAN_NONE)) {
        return read_control(message, &outer);
    }
    message->kind = MESSAGE_OTHER;
    return STATUS_OK;
}
