#include <assert.h>
#include <math.h>
#include <string.h>

#include "venue/bybit_parse.h"

enum { TIER_COUNT_MAX = 256, MINUTES_A_YEAR = 8760 * 60 };

/* {"retCode":0,"retMsg":"OK","result":{…},"time":ms}; a bare row has none of them. */
struct answer {
    struct bybit_work work;
    const struct venue_rest_about *about;
    int64_t time_ms; /* 0: not said */
    enum contract contract;
    bool lists_instruments;
    struct venue_symbol *symbol; /* of the result, or the request's; NULL: rows say theirs */
};

static enum status rows_status(const struct answer *answer, size_t count) {
    return answer->work.message->count > 0 || answer->lists_instruments ? STATUS_OK
           : count > 0                                                  ? STATUS_CANCELLED
                                                                        : STATUS_IGNORED;
}

/* The answer's category says what the row's sizes count. */
static struct venue_symbol *find_symbol(const struct answer *answer,
                                        const struct scan_value *value) {
    struct venue_symbol *symbol =
        value->type == SCAN_NONE ? answer->symbol : venue_symbol_of(answer->work.parser, value);
    if (symbol != NULL && answer->contract != CONTRACT_NONE) {
        symbol->contract = answer->contract;
        symbol->unit = answer->contract == CONTRACT_INVERSE ? UNIT_QUOTE : UNIT_BASE;
    }
    return symbol;
}

/* -- instruments -- */

static struct decimal read_filter(struct venue_field *filter, const char *name) {
    const char *const names[1] = {name};
    struct venue_field field;
    struct decimal value = {0};
    if (filter->value.type == SCAN_OBJECT) {
        venue_fields_read(&filter->inside, names, 1, &field);
        if (!venue_decimal(&field.value, &value) || value.mantissa < 0) {
            value = (struct decimal){0};
        }
    }
    return value;
}

static enum contract read_contract(const struct scan_value *type) {
    return venue_text_is(type, "LinearPerpetual") || venue_text_is(type, "LinearFutures")
               ? CONTRACT_LINEAR
           : venue_text_is(type, "InversePerpetual") || venue_text_is(type, "InverseFutures")
               ? CONTRACT_INVERSE
               : CONTRACT_NONE;
}

enum {
    ROW_SYMBOL,
    ROW_CONTRACT,
    ROW_STATUS,
    ROW_BASE,
    ROW_PRICES,
    ROW_LOTS,
    ROW_INTERVAL,
    ROW_RISK,
    ROW_MARGIN,
    ROW_INITIAL,
    ROW_LEVERAGE,
    ROW_RATE,
    ROW_RATE_TIME,
    ROW_MARK,
    ROW_INTEREST,
    ROW_SINGLE,
    ROW_TIME,
    ROW_EXEC,
    ROW_PRICE,
    ROW_SIZE,
    ROW_SIDE,
    ROW_TRADE_TIME,
    ROW_BLOCK,
    ROW_FIELD_COUNT
};
static const char *const row_names[] = {"symbol",
                                        "contractType",
                                        "status",
                                        "baseCoin",
                                        "priceFilter",
                                        "lotSizeFilter",
                                        "fundingInterval",
                                        "riskLimitValue",
                                        "maintenanceMargin",
                                        "initialMargin",
                                        "maxLeverage",
                                        "fundingRate",
                                        "fundingRateTimestamp",
                                        "markPrice",
                                        "openInterest",
                                        "singleOpenInterest",
                                        "timestamp",
                                        "execId",
                                        "price",
                                        "size",
                                        "side",
                                        "time",
                                        "isBlockTrade"};
static_assert(ARRAY_COUNT(row_names) == ROW_FIELD_COUNT, "a name per field");

static enum status add_instrument(struct answer *answer, struct venue_field *f) {
    struct venue_parser *parser = answer->work.parser;
    const enum contract contract = read_contract(&f[ROW_CONTRACT].value);
    int64_t minutes = 0;
    if (contract == CONTRACT_NONE) {
        return STATUS_UNSUPPORTED;
    }
    struct venue_symbol *symbol = find_symbol(answer, &f[ROW_SYMBOL].value);
    if (symbol == NULL) { /* of a feed that wants others */
        return parser->symbols.closed ? STATUS_OK : STATUS_NOT_FOUND;
    }
    symbol->contract = contract;
    symbol->unit = contract == CONTRACT_INVERSE ? UNIT_QUOTE : UNIT_BASE;
    symbol->tick = read_filter(&f[ROW_PRICES], "tickSize");
    symbol->lot = read_filter(&f[ROW_LOTS], "qtyStep");
    symbol->listed = !venue_text_is(&f[ROW_STATUS].value, "Closed");
    if (scan_integer(&f[ROW_INTERVAL].value, &minutes) && minutes >= 60 &&
        minutes <= MINUTES_A_YEAR && minutes % 60 == 0) {
        symbol->funding_interval_h = (int)(minutes / 60);
    }
    const struct span base =
        f[ROW_BASE].value.type == SCAN_STRING ? f[ROW_BASE].value.text : (struct span){"", 0};
    venue_add_instrument(parser, answer->work.message, symbol, base, answer->time_ms);
    return STATUS_OK;
}

