/* engine/engine.h - the pure step of the data thread: events in; state, estimate, entry log and
 * scene out.
 *
 * Thread: engine (or the one thread of a command or test).  Owner: whoever called engine_create.
 * It reads no clock and draws no chance: the same events give the same bits, whatever the batches.
 * What is told ahead of its place (EVENT_FLAG_AHEAD) is applied beside the instrument and shown
 * instead of it until that has come as far; it leaves no trace in what the engine is.
 * Limits: SCENE_INSTRUMENT_MAX instruments; events of others are counted and left.  Memory for an
 * instrument (some 10 MB) is taken when its first event comes, that of its book log (up to
 * BOOK_LOG_BYTES_MAX) with its first book event; after that nothing is allocated but log chunks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "market/instrument.h"
#include "model/estimator.h"
#include "scene/map.h"
#include "scene/scene.h"

struct engine;
struct book_log;
struct entry_log;
struct margin_set;
struct score;
struct truth;

/* What calibration knows of an instrument, kept from one run to the next (estimator.md 4.12). */
struct engine_calibration {
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    bool learned; /* record holds something */
    bool refused; /* what was to be restored is of other distances than the instrument has */
    struct calibration_record record;
};
struct engine_calibrations {
    int32_t count;
    struct engine_calibration items[SCENE_INSTRUMENT_MAX];
};

struct engine_desc {
    const struct instrument_table *instruments; /* borrowed, outlives the engine; required */
    bool demo;        /* the source is simulated; EVENT_FLAG_DEMO says so, too */
    int wanted_count; /* 0: the first instruments that come */
    uint16_t wanted[SCENE_INSTRUMENT_MAX]; /* indices of the table; others are left out */
    /* Borrowed, outlives the engine; NULL: every instrument starts from the prior. */
    const struct engine_calibrations *restore;
    const struct margin_set *margins; /* borrowed, outlives the engine; NULL: the program's own */
    bool full_score;                  /* score against every null model, not only a rolling week */
    struct truth *truth; /* borrowed, outlives the engine; full_score only; NULL: none */
};

struct engine *engine_create(const struct engine_desc *desc); /* NULL: out of memory */
/* An engine of its own that goes on where source stands: the same events give both the same bits.
 * Nobody applies anything to source meanwhile; not of a full score. Takes some milliseconds and,
 * but for finished stretches of the logs, which are shared, as much memory. NULL: out of memory. */
struct engine *engine_clone(const struct engine *source);
void engine_destroy(struct engine *engine); /* NULL accepted */

/* Apply events in order. Messages may be cut anywhere between calls. Never fails: what is wrong
 * with an event is counted (engine_counts). */
void engine_apply(struct engine *engine, const struct event *events, size_t count);
/* The source has ended: close the open rows, so that the log holds everything. More may be applied
 * after it. */
void engine_finish(struct engine *engine);

/* Everything the picture needs to know about now. Writes all of *scene but its sequence. */
void engine_fill_scene(struct engine *engine, struct scene *scene);

/* What a map is of: an instrument (INSTRUMENT_NONE: the first one), and with it the others of its
 * coin whose venues are not hidden (bit n: enum venue_id n), as in scene_is_added. */
struct engine_map_desc {
    uint16_t instrument;
    uint32_t venue_hidden;
};
/* The map as of the closed rows, of all known positions; instruments that are silent
 * (SCENE_SILENT_MS) are not added. False: the instrument has no mark yet, and *map is as it was.
 * Costs half a millisecond an instrument and allocates nothing. */
bool engine_fill_map(struct engine *engine, const struct engine_map_desc *desc,
                     struct scene_map *map);
/* Newest event time over all that is shown; 0: none yet. The engine's thread. */
int64_t engine_ts_ms(const struct engine *engine);

/* The log of an instrument, or NULL before its first event. Any thread; valid until engine_destroy.
 */
struct entry_log *engine_entry_log(const struct engine *engine, uint16_t instrument);
/* The log of an instrument's order book, or NULL before its first book event. Any thread; valid
 * until engine_destroy. */
const struct book_log *engine_book_log(const struct engine *engine, uint16_t instrument);
/* How the engine's estimator of an instrument was made, for a raster of the same field. False: no
 * market fact of it yet (tiers and contract that come before make the model; later ones move only
 * the trigger of prints). Any thread. */
bool engine_model(const struct engine *engine, uint16_t instrument, struct estimator_desc *out);
/* The estimate of the closed rows, for read-outs; NULL before the instrument's first event. The
 * engine's thread, or another's once it has stopped; valid until the next event. */
const struct estimator *engine_estimator(const struct engine *engine, uint16_t instrument);

/* The score of an instrument; NULL before its first event. The engine's thread; valid from its
 * first market fact until engine_destroy. */
struct score *engine_score(const struct engine *engine, uint16_t instrument);

/* Receipts of the sweeps of the index-th instrument, the newest ones, oldest first; how many. -1:
 * there are fewer instruments. The engine's thread. */
int engine_read_receipts(const struct engine *engine, int index,
                         struct scene_receipt out[SCENE_RECEIPT_MAX]);

/* What is worth keeping of every instrument, and a number that changes with every M-step, 0 before
 * the first. The engine's thread, or another's once it has stopped. */
void engine_export_calibrations(const struct engine *engine, struct engine_calibrations *out);
uint64_t engine_calibration_steps(const struct engine *engine);

/* What was done and what was left out, in event slots. */
struct engine_counts {
    int64_t applied;          /* all slots seen */
    int64_t ignored;          /* kinds that the engine has no use for, klines that trades covered */
    int64_t other_instrument; /* of an instrument that is not wanted or beyond the limit */
    int64_t unknown_instrument; /* an index that is not in the table */
    int64_t malformed;          /* impossible side, kind, flags or numbers */
    int64_t late;               /* older than what is already closed */
    int64_t jumped;             /* an isolated time far in the future */
    int64_t no_memory;          /* of instruments for which memory was refused */
};
struct engine_counts engine_counts(const struct engine *engine);

/* Hash of state, estimate and closed rows; recv_ns, EVENT_FEED and what was told ahead, which are
 * not recorded, left out. Costs milliseconds. */
uint64_t engine_state_hash(const struct engine *engine);
/* Hash of the density of an instrument over its last span_ms (> 0), by time, price, leverage and
 * side; 0: it has none yet, or out of memory. Costs what a raster of it costs. */
uint64_t engine_field_hash(const struct engine *engine, uint16_t instrument, int64_t span_ms);
