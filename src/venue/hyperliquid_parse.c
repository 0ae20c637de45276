#include "venue/hyperliquid_parse.h"

#include <string.h>

#include "venue/hyperliquid_rows.h"

enum hyperliquid_channel {
    HYPERLIQUID_CHANNEL_NOT_SEEN,
    HYPERLIQUID_CHANNEL_UNKNOWN, /* named, and nothing of ours */
    HYPERLIQUID_CHANNEL_TRADES,
    HYPERLIQUID_CHANNEL_BOOK,
    HYPERLIQUID_CHANNEL_CONTEXT,
    HYPERLIQUID_CHANNEL_CANDLE,
    HYPERLIQUID_CHANNEL_ACK,
    HYPERLIQUID_CHANNEL_PONG,
    HYPERLIQUID_CHANNEL_ERROR,
    HYPERLIQUID_CHANNEL_COUNT
};

/* The outermost object; its members in any order. */
struct outer {
    enum hyperliquid_channel channel;
    struct scan_value data;
    struct scan inside; /* of the data, where they were not read at once */
    bool data_read;
    enum status book_status;
};

void hyperliquid_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    (void)symbols;
    symbol->unwanted = symbol->text[0] == '@' || memchr(symbol->text, '/', symbol->len) != NULL;
    symbol->contract = CONTRACT_LINEAR;
    symbol->unit = UNIT_BASE;
    symbol->funding_interval_h = 1;
}

static enum hyperliquid_channel find_channel(const struct scan_value *value) {
    static const char *const names[HYPERLIQUID_CHANNEL_COUNT] = {
        [HYPERLIQUID_CHANNEL_NOT_SEEN] = "",
        [HYPERLIQUID_CHANNEL_UNKNOWN] = "",
        [HYPERLIQUID_CHANNEL_TRADES] = "trades",
        [HYPERLIQUID_CHANNEL_BOOK] = "l2Book",
        [HYPERLIQUID_CHANNEL_CONTEXT] = "activeAssetCtx",
        [HYPERLIQUID_CHANNEL_CANDLE] = "candle",
        [HYPERLIQUID_CHANNEL_ACK] = "subscriptionResponse",
        [HYPERLIQUID_CHANNEL_PONG] = "pong",
        [HYPERLIQUID_CHANNEL_ERROR] = "error",
    };
    for (int i = HYPERLIQUID_CHANNEL_TRADES; i < HYPERLIQUID_CHANNEL_COUNT; i++) {
        if (venue_text_is(value, names[i])) {
            return (enum hyperliquid_channel)i;
        }
    }
    return HYPERLIQUID_CHANNEL_UNKNOWN;
}

/* -- data -- */

/* The scan has entered {"coin":"BTC","ctx":{…}}. */
static void read_context(struct hyperliquid_work *work, struct scan *scan) {
    struct scan inside;
    hyperliquid_row_read(work, scan, HYPERLIQUID_FIELD_COUNT);
    struct venue_symbol *symbol = venue_symbol_of(work->parser, &work->row[HYPERLIQUID_COIN].value);
    if (work->row[HYPERLIQUID_CTX].value.type != SCAN_OBJECT) {
        hyperliquid_count(work, STATUS_MALFORMED);
        return;
    }
    inside = work->row[HYPERLIQUID_CTX].inside;
    venue_fields_read(&inside, hyperliquid_names, HYPERLIQUID_FIELD_COUNT, work->row);
    hyperliquid_add_context(work, symbol);
}

static void read_object(struct hyperliquid_work *work, struct outer *outer, struct scan *scan) {
    switch (outer->channel) {
    case HYPERLIQUID_CHANNEL_TRADES:
        hyperliquid_row_read(work, scan, HYPERLIQUID_TRADE_COUNT);
        hyperliquid_add_trade(work);
        break;
    case HYPERLIQUID_CHANNEL_CONTEXT:
        read_context(work, scan);
        break;
    case HYPERLIQUID_CHANNEL_CANDLE:
        hyperliquid_row_read(work, scan, HYPERLIQUID_FIELD_COUNT);
        hyperliquid_add_kline(work, false);
        break;
    default:
        break;
    }
}

