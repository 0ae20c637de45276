/* The live feed against a scripted server: history first, nothing twice, gaps told and mended,
 * stalls, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/server.h"
#include "support/net_rig.h"
#include "venue/feed.h"

enum { SLOT_COUNT_MAX = 4096, CONN_COUNT_MAX = 8, TEXT_BYTES = 2048 };
#define BAR0 "1700000040000" /* three minutes: two closed bars and the running one */
#define BAR1 "1700000100000"
#define BAR2 "1700000160000"
#define BAR3 "1700000220000" /* after a hole */
#define BAR4 "1700000280000"

struct conn_entry {
    struct server_conn *conn;
    bool market;
};

struct script {
    struct rig rig;
    struct net_server *server;
    struct conn_entry conns[CONN_COUNT_MAX];
    atomic_int market_open, public_open, market_seen, depth_asked, klines_asked;
    int klines_limited; /* answers 429 so often */
    int upgrade_code;
    int klines_delay_ms;
    const char *listed;   /* the symbol that exchangeInfo knows */
    const char *snapshot; /* the depth answer */

    struct instrument_table *instruments;
    struct event_source source;
    struct venue_feed *feed;
    char ws_url[64], rest_url[64];

    /* -- the feed's thread writes, the test reads up to count -- */
    struct event slots[SLOT_COUNT_MAX];
    atomic_int count;
    atomic_bool full;
};

/* -- the server's side, on its thread -- */

static void answer(struct server_response *response, const char *text) {
    response->len = strlen(text);
    response->body = malloc(response->len + 1);
    assert_non_null(response->body);
    memcpy(response->body, text, response->len + 1);
}

static void on_request(void *user, const struct server_request *request,
                       struct server_response *response) {
    struct script *script = user;
    char text[TEXT_BYTES];
    if (strcmp(request->path, "/fapi/v1/exchangeInfo") == 0) {
        snprintf(
            text, sizeof text,
            "{\"serverTime\":1700000165000,\"symbols\":[{\"symbol\":\"%s\",\"baseAsset\":\"X\","
            "\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"0.1\"}]}]}",
            script->listed);
        answer(response, text);
    } else if (strcmp(request->path, "/fapi/v1/klines") == 0) {
        atomic_fetch_add(&script->klines_asked, 1);
        if (script->klines_limited > 0) {
            script->klines_limited--;
            response->http_code = 429;
            response->header_name = "Retry-After";
            response->header_value = "1";
            return;
        }
        response->delay_ms = script->klines_delay_ms;
        if (strstr(request->query, "startTime=" BAR3) != NULL) {
            answer(response,
                   "[[" BAR3 ",\"3\",\"3\",\"3\",\"3\",\"1\",0,\"3\",1,\"1\",\"3\",\"0\"],"
                   "[" BAR4 ",\"3\",\"4\",\"3\",\"4\",\"1\",0,\"3\",1,\"1\",\"3\",\"0\"]]");
            return;
        }
        /* Asked from the last row on, the last row alone comes again. */
        answer(response,
               strstr(request->query, "startTime=" BAR2) != NULL
                   ? "[[" BAR2 ",\"3\",\"3\",\"3\",\"3\",\"1\",0,\"3\",1,\"1\",\"3\",\"0\"]]"
                   : "[[" BAR0 ",\"1\",\"2\",\"1\",\"2\",\"1\",0,\"2\",1,\"1\",\"2\",\"0\"],"
                     "[" BAR1 ",\"2\",\"3\",\"2\",\"3\",\"1\",0,\"3\",1,\"1\",\"3\",\"0\"],"
                     "[" BAR2 ",\"3\",\"3\",\"3\",\"3\",\"1\",0,\"3\",1,\"1\",\"3\",\"0\"]]");
    } else if (strcmp(request->path, "/futures/data/openInterestHist") == 0) {
        answer(response, "[{\"symbol\":\"XUSDT\",\"sumOpenInterest\":\"5\","
                         "\"sumOpenInterestValue\":\"10\",\"timestamp\":" BAR1 "}]");
    } else if (strcmp(request->path, "/fapi/v1/openInterest") == 0) {
        answer(response, "{\"symbol\":\"XUSDT\",\"openInterest\":\"6\",\"time\":1700000165000}");
    } else if (strcmp(request->path, "/fapi/v1/aggTrades") == 0) {
        /* 3 is older than the running bar; 5 and 6 come on the socket, too. */
        answer(response,
               "[{\"a\":3,\"p\":\"3\",\"q\":\"1\",\"f\":1,\"l\":1,\"T\":1700000159999,\"m\":true},"
               "{\"a\":4,\"p\":\"3\",\"q\":\"1\",\"f\":1,\"l\":1,\"T\":" BAR2 ",\"m\":true},"
               "{\"a\":5,\"p\":\"3\",\"q\":\"1\",\"f\":1,\"l\":1,\"T\":1700000161000,\"m\":true},"
               "{\"a\":6,\"p\":\"3\",\"q\":\"1\",\"f\":1,\"l\":1,\"T\":1700000162000,\"m\":true}]");
    } else if (strcmp(request->path, "/fapi/v1/depth") == 0) {
        atomic_fetch_add(&script->depth_asked, 1);
        answer(response, script->snapshot);
    } else {
        response->http_code = 404;
    }
}

