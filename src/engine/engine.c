/* engine/engine.c - the step: which instrument, which feed, and the scene over all. */
#include "engine/engine.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/hash.h"
#include "base/stat.h"
#include "base/str.h"
#include "engine/engine_instrument.h"
#include "model/book_log.h"
#include "model/entry_log.h"

enum { SLOT_NONE = 0, SLOT_REFUSED = UINT8_MAX };

struct engine {
    struct engine_desc desc;
    struct engine_counts counts;
    /* Of counts.applied: how connections are, and what was told ahead; no recording has either. */
    int64_t passing_slots;
    int64_t ahead_ms; /* what time it is where something that was told ahead is shown; 0: unknown */
    bool demo;
    int64_t ts_ms, recv_ns; /* newest over all */
    int feed_count;
    struct scene_feed feeds[SCENE_FEED_MAX];

    struct survey survey; /* scratch of engine_fill_map and of the receipts */
    int instrument_count;
    uint8_t slot_of[INSTRUMENT_COUNT_MAX]; /* table index -> slot + 1, SLOT_NONE, SLOT_REFUSED */
    struct engine_instrument *instruments[SCENE_INSTRUMENT_MAX]; /* owned */
    /* Owned; NULL: none. What was told ahead, beside the instrument; once that has come as far, its
     * logs, for whoever still reads them. */
    struct engine_instrument *aheads[SCENE_INSTRUMENT_MAX];
    /* -- atomic: the engine publishes, all read; one or the other -- */
    _Atomic(struct engine_instrument *) shown[SCENE_INSTRUMENT_MAX];
};

/* The engine's own view. */
static struct engine_instrument *shown_at(const struct engine *engine, int slot) {
    /* relaxed: the engine stores, and this is the engine */
    return atomic_load_explicit(&engine->shown[slot], memory_order_relaxed);
}

static void show(struct engine *engine, int slot, struct engine_instrument *instrument) {
    /* release: whoever finds the pointer sees the log and the model that it leads to */
    atomic_store_explicit(&engine->shown[slot], instrument, memory_order_release);
}

static bool instrument_wanted(const struct engine *engine, const struct event *event) {
    for (int i = 0; i < engine->desc.wanted_count; i++) {
        if (engine->desc.wanted[i] == event->instrument) {
            return true;
        }
    }
    /* Streams over a whole market bring liquidations of any symbol: they do not ask for a place. */
    return engine->desc.wanted_count == 0 && event->kind != EVENT_LIQUIDATION;
}

/* The instrument of an event, made at its first one; NULL: counted. */
static struct engine_instrument *instrument_of(struct engine *engine, const struct event *event) {
    if (event->instrument >= INSTRUMENT_COUNT_MAX) {
        engine->counts.unknown_instrument++;
        return NULL;
    }
    uint8_t *slot = &engine->slot_of[event->instrument];
    if (*slot != SLOT_NONE && *slot != SLOT_REFUSED) {
        return engine->instruments[*slot - 1];
    }
    if (*slot == SLOT_REFUSED || engine->instrument_count == SCENE_INSTRUMENT_MAX ||
        !instrument_wanted(engine, event)) {
        engine->counts.other_instrument++;
        return NULL;
    }
    const struct instrument *known = &engine->desc.instruments->entries[event->instrument];
    /* acquire: pairs with instrument_add's release; venue and symbol are complete */
    if (!atomic_load_explicit(&known->ready, memory_order_acquire)) {
        engine->counts.unknown_instrument++;
        return NULL;
    }
    struct engine_instrument *made =
        engine_instrument_create(event->instrument, known, &engine->desc, &engine->survey);
    if (made == NULL) {
        *slot = SLOT_REFUSED;
        engine->counts.no_memory++;
        return NULL;
    }
    engine->instruments[engine->instrument_count] = made;
    show(engine, engine->instrument_count, made);
    engine->instrument_count++;
    *slot = (uint8_t)engine->instrument_count;
    return made;
}

static void apply_feed(struct engine *engine, const struct event *event) {
    enum venue_id venue = (enum venue_id)event->u.feed.venue;
    if (venue == VENUE_NONE || venue >= VENUE_COUNT || event->u.feed.state > FEED_FAULT) {
        engine->counts.malformed++;
        return;
    }
    int i = 0;
    while (i < engine->feed_count && engine->feeds[i].venue != venue) {
        i++;
    }
    static_assert((int)VENUE_COUNT <= (int)SCENE_FEED_MAX, "a lamp per venue always fits");
    if (i == engine->feed_count) {
        engine->feed_count++;
    }
    struct scene_feed *feed = &engine->feeds[i];
    feed->venue = (uint8_t)venue;
    feed->state = event->u.feed.state;
    feed->demo = (event->flags & EVENT_FLAG_DEMO) != 0;
    feed->lost_count = event->u.feed.lost_count;
    memcpy(feed->reason, event->u.feed.reason, sizeof(feed->reason));
    feed->reason[sizeof(feed->reason) - 1] = '\0';
}

