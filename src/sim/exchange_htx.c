/* HTX's streams: what can be subscribed to, what is answered, heartbeats, and each message's text.
 * Numbers are numbers, but for what the venue itself writes as texts. */
#include "sim/exchange_htx.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { GROUP_MARKET, GROUP_NOTICE, GROUP_INDEX };
enum { OWN_PINGED_MS, OWN_TOKEN, OWN_TOKEN_BEFORE, OWN_MISSED }; /* of a connection */
enum { PING_MS = 5 * 1000, MISSED_MAX = 5 };
enum { ERROR_TOPIC = 2010, ERROR_AGAIN = 2014 };
enum { RATE_PLACES = 12, MARK_PLACES = 2, TOPIC_BYTES = 96 };

enum wire_channel {
    WIRE_TRADES,
    WIRE_DEPTH,
    WIRE_KLINE,
    WIRE_BBO,
    WIRE_DETAIL,
    WIRE_LIQUIDATIONS,
    WIRE_LIQUIDATIONS_ALL,
    WIRE_FUNDING,
    WIRE_CONTRACTS,
    WIRE_MARK,
    WIRE_INDEX,
    WIRE_COUNT
};

/* Names are what follows the contract in a topic. */
static const struct exchange_channel channels[] = {
    [WIRE_TRADES] = {.tells = TELLS_TRADES, .name = "trade.detail", .group = GROUP_MARKET},
    [WIRE_DEPTH] = {.tells = TELLS_BOOK,
                    .name = "depth.size_150.high_freq",
                    .group = GROUP_MARKET,
                    .first = true,
                    .level_max = 150},
    [WIRE_KLINE] = {.tells = TELLS_KLINE,
                    .name = "kline.1min",
                    .group = GROUP_MARKET,
                    .interval_ms = 1000},
    [WIRE_BBO] = {.tells = TELLS_TOUCH, .name = "bbo", .group = GROUP_MARKET},
    [WIRE_DETAIL] = {.tells = TELLS_TICKER,
                     .name = "detail",
                     .group = GROUP_MARKET,
                     .interval_ms = 1000},
    [WIRE_LIQUIDATIONS] = {.tells = TELLS_LIQUIDATIONS,
                           .name = "liquidation_orders",
                           .group = GROUP_NOTICE},
    [WIRE_LIQUIDATIONS_ALL] = {.tells = TELLS_LIQUIDATIONS,
                               .name = "liquidation_orders",
                               .group = GROUP_NOTICE,
                               .all = true},
    [WIRE_FUNDING] = {.tells = TELLS_TICKER,
                      .name = "funding_rate",
                      .group = GROUP_NOTICE,
                      .first = true,
                      .interval_ms = 60000},
    [WIRE_CONTRACTS] = {.tells = TELLS_CONTRACT,
                        .name = "contract_info",
                        .group = GROUP_NOTICE,
                        .all = true},
    [WIRE_MARK] = {.tells = TELLS_TICKER,
                   .name = "mark_price.1min",
                   .group = GROUP_INDEX,
                   .interval_ms = 1000},
    [WIRE_INDEX] = {.tells = TELLS_TICKER,
                    .name = "index.1min",
                    .group = GROUP_INDEX,
                    .interval_ms = 1000},
};
static_assert(ARRAY_COUNT(channels) == WIRE_COUNT, "a row each");

static const struct exchange_path paths[] = {
    {.path = "/linear-swap-ws", .group = GROUP_MARKET},
    {.path = "/linear-swap-notification", .group = GROUP_NOTICE},
    {.path = "/ws_index", .group = GROUP_INDEX},
};

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%s-USDT", base);
}

/* -- heartbeats -- */

/* The token, as the socket writes it: a number, or on notifications a text. */
static void put_token(const struct exchange_conn *conn, int which, struct wire *out) {
    const bool text = conn->path->group == GROUP_NOTICE;
    wire_text(out, text ? "\"" : "");
    wire_integer(out, conn->own[which]);
    wire_text(out, text ? "\"}" : "}");
}

