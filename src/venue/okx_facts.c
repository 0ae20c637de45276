#include "venue/okx_facts.h"

#include <assert.h>
#include <string.h>

enum { HOUR_MS = 3600000, INTERVAL_MAX_H = 24 };

/* -- prices, funding, open interest -- */

enum { INST, TIME, MARK, LAST, RATE, FUNDING, NEXT, REALIZED, OI, OI_BASE, OI_USD, FACT_COUNT };

/* fundingTime is when fundingRate will be paid, nextFundingTime the time after it; "" is none. */
static bool read_funding(const struct venue_field *f, struct venue_ticker *ticker) {
    bool has_rate = false, has_realized = false, has_funding = false, has_next = false;
    struct decimal realized = {0};
    int64_t funding_ms = 0, next_ms = 0;
    if (!venue_optional_decimal(&f[RATE].value, &ticker->rate, &has_rate) ||
        !venue_optional_decimal(&f[REALIZED].value, &realized, &has_realized) ||
        !venue_optional_integer(&f[FUNDING].value, &funding_ms, &has_funding) ||
        !venue_optional_integer(&f[NEXT].value, &next_ms, &has_next)) {
        return false;
    }
    if (f[REALIZED].value.type != SCAN_NONE) { /* history: what was paid, and when */
        ticker->rate = has_realized ? realized : ticker->rate;
        ticker->ts_ms = funding_ms;
        ticker->has |= has_rate || has_realized ? TICKER_RATE : 0U;
        return has_funding;
    }
    const int64_t span_ms = has_funding && has_next ? next_ms - funding_ms : 0;
    if (span_ms > 0 && span_ms % HOUR_MS == 0 && span_ms <= INTERVAL_MAX_H * (int64_t)HOUR_MS) {
        ticker->symbol->funding_interval_h = (int)(span_ms / HOUR_MS);
    }
    ticker->has |= (has_rate ? TICKER_RATE : 0U) | (has_rate && has_funding ? TICKER_NEXT : 0U);
    ticker->next_ms = funding_ms;
    return true;
}

/* USD of an inverse contract's open interest, exact; below zero: not known. */
static struct decimal inverse_usd(const struct venue_symbol *symbol, struct decimal contracts) {
    struct decimal usd = VENUE_KLINE_NO_VOLUME;
    if (symbol->contract == CONTRACT_INVERSE && symbol->multiplier.mantissa > 0 &&
        !decimal_multiply(contracts, symbol->multiplier, &usd)) {
        usd = VENUE_KLINE_NO_VOLUME;
    }
    return usd;
}

/* oi: contracts, oiCcy: base coin, oiUsd: USD, each "" or absent where it is not given. */
static void add_interest(struct okx_work *work, struct venue_symbol *symbol,
                         const struct scan_value *oi, const struct scan_value *oi_base,
                         const struct scan_value *oi_usd, int64_t ts_ms) {
    struct decimal contracts, base, usd;
    bool has_contracts = false, has_base = false, has_usd = false;
    if (!venue_optional_decimal(oi, &contracts, &has_contracts) ||
        !venue_optional_decimal(oi_base, &base, &has_base) ||
        !venue_optional_decimal(oi_usd, &usd, &has_usd) || contracts.mantissa < 0 ||
        base.mantissa < 0 || usd.mantissa < 0) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    base = has_base ? base : VENUE_KLINE_NO_VOLUME;
    usd = has_usd ? usd : VENUE_KLINE_NO_VOLUME;
    if (!has_base && has_contracts && symbol->contract == CONTRACT_LINEAR &&
        symbol->multiplier.mantissa > 0 &&
        !decimal_multiply(contracts, symbol->multiplier, &base)) {
        base = VENUE_KLINE_NO_VOLUME;
    }
    usd = !has_usd && has_contracts ? inverse_usd(symbol, contracts) : usd;
    venue_add_interest(work->parser, work->message, symbol, base, usd, ts_ms, work->recv_ns);
}

