/* model/entry_log.h - the truth that pixels are made from: what happened to one instrument, row by
 * row.
 *
 * Thread: one writer (engine), any number of readers (raster).  Owner: the engine, one log an
 * instrument. Rows are sparse: a silent stretch has none.  Five levels (1 s, 10 s, 1 min, 5 min, 1
 * h); a coarser row is the sum of the finer ones that begin in its cell; a row that is longer than
 * a cell (a back-filled bar) stands in the level as it is.  Chunks never move; counts are published
 * with release. Limits: ENTRY_DEPOSIT_ROW_MAX deposits a row, ENTRY_CHUNK_MAX chunks a store
 * (counted when met). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry_level_id {
    ENTRY_LEVEL_1S,
    ENTRY_LEVEL_10S,
    ENTRY_LEVEL_1MIN,
    ENTRY_LEVEL_5MIN,
    ENTRY_LEVEL_1H,
    ENTRY_LEVEL_COUNT
};

enum { ENTRY_SOURCE_NET, ENTRY_SOURCE_CHURN, ENTRY_SOURCE_AMBIENT, ENTRY_SOURCE_COUNT };

enum {
    ENTRY_DEPOSIT_ROW_MAX = 2048, /* further price bins of one row join the nearest one */
    ENTRY_REACH_BINS_MAX = 65535
};

enum {
    ENTRY_ROW_HISTORY = 1,    /* made from back-filled bars */
    ENTRY_ROW_GAP = 2,        /* part of it is unknown */
    ENTRY_ROW_HIGH_FIRST = 4, /* the path is open, high, low, close; else open, low, high, close */
    ENTRY_ROW_HAS_MARK = 8    /* mark and z are known (carried on through rows without news) */
};

/* Positions opened at one price: base coin a source, both sides alike (estimator.md section 4.4).
 */
struct entry_deposit {
    int32_t bin;                     /* floor(z / bin_width), z = ln price - phi at the entry */
    float base[ENTRY_SOURCE_COUNT];  /* >= 0, base coin: net, churn, ambient */
    uint16_t below_bins, above_bins; /* how far the mark went beyond bin until the row's end */
};

/* One realised liquidation, in the row of the first mark at or after it; one that is told only when
 * its row has long been closed, in the row that is open then. */
struct entry_print {
    int64_t ts_ms;
    double
        price; /* trigger price: bankruptcy and order prints are moved by the first tier's rate */
    float usd;
    uint8_t position; /* enum position */
    uint8_t complete; /* the venue publishes all of them */
    uint8_t reserved[2];
};

struct entry_row {
    int64_t begin_ms, end_ms; /* [begin, end); whole cells of its level or longer */
    double mark_open, mark_high, mark_low, mark_close; /* price; 0 where unknown */
    double z_open, z_high, z_low, z_close;             /* the same way in the funding coordinate */
    double phi;          /* funding coordinate's shift at its end: z = ln price - phi */
    double oi_base;      /* one-sided, at its end; 0 where unknown */
    double oi_dt_base_s; /* open interest x seconds, over it */
    float last_open, last_high, last_low, last_close; /* trades; 0 where there were none */
    float buy_usd, sell_usd;                          /* taker volumes */
    float funding;                                    /* sum of the rates settled in it */
    int32_t low_at_ms, high_at_ms; /* when low and high were first met, from begin_ms */
    uint32_t weights; /* which weights are in force: entry_log_get_weights; set by the log */
    uint32_t deposit_count, print_count;
    uint64_t deposit_first, print_first; /* in the log's stores; use the functions below */
    uint32_t flags;                      /* ENTRY_ROW_... */
    uint32_t level;                      /* enum entry_level_id of its store; set by the log */
};

/* Whether a print was told so long after its time that it says nothing of what its row swept. */
enum { ENTRY_PRINT_LATE_MS = 60000 };
static inline bool entry_print_is_late(const struct entry_print *print,
                                       const struct entry_row *row) {
    return row->begin_ms - print->ts_ms > ENTRY_PRINT_LATE_MS;
}

