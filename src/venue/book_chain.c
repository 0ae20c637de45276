#include "venue/book_chain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1024, UPDATES_FIRST = 64 };

void book_chain_finish(struct book_chain *chain) {
    if (chain != NULL) {
        free(chain->held);
        free(chain->updates);
        *chain = (struct book_chain){.state = BOOK_CHAIN_WAITING};
    }
}

void book_chain_release(struct book_chain *chain) {
    chain->held_count = 0;
    chain->update_count = 0;
}

void book_chain_reset(struct book_chain *chain) {
    book_chain_release(chain);
    chain->state = BOOK_CHAIN_WAITING;
    chain->last_id = 0;
    chain->old_count = 0;
}

/* Room for one more update of slot_count slots. */
static enum status reserve(struct book_chain *chain, size_t slot_count) {
    if (slot_count > BOOK_CHAIN_SLOTS_MAX - chain->held_count) {
        return STATUS_FULL;
    }
    size_t size = chain->held_size > 0 ? chain->held_size : SLOTS_FIRST;
    while (size < chain->held_count + slot_count) {
        size *= 2;
    }
    if (size > chain->held_size) {
        struct event *held = realloc(chain->held, size * sizeof *held);
        if (held == NULL) {
            return STATUS_MEMORY;
        }
        chain->held = held;
        chain->held_size = size;
    }
    if (chain->update_count == chain->update_size) {
        size = chain->update_size > 0 ? chain->update_size * 2 : UPDATES_FIRST;
        struct book_chain_update *updates = realloc(chain->updates, size * sizeof *updates);
        if (updates == NULL) {
            return STATUS_MEMORY;
        }
        chain->updates = updates;
        chain->update_size = size;
    }
    return STATUS_OK;
}

static bool is_old(const struct book_chain *chain, int64_t last_id, int64_t seen_id) {
    return !chain->ids_fall && last_id <= seen_id;
}

/* Hold an update that joins the chain held, or begins a new one. */
static enum status hold(struct book_chain *chain, const struct venue_book_step *step,
                        const struct event *slots, size_t count) {
    if (!chain->by_request && !chain->holds) {
        return STATUS_IGNORED;
    }
    if (chain->update_count > 0) {
        const int64_t held_last = chain->updates[chain->update_count - 1].step.last_id;
        if (is_old(chain, step->last_id, held_last) && ++chain->old_count <= BOOK_CHAIN_OLD_MAX) {
            return STATUS_IGNORED;
        }
        if (step->prev_id != held_last) {
            book_chain_release(chain);
        }
    }
    chain->old_count = 0;
    const enum status status = reserve(chain, count);
    if (status != STATUS_OK) {
        return status;
    }
    struct book_chain_update *kept = &chain->updates[chain->update_count++];
    *kept = (struct book_chain_update){
        .step = *step, .slot_begin = chain->held_count, .slot_count = count};
    memcpy(chain->held + chain->held_count, slots, count * sizeof *slots);
    chain->held_count += count;
    return STATUS_IGNORED;
}

/* Whether an update is the first that passes after a snapshot with this id. */
static bool joins(const struct book_chain *chain, const struct venue_book_step *step,
                  int64_t snapshot_id) {
    if (step->prev_id == snapshot_id) {
        return true;
    }
    if (chain->by_request) {
        return step->first_id <= snapshot_id && snapshot_id <= step->last_id;
    }
    return !chain->ids_fall && step->prev_id < snapshot_id && snapshot_id < step->last_id;
}

static enum status break_chain(struct book_chain *chain, const struct venue_book_step *step,
                               const struct event *slots, size_t count) {
    book_chain_reset(chain);
    const enum status status = hold(chain, step, slots, count);
    return status == STATUS_IGNORED ? STATUS_GAP : status;
}

enum status book_chain_take(struct book_chain *chain, const struct venue_book_step *step,
                            const struct event *slots, size_t count) {
    if (chain->state == BOOK_CHAIN_WAITING) {
        return hold(chain, step, slots, count);
    }
    const bool anchored = chain->state == BOOK_CHAIN_ANCHORED;
    /* An update up to the very id of a snapshot that was asked for may still join it. */
    const int64_t seen_id = chain->last_id - (anchored && chain->by_request ? 1 : 0);
    if (is_old(chain, step->last_id, seen_id)) {
        return ++chain->old_count <= BOOK_CHAIN_OLD_MAX ? STATUS_IGNORED
                                                        : break_chain(chain, step, slots, count);
    }
    if (anchored ? !joins(chain, step, chain->last_id) : step->prev_id != chain->last_id) {
        return break_chain(chain, step, slots, count);
    }
    chain->state = BOOK_CHAIN_LIVE;
    chain->last_id = step->last_id;
    chain->old_count = 0;
    return STATUS_OK;
}

/* What was held from the first update on that is not older than the snapshot. STATUS_GAP: it does
 * not join. */
static enum status join_held(struct book_chain *chain, int64_t snapshot_id) {
    size_t first = 0;
    while (first < chain->update_count && chain->updates[first].step.last_id < snapshot_id) {
        first++;
    }
    if (first < chain->update_count && !joins(chain, &chain->updates[first].step, snapshot_id)) {
        return STATUS_GAP;
    }
    chain->update_count -= first;
    if (first > 0) {
        memmove(chain->updates, chain->updates + first,
                chain->update_count * sizeof *chain->updates);
    }
    return STATUS_OK;
}

enum status book_chain_snapshot(struct book_chain *chain, int64_t snapshot_id) {
    if (!chain->by_request) {
        book_chain_release(chain);
    } else if (chain->state == BOOK_CHAIN_LIVE && snapshot_id < chain->last_id) {
        return STATUS_GAP; /* it would set a good book back */
    } else if (join_held(chain, snapshot_id) != STATUS_OK) {
        return STATUS_GAP;
    }
    chain->old_count = 0;
    if (chain->update_count > 0) {
        chain->state = BOOK_CHAIN_LIVE;
        chain->last_id = chain->updates[chain->update_count - 1].step.last_id;
    } else {
        chain->state = BOOK_CHAIN_ANCHORED;
        chain->last_id = snapshot_id;
    }
    return STATUS_OK;
}
