#include "venue/feed_seen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { OLD_TRADE_MAX = 1000 }; /* later ones with ids below the last: the venue counts anew */
static_assert(FEED_SEEN_IDS_MAX * 2 <= FEED_SEEN_PLACES, "a free place ends every search");
static_assert((FEED_SEEN_PLACES & (FEED_SEEN_PLACES - 1)) == 0, "a power of two");

void feed_seen_finish(struct feed_seen *seen) {
    free(seen->ids);
    seen->ids = NULL;
}

/* -- trades -- */

int64_t feed_seen_trade_id(const struct event *slot) {
    int64_t id = 0;
    if (slot->kind == EVENT_TRADE && slot->has >> TRADE_ID_SHIFT == ID_NUMBER) {
        memcpy(&id, slot->u.trade.id, sizeof id);
    }
    return id;
}

bool feed_seen_has_id(const struct feed_seen *seen, int64_t id) {
    return id <= seen->last_id && id > seen->last_id - FEED_SEEN_WINDOW &&
           (seen->window[(uint64_t)id % FEED_SEEN_WINDOW / 64] >> ((uint64_t)id % 64) & 1U) != 0;
}

static uint64_t *word_of(struct feed_seen *seen, int64_t id) {
    return &seen->window[(uint64_t)id % FEED_SEEN_WINDOW / 64];
}

static uint64_t bit_of(int64_t id) {
    return UINT64_C(1) << ((uint64_t)id % 64);
}

void feed_seen_note_id(struct feed_seen *seen, int64_t id, int64_t ts_ms) {
    seen->last_ms = ts_ms > seen->last_ms ? ts_ms : seen->last_ms;
    if (id - seen->last_id >= FEED_SEEN_WINDOW || id <= seen->last_id - FEED_SEEN_WINDOW) {
        memset(seen->window, 0, sizeof seen->window);
        seen->last_id = id;
    }
    for (; seen->last_id < id; seen->last_id++) {
        *word_of(seen, seen->last_id + 1) &= ~bit_of(seen->last_id + 1);
    }
    seen->first_id = seen->first_id == 0 ? id : seen->first_id;
    *word_of(seen, id) |= bit_of(id);
}

/* Numbers that begin anew come with times that go on; those that are told once more, by another
 * connection, have the times that they had. */
static bool is_old_number(struct feed_seen *seen, int64_t id, int64_t ts_ms) {
    if (id <= 0) {
        return false; /* no number: nothing can be said */
    }
    const bool late = id <= seen->last_id && id > seen->last_id - FEED_SEEN_WINDOW &&
                      id > seen->first_id && (*word_of(seen, id) & bit_of(id)) == 0;
    if (id <= seen->last_id && !late) {
        seen->old_count += ts_ms > seen->last_ms;
        if (seen->old_count < OLD_TRADE_MAX) {
            return true;
        }
    }
    if (id <= seen->last_id && !late) { /* it counts anew */
        memset(seen->window, 0, sizeof seen->window);
        seen->first_id = seen->last_id = id;
    }
    seen->old_count = 0;
    feed_seen_note_id(seen, id, ts_ms);
    return false;
}

/* The place of key in a generation: where it is, or a free one. */
static uint64_t *find_place(uint64_t *ids, uint64_t key) {
    for (uint64_t at = key;; at++) {
        uint64_t *place = &ids[at & (FEED_SEEN_PLACES - 1)];
        if (*place == 0 || *place == key) {
            return place;
        }
    }
}

static bool is_old_id(struct feed_seen *seen, const struct event *slot) {
    const uint64_t hash = hash_bytes(HASH_START, slot->u.trade.id, sizeof slot->u.trade.id);
    const uint64_t key = hash == 0 ? 1 : hash;
    if (seen->ids == NULL) {
        seen->ids = calloc((size_t)2 * FEED_SEEN_PLACES, sizeof *seen->ids);
    }
    if (seen->ids == NULL) {
        return false; /* without memory for it nothing is remembered */
    }
    uint64_t *newer = seen->ids + (size_t)seen->generation * FEED_SEEN_PLACES;
    uint64_t *older = seen->ids + (size_t)(1 - seen->generation) * FEED_SEEN_PLACES;
    uint64_t *place = find_place(newer, key);
    if (*place == key || *find_place(older, key) == key) {
        return true;
    }
    if (seen->id_count == FEED_SEEN_IDS_MAX) {
        memset(older, 0, FEED_SEEN_PLACES * sizeof *older);
        seen->generation = 1 - seen->generation;
        seen->id_count = 0;
        place = find_place(older, key);
    }
    *place = key;
    seen->id_count++;
    return false;
}

