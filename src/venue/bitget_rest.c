/* Bitget's REST answers (v3), by the shape of their rows.
 *
 * {"code":"00000","msg":…,"requestTime":…,"data": rows, or {"list": rows, "ts":…}, or
 * {"resultList": rows}, or a book}
 *
 * What `amount` counts in a liquidation's row is not documented, so the rows prove it: sizes are
 * whole lots of base coin (quantityMultiplier), so amount / price is a whole number of lots if
 * amount is quote coin, and amount itself is one if it is base coin. amount is rounded to its last
 * digit, which moves the quotient by half a unit of it over the price; a lot smaller than ten times
 * that proves nothing. The rows of one answer vote; where they do not agree, or prove nothing, they
 * are dropped as of unknown unit. */
#include <math.h>
#include <string.h>

#include "venue/bitget_parse.h"

enum { TIER_COUNT_MAX = 256, HOURS_A_YEAR = 8784 };

enum member {
    SYMBOL,
    CATEGORY,
    TIME,
    PRICE,
    SIZE,
    SIDE,
    TRADE_ID,
    AMOUNT,
    TICK,
    LOT,
    BASE,
    KIND,
    INTERVAL,
    DELIVERY,
    LAST,
    MARK,
    INDEX,
    RATE,
    INTEREST,
    RATE_INTERVAL,
    RATE_NEXT,
    RATE_TIME,
    TIER_CAP,
    TIER_RATE,
    TIER_LEVERAGE,
    MEMBER_COUNT
};
static const char *const member_names[MEMBER_COUNT] = {[SYMBOL] = "symbol",
                                                       [CATEGORY] = "category",
                                                       [TIME] = "ts",
                                                       [PRICE] = "price",
                                                       [SIZE] = "size",
                                                       [SIDE] = "side",
                                                       [TRADE_ID] = "execId",
                                                       [AMOUNT] = "amount",
                                                       [TICK] = "priceMultiplier",
                                                       [LOT] = "quantityMultiplier",
                                                       [BASE] = "baseCoin",
                                                       [KIND] = "type",
                                                       [INTERVAL] = "fundInterval",
                                                       [DELIVERY] = "deliveryTime",
                                                       [LAST] = "lastPrice",
                                                       [MARK] = "markPrice",
                                                       [INDEX] = "indexPrice",
                                                       [RATE] = "fundingRate",
                                                       [INTEREST] = "openInterest",
                                                       [RATE_INTERVAL] = "fundingRateInterval",
                                                       [RATE_NEXT] = "nextUpdate",
                                                       [RATE_TIME] = "fundingRateTimestamp",
                                                       [TIER_CAP] = "maxTierValue",
                                                       [TIER_RATE] = "mmr",
                                                       [TIER_LEVERAGE] = "leverage"};

struct answer {
    struct venue_parser *parser;
    struct venue_message *message;
    const struct venue_rest_about *about;
    int64_t recv_ns, ts_ms; /* ts_ms: of the answer; 0: none */
    int line;               /* of the request's category; BITGET_LINE_NONE: not known */
    enum venue_unit amount; /* of liquidations; UNIT_NONE: nothing proves it */
    bool listed;            /* it is a list of instruments */
    struct venue_field row[MEMBER_COUNT];

    struct venue_symbol *tier_symbol;
    struct venue_tier tiers[TIER_COUNT_MAX];
    size_t tier_count;
    bool tiers_bad;
};

static const struct scan_value *get(const struct answer *answer, enum member member) {
    return &answer->row[member].value;
}

static bool has(const struct answer *answer, enum member member) {
    return get(answer, member)->type != SCAN_NONE;
}

/* What the row is of: its own word, or the request's. */
static enum status find_symbol(struct answer *answer, struct venue_symbol **out) {
    int line = answer->line;
    *out = answer->about->symbol;
    if (has(answer, CATEGORY)) {
        line = get(answer, CATEGORY)->type == SCAN_STRING
                   ? bitget_line_of(get(answer, CATEGORY)->text)
                   : BITGET_LINE_NONE;
        if (line == BITGET_LINE_NONE) {
            return STATUS_IGNORED; /* spot, margin */
        }
    }
    if (has(answer, SYMBOL)) {
        *out = venue_symbol_of(answer->parser, get(answer, SYMBOL));
        if (*out == NULL && answer->parser->symbols.closed) {
            return STATUS_IGNORED;
        }
    }
    if (*out == NULL) {
        return STATUS_NOT_FOUND;
    }
    return line == BITGET_LINE_NONE || bitget_set_line(*out, line) ? STATUS_OK : STATUS_NOT_FOUND;
}

