/* model/entry_log.c - five levels of rows, each in chunks.
 *
 * Old chunks go only while no reader is inside (model/read_gate.h). */
#include "model/entry_log.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/floor.h"
#include "base/str.h"
#include "model/entry_cell.h"
#include "model/entry_store.h"
#include "model/read_gate.h"
#include "model/weights.h"

enum {
    ROW_CHUNK = 512,
    DEPOSIT_CHUNK = 4 * ENTRY_DEPOSIT_ROW_MAX,
    PRINT_CHUNK = 1024,
    WEIGHTS_CHUNK = 64,
    PRINT_KEEP = 1 << 20 /* prints kept at a time, 32 MB */
};

#define DAY_MS INT64_C(86400000)

static const struct {
    int32_t cell_ms;
    int64_t keep_ms; /* 0: for ever */
} levels[] = {
    {1000, DAY_MS}, {10000, 7 * DAY_MS}, {60000, 45 * DAY_MS}, {300000, 365 * DAY_MS}, {3600000, 0},
};
static_assert(ARRAY_COUNT(levels) == ENTRY_LEVEL_COUNT, "a cadence per level");

struct level {
    struct entry_store rows, deposits;
    struct entry_cell cell;          /* unused at the finest */
    atomic_int_fast64_t closed_ms;   /* rows that begin before are all published; release */
    atomic_int_fast64_t retained_ms; /* rows that begin from here on are still there */
};

struct entry_log {
    double bin_width;
    int64_t end_ms; /* writer only: end of the newest row */
    struct level levels[ENTRY_LEVEL_COUNT];
    struct entry_store prints;
    struct entry_store weights;   /* number n is item n - 1 */
    uint32_t weights_number;      /* writer only: in force */
    struct read_gate *gate;       /* owned */
    struct entry_log_stats stats; /* writer only */
    atomic_int_fast64_t first_ms;
};

int32_t entry_level_ms(enum entry_level_id level) {
    assert(level < ENTRY_LEVEL_COUNT);
    return levels[level].cell_ms;
}

struct entry_log *entry_log_create(double bin_width) {
    if (!(bin_width >= 1e-5 && bin_width <= 1e-2)) {
        return NULL;
    }
    struct entry_log *log = calloc(1, sizeof(*log));
    if (log == NULL) {
        return NULL;
    }
    log->bin_width = bin_width;
    log->end_ms = INT64_MIN;
    log->gate = calloc(1, sizeof(*log->gate));
    bool complete = log->gate != NULL;
    for (int i = 0; i < ENTRY_LEVEL_COUNT; i++) {
        struct level *level = &log->levels[i];
        entry_store_init(&level->rows, sizeof(struct entry_row), ROW_CHUNK);
        entry_store_init(&level->deposits, sizeof(struct entry_deposit), DEPOSIT_CHUNK);
        complete = (i == 0 || entry_cell_init(&level->cell)) && complete;
        atomic_init(&level->closed_ms, INT64_MIN);
        atomic_init(&level->retained_ms, INT64_MIN);
    }
    entry_store_init(&log->prints, sizeof(struct entry_print), PRINT_CHUNK);
    entry_store_init(&log->weights, sizeof(struct weights), WEIGHTS_CHUNK);
    atomic_init(&log->first_ms, INT64_MAX);
    if (!complete) {
        entry_log_destroy(log);
        return NULL;
    }
    return log;
}

void entry_log_destroy(struct entry_log *log) {
    if (log == NULL) {
        return;
    }
    for (int i = 0; i < ENTRY_LEVEL_COUNT; i++) {
        entry_store_finish(&log->levels[i].rows);
        entry_store_finish(&log->levels[i].deposits);
        entry_cell_finish(&log->levels[i].cell);
    }
    entry_store_finish(&log->prints);
    entry_store_finish(&log->weights);
    free(log->gate);
    free(log);
}

static bool level_init_copy(struct level *level, const struct level *source, bool has_cell) {
    /* acquire, relaxed: as readers of source do */
    atomic_init(&level->closed_ms, atomic_load_explicit(&source->closed_ms, memory_order_acquire));
    atomic_init(&level->retained_ms,
                atomic_load_explicit(&source->retained_ms, memory_order_relaxed));
    bool whole = entry_store_init_copy(&level->rows, &source->rows);
    whole = entry_store_init_copy(&level->deposits, &source->deposits) && whole;
    return (!has_cell || entry_cell_init_copy(&level->cell, &source->cell)) && whole;
}

