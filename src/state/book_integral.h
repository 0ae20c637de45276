/* state/book_integral.h - how much rested in an order book, by price, over a stretch of time.
 *
 * Thread: the owner's (engine, or a test).  Owner: whoever called book_integral_create.
 * What rests longer counts more: every bin of one basis point of ln price holds the integral of USD
 * over milliseconds, bids and asks apart, exact to rounding whatever the messages' rhythm.
 * Limits: BOOK_REACH_BINS each way from the middle price; BOOK_INTEGRAL_BINS bins at a time, what a
 * price that ran leaves outside is counted.  Memory: some 120 KB.  Costs: a few additions a level
 * that changes; at the end of a stretch the levels within reach are walked once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "state/book.h"

#define BOOK_BIN_WIDTH 1e-4 /* in ln price; bin n holds the prices [e^(n w), e^((n + 1) w)) */
enum {
    BOOK_REACH_BINS = 500,    /* 5 % */
    BOOK_INTEGRAL_BINS = 2048 /* a power of two */
};

struct book_integral; /* opaque */

struct book_integral *book_integral_create(void); /* NULL: out of memory */
struct book_integral *book_integral_clone(const struct book_integral *source); /* as create */
void book_integral_destroy(struct book_integral *integral);                    /* NULL accepted */

/* The book is valid from ts_ms on as it stands: a stretch begins. */
void book_integral_begin(struct book_integral *integral, const struct book *book, int64_t ts_ms);
bool book_integral_is_open(const struct book_integral *integral);
/* The book's newest change happened at ts_ms, at or after the stretch's begin. Without an open
 * stretch, or where nothing changed, nothing happens. */
void book_integral_change(struct book_integral *integral, const struct book *book, int64_t ts_ms);
/* The stretch ends at ts_ms, the book being what its changes have made of it. */
void book_integral_end(struct book_integral *integral, const struct book *book, int64_t ts_ms);

/* Everything since the last take: USD x ms by bin, both sides first_bin .. first_bin + bin_count -
 * 1. Pointers are valid until the next call. */
struct book_integral_sums {
    int64_t known_ms; /* of valid book; 0: nothing is known and bin_count is 0 */
    int32_t first_bin, bin_count;
    const double *usd_ms[2]; /* bids, asks */
};
struct book_integral_sums book_integral_take(struct book_integral *integral);

/* The bin of a price > 0 (as doubles tell it): the largest n with e^(n w) <= price. */
int32_t book_integral_bin(struct book_integral *integral, double price);
int64_t book_integral_clipped_count(const struct book_integral *integral); /* bins left out */
