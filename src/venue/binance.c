#include "venue/binance.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "venue/binance_parse.h"

enum {
    DEPTH_LIMIT = 1000,
    KLINE_LIMIT = 1500,
    INTEREST_LIMIT = 500,
    TRADE_LIMIT = 1000,
    INTEREST_STEP_MS = 300000,
    NAME_BYTES = INSTRUMENT_SYMBOL_BYTES * 3 /* percent-encoded */
};
#define DAY_MS INT64_C(86400000)

/* -- sockets: the streams are named in the URL -- */

enum { SOCKET_PUBLIC, SOCKET_MARKET };

#define MARKET_CHANNELS                                                                            \
    (CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_MARK) |   \
     CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) | CHANNEL_BIT(CHANNEL_KLINE))

static const struct venue_socket usdm_sockets[] = {
    [SOCKET_PUBLIC] = {.name = "public",
                       .path = "/public/stream?streams=",
                       .channels = CHANNEL_BIT(CHANNEL_BOOK),
                       .pulse = CHANNEL_BIT(CHANNEL_BOOK),
                       .pulse_name = "depth"},
    [SOCKET_MARKET] = {.name = "market",
                       .path = "/market/stream?streams=",
                       .channels = MARKET_CHANNELS,
                       .pulse = CHANNEL_BIT(CHANNEL_MARK),
                       .pulse_name = "markPrice"},
};
/* One host and path for all; two connections all the same, as books are most of the bytes. */
static const struct venue_socket coinm_sockets[] = {
    [SOCKET_PUBLIC] = {.name = "public",
                       .path = "/stream?streams=",
                       .channels = CHANNEL_BIT(CHANNEL_BOOK),
                       .pulse = CHANNEL_BIT(CHANNEL_BOOK),
                       .pulse_name = "depth"},
    [SOCKET_MARKET] = {.name = "market",
                       .path = "/stream?streams=",
                       .channels = MARKET_CHANNELS,
                       .pulse = CHANNEL_BIT(CHANNEL_MARK),
                       .pulse_name = "markPrice"},
};

/* "BTCUSDT" in lower case, or as it is, percent-encoded. */
static bool stream_name(const struct venue_symbol *symbol, char out[NAME_BYTES]) {
    char lower[INSTRUMENT_SYMBOL_BYTES];
    str_copy(lower, sizeof lower, symbol->text);
    str_lower(lower);
    return venue_url_encode(lower, out, NAME_BYTES);
}

static bool make_path(const struct venue_subscription *what, const struct venue_socket *socket,
                      char out[VENUE_PATH_BYTES]) {
    static const char *const streams[][4] = {
        [SOCKET_PUBLIC] = {"@depth@100ms"},
        [SOCKET_MARKET] = {"@aggTrade", "@forceOrder", "@markPrice@1s", "@kline_1m"}};
    const char *slash = "";
    bool fits = str_copy(out, VENUE_PATH_BYTES, socket->path);
    for (size_t s = 0; s < 4 && streams[what->socket][s] != NULL; s++) {
        for (size_t i = 0; i < what->count && fits; i++) {
            char name[NAME_BYTES];
            fits =
                stream_name(what->symbols[i], name) &&
                str_append(out, VENUE_PATH_BYTES, "%s%s%s", slash, name, streams[what->socket][s]);
            slash = "/";
        }
    }
    return what->socket == SOCKET_MARKET
               ? fits && str_append(out, VENUE_PATH_BYTES, "%s!contractInfo", slash)
               : fits;
}

static bool usdm_socket_path(const struct venue_subscription *what, char out[VENUE_PATH_BYTES]) {
    return make_path(what, &usdm_sockets[what->socket], out);
}

static bool coinm_socket_path(const struct venue_subscription *what, char out[VENUE_PATH_BYTES]) {
    return make_path(what, &coinm_sockets[what->socket], out);
}

/* -- REST -- */

/* "pair=BTCUSD&contractType=PERPETUAL" of BTCUSD_PERP; of a delivery contract only its pair is
 * certain, so it has no such history. */
static bool interest_of_pair(const char *name, char *out, size_t out_bytes) {
    const char *mark = strchr(name, '_');
    return mark != NULL && strcmp(mark, "_PERP") == 0 &&
           str_format(out, out_bytes, "pair=%.*s&contractType=PERPETUAL", (int)(mark - name), name);
}

