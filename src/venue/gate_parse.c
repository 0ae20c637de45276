#include "venue/gate_parse.h"

#include <string.h>

#include "venue/gate_rows.h"
#include "venue/rest_line.h"

enum gate_channel {
    GATE_CHANNEL_NOT_SEEN,
    GATE_CHANNEL_UNKNOWN, /* named, and nothing of ours */
    GATE_CHANNEL_TRADES,
    GATE_CHANNEL_LIQUIDATES,
    GATE_CHANNEL_OBU,
    GATE_CHANNEL_BOOK_UPDATE,
    GATE_CHANNEL_TICKERS,
    GATE_CHANNEL_CANDLES,
    GATE_CHANNEL_STATS,
    GATE_CHANNEL_CONTRACTS,
    GATE_CHANNEL_SYSTEM,
    GATE_CHANNEL_PONG,
    GATE_CHANNEL_NAME_COUNT
};

/* The outermost object; its members in any order. */
struct outer {
    enum gate_channel channel;
    struct scan_value event, error, message;
    struct scan_value result;
    struct scan inside; /* of the result, where it was not read at once */
    bool result_read;
    int64_t time_ms, time_s;
};

static bool spans_start(struct span text, const char *with) {
    const size_t len = strlen(with);
    return text.len >= len && memcmp(text.bytes, with, len) == 0;
}

const char *const gate_settlement_names[GATE_SETTLEMENT_COUNT] = {
    [GATE_USDT] = "usdt", [GATE_BTC] = "btc", [GATE_USD1] = "usd1"};

enum gate_settlement gate_settlement_of(const struct venue_symbol *symbol) {
    const char *quote = strchr(symbol->text, '_');
    if (quote == NULL || strncmp(quote, "_USDT", 5) == 0) {
        return GATE_USDT;
    }
    return strncmp(quote, "_USD1", 5) == 0 ? GATE_USD1 : GATE_BTC;
}

void gate_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    (void)symbols;
    const char *quote = memchr(symbol->text, '_', symbol->len);
    if (memchr(symbol->text, '-', symbol->len) != NULL) {
        symbol->unwanted = true; /* BTC_USDT-20231229-40000-C: an option */
    } else if (quote != NULL) {
        const struct span text = {quote + 1, strcspn(quote + 1, "_")};
        if (span_equal_text(text, "USDT") || span_equal_text(text, "USDC") ||
            span_equal_text(text, "USD1")) {
            symbol->contract = CONTRACT_LINEAR;
            symbol->unit = UNIT_CONTRACTS;
        }
    }
}

/* -- books -- */

/* "ob.BTC_USDT.400" names BTC_USDT. */
static struct venue_symbol *find_stream_symbol(struct gate_work *work, struct scan_value value) {
    size_t len = value.text.len;
    if (value.type != SCAN_STRING || value.escaped || !spans_start(value.text, "ob.")) {
        return NULL;
    }
    while (len > 3 && value.text.bytes[len - 1] != '.') {
        len--;
    }
    if (len <= 4) {
        return NULL;
    }
    value.text = (struct span){value.text.bytes + 3, len - 4};
    return venue_symbol_of(work->parser, &value);
}

struct book_members {
    struct scan_value time, name, first, last;
    bool full, has_bids, has_asks;
};

static void keep(struct scan_value *into, const struct scan_value *value) {
    if (into->type == SCAN_NONE) {
        *into = *value;
    }
}

static void read_book_member(struct gate_work *work, struct scan *scan, char name,
                             const struct scan_value *value, struct book_members *members) {
    switch (name) {
    case 't':
        keep(&members->time, value);
        break;
    case 's':
        keep(&members->name, value);
        break;
    case 'U':
        keep(&members->first, value);
        break;
    case 'u':
        keep(&members->last, value);
        break;
    case 'b':
        if (value->type == SCAN_ARRAY && !members->has_bids) {
            members->has_bids = true;
            gate_read_levels(work, scan, SIDE_BUY);
        }
        break;
    case 'a':
        if (value->type == SCAN_ARRAY && !members->has_asks) {
            members->has_asks = true;
            gate_read_levels(work, scan, SIDE_SELL);
        }
        break;
    default:
        break;
    }
}