struct entry_log *entry_log_clone(const struct entry_log *source) {
    struct entry_log *log = calloc(1, sizeof(*log));
    if (log == NULL) {
        return NULL;
    }
    log->bin_width = source->bin_width;
    log->end_ms = source->end_ms;
    log->weights_number = source->weights_number;
    log->stats = source->stats;
    atomic_init(&log->first_ms, entry_log_first_ms(source));
    log->gate = calloc(1, sizeof(*log->gate));
    bool whole = log->gate != NULL;
    for (int i = 0; i < ENTRY_LEVEL_COUNT; i++) {
        whole = level_init_copy(&log->levels[i], &source->levels[i], i > 0) && whole;
    }
    whole = entry_store_init_copy(&log->prints, &source->prints) && whole;
    whole = entry_store_init_copy(&log->weights, &source->weights) && whole;
    if (!whole) {
        entry_log_destroy(log);
        return NULL;
    }
    return log;
}

double entry_log_bin_width(const struct entry_log *log) {
    return log->bin_width;
}

/* -- writer -- */

/* Put one finished row into a level's stores. */
static bool level_append(struct entry_log *log, int at, struct entry_row *row, size_t count,
                         const struct entry_deposit *deposits) {
    struct level *level = &log->levels[at];
    uint64_t index = 0;
    row->deposit_first = level->deposits.reserved;
    if (count > 0) {
        void *room = entry_store_reserve(&level->deposits, count, &row->deposit_first);
        if (room == NULL) {
            log->stats.rows_lost++;
            return false;
        }
        memcpy(room, deposits, count * sizeof(*deposits));
    }
    row->deposit_count = (uint32_t)count;
    row->level = (uint32_t)at;
    void *room = entry_store_reserve(&level->rows, 1, &index);
    if (room == NULL) {
        log->stats.rows_lost++;
        return false;
    }
    memcpy(room, row, sizeof(*row));
    entry_store_publish(&level->deposits);
    entry_store_publish(&level->rows);
    log->stats.rows[at]++;
    return true;
}

static void level_add(struct entry_log *log, int at, const struct entry_row *row, size_t count,
                      const struct entry_deposit *deposits);

/* Close a level's growing cell: its row becomes part of the level and of the next one. */
static void level_flush(struct entry_log *log, int at) {
    struct entry_cell *cell = &log->levels[at].cell;
    if (cell->open) {
        cell->open = false;
        struct entry_row row = cell->row;
        level_append(log, at, &row, cell->deposit_count, cell->deposits);
        level_add(log, at + 1, &row, cell->deposit_count, cell->deposits);
    }
}

static void level_add(struct entry_log *log, int at, const struct entry_row *row, size_t count,
                      const struct entry_deposit *deposits) {
    if (at >= ENTRY_LEVEL_COUNT) {
        return;
    }
    struct entry_cell *cell = &log->levels[at].cell;
    int64_t cell_ms = levels[at].cell_ms;
    int64_t begin_ms = floor_to(row->begin_ms, cell_ms);
    if (cell->open && cell->row.begin_ms != begin_ms) {
        level_flush(log, at);
    }
    if (row->end_ms - row->begin_ms >= cell_ms) {
        struct entry_row whole = *row;
        level_flush(log, at);
        level_append(log, at, &whole, count, deposits);
        level_add(log, at + 1, &whole, count, deposits);
        return;
    }
    if (!cell->open) {
        entry_cell_begin(cell, begin_ms, begin_ms + cell_ms);
    }
    entry_cell_add(cell, row, count, deposits, log->bin_width);
}

/* The oldest row of a level, or NULL. */
static const struct entry_row *level_row(const struct level *level, uint64_t index) {
    return entry_store_get(&level->rows, index);
}

static void level_retire(struct entry_log *log, int at) {
    struct level *level = &log->levels[at];
    uint64_t count = entry_store_count(&level->rows), first = entry_store_first(&level->rows);
    int64_t before_ms = log->end_ms - levels[at].keep_ms;
    uint64_t keep = first;
    while (keep + ROW_CHUNK < count && level_row(level, keep + ROW_CHUNK)->begin_ms < before_ms) {
        keep += ROW_CHUNK;
    }
    if (keep == first) {
        return;
    }
    const struct entry_row *oldest = level_row(level, keep);
    entry_store_retire(&level->deposits, oldest->deposit_first);
    /* relaxed: the gate is closed, and opening it orders this */
    atomic_store_explicit(&level->retained_ms, oldest->begin_ms, memory_order_relaxed);
    entry_store_retire(&level->rows, keep);
}

static bool level_is_due(const struct entry_log *log, int at) {
    const struct level *level = &log->levels[at];
    uint64_t first = entry_store_first(&level->rows);
    return levels[at].keep_ms > 0 && first + ROW_CHUNK < entry_store_count(&level->rows) &&
           level_row(level, first + ROW_CHUNK)->begin_ms < log->end_ms - levels[at].keep_ms;
}

