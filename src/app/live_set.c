#include "app/live_set.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static bool push(void *self, const struct event *slots, size_t count) {
    struct live_set *set = self;
    return ring_push(&set->ring, slots, count);
}

static const char *text_or_null(const char *text) {
    return text[0] != '\0' ? text : NULL;
}

/* The feed of one venue, if any source names it. */
static enum status open_feed(struct live_set *set, const struct app_options *options,
                             enum venue_id venue, const struct source_spec *sources,
                             int source_count, int64_t history_ms) {
    const char *symbols[LIVE_SET_SYMBOLS_MAX];
    const struct event_sink sink = {.self = set, .push = push};
    struct venue_feed_desc desc = {.service = set->service,
                                   .instruments = set->instruments,
                                   .symbols = symbols,
                                   .ws_url = text_or_null(option_text(&options->table, OPT_ws_url)),
                                   .rest_url =
                                       text_or_null(option_text(&options->table, OPT_rest_url)),
                                   .history_ms = history_ms};
    for (int i = 0; i < source_count; i++) {
        if (sources[i].venue == venue) {
            symbols[desc.symbol_count++] = sources[i].symbol;
        }
    }
    if (desc.symbol_count == 0) {
        return STATUS_OK;
    }
    struct live_feed *feed = &set->feeds[set->count];
    enum status status = venue_open_source(venue, &desc, &feed->source, &feed->feed);
    if (status == STATUS_OK) {
        feed->venue = venue;
        set->count++;
        status = feed->source.ops->start(feed->source.self, &sink);
    }
    return status;
}

int live_set_open(struct live_set *set, const struct app_options *options, const char *command,
                  const struct source_spec *sources, int source_count, int64_t history_ms) {
    const char *ca_file = text_or_null(option_text(&options->table, OPT_ca_file));
    enum status status = STATUS_OK;
    assert(source_count <= LIVE_SET_SYMBOLS_MAX);
    *set = (struct live_set){.count = 0};
    set->instruments = instrument_table_create();
    if (set->instruments == NULL ||
        !ring_init(&set->ring, sizeof(struct event), LIVE_SET_RING_SLOTS)) {
        return app_fail(EXIT_STATUS_FAILED, command, "out of memory");
    }
    set->service = net_service_create(
        &(struct net_service_desc){.ca_file = ca_file, .proxies = options->proxies}, &status);
    if (set->service == NULL || !net_service_start(set->service)) {
        return app_fail(EXIT_STATUS_FAILED, command, "%s: %s",
                        ca_file != NULL ? ca_file : "network", status_text(status));
    }
    for (int venue = VENUE_NONE + 1; venue < VENUE_COUNT; venue++) {
        status = open_feed(set, options, (enum venue_id)venue, sources, source_count, history_ms);
        if (status != STATUS_OK) {
            return app_fail(EXIT_STATUS_FAILED, command, "%s: %s", venue_key((enum venue_id)venue),
                            status_text(status));
        }
    }
    return EXIT_STATUS_DONE;
}

void live_set_stop(struct live_set *set) {
    for (int i = 0; i < set->count; i++) {
        set->feeds[i].source.ops->stop(set->feeds[i].source.self);
    }
}

void live_set_close(struct live_set *set) {
    for (int i = 0; i < set->count; i++) {
        event_source_destroy(&set->feeds[i].source);
    }
    net_service_destroy(set->service);
    ring_finish(&set->ring);
    instrument_table_destroy(set->instruments);
}

size_t live_set_take(struct live_set *set, struct event *out, size_t count_max) {
    size_t count = 0;
    /* Messages go in whole: whatever waits ends with one, but the copy may cut the last. */
    for (const struct event *slot = NULL;
         count < count_max && (slot = ring_pop_begin(&set->ring)) != NULL; count++) {
        const size_t room = count_max - count;
        if ((slot->flags & EVENT_FLAG_BEGIN) != 0 && room < EVENT_MESSAGE_SLOTS_MAX && count > 0) {
            break;
        }
        out[count] = *slot;
        ring_pop_end(&set->ring);
    }
    return count;
}
