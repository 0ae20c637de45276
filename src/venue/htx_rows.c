#include "venue/htx_rows.h"

#include <string.h>

#include "venue/rest_line.h"

/* -- symbols -- */

static bool is_digits(const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            return false;
        }
    }
    return len > 0;
}

static bool ends_with(struct span text, const char *end) {
    const size_t len = strlen(end);
    return text.len > len && memcmp(text.bytes + text.len - len, end, len) == 0;
}

enum contract htx_contract_of(struct span code) {
    enum { DATE_LEN = 6 };
    static const char *const aliases[] = {"_CW", "_NW", "_CQ", "_NQ"};
    const char *dash = code.len > 1 ? memchr(code.bytes + 1, '-', code.len - 1) : NULL;
    if (dash != NULL) {
        const struct span rest = {dash, code.len - (size_t)(dash - code.bytes)};
        if (span_equal_text(rest, "-USD")) {
            return CONTRACT_INVERSE;
        }
        return rest.len >= 5 && memcmp(rest.bytes, "-USDT", 5) == 0 &&
                       (rest.len == 5 || rest.bytes[5] == '-')
                   ? CONTRACT_LINEAR
                   : CONTRACT_NONE;
    }
    for (size_t i = 0; i < ARRAY_COUNT(aliases); i++) {
        if (ends_with(code, aliases[i])) {
            return CONTRACT_INVERSE;
        }
    }
    return code.len > DATE_LEN && is_digits(code.bytes + code.len - DATE_LEN, DATE_LEN)
               ? CONTRACT_INVERSE
               : CONTRACT_NONE;
}

