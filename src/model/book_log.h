/* model/book_log.h - what rested in one instrument's order book, by price and time.
 *
 * Thread: one writer (engine), any number of readers (raster).  Owner: the engine, one log an
 * instrument, made with its first book event.
 * Cells of one second of event time, and coarser ones (the entry log's levels: 10 s, 1 min, 5 min,
 * 1 h) that are means of them, every bin of one basis point of ln price by itself, bids and asks
 * apart; each millisecond of valid book counts alike.  Time without a valid book is in no cell: it
 * is not known, which is not the same as empty.  Amounts are kept as logarithms, to 0.04 %.
 * Limits: BOOK_LOG_BYTES_MAX bytes (as much of the newest as fits, level by level; the entry log's
 * ages besides), BOOK_LOG_BINS bins at a time; both counted when met. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/entry_log.h"

#define BOOK_LOG_BIN_WIDTH 1e-4 /* in ln price */
enum {
    BOOK_LOG_BYTES_MAX = 12 << 20, /* everything, once all levels are full */
    BOOK_LOG_BINS = 4096,          /* from the lowest price of a cell to its highest */
    BOOK_LOG_CELL_MS = 1000
};

struct book_log;

struct book_log *book_log_create(void);      /* NULL: out of memory */
void book_log_destroy(struct book_log *log); /* NULL accepted; no reader may be inside */

/* As entry_log_clone. */
struct book_log *book_log_clone(const struct book_log *source);

/* -- writer -- */

struct book_log_cell { /* of the finest level */
    int64_t begin_ms;  /* a multiple of BOOK_LOG_CELL_MS, after every earlier cell's */
    int64_t known_ms;  /* of valid book in it, 1..BOOK_LOG_CELL_MS */
    int32_t first_bin, bin_count;
    const double *usd_ms[2]; /* bids, asks: USD x ms of the bins, >= 0 */
};
/* False: out of order, or no room for it (counted). */
bool book_log_append(struct book_log *log, const struct book_log_cell *cell);
/* No further cell begins before ts_ms: everything before is known to readers. */
void book_log_close_until(struct book_log *log, int64_t ts_ms);

struct book_log_stats {
    uint64_t rows[ENTRY_LEVEL_COUNT]; /* ever appended */
    uint64_t rows_lost;               /* out of memory, or the limit was met with a reader inside */
    uint64_t bins_clipped;            /* further apart than BOOK_LOG_BINS */
    uint64_t chunks_retired;          /* met the limit of bytes or the level's age */
    uint64_t retire_waits;            /* kept for now because a reader was inside */
    size_t bytes;                     /* of everything */
};
void book_log_get_stats(const struct book_log *log, struct book_log_stats *out);

/* -- readers: any thread -- */

int64_t
book_log_until_ms(const struct book_log *log); /* everything before is told; INT64_MIN: none */

struct book_sum { /* about 36 KB */
    int64_t known_ms;
    int32_t low_bin, high_bin;      /* [low, high); equal: nothing */
    int64_t clipped_count;          /* bins that were too far from the others */
    float usd_ms[2][BOOK_LOG_BINS]; /* bin n at n mod BOOK_LOG_BINS; 0 outside [low, high) */
};
void book_sum_begin(struct book_sum *sum); /* empty; of a zeroed or used one */
/* Add what is known of [from_ms, to_ms): from cells that lie within it where they are still kept,
 * else from the share of coarser ones. The mean is usd_ms / known_ms. */
void book_log_sum(const struct book_log *log, int64_t from_ms, int64_t to_ms, struct book_sum *sum);
