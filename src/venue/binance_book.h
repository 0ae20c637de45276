/* venue/binance_book.h - the sequence rules of one Binance order book: what may pass, in which
 * order.
 *
 * Each update has first (U), last (u) and prev (pu). Updates are held until a REST snapshot with
 * lastUpdateId L comes; those with u < L are dropped, the first that passes has U <= L <= u or pu
 * == L, and from then on every pu is the u before it. Anything else is a gap: nothing passes until
 * the next snapshot. An update seen before (two connections overlap) is dropped.  Thread: the
 * owner's.  Owner: feed or normalizer. Limit: BINANCE_BOOK_SLOTS_MAX slots held. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"

enum {
    BINANCE_BOOK_SLOTS_MAX = 65536,
    BINANCE_BOOK_OLD_MAX = 100 /* old updates in a row: the venue began to count anew */
};

enum binance_book_state {
    BINANCE_BOOK_WAITING,  /* for a snapshot; updates are held */
    BINANCE_BOOK_ANCHORED, /* snapshot passed, no update that joins it yet */
    BINANCE_BOOK_LIVE
};

struct binance_book_update {
    int64_t first_id, last_id, prev_id;
    size_t slot_begin, slot_count; /* in held */
};

struct binance_book {
    enum binance_book_state state;
    int64_t last_id; /* of what passed last */
    int old_count;
    struct event *held; /* owned, grows to BINANCE_BOOK_SLOTS_MAX */
    size_t held_count, held_size;
    struct binance_book_update *updates; /* owned: one chain, each pu the u before */
    size_t update_count, update_size;
};

void binance_book_finish(struct binance_book *book); /* zeroed and NULL accepted */

/* An update came. STATUS_OK: pass it on. STATUS_IGNORED: held, or old. STATUS_GAP: the chain is
 * broken, the book invalid, the update held; a snapshot is due. STATUS_FULL: no room to hold it; it
 * was not taken. STATUS_MEMORY. */
enum status binance_book_take(struct binance_book *book, const struct binance_book_update *update,
                              const struct event *slots);

/* A snapshot came. STATUS_OK: pass it on, then updates[0 .. update_count) of held, then
 * binance_book_release. STATUS_GAP: older than the oldest update held; another is due. */
enum status binance_book_snapshot(struct binance_book *book, int64_t last_update_id);
void binance_book_release(struct binance_book *book); /* forget what was held */

/* Begin again: nothing passes until a snapshot. */
void binance_book_reset(struct binance_book *book);