/* The scan has entered a book's object. */
static void read_book(struct gate_work *work, enum gate_channel channel, struct scan *scan) {
    struct venue_message *message = work->message;
    struct book_members members = {.full = false};
    struct scan_value value;
    struct span key;
    int64_t ts_ms = 0;
    work->row_count++;
    if (message->kind != MESSAGE_NONE) {
        gate_count(work, STATUS_MALFORMED); /* one book a text */
        return;
    }
    message->count = 0;
    venue_book_begin(work->parser, message);
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        scan_read(scan, &value);
        if (key.len == 1) {
            read_book_member(work, scan, key.bytes[0], &value, &members);
        } else if (span_equal_text(key, "full")) {
            members.full = members.full || value.type == SCAN_TRUE;
        }
        scan_leave(scan, depth);
    }
    if (members.last.type == SCAN_NONE && members.name.type == SCAN_NONE) {
        work->row_count--; /* no book: the result of an ack */
        message->count = 0;
        return;
    }
    struct venue_book_step *step = &message->step;
    step->snapshot = members.full;
    enum status status = STATUS_MALFORMED;
    if (scan_integer(&members.last, &step->last_id) && gate_time(&members.time, &ts_ms) &&
        (members.full || scan_integer(&members.first, &step->first_id))) {
        step->first_id = members.full ? step->last_id : step->first_id;
        step->prev_id = step->first_id - 1;
        status = venue_book_end(work->parser, message,
                                channel == GATE_CHANNEL_OBU
                                    ? find_stream_symbol(work, members.name)
                                    : venue_symbol_of(work->parser, &members.name),
                                ts_ms, work->recv_ns);
    }
    if (status != STATUS_OK) {
        message->count = 0;
        gate_count(work, status);
    }
}

/* -- rows -- */

/* n is "1m_BTC_USDT"; bars of mark_ and index_ prices are not of the market. */
static void add_candle(struct gate_work *work) {
    struct scan_value name = work->row[GATE_N].value;
    const char *underscore =
        name.type == SCAN_STRING ? memchr(name.text.bytes, '_', name.text.len) : NULL;
    if (underscore == NULL || name.escaped) {
        gate_count(work, STATUS_MALFORMED);
        return;
    }
    const size_t len = (size_t)(underscore - name.text.bytes);
    const int32_t interval_s = rest_line_interval_s((struct span){name.text.bytes, len});
    name.text = (struct span){underscore + 1, name.text.len - len - 1};
    if (spans_start(name.text, "mark_") || spans_start(name.text, "index_")) {
        gate_count(work, STATUS_IGNORED);
        return;
    }
    gate_add_kline(work, venue_symbol_of(work->parser, &name), interval_s);
}

/* The scan has entered a row of the channel. */
static void read_row(struct gate_work *work, enum gate_channel channel, struct scan *scan) {
    switch (channel) {
    case GATE_CHANNEL_TRADES:
        gate_row_read(work, scan, GATE_TRADE_COUNT);
        gate_add_trade(work);
        break;
    case GATE_CHANNEL_LIQUIDATES:
        gate_row_read(work, scan, GATE_LIQUIDATION_COUNT);
        work->row[GATE_FILL_PRICE].value.type = SCAN_NONE;
        work->row[GATE_ORDER_PRICE].value.type = SCAN_NONE;
        gate_add_liquidation(work, -1); /* a sell order */
        break;
    case GATE_CHANNEL_TICKERS:
        gate_row_read(work, scan, GATE_FIELD_COUNT);
        gate_add_ticker(work);
        break;
    case GATE_CHANNEL_CANDLES:
        gate_row_read(work, scan, GATE_FIELD_COUNT);
        add_candle(work);
        break;
    case GATE_CHANNEL_STATS:
        gate_row_read(work, scan, GATE_FIELD_COUNT);
        gate_add_interest(work);
        break;
    case GATE_CHANNEL_CONTRACTS:
        gate_row_read(work, scan, GATE_FIELD_COUNT);
        gate_add_contract(work);
        break;
    default:
        read_book(work, channel, scan);
        break;
    }
}

static int64_t id_of(const struct event *slot) {
    int64_t id = 0;
    if (slot->has >> TRADE_ID_SHIFT == ID_NUMBER) {
        memcpy(&id, slot->u.trade.id, sizeof id);
    }
    return id;
}

