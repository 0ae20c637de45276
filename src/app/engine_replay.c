#include "app/engine_replay.h"

#include <stdlib.h>
#include <string.h>

#include "app/file_source.h"
#include "base/str.h"

struct engine_replay {
    /* In the order of building up. */
    struct instrument_table *instruments;
    struct engine *engine;
    struct event_source source;
    struct file_source *files; /* borrowed; NULL for the demo */
    struct event *slots;       /* owned: one read */

    size_t slot_next, slot_count; /* what of slots is still to be applied */
    bool ended;
    int64_t first_ms, newest_ms; /* of the events applied; newest < first: none */
};

static enum exit_status fail_memory(char *reason) {
    str_copy(reason, SOURCE_REASON_BYTES, status_text(STATUS_MEMORY));
    return EXIT_STATUS_FAILED;
}

static enum exit_status open_source(struct engine_replay *replay,
                                    const struct engine_replay_desc *desc, char *reason) {
    if (desc->sources->specs[0].kind == SOURCE_FILE) {
        bool opened = file_source_open(desc->sources, replay->instruments, &replay->source,
                                       &replay->files, reason);
        return opened ? EXIT_STATUS_DONE : EXIT_STATUS_FAILED;
    }
    struct source_sim_desc demo = desc->demo;
    demo.instruments = replay->instruments;
    enum status status = source_sim_create(&demo, &replay->source);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "demo: %s", status_text(status));
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}

/* Whether an event's time is one of the market's: a feed state and a description stand before it.
 */
static bool has_market_time(const struct event *event) {
    return event->kind != EVENT_FEED && event->kind != EVENT_INSTRUMENT &&
           event->kind != EVENT_TIER;
}

static void note_time(const struct event *event, int64_t *first_ms, int64_t *newest_ms) {
    if (has_market_time(event)) {
        *first_ms = event->ts_ms < *first_ms ? event->ts_ms : *first_ms;
        *newest_ms = event->ts_ms > *newest_ms ? event->ts_ms : *newest_ms;
    }
}

bool engine_replay_find_times(const struct engine_replay_desc *desc, int64_t *first_ms,
                              int64_t *newest_ms, char reason[SOURCE_REASON_BYTES]) {
    struct engine_replay probe = {.instruments = instrument_table_create()};
    struct event *slots = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof *slots);
    size_t count = 0;
    *first_ms = INT64_MAX;
    *newest_ms = INT64_MIN;
    if (probe.instruments == NULL || slots == NULL) {
        fail_memory(reason);
    } else if (open_source(&probe, desc, reason) == EXIT_STATUS_DONE) {
        str_copy(reason, SOURCE_REASON_BYTES, "the source has no events");
        while (probe.source.ops->read(probe.source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) ==
               STATUS_OK) {
            for (size_t i = 0; i < count; i++) {
                note_time(&slots[i], first_ms, newest_ms);
            }
        }
    }
    event_source_destroy(&probe.source);
    instrument_table_destroy(probe.instruments);
    free(slots);
    return *first_ms <= *newest_ms;
}

static enum exit_status create_parts(struct engine_replay *replay,
                                     const struct engine_replay_desc *desc, char *reason) {
    replay->instruments = instrument_table_create();
    replay->slots = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof *replay->slots);
    if (replay->instruments == NULL || replay->slots == NULL) {
        return fail_memory(reason);
    }
    replay->engine =
        engine_create(&(struct engine_desc){.instruments = replay->instruments,
                                            .demo = desc->sources->specs[0].kind == SOURCE_DEMO,
                                            .margins = desc->margins,
                                            .full_score = desc->full_score,
                                            .truth = desc->truth});
    if (replay->engine == NULL) {
        return fail_memory(reason);
    }
    return open_source(replay, desc, reason);
}

enum exit_status engine_replay_create(const struct engine_replay_desc *desc,
                                      struct engine_replay **out,
                                      char reason[SOURCE_REASON_BYTES]) {
    *out = NULL;
    struct engine_replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        return fail_memory(reason);
    }
    enum exit_status status = create_parts(replay, desc, reason);
    if (status != EXIT_STATUS_DONE) {
        engine_replay_destroy(replay);
        return status;
    }
    replay->first_ms = INT64_MAX;
    replay->newest_ms = INT64_MIN;
    *out = replay;
    return EXIT_STATUS_DONE;
}

void engine_replay_destroy(struct engine_replay *replay) {
    if (replay != NULL) {
        event_source_destroy(&replay->source);
        engine_destroy(replay->engine);
        instrument_table_destroy(replay->instruments);
        free(replay->slots);
        free(replay);
    }
}

/* The next whole message in slots, read on if there is none; its length, 0 at the end. */
static size_t next_message(struct engine_replay *replay) {
    if (replay->slot_next == replay->slot_count && !replay->ended) {
        replay->slot_next = 0;
        replay->ended =
            replay->source.ops->read(replay->source.self, replay->slots, EVENT_MESSAGE_SLOTS_MAX,
                                     &replay->slot_count) != STATUS_OK;
        replay->slot_count = replay->ended ? 0 : replay->slot_count;
    }
    return event_message_slots(&replay->slots[replay->slot_next],
                               replay->slot_count - replay->slot_next);
}

void engine_replay_advance(struct engine_replay *replay, int64_t until_ms) {
    for (;;) {
        size_t count = next_message(replay);
        if (count == 0) {
            break;
        }
        const struct event *first = &replay->slots[replay->slot_next];
        if (first->ts_ms > until_ms) {
            return;
        }
        engine_apply(replay->engine, first, count);
        replay->slot_next += count;
        note_time(first, &replay->first_ms, &replay->newest_ms);
    }
    engine_finish(replay->engine);
}

bool engine_replay_times(const struct engine_replay *replay, int64_t *first_ms,
                         int64_t *newest_ms) {
    *first_ms = replay->first_ms;
    *newest_ms = replay->newest_ms;
    return replay->newest_ms >= replay->first_ms;
}

struct engine *engine_replay_engine(struct engine_replay *replay) {
    return replay->engine;
}

const struct instrument_table *engine_replay_instruments(const struct engine_replay *replay) {
    return replay->instruments;
}

const char *engine_replay_take_trouble(struct engine_replay *replay) {
    return replay->files != NULL ? file_source_take_trouble(replay->files) : NULL;
}
