#include "venue/gate_rows.h"

#include <string.h>

enum { MONTH_S = 30 * 86400 };

const char *const gate_names[GATE_FIELD_COUNT] = {
    [GATE_SIZE] = "size",
    [GATE_ID] = "id",
    [GATE_CREATE_TIME] = "create_time",
    [GATE_CREATE_TIME_MS] = "create_time_ms",
    [GATE_PRICE] = "price",
    [GATE_CONTRACT] = "contract",
    [GATE_IS_INTERNAL] = "is_internal",
    [GATE_TIME] = "time",
    [GATE_TIME_MS] = "time_ms",
    [GATE_ORDER_PRICE] = "order_price",
    [GATE_FILL_PRICE] = "fill_price",
    [GATE_T] = "t",
    [GATE_V] = "v",
    [GATE_C] = "c",
    [GATE_H] = "h",
    [GATE_L] = "l",
    [GATE_O] = "o",
    [GATE_SUM] = "sum",
    [GATE_N] = "n",
    [GATE_A] = "a",
    [GATE_W] = "w",
    [GATE_R] = "r",
    [GATE_LAST] = "last",
    [GATE_FUNDING_RATE] = "funding_rate",
    [GATE_FUNDING_NEXT] = "funding_next_apply",
    [GATE_MARK] = "mark_price",
    [GATE_INDEX] = "index_price",
    [GATE_TOTAL_SIZE] = "total_size",
    [GATE_OPEN_INTEREST] = "open_interest",
    [GATE_NAME] = "name",
    [GATE_TYPE] = "type",
    [GATE_MULTIPLIER] = "quanto_multiplier",
    [GATE_PRICE_ROUND] = "order_price_round",
    [GATE_SIZE_MIN] = "order_size_min",
    [GATE_FUNDING_INTERVAL] = "funding_interval",
    [GATE_TIERS] = "risk_limit_tiers",
    [GATE_MAINTENANCE] = "maintenance_rate",
    [GATE_LEVERAGE_MAX] = "leverage_max",
    [GATE_RISK_LIMIT] = "risk_limit",
    [GATE_UPDATE] = "update",
    [GATE_ASKS] = "asks",
    [GATE_BIDS] = "bids",
};
static_assert(GATE_FIELD_COUNT <= 64, "as venue_fields_read allows");

void gate_count(struct gate_work *work, enum status status) {
    venue_parser_count(work->parser, status);
}

enum status gate_judge(const struct gate_work *work) {
    if (work->message->count > 0 || work->message->kind != MESSAGE_NONE) {
        return STATUS_OK;
    }
    return work->row_count > 0 ? STATUS_CANCELLED : STATUS_IGNORED;
}

static const struct scan_value *get(const struct gate_work *work, enum gate_field field) {
    return &work->row[field].value;
}

bool gate_has(const struct gate_work *work, enum gate_field field) {
    const struct scan_value *value = get(work, field);
    return value->type != SCAN_NONE && value->type != SCAN_NULL &&
           !(value->type == SCAN_STRING && value->text.len == 0);
}

bool gate_time(const struct scan_value *value, int64_t *ms) {
    static const struct decimal milliseconds_from = {.mantissa = 1, .exponent = 11};
    struct decimal time;
    if (!venue_decimal(value, &time) || time.mantissa <= 0) {
        return false;
    }
    int places = time.exponent + (decimal_compare(time, milliseconds_from) < 0 ? 3 : 0);
    for (; places < 0; places++) {
        time.mantissa /= 10;
    }
    return decimal_scale_up(time.mantissa, places, ms) && *ms > 0;
}

void gate_row_read(struct gate_work *work, struct scan *scan, size_t count) {
    venue_fields_read(scan, gate_names, count, work->row);
    work->row_count++;
}

/* The symbol that a row names; else the one that was asked for. */
static struct venue_symbol *find_symbol(struct gate_work *work) {
    const struct scan_value *name = get(work, GATE_CONTRACT);
    if (name->type == SCAN_NONE && work->about != NULL) {
        return work->about->symbol;
    }
    return venue_symbol_of(work->parser, name);
}

