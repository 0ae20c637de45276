#include "venue/kraken_futures.h"

#include <inttypes.h>
#include <string.h>

#include "json/writer.h"
#include "venue/kraken_futures_parse.h"

enum {
    PING_MS = 30000,
    SENDS_PER_S = 40, /* of 100 */
    MINUTE_S = 60,
    KLINE_ROWS = 2000,
    REQUESTS_PER_10S = 40
};

#define ALL_CHANNELS                                                                               \
    (CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_BOOK) |   \
     CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) |       \
     CHANNEL_BIT(CHANNEL_INTEREST))

static const struct venue_socket sockets[] = {
    {.name = "public",
     .path = "/ws/v1",
     .channels = ALL_CHANNELS,
     .pulse = CHANNEL_BIT(CHANNEL_MARK),
     .ping_ms = PING_MS,
     .ping_frame = true,
     .sends_per_s = SENDS_PER_S},
};

/* -- what is subscribed to -- */

static const char *const feeds[] = {"trade", "ticker", "book"};
enum { FEED_BOOK = 2 };

static size_t write_request(const char *event, const char *feed, const char *symbol,
                            char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    writer_begin(&writer, out, VENUE_SEND_BYTES);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "event", event);
    writer_text(&writer, "feed", feed);
    writer_open_array(&writer, "product_ids");
    writer_text(&writer, NULL, symbol);
    writer_close_array(&writer);
    writer_close_object(&writer);
    return writer.cut ? 0 : writer.len;
}

/* A request a feed and symbol: a product that is refused takes no other with it. */
static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    const size_t at = (size_t)step / ARRAY_COUNT(feeds);
    return at >= what->count ? 0
                             : write_request("subscribe", feeds[(size_t)step % ARRAY_COUNT(feeds)],
                                             what->symbols[at]->text, out);
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    (void)what;
    return step > 1 ? 0
                    : write_request(step == 0 ? "unsubscribe" : "subscribe", feeds[FEED_BOOK],
                                    symbol->text, out);
}

/* -- REST -- */

static bool request_one(const struct venue_request *request, const char *name,
                        struct venue_http *out) {
    const int64_t from_s = request->from_ms / 1000;
    char *path = out->path;
    const size_t size = sizeof out->path;
    switch (request->kind) {
    case VENUE_REQUEST_TICKER:
    case VENUE_REQUEST_INTEREST_LAST:
        return str_format(path, size, "/derivatives/api/v3/tickers/%s", name);
    case VENUE_REQUEST_KLINES:
        return str_format(path, size, "/api/charts/v1/trade/%s/1m?from=%" PRId64 "&to=%" PRId64,
                          name, from_s, from_s + (int64_t)(KLINE_ROWS - 1) * MINUTE_S);
    case VENUE_REQUEST_TRADES:
        return str_format(path, size, "/derivatives/api/v3/history?symbol=%s", name);
    default:
        return false;
    }
}

static bool request(const struct venue_request *request, struct venue_http *out) {
    char name[3 * INSTRUMENT_SYMBOL_BYTES];
    out->body[0] = '\0';
    if (request->symbol == NULL) {
        return request->kind == VENUE_REQUEST_INSTRUMENTS &&
               str_copy(out->path, sizeof out->path, "/derivatives/api/v3/instruments");
    }
    return venue_url_encode(request->symbol->text, name, sizeof name) &&
           request_one(request, name, out);
}

const struct venue_dialect kraken_futures_dialect = {
    .id = VENUE_KRAKEN_FUTURES,
    .ws_url = "wss://futures.kraken.com",
    .rest_url = "https://futures.kraken.com",
    .promises = ALL_CHANNELS,
    .complete_liquidations = true,
    .trades_on_subscribe = true,
    .sockets = sockets,
    .socket_count = ARRAY_COUNT(sockets),
    .limits = {.kline_rows = KLINE_ROWS, .requests_per_10s = REQUESTS_PER_10S},
    .settle = kraken_futures_settle,
    .parse = kraken_futures_parse,
    .rest_parse = kraken_futures_rest_parse,
    .subscribe = subscribe,
    .book_again = book_again,
    .request = request,
};
