/* Binance's messages to event JSON lines: one table of what comes in and what goes out, and
 * the venue's documented samples. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/event_lines.h"
#include "archive/line_stream.h"
#include "base/str.h"
#include "venue/normalize.h"

struct run {
    struct instrument_table *instruments;
    struct venue_normalizer *normalizer;
    struct event_text text;
};

static void on_message(void *user, const struct event *slots, size_t count,
                       const struct decimal *contracts) {
    struct run *run = user;
    struct event_line_extra extra = {.has_contracts = contracts != NULL};
    if (contracts != NULL) {
        extra.contracts = *contracts;
    }
    assert_true(event_lines_format(run->instruments, slots, count, &extra, &run->text));
}

static void begin(struct run *run, bool keep_unknown_units) {
    *run = (struct run){.instruments = instrument_table_create()};
    run->normalizer =
        normalize_create(venue_find(VENUE_BINANCE_USDM),
                         &(struct venue_normalizer_desc){.instruments = run->instruments,
                                                         .keep_unknown_units = keep_unknown_units,
                                                         .on_message = on_message,
                                                         .user = run});
    assert_non_null(run->normalizer);
}

static const struct venue_counts *counts_of(const struct run *run) {
    return normalize_counts(run->normalizer);
}

static void take_text(struct run *run, const char *text) {
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        normalize_take(run->normalizer, text, len);
        text += len;
        text += *text == '\n';
    }
}

static void finish(struct run *run) {
    normalize_destroy(run->normalizer);
    instrument_table_destroy(run->instruments);
    event_text_finish(&run->text);
}

static const char *output(struct run *run) {
    normalize_end(run->normalizer);
    assert_true(event_text_append(&run->text, "", 1));
    return run->text.bytes;
}

#define U(type, symbol, ts)                                                                        \
    "{\"type\":\"" type "\",\"venue\":\"binance_usdm\",\"symbol\":\"" symbol "\",\"ts_ms\":" ts
#define C(type, symbol, ts)                                                                        \
    "{\"type\":\"" type "\",\"venue\":\"binance_coinm\",\"symbol\":\"" symbol "\",\"ts_ms\":" ts
#define COIN_INFO                                                                                  \
    "{\"symbols\":[{\"symbol\":\"BTCUSD_PERP\",\"contractSize\":100,\"filters\":[]}],"             \
    "\"serverTime\":1}\n"
#define COIN_INFO_LINE                                                                             \
    C("instrument", "BTCUSD_PERP", "1") ",\"contract\":\"inverse\",\"multiplier\":100}\n"

static const struct {
    const char *in, *out;
} rows[] = {
    /* Trades. */
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"XUSDT\",\"a\":5,\"p\":\"2.50\",\"q\":4,\"f\":1,\"l\":"
     "2,"
     "\"T\":8,\"m\":false}",
     U("trade", "XUSDT",
       "8") ",\"price\":2.5,\"qty\":4,\"usd\":10,\"side\":\"buy\",\"id\":\"5\"}\n"},
    {"{\"data\":{\"m\":true,\"T\":8,\"q\":\"1\",\"p\":\"3\",\"a\":18446744073709551615,\"s\":"
     "\"XUSDT\","
     "\"E\":9,\"e\":\"trade\",\"t\":7},\"stream\":\"xusdt@trade\"}",
     U("trade", "XUSDT", "8") ",\"price\":3,\"qty\":1,\"usd\":3,\"side\":\"sell\",\"id\":\"7\"}\n"},
    {"{\"e\":\"trade\",\"E\":9,\"s\":\"XUSDT\",\"t\":7,\"p\":\"3\",\"q\":\"1\",\"T\":8,\"m\":"
     "true,"
     "\"X\":\"INSURANCE_FUND\"}",
     ""},
    {"{\"e\":\"aggTrade\",\"e\":\"kline\",\"E\":9,\"s\":\"A\",\"s\":\"B\",\"a\":5,\"p\":1,"
     "\"p\":7,"
     "\"q\":\"1\",\"T\":8,\"m\":true,\"m\":false}",
     U("trade", "A", "8") ",\"price\":1,\"qty\":1,\"usd\":1,\"side\":\"sell\",\"id\":\"5\"}\n"},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"\xe5\xb8\x81USDT\",\"a\":1,\"p\":\"1\",\"q\":\"1\","
     "\"T\":8,"
     "\"m\":true}",
     U("trade", "\xe5\xb8\x81USDT", "8") ",\"price\":1,\"qty\":1,\"usd\":1,\"side\":\"sell\","
                                         "\"id\":\"1\"}\n"},
    /* Liquidations: the order's side is the opposite of the position. */
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"XUSDT\",\"S\":\"SELL\",\"q\":\"5\",\"p\":"
     "\"9\","
     "\"ap\":\"10\",\"l\":\"1\",\"z\":\"2\",\"T\":8,\"ps\":\"XUSDT\",\"st\":1}}",
     U("liquidation", "XUSDT", "8") ",\"position\":\"long\",\"price\":10,\"price_kind\":\"fill\","
                                    "\"qty\":2,\"usd\":20,\"complete\":false}\n"},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"XUSDT\",\"S\":\"BUY\",\"q\":\"5\",\"p\":"
     "\"9\","
     "\"ap\":\"0\",\"z\":\"2\",\"T\":8},\"ps\":\"XUSDT\",\"st\":1}",
     U("liquidation", "XUSDT", "8") ",\"position\":\"short\",\"price\":9,"
                                    "\"price_kind\":\"bankruptcy\",\"qty\":2,\"usd\":18,"
                                    "\"complete\":false}\n"},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"XUSDT\",\"S\":\"BUY\",\"p\":\"9\",\"ap\":"
     "\"9\","
     "\"z\":\"0\",\"T\":8}}",
     ""},
    /* COIN-M rows on the shared stream: contracts of so many USD, or dropped. */
    {COIN_INFO
     "{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"BTCUSD_PERP\",\"S\":\"SELL\",\"p\":\"1\","
     "\"ap\":\"50000\",\"z\":\"3\",\"T\":8},\"st\":2}",
     COIN_INFO_LINE C("liquidation", "BTCUSD_PERP", "8") ",\"position\":\"long\",\"price\":50000,"
                                                         "\"price_kind\":\"fill\",\"qty\":0.006,"
                                                         "\"usd\":300,\"contracts\":3,"
                                                         "\"complete\":false}\n"},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"ETHUSD_261225\",\"S\":\"SELL\",\"p\":\"1\","
     "\"ap\":\"2\",\"z\":\"3\",\"T\":8},\"st\":1}",
     ""},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"BTCUSDT_261225\",\"S\":\"SELL\",\"p\":\"1\","
     "\"ap\":\"2\",\"z\":\"3\",\"T\":8},\"st\":1}",
     U("liquidation", "BTCUSDT_261225", "8") ",\"position\":\"long\",\"price\":2,"
                                             "\"price_kind\":\"fill\",\"qty\":3,\"usd\":6,"
                                             "\"complete\":false}\n"},
    {COIN_INFO
     "{\"e\":\"kline\",\"E\":9,\"s\":\"BTCUSD_PERP\",\"k\":{\"t\":0,\"i\":\"1m\",\"o\":\"1\","
     "\"h\":\"2\",\"l\":\"1\",\"c\":\"2\",\"v\":\"7\",\"q\":\"0.5\",\"V\":\"3\",\"Q\":\"0.2\","
     "\"x\":true}}",
     COIN_INFO_LINE C("kline", "BTCUSD_PERP",
                      "0") ",\"interval_s\":60,\"open\":1,\"high\":2,\"low\":1,"
                           "\"close\":2,\"volume\":0.5,\"usd\":700,"
                           "\"taker_buy_volume\":0.2,\"closed\":true}\n"},
    /* Marks, with and without funding; the interval is learnt from fundingInfo. */
    {"[{\"symbol\":\"XUSDT\",\"fundingIntervalHours\":4}]\n"
     "[{\"e\":\"markPriceUpdate\",\"E\":9,\"s\":\"XUSDT\",\"p\":\"2\",\"i\":\"3\",\"r\":\"-1e-"
     "4\","
     "\"T\":10},{\"e\":\"markPriceUpdate\",\"E\":9,\"s\":\"Y_261225\",\"p\":\"2\",\"r\":\"\","
     "\"T\":0},"
     "{\"e\":\"markPriceUpdate\",\"E\":9,\"s\":\"ZUSDT\",\"p\":\"\"}]",
     U("ticker", "XUSDT", "9") ",\"mark\":2,\"index\":3,\"funding_rate\":-0.0001,"
                               "\"funding_interval_h\":4,\"next_funding_ms\":10}\n" U(
                                   "ticker", "Y_261225", "9") ",\"mark\":2}\n"},
    /* Books: held until the snapshot, whichever comes first; gaps are told. */
    {"{\"e\":\"depthUpdate\",\"E\":3,\"T\":2,\"s\":\"X\",\"U\":1,\"u\":4,\"pu\":0,\"b\":[["
     "\"1\",\"1\"]],\"a\":[]}\n"
     "{\"e\":\"depthUpdate\",\"E\":3,\"T\":3,\"s\":\"X\",\"U\":5,\"u\":9,\"pu\":4,\"b\":[["
     "\"1\",\"2\"]],\"a\":[]}\n"
     "{\"lastUpdateId\":7,\"E\":3,\"T\":2,\"bids\":[[\"1\",\"3\"]],\"asks\":[]}\n"
     "{\"e\":\"depthUpdate\",\"E\":4,\"T\":4,\"s\":\"X\",\"U\":10,\"u\":11,\"pu\":9,\"b\":[]"
     ",\"a\":[[\"2\",\"0\"]]}\n"
     "{\"e\":\"depthUpdate\",\"E\":6,\"T\":6,\"s\":\"X\",\"U\":15,\"u\":16,\"pu\":14,\"b\":["
     "],\"a\":[]}",
     U("book", "X", "2") ",\"action\":\"snapshot\",\"bids\":[[1,3]],\"asks\":[],\"update_id\":7}"
                         "\n" U("book", "X",
                                "3") ",\"action\":\"delta\",\"bids\":[[1,2]],\"asks\":[],\"update_"
                                     "id\":9}\n" U("book", "X",
                                                   "4") ",\"action\":\"delta\",\"bids\":[],"
                                                        "\"asks\":[[2,0]],\"update_id\":11}"
                                                        "\n" U("gap", "X",
                                                               "6") ",\"stream\":\"book\","
                                                                    "\"from_ms\":4,\"to_ms\":6,"
                                                                    "\"reason\":\"sequence\"}"
                                                                    "\n" U("book", "X",
                                                                           "6") ",\"action\":"
                                                                                "\"delta\","
                                                                                "\"bids\":[],"
                                                                                "\"asks\":[],"
                                                                                "\"update_id\":"
                                                                                "16}\n"},
    {"{\"lastUpdateId\":7,\"E\":3,\"T\":2,\"bids\":[[\"1\",\"3\"]],\"asks\":[]}\n"
     "{\"e\":\"depthUpdate\",\"E\":3,\"T\":3,\"s\":\"X\",\"U\":5,\"u\":9,\"pu\":4,\"b\":[],"
     "\"a\":[]}",
     U("book", "X", "2") ",\"action\":\"snapshot\",\"bids\":[[1,3]],\"asks\":[],\"update_id\":"
                         "7}\n" U("book", "X", "3") ",\"action\":\"delta\",\"bids\":[],"
                                                    "\"asks\":[],\"update_id\":9}\n"},
    {"{\"stream\":\"x@depth5@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":3,\"T\":3,\"s\":"
     "\"X\",\"U\":5,"
     "\"u\":9,\"pu\":4,\"b\":[[\"1\",\"1\"]],\"a\":[]}}\n"
     "{\"stream\":\"x@rpiDepth@500ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":3,\"T\":3,\"s\":"
     "\"X\",\"U\":5,"
     "\"u\":9,\"pu\":4,\"b\":[[\"1\",\"1\"]],\"a\":[]}}",
     ""},
    /* REST. */
    {"[{\"symbol\":\"X\",\"sumOpenInterest\":\"1.50\",\"sumOpenInterestValue\":\"3\","
     "\"timestamp\":\"8\"}]\n{\"symbol\":\"X\",\"openInterest\":\"2\",\"time\":9}",
     U("ticker", "X", "8") ",\"oi\":1.5,\"oi_usd\":3}\n" U("ticker", "X", "9") ",\"oi\":2}\n"},
    {"[[1,\"1\",\"1\",\"1\",\"1\",\"1\",2,\"1\",1,\"1\",\"1\",\"0\"]]", ""},
};

