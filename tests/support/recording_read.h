/* support/recording_read.h - every slot of a recording, for a test that counts what is in it.
 *
 * Thread: the test's.  What cannot be read fails the test, with the reader's reason. */
#pragma once

#include <stdlib.h>

#include "archive/recording_reader.h"
#include "market/event.h"

/* One instrument, as recordings of tests have it: number 0. */
static inline struct instrument_table *make_table(void) {
    struct instrument_table *table = instrument_table_create();
    assert_int_equal(instrument_add(table, VENUE_BYBIT, "BTCUSDT", 7), 0);
    return table;
}

static inline void recording_read(const char *path,
                                  void (*take)(void *user, const struct event *slot), void *user) {
    char reason[RECORDING_READER_REASON_BYTES];
    struct instrument_table *table = instrument_table_create();
    struct recording_reader *reader = NULL;
    struct event *slots = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *slots);
    struct event_source source;
    size_t count = 0;
    assert_non_null(slots);
    if (recording_reader_open(path, table, &source, &reader, reason) != STATUS_OK) {
        fail_msg("%s", reason);
    }
    while (source.ops->read(source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            take(user, &slots[i]);
        }
    }
    event_source_destroy(&source);
    instrument_table_destroy(table);
    free(slots);
}
