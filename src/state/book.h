/* state/book.h - one instrument's order book, exact.
 *
 * Prices and quantities are integers at a common decimal exponent of the book, which becomes finer
 * (and every level is rescaled exactly) when a finer number arrives: no tick has to be known.
 * Thread: the owner's (engine, or a test).  Owner: whoever called book_init.
 * Limit: BOOK_LEVEL_MAX levels a side; beyond, the level farthest from the best is dropped and
 * counted. Costs: the best is at the end of its array, so changes near it move few bytes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "market/decimal.h"
#include "market/event.h"

enum { BOOK_LEVEL_MAX = 8192 };

struct book_level {
    int64_t price, qty_base; /* x 10^price_exponent, x 10^qty_exponent of the book */
};

struct book_side {
    struct book_level
        *levels; /* owned, BOOK_LEVEL_MAX; worst first, best last; strictly monotone */
    int count;
};

/* What a slot did to one level. */
struct book_change {
    enum side side; /* SIDE_NONE: nothing changed, or it was part of a snapshot */
    int64_t price, qty_before, qty_after; /* at the book's exponents */
};

struct book {
    struct book_side bids, asks;
    int price_exponent, qty_exponent; /* <= 0 */
    int64_t update_id;                /* of the newest message applied; 0: none */
    int64_t ts_ms;                    /* its event time */
    bool has_snapshot;                /* cleared by a gap, until the next snapshot */
    bool in_message, in_snapshot;     /* between the BEGIN and the END slot of a message */
    bool crossed;                     /* best bid >= best ask after the newest message: not shown */
    struct book_change change;        /* by the newest slot */

    /* Counters. */
    int64_t snapshot_count, message_count;
    int64_t early_count;   /* delta slots that came before a snapshot, not applied */
    int64_t crossed_count; /* messages after which the book was crossed */
    int64_t dropped_count; /* levels beyond BOOK_LEVEL_MAX */
    int64_t refused_count; /* slots with a price <= 0, a negative quantity, or out of range */
};

bool book_init(struct book *book);   /* false: out of memory */
void book_finish(struct book *book); /* NULL and zeroed accepted */
/* As book_init, but to go on where source is. */
bool book_init_copy(struct book *book, const struct book *source);

/* Apply one EVENT_BOOK slot. Slots of a message come in order, BEGIN to END; a snapshot's first
 * slot empties the book. What is wrong with it is counted. A quantity of 0 removes the level;
 * removing an unknown one is normal. */
void book_apply(struct book *book, const struct event *slot);

/* A gap: forget everything until the next snapshot. */
void book_invalidate(struct book *book);

/* Whether it may be shown: a snapshot, no message half applied, not crossed. */
static inline bool book_is_valid(const struct book *book) {
    return book->has_snapshot && !book->in_message && !book->crossed;
}

/* Best price and its quantity, O(1). False: the book is not valid or that side is empty; outputs
 * untouched. */
bool book_best_bid(const struct book *book, struct decimal *price, struct decimal *qty_base);
bool book_best_ask(const struct book *book, struct decimal *price, struct decimal *qty_base);
/* The same as doubles, for pictures; 0 where there is none. */
void book_best_prices(const struct book *book, double *bid, double *ask);

/* Hash of the levels, their exponents, the update id and the validity. */
uint64_t book_hash(uint64_t hash, const struct book *book);
