/* Kraken Futures' feeds: what can be subscribed to, what is answered, and each message's text.
 * Field order, strings and numbers are the venue's. */
#include "sim/exchange_kraken_futures.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "sim/market.h"

enum { PRICE_PLACES = 1, SIZE_PLACES = 3, HOUR_MS = 3600 * 1000, HEARTBEAT_MS = 1000 };
enum { OWN_HEARTBEAT, OWN_BEAT_MS }; /* of a connection: wanted; rule clock of the last one */
enum { EXPONENT_MIN = -30, SEQ_BASE = 326072249 };
/* The venue tells every change of the whole book, a message a level; ours changes in thousands of
 * levels a second, more than a connection carries that sends a message a turn. */
enum { BOOK_LEVELS = 10, BOOK_MS = 500 };
enum { ODD_TYPE_EVERY = 50 }; /* trades to one that is none of the book's */

/* Linear ones, then the same of the inverse market. */
enum wire_channel {
    WIRE_TRADE,
    WIRE_TICKER,
    WIRE_BOOK,
    WIRE_TRADE_INVERSE,
    WIRE_TICKER_INVERSE,
    WIRE_BOOK_INVERSE,
    WIRE_COUNT,
    WIRE_FEED_COUNT = 3
};

static const struct exchange_channel channels[] = {
    [WIRE_TRADE] = {.tells = TELLS_TRADES, .name = "trade", .first = true},
    [WIRE_TICKER] = {.tells = TELLS_TICKER, .name = "ticker", .first = true, .interval_ms = 1000},
    [WIRE_BOOK] = {.tells = TELLS_BOOK,
                   .name = "book",
                   .first = true,
                   .interval_ms = BOOK_MS,
                   .level_max = BOOK_LEVELS},
    [WIRE_TRADE_INVERSE] = {.tells = TELLS_TRADES, .name = "trade", .first = true},
    [WIRE_TICKER_INVERSE] = {.tells = TELLS_TICKER,
                             .name = "ticker",
                             .first = true,
                             .interval_ms = 1000},
    [WIRE_BOOK_INVERSE] = {.tells = TELLS_BOOK,
                           .name = "book",
                           .first = true,
                           .interval_ms = BOOK_MS,
                           .level_max = BOOK_LEVELS},
};
static_assert(ARRAY_COUNT(channels) == WIRE_COUNT, "a row each");

static const struct exchange_path paths[] = {{.path = "/ws/v1"}};

/* -- symbols -- */

/* Bitcoin is XBT here. */
static const char *coin_of(const char *base) {
    return strcmp(base, "BTC") == 0 ? "XBT" : base;
}

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "PF_%sUSD", coin_of(base));
}

void exchange_kraken_futures_put_symbol(struct wire *out, const char *before,
                                        const struct exchange_symbol *symbol, bool inverse) {
    wire_text(out, before);
    wire_text(out, inverse ? "\"PI_" : "\"PF_");
    wire_text(out, symbol->name + 3);
    wire_text(out, "\"");
}

const struct exchange_symbol *exchange_kraken_futures_find(const struct exchange_server *server,
                                                           const char *name, size_t len,
                                                           bool *inverse) {
    char linear[EXCHANGE_SYMBOL_BYTES];
    if (len < 4 || len >= sizeof linear) {
        return NULL;
    }
    *inverse = name[0] == 'P' && name[1] == 'I' && name[2] == '_';
    (void)str_copy_span(linear, sizeof linear, (struct span){name, len});
    linear[1] = *inverse ? 'F' : linear[1];
    return exchange_symbol_find(server, linear, len, false);
}

/* -- what a client says -- */

static void opened(struct exchange_server *server, struct exchange_conn *conn, const char *tail,
                   const struct server_request *request, struct wire *greeting) {
    (void)server;
    (void)conn;
    (void)tail;
    (void)request;
    wire_text(greeting, "{\"event\":\"info\",\"version\":1}");
}

static void put_event(struct wire *out, const char *event, const char *feed, const char *product) {
    exchange_put_text(out, "{\"event\":", event);
    wire_text(out, ",\"feed\":");
    wire_quoted(out, feed);
    if (product != NULL) {
        wire_text(out, ",\"product_ids\":[");
        wire_quoted(out, product);
        wire_text(out, "]");
    }
    wire_text(out, "}");
}

static void put_alert(struct wire *out, const char *message) {
    wire_text(out, "{\"event\":\"alert\",\"message\":");
    wire_quoted(out, message);
    wire_text(out, "}");
}

static int find_feed(const char *feed) {
    for (int i = 0; i < WIRE_FEED_COUNT; i++) {
        if (strcmp(channels[i].name, feed) == 0) {
            return i;
        }
    }
    return -1;
}

