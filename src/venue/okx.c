#include "venue/okx.h"

#include <inttypes.h>
#include <string.h>

#include "json/writer.h"
#include "venue/okx_parse.h"
#include "venue/okx_rows.h"

enum {
    PING_MS = 20000,
    ARGS_PER_MESSAGE = 100, /* about 7 KB of the 64 KB that a message may have */
    MINUTE_MS = 60000,
    HOUR_MS = 3600000,
    INTEREST_STEP_MS = 300000,
    KLINE_ROWS = 100, /* history-candles */
    INTEREST_ROWS = 100,
    INTEREST_DEPTH = 1440, /* rows: five days */
    LIQUIDATION_ROWS = 100
};

enum { SOCKET_PUBLIC, SOCKET_BUSINESS, SOCKET_COUNT };

static const struct venue_socket sockets[SOCKET_COUNT] = {
    {.name = "public",
     .path = "/ws/v5/public",
     .channels = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) |
                 CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK) |
                 CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) |
                 CHANNEL_BIT(CHANNEL_INTEREST),
     .pulse = CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK),
     .ping_ms = PING_MS,
     .sends_per_s = 3},
    {.name = "business",
     .path = "/ws/v5/business",
     .channels = CHANNEL_BIT(CHANNEL_KLINE),
     .ping_ms = PING_MS,
     .sends_per_s = 3},
};

static bool wants(int socket, const struct venue_symbol *symbol) {
    (void)socket;
    return okx_is_future((struct span){symbol->text, symbol->len});
}

/* -- what is subscribed to -- */

static bool is_swap(const struct venue_symbol *symbol) {
    return str_ends_with(symbol->text, "-SWAP");
}

/* "BTC-USDT" of "BTC-USDT-SWAP": the index, and the family. */
static void copy_family(const struct venue_symbol *symbol, char out[INSTRUMENT_SYMBOL_BYTES]) {
    const char *last = strrchr(symbol->text, '-');
    const size_t len = last == NULL ? symbol->len : (size_t)(last - symbol->text);
    str_copy_span(out, INSTRUMENT_SYMBOL_BYTES, (struct span){symbol->text, len});
}

static bool has_kind(const struct venue_subscription *what, bool swap) {
    for (size_t i = 0; i < what->count; i++) {
        if (is_swap(what->symbols[i]) == swap) {
            return true;
        }
    }
    return false;
}

/* An index that several symbols share is asked for with the first of them. */
static bool is_first_of_index(const struct venue_subscription *what, size_t at) {
    char family[INSTRUMENT_SYMBOL_BYTES], other[INSTRUMENT_SYMBOL_BYTES];
    copy_family(what->symbols[at], family);
    for (size_t i = 0; i < at; i++) {
        copy_family(what->symbols[i], other);
        if (strcmp(family, other) == 0) {
            return false;
        }
    }
    return true;
}

/* The arguments skip .. skip + ARGS_PER_MESSAGE of all. */
struct arguments {
    struct writer *writer;
    size_t skip, count;
};

static void put_argument(struct arguments *args, const char *channel, const char *key,
                         const char *value) {
    const size_t at = args->count++;
    if (at < args->skip || at >= args->skip + ARGS_PER_MESSAGE) {
        return;
    }
    writer_open_object(args->writer, NULL);
    writer_text(args->writer, "channel", channel);
    writer_text(args->writer, key, value);
    writer_close_object(args->writer);
}

static void put_public(const struct venue_subscription *what, struct arguments *args) {
    static const char *const channels[] = {"trades", "books", "mark-price", "funding-rate",
                                           "open-interest"};
    char family[INSTRUMENT_SYMBOL_BYTES];
    if (has_kind(what, true)) {
        put_argument(args, "liquidation-orders", "instType", "SWAP");
    }
    if (has_kind(what, false)) {
        put_argument(args, "liquidation-orders", "instType", "FUTURES");
    }
    for (size_t i = 0; i < what->count; i++) {
        for (size_t k = 0; k < ARRAY_COUNT(channels); k++) {
            put_argument(args, channels[k], "instId", what->symbols[i]->text);
        }
        if (is_first_of_index(what, i)) {
            copy_family(what->symbols[i], family);
            put_argument(args, "index-tickers", "instId", family);
        }
    }
}

static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    struct arguments args = {.writer = &writer, .skip = (size_t)step * ARGS_PER_MESSAGE};
    char id[16];
    str_format(id, sizeof id, "%d", step + 1);
    writer_begin(&writer, out, VENUE_SEND_BYTES);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "id", id);
    writer_text(&writer, "op", "subscribe");
    writer_open_array(&writer, "args");
    if (what->socket == SOCKET_PUBLIC) {
        put_public(what, &args);
    } else {
        for (size_t i = 0; i < what->count; i++) {
            put_argument(&args, "candle1m", "instId", what->symbols[i]->text);
        }
    }
    writer_close_array(&writer);
    writer_close_object(&writer);
    return args.count > args.skip && !writer.cut ? writer.len : 0;
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    if (step > 1 || what->socket != SOCKET_PUBLIC) {
        return 0;
    }
    writer_begin(&writer, out, VENUE_SEND_BYTES);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "op", step == 0 ? "unsubscribe" : "subscribe");
    writer_open_array(&writer, "args");
    writer_open_object(&writer, NULL);
    writer_text(&writer, "channel", "books");
    writer_text(&writer, "instId", symbol->text);
    writer_close_object(&writer);
    writer_close_array(&writer);
    writer_close_object(&writer);
    return writer.cut ? 0 : writer.len;
}

