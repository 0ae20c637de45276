/* What a webhook is sent: the exact bytes, and the longest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "control/alert_text.h"
#include "json/tree.h"

static struct alert_event swept_event(void) {
    struct alert_event event = {.kind = ALERT_SWEPT,
                                .state = ALERT_FIRING,
                                .demo = true,
                                .venue = VENUE_BINANCE_USDM,
                                .price_decimals = 1,
                                .ts_ms = INT64_C(1781685005250),
                                .price = 59100.5,
                                .value = 24.1e6,
                                .threshold = 20e6,
                                .has_cluster = true,
                                .cluster = {.side = 0,
                                            .price = 59200,
                                            .price_low = 59150,
                                            .price_high = 59250.5,
                                            .usd = 24.1e6,
                                            .distance = 0.0016},
                                .expected_usd = 20.1e6,
                                .seen_usd = NAN};
    (void)str_copy(event.name, sizeof event.name, "swept");
    (void)str_copy(event.rule, sizeof event.rule, "cluster above 20M USD swept");
    (void)str_copy(event.symbol, sizeof event.symbol, "BTCUSDT");
    return event;
}

static void the_json_is_what_the_head_comment_says(void **state) {
    (void)state;
    struct alert_rule rule = {.kind = ALERT_SWEPT};
    struct alert_event event = swept_event();
    char json[ALERT_JSON_BYTES];
    alert_text_write(&rule, &event);
    (void)str_copy(event.id, sizeof event.id, "0123456789abcdef");
    size_t len = alert_text_write_json(&event, json);
    assert_int_equal(len, strlen(json));
    assert_string_equal(
        json, "{\"version\":1,\"id\":\"0123456789abcdef\",\"alert\":\"swept\",\"state\":\"firing\","
              "\"test\":false,\"kind\":\"swept\",\"rule\":\"cluster above 20M USD swept\","
              "\"venue\":\"binance_usdm\",\"symbol\":\"BTCUSDT\",\"simulated\":true,"
              "\"time\":\"2026-06-17T08:30:05.250Z\",\"time_ms\":1781685005250,\"price\":59100.5,"
              "\"value\":24100000,\"threshold\":20000000,\"unit\":\"usd\","
              "\"cluster\":{\"side\":\"long\",\"price\":59200,\"price_low\":59150,"
              "\"price_high\":59250.5,\"usd\":24100000,\"distance\":0.0016},"
              "\"expected_usd\":20100000,\"seen_usd\":null,"
              "\"text\":\"simulated BTCUSDT 59,100.5 swept about $24.1M of longs at 59,200.0, "
              "expected $20.1M\"}");
}

static void what_is_not_known_is_null(void **state) {
    (void)state;
    struct alert_rule rule = {.kind = ALERT_SILENT};
    struct alert_event event = {.kind = ALERT_SILENT, .test = true, .value = NAN};
    char json[ALERT_JSON_BYTES];
    alert_text_write(&rule, &event);
    (void)alert_text_write_json(&event, json);
    assert_string_equal(
        json, "{\"version\":1,\"id\":\"\",\"alert\":\"\",\"state\":\"no data\",\"test\":true,"
              "\"kind\":\"silent\",\"rule\":\"\",\"venue\":\"\",\"symbol\":null,"
              "\"simulated\":false,\"time\":\"1970-01-01T00:00:00Z\",\"time_ms\":0,\"price\":null,"
              "\"value\":null,\"threshold\":0,\"unit\":\"ms\",\"cluster\":null,"
              "\"expected_usd\":null,\"seen_usd\":null,\"text\":\"Test: feed\"}");
}

/* A symbol is a venue's text: any bytes but none that end it. */
static void the_longest_event_fits_and_stays_json(void **state) {
    (void)state;
    struct alert_rule rule = {.kind = ALERT_NEAR};
    struct alert_event event = swept_event();
    event.kind = ALERT_NEAR;
    event.value = -1.23456789e-300;
    event.price = event.cluster.price = event.cluster.price_low = 1.23456789123e300;
    event.cluster.usd = event.cluster.price_high = -1.23456789123e300;
    event.price_decimals = 12;
    memset(event.name, 'n', sizeof event.name - 1);
    memset(event.rule, 'r', sizeof event.rule - 1);
    static const char hard[] = {'\x01', '"', '\\', '\x7f'};
    for (size_t i = 0; i < ARRAY_COUNT(hard); i++) {
        char json[ALERT_JSON_BYTES];
        memset(event.symbol, hard[i], sizeof event.symbol - 1);
        memset(event.text, hard[i], sizeof event.text - 1);
        if (i == 1) {
            alert_text_write(&rule, &event);
        }
        size_t len = alert_text_write_json(&event, json);
        enum status why = STATUS_OK;
        struct tree *tree = tree_parse(json, len, &why);
        assert_non_null(tree);
        assert_string_equal(tree_text(tree_member(tree, "symbol")), event.symbol);
        assert_string_equal(tree_text(tree_member(tree, "text")), event.text);
        tree_destroy(tree);
    }
}

static void an_id_is_of_rule_market_and_time(void **state) {
    (void)state;
    struct alert_event event = swept_event();
    struct alert_event other = swept_event();
    alert_text_write_id(&event);
    other.price = 1; /* found a little later, by another scene */
    alert_text_write_id(&other);
    assert_string_equal(event.id, other.id);
    assert_int_equal(strlen(event.id), 16);
    other.ts_ms++;
    alert_text_write_id(&other);
    assert_string_not_equal(event.id, other.id);
    other = swept_event();
    other.test = true;
    alert_text_write_id(&other);
    assert_string_not_equal(event.id, other.id);
    other = swept_event();
    other.symbol[0] = 'X';
    alert_text_write_id(&other);
    assert_string_not_equal(event.id, other.id);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_is_what_the_head_comment_says),
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(the_longest_event_fits_and_stays_json),
        cmocka_unit_test(an_id_is_of_rule_market_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
