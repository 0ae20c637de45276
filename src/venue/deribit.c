#include "venue/deribit.h"

#include <inttypes.h>
#include <string.h>

#include "json/writer.h"
#include "venue/deribit_parse.h"

/* Credits allow some three subscriptions a second, of as many channels as one likes. What is asked
 * for over HTTP is allowed twenty times a second, a list of instruments once in ten seconds. */
enum {
    SENDS_PER_S = 3,
    CHANNELS_MAX = 60, /* of one request */
    HEARTBEAT_S = 30,
    KLINE_ROWS = 5000,
    TRADE_ROWS = 1000,
    REQUESTS_PER_10S = 50,
    MINUTE_MS = 60000,
    LIQUIDATION_DEPTH_MS = 6 * 3600000 /* they lie among all trades: a page is minutes to hours */
};

#define ALL_CHANNELS                                                                               \
    (CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_BOOK) |   \
     CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) |       \
     CHANNEL_BIT(CHANNEL_INTEREST) | CHANNEL_BIT(CHANNEL_KLINE))

/* No pings of ours: the venue sends heartbeats, and asks for an answer to every other one. */
static const struct venue_socket sockets[] = {
    {.name = "public",
     .path = "/ws/api/v2",
     .channels = ALL_CHANNELS,
     .pulse = CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK),
     .sends_per_s = SENDS_PER_S},
};

/* -- what is sent -- */

/* ".raw" is for those who log in. */
static const char *const channels[][2] = {
    {"trades.", ".100ms"}, {"book.", ".100ms"}, {"ticker.", ".100ms"}, {"chart.trades.", ".1"}};
enum { CHANNEL_BOOK_AT = 1 };

static void begin_request(struct writer *writer, int64_t id, const char *method,
                          char out[VENUE_SEND_BYTES]) {
    writer_begin(writer, out, VENUE_SEND_BYTES);
    writer_open_object(writer, NULL);
    writer_text(writer, "jsonrpc", "2.0");
    writer_integer(writer, "id", id);
    writer_text(writer, "method", method);
    writer_open_object(writer, "params");
}

static size_t end_request(struct writer *writer) {
    writer_close_object(writer);
    writer_close_object(writer);
    return writer->cut ? 0 : writer->len;
}

static void put_channel(struct writer *writer, size_t kind, const struct venue_symbol *symbol) {
    char name[INSTRUMENT_SYMBOL_BYTES + 32];
    str_format(name, sizeof name, "%s%s%s", channels[kind][0], symbol->text, channels[kind][1]);
    writer_text(writer, NULL, name);
}

/* First the heartbeat, then channels, many at a time. */
static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    const size_t all = what->count * ARRAY_COUNT(channels);
    if (step == 0) {
        begin_request(&writer, 1, "public/set_heartbeat", out);
        writer_integer(&writer, "interval", HEARTBEAT_S);
        return end_request(&writer);
    }
    const size_t first = (size_t)(step - 1) * CHANNELS_MAX;
    if (first >= all) {
        return 0;
    }
    const size_t count = all - first < CHANNELS_MAX ? all - first : CHANNELS_MAX;
    begin_request(&writer, DERIBIT_SUBSCRIBE_ID + (int64_t)count, "public/subscribe", out);
    writer_open_array(&writer, "channels");
    for (size_t at = first; at < first + count; at++) {
        put_channel(&writer, at % ARRAY_COUNT(channels), what->symbols[at / ARRAY_COUNT(channels)]);
    }
    writer_close_array(&writer);
    return end_request(&writer);
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    (void)what;
    if (step > 1) {
        return 0;
    }
    begin_request(&writer, step == 0 ? 2 : DERIBIT_SUBSCRIBE_ID + 1,
                  step == 0 ? "public/unsubscribe" : "public/subscribe", out);
    writer_open_array(&writer, "channels");
    put_channel(&writer, CHANNEL_BOOK_AT, symbol);
    writer_close_array(&writer);
    return end_request(&writer);
}

/* -- what is asked for -- */

static bool request(const struct venue_request *request, struct venue_http *out) {
    char name[3 * INSTRUMENT_SYMBOL_BYTES];
    const size_t size = sizeof out->path;
    out->body[0] = '\0';
    if (request->kind == VENUE_REQUEST_INSTRUMENTS) {
        return str_copy(out->path, size, "/api/v2/public/get_instruments?currency=any&kind=future");
    }
    if (request->symbol == NULL || !venue_url_encode(request->symbol->text, name, sizeof name)) {
        return false;
    }
    switch (request->kind) {
    case VENUE_REQUEST_TICKER:
        return str_format(out->path, size, "/api/v2/public/ticker?instrument_name=%s", name);
    case VENUE_REQUEST_INTEREST_LAST:
        return str_format(out->path, size,
                          "/api/v2/public/get_book_summary_by_instrument?instrument_name=%s", name);
    case VENUE_REQUEST_KLINES:
        return str_format(out->path, size,
                          "/api/v2/public/get_tradingview_chart_data?instrument_name=%s"
                          "&start_timestamp=%" PRId64 "&end_timestamp=%" PRId64 "&resolution=1",
                          name, request->from_ms,
                          request->from_ms + (int64_t)(KLINE_ROWS - 1) * MINUTE_MS);
    case VENUE_REQUEST_LIQUIDATIONS:
        return str_format(out->path, size,
                          "/api/v2/public/get_last_trades_by_instrument_and_time?instrument_name=%s"
                          "&start_timestamp=%" PRId64 "&end_timestamp=%" PRId64
                          "&count=%d&sorting=asc",
                          name, request->from_ms, request->to_ms, TRADE_ROWS);
    case VENUE_REQUEST_TRADES:
        return str_format(out->path, size,
                          "/api/v2/public/get_last_trades_by_instrument?instrument_name=%s"
                          "&count=%d",
                          name, TRADE_ROWS);
    default:
        return false;
    }
}

const struct venue_dialect deribit_dialect = {
    .id = VENUE_DERIBIT,
    .ws_url = "wss://www.deribit.com",
    .rest_url = "https://www.deribit.com",
    .promises = ALL_CHANNELS,
    .complete_liquidations = true,
    .sockets = sockets,
    .socket_count = ARRAY_COUNT(sockets),
    .limits = {.kline_rows = KLINE_ROWS,
               .liquidation_rows = TRADE_ROWS,
               .liquidation_depth_ms = LIQUIDATION_DEPTH_MS,
               .requests_per_10s = REQUESTS_PER_10S},
    .settle = deribit_settle,
    .parse = deribit_parse,
    .rest_parse = deribit_rest_parse,
    .subscribe = subscribe,
    .book_again = book_again,
    .request = request,
};
