#include <string.h>

#include "venue/bybit_parse.h"

/* -- symbols -- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

/* "26DEC25" or "6JAN26". */
static bool is_day(struct span text) {
    const char *b = text.bytes;
    const size_t day = text.len == 7 ? 2 : 1;
    if (text.len != 6 && text.len != 7) {
        return false;
    }
    return is_digit(b[0]) && is_digit(b[day - 1]) && is_capital(b[day]) && is_capital(b[day + 1]) &&
           is_capital(b[day + 2]) && is_digit(b[day + 3]) && is_digit(b[day + 4]);
}

/* "BTCUSDZ25": a month's letter and two digits of the year behind USD. */
static bool is_inverse_dated(const char *text, size_t len) {
    return len > 6 && memcmp(text + len - 6, "USD", 3) == 0 && is_capital(text[len - 3]) &&
           is_digit(text[len - 2]) && is_digit(text[len - 1]);
}

static void set_contract(struct venue_symbol *symbol, enum contract contract) {
    symbol->contract = contract;
    symbol->unit = contract == CONTRACT_INVERSE ? UNIT_QUOTE : UNIT_BASE;
}

void bybit_settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    (void)symbols;
    const char *dash = strchr(symbol->text, '-');
    if (dash != NULL) {
        if (is_day(span_from_text(dash + 1))) {
            set_contract(symbol, CONTRACT_LINEAR);
        } else {
            symbol->unwanted = strchr(dash + 1, '-') != NULL; /* an option */
        }
    } else if (str_ends_with(symbol->text, "USDT") || str_ends_with(symbol->text, "PERP")) {
        set_contract(symbol, CONTRACT_LINEAR);
    } else if (str_ends_with(symbol->text, "USD") || is_inverse_dated(symbol->text, symbol->len)) {
        set_contract(symbol, CONTRACT_INVERSE);
    }
}

/* -- bars -- */

void bybit_kline_volumes(const struct venue_symbol *symbol, struct decimal volume,
                         struct decimal turnover, struct venue_kline *kline) {
    const bool inverse = symbol->contract == CONTRACT_INVERSE;
    const bool known = symbol->contract != CONTRACT_NONE;
    kline->base = !known ? VENUE_KLINE_NO_VOLUME : inverse ? turnover : volume;
    kline->usd = !known ? VENUE_KLINE_NO_VOLUME : inverse ? volume : turnover;
    kline->taker_base = VENUE_KLINE_NO_VOLUME;
}

int32_t bybit_interval_s(struct span text) {
    const struct scan_value value = {.type = SCAN_STRING, .text = text};
    int64_t minutes = 0;
    if (span_equal_text(text, "D")) {
        return 86400;
    }
    if (span_equal_text(text, "W")) {
        return 7 * 86400;
    }
    return scan_integer(&value, &minutes) && minutes > 0 && minutes <= 720 ? (int32_t)minutes * 60
                                                                           : 0;
}

/* -- tickers -- */

enum { HOURS_A_YEAR = 8760 };

bool bybit_halve(struct decimal both, struct decimal *one) {
    *one = both;
    if (both.mantissa % 2 == 0) {
        one->mantissa = both.mantissa / 2;
        return true;
    }
    return decimal_multiply(both, (struct decimal){.mantissa = 5, .exponent = -1}, one);
}

enum status bybit_read_ticker(struct bybit_work *work, struct scan *scan, int64_t ts_ms,
                              struct venue_symbol *symbol) {
    enum { SYMBOL, LAST, MARK, INDEX, BOTH, SINGLE, HOURS, NEXT, RATE, SPOT, FIELD_COUNT };
    static const char *const names[FIELD_COUNT] = {
        "symbol",       "lastPrice",          "markPrice",           "indexPrice",
        "openInterest", "singleOpenInterest", "fundingIntervalHour", "nextFundingTime",
        "fundingRate",  "usdIndexPrice"};
    struct venue_field f[FIELD_COUNT];
    bool last = false, mark = false, index = false, both = false, single = false, rate = false,
         next = false;
    struct decimal total = {0};
    int64_t hours = 0;
    venue_fields_read(scan, names, FIELD_COUNT, f);
    struct venue_ticker ticker = {.ts_ms = ts_ms, .recv_ns = work->recv_ns, .symbol = symbol};
    if (f[SPOT].value.type != SCAN_NONE) {
        return STATUS_IGNORED; /* a spot pair, which may have a contract's name */
    }
    if (f[SYMBOL].value.type != SCAN_NONE) {
        ticker.symbol = venue_symbol_of(work->parser, &f[SYMBOL].value);
    }
    if (!venue_optional_decimal(&f[LAST].value, &ticker.last, &last) ||
        !venue_optional_decimal(&f[MARK].value, &ticker.mark, &mark) ||
        !venue_optional_decimal(&f[INDEX].value, &ticker.index, &index) ||
        !venue_optional_decimal(&f[BOTH].value, &total, &both) ||
        !venue_optional_decimal(&f[SINGLE].value, &ticker.interest, &single) ||
        !venue_optional_decimal(&f[RATE].value, &ticker.rate, &rate) ||
        !venue_optional_integer(&f[NEXT].value, &ticker.next_ms, &next) ||
        (!single && both && !bybit_halve(total, &ticker.interest))) {
        return STATUS_MALFORMED;
    }
    if (ticker.symbol != NULL && scan_integer(&f[HOURS].value, &hours) && hours > 0 &&
        hours <= HOURS_A_YEAR) {
        ticker.symbol->funding_interval_h = (int)hours;
    }
    ticker.has = (last ? TICKER_LAST : 0U) | (mark ? TICKER_MARK : 0U) |
                 (index ? TICKER_INDEX : 0U) | (rate ? TICKER_RATE : 0U) |
                 (next ? TICKER_NEXT : 0U) | (single || both ? TICKER_INTEREST : 0U);
    ticker.interest_unit = ticker.symbol == NULL ? UNIT_NONE : ticker.symbol->unit;
    venue_add_ticker(work->parser, work->message, &ticker);
    return STATUS_OK;
}
