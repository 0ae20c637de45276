/* app/instrument_facts.h - what a venue has said of one instrument, in however many messages,
 * as one message.
 *
 * A venue tells tick and lot in one answer and margin tiers in another: what came later is put over
 * what came before, value by value; a table of tiers replaces the one before it.
 * Thread: one at a time.  Owner: whoever embeds it; zeroed is empty. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

struct instrument_facts {
    struct event *slots; /* owned: EVENT_INSTRUMENT and its tiers, one whole message */
    size_t count;        /* 0: nothing was said */
};

/* A message of EVENT_INSTRUMENT or EVENT_TIER slots. Out of memory: as it was before. */
void instrument_facts_take(struct instrument_facts *facts, const struct event *slots, size_t count);
void instrument_facts_finish(struct instrument_facts *facts); /* empty again */
