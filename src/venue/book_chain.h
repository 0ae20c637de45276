/* venue/book_chain.h - the sequence rules of one order book: what may pass, in which order.
 *
 * An update has first, last and prev ids. Nothing passes before a snapshot (id L); afterwards every
 * prev is the last before it. Anything else is a gap: nothing passes until the next snapshot. What
 * was seen before (two connections overlap) is dropped, unless the venue's ids fall.
 *
 *   by request   updates are held until a REST snapshot comes; those with last < L are dropped, the
 *                first that passes has first <= L <= last or prev == L
 *   on stream    the snapshot replaces the book; the first update after it has prev <= L < last,
 *                or prev == L where ids fall
 *
 * Thread: the owner's.  Owner: feed or normalizer.  Limit: BOOK_CHAIN_SLOTS_MAX slots held. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"
#include "venue/parser.h"

enum {
    BOOK_CHAIN_SLOTS_MAX = 65536,
    BOOK_CHAIN_OLD_MAX = 100 /* old updates in a row: the venue began to count anew */
};

enum book_chain_state {
    BOOK_CHAIN_WAITING,  /* for a snapshot; updates are held */
    BOOK_CHAIN_ANCHORED, /* snapshot passed, no update that joins it yet */
    BOOK_CHAIN_LIVE
};

struct book_chain_update {
    struct venue_book_step step;
    size_t slot_begin, slot_count; /* in held */
};

/* Zeroed: of a venue whose snapshots come on the stream; what comes before one is dropped. */
struct book_chain {
    bool by_request; /* snapshots are asked for: what comes before one is held */
    bool holds;      /* it is held elsewhere, too, for the owner to see; no snapshot passes it on */
    bool ids_fall;   /* an id below the last one is no old message */
    enum book_chain_state state;
    int64_t last_id; /* of what passed last */
    int old_count;
    struct event *held; /* owned, grows to BOOK_CHAIN_SLOTS_MAX */
    size_t held_count, held_size;
    struct book_chain_update *updates; /* owned: one chain, each prev the last before */
    size_t update_count, update_size;
};

void book_chain_finish(struct book_chain *chain); /* zeroed and NULL accepted */

/* An update came. STATUS_OK: pass it on. STATUS_IGNORED: held, dropped, or old. STATUS_GAP: the
 * chain is broken, the book invalid, the update held; a snapshot is due. STATUS_FULL: no room to
 * hold it; it was not taken. STATUS_MEMORY. */
enum status book_chain_take(struct book_chain *chain, const struct venue_book_step *step,
                            const struct event *slots, size_t count);

/* A snapshot came. STATUS_OK: pass it on, then updates[0 .. update_count) of held, then
 * book_chain_release. STATUS_GAP, by request only: older than the oldest update held, or than the
 * book; another is due. */
enum status book_chain_snapshot(struct book_chain *chain, int64_t snapshot_id);
void book_chain_release(struct book_chain *chain); /* forget what was held */

/* Begin again: nothing passes until a snapshot. */
void book_chain_reset(struct book_chain *chain);
