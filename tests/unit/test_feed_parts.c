/* The feed's parts that need no network: what was seen before, lines of recorded answers, the
 * venue's own words, and pages of past liquidations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "venue/feed_inside.h"
#include "venue/rest_line.h"

/* -- seen before -- */

static struct event make_trade(int64_t id, int64_t ts_ms) {
    struct event slot = {.kind = EVENT_TRADE,
                         .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                         .has = (unsigned)(ID_NUMBER << TRADE_ID_SHIFT) & 63U,
                         .ts_ms = ts_ms};
    memcpy(slot.u.trade.id, &id, sizeof id);
    return slot;
}

static bool saw_trade_at(struct feed_seen *seen, int64_t id, int64_t ts_ms) {
    const struct event slot = make_trade(id, ts_ms);
    return feed_seen_before(seen, &slot, 1);
}

static bool saw_trade(struct feed_seen *seen, int64_t id) {
    return saw_trade_at(seen, id, 1000);
}

static void an_id_that_rises_is_new_once(void **state) {
    (void)state;
    struct feed_seen seen = {.ids_rise = true};
    assert_false(saw_trade(&seen, 1000));
    assert_true(saw_trade(&seen, 1000));
    assert_false(saw_trade(&seen, 1005));
    assert_false(saw_trade(&seen, 1003)); /* the older connection lags behind */
    assert_true(saw_trade(&seen, 1003));
    assert_true(saw_trade(&seen, 999)); /* before the first one heard */
    assert_false(saw_trade(&seen, 1005 + FEED_SEEN_WINDOW));
    assert_true(saw_trade(&seen, 1004)); /* too late to tell */
    assert_false(saw_trade(&seen, 0));   /* no number: nothing can be said */
    assert_false(saw_trade(&seen, 0));
    feed_seen_finish(&seen);
}

static void a_venue_may_count_anew(void **state) {
    (void)state;
    struct feed_seen seen = {.ids_rise = true};
    int taken = 0;
    assert_false(saw_trade(&seen, 1000000));
    for (int64_t id = 1; id <= 1100; id++) {
        taken += !saw_trade_at(&seen, id, 1000 + id);
    }
    assert_true(taken > 50); /* after a thousand it is believed */
    assert_true(saw_trade(&seen, 1100));
    for (int64_t id = 1; id <= 3000; id++) { /* a connection that is that far behind: not */
        assert_true(saw_trade_at(&seen, 1100 - id % 90, 2100 - id % 90));
    }
    feed_seen_finish(&seen);
}

static void ids_of_no_order_are_remembered_for_a_while(void **state) {
    (void)state;
    struct feed_seen seen = {.ids_rise = false};
    for (int64_t i = 1; i <= 3 * FEED_SEEN_IDS_MAX; i++) {
        assert_false(saw_trade(&seen, i * INT64_C(7919)));
        assert_true(saw_trade(&seen, i * INT64_C(7919)));
        if (i > FEED_SEEN_IDS_MAX) {
            assert_true(saw_trade(&seen, (i - FEED_SEEN_IDS_MAX + 1) * INT64_C(7919)));
        }
    }
    assert_false(saw_trade(&seen, 7919)); /* forgotten long ago */
    feed_seen_finish(&seen);
}

static void equal_liquidations_are_told_apart_by_their_connection(void **state) {
    (void)state;
    struct feed_seen seen = {.ids_rise = true};
    struct event slot = {.kind = EVENT_LIQUIDATION, .side = POS_LONG, .ts_ms = 1000};
    slot.u.trade.price = 5;
    slot.u.trade.qty = 7;
    assert_false(feed_seen_before(&seen, &slot, 1));
    assert_false(feed_seen_before(&seen, &slot, 1)); /* two alike on one connection are two */
    assert_true(feed_seen_before(&seen, &slot, 2));  /* each of them comes by the other, too */
    assert_true(feed_seen_before(&seen, &slot, 2));
    assert_false(feed_seen_before(&seen, &slot, 2));
    slot.side = POS_SHORT;
    assert_false(feed_seen_before(&seen, &slot, 1));
    feed_seen_finish(&seen);
}

static struct event make_value(enum event_kind kind, unsigned has, int64_t ts_ms) {
    return (struct event){.kind = kind, .has = has & 63U, .ts_ms = ts_ms};
}

/* A group with one new value must not bring an older one along, and must not lose the new one. */
static void of_a_group_the_old_values_are_left_out(void **state) {
    (void)state;
    struct feed_seen seen = {.ids_rise = true};
    struct event group[3] = {make_value(EVENT_PRICE, PRICE_HAS_MARK | PRICE_HAS_INDEX, 100),
                             make_value(EVENT_FUNDING, 0, 100),
                             make_value(EVENT_OPEN_INTEREST, 0, 100)};
    group[0].flags = EVENT_FLAG_BEGIN;
    group[2].flags = EVENT_FLAG_END;
    struct event first[3];
    memcpy(first, group, sizeof group);
    assert_int_equal(feed_seen_drop(&seen, first, 3, 100, 1), 3);
    assert_memory_equal(first, group, sizeof group);

    /* The connection before is a moment behind, and has a last price that this one does not tell.
     */
    struct event late[3];
    memcpy(late, group, sizeof group);
    late[0].ts_ms = late[1].ts_ms = late[2].ts_ms = 99;
    late[0].has = PRICE_HAS_MARK | PRICE_HAS_LAST;
    assert_int_equal(feed_seen_drop(&seen, late, 3, 99, 0), 1);
    assert_int_equal(late[0].kind, EVENT_PRICE);
    assert_int_equal(late[0].has, PRICE_HAS_LAST);
    assert_int_equal(late[0].flags, EVENT_FLAG_BEGIN | EVENT_FLAG_END);

    /* The first slot is old, a later one is not. */
    memcpy(late, group, sizeof group);
    late[2].ts_ms = 101;
    assert_int_equal(feed_seen_drop(&seen, late, 3, 101, 2), 1);
    assert_int_equal(late[0].kind, EVENT_OPEN_INTEREST);
    assert_int_equal(late[0].flags, EVENT_FLAG_BEGIN | EVENT_FLAG_END);

    memcpy(late, group, sizeof group);
    assert_int_equal(feed_seen_drop(&seen, late, 3, 100, 2), 0); /* the same, of the other one */
    memcpy(late, group, sizeof group);
    late[0].ts_ms = late[1].ts_ms = 102;
    assert_int_equal(feed_seen_drop(&seen, late, 2, 102, 2), 2);
    feed_seen_finish(&seen);
}