/* -- margin tables -- */

struct tiers {
    struct venue_symbol *symbol;
    enum status status;
    size_t count;
    struct venue_tier rows[TIER_COUNT_MAX];
};

/* Rates are fractions, in older answers percents: which, the initial margin tells, as it is one
 * over the leverage. 0: neither. */
static double rate_unit(double initial, double leverage) {
    const double product = initial * leverage;
    return product > 0.5 && product < 2 ? 1 : product > 50 && product < 200 ? 0.01 : 0;
}

static void end_tiers(struct answer *answer, struct tiers *tiers) {
    if (tiers->count > 0 && tiers->status == STATUS_OK) {
        venue_add_tiers(answer->work.parser, answer->work.message, tiers->symbol, tiers->rows,
                        tiers->count, answer->time_ms);
    } else if (tiers->status != STATUS_OK) {
        venue_parser_count(answer->work.parser, tiers->status);
    }
    tiers->count = 0;
    tiers->status = STATUS_OK;
}

/* The cap of a linear contract counts USD, that of an inverse one its coin: it takes a mark. */
static enum status read_tier(const struct venue_symbol *symbol, const struct venue_field *f,
                             struct venue_tier *tier) {
    struct decimal cap, rate, initial, leverage;
    if (!venue_decimal(&f[ROW_RISK].value, &cap) || !venue_decimal(&f[ROW_MARGIN].value, &rate) ||
        !venue_decimal(&f[ROW_INITIAL].value, &initial) ||
        !venue_decimal(&f[ROW_LEVERAGE].value, &leverage)) {
        return STATUS_MALFORMED;
    }
    const double unit = rate_unit(decimal_to_double(initial), decimal_to_double(leverage));
    const bool inverse = symbol->contract == CONTRACT_INVERSE;
    if (unit == 0 || symbol->contract == CONTRACT_NONE || (inverse && symbol->mark.mantissa <= 0)) {
        return STATUS_UNSUPPORTED;
    }
    *tier = (struct venue_tier){.notional_cap_usd = decimal_to_double(cap) *
                                                    (inverse ? decimal_to_double(symbol->mark) : 1),
                                .mmr = decimal_to_double(rate) * unit,
                                .leverage_max = decimal_to_double(leverage)};
    return STATUS_OK;
}

/* Rows of one symbol follow each other by rising cap. */
static void add_tier(struct answer *answer, const struct venue_field *f, struct tiers *tiers) {
    struct venue_symbol *symbol = find_symbol(answer, &f[ROW_SYMBOL].value);
    if (symbol == NULL) {
        end_tiers(answer, tiers);
        if (!answer->work.parser->symbols.closed) {
            venue_parser_count(answer->work.parser, STATUS_NOT_FOUND);
        }
        return;
    }
    if (symbol != tiers->symbol) {
        end_tiers(answer, tiers);
        tiers->symbol = symbol;
    }
    struct venue_tier tier = {0};
    enum status status = read_tier(symbol, f, &tier);
    if (status == STATUS_OK && tiers->count == TIER_COUNT_MAX) {
        status = STATUS_RANGE;
    }
    if (status == STATUS_OK) {
        tiers->rows[tiers->count++] = tier;
    } else if (tiers->status == STATUS_OK) {
        tiers->status = status; /* a table with a hole is none */
    }
}

/* -- rows -- */

static enum status add_funding(struct answer *answer, const struct venue_field *f) {
    struct venue_ticker ticker = {.has = TICKER_RATE, .recv_ns = answer->work.recv_ns};
    if (!venue_decimal(&f[ROW_RATE].value, &ticker.rate) ||
        !scan_integer(&f[ROW_RATE_TIME].value, &ticker.ts_ms)) {
        return STATUS_MALFORMED;
    }
    ticker.symbol = find_symbol(answer, &f[ROW_SYMBOL].value);
    venue_add_ticker(answer->work.parser, answer->work.message, &ticker);
    return STATUS_OK;
}

