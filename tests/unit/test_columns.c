/* What columns_pack packs, columns_unpack gives back, slot for slot; damaged packs are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "archive/columns.h"
#include "base/hash.h"
#include "base/random.h"
#include "support/event_make.h"

enum { RUN_SLOTS = 5000, INSTRUMENTS = 7, ROUNDS = 12 };

static unsigned random_below(struct random *random, unsigned limit) {
    return (unsigned)(random_u64(random) % limit);
}

static int64_t any_number(struct random *random) {
    const unsigned digits = random_below(random, 18);
    int64_t value = 0;
    for (unsigned i = 0; i < digits; i++) {
        value = value * 10 + (int64_t)random_below(random, 10);
    }
    return value;
}

static int8_t any_exponent(struct random *random) {
    return (int8_t)(random_below(random, 20) == 0 ? (int)random_below(random, 100) - 50
                                                  : -(int)random_below(random, 9));
}

static void fill_trade(struct random *random, struct event *slot) {
    slot->side = (1U + random_below(random, 2)) & 3U;
    slot->detail = slot->kind == EVENT_LIQUIDATION ? random_below(random, 4) & 7U : 0U;
    slot->has = (1U + random_below(random, 7)) & 63U;
    slot->u.trade.price = 1 + any_number(random);
    slot->u.trade.qty = any_number(random);
    slot->u.trade.usd = any_number(random);
    if (random_below(random, 2) == 0) { /* as venues are: the notional is the product */
        struct decimal usd;
        slot->exponent_a = -1;
        slot->exponent_b = -3;
        slot->u.trade.price = 600000 + (int64_t)random_below(random, 1000);
        slot->u.trade.qty = 1 + (int64_t)random_below(random, 9999);
        assert_true(decimal_multiply(event_decimal(slot->u.trade.price, slot->exponent_a),
                                     event_decimal(slot->u.trade.qty, slot->exponent_b), &usd));
        slot->u.trade.usd = usd.mantissa;
        slot->exponent_c = usd.exponent;
        slot->has |= TRADE_HAS_USD;
    }
    static const char *const ids[] = {"",
                                      "123456",
                                      "18446744073709551615",
                                      "fill-7",
                                      "2290df4c-96c0-5ed8-8d67-8f16e9c8d9e1",
                                      "a text that is longer than sixteen bytes"};
    const char *id = ids[random_below(random, sizeof ids / sizeof *ids)];
    event_trade_set_id(slot, id, strlen(id));
}

static void fill(struct random *random, struct event *slot) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
        fill_trade(random, slot);
        break;
    case EVENT_BOOK:
        slot->side = random_below(random, 3) & 3U;
        slot->u.level.price = 1 + any_number(random);
        slot->u.level.qty_base = any_number(random);
        slot->u.level.update_id = (int64_t)random_u64(random);
        break;
    case EVENT_FUNDING:
        slot->u.funding.rate = any_number(random) - any_number(random);
        slot->u.funding.next_ms = any_number(random);
        slot->u.funding.interval_h = (int32_t)random_below(random, 9);
        break;
    case EVENT_KLINE:
        slot->u.kline.low = 1 + any_number(random);
        slot->u.kline.high = slot->u.kline.low + 7;
        slot->u.kline.open = slot->u.kline.close = slot->u.kline.low + 3;
        slot->u.kline.interval_s = 60;
        break;
    case EVENT_TIER:
        slot->u.tier.notional_cap_usd = 1e5 * (1 + (double)random_below(random, 100));
        slot->u.tier.mmr = 0.004;
        slot->u.tier.leverage_max = 125;
        slot->u.tier.index = (int32_t)random_below(random, 9);
        break;
    case EVENT_GAP:
        slot->detail = random_below(random, STREAM_COUNT) & 7U;
        slot->u.gap.from_ms = any_number(random);
        slot->u.gap.to_ms = slot->u.gap.from_ms + 1000;
        str_copy(slot->u.gap.reason, sizeof slot->u.gap.reason, "disconnected");
        break;
    case EVENT_INSTRUMENT:
        slot->detail = CONTRACT_LINEAR;
        str_copy(slot->u.instrument.base, sizeof slot->u.instrument.base, "BTC");
        slot->u.instrument.tick = any_number(random);
        slot->u.instrument.lot = any_number(random);
        slot->u.instrument.multiplier = any_number(random);
        break;
    default: /* prices, open interest, volumes: three numbers, or two */
        slot->u.price.mark = any_number(random);
        slot->u.price.index = any_number(random);
        slot->u.price.last = slot->kind == EVENT_OPEN_INTEREST ? 0 : any_number(random);
    }
}

static void make_run(struct random *random, struct event *slots, size_t count) {
    int64_t ts_ms = 1760000000000;
    for (size_t i = 0; i < count; i++) {
        const unsigned kind = 1U + random_below(random, EVENT_GAP);
        ts_ms += (int64_t)random_below(random, 50) - 5;
        slots[i] =
            make_event((enum event_kind)kind, (uint16_t)random_below(random, INSTRUMENTS), ts_ms);
        slots[i].exponent_a = any_exponent(random);
        slots[i].exponent_b = any_exponent(random);
        slots[i].exponent_c = any_exponent(random);
        slots[i].has = random_below(random, 8) & 63U;
        fill(random, &slots[i]);
        if (random_below(random, 2) == 0) {
            slots[i].flags |= EVENT_FLAG_HISTORY;
        }
        assert_true(event_is_valid(&slots[i]));
    }
}

