#include "venue/hyperliquid_rows.h"

#include "venue/rest_line.h"

const char *const hyperliquid_names[HYPERLIQUID_FIELD_COUNT] = {
    [HYPERLIQUID_COIN] = "coin",
    [HYPERLIQUID_SIDE] = "side",
    [HYPERLIQUID_PX] = "px",
    [HYPERLIQUID_SZ] = "sz",
    [HYPERLIQUID_TIME] = "time",
    [HYPERLIQUID_HASH] = "hash",
    [HYPERLIQUID_TID] = "tid",
    [HYPERLIQUID_USERS] = "users",
    [HYPERLIQUID_T] = "t",
    [HYPERLIQUID_T_END] = "T",
    [HYPERLIQUID_S] = "s",
    [HYPERLIQUID_I] = "i",
    [HYPERLIQUID_O] = "o",
    [HYPERLIQUID_C] = "c",
    [HYPERLIQUID_H] = "h",
    [HYPERLIQUID_L] = "l",
    [HYPERLIQUID_V] = "v",
    [HYPERLIQUID_CTX] = "ctx",
    [HYPERLIQUID_FUNDING] = "funding",
    [HYPERLIQUID_FUNDING_RATE] = "fundingRate",
    [HYPERLIQUID_INTEREST] = "openInterest",
    [HYPERLIQUID_ORACLE] = "oraclePx",
    [HYPERLIQUID_MARK] = "markPx",
    [HYPERLIQUID_NAME] = "name",
    [HYPERLIQUID_UNIVERSE] = "universe",
    [HYPERLIQUID_MARGIN_TABLES] = "marginTables",
    [HYPERLIQUID_LEVELS] = "levels",
};
static_assert(HYPERLIQUID_FIELD_COUNT <= 64, "as venue_fields_read allows");

static const struct scan_value *get(const struct hyperliquid_work *work,
                                    enum hyperliquid_field field) {
    return &work->row[field].value;
}

void hyperliquid_count(struct hyperliquid_work *work, enum status status) {
    venue_parser_count(work->parser, status);
}

enum status hyperliquid_judge(const struct hyperliquid_work *work) {
    if (work->message->count > 0) {
        return STATUS_OK;
    }
    return work->row_count > 0 ? STATUS_CANCELLED : STATUS_IGNORED;
}

bool hyperliquid_has(const struct hyperliquid_work *work, enum hyperliquid_field field) {
    return get(work, field)->type != SCAN_NONE;
}

void hyperliquid_row_read(struct hyperliquid_work *work, struct scan *scan, size_t count) {
    venue_fields_read(scan, hyperliquid_names, count, work->row);
    work->row_count++;
}

void hyperliquid_add_trade(struct hyperliquid_work *work) {
    const struct scan_value *side = get(work, HYPERLIQUID_SIDE);
    const struct scan_value *id = get(work, HYPERLIQUID_TID);
    struct venue_trade trade = {.kind = EVENT_TRADE, .unit = UNIT_BASE, .recv_ns = work->recv_ns};
    if (!venue_decimal(get(work, HYPERLIQUID_PX), &trade.price) ||
        !venue_decimal(get(work, HYPERLIQUID_SZ), &trade.size) ||
        !scan_integer(get(work, HYPERLIQUID_TIME), &trade.ts_ms)) {
        hyperliquid_count(work, STATUS_MALFORMED);
        return;
    }
    trade.side = venue_text_is(side, "B")   ? SIDE_BUY
                 : venue_text_is(side, "A") ? SIDE_SELL
                                            : SIDE_NONE;
    trade.symbol = venue_symbol_of(work->parser, get(work, HYPERLIQUID_COIN));
    if (id->type == SCAN_NUMBER || (id->type == SCAN_STRING && !id->escaped)) {
        trade.id = id->text;
    }
    venue_add_trade(work->parser, work->message, &trade);
}

void hyperliquid_add_kline(struct hyperliquid_work *work, bool closed) {
    const struct scan_value *interval = get(work, HYPERLIQUID_I);
    struct venue_symbol *symbol = venue_symbol_of(work->parser, get(work, HYPERLIQUID_S));
    struct venue_kline kline = {.closed = closed,
                                .base = VENUE_KLINE_NO_VOLUME,
                                .usd = VENUE_KLINE_NO_VOLUME,
                                .taker_base = VENUE_KLINE_NO_VOLUME};
    struct decimal volume;
    bool has_volume = false;
    if (!hyperliquid_has(work, HYPERLIQUID_O) && !hyperliquid_has(work, HYPERLIQUID_C)) {
        hyperliquid_count(work, STATUS_IGNORED); /* no values in it */
        return;
    }
    if (interval->type != SCAN_STRING || !scan_integer(get(work, HYPERLIQUID_T), &kline.open_ms) ||
        !venue_decimal(get(work, HYPERLIQUID_O), &kline.open) ||
        !venue_decimal(get(work, HYPERLIQUID_H), &kline.high) ||
        !venue_decimal(get(work, HYPERLIQUID_L), &kline.low) ||
        !venue_decimal(get(work, HYPERLIQUID_C), &kline.close) ||
        !venue_optional_decimal(get(work, HYPERLIQUID_V), &volume, &has_volume) ||
        volume.mantissa < 0) {
        hyperliquid_count(work, STATUS_MALFORMED);
        return;
    }
    kline.interval_s = rest_line_interval_s(interval->text);
    if (kline.interval_s <= 0) {
        hyperliquid_count(work, STATUS_IGNORED); /* a month has no fixed length */
        return;
    }
    kline.base = has_volume ? volume : VENUE_KLINE_NO_VOLUME;
    venue_add_kline(work->parser, work->message, symbol, &kline, work->recv_ns);
}

