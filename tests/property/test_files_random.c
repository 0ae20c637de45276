/* Whatever events there are, files give them back: slots into event JSON lines and into CSV, each
 * read by the same reader, are the same slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/event_csv.h"
#include "archive/line_writer.h"
#include "archive/reader.h"
#include "base/random.h"
#include "support/event_make.h"

enum { MESSAGES = 4000, LEVELS_MAX = 12, INSTRUMENTS = 3, SLOTS_MAX = MESSAGES * LEVELS_MAX };
static const uint64_t seed = 20261122;

static struct event events[SLOTS_MAX];
static size_t event_count;

static unsigned pick(struct random *random, unsigned count) {
    return (unsigned)(random_u64(random) % count);
}

static bool toss(struct random *random) {
    return pick(random, 2) == 0;
}

/* As texts have it: no zero at the end behind the point. */
static int64_t random_number(struct random *random, signed char *exponent) {
    static const int64_t limits[] = {10, 1000, 1000000, 999999999999999999};
    const int places = (int)pick(random, 12);
    int64_t mantissa = (int64_t)(random_u64(random) % (uint64_t)limits[pick(random, 4)]) + 1;
    mantissa += places > 0 && mantissa % 10 == 0 ? 1 : 0;
    *exponent = (signed char)-places;
    return mantissa;
}

static int64_t random_at(struct random *random, struct event *slot, int which) {
    signed char exponent = 0;
    const int64_t mantissa = random_number(random, &exponent);
    if (which == 0) {
        slot->exponent_a = exponent;
    } else if (which == 1) {
        slot->exponent_b = (int8_t)exponent;
    } else {
        slot->exponent_c = (int8_t)exponent;
    }
    return mantissa;
}

static struct event *add(enum event_kind kind) {
    struct event *slot = &events[event_count++];
    *slot = (struct event){.kind = kind & 31U};
    return slot;
}

static void add_trade(struct random *random) {
    static const char *const ids[] = {"",
                                      "42",
                                      "0042",
                                      "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                                      "a,b",
                                      "say \"no\"",
                                      "back\\slash",
                                      "tab\tline\n",
                                      "a text that is longer than sixteen bytes"};
    const bool is_trade = toss(random);
    struct event *slot = add(is_trade ? EVENT_TRADE : EVENT_LIQUIDATION);
    const unsigned sizes = pick(random, 4);
    slot->side = (toss(random) ? 1U : 2U) & 3U;
    slot->detail = is_trade ? 0 : pick(random, 4) & 7U;
    slot->flags = !is_trade && toss(random) ? EVENT_FLAG_COMPLETE : 0;
    slot->u.trade.price = random_at(random, slot, 0);
    if (sizes == 0) {
        slot->has = TRADE_QTY_IS_CONTRACTS;
        slot->u.trade.qty = random_at(random, slot, 1);
    }
    if ((sizes & 1) != 0) {
        slot->has |= TRADE_HAS_QTY;
        slot->u.trade.qty = random_at(random, slot, 1);
    }
    if ((sizes & 2) != 0) {
        slot->has |= TRADE_HAS_USD;
        slot->u.trade.usd = random_at(random, slot, 2);
    }
    const char *id = ids[pick(random, sizeof ids / sizeof ids[0])];
    event_trade_set_id(slot, id, strlen(id));
    if (sizes != 0 && toss(random)) {
        struct event *contracts = add(EVENT_CONTRACTS);
        contracts->u.contracts.count = random_at(random, contracts, 0);
    }
}

static void add_book(struct random *random) {
    const unsigned levels = pick(random, LEVELS_MAX), bids = levels / 2;
    const unsigned flags = toss(random) ? EVENT_FLAG_SNAPSHOT : 0;
    const int64_t update_id = toss(random) ? (int64_t)pick(random, 1000000) : 0;
    for (unsigned i = 0; i < (levels > 0 ? levels : 1); i++) {
        struct event *slot = add(EVENT_BOOK);
        slot->flags = flags & 0xffU;
        slot->u.level.update_id = update_id;
        if (levels > 0) { /* else an update without any */
            slot->side = (i < bids ? SIDE_BUY : SIDE_SELL) & 3U;
            slot->u.level.price = random_at(random, slot, 0);
            slot->u.level.qty_base = toss(random) ? random_at(random, slot, 1) : 0;
        }
    }
}