static void keep(struct exchange_server *server, struct exchange_conn *conn, int64_t rule_ms,
                 struct wire *out) {
    const bool notice = conn->path->group == GROUP_NOTICE;
    if (conn->own[OWN_PINGED_MS] == 0) {
        conn->own[OWN_PINGED_MS] = conn->opened_ms;
    }
    if (conn->own[OWN_MISSED] > MISSED_MAX) { /* it has been told */
        exchange_conn_end(conn, 1000);
        return;
    }
    if (rule_ms - conn->own[OWN_PINGED_MS] < PING_MS) {
        return;
    }
    if (conn->own[OWN_MISSED] == MISSED_MAX) {
        conn->own[OWN_MISSED]++;
        if (notice) {
            exchange_put_integer(out, "{\"op\":\"close\",\"ts\":", exchange_now_ms(server));
            wire_text(out, "}");
        }
        return;
    }
    conn->own[OWN_PINGED_MS] = rule_ms;
    conn->own[OWN_TOKEN_BEFORE] = conn->own[OWN_TOKEN];
    conn->own[OWN_TOKEN] = exchange_now_ms(server);
    conn->own[OWN_MISSED]++;
    wire_text(out, notice ? "{\"op\":\"ping\",\"ts\":" : "{\"ping\":");
    put_token(conn, OWN_TOKEN, out);
}

/* An answer counts where its token is one that was sent, byte for byte: the newest, or, of a client
 * that is slow, the one before. */
static void take_pong(struct exchange_conn *conn, const char *bytes, size_t len) {
    const bool notice = conn->path->group == GROUP_NOTICE;
    for (int which = OWN_TOKEN; which <= OWN_TOKEN_BEFORE; which++) {
        struct wire want = {0};
        wire_text(&want, notice ? "{\"op\":\"pong\",\"ts\":" : "{\"pong\":");
        put_token(conn, which, &want);
        if (!want.failed && want.len == len && memcmp(want.bytes, bytes, len) == 0) {
            conn->own[OWN_MISSED] = 0;
        }
        wire_finish(&want);
    }
}

/* -- topics -- */

/* "market.BTC-USDT.trade.detail": what stands behind before and the contract. NULL: another
 * shape. */
static const char *split_topic(const char *topic, const char *before, char code[TOPIC_BYTES]) {
    const size_t len = strlen(before);
    const char *dot =
        topic != NULL && strncmp(topic, before, len) == 0 ? strchr(topic + len, '.') : NULL;
    if (dot == NULL || !str_copy_span(code, TOPIC_BYTES,
                                      (struct span){topic + len, (size_t)(dot - topic) - len})) {
        return NULL;
    }
    return dot + 1;
}

/* Codes are taken in capitals and in small letters. */
static const struct exchange_symbol *find_code(const struct exchange_server *server,
                                               const char *code) {
    const struct exchange_symbol *symbol = exchange_symbol_find(server, code, strlen(code), false);
    return symbol != NULL ? symbol : exchange_symbol_find(server, code, strlen(code), true);
}

/* The channel of a topic on this socket; -1: none, or of a contract that is not there. */
static int find_topic(const struct exchange_server *server, const struct exchange_conn *conn,
                      const char *topic, const struct exchange_symbol **symbol) {
    char code[TOPIC_BYTES];
    const bool notice = conn->path->group == GROUP_NOTICE;
    const char *name = split_topic(topic, notice ? "public." : "market.", code);
    const bool all = name != NULL && strcmp(code, "*") == 0;
    *symbol = name == NULL || all ? NULL : find_code(server, code);
    for (int i = 0; name != NULL && i < WIRE_COUNT; i++) {
        if (channels[i].group == conn->path->group && strcmp(channels[i].name, name) == 0 &&
            channels[i].all == all && (all || *symbol != NULL)) {
            return i;
        }
    }
    return -1;
}

/* -- what is answered -- */

static void put_market_ack(struct exchange_server *server, const struct tree *request,
                           const char *said, const char *topic, struct wire *out) {
    const struct tree *type = tree_member(request, "data_type");
    wire_text(out, "{\"id\":");
    exchange_put_echo(out, tree_member(request, "id"));
    wire_text(out, ",\"status\":\"ok\",\"");
    wire_text(out, said);
    wire_text(out, "\":");
    wire_quoted(out, topic);
    if (type != NULL) {
        wire_text(out, ",\"data_type\":");
        exchange_put_echo(out, type);
    }
    exchange_put_integer(out, ",\"ts\":", exchange_now_ms(server));
    wire_text(out, "}");
}