static void apply_gap(struct engine *engine, const struct event *event) {
    if (event->instrument != INSTRUMENT_NONE) {
        struct engine_instrument *instrument = instrument_of(engine, event);
        if (instrument != NULL) {
            engine_instrument_gap(instrument, event, &engine->counts);
        }
        return;
    }
    for (int i = 0; i < engine->instrument_count; i++) {
        engine_instrument_gap(engine->instruments[i], event, &engine->counts);
    }
}

/* Complete venues of a coin tell its throttled ones the scale (estimator.md section 4.11): after an
 * M-step of one, all that they told over all that their priors expected. The order of events
 * decides which M-step comes first, so what is replayed in one order gives the same bits. */
static void share_scale(struct engine *engine, struct engine_instrument *learned) {
    uint64_t step_count = estimator_calibration(learned->estimator)->step_count;
    if (step_count == learned->shared_step_count || engine->instrument_count < 2 ||
        learned->base[0] == 0) {
        return;
    }
    learned->shared_step_count = step_count;
    struct calibration_scale scale = {0};
    for (int i = 0; i < engine->instrument_count; i++) {
        const struct engine_instrument *other = engine->instruments[i];
        if (str_equal_nocase(other->base, learned->base)) {
            estimator_add_scale(other->estimator, &scale);
        }
    }
    double factor = scale.expected_usd > 0 ? scale.told_usd / scale.expected_usd : 0;
    for (int i = 0; i < engine->instrument_count; i++) {
        struct engine_instrument *other = engine->instruments[i];
        if (str_equal_nocase(other->base, learned->base)) {
            estimator_set_outside_scale(other->estimator, factor);
        }
    }
}

/* -- told ahead of its place -- */

static bool is_ahead(const struct engine *engine, int slot) {
    return engine->aheads[slot] != NULL && shown_at(engine, slot) == engine->aheads[slot];
}

/* The instrument has come as far as what was told ahead of it, which nobody sees any more. */
static void leave_ahead(struct engine *engine, int slot) {
    struct engine_instrument *instrument = engine->instruments[slot];
    if (is_ahead(engine, slot) && instrument->now_ms != 0 &&
        instrument->now_ms >= engine->aheads[slot]->now_ms) {
        show(engine, slot, instrument);
        engine_instrument_strip(engine->aheads[slot]);
    }
}

/* An instance of its own takes it, so that the instrument is what it would be without. */
static void apply_ahead(struct engine *engine, const struct event *event) {
    const struct engine_counts kept = engine->counts;
    struct engine_counts counts = {0}; /* of what is told once more */
    const struct engine_instrument *instrument = instrument_of(engine, event);
    engine->counts = kept;
    engine->passing_slots++;
    if (instrument == NULL) {
        return;
    }
    const int slot = engine->slot_of[event->instrument] - 1;
    struct engine_instrument **ahead = &engine->aheads[slot];
    if (*ahead == NULL && instrument->now_ms == 0) {
        const struct instrument *known = &engine->desc.instruments->entries[event->instrument];
        *ahead = engine_instrument_create(event->instrument, known, &engine->desc, &engine->survey);
        show(engine, slot, *ahead != NULL ? *ahead : engine->instruments[slot]);
    }
    if (!is_ahead(engine, slot)) {
        return;
    }
    if (event->kind == EVENT_GAP) {
        engine->ahead_ms = event->ts_ms;
        engine_instrument_gap(*ahead, event, &counts);
    } else {
        engine_instrument_apply(*ahead, event, &counts);
    }
}

static void apply_one(struct engine *engine, const struct event *event) {
    engine->demo = engine->demo || (event->flags & EVENT_FLAG_DEMO) != 0;
    if ((event->flags & EVENT_FLAG_AHEAD) != 0) {
        apply_ahead(engine, event);
        return;
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_FEED:
        engine->passing_slots++;
        apply_feed(engine, event);
        return;
    case EVENT_GAP:
        apply_gap(engine, event);
        return;
    case EVENT_NONE:
        engine->counts.malformed++;
        return;
    default:
        break;
    }
    struct engine_instrument *instrument = instrument_of(engine, event);
    if (instrument == NULL) {
        return;
    }
    engine_instrument_apply(instrument, event, &engine->counts);
    share_scale(engine, instrument);
    engine->ts_ms = instrument->now_ms > engine->ts_ms ? instrument->now_ms : engine->ts_ms;
    leave_ahead(engine, engine->slot_of[event->instrument] - 1);
}