static enum venue_unit unit_of(const struct venue_symbol *symbol) {
    return symbol == NULL ? UNIT_NONE : symbol->unit;
}

static int take_sign(struct decimal *size) {
    const int sign = (size->mantissa > 0) - (size->mantissa < 0);
    size->mantissa *= sign;
    return sign;
}

/* -- trades and liquidations -- */

void gate_add_trade(struct gate_work *work) {
    const struct scan_value *id = get(work, GATE_ID);
    struct venue_trade trade = {.kind = EVENT_TRADE, .recv_ns = work->recv_ns};
    if (get(work, GATE_IS_INTERNAL)->type == SCAN_TRUE) {
        gate_count(work, STATUS_IGNORED); /* insurance fund or ADL: not of the market */
        return;
    }
    if (!venue_decimal(get(work, GATE_PRICE), &trade.price) ||
        !venue_decimal(get(work, GATE_SIZE), &trade.size) ||
        !(gate_time(get(work, GATE_CREATE_TIME_MS), &trade.ts_ms) ||
          gate_time(get(work, GATE_CREATE_TIME), &trade.ts_ms))) {
        gate_count(work, STATUS_MALFORMED);
        return;
    }
    const int sign = take_sign(&trade.size);
    trade.side = sign > 0 ? SIDE_BUY : sign < 0 ? SIDE_SELL : SIDE_NONE;
    trade.symbol = find_symbol(work);
    trade.unit = unit_of(trade.symbol);
    if (id->type == SCAN_NUMBER || (id->type == SCAN_STRING && !id->escaped)) {
        trade.id = id->text;
    }
    venue_add_trade(work->parser, work->message, &trade);
}

void gate_add_liquidation(struct gate_work *work, int long_sign) {
    struct venue_trade trade = {
        .kind = EVENT_LIQUIDATION, .complete = true, .recv_ns = work->recv_ns};
    const bool filled =
        venue_decimal(get(work, GATE_FILL_PRICE), &trade.price) && trade.price.mantissa > 0;
    trade.price_kind = filled ? PRICE_FILL : PRICE_ORDER;
    if (!(filled || venue_decimal(get(work, GATE_PRICE), &trade.price) ||
          venue_decimal(get(work, GATE_ORDER_PRICE), &trade.price)) ||
        !venue_decimal(get(work, GATE_SIZE), &trade.size) ||
        !(gate_time(get(work, GATE_TIME_MS), &trade.ts_ms) ||
          gate_time(get(work, GATE_TIME), &trade.ts_ms))) {
        gate_count(work, STATUS_MALFORMED);
        return;
    }
    const int sign = take_sign(&trade.size);
    trade.side = sign == 0 ? POS_NONE : sign == long_sign ? POS_LONG : POS_SHORT;
    trade.symbol = find_symbol(work);
    trade.unit = unit_of(trade.symbol);
    venue_add_trade(work->parser, work->message, &trade);
}

/* -- values -- */

/* Seconds between settlements, as whole hours. */
static void learn_interval(const struct gate_work *work, struct venue_symbol *symbol) {
    int64_t seconds = 0;
    if (scan_integer(get(work, GATE_FUNDING_INTERVAL), &seconds) && seconds >= 3600 &&
        seconds <= 86400 && seconds % 3600 == 0) {
        symbol->funding_interval_h = (int)(seconds / 3600);
    }
}