static void put_market_error(struct exchange_server *server, const struct tree *request,
                             const char *topic, struct wire *out) {
    char message[TOPIC_BYTES * 2];
    (void)str_format(message, sizeof message, "invalid topic %.128s", topic);
    exchange_put_integer(out, "{\"status\":\"error\",\"ts\":", exchange_now_ms(server));
    wire_text(out, ",\"id\":");
    exchange_put_echo(out, tree_member(request, "id"));
    wire_text(out, ",\"err-code\":\"bad-request\",\"err-msg\":");
    wire_quoted(out, message);
    wire_text(out, "}");
}

static void hear_market(struct exchange_server *server, struct exchange_conn *conn,
                        const struct tree *request, struct wire *reply) {
    const char *sub = tree_text(tree_member(request, "sub"));
    const char *unsub = tree_text(tree_member(request, "unsub"));
    const char *topic = sub != NULL ? sub : unsub;
    const struct exchange_symbol *symbol = NULL;
    const int channel = find_topic(server, conn, topic, &symbol);
    if (channel < 0) {
        put_market_error(server, request, topic == NULL ? "" : topic, reply);
    } else if (sub != NULL) {
        (void)exchange_subscribe(server, conn, channel, symbol);
        put_market_ack(server, request, "subbed", topic, reply);
    } else {
        (void)exchange_unsubscribe(server, conn, channel, symbol);
        put_market_ack(server, request, "unsubbed", topic, reply);
    }
}

static void hear_notice(struct exchange_server *server, struct exchange_conn *conn,
                        const struct tree *request, struct wire *reply) {
    const char *op = tree_text(tree_member(request, "op"));
    const char *topic = tree_text(tree_member(request, "topic"));
    const struct exchange_symbol *symbol = NULL;
    const int channel = find_topic(server, conn, topic, &symbol);
    int error = channel < 0 ? ERROR_TOPIC : 0;
    if (op != NULL && strcmp(op, "sub") == 0 && channel >= 0) {
        error = exchange_subscribe(server, conn, channel, symbol) ? 0 : ERROR_AGAIN;
    } else if (channel >= 0) {
        (void)exchange_unsubscribe(server, conn, channel, symbol);
    }
    wire_text(reply, "{\"op\":");
    exchange_put_echo(reply, tree_member(request, "op"));
    wire_text(reply, ",\"cid\":");
    exchange_put_echo(reply, tree_member(request, "cid"));
    wire_text(reply, ",\"topic\":");
    exchange_put_echo(reply, tree_member(request, "topic"));
    exchange_put_integer(reply, ",\"ts\":", exchange_now_ms(server));
    exchange_put_integer(reply, ",\"err-code\":", error);
    if (error != 0) {
        exchange_put_text(reply, ",\"err-msg\":",
                          error == ERROR_AGAIN ? "Repeated subscription." : "Topic error.");
    }
    wire_text(reply, "}");
}

static bool is_pong(const struct tree *request) {
    const char *op = tree_text(tree_member(request, "op"));
    return tree_member(request, "pong") != NULL || (op != NULL && strcmp(op, "pong") == 0);
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    if (is_pong(request)) {
        take_pong(conn, bytes, len);
    } else if (conn->path->group == GROUP_NOTICE) {
        hear_notice(server, conn, request, reply);
    } else {
        hear_market(server, conn, request, reply);
    }
    tree_destroy(request);
}

/* -- rows that REST has, too -- */

void exchange_htx_put_trade(const struct exchange_trade *trade, struct wire *out) {
    exchange_put_integer(out, "{\"amount\":", trade->qty_lots);
    exchange_put_integer(out, ",\"ts\":", trade->ts_ms);
    exchange_put_integer(out, ",\"id\":", trade->id);
    exchange_put_fixed_number(out, ",\"price\":", trade->price_ticks, 1);
    exchange_put_text(out, ",\"direction\":", trade->side == SIDE_BUY ? "buy" : "sell");
    exchange_put_fixed_number(out, ",\"quantity\":", trade->qty_lots, 3);
    exchange_put_fixed_number(out, ",\"trade_turnover\":", trade->qty_lots * trade->price_ticks, 4);
    wire_text(out, "}");
}