static void add_ticker(struct random *random) {
    struct event *slot = NULL;
    const unsigned which = pick(random, 7) + 1;
    if ((which & 1) != 0) {
        slot = add(EVENT_PRICE);
        slot->has = (pick(random, 7) + 1) & 63U;
        slot->u.price.mark = (slot->has & PRICE_HAS_MARK) != 0 ? random_at(random, slot, 0) : 0;
        slot->u.price.index = (slot->has & PRICE_HAS_INDEX) != 0 ? random_at(random, slot, 1) : 0;
        slot->u.price.last = (slot->has & PRICE_HAS_LAST) != 0 ? random_at(random, slot, 2) : 0;
    }
    if ((which & 2) != 0) {
        slot = add(EVENT_FUNDING);
        slot->has = (pick(random, 7) + 1) & 63U;
        slot->u.funding.rate =
            (slot->has & FUNDING_HAS_RATE) != 0 ? -random_at(random, slot, 0) : 0;
        slot->u.funding.interval_h = (slot->has & FUNDING_HAS_INTERVAL) != 0 ? 8 : 0;
        slot->u.funding.next_ms = (slot->has & FUNDING_HAS_NEXT) != 0 ? 1760000000000 : 0;
    }
    if ((which & 4) != 0) {
        slot = add(EVENT_OPEN_INTEREST);
        slot->has = (pick(random, 3) + 1) & 63U;
        slot->u.open_interest.oi_base =
            (slot->has & OI_HAS_BASE) != 0 ? random_at(random, slot, 0) : 0;
        slot->u.open_interest.oi_usd =
            (slot->has & OI_HAS_USD) != 0 ? random_at(random, slot, 1) : 0;
    }
}

static void add_kline(struct random *random) {
    struct event *prices = add(EVENT_KLINE), *volume = add(EVENT_KLINE_VOLUME);
    const unsigned flags = toss(random) ? EVENT_FLAG_CLOSED : 0;
    prices->exponent_a = -2;
    prices->u.kline.open = 6180001 + (int64_t)pick(random, 99);
    prices->u.kline.high = 6180201 + (int64_t)pick(random, 8);
    prices->u.kline.low = 6179901;
    prices->u.kline.close = 6180011;
    prices->u.kline.interval_s = 60;
    prices->flags = volume->flags = flags & 0xffU;
    volume->has = pick(random, 8) & 63U;
    volume->u.kline_volume.volume_base =
        (volume->has & KLINE_HAS_VOLUME) != 0 ? random_at(random, volume, 0) : 0;
    volume->u.kline_volume.usd =
        (volume->has & KLINE_HAS_USD) != 0 ? random_at(random, volume, 1) : 0;
    volume->u.kline_volume.taker_buy_base =
        (volume->has & KLINE_HAS_TAKER_BUY) != 0 ? random_at(random, volume, 2) : 0;
}

static void add_instrument(struct random *random) {
    struct event *slot = add(EVENT_INSTRUMENT);
    const unsigned tiers = pick(random, 5);
    slot->detail = pick(random, 3) & 7U;
    slot->has = pick(random, 8) & 63U;
    slot->u.instrument.tick =
        (slot->has & INSTRUMENT_HAS_TICK) != 0 ? random_at(random, slot, 0) : 0;
    slot->u.instrument.lot = (slot->has & INSTRUMENT_HAS_LOT) != 0 ? random_at(random, slot, 1) : 0;
    slot->u.instrument.multiplier =
        (slot->has & INSTRUMENT_HAS_MULTIPLIER) != 0 ? random_at(random, slot, 2) : 0;
    memcpy(slot->u.instrument.base, toss(random) ? "BTC\0" : "\"B,\"", 5);
    for (unsigned i = 0; i < tiers; i++) {
        struct event *tier = add(EVENT_TIER);
        tier->u.tier.notional_cap_usd = i + 1 < tiers ? 50000.0 * (i + 1) : (double)INFINITY;
        tier->u.tier.mmr = 0.004 * (i + 1);
        tier->u.tier.leverage_max = 125.0 / (1 << i);
        tier->u.tier.index = (int32_t)i;
    }
}

