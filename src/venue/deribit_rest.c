/* Deribit's answers over HTTP, by the shape of `result`: {"jsonrpc":"2.0","result":…,"usOut":…}. */
#include <string.h>

#include "venue/deribit_parse.h"

struct answer {
    struct deribit_work work;
    const struct venue_rest_about *about;
    int64_t ts_ms; /* when it was sent; 0: not said */
    bool listed;   /* it is a list of instruments */
};

/* -- instruments -- */

/* {"instrument_name","kind":"future","instrument_type":"reversed" | "linear" (once "future_type"),
 * "tick_size","min_trade_amount","contract_size","base_currency",…} */
enum {
    INSTRUMENT_NAME,
    INSTRUMENT_KIND,
    INSTRUMENT_TYPE,
    INSTRUMENT_OLD_TYPE,
    INSTRUMENT_TICK,
    INSTRUMENT_LOT,
    INSTRUMENT_SIZE,
    INSTRUMENT_BASE,
    INSTRUMENT_PERIOD,
    INSTRUMENT_FIELDS
};
static const char *const instrument_names[INSTRUMENT_FIELDS] = {
    "instrument_name",  "kind",          "instrument_type", "future_type",      "tick_size",
    "min_trade_amount", "contract_size", "base_currency",   "settlement_period"};

static enum status read_instrument(struct answer *answer, struct scan *scan) {
    struct venue_field fields[INSTRUMENT_FIELDS];
    struct venue_parser *parser = answer->work.parser;
    struct decimal tick, lot, size;
    bool known = false;
    venue_fields_read(scan, instrument_names, INSTRUMENT_FIELDS, fields);
    if (fields[INSTRUMENT_NAME].value.type != SCAN_STRING ||
        !venue_optional_decimal(&fields[INSTRUMENT_TICK].value, &tick, &known) ||
        !venue_optional_decimal(&fields[INSTRUMENT_LOT].value, &lot, &known) ||
        !venue_optional_decimal(&fields[INSTRUMENT_SIZE].value, &size, &known)) {
        return STATUS_MALFORMED;
    }
    if (!venue_text_is(&fields[INSTRUMENT_KIND].value, "future")) {
        return STATUS_IGNORED; /* options, spot pairs, combinations */
    }
    struct venue_symbol *symbol = venue_symbol_of(parser, &fields[INSTRUMENT_NAME].value);
    if (symbol == NULL) {
        return parser->symbols.closed ? STATUS_IGNORED : STATUS_NOT_FOUND;
    }
    const int type =
        fields[INSTRUMENT_TYPE].value.type != SCAN_NONE ? INSTRUMENT_TYPE : INSTRUMENT_OLD_TYPE;
    const bool inverse = venue_text_is(&fields[type].value, "reversed");
    if (!inverse && !venue_text_is(&fields[type].value, "linear")) {
        symbol->contract = CONTRACT_NONE; /* whatever its name looked like */
        symbol->unit = UNIT_NONE;
        return STATUS_UNSUPPORTED;
    }
    symbol->contract = inverse ? CONTRACT_INVERSE : CONTRACT_LINEAR;
    symbol->unit = inverse ? UNIT_QUOTE : UNIT_BASE;
    symbol->unwanted = false;
    symbol->listed = true;
    symbol->tick = tick;
    symbol->lot = lot;
    symbol->multiplier = size;
    symbol->funding_interval_h =
        venue_text_is(&fields[INSTRUMENT_PERIOD].value, "perpetual") ? 8 : 0;
    venue_add_instrument(parser, answer->work.message, symbol, fields[INSTRUMENT_BASE].value.text,
                         answer->ts_ms);
    return STATUS_OK;
}

/* -- rows -- */

/* {"timestamp","index_price","interest_8h","interest_1h",…}, of the symbol that was asked for */
static void read_interest(struct answer *answer, struct scan *scan) {
    enum { TIME, INDEX, RATE, COUNT };
    static const char *const names[COUNT] = {"timestamp", "index_price", "interest_8h"};
    struct venue_field fields[COUNT];
    struct venue_ticker ticker = {.symbol = answer->about->symbol, .recv_ns = answer->work.recv_ns};
    bool has_index = false;
    venue_fields_read(scan, names, COUNT, fields);
    if (!scan_integer(&fields[TIME].value, &ticker.ts_ms) ||
        !venue_decimal(&fields[RATE].value, &ticker.rate) ||
        !venue_optional_decimal(&fields[INDEX].value, &ticker.index, &has_index)) {
        venue_parser_count(answer->work.parser, STATUS_MALFORMED);
        return;
    }
    ticker.has = TICKER_RATE | (has_index ? (unsigned)TICKER_INDEX : 0U);
    venue_add_ticker(answer->work.parser, answer->work.message, &ticker);
}

