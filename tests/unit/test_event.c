#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/str.h"
#include "market/event.h"

static struct event trade_make(void) {
    return (struct event){.kind = EVENT_TRADE,
                          .side = SIDE_BUY,
                          .has = TRADE_HAS_QTY,
                          .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                          .instrument = 3,
                          .ts_ms = INT64_C(1781685000123),
                          .exponent_a = -1,
                          .exponent_b = -3,
                          .u.trade = {.price = 618002, .qty = 250}};
}

static void every_kind_has_a_name(void **state) {
    (void)state;
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        assert_true(strlen(event_kind_name((enum event_kind)i)) > 2);
    }
    assert_string_equal(event_kind_name(EVENT_LIQUIDATION), "liquidation");
    assert_string_equal(event_kind_name(EVENT_FEED), "feed");
    assert_string_equal(event_kind_name(EVENT_KIND_COUNT), "invalid");
}

static void notional_is_the_given_one_or_price_times_quantity(void **state) {
    (void)state;
    struct event event = trade_make();
    double price = 0;
    double qty = 0;
    double usd = 0;
    assert_true(event_trade_values(&event, &price, &qty, &usd));
    assert_true(price == 61800.2);
    assert_true(qty == 0.25);
    assert_true(usd == 61800.2 * 0.25);

    event.has = TRADE_HAS_QTY | TRADE_HAS_USD; /* an inverse contract: 100 USD each */
    event.u.trade.usd = 15500;
    event.exponent_c = 0;
    assert_true(event_trade_values(&event, &price, &qty, &usd));
    assert_true(qty == 0.25);
    assert_true(usd == 15500);

    event.has = TRADE_HAS_USD;
    assert_true(event_trade_values(&event, &price, &qty, &usd));
    assert_true(qty == 15500 / 61800.2);
    assert_true(usd == 15500);
}

static void unknown_quantities_are_not_guessed(void **state) {
    (void)state;
    struct event event = trade_make();
    double price = -1;
    double qty = -1;
    double usd = -1;
    event.has = 0;
    assert_false(event_trade_values(&event, &price, &qty, &usd));
    event.has = TRADE_HAS_QTY | TRADE_QTY_IS_CONTRACTS;
    assert_false(event_trade_values(&event, &price, &qty, &usd));
    event.has = TRADE_HAS_QTY;
    event.u.trade.price = 0;
    assert_false(event_trade_values(&event, &price, &qty, &usd));
    event.u.trade.price = -5;
    assert_false(event_trade_values(&event, &price, &qty, &usd));
    assert_true(price == -1 && qty == -1 && usd == -1);
}

static const struct {
    const char *id;
    enum event_id_kind kind;
} ids[] = {
    {"", ID_NONE},
    {"0", ID_NUMBER},
    {"4611686018427387904", ID_NUMBER},
    {"18446744073709551615", ID_NUMBER},
    {"18446744073709551616", ID_HASH},
    {"007", ID_TEXT},
    {"-1", ID_TEXT},
    {"b2a8e0f1-6f4d-4c49-9e3a-0123456789ab", ID_UUID},
    {"B2A8E0F1-6F4D-4C49-9E3A-0123456789AB", ID_HASH},
    {"b2a8e0f1-6f4d-4c49-9e3a_0123456789ab", ID_HASH},
    {"ETH-123456", ID_TEXT},
    {"sixteen bytes ok", ID_TEXT},
    {"seventeen bytes x", ID_HASH},
};

static void ids_come_back_as_they_were_where_they_fit(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        struct event event = trade_make();
        char text[EVENT_ID_TEXT_BYTES] = "?";
        memset(event.u.trade.id, 0xee, sizeof event.u.trade.id);
        event_trade_set_id(&event, ids[i].id, strlen(ids[i].id));
        assert_int_equal(event.has >> TRADE_ID_SHIFT, ids[i].kind);
        assert_int_equal(event.has & 7, TRADE_HAS_QTY); /* the value bits stay */
        const size_t len = event_trade_id_text(&event, text);
        assert_int_equal(len, strlen(text));
        if (ids[i].kind == ID_HASH) {
            assert_int_equal(strlen(text), 32);
        } else {
            assert_string_equal(text, ids[i].id);
        }
    }
    struct event event = trade_make();
    char text[EVENT_ID_TEXT_BYTES] = "?";
    event_trade_set_id(&event, "a\0b", 3);
    assert_int_equal(event.has >> TRADE_ID_SHIFT, ID_HASH); /* a text would lose its tail */
    event_trade_set_id(&event, "", 0);
    assert_int_equal(event_trade_id_text(&event, text), 0);
}