void hyperliquid_add_funding(struct hyperliquid_work *work) {
    struct venue_ticker ticker = {.symbol =
                                      venue_symbol_of(work->parser, get(work, HYPERLIQUID_COIN)),
                                  .has = TICKER_RATE,
                                  .recv_ns = work->recv_ns};
    if (!venue_decimal(get(work, HYPERLIQUID_FUNDING_RATE), &ticker.rate) ||
        !scan_integer(get(work, HYPERLIQUID_TIME), &ticker.ts_ms)) {
        hyperliquid_count(work, STATUS_MALFORMED);
        return;
    }
    venue_add_ticker(work->parser, work->message, &ticker);
}

void hyperliquid_add_context(struct hyperliquid_work *work, struct venue_symbol *symbol) {
    struct venue_ticker ticker = {.symbol = symbol,
                                  .interest_unit = UNIT_BASE,
                                  .ts_ms = work->parser->clock_ms,
                                  .recv_ns = work->recv_ns};
    const struct {
        enum hyperliquid_field field;
        unsigned bit;
        struct decimal *out;
    } values[] = {{HYPERLIQUID_MARK, TICKER_MARK, &ticker.mark},
                  {HYPERLIQUID_ORACLE, TICKER_INDEX, &ticker.index},
                  {HYPERLIQUID_FUNDING, TICKER_RATE, &ticker.rate},
                  {HYPERLIQUID_INTEREST, TICKER_INTEREST, &ticker.interest}};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        bool has = false;
        if (!venue_optional_decimal(get(work, values[i].field), values[i].out, &has)) {
            hyperliquid_count(work, STATUS_MALFORMED);
            return;
        }
        ticker.has |= has ? values[i].bit : 0U;
    }
    venue_add_ticker(work->parser, work->message, &ticker);
}

/* -- books -- */

static void keep(struct scan_value *into, const struct scan_value *value) {
    if (into->type == SCAN_NONE) {
        *into = *value;
    }
}

/* The scan is at {"px":"…","sz":"…","n":3}. */
static bool read_level(struct scan *scan, struct decimal *price, struct decimal *size) {
    struct scan_value px = {.type = SCAN_NONE}, sz = px, value;
    struct span key;
    const int depth = scan->depth;
    const enum scan_type type = scan_read(scan, &value);
    while (type == SCAN_OBJECT && scan_next_member(scan, &key)) {
        const int inner = scan->depth;
        scan_read(scan, &value);
        if (key.len == 2 && key.bytes[0] == 'p' && key.bytes[1] == 'x') {
            keep(&px, &value);
        } else if (key.len == 2 && key.bytes[0] == 's' && key.bytes[1] == 'z') {
            keep(&sz, &value);
        }
        scan_leave(scan, inner);
    }
    scan_leave(scan, depth);
    return venue_decimal(&px, price) && venue_decimal(&sz, size);
}

/* The scan has entered [bids, asks]; how many there are. */
static size_t read_sides(struct hyperliquid_work *work, struct scan *scan) {
    struct scan_value value;
    struct decimal price, size;
    size_t count = 0;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        const enum side side = count == 0 ? SIDE_BUY : SIDE_SELL;
        const enum scan_type type = scan_read(scan, &value);
        if (type != SCAN_ARRAY || count == 2) {
            work->message->book_status = STATUS_MALFORMED;
        }
        while (type == SCAN_ARRAY && count < 2 && scan_next_element(scan)) {
            if (read_level(scan, &price, &size)) {
                venue_book_level(work->parser, work->message, side, price, size);
            } else {
                work->message->book_status = STATUS_MALFORMED;
            }
        }
        scan_leave(scan, depth);
        count++;
    }
    return count;
}

enum status hyperliquid_read_book(struct hyperliquid_work *work, struct scan *scan) {
    struct venue_message *message = work->message;
    struct scan_value coin = {.type = SCAN_NONE}, time = coin, levels = coin, value;
    struct span key;
    size_t side_count = 0;
    int64_t ts_ms = 0;
    venue_book_begin(work->parser, message);
    message->step.snapshot = true;
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        const bool first_levels = span_equal_text(key, "levels") && levels.type == SCAN_NONE;
        scan_read(scan, &value);
        if (first_levels) {
            levels = value;
            side_count = value.type == SCAN_ARRAY ? read_sides(work, scan) : 0;
        } else if (span_equal_text(key, "coin")) {
            keep(&coin, &value);
        } else if (span_equal_text(key, "time")) {
            keep(&time, &value);
        }
        scan_leave(scan, depth);
    }
    if (side_count != 2 || !scan_integer(&time, &ts_ms)) {
        return STATUS_MALFORMED;
    }
    return venue_book_end(work->parser, message, venue_symbol_of(work->parser, &coin), ts_ms,
                          work->recv_ns);
}