/* A row of a list, by its members. */
static enum status read_row(struct answer *answer, struct scan *scan) {
    enum { TICK, KIND, RATE, MARK, INTEREST, PRICE, SIDE, NAME, COUNT };
    static const char *const names[COUNT] = {"tick_size",  "kind",           "interest_8h",
                                             "mark_price", "open_interest",  "price",
                                             "direction",  "instrument_name"};
    struct venue_field fields[COUNT];
    struct scan row = *scan;
    venue_fields_read(&row, names, COUNT, fields);
    const bool named = fields[NAME].value.type != SCAN_NONE;
    if (fields[TICK].value.type != SCAN_NONE && fields[KIND].value.type != SCAN_NONE) {
        answer->listed = true;
        return read_instrument(answer, scan);
    }
    if (fields[RATE].value.type != SCAN_NONE) {
        read_interest(answer, scan);
        return STATUS_OK;
    }
    if (named && fields[SIDE].value.type != SCAN_NONE && fields[PRICE].value.type != SCAN_NONE) {
        deribit_read_trade(&answer->work, scan);
        return STATUS_OK;
    }
    if (named &&
        (fields[MARK].value.type != SCAN_NONE || fields[INTEREST].value.type != SCAN_NONE)) {
        deribit_read_ticker(&answer->work, scan);
        return STATUS_OK;
    }
    return STATUS_IGNORED;
}

/* What rows came to that were counted one by one. */
static enum status judge_rows(const struct answer *answer, const struct venue_counts *before) {
    const struct venue_counts *now = &answer->work.parser->counts;
    if (answer->work.message->count > 0 || answer->listed) {
        return STATUS_OK;
    }
    const bool counted = now->malformed > before->malformed || now->ignored > before->ignored ||
                         now->dropped_side > before->dropped_side ||
                         now->dropped_unit > before->dropped_unit ||
                         now->dropped_symbol > before->dropped_symbol ||
                         now->dropped_oversized > before->dropped_oversized;
    return counted ? STATUS_CANCELLED : STATUS_IGNORED;
}

/* The scan has entered the list. */
static enum status read_rows(struct answer *answer, struct scan *scan) {
    const struct venue_counts before = answer->work.parser->counts;
    const int depth = scan->depth;
    struct scan_value value;
    while (scan_next_element(scan)) {
        const enum status status =
            scan_read(scan, &value) == SCAN_OBJECT ? read_row(answer, scan) : STATUS_IGNORED;
        scan_leave(scan, depth);
        if (status != STATUS_IGNORED) {
            venue_parser_count(answer->work.parser, status);
        }
    }
    return judge_rows(answer, &before);
}

/* -- bars -- */

/* {"ticks":[…],"open":[…],"high":[…],"low":[…],"close":[…],"volume":[…],"cost":[…]}: a column each,
 * walked side by side; volume in base coin, cost in quote coin */