static void hash_sees_all_but_the_receipt(void **state) {
    (void)state;
    const struct event event = trade_make();
    const uint64_t want = event_hash(HASH_START, &event);
    struct event other = event;
    other.recv_ns = 12345;
    assert_true(event_hash(HASH_START, &other) == want);

    struct event changed[12];
    for (size_t i = 0; i < ARRAY_COUNT(changed); i++) {
        changed[i] = event;
    }
    changed[0].kind = EVENT_LIQUIDATION;
    changed[1].detail = PRICE_ORDER;
    changed[2].side = SIDE_SELL;
    changed[3].has = TRADE_HAS_QTY | TRADE_HAS_USD;
    changed[4].flags = EVENT_FLAG_BEGIN;
    changed[5].exponent_a = -2;
    changed[6].instrument = 4;
    changed[7].exponent_b = -2;
    changed[8].exponent_c = 1;
    changed[9].ts_ms++;
    changed[10].u.trade.qty++;
    changed[11].u.trade.id[15] = 1;
    for (size_t i = 0; i < ARRAY_COUNT(changed); i++) {
        assert_true(event_hash(HASH_START, &changed[i]) != want);
    }
}

/* What lies behind the last value of a kind, or behind the end of a text, may be anything. */
static void hash_skips_what_means_nothing(void **state) {
    (void)state;
    for (int kind = EVENT_NONE; kind < EVENT_KIND_COUNT; kind++) {
        struct event clean;
        struct event dirty;
        memset(&clean, 0, sizeof clean);
        memset(&dirty, 0, sizeof dirty);
        if (kind == EVENT_FUNDING) {
            memset((char *)&dirty.u + 20, 0xaa, 20);
        } else if (kind == EVENT_KLINE) {
            memset((char *)&dirty.u + 36, 0xaa, 4);
        } else if (kind == EVENT_GAP) {
            memset(dirty.u.gap.reason + 1, 0xaa, sizeof dirty.u.gap.reason - 1);
        } else if (kind == EVENT_INSTRUMENT) {
            memset(dirty.u.instrument.base + 1, 0xaa, sizeof dirty.u.instrument.base - 1);
        } else if (kind == EVENT_TIER) {
            memset((char *)&dirty.u + 28, 0xaa, 12);
        } else if (kind == EVENT_PRICE || kind == EVENT_BOOK || kind == EVENT_KLINE_VOLUME) {
            memset((char *)&dirty.u + 24, 0xaa, 16);
        } else if (kind == EVENT_OPEN_INTEREST) {
            memset((char *)&dirty.u + 16, 0xaa, 24);
        }
        clean.kind = (unsigned)kind & 31;
        dirty.kind = (unsigned)kind & 31;
        assert_true(event_hash(HASH_START, &clean) == event_hash(HASH_START, &dirty));
        dirty = clean;
        ((unsigned char *)&dirty.u)[0] = 1;
        assert_true(kind == EVENT_NONE ||
                    event_hash(HASH_START, &clean) != event_hash(HASH_START, &dirty));
    }
}

static void a_message_goes_up_to_its_end(void **state) {
    (void)state;
    struct event slots[5] = {{.ts_ms = 1}};
    slots[1].flags = EVENT_FLAG_END;
    slots[2].flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    assert_int_equal(event_message_slots(slots, 5), 2);
    assert_int_equal(event_message_slots(slots + 2, 3), 1);
    assert_int_equal(event_message_slots(slots + 3, 2), 2); /* the rest of it is missing */
    assert_int_equal(event_message_slots(slots, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name),
        cmocka_unit_test(notional_is_the_given_one_or_price_times_quantity),
        cmocka_unit_test(unknown_quantities_are_not_guessed),
        cmocka_unit_test(ids_come_back_as_they_were_where_they_fit),
        cmocka_unit_test(hash_sees_all_but_the_receipt),
        cmocka_unit_test(hash_skips_what_means_nothing),
        cmocka_unit_test(a_message_goes_up_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