/* A bar's updates all have its beginning for a time where the venue tells no other: a new
 * connection goes on with it, the old one is done with it. */
static void a_running_bar_goes_on_after_a_change_of_connections(void **state) {
    (void)state;
    struct feed_seen seen = {.ids_rise = true};
    const struct event bar[2] = {
        {.kind = EVENT_KLINE, .flags = EVENT_FLAG_BEGIN, .ts_ms = 60000},
        {.kind = EVENT_KLINE_VOLUME, .flags = EVENT_FLAG_END, .ts_ms = 60000}};
    static const struct {
        int64_t sent_ms;
        uint64_t serial;
        size_t left;
    } rows[] = {{60000, 1, 2}, {60000, 1, 2},  {60000, 2, 2}, {60000, 2, 2},
                {60000, 1, 0}, {120000, 2, 2}, {60000, 2, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct event slots[2];
        memcpy(slots, bar, sizeof bar);
        assert_int_equal(feed_seen_drop(&seen, slots, 2, rows[i].sent_ms, rows[i].serial),
                         rows[i].left);
    }
    feed_seen_finish(&seen);
}

/* -- lines of recorded answers -- */

static void a_recorded_answer_says_what_it_is_about(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good, is_rest;
        const char *symbol, *body;
        int32_t interval_s;
    } rows[] = {
        {"{\"_rest\":\"/fapi/v1/klines?symbol=BTCUSDT&interval=1m\",\"body\":[[1],[2]]}", true,
         true, "BTCUSDT", "[[1],[2]]", 60},
        {"{\"_rest\":\"/x?instId=BTC-USDT-SWAP&bar=4H\",\"body\":{\"code\":\"0\"}}", true, true,
         "BTC-USDT-SWAP", "{\"code\":\"0\"}", 14400},
        {"{\"_rest\":\"/x?contract_code=A%2dB&period=60min\",\"n\":{\"body\":2},\"body\": 7 }",
         true, true, "A-B", "7", 3600},
        {"{\"_rest\":\"/x?symbol=A&symbol=B&resolution=5\",\"body\":\"t\",\"body\":2}", true, true,
         "A", "\"t\"", 300},
        {"{\"_rest\":\"/x?coin&=&symbol=\",\"body\":null}", true, true, "", "null", 0},
        {"{\"_rest\":\"/x?symbol=%00A%4\",\"body\":true}", true, true, "", "true", 0},
        {"{\"_rest\":\"/x\",\"body\":false}", true, true, "", "false", 0},
        {"{\"_rest\":\"/x\"}", false, true, "", NULL, 0},
        {"{\"_rest\":7,\"body\":[]}", false, true, "", NULL, 0},
        {"{\"_rest\":\"/x\",\"body\":[}", false, true, "", NULL, 0},
        {"{\"_rest\":\"/x\",\"body\":[1]", false, true, "", NULL, 0},
        {"{\"_rest\":\"/x\",\"body\":[1]} {", false, true, "", NULL, 0},
        {"{\"stream\":\"a\",\"_rest\":\"/x\",\"body\":1}", false, false, NULL, NULL, 0},
        {"[\"_rest\"]", false, false, NULL, NULL, 0},
        {"", false, false, NULL, NULL, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct rest_line line;
        bool is_rest = false;
        const size_t len = strlen(rows[i].text);
        char *exact = malloc(len > 0 ? len : 1); /* not terminated: a byte too far is seen */
        assert_non_null(exact);
        memcpy(exact, rows[i].text, len);
        const bool good = rest_line_read(exact, len, &line, &is_rest);
        if (good != rows[i].good || is_rest != rows[i].is_rest) {
            fail_msg("%s: %d, is_rest %d", rows[i].text, good, is_rest);
        }
        if (good) {
            assert_string_equal(line.symbol, rows[i].symbol);
            assert_int_equal(line.interval_s, rows[i].interval_s);
            assert_true(span_equal_text(line.body, rows[i].body));
        }
        free(exact);
    }
}

static void a_path_too_long_is_no_path(void **state) {
    (void)state;
    static char text[VENUE_PATH_BYTES + 256];
    struct rest_line line;
    bool is_rest = false;
    memset(text, 'p', sizeof text);
    memcpy(text, "{\"_rest\":\"/", 11);
    memcpy(text + sizeof text - 13, "\",\"body\":[1]}", 13);
    assert_true(rest_line_read(text, sizeof text, &line, &is_rest));
    assert_string_equal(line.path, "");
    assert_true(span_equal_text(line.body, "[1]"));
}

static void intervals_are_read_as_venues_write_them(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int32_t seconds;
    } rows[] = {{"1m", 60},   {"1min", 60},     {"1", 60},    {"60", 3600},      {"1H", 3600},
                {"1h", 3600}, {"1D", 86400},    {"D", 86400}, {"1week", 604800}, {"", 0},
                {"1mon", 0},  {"12345678m", 0}, {"m1", 0},    {"-1m", 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const int32_t got = rest_line_interval_s(span_from_text(rows[i].text));
        if (got != rows[i].seconds) {
            fail_msg("\"%s\": %d", rows[i].text, (int)got);
        }
    }
}

/* -- a feed that runs nowhere -- */

static struct venue_feed *make_feed(enum venue_id venue, const char *symbol) {
    enum status why = STATUS_OK;
    struct instrument_table *instruments = instrument_table_create();
    assert_non_null(instruments);
    const struct venue_feed_desc desc = {
        .instruments = instruments, .symbols = &symbol, .symbol_count = 1};
    struct venue_feed *feed = feed_create(venue_find(venue), &desc, &why);
    assert_non_null(feed);
    return feed;
}

static void end_feed(struct venue_feed *feed) {
    struct instrument_table *instruments = feed->desc.instruments;
    feed_destroy(feed);
    instrument_table_destroy(instruments);
}

/* -- two connections -- */

static struct event heard[16];
static int heard_count;

static bool hear(void *self, const struct event *slots, size_t count) {
    (void)self;
    for (size_t i = 0; i < count && heard_count < (int)ARRAY_COUNT(heard); i++) {
        heard[heard_count++] = slots[i];
    }
    return true;
}

static void take_text(struct feed_conn *conn, const char *text) {
    feed_live_take(conn, text, strlen(text), 1);
}

/* What a new connection tells of before it is the older one's to tell while that is there: of two
 * the newer may be far ahead, and its word would make live trades to past ones. */
static void prints_of_before_are_the_older_connections_to_tell(void **state) {
    (void)state;
    static const char first_push[] =
        "{\"feed\":\"trade_snapshot\",\"product_id\":\"PF_XBTUSD\",\"trades\":["
        "{\"feed\":\"trade\",\"product_id\":\"PF_XBTUSD\",\"uid\":\"b\",\"side\":\"buy\",\"type\":"
        "\"fill\",\"seq\":2,\"time\":1700000000200,\"qty\":1,\"price\":100},"
        "{\"feed\":\"trade\",\"product_id\":\"PF_XBTUSD\",\"uid\":\"a\",\"side\":\"buy\",\"type\":"
        "\"fill\",\"seq\":1,\"time\":1700000000100,\"qty\":1,\"price\":100}]}";
    static const char trade_a[] =
        "{\"feed\":\"trade\",\"product_id\":\"PF_XBTUSD\",\"uid\":\"a\",\"side\":\"buy\",\"type\":"
        "\"fill\",\"seq\":1,\"time\":1700000000100,\"qty\":1,\"price\":100}";
    struct venue_feed *feed = make_feed(VENUE_KRAKEN_FUTURES, "PF_XBTUSD");
    struct feed_instrument *instrument = &feed->instruments[0];
    struct feed_conn *conns = feed->sockets[0].conns;
    feed->sink = (struct event_sink){NULL, hear};
    instrument->history = HISTORY_DONE;
    instrument->symbol->listed = true;
    instrument->symbol->unit = UNIT_BASE;
    instrument->symbol->contract = CONTRACT_LINEAR;
    conns[0].open = conns[1].open = true;
    conns[0].data_ns = 1;
    heard_count = 0;
    take_text(&conns[1], first_push);
    assert_int_equal(heard_count, 0);
    take_text(&conns[0], trade_a);
    assert_int_equal(heard_count, 1);
    assert_int_equal(heard[0].flags & EVENT_FLAG_HISTORY, 0);
    conns[0].open = false; /* the rest is known by the first push alone */
    take_text(&conns[1], first_push);
    assert_int_equal(heard_count, 2);
    assert_int_equal(heard[1].ts_ms, 1700000000200);
    assert_int_not_equal(heard[1].flags & EVENT_FLAG_HISTORY, 0);
    feed->sink.push = NULL;
    end_feed(feed);
}

/* A connection that is lost while history is under way: the gap is told from there to the next
 * connection, not to when history is done; and not at all where bars have that time. */
static void a_hole_in_the_back_fill_ends_with_the_connection(void **state) {
    (void)state;
    static const char trade[] =
        "{\"feed\":\"trade\",\"product_id\":\"PF_XBTUSD\",\"uid\":\"a\",\"side\":\"buy\",\"type\":"
        "\"fill\",\"seq\":1,\"time\":1700000090100,\"qty\":1,\"price\":100}";
    for (int turn = 0; turn < 2; turn++) {
        struct venue_feed *feed = make_feed(VENUE_KRAKEN_FUTURES, "PF_XBTUSD");
        struct feed_instrument *instrument = &feed->instruments[0];
        struct feed_conn *conn = &feed->sockets[0].conns[0];
        feed->sink = (struct event_sink){NULL, hear};
        instrument->history = HISTORY_KLINES;
        instrument->symbol->listed = true;
        instrument->symbol->unit = UNIT_BASE;
        instrument->symbol->contract = CONTRACT_LINEAR;
        conn->open = true;
        conn->data_ns = conn->answered_ns = 1;
        conn->answered_ms = INT64_C(1700000090000);
        feed_note_hole(instrument, 0, INT64_C(1700000000000));
        take_text(conn, trade);
        assert_int_equal(instrument->holes, 0);
        assert_int_equal(instrument->held.count, 3); /* of trades, of liquidations; the trade */
        /* What follows it later is none of the gap's. */
        instrument->history_to_ms = turn == 0 ? 0 : INT64_C(1700000100000);
        instrument->history = HISTORY_PUSHING;
        heard_count = 0;
        assert_true(feed_past_push(feed, instrument));
        assert_int_equal(heard_count, turn == 0 ? 3 : 1);
        assert_int_equal(heard[0].kind, EVENT_GAP);
        assert_int_equal(heard[0].detail, turn == 0 ? STREAM_TRADE : STREAM_LIQUIDATION);
        assert_int_equal(heard[0].u.gap.from_ms, INT64_C(1700000000000));
        assert_int_equal(heard[0].u.gap.to_ms, INT64_C(1700000090100));
        feed->sink.push = NULL;
        end_feed(feed);
    }
}

static void the_venues_words_are_quoted_and_counted(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_HTX, "BTC-USDT");
    const struct venue_feed_error *errors = NULL;
    static char endless[4096];
    memset(endless, 7, sizeof endless);
    assert_int_equal(feed_errors(feed, &errors), 0);
    feed_error_tell(feed, "market", "invalid topic", 13);
    feed_error_tell(feed, "market", "invalid topic", 13);
    feed_error_tell(feed, "/x/y?symbol=secret", "a\"\x1b[31m\n\xc3\xa4", 10);
    assert_int_equal(feed_errors(feed, &errors), 2);
    assert_string_equal(errors[0].where, "market");
    assert_string_equal(errors[0].text, "invalid topic");
    assert_int_equal(errors[0].count, 2);
    assert_string_equal(errors[1].where, "/x/y");
    assert_string_equal(errors[1].text, "a\"\\x1b[31m\\x0a\\xc3\\xa4");
    assert_string_equal(feed->notice, errors[1].text);
    feed_error_tell(feed, "market", endless, sizeof endless);
    feed_error_tell(feed, "market", "third", 5);
    feed_error_tell(feed, "market", "fourth", 6);
    assert_int_equal(feed_errors(feed, &errors), VENUE_ERRORS_MAX);
    assert_string_equal(errors[0].where, "/x/y"); /* the oldest has gone */
    assert_true(strlen(errors[1].text) > VENUE_REASON_BYTES - 8);
    assert_true(strlen(errors[1].text) < VENUE_REASON_BYTES);
    assert_int_equal(venue_stat(&feed_stats(feed)->errors), 6);
    end_feed(feed);
}

