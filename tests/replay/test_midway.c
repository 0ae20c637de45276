/* A recording that begins while the market runs holds the market, and so does each file of one that
 * is rotated: the book that is replayed out of it, and what is known beside, are what the live ones
 * were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/recorder_head.h"
#include "archive/recording_reader.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/random.h"
#include "state/book.h"
#include "support/event_make.h"
#include "support/folder.h"
#include "support/recording_read.h"

enum {
    READ_SLOTS = EVENT_MESSAGE_SLOTS_MAX,
    LEVELS = 400,
    CHANGES = 3000,
    WAIT_S = 30,
    ROOM = 20000 /* slots that may wait */
};
static const int64_t start_ms = 1760000000000;

/* The market as it should be, and a recorder of it that may begin at any time. */
struct live {
    struct instrument_table *table;
    struct recorder *recorder;
    struct recorder_head_state *market;
    struct recorder_head head;
    struct event_sink tee;
    struct book book;
    struct random random;
    int64_t ts_ms;
};

static const struct event_sink nobody = {.push = NULL};

static void begin_live(struct live *live, int64_t ts_ms, const struct event_sink *inner) {
    *live = (struct live){.table = make_table(), .ts_ms = ts_ms};
    live->market = recorder_head_create(&live->head);
    assert_true(live->market != NULL && book_init(&live->book));
    live->recorder = recorder_create(live->table, 1);
    live->tee = recorder_tee(live->recorder, 0, inner, &live->head);
    random_init(&live->random, 7);
}

static void end_live(struct live *live) {
    recorder_destroy(live->recorder);
    recorder_head_destroy(live->market);
    book_finish(&live->book);
    instrument_table_destroy(live->table);
}

static void start(struct recorder *recorder, const struct recorder_file *file) {
    char reason[RECORDER_REASON_BYTES];
    if (recorder_start(recorder, file, reason) != STATUS_OK) {
        fail_msg("%s", reason);
    }
}

static void stop(struct recorder *recorder) {
    char reason[RECORDER_REASON_BYTES];
    if (!recorder_stop(recorder, reason)) {
        fail_msg("%s", reason);
    }
}

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

static void know(void *user, const struct event *slot) {
    struct known *known = user;
    known->first = known->first.kind == EVENT_NONE ? *slot : known->first;
    if (slot->kind == EVENT_BOOK) {
        book_apply(&known->book, slot);
    }
    known->price = slot->kind == EVENT_PRICE ? *slot : known->price;
    known->interest = slot->kind == EVENT_OPEN_INTEREST ? *slot : known->interest;
    known->facts += slot->kind == EVENT_INSTRUMENT;
    known->tiers += slot->kind == EVENT_TIER;
}

static struct known replay(const char *path) {
    struct known known = {.facts = 0};
    assert_true(book_init(&known.book));
    recording_read(path, know, &known);
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
    char path[64];
    struct live live;
    (void)state;
    begin_live(&live, start_ms, &nobody);
    (void)snprintf(path, sizeof path, "/tmp/midway_%d.liq", (int)getpid());
    unlink(path);
    push_market(&live);
    push_snapshot(&live);
    push_changes(&live, CHANGES);

    const int64_t begun_ms = live.ts_ms;
    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    start(live.recorder, &file);
    push_changes(&live, CHANGES);
    stop(live.recorder);
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
    start(live.recorder, &file);
    push_changes(&live, 1);
    stop(live.recorder);
    known = replay(path);
    assert_false(known.book.has_snapshot);
    assert_int_equal(known.facts, 1);
    book_finish(&known.book);
    unlink(path);
    end_live(&live);
}

/* -- what was before -- */

enum { BARS = 40, MINUTE_MS = 60000 };

/* An hour that passed: a bar a minute, open interest twice, a liquidation, trades. */
static void push_past(const struct event_sink *tee, int from, int until) {
    for (int i = from; i < until; i++) {
        const int64_t ts_ms = start_ms / MINUTE_MS * MINUTE_MS + (int64_t)i * MINUTE_MS;
        struct event bar[2] = {make_event(EVENT_KLINE, 0, ts_ms),
                               make_event(EVENT_KLINE_VOLUME, 0, ts_ms)};
        bar[0].flags = EVENT_FLAG_BEGIN | EVENT_FLAG_CLOSED;
        bar[1].flags = EVENT_FLAG_END | EVENT_FLAG_CLOSED;
        bar[0].u.kline.open = bar[0].u.kline.high = bar[0].u.kline.low = 60000;
        bar[0].u.kline.close = 60000;
        bar[0].u.kline.interval_s = 60;
        struct event told[] = {make_trade(0, ts_ms + 1000, SIDE_BUY, "60000", "1"),
                               make_open_interest(0, ts_ms + 2000, "1000"),
                               make_liquidation(0, ts_ms + 3000, POS_LONG, "59990", "1"),
                               make_open_interest(0, ts_ms + 4000, "1001")};
        for (size_t k = 0; k < sizeof told / sizeof told[0]; k++) {
            assert_true(event_sink_push(tee, &told[k], 1));
        }
        assert_true(event_sink_push(tee, bar, 2)); /* when it is over */
    }
}