static void read_array(struct hyperliquid_work *work, struct outer *outer, struct scan *scan) {
    struct scan_value value;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            read_object(work, outer, scan);
        } else {
            work->row_count++;
            hyperliquid_count(work, STATUS_MALFORMED);
        }
        scan_leave(scan, depth);
    }
    /* The first push of trades is of those before, newest first. */
    const struct event *slots = work->parser->slots;
    const size_t count = work->message->count;
    work->message->past = count > 1 && slots[0].ts_ms > slots[count - 1].ts_ms;
    venue_rows_turn(work->parser, work->message);
}

/* The scan has entered the data; the channel is one of ours. */
static void read_data(struct hyperliquid_work *work, struct outer *outer, struct scan *scan) {
    outer->data_read = true;
    if (outer->channel == HYPERLIQUID_CHANNEL_BOOK) {
        outer->book_status =
            outer->data.type == SCAN_OBJECT ? hyperliquid_read_book(work, scan) : STATUS_MALFORMED;
    } else if (outer->data.type == SCAN_OBJECT) {
        read_object(work, outer, scan);
    } else if (outer->data.type == SCAN_ARRAY) {
        read_array(work, outer, scan);
    }
}

static bool is_data(enum hyperliquid_channel channel) {
    return channel >= HYPERLIQUID_CHANNEL_TRADES && channel <= HYPERLIQUID_CHANNEL_CANDLE;
}

/* -- the whole text -- */

static void read_outer(struct hyperliquid_work *work, struct scan *scan, struct outer *outer) {
    struct scan_value value;
    struct span key;
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        if (span_equal_text(key, "channel") && outer->channel == HYPERLIQUID_CHANNEL_NOT_SEEN) {
            scan_read(scan, &value);
            outer->channel = find_channel(&value);
        } else if (span_equal_text(key, "data") && outer->data.type == SCAN_NONE) {
            scan_read(scan, &outer->data);
            if (is_data(outer->channel)) {
                read_data(work, outer, scan);
            } else {
                outer->inside = *scan;
            }
        } else {
            scan_read(scan, &value);
        }
        scan_leave(scan, depth);
    }
}

static enum status control(struct venue_message *message, enum venue_control control) {
    message->kind = MESSAGE_CONTROL;
    message->control = control;
    return STATUS_OK;
}

static enum status judge(struct hyperliquid_work *work, struct outer *outer) {
    switch (outer->channel) {
    case HYPERLIQUID_CHANNEL_NOT_SEEN:
        work->message->kind = MESSAGE_OTHER;
        return STATUS_OK;
    case HYPERLIQUID_CHANNEL_UNKNOWN:
        return STATUS_IGNORED;
    case HYPERLIQUID_CHANNEL_ACK:
        return control(work->message, CONTROL_ACK);
    case HYPERLIQUID_CHANNEL_PONG:
        return control(work->message, CONTROL_ALIVE);
    case HYPERLIQUID_CHANNEL_ERROR:
        venue_message_reply(work->message, &outer->data);
        return control(work->message, CONTROL_ERROR);
    default:
        break;
    }
    if (outer->data.type < SCAN_ARRAY) {
        return STATUS_MALFORMED;
    }
    if (!outer->data_read) {
        read_data(work, outer, &outer->inside);
    }
    if (outer->channel != HYPERLIQUID_CHANNEL_BOOK) {
        return hyperliquid_judge(work);
    }
    if (outer->book_status == STATUS_OK) {
        work->parser->clock_ms = work->message->sent_ms;
    }
    return outer->book_status;
}

enum status hyperliquid_parse(struct venue_parser *parser, int socket, const char *bytes,
                              size_t len, int64_t recv_ns, struct venue_message *message) {
    static const char greeting[] = "Websocket connection established.";
    struct hyperliquid_work work;
    struct outer outer = {.channel = HYPERLIQUID_CHANNEL_NOT_SEEN};
    struct scan scan;
    struct scan_value value;
    (void)socket;
    if (len == sizeof greeting - 1 && memcmp(bytes, greeting, len) == 0) {
        return control(message, CONTROL_ALIVE);
    }
    work.parser = parser;
    work.message = message;
    work.recv_ns = recv_ns;
    work.row_count = 0;
    scan_init(&scan, bytes, len);
    if (scan_read(&scan, &value) == SCAN_OBJECT) {
        read_outer(&work, &scan, &outer);
    } else {
        scan_leave(&scan, 0);
    }
    return scan_end(&scan) ? judge(&work, &outer) : STATUS_MALFORMED;
}
