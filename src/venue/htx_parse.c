#include "venue/htx_parse.h"

#include <string.h>

#include "venue/htx_rows.h"

void htx_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    (void)symbols;
    symbol->unit = UNIT_CONTRACTS;
    symbol->contract = htx_contract_of((struct span){symbol->text, symbol->len});
}

/* -- one text, in whatever order its members come -- */

enum {
    CHANNEL,
    TIME,
    TICK,
    DATA,
    STATUS,
    REP,
    SUBBED,
    UNSUBBED,
    ERROR_CODE,
    ERROR_TEXT,
    PING,
    OP,
    TOPIC,
    MEMBER_COUNT
};
static const char *const member_names[MEMBER_COUNT] = {
    "ch",       "ts",       "tick",    "data", "status", "rep",  "subbed",
    "unsubbed", "err-code", "err-msg", "ping", "op",     "topic"};

struct envelope {
    struct venue_field members[MEMBER_COUNT]; /* the first of duplicates */
    struct htx_channel channel;               /* of "ch" */
    bool tick_read;                           /* trades and books are read as they come */
    enum status tick_status;
};

static size_t find_member(struct span key) {
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (span_equal_text(key, member_names[i])) {
            return i;
        }
    }
    return MEMBER_COUNT;
}

static void find_channel_symbol(struct htx_work *work, const struct htx_channel *channel) {
    work->symbol = NULL;
    work->symbol_status = STATUS_MALFORMED; /* "*": rows name their own */
    if (!span_equal_text(channel->code, "*")) {
        work->symbol_status = htx_find_code(work, channel->code, &work->symbol);
    }
    work->interval_s = channel->interval_s;
}

/* What rows have come to; each that was dropped is counted. */
static enum status judge_rows(const struct htx_work *work) {
    return work->message->count > 0 ? STATUS_OK
           : work->row_count > 0    ? STATUS_CANCELLED
                                    : STATUS_IGNORED;
}

/* The scan is in the object under "tick"; the message's time is known, if it has one. */
static enum status read_tick(struct htx_work *work, const struct htx_channel *channel,
                             struct scan *scan) {
    switch (channel->rows) {
    case HTX_ROWS_BOOK: {
        find_channel_symbol(work, channel);
        const enum status status = htx_read_book(work, false, scan);
        work->message->nameless = false;
        return status;
    }
    case HTX_ROWS_TRADE:
        find_channel_symbol(work, channel);
        htx_read_trades(work, scan);
        return judge_rows(work);
    default:
        return STATUS_IGNORED;
    }
}

static void read_member(struct htx_work *work, struct envelope *e, struct span key,
                        struct scan *scan) {
    const size_t at = find_member(key);
    if (at == MEMBER_COUNT || e->members[at].value.type != SCAN_NONE) {
        scan_skip(scan);
        return;
    }
    const int depth = scan->depth;
    struct venue_field *member = &e->members[at];
    scan_read(scan, &member->value);
    if (at == CHANNEL && member->value.type == SCAN_STRING) {
        htx_read_channel(member->value.text, &e->channel);
    } else if (at == TICK && member->value.type == SCAN_OBJECT &&
               (e->channel.rows == HTX_ROWS_TRADE || e->channel.rows == HTX_ROWS_BOOK)) {
        e->tick_read = true;
        e->tick_status = read_tick(work, &e->channel, scan);
    } else if (member->value.type == SCAN_ARRAY || member->value.type == SCAN_OBJECT) {
        member->inside = *scan;
    }
    scan_leave(scan, depth);
}

/* -- control -- */

static enum status control(struct venue_message *message, enum venue_control what) {
    message->kind = MESSAGE_CONTROL;
    message->control = what;
    return STATUS_OK;
}

/* The token of a ping, as it was written. */
static enum status answer(struct venue_message *message, const char *before,
                          const struct scan_value *token) {
    const char *quote = token->type == SCAN_STRING ? "\"" : "";
    const size_t room = sizeof message->reply - strlen(before) - sizeof "\"\"}";
    if ((token->type != SCAN_STRING && token->type != SCAN_NUMBER) || token->text.len > room) {
        return STATUS_MALFORMED;
    }
    str_format(message->reply, sizeof message->reply, "%s%s%.*s%s}", before, quote,
               (int)token->text.len, token->text.bytes, quote);
    return control(message, CONTROL_ANSWER);
}

static enum status refuse(struct venue_message *message, const struct envelope *e) {
    venue_message_reply(message, &e->members[ERROR_TEXT].value);
    if (message->reply[0] == '\0') {
        str_copy_span(message->reply, sizeof message->reply, e->members[ERROR_CODE].value.text);
    }
    return control(message, CONTROL_ERROR);
}

/* -- notifications -- */

static enum status read_notice(struct htx_work *work, struct envelope *e) {
    static const struct {
        const char *end;
        enum htx_rows rows;
    } topics[] = {{".liquidation_orders", HTX_ROWS_LIQUIDATION},
                  {".funding_rate", HTX_ROWS_FUNDING},
                  {".contract_info", HTX_ROWS_INSTRUMENT}};
    const struct span topic = e->members[TOPIC].value.text;
    struct venue_field *data = &e->members[DATA];
    for (size_t i = 0; i < ARRAY_COUNT(topics); i++) {
        const size_t len = strlen(topics[i].end);
        if (topic.len <= len || memcmp(topic.bytes + topic.len - len, topics[i].end, len) != 0) {
            continue;
        }
        if (data->value.type != SCAN_ARRAY) {
            return STATUS_MALFORMED;
        }
        htx_read_rows(work, topics[i].rows, &data->inside);
        return judge_rows(work);
    }
    return span_equal_text(topic, "public.linear-swap.heartbeat") ||
                   span_equal_text(topic, "public.swap.heartbeat") ||
                   span_equal_text(topic, "public.futures.heartbeat")
               ? control(work->message, CONTROL_ALIVE)
               : STATUS_IGNORED;
}

