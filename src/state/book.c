/* state/book.c - sorted arrays, best last.
 *
 * While a snapshot arrives its levels come best first on most venues, so they are collected best
 * first (appending) and turned round at the end; any other order is inserted in place and only
 * costs time. */
#include "state/book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/hash.h"

static int64_t *level_field(struct book_level *level, bool price) {
    return price ? &level->price : &level->qty_base;
}

/* Whether every price (or quantity) of a side can be multiplied by 10^shift. */
static bool side_can_rescale(const struct book_side *side, bool price, int shift) {
    int64_t scaled = 0;
    for (int i = 0; i < side->count; i++) {
        int64_t value = *level_field(&side->levels[i], price);
        if (!decimal_scale_up(value, shift, &scaled)) {
            return false;
        }
    }
    return true;
}

static void side_rescale(struct book_side *side, bool price, int shift) {
    for (int i = 0; i < side->count; i++) {
        int64_t *value = level_field(&side->levels[i], price);
        bool fits = decimal_scale_up(*value, shift, value);
        assert(fits);
        (void)fits;
    }
}

/* Bring a mantissa of the given exponent to the book's common exponent, making that finer if need
 * be. False: the number, or a level already held, would leave the range. */
static bool book_normalise(struct book *book, bool price, int64_t value, int exponent,
                           int64_t *out) {
    int *common = price ? &book->price_exponent : &book->qty_exponent;
    while (exponent < *common && value != 0 && value % 10 == 0) {
        value /= 10;
        exponent++;
    }
    if (value == 0) {
        *out = 0;
        return true;
    }
    if (exponent >= *common) {
        return decimal_scale_up(value, exponent - *common, out);
    }
    int shift = *common - exponent;
    if (!side_can_rescale(&book->bids, price, shift) ||
        !side_can_rescale(&book->asks, price, shift)) {
        return false;
    }
    side_rescale(&book->bids, price, shift);
    side_rescale(&book->asks, price, shift);
    *common = exponent;
    *out = value;
    return true;
}