struct entry_log;

/* bin_width: in ln price, the model's delta. NULL: out of memory, or bin_width not in [1e-5, 1e-2].
 */
struct entry_log *entry_log_create(double bin_width);
void entry_log_destroy(struct entry_log *log); /* NULL accepted; no reader may be inside */
/* A log of its own that goes on where source is; nobody writes to source meanwhile. What is
 * finished is kept once for both. NULL: out of memory. */
struct entry_log *entry_log_clone(const struct entry_log *source);
double entry_log_bin_width(const struct entry_log *log);
int32_t entry_level_ms(enum entry_level_id level);

/* -- writer -- */

/* Append a finest row (deposits sorted by bin, each once; prints in time order) to every level.
 * Rows come in order: begin_ms >= the end of the one before; else false. False too when out of
 * memory (counted: the row is lost to readers). row's deposit_first, print_first and counts are
 * filled in by the log. */
bool entry_log_append(struct entry_log *log, struct entry_row *row, size_t deposit_count,
                      const struct entry_deposit *deposits, size_t print_count,
                      const struct entry_print *prints);
/* Nothing more will come that begins before ts_ms: coarse cells that ended are closed. */
void entry_log_close_until(struct entry_log *log, int64_t ts_ms);

struct weights;
/* Writer: keep weights; the rows appended from now on carry their number. Returns it, or the one in
 * force when out of memory. Not retired: some 650 bytes each. */
uint32_t entry_log_add_weights(struct entry_log *log, const struct weights *weights);
/* Any thread. False: no such number (WEIGHTS_PRIOR has none: it is the estimator's own). */
bool entry_log_get_weights(const struct entry_log *log, uint32_t number, struct weights *out);

struct entry_log_stats {
    uint64_t rows[ENTRY_LEVEL_COUNT]; /* ever appended */
    uint64_t rows_lost;               /* out of memory or chunk limit */
    uint64_t deposits_merged;         /* met ENTRY_DEPOSIT_ROW_MAX */
    uint64_t retire_waits;            /* old chunks kept for now because a reader was inside */
    size_t bytes;                     /* memory of all chunks */
};
void entry_log_get_stats(const struct entry_log *log, struct entry_log_stats *out);

/* -- readers: any thread -- */

/* Between begin and end, rows, deposits and prints stay where they are (old chunks are not
 * retired). Keep it short of a second. */
void entry_log_read_begin(const struct entry_log *log);
void entry_log_read_end(const struct entry_log *log);

int64_t
entry_log_first_ms(const struct entry_log *log); /* begin of the oldest row; INT64_MAX: none */
int64_t entry_log_until_ms(
    const struct entry_log *log); /* everything before is in the log; INT64_MIN: none */

/* A walk through the log in time order at one level's cadence: coarser rows where finer ones have
 * been retired, finer ones where a coarse cell is not closed yet. */
struct entry_cursor {
    const struct entry_log *log;      /* borrowed */
    enum entry_level_id level;        /* preferred */
    int64_t t_ms;                     /* everything before has been passed */
    uint64_t next[ENTRY_LEVEL_COUNT]; /* row index hint a level */
};
void entry_cursor_init(struct entry_cursor *cursor, const struct entry_log *log,
                       enum entry_level_id level, int64_t from_ms);
/* The next row that begins at or after t_ms and ends at or before until_ms; NULL: none published.
 * Call between entry_log_read_begin and _end; the cursor itself may be kept from one such stretch
 * to the next. */
const struct entry_row *entry_cursor_next(struct entry_cursor *cursor, int64_t until_ms);

/* The deposits of a row of this log, row->deposit_count of them, sorted by bin. */
const struct entry_deposit *entry_log_deposits(const struct entry_log *log,
                                               const struct entry_row *row);
/* Print i of a row of this log; i < row->print_count. NULL: it was retired. */
const struct entry_print *entry_log_print(const struct entry_log *log, const struct entry_row *row,
                                          uint32_t i);