static enum status add_interest(struct answer *answer, const struct venue_field *f) {
    struct venue_ticker ticker = {.has = TICKER_INTEREST, .recv_ns = answer->work.recv_ns};
    struct decimal both = {0};
    bool single = false;
    if (!venue_optional_decimal(&f[ROW_SINGLE].value, &ticker.interest, &single) ||
        (!single &&
         (!venue_decimal(&f[ROW_INTEREST].value, &both) || !bybit_halve(both, &ticker.interest))) ||
        !scan_integer(&f[ROW_TIME].value, &ticker.ts_ms)) {
        return STATUS_MALFORMED;
    }
    ticker.symbol = find_symbol(answer, &f[ROW_SYMBOL].value);
    ticker.interest_unit = ticker.symbol == NULL ? UNIT_NONE : ticker.symbol->unit;
    venue_add_ticker(answer->work.parser, answer->work.message, &ticker);
    return STATUS_OK;
}

static enum status add_trade(struct answer *answer, const struct venue_field *f) {
    struct venue_trade trade = {.kind = EVENT_TRADE, .recv_ns = answer->work.recv_ns};
    if (f[ROW_BLOCK].value.type == SCAN_TRUE) {
        return STATUS_IGNORED;
    }
    if (!venue_decimal(&f[ROW_PRICE].value, &trade.price) ||
        !venue_decimal(&f[ROW_SIZE].value, &trade.size) ||
        !scan_integer(&f[ROW_TRADE_TIME].value, &trade.ts_ms)) {
        return STATUS_MALFORMED;
    }
    trade.symbol = find_symbol(answer, &f[ROW_SYMBOL].value);
    trade.unit = trade.symbol == NULL ? UNIT_NONE : trade.symbol->unit;
    trade.side = venue_text_is(&f[ROW_SIDE].value, "Buy")    ? SIDE_BUY
                 : venue_text_is(&f[ROW_SIDE].value, "Sell") ? SIDE_SELL
                                                             : SIDE_NONE;
    trade.id = f[ROW_EXEC].value.text;
    venue_add_trade(answer->work.parser, answer->work.message, &trade);
    return STATUS_OK;
}

/* An object of a list, or by itself. scan: at its first member, for what reads it anew. */
static enum status add_row(struct answer *answer, struct scan *scan, struct tiers *tiers) {
    struct venue_field f[ROW_FIELD_COUNT];
    struct scan again = *scan;
    venue_fields_read(scan, row_names, ROW_FIELD_COUNT, f);
    if (f[ROW_CONTRACT].value.type != SCAN_NONE && f[ROW_LOTS].value.type == SCAN_OBJECT) {
        answer->lists_instruments = true;
        return add_instrument(answer, f);
    }
    if (f[ROW_RISK].value.type != SCAN_NONE) {
        add_tier(answer, f, tiers);
        return STATUS_OK;
    }
    if (f[ROW_RATE_TIME].value.type != SCAN_NONE) {
        return add_funding(answer, f);
    }
    if (f[ROW_MARK].value.type != SCAN_NONE) {
        find_symbol(answer, &f[ROW_SYMBOL].value);
        return answer->time_ms > 0 /* else it says of no time that it was so */
                   ? bybit_read_ticker(&answer->work, &again, answer->time_ms, answer->symbol)
                   : STATUS_IGNORED;
    }
    if (f[ROW_INTEREST].value.type != SCAN_NONE && f[ROW_TIME].value.type != SCAN_NONE) {
        return add_interest(answer, f);
    }
    if (f[ROW_EXEC].value.type == SCAN_STRING && f[ROW_SIDE].value.type != SCAN_NONE) {
        return add_trade(answer, f);
    }
    return STATUS_IGNORED;
}

/* -- klines -- */

enum {
    KLINE_START,
    KLINE_OPEN,
    KLINE_HIGH,
    KLINE_LOW,
    KLINE_CLOSE,
    KLINE_VOLUME,
    KLINE_TURNOVER,
    KLINE_COLUMN_COUNT
};

/* What the path says, else what lies between the rows, where that is the same for all. 0: not
 * known. */
