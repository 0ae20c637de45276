/* The simulated exchange's texts: the venue's own members in the venue's order, REST rows that add
 * up.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/exchange_rig.h"

static const char fixtures[] = "../shared/fixtures/binance_usdm";

/* -- shapes: the names of members, in order, as in the venue's samples -- */

enum { NAMES_BYTES = 2048 };

/* Member names of a JSON text in order, blanks between; of an array's elements only the first. */
static void names_of(const char *text, char out[NAMES_BYTES]) {
    out[0] = '\0';
    for (const char *at = text; (at = strchr(at, '"')) != NULL;) {
        const char *end = strchr(at + 1, '"');
        if (end == NULL) {
            return;
        }
        if (end[1] == ':') {
            char name[64];
            (void)str_copy_span(name, sizeof name, (struct span){at + 1, (size_t)(end - at - 1)});
            (void)str_append(out, NAMES_BYTES, "%s ", name);
        }
        at = end + 1;
    }
}

/* Every word of want is in got (extra ones are allowed, as the venue adds members). */
static void expect_names(const char *what, const char *got, const char *want) {
    char list[NAMES_BYTES];
    (void)str_format(list, sizeof list, " %s", got);
    while (*want != '\0') {
        char word[66];
        size_t len = strcspn(want, " ");
        (void)str_format(word, sizeof word, " %.*s ", (int)len, want);
        if (strstr(list, word) == NULL) {
            fail_msg("%s: no member%s among: %s", what, word, got);
        }
        want += len;
        want += *want == ' ';
    }
}

static char *read_fixture(const char *name) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", fixtures, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 65536);
    size_t len = fread(text, 1, 65535, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

/* Member for member like the venue's own sample. False: the samples are not there. */
static bool compare_with_fixture(const char *text, const char *name) {
    char got[NAMES_BYTES];
    char want[NAMES_BYTES];
    char *sample = read_fixture(name);
    if (sample == NULL) {
        return false;
    }
    names_of(text, got);
    names_of(sample, want);
    free(sample);
    expect_names(name, got, want);
    return true;
}

static void messages_have_the_venues_shape(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.coinm_rows = true});
    struct ear *market =
        listen_to(stage, 0,
                  "/market/stream?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@kline_1m/"
                  "!forceOrder@arr/!markPrice@arr@1s");
    struct ear *public = listen_to(stage, 1, "/public/ws/btcusdt@depth@100ms/btcusdt@bookTicker");
    assert_true(wait_heard(market, "\"aggTrade\"", 1));
    assert_true(wait_heard(market, "\"markPriceUpdate\"", 2));
    assert_true(wait_heard(market, "\"kline\"", 1));
    assert_true(wait_heard(public, "\"depthUpdate\"", 2));
    assert_true(wait_heard(public, "\"bookTicker\"", 1));
    struct exchange_injection liquidation = {
        .kind = EXCHANGE_LIQUIDATION, .price_ticks = 987654, .qty_lots = 14, .position = POS_LONG};
    assert_true(exchange_server_inject(stage->server, &liquidation));
    assert_true(wait_heard(market, "98765.40", 1));
    assert_true(wait_heard(market, "BTCUSD_PERP", 1));

    static const struct {
        const char *what, *fixture, *starts;
        bool combined;
    } rows[] = {
        {"\"aggTrade\"", "ws_aggregate_trade_streams__official-sdk.json",
         "{\"stream\":\"btcusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":", true},
        {"btcusdt@markPrice@1s", "ws_mark_price_stream__official-sdk.json",
         "{\"stream\":\"btcusdt@markPrice@1s\",\"data\":{\"e\":\"markPriceUpdate\",\"E\":", true},
        {"!markPrice@arr@1s", "ws_mark_price_stream_for_all_market__official-sdk.json",
         "{\"stream\":\"!markPrice@arr@1s\",\"data\":[{\"e\":\"markPriceUpdate\",\"E\":", true},
        {"\"kline\"", "ws_kline_candlestick_streams__official-sdk.json",
         "{\"stream\":\"btcusdt@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":", true},
        {"98765.40", "ws_all_market_liquidation_order_streams__official-sdk.json",
         "{\"stream\":\"!forceOrder@arr\",\"data\":{\"e\":\"forceOrder\",\"E\":", true},
        {"\"depthUpdate\"", "ws_diff_book_depth_streams__official-sdk.json",
         "{\"e\":\"depthUpdate\",\"E\":", false},
        {"\"bookTicker\"", "ws_individual_symbol_book_ticker_streams__official-sdk.json",
         "{\"e\":\"bookTicker\",\"u\":", false},
    };
    bool compared = true;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        static char text[65536];
        assert_true(
            heard_text(rows[i].combined ? market : public, rows[i].what, 0, text, sizeof text));
        assert_memory_equal(text, rows[i].starts, strlen(rows[i].starts));
        compared = compared && compare_with_fixture(text, rows[i].fixture);
    }
    if (!compared) {
        print_message("%s is not there: shapes not compared with the venue's samples\n", fixtures);
    }
    char text[TEXT_BYTES];
    assert_true(heard_text(market, "98765.40", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"S\":\"SELL\",\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"0.014\""));
    assert_non_null(strstr(text, "\"ps\":\"BTCUSDT\",\"st\":1}}}"));
    assert_true(heard_text(market, "BTCUSD_PERP", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"q\":\"14\"")); /* contracts of 100 USD in 1,382 USD */
    assert_non_null(strstr(text, "\"st\":2}}"));
    stage_destroy(stage);
}

