#include "venue/deribit_parse.h"

#include <string.h>

#include "base/str.h"
#include "venue/rest_line.h"

/* {"jsonrpc":"2.0","method":"subscription","params":{"channel":"KIND.REST…","data":…}}: the channel
 * comes before the data on the wire, and the data are read in the one pass; else in a second one.
 */

static const char ANSWER_TEST[] =
    "{\"jsonrpc\":\"2.0\",\"id\":8212,\"method\":\"public/test\",\"params\":{}}";

struct push {
    struct deribit_work work;
    struct scan_value method, id, channel, type;
    bool has_params, has_data, data_read;
    struct scan data; /* stands before the value */
    struct venue_field error;
    bool has_result;
    struct scan_value result;
    struct scan inside; /* of the result */
    enum status status;
};

/* The part of a dotted channel; empty: it has not so many. */
static struct span part_of(struct span channel, int part) {
    const char *at = channel.bytes, *const end = channel.bytes + channel.len;
    for (; part > 0 && at != NULL; part--) {
        at = memchr(at, '.', (size_t)(end - at));
        at = at == NULL ? NULL : at + 1;
    }
    if (at == NULL) {
        return (struct span){"", 0};
    }
    const char *dot = memchr(at, '.', (size_t)(end - at));
    return (struct span){at, (size_t)((dot == NULL ? end : dot) - at)};
}

/* -- channels -- */

static bool enter(struct scan *scan, enum scan_type type) {
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) == type) {
        return true;
    }
    scan_leave(scan, depth);
    return false;
}

static enum status read_trades(struct push *push, struct scan *scan) {
    size_t row_count = 0;
    if (!enter(scan, SCAN_ARRAY)) {
        return STATUS_MALFORMED;
    }
    for (const int depth = scan->depth; scan_next_element(scan); row_count++) {
        if (enter(scan, SCAN_OBJECT)) {
            deribit_read_trade(&push->work, scan);
        } else {
            venue_parser_count(push->work.parser, STATUS_MALFORMED);
        }
        scan_leave(scan, depth);
    }
    return push->work.message->count > 0 ? STATUS_OK
           : row_count > 0               ? STATUS_CANCELLED /* its rows are counted already */
                                         : STATUS_IGNORED;
}

/* book.NAME.100ms tells changes, book.NAME.none.20.100ms the best levels; other groups put prices
 * together. */
static enum status read_book(struct push *push, struct scan *scan) {
    const struct span channel = push->channel.text;
    const bool top = part_of(channel, 3).len > 0;
    if (top && !span_equal_text(part_of(channel, 2), "none")) {
        scan_skip(scan);
        return STATUS_IGNORED;
    }
    return enter(scan, SCAN_OBJECT) ? deribit_read_book(&push->work, scan, top) : STATUS_MALFORMED;
}

static struct venue_symbol *symbol_of_channel(struct push *push, int part) {
    return venue_symbols_find(&push->work.parser->symbols, part_of(push->channel.text, part));
}

/* perpetual.NAME.100ms: {"timestamp","interest","index_price"} */
static enum status read_interest(struct push *push, struct scan *scan) {
    enum { TIME, RATE, INDEX, COUNT };
    static const char *const names[COUNT] = {"timestamp", "interest", "index_price"};
    struct venue_field fields[COUNT];
    struct venue_ticker ticker = {.recv_ns = push->work.recv_ns,
                                  .symbol = symbol_of_channel(push, 1)};
    bool has_rate = false, has_index = false;
    if (!enter(scan, SCAN_OBJECT)) {
        return STATUS_MALFORMED;
    }
    venue_fields_read(scan, names, COUNT, fields);
    if (!scan_integer(&fields[TIME].value, &ticker.ts_ms) ||
        !venue_optional_decimal(&fields[RATE].value, &ticker.rate, &has_rate) ||
        !venue_optional_decimal(&fields[INDEX].value, &ticker.index, &has_index)) {
        return STATUS_MALFORMED;
    }
    ticker.has =
        (has_rate ? (unsigned)TICKER_RATE : 0U) | (has_index ? (unsigned)TICKER_INDEX : 0U);
    const enum status status = venue_add_ticker(push->work.parser, push->work.message, &ticker);
    return status == STATUS_OK ? STATUS_OK : STATUS_CANCELLED;
}

/* chart.trades.NAME.1: {"tick","open","high","low","close","volume","cost"}, volume in base coin,
 * cost in quote coin */