static void messages_mean_what_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct run run;
        begin(&run, false);
        take_text(&run, rows[i].in);
        assert_string_equal(output(&run), rows[i].out);
        finish(&run);
    }
}

static void unknown_contract_sizes_may_be_kept_as_contracts(void **state) {
    (void)state;
    struct run run;
    begin(&run, true);
    take_text(&run,
              "{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"ETHUSD_PERP\",\"S\":\"SELL\",\"p\":"
              "\"1\",\"ap\":\"2\",\"z\":\"3\",\"T\":8},\"st\":2}");
    assert_string_equal(output(&run),
                        C("liquidation", "ETHUSD_PERP", "8") ",\"position\":\"long\","
                                                             "\"price\":2,"
                                                             "\"price_kind\":\"fill\","
                                                             "\"contracts\":3,"
                                                             "\"complete\":false}\n");
    finish(&run);
    begin(&run, false); /* learnt beforehand: no line, no count */
    static const char info[] = COIN_INFO;
    assert_true(normalize_learn(run.normalizer, info, sizeof info - 1));
    assert_false(normalize_learn(run.normalizer, "{", 1));
    assert_int_equal(counts_of(&run)->messages, 0);
    take_text(&run,
              "{\"e\":\"aggTrade\",\"E\":9,\"s\":\"BTCUSD_PERP\",\"a\":1,\"p\":\"100\",\"q\":\"2\","
              "\"T\":8,\"m\":true}");
    assert_string_equal(output(&run),
                        C("trade", "BTCUSD_PERP", "8") ",\"price\":100,\"qty\":2,\"usd\":200,"
                                                       "\"contracts\":2,\"side\":\"sell\","
                                                       "\"id\":\"1\"}\n");
    finish(&run);
}

