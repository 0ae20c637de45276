/* engine/engine_book.h - from an instrument's book events to its book log.
 *
 * Thread: engine.  Owner: engine_instrument.  Inside the room only.
 * The book is measured over the time for which it was valid, in cells of a second of event time; it
 * counts as unknown from a gap to the next snapshot, while it is crossed, and when no message of it
 * has come for ENGINE_BOOK_STALE_MS.  Memory is taken with the first book event. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"
#include "model/book_log.h"
#include "state/book.h"
#include "state/book_integral.h"

enum {
    ENGINE_BOOK_STALE_MS = 60 * 1000,
    ENGINE_BOOK_SLACK_MS = 1000 /* how much its stream may be behind the others of its venue */
};

struct engine_book {
    struct book book;
    struct book_integral *integral; /* owned; NULL before the first book event, or out of memory */
    bool refused;                   /* memory was, once: not asked for again */
    int64_t now_ms;                 /* measured up to here; 0: not yet */
    int64_t message_ms;             /* newest message */
    /* -- atomic: the engine publishes once, all read -- */
    _Atomic(struct book_log *) log; /* owned; NULL as integral */
};

bool engine_book_init(struct engine_book *book); /* false: out of memory */
/* As engine_book_init, but to go on where source is. */
bool engine_book_init_copy(struct engine_book *book, const struct engine_book *source);
void engine_book_finish(struct engine_book *book);

/* Apply a book slot; now_ms: the instrument's time, the slot's own admitted; 0: not known yet, and
 * nothing is measured. */
void engine_book_apply(struct engine_book *book, const struct event *slot, int64_t now_ms);
/* Time has come to now_ms by other events. */
void engine_book_pass(struct engine_book *book, int64_t now_ms);
/* A gap of the book's stream that began at from_ms. */
void engine_book_gap(struct engine_book *book, int64_t from_ms);
/* The source ended at now_ms: what was measured of the open second goes into the log. */
void engine_book_end(struct engine_book *book, int64_t now_ms);
