#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"
#include "support/near.h"
#include "view/lines.h"

static const struct {
    enum lines_kind kind;
    const char *text;
    bool ok;
    struct lines_item want;
    const char *reason; /* a part of it */
} words[] = {
    {LINES_PLAIN, "61800", true, {.price = 61800}, NULL},
    {LINES_PLAIN, "  6.18e4  weekly open ", true, {.price = 61800, .label = "weekly open"}, NULL},
    {LINES_PLAIN, "0.0001 [x] # y", true, {.price = 1e-4, .label = "[x] # y"}, NULL},
    {LINES_PLAIN, "", false, {0}, "no price; expected a number above 0"},
    {LINES_PLAIN, "61,800", false, {0}, "\"61,800\": not a price"},
    {LINES_PLAIN, "-5", false, {0}, "\"-5\": not a price"},
    {LINES_PLAIN, "0", false, {0}, "\"0\": not a price"},
    {LINES_PLAIN, "nan", false, {0}, "not a price"},
    {LINES_PLAIN, "0x10", false, {0}, "not a price"},
    {LINES_PLAIN, "1e300", false, {0}, "not a price"},
    {LINES_PLAIN, "5 a\tb", false, {0}, "control character"},
    {LINES_PLAIN, "5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, {0}, "too long"},
    {LINES_STOP, "59000 long 0.5", true, {.price = 59000, .qty_base = 0.5}, NULL},
    {LINES_STOP,
     "59000 short $5900",
     true,
     {.price = 59000, .is_short = true, .qty_base = .1},
     NULL},
    {LINES_STOP, "59000", false, {0}, "no side; expected long or short"},
    {LINES_STOP, "59000 shrot 1", false, {0}, "\"shrot\": not a side; expected long or short"},
    {LINES_STOP, "59000 long", false, {0}, "no size; expected coins"},
    {LINES_STOP, "59000 long $", false, {0}, "\"$\": not a size"},
    {LINES_STOP, "59000 long 0", false, {0}, "\"0\": not a size"},
    {LINES_STOP, "59000 long 1 10", false, {0}, "\"10\": more than is expected"},
    {LINES_POSITION,
     "61200 long 0.5 10x",
     true,
     {.price = 61200, .qty_base = 0.5, .leverage = 10},
     NULL},
    {LINES_POSITION,
     "61200 short 2",
     true,
     {.price = 61200, .is_short = true, .qty_base = 2},
     NULL},
    {LINES_POSITION, "61200 long 1 0.5", false, {0}, "\"0.5\": not a leverage"},
    {LINES_POSITION, "61200 long 1 1001", false, {0}, "not a leverage"},
    {LINES_POSITION, "61200 long 1 x", false, {0}, "\"x\": not a leverage"},
    {LINES_POSITION, "61200 long 1 10 10", false, {0}, "more than is expected"},
};

static void words_are_read_or_refused_with_what_was_expected(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        char reason[LINES_REASON_BYTES] = "";
        struct lines_item item = {.price = -1};
        bool ok = lines_item_parse(words[i].kind, words[i].text, &item, reason);
        if (ok != words[i].ok) {
            fail_msg("\"%s\": got %d, want %d: %s", words[i].text, ok, words[i].ok, reason);
        }
        if (!ok) {
            assert_near(item.price, -1, 0); /* untouched */
            if (strstr(reason, words[i].reason) == NULL) {
                fail_msg("\"%s\": got \"%s\", want \"%s\"", words[i].text, reason, words[i].reason);
            }
            continue;
        }
        assert_int_equal(item.kind, words[i].kind);
        assert_near(item.price, words[i].want.price, 1e-9);
        assert_near(item.qty_base, words[i].want.qty_base, 1e-12);
        assert_near(item.leverage, words[i].want.leverage, 0);
        assert_int_equal(item.is_short, words[i].want.is_short);
        assert_string_equal(item.label, words[i].want.label);
    }
}

static struct lines_item random_item(struct random *random) {
    struct lines_item item = {.kind = (enum lines_kind)(random_u64(random) % LINES_KIND_COUNT)};
    item.price = exp(20 * random_uniform(random) - 8);
    if (item.kind == LINES_PLAIN) {
        size_t len = random_u64(random) % (LINES_LABEL_BYTES - 1);
        for (size_t i = 0; i < len; i++) {
            item.label[i] = (char)('!' + random_u64(random) % 90);
        }
        return item;
    }
    item.is_short = random_u64(random) % 2 == 0;
    item.qty_base = exp(20 * random_uniform(random) - 12);
    if (item.kind == LINES_POSITION && random_u64(random) % 2 == 0) {
        item.leverage = 1 + 999 * random_uniform(random);
    }
    return item;
}

static void fill_book(struct random *random, int set_count, struct lines_book *book) {
    memset(book, 0, sizeof *book);
    for (int i = 0; i < set_count; i++) {
        char key[LINES_KEY_BYTES];
        str_format(key, sizeof key, "binance_usdm:COIN%dUSDT", i);
        struct lines *lines = lines_book_get(book, key, true);
        assert_non_null(lines);
        for (uint64_t k = 1 + random_u64(random) % LINES_MAX; k > 0; k--) {
            struct lines_item item = random_item(random);
            assert_true(lines_add(lines, &item));
        }
    }
}