struct told {
    int bars, interest, liquidations, trades, facts, gaps; /* of history: the first three */
    int live_liquidations;
    int64_t gap_from_ms, gap_to_ms; /* of the last one */
    bool history_first;             /* of what happened nothing stands before it */
};

static void tell(void *user, const struct event *slot) {
    struct told *told = user;
    const bool history = (slot->flags & EVENT_FLAG_HISTORY) != 0;
    told->history_first = told->history_first && (!history || told->trades == 0);
    told->trades += slot->kind == EVENT_TRADE;
    told->facts += slot->kind == EVENT_INSTRUMENT;
    told->bars += history && slot->kind == EVENT_KLINE;
    told->interest += history && slot->kind == EVENT_OPEN_INTEREST;
    told->liquidations += history && slot->kind == EVENT_LIQUIDATION;
    told->live_liquidations += !history && slot->kind == EVENT_LIQUIDATION;
    if (slot->kind == EVENT_GAP) {
        told->gaps++;
        told->gap_from_ms = slot->u.gap.from_ms;
        told->gap_to_ms = slot->u.gap.to_ms;
    }
}

static struct told read_told(const char *path) {
    struct told told = {.history_first = true};
    recording_read(path, tell, &told);
    return told;
}

/* Everything once: in the first recording what was before it, in one that goes on with it what came
 * in the pause. */
static void what_was_before_is_there_once(void **state) {
    char path[64];
    struct live live;
    const int64_t first_ms = start_ms / MINUTE_MS * MINUTE_MS;
    (void)state;
    begin_live(&live, start_ms - 60 * MINUTE_MS, &nobody);
    (void)snprintf(path, sizeof path, "/tmp/midway_past_%d.liq", (int)getpid());
    unlink(path);
    push_market(&live);
    push_past(&live.tee, 0, BARS);

    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    start(live.recorder, &file);
    push_past(&live.tee, BARS, BARS + 2);
    stop(live.recorder);
    struct told told = read_told(path);
    assert_int_equal(told.facts, 1);
    assert_int_equal(told.bars, BARS);
    assert_in_range(told.interest, BARS, BARS + 1);
    assert_int_equal(told.liquidations, BARS);
    assert_int_equal(told.trades, 2);
    assert_int_equal(told.live_liquidations, 2);
    assert_true(told.history_first);
    assert_int_equal(told.gaps, 1); /* of the second behind the last bar */
    assert_int_equal(told.gap_from_ms, first_ms + BARS * MINUTE_MS);
    assert_int_equal(told.gap_to_ms, first_ms + BARS * MINUTE_MS + 1000);

    push_past(&live.tee, BARS + 2, BARS + 10); /* not recorded */
    start(live.recorder, &file);
    push_past(&live.tee, BARS + 10, BARS + 11);
    stop(live.recorder);
    told = read_told(path);
    assert_int_equal(told.bars, BARS + 8);
    assert_int_equal(told.liquidations, BARS + 8);
    assert_int_equal(told.live_liquidations, 3);
    assert_int_equal(told.trades, 3);
    assert_int_equal(told.gap_to_ms, first_ms + (BARS + 10) * MINUTE_MS + 1000);
    unlink(path);
    end_live(&live);
}

/* -- rotation -- */

/* One recording, slot by slot. */
struct walk {
    struct instrument_table *table;
    struct event_source source;
    struct event *slots; /* READ_SLOTS */
    size_t count, at;
    struct book book;
    int64_t messages;
};

static void begin_walk(struct walk *walk, const char *path) {
    char reason[RECORDING_READER_REASON_BYTES];
    struct recording_reader *reader = NULL;
    *walk = (struct walk){.table = instrument_table_create(),
                          .slots = malloc(READ_SLOTS * sizeof *walk->slots)};
    assert_true(walk->slots != NULL && book_init(&walk->book));
    if (recording_reader_open(path, walk->table, &walk->source, &reader, reason) != STATUS_OK) {
        fail_msg("%s", reason);
    }
}

static void end_walk(struct walk *walk) {
    event_source_destroy(&walk->source);
    instrument_table_destroy(walk->table);
    book_finish(&walk->book);
    free(walk->slots);
}