void gate_add_ticker(struct gate_work *work) {
    struct venue_ticker ticker = {.symbol = find_symbol(work), .recv_ns = work->recv_ns};
    const struct {
        enum gate_field field;
        unsigned bit;
        struct decimal *out;
    } values[] = {{GATE_MARK, TICKER_MARK, &ticker.mark},
                  {GATE_INDEX, TICKER_INDEX, &ticker.index},
                  {GATE_LAST, TICKER_LAST, &ticker.last},
                  {GATE_FUNDING_RATE, TICKER_RATE, &ticker.rate},
                  {GATE_TOTAL_SIZE, TICKER_INTEREST, &ticker.interest}};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        bool has = false;
        if (!venue_optional_decimal(get(work, values[i].field), values[i].out, &has)) {
            gate_count(work, STATUS_MALFORMED);
            return;
        }
        ticker.has |= has ? values[i].bit : 0U;
    }
    if (!gate_time(get(work, GATE_T), &ticker.ts_ms)) {
        ticker.ts_ms = work->time_ms;
    }
    if (gate_has(work, GATE_FUNDING_NEXT) &&
        gate_time(get(work, GATE_FUNDING_NEXT), &ticker.next_ms)) {
        ticker.has |= TICKER_NEXT;
    }
    if (ticker.symbol != NULL) {
        learn_interval(work, ticker.symbol);
    }
    ticker.interest_unit = unit_of(ticker.symbol);
    venue_add_ticker(work->parser, work->message, &ticker);
}

void gate_add_interest(struct gate_work *work) {
    struct venue_ticker ticker = {
        .symbol = find_symbol(work), .has = TICKER_INTEREST, .recv_ns = work->recv_ns};
    bool has_mark = false;
    if (!venue_decimal(get(work, GATE_OPEN_INTEREST), &ticker.interest) ||
        !venue_optional_decimal(get(work, GATE_MARK), &ticker.mark, &has_mark) ||
        !gate_time(get(work, GATE_TIME), &ticker.ts_ms)) {
        gate_count(work, STATUS_MALFORMED);
        return;
    }
    ticker.last = ticker.mark; /* the worth of the moment; no price of its own */
    ticker.interest_unit = unit_of(ticker.symbol);
    venue_add_ticker(work->parser, work->message, &ticker);
}

void gate_add_funding(struct gate_work *work) {
    struct venue_ticker ticker = {
        .symbol = find_symbol(work), .has = TICKER_RATE, .recv_ns = work->recv_ns};
    if (!venue_decimal(get(work, GATE_R), &ticker.rate) ||
        !gate_time(get(work, GATE_T), &ticker.ts_ms)) {
        gate_count(work, STATUS_MALFORMED);
        return;
    }
    venue_add_ticker(work->parser, work->message, &ticker);
}

/* What a bar's volume stands for. v counts contracts, of an inverse contract USD; a is coin, sum
 * (of answers) the notional of a linear one. */
static bool read_volume(struct gate_work *work, const struct venue_symbol *symbol,
                        struct venue_kline *kline) {
    struct decimal volume, coin, notional;
    bool has_volume = false, has_coin = false, has_notional = false;
    if (!venue_optional_decimal(get(work, GATE_V), &volume, &has_volume) ||
        !venue_optional_decimal(get(work, GATE_A), &coin, &has_coin) ||
        !venue_optional_decimal(get(work, GATE_SUM), &notional, &has_notional) ||
        volume.mantissa < 0 || coin.mantissa < 0 || notional.mantissa < 0) {
        return false;
    }
    kline->base = kline->usd = kline->taker_base = VENUE_KLINE_NO_VOLUME;
    const bool linear = symbol->contract == CONTRACT_LINEAR;
    if (has_volume && symbol->unit == UNIT_QUOTE) {
        kline->usd = volume;
    } else if (has_notional && linear) {
        kline->usd = notional;
    }
    if (!(has_volume && linear && symbol->multiplier.mantissa > 0 &&
          decimal_multiply(volume, symbol->multiplier, &kline->base))) {
        kline->base = has_coin ? coin : VENUE_KLINE_NO_VOLUME;
    }
    return true;
}

