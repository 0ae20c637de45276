#include "venue/gate.h"

#include <inttypes.h>
#include <string.h>

#include "venue/gate_parse.h"

enum {
    GATE_PING_MS = 15000,
    GATE_SENDS_PER_S = 20,
    GATE_KLINE_ROWS = 1999, /* 2,000 points at most, both ends counted */
    GATE_INTEREST_ROWS = 1000,
    GATE_LIQUIDATION_ROWS = 1000,
    GATE_REQUESTS_PER_10S = 150, /* 200 an endpoint are allowed */
    GATE_BAR_MS = 60000,
    GATE_BARS_KEPT = 9990, /* bars 10,000 points ago and older were refused */
    GATE_INTEREST_STEP_MS = 300000
};
/* Without it sizes are whole numbers, and parts of a contract are lost. */
#define GATE_HEADER   "X-Gate-Size-Decimal: 1"
#define GATE_OBU_SIZE "400"

#define GATE_CHANNELS                                                                              \
    (CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_BOOK) |   \
     CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) |       \
     CHANNEL_BIT(CHANNEL_INTEREST) | CHANNEL_BIT(CHANNEL_KLINE))

#define GATE_SOCKET(settle)                                                                        \
    {                                                                                              \
        .name = settle, .path = "/v4/ws/" settle, .channels = GATE_CHANNELS,                       \
        .pulse = CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK), .ping_ms = GATE_PING_MS,   \
        .sends_per_s = GATE_SENDS_PER_S, .header = GATE_HEADER                                     \
    }
static const struct venue_socket sockets[] = {
    [GATE_USDT] = GATE_SOCKET("usdt"),
    [GATE_BTC] = GATE_SOCKET("btc"),
    [GATE_USD1] = GATE_SOCKET("usd1"),
};
static_assert(ARRAY_COUNT(sockets) == GATE_SETTLEMENT_COUNT, "a socket each");

static bool socket_wants(int socket, const struct venue_symbol *symbol) {
    return (int)gate_settlement_of(symbol) == socket;
}

/* -- what is sent -- */

static size_t put_message(char out[VENUE_SEND_BYTES], int64_t now_ms, const char *channel,
                          const char *event, const char *payload) {
    const bool fits = str_format(out, VENUE_SEND_BYTES,
                                 "{\"time\":%" PRId64 ",\"id\":1,\"channel\":\"futures.%s\","
                                 "\"event\":\"%s\",\"payload\":[%s]}",
                                 now_ms / 1000, channel, event, payload);
    return fits ? strlen(out) : 0;
}

/* A message for each channel of each contract: one that the venue does not know must not refuse the
 * others. */
static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    static const struct {
        const char *name, *before, *after; /* of the contract in the payload */
    } channels[] = {{"trades", "\"", "\""},
                    {"public_liquidates", "\"", "\""},
                    {"tickers", "\"", "\""},
                    {"obu", "\"ob.", "." GATE_OBU_SIZE "\""},
                    {"candlesticks", "\"1m\",\"", "\""}};
    char payload[INSTRUMENT_SYMBOL_BYTES + 16];
    const size_t at = (size_t)step / ARRAY_COUNT(channels);
    const size_t channel = (size_t)step % ARRAY_COUNT(channels);
    if (at >= what->count) {
        return 0;
    }
    str_format(payload, sizeof payload, "%s%s%s", channels[channel].before, what->symbols[at]->text,
               channels[channel].after);
    return put_message(out, what->now_ms, channels[channel].name, "subscribe", payload);
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    static const char *const events[] = {"unsubscribe", "subscribe"};
    char payload[INSTRUMENT_SYMBOL_BYTES + 16];
    if (step >= (int)ARRAY_COUNT(events)) {
        return 0;
    }
    str_format(payload, sizeof payload, "\"ob.%s." GATE_OBU_SIZE "\"", symbol->text);
    return put_message(out, what->now_ms, "obu", events[step], payload);
}

