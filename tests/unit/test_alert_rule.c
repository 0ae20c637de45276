/* Rules of [alerts]: what each line means, and what is said about one that means nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "control/alert_rule.h"
#include "support/near.h"

static bool parse(const char *text, struct alert_rule *out, char error[ALERT_ERROR_BYTES]) {
    return alert_rule_parse("a", 1, text, strlen(text), out, error);
}

static void every_condition_is_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum alert_kind kind;
        enum alert_side side;
        enum alert_relation relation;
        double threshold, least_usd, within;
        int64_t span_ms;
    } rows[] = {
        {"price within 0.5 % of cluster above 10M USD", ALERT_NEAR, ALERT_ANY_SIDE, ALERT_ABOVE,
         0.005, 10e6, 0, 0},
        {"PRICE within 1% of Short cluster above $2.5B", ALERT_NEAR, ALERT_SHORT, ALERT_ABOVE, 0.01,
         2.5e9, 0, 0},
        {"price above 70000", ALERT_PRICE, ALERT_ANY_SIDE, ALERT_ABOVE, 70000, 0, 0, 0},
        {"price below 69.5k", ALERT_PRICE, ALERT_ANY_SIDE, ALERT_BELOW, 69500, 0, 0, 0},
        {"cluster above 50M USD", ALERT_CLUSTER, ALERT_ANY_SIDE, ALERT_ABOVE, 50e6, 0, 0, 0},
        {"long cluster above 50000000 USD within 5 %", ALERT_CLUSTER, ALERT_LONG, ALERT_ABOVE, 50e6,
         0, 0.05, 0},
        {"cluster above 20M USD touched", ALERT_TOUCHED, ALERT_ANY_SIDE, ALERT_ABOVE, 20e6, 0, 0,
         0},
        {"\tshort  cluster above 20 M swept ", ALERT_SWEPT, ALERT_SHORT, ALERT_ABOVE, 20e6, 0, 0,
         0},
        {"liquidations above 5M USD in 60 s", ALERT_LIQUIDATIONS, ALERT_ANY_SIDE, ALERT_ABOVE, 5e6,
         0, 0, 60000},
        {"long liquidations above 500k in 5min", ALERT_LIQUIDATIONS, ALERT_LONG, ALERT_ABOVE, 5e5,
         0, 0, 300000},
        {"open interest change above 5 % in 1h", ALERT_OPEN_INTEREST, ALERT_ANY_SIDE, ALERT_CHANGE,
         0.05, 0, 0, 3600000},
        {"open interest rise above 5 % in 1 h", ALERT_OPEN_INTEREST, ALERT_ANY_SIDE, ALERT_ABOVE,
         0.05, 0, 0, 3600000},
        {"open interest fall above 2.5 % in 1d", ALERT_OPEN_INTEREST, ALERT_ANY_SIDE, ALERT_BELOW,
         0.025, 0, 0, 86400000},
        {"funding above 0.05 %", ALERT_FUNDING, ALERT_ANY_SIDE, ALERT_ABOVE, 0.0005, 0, 0, 0},
        {"funding below -0.01%", ALERT_FUNDING, ALERT_ANY_SIDE, ALERT_BELOW, -0.0001, 0, 0, 0},
        {"feed silent for 30 s", ALERT_SILENT, ALERT_ANY_SIDE, ALERT_ABOVE, 30000, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct alert_rule rule = {0};
        char error[ALERT_ERROR_BYTES] = "";
        bool ok = parse(rows[i].text, &rule, error);
        if (!ok) {
            print_error("%s: %s\n", rows[i].text, error);
        }
        assert_true(ok);
        assert_int_equal(rule.kind, rows[i].kind);
        assert_int_equal(rule.side, rows[i].side);
        assert_int_equal(rule.relation, rows[i].relation);
        assert_near(rule.threshold, rows[i].threshold, 1e-9 * rows[i].threshold + 1e-12);
        assert_near(rule.least_usd, rows[i].least_usd, 1e-6);
        assert_near(rule.within, rows[i].within, 1e-12);
        assert_int_equal(rule.span_ms, rows[i].span_ms);
        assert_int_equal(rule.for_ms, 0);
        assert_int_equal(rule.every_ms, ALERT_EVERY_MS);
        assert_int_equal(rule.by, ALERT_BY_ALL);
        assert_int_equal(rule.venue, VENUE_NONE);
    }
}

static void what_follows_the_condition_comes_in_any_order(void **state) {
    (void)state;
    struct alert_rule rule = {0};
    char error[ALERT_ERROR_BYTES] = "";
    assert_true(
        parse("feed silent for 30 s webhook for 1 m on bybit every 2h sound bell", &rule, error));
    assert_near(rule.threshold, 30000, 0);
    assert_int_equal(rule.for_ms, 60000);
    assert_int_equal(rule.every_ms, 7200000);
    assert_int_equal(rule.by, ALERT_BY_WEBHOOK | ALERT_BY_SOUND);
    assert_int_equal(rule.chime, CHIME_BELL);
    assert_int_equal(rule.venue, VENUE_BYBIT);
    assert_string_equal(rule.symbol, "");

    assert_true(parse("funding above 0.05 % on binance:1000PEPEUSDT notify command", &rule, error));
    assert_int_equal(rule.venue, VENUE_BINANCE_USDM);
    assert_string_equal(rule.symbol, "1000PEPEUSDT");
    assert_int_equal(rule.by, ALERT_BY_NOTIFY | ALERT_BY_COMMAND);

    assert_true(parse("funding above 0.05 % quiet", &rule, error));
    assert_int_equal(rule.by, 0);
    assert_true(parse("cluster above 1M swept", &rule, error));
    assert_int_equal(rule.chime, CHIME_SWEPT);
    assert_true(parse("cluster above 1M swept sound none", &rule, error));
    assert_int_equal(rule.chime, CHIME_NONE);
}

static void a_mistake_is_answered_with_what_where_and_instead(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"", "expected what is watched: price, cluster, liquidations, open interest, funding or "
             "feed, got nothing more"},
        {"prize within 1 %", "expected what is watched: price, cluster, liquidations, open "
                             "interest, funding or feed, got \"prize\" (column 1)"},
        {"price within 0.5 % off cluster above 10M USD",
         "expected \"of\" after \"price within 0.5 %\", got \"off\" (column 20)"},
        {"price within 0.5 of cluster above 10M USD",
         "expected \"%\" after \"price within 0.5\", got \"of\" (column 18)"},
        {"price within 60 % of cluster above 10M USD",
         "expected a number from 0.01 to 50 and % after \"price within\", got \"60\" (column 14)"},
        {"price near 5", "expected \"within\", \"above\" or \"below\" after \"price\", got "
                         "\"near\" (column 7)"},
        {"price above -1",
         "expected a price above 0 after \"price above\", got \"-1\" (column 13)"},
        {"cluster above ten USD", "expected an amount above 0, such as 10M USD after \"cluster "
                                  "above\", got \"ten\" (column 15)"},
        {"cluster above 0 USD", "expected an amount above 0, such as 10M USD after \"cluster "
                                "above\", got \"0\" (column 15)"},
        {"cluster above 1.5.2M", "expected an amount above 0, such as 10M USD after \"cluster "
                                 "above\", got \"1.5.2\" (column 15)"},
        {"long funding above 1 %", "expected \"cluster\" or \"liquidations\" after \"long\", got "
                                   "\"funding\" (column 6)"},
        {"liquidations above 5M in 60",
         "expected a length of time from 1 s to 7 d, such as 90 s, 30 m, 4 h after \"liquidations "
         "above 5M in\", got \"60\" (column 26)"},
        {"liquidations above 5M in 8 d",
         "expected a length of time from 1 s to 7 d, such as 90 s, 30 m, 4 h after \"liquidations "
         "above 5M in\", got \"8\" (column 26)"},
        {"open interest above 5 % in 1h", "expected \"change\", \"rise\" or \"fall\" after \"open "
                                          "interest\", got \"above\" (column 15)"},
        {"feed silent", "expected \"for\" after \"feed silent\", got nothing more"},
        {"funding above 1 % on nowhere:X", "expected VENUE:SYMBOL, such as binance_usdm:BTCUSDT "
                                           "after \"funding above 1 % on\", got \"nowhere:X\" "
                                           "(column 22)"},
        {"funding above 1 % on bybit", "expected VENUE:SYMBOL, such as binance_usdm:BTCUSDT "
                                       "after \"funding above 1 % on\", got \"bybit\" (column 22)"},
        {"funding above 1 % sound gong",
         "expected a sound's name: none, bell, near, swept, burst, silent after \"funding above 1 "
         "% sound\", got \"gong\" (column 25)"},
        {"funding above 1 % notify sound bell every 1h webhook command quiet for 1m notify",
         "expected \"on\", or nothing more after \"funding above 1 % notify sound bell every 1h "
         "webhook command quiet for 1m\", got \"notify\" (column 75)"},
        {"funding above 1 \x01", "expected plain characters without \" and \\, got byte 1 (column "
                                 "17)"},
        {"funding above \"1 %\"", "expected plain characters without \" and \\, got byte 34 "
                                  "(column 15)"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct alert_rule rule = {.threshold = 77};
        char error[ALERT_ERROR_BYTES] = "";
        assert_false(parse(rows[i].text, &rule, error));
        assert_string_equal(error, rows[i].error);
        assert_near(rule.threshold, 77, 0); /* untouched */
    }
}

