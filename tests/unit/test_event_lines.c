/* Event JSON lines: each type there and back, members in any order, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/event_lines.h"
#include "base/str.h"

static struct instrument_table *instruments;
static struct event_lines lines;
static struct event slots[64];

static int set_up(void **state) {
    (void)state;
    instruments = instrument_table_create();
    event_lines_init(&lines, instruments);
    return instruments == NULL;
}

static int tear_down(void **state) {
    (void)state;
    instrument_table_destroy(instruments);
    return 0;
}

static enum status parse(const char *text, size_t *count) {
    return event_lines_parse(&lines, text, strlen(text), slots, ARRAY_COUNT(slots), count);
}

#define HEAD(type)                                                                                 \
    "{\"type\":\"" type "\",\"venue\":\"binance_usdm\",\"symbol\":\"BTCUSDT\",\"ts_ms\":17"

static void canonical_lines_survive_there_and_back(void **state) {
    (void)state;
    static const char *const rows[] = {
        HEAD("trade") ",\"price\":61800.3,\"qty\":0.006,\"usd\":370.8018,\"side\":\"buy\",\"id\":"
                      "\"12\"}",
        HEAD("trade") ",\"price\":1,\"contracts\":7,\"side\":\"sell\"}",
        HEAD("trade") ",\"price\":1,\"qty\":7,\"side\":\"sell\","
                      "\"id\":\"e0a1b2c3-0000-4000-8000-00000000abcd\"}",
        /* The hash of a long id is written out, and reads back as itself. */
        HEAD("trade") ",\"price\":1,\"qty\":7,\"side\":\"sell\","
                      "\"id\":\"0123456789abcdef0123456789abcdef\"}",
        HEAD("liquidation") ",\"position\":\"long\",\"price\":9910,\"price_kind\":\"fill\","
                            "\"qty\":0.014,\"usd\":138.74,\"complete\":false}",
        HEAD("liquidation") ",\"position\":\"short\",\"price\":2,\"price_kind\":\"bankruptcy\","
                            "\"usd\":5,\"complete\":true}",
        HEAD("book") ",\"action\":\"snapshot\",\"bids\":[[1.5,2],[1,0]],\"asks\":[[2,3]],"
                     "\"update_id\":5123107832006}",
        HEAD("book") ",\"action\":\"delta\",\"bids\":[],\"asks\":[]}",
        HEAD("ticker") ",\"mark\":1.25,\"index\":1.5,\"last\":2,\"funding_rate\":-0.0001,"
                       "\"funding_interval_h\":8,\"next_funding_ms\":99,\"oi\":10659.509,\"oi_"
                       "usd\":3}",
        HEAD("ticker") ",\"funding_rate\":0}",
        HEAD("kline") ",\"interval_s\":60,\"open\":0.001,\"high\":0.0025,\"low\":0.001,\"close\":"
                      "1000,"
                      "\"volume\":1000,\"usd\":1,\"taker_buy_volume\":500,\"closed\":true}",
        HEAD("instrument") ",\"base\":\"BTC\",\"contract\":\"inverse\",\"tick\":0.1,\"lot\":1,"
                           "\"multiplier\":100,\"tiers\":[[5000,0.01,50],[25000,0.025,20]]}",
        HEAD("instrument") ",\"contract\":\"linear\",\"tiers\":[[5000,0.01,50],[null,0.02,25]]}",
        HEAD("gap") ",\"stream\":\"book\",\"from_ms\":1,\"to_ms\":2,\"reason\":\"sequence\"}",
        HEAD("ticker") ",\"oi\":1,\"history\":true}",
        HEAD("ticker") ",\"oi\":350000000000000000000}",
        HEAD("instrument") ",\"tick\":0.1,\"simulated\":true}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct event_text text = {0};
        size_t count = 0;
        const enum status status = parse(rows[i], &count);
        if (status != STATUS_OK) {
            fail_msg("%s: %s", rows[i], lines.why);
        }
        assert_true(count > 0);
        assert_int_equal(slots[0].flags & EVENT_FLAG_BEGIN, EVENT_FLAG_BEGIN);
        assert_int_equal(slots[count - 1].flags & EVENT_FLAG_END, EVENT_FLAG_END);
        assert_true(event_lines_format(instruments, slots, count, NULL, &text));
        text.bytes[text.len - 1] = '\0';
        assert_string_equal(text.bytes, rows[i]);
        event_text_finish(&text);
    }
}

