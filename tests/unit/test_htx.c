/* HTX's dialect beside what a session of lines shows: what is sent and asked for, pings answered
 * byte for byte, where a book message stands, and which codes are contracts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dialect_fixture.h"
#include "venue/htx.h"
#include "venue/htx_rows.h"

#define LIST_OF_ONE                                                                                \
    "{\"status\":\"ok\",\"data\":[{\"symbol\":\"A\",\"contract_code\":\"A-USDT\","                 \
    "\"contract_size\":0.1,\"price_tick\":0.1,\"contract_status\":1}],\"ts\":5}"

static void which_codes_are_contracts(void **state) {
    (void)state;
    static const struct {
        const char *code;
        enum contract contract;
    } rows[] = {{"BTC-USDT", CONTRACT_LINEAR},    {"BTC-USDT-261225", CONTRACT_LINEAR},
                {"BTC-USDT-CQ", CONTRACT_LINEAR}, {"BTC-USD", CONTRACT_INVERSE},
                {"BTC261225", CONTRACT_INVERSE},  {"BTC_NQ", CONTRACT_INVERSE},
                {"BTC-USDTX", CONTRACT_NONE},     {"BTC-HUSD", CONTRACT_NONE},
                {"btcusdt", CONTRACT_NONE},       {"BTC", CONTRACT_NONE},
                {"261225", CONTRACT_NONE},        {"_CQ", CONTRACT_NONE},
                {"-USDT", CONTRACT_NONE},         {"", CONTRACT_NONE}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(htx_contract_of(span_from_text(rows[i].code)), rows[i].contract);
    }
    assert_int_equal(symbol_of("BTC-USD")->contract, CONTRACT_INVERSE);
    assert_int_equal(symbol_of("BTC-USD")->unit, UNIT_CONTRACTS);
}

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    static const struct {
        int socket;
        const char *texts[6];
    } rows[] = {
        {0,
         {"{\"sub\":\"market.A-USDT.trade.detail\",\"id\":\"1\"}",
          "{\"sub\":\"market.A-USDT.depth.size_150.high_freq\",\"data_type\":\"incremental\","
          "\"id\":\"2\"}",
          "{\"sub\":\"market.A-USDT.kline.1min\",\"id\":\"3\"}",
          "{\"sub\":\"market.A-USDT-261225.trade.detail\",\"id\":\"4\"}",
          "{\"sub\":\"market.A-USDT-261225.depth.size_150.high_freq\",\"data_type\":"
          "\"incremental\",\"id\":\"5\"}",
          "{\"sub\":\"market.A-USDT-261225.kline.1min\",\"id\":\"6\"}"}},
        {1,
         {"{\"op\":\"sub\",\"cid\":\"1\",\"topic\":\"public.*.liquidation_orders\"}",
          "{\"op\":\"sub\",\"cid\":\"2\",\"topic\":\"public.A-USDT.funding_rate\"}",
          "{\"op\":\"sub\",\"cid\":\"3\",\"topic\":\"public.A-USDT-261225.funding_rate\"}"}},
        {2,
         {"{\"sub\":\"market.A-USDT.mark_price.1min\",\"id\":\"1\"}",
          "{\"sub\":\"market.A-USDT.index.1min\",\"id\":\"2\"}",
          "{\"sub\":\"market.A-USDT-261225.mark_price.1min\",\"id\":\"3\"}"}},
    };
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const symbols[] = {symbol_of("A-USDT"), symbol_of("A-USDT-261225")};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct venue_subscription what = {
            .socket = rows[i].socket, .symbols = symbols, .count = 2};
        for (int step = 0; step < 7; step++) {
            const char *want = step < 6 ? rows[i].texts[step] : NULL;
            assert_int_equal(htx_dialect.subscribe(&what, step, out),
                             want == NULL ? 0 : strlen(want));
            if (want == NULL) {
                break;
            }
            assert_string_equal(out, want);
            const enum status status = take(out); /* it is no message of the venue's */
            assert_true(status == STATUS_IGNORED || message.kind == MESSAGE_OTHER);
        }
    }
    const struct venue_subscription what = {.socket = 0, .symbols = symbols, .count = 2};
    expect_book_again(&what, symbols[0],
                      "{\"unsub\":\"market.A-USDT.depth.size_150.high_freq\",\"data_type\":"
                      "\"incremental\",\"id\":\"1\"}",
                      "{\"sub\":\"market.A-USDT.depth.size_150.high_freq\",\"data_type\":"
                      "\"incremental\",\"id\":\"2\"}");
}

