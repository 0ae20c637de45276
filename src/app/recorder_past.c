#include "app/recorder_past.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define MINUTE_MS INT64_C(60000)
#define SECOND_MS INT64_C(1000)
enum { FIRST_ROOM = 4096 };

static bool make_room(struct recorder_past *past, size_t count) {
    if (past->count + count <= past->room) {
        return true;
    }
    if (past->room >= RECORDER_PAST_MAX) { /* the older half goes, at a whole message */
        size_t from = past->count / 2;
        while (from < past->count && (past->slots[from].flags & EVENT_FLAG_BEGIN) == 0) {
            from++;
        }
        past->count -= from;
        memmove(past->slots, past->slots + from, past->count * sizeof *past->slots);
        return true;
    }
    const size_t room = past->room > 0 ? past->room * 2 : FIRST_ROOM;
    struct event *slots = realloc(past->slots, room * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    past->slots = slots;
    past->room = room;
    return true;
}

static bool is_worth_keeping(struct recorder_past *past, const struct event *first) {
    if (first->kind == EVENT_OPEN_INTEREST) {
        int64_t *minute = &past->interest_minute[first->instrument];
        const bool news = first->ts_ms / MINUTE_MS != *minute;
        *minute = first->ts_ms / MINUTE_MS;
        return news;
    }
    return first->kind == EVENT_LIQUIDATION || first->kind == EVENT_GAP ||
           (first->kind == EVENT_KLINE && (first->flags & EVENT_FLAG_CLOSED) != 0);
}

void recorder_past_take(struct recorder_past *past, const struct event *slots, size_t count) {
    static_assert((int)FIRST_ROOM <= (int)EVENT_MESSAGE_SLOTS_MAX, "what is kept is short");
    if (count > FIRST_ROOM || !is_worth_keeping(past, slots) || !make_room(past, count)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct event *kept = &past->slots[past->count++];
        *kept = slots[i];
        kept->flags |= slots->kind != EVENT_GAP ? EVENT_FLAG_HISTORY : 0;
    }
    if (slots->kind == EVENT_KLINE) {
        int64_t *until_ms = &past->bars_until_ms[slots->instrument];
        const int64_t end_ms = slots->ts_ms + slots->u.kline.interval_s * SECOND_MS;
        *until_ms = end_ms > *until_ms ? end_ms : *until_ms;
    }
}

size_t recorder_past_room(const struct recorder_past *past) {
    return past->count + INSTRUMENT_COUNT_MAX;
}

size_t recorder_past_copy(const struct recorder_past *past, int64_t now_ms, struct event *out) {
    size_t count = past->count;
    if (count > 0) {
        memcpy(out, past->slots, count * sizeof *out);
    }
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (past->bars_until_ms[i] == 0 || past->bars_until_ms[i] >= now_ms) {
            continue;
        }
        struct event *gap = &out[count++];
        *gap = (struct event){.kind = EVENT_GAP,
                              .detail = STREAM_TRADE,
                              .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                              .instrument = (uint16_t)i,
                              .ts_ms = now_ms};
        gap->u.gap.from_ms = past->bars_until_ms[i];
        gap->u.gap.to_ms = now_ms;
        str_copy(gap->u.gap.reason, sizeof gap->u.gap.reason, "before the recording");
    }
    return count;
}

void recorder_past_finish(struct recorder_past *past) {
    free(past->slots);
    *past = (struct recorder_past){.slots = NULL};
}