/* v1: "/fapi/v1" or "/dapi/v1". */
static bool make_request(const struct venue_request *request, const char *v1,
                         struct venue_http *out) {
    char name[NAME_BYTES] = "", contract[NAME_BYTES + 64];
    const enum venue_request_kind kind = request->kind;
    const bool coin = strcmp(v1, "/dapi/v1") == 0;
    const size_t size = sizeof out->path;
    out->body[0] = '\0';
    if (request->symbol != NULL && !venue_url_encode(request->symbol->text, name, sizeof name)) {
        return false;
    }
    switch (kind) {
    case VENUE_REQUEST_INSTRUMENTS:
        return str_format(out->path, size, "%s/exchangeInfo", v1);
    case VENUE_REQUEST_FUNDING:
        return str_format(out->path, size, "%s/fundingInfo", v1);
    case VENUE_REQUEST_TICKER:
        return str_format(out->path, size, "%s/premiumIndex?symbol=%s", v1, name);
    case VENUE_REQUEST_DEPTH:
        return str_format(out->path, size, "%s/depth?symbol=%s&limit=%d", v1, name, DEPTH_LIMIT);
    case VENUE_REQUEST_KLINES:
        return str_format(out->path, size,
                          "%s/klines?symbol=%s&interval=1m&startTime=%" PRId64 "&limit=%d", v1,
                          name, request->from_ms, KLINE_LIMIT);
    case VENUE_REQUEST_INTEREST_HISTORY:
        /* Without an end the newest rows come, not the oldest. */
        if (coin) {
            if (!interest_of_pair(name, contract, sizeof contract)) {
                return false;
            }
        } else {
            str_format(contract, sizeof contract, "symbol=%s", name);
        }
        return str_format(out->path, size,
                          "/futures/data/openInterestHist?%s&period=5m&startTime=%" PRId64
                          "&endTime=%" PRId64 "&limit=%d",
                          contract, request->from_ms, request->to_ms, INTEREST_LIMIT);
    case VENUE_REQUEST_INTEREST:
    case VENUE_REQUEST_INTEREST_LAST:
        return str_format(out->path, size, "%s/openInterest?symbol=%s", v1, name);
    case VENUE_REQUEST_TRADES:
        return str_format(out->path, size, "%s/aggTrades?symbol=%s&limit=%d", v1, name,
                          TRADE_LIMIT);
    default:
        return false;
    }
}

static bool usdm_request(const struct venue_request *request, struct venue_http *out) {
    return make_request(request, "/fapi/v1", out);
}

static bool coinm_request(const struct venue_request *request, struct venue_http *out) {
    return make_request(request, "/dapi/v1", out);
}

/* -- symbols -- */

static void settle(struct venue_symbols *symbols, struct venue_symbol *symbol) {
    const char *mark = strchr(symbol->text, '_');
    const bool in_usd = mark != NULL && mark - symbol->text > 3 && memcmp(mark - 3, "USD", 3) == 0;
    symbol->venue = mark == NULL ? symbols->home
                    : in_usd     ? VENUE_BINANCE_COINM
                                 : VENUE_BINANCE_USDM;
    const bool coin = symbol->venue == VENUE_BINANCE_COINM;
    symbol->contract = coin ? CONTRACT_INVERSE : CONTRACT_LINEAR;
    symbol->unit = coin ? UNIT_CONTRACTS : UNIT_BASE;
}

/* -- the tables -- */

#define BINANCE_COMMON                                                                             \
    .promises = CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_INTEREST) | MARKET_CHANNELS,       \
    .book_by_request = true, .trade_ids_rise = true, .socket_count = 2,                            \
    .limits = {.kline_rows = KLINE_LIMIT,                                                          \
               .interest_rows = INTEREST_LIMIT,                                                    \
               .interest_depth_ms = 30 * DAY_MS,                                                   \
               .interest_step_ms = INTEREST_STEP_MS},                                              \
    .settle = settle, .parse = binance_parse, .rest_parse = binance_rest_parse

const struct venue_dialect binance_usdm_dialect = {.id = VENUE_BINANCE_USDM,
                                                   .ws_url = "wss://fstream.binance.com",
                                                   .rest_url = "https://fapi.binance.com",
                                                   BINANCE_COMMON,
                                                   .sockets = usdm_sockets,
                                                   .socket_path = usdm_socket_path,
                                                   .request = usdm_request};

const struct venue_dialect binance_coinm_dialect = {.id = VENUE_BINANCE_COINM,
                                                    .ws_url = "wss://dstream.binance.com",
                                                    .rest_url = "https://dapi.binance.com",
                                                    BINANCE_COMMON,
                                                    .sockets = coinm_sockets,
                                                    .socket_path = coinm_socket_path,
                                                    .request = coinm_request};