/* What each bad text is counted as; nothing comes out of any. */
static const struct {
    const char *in;
    int ignored, malformed, side, unit;
} bad[] = {
    {"", 0, 1, 0, 0},
    {"pong", 0, 1, 0, 0},
    {"NaN", 0, 1, 0, 0},
    {"{\"e\":\"aggTrade\"", 0, 1, 0, 0},
    {"{\"e\":5}", 0, 1, 0, 0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\"}", 0, 1, 0, 0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":5,\"p\":\"1\",\"q\":\"1\",\"T\":8,\"m\":true}", 0, 1, 0, 0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\",\"p\":\"-1\",\"q\":\"1\",\"T\":8,\"m\":true}", 0, 1,
     0, 0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\",\"p\":\"1\",\"q\":\"0\",\"T\":8,\"m\":true}", 0, 1, 0,
     0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\",\"p\":{},\"q\":\"1\",\"T\":8,\"m\":true}", 0, 1, 0,
     0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\",\"p\":\"1\",\"q\":\"1\",\"T\":8.5,\"m\":true}", 0, 1,
     0, 0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\",\"p\":\"1\",\"q\":\"1\",\"T\":8}", 0, 0, 1, 0},
    {"{\"e\":\"aggTrade\",\"E\":9,\"s\":\"X\",\"p\":\"1\",\"q\":\"1\",\"T\":8,\"m\":\"true\"}", 0,
     0, 1, 0},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"X\",\"S\":\"sell\",\"p\":\"1\",\"ap\":\"1\","
     "\"z\":\"1\",\"T\":8}}",
     0, 0, 1, 0},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":\"x\"}", 0, 1, 0, 0},
    {"{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"AUSD_PERP\",\"S\":\"SELL\",\"p\":\"1\",\"ap\":"
     "\"1\",\"z\":\"1\",\"T\":8}}",
     0, 0, 0, 1},
    {"{\"e\":\"depthUpdate\",\"E\":9,\"T\":9,\"s\":\"X\",\"U\":1,\"u\":2,\"pu\":0,\"b\":[[\"1\",\"-"
     "2\"]],\"a\":[]}",
     0, 1, 0, 0},
    {"{\"e\":\"depthUpdate\",\"E\":9,\"T\":9,\"s\":\"X\",\"U\":1,\"u\":2,\"pu\":0,\"b\":[{}],\"a\":"
     "[]}",
     0, 1, 0, 0},
    {"{\"e\":\"depthUpdate\",\"E\":9,\"T\":9,\"s\":\"X\",\"U\":1,\"u\":2,\"pu\":0,\"b\":[[\"1\"]],"
     "\"a\":[]}",
     1, 0, 0, 0},
    {"{\"e\":\"depthUpdate\",\"E\":9,\"T\":9,\"s\":\"X\",\"u\":2,\"pu\":0,\"b\":[],\"a\":[]}", 0, 1,
     0, 0},
    {"{\"e\":\"kline\",\"E\":9,\"s\":\"X\",\"k\":{\"t\":1,\"i\":\"1m\",\"o\":\"1\",\"h\":\"0.5\","
     "\"l\":\"1\",\"c\":\"1\",\"v\":\"1\",\"q\":\"1\",\"V\":\"1\",\"Q\":\"1\"}}",
     0, 1, 0, 0},
    {"{\"e\":\"kline\",\"E\":9,\"s\":\"X\",\"k\":{\"t\":1,\"i\":\"1M\",\"o\":\"1\",\"h\":\"1\","
     "\"l\":\"1\",\"c\":\"1\",\"v\":\"1\",\"q\":\"1\",\"V\":\"1\",\"Q\":\"1\"}}",
     1, 0, 0, 0},
    {"{\"e\":\"contractInfo\",\"E\":9,\"s\":\"X\",\"bks\":[{\"bnc\":1}]}", 0, 1, 0, 0},
    {"{\"e\":\"bookTicker\",\"u\":1,\"s\":\"X\"}", 1, 0, 0, 0},
    {"{\"result\":null,\"id\":1}", 1, 0, 0, 0},
    {"{\"error\":{\"code\":2,\"msg\":\"Invalid request\"},\"id\":null}", 1, 0, 0, 0},
    {"{\"code\":3,\"msg\":\"Invalid JSON\"}", 1, 0, 0, 0},
    {"[]", 1, 0, 0, 0},
    {"5", 1, 0, 0, 0},
    {"{\"lastUpdateId\":\"x\",\"bids\":[],\"asks\":[]}", 0, 1, 0, 0},
};

