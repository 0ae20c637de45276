#include <assert.h>
#include <math.h>
#include <string.h>

#include "venue/htx_rows.h"

enum { HOUR_MS = 3600000, INTERVAL_MAX_H = 24 };

/* -- prices -- */

/* The index "BTC-USDT" is that of BTC-USDT and of BTC-USDT-261225. */
static bool is_on_index(const struct venue_symbol *symbol, const struct venue_symbol *index) {
    return symbol->len > index->len && symbol->text[index->len] == '-' &&
           memcmp(symbol->text, index->text, index->len) == 0;
}

static void add_index(struct htx_work *work, struct venue_ticker *ticker) {
    struct venue_symbols *symbols = &work->parser->symbols;
    const struct venue_symbol *index = ticker->symbol;
    venue_add_ticker(work->parser, work->message, ticker);
    for (size_t i = 0; i < symbols->count; i++) {
        if (is_on_index(&symbols->entries[i], index)) {
            ticker->symbol = &symbols->entries[i];
            venue_add_ticker(work->parser, work->message, ticker);
        }
    }
}

void htx_read_close(struct htx_work *work, enum htx_rows rows, struct scan *scan) {
    static const char *const names[] = {"contract_code", "symbol", "close",
                                        "index_price",   "ts",     "index_ts"};
    enum { CODE, NAME, CLOSE, INDEX_PRICE, WHEN, INDEX_WHEN, COUNT };
    struct venue_field f[COUNT];
    struct venue_ticker ticker = {.ts_ms = work->ts_ms, .recv_ns = work->recv_ns};
    struct decimal *price = rows == HTX_ROWS_MARK    ? &ticker.mark
                            : rows == HTX_ROWS_INDEX ? &ticker.index
                                                     : &ticker.last;
    int64_t ts_ms = 0;
    bool has_time = false;
    venue_fields_read(scan, names, COUNT, f);
    ticker.has = rows == HTX_ROWS_MARK    ? TICKER_MARK
                 : rows == HTX_ROWS_INDEX ? TICKER_INDEX
                                          : TICKER_LAST;
    /* Of a coin's index without a contract the symbol is "BTC": no future, ignored. */
    const struct scan_value *name =
        f[CODE].value.type != SCAN_NONE ? &f[CODE].value : &f[NAME].value;
    const struct scan_value *value =
        f[INDEX_PRICE].value.type != SCAN_NONE ? &f[INDEX_PRICE].value : &f[CLOSE].value;
    const struct scan_value *when =
        f[INDEX_WHEN].value.type != SCAN_NONE ? &f[INDEX_WHEN].value : &f[WHEN].value;
    enum status status = htx_find_symbol(work, name, &ticker.symbol);
    if (status == STATUS_OK && (!venue_decimal(value, price) || price->mantissa <= 0 ||
                                !htx_optional_integer(when, &ts_ms, &has_time))) {
        status = STATUS_MALFORMED;
    }
    ticker.ts_ms = has_time ? ts_ms : work->ts_ms;
    if (status == STATUS_OK && ticker.ts_ms <= 0) {
        status = STATUS_IGNORED; /* it does not say when */
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
    } else if (rows == HTX_ROWS_INDEX) {
        add_index(work, &ticker);
    } else {
        venue_add_ticker(work->parser, work->message, &ticker);
    }
}

/* -- funding -- */

enum { CODE, RATE, FUNDING, SETTLEMENT, NEXT, ESTIMATED, REALIZED, FUNDING_FIELDS };

struct funding {
    struct decimal rate, realized;
    int64_t funding_ms, settlement_ms, next_ms;
    bool has_rate, has_realized, has_funding, has_settlement, has_next;
};

static bool read_funding_values(const struct venue_field *f, struct funding *out) {
    return htx_optional_decimal(&f[RATE].value, &out->rate, &out->has_rate) &&
           htx_optional_decimal(&f[REALIZED].value, &out->realized, &out->has_realized) &&
           htx_optional_integer(&f[FUNDING].value, &out->funding_ms, &out->has_funding) &&
           htx_optional_integer(&f[SETTLEMENT].value, &out->settlement_ms, &out->has_settlement) &&
           htx_optional_integer(&f[NEXT].value, &out->next_ms, &out->has_next);
}