/* -- how far the back-fill is -- */

static void the_back_fill_says_how_far_it_is(void **state) {
    (void)state;
    enum { HOUR_MS = 3600000, SPAN_HOURS = 100 };
    struct venue_feed *feed = make_feed(VENUE_HTX, "BTC-USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    feed->server_ms = INT64_C(1700000000000);
    assert_int_equal(feed_history_percent(feed), 0);
    instrument->history = HISTORY_KLINES;
    instrument->history_from_ms = feed->server_ms - (int64_t)SPAN_HOURS * HOUR_MS;
    assert_int_equal(feed_history_percent(feed), 0);
    const struct event bar[2] = {
        {.kind = EVENT_KLINE, .ts_ms = instrument->history_from_ms + INT64_C(50) * HOUR_MS},
        {.kind = EVENT_KLINE_VOLUME}};
    assert_true(feed_run_add(&instrument->klines, bar, 2, FEED_HISTORY_SLOTS_MAX));
    assert_int_equal(feed_history_percent(feed), 40); /* bars are four fifths of it */
    instrument->history = HISTORY_LIQUIDATIONS;
    assert_in_range(feed_history_percent(feed), 80, 99);
    instrument->history_gap = true; /* what fills a gap later is none of the start */
    assert_int_equal(feed_history_percent(feed), 100);
    instrument->history_gap = false;
    instrument->history = HISTORY_DONE;
    assert_int_equal(feed_history_percent(feed), 100);
    end_feed(feed);
}

/* The list comes in pages, and is asked for again and again: one that is slow is not taken for the
 * next one, which would lack what its first pages had listed. */
static void a_page_of_an_older_list_ends_nothing(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_HTX, "BTC-USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    const struct venue_message last_page = {.count = 0}, further = {.reply = "more"};
    struct feed_request page = {
        .kind = VENUE_REQUEST_INSTRUMENTS, .instrument = -1, .cursor = "coin"};
    const int64_t hour_ns = INT64_C(3600000000000);
    feed_list_tick(feed, hour_ns);
    page.round = feed->list_round;
    instrument->symbol->listed = true; /* as its first page says */
    feed_list_tick(feed, 3 * hour_ns); /* the second one is awaited */
    assert_int_equal(feed->list_round, page.round);
    assert_true(instrument->symbol->listed);
    feed_list_part(feed); /* and now no longer */
    feed_list_tick(feed, 3 * hour_ns);
    assert_int_not_equal(feed->list_round, page.round);
    const int asked = feed->request_count;
    feed_list_take(feed, &page, &further); /* its next one would end the new list */
    assert_int_equal(feed->request_count, asked);
    feed_list_take(feed, &page, &last_page);
    assert_int_not_equal(instrument->history, HISTORY_UNKNOWN);
    page.round = feed->list_round;
    feed_list_take(feed, &page, &last_page); /* the new one does not have it */
    assert_int_equal(instrument->history, HISTORY_UNKNOWN);
    feed_list_tick(feed, 5 * hour_ns);
    page.round = feed->list_round;
    feed_list_take(feed, &page, NULL); /* there was no room to ask again: the clock does */
    feed_list_tick(feed, 7 * hour_ns);
    assert_int_not_equal(feed->list_round, page.round);
    end_feed(feed);
}

/* -- pages of liquidations, of a venue that is played here -- */

enum { PAST_MAX = 6000, NOW_MS = 100000000 };

struct past {
    int64_t times[PAST_MAX]; /* rising */
    int count;
    int fail_page; /* this one and those after it are not answered; -1: none */
};

static int64_t times_in(const struct past *past, int64_t from_ms, int64_t to_ms) {
    int64_t count = 0;
    for (int i = 0; i < past->count; i++) {
        count += past->times[i] >= from_ms && past->times[i] < to_ms;
    }
    return count;
}

/* The page that is asked for, into the parser's slots. */
static void play_page(struct venue_feed *feed, const struct past *past,
                      const struct feed_request *request, struct venue_message *message) {
    const struct venue_limits *limits = &feed->dialect->limits;
    const bool by_cursor = feed->dialect->id == VENUE_BITGET;
    const int first = by_cursor && request->cursor[0] != '\0'
                          ? (int)strtol(request->cursor, NULL, 10)
                          : past->count;
    int chosen[1024], count = 0;
    *message = (struct venue_message){.count = 0};
    for (int k = 0; k < past->count && count < limits->liquidation_rows; k++) {
        const int i = limits->liquidations_fall ? past->count - 1 - k : k;
        const int64_t ts_ms = past->times[i];
        const bool wanted =
            by_cursor ? i < first : ts_ms >= request->from_ms && ts_ms <= request->to_ms;
        if (wanted) {
            chosen[count++] = i;
        }
    }
    for (int k = 0; k < count; k++) { /* the parser has put them into the order of time */
        const int i = chosen[limits->liquidations_fall ? count - 1 - k : k];
        feed->parser->slots[k] = (struct event){.kind = EVENT_LIQUIDATION,
                                                .side = POS_LONG,
                                                .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                                                .instrument = 0,
                                                .ts_ms = past->times[i]};
        feed->parser->slots[k].instrument = feed->instruments[0].symbol->instrument;
        feed->parser->slots[k].u.trade.price = i + 1;
    }
    message->count = (size_t)count;
    if (by_cursor && count == limits->liquidation_rows) {
        str_format(message->reply, sizeof message->reply, "%d", chosen[count - 1]);
    }
}

/* Ask until all is here. Returns the pages. */
static int play(struct venue_feed *feed, const struct past *past) {
    struct feed_instrument *instrument = &feed->instruments[0];
    struct venue_message message;
    int pages = 0;
    bool done = false;
    feed->server_ms = NOW_MS;
    instrument->history_from_ms = NOW_MS - 7200000;
    assert_true(feed_forced_begin(feed, instrument));
    for (; !done; pages++) {
        assert_int_equal(feed->request_count, 1);
        const struct feed_request request = feed->requests[--feed->request_count];
        const bool fails = past->fail_page >= 0 && pages >= past->fail_page;
        play_page(feed, past, &request, &message);
        done = feed_forced_take(feed, instrument, &request, fails ? NULL : &message);
        assert_true(pages < 500);
    }
    assert_int_equal(feed->request_count, 0);
    return pages;
}

/* In order, each once; what is missing lies in a gap. Returns how many came. */
static int64_t check_past(const struct venue_feed *feed, const struct past *past, int *gaps) {
    const struct feed_run *run = &feed->instruments[0].liquidations;
    int64_t came = 0, told = 0, last_ms = 0;
    static bool seen[PAST_MAX + 1];
    memset(seen, 0, sizeof seen);
    *gaps = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct event *slot = &run->slots[i];
        assert_true(slot->ts_ms >= last_ms);
        last_ms = slot->ts_ms;
        if (slot->kind == EVENT_GAP) {
            assert_int_equal(slot->detail, STREAM_LIQUIDATION);
            told += times_in(past, slot->u.gap.from_ms, slot->u.gap.to_ms);
            (*gaps)++;
        } else {
            assert_false(seen[slot->u.trade.price]);
            seen[slot->u.trade.price] = true;
            came++;
        }
    }
    const int64_t all = times_in(past, NOW_MS - 7200000, NOW_MS);
    if (came + told < all) {
        fail_msg("%s: of %lld %lld came, %lld in gaps", feed->name, (long long)all, (long long)came,
                 (long long)told);
    }
    return came;
}

