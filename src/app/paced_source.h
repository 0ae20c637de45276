/* app/paced_source.h - a recording pushed at a pace: its own event times, divided by speed.
 *
 * Thread: owner's; start makes one (THREAD_READER) that sleeps until a message is due and drops
 * nothing. Owner: whoever opened it, through event_source_destroy, which destroys the inner source,
 * too. */
#pragma once

#include "base/status.h"
#include "market/event_source.h"

/* inner must have read; it is taken over. speed: event seconds a second; 0: as fast as the sink
 * takes them. STATUS_MEMORY: inner stays the caller's. */
enum status paced_source_open(struct event_source inner, double speed, struct event_source *out);
