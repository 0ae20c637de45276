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
static enum status open_feed(struct live_set *set, const struct live_set_desc *want,
                             enum venue_id venue) {
    const struct option_table *options = &want->options->table;
    const char *symbols[LIVE_SET_SYMBOLS_MAX];
    struct event_sink sink = {.self = set, .push = push};
    struct venue_feed_desc desc = {.service = set->service,
                                   .instruments = set->instruments,
                                   .symbols = symbols,
                                   .ws_url = text_or_null(option_text(options, OPT_ws_url)),
                                   .rest_url = text_or_null(option_text(options, OPT_rest_url)),
                                   .history_ms = want->history_ms};
    for (int i = 0; i < want->source_count; i++) {
        if (want->sources[i].venue == venue) {
            symbols[desc.symbol_count++] = want->sources[i].symbol;
        }
    }
    if (desc.symbol_count == 0) {
        return STATUS_OK;
    }
    struct live_feed *feed = &set->feeds[set->count];
    if (set->recorder != NULL) {
        struct recorder_head head;
        feed->head = recorder_head_create(&head);
        if (feed->head == NULL) {
            return STATUS_MEMORY;
        }
        sink = recorder_tee(set->recorder, set->count, &(struct event_sink){.push = NULL}, &head);
    }
    enum status status = venue_open_source(venue, &desc, &feed->source, &feed->feed);
    if (status == STATUS_OK) {
        feed->venue = venue;
        set->count++;
        status = feed->source.ops->start(feed->source.self, &sink);
    }
    return status;
}

static int open_recorder(struct live_set *set, const struct live_set_desc *desc) {
    static_assert((int)RECORDER_SOURCE_MAX >= (int)VENUE_COUNT - 1, "a source a venue");
    char reason[RECORDER_REASON_BYTES];
    set->recorder = recorder_create(set->instruments, VENUE_COUNT - 1);
    if (set->recorder == NULL) {
        return app_fail(EXIT_STATUS_FAILED, desc->command, "out of memory");
    }
    return recorder_start(set->recorder, desc->file, reason) == STATUS_OK
               ? EXIT_STATUS_DONE
               : app_fail(EXIT_STATUS_FAILED, desc->command, "%s", reason);
}

int live_set_open(struct live_set *set, const struct live_set_desc *desc) {
    const char *ca_file = text_or_null(option_text(&desc->options->table, OPT_ca_file));
    enum status status = STATUS_OK;
    assert(desc->source_count <= LIVE_SET_SYMBOLS_MAX);
    *set = (struct live_set){.count = 0};
    set->instruments = instrument_table_create();
    if (set->instruments == NULL ||
        (desc->file == NULL && !ring_init(&set->ring, sizeof(struct event), LIVE_SET_RING_SLOTS))) {
        return app_fail(EXIT_STATUS_FAILED, desc->command, "out of memory");
    }
    const int opened = desc->file != NULL ? open_recorder(set, desc) : EXIT_STATUS_DONE;
    if (opened != EXIT_STATUS_DONE) {
        return opened;
    }
    set->service = net_service_create(
        &(struct net_service_desc){.ca_file = ca_file, .proxies = desc->options->proxies}, &status);
    if (set->service == NULL || !net_service_start(set->service)) {
        return app_fail(EXIT_STATUS_FAILED, desc->command, "%s: %s",
                        ca_file != NULL ? ca_file : "network", status_text(status));
    }
    for (int venue = VENUE_NONE + 1; venue < VENUE_COUNT; venue++) {
        status = open_feed(set, desc, (enum venue_id)venue);
        if (status != STATUS_OK) {
            return app_fail(EXIT_STATUS_FAILED, desc->command, "%s: %s",
                            venue_key((enum venue_id)venue), status_text(status));
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
    recorder_destroy(set->recorder);
    for (int i = 0; i < VENUE_COUNT; i++) { /* one that failed to open has one, too */
        recorder_head_destroy(set->feeds[i].head);
    }
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
