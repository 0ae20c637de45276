/* venue/feed.h - one venue live: an event source over any dialect.
 *
 * Thread: works on its net_service's thread; create, start, stop, destroy and the stats are the
 * owner's.  Owner: venue_open_source.  Limits: VENUE_SYMBOL_COUNT_MAX symbols, and those of
 * feed_inside.h. */
#pragma once

#include "venue/dialect.h"
#include "venue/venue.h"

/* NULL and *why: STATUS_RANGE (too many symbols, or a URL too long), STATUS_FULL (instrument
 * table), STATUS_MEMORY. */
struct venue_feed *feed_create(const struct venue_dialect *dialect,
                               const struct venue_feed_desc *desc, enum status *why);
void feed_destroy(struct venue_feed *feed); /* stops first; not on the net thread; NULL accepted */
/* Before feed_start: whole messages that are known already, in their order (venue_feed_know). */
bool feed_know(struct venue_feed *feed, const struct venue_known_sinks *sinks,
               const struct event *slots, size_t count);
enum status feed_start(struct venue_feed *feed, const struct event_sink *sink);
void feed_stop(struct venue_feed *feed);
/* How many of the newest errors that the venue told, no two alike; *out, the oldest first, is the
 * feed's. Before feed_start or after feed_stop. */
int feed_errors(const struct venue_feed *feed, const struct venue_feed_error **out);
const struct venue_feed_stats *feed_stats(const struct venue_feed *feed);