static void past_liquidations_come_page_by_page(void **state) {
    (void)state;
    static const struct {
        enum venue_id venue;
        const char *symbol;
    } venues[] = {{VENUE_HTX, "BTC-USDT"},
                  {VENUE_OKX, "BTC-USDT-SWAP"},
                  {VENUE_BITGET, "BTCUSDT"},
                  {VENUE_GATE, "BTC_USDT"}};
    static struct past past;
    for (size_t v = 0; v < ARRAY_COUNT(venues); v++) {
        for (int step_ms = 0; step_ms <= 9000; step_ms += 3000) { /* 0: seven a millisecond */
            struct venue_feed *feed = make_feed(venues[v].venue, venues[v].symbol);
            int gaps = 0;
            past = (struct past){.fail_page = -1};
            for (int i = 0; i < 720; i++) {
                past.times[i] = NOW_MS - 7000000 + (step_ms > 0 ? (int64_t)i * step_ms : i / 7);
            }
            past.count = 720;
            const int pages = play(feed, &past);
            assert_int_equal(check_past(feed, &past, &gaps), times_in(&past, 0, NOW_MS));
            assert_int_equal(gaps, 0);
            assert_true(pages >= 2 || venues[v].venue == VENUE_GATE);
            end_feed(feed);
        }
    }
}

