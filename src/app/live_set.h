/* app/live_set.h - live feeds without an engine: for feed-test and collect.
 *
 * One feed a venue with all its symbols, on one net service; events go through one ring to the
 * caller, or into a recording. Thread: main opens, takes and closes; the service's thread pushes.
 * Limits: LIVE_SET_SYMBOLS_MAX sources, LIVE_SET_RING_SLOTS waiting: what does not fit is the
 * feed's to count and to mark. */
#pragma once

#include "app/app.h"
#include "app/recorder_head.h"
#include "app/source.h"
#include "archive/recorder.h"
#include "base/ring.h"
#include "market/event_source.h"
#include "net/service.h"
#include "venue/venue.h"

enum { LIVE_SET_SYMBOLS_MAX = CLI_ARG_MAX, LIVE_SET_RING_SLOTS = 1 << 18 };

struct live_feed {
    enum venue_id venue;
    struct event_source source;       /* owned */
    struct venue_feed *feed;          /* borrowed from it, for its stats */
    struct recorder_head_state *head; /* owned: with what a file begins; NULL without a recorder */
};

struct live_set {
    struct instrument_table *instruments; /* owned */
    struct net_service *service;          /* owned */
    struct ring ring;                     /* owned; without a recorder */
    struct recorder *recorder;            /* owned; NULL: events go through the ring */
    struct live_feed feeds[VENUE_COUNT];
    int count;
};

struct live_set_desc {
    const struct app_options *options;
    const char *command;               /* for messages */
    const struct source_spec *sources; /* all SOURCE_LIVE */
    int source_count;
    int64_t history_ms;               /* as of struct venue_feed_desc */
    const struct recorder_file *file; /* record everything into it; NULL: live_set_take */
};

/* EXIT_STATUS_DONE, or what was said on standard error; close it in any case. */
int live_set_open(struct live_set *set, const struct live_set_desc *desc);
void live_set_close(struct live_set *set); /* zeroed accepted */
/* No more events come; what is in the ring stays, what the recorder has is written. */
void live_set_stop(struct live_set *set);

/* The next whole messages, up to count_max slots (>= EVENT_MESSAGE_SLOTS_MAX); 0: none waits. */
size_t live_set_take(struct live_set *set, struct event *out, size_t count_max);