static void bad_texts_are_counted_and_nothing_is_made_of_them(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct run run;
        begin(&run, false);
        normalize_take(run.normalizer, bad[i].in, strlen(bad[i].in));
        const struct venue_counts *counts = counts_of(&run);
        if (counts->ignored != bad[i].ignored || counts->malformed != bad[i].malformed ||
            counts->dropped_side != bad[i].side || counts->dropped_unit != bad[i].unit) {
            fail_msg("%s: ignored %lld, malformed %lld, side %lld, unit %lld", bad[i].in,
                     (long long)counts->ignored, (long long)counts->malformed,
                     (long long)counts->dropped_side, (long long)counts->dropped_unit);
        }
        assert_string_equal(output(&run), "");
        finish(&run);
    }
}

static void deep_and_large_texts_are_survived(void **state) {
    (void)state;
    enum { DEPTH = 100000, LEVELS = EVENT_MESSAGE_SLOTS_MAX + 1 };
    struct run run;
    begin(&run, false);
    char *text = malloc(DEPTH + LEVELS * 10 + 200);
    memset(text, '[', DEPTH);
    normalize_take(run.normalizer, text, DEPTH);
    assert_int_equal(counts_of(&run)->malformed, 1);
    size_t len = (size_t)snprintf(text, 200,
                                  "{\"e\":\"depthUpdate\",\"E\":9,\"T\":9,\"s\":\"X\",\"U\":1,"
                                  "\"u\":2,\"pu\":0,\"a\":[],\"b\":[");
    for (int i = 0; i < LEVELS; i++) {
        memcpy(text + len, i == 0 ? "[1,1]" : ",[1,1]", i == 0 ? 5 : 6);
        len += i == 0 ? 5 : 6;
    }
    memcpy(text + len, "]}", 2);
    normalize_take(run.normalizer, text, len + 2);
    assert_int_equal(counts_of(&run)->dropped_oversized, 1);
    free(text);
    take_text(&run, rows[0].in);
    assert_string_equal(output(&run), rows[0].out);
    finish(&run);
}