/* The order's direction: a long is closed by a sell. */
void exchange_htx_put_forced(const struct exchange_liquidation *row, bool listed,
                             struct wire *out) {
    const struct exchange_symbol *symbol = row->symbol;
    wire_text(out, "{");
    if (listed) {
        exchange_put_integer(out, "\"query_id\":", row->id);
        wire_text(out, ",");
    }
    exchange_put_text(out, "\"symbol\":", listed ? "USDT" : symbol->base);
    exchange_put_text(out, ",\"contract_code\":", symbol->name);
    exchange_put_text(out, ",\"direction\":", row->position == POS_LONG ? "sell" : "buy");
    exchange_put_integer(out, ",\"offset\":\"close\",\"volume\":", row->qty_lots);
    exchange_put_fixed_number(out, ",\"price\":", row->bankruptcy_ticks, 1);
    exchange_put_integer(out, ",\"created_at\":", row->ts_ms);
    exchange_put_fixed_number(out, ",\"amount\":", row->qty_lots, 3);
    exchange_put_fixed_number(out, ",\"trade_turnover\":", row->qty_lots * row->bankruptcy_ticks,
                              4);
    exchange_put_text(out,
                      listed ? ",\"business_type\":\"swap\",\"pair\":"
                             : ",\"contract_type\":\"swap\",\"business_type\":\"swap\",\"pair\":",
                      symbol->name);
    wire_text(out, "}");
}

void exchange_htx_put_levels(struct wire *out, const struct ladder_level *levels, size_t count) {
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_fixed_number(out, i > 0 ? ",[" : "[", levels[i].ticks, 1);
        exchange_put_integer(out, ",", levels[i].lots);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

void exchange_htx_put_bar(const struct exchange_kline *kline, struct wire *out) {
    exchange_put_integer(out, "\"id\":", kline->open_ms / 1000);
    exchange_put_fixed_number(out, ",\"open\":", kline->open, 1);
    exchange_put_fixed_number(out, ",\"close\":", kline->close, 1);
    exchange_put_fixed_number(out, ",\"high\":", kline->high, 1);
    exchange_put_fixed_number(out, ",\"low\":", kline->low, 1);
    exchange_put_fixed_number(out, ",\"amount\":", kline->volume_lots, 3);
    exchange_put_integer(out, ",\"vol\":", kline->volume_lots);
    exchange_put_rounded_number(out, ",\"trade_turnover\":", kline->volume_usd, 4);
    exchange_put_integer(out, ",\"count\":", kline->trade_count);
}

void exchange_htx_put_contract(const struct exchange_symbol *symbol, struct wire *out) {
    exchange_put_text(out, "{\"symbol\":", symbol->base);
    exchange_put_text(out, ",\"contract_code\":", symbol->name);
    wire_text(out, ",\"contract_size\":0.001000000000000000,\"price_tick\":0.100000000000000000,"
                   "\"delivery_date\":\"\",\"delivery_time\":\"\",\"create_date\":\"20201021\","
                   "\"contract_status\":1,\"settlement_date\":\"1640764800000\","
                   "\"support_margin_mode\":\"all\",\"business_type\":\"swap\"");
    exchange_put_text(out, ",\"pair\":", symbol->name);
    wire_text(out, ",\"contract_type\":\"swap\",\"trade_partition\":\"USDT\"}");
}

/* -- the writers -- */

static void put_channel(const struct exchange_words *words, const char *before, struct wire *out) {
    wire_text(out, before);
    wire_text(out, "\"market.");
    wire_text(out, words->symbol->name);
    wire_text(out, ".");
    wire_text(out, channels[words->channel].name);
    wire_text(out, "\"");
}

static void begin_market(const struct exchange_words *words, struct wire *out) {
    put_channel(words, "{\"ch\":", out);
    exchange_put_integer(out, ",\"ts\":", words->now_ms);
    wire_text(out, ",\"tick\":{");
}

static void begin_notice(const struct exchange_words *words, struct wire *out) {
    wire_text(out, "{\"op\":\"notify\",\"topic\":\"public.");
    wire_text(out, words->symbol == NULL ? "*" : words->symbol->name);
    wire_text(out, ".");
    wire_text(out, channels[words->channel].name);
    exchange_put_integer(out, "\",\"ts\":", words->now_ms);
    wire_text(out, ",\"data\":[");
}

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    begin_market(words, out);
    exchange_put_integer(out, "\"id\":", rows[count - 1].id);
    exchange_put_integer(out, ",\"ts\":", rows[count - 1].ts_ms);
    wire_text(out, ",\"data\":[");
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "");
        exchange_htx_put_trade(&rows[i], out);
    }
    wire_text(out, "]}}");
}