struct engine *engine_create(const struct engine_desc *desc) {
    assert(desc->instruments != NULL);
    assert(desc->wanted_count >= 0);
    assert(desc->wanted_count <= SCENE_INSTRUMENT_MAX);
    struct engine *engine = calloc(1, sizeof(*engine));
    if (engine != NULL) {
        engine->desc = *desc;
        engine->demo = desc->demo;
    }
    return engine;
}

struct engine *engine_clone(const struct engine *source) {
    assert(!source->desc.full_score);
    struct engine *engine = copy_bytes(source, sizeof(*source));
    if (engine == NULL) {
        return NULL;
    }
    engine->instrument_count = 0;
    memset(engine->instruments, 0, sizeof(engine->instruments));
    memset(engine->aheads, 0, sizeof(engine->aheads)); /* recordings have none */
    memset(engine->shown, 0, sizeof(engine->shown));
    for (int i = 0; i < source->instrument_count; i++) {
        struct engine_instrument *made =
            engine_instrument_clone(source->instruments[i], &engine->desc, &engine->survey);
        if (made == NULL) {
            engine_destroy(engine);
            return NULL;
        }
        engine->instruments[i] = made;
        show(engine, i, made);
        engine->instrument_count++;
    }
    return engine;
}

void engine_destroy(struct engine *engine) {
    if (engine == NULL) {
        return;
    }
    for (int i = engine->instrument_count - 1; i >= 0; i--) {
        engine_instrument_destroy(engine->aheads[i]);
        engine_instrument_destroy(engine->instruments[i]);
    }
    free(engine);
}

void engine_apply(struct engine *engine, const struct event *events, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct event *event = &events[i];
        engine->recv_ns = event->recv_ns > engine->recv_ns ? event->recv_ns : engine->recv_ns;
        apply_one(engine, event);
    }
    engine->counts.applied += (int64_t)count;
    stat_add(STAT_events_applied, (int64_t)count);
}

void engine_finish(struct engine *engine) {
    for (int i = 0; i < engine->instrument_count; i++) {
        engine_instrument_finish(engine->instruments[i]);
    }
}

/* The entry log keeps its seconds for a day and coarser rows for longer, the book log is of one
 * size: what grows while the program runs, and by how much. */
static int64_t history_bytes(const struct engine *engine) {
    int64_t sum = 0;
    for (int i = 0; i < engine->instrument_count; i++) {
        sum += engine_instrument_log_bytes(engine->instruments[i]);
        sum += engine->aheads[i] != NULL ? engine_instrument_log_bytes(engine->aheads[i]) : 0;
    }
    return sum;
}

void engine_fill_scene(struct engine *engine, struct scene *scene) {
    scene->ts_ms = engine_ts_ms(engine);
    scene->recv_ns = engine->recv_ns;
    scene->demo = engine->demo;
    scene->events_applied = engine->counts.applied;
    scene->events_malformed = engine->counts.malformed;
    scene->events_lost = 0;
    scene->history_bytes = history_bytes(engine);
    scene->instrument_count = engine->instrument_count;
    scene->feed_count = engine->feed_count;
    for (int i = 0; i < engine->instrument_count; i++) {
        struct scene_instrument *shown = &scene->instruments[i];
        engine_instrument_fill(shown_at(engine, i), shown);
        shown->ahead = is_ahead(engine, i);
        scene->ts_ms =
            shown->ahead && engine->ahead_ms > scene->ts_ms ? engine->ahead_ms : scene->ts_ms;
    }
    for (int i = 0; i < engine->feed_count; i++) {
        struct scene_feed *feed = &scene->feeds[i];
        *feed = engine->feeds[i];
        scene->events_lost += feed->lost_count;
        for (int k = 0; k < engine->instrument_count; k++) {
            const struct engine_instrument *instrument = shown_at(engine, k);
            if (instrument->venue == (enum venue_id)feed->venue &&
                instrument->now_ms > feed->ts_ms) {
                feed->ts_ms = instrument->now_ms;
            }
        }
    }
}

static bool is_added(const struct engine_instrument *shown, const struct engine_instrument *other,
                     uint32_t venue_hidden) {
    static_assert((int)VENUE_COUNT <= 32, "a bit a venue");
    return other != shown && (venue_hidden >> other->venue & 1) == 0 && shown->base[0] != 0 &&
           strcmp(other->base, shown->base) == 0;
}