/* Each sample by itself: understood, or counted as ignored, or dropped for a reason. */
static void read_samples(const char *folder, int malformed_wanted) {
    char path[512];
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        print_message("skipped: no %s\n", folder);
        skip();
    }
    int files = 0, malformed = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (!str_ends_with(entry->d_name, ".json") ||
            str_ends_with(entry->d_name, ".expected.json")) {
            continue;
        }
        static char text[1 << 20];
        str_format(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        const size_t len = fread(text, 1, sizeof text, file);
        fclose(file);
        struct run run;
        begin(&run, false);
        normalize_take(run.normalizer, text, len);
        output(&run);
        const struct venue_counts *counts = counts_of(&run);
        if (counts->malformed > 0) {
            print_message("%s: malformed\n", path);
        }
        malformed += (int)counts->malformed;
        files++;
        finish(&run);
    }
    closedir(dir);
    assert_true(files > 50);
    assert_int_equal(malformed, malformed_wanted);
}

static void documented_samples_are_understood_or_ignored(void **state) {
    (void)state;
    read_samples("../shared/fixtures/binance_usdm", 0);
}

static void documented_coinm_samples_are_understood_or_ignored(void **state) {
    (void)state;
    read_samples("../shared/fixtures/binance_coinm", 0);
}

/* forceOrder_arr_mixed_coinm…expected.json: a SELL of one contract of BTCUSD_200925 at 9496.5
 * closed a long. */