/* Ids of a contract's trades rise; a push that begins with the newest is turned round. */
static void order_trades(struct venue_parser *parser, const struct venue_message *message) {
    struct event *slots = parser->slots;
    size_t begin = 0, end = message->count;
    if (end < 2 || slots[0].instrument != slots[end - 1].instrument ||
        id_of(&slots[0]) <= id_of(&slots[end - 1])) {
        return;
    }
    for (; begin + 1 < end; begin++, end--) { /* rows of one slot each */
        const struct event slot = slots[begin];
        const struct decimal contracts = parser->contracts[begin];
        slots[begin] = slots[end - 1];
        parser->contracts[begin] = parser->contracts[end - 1];
        slots[end - 1] = slot;
        parser->contracts[end - 1] = contracts;
    }
}

static bool is_data(enum gate_channel channel) {
    return channel >= GATE_CHANNEL_TRADES && channel <= GATE_CHANNEL_CONTRACTS;
}

/* The scan has entered the result, an object or an array of them. */
static void read_result(struct gate_work *work, enum gate_channel channel, enum scan_type type,
                        struct scan *scan) {
    struct scan_value value;
    if (type == SCAN_OBJECT) {
        read_row(work, channel, scan);
        return;
    }
    while (type == SCAN_ARRAY && scan_next_element(scan)) {
        const int depth = scan->depth;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            read_row(work, channel, scan);
        } else {
            work->row_count++;
            gate_count(work, STATUS_MALFORMED);
        }
        scan_leave(scan, depth);
    }
    if (channel == GATE_CHANNEL_TRADES) {
        order_trades(work->parser, work->message);
    }
}

/* -- the whole text -- */

static enum gate_channel find_channel(const struct scan_value *value) {
    static const char *const names[GATE_CHANNEL_NAME_COUNT] = {
        [GATE_CHANNEL_NOT_SEEN] = "",
        [GATE_CHANNEL_UNKNOWN] = "",
        [GATE_CHANNEL_TRADES] = "futures.trades",
        [GATE_CHANNEL_LIQUIDATES] = "futures.public_liquidates",
        [GATE_CHANNEL_OBU] = "futures.obu",
        [GATE_CHANNEL_BOOK_UPDATE] = "futures.order_book_update",
        [GATE_CHANNEL_TICKERS] = "futures.tickers",
        [GATE_CHANNEL_CANDLES] = "futures.candlesticks",
        [GATE_CHANNEL_STATS] = "futures.contract_stats",
        [GATE_CHANNEL_CONTRACTS] = "futures.contract_info",
        [GATE_CHANNEL_SYSTEM] = "futures.system",
        [GATE_CHANNEL_PONG] = "futures.pong",
    };
    for (int i = GATE_CHANNEL_TRADES; i < GATE_CHANNEL_NAME_COUNT; i++) {
        if (venue_text_is(value, names[i])) {
            return (enum gate_channel)i;
        }
    }
    return GATE_CHANNEL_UNKNOWN;
}

/* Whether the rows may be read where they stand: what they are is known already, and they carry
 * their own time. */
static bool is_ready(const struct outer *outer) {
    const bool timed =
        outer->channel >= GATE_CHANNEL_TRADES && outer->channel <= GATE_CHANNEL_BOOK_UPDATE;
    const bool update = outer->event.type == SCAN_NONE ? outer->channel == GATE_CHANNEL_OBU
                                                       : venue_text_is(&outer->event, "update");
    return timed && update && outer->error.type <= SCAN_NULL;
}

static void read_result_member(struct gate_work *work, struct scan *scan, struct outer *outer) {
    if (outer->result.type != SCAN_NONE) {
        scan_skip(scan);
        return;
    }
    const enum scan_type type = scan_read(scan, &outer->result);
    if (type >= SCAN_ARRAY && is_ready(outer)) {
        outer->result_read = true;
        read_result(work, outer->channel, type, scan);
    } else {
        outer->inside = *scan;
    }
}