/* One answer a product: those that are wrong take no other with them. */
static void change_product(struct exchange_server *server, struct exchange_conn *conn, bool adds,
                           const char *feed, const char *product, struct wire *reply) {
    char message[2 * EXCHANGE_PARAM_BYTES];
    bool inverse = false;
    const int channel = find_feed(feed);
    const struct exchange_symbol *symbol =
        exchange_kraken_futures_find(server, product, strlen(product), &inverse);
    wire_text(reply, reply->len > 0 ? "\n" : "");
    if (symbol == NULL) {
        (void)str_format(message, sizeof message, "Couldn't subscribe to invalid product `%.64s`",
                         product);
        put_alert(reply, message);
        return;
    }
    if (channel < 0) {
        put_event(reply, adds ? "subscribed_failed" : "unsubscribed_failed", feed, product);
        return;
    }
    const int number = channel + (inverse ? WIRE_FEED_COUNT : 0);
    const bool changed = adds ? exchange_subscribe(server, conn, number, symbol)
                              : exchange_unsubscribe(server, conn, number, symbol);
    if (adds && !changed) {
        put_alert(reply, "Already subscribed to feed, re-requesting");
        wire_text(reply, "\n");
    }
    put_event(reply, adds ? "subscribed" : "unsubscribed", feed, product);
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    const char *event = tree_text(tree_member(request, "event"));
    const char *feed = tree_text(tree_member(request, "feed"));
    const struct tree *products = tree_member(request, "product_ids");
    const bool adds = event != NULL && strcmp(event, "subscribe") == 0;
    if (event == NULL || feed == NULL || (!adds && strcmp(event, "unsubscribe") != 0)) {
        put_alert(reply, "Bad request");
    } else if (strcmp(feed, "heartbeat") == 0) {
        conn->own[OWN_HEARTBEAT] = adds;
        put_event(reply, adds ? "subscribed" : "unsubscribed", feed, NULL);
    } else if (tree_first(products) == NULL) {
        wire_text(reply, "{\"event\":\"error\",\"message\":\"Invalid product id\"}");
    } else {
        for (const struct tree *e = tree_first(products); e != NULL; e = tree_next(e)) {
            change_product(server, conn, adds, feed, tree_text(e) != NULL ? tree_text(e) : "",
                           reply);
        }
    }
    tree_destroy(request);
}

static void keep(struct exchange_server *server, struct exchange_conn *conn, int64_t rule_ms,
                 struct wire *out) {
    if (conn->own[OWN_HEARTBEAT] != 0 && rule_ms - conn->own[OWN_BEAT_MS] >= HEARTBEAT_MS) {
        conn->own[OWN_BEAT_MS] = rule_ms;
        exchange_put_integer(out, "{\"feed\":\"heartbeat\",\"time\":", exchange_now_ms(server));
        wire_text(out, "}");
    }
}

/* -- pieces of messages -- */

static bool is_inverse(const struct exchange_words *words) {
    return words->channel >= WIRE_FEED_COUNT;
}

void exchange_kraken_futures_put_size(struct wire *out, const char *before, int64_t price_ticks,
                                      int64_t lots, bool inverse) {
    if (inverse) {
        exchange_put_integer(out, before, exchange_contracts(price_ticks, lots, 1));
    } else {
        exchange_put_fixed_number(out, before, lots, SIZE_PLACES);
    }
}

/* before-2.5e-5: nine digits; below EXPONENT_MIN it is -0.0, as the venue writes nothing. */
static void put_scientific(struct wire *out, const char *before, double value) {
    int exponent = 0;
    while (exponent > EXPONENT_MIN && value > -1 && value < 1) {
        value *= 10;
        exponent--;
    }
    while (exponent < -EXPONENT_MIN && (value <= -10 || value >= 10)) {
        value /= 10;
        exponent++;
    }
    if (exponent == EXPONENT_MIN) {
        wire_text(out, before);
        wire_text(out, "-0.0");
        return;
    }
    exchange_put_rounded_number(out, before, value, 8);
    exchange_put_integer(out, "e", exponent);
}

static void put_trade(struct wire *out, const struct exchange_trade *row, bool inverse,
                      const char *type) {
    exchange_kraken_futures_put_symbol(out, "{\"feed\":\"trade\",\"product_id\":", row->symbol,
                                       inverse);
    exchange_put_uuid(out, ",\"uid\":", row->id);
    exchange_put_text(out, ",\"side\":", row->side == SIDE_BUY ? "buy" : "sell");
    exchange_put_text(out, ",\"type\":", type);
    exchange_put_integer(out, ",\"seq\":", row->id);
    exchange_put_integer(out, ",\"time\":", row->ts_ms);
    exchange_kraken_futures_put_size(out, ",\"qty\":", row->price_ticks, row->qty_lots, inverse);
    exchange_put_fixed_number(out, ",\"price\":", row->price_ticks, PRICE_PLACES);
    wire_text(out, "}");
}

