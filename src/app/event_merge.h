/* app/event_merge.h - what was told of one thing in several messages, as one slot: of each value
 * that which was told last.
 *
 * Thread: any; plain data. */
#pragma once

#include "market/event.h"

/* Put what a slot says over what is kept of slots of its kind (EVENT_PRICE, EVENT_FUNDING,
 * EVENT_OPEN_INTEREST, EVENT_INSTRUMENT); zeroed is nothing yet. Flags stay as they are, but that a
 * market is simulated. */
void event_merge(struct event *kept, const struct event *said);
