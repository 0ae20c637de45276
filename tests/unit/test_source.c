#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/source.h"
#include "base/str.h"

static struct app_options options;
static struct source_list list;
static char reason[SOURCE_REASON_BYTES];

static void names_of_sources_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum exit_status status;
        const char *reason; /* its beginning */
    } cases[] = {
        {"demo", EXIT_STATUS_DONE, ""},
        {"binance:BTCUSDT", EXIT_STATUS_DONE, ""},
        {"binance_usdm:btcusdt", EXIT_STATUS_DONE, ""},
        {"CMakeLists.txt", EXIT_STATUS_DONE, ""},
        {"-", EXIT_STATUS_DONE, ""},
        {"/nonexistent/day.jsonl", EXIT_STATUS_FAILED,
         "/nonexistent/day.jsonl: cannot be read: No such file or directory"},
        {"nosuch.jsonl.zst", EXIT_STATUS_FAILED, "nosuch.jsonl.zst: cannot be read: No such file"},
        {"src", EXIT_STATUS_FAILED, "src: is a directory; expected a recording or a file of event"},
        {"nosuch.liq", EXIT_STATUS_FAILED, "nosuch.liq: cannot be read: No such file"},
        {"nats://host/x", EXIT_STATUS_USAGE, "\"nats://host/x\": bus addresses are not in this"},
        {"binanse:BTCUSDT", EXIT_STATUS_USAGE,
         "\"binanse:BTCUSDT\": unknown venue; this version connects to binance_usdm"},
        {"binance_usd:BTCUSDT", EXIT_STATUS_USAGE,
         "\"binance_usd:BTCUSDT\": unknown venue; did you mean binance_usdm?"},
        {"bybit:BTCUSDT", EXIT_STATUS_DONE, ""},
        {"binance_coinm:BTCUSD_PERP", EXIT_STATUS_DONE, ""},
        {"okx:BTC USDT", EXIT_STATUS_USAGE,
         "\"okx:BTC USDT\": no symbol of OKX; expected one such as okx:BTC-USDT-SWAP"},
        {"binance:", EXIT_STATUS_USAGE, "\"binance:\": no symbol of Binance USDT-M; expected one"},
        {"binance:BTC USDT", EXIT_STATUS_USAGE, "\"binance:BTC USDT\": no symbol of"},
        {"demmo", EXIT_STATUS_USAGE, "\"demmo\": unknown source or command; expected demo"},
        {"", EXIT_STATUS_USAGE, "\"\": unknown source or command; expected demo"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct source_spec spec;
        reason[0] = '\0';
        enum exit_status got = source_resolve(cases[i].text, &spec, reason);
        if (got != cases[i].status ||
            strncmp(reason, cases[i].reason, strlen(cases[i].reason)) != 0) {
            fail_msg("\"%s\": got %d \"%s\", want %d \"%s\"", cases[i].text, (int)got, reason,
                     (int)cases[i].status, cases[i].reason);
        }
        assert_null(strchr(reason, '\n'));
    }
    struct source_spec spec;
    source_resolve("binance:btcusdt", &spec, reason);
    assert_int_equal(spec.kind, SOURCE_LIVE);
    assert_int_equal(spec.venue, VENUE_BINANCE_USDM);
    assert_string_equal(spec.symbol, "BTCUSDT");
    source_resolve("hyperliquid:kPEPE", &spec, reason); /* its symbols have a case */
    assert_string_equal(spec.symbol, "kPEPE");
    source_resolve("CMakeLists.txt", &spec, reason);
    assert_int_equal(spec.kind, SOURCE_FILE);
    assert_string_equal(spec.path, "CMakeLists.txt");
}

static enum exit_status resolve_list(int count, const char *const args[], const char *config) {
    char error[OPTION_ERROR_BYTES];
    option_table_init(&options.table);
    if (config[0] != '\0') {
        assert_true(option_set(&options.table, OPT_sources, config, strlen(config), error));
    }
    options.arg_count = count;
    for (int i = 0; i < count; i++) {
        options.args[i] = args[i];
    }
    return source_list_resolve(&options, &list, reason);
}

static void command_line_wins_over_file_and_demo_is_the_default(void **state) {
    (void)state;
    assert_int_equal(resolve_list(0, NULL, ""), EXIT_STATUS_DONE);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.specs[0].kind, SOURCE_DEMO);

    assert_int_equal(resolve_list(0, NULL, "  binance:BTCUSDT \t binance:ETHUSDT "),
                     EXIT_STATUS_DONE);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.specs[1].symbol, "ETHUSDT");

    const char *const demo[] = {"demo"};
    assert_int_equal(resolve_list(1, demo, "binance:BTCUSDT"), EXIT_STATUS_DONE);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.specs[0].kind, SOURCE_DEMO);
}

static void mixtures_and_too_many_are_refused(void **state) {
    (void)state;
    const char *const mixed[] = {"demo", "binance:BTCUSDT"};
    const char *const twice[] = {"demo", "demo"};
    const char *const file_and_live[] = {"CMakeLists.txt", "binance:BTCUSDT"};
    const char *const files[] = {"CMakeLists.txt", "README.md"};
    assert_int_equal(resolve_list(2, mixed, ""), EXIT_STATUS_USAGE);
    assert_int_equal(resolve_list(2, twice, ""), EXIT_STATUS_USAGE);
    assert_int_equal(resolve_list(2, file_and_live, ""), EXIT_STATUS_USAGE);
    assert_int_equal(resolve_list(2, files, ""), EXIT_STATUS_DONE);
    assert_int_equal(resolve_list(0, NULL, "a:1 b:1"), EXIT_STATUS_USAGE);
    assert_int_equal(resolve_list(0, NULL, "binance:A binance:B binance:C binance:D binance:E"),
                     EXIT_STATUS_USAGE);
    assert_non_null(strstr(reason, "too many sources; at most 4"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_sources_are_told_apart),
        cmocka_unit_test(command_line_wins_over_file_and_demo_is_the_default),
        cmocka_unit_test(mixtures_and_too_many_are_refused),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