bool engine_fill_map(struct engine *engine, const struct engine_map_desc *desc,
                     struct scene_map *map) {
    const struct engine_instrument *instruments[SCENE_INSTRUMENT_MAX];
    int count = 0;
    for (int i = 0; i < engine->instrument_count && count == 0; i++) {
        instruments[0] = shown_at(engine, i);
        count = desc->instrument == INSTRUMENT_NONE || instruments[0]->index == desc->instrument;
    }
    if (count == 0) {
        return false;
    }
    for (int i = 0; i < engine->instrument_count; i++) {
        const struct engine_instrument *other = shown_at(engine, i);
        if (is_added(instruments[0], other, desc->venue_hidden)) {
            instruments[count++] = other;
        }
    }
    return engine_map_fill(&engine->survey, count, instruments, map);
}

int64_t engine_ts_ms(const struct engine *engine) {
    int64_t ts_ms = engine->ts_ms;
    for (int i = 0; i < engine->instrument_count; i++) {
        const struct engine_instrument *shown = shown_at(engine, i);
        ts_ms = shown->now_ms > ts_ms ? shown->now_ms : ts_ms;
    }
    return ts_ms;
}

/* Any thread: slot_of is the engine's own, so the few published ones are looked through. */
static const struct engine_instrument *find_published(const struct engine *engine,
                                                      uint16_t instrument) {
    for (int i = 0; i < SCENE_INSTRUMENT_MAX; i++) {
        /* acquire: pairs with the release in show; index, log and model are complete */
        const struct engine_instrument *found =
            atomic_load_explicit(&engine->shown[i], memory_order_acquire);
        if (found != NULL && found->index == instrument) {
            return found;
        }
    }
    return NULL;
}

struct entry_log *engine_entry_log(const struct engine *engine, uint16_t instrument) {
    const struct engine_instrument *found = find_published(engine, instrument);
    return found != NULL ? found->log : NULL;
}

const struct book_log *engine_book_log(const struct engine *engine, uint16_t instrument) {
    const struct engine_instrument *found = find_published(engine, instrument);
    /* acquire: pairs with the release in engine_book; the log is complete */
    return found != NULL ? atomic_load_explicit(&found->book.log, memory_order_acquire) : NULL;
}

bool engine_model(const struct engine *engine, uint16_t instrument, struct estimator_desc *out) {
    const struct engine_instrument *found = find_published(engine, instrument);
    /* acquire: pairs with engine_facts_end; the description is final */
    if (found == NULL || !atomic_load_explicit(&found->model_final, memory_order_acquire)) {
        return false;
    }
    *out = found->model;
    return true;
}

const struct estimator *engine_estimator(const struct engine *engine, uint16_t instrument) {
    const struct engine_instrument *found = find_published(engine, instrument);
    return found != NULL ? found->estimator : NULL;
}

struct score *engine_score(const struct engine *engine, uint16_t instrument) {
    const struct engine_instrument *found = find_published(engine, instrument);
    return found != NULL ? found->score : NULL;
}

int engine_read_receipts(const struct engine *engine, int index,
                         struct scene_receipt out[SCENE_RECEIPT_MAX]) {
    return index < engine->instrument_count
               ? receipts_read(&engine->instruments[index]->receipts, out)
               : -1;
}

void engine_export_calibrations(const struct engine *engine, struct engine_calibrations *out) {
    memset(out, 0, sizeof(*out));
    out->count = engine->instrument_count;
    for (int i = 0; i < engine->instrument_count; i++) {
        engine_instrument_export(engine->instruments[i], &out->items[i]);
    }
}

uint64_t engine_calibration_steps(const struct engine *engine) {
    uint64_t steps = 0;
    for (int i = 0; i < engine->instrument_count; i++) {
        steps += estimator_calibration(engine->instruments[i]->estimator)->step_count;
    }
    return steps;
}

struct engine_counts engine_counts(const struct engine *engine) {
    return engine->counts;
}

uint64_t engine_state_hash(const struct engine *engine) {
    int64_t head[2] = {engine->ts_ms, engine->instrument_count};
    uint64_t hash = hash_bytes(HASH_START, head, sizeof(head));
    struct engine_counts counts = engine->counts;
    counts.applied -= engine->passing_slots;
    hash = hash_bytes(hash, &counts, sizeof(counts));
    for (int i = 0; i < engine->instrument_count; i++) {
        hash = engine_instrument_hash(hash, engine->instruments[i]);
    }
    return hash;
}
