#include "venue/okx_parse.h"

#include <string.h>

#include "venue/okx_rows.h"
#include "venue/rest_line.h"

void okx_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    const char *quote = strchr(symbol->text, '-');
    (void)symbols;
    symbol->unit = UNIT_CONTRACTS;
    if (quote == NULL) {
        return;
    }
    if (strncmp(quote, "-USDT-", 6) == 0 || strncmp(quote, "-USDC-", 6) == 0) {
        symbol->contract = CONTRACT_LINEAR;
    } else if (strncmp(quote, "-USD-", 5) == 0) {
        symbol->contract = CONTRACT_INVERSE;
    }
}

/* -- channels -- */

struct channel {
    bool known; /* the message has named one */
    enum okx_rows rows;
};

static bool begins_with(struct span text, const char *start) {
    const size_t len = strlen(start);
    return text.len > len && memcmp(text.bytes, start, len) == 0;
}

static enum okx_rows rows_of_channel(struct span name) {
    static const struct {
        const char *name;
        enum okx_rows rows;
    } channels[] = {{"trades", OKX_ROWS_TRADE},        {"books", OKX_ROWS_BOOK},
                    {"mark-price", OKX_ROWS_FACTS},    {"index-tickers", OKX_ROWS_INDEX},
                    {"tickers", OKX_ROWS_FACTS},       {"funding-rate", OKX_ROWS_FACTS},
                    {"open-interest", OKX_ROWS_FACTS}, {"liquidation-orders", OKX_ROWS_LIQUIDATION},
                    {"trades-all", OKX_ROWS_TRADE},    {"instruments", OKX_ROWS_INSTRUMENT}};
    for (size_t i = 0; i < ARRAY_COUNT(channels); i++) {
        if (span_equal_text(name, channels[i].name)) {
            return channels[i].rows;
        }
    }
    return begins_with(name, "candle") ? OKX_ROWS_KLINE : OKX_ROWS_OTHER;
}

/* The scan is in the object under "arg". */
static void read_channel(struct okx_work *work, struct channel *channel, struct scan *scan) {
    static const char *const names[] = {"channel", "instId"};
    enum { CHANNEL, INST, COUNT };
    static const size_t prefix = sizeof "candle" - 1;
    struct venue_field f[COUNT];
    venue_fields_read(scan, names, COUNT, f);
    const struct span name = f[CHANNEL].value.text;
    channel->known = f[CHANNEL].value.type == SCAN_STRING;
    channel->rows = channel->known ? rows_of_channel(name) : OKX_ROWS_OTHER;
    if (channel->rows == OKX_ROWS_KLINE) {
        work->interval_s =
            rest_line_interval_s((struct span){name.bytes + prefix, name.len - prefix});
    }
    if (channel->rows == OKX_ROWS_KLINE || channel->rows == OKX_ROWS_BOOK) {
        work->symbol_status = STATUS_MALFORMED; /* unless it names one */
        if (f[INST].value.type != SCAN_NONE) {
            work->symbol_status = okx_find_symbol(work, &f[INST].value, &work->symbol);
        }
    }
}

/* -- control -- */

enum { EVENT, CODE, TEXT, CONTROL_FIELDS };

void okx_set_reply(struct venue_message *message, const struct scan_value *code,
                   const struct scan_value *text) {
    char words[4 * VENUE_REPLY_BYTES];
    size_t len = 0;
    if (!scan_decode(text, words, sizeof words - 1, &len)) {
        len = 0;
    }
    words[len] = '\0';
    message->reply[0] = '\0';
    if (code->type == SCAN_STRING) {
        str_copy_span(message->reply, sizeof message->reply, code->text);
        str_append(message->reply, sizeof message->reply, ": ");
    }
    str_append(message->reply, sizeof message->reply, "%s", words);
}

static enum status read_event(struct venue_message *message, const struct scan_value *values) {
    static const struct {
        const char *name;
        enum venue_control control;
    } events[] = {{"subscribe", CONTROL_ACK},
                  {"unsubscribe", CONTROL_ALIVE},
                  {"error", CONTROL_ERROR},
                  {"notice", CONTROL_ALIVE},
                  {"channel-conn-count", CONTROL_ACK},
                  {"channel-conn-count-error", CONTROL_ERROR},
                  {"login", CONTROL_ALIVE}};
    const struct scan_value *event = &values[EVENT], *code = &values[CODE];
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        if (!venue_text_is(event, events[i].name)) {
            continue;
        }
        message->kind = MESSAGE_CONTROL;
        message->control = events[i].control;
        if (venue_text_is(event, "notice") && venue_text_is(code, "64008")) {
            message->control = CONTROL_RECONNECT; /* it closes for an upgrade in a minute */
        }
        if (venue_text_is(event, "channel-conn-count-error")) {
            str_copy(message->reply, sizeof message->reply, "too many connections of a channel");
        } else {
            okx_set_reply(message, code, &values[TEXT]);
        }
        return STATUS_OK;
    }
    return STATUS_IGNORED;
}