static void write_liquidations(const struct exchange_words *words,
                               const struct exchange_liquidation *rows, size_t count,
                               struct wire *out) {
    begin_notice(words, out);
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "");
        exchange_htx_put_forced(&rows[i], false, out);
    }
    wire_text(out, "]}");
}

/* The time of the message comes behind its tick. */
static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    put_channel(words, "{\"ch\":", out);
    wire_text(out, ",\"tick\":{\"asks\":");
    exchange_htx_put_levels(out, book->levels[1], book->count[1]);
    wire_text(out, ",\"bids\":");
    exchange_htx_put_levels(out, book->levels[0], book->count[0]);
    put_channel(words, ",\"ch\":", out);
    exchange_put_text(out, ",\"event\":", book->snapshot ? "snapshot" : "update");
    exchange_put_integer(out, ",\"id\":", book->last_id);
    exchange_put_integer(out, ",\"mrid\":", book->last_id);
    exchange_put_integer(out, ",\"ts\":", book->ts_ms);
    exchange_put_integer(out, ",\"version\":", book->number);
    exchange_put_integer(out, "},\"ts\":", words->now_ms);
    wire_text(out, "}");
}

static void write_bbo(const struct exchange_words *words, const struct exchange_ticker *ticker,
                      struct wire *out) {
    begin_market(words, out);
    exchange_put_integer(out, "\"mrid\":", ticker->book_id);
    exchange_put_integer(out, ",\"id\":", words->now_ms / 1000);
    exchange_put_fixed_number(out, ",\"bid\":[", ticker->bid_ticks, 1);
    exchange_put_integer(out, ",", ticker->bid_lots);
    exchange_put_fixed_number(out, "],\"ask\":[", ticker->ask_ticks, 1);
    exchange_put_integer(out, ",", ticker->ask_lots);
    exchange_put_integer(out, "],\"ts\":", words->now_ms);
    exchange_put_integer(out, ",\"version\":", ticker->book_id);
    put_channel(words, ",\"ch\":", out);
    wire_text(out, "}}");
}

static void write_detail(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    begin_market(words, out);
    exchange_put_integer(out, "\"id\":", words->now_ms / 60000 * 60);
    exchange_put_integer(out, ",\"mrid\":", ticker->book_id);
    exchange_put_fixed_number(out, ",\"open\":", ticker->last_ticks, 1);
    exchange_put_fixed_number(out, ",\"close\":", ticker->last_ticks, 1);
    exchange_put_fixed_number(out, ",\"high\":", ticker->ask_ticks, 1);
    exchange_put_fixed_number(out, ",\"low\":", ticker->bid_ticks, 1);
    exchange_put_fixed_number(
        out,
        ",\"amount\":30.316,\"vol\":30316,\"trade_turnover\":395073.4918,\"count\":2983,"
        "\"asks\":[",
        ticker->ask_ticks, 1);
    exchange_put_integer(out, ",", ticker->ask_lots);
    exchange_put_fixed_number(out, "],\"bids\":[", ticker->bid_ticks, 1);
    exchange_put_integer(out, ",", ticker->bid_lots);
    wire_text(out, "]}}");
}

/* A bar of the mark price or the index: texts, without volume. */
static void write_value_bar(const struct exchange_words *words, double value, struct wire *out) {
    begin_market(words, out);
    exchange_put_rounded(out, "\"vol\":\"0\",\"close\":", value, MARK_PLACES);
    exchange_put_rounded(out, ",\"count\":\"0\",\"high\":", value, MARK_PLACES);
    exchange_put_integer(out, ",\"id\":", words->now_ms / 60000 * 60);
    exchange_put_rounded(out, ",\"low\":", value, MARK_PLACES);
    exchange_put_rounded(out, ",\"open\":", value, MARK_PLACES);
    wire_text(out, ",\"trade_turnover\":\"0\",\"amount\":\"0\"}}");
}