static int32_t kline_interval_s(const struct answer *answer, struct scan list) {
    struct scan_value row[1];
    struct span text;
    int64_t last_ms = 0, step_ms = 0;
    size_t count = 0;
    if (venue_query(answer->about->path, "interval", &text)) {
        return bybit_interval_s(text);
    }
    if (answer->about->interval_s > 0) {
        return answer->about->interval_s;
    }
    for (int i = 0; scan_next_element(&list); i++) {
        int64_t start_ms = 0;
        if (!scan_read_row(&list, row, 1, &count) || !scan_integer(&row[0], &start_ms)) {
            return 0;
        }
        const int64_t step = last_ms > start_ms ? last_ms - start_ms : start_ms - last_ms;
        if (i > 1 && step != step_ms) {
            return 0;
        }
        step_ms = i > 0 ? step : 0;
        last_ms = start_ms;
    }
    return step_ms % 1000 == 0 && step_ms <= INT32_MAX ? (int32_t)(step_ms / 1000) : 0;
}

/* [start, open, high, low, close, volume, turnover]; those of other prices have no volume. */
static enum status add_kline(struct answer *answer, const struct scan_value *row, size_t count,
                             int32_t interval_s) {
    struct venue_kline kline = {.interval_s = interval_s, .closed = true};
    struct decimal volume, turnover;
    const struct scan_value none = {.type = SCAN_NONE};
    if (count < KLINE_COLUMN_COUNT || interval_s == 0) {
        return STATUS_IGNORED;
    }
    if (!scan_integer(&row[KLINE_START], &kline.open_ms) ||
        !venue_decimal(&row[KLINE_OPEN], &kline.open) ||
        !venue_decimal(&row[KLINE_HIGH], &kline.high) ||
        !venue_decimal(&row[KLINE_LOW], &kline.low) ||
        !venue_decimal(&row[KLINE_CLOSE], &kline.close) ||
        !venue_decimal(&row[KLINE_VOLUME], &volume) ||
        !venue_decimal(&row[KLINE_TURNOVER], &turnover)) {
        return STATUS_MALFORMED;
    }
    struct venue_symbol *symbol = find_symbol(answer, &none);
    if (symbol == NULL) {
        return STATUS_NOT_FOUND;
    }
    bybit_kline_volumes(symbol, volume, turnover, &kline);
    venue_add_kline(answer->work.parser, answer->work.message, symbol, &kline,
                    answer->work.recv_ns);
    return STATUS_OK;
}

/* -- the whole -- */

static enum status read_list(struct answer *answer, struct scan *list) {
    static const struct scan_value blank[KLINE_COLUMN_COUNT];
    const int32_t interval_s = kline_interval_s(answer, *list);
    struct tiers tiers = {.symbol = NULL};
    size_t count = 0;
    bool others = false; /* rows that were passed over as a whole: one text ignored, not many */
    while (scan_next_element(list)) {
        struct scan ahead = *list;
        struct scan_value value;
        const int depth = list->depth;
        enum status status = STATUS_MALFORMED;
        const enum scan_type type = scan_read(list, &value);
        if (type == SCAN_OBJECT) {
            status = add_row(answer, list, &tiers);
        } else if (type == SCAN_ARRAY) {
            struct scan_value row[KLINE_COLUMN_COUNT];
            size_t columns = 0;
            memcpy(row, blank, sizeof row);
            status = scan_read_row(&ahead, row, KLINE_COLUMN_COUNT, &columns)
                         ? add_kline(answer, row, columns, interval_s)
                         : STATUS_MALFORMED;
        }
        scan_leave(list, depth);
        if (status == STATUS_IGNORED) {
            others = true;
        } else {
            venue_parser_count(answer->work.parser, status);
            count++;
        }
    }
    end_tiers(answer, &tiers);
    return count == 0 && others ? STATUS_IGNORED : rows_status(answer, count);
}

/* {"s":…,"b":[[price,size]],"a":[…],"ts":…,"u":…,"seq":…,"cts":…}: of an RPI book, rows have a
 * third column. */