void gate_add_kline(struct gate_work *work, struct venue_symbol *symbol, int32_t interval_s) {
    struct venue_kline kline = {.interval_s = interval_s};
    const struct scan_value *closed = get(work, GATE_W);
    kline.closed = closed->type == SCAN_TRUE || (closed->type == SCAN_NONE && work->about != NULL);
    if (!gate_has(work, GATE_O) && !gate_has(work, GATE_C)) {
        gate_count(work, STATUS_IGNORED); /* no values in it */
    } else if (symbol == NULL) {
        gate_count(work, STATUS_NOT_FOUND);
    } else if (interval_s <= 0 || interval_s == MONTH_S) {
        gate_count(work, STATUS_IGNORED); /* nobody knows, or "30d": of the calendar */
    } else if (!gate_time(get(work, GATE_T), &kline.open_ms) ||
               !venue_decimal(get(work, GATE_O), &kline.open) ||
               !venue_decimal(get(work, GATE_H), &kline.high) ||
               !venue_decimal(get(work, GATE_L), &kline.low) ||
               !venue_decimal(get(work, GATE_C), &kline.close) ||
               !read_volume(work, symbol, &kline)) {
        gate_count(work, STATUS_MALFORMED);
    } else {
        venue_add_kline(work->parser, work->message, symbol, &kline, work->recv_ns);
    }
}

/* -- contracts -- */

/* Contract and unit of what a list says. A contract in another coin than it is quoted in (quanto)
 * has no unit here. */
static enum status settle_contract(struct venue_symbol *symbol, const struct scan_value *type,
                                   struct decimal multiplier) {
    const bool linear = symbol->contract == CONTRACT_LINEAR;
    if (linear && multiplier.mantissa > 0 && !venue_text_is(type, "inverse")) {
        symbol->unit = UNIT_CONTRACTS;
        symbol->multiplier = multiplier;
        return STATUS_OK;
    }
    if (!linear && multiplier.mantissa == 0 && !venue_text_is(type, "direct")) {
        symbol->contract = CONTRACT_INVERSE;
        symbol->unit = UNIT_QUOTE;
        return STATUS_OK;
    }
    return STATUS_UNSUPPORTED;
}

/* Sizes come in steps of so many contracts: coins of a linear one. */
static void learn_steps(const struct gate_work *work, struct venue_symbol *symbol) {
    struct decimal value;
    if (venue_decimal(get(work, GATE_PRICE_ROUND), &value) && value.mantissa > 0) {
        symbol->tick = value;
    }
    if (symbol->unit == UNIT_CONTRACTS && venue_decimal(get(work, GATE_SIZE_MIN), &value) &&
        value.mantissa > 0 && !decimal_multiply(value, symbol->multiplier, &symbol->lot)) {
        symbol->lot = (struct decimal){0};
    }
}

static void add_inner_tiers(struct gate_work *work, struct venue_symbol *symbol) {
    struct gate_tiers tiers = {.symbol = NULL};
    struct scan scan = work->row[GATE_TIERS].inside;
    struct scan_value value;
    if (get(work, GATE_TIERS)->type != SCAN_ARRAY) {
        return;
    }
    while (scan_next_element(&scan)) {
        const int depth = scan.depth;
        if (scan_read(&scan, &value) == SCAN_OBJECT) {
            gate_row_read(work, &scan, GATE_FIELD_COUNT);
            gate_tiers_take(work, &tiers, symbol);
        }
        scan_leave(&scan, depth);
    }
    gate_tiers_end(work, &tiers);
}

void gate_add_contract(struct gate_work *work) {
    const struct scan_value *name =
        get(work, gate_has(work, GATE_NAME) ? GATE_NAME : GATE_CONTRACT);
    struct venue_symbol *symbol = venue_symbol_of(work->parser, name);
    struct decimal multiplier;
    if (symbol == NULL) {
        if (!work->parser->symbols.closed) {
            gate_count(work, STATUS_NOT_FOUND);
        }
        return;
    }
    if (gate_has(work, GATE_MULTIPLIER)) {
        const enum status status =
            venue_decimal(get(work, GATE_MULTIPLIER), &multiplier) && multiplier.mantissa >= 0
                ? settle_contract(symbol, get(work, GATE_TYPE), multiplier)
                : STATUS_MALFORMED;
        if (status != STATUS_OK) {
            gate_count(work, status);
            return;
        }
    }
    const char *underscore = memchr(symbol->text, '_', symbol->len);
    const size_t base_len = underscore == NULL ? 0 : (size_t)(underscore - symbol->text);
    learn_steps(work, symbol);
    learn_interval(work, symbol);
    symbol->listed = true;
    venue_add_instrument(work->parser, work->message, symbol, (struct span){symbol->text, base_len},
                         work->time_ms);
    add_inner_tiers(work, symbol);
}

