#include "venue/binance_book.h"

#include <assert.h>
#include <string.h>

enum { SLOTS_FIRST = 1024, UPDATES_FIRST = 64 };

void binance_book_finish(struct binance_book *book) {
    if (book != NULL) {
        free(book->held);
        free(book->updates);
        *book = (struct binance_book){.state = BINANCE_BOOK_WAITING};
    }
}

void binance_book_release(struct binance_book *book) {
    book->held_count = 0;
    book->update_count = 0;
}

void binance_book_reset(struct binance_book *book) {
    binance_book_release(book);
    book->state = BINANCE_BOOK_WAITING;
    book->last_id = 0;
    book->old_count = 0;
}

/* Room for one more update of slot_count slots. */
static enum status reserve(struct binance_book *book, size_t slot_count) {
    if (slot_count > BINANCE_BOOK_SLOTS_MAX - book->held_count) {
        return STATUS_FULL;
    }
    size_t size = book->held_size > 0 ? book->held_size : SLOTS_FIRST;
    while (size < book->held_count + slot_count) {
        size *= 2;
    }
    if (size > book->held_size) {
        struct event *held = realloc(book->held, size * sizeof *held);
        if (held == NULL) {
            return STATUS_MEMORY;
        }
        book->held = held;
        book->held_size = size;
    }
    if (book->update_count == book->update_size) {
        size = book->update_size > 0 ? book->update_size * 2 : UPDATES_FIRST;
        struct binance_book_update *updates = realloc(book->updates, size * sizeof *updates);
        if (updates == NULL) {
            return STATUS_MEMORY;
        }
        book->updates = updates;
        book->update_size = size;
    }
    return STATUS_OK;
}

/* Hold an update that joins the chain held, or begins a new one. */
static enum status hold(struct binance_book *book, const struct binance_book_update *update,
                        const struct event *slots) {
    if (book->update_count > 0) {
        const int64_t held_last = book->updates[book->update_count - 1].last_id;
        if (update->last_id <= held_last && ++book->old_count <= BINANCE_BOOK_OLD_MAX) {
            return STATUS_IGNORED;
        }
        if (update->prev_id != held_last) {
            binance_book_release(book);
        }
    }
    book->old_count = 0;
    const enum status status = reserve(book, update->slot_count);
    if (status != STATUS_OK) {
        return status;
    }
    struct binance_book_update *kept = &book->updates[book->update_count++];
    *kept = *update;
    kept->slot_begin = book->held_count;
    memcpy(book->held + book->held_count, slots, update->slot_count * sizeof *slots);
    book->held_count += update->slot_count;
    return STATUS_IGNORED;
}

/* Whether an update is the first that passes after a snapshot with this id. */
static bool joins(const struct binance_book_update *update, int64_t snapshot_id) {
    return (update->first_id <= snapshot_id && snapshot_id <= update->last_id) ||
           update->prev_id == snapshot_id;
}

static enum status break_chain(struct binance_book *book, const struct binance_book_update *update,
                               const struct event *slots) {
    binance_book_reset(book);
    const enum status status = hold(book, update, slots);
    return status == STATUS_IGNORED ? STATUS_GAP : status;
}

enum status binance_book_take(struct binance_book *book, const struct binance_book_update *update,
                              const struct event *slots) {
    if (book->state == BINANCE_BOOK_WAITING) {
        return hold(book, update, slots);
    }
    const bool anchored = book->state == BINANCE_BOOK_ANCHORED;
    const bool old = anchored ? update->last_id < book->last_id : update->last_id <= book->last_id;
    if (old) {
        return ++book->old_count <= BINANCE_BOOK_OLD_MAX ? STATUS_IGNORED
                                                         : break_chain(book, update, slots);
    }
    if (anchored ? !joins(update, book->last_id) : update->prev_id != book->last_id) {
        return break_chain(book, update, slots);
    }
    book->state = BINANCE_BOOK_LIVE;
    book->last_id = update->last_id;
    book->old_count = 0;
    return STATUS_OK;
}

enum status binance_book_snapshot(struct binance_book *book, int64_t last_update_id) {
    size_t first = 0;
    if (book->state == BINANCE_BOOK_LIVE && last_update_id < book->last_id) {
        return STATUS_GAP; /* it would set a good book back */
    }
    while (first < book->update_count && book->updates[first].last_id < last_update_id) {
        first++;
    }
    if (first < book->update_count && !joins(&book->updates[first], last_update_id)) {
        return STATUS_GAP;
    }
    book->update_count -= first;
    if (first > 0) {
        memmove(book->updates, book->updates + first, book->update_count * sizeof *book->updates);
    }
    book->old_count = 0;
    if (book->update_count > 0) {
        book->state = BINANCE_BOOK_LIVE;
        book->last_id = book->updates[book->update_count - 1].last_id;
    } else {
        book->state = BINANCE_BOOK_ANCHORED;
        book->last_id = last_update_id;
    }
    return STATUS_OK;
}