static void a_book_is_read_back_bit_for_bit(void **state) {
    (void)state;
    static char text[LINES_BOOK_BYTES_MAX];
    static struct lines_book book, back;
    struct random random;
    random_init(&random, 5);
    for (int turn = 0; turn < 20; turn++) {
        fill_book(&random, turn == 0 ? LINES_SET_MAX : (int)(random_u64(&random) % 8), &book);
        size_t len = lines_book_format(&book, text, sizeof text);
        assert_true(len > 0);
        assert_int_equal(lines_book_parse("x", text, len, &back, NULL), 0);
        assert_int_equal(back.count, book.count);
        assert_memory_equal(&back, &book, sizeof back);
    }
    assert_int_equal(lines_book_format(&book, text, 40), 0); /* no room */
}

static char told[8][LINES_REASON_BYTES + 128];
static int told_count;

static void take(void *user, const char *line) {
    (void)user;
    if (told_count < (int)ARRAY_COUNT(told)) {
        str_copy(told[told_count], sizeof told[0], line);
    }
    told_count++;
}

static void mistakes_are_told_with_their_line_and_the_rest_is_read(void **state) {
    (void)state;
    static struct lines_book book;
    static const char text[] = "# mine\r\n"
                               "line 5 too early\n"
                               "[binance_usdm:BTCUSDT]\n"
                               "  line 61800 open\r\n"
                               "stop 59000 shrot 1\n"
                               "box 1 2 3\n"
                               "[nowhere]\n"
                               "line 7\n"
                               "[okx:X\n"
                               "[okx:BTC-USDT-SWAP]\n"
                               "position 60000 short 1 20";
    static const char *const want[] = {
        "f:2: before the first [venue:SYMBOL]",
        "f:5: \"shrot\": not a side; expected long or short",
        "f:6: \"box\": unknown; expected line, stop or position",
        "f:7: [nowhere]: not an instrument; expected [venue:SYMBOL]",
        "f:9: section without its \"]\"; expected [venue:SYMBOL]",
    };
    const struct lines_report report = {.on_error = take};
    told_count = 0;
    int mistakes = lines_book_parse("f", text, sizeof text - 1, &book, &report);
    assert_int_equal(mistakes, ARRAY_COUNT(want));
    assert_int_equal(told_count, ARRAY_COUNT(want));
    for (size_t i = 0; i < ARRAY_COUNT(want); i++) {
        assert_string_equal(told[i], want[i]);
    }
    assert_int_equal(book.count, 2);
    const struct lines *lines = lines_book_get(&book, "binance_usdm:BTCUSDT", false);
    assert_int_equal(lines->count, 1);
    assert_string_equal(lines->items[0].label, "open");
    lines = lines_book_get(&book, "okx:BTC-USDT-SWAP", false);
    assert_int_equal(lines->count, 1);
    assert_true(lines->items[0].is_short);
    assert_null(lines_book_get(&book, "okx:ETH", false));
}

static void limits_are_told(void **state) {
    (void)state;
    static struct lines_book book;
    char text[16384] = "[v:A]\n";
    for (int i = 0; i < LINES_MAX + 1; i++) {
        str_append(text, sizeof text, "line %d\n", i + 1);
    }
    for (int i = 0; i < LINES_SET_MAX; i++) {
        str_append(text, sizeof text, "[v:B%d]\nline 1\n", i);
    }
    str_append(text, sizeof text, "%0300d\n", 1);
    const struct lines_report report = {.on_error = take};
    told_count = 0;
    assert_int_equal(lines_book_parse("f", text, strlen(text), &book, &report), 3);
    assert_string_equal(told[0], "f:34: more than 32 lines of one instrument; left out");
    assert_string_equal(told[1], "f:97: [v:B31]: more than 32 instruments; left out");
    assert_string_equal(told[2], "f:99: not a line of text, or too long a one");
    assert_int_equal(book.count, LINES_SET_MAX);
    assert_int_equal(book.sets[0].lines.count, LINES_MAX);
    const struct lines_item item = {.price = 1};
    assert_false(lines_add(&book.sets[0].lines, &item));
    assert_null(lines_book_get(&book, "v:new", true));
}

static void the_nearest_line_is_found_and_removed(void **state) {
    (void)state;
    struct lines lines = {0};
    static const double prices[] = {100, 110, 120};
    for (size_t i = 0; i < ARRAY_COUNT(prices); i++) {
        assert_true(lines_add(&lines, &(struct lines_item){.price = prices[i]}));
    }
    assert_int_equal(lines_find(&lines, log(111), 0.05), 1);
    assert_int_equal(lines_find(&lines, log(105), 0.01), -1);
    assert_int_equal(lines_find(&lines, log(1e6), INFINITY), 2);
    lines_remove(&lines, 1);
    assert_int_equal(lines.count, 2);
    assert_near(lines.items[1].price, 120, 0);
    const struct lines_item position = {
        .kind = LINES_POSITION, .price = 100, .qty_base = 2, .is_short = true};
    assert_near(lines_item_profit_usd(&position, 90), 20, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read_or_refused_with_what_was_expected),
        cmocka_unit_test(a_book_is_read_back_bit_for_bit),
        cmocka_unit_test(mistakes_are_told_with_their_line_and_the_rest_is_read),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(the_nearest_line_is_found_and_removed),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