static void members_in_any_order_and_unknown_ones_are_read(void **state) {
    (void)state;
    size_t count = 0;
    assert_int_equal(
        parse("{\"asks\":[[\"2\",\"3\",\"x\"]],\"new\":{\"a\":[1]},\"bids\":null,\"ts_ms\":\"5\","
              "\"action\":\"delta\",\"symbol\":\"B\\u0054C\",\"venue\":\"okx\",\"type\":\"book\"}",
              &count),
        STATUS_MALFORMED); /* a level of three */
    assert_int_equal(
        parse("{\"asks\":[[\"2\",\"3\"]],\"new\":{\"a\":[1]},\"bids\":null,\"ts_ms\":\"5\","
              "\"action\":\"delta\",\"symbol\":\"B\\u0054C\",\"venue\":\"okx\",\"type\":\"book\"}",
              &count),
        STATUS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(slots[0].side, SIDE_SELL);
    assert_int_equal(slots[0].ts_ms, 5);
    assert_string_equal(instrument_get(instruments, slots[0].instrument)->symbol, "BTC");
    assert_int_equal(instrument_get(instruments, slots[0].instrument)->venue, VENUE_OKX);
}

static void lines_that_say_nothing_sure_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum status status;
    } rows[] = {
        {"", STATUS_MALFORMED},
        {"[]", STATUS_MALFORMED},
        {"{}", STATUS_MALFORMED},
        {"{\"type\":\"trade\"", STATUS_MALFORMED},
        {HEAD("news") "}", STATUS_IGNORED},
        {HEAD("ticker") "}", STATUS_IGNORED},
        {HEAD("ticker") ",\"mark\":null}", STATUS_IGNORED},
        {HEAD("ticker") ",\"mark\":\"x\"}", STATUS_MALFORMED},
        {HEAD("trade") ",\"price\":1,\"qty\":1}", STATUS_UNKNOWN},
        {HEAD("trade") ",\"price\":1,\"qty\":1,\"side\":\"up\"}", STATUS_UNKNOWN},
        {HEAD("trade") ",\"price\":1,\"side\":\"buy\"}", STATUS_UNKNOWN},
        {HEAD("trade") ",\"price\":0,\"qty\":1,\"side\":\"buy\"}", STATUS_MALFORMED},
        {HEAD("trade") ",\"price\":\"1,5\",\"qty\":1,\"side\":\"buy\"}", STATUS_MALFORMED},
        {HEAD("trade") ",\"price\":1,\"qty\":-1,\"side\":\"buy\"}", STATUS_MALFORMED},
        {HEAD("liquidation") ",\"price\":1,\"qty\":1,\"position\":\"sell\"}", STATUS_UNKNOWN},
        {HEAD("book") ",\"bids\":[[1,2]]}", STATUS_MALFORMED},
        {HEAD("book") ",\"action\":\"delta\",\"bids\":[[0,2]]}", STATUS_MALFORMED},
        {HEAD("book") ",\"action\":\"delta\",\"bids\":[[1]]}", STATUS_MALFORMED},
        {HEAD("book") ",\"action\":\"delta\",\"bids\":{}}", STATUS_MALFORMED},
        {HEAD("book") ",\"action\":\"delta\",\"bids\":[[1,2]],\"tiers\":[[1,2,3]]}",
         STATUS_MALFORMED},
        {HEAD("instrument") ",\"tiers\":[[5000,0.01,2e59]]}", STATUS_MALFORMED},
        {HEAD("instrument") ",\"tiers\":[[5000,null,50]]}", STATUS_MALFORMED},
        {HEAD("instrument") ",\"tiers\":[[5000,0.0123456789012345678,50]]}", STATUS_MALFORMED},
        {HEAD("kline") ",\"interval_s\":60,\"open\":1,\"high\":1,\"low\":1}", STATUS_MALFORMED},
        {HEAD("kline") ",\"interval_s\":60,\"open\":1,\"high\":1,\"low\":1e-40,\"close\":1}",
         STATUS_MALFORMED},
        {HEAD("kline") ",\"interval_s\":0,\"open\":1,\"high\":1,\"low\":1,\"close\":1}",
         STATUS_MALFORMED},
        {HEAD("instrument") ",\"tick\":{}}", STATUS_MALFORMED},
        {HEAD("gap") ",\"stream\":\"tape\",\"from_ms\":1,\"to_ms\":2}", STATUS_UNKNOWN},
        {HEAD("gap") ",\"stream\":\"all\",\"from_ms\":1}", STATUS_MALFORMED},
        {"{\"type\":\"ticker\",\"venue\":\"moon\",\"symbol\":\"X\",\"ts_ms\":1,\"oi\":1}",
         STATUS_UNKNOWN},
        {"{\"type\":\"ticker\",\"venue\":\"okx\",\"symbol\":\"\",\"ts_ms\":1,\"oi\":1}",
         STATUS_MALFORMED},
        {"{\"type\":\"ticker\",\"venue\":\"okx\",\"symbol\":\"A\\u0000B\",\"ts_ms\":1,\"oi\":1}",
         STATUS_MALFORMED},
        {"{\"type\":\"ticker\",\"venue\":\"okx\",\"symbol\":\"\xc0\xaf\",\"ts_ms\":1,\"oi\":1}",
         STATUS_MALFORMED},
        {"{\"type\":\"ticker\",\"venue\":\"okx\",\"symbol\":\"X\",\"ts_ms\":1.5,\"oi\":1}",
         STATUS_MALFORMED},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        size_t count = 99;
        const enum status got = parse(rows[i].text, &count);
        if (got != rows[i].status || count != 0) {
            fail_msg("%s: got \"%s\", want \"%s\"", rows[i].text, status_text(got),
                     status_text(rows[i].status));
        }
        assert_true(lines.why[0] != '\0');
    }
}

