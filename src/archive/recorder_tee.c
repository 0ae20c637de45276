#include "archive/recorder_tee.h"

#include <stdlib.h>

#include "base/str.h"

static struct event make_gap(int instrument, int64_t from_ms, int64_t to_ms) {
    struct event gap = {.kind = EVENT_GAP,
                        .detail = STREAM_ALL,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = (uint16_t)instrument,
                        .ts_ms = to_ms};
    gap.u.gap.from_ms = from_ms < to_ms ? from_ms : to_ms;
    gap.u.gap.to_ms = to_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, "recorder too slow");
    return gap;
}

/* All of these: this thread wrote them, or what started or stopped it ordered them. */

static bool get_flag(const atomic_bool *flag) {
    return atomic_load_explicit(flag, memory_order_relaxed); /* relaxed: see above */
}

static void set_flag(atomic_bool *flag, bool value) {
    atomic_store_explicit(flag, value, memory_order_relaxed); /* relaxed: see above */
}

static int64_t get_ms(const _Atomic int64_t *ms) {
    return atomic_load_explicit(ms, memory_order_relaxed); /* relaxed: see above */
}

static void set_ms(_Atomic int64_t *ms, int64_t value) {
    atomic_store_explicit(ms, value, memory_order_relaxed); /* relaxed: see above */
}

static bool push_copy(void *self, const struct event *slots, size_t count) {
    struct recorder_tee *tee = self;
    const bool taken = ring_push(&tee->ring, slots, count);
    tee->pushed += taken ? count : 0;
    return taken;
}

/* Gaps for what was lost, once there is room. */
static void tell_holes(struct recorder_tee *tee, int64_t to_ms) {
    const int64_t from_ms = get_ms(&tee->hole_from_ms);
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (get_flag(&tee->holes[i])) {
            const struct event gap = make_gap(i, from_ms, to_ms);
            if (!push_copy(tee, &gap, 1)) {
                return;
            }
            set_flag(&tee->holes[i], false);
        }
    }
    set_flag(&tee->has_holes, false);
}

static void note_loss(struct recorder_tee *tee, const struct event *slots, size_t count) {
    /* relaxed: a counter */
    atomic_fetch_add_explicit(&tee->shared->lost, (int64_t)count, memory_order_relaxed);
    if (!get_flag(&tee->has_holes)) {
        set_ms(&tee->hole_from_ms, slots[0].ts_ms);
        set_ms(&tee->hole_to_ms, slots[0].ts_ms);
    }
    if (slots[0].ts_ms > get_ms(&tee->hole_to_ms)) {
        set_ms(&tee->hole_to_ms, slots[0].ts_ms);
    }
    set_flag(&tee->holes[slots[0].instrument], true);
    tee->begun[slots[0].instrument] = 0; /* behind a gap a book has to begin anew */
    /* release: pairs with the acquire of recorder_tee_end_holes */
    atomic_store_explicit(&tee->has_holes, true, memory_order_release);
}

/* What is so before the first event of an instrument in this file. */
static bool begin_instrument(struct recorder_tee *tee, unsigned file, const struct event *first) {
    const struct event_sink sink = {.self = tee, .push = push_copy};
    if (tee->begun[first->instrument] != file && tee->head.give != NULL &&
        !tee->head.give(tee->head.self, first->instrument, first->ts_ms, &sink)) {
        return false;
    }
    tee->begun[first->instrument] = file;
    return true;
}

/* Without room a file begins with less. */
static void open_file(struct recorder_tee *tee, unsigned file, int64_t ts_ms) {
    struct recorder_opening opening = {.file = file, .ts_ms = ts_ms};
    /* relaxed: written before the file's number, which was acquired */
    const bool past = atomic_load_explicit(&tee->shared->begins, memory_order_relaxed) == file;
    if (tee->head.begin != NULL) {
        opening.count = tee->head.begin(tee->head.self, ts_ms, past, &opening.slots);
    }
    if (opening.count == 0 || !ring_push(&tee->openings, &opening, 1)) {
        free(opening.slots);
    }
}

