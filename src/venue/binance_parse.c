#include "venue/binance_parse.h"

#include <assert.h>
#include <string.h>

#include "json/scan.h"
#include "venue/binance_fields.h"
#include "venue/binance_slots.h"

/* An id or time that may be missing; false: there, but not an integer. */
static bool read_optional_integer(const struct scan_value *value, int64_t *out) {
    *out = 0;
    return value->type == SCAN_NONE || value->type == SCAN_NULL || scan_integer(value, out);
}

static bool is_text(const struct scan_value *value, const char *text) {
    return value->type == SCAN_STRING && span_equal_text(value->text, text);
}

static enum status find_symbol(struct binance_work *work, const struct scan_value *value,
                               struct binance_symbol **out) {
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
    *out = binance_symbols_find(&work->parser->symbols, span);
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
                              bool aggregate, struct event *slot) {
    struct binance_message *message = work->message;
    const struct scan_value *execution = GET(fields, 'X');
    const struct scan_value *id = GET(fields, aggregate ? 'a' : 't');
    const struct scan_value *maker = GET(fields, 'm');
    struct binance_symbol *symbol = NULL;
    struct decimal price, size;
    int64_t ts_ms = 0;
    if (!aggregate && execution->type != SCAN_NONE && !is_text(execution, "MARKET")) {
        return STATUS_IGNORED; /* off the book: insurance fund, ADL, … */
    }
    enum status status = find_symbol(work, GET(fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!binance_fields_decimal(GET(fields, 'p'), &price) ||
        !binance_fields_decimal(GET(fields, 'q'), &size) ||
        !read_time(fields, 'T', message->sent_ms, &ts_ms) ||
        !read_optional_integer(id, &message->id) ||
        !read_optional_integer(GET(fields, 'f'), &message->first_id) ||
        !read_optional_integer(GET(fields, 'l'), &message->last_id)) {
        return STATUS_MALFORMED;
    }
    if (maker->type != SCAN_TRUE && maker->type != SCAN_FALSE) {
        return STATUS_UNKNOWN;
    }
    *slot = binance_slot(EVENT_TRADE, symbol, ts_ms, work->recv_ns);
    slot->side = maker->type == SCAN_TRUE ? SIDE_SELL : SIDE_BUY;
    status = binance_slot_set_trade(slot, symbol, price, size, work->parser->keep_unknown_units);
    if (id->type == SCAN_STRING || id->type == SCAN_NUMBER) {
        event_trade_set_id(slot, id->text.bytes, id->text.len);
    }
    message->kind = BINANCE_TRADE;
    message->symbol = symbol;
    message->has_contracts = symbol->venue == VENUE_BINANCE_COINM;
    message->contracts = size;
    return status;
}

static enum status read_liquidation(struct binance_work *work, const struct binance_fields *order,
                                    struct event *slot) {
    struct binance_message *message = work->message;
    const struct scan_value *side = GET(order, 'S');
    struct binance_symbol *symbol = NULL;
    struct decimal price = {0}, limit = {0}, size;
    int64_t ts_ms = 0;
    enum status status = find_symbol(work, GET(order, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    const bool has_average =
        binance_fields_decimal(binance_fields_get(order, BINANCE_FIELD_AP), &price) &&
        price.mantissa > 0;
    if (!binance_fields_decimal(GET(order, 'z'), &size) || size.mantissa < 0 ||
        (!has_average && !binance_fields_decimal(GET(order, 'p'), &limit)) ||
        !read_time(order, 'T', message->sent_ms, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (!is_text(side, "SELL") && !is_text(side, "BUY")) {
        return STATUS_UNKNOWN;
    }
    if (size.mantissa == 0) {
        return STATUS_IGNORED; /* nothing was filled yet */
    }
    *slot = binance_slot(EVENT_LIQUIDATION, symbol, ts_ms, work->recv_ns);
    slot->side = is_text(side, "SELL") ? POS_LONG : POS_SHORT;
    slot->detail = has_average ? PRICE_FILL : PRICE_BANKRUPTCY;
    message->kind = BINANCE_LIQUIDATION;
    message->symbol = symbol;
    message->has_contracts = symbol->venue == VENUE_BINANCE_COINM;
    message->contracts = size;
    return binance_slot_set_trade(slot, symbol, has_average ? price : limit, size,
                                  work->parser->keep_unknown_units);
}

/* PRICE and FUNDING, two slots at most. */
static enum status read_mark(struct binance_work *work, const struct binance_fields *fields,
                             struct event *out, size_t *count) {
    struct binance_symbol *symbol = NULL;
    struct decimal mark, index = {0}, rate = {0};
    int64_t ts_ms = 0, next_ms = 0;
    const struct scan_value *rate_value = GET(fields, 'r');
    enum status status = find_symbol(work, GET(fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    const bool has_index = GET(fields, 'i')->type != SCAN_NONE;
    const bool has_rate = rate_value->type == SCAN_NUMBER ||
                          (rate_value->type == SCAN_STRING && rate_value->text.len > 0);
    if (!binance_fields_decimal(GET(fields, 'p'), &mark) || mark.mantissa <= 0 ||
        (has_index && !binance_fields_decimal(GET(fields, 'i'), &index)) ||
        (has_rate && !binance_fields_decimal(rate_value, &rate)) ||
        !read_time(fields, 'E', 0, &ts_ms) || !read_optional_integer(GET(fields, 'T'), &next_ms)) {
        return STATUS_MALFORMED;
    }
    out[0] = binance_slot(EVENT_PRICE, symbol, ts_ms, work->recv_ns);
    out[0].has = PRICE_HAS_MARK | (index.mantissa > 0 ? PRICE_HAS_INDEX : 0);
    out[0].exponent_a = mark.exponent;
    out[0].exponent_b = index.exponent;
    out[0].u.price.mark = mark.mantissa;
    out[0].u.price.index = index.mantissa > 0 ? index.mantissa : 0;
    *count = 1;
    if (has_rate) {
        out[1] = binance_slot(EVENT_FUNDING, symbol, ts_ms, work->recv_ns);
        out[1].has = FUNDING_HAS_RATE;
        if (next_ms > 0) {
            out[1].has |= FUNDING_HAS_NEXT;
        }
        if (symbol->funding_interval_h > 0) {
            out[1].has |= FUNDING_HAS_INTERVAL;
        }
        out[1].exponent_a = rate.exponent;
        out[1].u.funding.rate = rate.mantissa;
        out[1].u.funding.next_ms = next_ms;
        out[1].u.funding.interval_h = symbol->funding_interval_h;
        *count = 2;
    }
    work->message->kind = BINANCE_MARK;
    work->message->symbol = symbol;
    return STATUS_OK;
}

int32_t binance_interval_s(struct span text) {
    static const struct {
        char unit;
        int32_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    const struct scan_value number = {.type = SCAN_STRING,
                                      .text = {text.bytes, text.len > 0 ? text.len - 1 : 0}};
    int64_t count = 0;
    if (text.len < 2 || text.len > 3 || !scan_integer(&number, &count) || count <= 0) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        if (units[i].unit == text.bytes[text.len - 1]) {
            return (int32_t)count * units[i].seconds;
        }
    }
    return 0;
}

static enum status read_kline(struct binance_work *work, struct event out[2]) {
    const struct binance_fields *k = &work->inner;
    const struct scan_value *interval = GET(k, 'i');
    struct binance_symbol *symbol = NULL;
    struct binance_kline kline = {.closed = GET(k, 'x')->type == SCAN_TRUE};
    if (GET(k, 'o')->type == SCAN_NONE && GET(k, 'c')->type == SCAN_NONE) {
        return STATUS_IGNORED; /* no values in it */
    }
    enum status status = find_symbol(work, GET(&work->fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (interval->type != SCAN_STRING || !scan_integer(GET(k, 't'), &kline.open_ms) ||
        !binance_fields_decimal(GET(k, 'o'), &kline.open) ||
        !binance_fields_decimal(GET(k, 'h'), &kline.high) ||
        !binance_fields_decimal(GET(k, 'l'), &kline.low) ||
        !binance_fields_decimal(GET(k, 'c'), &kline.close) ||
        !binance_fields_decimal(GET(k, 'v'), &kline.volume) ||
        !binance_fields_decimal(GET(k, 'q'), &kline.quote_volume) ||
        !binance_fields_decimal(GET(k, 'V'), &kline.taker_volume) ||
        !binance_fields_decimal(GET(k, 'Q'), &kline.taker_quote_volume) ||
        !read_optional_integer(GET(k, 'L'), &work->message->last_id)) {
        return STATUS_MALFORMED;
    }
    kline.interval_s = binance_interval_s(interval->text);
    if (kline.interval_s == 0) {
        return STATUS_IGNORED; /* a month has no fixed length */
    }
    work->message->kind = BINANCE_KLINE;
    work->message->symbol = symbol;
    return binance_slot_set_kline(out, symbol, &kline, work->recv_ns);
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

static enum status read_depth(struct binance_work *work, size_t *count) {
    const struct binance_fields *fields = &work->fields;
    struct binance_message *message = work->message;
    struct binance_symbol *symbol = NULL;
    int64_t ts_ms = 0;
    if (!is_diff_stream(&work->stream) || work->levels_bare) {
        return STATUS_IGNORED;
    }
    enum status status = find_symbol(work, GET(fields, 's'), &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (work->levels_bad || GET(fields, 'b')->type != SCAN_ARRAY ||
        GET(fields, 'a')->type != SCAN_ARRAY || !read_time(fields, 'T', message->sent_ms, &ts_ms) ||
        !scan_integer(GET(fields, 'U'), &message->first_id) ||
        !scan_integer(GET(fields, 'u'), &message->last_id)) {
        return STATUS_MALFORMED;
    }
    message->prev_id = message->first_id - 1; /* a spot-like message has no pu: ids follow on */
    if (binance_fields_get(fields, BINANCE_FIELD_PU)->type != SCAN_NONE &&
        !scan_integer(binance_fields_get(fields, BINANCE_FIELD_PU), &message->prev_id)) {
        return STATUS_MALFORMED;
    }
    if (work->levels_full) {
        return STATUS_RANGE;
    }
    message->kind = BINANCE_DEPTH;
    message->symbol = symbol;
    struct event *slots = work->parser->slots;
    for (size_t i = 0; i < work->level_count; i++) {
        slots[i].instrument = symbol->instrument;
        slots[i].ts_ms = ts_ms;
        slots[i].recv_ns = work->recv_ns;
        slots[i].u.level.update_id = message->last_id;
        if (symbol->venue == VENUE_BINANCE_COINM) {
            status = binance_slot_set_level(
                &slots[i], symbol, event_decimal(slots[i].u.level.price, slots[i].exponent_a),
                event_decimal(slots[i].u.level.qty_base, slots[i].exponent_b));
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    *count = work->level_count;
    if (*count == 0) {
        slots[0] = binance_slot(EVENT_BOOK, symbol, ts_ms, work->recv_ns);
        slots[0].u.level.update_id = message->last_id;
        *count = 1;
    }
    return STATUS_OK;
}

static enum status read_contract(struct binance_work *work, size_t *count) {
    struct binance_parser *parser = work->parser;
    struct binance_symbol *symbol = NULL;
    int64_t ts_ms = 0;
    if (parser->tier_count == 0 && !work->tiers_bad) {
        return STATUS_IGNORED; /* a change of status alone */
    }
    enum status status = find_symbol(work, GET(&work->fields, 's'), &symbol);
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
    parser->slots[0] = binance_slot(EVENT_INSTRUMENT, symbol, ts_ms, work->recv_ns);
    parser->slots[0].detail = CONTRACT_LINEAR;
    for (size_t i = 0; i < parser->tier_count; i++) {
        struct event *slot = &parser->slots[i + 1];
        *slot = binance_slot(EVENT_TIER, symbol, ts_ms, work->recv_ns);
        slot->u.tier.notional_cap_usd = parser->tiers[i].notional_cap_usd;
        slot->u.tier.mmr = parser->tiers[i].mmr;
        slot->u.tier.leverage_max = parser->tiers[i].leverage_max;
        slot->u.tier.index = (int32_t)i;
    }
    work->message->kind = BINANCE_INSTRUMENT;
    work->message->symbol = symbol;
    *count = parser->tier_count + 1;
    return STATUS_OK;
}

/* The message in work->fields. */
static enum status read_message(struct binance_work *work) {
    struct event *slots = work->parser->slots;
    const struct scan_value *name = GET(&work->fields, 'e');
    enum status status = STATUS_IGNORED;
    size_t count = 1;
    if (name->type != SCAN_STRING ||
        !read_optional_integer(GET(&work->fields, 'E'), &work->message->sent_ms)) {
        return STATUS_MALFORMED;
    }
    if (is_text(name, "aggTrade") || is_text(name, "trade")) {
        status = read_trade(work, &work->fields, is_text(name, "aggTrade"), slots);
    } else if (is_text(name, "depthUpdate")) {
        status = read_depth(work, &count);
    } else if (is_text(name, "forceOrder")) {
        status = read_liquidation(work, &work->inner, slots);
    } else if (is_text(name, "markPriceUpdate")) {
        status = read_mark(work, &work->fields, slots, &count);
    } else if (is_text(name, "kline")) {
        status = read_kline(work, slots);
        count = 2;
    } else if (is_text(name, "contractInfo")) {
        status = read_contract(work, &count);
    }
    if (status == STATUS_OK) {
        slots[0].flags |= EVENT_FLAG_BEGIN;
        slots[count - 1].flags |= EVENT_FLAG_END;
        work->message->count = count;
    }
    return status;
}

/* -- arrays of rows: mark prices of all symbols -- */

/* The scan is at an element of the array. */
static void read_row(struct binance_work *work, struct scan *scan) {
    struct binance_message *message = work->message;
    struct scan_value value;
    const int depth = scan->depth;
    size_t count = 0;
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
    enum status status = message->count + 2 <= EVENT_MESSAGE_SLOTS_MAX ? STATUS_OK : STATUS_RANGE;
    struct event *slots = work->parser->slots + message->count;
    if (status == STATUS_OK) {
        status = read_mark(work, &work->row, slots, &count);
    }
    if (status != STATUS_OK) {
        work->row_status = status;
        binance_parser_count(work->parser, status);
        return;
    }
    slots[0].flags |= EVENT_FLAG_BEGIN;
    slots[count - 1].flags |= EVENT_FLAG_END;
    message->count += count;
    if (message->sent_ms < slots[0].ts_ms) {
        message->sent_ms = slots[0].ts_ms;
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

enum status binance_parse(struct binance_parser *parser, const char *bytes, size_t len,
                          int64_t recv_ns, struct binance_message *message) {
    struct binance_work work;
    struct scan scan;
    struct scan_value value;
    *message = (struct binance_message){.kind = BINANCE_NONE};
    work.parser = parser;
    work.message = message;
    work.recv_ns = recv_ns;
    work.fields.present = work.inner.present = work.row.present = 0;
    work.stream.type = SCAN_NONE;
    work.level_count = parser->tier_count = 0;
    work.has_data = work.has_rows = work.levels_bad = work.levels_bare = work.levels_full =
        work.tiers_bad = false;
    work.row_status = STATUS_IGNORED;
    scan_init(&scan, bytes, len);
    const enum scan_type type = scan_read(&scan, &value);
    if (type == SCAN_OBJECT) {
        collect_outer(&work, &scan);
    } else if (type == SCAN_ARRAY) {
        read_rows(&work, &scan);
    }
    enum status status = STATUS_MALFORMED;
    if (scan_end(&scan)) {
        if (!work.has_data) {
            message->kind = BINANCE_OTHER;
            return STATUS_IGNORED;
        }
        if (work.has_rows) {
            if (message->count > 0) {
                message->kind = BINANCE_MIXED;
                message->symbol = NULL;
                return STATUS_OK;
            }
            if (work.row_status != STATUS_IGNORED) {
                return work.row_status; /* counted with its row */
            }
            status = STATUS_IGNORED;
        } else {
            status = read_message(&work);
        }
    }
    if (status != STATUS_OK) {
        message->kind = BINANCE_NONE;
        message->count = 0;
    }
    binance_parser_count(parser, status);
    return status;
}

void binance_parser_count(struct binance_parser *parser, enum status status) {
    struct venue_counts *counts = &parser->counts;
    switch (status) {
    case STATUS_OK:
    case STATUS_CANCELLED: /* its rows were counted */
        break;
    case STATUS_IGNORED:
        counts->ignored++;
        break;
    case STATUS_UNKNOWN:
        counts->dropped_side++;
        break;
    case STATUS_UNSUPPORTED:
        counts->dropped_unit++;
        break;
    case STATUS_NOT_FOUND:
        counts->dropped_symbol++;
        break;
    case STATUS_RANGE:
        counts->dropped_oversized++;
        break;
    default:
        counts->malformed++;
        break;
    }
}

struct binance_parser *binance_parser_create(struct instrument_table *instruments,
                                             enum venue_id home) {
    struct binance_parser *parser = calloc(1, sizeof *parser);
    struct event *slots = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *slots);
    if (parser == NULL || slots == NULL) {
        free(parser);
        free(slots);
        return NULL;
    }
    parser->slots = slots;
    binance_symbols_init(&parser->symbols, instruments, home);
    return parser;
}

void binance_parser_destroy(struct binance_parser *parser) {
    if (parser != NULL) {
        free(parser->slots);
        free(parser);
    }
}