static void more_levels_than_room_are_refused_whole(void **state) {
    (void)state;
    size_t count = 0;
    static const char text[] =
        HEAD("book") ",\"action\":\"delta\",\"bids\":[[1,2],[2,2]],\"asks\":[[3,1]]}";
    assert_int_equal(event_lines_parse(&lines, text, sizeof text - 1, slots, 2, &count),
                     STATUS_RANGE);
    assert_int_equal(event_lines_parse(&lines, text, sizeof text - 1, slots, 3, &count), STATUS_OK);
    assert_int_equal(count, 3);
}

static void a_venues_own_size_is_carried_beside(void **state) {
    (void)state;
    struct event_text text = {0};
    size_t count = 0;
    const struct event_line_extra extra = {.has_contracts = true,
                                           .contracts = decimal_from_i64(3, 0)};
    assert_int_equal(
        parse(HEAD("trade") ",\"price\":2,\"qty\":150,\"usd\":300,\"side\":\"buy\"}", &count),
        STATUS_OK);
    assert_true(event_lines_format(instruments, slots, count, &extra, &text));
    text.bytes[text.len - 1] = '\0';
    assert_non_null(strstr(text.bytes, "\"usd\":300,\"contracts\":3,"));
    const struct event feed = {.kind = EVENT_FEED, .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END};
    assert_false(event_lines_format(instruments, &feed, 1, NULL, &text));
    event_text_finish(&text);
}

/* Beside a size it is one more slot, and comes back out. */
static void contracts_beside_a_size_are_kept(void **state) {
    static const char *const texts[] = {
        "{\"type\":\"trade\",\"venue\":\"okx\",\"symbol\":\"BTC-USD-SWAP\",\"ts_ms\":5,\"price\":"
        "61800.5,"
        "\"qty\":0.0048,\"usd\":300,\"contracts\":3,\"side\":\"buy\",\"id\":\"12\"}\n",
        "{\"type\":\"liquidation\",\"venue\":\"gate\",\"symbol\":\"BTC_USDT\",\"ts_ms\":6,"
        "\"position\":\"long\",\"price\":61800.5,\"price_kind\":\"fill\",\"qty\":0.5,\"contracts\":"
        "50,"
        "\"complete\":true}\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct event_text text = {0};
        size_t count = 0;
        char line[512];
        assert_true(
            str_copy_span(line, sizeof line, (struct span){texts[i], strlen(texts[i]) - 1}));
        assert_int_equal(parse(line, &count), STATUS_OK);
        assert_int_equal(count, 2);
        assert_int_equal(slots[1].kind, EVENT_CONTRACTS);
        assert_int_equal(slots[0].flags & EVENT_FLAG_END, 0);
        assert_true(event_is_valid(&slots[1]));
        assert_true(event_lines_format(instruments, slots, count, NULL, &text));
        assert_int_equal(text.len, strlen(texts[i]));
        assert_memory_equal(text.bytes, texts[i], text.len);
        event_text_finish(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(canonical_lines_survive_there_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(members_in_any_order_and_unknown_ones_are_read, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lines_that_say_nothing_sure_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_levels_than_room_are_refused_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_venues_own_size_is_carried_beside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contracts_beside_a_size_are_kept, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