static enum status read_bar(struct push *push, struct scan *scan) {
    enum { TICK, OPEN, HIGH, LOW, CLOSE, VOLUME, COST, COUNT };
    static const char *const names[COUNT] = {"tick",  "open",   "high", "low",
                                             "close", "volume", "cost"};
    struct venue_field fields[COUNT];
    struct venue_kline kline = {.taker_base = VENUE_KLINE_NO_VOLUME};
    bool has_base = false, has_usd = false;
    if (!enter(scan, SCAN_OBJECT)) {
        return STATUS_MALFORMED;
    }
    venue_fields_read(scan, names, COUNT, fields);
    kline.interval_s = rest_line_interval_s(part_of(push->channel.text, 3));
    if (!scan_integer(&fields[TICK].value, &kline.open_ms) ||
        !venue_decimal(&fields[OPEN].value, &kline.open) ||
        !venue_decimal(&fields[HIGH].value, &kline.high) ||
        !venue_decimal(&fields[LOW].value, &kline.low) ||
        !venue_decimal(&fields[CLOSE].value, &kline.close) ||
        !venue_optional_decimal(&fields[VOLUME].value, &kline.base, &has_base) ||
        !venue_optional_decimal(&fields[COST].value, &kline.usd, &has_usd)) {
        return STATUS_MALFORMED;
    }
    if (kline.interval_s == 0) {
        return STATUS_IGNORED;
    }
    kline.base = has_base ? kline.base : VENUE_KLINE_NO_VOLUME;
    kline.usd = has_usd ? kline.usd : VENUE_KLINE_NO_VOLUME;
    const enum status status =
        venue_add_kline(push->work.parser, push->work.message, symbol_of_channel(push, 2), &kline,
                        push->work.recv_ns);
    return status == STATUS_OK ? STATUS_OK : STATUS_CANCELLED;
}

static enum status read_ticker(struct push *push, struct scan *scan) {
    if (!enter(scan, SCAN_OBJECT)) {
        return STATUS_MALFORMED;
    }
    deribit_read_ticker(&push->work, scan);
    return push->work.message->count > 0 ? STATUS_OK : STATUS_CANCELLED;
}

/* The scan stands before the data; it is behind them afterwards. */
static void read_data(struct push *push, struct scan *scan) {
    const struct span kind = part_of(push->channel.text, 0);
    const int depth = scan->depth;
    push->data_read = true;
    if (span_equal_text(kind, "trades")) {
        push->status = read_trades(push, scan);
    } else if (span_equal_text(kind, "book")) {
        push->status = read_book(push, scan);
    } else if (span_equal_text(kind, "ticker")) {
        push->status = read_ticker(push, scan);
    } else if (span_equal_text(kind, "perpetual")) {
        push->status = read_interest(push, scan);
    } else if (span_equal_text(kind, "chart") &&
               span_equal_text(part_of(push->channel.text, 1), "trades")) {
        push->status = read_bar(push, scan);
    } else {
        push->status = STATUS_IGNORED; /* quotes, indices without an instrument, notices */
        scan_skip(scan);
    }
    scan_leave(scan, depth);
}

/* -- messages -- */

static void read_params(struct push *push, struct scan *scan) {
    struct span key;
    push->has_params = true;
    if (!enter(scan, SCAN_OBJECT)) {
        return;
    }
    while (scan_next_member(scan, &key)) {
        if (span_equal_text(key, "channel")) {
            venue_field_take(scan, &push->channel);
        } else if (span_equal_text(key, "type")) {
            venue_field_take(scan, &push->type);
        } else if (span_equal_text(key, "data") && !push->has_data) {
            push->has_data = true;
            if (push->channel.type == SCAN_STRING && !push->channel.escaped &&
                venue_text_is(&push->method, "subscription")) {
                read_data(push, scan);
            } else {
                push->data = *scan;
                scan_skip(scan);
            }
        } else {
            scan_skip(scan);
        }
    }
}

static void read_inside(struct scan *scan, struct scan_value *value, struct scan *inside) {
    const int depth = scan->depth;
    scan_read(scan, value);
    *inside = *scan;
    scan_leave(scan, depth);
}

