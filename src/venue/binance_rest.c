#include <assert.h>
#include <string.h>

#include "json/scan.h"
#include "json/tree.h"
#include "venue/binance_parse.h"

enum { NUMBER_BYTES = 64, HOURS_A_YEAR = 8760 };

/* One answer on its way through. */
struct answer {
    struct venue_parser *parser;
    struct venue_message *message;
    const struct venue_rest_about *about;
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
                               struct venue_symbol **out) {
    const char *text = tree_text(tree_member(object, "symbol"));
    *out = text == NULL ? answer->about->symbol
                        : venue_symbols_find(&answer->parser->symbols, span_from_text(text));
    return *out == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

/* -- depth: scanned, as ids do not pass through a double -- */

static enum status read_depth(struct answer *answer, const char *bytes, size_t len) {
    static const char *const names[] = {"lastUpdateId", "bids", "asks", "T", "E", "symbol"};
    enum { ID, BIDS, ASKS, TIME, SENT, SYMBOL, FIELD_COUNT };
    struct venue_field fields[FIELD_COUNT];
    struct venue_message *message = answer->message;
    struct venue_symbol *symbol = answer->about->symbol;
    struct scan scan;
    struct scan_value value;
    int64_t ts_ms = 0;
    scan_init(&scan, bytes, len);
    if (scan_read(&scan, &value) != SCAN_OBJECT) {
        return STATUS_MALFORMED;
    }
    venue_fields_read(&scan, names, FIELD_COUNT, fields);
    if (!scan_integer(&fields[ID].value, &message->step.last_id) ||
        fields[BIDS].value.type != SCAN_ARRAY || fields[ASKS].value.type != SCAN_ARRAY) {
        return STATUS_MALFORMED;
    }
    if (fields[SYMBOL].value.type != SCAN_NONE) {
        symbol = venue_symbol_of(answer->parser, &fields[SYMBOL].value);
        if (symbol == NULL) {
            return STATUS_NOT_FOUND;
        }
    }
    if (!scan_integer(&fields[TIME].value, &ts_ms)) {
        scan_integer(&fields[SENT].value, &ts_ms);
    }
    message->step.snapshot = true;
    venue_book_begin(answer->parser, message);
    venue_book_levels(answer->parser, message, SIDE_BUY, &fields[BIDS].inside);
    venue_book_levels(answer->parser, message, SIDE_SELL, &fields[ASKS].inside);
    return venue_book_end(answer->parser, message, symbol, ts_ms, answer->recv_ns);
}

/* -- instruments -- */

static void read_filters(const struct tree *filters, struct venue_symbol *symbol) {
    for (const struct tree *f = tree_first(filters); f != NULL; f = tree_next(f)) {
        const char *type = tree_text(tree_member(f, "filterType"));
        struct decimal value;
        if (type == NULL) {
            continue;
        }
        if (strcmp(type, "PRICE_FILTER") == 0 && member_decimal(f, "tickSize", &value) &&
            value.mantissa > 0) {
            symbol->tick = value;
        } else if (strcmp(type, "LOT_SIZE") == 0 && member_decimal(f, "stepSize", &value) &&
                   value.mantissa > 0) {
            symbol->lot = value;
        }
    }
}

static enum status read_instrument(struct answer *answer, const struct tree *row, int64_t ts_ms) {
    const char *text = tree_text(tree_member(row, "symbol"));
    const char *base = tree_text(tree_member(row, "baseAsset"));
    struct venue_symbols *symbols = &answer->parser->symbols;
    struct decimal size = {0};
    if (text == NULL) {
        return STATUS_MALFORMED;
    }
    struct venue_symbol *symbol = venue_symbols_find(symbols, span_from_text(text));
    if (symbol == NULL) {
        return symbols->closed ? STATUS_IGNORED : STATUS_NOT_FOUND;
    }
    const bool coin = tree_member(row, "contractSize") != NULL;
    if (coin && (!member_decimal(row, "contractSize", &size) || size.mantissa <= 0)) {
        return STATUS_MALFORMED;
    }
    if (!venue_symbols_move(symbols, symbol, coin ? VENUE_BINANCE_COINM : VENUE_BINANCE_USDM)) {
        return STATUS_NOT_FOUND;
    }
    symbol->contract = coin ? CONTRACT_INVERSE : CONTRACT_LINEAR;
    symbol->unit = coin ? UNIT_CONTRACTS : UNIT_BASE;
    symbol->multiplier = size;
    symbol->listed = true;
    symbol->tick = symbol->lot = (struct decimal){0};
    read_filters(tree_member(row, "filters"), symbol);
    return binance_counted(
        venue_add_instrument(answer->parser, answer->message, symbol,
                             base == NULL ? (struct span){"", 0} : span_from_text(base), ts_ms));
}

static enum status read_instruments(struct answer *answer, const struct tree *root) {
    int64_t ts_ms = 0;
    tree_integer(tree_member(root, "serverTime"), &ts_ms);
    answer->message->sent_ms = ts_ms;
    for (const struct tree *row = tree_first(tree_member(root, "symbols")); row != NULL;
         row = tree_next(row)) {
        const enum status status = read_instrument(answer, row, ts_ms);
        if (status != STATUS_IGNORED) {
            venue_parser_count(answer->parser, status);
        }
    }
    return STATUS_OK; /* even without one that is wanted */
}

/* {"symbol":…,"brackets":[{"notionalCap":…,"maintMarginRatio":…,"initialLeverage":…}]} */
static enum status read_brackets(struct answer *answer, const struct tree *row) {
    struct venue_symbol *symbol = NULL;
    struct venue_tier tiers[BINANCE_TIER_COUNT_MAX];
    size_t count = 0;
    const struct tree *brackets = tree_member(row, "brackets");
    const enum status status = find_symbol(answer, row, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (tree_member(tree_first(brackets), "qtyCap") != NULL) {
        return STATUS_IGNORED; /* COIN-M: caps in contracts or coin, not said which */
    }
    for (const struct tree *b = tree_first(brackets); b != NULL; b = tree_next(b)) {
        struct decimal cap, rate, leverage;
        if (count == BINANCE_TIER_COUNT_MAX) {
            return STATUS_RANGE;
        }
        if (!member_decimal(b, "notionalCap", &cap) ||
            !member_decimal(b, "maintMarginRatio", &rate) ||
            !member_decimal(b, "initialLeverage", &leverage)) {
            return STATUS_MALFORMED;
        }
        tiers[count++] = (struct venue_tier){.notional_cap_usd = decimal_to_double(cap),
                                             .mmr = decimal_to_double(rate),
                                             .leverage_max = decimal_to_double(leverage)};
    }
    return binance_counted(
        venue_add_tiers(answer->parser, answer->message, symbol, tiers, count, 0));
}

/* -- values -- */

/* worth: notional of USD-M, coin of COIN-M; NULL: not given. */
static enum status put_interest(struct answer *answer, const struct tree *row,
                                const struct tree *size_value, const struct tree *worth_value,
                                const char *time_key) {
    const struct decimal none = VENUE_KLINE_NO_VOLUME;
    struct venue_symbol *symbol = NULL;
    struct decimal size, worth = none, usd = none;
    int64_t ts_ms = 0;
    const enum status status = find_symbol(answer, row, &symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!read_decimal(size_value, &size) || size.mantissa < 0 ||
        (worth_value != NULL && (!read_decimal(worth_value, &worth) || worth.mantissa < 0)) ||
        !tree_integer(tree_member(row, time_key), &ts_ms)) {
        return STATUS_MALFORMED;
    }
    if (symbol->venue != VENUE_BINANCE_COINM) {
        return binance_counted(venue_add_interest(answer->parser, answer->message, symbol, size,
                                                  worth, ts_ms, answer->recv_ns));
    }
    if (symbol->multiplier.mantissa <= 0 || !decimal_multiply(size, symbol->multiplier, &usd)) {
        return STATUS_UNSUPPORTED;
    }
    return binance_counted(venue_add_interest(answer->parser, answer->message, symbol, worth, usd,
                                              ts_ms, answer->recv_ns));
}

static enum status put_premium(struct answer *answer, const struct tree *row) {
    struct venue_ticker ticker = {.has = TICKER_MARK, .recv_ns = answer->recv_ns};
    const enum status status = find_symbol(answer, row, &ticker.symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (!member_decimal(row, "markPrice", &ticker.mark) || ticker.mark.mantissa <= 0 ||
        !tree_integer(tree_member(row, "time"), &ticker.ts_ms)) {
        return STATUS_MALFORMED;
    }
    ticker.has |= member_decimal(row, "indexPrice", &ticker.index) ? TICKER_INDEX : 0U;
    if (member_decimal(row, "lastFundingRate", &ticker.rate)) { /* "" for dated ones */
        ticker.has |= TICKER_RATE;
        ticker.has |=
            tree_integer(tree_member(row, "nextFundingTime"), &ticker.next_ms) ? TICKER_NEXT : 0U;
    }
    return binance_counted(venue_add_ticker(answer->parser, answer->message, &ticker));
}

static enum status learn_interval(struct answer *answer, const struct tree *row) {
    struct venue_symbol *symbol = NULL;
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
    struct binance_kline kline = {.bar = {.interval_s = answer->about->interval_s, .closed = true}};
    struct venue_kline *bar = &kline.bar;
    const struct tree *value = tree_first(row);
    for (int i = 0; i < COLUMN_COUNT && value != NULL; i++, value = tree_next(value)) {
        columns[i] = value;
    }
    if (!tree_integer(columns[TIME], &bar->open_ms) || !read_decimal(columns[OPEN], &bar->open) ||
        !read_decimal(columns[HIGH], &bar->high) || !read_decimal(columns[LOW], &bar->low) ||
        !read_decimal(columns[CLOSE], &bar->close) ||
        !read_decimal(columns[VOLUME], &kline.volume) ||
        !read_decimal(columns[QUOTE], &kline.quote) ||
        !read_decimal(columns[TAKER], &kline.taker_volume) ||
        !read_decimal(columns[TAKER + 1], &kline.taker_quote)) {
        return STATUS_MALFORMED;
    }
    return binance_add_kline(answer->parser, answer->message, answer->about->symbol, &kline,
                             answer->recv_ns);
}

/* {"a":id,"p":price,"q":size,"T":time,"m":buyer is maker} of the symbol asked for. */
static enum status put_agg_trade(struct answer *answer, const struct tree *row) {
    struct venue_trade trade = {.kind = EVENT_TRADE,
                                .symbol = answer->about->symbol,
                                .unit = answer->about->symbol->unit,
                                .recv_ns = answer->recv_ns};
    bool maker = false;
    char text[NUMBER_BYTES];
    if (!member_decimal(row, "p", &trade.price) || !member_decimal(row, "q", &trade.size) ||
        !tree_integer(tree_member(row, "T"), &trade.ts_ms) ||
        !tree_number_text(tree_member(row, "a"), text, sizeof text)) {
        return STATUS_MALFORMED;
    }
    if (tree_boolean(tree_member(row, "m"), &maker)) {
        trade.side = maker ? SIDE_SELL : SIDE_BUY;
    }
    trade.id = span_from_text(text);
    return binance_counted(venue_add_trade(answer->parser, answer->message, &trade));
}

/* -- by shape -- */

/* An object by itself or in an array. */
static enum status read_row(struct answer *answer, const struct tree *row) {
    const struct tree *interest = tree_member(row, "openInterest");
    const struct tree *interest_sum = tree_member(row, "sumOpenInterest");
    const struct venue_symbol *symbol = answer->about->symbol;
    if (interest != NULL) {
        return put_interest(answer, row, interest, NULL, "time");
    }
    if (interest_sum != NULL) {
        if (tree_member(row, "symbol") == NULL && symbol == NULL) {
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
    if (tree_is_array(row) && symbol != NULL && answer->about->interval_s > 0) {
        return put_kline(answer, row);
    }
    if (symbol != NULL && tree_member(row, "a") != NULL && tree_member(row, "m") != NULL) {
        return put_agg_trade(answer, row);
    }
    return STATUS_IGNORED;
}

static enum status read_rows(struct answer *answer, const struct tree *root) {
    enum status worst = STATUS_IGNORED;
    for (const struct tree *row = tree_first(root); row != NULL; row = tree_next(row)) {
        const enum status status = read_row(answer, row);
        if (status != STATUS_OK && status != STATUS_IGNORED) {
            venue_parser_count(answer->parser, status);
            worst = STATUS_CANCELLED; /* its rows are counted already */
        }
    }
    return answer->message->count > 0 ? STATUS_OK : worst;
}

enum status binance_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                               const char *bytes, size_t len, int64_t recv_ns,
                               struct venue_message *message) {
    struct answer answer = {
        .parser = parser, .message = message, .about = about, .recv_ns = recv_ns};
    enum status status = STATUS_OK;
    struct tree *root = tree_parse(bytes, len, &status);
    if (root == NULL) {
        return status;
    }
    if (tree_is_array(root)) {
        status = read_rows(&answer, root);
    } else if (tree_member(root, "lastUpdateId") != NULL && tree_member(root, "bids") != NULL) {
        status = read_depth(&answer, bytes, len);
    } else if (tree_member(tree_first(tree_member(root, "symbols")), "filters") != NULL) {
        status = read_instruments(&answer, root);
    } else {
        status = read_row(&answer, root);
    }
    tree_destroy(root);
    return status;
}