/* -- facts -- */

static enum status read_instrument(struct answer *answer) {
    struct venue_symbol *symbol = NULL;
    const enum status status = find_symbol(answer, &symbol);
    int64_t hours = 0;
    bool known = false, has_lot = false, has_hours = false;
    struct decimal tick = {0}, lot = {0};
    answer->listed = true;
    if (status != STATUS_OK) {
        return status;
    }
    if (!venue_optional_decimal(get(answer, TICK), &tick, &known) || tick.mantissa < 0 ||
        !venue_optional_decimal(get(answer, LOT), &lot, &has_lot) || lot.mantissa < 0 ||
        !venue_optional_integer(get(answer, INTERVAL), &hours, &has_hours)) {
        return STATUS_MALFORMED;
    }
    if ((symbol->number & BITGET_LINE_MASK) == BITGET_LINE_NONE) {
        return STATUS_UNSUPPORTED; /* a list that does not say of what */
    }
    symbol->listed = true;
    symbol->tick = tick;
    symbol->lot = lot;
    symbol->funding_interval_h = hours > 0 && hours <= HOURS_A_YEAR ? (int)hours : 0;
    if (venue_text_is(get(answer, KIND), "delivery")) {
        symbol->number |= BITGET_DATED;
        symbol->funding_interval_h = 0;
    }
    venue_add_instrument(answer->parser, answer->message, symbol, get(answer, BASE)->text,
                         answer->ts_ms);
    return STATUS_OK;
}

static void flush_tiers(struct answer *answer) {
    const size_t count = answer->tier_count;
    if (answer->tiers_bad) {
        venue_parser_count(answer->parser, STATUS_MALFORMED);
    } else if (count > 0) {
        venue_add_tiers(answer->parser, answer->message, answer->tier_symbol, answer->tiers, count,
                        answer->ts_ms);
    }
    answer->tier_count = 0;
    answer->tiers_bad = false;
}