static void the_mixed_stream_sample_has_its_documented_meaning(void **state) {
    (void)state;
    char reason[LINE_REASON_BYTES];
    enum status why = STATUS_OK;
    const char *line = NULL;
    size_t len = 0;
    struct line_stream *stream = line_stream_open("../shared/fixtures/binance_usdm/"
                                                  "forceOrder_arr_mixed_coinm__docs-typed.json",
                                                  &why, reason);
    if (stream == NULL) {
        print_message("skipped: %s\n", reason);
        skip();
    }
    struct run run;
    begin(&run, true);
    assert_int_equal(line_stream_next(stream, &line, &len), STATUS_OK);
    normalize_take(run.normalizer, line, len);
    assert_string_equal(
        output(&run),
        C("liquidation", "BTCUSD_200925",
          "1591154240949") ","
                           "\"position\":\"long\",\"price\":9496.5,"
                           "\"price_kind\":\"fill\",\"contracts\":1,\"complete\":false}\n");
    line_stream_close(stream);
    finish(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_mean_what_the_table_says),
        cmocka_unit_test(unknown_contract_sizes_may_be_kept_as_contracts),
        cmocka_unit_test(bad_texts_are_counted_and_nothing_is_made_of_them),
        cmocka_unit_test(deep_and_large_texts_are_survived),
        cmocka_unit_test(documented_samples_are_understood_or_ignored),
        cmocka_unit_test(documented_coinm_samples_are_understood_or_ignored),
        cmocka_unit_test(the_mixed_stream_sample_has_its_documented_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