static size_t ping(int socket, int64_t now_ms, char out[VENUE_REPLY_BYTES]) {
    (void)socket;
    str_format(out, VENUE_REPLY_BYTES, "{\"time\":%" PRId64 ",\"channel\":\"futures.ping\"}",
               now_ms / 1000);
    return strlen(out);
}

/* -- what is asked for -- */

/* Tickers of REST have no time; the stream's come within a second. */
static bool request_page(const struct venue_request *request, const char *settle, const char *name,
                         struct venue_http *out) {
    const int64_t from_s = request->from_ms / 1000;
    switch (request->kind) {
    case VENUE_REQUEST_KLINES: /* either limit or from and to: both are refused */
        return str_format(
            out->path, sizeof out->path,
            "/api/v4/futures/%s/candlesticks?contract=%s&interval=1m&from=%" PRId64 "&to=%" PRId64,
            settle, name, from_s, from_s + (GATE_KLINE_ROWS - 1) * (GATE_BAR_MS / 1000));
    case VENUE_REQUEST_INTEREST_HISTORY:
        return str_format(out->path, sizeof out->path,
                          "/api/v4/futures/%s/contract_stats?contract=%s&interval=5m&from=%" PRId64
                          "&limit=%d",
                          settle, name, from_s, GATE_INTEREST_ROWS);
    case VENUE_REQUEST_LIQUIDATIONS:
        return str_format(out->path, sizeof out->path,
                          "/api/v4/futures/%s/liq_orders?contract=%s&from=%" PRId64 "&to=%" PRId64
                          "&limit=%d",
                          settle, name, from_s, (request->to_ms - 1) / 1000, GATE_LIQUIDATION_ROWS);
    case VENUE_REQUEST_TRADES:
        return str_format(out->path, sizeof out->path,
                          "/api/v4/futures/%s/trades?contract=%s&limit=1000", settle, name);
    case VENUE_REQUEST_TIERS:
        return str_format(out->path, sizeof out->path,
                          "/api/v4/futures/%s/risk_limit_tiers?contract=%s", settle, name);
    default:
        return false;
    }
}

static bool request(const struct venue_request *request, struct venue_http *out) {
    char name[INSTRUMENT_SYMBOL_BYTES * 3];
    const struct venue_symbol *symbol = request->symbol;
    out->body[0] = '\0';
    if (request->kind == VENUE_REQUEST_INSTRUMENTS) {
        const bool first = request->cursor == NULL || request->cursor[0] == '\0';
        return str_format(out->path, sizeof out->path, "/api/v4/futures/%s/contracts",
                          first ? gate_settlement_names[GATE_USDT] : request->cursor);
    }
    return symbol != NULL && venue_url_encode(symbol->text, name, sizeof name) &&
           request_page(request, gate_settlement_names[gate_settlement_of(symbol)], name, out);
}

const struct venue_dialect gate_dialect = {
    .id = VENUE_GATE,
    .ws_url = "wss://fx-ws.gateio.ws",
    .rest_url = "https://api.gateio.ws",
    .promises = GATE_CHANNELS,
    .complete_liquidations = true,
    .trade_ids_rise = true,
    .sockets = sockets,
    .socket_count = GATE_SETTLEMENT_COUNT,
    .limits = {.kline_rows = GATE_KLINE_ROWS,
               .kline_depth_ms = (int64_t)GATE_BARS_KEPT * GATE_BAR_MS,
               .interest_rows = GATE_INTEREST_ROWS,
               .liquidation_rows = GATE_LIQUIDATION_ROWS,
               .liquidation_window_ms = 3600000,
               .liquidation_step_ms = 1000,
               .interest_step_ms = GATE_INTEREST_STEP_MS,
               .requests_per_10s = GATE_REQUESTS_PER_10S,
               .rest_header = GATE_HEADER},
    .settle = gate_settle,
    .parse = gate_parse,
    .rest_parse = gate_rest_parse,
    .socket_wants = socket_wants,
    .subscribe = subscribe,
    .book_again = book_again,
    .ping = ping,
    .request = request,
};