/* {"tier":…,"minTierValue":…,"maxTierValue":…,"leverage":…,"mmr":…}: values in quote coin */
static enum status read_tier(struct answer *answer) {
    struct venue_symbol *symbol = NULL;
    struct decimal cap, rate, leverage;
    const enum status status = find_symbol(answer, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (symbol != answer->tier_symbol) {
        flush_tiers(answer);
        answer->tier_symbol = symbol;
    }
    if (!venue_decimal(get(answer, TIER_CAP), &cap) ||
        !venue_decimal(get(answer, TIER_RATE), &rate) ||
        !venue_decimal(get(answer, TIER_LEVERAGE), &leverage) ||
        answer->tier_count == TIER_COUNT_MAX) {
        answer->tiers_bad = true; /* a table with a hole is none */
        return STATUS_OK;
    }
    answer->tiers[answer->tier_count++] =
        (struct venue_tier){.notional_cap_usd = decimal_to_double(cap),
                            .mmr = decimal_to_double(rate),
                            .leverage_max = decimal_to_double(leverage)};
    return STATUS_OK;
}

/* -- values -- */

/* Rows that say what they hold in one go: a ticker, open interest, funding now or then. */
static enum status read_values(struct answer *answer) {
    static const struct {
        enum member member;
        unsigned bit;
    } parts[] = {{LAST, TICKER_LAST},
                 {MARK, TICKER_MARK},
                 {INDEX, TICKER_INDEX},
                 {RATE, TICKER_RATE},
                 {INTEREST, TICKER_INTEREST}};
    struct venue_ticker ticker = {.interest_unit = UNIT_BASE, .recv_ns = answer->recv_ns};
    struct decimal *const values[ARRAY_COUNT(parts)] = {&ticker.last, &ticker.mark, &ticker.index,
                                                        &ticker.rate, &ticker.interest};
    int64_t hours = 0, delivery_ms = 0;
    bool found = false, has_hours = false, dated = false;
    const enum status status = find_symbol(answer, &ticker.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    bool good = true;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        good = good && venue_optional_decimal(get(answer, parts[i].member), values[i], &found);
        ticker.has |= found ? parts[i].bit : 0U;
    }
    good = good && venue_optional_integer(get(answer, RATE_NEXT), &ticker.next_ms, &found);
    ticker.has |= found ? (unsigned)TICKER_NEXT : 0U;
    good = good && venue_optional_integer(get(answer, RATE_INTERVAL), &hours, &has_hours) &&
           venue_optional_integer(get(answer, DELIVERY), &delivery_ms, &dated);
    const enum member time = has(answer, RATE_TIME) ? RATE_TIME : TIME;
    good = good && venue_optional_integer(get(answer, time), &ticker.ts_ms, &found);
    ticker.ts_ms = found ? ticker.ts_ms : answer->ts_ms;
    if (!good) {
        return STATUS_MALFORMED;
    }
    if (has_hours && hours > 0 && hours <= HOURS_A_YEAR) {
        ticker.symbol->funding_interval_h = (int)hours;
    }
    if (ticker.ts_ms <= 0) {
        return STATUS_IGNORED; /* a part of an answer, of no time */
    }
    if (delivery_ms > 0 || (ticker.symbol->number & BITGET_DATED) != 0) {
        ticker.has &= ~(unsigned)(TICKER_RATE | TICKER_NEXT);
    }
    venue_add_ticker(answer->parser, answer->message, &ticker);
    return STATUS_OK;
}

/* -- trades and liquidations -- */

static enum status read_trade(struct answer *answer) {
    struct venue_trade trade = {.kind = EVENT_TRADE,
                                .side = bitget_side(get(answer, SIDE)),
                                .recv_ns = answer->recv_ns,
                                .id = get(answer, TRADE_ID)->text};
    const enum status status = find_symbol(answer, &trade.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    trade.unit = trade.symbol->unit;
    if (!venue_decimal(get(answer, PRICE), &trade.price) ||
        !venue_decimal(get(answer, SIZE), &trade.size) ||
        !scan_integer(get(answer, TIME), &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    venue_add_trade(answer->parser, answer->message, &trade);
    return STATUS_OK;
}

static enum status read_liquidation(struct answer *answer) {
    const unsigned side = bitget_side(get(answer, SIDE));
    struct venue_trade trade = {.kind = EVENT_LIQUIDATION,
                                .side = side == SIDE_BUY    ? (unsigned)POS_LONG
                                        : side == SIDE_SELL ? (unsigned)POS_SHORT
                                                            : 0U,
                                .price_kind = PRICE_BANKRUPTCY,
                                .unit = answer->amount,
                                .recv_ns = answer->recv_ns};
    const enum status status = find_symbol(answer, &trade.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!venue_decimal(get(answer, PRICE), &trade.price) ||
        !venue_decimal(get(answer, AMOUNT), &trade.size) ||
        !scan_integer(get(answer, TIME), &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    venue_add_trade(answer->parser, answer->message, &trade);
    return STATUS_OK;
}

/* +1: this row's amount is quote coin; -1: it is base coin; 0: it proves nothing. */
static int vote(struct answer *answer) {
    struct venue_symbol *symbol = NULL;
    struct decimal price = {0}, amount = {0};
    int64_t lots = 0;
    if (!has(answer, AMOUNT) || find_symbol(answer, &symbol) != STATUS_OK ||
        symbol->lot.mantissa <= 0 || !venue_decimal(get(answer, PRICE), &price) ||
        price.mantissa <= 0 || !venue_decimal(get(answer, AMOUNT), &amount) ||
        amount.mantissa <= 0) {
        return 0;
    }
    const struct decimal half_unit = {.mantissa = 5, .exponent = (int8_t)(amount.exponent - 1)};
    const double lot_quote = decimal_to_double(symbol->lot) * decimal_to_double(price);
    const double quotient = decimal_to_double(amount) / lot_quote;
    const double slack = decimal_to_double(half_unit) / lot_quote + quotient * 1e-12;
    if (slack > 0.05) {
        return 0;
    }
    const bool quote = quotient > 0.5 && fabs(quotient - round(quotient)) <= slack;
    const bool base = decimal_to_ticks(amount, symbol->lot, &lots);
    return (quote ? 1 : 0) - (base ? 1 : 0);
}

/* The scan, a copy, has entered the array of rows. */
static enum venue_unit prove_amount(struct answer *answer, struct scan scan) {
    struct scan_value value;
    int sum_quote = 0, sum_base = 0;
    const int depth = scan.depth;
    while (scan_next_element(&scan)) {
        if (scan_read(&scan, &value) == SCAN_OBJECT) {
            venue_fields_read(&scan, member_names, MEMBER_COUNT, answer->row);
            const int opinion = vote(answer);
            sum_quote += opinion > 0;
            sum_base += opinion < 0;
        }
        scan_leave(&scan, depth);
    }
    return sum_quote > sum_base ? UNIT_QUOTE : sum_base > sum_quote ? UNIT_BASE : UNIT_NONE;
}

/* -- bars and books -- */

/* [time, open, high, low, close, base, quote] of the symbol that was asked for */
static enum status read_kline(struct answer *answer, struct scan *scan) {
    enum { START, OPEN, HIGH, LOW, CLOSE, VOLUME, TURNOVER, COUNT };
    struct scan_value row[COUNT];
    size_t count = 0;
    struct venue_kline kline = {.interval_s = answer->about->interval_s,
                                .closed = true,
                                .taker_base = VENUE_KLINE_NO_VOLUME};
    if (!scan_read_row(scan, row, COUNT, &count) || count < COUNT ||
        !scan_integer(&row[START], &kline.open_ms) || !venue_decimal(&row[OPEN], &kline.open) ||
        !venue_decimal(&row[HIGH], &kline.high) || !venue_decimal(&row[LOW], &kline.low) ||
        !venue_decimal(&row[CLOSE], &kline.close) || !venue_decimal(&row[VOLUME], &kline.base) ||
        !venue_decimal(&row[TURNOVER], &kline.usd)) {
        return STATUS_MALFORMED;
    }
    if (answer->about->symbol == NULL) {
        return STATUS_NOT_FOUND;
    }
    if (kline.interval_s <= 0) {
        return STATUS_IGNORED; /* of no length that we know */
    }
    venue_add_kline(answer->parser, answer->message, answer->about->symbol, &kline,
                    answer->recv_ns);
    return STATUS_OK;
}

/* {"a":[[p,q]],"b":…,"ts":…}: whole, without a number that would place it among the stream's */
static enum status read_book(struct answer *answer, struct venue_field *asks,
                             struct venue_field *bids) {
    struct venue_symbol *symbol = answer->about->symbol;
    struct venue_message *message = answer->message;
    if (asks->value.type != SCAN_ARRAY || bids->value.type != SCAN_ARRAY) {
        return STATUS_MALFORMED;
    }
    if (symbol == NULL) {
        message->nameless = true;
        return STATUS_NOT_FOUND;
    }
    if (symbol->contract != CONTRACT_LINEAR) {
        return STATUS_UNSUPPORTED;
    }
    if ((symbol->number & BITGET_FULL_BOOK) != 0) {
        return STATUS_IGNORED; /* the stream tells it better */
    }
    if (answer->ts_ms <= 0) {
        return STATUS_MALFORMED;
    }
    venue_book_begin(answer->parser, message);
    venue_book_levels(answer->parser, message, SIDE_SELL, &asks->inside);
    venue_book_levels(answer->parser, message, SIDE_BUY, &bids->inside);
    message->step.snapshot = true;
    return venue_book_end(answer->parser, message, symbol, answer->ts_ms, answer->recv_ns);
}

/* -- answers -- */

static enum status read_object(struct answer *answer) {
    if (has(answer, TICK) || has(answer, LOT)) {
        return read_instrument(answer);
    }
    if (has(answer, TIER_CAP) && has(answer, TIER_RATE)) {
        return read_tier(answer);
    }
    if (has(answer, TRADE_ID)) {
        return read_trade(answer);
    }
    if (has(answer, AMOUNT) && has(answer, SIDE)) {
        return read_liquidation(answer);
    }
    if (has(answer, LAST) || has(answer, INTEREST) || has(answer, RATE_TIME) ||
        has(answer, RATE_INTERVAL)) {
        return read_values(answer);
    }
    return STATUS_IGNORED; /* v2, or nothing of ours */
}

/* The scan has entered the array of rows. */
static enum status read_rows(struct answer *answer, struct scan *scan) {
    struct scan_value value;
    bool counted = false;
    const int depth = scan->depth;
    answer->amount = prove_amount(answer, *scan);
    while (scan_next_element(scan)) {
        const struct scan before = *scan;
        const size_t count_before = answer->message->count;
        enum status status = STATUS_MALFORMED;
        const enum scan_type type = scan_read(scan, &value);
        if (type == SCAN_OBJECT) {
            venue_fields_read(scan, member_names, MEMBER_COUNT, answer->row);
            status = read_object(answer);
        } else if (type == SCAN_ARRAY) {
            *scan = before;
            status = read_kline(answer, scan);
        }
        scan_leave(scan, depth);
        if (status != STATUS_IGNORED) {
            venue_parser_count(answer->parser, status);
            counted = counted || answer->message->count == count_before;
        }
    }
    flush_tiers(answer);
    return answer->message->count > 0 || answer->listed ? STATUS_OK
           : counted                                    ? STATUS_CANCELLED
                                                        : STATUS_IGNORED;
}

/* Of liquidations the venue names the page before. */
static void name_older(struct answer *answer, const struct scan_value *cursor) {
    static const char liquidations[] = "/api/v3/market/liquidations";
    const char *path = answer->about->path;
    if (path != NULL && strncmp(path, liquidations, sizeof liquidations - 1) == 0 &&
        cursor->type == SCAN_STRING) {
        venue_message_reply(answer->message, cursor);
    }
}

/* {"list":[…],"ts":…,"cursor":"…"}, {"resultList":[…]}, or a book */
static enum status read_around(struct answer *answer, struct scan *scan) {
    enum { ASKS, BIDS, STAMP, LIST, RESULTS, CURSOR, COUNT };
    static const char *const names[COUNT] = {"a", "b", "ts", "list", "resultList", "cursor"};
    struct venue_field fields[COUNT];
    int64_t ts_ms = 0;
    venue_fields_read(scan, names, COUNT, fields);
    if (scan_integer(&fields[STAMP].value, &ts_ms)) {
        answer->ts_ms = ts_ms;
    }
    if (fields[ASKS].value.type != SCAN_NONE && fields[BIDS].value.type != SCAN_NONE) {
        return read_book(answer, &fields[ASKS], &fields[BIDS]);
    }
    struct venue_field *rows = &fields[fields[LIST].value.type == SCAN_ARRAY ? LIST : RESULTS];
    if (rows->value.type != SCAN_ARRAY) {
        return STATUS_IGNORED;
    }
    const enum status status = read_rows(answer, &rows->inside);
    name_older(answer, &fields[CURSOR].value);
    return status;
}

static bool is_legacy(const char *path) {
    return path != NULL && path[0] != '\0' && strncmp(path, "/api/v3/", 8) != 0;
}

/* Bars of mark or index prices are no trades. */
static bool is_other_bars(const char *path) {
    struct span type;
    return venue_query(path, "type", &type) && type.len > 0 && !span_equal_text(type, "market") &&
           !span_equal_text(type, "MARKET");
}

/* One list a line: after this one comes the next. */
static void name_next_list(struct answer *answer) {
    if (answer->listed && answer->line != BITGET_LINE_NONE && answer->line < BITGET_LINE_USDC) {
        char category[BITGET_CATEGORY_BYTES];
        bitget_category(answer->line + 1, category);
        str_copy(answer->message->reply, sizeof answer->message->reply, category);
    }
}

static enum status read_data(struct answer *answer, struct venue_field *data) {
    if (data->value.type == SCAN_ARRAY) {
        const enum status status = read_rows(answer, &data->inside);
        name_next_list(answer);
        return status;
    }
    return data->value.type == SCAN_OBJECT ? read_around(answer, &data->inside) : STATUS_IGNORED;
}

static enum status read_answer(struct answer *answer, struct scan *scan) {
    enum { CODE, TEXT, STAMP, DATA, COUNT };
    static const char *const names[COUNT] = {"code", "msg", "requestTime", "data"};
    struct venue_field fields[COUNT];
    struct span category;
    venue_fields_read(scan, names, COUNT, fields);
    if (!scan_end(scan)) {
        return STATUS_MALFORMED;
    }
    if (fields[CODE].value.type == SCAN_NONE || is_legacy(answer->about->path) ||
        is_other_bars(answer->about->path)) {
        return STATUS_IGNORED;
    }
    if (!venue_text_is(&fields[CODE].value, "00000")) {
        answer->message->kind = MESSAGE_CONTROL;
        answer->message->control = CONTROL_ERROR;
        venue_message_reply(answer->message, &fields[TEXT].value);
        return STATUS_OK;
    }
    scan_integer(&fields[STAMP].value, &answer->ts_ms);
    if (venue_query(answer->about->path, "category", &category) && category.len > 0) {
        answer->line = bitget_line_of(category);
        if (answer->line == BITGET_LINE_NONE) {
            return STATUS_IGNORED; /* spot, margin */
        }
    }
    return read_data(answer, &fields[DATA]);
}

enum status bitget_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                              const char *bytes, size_t len, int64_t recv_ns,
                              struct venue_message *message) {
    struct answer answer = {
        .parser = parser, .message = message, .about = about, .recv_ns = recv_ns};
    struct scan scan;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    return begun == STATUS_OK ? read_answer(&answer, &scan) : begun;
}