static void log_retire(struct entry_log *log) {
    bool due = entry_store_count(&log->prints) - entry_store_first(&log->prints) > PRINT_KEEP;
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        due = level_is_due(log, at) || due;
    }
    if (!due) {
        return;
    }
    if (!read_gate_close(log->gate)) {
        log->stats.retire_waits++;
        return;
    }
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        if (level_is_due(log, at)) {
            level_retire(log, at);
        }
    }
    uint64_t print_count = entry_store_count(&log->prints);
    entry_store_retire(&log->prints, print_count > PRINT_KEEP ? print_count - PRINT_KEEP : 0);
    read_gate_open(log->gate);
}

static bool append_prints(struct entry_log *log, struct entry_row *row, size_t count,
                          const struct entry_print *prints) {
    row->print_first = 0;
    row->print_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t index = 0;
        struct entry_print *room = entry_store_reserve(&log->prints, 1, &index);
        if (room == NULL) {
            return false;
        }
        *room = prints[i];
        if (i == 0) {
            row->print_first = index;
        }
        row->print_count++;
    }
    entry_store_publish(&log->prints);
    return true;
}

bool entry_log_append(struct entry_log *log, struct entry_row *row, size_t deposit_count,
                      const struct entry_deposit *deposits, size_t print_count,
                      const struct entry_print *prints) {
    assert(deposit_count <= ENTRY_DEPOSIT_ROW_MAX);
    if (row->end_ms <= row->begin_ms || (log->end_ms != INT64_MIN && row->begin_ms < log->end_ms)) {
        return false;
    }
    row->weights = log->weights_number;
    bool whole = append_prints(log, row, print_count, prints);
    whole = level_append(log, 0, row, deposit_count, deposits) && whole;
    level_add(log, 1, row, deposit_count, deposits);
    log->end_ms = row->end_ms;
    /* relaxed: where the log begins; the rows themselves are published by closed_ms */
    if (atomic_load_explicit(&log->first_ms, memory_order_relaxed) == INT64_MAX) {
        atomic_store_explicit(&log->first_ms, row->begin_ms, memory_order_relaxed);
    }
    entry_log_close_until(log, row->end_ms);
    log_retire(log);
    return whole;
}

void entry_log_close_until(struct entry_log *log, int64_t ts_ms) {
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        struct level *level = &log->levels[at];
        if (at > 0 && level->cell.open && level->cell.row.end_ms <= ts_ms) {
            level_flush(log, at);
        }
        int64_t closed_ms = floor_to(ts_ms, levels[at].cell_ms);
        /* relaxed: only this thread writes it */
        if (closed_ms > atomic_load_explicit(&level->closed_ms, memory_order_relaxed)) {
            /* release: a reader that sees it sees the rows before it */
            atomic_store_explicit(&level->closed_ms, closed_ms, memory_order_release);
        }
    }
    log->end_ms = ts_ms > log->end_ms ? ts_ms : log->end_ms;
}

uint32_t entry_log_add_weights(struct entry_log *log, const struct weights *weights) {
    uint64_t index = 0;
    struct weights *room = entry_store_reserve(&log->weights, 1, &index);
    if (room != NULL && index < UINT32_MAX) {
        *room = *weights;
        entry_store_publish(&log->weights);
        log->weights_number = (uint32_t)index + 1;
    }
    return log->weights_number;
}

void entry_log_get_stats(const struct entry_log *log, struct entry_log_stats *out) {
    *out = log->stats;
    out->bytes = entry_store_chunk_count(&log->prints) * PRINT_CHUNK * sizeof(struct entry_print);
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        const struct level *level = &log->levels[at];
        out->deposits_merged += level->cell.merged_count;
        out->bytes += entry_store_chunk_count(&level->rows) * ROW_CHUNK * sizeof(struct entry_row) +
                      entry_store_chunk_count(&level->deposits) * DEPOSIT_CHUNK *
                          sizeof(struct entry_deposit);
    }
}

/* -- readers -- */

void entry_log_read_begin(const struct entry_log *log) {
    read_gate_enter(log->gate);
}

void entry_log_read_end(const struct entry_log *log) {
    read_gate_leave(log->gate);
}

int64_t entry_log_first_ms(const struct entry_log *log) {
    /* relaxed: see entry_log_append */
    return atomic_load_explicit(&log->first_ms, memory_order_relaxed);
}

int64_t entry_log_until_ms(const struct entry_log *log) {
    /* acquire: the rows before it are complete */
    return atomic_load_explicit(&log->levels[0].closed_ms, memory_order_acquire);
}

