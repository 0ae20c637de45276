/* CSV as strangers write it: columns in any order, few of them, broken rows; what is wrong is told
 * with file, line and reason, and costs its message alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/event_csv.h"
#include "archive/reader.h"
#include "base/str.h"

enum { SLOTS = 64, PATH_BYTES = 64 };

struct reading {
    struct event slots[SLOTS];
    size_t count;
    struct reader_stats stats;
    char reason[READER_REASON_BYTES];
};

static struct reading read_text(const char *text) {
    struct reading reading = {.count = 0};
    struct instrument_table *table = instrument_table_create();
    struct event_source source;
    struct reader *reader = NULL;
    char path[PATH_BYTES];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "/tmp/event_csv_%d.csv", (int)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(reader_open(path, table, &source, &reader, reading.reason), STATUS_OK);
    while (reading.count < SLOTS && source.ops->read(source.self, reading.slots + reading.count,
                                                     SLOTS - reading.count, &count) == STATUS_OK) {
        reading.count += count;
    }
    reading.stats = reader_get_stats(reader);
    str_copy(reading.reason, sizeof reading.reason, reader_reason(reader));
    event_source_destroy(&source);
    instrument_table_destroy(table);
    unlink(path);
    return reading;
}

static void a_hand_made_file_is_read(void **state) {
    const struct reading reading =
        read_text("\xef\xbb\xbf\"symbol\",note,venue,price (quote),qty,side,ts_ms,type\r\n"
                  "BTCUSDT,\"x, y\",bybit,61800.5,0.25,sell,1760000000000,trade\r\n"
                  "\r\n"
                  "BTCUSDT,,bybit,61800.6,1,buy,1760000000001,trade");
    (void)state;
    assert_string_equal(reading.reason, "");
    assert_int_equal(reading.count, 2);
    assert_int_equal(reading.slots[0].kind, EVENT_TRADE);
    assert_int_equal(reading.slots[0].side, SIDE_SELL);
    assert_int_equal(reading.slots[0].u.trade.price, 618005);
    assert_int_equal(reading.slots[0].exponent_a, -1);
    assert_int_equal(reading.slots[1].ts_ms, 1760000000001);
}

#define BOOK_HEAD "type,venue,symbol,ts_ms,end,action,side,price,qty\n"
#define BOOK_ROW(end, side, price)                                                                 \
    "book,bybit,BTCUSDT,1760000000000," end ",delta," side "," price ",1\n"

static void levels_are_gathered_to_their_message(void **state) {
    const struct reading reading = read_text(
        BOOK_HEAD BOOK_ROW("false", "buy", "61800") BOOK_ROW("false", "sell", "61801")
            BOOK_ROW("true", "sell", "61802") "book,bybit,BTCUSDT,1760000000001,true,delta,,,\n");
    (void)state;
    assert_string_equal(reading.reason, "");
    assert_int_equal(reading.count, 4);
    assert_int_equal(reading.slots[0].flags, EVENT_FLAG_BEGIN);
    assert_int_equal(reading.slots[1].flags, 0);
    assert_int_equal(reading.slots[2].flags, EVENT_FLAG_END);
    assert_int_equal(reading.slots[3].side, SIDE_NONE);
}

static void trouble_costs_its_message_and_is_told(void **state) {
    static const struct {
        const char *rows, *why;
        int good, bad;
    } cases[] = {
        {BOOK_ROW("false", "buy", "0") BOOK_ROW("false", "buy", "1") BOOK_ROW("true", "buy", "2")
             BOOK_ROW("true", "buy", "3"),
         ":2: expected a level", 1, 1},
        {BOOK_ROW("false", "buy",
                  "1") "book,bybit,ETHUSDT,1760000000000,true,delta,buy,1,1\n" BOOK_ROW("true",
                                                                                        "buy", "3"),
         ":3: expected the rest of the message", 1, 1},
        {BOOK_ROW("true", "up", "1"), ":2: expected a level", 0, 1},
        {BOOK_ROW("perhaps", "buy", "1"), ":2: expected true or false", 0, 1},
        {BOOK_ROW("false", "buy", "1"), "expected the last row of a message, got: the end", 0, 1},
        {"trade,bybit,BTCUSDT,1760000000000,false,,buy,1,1\n", ":2: expected end true", 0, 1},
        {"trade,bybit,BTCUSDT,1760000000000,true,,buy,1\n", ":2: expected as many cells", 0, 1},
        {"trade,bybit,BTCUSDT,1760000000000,true,,buy,1,1,\n", ":2: expected as many cells", 0, 1},
        {"trade,bybit,\"BTC,1760000000000,true,,buy,1,1\n", ":2: expected a quoted cell", 0, 1},
        {"trade,bybit,\"BTC\"x,1760000000000,true,,buy,1,1\n", ":2: expected a quoted cell", 0, 1},
        {"trade,bybit,BTC\\q,1760000000000,true,,buy,1,1\n", ":2: expected a quoted cell", 0, 1},
        {"trade,nosuch,BTCUSDT,1760000000000,true,,buy,1,1\n", ":2: a venue that is not", 0, 0},
        {"trade,bybit,BTCUSDT,soon,true,,buy,1,1\n", ":2: expected \"ts_ms\"", 0, 1},
        {"trade,bybit,BTCUSDT,1760000000000,true,,buy,1e999,1\n", ":2: expected \"price\"", 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[1024];
        str_format(text, sizeof text, "%s%s", BOOK_HEAD, cases[i].rows);
        const struct reading reading = read_text(text);
        if (strstr(reading.reason, cases[i].why) == NULL) {
            fail_msg("case %zu: \"%s\", expected \"%s\"", i, reading.reason, cases[i].why);
        }
        assert_non_null(strstr(reading.reason, "/tmp/event_csv_"));
        assert_int_equal(reading.stats.message_count, cases[i].good);
        assert_int_equal(reading.stats.malformed_count, cases[i].bad);
    }
}

static void a_bad_header_is_refused(void **state) {
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"type,venue,symbol\n",
         ":1: expected a CSV header with the columns type, venue, symbol and ts_ms, got: type,"},
        {"time;open;close\n1760000000;5;6\n", ":1: expected a CSV header with the columns type,"},
        {"1760000000000,61800.1,0.5\n", ":1: expected a CSV header with the columns type,"},
        {"type,venue,symbol,ts_ms,price,price (quote)\n", ":1: expected each column once"},
    };
    char many[2048] = "type,venue,symbol,ts_ms";
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct reading reading = read_text(cases[i].text);
        assert_non_null(strstr(reading.reason, cases[i].why));
        assert_int_equal(reading.stats.status, STATUS_MALFORMED);
    }
    for (int i = 0; i < EVENT_CSV_COLUMNS_MAX; i++) {
        str_append(many, sizeof many, ",c%d", i);
    }
    assert_non_null(strstr(read_text(many).reason, ":1: expected at most 64 columns"));
    assert_false(event_csv_is_header("{\"type\":1,\"venue\":2}", 20));
    assert_false(event_csv_is_header("", 0));
    assert_false(event_csv_is_header("61800,1],[61801,2]]}", 20)); /* a damaged line of JSON */
    assert_false(event_csv_is_header("\0\0\0,\0", 5) && event_csv_is_header("words", 5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hand_made_file_is_read),
        cmocka_unit_test(levels_are_gathered_to_their_message),
        cmocka_unit_test(trouble_costs_its_message_and_is_told),
        cmocka_unit_test(a_bad_header_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