static bool is_old_trade(struct feed_seen *seen, const struct event *slot) {
    const unsigned id_kind = slot->has >> TRADE_ID_SHIFT;
    if (seen->ids_rise) {
        return is_old_number(seen, feed_seen_trade_id(slot), slot->ts_ms);
    }
    return id_kind != ID_NONE && is_old_id(seen, slot);
}

/* -- liquidations -- */

static uint64_t liquidation_hash(const struct event *slot) {
    const uint64_t parts[] = {(uint64_t)slot->ts_ms, (uint64_t)slot->u.trade.price,
                              (uint64_t)slot->u.trade.qty, slot->side};
    return hash_bytes(HASH_START, parts, sizeof parts);
}

static bool is_old_liquidation(struct feed_seen *seen, const struct event *slot, uint64_t serial) {
    const uint64_t hash = liquidation_hash(slot);
    for (int i = 0; i < FEED_SEEN_LIQUIDATIONS; i++) {
        if (seen->liquidations[i].hash == hash && seen->liquidations[i].serial != 0 &&
            seen->liquidations[i].serial != serial) {
            seen->liquidations[i].serial = 0; /* each stands for one */
            return true;
        }
    }
    seen->liquidations[seen->liquidation_at].hash = hash;
    seen->liquidations[seen->liquidation_at].serial = serial;
    seen->liquidation_at = (seen->liquidation_at + 1) % FEED_SEEN_LIQUIDATIONS;
    return false;
}

/* -- values -- */

enum { MARK, INDEX, LAST, FUNDING, INTEREST, KLINE };

/* Older than the last, or of the same time from another connection. Of a bar the same time may be
 * that of its beginning, which its end has, too: a newer connection goes on with it. */
static bool is_old_value(struct feed_seen *seen, int value, int64_t ms, uint64_t serial) {
    const int64_t last_ms = seen->values[value].ms;
    const uint64_t last_serial = seen->values[value].serial;
    const bool other = value == KLINE ? serial < last_serial : serial != last_serial;
    if (ms < last_ms || (ms == last_ms && other)) {
        return true;
    }
    seen->values[value].ms = ms;
    seen->values[value].serial = serial;
    return false;
}

/* Whether anything new is left of it; old prices are taken out. */
static bool has_news(struct feed_seen *seen, struct event *slot, int64_t sent_ms, uint64_t serial) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_PRICE:
        for (int bit = MARK; bit <= LAST; bit++) {
            const bool has = (slot->has >> bit & 1U) != 0;
            if (has && is_old_value(seen, bit, slot->ts_ms, serial)) {
                slot->has = slot->has & ~(1U << bit) & 63U;
            }
        }
        return slot->has != 0;
    case EVENT_FUNDING:
        return !is_old_value(seen, FUNDING, slot->ts_ms, serial);
    case EVENT_OPEN_INTEREST:
        return !is_old_value(seen, INTEREST, slot->ts_ms, serial);
    case EVENT_KLINE:
        return !is_old_value(seen, KLINE, sent_ms, serial);
    default:
        return true;
    }
}

/* Connections that overlap may be seconds apart, and each message names values of its own choice:
 * one that is new must not bring an older one of another kind along. */
static size_t drop_old_values(struct feed_seen *seen, struct event *slots, size_t count,
                              int64_t sent_ms, uint64_t serial) {
    const unsigned begin = slots[0].flags & EVENT_FLAG_BEGIN;
    const unsigned end = slots[count - 1].flags & EVENT_FLAG_END;
    size_t kept = 0;
    bool news = false;
    for (size_t i = 0; i < count; i++) {
        /* A bar's volume goes the way of its prices. */
        news =
            slots[i].kind == EVENT_KLINE_VOLUME ? news : has_news(seen, &slots[i], sent_ms, serial);
        if (news) {
            slots[kept] = slots[i];
            slots[kept].flags = (uint8_t)(slots[kept].flags & ~(EVENT_FLAG_BEGIN | EVENT_FLAG_END));
            kept++;
        }
    }
    if (kept > 0) {
        slots[0].flags = (uint8_t)(slots[0].flags | begin);
        slots[kept - 1].flags = (uint8_t)(slots[kept - 1].flags | end);
    }
    return kept;
}

size_t feed_seen_drop(struct feed_seen *seen, struct event *slots, size_t count, int64_t sent_ms,
                      uint64_t serial) {
    switch ((enum event_kind)slots[0].kind) {
    case EVENT_TRADE:
        return is_old_trade(seen, &slots[0]) ? 0 : count;
    case EVENT_LIQUIDATION:
        return is_old_liquidation(seen, &slots[0], serial) ? 0 : count;
    default:
        return drop_old_values(seen, slots, count, sent_ms, serial);
    }
}

bool feed_seen_before(struct feed_seen *seen, const struct event *print, uint64_t serial) {
    return print->kind == EVENT_TRADE ? is_old_trade(seen, print)
                                      : is_old_liquidation(seen, print, serial);
}