/* Apply the next message; its first slot, or NULL at the end. */
static const struct event *next_message(struct walk *walk) {
    if (walk->at == walk->count) {
        walk->at = 0;
        if (walk->source.ops->read(walk->source.self, walk->slots, READ_SLOTS, &walk->count) !=
            STATUS_OK) {
            return NULL;
        }
    }
    const struct event *first = &walk->slots[walk->at];
    const size_t len = event_message_slots(first, walk->count - walk->at);
    for (size_t i = 0; i < len && first->kind == EVENT_BOOK; i++) {
        book_apply(&walk->book, &first[i]);
    }
    walk->at += len;
    walk->messages++;
    return first;
}

/* Alone, the file tells the market as the unbroken recording does at each of its moments. Returns
 * what it has beyond its head. */
static int64_t expect_same_market(const char *path, struct walk *whole, bool has_head) {
    struct walk part;
    const struct event *first = NULL;
    int64_t ts_ms = 0, told = 0;
    bool facts = false, in_head = has_head;
    begin_walk(&part, path);
    while ((first = next_message(&part)) != NULL) {
        facts = facts || first->kind == EVENT_INSTRUMENT;
        ts_ms = ts_ms == 0 ? first->ts_ms : ts_ms;
        if (in_head) { /* it ends with the snapshot; the event that it is for comes next */
            in_head = (first->flags & EVENT_FLAG_SNAPSHOT) == 0;
            assert_int_equal(first->ts_ms, ts_ms);
            continue;
        }
        const struct event *same = next_message(whole);
        assert_true(same != NULL && same->ts_ms == first->ts_ms && same->kind == first->kind);
        if (told++ % 32 == 0 &&
            book_hash(HASH_START, &part.book) != book_hash(HASH_START, &whole->book)) {
            fail_msg("%s: another book, %lld ms behind its begin", path,
                     (long long)(first->ts_ms - ts_ms));
        }
    }
    assert_true(facts);
    assert_false(in_head);
    assert_int_equal(part.book.early_count, 0);
    assert_true(book_hash(HASH_START, &part.book) == book_hash(HASH_START, &whole->book));
    end_walk(&part);
    return told;
}

/* Changes without a pause, as fast as the slower recorder goes, until there are so many files. */
static void push_until_files(struct live *live, struct recorder *whole, int64_t files) {
    struct recorder *rotated = live->recorder;
    const int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_S * 1000000000;
    int64_t pushed = recorder_get_stats(whole).slots;
    while (recorder_get_stats(rotated).files < files && clock_mono_ns() < end_ns) {
        push_changes(live, 100);
        pushed += 300;
        while (recorder_get_stats(rotated).slots + ROOM < pushed ||
               recorder_get_stats(whole).slots + ROOM < pushed) {
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
            if (clock_mono_ns() > end_ns) {
                break;
            }
        }
    }
    push_changes(live, CHANGES);
    assert_int_equal(recorder_get_stats(rotated).files, files);
}

static void each_file_of_a_rotation_holds_the_market(void **state) {
    enum { FILES = 2 };
    char folder[FOLDER_PATH_BYTES], path[FOLDER_PATH_BYTES + 16];
    char whole_path[FOLDER_PATH_BYTES + 16];
    char pattern[FOLDER_PATH_BYTES + 16];
    struct instrument_table *table = make_table();
    struct recorder *whole = recorder_create(table, 1);
    const struct event_sink inner = recorder_tee(whole, 0, &nobody, NULL);
    struct live live;
    struct walk walk;
    glob_t found;
    (void)state;
    make_folder("rotation", folder);
    begin_live(&live, start_ms, &inner);
    (void)snprintf(path, sizeof path, "%s/part.liq", folder);
    (void)snprintf(whole_path, sizeof whole_path, "%s/whole.liq", folder);
    (void)snprintf(pattern, sizeof pattern, "%s/part-*.liq", folder);
    const struct recorder_file one = {.path = whole_path, .free_bytes_min = 1};
    const struct recorder_file many = {.path = path, .rotate_bytes = 1, .free_bytes_min = 1};
    start(whole, &one);
    start(live.recorder, &many);
    push_market(&live);
    push_snapshot(&live);
    push_until_files(&live, whole, FILES);
    stop(live.recorder);
    stop(whole);
    assert_int_equal(recorder_get_stats(whole).lost + recorder_get_stats(live.recorder).lost, 0);

    begin_walk(&walk, whole_path);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, FILES);
    int64_t told = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) { /* by time, as they are named */
        told += expect_same_market(found.gl_pathv[i], &walk, i > 0);
    }
    assert_null(next_message(&walk));
    assert_int_equal(told, walk.messages); /* none is missing, none there twice */
    globfree(&found);
    end_walk(&walk);
    remove_folder(folder);
    end_live(&live);
    recorder_destroy(whole);
    instrument_table_destroy(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_book_is_there_at_once),
        cmocka_unit_test(what_was_before_is_there_once),
        cmocka_unit_test(each_file_of_a_rotation_holds_the_market),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