/* -- the stream -- */

/* The only element of "data". */
static enum status read_stream_book(struct okx_work *work, const struct scan_value *action,
                                    struct scan *scan) {
    const enum okx_book kind = venue_text_is(action, "snapshot") ? OKX_BOOK_WHOLE
                               : venue_text_is(action, "update") ? OKX_BOOK_CHANGE
                                                                 : OKX_BOOK_UNSAID;
    if (work->symbol == NULL && work->symbol_status == STATUS_IGNORED) {
        return STATUS_IGNORED;
    }
    if ((kind == OKX_BOOK_UNSAID && action->type != SCAN_NONE) || !scan_next_element(scan)) {
        return STATUS_MALFORMED;
    }
    const enum status status = okx_read_book(work, kind, scan);
    work->message->nameless = false;
    if (scan_next_element(scan)) {
        return STATUS_MALFORMED;
    }
    work->row_count = 1;
    return status;
}

/* The scan is in the array under "data". What is wrong with a row is counted; the status is of the
 * whole. */
static enum status read_data(struct okx_work *work, const struct channel *channel,
                             const struct scan_value *action, struct scan *scan) {
    if (channel->rows == OKX_ROWS_OTHER) {
        return STATUS_IGNORED;
    }
    if (channel->rows == OKX_ROWS_BOOK) {
        return read_stream_book(work, action, scan);
    }
    while (scan_next_element(scan)) {
        okx_read_row(work, channel->rows, scan);
    }
    return work->message->count > 0 ? STATUS_OK
           : work->row_count > 0    ? STATUS_CANCELLED
                                    : STATUS_IGNORED;
}

/* One text of the stream, in whatever order its members come. */
struct envelope {
    struct channel channel;
    struct scan_value action, control[CONTROL_FIELDS];
    bool has_data, data_read;
    struct scan data; /* not read yet: the channel, or the action, came after it */
    enum status status;
};

static void read_member(struct okx_work *work, struct envelope *e, struct span key,
                        struct scan *scan) {
    static const char *const control_names[CONTROL_FIELDS] = {"event", "code", "msg"};
    struct scan_value value;
    const int depth = scan->depth;
    scan_read(scan, &value);
    if (span_equal_text(key, "arg") && !e->channel.known && value.type == SCAN_OBJECT) {
        read_channel(work, &e->channel, scan);
    } else if (span_equal_text(key, "action") && e->action.type == SCAN_NONE) {
        e->action = value;
    } else if (span_equal_text(key, "data") && !e->has_data && value.type == SCAN_ARRAY) {
        e->has_data = true;
        if (e->channel.known && (e->channel.rows != OKX_ROWS_BOOK || e->action.type != SCAN_NONE)) {
            e->data_read = true;
            e->status = read_data(work, &e->channel, &e->action, scan);
        } else {
            e->data = *scan;
        }
    } else {
        for (size_t i = 0; i < CONTROL_FIELDS; i++) {
            if (span_equal_text(key, control_names[i]) && e->control[i].type == SCAN_NONE) {
                e->control[i] = value;
            }
        }
    }
    scan_leave(scan, depth);
}

static enum status read_text(struct venue_message *message, const char *bytes, size_t len) {
    const struct span text = {bytes, len};
    if (span_equal_text(text, "pong")) {
        message->kind = MESSAGE_CONTROL;
        message->control = CONTROL_ALIVE;
        return STATUS_OK;
    }
    return span_equal_text(text, "ping") ? STATUS_IGNORED : STATUS_MALFORMED;
}

enum status okx_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                      int64_t recv_ns, struct venue_message *message) {
    struct okx_work work = {.parser = parser,
                            .message = message,
                            .recv_ns = recv_ns,
                            .symbol_status = STATUS_MALFORMED};
    struct envelope e;
    struct scan scan;
    struct span key;
    (void)socket;
    e.channel = (struct channel){.known = false};
    e.action = (struct scan_value){.type = SCAN_NONE, .text = {"", 0}};
    for (size_t i = 0; i < CONTROL_FIELDS; i++) {
        e.control[i] = e.action;
    }
    e.has_data = e.data_read = false;
    e.status = STATUS_IGNORED;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        return begun == STATUS_IGNORED ? begun : read_text(message, bytes, len);
    }
    while (scan_next_member(&scan, &key)) {
        read_member(&work, &e, key, &scan);
    }
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (e.control[EVENT].type == SCAN_STRING) {
        return read_event(message, e.control);
    }
    if (!e.channel.known || !e.has_data) {
        message->kind = MESSAGE_OTHER;
        return STATUS_OK;
    }
    return e.data_read ? e.status : read_data(&work, &e.channel, &e.action, &e.data);
}