/* While no connection says from when on they come live, the venue's clock goes on. */
static void windows_end_where_they_did_when_they_began(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_HTX, "BTC-USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    const struct feed_run *held = &instrument->held;
    const struct venue_message empty = {.count = 0};
    feed->server_ms = NOW_MS;
    instrument->history = HISTORY_LIQUIDATIONS;
    instrument->history_from_ms = NOW_MS - 7200000;
    assert_true(feed_forced_begin(feed, instrument));
    feed->server_ms += 60000;
    assert_true(feed_forced_take(feed, instrument, &feed->requests[--feed->request_count], &empty));
    assert_int_equal(feed->request_count, 0);
    /* What was told to nobody between that and the connection is a gap, once. */
    feed_forced_join(feed, instrument, NOW_MS + 90000);
    assert_int_equal(held->count, 1);
    assert_int_equal(held->slots[0].kind, EVENT_GAP);
    assert_int_equal(held->slots[0].detail, STREAM_LIQUIDATION);
    assert_int_equal(held->slots[0].u.gap.from_ms, NOW_MS);
    assert_int_equal(held->slots[0].u.gap.to_ms, NOW_MS + 90000);
    feed_forced_join(feed, instrument, NOW_MS + 200000);
    assert_int_equal(held->count, 1);
    assert_int_equal(instrument->live_from_ms, NOW_MS + 200000);
    end_feed(feed);
}