/* Where in the ring the file begins: what is before belongs to the one before. */
static void begin_file(struct recorder_tee *tee, unsigned file, int64_t ts_ms) {
    /* relaxed: this thread wrote it */
    if (atomic_load_explicit(&tee->file, memory_order_relaxed) != file) {
        open_file(tee, file, ts_ms);
        atomic_store_explicit(&tee->file_from, tee->pushed, memory_order_relaxed); /* see below */
        /* release: the place is there before a number that says so (recorder_tee_pop) */
        atomic_store_explicit(&tee->file, file, memory_order_release);
    }
}

static void copy(struct recorder_tee *tee, unsigned file, const struct event *slots, size_t count) {
    begin_file(tee, file, slots[0].ts_ms);
    if (get_flag(&tee->has_holes)) {
        tell_holes(tee, slots[0].ts_ms);
    }
    if (get_flag(&tee->has_holes) || !begin_instrument(tee, file, &slots[0]) ||
        !push_copy(tee, slots, count)) {
        note_loss(tee, slots, count);
    }
}

bool recorder_tee_push(void *self, const struct event *slots, size_t count) {
    struct recorder_tee *tee = self;
    const bool taken = tee->inner.push == NULL || event_sink_push(&tee->inner, slots, count);
    /* What the sink refuses is lost to everyone, and its source tells the gap. */
    if (!taken || slots[0].kind == EVENT_FEED || slots[0].instrument >= INSTRUMENT_COUNT_MAX) {
        return taken;
    }
    /* acquire: pairs with the release of recorder_start, which made the ring */
    const unsigned file = atomic_load_explicit(&tee->shared->file, memory_order_acquire);
    if (file != 0) {
        copy(tee, file, slots, count);
    }
    if (tee->head.take != NULL) {
        tee->head.take(tee->head.self, slots, count);
    }
    return true;
}

size_t recorder_tee_pop(struct recorder_tee *tee, unsigned file, struct event *out,
                        size_t count_max) {
    size_t room = count_max;
    /* acquire: pairs with begin_file */
    if (atomic_load_explicit(&tee->file, memory_order_acquire) > file) {
        /* relaxed: behind the acquire */
        const uint64_t end = atomic_load_explicit(&tee->file_from, memory_order_relaxed);
        const uint64_t left = end > tee->popped ? end - tee->popped : 0;
        room = left < count_max ? (size_t)left : count_max;
    }
    const size_t count = room > 0 ? ring_pop(&tee->ring, out, room) : 0;
    tee->popped += count;
    return count;
}

const struct recorder_opening *recorder_tee_opening(struct recorder_tee *tee, unsigned file) {
    const struct recorder_opening *opening = NULL;
    while ((opening = ring_pop_begin(&tee->openings)) != NULL && opening->file < file) {
        recorder_tee_drop_opening(tee);
    }
    return opening != NULL && opening->file == file ? opening : NULL;
}

void recorder_tee_drop_opening(struct recorder_tee *tee) {
    const struct recorder_opening *opening = ring_pop_begin(&tee->openings);
    free(opening->slots);
    ring_pop_end(&tee->openings);
}

void recorder_tee_drop_openings(struct recorder_tee *tee) {
    /* no recording was ever begun: there is no ring */
    while (tee->openings.slots != NULL && ring_pop_begin(&tee->openings) != NULL) {
        recorder_tee_drop_opening(tee);
    }
}

void recorder_tee_forget_holes(struct recorder_tee *tee) {
    set_flag(&tee->has_holes, false);
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        set_flag(&tee->holes[i], false);
    }
}

size_t recorder_tee_end_holes(struct recorder_tee *tee, struct event out[INSTRUMENT_COUNT_MAX]) {
    size_t count = 0;
    /* acquire: pairs with note_loss */
    if (!atomic_load_explicit(&tee->has_holes, memory_order_acquire)) {
        return 0;
    }
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (get_flag(&tee->holes[i])) {
            out[count++] = make_gap(i, get_ms(&tee->hole_from_ms), get_ms(&tee->hole_to_ms));
        }
    }
    recorder_tee_forget_holes(tee);
    return count;
}