void okx_read_facts(struct okx_work *work, struct scan *scan) {
    static const char *const names[] = {
        "instId",          "ts",           "markPx", "last",  "fundingRate", "fundingTime",
        "nextFundingTime", "realizedRate", "oi",     "oiCcy", "oiUsd"};
    static_assert(ARRAY_COUNT(names) == FACT_COUNT, "a name per field");
    struct venue_field f[FACT_COUNT];
    struct venue_ticker ticker = {.recv_ns = work->recv_ns};
    bool has_mark = false, has_last = false, has_time = false;
    venue_fields_read(scan, names, FACT_COUNT, f);
    enum status status = okx_find_symbol(work, &f[INST].value, &ticker.symbol);
    if (status == STATUS_OK &&
        (!venue_optional_integer(&f[TIME].value, &ticker.ts_ms, &has_time) ||
         !venue_optional_decimal(&f[MARK].value, &ticker.mark, &has_mark) ||
         !venue_optional_decimal(&f[LAST].value, &ticker.last, &has_last) ||
         ((f[RATE].value.type != SCAN_NONE || f[REALIZED].value.type != SCAN_NONE) &&
          !read_funding(f, &ticker)))) {
        status = STATUS_MALFORMED;
    }
    if (status == STATUS_OK && ticker.ts_ms <= 0) {
        status = STATUS_IGNORED; /* an old form: it does not say when */
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    ticker.has |= (has_mark ? TICKER_MARK : 0U) | (has_last ? TICKER_LAST : 0U);
    const bool has_interest = f[OI].value.type != SCAN_NONE;
    if (has_interest) {
        add_interest(work, ticker.symbol, &f[OI].value, &f[OI_BASE].value, &f[OI_USD].value,
                     ticker.ts_ms);
    }
    if (ticker.has != 0 || !has_interest) {
        venue_add_ticker(work->parser, work->message, &ticker);
    }
}

void okx_read_interest(struct okx_work *work, struct scan *scan) {
    enum { WHEN, CONTRACTS, BASE, USD, COLUMN_COUNT };
    struct scan_value v[COLUMN_COUNT];
    size_t count = 0;
    int64_t ts_ms = 0;
    enum status status = work->symbol == NULL ? work->symbol_status : STATUS_OK;
    if (!scan_read_row(scan, v, COLUMN_COUNT, &count) || count != COLUMN_COUNT ||
        !scan_integer(&v[WHEN], &ts_ms)) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    add_interest(work, work->symbol, &v[CONTRACTS], &v[BASE], &v[USD], ts_ms);
}

/* -- the index -- */

/* "BTC-USDT-SWAP" and "BTC-USDT-261225" are on the index "BTC-USDT". */
static bool is_on_index(const struct venue_symbol *symbol, struct span index) {
    return symbol->len > index.len + 1 && symbol->text[index.len] == '-' &&
           memcmp(symbol->text, index.bytes, index.len) == 0 &&
           okx_is_future((struct span){symbol->text, symbol->len});
}

static struct venue_symbol *find_swap(struct okx_work *work, struct span index) {
    char text[INSTRUMENT_SYMBOL_BYTES];
    if (!str_copy_span(text, sizeof text, index) || !str_append(text, sizeof text, "-SWAP") ||
        !okx_is_future(span_from_text(text))) {
        return NULL;
    }
    return venue_symbols_find(&work->parser->symbols, span_from_text(text));
}

void okx_read_index(struct okx_work *work, struct scan *scan) {
    static const char *const names[] = {"instId", "idxPx", "ts"};
    enum { INDEX, PRICE, WHEN, COUNT };
    struct venue_symbols *symbols = &work->parser->symbols;
    struct venue_field f[COUNT];
    struct venue_ticker ticker = {.has = TICKER_INDEX, .recv_ns = work->recv_ns};
    size_t found = 0;
    venue_fields_read(scan, names, COUNT, f);
    const struct span index = f[INDEX].value.text;
    if (f[INDEX].value.type != SCAN_STRING || !venue_decimal(&f[PRICE].value, &ticker.index) ||
        !scan_integer(&f[WHEN].value, &ticker.ts_ms)) {
        venue_parser_count(work->parser, STATUS_MALFORMED);
        return;
    }
    for (size_t i = 0; i < symbols->count; i++) {
        if (is_on_index(&symbols->entries[i], index)) {
            ticker.symbol = &symbols->entries[i];
            venue_add_ticker(work->parser, work->message, &ticker);
            found++;
        }
    }
    if (found == 0) {
        ticker.symbol = find_swap(work, index);
        venue_add_ticker(work->parser, work->message, &ticker);
    }
}

/* -- instruments -- */

enum { TYPE, NAME, CATEGORY, VALUE, MULTIPLE, CONTRACT, CURRENCY, TICK, LOT, STATE, LIST_COUNT };

/* The contract's worth, where its currency is what the kind of contract counts. */
static struct decimal worth_of(const struct venue_field *f, enum contract contract,
                               struct span base) {
    struct decimal value = {0}, multiple = {.mantissa = 1}, worth = {0};
    bool has_multiple = false;
    const struct scan_value *currency = &f[CURRENCY].value;
    const bool counts_base = currency->type == SCAN_STRING && currency->text.len == base.len &&
                             memcmp(currency->text.bytes, base.bytes, base.len) == 0;
    const bool known = contract == CONTRACT_LINEAR    ? counts_base
                       : contract == CONTRACT_INVERSE ? venue_text_is(currency, "USD")
                                                      : false;
    if (!known || !venue_decimal(&f[VALUE].value, &value) ||
        !venue_optional_decimal(&f[MULTIPLE].value, &multiple, &has_multiple)) {
        return (struct decimal){0};
    }
    if (!has_multiple) {
        multiple = (struct decimal){.mantissa = 1};
    }
    if (value.mantissa <= 0 || multiple.mantissa <= 0 ||
        !decimal_multiply(value, multiple, &worth)) {
        return (struct decimal){0};
    }
    return worth;
}

static struct decimal positive(const struct scan_value *value) {
    struct decimal number = {0};
    return venue_decimal(value, &number) && number.mantissa > 0 ? number : (struct decimal){0};
}

void okx_read_instrument(struct okx_work *work, struct scan *scan) {
    static const char *const names[] = {"instType", "instId",   "instCategory", "ctVal", "ctMult",
                                        "ctType",   "ctValCcy", "tickSz",       "lotSz", "state"};
    static_assert(ARRAY_COUNT(names) == LIST_COUNT, "a name per field");
    struct venue_field f[LIST_COUNT];
    struct venue_symbol *symbol = NULL;
    venue_fields_read(scan, names, LIST_COUNT, f);
    enum status status = f[NAME].value.type == SCAN_STRING
                             ? okx_find_symbol(work, &f[NAME].value, &symbol)
                             : STATUS_MALFORMED;
    if (status == STATUS_NOT_FOUND && work->parser->symbols.closed) {
        status = STATUS_IGNORED; /* not asked for */
    }
    if (status != STATUS_OK) {
        venue_parser_count(work->parser, status);
        return;
    }
    const struct scan_value *category = &f[CATEGORY].value; /* 1: coins; stocks, metals, … */
    const char *dash = memchr(symbol->text, '-', symbol->len);
    const struct span base = {symbol->text, dash == NULL ? 0 : (size_t)(dash - symbol->text)};
    symbol->unwanted = category->type == SCAN_STRING && category->text.len > 0 &&
                       !span_equal_text(category->text, "1");
    symbol->listed = !venue_text_is(&f[STATE].value, "expired");
    if (symbol->unwanted) {
        venue_parser_count(work->parser, STATUS_IGNORED);
        return;
    }
    symbol->contract = venue_text_is(&f[CONTRACT].value, "linear")    ? CONTRACT_LINEAR
                       : venue_text_is(&f[CONTRACT].value, "inverse") ? CONTRACT_INVERSE
                                                                      : CONTRACT_NONE;
    symbol->multiplier = worth_of(f, symbol->contract, base);
    symbol->tick = positive(&f[TICK].value);
    /* lotSz counts contracts; a lot is base coin, so an inverse contract has none of a fixed size
     */
    symbol->lot = positive(&f[LOT].value);
    if (symbol->contract != CONTRACT_LINEAR ||
        !decimal_multiply(symbol->lot, symbol->multiplier, &symbol->lot)) {
        symbol->lot = (struct decimal){0};
    }
    venue_add_instrument(work->parser, work->message, symbol, base, 0);
}

/* -- margin tiers -- */

struct tier_list {
    struct venue_symbol *symbol;
    struct venue_tier tiers[OKX_TIER_COUNT_MAX];
    size_t count;
    enum status status;
};

static void flush_tiers(struct okx_work *work, struct tier_list *list) {
    if (list->status != STATUS_OK) {
        venue_parser_count(work->parser, list->status);
    } else if (list->symbol != NULL) {
        venue_add_tiers(work->parser, work->message, list->symbol, list->tiers, list->count, 0);
    }
    list->symbol = NULL;
    list->count = 0;
    list->status = STATUS_OK;
}

/* A tier's cap in USD: maxSz counts contracts, a linear one is worth its coin at the mark price. */
static enum status cap_usd(const struct venue_symbol *symbol, struct decimal size, double *out) {
    const bool linear = symbol->contract == CONTRACT_LINEAR;
    if (symbol->multiplier.mantissa <= 0 || (linear && symbol->mark.mantissa <= 0)) {
        return STATUS_UNSUPPORTED;
    }
    *out = decimal_to_double(size) * decimal_to_double(symbol->multiplier) *
           (linear ? decimal_to_double(symbol->mark) : 1.0);
    return STATUS_OK;
}

static enum status find_tier_symbol(struct okx_work *work, bool swaps, const struct venue_field *f,
                                    struct venue_symbol **out) {
    enum { ID, FAMILY };
    if (f[ID].value.type == SCAN_STRING && f[ID].value.text.len > 0) {
        return okx_find_symbol(work, &f[ID].value, out);
    }
    *out = work->symbol;
    if (*out == NULL && swaps && f[FAMILY].value.type == SCAN_STRING) {
        *out = find_swap(work, f[FAMILY].value.text);
    }
    return *out == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

static void read_tier(struct okx_work *work, bool swaps, struct tier_list *list,
                      struct scan *scan) {
    static const char *const names[] = {"instId", "instFamily", "maxSz", "mmr", "maxLever"};
    enum { SIZE = 2, MMR, LEVERAGE, COUNT };
    struct venue_field f[COUNT];
    struct venue_symbol *symbol = NULL;
    struct decimal size, mmr, leverage;
    struct venue_tier tier = {0};
    venue_fields_read(scan, names, COUNT, f);
    enum status status = find_tier_symbol(work, swaps, f, &symbol);
    if (status == STATUS_OK &&
        (!venue_decimal(&f[SIZE].value, &size) || !venue_decimal(&f[MMR].value, &mmr) ||
         !venue_decimal(&f[LEVERAGE].value, &leverage))) {
        status = STATUS_MALFORMED;
    }
    if (status == STATUS_OK) {
        status = cap_usd(symbol, size, &tier.notional_cap_usd);
    }
    if (symbol == NULL) {
        venue_parser_count(work->parser, status);
        return;
    }
    if (symbol != list->symbol) {
        flush_tiers(work, list);
        list->symbol = symbol;
    }
    if (status == STATUS_OK && list->count == OKX_TIER_COUNT_MAX) {
        status = STATUS_RANGE;
    }
    if (status != STATUS_OK) {
        list->status = status;
        return;
    }
    tier.mmr = decimal_to_double(mmr);
    tier.leverage_max = decimal_to_double(leverage);
    list->tiers[list->count++] = tier;
}

void okx_read_tiers(struct okx_work *work, bool swaps, struct scan *scan) {
    struct tier_list list;
    struct scan_value value;
    list.symbol = NULL;
    list.count = 0;
    list.status = STATUS_OK;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        work->row_count++;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            read_tier(work, swaps, &list, scan);
        } else {
            scan_leave(scan, depth);
            venue_parser_count(work->parser, STATUS_MALFORMED);
        }
    }
    flush_tiers(work, &list);
}