/* More than can be asked for, more than a page in a millisecond, a page that fails. */
static void what_cannot_be_had_is_a_gap(void **state) {
    (void)state;
    static struct past past;
    for (int turn = 0; turn < 3; turn++) {
        struct venue_feed *feed = make_feed(VENUE_HTX, "BTC-USDT");
        int gaps = 0;
        past = (struct past){.fail_page = turn == 2 ? 3 : -1, .count = turn == 1 ? 300 : PAST_MAX};
        for (int i = 0; i < past.count; i++) {
            past.times[i] = NOW_MS - 7000000 + (turn == 1 ? i / 150 : (int64_t)i * 1000);
        }
        play(feed, &past);
        assert_true(check_past(feed, &past, &gaps) > 49);
        assert_int_equal(gaps, 1);
        end_feed(feed);
    }
}

/* Windows from the oldest on: what those before have told stays, the rest is a gap; nothing where
 * the venue has no answer at all. */
static void windows_after_one_that_failed_are_a_gap(void **state) {
    (void)state;
    static struct past past;
    for (int page = 0; page < 2; page++) {
        struct venue_feed *feed = make_feed(VENUE_GATE, "BTC_USDT");
        int gaps = 0;
        past = (struct past){.fail_page = page, .count = 70};
        for (int i = 0; i < past.count; i++) {
            past.times[i] = NOW_MS - 7000000 + (int64_t)i * 100000;
        }
        play(feed, &past);
        if (page == 0) {
            assert_int_equal(feed->instruments[0].liquidations.count, 0);
            assert_int_equal(feed->instruments[0].forced_end_ms, 0);
        } else {
            assert_in_range(check_past(feed, &past, &gaps), 30, 40);
            assert_int_equal(gaps, 1);
        }
        end_feed(feed);
    }
}

/* A venue that tells whole seconds: of that in which the first come live none is told twice, and
 * what may be missing of it is a gap. */
static void a_second_that_began_live_is_not_told_twice(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_GATE, "BTC_USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    const struct feed_run *held = &instrument->held;
    feed->server_ms = NOW_MS;
    instrument->history = HISTORY_LIQUIDATIONS;
    instrument->history_from_ms = NOW_MS - 3000000;
    instrument->live_from_ms = NOW_MS + 700;
    assert_true(feed_forced_begin(feed, instrument));
    assert_int_equal(feed->requests[0].to_ms, NOW_MS);
    assert_int_equal(held->count, 1);
    assert_int_equal(held->slots[0].kind, EVENT_GAP);
    assert_int_equal(held->slots[0].u.gap.from_ms, NOW_MS);
    assert_int_equal(held->slots[0].u.gap.to_ms, NOW_MS + 700);
    end_feed(feed);
}

/* Of a venue that tells none of before, nothing is missed of them before the first connection. */
static void a_venue_without_past_liquidations_misses_none(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_BYBIT, "BTCUSDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    feed->server_ms = NOW_MS;
    instrument->history = HISTORY_LIQUIDATIONS;
    assert_false(feed_forced_begin(feed, instrument));
    feed_forced_join(feed, instrument, NOW_MS + 90000);
    assert_int_equal(instrument->held.count, 0);
    assert_int_equal(instrument->live_from_ms, NOW_MS + 90000);
    end_feed(feed);
}

/* -- pages of bars -- */