static const char *type_of(const struct exchange_trade *row) {
    return row->liquidated != POS_NONE ? "liquidation" : "fill";
}

/* -- the writers -- */

/* Now and then one more that was no order of the book's: its id is not of the others' row. */
static void put_other_type(struct wire *out, const struct exchange_trade *row, bool inverse) {
    static const char *const types[] = {"assignment", "termination", "block"};
    struct exchange_trade other = *row;
    other.id = -row->id;
    wire_text(out, "\n");
    put_trade(out, &other, inverse, types[row->id / ODD_TYPE_EVERY % (int64_t)ARRAY_COUNT(types)]);
}

/* The newest hundred, newest first. */
static void put_recent(const struct exchange_words *words, struct wire *out) {
    const size_t count = exchange_recent_count(words->symbol);
    const size_t from = count > 100 ? count - 100 : 0;
    exchange_kraken_futures_put_symbol(
        out, "{\"feed\":\"trade_snapshot\",\"product_id\":", words->symbol, is_inverse(words));
    wire_text(out, ",\"trades\":[");
    for (size_t i = count; i > from; i--) {
        const struct exchange_trade *row = exchange_recent_at(words->symbol, i - 1);
        wire_text(out, i < count ? "," : "");
        put_trade(out, row, is_inverse(words), type_of(row));
    }
    wire_text(out, "]}");
}

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    if (words->first) {
        put_recent(words, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "\n" : "");
        put_trade(out, &rows[i], is_inverse(words), type_of(&rows[i]));
        if (rows[i].id % ODD_TYPE_EVERY == 0) {
            put_other_type(out, &rows[i], is_inverse(words));
        }
    }
}

static void put_side(struct wire *out, const char *name, const struct exchange_book *book, int side,
                     bool inverse) {
    wire_text(out, name);
    for (size_t i = 0; i < book->count[side]; i++) {
        const struct ladder_level *level = &book->levels[side][i];
        exchange_put_fixed_number(out, i > 0 ? ",{\"price\":" : "{\"price\":", level->ticks,
                                  PRICE_PLACES);
        exchange_kraken_futures_put_size(out, ",\"qty\":", level->ticks, level->lots, inverse);
        wire_text(out, "}");
    }
}

/* A snapshot has levels of nothing, too. */
static void put_snapshot(const struct exchange_words *words, const struct exchange_book *book,
                         struct wire *out) {
    exchange_kraken_futures_put_symbol(
        out, "{\"feed\":\"book_snapshot\",\"product_id\":", words->symbol, is_inverse(words));
    exchange_put_integer(out, ",\"timestamp\":", book->ts_ms);
    exchange_put_integer(out, ",\"seq\":", SEQ_BASE + book->level_id);
    put_side(out, ",\"tickSize\":null,\"bids\":[", book, 0, is_inverse(words));
    wire_text(out, book->count[0] > 0 ? ",{\"price\":1.0,\"qty\":0}" : "{\"price\":1.0,\"qty\":0}");
    put_side(out, "],\"asks\":[", book, 1, is_inverse(words));
    wire_text(out, "]}");
}

/* A message a level, each with a number of its own. */
static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    int64_t seq = SEQ_BASE + book->level_id - (int64_t)(book->count[0] + book->count[1]);
    const char *before = "";
    if (book->snapshot) {
        put_snapshot(words, book, out);
        return;
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < book->count[side]; i++, before = "\n") {
            const struct ladder_level *level = &book->levels[side][i];
            wire_text(out, before);
            exchange_kraken_futures_put_symbol(
                out, "{\"feed\":\"book\",\"product_id\":", words->symbol, is_inverse(words));
            exchange_put_text(out, ",\"side\":", side == 0 ? "buy" : "sell");
            exchange_put_integer(out, ",\"seq\":", ++seq);
            exchange_put_fixed_number(out, ",\"price\":", level->ticks, PRICE_PLACES);
            exchange_kraken_futures_put_size(out, ",\"qty\":", level->ticks, level->lots,
                                             is_inverse(words));
            exchange_put_integer(out, ",\"timestamp\":", book->ts_ms);
            wire_text(out, "}");
        }
    }
}