/* -- tiers -- */

void gate_tiers_end(struct gate_work *work, struct gate_tiers *tiers) {
    if (tiers->open) {
        enum status status = tiers->symbol == NULL ? STATUS_NOT_FOUND : tiers->status;
        if (status == STATUS_OK && tiers->symbol->contract != CONTRACT_LINEAR) {
            status = STATUS_UNSUPPORTED; /* caps in coin */
        }
        if (status != STATUS_OK) {
            gate_count(work, status);
        } else {
            venue_add_tiers(work->parser, work->message, tiers->symbol, tiers->rows, tiers->count,
                            work->time_ms);
        }
    }
    *tiers = (struct gate_tiers){.symbol = NULL};
}

void gate_tiers_take(struct gate_work *work, struct gate_tiers *tiers,
                     struct venue_symbol *symbol) {
    struct decimal cap, rate, leverage;
    if (tiers->open && tiers->symbol != symbol) {
        gate_tiers_end(work, tiers);
    }
    tiers->open = true;
    tiers->symbol = symbol;
    if (!venue_decimal(get(work, GATE_RISK_LIMIT), &cap) ||
        !venue_decimal(get(work, GATE_MAINTENANCE), &rate) ||
        !venue_decimal(get(work, GATE_LEVERAGE_MAX), &leverage)) {
        tiers->status = STATUS_MALFORMED;
        return;
    }
    if (tiers->count == GATE_TIER_COUNT_MAX) {
        tiers->status = STATUS_RANGE;
        return;
    }
    const struct venue_tier tier = {.notional_cap_usd = decimal_to_double(cap),
                                    .mmr = decimal_to_double(rate),
                                    .leverage_max = decimal_to_double(leverage)};
    size_t at = tiers->count++; /* they may come in any order */
    for (; at > 0 && tiers->rows[at - 1].notional_cap_usd > tier.notional_cap_usd; at--) {
        tiers->rows[at] = tiers->rows[at - 1];
    }
    tiers->rows[at] = tier;
}

/* -- levels -- */

static void read_level(struct scan *scan, struct scan_value *price, struct scan_value *size) {
    struct scan_value value;
    struct span key;
    const int depth = scan->depth;
    const enum scan_type type = scan_read(scan, &value);
    if (type == SCAN_ARRAY && scan_next_element(scan) && scan_read(scan, price) != SCAN_NONE &&
        scan->depth == depth + 1 && scan_next_element(scan)) {
        scan_read(scan, size);
    }
    while (type == SCAN_OBJECT && scan_next_member(scan, &key)) {
        struct scan_value *into = &value;
        if (key.len == 1 && key.bytes[0] == 'p' && price->type == SCAN_NONE) {
            into = price;
        } else if (key.len == 1 && key.bytes[0] == 's' && size->type == SCAN_NONE) {
            into = size;
        }
        scan_read(scan, into);
        scan_leave(scan, depth + 1);
    }
    scan_leave(scan, depth);
}

void gate_read_levels(struct gate_work *work, struct scan *scan, enum side side) {
    struct decimal price, size;
    while (scan_next_element(scan)) {
        struct scan_value values[2] = {{.type = SCAN_NONE}, {.type = SCAN_NONE}};
        read_level(scan, &values[0], &values[1]);
        if (venue_decimal(&values[0], &price) && venue_decimal(&values[1], &size)) {
            venue_book_level(work->parser, work->message, side, price, size);
        } else {
            work->message->book_status = STATUS_MALFORMED;
        }
    }
}