/* One each minute from the request's begin on, up to before to_ms, or as many as a page holds. */
static size_t play_bars(struct venue_feed *feed, const struct feed_request *request,
                        int64_t to_ms) {
    size_t count = 0;
    for (int64_t ms = request->from_ms;
         ms < to_ms && count < (size_t)2 * (size_t)feed->dialect->limits.kline_rows; ms += 60000) {
        const uint16_t instrument = feed->instruments[0].symbol->instrument;
        feed->parser->slots[count++] = (struct event){
            .kind = EVENT_KLINE, .flags = EVENT_FLAG_BEGIN, .instrument = instrument, .ts_ms = ms};
        feed->parser->slots[count++] = (struct event){.kind = EVENT_KLINE_VOLUME,
                                                      .flags = EVENT_FLAG_END,
                                                      .instrument = instrument,
                                                      .ts_ms = ms};
    }
    return count;
}

/* Answer whatever is asked for bars, each answer_ms later by the venue's clock. Returns how often
 * it was. */
static int play_klines(struct venue_feed *feed, int64_t answer_ms) {
    struct feed_instrument *instrument = &feed->instruments[0];
    int pages = 0;
    for (; instrument->history == HISTORY_KLINES && pages < 50; pages++) {
        assert_int_equal(feed->request_count, 1);
        const struct feed_request request = feed->requests[--feed->request_count];
        feed->server_ms += answer_ms;
        const struct venue_message message = {.count = play_bars(feed, &request, feed->server_ms)};
        feed_history_take(feed, &request, &message);
    }
    return pages;
}

/* Each answer takes longer than three bars: the present is never reached, and need not be. */
static void bars_end_where_answers_are_slower_than_the_clock(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_HTX, "BTC-USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    feed->desc.history_ms = 7200000;
    feed->server_ms = NOW_MS;
    feed_history_begin(feed, instrument);
    assert_in_range(play_klines(feed, 200000), 1, 6);
    end_feed(feed);

    /* Where trades come live already, bars are wanted up to there alone. */
    feed = make_feed(VENUE_HTX, "BTC-USDT");
    instrument = &feed->instruments[0];
    struct feed_socket *socket = &feed->sockets[instrument->socket[0]];
    socket->conns[socket->active].open = true;
    socket->conns[socket->active].answered_ns = 1;
    socket->conns[socket->active].answered_ms = NOW_MS;
    feed->desc.history_ms = 7200000;
    feed->server_ms = NOW_MS;
    feed_history_begin(feed, instrument);
    assert_int_equal(play_klines(feed, 200000), 1);
    assert_in_range(instrument->history_to_ms, NOW_MS, NOW_MS + 200000);
    end_feed(feed);
}

/* -- connections that come late, answers that never do -- */

static struct feed_conn *conn_of(struct venue_feed *feed, int kind) {
    struct feed_socket *socket = &feed->sockets[feed->instruments[0].socket[kind]];
    return &socket->conns[socket->active];
}

/* REST is asked for trades once the venue has read that those of later are wanted; where no
 * connection is there in time, what lies between is a hole. */
static void trades_of_before_meet_those_of_later(void **state) {
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        struct venue_feed *feed = make_feed(VENUE_GATE, "BTC_USDT");
        struct feed_instrument *instrument = &feed->instruments[0];
        struct feed_conn *conn = conn_of(feed, 0);
        feed->server_ms = NOW_MS;
        instrument->history = HISTORY_TRADES;
        instrument->history_to_ms = NOW_MS - 60000;
        instrument->history_deadline_ns = 1000;
        conn->open = turn == 0;
        feed_history_tick(feed, instrument, 999);
        assert_int_equal(feed->request_count, 0);
        feed_history_tick(feed, instrument, 1001);
        assert_int_equal(feed->request_count, turn); /* it speaks: it will have spoken */
        if (turn == 0) {
            conn->answered_ns = 1002;
            conn->answered_ms = NOW_MS;
            feed_history_tick(feed, instrument, 1003);
            assert_int_equal(feed->request_count, 1);
        }
        feed->parser->slots[0] = make_trade(5, NOW_MS - 30000);
        feed->parser->slots[0].instrument = instrument->symbol->instrument;
        const struct venue_message message = {.count = 1};
        feed_history_take(feed, &feed->requests[0], &message);
        assert_int_equal(instrument->history, HISTORY_PUSHING);
        assert_int_equal(instrument->holes, turn);
        assert_int_equal(instrument->hole_from_ms[0], turn == 0 ? 0 : NOW_MS - 30000);
        end_feed(feed);
    }
}

/* OKX need not answer pings of the protocol; its own word will do, once all was said. */
static void a_pong_in_words_is_an_answer(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_OKX, "BTC-USDT-SWAP");
    struct feed_conn *conn = conn_of(feed, 0);
    conn->open = true;
    take_text(conn, "pong");
    assert_int_equal(conn->answered_ns, 0);
    conn->spoken_ns = 1;
    take_text(conn, "pong");
    assert_int_not_equal(conn->answered_ns, 0);
    end_feed(feed);
}