static enum status read_op(struct htx_work *work, struct envelope *e) {
    struct venue_message *message = work->message;
    const struct scan_value *op = &e->members[OP].value;
    const struct scan_value *code = &e->members[ERROR_CODE].value;
    int64_t number = 0;
    if (venue_text_is(op, "notify")) {
        return read_notice(work, e);
    }
    if (venue_text_is(op, "ping")) {
        return answer(message, "{\"op\":\"pong\",\"ts\":", &e->members[TIME].value);
    }
    if (venue_text_is(op, "close")) {
        return control(message, CONTROL_RECONNECT);
    }
    if (venue_text_is(op, "error")) {
        return refuse(message, e);
    }
    if (code->type == SCAN_NONE || !scan_integer(code, &number)) {
        return STATUS_IGNORED; /* what a client says has no code */
    }
    if (number != 0) {
        return refuse(message, e);
    }
    return control(message, venue_text_is(op, "sub") ? CONTROL_ACK : CONTROL_ALIVE);
}

/* -- the market's messages -- */

/* Bars that were asked for over the socket, and the newest trades. */
static enum status read_reply(struct htx_work *work, struct envelope *e) {
    struct htx_channel channel;
    htx_read_channel(e->members[REP].value.text, &channel);
    if (e->members[DATA].value.type != SCAN_ARRAY) {
        return STATUS_MALFORMED;
    }
    if (channel.rows != HTX_ROWS_KLINE && channel.rows != HTX_ROWS_TRADE) {
        return STATUS_IGNORED; /* bars of the mark price, the index, the basis */
    }
    find_channel_symbol(work, &channel);
    work->message->past = channel.rows == HTX_ROWS_TRADE;
    htx_read_rows(work, channel.rows, &e->members[DATA].inside);
    return judge_rows(work);
}

static enum status read_late_tick(struct htx_work *work, struct envelope *e) {
    struct venue_field *tick = &e->members[TICK];
    switch (e->channel.rows) {
    case HTX_ROWS_TRADE:
    case HTX_ROWS_BOOK:
        return read_tick(work, &e->channel, &tick->inside);
    case HTX_ROWS_KLINE:
    case HTX_ROWS_MARK:
    case HTX_ROWS_INDEX:
    case HTX_ROWS_LAST: {
        struct scan at = tick->inside;
        find_channel_symbol(work, &e->channel);
        htx_read_object(work, e->channel.rows, &at);
        return judge_rows(work);
    }
    default:
        return STATUS_IGNORED; /* merged levels, best prices, basis, premium, estimates */
    }
}

static enum status read_market(struct htx_work *work, struct envelope *e) {
    const struct venue_field *m = e->members;
    if (m[PING].value.type != SCAN_NONE) {
        return answer(work->message, "{\"pong\":", &m[PING].value);
    }
    if (m[OP].value.type == SCAN_STRING) {
        return read_op(work, e);
    }
    if (m[SUBBED].value.type == SCAN_STRING && venue_text_is(&m[STATUS].value, "ok")) {
        return control(work->message, CONTROL_ACK);
    }
    if (m[UNSUBBED].value.type == SCAN_STRING) {
        return control(work->message, CONTROL_ALIVE);
    }
    if (venue_text_is(&m[STATUS].value, "error") && m[ERROR_TEXT].value.type != SCAN_NONE) {
        return refuse(work->message, e);
    }
    if (m[REP].value.type == SCAN_STRING) {
        return read_reply(work, e);
    }
    if (e->tick_read) {
        return e->tick_status;
    }
    if (m[CHANNEL].value.type != SCAN_STRING || m[STATUS].value.type != SCAN_NONE ||
        m[TICK].value.type != SCAN_OBJECT) {
        work->message->kind = MESSAGE_OTHER;
        return STATUS_OK;
    }
    return read_late_tick(work, e);
}

enum status htx_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                      int64_t recv_ns, struct venue_message *message) {
    struct htx_work work = {.parser = parser,
                            .message = message,
                            .recv_ns = recv_ns,
                            .symbol_status = STATUS_MALFORMED};
    struct envelope e;
    struct scan scan;
    struct span key;
    bool has_time = false;
    (void)socket;
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        e.members[i].value = (struct scan_value){.type = SCAN_NONE, .text = {"", 0}};
    }
    e.channel = (struct htx_channel){.rows = HTX_ROWS_OTHER};
    e.tick_read = false;
    e.tick_status = STATUS_IGNORED;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        return begun;
    }
    while (scan_next_member(&scan, &key)) {
        read_member(&work, &e, key, &scan);
    }
    if (!scan_end(&scan) || !htx_optional_integer(&e.members[TIME].value, &work.ts_ms, &has_time)) {
        return STATUS_MALFORMED;
    }
    return read_market(&work, &e);
}