/* funding_time is the minute that the rate was made in, settlement_time when it will be paid. */
static void write_funding(const struct exchange_words *words, const struct exchange_ticker *ticker,
                          struct wire *out) {
    begin_notice(words, out);
    exchange_put_text(out, "{\"symbol\":", words->symbol->base);
    exchange_put_text(out, ",\"contract_code\":", words->symbol->name);
    exchange_put_integer(out, ",\"fee_asset\":\"USDT\",\"funding_time\":\"",
                         words->now_ms / 60000 * 60000);
    exchange_put_rounded(out, "\",\"funding_rate\":", ticker->funding_rate, RATE_PLACES);
    exchange_put_integer(out, ",\"settlement_time\":\"", ticker->next_funding_ms);
    wire_text(out, "\",\"estimated_rate\":\"null\"}]}");
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    switch (words->channel) {
    case WIRE_BBO:
        write_bbo(words, ticker, out);
        break;
    case WIRE_FUNDING:
        write_funding(words, ticker, out);
        break;
    case WIRE_MARK:
        write_value_bar(words, ticker->mark, out);
        break;
    case WIRE_INDEX:
        write_value_bar(words, ticker->index, out);
        break;
    default:
        write_detail(words, ticker, out);
        break;
    }
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    (void)closed; /* the venue does not say */
    begin_market(words, out);
    exchange_htx_put_bar(kline, out);
    wire_text(out, "}}");
}

static void write_contract(const struct exchange_words *words, struct wire *out) {
    if (words->symbol != NULL) {
        exchange_put_integer(
            out, "{\"op\":\"notify\",\"topic\":\"public.*.contract_info\",\"ts\":", words->now_ms);
        wire_text(out, ",\"event\":\"update\",\"data\":[");
        exchange_htx_put_contract(words->symbol, out);
        wire_text(out, "]}");
    }
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"amount\":{},\"id\":[],\"price\":null,\"direction\":7,\"quantity\":\"x\"",
        [ODD_SIDE] = "\"amount\":7777,\"id\":1,\"price\":100000.0,\"direction\":\"hold\","
                     "\"quantity\":7.777",
        [ODD_POSITION] = "\"direction\":\"both\",\"offset\":\"close\",\"volume\":7777,\"price\":"
                         "100000.0,\"amount\":7.777,\"trade_turnover\":777700",
        [ODD_SYMBOL] = "\"amount\":7777,\"id\":1,\"price\":100000.0,\"direction\":\"buy\","
                       "\"quantity\":7.777",
        [ODD_NUMBERS] = "\"amount\":\"NaN\",\"id\":1e999,\"price\":-1,\"direction\":\"buy\","
                        "\"quantity\":\"Infinity\"",
        [ODD_KEYS] = "\"amount\":\"\",\"amount\":7777,\"id\":1,\"price\":{},\"price\":1.0,"
                     "\"direction\":\"buy\",\"quantity\":7.777",
    };
    const char *name = odd == ODD_SYMBOL ? "NOSUCH-USDT" : words->symbol->name;
    if (odd == ODD_POSITION) {
        exchange_put_integer(out,
                             "{\"op\":\"notify\",\"topic\":\"public.*.liquidation_orders\","
                             "\"ts\":",
                             words->now_ms);
        exchange_put_text(out, ",\"data\":[{\"contract_code\":", name);
        exchange_put_integer(out, ",\"created_at\":", words->now_ms);
        wire_text(out, ",");
        wire_text(out, rows[odd]);
        wire_text(out, "}]}");
        return true;
    }
    wire_text(out, "{\"ch\":\"market.");
    wire_text(out, name);
    exchange_put_integer(out, ".trade.detail\",\"ts\":", words->now_ms);
    exchange_put_integer(out, ",\"tick\":{\"id\":1,\"ts\":", words->now_ms);
    exchange_put_integer(out, ",\"data\":[{\"ts\":", words->now_ms);
    wire_text(out, ",");
    wire_text(out, rows[odd]);
    wire_text(out, "}]}}");
    return true;
}

const struct exchange_dialect exchange_htx = {
    .venue = VENUE_HTX,
    .gzip = true,
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_ALL,
    .trade_rows_max = 10,
    .messages_per_s = 40,
    .idle = IDLE_NEVER, /* the heartbeat tells */
    .conns_max = 30,
    .conns_max_code = 429,
    .rest_weight_max = 800, /* 240 in three seconds */
    .rest_window_ms = 10 * 1000,
    .spell = spell,
    .hear = hear,
    .keep = keep,
    .trades = write_trades,
    .liquidations = write_liquidations,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .contract = write_contract,
    .odd = write_odd,
    .routes = exchange_htx_routes,
    .route_count = EXCHANGE_HTX_ROUTES,
    .refuse = exchange_htx_refuse,
};