/* What was told live is not told once more by the trades that fill a gap. */
static void a_gap_is_filled_with_what_is_new(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_GATE, "BTC_USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    conn_of(feed, 0)->open = true;
    conn_of(feed, 0)->answered_ns = 1;
    feed->server_ms = NOW_MS;
    feed->desc.history_ms = 7200000;
    instrument->history = HISTORY_DONE;
    for (int64_t id = 1; id <= 3; id++) {
        const struct event live = make_trade(id, NOW_MS - 300000 + id);
        assert_false(feed_seen_before(&instrument->seen, &live, 1));
    }
    feed_history_fill(feed, instrument, NOW_MS - 300000, NOW_MS, true);
    instrument->forced_told = false;
    while (instrument->history < HISTORY_PUSHING) { /* no bars, no liquidations */
        assert_int_equal(feed->request_count, 1);
        const struct feed_request request = feed->requests[--feed->request_count];
        const bool trades = request.kind == VENUE_REQUEST_TRADES;
        for (int64_t id = 1; id <= 6 && trades; id++) {
            feed->parser->slots[id - 1] = make_trade(id, NOW_MS - 300000 + id);
            feed->parser->slots[id - 1].instrument = instrument->symbol->instrument;
        }
        const struct venue_message message = {.count = trades ? 6 : 0};
        feed_history_take(feed, &request, &message);
    }
    assert_int_equal(instrument->past.count, 3);
    assert_int_equal(instrument->past.slots[0].ts_ms, NOW_MS - 300000 + 4);

    /* A venue that does not answer: live events do not wait for ever. */
    feed_past_finish(instrument);
    instrument->history = HISTORY_DONE;
    feed_history_fill(feed, instrument, NOW_MS - 300000, NOW_MS, true);
    const struct feed_request late = feed->requests[0];
    assert_int_equal(feed->request_count, 1);
    feed->sink = (struct event_sink){NULL, hear};
    feed_history_tick(feed, instrument, instrument->fill_until_ns);
    assert_int_equal(instrument->history, HISTORY_DONE);
    assert_int_equal(feed->request_count, 0);
    const struct venue_message message = {.count = 0};
    feed_history_take(feed, &late, &message);
    assert_int_equal(instrument->history, HISTORY_DONE);
    feed->sink.push = NULL;
    end_feed(feed);
}

/* The snapshot that a new connection begins with does not come. */
static void a_book_that_does_not_come_is_asked_for(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_GATE, "BTC_USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    instrument->history = HISTORY_DONE;
    feed_book_tick(feed, instrument);
    assert_int_equal(instrument->again_ns, 0); /* nobody listens yet */
    conn_of(feed, 0)->open = true;
    conn_of(feed, 0)->spoken_ns = 1;
    instrument->symbol->listed = true;
    feed_book_tick(feed, instrument);
    assert_true(instrument->again_ns > 0);
    end_feed(feed);
}

/* The list's second page cannot be had: what the first one has begins. */
static void a_page_that_cannot_be_had_stops_nobody(void **state) {
    (void)state;
    struct venue_feed *feed = make_feed(VENUE_GATE, "BTC_USDT");
    struct feed_instrument *instrument = &feed->instruments[0];
    feed->server_ms = NOW_MS;
    feed_list_part(feed);
    assert_false(feed->listed);
    instrument->symbol->listed = true;
    feed_list_part(feed);
    assert_true(feed->listed);
    feed->list_due_ns = INT64_MAX;
    feed_list_tick(feed, 1);
    assert_int_equal(instrument->history, HISTORY_TIERS);
    /* A venue that names the last page as the next one: that is the end. */
    struct feed_request request = {.kind = VENUE_REQUEST_INSTRUMENTS, .instrument = -1};
    struct venue_message message = {.count = 0};
    str_copy(request.cursor, sizeof request.cursor, "btc");
    str_copy(message.reply, sizeof message.reply, "btc");
    const int before = feed->request_count;
    feed_list_take(feed, &request, &message);
    assert_int_equal(feed->request_count, before);
    end_feed(feed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_that_rises_is_new_once),
        cmocka_unit_test(a_venue_may_count_anew),
        cmocka_unit_test(ids_of_no_order_are_remembered_for_a_while),
        cmocka_unit_test(equal_liquidations_are_told_apart_by_their_connection),
        cmocka_unit_test(of_a_group_the_old_values_are_left_out),
        cmocka_unit_test(a_running_bar_goes_on_after_a_change_of_connections),
        cmocka_unit_test(a_recorded_answer_says_what_it_is_about),
        cmocka_unit_test(a_path_too_long_is_no_path),
        cmocka_unit_test(intervals_are_read_as_venues_write_them),
        cmocka_unit_test(prints_of_before_are_the_older_connections_to_tell),
        cmocka_unit_test(a_hole_in_the_back_fill_ends_with_the_connection),
        cmocka_unit_test(the_venues_words_are_quoted_and_counted),
        cmocka_unit_test(the_back_fill_says_how_far_it_is),
        cmocka_unit_test(past_liquidations_come_page_by_page),
        cmocka_unit_test(a_page_of_an_older_list_ends_nothing),
        cmocka_unit_test(windows_end_where_they_did_when_they_began),
        cmocka_unit_test(what_cannot_be_had_is_a_gap),
        cmocka_unit_test(windows_after_one_that_failed_are_a_gap),
        cmocka_unit_test(a_second_that_began_live_is_not_told_twice),
        cmocka_unit_test(a_venue_without_past_liquidations_misses_none),
        cmocka_unit_test(trades_of_before_meet_those_of_later),
        cmocka_unit_test(a_pong_in_words_is_an_answer),
        cmocka_unit_test(a_gap_is_filled_with_what_is_new),
        cmocka_unit_test(a_book_that_does_not_come_is_asked_for),
        cmocka_unit_test(a_page_that_cannot_be_had_stops_nobody),
        cmocka_unit_test(bars_end_where_answers_are_slower_than_the_clock),
    };
    return cmocka_run_group_tests_name("feed_parts", tests, NULL, NULL);
}