static void read_member(struct push *push, struct scan *scan, struct span key) {
    if (span_equal_text(key, "method")) {
        venue_field_take(scan, &push->method);
    } else if (span_equal_text(key, "params") && !push->has_params) {
        read_params(push, scan);
    } else if (span_equal_text(key, "id")) {
        venue_field_take(scan, &push->id);
    } else if (span_equal_text(key, "error") && push->error.value.type == SCAN_NONE) {
        read_inside(scan, &push->error.value, &push->error.inside);
    } else if (span_equal_text(key, "result") && !push->has_result) {
        push->has_result = true;
        read_inside(scan, &push->result, &push->inside);
    } else {
        scan_skip(scan);
    }
}

void deribit_set_reply(struct venue_message *message, const struct venue_field *error) {
    enum { CODE, TEXT, COUNT };
    static const char *const names[COUNT] = {"code", "message"};
    struct venue_field fields[COUNT] = {{.value = {.type = SCAN_NONE}}};
    if (error->value.type == SCAN_OBJECT) {
        struct scan inside = error->inside;
        venue_fields_read(&inside, names, COUNT, fields);
    }
    const struct span text = fields[TEXT].value.text, code = fields[CODE].value.text;
    str_format(message->reply, sizeof message->reply, "%.*s (%.*s)",
               text.len > 160 ? 160 : (int)text.len, text.len > 0 ? text.bytes : "",
               code.len > 20 ? 20 : (int)code.len, code.len > 0 ? code.bytes : "");
}

/* An answer to a subscription lists the channels that were granted: those that are missing were
 * refused without a word. False: not such an answer. */
static bool read_granted(struct push *push) {
    struct venue_message *message = push->work.message;
    struct scan inside = push->inside;
    struct scan_value value;
    int64_t asked = 0, granted = 0;
    while (scan_next_element(&inside)) {
        if (scan_read(&inside, &value) != SCAN_STRING) {
            return false;
        }
        granted++;
    }
    const bool ours = scan_integer(&push->id, &asked) && asked > DERIBIT_SUBSCRIBE_ID &&
                      asked < 2 * DERIBIT_SUBSCRIBE_ID;
    asked -= DERIBIT_SUBSCRIBE_ID;
    message->control = CONTROL_ACK;
    if (ours && granted < asked) {
        message->control = CONTROL_ERROR;
        str_format(message->reply, sizeof message->reply, "%d of %d channels were not granted",
                   (int)(asked - granted), (int)asked);
    }
    return true;
}

/* Something of the protocol that is no subscription's data. False: maybe a REST answer. */
static bool read_answer(struct push *push) {
    struct venue_message *message = push->work.message;
    if (push->error.value.type == SCAN_OBJECT) {
        message->control = CONTROL_ERROR;
        deribit_set_reply(message, &push->error);
        return true;
    }
    if (push->result.type == SCAN_ARRAY) {
        return read_granted(push);
    }
    if (venue_text_is(&push->result, "ok")) { /* to set_heartbeat */
        message->control = CONTROL_ALIVE;
        return true;
    }
    if (push->result.type == SCAN_OBJECT) { /* to test: {"version":"1.2.26"} */
        static const char *const names[1] = {"version"};
        struct venue_field fields[1];
        struct scan inside = push->inside;
        venue_fields_read(&inside, names, 1, fields);
        message->control = CONTROL_ALIVE;
        return fields[0].value.type == SCAN_STRING;
    }
    return false;
}

static enum status judge(struct push *push) {
    struct venue_message *message = push->work.message;
    if (venue_text_is(&push->method, "subscription")) {
        if (push->channel.type != SCAN_STRING || !push->has_data) {
            return STATUS_MALFORMED;
        }
        if (!push->data_read) {
            read_data(push, &push->data);
        }
        return push->status;
    }
    if (venue_text_is(&push->method, "heartbeat")) {
        const bool test = venue_text_is(&push->type, "test_request");
        message->kind = MESSAGE_CONTROL;
        message->control = test ? CONTROL_ANSWER : CONTROL_ALIVE;
        str_copy(message->reply, sizeof message->reply, test ? ANSWER_TEST : "");
        return STATUS_OK;
    }
    if (push->method.type != SCAN_NONE) {
        return STATUS_IGNORED; /* what a client sends */
    }
    if (read_answer(push)) {
        message->kind = MESSAGE_CONTROL;
    } else {
        message->control = CONTROL_NONE;
        message->kind = MESSAGE_OTHER;
    }
    return STATUS_OK;
}

enum status deribit_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                          int64_t recv_ns, struct venue_message *message) {
    struct push push = {.work = {.parser = parser, .message = message, .recv_ns = recv_ns},
                        .status = STATUS_MALFORMED};
    struct scan scan;
    struct span key;
    (void)socket;
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
