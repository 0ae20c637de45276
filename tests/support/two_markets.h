/* support/two_markets.h - made-up events of two instruments, interleaved step by step, for tests of
 * the whole engine.
 *
 * Thread: set_up and tear_down by the test's; after that the events are only read, by any.  Owner:
 * the test, which has one of them.  Limit: TWO_MARKETS_SLOTS slots. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "support/market_walk.h"

enum { TWO_MARKETS_SLOTS = 40000 };

static struct instrument_table *table;
static uint16_t btc, eth;
static struct event *events;
static size_t event_count;
static uint64_t events_hash; /* of an engine that was told all of them */

static inline struct engine *make_engine(void) {
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    assert_non_null(engine);
    return engine;
}

/* The hash of a new engine that was told all events, in batches of so many slots; scenes: with a
 * scene made after each. */
static inline uint64_t replay(size_t batch, bool scenes) {
    static struct scene scene;
    struct engine *engine = make_engine();
    for (size_t at = 0; at < event_count; at += batch) {
        size_t count = event_count - at < batch ? event_count - at : batch;
        engine_apply(engine, events + at, count);
        if (scenes) {
            engine_fill_scene(engine, &scene);
        }
    }
    engine_finish(engine);
    uint64_t hash = engine_state_hash(engine);
    engine_destroy(engine);
    return hash;
}

/* For cmocka_run_group_tests. */
static inline int two_markets_set_up(void **state) {
    (void)state;
    table = instrument_table_create();
    events = calloc(TWO_MARKETS_SLOTS, sizeof(*events));
    if (table == NULL || events == NULL) {
        return -1;
    }
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    eth = instrument_add(table, VENUE_BYBIT, "ETHUSDT", 7);
    struct market_walk walks[2];
    market_walk_init(&walks[0], 1, btc);
    market_walk_init(&walks[1], 2, eth);
    for (int i = 0; event_count + MARKET_WALK_MESSAGE_MAX <= TWO_MARKETS_SLOTS; i++) {
        event_count += market_walk_next(&walks[i % 2], events + event_count);
    }
    events_hash = replay(256, false);
    return 0;
}

static inline int two_markets_tear_down(void **state) {
    (void)state;
    free(events);
    instrument_table_destroy(table);
    return 0;
}

/* How many slots the message that begins at this one has. */
static inline size_t message_slots(size_t at) {
    return event_message_slots(events + at, event_count - at);
}
