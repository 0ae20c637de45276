/* A recording that begins while the market runs holds the market: the book that is replayed out of
 * it, and what is known beside, are what the live ones were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/recorder_head.h"
#include "archive/recording_reader.h"
#include "base/hash.h"
#include "base/random.h"
#include "state/book.h"
#include "support/event_make.h"

enum { READ_SLOTS = EVENT_MESSAGE_SLOTS_MAX, LEVELS = 400, CHANGES = 3000 };
static const int64_t start_ms = 1760000000000;

struct live {
    struct event_sink tee;
    struct book book; /* what it should be */
    struct random random;
    int64_t ts_ms;
};

static void push(struct live *live, struct event *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        slots[i].ts_ms = live->ts_ms;
        slots[i].flags &= EVENT_FLAG_SNAPSHOT;
    }
    slots[0].flags |= EVENT_FLAG_BEGIN;
    slots[count - 1].flags |= EVENT_FLAG_END;
    for (size_t i = 0; i < count && slots[0].kind == EVENT_BOOK; i++) {
        book_apply(&live->book, &slots[i]);
    }
    assert_true(event_sink_push(&live->tee, slots, count));
    live->ts_ms += 10;
}

static struct event make_random_level(struct live *live, int place, unsigned flags) {
    const enum side side = place % 2 == 0 ? SIDE_BUY : SIDE_SELL;
    struct event slot = make_level(0, 0, side, "60000.5", "1", flags);
    slot.u.level.price += (side == SIDE_BUY ? -1 : 1) * (place / 2 + 1) * 5;
    slot.u.level.qty_base = (int64_t)(random_u64(&live->random) % 4) * 250;
    slot.exponent_b = -3;
    slot.u.level.update_id = live->ts_ms;
    return slot;
}

static void push_snapshot(struct live *live) {
    struct event slots[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
        /* the last one is out of reach of all changes: the quantities' exponent stays needed */
        slots[i] = make_random_level(live, i < LEVELS - 1 ? i : 2 * LEVELS, EVENT_FLAG_SNAPSHOT);
        slots[i].u.level.qty_base += 1;
    }
    push(live, slots, LEVELS);
}

static void push_changes(struct live *live, int count) {
    for (int i = 0; i < count; i++) {
        struct event slots[3];
        for (int k = 0; k < 3; k++) {
            slots[k] = make_random_level(live, (int)(random_u64(&live->random) % (2 * LEVELS)), 0);
        }
        push(live, slots, 3);
    }
}

/* What a replay knows at the end of a recording. */
struct known {
    struct book book;
    struct event first;
    struct event price, interest;
    int facts, tiers;
};

static struct known replay(const char *path) {
    static struct event slots[READ_SLOTS];
    char reason[RECORDING_READER_REASON_BYTES];
    struct instrument_table *table = instrument_table_create();
    struct recording_reader *reader = NULL;
    struct event_source source;
    struct known known = {.facts = 0};
    size_t count = 0;
    bool first = true;
    assert_true(book_init(&known.book));
    assert_int_equal(recording_reader_open(path, table, &source, &reader, reason), STATUS_OK);
    while (source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
        known.first = first ? slots[0] : known.first;
        first = false;
        for (size_t i = 0; i < count; i++) {
            if (slots[i].kind == EVENT_BOOK) {
                book_apply(&known.book, &slots[i]);
            }
            known.price = slots[i].kind == EVENT_PRICE ? slots[i] : known.price;
            known.interest = slots[i].kind == EVENT_OPEN_INTEREST ? slots[i] : known.interest;
            known.facts += slots[i].kind == EVENT_INSTRUMENT;
            known.tiers += slots[i].kind == EVENT_TIER;
        }
    }
    event_source_destroy(&source);
    instrument_table_destroy(table);
    return known;
}

static struct event make_tier(int32_t index) {
    struct event tier = make_event(EVENT_TIER, 0, 0);
    tier.u.tier.notional_cap_usd = 50000.0 * (index + 1);
    tier.u.tier.mmr = 0.004 * (index + 1);
    tier.u.tier.leverage_max = 125;
    tier.u.tier.index = index;
    return tier;
}

static void push_market(struct live *live) {
    struct event facts[3] = {make_event(EVENT_INSTRUMENT, 0, 0), make_tier(0), make_tier(1)};
    struct event price = make_mark(0, 0, "60000.1");
    struct event interest = make_open_interest(0, 0, "1234.5");
    facts[0].has = INSTRUMENT_HAS_TICK;
    facts[0].u.instrument.tick = 5;
    push(live, facts, 1);
    push(live, facts + 1, 2); /* in an answer of their own */
    push(live, &price, 1);
    price = make_mark(0, 0, "60000.3");
    price.has = PRICE_HAS_LAST;
    price.u.price.last = 6000030;
    price.exponent_c = -2;
    push(live, &price, 1);
    push(live, &interest, 1);
}

static void the_book_is_there_at_once(void **state) {
    char path[64], reason[RECORDER_REASON_BYTES];
    struct instrument_table *table = instrument_table_create();
    struct recorder_head head;
    struct recorder_head_state *market = recorder_head_create(&head);
    const struct event_sink nobody = {.push = NULL};
    struct live live = {.ts_ms = start_ms};
    (void)state;
    assert_non_null(market);
    assert_int_equal(instrument_add(table, VENUE_BYBIT, "BTCUSDT", 7), 0);
    struct recorder *recorder = recorder_create(table, 1);
    live.tee = recorder_tee(recorder, 0, &nobody, &head);
    random_init(&live.random, 7);
    assert_true(book_init(&live.book));
    (void)snprintf(path, sizeof path, "/tmp/midway_%d.liq", (int)getpid());
    unlink(path);
    push_market(&live);
    push_snapshot(&live);
    push_changes(&live, CHANGES);

    const int64_t begun_ms = live.ts_ms;
    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    push_changes(&live, CHANGES);
    assert_true(recorder_stop(recorder, reason));
    struct known known = replay(path);
    assert_int_equal(known.first.kind, EVENT_INSTRUMENT);
    assert_int_equal(known.first.ts_ms, begun_ms);
    assert_int_equal(known.first.u.instrument.tick, 5);
    assert_int_equal(known.facts, 1);
    assert_int_equal(known.tiers, 2);
    assert_int_equal(known.book.early_count, 0);
    assert_true(book_is_valid(&known.book));
    assert_true(book_hash(HASH_START, &known.book) == book_hash(HASH_START, &live.book));
    assert_int_equal(known.price.has, PRICE_HAS_MARK | PRICE_HAS_LAST);
    assert_int_equal(known.price.u.price.mark, 600001);
    assert_int_equal(known.price.u.price.last, 6000030);
    assert_int_equal(known.interest.u.open_interest.oi_base, 12345);
    book_finish(&known.book);
    unlink(path);

    struct event gap = make_event(EVENT_GAP, 0, 0); /* nothing is known of the book now */
    gap.detail = STREAM_BOOK;
    push(&live, &gap, 1);
    assert_int_equal(recorder_start(recorder, &file, reason), STATUS_OK);
    push_changes(&live, 1);
    assert_true(recorder_stop(recorder, reason));
    known = replay(path);
    assert_false(known.book.has_snapshot);
    assert_int_equal(known.facts, 2); /* the file's own head, and the source's */
    book_finish(&known.book);
    unlink(path);
    recorder_destroy(recorder);
    recorder_head_destroy(market);
    book_finish(&live.book);
    instrument_table_destroy(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_book_is_there_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