static void names_and_numbers_of_rules_are_limited(void **state) {
    (void)state;
    static struct alert_rules rules;
    const char *text = "funding above 1 %";
    char error[ALERT_ERROR_BYTES] = "";
    static const char *const bad[] = {"", "two words", "a.b", "\xc3\xa4",
                                      "a-name-of-more-than-31-characters"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(alert_rules_add(&rules, bad[i], strlen(bad[i]), text, strlen(text), error));
        assert_string_equal(error, "expected a name of 1 to 31 letters, digits, '-' and '_'");
    }
    for (int i = 0; i < ALERT_RULE_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "r%d", i);
        assert_true(alert_rules_add(&rules, name, strlen(name), text, strlen(text), error));
    }
    assert_false(alert_rules_add(&rules, "r3", 2, text, strlen(text), error));
    assert_string_equal(error, "expected a name of its own; there is one \"r3\"");
    assert_false(alert_rules_add(&rules, "more", 4, text, strlen(text), error));
    assert_string_equal(error, "expected at most 32 rules");
    assert_int_equal(rules.count, ALERT_RULE_MAX);
    assert_int_equal(alert_rules_find(&rules, "r31", 3), 31);
    assert_int_equal(alert_rules_find(&rules, "r3", 1), -1);

    char longer[ALERT_TEXT_BYTES + 1];
    memset(longer, 'x', sizeof longer);
    struct alert_rule rule = {0};
    assert_false(alert_rule_parse("a", 1, longer, ALERT_TEXT_BYTES, &rule, error));
    assert_string_equal(error, "expected a rule of at most 191 characters, got 192");
    assert_false(alert_rule_parse("a", 1, longer, ALERT_TEXT_BYTES - 1, &rule, error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_condition_is_read),
        cmocka_unit_test(what_follows_the_condition_comes_in_any_order),
        cmocka_unit_test(a_mistake_is_answered_with_what_where_and_instead),
        cmocka_unit_test(names_and_numbers_of_rules_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
