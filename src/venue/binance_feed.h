/* venue/binance_feed.h - the live connection to Binance USD-M: two sockets, REST, history,
 * resynchronisation.
 *
 * Thread: the net service's, but for create, start, stop, destroy and stats (the owner's). */
#pragma once

#include "venue/venue.h"

struct venue_feed *binance_feed_create(const struct venue_feed_desc *desc, enum status *why);
void binance_feed_destroy(struct venue_feed *feed);
enum status binance_feed_start(struct venue_feed *feed, const struct event_sink *sink);
void binance_feed_stop(struct venue_feed *feed);
const struct venue_feed_stats *binance_feed_stats(const struct venue_feed *feed);