static enum status read_book(struct answer *answer, struct venue_field *symbol,
                             struct venue_field *bids, struct venue_field *asks,
                             const struct scan_value *id_value, const struct scan_value *time) {
    struct venue_message *message = answer->work.message;
    struct scan_value row[1];
    int64_t id = 0, ts_ms = 0;
    for (int i = 0; i < 2; i++) {
        struct scan ahead = i == 0 ? bids->inside : asks->inside;
        size_t columns = 0;
        if (scan_next_element(&ahead) && scan_read_row(&ahead, row, 1, &columns) && columns > 2) {
            return STATUS_IGNORED;
        }
    }
    if (!scan_integer(id_value, &id) || !scan_integer(time, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    message->step = (struct venue_book_step){
        .snapshot = true, .first_id = id, .last_id = id, .prev_id = id - 1};
    venue_book_begin(answer->work.parser, message);
    venue_book_levels(answer->work.parser, message, SIDE_BUY, &bids->inside);
    venue_book_levels(answer->work.parser, message, SIDE_SELL, &asks->inside);
    return venue_book_end(answer->work.parser, message, find_symbol(answer, &symbol->value), ts_ms,
                          answer->work.recv_ns);
}

/* Where the list of instruments goes on: linear ones, then inverse ones. */
static void name_next_page(struct answer *answer, const struct scan_value *cursor) {
    struct venue_message *message = answer->work.message;
    const bool inverse = answer->contract == CONTRACT_INVERSE;
    const bool more = cursor->type == SCAN_STRING && cursor->text.len > 0 && !cursor->escaped;
    if (inverse || !more) {
        str_copy(message->reply, sizeof message->reply,
                 !inverse ? BYBIT_CURSOR_INVERSE
                 : more   ? BYBIT_CURSOR_INVERSE ":"
                          : "");
    }
    if (more && !str_append(message->reply, sizeof message->reply, "%.*s", (int)cursor->text.len,
                            cursor->text.bytes)) {
        message->reply[0] = '\0'; /* too long: the list ends here */
    }
}

static enum status read_result(struct answer *answer, struct scan *result) {
    enum { CATEGORY, SYMBOL, LIST, PAGE, BOOK_SYMBOL, BIDS, ASKS, TS, CTS, ID, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {
        "category", "symbol", "list", "nextPageCursor", "s", "b", "a", "ts", "cts", "u"};
    struct venue_field f[FIELD_COUNT];
    venue_fields_read(result, names, FIELD_COUNT, f);
    answer->contract = venue_text_is(&f[CATEGORY].value, "linear")    ? CONTRACT_LINEAR
                       : venue_text_is(&f[CATEGORY].value, "inverse") ? CONTRACT_INVERSE
                                                                      : CONTRACT_NONE;
    if (f[CATEGORY].value.type == SCAN_STRING && answer->contract == CONTRACT_NONE) {
        return STATUS_IGNORED; /* spot pairs and options */
    }
    if (f[SYMBOL].value.type == SCAN_STRING && f[SYMBOL].value.text.len > 0) {
        answer->symbol = find_symbol(answer, &f[SYMBOL].value);
    }
    if (f[LIST].value.type == SCAN_ARRAY) {
        const enum status status = read_list(answer, &f[LIST].inside);
        if (answer->lists_instruments) {
            name_next_page(answer, &f[PAGE].value);
        }
        return status;
    }
    if (f[BIDS].value.type == SCAN_ARRAY && f[ASKS].value.type == SCAN_ARRAY) {
        return read_book(answer, &f[BOOK_SYMBOL], &f[BIDS], &f[ASKS], &f[ID].value,
                         f[CTS].value.type == SCAN_NUMBER ? &f[CTS].value : &f[TS].value);
    }
    return STATUS_IGNORED;
}

static enum status read_bare(struct answer *answer, struct scan *scan) {
    struct tiers tiers = {.symbol = NULL};
    const enum status status = add_row(answer, scan, &tiers);
    end_tiers(answer, &tiers);
    return status != STATUS_OK ? status : rows_status(answer, 1);
}

enum status bybit_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                             const char *bytes, size_t len, int64_t recv_ns,
                             struct venue_message *message) {
    enum { CODE, REASON, RESULT, TIME, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {"retCode", "retMsg", "result", "time"};
    struct answer answer = {.work = {.parser = parser, .message = message, .recv_ns = recv_ns},
                            .about = about,
                            .symbol = about->symbol};
    struct venue_field f[FIELD_COUNT];
    struct scan scan, inside;
    int64_t code = 0;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        return begun;
    }
    inside = scan;
    venue_fields_read(&scan, names, FIELD_COUNT, f);
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (f[CODE].value.type == SCAN_NONE) {
        return read_bare(&answer, &inside);
    }
    if (!scan_integer(&f[CODE].value, &code)) {
        return STATUS_MALFORMED;
    }
    if (code != 0) { /* 10006: too many requests; others: what was wrong with this one */
        message->kind = MESSAGE_CONTROL;
        message->control = CONTROL_ERROR;
        venue_message_reply(message, &f[REASON].value);
        return STATUS_OK;
    }
    scan_integer(&f[TIME].value, &answer.time_ms);
    if (f[RESULT].value.type != SCAN_OBJECT) {
        return STATUS_MALFORMED;
    }
    const enum status status = read_result(&answer, &f[RESULT].inside);
    message->sent_ms = answer.time_ms > message->sent_ms ? answer.time_ms : message->sent_ms;
    return status;
}