/* {"code":2,"message":"…"} */
static void read_error(struct scan *scan, struct outer *outer) {
    struct scan_value value;
    struct span key;
    const int depth = scan->depth;
    if (outer->error.type != SCAN_NONE) {
        scan_skip(scan);
        return;
    }
    if (scan_read(scan, &outer->error) != SCAN_OBJECT) {
        return;
    }
    while (scan_next_member(scan, &key)) {
        const int inner = scan->depth;
        scan_read(scan, &value);
        if (span_equal_text(key, "message")) {
            keep(&outer->message, &value);
        }
        scan_leave(scan, inner);
    }
    scan_leave(scan, depth);
}

static void read_outer(struct gate_work *work, struct scan *scan, struct outer *outer) {
    struct scan_value value;
    struct span key;
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        if (span_equal_text(key, "result")) {
            read_result_member(work, scan, outer);
        } else if (span_equal_text(key, "error")) {
            read_error(scan, outer);
        } else {
            scan_read(scan, &value);
            if (span_equal_text(key, "channel") && outer->channel == GATE_CHANNEL_NOT_SEEN) {
                outer->channel = find_channel(&value);
            } else if (span_equal_text(key, "event")) {
                keep(&outer->event, &value);
            } else if (span_equal_text(key, "time_ms") && outer->time_ms == 0) {
                gate_time(&value, &outer->time_ms);
            } else if (span_equal_text(key, "time") && outer->time_s == 0) {
                gate_time(&value, &outer->time_s);
            }
        }
        scan_leave(scan, depth);
    }
}

static enum status control(struct venue_message *message, enum venue_control control) {
    message->count = 0;
    message->kind = MESSAGE_CONTROL;
    message->control = control;
    return STATUS_OK;
}

static enum status judge_system(struct gate_work *work, struct outer *outer) {
    static const char *const names[] = {"type"};
    struct venue_field type = {.value = {.type = SCAN_NONE}};
    if (outer->result.type == SCAN_OBJECT) {
        venue_fields_read(&outer->inside, names, 1, &type);
    }
    return venue_text_is(&type.value, "upgrade") ? control(work->message, CONTROL_RECONNECT)
                                                 : STATUS_IGNORED;
}

static enum status judge(struct gate_work *work, struct outer *outer) {
    struct venue_message *message = work->message;
    if (outer->error.type > SCAN_NULL) {
        venue_message_reply(message,
                            outer->message.type == SCAN_STRING ? &outer->message : &outer->error);
        return control(message, CONTROL_ERROR);
    }
    if (outer->channel == GATE_CHANNEL_NOT_SEEN) {
        message->kind = MESSAGE_OTHER;
        return STATUS_OK;
    }
    if (outer->channel == GATE_CHANNEL_PONG) {
        return control(message, CONTROL_ALIVE);
    }
    if (venue_text_is(&outer->event, "subscribe") || venue_text_is(&outer->event, "unsubscribe")) {
        /* Without a result it is what a client sends. */
        return outer->result.type == SCAN_NONE ? STATUS_IGNORED : control(message, CONTROL_ACK);
    }
    if (outer->channel == GATE_CHANNEL_SYSTEM) {
        return judge_system(work, outer);
    }
    if (!is_data(outer->channel) || outer->result.type <= SCAN_NULL) {
        return STATUS_IGNORED;
    }
    if (!outer->result_read) {
        if (outer->result.type < SCAN_ARRAY) {
            return STATUS_MALFORMED;
        }
        work->time_ms = outer->time_ms > 0 ? outer->time_ms : outer->time_s;
        read_result(work, outer->channel, outer->result.type, &outer->inside);
    }
    return gate_judge(work);
}

enum status gate_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                       int64_t recv_ns, struct venue_message *message) {
    struct gate_work work;
    struct outer outer = {.channel = GATE_CHANNEL_NOT_SEEN};
    struct scan scan;
    struct scan_value value;
    (void)socket;
    work.parser = parser;
    work.message = message;
    work.about = NULL;
    work.recv_ns = recv_ns;
    work.time_ms = 0;
    work.row_count = 0;
    scan_init(&scan, bytes, len);
    if (scan_read(&scan, &value) == SCAN_OBJECT) {
        read_outer(&work, &scan, &outer);
    } else {
        scan_leave(&scan, 0);
    }
    return scan_end(&scan) ? judge(&work, &outer) : STATUS_MALFORMED;
}
