#include <math.h>
#include <string.h>

#include "venue/kraken_futures_parse.h"
#include "venue/rest_line.h"
#include "venue/utc.h"

enum { LEVEL_COUNT_MAX = 64, PRECISION_MAX = 15 };

/* {"result":"success",…,"serverTime":"2022-03-18T06:39:18.056Z"} */
struct answer {
    struct venue_parser *parser;
    struct venue_message *message;
    const struct venue_rest_about *about;
    int64_t recv_ns, time_ms;    /* 0: not said */
    struct venue_symbol *symbol; /* the request's; NULL: not known */
};

static enum status rows_status(const struct answer *answer, size_t count) {
    return answer->message->count > 0 ? STATUS_OK : count > 0 ? STATUS_CANCELLED : STATUS_IGNORED;
}

/* Answers have named symbols in small letters; the streams have capitals. */
static struct venue_symbol *find_text(struct venue_parser *parser, struct span text) {
    char capitals[INSTRUMENT_SYMBOL_BYTES];
    if (text.len >= sizeof capitals) {
        return NULL;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.bytes[i];
        capitals[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return venue_symbols_find(&parser->symbols, (struct span){capitals, text.len});
}

static struct venue_symbol *find_symbol(const struct answer *answer,
                                        const struct scan_value *value) {
    return value->type == SCAN_NONE                        ? answer->symbol
           : value->type == SCAN_STRING && !value->escaped ? find_text(answer->parser, value->text)
                                                           : NULL;
}

/* -- instruments -- */

enum {
    ROW_SYMBOL,
    ROW_TYPE,
    ROW_TICK,
    ROW_SIZE,
    ROW_TRADEABLE,
    ROW_PRECISION,
    ROW_LEVELS,
    ROW_BASE,
    ROW_FIELD_COUNT
};

/* The smallest step of a size: ten to the power of minus precision, in contracts. */
static struct decimal read_lot(const struct scan_value *precision, struct decimal size) {
    struct decimal lot = {0};
    int64_t places = 0;
    if (scan_integer(precision, &places) && places >= -PRECISION_MAX && places <= PRECISION_MAX &&
        !decimal_multiply((struct decimal){.mantissa = 1, .exponent = (int8_t)-places}, size,
                          &lot)) {
        lot = (struct decimal){0};
    }
    return lot;
}

/* One contract is one base coin, or one USD; another size is a multiplier. */
static enum status set_contract(struct venue_symbol *symbol, const struct scan_value *type,
                                struct decimal size) {
    const bool linear = venue_text_is(type, "flexible_futures");
    if (!linear && !venue_text_is(type, "futures_inverse")) {
        return STATUS_UNSUPPORTED;
    }
    if (size.mantissa <= 0) {
        return STATUS_MALFORMED;
    }
    symbol->contract = linear ? CONTRACT_LINEAR : CONTRACT_INVERSE;
    symbol->multiplier = size;
    symbol->unit = size.mantissa != 1 || size.exponent != 0 ? UNIT_CONTRACTS
                   : linear                                 ? UNIT_BASE
                                                            : UNIT_QUOTE;
    return STATUS_OK;
}

/* [{"contracts"|"numNonContractUnits":FROM,"initialMargin":…,"maintenanceMargin":…}, …]: where a
 * level begins, in USD; the next one's beginning is its cap. Contracts of an inverse future count
 * USD. */
static enum status add_levels(struct answer *answer, struct venue_symbol *symbol,
                              struct venue_field *list) {
    enum { CONTRACTS, UNITS, INITIAL, MAINTENANCE, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"contracts", "numNonContractUnits",
                                                   "initialMargin", "maintenanceMargin"};
    struct venue_tier tiers[LEVEL_COUNT_MAX];
    const bool inverse = symbol->contract == CONTRACT_INVERSE;
    size_t count = 0;
    while (scan_next_element(&list->inside)) {
        struct venue_field f[FIELD_COUNT];
        struct scan_value value;
        struct decimal from, initial, maintenance;
        const int depth = list->inside.depth;
        bool good = scan_read(&list->inside, &value) == SCAN_OBJECT;
        if (good) {
            venue_fields_read(&list->inside, names, FIELD_COUNT, f);
        }
        scan_leave(&list->inside, depth);
        if (good && f[UNITS].value.type == SCAN_NONE && !inverse) {
            return STATUS_UNSUPPORTED; /* contracts of a coin have no notional by themselves */
        }
        const int at = inverse ? CONTRACTS : UNITS;
        good = good && venue_decimal(&f[at].value, &from) &&
               venue_decimal(&f[INITIAL].value, &initial) && initial.mantissa > 0 &&
               venue_decimal(&f[MAINTENANCE].value, &maintenance) &&
               (!inverse || decimal_multiply(from, symbol->multiplier, &from));
        if (!good || (count == 0) != (from.mantissa == 0)) {
            return STATUS_MALFORMED;
        }
        if (count == LEVEL_COUNT_MAX) {
            return STATUS_RANGE;
        }
        if (count > 0) {
            tiers[count - 1].notional_cap_usd = decimal_to_double(from);
        }
        tiers[count++] = (struct venue_tier){.notional_cap_usd = INFINITY,
                                             .mmr = decimal_to_double(maintenance),
                                             .leverage_max = 1 / decimal_to_double(initial)};
    }
    if (count > 0) {
        venue_add_tiers(answer->parser, answer->message, symbol, tiers, count, answer->time_ms);
    }
    return STATUS_OK;
}

static enum status add_instrument(struct answer *answer, struct scan *scan) {
    static const char *const names[ROW_FIELD_COUNT] = {
        "symbol",       "type",      "tickSize",
        "contractSize", "tradeable", "contractValueTradePrecision",
        "marginLevels", "base"};
    struct venue_field f[ROW_FIELD_COUNT];
    struct decimal size = {0}, tick = {0};
    venue_fields_read(scan, names, ROW_FIELD_COUNT, f);
    struct venue_symbol *symbol = find_symbol(answer, &f[ROW_SYMBOL].value);
    if (symbol == NULL) { /* of a feed that wants others */
        return answer->parser->symbols.closed ? STATUS_OK : STATUS_NOT_FOUND;
    }
    if (venue_text_is(&f[ROW_TYPE].value, "spot index") ||
        f[ROW_TICK].value.type == SCAN_NONE) { /* an index, a rate */
        symbol->unwanted = true;
        return STATUS_IGNORED;
    }
    if (!venue_decimal(&f[ROW_SIZE].value, &size) || !venue_decimal(&f[ROW_TICK].value, &tick) ||
        tick.mantissa <= 0) {
        return STATUS_MALFORMED;
    }
    enum status status = set_contract(symbol, &f[ROW_TYPE].value, size);
    if (status != STATUS_OK) {
        return status;
    }
    symbol->tick = tick;
    symbol->lot = read_lot(&f[ROW_PRECISION].value, size);
    symbol->listed = f[ROW_TRADEABLE].value.type == SCAN_TRUE;
    const struct scan_value *base = &f[ROW_BASE].value;
    venue_add_instrument(answer->parser, answer->message, symbol,
                         base->type == SCAN_STRING ? base->text : (struct span){"", 0},
                         answer->time_ms);
    if (f[ROW_LEVELS].value.type == SCAN_ARRAY) {
        status = add_levels(answer, symbol, &f[ROW_LEVELS]);
    }
    return status;
}

/* -- rows -- */

/* fundingRate of these is absolute, in coin of a contract: not used. */
static enum status add_ticker(struct answer *answer, struct scan *scan) {
    enum { SYMBOL, MARK, INTEREST, INDEX, LAST, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"symbol", "markPrice", "openInterest",
                                                   "indexPrice", "last"};
    struct venue_field f[FIELD_COUNT];
    struct venue_ticker ticker = {.recv_ns = answer->recv_ns, .ts_ms = answer->time_ms};
    bool mark = false, interest = false, index = false, last = false;
    venue_fields_read(scan, names, FIELD_COUNT, f);
    if (f[MARK].value.type == SCAN_NONE) {
        return STATUS_IGNORED; /* an index */
    }
    if (!venue_optional_decimal(&f[MARK].value, &ticker.mark, &mark) ||
        !venue_optional_decimal(&f[INTEREST].value, &ticker.interest, &interest) ||
        !venue_optional_decimal(&f[INDEX].value, &ticker.index, &index) ||
        !venue_optional_decimal(&f[LAST].value, &ticker.last, &last) || ticker.ts_ms <= 0) {
        return STATUS_MALFORMED;
    }
    ticker.symbol = find_symbol(answer, &f[SYMBOL].value);
    ticker.has = (mark ? TICKER_MARK : 0U) | (interest ? TICKER_INTEREST : 0U) |
                 (index ? TICKER_INDEX : 0U) | (last ? TICKER_LAST : 0U);
    ticker.interest_unit = ticker.symbol == NULL ? UNIT_NONE : ticker.symbol->unit;
    if (ticker.symbol == NULL && answer->parser->symbols.closed) {
        return STATUS_OK;
    }
    venue_add_ticker(answer->parser, answer->message, &ticker);
    return STATUS_OK;
}

/* {"time":"…Z","trade_id":…,"price":…,"size":…,"side":…,"type":…,"uid":…} of the symbol asked for.
 */
static enum status add_trade(struct answer *answer, struct scan *scan) {
    enum { TIME, NUMBER, PRICE, SIZE, SIDE, TYPE, UID, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"time", "trade_id", "price", "size",
                                                   "side", "type",     "uid"};
    struct venue_field f[FIELD_COUNT];
    struct venue_trade trade = {.recv_ns = answer->recv_ns, .symbol = answer->symbol};
    venue_fields_read(scan, names, FIELD_COUNT, f);
    if (!venue_decimal(&f[PRICE].value, &trade.price) ||
        !venue_decimal(&f[SIZE].value, &trade.size) ||
        !venue_time_utc(&f[TIME].value, &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    trade.id = f[UID].value.type == SCAN_STRING ? f[UID].value.text : f[NUMBER].value.text;
    return kraken_futures_add_trade(answer->parser, answer->message, &trade, &f[SIDE].value,
                                    &f[TYPE].value);
}

/* {"time":ms,"open":"…","high":…,"low":…,"close":…,"volume":…}; the volume counts what sizes do. */
static enum status add_kline(struct answer *answer, struct scan *scan) {
    enum { TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"time", "open",  "high",
                                                   "low",  "close", "volume"};
    struct venue_field f[FIELD_COUNT];
    struct venue_symbol *symbol = answer->symbol;
    struct venue_kline kline = {.interval_s = answer->about->interval_s,
                                .closed = true,
                                .base = VENUE_KLINE_NO_VOLUME,
                                .usd = VENUE_KLINE_NO_VOLUME,
                                .taker_base = VENUE_KLINE_NO_VOLUME};
    struct decimal volume;
    venue_fields_read(scan, names, FIELD_COUNT, f);
    if (!scan_integer(&f[TIME].value, &kline.open_ms) ||
        !venue_decimal(&f[OPEN].value, &kline.open) ||
        !venue_decimal(&f[HIGH].value, &kline.high) || !venue_decimal(&f[LOW].value, &kline.low) ||
        !venue_decimal(&f[CLOSE].value, &kline.close) ||
        !venue_decimal(&f[VOLUME].value, &volume)) {
        return STATUS_MALFORMED;
    }
    if (symbol != NULL && symbol->unit == UNIT_BASE) {
        kline.base = volume;
    } else if (symbol != NULL && symbol->unit == UNIT_QUOTE) {
        kline.usd = volume;
    }
    venue_add_kline(answer->parser, answer->message, symbol, &kline, answer->recv_ns);
    return STATUS_OK;
}

/* {"timestamp":"…Z","fundingRate":absolute,"relativeFundingRate":…} of the symbol asked for. */
static enum status add_funding(struct answer *answer, struct scan *scan) {
    enum { TIME, RATE, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"timestamp", "relativeFundingRate"};
    struct venue_field f[FIELD_COUNT];
    struct venue_ticker ticker = {
        .has = TICKER_RATE, .recv_ns = answer->recv_ns, .symbol = answer->symbol};
    venue_fields_read(scan, names, FIELD_COUNT, f);
    if (!venue_decimal(&f[RATE].value, &ticker.rate) ||
        !venue_time_utc(&f[TIME].value, &ticker.ts_ms)) {
        return STATUS_MALFORMED;
    }
    venue_add_ticker(answer->parser, answer->message, &ticker);
    return STATUS_OK;
}

/* -- lists -- */

/* Indexes stand in the lists of instruments and tickers: rows passed over there are not counted. */
static enum status read_list(struct answer *answer, struct scan *list, bool has_indexes,
                             enum status (*add)(struct answer *answer, struct scan *scan)) {
    size_t count = 0;
    while (scan_next_element(list)) {
        struct scan_value value;
        const int depth = list->depth;
        const enum status status =
            scan_read(list, &value) == SCAN_OBJECT ? add(answer, list) : STATUS_MALFORMED;
        scan_leave(list, depth);
        if (status != STATUS_IGNORED || !has_indexes) {
            venue_parser_count(answer->parser, status);
            count++;
        }
    }
    return rows_status(answer, count);
}

/* {"bids":[[price,size]],"asks":…} of the symbol asked for; no sequence number. */
static enum status read_book(struct answer *answer, struct scan *scan) {
    static const char *const names[2] = {"bids", "asks"};
    struct venue_field f[2];
    venue_fields_read(scan, names, 2, f);
    if (f[0].value.type != SCAN_ARRAY || f[1].value.type != SCAN_ARRAY || answer->time_ms <= 0) {
        return STATUS_MALFORMED;
    }
    answer->message->step.snapshot = true;
    venue_book_begin(answer->parser, answer->message);
    venue_book_levels(answer->parser, answer->message, SIDE_BUY, &f[0].inside);
    venue_book_levels(answer->parser, answer->message, SIDE_SELL, &f[1].inside);
    return venue_book_end(answer->parser, answer->message, answer->symbol, answer->time_ms,
                          answer->recv_ns);
}

/* "/api/charts/v1/trade/PF_XBTUSD/1m?…": which price, symbol and interval. False: another path. */
static bool read_chart_path(struct answer *answer, struct venue_rest_about *about) {
    static const char start[] = "/api/charts/v1/trade/";
    if (answer->about->path == NULL || strncmp(answer->about->path, start, sizeof start - 1) != 0) {
        return false;
    }
    const char *symbol = answer->about->path + sizeof start - 1;
    const size_t symbol_len = strcspn(symbol, "/?");
    const char *interval = symbol[symbol_len] == '/' ? symbol + symbol_len + 1 : "";
    *about = *answer->about;
    about->interval_s = rest_line_interval_s((struct span){interval, strcspn(interval, "/?")});
    answer->symbol = find_text(answer->parser, (struct span){symbol, symbol_len});
    answer->about = about;
    return about->interval_s > 0;
}

static enum status read_candles(struct answer *answer, struct scan *list) {
    struct venue_rest_about about;
    return read_chart_path(answer, &about)
               ? read_list(answer, list, false, add_kline)
               : STATUS_IGNORED; /* of mark or index; which, and how long, the body does not say */
}

static enum status refuse(struct answer *answer, const struct scan_value *reason) {
    answer->message->kind = MESSAGE_CONTROL;
    answer->message->control = CONTROL_ERROR;
    venue_message_reply(answer->message, reason);
    return STATUS_OK;
}

/* A row of a list by itself; a ticker does not say when. */
static enum status read_bare(struct answer *answer, struct scan *scan) {
    enum { SYMBOL, TYPE, TRADEABLE, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"symbol", "type", "tradeable"};
    struct venue_field f[FIELD_COUNT];
    struct scan again = *scan;
    venue_fields_read(scan, names, FIELD_COUNT, f);
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (f[i].value.type == SCAN_NONE) {
            return STATUS_IGNORED;
        }
    }
    const enum status status = add_instrument(answer, &again);
    if (answer->message->count == 0) {
        return status == STATUS_OK ? STATUS_CANCELLED : status;
    }
    venue_parser_count(answer->parser, status); /* of its margin levels */
    return STATUS_OK;
}

enum {
    BODY_RESULT,
    BODY_ERROR,
    BODY_INSTRUMENTS,
    BODY_TICKERS,
    BODY_TICKER,
    BODY_HISTORY,
    BODY_BOOK,
    BODY_CANDLES,
    BODY_RATES,
    BODY_TIME,
    BODY_FIELD_COUNT
};

static enum status read_body(struct answer *answer, struct venue_field *f, struct scan *inside) {
    if (venue_text_is(&f[BODY_RESULT].value, "error")) {
        return refuse(answer, &f[BODY_ERROR].value);
    }
    if (f[BODY_INSTRUMENTS].value.type == SCAN_ARRAY) {
        const enum status status =
            read_list(answer, &f[BODY_INSTRUMENTS].inside, true, add_instrument);
        return answer->message->count == 0 ? STATUS_OK : status; /* none for us is no fault */
    }
    if (f[BODY_TICKERS].value.type == SCAN_ARRAY) {
        return read_list(answer, &f[BODY_TICKERS].inside, true, add_ticker);
    }
    if (f[BODY_TICKER].value.type == SCAN_OBJECT) {
        const enum status status = add_ticker(answer, &f[BODY_TICKER].inside);
        return status != STATUS_OK ? status : rows_status(answer, 1);
    }
    if (f[BODY_HISTORY].value.type == SCAN_ARRAY) {
        return read_list(answer, &f[BODY_HISTORY].inside, false, add_trade);
    }
    if (f[BODY_BOOK].value.type == SCAN_OBJECT) {
        return read_book(answer, &f[BODY_BOOK].inside);
    }
    if (f[BODY_CANDLES].value.type == SCAN_ARRAY) {
        return read_candles(answer, &f[BODY_CANDLES].inside);
    }
    if (f[BODY_RATES].value.type == SCAN_ARRAY) {
        return read_list(answer, &f[BODY_RATES].inside, false, add_funding);
    }
    return read_bare(answer, inside);
}

enum status kraken_futures_rest_parse(struct venue_parser *parser,
                                      const struct venue_rest_about *about, const char *bytes,
                                      size_t len, int64_t recv_ns, struct venue_message *message) {
    static const char *const names[BODY_FIELD_COUNT] = {
        "result",  "error",     "instruments", "tickers", "ticker",
        "history", "orderBook", "candles",     "rates",   "serverTime"};
    struct answer answer = {.parser = parser,
                            .message = message,
                            .about = about,
                            .recv_ns = recv_ns,
                            .symbol = about->symbol};
    struct venue_field f[BODY_FIELD_COUNT];
    struct scan scan, inside;
    struct span text;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        return begun;
    }
    inside = scan;
    venue_fields_read(&scan, names, BODY_FIELD_COUNT, f);
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (venue_query(about->path, "symbol", &text)) { /* in small letters, too */
        answer.symbol = find_text(parser, text);
    }
    venue_time_utc(&f[BODY_TIME].value, &answer.time_ms);
    const enum status status = read_body(&answer, f, &inside);
    if (answer.time_ms > message->sent_ms) {
        message->sent_ms = answer.time_ms;
    }
    return status;
}
