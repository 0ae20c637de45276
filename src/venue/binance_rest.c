#include "venue/binance_rest.h"

#include <assert.h>
#include <string.h>

#include "json/scan.h"
#include "json/tree.h"
#include "venue/binance_slots.h"

enum { NUMBER_BYTES = 64, HOURS_A_YEAR = 8760 };

/* One answer on its way through. */
struct answer {
    struct binance_parser *parser;
    struct binance_message *message;
    const struct binance_rest_request *request;
    const char *bytes;
    size_t len;
    int64_t recv_ns;
};

static bool read_decimal(const struct tree *value, struct decimal *out) {
    char text[NUMBER_BYTES];
    return tree_number_text(value, text, sizeof text) && decimal_parse(text, strlen(text), out);
}

static bool member_decimal(const struct tree *object, const char *key, struct decimal *out) {
    return read_decimal(tree_member(object, key), out);
}

/* The symbol an object names; else the request's. */
static enum status find_symbol(struct answer *answer, const struct tree *object,
                               struct binance_symbol **out) {
    const char *text = tree_text(tree_member(object, "symbol"));
    *out = text == NULL ? answer->request->symbol
                        : binance_symbols_find(&answer->parser->symbols, span_from_text(text));
    return *out == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

/* The next slots of a message of count; NULL: no room. Flags are set. */
static struct event *take_slots(struct answer *answer, size_t count) {
    struct binance_message *message = answer->message;
    if (count > EVENT_MESSAGE_SLOTS_MAX - message->count) {
        return NULL;
    }
    struct event *slots = answer->parser->slots + message->count;
    message->count += count;
    return slots;
}

static void set_ends(struct event *slots, size_t count) {
    slots[0].flags |= EVENT_FLAG_BEGIN;
    slots[count - 1].flags |= EVENT_FLAG_END;
}

/* -- depth -- */

/* The exact integer of a top-level member: ids do not pass through a double. */
static bool scan_top_integer(const struct answer *answer, const char *wanted, int64_t *out) {
    struct scan scan;
    struct scan_value value;
    struct span key;
    scan_init(&scan, answer->bytes, answer->len);
    if (scan_read(&scan, &value) != SCAN_OBJECT) {
        return false;
    }
    while (scan_next_member(&scan, &key)) {
        const bool found = span_equal_text(key, wanted);
        const int depth = scan.depth;
        scan_read(&scan, &value);
        if (found) {
            return scan_integer(&value, out);
        }
        scan_leave(&scan, depth);
    }
    return false;
}

static enum status read_side(struct answer *answer, const struct tree *levels, enum side side,
                             const struct event *pattern, const struct binance_symbol *symbol) {
    for (const struct tree *row = tree_first(levels); row != NULL; row = tree_next(row)) {
        const struct tree *price_value = tree_first(row);
        struct decimal price, size;
        if (!read_decimal(price_value, &price) || !read_decimal(tree_next(price_value), &size)) {
            return STATUS_MALFORMED;
        }
        struct event *slot = take_slots(answer, 1);
        if (slot == NULL) {
            return STATUS_RANGE;
        }
        *slot = *pattern;
        slot->side = side == SIDE_BUY ? SIDE_BUY : SIDE_SELL;
        const enum status status = binance_slot_set_level(slot, symbol, price, size);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

/* Without a symbol the message's symbol is NULL and its slots have no instrument: the caller knows.
 */
static enum status read_snapshot(struct answer *answer, const struct tree *root) {
    static const struct binance_symbol nobody = {.instrument = INSTRUMENT_NONE,
                                                 .venue = VENUE_BINANCE_USDM};
    struct binance_message *message = answer->message;
    struct binance_symbol *symbol = NULL;
    int64_t ts_ms = 0;
    if (!scan_top_integer(answer, "lastUpdateId", &message->last_id)) {
        return STATUS_MALFORMED;
    }
    if (find_symbol(answer, root, &symbol) != STATUS_OK && tree_member(root, "symbol") != NULL) {
        return STATUS_NOT_FOUND;
    }
    if (!tree_integer(tree_member(root, "T"), &ts_ms)) {
        tree_integer(tree_member(root, "E"), &ts_ms);
    }
    const struct binance_symbol *owner = symbol == NULL ? &nobody : symbol;
    struct event pattern = binance_slot(EVENT_BOOK, owner, ts_ms, answer->recv_ns);
    pattern.flags = EVENT_FLAG_SNAPSHOT;
    pattern.u.level.update_id = message->last_id;
    enum status status = read_side(answer, tree_member(root, "bids"), SIDE_BUY, &pattern, owner);
    if (status == STATUS_OK) {
        status = read_side(answer, tree_member(root, "asks"), SIDE_SELL, &pattern, owner);
    }
    if (status == STATUS_OK && message->count == 0) {
        *take_slots(answer, 1) = pattern; /* an empty book */
    }
    if (status == STATUS_OK) {
        set_ends(answer->parser->slots, message->count);
        message->kind = BINANCE_SNAPSHOT;
        message->symbol = symbol;
    }
    return status;
}

/* -- instruments -- */

static void read_filters(const struct tree *filters, struct event *slot) {
    for (const struct tree *f = tree_first(filters); f != NULL; f = tree_next(f)) {
        const char *type = tree_text(tree_member(f, "filterType"));
        struct decimal value;
        if (type == NULL) {
            continue;
        }
        if (strcmp(type, "PRICE_FILTER") == 0 && member_decimal(f, "tickSize", &value) &&
            value.mantissa > 0) {
            slot->has |= INSTRUMENT_HAS_TICK;
            slot->exponent_a = value.exponent;
            slot->u.instrument.tick = value.mantissa;
        } else if (strcmp(type, "LOT_SIZE") == 0 && member_decimal(f, "stepSize", &value) &&
                   value.mantissa > 0) {
            slot->has |= INSTRUMENT_HAS_LOT;
            slot->exponent_b = value.exponent;
            slot->u.instrument.lot = value.mantissa;
        }
    }
}

static enum status read_instrument(struct answer *answer, const struct tree *row, int64_t ts_ms) {
    const char *text = tree_text(tree_member(row, "symbol"));
    const char *base = tree_text(tree_member(row, "baseAsset"));
    struct decimal size = {0};
    if (text == NULL) {
        return STATUS_MALFORMED;
    }
    struct binance_symbol *symbol =
        binance_symbols_find(&answer->parser->symbols, span_from_text(text));
    if (symbol == NULL) {
        return answer->parser->symbols.closed ? STATUS_IGNORED : STATUS_NOT_FOUND;
    }
    const bool coin = tree_member(row, "contractSize") != NULL;
    if (coin && (!member_decimal(row, "contractSize", &size) || size.mantissa <= 0)) {
        return STATUS_MALFORMED;
    }
    binance_symbols_list(&answer->parser->symbols, symbol, size);
    struct event *slot = take_slots(answer, 1);
    if (slot == NULL) {
        return STATUS_RANGE;
    }
    *slot = binance_slot(EVENT_INSTRUMENT, symbol, ts_ms, answer->recv_ns);
    slot->detail = coin ? CONTRACT_INVERSE : CONTRACT_LINEAR;
    read_filters(tree_member(row, "filters"), slot);
    if (coin) {
        slot->has |= INSTRUMENT_HAS_MULTIPLIER;
        slot->exponent_c = size.exponent;
        slot->u.instrument.multiplier = size.mantissa;
    }
    if (base != NULL) {
        str_copy(slot->u.instrument.base, sizeof slot->u.instrument.base, base);
    }
    set_ends(slot, 1);
    return STATUS_OK;
}

static enum status read_instruments(struct answer *answer, const struct tree *root) {
    int64_t ts_ms = 0;
    tree_integer(tree_member(root, "serverTime"), &ts_ms);
    answer->message->sent_ms = ts_ms;
    for (const struct tree *row = tree_first(tree_member(root, "symbols")); row != NULL;
         row = tree_next(row)) {
        const enum status status = read_instrument(answer, row, ts_ms);
        if (status != STATUS_OK && status != STATUS_IGNORED) {
            binance_parser_count(answer->parser, status);
        }
    }
    answer->message->kind = BINANCE_INSTRUMENT;
    return STATUS_OK; /* even without one that is wanted */
}

/* {"symbol":…,"brackets":[{"notionalCap":…,"maintMarginRatio":…,"initialLeverage":…}]} */
static enum status read_brackets(struct answer *answer, const struct tree *row) {
    struct binance_symbol *symbol = NULL;
    const struct tree *brackets = tree_member(row, "brackets");
    enum status status = find_symbol(answer, row, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (tree_member(tree_first(brackets), "qtyCap") != NULL) {
        return STATUS_IGNORED; /* COIN-M: caps in contracts or coin, not said which */
    }
    struct event *head = take_slots(answer, 1);
    if (head == NULL) {
        return STATUS_RANGE;
    }
    *head = binance_slot(EVENT_INSTRUMENT, symbol, 0, answer->recv_ns);
    head->detail = CONTRACT_LINEAR;
    int32_t index = 0;
    for (const struct tree *b = tree_first(brackets); b != NULL; b = tree_next(b)) {
        struct decimal cap, rate, leverage;
        struct event *slot = index < BINANCE_TIER_COUNT_MAX ? take_slots(answer, 1) : NULL;
        if (slot == NULL) {
            return STATUS_RANGE;
        }
        if (!member_decimal(b, "notionalCap", &cap) ||
            !member_decimal(b, "maintMarginRatio", &rate) ||
            !member_decimal(b, "initialLeverage", &leverage)) {
            return STATUS_MALFORMED;
        }
        *slot = binance_slot(EVENT_TIER, symbol, 0, answer->recv_ns);
        slot->u.tier.notional_cap_usd = decimal_to_double(cap);
        slot->u.tier.mmr = decimal_to_double(rate);
        slot->u.tier.leverage_max = decimal_to_double(leverage);
        slot->u.tier.index = index++;
    }
    set_ends(head, (size_t)index + 1);
    return STATUS_OK;
}

/* -- values -- */

static enum status put_interest(struct answer *answer, const struct tree *row,
                                const struct tree *base_value, const struct tree *usd_value,
                                const char *time_key) {
    struct binance_symbol *symbol = NULL;
    struct decimal base, usd = {0};
    int64_t ts_ms = 0;
    const enum status status = find_symbol(answer, row, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!read_decimal(base_value, &base) || base.mantissa < 0 ||
        (usd_value != NULL && (!read_decimal(usd_value, &usd) || usd.mantissa < 0)) ||
        !tree_integer(tree_member(row, time_key), &ts_ms)) {
        return STATUS_MALFORMED;
    }
    unsigned bits = OI_HAS_BASE | (usd_value != NULL ? OI_HAS_USD : 0U);
    if (symbol->venue == VENUE_BINANCE_COINM) { /* open interest is in contracts */
        if (symbol->contract_size.mantissa <= 0 ||
            !decimal_multiply(base, symbol->contract_size, &usd)) {
            return STATUS_UNSUPPORTED;
        }
        bits = OI_HAS_USD;
        base = (struct decimal){0};
    }
    struct event *slot = take_slots(answer, 1);
    if (slot == NULL) {
        return STATUS_RANGE;
    }
    *slot = binance_slot(EVENT_OPEN_INTEREST, symbol, ts_ms, answer->recv_ns);
    slot->has = (uint8_t)(bits & 63U);
    slot->exponent_a = base.exponent;
    slot->exponent_b = usd.exponent;
    slot->u.open_interest.oi_base = base.mantissa;
    slot->u.open_interest.oi_usd = usd.mantissa;
    set_ends(slot, 1);
    answer->message->symbol = symbol;
    return STATUS_OK;
}

static enum status put_premium(struct answer *answer, const struct tree *row) {
    struct binance_symbol *symbol = NULL;
    struct decimal mark, index = {0}, rate;
    int64_t ts_ms = 0, next_ms = 0;
    const enum status status = find_symbol(answer, row, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!member_decimal(row, "markPrice", &mark) || mark.mantissa <= 0 ||
        !tree_integer(tree_member(row, "time"), &ts_ms)) {
        return STATUS_MALFORMED;
    }
    const bool has_rate = member_decimal(row, "lastFundingRate", &rate); /* "" for dated ones */
    const size_t count = has_rate ? 2 : 1;
    struct event *slots = take_slots(answer, count);
    if (slots == NULL) {
        return STATUS_RANGE;
    }
    slots[0] = binance_slot(EVENT_PRICE, symbol, ts_ms, answer->recv_ns);
    slots[0].has = PRICE_HAS_MARK;
    slots[0].exponent_a = mark.exponent;
    slots[0].u.price.mark = mark.mantissa;
    if (member_decimal(row, "indexPrice", &index) && index.mantissa > 0) {
        slots[0].has |= PRICE_HAS_INDEX;
        slots[0].exponent_b = index.exponent;
        slots[0].u.price.index = index.mantissa;
    }
    if (has_rate) {
        slots[1] = binance_slot(EVENT_FUNDING, symbol, ts_ms, answer->recv_ns);
        slots[1].has = FUNDING_HAS_RATE;
        slots[1].exponent_a = rate.exponent;
        slots[1].u.funding.rate = rate.mantissa;
        if (tree_integer(tree_member(row, "nextFundingTime"), &next_ms) && next_ms > 0) {
            slots[1].has |= FUNDING_HAS_NEXT;
            slots[1].u.funding.next_ms = next_ms;
        }
        if (symbol->funding_interval_h > 0) {
            slots[1].has |= FUNDING_HAS_INTERVAL;
            slots[1].u.funding.interval_h = symbol->funding_interval_h;
        }
    }
    set_ends(slots, count);
    answer->message->symbol = symbol;
    return STATUS_OK;
}

static enum status learn_interval(struct answer *answer, const struct tree *row) {
    struct binance_symbol *symbol = NULL;
    int64_t hours = 0;
    if (find_symbol(answer, row, &symbol) == STATUS_OK &&
        tree_integer(tree_member(row, "fundingIntervalHours"), &hours) && hours > 0 &&
        hours <= HOURS_A_YEAR) {
        symbol->funding_interval_h = (int)hours;
    }
    return STATUS_IGNORED;
}

/* Columns: open time, open, high, low, close, volume, close time, quote volume, trades, taker base,
 * taker quote. */
static enum status put_kline(struct answer *answer, const struct tree *row) {
    enum { COLUMN_COUNT = 11, TIME = 0, OPEN, HIGH, LOW, CLOSE, VOLUME, QUOTE = 7, TAKER = 9 };
    const struct tree *columns[COLUMN_COUNT] = {NULL};
    struct binance_kline kline = {.interval_s = answer->request->interval_s, .closed = true};
    const struct tree *value = tree_first(row);
    for (int i = 0; i < COLUMN_COUNT && value != NULL; i++, value = tree_next(value)) {
        columns[i] = value;
    }
    if (!tree_integer(columns[TIME], &kline.open_ms) || !read_decimal(columns[OPEN], &kline.open) ||
        !read_decimal(columns[HIGH], &kline.high) || !read_decimal(columns[LOW], &kline.low) ||
        !read_decimal(columns[CLOSE], &kline.close) ||
        !read_decimal(columns[VOLUME], &kline.volume) ||
        !read_decimal(columns[QUOTE], &kline.quote_volume) ||
        !read_decimal(columns[TAKER], &kline.taker_volume) ||
        !read_decimal(columns[TAKER + 1], &kline.taker_quote_volume)) {
        return STATUS_MALFORMED;
    }
    struct event *slots = take_slots(answer, 2);
    if (slots == NULL) {
        return STATUS_RANGE;
    }
    return binance_slot_set_kline(slots, answer->request->symbol, &kline, answer->recv_ns);
}

/* {"a":id,"p":price,"q":size,"T":time,"m":buyer is maker} of the symbol asked for. */
static enum status put_agg_trade(struct answer *answer, const struct tree *row) {
    const struct binance_symbol *symbol = answer->request->symbol;
    struct decimal price, size;
    int64_t id = 0, ts_ms = 0;
    bool maker = false;
    char text[NUMBER_BYTES];
    if (!member_decimal(row, "p", &price) || !member_decimal(row, "q", &size) ||
        !tree_integer(tree_member(row, "a"), &id) || !tree_integer(tree_member(row, "T"), &ts_ms) ||
        !tree_number_text(tree_member(row, "a"), text, sizeof text)) {
        return STATUS_MALFORMED;
    }
    if (!tree_boolean(tree_member(row, "m"), &maker)) {
        return STATUS_UNKNOWN;
    }
    struct event *slot = take_slots(answer, 1);
    if (slot == NULL) {
        return STATUS_RANGE;
    }
    *slot = binance_slot(EVENT_TRADE, symbol, ts_ms, answer->recv_ns);
    slot->side = maker ? SIDE_SELL : SIDE_BUY;
    const enum status status =
        binance_slot_set_trade(slot, symbol, price, size, answer->parser->keep_unknown_units);
    event_trade_set_id(slot, text, strlen(text));
    set_ends(slot, 1);
    answer->message->last_id = id;
    return status;
}

/* -- by shape -- */

/* An object by itself or in an array. */
static enum status read_row(struct answer *answer, const struct tree *row) {
    const struct tree *interest = tree_member(row, "openInterest");
    const struct tree *interest_sum = tree_member(row, "sumOpenInterest");
    if (interest != NULL) {
        return put_interest(answer, row, interest, NULL, "time");
    }
    if (interest_sum != NULL) {
        if (tree_member(row, "symbol") == NULL && answer->request->symbol == NULL) {
            return STATUS_IGNORED; /* COIN-M names a pair and a contract type */
        }
        return put_interest(answer, row, interest_sum, tree_member(row, "sumOpenInterestValue"),
                            "timestamp");
    }
    if (tree_member(row, "markPrice") != NULL && tree_member(row, "lastFundingRate") != NULL) {
        return put_premium(answer, row);
    }
    if (tree_member(row, "fundingIntervalHours") != NULL) {
        return learn_interval(answer, row);
    }
    if (tree_is_array(tree_member(row, "brackets"))) {
        return read_brackets(answer, row);
    }
    if (tree_is_array(row) && answer->request->symbol != NULL && answer->request->interval_s > 0) {
        return put_kline(answer, row);
    }
    if (answer->request->symbol != NULL && tree_member(row, "a") != NULL &&
        tree_member(row, "m") != NULL) {
        return put_agg_trade(answer, row);
    }
    return STATUS_IGNORED;
}

static enum status read_rows(struct answer *answer, const struct tree *root) {
    enum status worst = STATUS_IGNORED;
    for (const struct tree *row = tree_first(root); row != NULL; row = tree_next(row)) {
        const size_t count_before = answer->message->count;
        const enum status status = read_row(answer, row);
        if (status != STATUS_OK) {
            answer->message->count = count_before;
        }
        if (status != STATUS_OK && status != STATUS_IGNORED) {
            binance_parser_count(answer->parser, status);
            worst = STATUS_CANCELLED; /* its rows are counted already */
        }
    }
    answer->message->kind = BINANCE_MIXED;
    return answer->message->count > 0 ? STATUS_OK : worst;
}

static enum status read_answer(struct answer *answer, const struct tree *root) {
    if (tree_is_array(root)) {
        return read_rows(answer, root);
    }
    if (tree_is_array(tree_member(root, "bids")) && tree_is_array(tree_member(root, "asks")) &&
        tree_member(root, "lastUpdateId") != NULL) {
        return read_snapshot(answer, root);
    }
    if (tree_member(tree_first(tree_member(root, "symbols")), "filters") != NULL) {
        return read_instruments(answer, root);
    }
    const enum status status = read_row(answer, root);
    if (status == STATUS_OK) {
        answer->message->kind = BINANCE_MIXED;
    }
    return status;
}

enum status binance_rest_parse(struct binance_parser *parser, const char *bytes, size_t len,
                               int64_t recv_ns, const struct binance_rest_request *request,
                               struct binance_message *message) {
    static const struct binance_rest_request nothing = {.symbol = NULL};
    struct answer answer = {.parser = parser,
                            .message = message,
                            .request = request == NULL ? &nothing : request,
                            .bytes = bytes,
                            .len = len,
                            .recv_ns = recv_ns};
    enum status status = STATUS_OK;
    *message = (struct binance_message){.kind = BINANCE_NONE};
    struct tree *root = tree_parse(bytes, len, &status);
    if (root == NULL) {
        return status;
    }
    status = read_answer(&answer, root);
    tree_destroy(root);
    if (status != STATUS_OK) {
        message->kind = BINANCE_NONE;
        message->count = 0;
    }
    return status;
}