/* First index whose price is not before `price` in the array's order (ascending or descending). */
static int side_find(const struct book_side *side, int64_t price, bool ascending) {
    int low = 0;
    int high = side->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int64_t at = side->levels[middle].price;
        bool before = ascending ? at < price : at > price;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void side_remove_at(struct book_side *side, int index) {
    size_t behind = (size_t)(side->count - index - 1);
    memmove(&side->levels[index], &side->levels[index + 1], behind * sizeof(side->levels[0]));
    side->count--;
}

static void side_insert_at(struct book_side *side, int index, struct book_level level) {
    size_t behind = (size_t)(side->count - index);
    memmove(&side->levels[index + 1], &side->levels[index], behind * sizeof(side->levels[0]));
    side->levels[index] = level;
    side->count++;
}

/* Set, insert or remove one level. worst_first: the resting order; false while a snapshot is
 * collected. */
static void side_set(struct book *book, struct book_side *side, struct book_level level,
                     bool worst_first) {
    bool bid = side == &book->bids;
    bool ascending = bid == worst_first;
    int index = side_find(side, level.price, ascending);
    bool known = index < side->count && side->levels[index].price == level.price;
    if (worst_first) {
        book->change = (struct book_change){.side = bid ? SIDE_BUY : SIDE_SELL,
                                            .price = level.price,
                                            .qty_before = known ? side->levels[index].qty_base : 0,
                                            .qty_after = level.qty_base};
    }
    if (level.qty_base == 0) {
        if (known) {
            side_remove_at(side, index);
        }
        return;
    }
    if (known) {
        side->levels[index].qty_base = level.qty_base;
        return;
    }
    if (side->count == BOOK_LEVEL_MAX) {
        book->dropped_count++;
        int worst = worst_first ? 0 : side->count - 1;
        int new_is_worst_at = worst_first ? 0 : side->count;
        if (index == new_is_worst_at) {
            book->change.side = SIDE_NONE;
            return;
        }
        side_remove_at(side, worst);
        index -= worst_first ? 1 : 0;
    }
    side_insert_at(side, index, level);
}

static void side_reverse(struct book_side *side) {
    for (int i = 0, j = side->count - 1; i < j; i++, j--) {
        struct book_level held = side->levels[i];
        side->levels[i] = side->levels[j];
        side->levels[j] = held;
    }
}

static const struct book_level *side_best(const struct book_side *side) {
    return side->count > 0 ? &side->levels[side->count - 1] : NULL;
}

static void book_begin_message(struct book *book, bool snapshot) {
    if (snapshot) {
        book->bids.count = 0;
        book->asks.count = 0;
        book->has_snapshot = false;
        book->crossed = false;
        book->price_exponent = 0; /* one absurd number in the past must not bind the new book */
        book->qty_exponent = 0;
    } else if (book->in_snapshot) {
        /* The END of that snapshot never came: its levels lie the other way round and are
         * incomplete. */
        book_invalidate(book);
    }
    book->in_message = true;
    book->in_snapshot = snapshot;
}

static void book_end_message(struct book *book, const struct event *slot) {
    if (book->in_snapshot) {
        side_reverse(&book->bids);
        side_reverse(&book->asks);
        book->has_snapshot = true;
        book->snapshot_count++;
    }
    book->in_message = false;
    book->in_snapshot = false;
    if (!book->has_snapshot) {
        return;
    }
    book->message_count++;
    book->update_id = slot->u.level.update_id;
    book->ts_ms = slot->ts_ms;
    const struct book_level *bid = side_best(&book->bids);
    const struct book_level *ask = side_best(&book->asks);
    book->crossed = bid != NULL && ask != NULL && bid->price >= ask->price;
    book->crossed_count += book->crossed ? 1 : 0;
}

static void book_set_level(struct book *book, const struct event *slot) {
    struct book_side *side = slot->side == SIDE_BUY ? &book->bids : &book->asks;
    struct book_level level = {0};
    if (slot->exponent_a < -DECIMAL_EXPONENT_MAX || slot->exponent_b < -DECIMAL_EXPONENT_MAX ||
        slot->u.level.price <= 0 || slot->u.level.qty_base < 0 ||
        slot->u.level.price > DECIMAL_MANTISSA_MAX ||
        slot->u.level.qty_base > DECIMAL_MANTISSA_MAX ||
        !book_normalise(book, true, slot->u.level.price, slot->exponent_a, &level.price) ||
        !book_normalise(book, false, slot->u.level.qty_base, slot->exponent_b, &level.qty_base)) {
        book->refused_count++;
        return;
    }
    side_set(book, side, level, !book->in_snapshot);
}

bool book_init(struct book *book) {
    *book = (struct book){0};
    book->bids.levels = calloc(BOOK_LEVEL_MAX, sizeof(struct book_level));
    book->asks.levels = calloc(BOOK_LEVEL_MAX, sizeof(struct book_level));
    if (book->bids.levels == NULL || book->asks.levels == NULL) {
        book_finish(book);
        return false;
    }
    return true;
}

void book_finish(struct book *book) {
    if (book == NULL) {
        return;
    }
    free(book->bids.levels);
    free(book->asks.levels);
    *book = (struct book){0};
}

bool book_init_copy(struct book *book, const struct book *source) {
    const size_t size_bytes = BOOK_LEVEL_MAX * sizeof(struct book_level);
    *book = *source;
    book->bids.levels = copy_bytes(source->bids.levels, size_bytes);
    book->asks.levels = copy_bytes(source->asks.levels, size_bytes);
    if (book->bids.levels == NULL || book->asks.levels == NULL) {
        book_finish(book);
        return false;
    }
    return true;
}

void book_apply(struct book *book, const struct event *slot) {
    assert(slot->kind == EVENT_BOOK);
    book->change.side = SIDE_NONE;
    bool snapshot = (slot->flags & EVENT_FLAG_SNAPSHOT) != 0;
    if ((slot->flags & EVENT_FLAG_BEGIN) != 0) {
        book_begin_message(book, snapshot);
    }
    if (!book->in_message || snapshot != book->in_snapshot) {
        book->refused_count++; /* a slot outside its message */
        return;
    }
    if (!book->in_snapshot && !book->has_snapshot) {
        book->early_count++;
    } else if (slot->side == SIDE_BUY || slot->side == SIDE_SELL) {
        book_set_level(book, slot);
    }
    if ((slot->flags & EVENT_FLAG_END) != 0) {
        book_end_message(book, slot);
    }
}

void book_invalidate(struct book *book) {
    book->bids.count = 0;
    book->asks.count = 0;
    book->has_snapshot = false;
    book->in_message = false;
    book->in_snapshot = false;
    book->crossed = false;
    book->update_id = 0;
}

static bool book_best(const struct book *book, const struct book_side *side, struct decimal *price,
                      struct decimal *qty_base) {
    const struct book_level *best = side_best(side);
    if (!book_is_valid(book) || best == NULL) {
        return false;
    }
    *price = decimal_from_i64(best->price, book->price_exponent);
    *qty_base = decimal_from_i64(best->qty_base, book->qty_exponent);
    return true;
}

bool book_best_bid(const struct book *book, struct decimal *price, struct decimal *qty_base) {
    return book_best(book, &book->bids, price, qty_base);
}

bool book_best_ask(const struct book *book, struct decimal *price, struct decimal *qty_base) {
    return book_best(book, &book->asks, price, qty_base);
}

void book_best_prices(const struct book *book, double *bid, double *ask) {
    struct decimal price = {0};
    struct decimal qty = {0};
    *bid = book_best_bid(book, &price, &qty) ? decimal_to_double(price) : 0.0;
    *ask = book_best_ask(book, &price, &qty) ? decimal_to_double(price) : 0.0;
}

/* The exponents are what the levels' text ever needed, so they belong to the value and are hashed.
 */
uint64_t book_hash(uint64_t hash, const struct book *book) {
    int64_t head[6] = {book->price_exponent, book->qty_exponent,  book->update_id,
                       book->bids.count,     book_is_valid(book), book->asks.count};
    hash = hash_bytes(hash, head, sizeof(head));
    hash =
        hash_bytes(hash, book->bids.levels, (size_t)book->bids.count * sizeof(struct book_level));
    return hash_bytes(hash, book->asks.levels,
                      (size_t)book->asks.count * sizeof(struct book_level));
}
