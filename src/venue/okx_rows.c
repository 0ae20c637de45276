#include "venue/okx_rows.h"

#include <string.h>

#include "venue/okx_facts.h"

/* -- symbols -- */

bool okx_is_future(struct span text) {
    enum { DATE_LEN = 6 };
    const char *const end = text.bytes + text.len;
    const char *first = text.len > 0 ? memchr(text.bytes, '-', text.len) : NULL;
    const char *second = first == NULL ? NULL : memchr(first + 1, '-', (size_t)(end - first - 1));
    if (second == NULL || first == text.bytes || second == first + 1) {
        return false;
    }
    const struct span middle = {first + 1, (size_t)(second - first - 1)};
    const struct span last = {second + 1, (size_t)(end - second - 1)};
    if (span_equal_text(last, "SWAP")) {
        return true;
    }
    for (size_t i = 0; i < last.len; i++) {
        if (last.bytes[i] < '0' || last.bytes[i] > '9') {
            return false;
        }
    }
    /* An X-Perp looks like a dated future: BTC-USD_UM_XPERP-310404. */
    return last.len == DATE_LEN && memchr(middle.bytes, '_', middle.len) == NULL;
}

enum status okx_find_symbol(struct okx_work *work, const struct scan_value *value,
                            struct venue_symbol **out) {
    char text[INSTRUMENT_SYMBOL_BYTES];
    size_t len = 0;
    struct span span = value->text;
    *out = work->symbol;
    if (value->type == SCAN_NONE) {
        return work->symbol == NULL ? work->symbol_status : STATUS_OK;
    }
    if (value->type != SCAN_STRING) {
        return STATUS_MALFORMED;
    }
    if (value->escaped) {
        if (!scan_decode(value, text, sizeof text, &len)) {
            return STATUS_NOT_FOUND;
        }
        span = (struct span){text, len};
    }
    if (!okx_is_future(span)) {
        return STATUS_IGNORED;
    }
    *out = venue_symbols_find(&work->parser->symbols, span);
    return *out == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

/* -- trades -- */

static void read_trade(struct okx_work *work, struct scan *scan) {
    static const char *const names[] = {"instId", "tradeId", "px", "sz", "side", "ts"};
    enum { INST, ID, PRICE, SIZE, SIDE, TIME, COUNT };
    struct venue_field f[COUNT];
    struct venue_trade trade = {.kind = EVENT_TRADE, .unit = UNIT_CONTRACTS};
    venue_fields_read(scan, names, COUNT, f);
    const enum status status = okx_find_symbol(work, &f[INST].value, &trade.symbol);
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    if (!venue_decimal(&f[PRICE].value, &trade.price) ||
        !venue_decimal(&f[SIZE].value, &trade.size) ||
        !scan_integer(&f[TIME].value, &trade.ts_ms)) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    trade.side = venue_text_is(&f[SIDE].value, "buy")    ? SIDE_BUY
                 : venue_text_is(&f[SIDE].value, "sell") ? SIDE_SELL
                                                         : SIDE_NONE;
    trade.recv_ns = work->recv_ns;
    trade.id = f[ID].value.text;
    venue_add_trade(work->parser, work->message, &trade);
}

/* -- liquidations -- */

/* posSide is the position; where it is "net" or absent, the order's side closed one. */
static enum position position_of(const struct scan_value *position, const struct scan_value *side) {
    if (venue_text_is(position, "long")) {
        return POS_LONG;
    }
    if (venue_text_is(position, "short")) {
        return POS_SHORT;
    }
    const bool net = position->type == SCAN_NONE || position->type == SCAN_NULL ||
                     venue_text_is(position, "net") || venue_text_is(position, "");
    if (net && venue_text_is(side, "sell")) {
        return POS_LONG;
    }
    return net && venue_text_is(side, "buy") ? POS_SHORT : POS_NONE;
}

static void read_detail(struct okx_work *work, struct venue_symbol *symbol, struct scan *scan) {
    static const char *const names[] = {"side", "posSide", "bkPx", "sz", "ts"};
    enum { SIDE, POSITION, PRICE, SIZE, TIME, COUNT };
    struct venue_field f[COUNT];
    struct venue_trade trade = {.symbol = symbol,
                                .kind = EVENT_LIQUIDATION,
                                .price_kind = PRICE_BANKRUPTCY,
                                .unit = UNIT_CONTRACTS,
                                .recv_ns = work->recv_ns};
    venue_fields_read(scan, names, COUNT, f);
    if (!venue_decimal(&f[PRICE].value, &trade.price) ||
        !venue_decimal(&f[SIZE].value, &trade.size) ||
        !scan_integer(&f[TIME].value, &trade.ts_ms)) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    trade.side = position_of(&f[POSITION].value, &f[SIDE].value);
    venue_add_trade(work->parser, work->message, &trade);
}

static void read_liquidations(struct okx_work *work, struct scan *scan) {
    static const char *const names[] = {"instId", "details"};
    enum { INST, DETAILS, COUNT };
    struct venue_field f[COUNT];
    struct venue_symbol *symbol = NULL;
    struct scan_value value;
    venue_fields_read(scan, names, COUNT, f);
    enum status status = okx_find_symbol(work, &f[INST].value, &symbol);
    if (status == STATUS_OK && f[DETAILS].value.type != SCAN_ARRAY) {
        status = STATUS_MALFORMED;
    }
    venue_parser_count(work->parser, status);
    if (status != STATUS_OK) {
        return;
    }
    struct scan *details = &f[DETAILS].inside;
    while (scan_next_element(details)) {
        const int depth = details->depth;
        if (scan_read(details, &value) == SCAN_OBJECT) {
            read_detail(work, symbol, details);
        } else {
            venue_parser_count(work->parser, STATUS_MALFORMED);
            scan_leave(details, depth);
        }
    }
}

/* -- klines -- */

static void read_kline(struct okx_work *work, struct scan *scan) {
    enum { TIME, OPEN, HIGH, LOW, CLOSE, CONTRACTS, BASE, QUOTE, CONFIRM, COLUMN_COUNT };
    struct scan_value v[COLUMN_COUNT];
    struct venue_kline kline = {.interval_s = work->interval_s,
                                .taker_base = VENUE_KLINE_NO_VOLUME};
    size_t count = 0;
    enum status status = work->symbol == NULL ? work->symbol_status : STATUS_OK;
    const bool flat = scan_read_row(scan, v, COLUMN_COUNT, &count);
    if (status == STATUS_OK && work->interval_s == 0) {
        status = STATUS_IGNORED; /* a month has no fixed length */
    }
    if (status == STATUS_OK &&
        (!flat || count != COLUMN_COUNT || !scan_integer(&v[TIME], &kline.open_ms) ||
         !venue_decimal(&v[OPEN], &kline.open) || !venue_decimal(&v[HIGH], &kline.high) ||
         !venue_decimal(&v[LOW], &kline.low) || !venue_decimal(&v[CLOSE], &kline.close) ||
         !venue_decimal(&v[BASE], &kline.base) || !venue_decimal(&v[QUOTE], &kline.usd))) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    kline.closed = venue_text_is(&v[CONFIRM], "1");
    venue_add_kline(work->parser, work->message, work->symbol, &kline, work->recv_ns);
}

/* -- books -- */

static bool read_levels(struct okx_work *work, enum side side, struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    if (scan_read(scan, &value) != SCAN_ARRAY) {
        scan_leave(scan, depth);
        return false;
    }
    venue_book_levels(work->parser, work->message, side, scan);
    return true;
}

enum status okx_read_book(struct okx_work *work, enum okx_book kind, struct scan *scan) {
    struct venue_book_step *step = &work->message->step;
    struct scan_value value, ts = {.type = SCAN_NONE}, last = ts, prev = ts;
    bool has_side[2] = {false, false}, good = true;
    int64_t ts_ms = 0;
    struct span key;
    const int depth = scan->depth;
    if (scan_read(scan, &value) != SCAN_OBJECT) {
        scan_leave(scan, depth);
        return STATUS_MALFORMED;
    }
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
        struct scan_value *into = span_equal_text(key, "ts")          ? &ts
                                  : span_equal_text(key, "seqId")     ? &last
                                  : span_equal_text(key, "prevSeqId") ? &prev
                                                                      : NULL;
        venue_field_take(scan, into);
    }
    *step = (struct venue_book_step){.snapshot = kind == OKX_BOOK_WHOLE};
    good = good && has_side[0] && has_side[1] && scan_integer(&ts, &ts_ms);
    if (kind != OKX_BOOK_WHOLE || last.type != SCAN_NONE) { /* a REST book may have none */
        good = good && scan_integer(&last, &step->last_id);
    }
    if (kind != OKX_BOOK_WHOLE) {
        good = good && scan_integer(&prev, &step->prev_id);
    }
    if (kind == OKX_BOOK_UNSAID) {
        step->snapshot = step->prev_id == -1;
        good = good && step->snapshot;
    }
    step->first_id = step->last_id;
    if (!good) {
        return STATUS_MALFORMED;
    }
    if (work->symbol == NULL && work->symbol_status != STATUS_NOT_FOUND) {
        return work->symbol_status;
    }
    return venue_book_end(work->parser, work->message, work->symbol, ts_ms, work->recv_ns);
}

/* -- any row -- */

static void read_object_row(struct okx_work *work, enum okx_rows rows, struct scan *scan) {
    switch (rows) {
    case OKX_ROWS_TRADE:
        read_trade(work, scan);
        break;
    case OKX_ROWS_LIQUIDATION:
        read_liquidations(work, scan);
        break;
    case OKX_ROWS_FACTS:
        okx_read_facts(work, scan);
        break;
    case OKX_ROWS_INDEX:
        okx_read_index(work, scan);
        break;
    case OKX_ROWS_INSTRUMENT:
        okx_read_instrument(work, scan);
        break;
    default:
        venue_parser_count(work->parser, STATUS_IGNORED);
        break;
    }
}

void okx_read_row(struct okx_work *work, enum okx_rows rows, struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    work->row_count++;
    if (rows == OKX_ROWS_KLINE) {
        read_kline(work, scan);
    } else if (rows == OKX_ROWS_INTEREST) {
        okx_read_interest(work, scan);
    } else if (scan_read(scan, &value) == SCAN_OBJECT) {
        read_object_row(work, rows, scan);
    } else {
        scan_leave(scan, depth);
        venue_parser_count(work->parser, STATUS_MALFORMED);
    }
}
