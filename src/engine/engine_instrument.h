/* engine/engine_instrument.h - everything the engine holds about one instrument, and how an event
 * changes it.
 *
 * Thread: engine.  Owner: engine.c.  Inside the room only. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "density/receipts.h"
#include "density/survey.h"
#include "engine/engine.h"
#include "engine/engine_book.h"
#include "market/event.h"
#include "model/estimator.h"
#include "model/row_builder.h"
#include "score/score.h"
#include "state/candles.h"
#include "state/funding.h"
#include "state/gaps.h"
#include "state/mark.h"
#include "state/open_interest.h"
#include "state/prints.h"

enum {
    ENGINE_CANDLE_MS = 60 * 1000,
    ENGINE_LATE_MAX_MS = 60 * 1000,        /* older facts are left out */
    ENGINE_JUMP_MAX_MS = 24 * 3600 * 1000, /* further ahead must be confirmed */
    ENGINE_JUMP_CONFIRM = 3,               /* by this many events in a row */
    ENGINE_ADVANCE_SLACK_MS = 2000         /* how much streams of one venue may be out of step */
};
#define ENGINE_TS_MAX_MS INT64_C(4102444800000) /* 2100: later times are malformed */

struct engine_instrument {
    uint16_t index; /* of the instrument table */
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    char base[INSTRUMENT_BASE_BYTES]; /* as the venue named it, else read off the symbol */
    struct decimal tick;              /* mantissa 0: unknown */
    double mmr;                       /* first-tier maintenance rate, of prints */

    int64_t now_ms;         /* newest admitted event time; 0: none yet */
    struct hearing {        /* for lamps: what is no back-fill */
        int64_t from_ms;    /* of the first message; 0: none yet */
        int64_t counted_ms; /* since when count counts */
        int64_t count;
        double per_s; /* of the stretch before */
    } hearing;
    int64_t jump_ms; /* newest time that was too far ahead */
    int jump_run_count;
    int64_t advanced_ms;  /* row_builder_advance was called for */
    bool history_pending; /* bars were given to the builder and no live fact has come since */
    bool has_kline;       /* kline waits for its volume slot */
    struct event kline;

    struct engine_book book;
    struct candles candles;
    struct open_interest oi;
    struct funding funding;
    struct mark mark;
    struct prints prints;
    struct gaps gaps;

    const struct engine_desc *desc; /* borrowed from the engine */
    struct estimator_desc model;    /* how the estimator was made; constant once it is final */
    struct estimator_desc told;     /* how margin facts that come before it would have it */
    /* -- atomic: the engine publishes once, all read -- */
    atomic_bool model_final;
    /* -- engine thread only -- */
    struct entry_log *log;       /* owned; read by other threads */
    struct row_builder *builder; /* owned */
    struct estimator *estimator; /* owned */
    bool restore_refused;        /* what was kept of another run is of other distances */
    uint64_t shared_step_count;  /* M-steps whose scale other venues of the coin know */
    struct score *score;         /* owned; watches the estimator, as do the receipts */
    struct receipts receipts;
    struct survey *survey; /* borrowed from the engine: scratch that its instruments share */
};

/* NULL: out of memory. */
struct engine_instrument *engine_instrument_create(uint16_t index,
                                                   const struct instrument *instrument,
                                                   const struct engine_desc *desc,
                                                   struct survey *survey);
/* One that goes on where source is, in another engine. NULL: out of memory. */
struct engine_instrument *engine_instrument_clone(const struct engine_instrument *source,
                                                  const struct engine_desc *desc,
                                                  struct survey *survey);
/* Its estimator tells it what the mark clears. */
void engine_instrument_watch(struct engine_instrument *instrument);
void engine_instrument_destroy(struct engine_instrument *instrument); /* NULL accepted */
/* It is not shown any more: all but its logs, which others may still read, is freed. */
void engine_instrument_strip(struct engine_instrument *instrument);
int64_t engine_instrument_log_bytes(const struct engine_instrument *instrument);

/* Apply one slot of this instrument; what is wrong with it goes into counts. */
void engine_instrument_apply(struct engine_instrument *instrument, const struct event *event,
                             struct engine_counts *counts);
/* A gap, of this instrument or of all. */
void engine_instrument_gap(struct engine_instrument *instrument, const struct event *event,
                           struct engine_counts *counts);
/* The source ended: open rows are closed. */
void engine_instrument_finish(struct engine_instrument *instrument);

/* Margin facts (engine_facts.c): of the tables at first, then as the venue tells them, until the
 * first market fact ends it and the model is final. */
void engine_facts_begin(struct engine_instrument *instrument, const struct margin_set *margins);
void engine_facts_apply(struct engine_instrument *instrument, const struct event *event,
                        struct engine_counts *counts);
void engine_facts_end(struct engine_instrument *instrument, struct engine_counts *counts);

/* The model is final and no row has come: go on from what was kept of another run, if there is
 * something (engine_desc.restore). */
void engine_instrument_restore(struct engine_instrument *instrument);
void engine_instrument_export(const struct engine_instrument *instrument,
                              struct engine_calibration *out);

/* Newest facts for the picture; the estimate is that of the closed rows. */
void engine_instrument_fill(const struct engine_instrument *instrument,
                            struct scene_instrument *out);
/* The map of instruments of one coin (count > 0), the shown one first (engine_map.c). False: that
 * has no mark yet, and *out is as it was. */
bool engine_map_fill(struct survey *survey, int count,
                     const struct engine_instrument *const instruments[], struct scene_map *out);
uint64_t engine_instrument_hash(uint64_t hash, const struct engine_instrument *instrument);