/* A rate of now says when it, or the one after, will be paid; one of the past says neither. */
static bool is_history(const struct venue_field *f) {
    return f[SETTLEMENT].value.type == SCAN_NONE && f[NEXT].value.type == SCAN_NONE &&
           f[ESTIMATED].value.type == SCAN_NONE;
}

static void learn_interval(struct venue_symbol *symbol, const struct funding *funding) {
    const int64_t span_ms =
        funding->has_next && funding->has_funding ? funding->next_ms - funding->funding_ms : 0;
    if (span_ms > 0 && span_ms % HOUR_MS == 0 && span_ms <= INTERVAL_MAX_H * (int64_t)HOUR_MS) {
        symbol->funding_interval_h = (int)(span_ms / HOUR_MS);
    }
}

void htx_read_funding(struct htx_work *work, struct scan *scan) {
    static const char *const names[FUNDING_FIELDS] = {
        "contract_code",     "funding_rate",   "funding_time", "settlement_time",
        "next_funding_time", "estimated_rate", "realized_rate"};
    struct venue_field f[FUNDING_FIELDS];
    struct funding funding = {.has_rate = false};
    struct venue_ticker ticker = {.ts_ms = work->ts_ms, .recv_ns = work->recv_ns};
    venue_fields_read(scan, names, FUNDING_FIELDS, f);
    enum status status = htx_find_symbol(work, &f[CODE].value, &ticker.symbol);
    if (status == STATUS_OK && !read_funding_values(f, &funding)) {
        status = STATUS_MALFORMED;
    }
    if (status == STATUS_OK && is_history(f)) {
        ticker.ts_ms = funding.funding_ms;
        ticker.rate = funding.has_realized ? funding.realized : funding.rate;
        ticker.has = funding.has_rate || funding.has_realized ? TICKER_RATE : 0U;
    } else if (status == STATUS_OK) {
        learn_interval(ticker.symbol, &funding);
        ticker.rate = funding.rate;
        ticker.next_ms = funding.has_settlement ? funding.settlement_ms : funding.funding_ms;
        ticker.has = (funding.has_rate ? TICKER_RATE : 0U) |
                     (ticker.next_ms > ticker.ts_ms ? TICKER_NEXT : 0U);
    }
    if (status == STATUS_OK && ticker.ts_ms <= 0) {
        status = STATUS_IGNORED; /* it does not say when */
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    venue_add_ticker(work->parser, work->message, &ticker);
}

/* -- open interest -- */

struct interest {
    struct decimal contracts, base, usd;
    bool has_contracts, has_base, has_usd;
};

/* What is not given follows from contracts where it is exact: base of linear ones, USD of inverse
 * ones. */
static void add_interest(struct htx_work *work, struct venue_symbol *symbol,
                         struct interest *interest, int64_t ts_ms) {
    const bool known = interest->has_contracts && symbol->multiplier.mantissa > 0;
    if (!interest->has_base && known && symbol->contract == CONTRACT_LINEAR) {
        interest->has_base =
            decimal_multiply(interest->contracts, symbol->multiplier, &interest->base);
    }
    if (!interest->has_usd && known && symbol->contract == CONTRACT_INVERSE) {
        interest->has_usd =
            decimal_multiply(interest->contracts, symbol->multiplier, &interest->usd);
    }
    if (interest->base.mantissa < 0 || interest->usd.mantissa < 0) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    venue_add_interest(work->parser, work->message, symbol,
                       interest->has_base ? interest->base : VENUE_KLINE_NO_VOLUME,
                       interest->has_usd ? interest->usd : VENUE_KLINE_NO_VOLUME, ts_ms,
                       work->recv_ns);
}

void htx_read_interest(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {"volume", "amount", "value", "contract_code"};
    enum { CONTRACTS, BASE, USD, WHOSE, COUNT };
    struct venue_field f[COUNT];
    struct interest interest;
    struct venue_symbol *symbol = NULL;
    venue_fields_read(scan, names, COUNT, f);
    enum status status = htx_find_symbol(work, &f[WHOSE].value, &symbol);
    if (status == STATUS_OK &&
        (!htx_optional_decimal(&f[CONTRACTS].value, &interest.contracts, &interest.has_contracts) ||
         !htx_optional_decimal(&f[BASE].value, &interest.base, &interest.has_base) ||
         !htx_optional_decimal(&f[USD].value, &interest.usd, &interest.has_usd))) {
        status = STATUS_MALFORMED;
    }
    if (status == STATUS_OK && work->ts_ms <= 0) {
        status = STATUS_IGNORED; /* it does not say when */
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    add_interest(work, symbol, &interest, work->ts_ms);
}

static void read_interest_tick(struct htx_work *work, struct venue_symbol *symbol,
                               struct scan *scan) {
    static const char *const names[] = {"volume", "amount_type", "ts", "value"};
    enum { VOLUME, TYPE, WHEN, USD, COUNT };
    enum { TYPE_CONTRACTS = 1, TYPE_BASE = 2 };
    struct venue_field f[COUNT];
    struct interest interest = {.has_base = false};
    struct decimal volume;
    bool has_volume = false;
    int64_t type = 0, ts_ms = 0;
    venue_fields_read(scan, names, COUNT, f);
    if (!htx_optional_decimal(&f[VOLUME].value, &volume, &has_volume) ||
        !scan_integer(&f[TYPE].value, &type) || !scan_integer(&f[WHEN].value, &ts_ms) ||
        !htx_optional_decimal(&f[USD].value, &interest.usd, &interest.has_usd)) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    interest.has_contracts = has_volume && type == TYPE_CONTRACTS;
    interest.has_base = has_volume && type == TYPE_BASE;
    interest.contracts = interest.base = volume;
    add_interest(work, symbol, &interest, ts_ms);
}

void htx_read_interest_history(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {"contract_code", "tick"};
    enum { WHOSE, TICKS, COUNT };
    struct venue_field f[COUNT];
    struct venue_symbol *symbol = NULL;
    struct scan_value value;
    venue_fields_read(scan, names, COUNT, f);
    enum status status = htx_find_symbol(work, &f[WHOSE].value, &symbol);
    if (status == STATUS_OK && f[TICKS].value.type != SCAN_ARRAY) {
        status = STATUS_MALFORMED;
    }
    venue_parser_count(work->parser, status);
    if (status != STATUS_OK) {
        return;
    }
    struct scan *ticks = &f[TICKS].inside;
    while (scan_next_element(ticks)) {
        const int depth = ticks->depth;
        if (scan_read(ticks, &value) == SCAN_OBJECT) {
            read_interest_tick(work, symbol, ticks);
        } else {
            venue_parser_count(work->parser, STATUS_MALFORMED);
        }
        scan_leave(ticks, depth);
    }
}

/* -- instruments -- */

static struct decimal positive(const struct scan_value *value) {
    struct decimal number = {0};
    return venue_decimal(value, &number) && number.mantissa > 0 ? number : (struct decimal){0};
}

void htx_read_instrument(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {"symbol", "contract_code", "contract_size", "price_tick",
                                        "contract_status"};
    enum { BASE, WHOSE, SIZE, TICK, STATE, COUNT };
    enum { STATE_DELISTED = 0, STATE_DELIVERED = 8 };
    struct venue_field f[COUNT];
    struct venue_symbol *symbol = NULL;
    int64_t state = 1;
    venue_fields_read(scan, names, COUNT, f);
    enum status status = htx_find_symbol(work, &f[WHOSE].value, &symbol);
    if (status == STATUS_NOT_FOUND && work->parser->symbols.closed) {
        status = STATUS_IGNORED; /* not asked for */
    }
    if (status == STATUS_OK && f[STATE].value.type != SCAN_NONE &&
        !scan_integer(&f[STATE].value, &state)) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    symbol->multiplier = positive(&f[SIZE].value);
    symbol->tick = positive(&f[TICK].value);
    symbol->listed = state != STATE_DELISTED && state != STATE_DELIVERED;
    venue_add_instrument(
        work->parser, work->message, symbol,
        f[BASE].value.type == SCAN_STRING ? f[BASE].value.text : (struct span){"", 0}, work->ts_ms);
}

/* -- margin tiers -- */

/* The ladders of one leverage as tiers. */
static enum status read_ladders(const struct venue_symbol *symbol, double leverage,
                                struct scan *scan, struct venue_tier *tiers, size_t *count) {
    static const char *const names[] = {"max_size", "adjust_factor"};
    enum { SIZE, FACTOR, COUNT };
    const bool linear = symbol->contract == CONTRACT_LINEAR;
    const double worth =
        decimal_to_double(symbol->multiplier) * (linear ? decimal_to_double(symbol->mark) : 1.0);
    struct venue_field f[COUNT];
    struct scan_value value;
    *count = 0;
    while (scan_next_element(scan)) {
        struct decimal size, factor;
        bool has_size = false;
        if (scan_read(scan, &value) != SCAN_OBJECT) {
            return STATUS_MALFORMED;
        }
        venue_fields_read(scan, names, COUNT, f);
        if (!htx_optional_decimal(&f[SIZE].value, &size, &has_size) ||
            !venue_decimal(&f[FACTOR].value, &factor)) {
            return STATUS_MALFORMED;
        }
        if (*count == HTX_TIER_COUNT_MAX) {
            return STATUS_RANGE;
        }
        if (has_size && !(worth > 0)) {
            return STATUS_UNSUPPORTED;
        }
        tiers[(*count)++] = (struct venue_tier){
            .notional_cap_usd = has_size ? decimal_to_double(size) * worth : (double)INFINITY,
            .mmr = decimal_to_double(factor) / leverage,
            .leverage_max = leverage};
    }
    return STATUS_OK;
}

/* The scan is in the list of leverages; the ladders of the highest one are kept. */
static bool find_ladders(struct scan *list, double *leverage, struct scan *ladders) {
    static const char *const names[] = {"lever_rate", "ladders"};
    enum { LEVERAGE, LADDERS, COUNT };
    struct venue_field f[COUNT];
    struct scan_value value;
    *leverage = 0;
    while (scan_next_element(list)) {
        const int depth = list->depth;
        struct decimal rate;
        if (scan_read(list, &value) == SCAN_OBJECT) {
            venue_fields_read(list, names, COUNT, f);
            if (venue_decimal(&f[LEVERAGE].value, &rate) && f[LADDERS].value.type == SCAN_ARRAY &&
                decimal_to_double(rate) > *leverage) {
                *leverage = decimal_to_double(rate);
                *ladders = f[LADDERS].inside;
            }
        }
        scan_leave(list, depth);
    }
    return *leverage > 0;
}

void htx_read_tiers(struct htx_work *work, struct scan *scan) {
    static const char *const names[] = {"contract_code", "list"};
    enum { WHOSE, LIST, COUNT };
    struct venue_field f[COUNT];
    struct venue_tier tiers[HTX_TIER_COUNT_MAX];
    struct venue_symbol *symbol = NULL;
    struct scan ladders;
    double leverage = 0;
    size_t count = 0;
    venue_fields_read(scan, names, COUNT, f);
    enum status status = htx_find_symbol(work, &f[WHOSE].value, &symbol);
    if (status == STATUS_OK &&
        (f[LIST].value.type != SCAN_ARRAY || !find_ladders(&f[LIST].inside, &leverage, &ladders))) {
        status = STATUS_MALFORMED;
    }
    if (status == STATUS_OK) {
        status = read_ladders(symbol, leverage, &ladders, tiers, &count);
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    venue_add_tiers(work->parser, work->message, symbol, tiers, count, work->ts_ms);
}