/* Once there are rows: a market that has only just begun has no trades. */
static struct answer ask_for_rows(struct stage *stage, const char *path) {
    const int64_t end_ns = clock_mono_ns() + INT64_C(30000000000);
    for (;;) {
        struct answer answer = ask(stage, path);
        if (strcmp(answer.body, "[]") != 0 || clock_mono_ns() > end_ns) {
            return answer;
        }
        free(answer.body);
        clock_sleep_until_ns(clock_mono_ns() + 5000000);
    }
}

static void rest_answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct {
        const char *path, *fixture;
    } rows[] = {
        {"/fapi/v1/time", "rest_ServerTime__docs-sample.json"},
        {"/fapi/v1/exchangeInfo", "rest_ExchangeInfo__docs-sample.json"},
        {"/fapi/v1/depth?symbol=BTCUSDT&limit=5", "rest_OrderBook__docs-sample.json"},
        {"/fapi/v1/openInterest?symbol=BTCUSDT", "rest_OpenInterest__docs-sample.json"},
        {"/fapi/v1/premiumIndex?symbol=BTCUSDT", "rest_mark_price__official-sdk.json"},
        {"/fapi/v1/fundingInfo", "rest_FundingInfo__docs-sample.json"},
        {"/futures/data/openInterestHist?symbol=BTCUSDT&period=5m",
         "rest_open_interest_statistics__official-sdk.json"},
        {"/fapi/v1/aggTrades?symbol=BTCUSDT&limit=3",
         "rest_compressed_aggregate_trades_list__official-sdk.json"},
    };
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct answer answer = ask_for_rows(stage, rows[i].path);
        assert_int_equal(answer.http_code, 200);
        assert_true(answer.used_weight > 0);
        compare_with_fixture(answer.body, rows[i].fixture);
        free(answer.body);
    }
    expect_answer(stage, "/fapi/v1/exchangeInfo", 200, "\"tickSize\":\"0.10\"");
    expect_answer(stage, "/dapi/v1/exchangeInfo", 200, "\"contractSize\":100");
    expect_answer(stage, "/fapi/v1/klines?symbol=NOPE&interval=1m", 400, "{\"code\":-1121,");
    expect_answer(stage, "/fapi/v1/klines?interval=1m", 400, "{\"code\":-1102,");
    expect_answer(stage, "/fapi/v1/klines?symbol=BTCUSDT&interval=7m", 400, "{\"code\":-1120,");
    expect_answer(stage, "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=x", 400, "-1130");
    expect_answer(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=7", 400, "{\"code\":-4021,");
    expect_answer(stage, "/fapi/v9/none", 404, "\"code\":");
    stage_destroy(stage);
}

/* Rows of twelve columns, a minute apart, as many as asked for, and an hour is the sum of its
 * minutes. */
static void klines_are_whole(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct answer minutes = ask(stage, "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=100");
    int64_t last_ms = 0;
    int rows = 0;
    for (const char *at = minutes.body + 1; *at == '[' || *at == ','; rows++) {
        at += *at == ',';
        int64_t open_ms = strtoll(at + 1, NULL, 10);
        assert_true(last_ms == 0 || open_ms == last_ms + 60000);
        last_ms = open_ms;
        int columns = 1;
        for (; *at != ']'; at++) {
            columns += *at == ',';
        }
        assert_int_equal(columns, 12);
        at++;
    }
    assert_int_equal(rows, 100);
    free(minutes.body);

    char path[PATH_BYTES];
    int64_t hour_ms = last_ms - last_ms % 3600000 - 3600000;
    double volume[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        (void)snprintf(path, sizeof path,
                       "/fapi/v1/klines?symbol=BTCUSDT&interval=%s&startTime=%lld&endTime=%lld",
                       k == 0 ? "1h" : "1m", (long long)hour_ms, (long long)hour_ms + 3599999);
        struct answer answer = ask(stage, path);
        int count = 0;
        for (const char *at = answer.body + 1; *at == '[' || *at == ','; count++) {
            at += *at == ',';
            const char *column = at;
            for (int c = 0; c < 5; c++) {
                column = strchr(column, ',') + 1;
            }
            volume[k] += strtod(column + 1, NULL);
            at = strchr(at, ']') + 1;
        }
        assert_int_equal(count, k == 0 ? 1 : 60);
        free(answer.body);
    }
    assert_true(volume[0] > 0);
    assert_true(volume[0] - volume[1] < 1e-6 && volume[1] - volume[0] < 1e-6);
    stage_destroy(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_the_venues_shape),
        cmocka_unit_test(rest_answers_have_the_venues_shape),
        cmocka_unit_test(klines_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