static int on_upgrade(void *user, const struct server_request *request) {
    const struct script *script = user;
    (void)request;
    return script->upgrade_code;
}

static void on_open(void *user, struct server_conn *conn, const struct server_request *request) {
    struct script *script = user;
    const bool market = strcmp(request->path, "/market/stream") == 0;
    for (int i = 0; i < CONN_COUNT_MAX; i++) {
        if (script->conns[i].conn == NULL) {
            script->conns[i] = (struct conn_entry){conn, market};
            break;
        }
    }
    atomic_fetch_add(market ? &script->market_open : &script->public_open, 1);
    if (market) {
        rig_count(&script->market_seen);
    }
}

static void on_message(void *user, struct server_conn *conn, const char *bytes, size_t len) {
    (void)user;
    (void)conn;
    (void)bytes;
    (void)len;
}

static void on_close(void *user, struct server_conn *conn) {
    struct script *script = user;
    for (int i = 0; i < CONN_COUNT_MAX; i++) {
        if (script->conns[i].conn == conn) {
            atomic_fetch_sub(script->conns[i].market ? &script->market_open : &script->public_open,
                             1);
            script->conns[i].conn = NULL;
        }
    }
}

static const struct server_ops server_ops = {.on_request = on_request,
                                             .on_upgrade = on_upgrade,
                                             .on_open = on_open,
                                             .on_message = on_message,
                                             .on_close = on_close};

struct sending {
    struct script *script;
    bool market;
    const char *text; /* NULL: cut the connections */
};

static void send_now(void *user) {
    const struct sending *sending = user;
    for (int i = 0; i < CONN_COUNT_MAX; i++) {
        struct conn_entry *entry = &sending->script->conns[i];
        if (entry->conn == NULL || entry->market != sending->market) {
            continue;
        }
        if (sending->text == NULL) {
            server_conn_close(entry->conn, 0);
        } else {
            server_conn_send(entry->conn, sending->text, strlen(sending->text), false);
        }
    }
}

static void send_text(struct script *script, bool market, const char *text) {
    struct sending sending = {.script = script, .market = market, .text = text};
    assert_true(rig_run(script->rig.server, send_now, &sending));
}

static void send_trade(struct script *script, int id, int64_t ts_ms) {
    char text[TEXT_BYTES];
    snprintf(text, sizeof text,
             "{\"stream\":\"xusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":%lld,\"s\":"
             "\"XUSDT\",\"a\":%d,"
             "\"p\":\"3\",\"q\":\"1\",\"f\":1,\"l\":1,\"T\":%lld,\"m\":true}}",
             (long long)ts_ms, id, (long long)ts_ms);
    send_text(script, true, text);
}

static void send_depth(struct script *script, int first, int last, int previous) {
    char text[TEXT_BYTES];
    snprintf(text, sizeof text,
             "{\"stream\":\"xusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":%d,\"T\":%d,"
             "\"s\":\"XUSDT\",\"U\":%d,\"u\":%d,\"pu\":%d,\"b\":[[\"1\",\"%d\"]],\"a\":[]}}",
             1000 + last, 1000 + last, first, last, previous, last);
    send_text(script, false, text);
}

