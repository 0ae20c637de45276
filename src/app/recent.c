#include "app/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/recent_inside.h"
#include "base/clock.h"
#include "base/str.h"

#define NS_PER_S 1e9

/* -- blocks -- */

/* What falls out is history now: so a replay takes it. */
static void drop_first(struct recent *recent) {
    struct recent_block *block = recent->first;
    for (size_t at = 0; at < block->count;) {
        const size_t len = event_message_slots(block->slots + at, block->count - at);
        const struct event *slots = block->slots + at;
        if (slots->kind != EVENT_FEED && slots->instrument < INSTRUMENT_COUNT_MAX) {
            recent->head.take(recent->head.self, slots, len);
        }
        at += len;
    }
    recent->first = block->next;
    if (recent->spare != NULL) { /* one is enough; a start's history need not stay for ever */
        free(block);
        recent->block_count--;
        return;
    }
    block->next = NULL;
    recent->spare = block;
}

/* The newest in it is older than what is to be kept, and read by everyone. */
static bool is_stale(const struct recent *recent, int64_t now_ns) {
    const struct recent_block *block = recent->first;
    return !recent->saving && block != recent->last && block != recent->read &&
           now_ns - block->slots[block->count - 1].recv_ns > recent->keep_ns;
}

static struct recent_block *take_block(struct recent *recent) {
    struct recent_block *block = recent->spare;
    if (block != NULL) {
        recent->spare = NULL;
    } else if (recent->block_count < RECENT_BLOCK_MAX) {
        block = malloc(sizeof *block);
        recent->block_count += block != NULL;
    }
    return block;
}

/* Room for a message behind what is there. NULL: there is none. */
static struct event *make_room(struct recent *recent, size_t count, int64_t now_ns) {
    if (recent->last == NULL || recent->last->count + count > EVENT_MESSAGE_SLOTS_MAX) {
        while (recent->first != NULL && is_stale(recent, now_ns)) {
            drop_first(recent);
        }
        struct recent_block *block = take_block(recent);
        if (block == NULL) {
            return NULL;
        }
        block->next = NULL;
        block->count = 0;
        if (recent->last != NULL) {
            recent->last->next = block;
        } else {
            recent->first = block;
        }
        recent->last = block;
    }
    struct event *room = recent->last->slots + recent->last->count;
    recent->last->count += count;
    return room;
}

/* -- tees -- */

/* What there was no room for is a hole in every instrument. */
static void tell_hole(struct recent *recent, int64_t to_ms, int64_t now_ns) {
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        struct event *gap = recent->seen[i] ? make_room(recent, 1, now_ns) : NULL;
        if (gap != NULL) {
            *gap = (struct event){.kind = EVENT_GAP,
                                  .detail = STREAM_ALL,
                                  .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                                  .instrument = (uint16_t)i,
                                  .ts_ms = to_ms,
                                  .recv_ns = now_ns};
            gap->u.gap.from_ms = recent->hole_from_ms < to_ms ? recent->hole_from_ms : to_ms;
            gap->u.gap.to_ms = to_ms;
            str_copy(gap->u.gap.reason, sizeof gap->u.gap.reason, "no memory");
        }
    }
    recent->hole_from_ms = 0;
}

static void keep(struct recent *recent, const struct event *slots, size_t count) {
    const int64_t now_ns = slots->recv_ns != 0 ? slots->recv_ns : clock_mono_ns();
    struct event *room = make_room(recent, count, now_ns);
    if (room == NULL) {
        recent->hole_from_ms = recent->hole_from_ms != 0 ? recent->hole_from_ms : slots->ts_ms;
        return;
    }
    memcpy(room, slots, count * sizeof *room);
    for (size_t i = 0; i < count; i++) {
        room[i].recv_ns = now_ns;
    }
    if (slots->instrument < INSTRUMENT_COUNT_MAX) {
        recent->seen[slots->instrument] = true;
    }
    if (recent->hole_from_ms != 0) {
        tell_hole(recent, slots->ts_ms, now_ns);
    }
}

static bool push(void *self, const struct event *slots, size_t count) {
    const struct recent_tap *tap = self;
    struct recent *recent = tap->recent;
    if (!event_sink_push(&tap->inner, slots, count)) {
        return false; /* lost to everyone; its source tells the gap */
    }
    pthread_mutex_lock(&recent->lock);
    keep(recent, slots, count);
    pthread_mutex_unlock(&recent->lock);
    return true;
}

struct event_sink recent_tee(struct recent *recent, int source, const struct event_sink *inner) {
    assert(source >= 0 && source < RECENT_SOURCE_MAX);
    recent->taps[source] = (struct recent_tap){.recent = recent, .inner = *inner};
    return (struct event_sink){.self = &recent->taps[source], .push = push};
}

void recent_get_stats(struct recent *recent, struct recent_stats *out) {
    *out = (struct recent_stats){.keep_s = (double)recent->keep_ns / NS_PER_S};
    pthread_mutex_lock(&recent->lock);
    for (const struct recent_block *block = recent->first; block != NULL; block = block->next) {
        out->slots += (int64_t)block->count;
    }
    out->bytes = (int64_t)recent->block_count * (int64_t)sizeof *recent->first;
    out->older_bytes = (int64_t)recorder_head_past_bytes(recent->head_state);
    pthread_mutex_unlock(&recent->lock);
}

/* -- life -- */

struct recent *recent_create(const struct instrument_table *instruments, double keep_s) {
    struct recent *recent = calloc(1, sizeof *recent);
    assert(keep_s >= 0);
    if (recent == NULL || pthread_mutex_init(&recent->lock, NULL) != 0) {
        free(recent);
        return NULL;
    }
    recent->instruments = instruments;
    recent->keep_ns = (int64_t)(keep_s * NS_PER_S);
    recent->head_state = recorder_head_create(&recent->head);
    if (recent->head_state == NULL) {
        recent_destroy(recent);
        return NULL;
    }
    return recent;
}

static void free_blocks(struct recent_block *block) {
    while (block != NULL) {
        struct recent_block *next = block->next;
        free(block);
        block = next;
    }
}

void recent_destroy(struct recent *recent) {
    if (recent == NULL) {
        return;
    }
    free_blocks(recent->first);
    free_blocks(recent->spare);
    recorder_head_destroy(recent->head_state);
    pthread_mutex_destroy(&recent->lock);
    free(recent);
}
