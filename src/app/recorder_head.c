#include "app/recorder_head.h"

#include <stdlib.h>

#include "app/event_merge.h"
#include "app/instrument_facts.h"
#include "app/recorder_past.h"
#include "state/book.h"

struct market {
    struct instrument_facts facts;
    struct event price, funding, interest; /* has: the values that came; 0: none yet */
    struct book book;
};

struct recorder_head_state {
    struct market *markets[INSTRUMENT_COUNT_MAX]; /* owned; NULL: nothing came of it */
    struct recorder_past past;
    struct event message[EVENT_MESSAGE_SLOTS_MAX];
};
static_assert((int)2 * BOOK_LEVEL_MAX <= (int)EVENT_MESSAGE_SLOTS_MAX, "a book is one message");

/* -- taking -- */

static void take_slot(struct market *market, const struct event *slot) {
    if (slot->kind == EVENT_BOOK) {
        if (market->book.bids.levels != NULL || book_init(&market->book)) {
            book_apply(&market->book, slot);
        }
    } else if (slot->kind == EVENT_PRICE) {
        event_merge(&market->price, slot);
    } else if (slot->kind == EVENT_FUNDING) {
        event_merge(&market->funding, slot);
    } else if (slot->kind == EVENT_OPEN_INTEREST && (slot->flags & EVENT_FLAG_HISTORY) == 0) {
        event_merge(&market->interest, slot);
    } else if (slot->kind == EVENT_GAP &&
               (slot->detail == STREAM_ALL || slot->detail == STREAM_BOOK)) {
        book_invalidate(&market->book);
    }
}

static void take(void *self, const struct event *slots, size_t count) {
    struct recorder_head_state *head = self;
    struct market **place = &head->markets[slots[0].instrument];
    if (slots[0].kind == EVENT_TRADE) {
        return; /* the most, and nothing to keep of them */
    }
    recorder_past_take(&head->past, slots, count);
    if (slots[0].kind == EVENT_LIQUIDATION || slots[0].kind == EVENT_KLINE) {
        return;
    }
    if (*place == NULL) {
        *place = calloc(1, sizeof **place);
    }
    if (*place == NULL) {
        return; /* a recording begins without it */
    }
    if (slots[0].kind == EVENT_INSTRUMENT || slots[0].kind == EVENT_TIER) {
        instrument_facts_take(&(*place)->facts, slots, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        take_slot(*place, &slots[i]);
    }
}

/* -- giving -- */

static size_t count_facts(const struct recorder_head_state *head) {
    size_t count = 0;
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        count += head->markets[i] != NULL ? head->markets[i]->facts.count : 0;
    }
    return count;
}

static size_t copy_facts(const struct recorder_head_state *head, int64_t ts_ms, struct event *out) {
    size_t count = 0;
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        const struct market *market = head->markets[i];
        for (size_t k = 0; market != NULL && k < market->facts.count; k++) {
            out[count] = market->facts.slots[k];
            out[count++].ts_ms = ts_ms;
        }
    }
    return count;
}

/* What instruments are comes first: a model is made of it. */
static size_t begin(void *self, int64_t ts_ms, bool past, struct event **out) {
    const struct recorder_head_state *head = self;
    const size_t room = count_facts(head) + (past ? recorder_past_room(&head->past) : 0);
    *out = room > 0 ? malloc(room * sizeof **out) : NULL;
    if (*out == NULL) {
        return 0; /* a recording begins without it */
    }
    size_t count = copy_facts(head, ts_ms, *out);
    count += past ? recorder_past_copy(&head->past, ts_ms, *out + count) : 0;
    return count;
}

static bool give_newest(const struct event *newest, int64_t ts_ms, const struct event_sink *sink) {
    struct event slot = *newest;
    slot.ts_ms = ts_ms;
    slot.flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    return slot.has == 0 || event_sink_push(sink, &slot, 1);
}

static size_t put_side(const struct book *book, enum side side, struct event *out) {
    const struct book_side *levels = side == SIDE_BUY ? &book->bids : &book->asks;
    for (int i = 0; i < levels->count; i++) { /* the best first, as venues do */
        const struct book_level *level = &levels->levels[levels->count - 1 - i];
        out[i] = (struct event){.kind = EVENT_BOOK,
                                .side = side,
                                .exponent_a = (signed char)book->price_exponent,
                                .exponent_b = (int8_t)book->qty_exponent};
        out[i].u.level.price = level->price;
        out[i].u.level.qty_base = level->qty_base;
        out[i].u.level.update_id = book->update_id;
    }
    return (size_t)levels->count;
}

static bool give_book(const struct book *book, uint16_t instrument, int64_t ts_ms,
                      struct event *room, const struct event_sink *sink) {
    if (!book_is_valid(book)) {
        return true;
    }
    size_t count = put_side(book, SIDE_BUY, room);
    count += put_side(book, SIDE_SELL, room + count);
    for (size_t i = 0; i < count; i++) {
        room[i].instrument = instrument;
        room[i].ts_ms = ts_ms;
        room[i].flags = EVENT_FLAG_SNAPSHOT;
    }
    if (count == 0) {
        return true;
    }
    room[0].flags |= EVENT_FLAG_BEGIN;
    room[count - 1].flags |= EVENT_FLAG_END;
    return event_sink_push(sink, room, count);
}

static bool give(void *self, uint16_t instrument, int64_t ts_ms, const struct event_sink *sink) {
    struct recorder_head_state *head = self;
    const struct market *market = head->markets[instrument];
    return market == NULL || (give_newest(&market->price, ts_ms, sink) &&
                              give_newest(&market->funding, ts_ms, sink) &&
                              give_newest(&market->interest, ts_ms, sink) &&
                              give_book(&market->book, instrument, ts_ms, head->message, sink));
}

struct recorder_head_state *recorder_head_create(struct recorder_head *out) {
    struct recorder_head_state *head = calloc(1, sizeof *head);
    *out = (struct recorder_head){.self = head, .take = take, .begin = begin, .give = give};
    return head;
}

void recorder_head_destroy(struct recorder_head_state *head) {
    if (head == NULL) {
        return;
    }
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (head->markets[i] != NULL) {
            instrument_facts_finish(&head->markets[i]->facts);
            book_finish(&head->markets[i]->book);
            free(head->markets[i]);
        }
    }
    recorder_past_finish(&head->past);
    free(head);
}

size_t recorder_head_past_bytes(const struct recorder_head_state *head) {
    return head->past.room * sizeof *head->past.slots;
}