static size_t ping(int socket, int64_t now_ms, char out[VENUE_REPLY_BYTES]) {
    (void)socket;
    (void)now_ms;
    str_copy(out, VENUE_REPLY_BYTES, "ping");
    return strlen(out);
}

/* -- REST -- */

static bool request_all(const struct venue_request *request, struct venue_http *out) {
    const bool dated = request->cursor != NULL && strcmp(request->cursor, "FUTURES") == 0;
    return request->kind == VENUE_REQUEST_INSTRUMENTS &&
           str_format(out->path, sizeof out->path, "/api/v5/public/instruments?instType=%s",
                      dated ? "FUTURES" : "SWAP");
}

/* Pages run from from_ms on: `after` and `before` leave out the times they name. */
static bool request_one(const struct venue_request *request, const char *name, const char *family,
                        struct venue_http *out) {
    char *path = out->path;
    const char *type = is_swap(request->symbol) ? "SWAP" : "FUTURES";
    const int64_t from_ms = request->from_ms, to_ms = request->to_ms;
    switch (request->kind) {
    case VENUE_REQUEST_TICKER:
        return str_format(path, sizeof out->path, "/api/v5/public/mark-price?instType=%s&instId=%s",
                          type, name);
    case VENUE_REQUEST_KLINES:
        return str_format(path, sizeof out->path,
                          "/api/v5/market/history-candles?instId=%s&bar=1m&before=%" PRId64
                          "&after=%" PRId64 "&limit=%d",
                          name, from_ms - 1, from_ms + (int64_t)KLINE_ROWS * MINUTE_MS, KLINE_ROWS);
    case VENUE_REQUEST_INTEREST_HISTORY:
        return str_format(path, sizeof out->path,
                          "/api/v5/rubik/stat/contracts/open-interest-history?instId=%s&period=5m"
                          "&begin=%" PRId64 "&end=%" PRId64 "&limit=%d",
                          name, from_ms, to_ms, INTEREST_ROWS);
    case VENUE_REQUEST_INTEREST_LAST:
        return str_format(path, sizeof out->path,
                          "/api/v5/public/open-interest?instType=%s&instId=%s", type, name);
    case VENUE_REQUEST_LIQUIDATIONS:
        return str_format(path, sizeof out->path,
                          "/api/v5/public/liquidation-orders?instType=%s&uly=%s&state=filled"
                          "&before=%" PRId64 "&after=%" PRId64 "&limit=%d",
                          type, family, from_ms - 1, to_ms + 1, LIQUIDATION_ROWS);
    case VENUE_REQUEST_TRADES:
        return str_format(path, sizeof out->path, "/api/v5/market/trades?instId=%s&limit=500",
                          name);
    case VENUE_REQUEST_TIERS:
        return str_format(path, sizeof out->path,
                          "/api/v5/public/position-tiers?instType=%s&tdMode=cross&instFamily=%s",
                          type, family);
    default:
        return false;
    }
}

static bool request(const struct venue_request *request, struct venue_http *out) {
    char plain[INSTRUMENT_SYMBOL_BYTES], family[3 * INSTRUMENT_SYMBOL_BYTES],
        name[3 * INSTRUMENT_SYMBOL_BYTES];
    out->body[0] = '\0';
    if (request->symbol == NULL) {
        return request_all(request, out);
    }
    copy_family(request->symbol, plain);
    return venue_url_encode(plain, family, sizeof family) &&
           venue_url_encode(request->symbol->text, name, sizeof name) &&
           request_one(request, name, family, out);
}

const struct venue_dialect okx_dialect = {
    .id = VENUE_OKX,
    .ws_url = "wss://ws.okx.com:8443",
    .rest_url = "https://openapi.okx.com",
    .promises = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) |
                CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) |
                CHANNEL_BIT(CHANNEL_FUNDING) | CHANNEL_BIT(CHANNEL_INTEREST) |
                CHANNEL_BIT(CHANNEL_KLINE),
    .tiers_by_mark = true,
    .complete_liquidations = false, /* one a second and contract */
    .book_ids_fall = true,          /* once, after maintenance */
    .trade_ids_rise = true,
    .sockets = sockets,
    .socket_count = SOCKET_COUNT,
    .limits = {.kline_rows = KLINE_ROWS,
               .interest_rows = INTEREST_ROWS,
               .liquidation_rows = LIQUIDATION_ROWS,
               .interest_depth_ms = (int64_t)INTEREST_DEPTH * INTEREST_STEP_MS,
               .liquidation_depth_ms = (int64_t)23 * HOUR_MS,
               .liquidations_fall = true,
               .liquidation_window_ms = (int64_t)4 * HOUR_MS,
               .interest_step_ms = INTEREST_STEP_MS,
               .requests_per_10s = 40},
    .settle = okx_settle,
    .parse = okx_parse,
    .rest_parse = okx_rest_parse,
    .socket_wants = wants,
    .subscribe = subscribe,
    .book_again = book_again,
    .ping = ping,
    .request = request,
};