/* The market settles each MARKET_FUNDING_HOURS; here an hour's part is told, due on the hour. */
static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    const bool inverse = is_inverse(words);
    const double hourly = ticker->funding_rate / MARKET_FUNDING_HOURS;
    exchange_put_integer(out, "{\"time\":", words->now_ms);
    exchange_kraken_futures_put_symbol(out, ",\"product_id\":", words->symbol, inverse);
    put_scientific(out,
                   ",\"funding_rate\":", inverse ? hourly / ticker->mark : hourly * ticker->mark);
    put_scientific(out, ",\"funding_rate_prediction\":", 0);
    put_scientific(out, ",\"relative_funding_rate\":", hourly);
    put_scientific(out, ",\"relative_funding_rate_prediction\":", 0);
    exchange_put_integer(out,
                         ",\"next_funding_rate_time\":", (words->now_ms / HOUR_MS + 1) * HOUR_MS);
    exchange_put_fixed_number(out, ",\"feed\":\"ticker\",\"bid\":", ticker->bid_ticks,
                              PRICE_PLACES);
    exchange_put_fixed_number(out, ",\"ask\":", ticker->ask_ticks, PRICE_PLACES);
    exchange_kraken_futures_put_size(out, ",\"bid_size\":", ticker->bid_ticks, ticker->bid_lots,
                                     inverse);
    exchange_kraken_futures_put_size(out, ",\"ask_size\":", ticker->ask_ticks, ticker->ask_lots,
                                     inverse);
    wire_text(out, ",\"volume\":19628180,\"dtm\":0,\"leverage\":\"50x\"");
    exchange_put_rounded_number(out, ",\"index\":", ticker->index, 2);
    exchange_put_fixed_number(out, ",\"premium\":0,\"last\":", ticker->last_ticks, PRICE_PLACES);
    exchange_put_text(out,
                      ",\"change\":-0.7710945651981715,\"suspended\":false,\"tag\":", "perpetual");
    wire_text(out, ",\"pair\":\"");
    wire_text(out, coin_of(words->symbol->base));
    wire_text(out, ":USD\"");
    if (inverse) {
        exchange_put_rounded_number(out, ",\"openInterest\":", ticker->oi_usd, 0);
    } else {
        exchange_put_fixed_number(out, ",\"openInterest\":", ticker->oi_lots, SIZE_PLACES);
    }
    exchange_put_rounded_number(out, ",\"markPrice\":", ticker->mark, 8);
    wire_text(out, ",\"maturityTime\":0,\"post_only\":false,\"volumeQuote\":19628180}");
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"side\":7,\"type\":\"fill\",\"time\":\"soon\",\"qty\":{},\"price\":[]",
        [ODD_SIDE] = "\"side\":\"neither\",\"type\":\"fill\",\"qty\":7.777,\"price\":100000.0",
        [ODD_POSITION] = "\"side\":\"\",\"type\":\"liquidation\",\"qty\":7.777,\"price\":100000.0",
        [ODD_SYMBOL] = "\"side\":\"buy\",\"type\":\"fill\",\"qty\":7.777,\"price\":100000.0",
        [ODD_NUMBERS] = "\"side\":\"buy\",\"type\":\"fill\",\"qty\":-7.777,\"price\":1e999",
        [ODD_KEYS] = "\"side\":\"buy\",\"side\":\"sell\",\"type\":\"fill\",\"qty\":null,\"qty\":"
                     "7.777,\"price\":1.0",
    };
    exchange_put_text(out, "{\"feed\":\"trade\",\"product_id\":",
                      odd == ODD_SYMBOL ? "PF_NOSUCHUSD" : words->symbol->name);
    wire_text(out, ",\"uid\":\"odd\",");
    wire_text(out, rows[odd]);
    if (odd != ODD_TYPES) {
        exchange_put_integer(out, ",\"time\":", words->now_ms);
    }
    wire_text(out, "}");
    return true;
}

const struct exchange_dialect exchange_kraken_futures = {
    .venue = VENUE_KRAKEN_FUTURES,
    .plain = true, /* a message a trade and a level: compressed, one goes out a turn */
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_IN_TRADES,
    .messages_per_s = 100,
    .idle = IDLE_BYTES,
    .idle_ms = 60 * 1000,
    .rest_weight_max = 500,
    .rest_window_ms = 10 * 1000,
    .spell = spell,
    .opened = opened,
    .hear = hear,
    .keep = keep,
    .trades = write_trades,
    .book = write_book,
    .ticker = write_ticker,
    .odd = write_odd,
    .routes = exchange_kraken_futures_routes,
    .route_count = EXCHANGE_KRAKEN_FUTURES_ROUTES,
    .refuse = exchange_kraken_futures_refuse,
};