enum { TICKS, OPEN, HIGH, LOW, CLOSE, VOLUME, COST, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {"ticks", "open",   "high", "low",
                                                       "close", "volume", "cost"};

static enum status read_bar(struct answer *answer, struct venue_field *columns) {
    struct scan_value cells[COLUMN_COUNT] = {{.type = SCAN_NONE}};
    struct venue_kline kline = {.interval_s = answer->about->interval_s,
                                .closed = true,
                                .taker_base = VENUE_KLINE_NO_VOLUME};
    bool has_base = false, has_usd = false;
    for (int i = OPEN; i < COLUMN_COUNT; i++) {
        if (columns[i].value.type == SCAN_ARRAY && scan_next_element(&columns[i].inside)) {
            const int depth = columns[i].inside.depth;
            scan_read(&columns[i].inside, &cells[i]);
            scan_leave(&columns[i].inside, depth);
        }
    }
    const int depth = columns[TICKS].inside.depth;
    scan_read(&columns[TICKS].inside, &cells[TICKS]);
    scan_leave(&columns[TICKS].inside, depth);
    if (!scan_integer(&cells[TICKS], &kline.open_ms) || !venue_decimal(&cells[OPEN], &kline.open) ||
        !venue_decimal(&cells[HIGH], &kline.high) || !venue_decimal(&cells[LOW], &kline.low) ||
        !venue_decimal(&cells[CLOSE], &kline.close) ||
        !venue_optional_decimal(&cells[VOLUME], &kline.base, &has_base) ||
        !venue_optional_decimal(&cells[COST], &kline.usd, &has_usd)) {
        return STATUS_MALFORMED;
    }
    kline.base = has_base ? kline.base : VENUE_KLINE_NO_VOLUME;
    kline.usd = has_usd ? kline.usd : VENUE_KLINE_NO_VOLUME;
    venue_add_kline(answer->work.parser, answer->work.message, answer->about->symbol, &kline,
                    answer->work.recv_ns);
    return STATUS_OK;
}

static enum status read_bars(struct answer *answer, struct scan *scan) {
    struct venue_field columns[COLUMN_COUNT];
    const struct venue_counts before = answer->work.parser->counts;
    venue_fields_read(scan, column_names, COLUMN_COUNT, columns);
    if (answer->about->symbol == NULL) {
        return STATUS_NOT_FOUND;
    }
    if (answer->about->interval_s <= 0) {
        return STATUS_IGNORED; /* of no length that we know */
    }
    while (scan_next_element(&columns[TICKS].inside)) {
        venue_parser_count(answer->work.parser, read_bar(answer, columns));
    }
    return judge_rows(answer, &before);
}

/* -- answers -- */

static enum status read_object(struct answer *answer, const struct scan *entered) {
    enum { TRADES, COLUMN, BIDS, ASKS, MARK, COUNT };
    static const char *const names[COUNT] = {"trades", "ticks", "bids", "asks", "mark_price"};
    struct venue_field fields[COUNT];
    struct scan scan = *entered, again = *entered;
    const struct venue_counts before = answer->work.parser->counts;
    venue_fields_read(&scan, names, COUNT, fields);
    if (fields[TRADES].value.type == SCAN_ARRAY) {
        return read_rows(answer, &fields[TRADES].inside);
    }
    if (fields[COLUMN].value.type == SCAN_ARRAY) {
        return read_bars(answer, &again);
    }
    if (fields[BIDS].value.type == SCAN_ARRAY && fields[ASKS].value.type == SCAN_ARRAY) {
        return deribit_read_book(&answer->work, &again, true);
    }
    if (fields[MARK].value.type != SCAN_NONE) {
        deribit_read_ticker(&answer->work, &again);
        return judge_rows(answer, &before);
    }
    return STATUS_IGNORED;
}

static enum status read_answer(struct answer *answer, struct scan *scan) {
    enum { VERSION, RESULT, ERROR, OUT, COUNT };
    static const char *const names[COUNT] = {"jsonrpc", "result", "error", "usOut"};
    struct venue_field fields[COUNT];
    struct venue_message *message = answer->work.message;
    int64_t out_us = 0;
    venue_fields_read(scan, names, COUNT, fields);
    if (!scan_end(scan)) {
        return STATUS_MALFORMED;
    }
    if (fields[VERSION].value.type == SCAN_NONE) {
        return STATUS_IGNORED; /* a part of an answer */
    }
    if (fields[ERROR].value.type == SCAN_OBJECT) {
        message->kind = MESSAGE_CONTROL;
        message->control = CONTROL_ERROR;
        deribit_set_reply(message, &fields[ERROR]);
        return STATUS_OK;
    }
    if (scan_integer(&fields[OUT].value, &out_us)) {
        answer->ts_ms = out_us / 1000;
    }
    return fields[RESULT].value.type == SCAN_ARRAY    ? read_rows(answer, &fields[RESULT].inside)
           : fields[RESULT].value.type == SCAN_OBJECT ? read_object(answer, &fields[RESULT].inside)
                                                      : STATUS_IGNORED;
}

enum status deribit_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                               const char *bytes, size_t len, int64_t recv_ns,
                               struct venue_message *message) {
    struct answer answer = {
        .work = {.parser = parser, .message = message, .recv_ns = recv_ns, .history = true},
        .about = about};
    struct scan scan;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    return begun == STATUS_OK ? read_answer(&answer, &scan) : begun;
}