void entry_cursor_init(struct entry_cursor *cursor, const struct entry_log *log,
                       enum entry_level_id level, int64_t from_ms) {
    assert(level < ENTRY_LEVEL_COUNT);
    memset(cursor, 0, sizeof(*cursor));
    cursor->log = log;
    cursor->level = level;
    cursor->t_ms = from_ms;
}

/* The first row of a level that begins at or after t_ms; count if none. */
static uint64_t level_search(const struct level *level, uint64_t hint, int64_t t_ms) {
    uint64_t low = entry_store_first(&level->rows), high = entry_store_count(&level->rows);
    if (hint > low && hint <= high && level_row(level, hint - 1) != NULL &&
        level_row(level, hint - 1)->begin_ms < t_ms) {
        if (hint == high || level_row(level, hint)->begin_ms >= t_ms) {
            return hint;
        }
        low = hint;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (level_row(level, middle)->begin_ms < t_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* How far a level can be followed from t_ms (INT64_MIN: not at all, or not yet). */
static int64_t level_reach(const struct entry_cursor *cursor, int at, int64_t until_ms) {
    const struct level *level = &cursor->log->levels[at];
    /* acquire: the rows before it are complete */
    int64_t closed = atomic_load_explicit(&level->closed_ms, memory_order_acquire);
    closed = closed < until_ms ? closed : floor_to(until_ms, levels[at].cell_ms);
    return closed > cursor->t_ms ? closed : INT64_MIN;
}

static bool level_retains(const struct entry_cursor *cursor, int at) {
    /* relaxed: it changes only while no reader is inside */
    return atomic_load_explicit(&cursor->log->levels[at].retained_ms, memory_order_relaxed) <=
           cursor->t_ms;
}

/* The level that continues at t_ms: the preferred one or the next finer whose cell begins there.
 * Where those have been retired it is the finest that is left; a reader that slept past that loses
 * less than a cell.  A coarser one is never taken only because it has got further in the meantime:
 * it would skip the rest of its cell.  -1: nothing is published there yet. */
static int cursor_level(const struct entry_cursor *cursor, int64_t until_ms, int64_t *closed_ms) {
    for (int at = (int)cursor->level; at >= 0; at--) {
        bool aligned = floor_to(cursor->t_ms, levels[at].cell_ms) == cursor->t_ms;
        *closed_ms = level_reach(cursor, at, until_ms);
        if (aligned && level_retains(cursor, at) && *closed_ms != INT64_MIN) {
            return at;
        }
    }
    int finest = 0;
    while (finest + 1 < ENTRY_LEVEL_COUNT && !level_retains(cursor, finest)) {
        finest++;
    }
    *closed_ms = level_reach(cursor, finest, until_ms);
    return finest > 0 && *closed_ms != INT64_MIN ? finest : -1;
}

const struct entry_row *entry_cursor_next(struct entry_cursor *cursor, int64_t until_ms) {
    int64_t first_ms = entry_log_first_ms(cursor->log);
    if (first_ms == INT64_MAX) {
        return NULL;
    }
    if (cursor->t_ms < first_ms) {
        cursor->t_ms = floor_to(first_ms, levels[ENTRY_LEVEL_1H].cell_ms);
    }
    while (cursor->t_ms < until_ms) {
        int64_t closed_ms = 0;
        int at = cursor_level(cursor, until_ms, &closed_ms);
        if (at < 0) {
            return NULL;
        }
        const struct level *level = &cursor->log->levels[at];
        uint64_t index = level_search(level, cursor->next[at], cursor->t_ms);
        const struct entry_row *row = level_row(level, index);
        if (row == NULL || row->begin_ms >= closed_ms) {
            cursor->t_ms = closed_ms; /* silence up to there */
            continue;
        }
        if (row->end_ms > until_ms) {
            cursor->t_ms = row->begin_ms;
            return NULL;
        }
        cursor->next[at] = index + 1;
        cursor->t_ms = row->end_ms;
        return row;
    }
    return NULL;
}

const struct entry_deposit *entry_log_deposits(const struct entry_log *log,
                                               const struct entry_row *row) {
    return row->deposit_count == 0
               ? NULL
               : entry_store_get(&log->levels[row->level].deposits, row->deposit_first);
}

const struct entry_print *entry_log_print(const struct entry_log *log, const struct entry_row *row,
                                          uint32_t i) {
    return i < row->print_count ? entry_store_get(&log->prints, row->print_first + i) : NULL;
}

bool entry_log_get_weights(const struct entry_log *log, uint32_t number, struct weights *out) {
    const struct weights *kept =
        number == WEIGHTS_PRIOR ? NULL : entry_store_get(&log->weights, number - 1);
    if (kept != NULL) {
        *out = *kept;
    }
    return kept != NULL;
}