enum status htx_find_code(struct htx_work *work, struct span code, struct venue_symbol **out) {
    char text[INSTRUMENT_SYMBOL_BYTES];
    *out = NULL;
    if (!str_copy_span(text, sizeof text, code)) {
        return STATUS_NOT_FOUND;
    }
    for (char *at = text; *at != '\0'; at++) {
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
    const struct span capitals = {text, code.len};
    if (htx_contract_of(capitals) == CONTRACT_NONE) {
        return STATUS_IGNORED;
    }
    *out = venue_symbols_find(&work->parser->symbols, capitals);
    return *out == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

enum status htx_find_symbol(struct htx_work *work, const struct scan_value *value,
                            struct venue_symbol **out) {
    *out = work->symbol;
    if (value->type == SCAN_NONE) {
        return work->symbol == NULL ? work->symbol_status : STATUS_OK;
    }
    return value->type == SCAN_STRING ? htx_find_code(work, value->text, out) : STATUS_MALFORMED;
}

/* -- channels -- */

/* What follows `start` in text; len 0: it does not begin with it, or nothing follows. */
static struct span after(struct span text, const char *start) {
    const size_t len = strlen(start);
    return text.len > len && memcmp(text.bytes, start, len) == 0
               ? (struct span){text.bytes + len, text.len - len}
               : (struct span){"", 0};
}

void htx_read_channel(struct span text, struct htx_channel *out) {
    static const struct {
        const char *name;
        enum htx_rows rows;
    } plain[] = {{"trade.detail", HTX_ROWS_TRADE},
                 {"depth.size_150.high_freq", HTX_ROWS_BOOK},
                 {"depth.size_20.high_freq", HTX_ROWS_BOOK},
                 {"depth.step0", HTX_ROWS_BOOK_WHOLE},
                 {"depth.step6", HTX_ROWS_BOOK_WHOLE},
                 {"detail", HTX_ROWS_LAST},
                 {"detail.merged", HTX_ROWS_LAST}},
      timed[] = {
          {"kline.", HTX_ROWS_KLINE}, {"mark_price.", HTX_ROWS_MARK}, {"index.", HTX_ROWS_INDEX}};
    const struct span rest = after(text, "market.");
    const char *dot = rest.len > 0 ? memchr(rest.bytes, '.', rest.len) : NULL;
    *out = (struct htx_channel){.rows = HTX_ROWS_OTHER};
    if (dot == NULL) {
        return;
    }
    out->code = (struct span){rest.bytes, (size_t)(dot - rest.bytes)};
    const struct span name = {dot + 1, rest.len - out->code.len - 1};
    for (size_t i = 0; i < ARRAY_COUNT(plain); i++) {
        if (span_equal_text(name, plain[i].name)) {
            out->rows = plain[i].rows;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(timed); i++) {
        const struct span interval = after(name, timed[i].name);
        if (interval.len > 0) {
            out->rows = timed[i].rows;
            out->interval_s = rest_line_interval_s(interval);
        }
    }
}

/* -- numbers -- */

static bool is_none(const struct scan_value *value) {
    return value->type == SCAN_NONE || value->type == SCAN_NULL || venue_text_is(value, "") ||
           venue_text_is(value, "null");
}

bool htx_optional_decimal(const struct scan_value *value, struct decimal *out, bool *has) {
    *out = (struct decimal){0};
    *has = !is_none(value);
    return !*has || venue_decimal(value, out);
}

bool htx_optional_integer(const struct scan_value *value, int64_t *out, bool *has) {
    *out = 0;
    *has = !is_none(value);
    return !*has || scan_integer(value, out);
}

/* -- trades -- */

static unsigned side_of(const struct scan_value *value, unsigned of_buy, unsigned of_sell) {
    return venue_text_is(value, "buy") ? of_buy : venue_text_is(value, "sell") ? of_sell : 0;
}

static void read_trade(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {
        "amount", "ts", "id", "price", "direction", "quantity", "contract_code", "symbol"};
    enum { CONTRACTS, WHEN, ID, PRICE, SIDE, BASE, CODE, NAME, COUNT };
    struct venue_field f[COUNT];
    struct venue_trade trade = {
        .kind = EVENT_TRADE, .unit = UNIT_CONTRACTS, .recv_ns = work->recv_ns};
    venue_fields_read(scan, names, COUNT, f);
    const struct scan_value *name =
        f[CODE].value.type != SCAN_NONE ? &f[CODE].value : &f[NAME].value;
    enum status status = htx_find_symbol(work, name, &trade.symbol);
    const struct scan_value *size = &f[CONTRACTS].value;
    if (status == STATUS_OK && trade.symbol->contract == CONTRACT_LINEAR &&
        !is_none(&f[BASE].value)) {
        size = &f[BASE].value;
        trade.unit = UNIT_BASE;
    }
    if (status == STATUS_OK &&
        (!venue_decimal(&f[PRICE].value, &trade.price) || !venue_decimal(size, &trade.size) ||
         !scan_integer(&f[WHEN].value, &trade.ts_ms))) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    trade.side = side_of(&f[SIDE].value, SIDE_BUY, SIDE_SELL);
    trade.id = f[ID].value.text;
    venue_add_trade(work->parser, work->message, &trade);
}

/* -- liquidations -- */

enum {
    CODE,
    DIRECTION,
    VOLUME,
    PRICE,
    CREATED,
    AMOUNT,
    TURNOVER,
    SIDE,
    POSITION,
    BANKRUPT_PRICE,
    TIME_V5,
    LIQUIDATION_FIELDS
};

/* The size: base coin of a linear contract, else contracts. v5 has contracts in both volume and
 * amount; where a contract's worth is not known, the turnover says it in quote coin. */
static bool read_size(const struct venue_field *f, bool v5, struct venue_trade *trade) {
    const struct venue_symbol *symbol = trade->symbol;
    const bool linear = symbol->contract == CONTRACT_LINEAR;
    trade->unit = UNIT_CONTRACTS;
    if (linear && !v5 && !is_none(&f[AMOUNT].value)) {
        trade->unit = UNIT_BASE;
        return venue_decimal(&f[AMOUNT].value, &trade->size);
    }
    if (linear && v5 && symbol->multiplier.mantissa <= 0 && !is_none(&f[TURNOVER].value)) {
        trade->unit = UNIT_QUOTE;
        return venue_decimal(&f[TURNOVER].value, &trade->size);
    }
    return venue_decimal(&f[VOLUME].value, &trade->size);
}

/* The order's side, or the position by its name. */
static unsigned liquidated(const struct venue_field *f, bool v5) {
    const struct scan_value *position = &f[POSITION].value;
    if (v5 && !is_none(position) && !venue_text_is(position, "both")) {
        return venue_text_is(position, "long")    ? POS_LONG
               : venue_text_is(position, "short") ? POS_SHORT
                                                  : POS_NONE;
    }
    return side_of(v5 ? &f[SIDE].value : &f[DIRECTION].value, POS_SHORT, POS_LONG);
}

static void read_liquidation(struct htx_work *work, struct scan *scan) {
    static const char *const names[LIQUIDATION_FIELDS] = {
        "contract_code", "direction",      "volume",          "price",
        "created_at",    "amount",         "trade_turnover",  "side",
        "position_side", "bankrupt_price", "liquidation_time"};
    struct venue_field f[LIQUIDATION_FIELDS];
    struct venue_trade trade = {
        .kind = EVENT_LIQUIDATION, .price_kind = PRICE_BANKRUPTCY, .recv_ns = work->recv_ns};
    venue_fields_read(scan, names, LIQUIDATION_FIELDS, f);
    const bool v5 = f[BANKRUPT_PRICE].value.type != SCAN_NONE;
    enum status status = htx_find_symbol(work, &f[CODE].value, &trade.symbol);
    if (status == STATUS_OK &&
        (!venue_decimal(v5 ? &f[BANKRUPT_PRICE].value : &f[PRICE].value, &trade.price) ||
         !read_size(f, v5, &trade) ||
         !scan_integer(v5 ? &f[TIME_V5].value : &f[CREATED].value, &trade.ts_ms))) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    trade.side = liquidated(f, v5);
    venue_add_trade(work->parser, work->message, &trade);
}

/* -- klines -- */

static void read_kline(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {"id",   "open",   "close", "low",
                                        "high", "amount", "vol",   "trade_turnover"};
    enum { OPEN_S, OPEN, CLOSE, LOW, HIGH, BASE, CONTRACTS, USD, COUNT };
    struct venue_field f[COUNT];
    struct venue_kline kline = {.interval_s = work->interval_s,
                                .taker_base = VENUE_KLINE_NO_VOLUME};
    struct decimal contracts;
    bool has_base = false, has_usd = false, has_contracts = false;
    int64_t open_s = 0;
    enum status status = work->symbol == NULL ? work->symbol_status : STATUS_OK;
    venue_fields_read(scan, names, COUNT, f);
    if (status == STATUS_OK && work->interval_s == 0) {
        status = STATUS_IGNORED; /* a month has no fixed length */
    }
    if (status == STATUS_OK &&
        (!scan_integer(&f[OPEN_S].value, &open_s) || open_s <= 0 || open_s > INT32_MAX * 8LL ||
         !venue_decimal(&f[OPEN].value, &kline.open) ||
         !venue_decimal(&f[HIGH].value, &kline.high) || !venue_decimal(&f[LOW].value, &kline.low) ||
         !venue_decimal(&f[CLOSE].value, &kline.close) ||
         !htx_optional_decimal(&f[BASE].value, &kline.base, &has_base) ||
         !htx_optional_decimal(&f[USD].value, &kline.usd, &has_usd) ||
         !htx_optional_decimal(&f[CONTRACTS].value, &contracts, &has_contracts))) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    const struct venue_symbol *symbol = work->symbol;
    kline.base = has_base ? kline.base : VENUE_KLINE_NO_VOLUME;
    if (!has_usd && has_contracts && symbol->contract == CONTRACT_INVERSE &&
        symbol->multiplier.mantissa > 0) {
        has_usd = decimal_multiply(contracts, symbol->multiplier, &kline.usd);
    }
    kline.usd = has_usd ? kline.usd : VENUE_KLINE_NO_VOLUME;
    kline.open_ms = open_s * 1000;
    /* A bar has no flag of its own: the message's time tells, else it is thought final. */
    kline.closed =
        work->ts_ms == 0 || work->ts_ms >= kline.open_ms + (int64_t)work->interval_s * 1000;
    venue_add_kline(work->parser, work->message, work->symbol, &kline, work->recv_ns);
}

/* -- books -- */

static bool read_levels(struct htx_work *work, enum side side, struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) == SCAN_ARRAY) {
        venue_book_levels(work->parser, work->message, side, scan);
        return true;
    }
    scan_leave(scan, depth);
    return value.type == SCAN_NULL;
}

enum status htx_read_book(struct htx_work *work, bool whole, struct scan *scan) {
    struct venue_book_step *step = &work->message->step;
    struct scan_value event = {.type = SCAN_NONE}, version = event, ts = event;
    bool has_side[2] = {false, false}, good = true;
    int64_t ts_ms = 0;
    struct span key;
    venue_book_begin(work->parser, work->message);
    while (scan_next_member(scan, &key)) {
        const bool asks = span_equal_text(key, "asks");
        if (asks || span_equal_text(key, "bids")) {
            if (has_side[asks]) {
                scan_skip(scan);
                continue;
            }
            has_side[asks] = true;
            good = read_levels(work, asks ? SIDE_SELL : SIDE_BUY, scan) && good;
            continue;
        }
        struct scan_value *into = span_equal_text(key, "ts")        ? &ts
                                  : span_equal_text(key, "version") ? &version
                                  : span_equal_text(key, "event")   ? &event
                                                                    : NULL;
        venue_field_take(scan, into);
    }
    *step = (struct venue_book_step){.snapshot = whole || venue_text_is(&event, "snapshot")};
    good = good && (has_side[0] || has_side[1]) && scan_integer(&ts, &ts_ms) &&
           scan_integer(&version, &step->last_id) && step->last_id > 0 &&
           (step->snapshot || venue_text_is(&event, "update"));
    if (!good) {
        return STATUS_MALFORMED;
    }
    step->first_id = step->last_id;
    step->prev_id = step->last_id - 1;
    if (work->symbol == NULL && work->symbol_status != STATUS_NOT_FOUND) {
        return work->symbol_status;
    }
    return venue_book_end(work->parser, work->message, work->symbol, ts_ms, work->recv_ns);
}

/* -- any row -- */

void htx_read_object(struct htx_work *work, enum htx_rows rows, struct scan *scan) {
    work->row_count++;
    switch (rows) {
    case HTX_ROWS_TRADE:
        read_trade(work, scan);
        break;
    case HTX_ROWS_LIQUIDATION:
        read_liquidation(work, scan);
        break;
    case HTX_ROWS_KLINE:
        read_kline(work, scan);
        break;
    case HTX_ROWS_MARK:
    case HTX_ROWS_INDEX:
    case HTX_ROWS_LAST:
        htx_read_close(work, rows, scan);
        break;
    case HTX_ROWS_FUNDING:
        htx_read_funding(work, scan);
        break;
    case HTX_ROWS_INTEREST:
        htx_read_interest(work, scan);
        break;
    case HTX_ROWS_INTEREST_HISTORY:
        htx_read_interest_history(work, scan);
        break;
    case HTX_ROWS_INSTRUMENT:
        htx_read_instrument(work, scan);
        break;
    case HTX_ROWS_TIERS:
        htx_read_tiers(work, scan);
        break;
    default:
        venue_parser_count(work->parser, STATUS_IGNORED);
        break;
    }
}

void htx_read_row(struct htx_work *work, enum htx_rows rows, struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) == SCAN_OBJECT) {
        htx_read_object(work, rows, scan);
    } else {
        work->row_count++;
        venue_parser_count(work->parser, STATUS_MALFORMED);
    }
    scan_leave(scan, depth);
}

void htx_read_rows(struct htx_work *work, enum htx_rows rows, struct scan *scan) {
    while (scan_next_element(scan)) {
        htx_read_row(work, rows, scan);
    }
}

void htx_read_trades(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {"data"};
    struct venue_field data;
    venue_fields_read(scan, names, 1, &data);
    if (data.value.type == SCAN_ARRAY) {
        htx_read_rows(work, HTX_ROWS_TRADE, &data.inside);
    } else {
        work->row_count++;
        venue_parser_count(work->parser, STATUS_MALFORMED);
    }
}
