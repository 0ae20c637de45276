#include "venue/binance_parse.h"

#include <assert.h>
#include <string.h>

#include "json/scan.h"
#include "venue/binance_fields.h"
#include "venue/rest_line.h"

/* An id or time that may be missing; false: there, but not an integer. */
static bool read_optional_integer(const struct scan_value *value, int64_t *out) {
    *out = 0;
    return value->type == SCAN_NONE || value->type == SCAN_NULL || scan_integer(value, out);
}

static bool is_text(const struct scan_value *value, const char *text) {
    return value->type == SCAN_STRING && span_equal_text(value->text, text);
}

static enum status find_symbol(struct binance_work *work, const struct scan_value *value,
                               struct venue_symbol **out) {
    char text[INSTRUMENT_SYMBOL_BYTES];
    size_t len = 0;
    struct span span = value->text;
    if (value->type != SCAN_STRING) {
        return STATUS_MALFORMED;
    }
    if (value->escaped) {
        if (!scan_decode(value, text, sizeof text, &len)) {
            return STATUS_MALFORMED;
        }
        span = (struct span){text, len};
    }
    *out = venue_symbols_find(&work->parser->symbols, span);
    return *out == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

/* T, or E where a message has none. */
static bool read_time(const struct binance_fields *fields, char letter, int64_t fallback_ms,
                      int64_t *out) {
    const struct scan_value *value = GET(fields, letter);
    if (value->type == SCAN_NONE) {
        *out = fallback_ms;
        return fallback_ms > 0;
    }
    return scan_integer(value, out);
}

static enum status read_trade(struct binance_work *work, const struct binance_fields *fields,
                              bool aggregate) {
    const struct scan_value *execution = GET(fields, 'X');
    const struct scan_value *id = GET(fields, aggregate ? 'a' : 't');
    const struct scan_value *maker = GET(fields, 'm');
    struct venue_trade trade = {.kind = EVENT_TRADE, .recv_ns = work->recv_ns};
    int64_t id_number = 0;
    if (!aggregate && execution->type != SCAN_NONE && !is_text(execution, "MARKET")) {
        return STATUS_IGNORED; /* off the book: insurance fund, ADL, … */
    }
    const enum status status = find_symbol(work, GET(fields, 's'), &trade.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!binance_fields_decimal(GET(fields, 'p'), &trade.price) ||
        !binance_fields_decimal(GET(fields, 'q'), &trade.size) ||
        !read_time(fields, 'T', work->message->sent_ms, &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (!read_optional_integer(id, &id_number)) {
        return STATUS_MALFORMED;
    }
    trade.id = id->type == SCAN_STRING || id->type == SCAN_NUMBER ? id->text : trade.id;
    if (maker->type == SCAN_TRUE || maker->type == SCAN_FALSE) {
        trade.side = maker->type == SCAN_TRUE ? SIDE_SELL : SIDE_BUY;
    }
    trade.unit = trade.symbol->unit;
    return binance_counted(venue_add_trade(work->parser, work->message, &trade));
}

static enum status read_liquidation(struct binance_work *work, const struct binance_fields *order) {
    const struct scan_value *side = GET(order, 'S');
    struct venue_trade trade = {.kind = EVENT_LIQUIDATION, .recv_ns = work->recv_ns};
    struct decimal limit = {0};
    const enum status status = find_symbol(work, GET(order, 's'), &trade.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    const bool has_average =
        binance_fields_decimal(binance_fields_get(order, BINANCE_FIELD_AP), &trade.price) &&
        trade.price.mantissa > 0;
    if (!binance_fields_decimal(GET(order, 'z'), &trade.size) || trade.size.mantissa < 0 ||
        (!has_average && !binance_fields_decimal(GET(order, 'p'), &limit)) ||
        !read_time(order, 'T', work->message->sent_ms, &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (is_text(side, "SELL")) {
        trade.side = POS_LONG;
    } else if (is_text(side, "BUY")) {
        trade.side = POS_SHORT;
    } else {
        return STATUS_UNKNOWN;
    }
    if (trade.size.mantissa == 0) {
        return STATUS_IGNORED; /* nothing was filled yet */
    }
    trade.price = has_average ? trade.price : limit;
    trade.price_kind = has_average ? PRICE_FILL : PRICE_BANKRUPTCY;
    trade.unit = trade.symbol->unit;
    return binance_counted(venue_add_trade(work->parser, work->message, &trade));
}

/* A row of its own: the status is counted where it is not OK. */
static enum status read_mark(struct binance_work *work, const struct binance_fields *fields) {
    struct venue_ticker ticker = {.has = TICKER_MARK | TICKER_NEXT, .recv_ns = work->recv_ns};
    const struct scan_value *rate = GET(fields, 'r');
    const enum status status = find_symbol(work, GET(fields, 's'), &ticker.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    const bool has_index = GET(fields, 'i')->type != SCAN_NONE;
    const bool has_rate =
        rate->type == SCAN_NUMBER || (rate->type == SCAN_STRING && rate->text.len > 0);
    if (!binance_fields_decimal(GET(fields, 'p'), &ticker.mark) || ticker.mark.mantissa <= 0 ||
        (has_index && !binance_fields_decimal(GET(fields, 'i'), &ticker.index)) ||
        (has_rate && !binance_fields_decimal(rate, &ticker.rate)) ||
        !read_time(fields, 'E', 0, &ticker.ts_ms) ||
        !read_optional_integer(GET(fields, 'T'), &ticker.next_ms)) {
        return STATUS_MALFORMED;
    }
    ticker.has |= has_index ? TICKER_INDEX : 0U;
    /* The time of the next settlement means something together with a rate alone. */
    ticker.has = has_rate ? ticker.has | TICKER_RATE : ticker.has & ~(unsigned)TICKER_NEXT;
    return binance_counted(venue_add_ticker(work->parser, work->message, &ticker));
}

enum status binance_add_kline(struct venue_parser *parser, struct venue_message *message,
                              struct venue_symbol *symbol, struct binance_kline *kline,
                              int64_t recv_ns) {
    const bool coin = symbol->venue == VENUE_BINANCE_COINM;
    if (kline->volume.mantissa < 0 || kline->quote.mantissa < 0) {
        return STATUS_MALFORMED;
    }
    kline->bar.base = coin ? kline->quote : kline->volume;
    kline->bar.taker_base = coin ? kline->taker_quote : kline->taker_volume;
    kline->bar.usd = kline->quote;
    if (coin && (symbol->multiplier.mantissa <= 0 ||
                 !decimal_multiply(kline->volume, symbol->multiplier, &kline->bar.usd))) {
        kline->bar.usd = VENUE_KLINE_NO_VOLUME;
    }
    return binance_counted(venue_add_kline(parser, message, symbol, &kline->bar, recv_ns));
}

static enum status read_kline(struct binance_work *work) {
    const struct binance_fields *k = &work->inner;
    const struct scan_value *interval = GET(k, 'i');
    struct venue_symbol *symbol = NULL;
    struct binance_kline kline = {.bar.closed = GET(k, 'x')->type == SCAN_TRUE};
    struct venue_kline *bar = &kline.bar;
    if (GET(k, 'o')->type == SCAN_NONE && GET(k, 'c')->type == SCAN_NONE) {
        return STATUS_IGNORED; /* no values in it */
    }
    const enum status status = find_symbol(work, GET(&work->fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (interval->type != SCAN_STRING || !scan_integer(GET(k, 't'), &bar->open_ms) ||
        !binance_fields_decimal(GET(k, 'o'), &bar->open) ||
        !binance_fields_decimal(GET(k, 'h'), &bar->high) ||
        !binance_fields_decimal(GET(k, 'l'), &bar->low) ||
        !binance_fields_decimal(GET(k, 'c'), &bar->close) ||
        !binance_fields_decimal(GET(k, 'v'), &kline.volume) ||
        !binance_fields_decimal(GET(k, 'q'), &kline.quote) ||
        !binance_fields_decimal(GET(k, 'V'), &kline.taker_volume) ||
        !binance_fields_decimal(GET(k, 'Q'), &kline.taker_quote)) {
        return STATUS_MALFORMED;
    }
    bar->interval_s = rest_line_interval_s(interval->text);
    if (bar->interval_s == 0) {
        return STATUS_IGNORED; /* a month has no fixed length */
    }
    return binance_add_kline(work->parser, work->message, symbol, &kline, work->recv_ns);
}

/* "btcusdt@depth@100ms" and "btcusdt@depth" carry changes; depth5, depth10, depth20 and rpiDepth
 * other things. */
static bool is_diff_stream(const struct scan_value *stream) {
    static const char mark[] = "@depth";
    const size_t mark_len = sizeof mark - 1;
    if (stream->type != SCAN_STRING) {
        return true;
    }
    const char *at = memchr(stream->text.bytes, '@', stream->text.len);
    const size_t left = at == NULL ? 0 : stream->text.len - (size_t)(at - stream->text.bytes);
    return left >= mark_len && memcmp(at, mark, mark_len) == 0 &&
           (left == mark_len || at[mark_len] == '@');
}

static enum status read_depth(struct binance_work *work) {
    const struct binance_fields *fields = &work->fields;
    struct venue_book_step *step = &work->message->step;
    struct venue_symbol *symbol = NULL;
    int64_t ts_ms = 0;
    if (!is_diff_stream(&work->stream) || work->levels_bare) {
        return STATUS_IGNORED;
    }
    const enum status status = find_symbol(work, GET(fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (GET(fields, 'b')->type != SCAN_ARRAY || GET(fields, 'a')->type != SCAN_ARRAY ||
        !read_time(fields, 'T', work->message->sent_ms, &ts_ms) ||
        !scan_integer(GET(fields, 'U'), &step->first_id) ||
        !scan_integer(GET(fields, 'u'), &step->last_id)) {
        return STATUS_MALFORMED;
    }
    step->prev_id = step->first_id - 1; /* a spot-like message has no pu: ids follow on */
    if (binance_fields_get(fields, BINANCE_FIELD_PU)->type != SCAN_NONE &&
        !scan_integer(binance_fields_get(fields, BINANCE_FIELD_PU), &step->prev_id)) {
        return STATUS_MALFORMED;
    }
    return venue_book_end(work->parser, work->message, symbol, ts_ms, work->recv_ns);
}

static enum status read_contract(struct binance_work *work) {
    struct venue_symbol *symbol = NULL;
    int64_t ts_ms = 0;
    if (work->tier_count == 0 && !work->tiers_bad) {
        return STATUS_IGNORED; /* a change of status alone */
    }
    const enum status status = find_symbol(work, GET(&work->fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (work->tiers_bad || !read_time(&work->fields, 'E', 0, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (symbol->venue == VENUE_BINANCE_COINM) {
        return STATUS_UNSUPPORTED; /* its brackets are in coin or contracts; the notional is not
                                      said */
    }
    return binance_counted(
        venue_add_tiers(work->parser, work->message, symbol, work->tiers, work->tier_count, ts_ms));
}

/* The message in work->fields. */
static enum status read_message(struct binance_work *work) {
    const struct scan_value *name = GET(&work->fields, 'e');
    if (name->type != SCAN_STRING ||
        !read_optional_integer(GET(&work->fields, 'E'), &work->message->sent_ms)) {
        return STATUS_MALFORMED;
    }
    if (is_text(name, "depthUpdate")) {
        return read_depth(work);
    }
    work->message->count = 0; /* levels of something else */
    if (is_text(name, "aggTrade") || is_text(name, "trade")) {
        return read_trade(work, &work->fields, is_text(name, "aggTrade"));
    }
    if (is_text(name, "forceOrder")) {
        return read_liquidation(work, &work->inner);
    }
    if (is_text(name, "markPriceUpdate")) {
        return read_mark(work, &work->fields);
    }
    if (is_text(name, "kline")) {
        return read_kline(work);
    }
    return is_text(name, "contractInfo") ? read_contract(work) : STATUS_IGNORED;
}

/* -- arrays of rows: mark prices of all symbols -- */

/* The scan is at an element of the array. */
static void read_row(struct binance_work *work, struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    work->row.present = 0;
    if (scan_read(scan, &value) == SCAN_OBJECT) {
        binance_fields_collect(scan, &work->row);
    }
    scan_leave(scan, depth);
    const struct scan_value *name = GET(&work->row, 'e');
    if (name->type != SCAN_STRING) {
        return;
    }
    work->has_data = true;
    if (!is_text(name, "markPriceUpdate")) {
        return;
    }
    const enum status status = read_mark(work, &work->row);
    if (status != STATUS_OK) {
        work->row_status = STATUS_CANCELLED;
        venue_parser_count(work->parser, status);
    }
}

static void read_rows(struct binance_work *work, struct scan *scan) {
    work->has_rows = true;
    while (scan_next_element(scan)) {
        read_row(work, scan);
    }
}

/* -- the whole text -- */

/* The members of the outermost object. */
static void collect_outer(struct binance_work *work, struct scan *scan) {
    struct scan_value value;
    struct span key;
    /* The wrapper has two members, "stream" first on the wire; a bare message none of that name. */
    struct scan ahead = *scan;
    if (!scan_next_member(&ahead, &key) ||
        (!span_equal_text(key, "stream") && !span_equal_text(key, "data"))) {
        binance_work_collect(work, scan);
        work->has_data = GET(&work->fields, 'e')->type != SCAN_NONE;
        return;
    }
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        const bool is_data = span_equal_text(key, "data");
        const bool is_stream = span_equal_text(key, "stream");
        scan_read(scan, &value);
        if (is_data && !work->has_data && value.type == SCAN_OBJECT) {
            work->has_data = true;
            binance_work_collect(work, scan);
        } else if (is_data && !work->has_data && value.type == SCAN_ARRAY) {
            work->has_data = true;
            read_rows(work, scan);
        } else if (is_data) {
            work->has_data = true;
        } else if (is_stream && work->stream.type == SCAN_NONE) {
            work->stream = value;
        }
        scan_leave(scan, depth);
    }
}

/* An ack, or an error that the venue tells. */
static enum status read_answer(struct binance_work *work, const char *bytes, size_t len) {
    static const char *const names[] = {"result", "error", "id", "code", "msg"};
    enum { RESULT, ERROR, ID, CODE, MSG, FIELD_COUNT };
    struct venue_field fields[FIELD_COUNT], inner[FIELD_COUNT];
    struct scan scan;
    struct scan_value value;
    struct venue_message *message = work->message;
    const struct venue_field *text = &fields[MSG], *code = &fields[CODE];
    scan_init(&scan, bytes, len);
    if (scan_read(&scan, &value) != SCAN_OBJECT) {
        message->kind = MESSAGE_OTHER;
        return STATUS_OK;
    }
    venue_fields_read(&scan, names, FIELD_COUNT, fields);
    if (fields[ERROR].value.type == SCAN_OBJECT) {
        venue_fields_read(&fields[ERROR].inside, names, FIELD_COUNT, inner);
        text = &inner[MSG];
        code = &inner[CODE];
    }
    const bool is_error = text->value.type == SCAN_STRING && code->value.type == SCAN_NUMBER;
    const bool is_ack =
        fields[RESULT].value.type == SCAN_NULL && fields[ID].value.type != SCAN_NONE;
    message->kind = is_error || is_ack ? MESSAGE_CONTROL : MESSAGE_OTHER;
    if (is_error) {
        message->control = CONTROL_ERROR;
        str_format(
            message->reply, sizeof message->reply, "%.*s: %.*s",
            (int)(code->value.text.len < 16 ? code->value.text.len : 16), code->value.text.bytes,
            (int)(text->value.text.len < 200 ? text->value.text.len : 200), text->value.text.bytes);
    } else if (is_ack) {
        message->control = CONTROL_ACK;
    }
    return STATUS_OK;
}

enum status binance_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                          int64_t recv_ns, struct venue_message *message) {
    struct binance_work work;
    struct scan scan;
    struct scan_value value;
    (void)socket;
    work.parser = parser;
    work.message = message;
    work.recv_ns = recv_ns;
    work.fields.present = work.inner.present = work.row.present = 0;
    work.stream.type = SCAN_NONE;
    work.tier_count = 0;
    work.has_data = work.has_rows = work.levels_bare = work.tiers_bad = false;
    work.row_status = STATUS_IGNORED;
    scan_init(&scan, bytes, len);
    const enum scan_type type = scan_read(&scan, &value);
    if (type == SCAN_OBJECT) {
        collect_outer(&work, &scan);
    } else if (type == SCAN_ARRAY) {
        read_rows(&work, &scan);
    }
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (!work.has_data) {
        message->count = 0;
        return read_answer(&work, bytes, len);
    }
    if (work.has_rows) {
        return message->count > 0 ? STATUS_OK : work.row_status;
    }
    return read_message(&work);
}