/* -- the feed's side -- */

static bool push(void *self, const struct event *slots, size_t count) {
    struct script *script = self;
    const int at = atomic_load_explicit(&script->count, memory_order_relaxed);
    if (atomic_load(&script->full) || (size_t)at + count > SLOT_COUNT_MAX) {
        return false;
    }
    memcpy(script->slots + at, slots, count * sizeof *slots);
    /* release: pairs with the acquire of whoever reads the slots */
    atomic_store_explicit(&script->count, at + (int)count, memory_order_release);
    return true;
}

/* How many slots of that kind (and detail; -1: any) there are. */
static int count_of(struct script *script, enum event_kind kind, int detail) {
    const int count = atomic_load_explicit(&script->count, memory_order_acquire);
    int found = 0;
    for (int i = 0; i < count; i++) {
        found += script->slots[i].kind == (unsigned)kind &&
                 (detail < 0 || script->slots[i].detail == (unsigned)detail);
    }
    return found;
}

static void wait_for(struct script *script, enum event_kind kind, int detail, int wanted) {
    const int64_t end_ns = clock_mono_ns() + (int64_t)RIG_WAIT_MS * 1000000;
    while (count_of(script, kind, detail) < wanted) {
        if (clock_mono_ns() > end_ns) {
            fail_msg("%s %d: got %d, want %d", event_kind_name(kind), detail,
                     count_of(script, kind, detail), wanted);
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
}

static const struct event *last_of(struct script *script, enum event_kind kind) {
    for (int i = atomic_load_explicit(&script->count, memory_order_acquire) - 1; i >= 0; i--) {
        if (script->slots[i].kind == (unsigned)kind) {
            return &script->slots[i];
        }
    }
    fail_msg("no %s", event_kind_name(kind));
    return NULL;
}

static void wait_for_state(struct script *script, enum feed_state state) {
    const int64_t end_ns = clock_mono_ns() + (int64_t)RIG_WAIT_MS * 1000000;
    while (count_of(script, EVENT_FEED, -1) == 0 ||
           last_of(script, EVENT_FEED)->u.feed.state != (unsigned)state) {
        assert_true(clock_mono_ns() < end_ns);
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
}

static int set_up(void **state) {
    static struct script script;
    memset(&script, 0, sizeof script);
    script.listed = "XUSDT";
    script.snapshot = "{\"lastUpdateId\":10,\"E\":1,\"T\":1,\"bids\":[[\"1\",\"1\"]],\"asks\":[]}";
    script.instruments = instrument_table_create();
    *state = &script;
    return script.instruments == NULL;
}

/* Start the server as scripted so far, and the feed with what desc adds. */
static void start(struct script *script, struct venue_feed_desc desc) {
    static const char *const symbols[] = {"XUSDT"};
    enum status why = STATUS_OK;
    assert_true(rig_create(&script->rig, NULL));
    script->server = server_create(script->rig.server,
                                   &(struct server_desc){.ops = &server_ops, .user = script}, &why);
    assert_non_null(script->server);
    assert_true(rig_start(&script->rig));
    snprintf(script->ws_url, sizeof script->ws_url, "ws://127.0.0.1:%d",
             server_port(script->server));
    snprintf(script->rest_url, sizeof script->rest_url, "http://127.0.0.1:%d",
             server_port(script->server));
    desc.service = script->rig.client;
    desc.instruments = script->instruments;
    desc.symbols = symbols;
    desc.symbol_count = 1;
    desc.ws_url = script->ws_url;
    desc.rest_url = script->rest_url;
    desc.oi_poll_ms = desc.oi_poll_ms == 0 ? 3600000 : desc.oi_poll_ms;
    assert_int_equal(venue_open_source(VENUE_BINANCE_USDM, &desc, &script->source, &script->feed),
                     STATUS_OK);
    const struct event_sink sink = {.self = script, .push = push};
    assert_int_equal(script->source.ops->start(script->source.self, &sink), STATUS_OK);
}

static int tear_down(void **state) {
    struct script *script = *state;
    event_source_destroy(&script->source);
    rig_destroy(&script->rig);
    instrument_table_destroy(script->instruments);
    return 0;
}

/* Live without history: the book is anchored at 10, states are told. */
static void start_live(struct script *script, struct venue_feed_desc desc) {
    desc.history_ms = -1;
    start(script, desc);
    assert_true(rig_wait(&script->market_seen, 1));
    wait_for(script, EVENT_BOOK, -1, 1); /* the snapshot: the feed has seen exchangeInfo */
    send_depth(script, 5, 11, 4);
    send_trade(script, 1, 1700000160000);
    wait_for(script, EVENT_BOOK, -1, 2);
    wait_for(script, EVENT_TRADE, -1, 1);
    wait_for_state(script, FEED_LIVE);
}

static const struct venue_feed_stats *stats_of(const struct script *script) {
    return feed_stats(script->feed);
}

/* -- cases -- */

static void history_comes_first_and_nothing_twice(void **state) {
    struct script *script = *state;
    script->klines_delay_ms = 150;
    start(script, (struct venue_feed_desc){.history_ms = 125000, .demo = true});
    assert_true(rig_wait(&script->market_seen, 1));
    send_trade(script, 3, 1700000159999); /* part of a closed bar */
    send_trade(script, 5, 1700000161000);
    send_trade(script, 6, 1700000162000);
    send_depth(script, 5, 11, 4);
    wait_for(script, EVENT_BOOK, -1, 2);
    send_trade(script, 6, 1700000162000); /* once more */
    send_trade(script, 7, 1700000163000);
    wait_for(script, EVENT_TRADE, -1, 4);
    assert_int_equal(count_of(script, EVENT_KLINE, -1), 2);
    assert_int_equal(count_of(script, EVENT_KLINE_VOLUME, -1), 2);
    assert_int_equal(count_of(script, EVENT_OPEN_INTEREST, -1), 2);
    assert_int_equal(count_of(script, EVENT_TRADE, -1), 4);
    /* bar 0, open interest at its end, bar 1, open interest now, trade 4; then live. */
    static const struct {
        enum event_kind kind;
        bool history;
    } want[] = {{EVENT_INSTRUMENT, false},   {EVENT_KLINE, true}, {EVENT_KLINE_VOLUME, true},
                {EVENT_OPEN_INTEREST, true}, {EVENT_KLINE, true}, {EVENT_KLINE_VOLUME, true},
                {EVENT_OPEN_INTEREST, true}, {EVENT_TRADE, true}, {EVENT_TRADE, false},
                {EVENT_TRADE, false},        {EVENT_BOOK, false}, {EVENT_BOOK, false},
                {EVENT_TRADE, false}};
    size_t at = 0;
    int64_t trade_id = 3;
    for (int i = 0; i < atomic_load(&script->count); i++) {
        const struct event *slot = &script->slots[i];
        if (slot->kind == EVENT_FEED) {
            assert_true((slot->flags & EVENT_FLAG_DEMO) != 0);
            continue;
        }
        assert_true(at < sizeof want / sizeof want[0]);
        assert_int_equal(slot->kind, want[at].kind);
        assert_int_equal((slot->flags & EVENT_FLAG_HISTORY) != 0, want[at].history);
        if (slot->kind == EVENT_TRADE) {
            int64_t id = 0;
            memcpy(&id, slot->u.trade.id, sizeof id);
            assert_int_equal(id, ++trade_id);
        }
        at++;
    }
    assert_int_equal(at, sizeof want / sizeof want[0]);
}

static void a_broken_chain_is_told_and_mended(void **state) {
    struct script *script = *state;
    start_live(script, (struct venue_feed_desc){0});
    script->snapshot = "{\"lastUpdateId\":21,\"E\":2,\"T\":2,\"bids\":[[\"1\",\"1\"]],\"asks\":[]}";
    send_depth(script, 20, 21, 19);
    wait_for(script, EVENT_GAP, STREAM_BOOK, 1);
    assert_string_equal(last_of(script, EVENT_GAP)->u.gap.reason, "sequence");
    wait_for(script, EVENT_BOOK, -1, 4); /* a snapshot, and the update that had been held */
    send_depth(script, 22, 23, 21);
    wait_for(script, EVENT_BOOK, -1, 5);
    assert_int_equal(last_of(script, EVENT_BOOK)->u.level.update_id, 23);
    assert_int_equal(atomic_load(&script->depth_asked), 2);
    assert_int_equal(stats_of(script)->book_gaps, 1);
}

static void retry_after_is_honoured(void **state) {
    struct script *script = *state;
    script->klines_limited = 1;
    const int64_t begin_ns = clock_mono_ns();
    start(script, (struct venue_feed_desc){.history_ms = 125000});
    wait_for(script, EVENT_KLINE, -1, 2);
    assert_true(clock_mono_ns() - begin_ns >= INT64_C(1000000000));
    assert_int_equal(atomic_load(&script->klines_asked), 3); /* refused, a page, its last row */
    assert_true(stats_of(script)->rest_failures >= 1);
}

static void a_silent_stream_is_a_fault(void **state) {
    struct script *script = *state;
    start(script, (struct venue_feed_desc){.history_ms = -1, .stall_ms = 300});
    wait_for_state(script, FEED_STALE);
    assert_non_null(strstr(last_of(script, EVENT_FEED)->u.feed.reason, "silent"));
    assert_true(stats_of(script)->stalls >= 1);
}

static void a_lost_connection_leaves_gaps_and_comes_back(void **state) {
    struct script *script = *state;
    start_live(script, (struct venue_feed_desc){0});
    send_text(script, true, NULL);
    send_text(script, false, NULL);
    wait_for(script, EVENT_GAP, STREAM_BOOK, 1);
    wait_for_state(script, FEED_LOST);
    assert_true(rig_wait(&script->market_seen, 2));
    send_trade(script, 9, 1700000190000);
    wait_for(script, EVENT_GAP, STREAM_TRADE, 1);
    wait_for(script, EVENT_GAP, STREAM_LIQUIDATION, 1);
    const struct event *gap = last_of(script, EVENT_GAP);
    assert_int_equal(gap->u.gap.from_ms, 1700000160000);
    assert_int_equal(gap->u.gap.to_ms, 1700000190000);
    wait_for(script, EVENT_TRADE, -1, 2);
    assert_int_equal(stats_of(script)->reconnects, 2);
}

static void a_hole_of_minutes_is_filled_with_bars(void **state) {
    struct script *script = *state;
    start(script, (struct venue_feed_desc){.history_ms = 125000});
    assert_true(rig_wait(&script->market_seen, 1));
    send_trade(script, 7, 1700000163000);
    wait_for(script, EVENT_BOOK, -1, 1); /* history is over */
    wait_for(script, EVENT_TRADE, -1, 4);
    const int bars = count_of(script, EVENT_KLINE, -1);
    send_text(script, true, NULL);
    assert_true(rig_wait(&script->market_seen, 2));
    send_trade(script, 90, 1700000290000);
    send_trade(script, 91, 1700000291000);
    wait_for(script, EVENT_TRADE, -1, 6);
    /* The bar before the running one, ahead of the trades that follow it. */
    assert_int_equal(count_of(script, EVENT_KLINE, -1), bars + 1);
    const struct event *bar = last_of(script, EVENT_KLINE);
    assert_int_equal(bar->ts_ms, 1700000220000);
    assert_true((bar->flags & EVENT_FLAG_HISTORY) != 0);
    assert_true(bar < last_of(script, EVENT_TRADE) - 1);
    assert_int_equal(count_of(script, EVENT_GAP, STREAM_TRADE), 1);
    assert_int_equal(count_of(script, EVENT_GAP, STREAM_BOOK), 0); /* that socket was not lost */
}

static void an_old_connection_is_replaced_without_a_seam(void **state) {
    struct script *script = *state;
    start_live(script, (struct venue_feed_desc){.session_ms = 400});
    assert_true(
        rig_wait(&script->market_seen, 2)); /* both are open now: each message comes twice */
    while (atomic_load(&script->public_open) < 2) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    for (int i = 2; i <= 20; i++) {
        send_trade(script, i, 1700000160000 + i);
        send_depth(script, i + 10, i + 10, i + 9);
    }
    send_text(script, true,
              "{\"e\":\"forceOrder\",\"E\":1700000161000,\"o\":{\"s\":\"XUSDT\",\"S\":\"SELL\","
              "\"p\":\"1\","
              "\"ap\":\"2\",\"z\":\"3\",\"T\":1700000161000}}");
    wait_for(script, EVENT_LIQUIDATION, -1, 1);
    wait_for(script, EVENT_TRADE, -1, 20);
    wait_for(script, EVENT_BOOK, -1, 21);
    assert_true(stats_of(script)->duplicates >= 18);
    assert_int_equal(count_of(script, EVENT_TRADE, -1), 20);
    assert_int_equal(count_of(script, EVENT_BOOK, -1), 21);
    assert_int_equal(count_of(script, EVENT_LIQUIDATION, -1), 1);
    assert_int_equal(count_of(script, EVENT_GAP, -1), 0);
    assert_int_equal(stats_of(script)->reconnects, 0);
}

static void an_unknown_symbol_is_a_fault(void **state) {
    struct script *script = *state;
    script->listed = "YUSDT";
    start(script, (struct venue_feed_desc){0});
    wait_for_state(script, FEED_FAULT);
    assert_string_equal(last_of(script, EVENT_FEED)->u.feed.reason, "unknown symbol XUSDT");
}

static void a_refused_region_is_a_fault(void **state) {
    struct script *script = *state;
    script->upgrade_code = 451;
    start(script, (struct venue_feed_desc){.history_ms = -1});
    wait_for_state(script, FEED_FAULT);
    assert_non_null(strstr(last_of(script, EVENT_FEED)->u.feed.reason, "451"));
}

static void a_full_sink_is_counted_and_told(void **state) {
    struct script *script = *state;
    start_live(script, (struct venue_feed_desc){0});
    atomic_store(&script->full, true);
    send_trade(script, 2, 1700000161000);
    send_trade(script, 3, 1700000162000);
    while (stats_of(script)->events_lost < 2) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    atomic_store(&script->full, false);
    send_trade(script, 4, 1700000163000);
    wait_for(script, EVENT_TRADE, -1, 2);
    const struct event *gap = last_of(script, EVENT_GAP);
    assert_int_equal(gap->detail, STREAM_TRADE);
    assert_int_equal(gap->u.gap.from_ms, 1700000161000);
    assert_int_equal(gap->u.gap.to_ms, 1700000163000);
    assert_int_equal(stats_of(script)->events_lost, 2);
}

static void senseless_bytes_are_counted_and_survived(void **state) {
    struct script *script = *state;
    start_live(script, (struct venue_feed_desc){0});
    static const char *const texts[] = {
        "pong", "{\"e\":\"aggTrade\"}", "[[[[", "{\"result\":null,\"id\":1}",
        "{\"e\":\"aggTrade\",\"E\":1,\"s\":\"YUSDT\",\"a\":1,\"p\":\"1\","
        "\"q\":\"1\",\"T\":1,\"m\":true}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        send_text(script, true, texts[i]);
    }
    send_trade(script, 2, 1700000161000);
    wait_for(script, EVENT_TRADE, -1, 2);
    assert_int_equal(stats_of(script)->malformed, 3);
    assert_int_equal(stats_of(script)->ignored, 1);
    assert_int_equal(stats_of(script)->dropped_symbol, 1);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(history_comes_first_and_nothing_twice),
        CASE(a_broken_chain_is_told_and_mended),
        CASE(retry_after_is_honoured),
        CASE(a_silent_stream_is_a_fault),
        CASE(a_lost_connection_leaves_gaps_and_comes_back),
        CASE(a_hole_of_minutes_is_filled_with_bars),
        CASE(an_old_connection_is_replaced_without_a_seam),
        CASE(an_unknown_symbol_is_a_fault),
        CASE(a_refused_region_is_a_fault),
        CASE(a_full_sink_is_counted_and_told),
        CASE(senseless_bytes_are_counted_and_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