static void add_gap(struct random *random) {
    static const char reasons[][16] = {"", "sequence", "a, \"b\" \\ c", "two\nlines"};
    struct event *slot = add(EVENT_GAP);
    slot->detail = pick(random, STREAM_COUNT) & 7U;
    slot->u.gap.from_ms = 1760000000000;
    slot->u.gap.to_ms = 1760000000000 + (int64_t)pick(random, 100000);
    memcpy(slot->u.gap.reason, reasons[pick(random, 4)], 16);
}

static void make_events(void) {
    static void (*const kinds[])(struct random * random) = {add_trade, add_book,       add_ticker,
                                                            add_kline, add_instrument, add_gap};
    struct random random;
    random_init(&random, seed);
    for (int64_t i = 0; i < MESSAGES; i++) {
        const size_t begin = event_count;
        kinds[pick(&random, 6)](&random);
        const unsigned marks =
            (toss(&random) ? EVENT_FLAG_HISTORY : 0) | (toss(&random) ? EVENT_FLAG_DEMO : 0);
        for (size_t k = begin; k < event_count; k++) {
            events[k].instrument = (uint16_t)(i % INSTRUMENTS);
            events[k].ts_ms = 1760000000000 + i;
            events[k].flags |= marks & 0xffU;
        }
        events[begin].flags |= EVENT_FLAG_BEGIN;
        events[event_count - 1].flags |= EVENT_FLAG_END;
    }
}

static struct instrument_table *make_table(void) {
    static const char *const symbols[INSTRUMENTS] = {"BTCUSDT", "od\"d, \\one", "BTC-USDT-SWAP"};
    struct instrument_table *table = instrument_table_create();
    for (int i = 0; i < INSTRUMENTS; i++) {
        assert_int_equal(instrument_add(table, VENUE_BYBIT, symbols[i], strlen(symbols[i])), i);
    }
    return table;
}

static void write_file(const char *path, bool csv, const struct instrument_table *table) {
    char reason[LINE_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    struct event_text text = {.bytes = NULL};
    struct line_writer *writer = line_writer_open(path, &why, reason);
    assert_non_null(writer);
    assert_true(!csv || event_csv_format_header(&text));
    for (size_t at = 0; at < event_count;) {
        const size_t len = event_message_slots(events + at, event_count - at);
        assert_true(csv ? event_csv_format(table, events + at, len, &text)
                        : event_lines_format(table, events + at, len, NULL, &text));
        at += len;
    }
    assert_true(line_writer_put(writer, text.bytes, text.len));
    assert_true(line_writer_close(writer, reason));
    event_text_finish(&text);
}

static void check_comes_back(const char *suffix, bool csv) {
    static struct event read[SLOTS_MAX];
    char path[64], reason[READER_REASON_BYTES];
    struct instrument_table *table = make_table(), *other = make_table();
    struct event_source source;
    struct reader *reader = NULL;
    size_t total = 0, count = 0;
    (void)snprintf(path, sizeof path, "/tmp/files_random_%d%s", (int)getpid(), suffix);
    write_file(path, csv, table);
    assert_int_equal(reader_open(path, other, &source, &reader, reason), STATUS_OK);
    while (total < SLOTS_MAX &&
           source.ops->read(source.self, read + total, SLOTS_MAX - total, &count) == STATUS_OK) {
        total += count;
    }
    assert_string_equal(reader_reason(reader), "");
    for (size_t i = 0; i < event_count && i < total; i++) {
        if (event_hash(1, &events[i]) != event_hash(1, &read[i])) {
            fail_msg("%s, seed %llu: slot %zu (%s) came back as %s", suffix,
                     (unsigned long long)seed, i, event_kind_name((enum event_kind)events[i].kind),
                     event_kind_name((enum event_kind)read[i].kind));
        }
    }
    assert_int_equal(total, event_count);
    event_source_destroy(&source);
    instrument_table_destroy(table);
    instrument_table_destroy(other);
    unlink(path);
}

static void lines_give_back_what_went_in(void **state) {
    (void)state;
    check_comes_back(".jsonl.zst", false);
}

static void csv_gives_back_what_went_in(void **state) {
    (void)state;
    check_comes_back(".csv", true);
    check_comes_back(".csv.gz", true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_give_back_what_went_in),
        cmocka_unit_test(csv_gives_back_what_went_in),
    };
    make_events();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