static void each_kind_has_its_sockets(void **state) {
    (void)state;
    static const struct {
        const char *symbol;
        bool wanted[5];
    } rows[] = {{"A-USDT", {true, true, true, false, false}},
                {"A-USDT-261225", {true, true, true, false, false}},
                {"A-USD", {false, false, true, true, true}},
                {"A261225", {false, false, false, false, false}}};
    assert_int_equal(htx_dialect.socket_count, 5);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (int k = 0; k < htx_dialect.socket_count; k++) {
            assert_int_equal(htx_dialect.socket_wants(k, symbol_of(rows[i].symbol)),
                             rows[i].wanted[k]);
            assert_true(htx_dialect.sockets[k].gzip);
        }
    }
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "",
         "/linear-swap-api/v1/swap_contract_info?business_type=all"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "coin", "/swap-api/v1/swap_contract_info"},
        {VENUE_REQUEST_TICKER, "A-USDT", "",
         "/linear-swap-api/v1/swap_funding_rate?contract_code=A-USDT"},
        {VENUE_REQUEST_KLINES, "A-USDT", "",
         "/linear-swap-ex/market/history/kline?contract_code=A-USDT&period=1min&from=1700000000"
         "&to=1700119940"},
        {VENUE_REQUEST_KLINES, "A-USD", "",
         "/swap-ex/market/history/kline?contract_code=A-USD&period=1min&from=1700000000"
         "&to=1700119940"},
        {VENUE_REQUEST_INTEREST_HISTORY, "A-USDT", "",
         "/linear-swap-api/v1/swap_his_open_interest?contract_code=A-USDT&period=60min&size=200"
         "&amount_type=2"},
        {VENUE_REQUEST_INTEREST_HISTORY, "A-USD", "",
         "/swap-api/v1/swap_his_open_interest?contract_code=A-USD&period=60min&size=200"
         "&amount_type=1"},
        {VENUE_REQUEST_INTEREST, "A-USDT", "",
         "/linear-swap-api/v1/swap_open_interest?contract_code=A-USDT"},
        {VENUE_REQUEST_LIQUIDATIONS, "A-USDT", "",
         "/linear-swap-api/v3/swap_liquidation_orders?contract=A-USDT&trade_type=0"
         "&start_time=1700000000000&end_time=1700003600000"},
        {VENUE_REQUEST_TRADES, "A-USDT", "",
         "/linear-swap-ex/market/history/trade?contract_code=A-USDT&size=2000"},
        {VENUE_REQUEST_TIERS, "A-USD", "", "/swap-api/v1/swap_adjustfactor?contract_code=A-USD"},
        {VENUE_REQUEST_KLINES, "A261225", "", NULL},
        {VENUE_REQUEST_TIERS, NULL, "", NULL},
        {VENUE_REQUEST_DEPTH, "A-USDT", "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 1700000000000, 1700003600000);
    assert_int_equal(
        answer("/linear-swap-api/v1/swap_contract_info?business_type=all", LIST_OF_ONE), STATUS_OK);
    assert_string_equal(message.reply, "coin");
    assert_int_equal(
        answer("/swap-api/v1/swap_contract_info", "{\"status\":\"ok\",\"data\":[],\"ts\":5}"),
        STATUS_OK); /* none margined in coin */
    assert_int_equal(answer("/swap-api/v1/swap_contract_info", LIST_OF_ONE), STATUS_OK);
    assert_string_equal(message.reply, "");
}

static void the_protocol_speaks_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"{\"ping\":1492420473027}", CONTROL_ANSWER, "{\"pong\":1492420473027}"},
        {"{ \"ping\" : 90071992547409931 }", CONTROL_ANSWER, "{\"pong\":90071992547409931}"},
        {"{\"op\":\"ping\",\"ts\":\"1492420473058\"}", CONTROL_ANSWER,
         "{\"op\":\"pong\",\"ts\":\"1492420473058\"}"},
        {"{\"ts\":1492420473058,\"op\":\"ping\"}", CONTROL_ANSWER,
         "{\"op\":\"pong\",\"ts\":1492420473058}"},
        {"{\"id\":\"1\",\"subbed\":\"market.A-USDT.bbo\",\"status\":\"ok\",\"ts\":1}", CONTROL_ACK,
         ""},
        {"{\"id\":\"1\",\"unsubbed\":\"market.A-USDT.bbo\",\"status\":\"ok\",\"ts\":1}",
         CONTROL_ALIVE, ""},
        {"{\"id\":\"1\",\"status\":\"error\",\"err-code\":\"bad-request\",\"err-msg\":\"invalid "
         "topic \\\"x\\\"\",\"ts\":1}",
         CONTROL_ERROR, "invalid topic \"x\""},
        {"{\"op\":\"sub\",\"cid\":\"1\",\"topic\":\"public.*.funding_rate\",\"err-code\":0}",
         CONTROL_ACK, ""},
        {"{\"op\":\"unsub\",\"cid\":\"1\",\"topic\":\"public.*.funding_rate\",\"err-code\":0}",
         CONTROL_ALIVE, ""},
        {"{\"op\":\"sub\",\"cid\":\"1\",\"topic\":\"public.x\",\"err-code\":2010}", CONTROL_ERROR,
         "2010"},
        {"{\"op\":\"error\",\"err-code\":2005,\"err-msg\":\"bad\"}", CONTROL_ERROR, "bad"},
        {"{\"op\":\"close\",\"ts\":1}", CONTROL_RECONNECT, ""},
        {"{\"op\":\"notify\",\"topic\":\"public.linear-swap.heartbeat\",\"data\":{}}",
         CONTROL_ALIVE, ""},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(take("{\"ts\":01492,\"op\":\"ping\"}"), STATUS_MALFORMED); /* no JSON */
    assert_int_equal(message.control, CONTROL_NONE);
    assert_string_equal(message.reply, "");
    assert_int_equal(message.count, 0);
    assert_int_equal(take("{\"ping\":null}"), STATUS_MALFORMED);
    assert_int_equal(take("{\"op\":\"notify\",\"data\":[]}"), STATUS_IGNORED);
    char long_ping[VENUE_REPLY_BYTES + 32] = "{\"op\":\"ping\",\"ts\":\"";
    memset(long_ping + strlen(long_ping), '1', VENUE_REPLY_BYTES);
    str_copy(long_ping + VENUE_REPLY_BYTES + 19, 4, "\"}");
    assert_int_equal(take(long_ping), STATUS_MALFORMED);
    assert_int_equal(answer("", "{\"status\":\"error\",\"err_code\":1,\"err_msg\":\"no\"}"),
                     STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "no");
    assert_int_equal(answer("", "{\"code\":1014,\"msg\":\"gone\",\"ts\":1}"), STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "gone");
}