static void expect_same(const struct event *got, const struct event *want, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (event_hash(HASH_START, &got[i]) != event_hash(HASH_START, &want[i])) {
            fail_msg("slot %zu of kind %s came back as another", i,
                     event_kind_name((enum event_kind)want[i].kind));
        }
    }
}

static void any_run_comes_back(void **state) {
    struct random random;
    struct event *slots = calloc(RUN_SLOTS, sizeof *slots);
    struct columns *columns = columns_create();
    (void)state;
    assert_true(slots != NULL && columns != NULL);
    random_init(&random, 7);
    for (int round = 0; round < ROUNDS; round++) {
        const size_t count = 1 + random_below(&random, RUN_SLOTS);
        struct span packed;
        const struct event *got = NULL;
        size_t got_count = 0;
        make_run(&random, slots, count);
        assert_true(columns_pack(columns, slots, count, &packed));
        char *copy = malloc(packed.len);
        memcpy(copy, packed.bytes, packed.len);
        assert_int_equal(columns_unpack(columns, copy, packed.len, &got, &got_count), STATUS_OK);
        assert_int_equal(got_count, count);
        expect_same(got, slots, count);
        free(copy);
    }
    columns_destroy(columns);
    free(slots);
}

/* A quiet market: a tick up, a tick down, ids that follow on. */
static void a_market_is_small(void **state) {
    struct event *slots = calloc(RUN_SLOTS, sizeof *slots);
    struct columns *columns = columns_create();
    struct random random;
    struct span packed;
    (void)state;
    random_init(&random, 3);
    for (int i = 0; i < RUN_SLOTS; i++) {
        char price[32], qty[32], id[32];
        (void)snprintf(price, sizeof price, "%.1f", 61800 + 0.1 * (double)random_below(&random, 9));
        (void)snprintf(qty, sizeof qty, "%.3f", 0.001 * (1 + (double)random_below(&random, 500)));
        (void)snprintf(id, sizeof id, "%d", 5933014 + i);
        slots[i] = make_trade(1, 1760000000000 + 40 * i, SIDE_BUY, price, qty);
        struct decimal usd;
        assert_true(decimal_multiply(event_decimal(slots[i].u.trade.price, slots[i].exponent_a),
                                     event_decimal(slots[i].u.trade.qty, slots[i].exponent_b),
                                     &usd));
        slots[i].u.trade.usd = usd.mantissa;
        slots[i].exponent_c = usd.exponent;
        slots[i].has |= TRADE_HAS_USD;
        event_trade_set_id(&slots[i], id, strlen(id));
    }
    assert_true(columns_pack(columns, slots, RUN_SLOTS, &packed));
    assert_true(packed.len < (size_t)RUN_SLOTS * 4);
    columns_destroy(columns);
    free(slots);
}

static void damage_is_seen(void **state) {
    struct event slots[200];
    struct columns *columns = columns_create();
    struct random random;
    struct span packed;
    const struct event *got = NULL;
    size_t count = 0;
    (void)state;
    random_init(&random, 5);
    make_run(&random, slots, 200);
    assert_true(columns_pack(columns, slots, 200, &packed));
    char *copy = malloc(packed.len);
    memcpy(copy, packed.bytes, packed.len);
    const size_t len = packed.len;
    for (size_t i = 0; i < len; i++) {
        copy[i] ^= 0x10;
        if (columns_unpack(columns, copy, len, &got, &count) == STATUS_OK) {
            assert_int_equal(count, 200); /* a bit that zstd does not read */
            expect_same(got, slots, 200);
        }
        copy[i] ^= 0x10;
        assert_int_not_equal(columns_unpack(columns, copy, i, &got, &count), STATUS_OK);
    }
    assert_int_equal(columns_unpack(columns, copy, len, &got, &count), STATUS_OK);
    expect_same(got, slots, 200);
    free(copy);
    columns_destroy(columns);
}

/* Whole, but of an older or newer program: not guessed at. */
static void another_version_is_refused(void **state) {
    static char plain[65536], again[65536];
    struct event slots[200];
    struct columns *columns = columns_create();
    struct random random;
    struct span packed;
    const struct event *got = NULL;
    size_t count = 0;
    (void)state;
    random_init(&random, 5);
    make_run(&random, slots, 200);
    assert_true(columns_pack(columns, slots, 200, &packed));
    const size_t len = ZSTD_decompress(plain, sizeof plain, packed.bytes, packed.len);
    assert_false(ZSTD_isError(len));
    assert_int_equal(plain[0], COLUMNS_VERSION);
    for (int version = 0; version <= COLUMNS_VERSION + 1; version++) {
        plain[0] = (char)version; /* the first of the pack */
        const size_t again_len = ZSTD_compress(again, sizeof again, plain, len, 3);
        assert_false(ZSTD_isError(again_len));
        assert_int_equal(columns_unpack(columns, again, again_len, &got, &count),
                         version == COLUMNS_VERSION ? STATUS_OK : STATUS_UNSUPPORTED);
    }
    columns_destroy(columns);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_run_comes_back),
        cmocka_unit_test(a_market_is_small),
        cmocka_unit_test(damage_is_seen),
        cmocka_unit_test(another_version_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