static void a_book_message_says_where_it_stands(void **state) {
    (void)state;
    assert_int_equal(answer("", LIST_OF_ONE), STATUS_OK);
    assert_int_equal(take("{\"ch\":\"market.a-usdt.depth.size_150.high_freq\",\"ts\":5,\"tick\":{"
                          "\"asks\":[[2,30,1]],\"version\":9007199254740993,\"ts\":5000000000000,"
                          "\"event\":\"snapshot\"}}"),
                     STATUS_OK); /* small letters are the same contract */
    assert_int_equal(message.kind, MESSAGE_BOOK);
    assert_ptr_equal(message.symbol, symbol_of("A-USDT"));
    assert_true(message.step.snapshot);
    assert_true(message.step.last_id == INT64_C(9007199254740993));
    assert_int_equal(parser->slots[0].u.level.qty_base, 3);
    assert_true(message.sent_ms == INT64_C(5000000000000));
    assert_int_equal(
        take("{\"ts\":5,\"tick\":{\"bids\":[],\"asks\":[],\"version\":8,\"ts\":6,"
             "\"event\":\"update\"},\"ch\":\"market.A-USDT.depth.size_150.high_freq\"}"),
        STATUS_OK);
    assert_false(message.step.snapshot);
    assert_int_equal(message.step.last_id, 8);
    assert_int_equal(message.step.prev_id, 7);
    assert_int_equal(message.count, 1);
    assert_int_equal(parser->slots[0].side, SIDE_NONE);
    static const char *const broken[] = {
        "{\"ts\":6,\"version\":8,\"event\":\"update\"}",
        "{\"bids\":[],\"version\":8,\"event\":\"update\"}",
        "{\"bids\":[],\"ts\":6,\"event\":\"update\"}",
        "{\"bids\":[],\"ts\":6,\"version\":8}",
        "{\"bids\":[],\"ts\":6,\"version\":-8,\"event\":\"update\"}",
        "{\"bids\":[],\"ts\":6,\"version\":8.5,\"event\":\"update\"}",
        "{\"bids\":[[1]],\"ts\":6,\"version\":8,\"event\":\"update\"}",
        "{\"bids\":[[0,1]],\"ts\":6,\"version\":8,\"event\":\"update\"}",
        "{\"bids\":\"\",\"ts\":6,\"version\":8,\"event\":\"update\"}"};
    for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
        char text[512];
        str_format(text, sizeof text,
                   "{\"ch\":\"market.A-USDT.depth.size_150.high_freq\",\"tick\":%s}", broken[i]);
        assert_int_equal(take(text), STATUS_MALFORMED);
        assert_int_equal(message.count, 0);
    }
}

/* A list of the venue's is not the list of what is shown. */
static void only_what_was_asked_for_comes(void **state) {
    (void)state;
    symbol_of("B-USDT");
    parser->symbols.closed = true;
    assert_int_equal(answer("", LIST_OF_ONE), STATUS_OK);
    assert_int_equal(message.count, 0);
    assert_int_equal(parser->counts.ignored, 1);
    assert_int_equal(take("{\"op\":\"notify\",\"topic\":\"public.*.liquidation_orders\",\"data\":[{"
                          "\"contract_code\":\"A-USDT\",\"direction\":\"sell\",\"price\":1,"
                          "\"amount\":1,\"created_at\":5}]}"),
                     STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_symbol, 1);
    assert_int_equal(parser->symbols.count, 1);
}

int main(void) {
    dialect = &htx_dialect;
    const struct CMUnitTest tests[] = {
        CASE(which_codes_are_contracts),     CASE(what_is_sent_once_a_socket_is_open),
        CASE(each_kind_has_its_sockets),     CASE(what_is_asked_for),
        CASE(the_protocol_speaks_of_itself), CASE(a_book_message_says_where_it_stands),
        CASE(only_what_was_asked_for_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
