/* model/book_log.c - five levels of cells, sparse and quantised.
 *
 * A row's amounts are 16-bit words, bids first: up to 0x7fff the logarithm, log2(1 + USD) x 1024,
 * above it a run of as many empty bins.  Coarse cells add up what finer ones held before it was
 * quantised, so every level has one rounding.
 *
 * Old chunks go only while no reader is inside (model/read_gate.h). */
#include "model/book_log.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/floor.h"
#include "base/math.h"
#include "base/str.h"
#include "model/entry_store.h"
#include "model/read_gate.h"

enum {
    ROW_CHUNK = 128,
    WORD_CHUNK = 16384,
    WORD_ROW_MAX = 2 * BOOK_LOG_BINS,
    BIN_MASK = BOOK_LOG_BINS - 1,
    SIDE_COUNT = 2,
    RUN_BIT = 0x8000,
    CODE_MAX = 0x7fff,
    CODES_PER_OCTAVE = 1024,
    OVER_BYTES_MAX = 192 << 10 /* beyond a level's limit while a reader is inside */
};
#define LOG2_E 1.4426950408889634
static_assert((BOOK_LOG_BINS & BIN_MASK) == 0, "bins are found by masking");
static_assert((int)WORD_ROW_MAX <= (int)WORD_CHUNK, "a row fits into a chunk");

#define DAY_MS INT64_C(86400000)

static const struct {
    size_t bytes_max;
    int64_t keep_ms; /* 0: for ever */
} limits[] = {
    {2816 << 10, DAY_MS},       {2688 << 10, 7 * DAY_MS}, {2432 << 10, 45 * DAY_MS},
    {1536 << 10, 365 * DAY_MS}, {768 << 10, 0},
};
static_assert(ARRAY_COUNT(limits) == ENTRY_LEVEL_COUNT, "a limit per level");

struct row {
    int64_t begin_ms;
    int32_t known_ms;
    int32_t first_bin[SIDE_COUNT];
    uint32_t word_count[SIDE_COUNT];
    uint64_t word_first; /* bids, then asks */
};

struct cell { /* one that grows */
    bool open;
    int64_t begin_ms, known_ms;
    int32_t low, high;
    double usd_ms[SIDE_COUNT][BOOK_LOG_BINS];
};

struct level {
    struct entry_store rows, words;
    struct cell cell;                /* unused at the finest */
    atomic_int_fast64_t closed_ms;   /* rows that begin before are all published; release */
    atomic_int_fast64_t retained_ms; /* rows that begin from here on are still there */
};

struct book_log {
    int64_t end_ms; /* writer only: no cell begins before */
    struct level levels[ENTRY_LEVEL_COUNT];
    struct read_gate *gate;                    /* owned */
    struct book_log_stats stats;               /* writer only */
    double ordered[SIDE_COUNT][BOOK_LOG_BINS]; /* writer only: scratch, in order of bins */
    uint16_t words[WORD_ROW_MAX];              /* writer only: scratch */
    float amounts[CODES_PER_OCTAVE];           /* constant: 2^(i / 1024) */
};

/* What all of it can come to. */
static size_t bytes_max(void) {
    size_t sum = sizeof(struct book_log) + sizeof(struct read_gate);
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        sum += limits[at].bytes_max + OVER_BYTES_MAX;
    }
    return sum;
}

struct book_log *book_log_create(void) {
    assert(bytes_max() <= BOOK_LOG_BYTES_MAX);
    struct book_log *log = calloc(1, sizeof(*log));
    if (log == NULL) {
        return NULL;
    }
    log->gate = calloc(1, sizeof(*log->gate));
    if (log->gate == NULL) {
        free(log);
        return NULL;
    }
    log->end_ms = INT64_MIN;
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        struct level *level = &log->levels[at];
        entry_store_init(&level->rows, sizeof(struct row), ROW_CHUNK);
        entry_store_init(&level->words, sizeof(uint16_t), WORD_CHUNK);
        atomic_init(&level->closed_ms, INT64_MIN);
        atomic_init(&level->retained_ms, INT64_MIN);
    }
    for (int i = 0; i < CODES_PER_OCTAVE; i++) {
        log->amounts[i] = (float)math_exp(i / (LOG2_E * CODES_PER_OCTAVE));
    }
    return log;
}

void book_log_destroy(struct book_log *log) {
    if (log == NULL) {
        return;
    }
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        entry_store_finish(&log->levels[at].rows);
        entry_store_finish(&log->levels[at].words);
    }
    free(log->gate);
    free(log);
}

struct book_log *book_log_clone(const struct book_log *source) {
    struct book_log *log = copy_bytes(source, sizeof(*source));
    if (log == NULL) {
        return NULL;
    }
    log->gate = calloc(1, sizeof(*log->gate));
    bool whole = log->gate != NULL;
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        struct level *level = &log->levels[at];
        whole = entry_store_init_copy(&level->rows, &source->levels[at].rows) && whole;
        whole = entry_store_init_copy(&level->words, &source->levels[at].words) && whole;
    }
    if (!whole) {
        book_log_destroy(log);
        return NULL;
    }
    return log;
}

/* -- amounts -- */

static uint16_t code_of(double usd) {
    double code = math_log(1 + usd) * (LOG2_E * CODES_PER_OCTAVE) + 0.5;
    return (uint16_t)math_clamp(code, 0, CODE_MAX);
}

static float usd_of(const struct book_log *log, uint16_t code) {
    return log->amounts[code % CODES_PER_OCTAVE] * (float)(INT64_C(1) << code / CODES_PER_OCTAVE) -
           1;
}

/* Write the words of one side; trailing emptiness is left out. *first_bin: of the first word. */
static uint32_t encode_side(const struct book_log_cell *cell, int side, uint16_t words[],
                            int32_t *first_bin) {
    uint32_t count = 0, run = 0;
    *first_bin = cell->first_bin;
    for (int32_t i = 0; i < cell->bin_count; i++) {
        uint16_t code = 0;
        if (cell->usd_ms[side][i] > 0) {
            code = code_of(cell->usd_ms[side][i] / (double)cell->known_ms);
        }
        if (code == 0) {
            run++;
            continue;
        }
        if (run > 0 && count > 0) {
            words[count++] = (uint16_t)(RUN_BIT | run);
        } else if (count == 0) {
            *first_bin = cell->first_bin + i;
        }
        run = 0;
        words[count++] = code;
    }
    return count;
}

/* -- writer: stores -- */

static size_t level_bytes(const struct level *level) {
    return entry_store_chunk_count(&level->rows) * ROW_CHUNK * sizeof(struct row) +
           entry_store_chunk_count(&level->words) * WORD_CHUNK * sizeof(uint16_t);
}

static const struct row *level_row(const struct level *level, uint64_t index) {
    return entry_store_get(&level->rows, index);
}

/* Whether the oldest chunk of rows has to go. Never the one that is being filled. */
static bool level_is_due(const struct book_log *log, int at) {
    const struct level *level = &log->levels[at];
    uint64_t first = entry_store_first(&level->rows);
    if (first + ROW_CHUNK >= entry_store_count(&level->rows)) {
        return false;
    }
    return level_bytes(level) > limits[at].bytes_max ||
           (limits[at].keep_ms > 0 &&
            level_row(level, first + ROW_CHUNK)->begin_ms < log->end_ms - limits[at].keep_ms);
}

static void level_retire(struct book_log *log, int at) {
    struct level *level = &log->levels[at];
    if (!level_is_due(log, at)) {
        return;
    }
    if (!read_gate_close(log->gate)) {
        log->stats.retire_waits++;
        return;
    }
    while (level_is_due(log, at)) {
        uint64_t keep = entry_store_first(&level->rows) + ROW_CHUNK;
        const struct row *oldest = level_row(level, keep);
        entry_store_retire(&level->words, oldest->word_first);
        /* relaxed: the gate is closed, and opening it orders this */
        atomic_store_explicit(&level->retained_ms, oldest->begin_ms, memory_order_relaxed);
        entry_store_retire(&level->rows, keep);
        log->stats.chunks_retired++;
    }
    read_gate_open(log->gate);
}

static bool level_append(struct book_log *log, int at, const struct book_log_cell *cell) {
    struct level *level = &log->levels[at];
    struct row row = {.begin_ms = cell->begin_ms, .known_ms = (int32_t)cell->known_ms};
    row.word_count[0] = encode_side(cell, 0, log->words, &row.first_bin[0]);
    row.word_count[1] = encode_side(cell, 1, log->words + row.word_count[0], &row.first_bin[1]);
    uint32_t count = row.word_count[0] + row.word_count[1];
    row.word_first = level->words.reserved;
    level_retire(log, at);
    bool full = level_bytes(level) > limits[at].bytes_max + OVER_BYTES_MAX;
    uint16_t *words =
        count > 0 && !full ? entry_store_reserve(&level->words, count, &row.word_first) : NULL;
    uint64_t index = 0;
    struct row *room = full ? NULL : entry_store_reserve(&level->rows, 1, &index);
    if (room == NULL || (count > 0 && words == NULL)) {
        log->stats.rows_lost++;
        return false;
    }
    if (count > 0) {
        memcpy(words, log->words, count * sizeof(*words));
    }
    *room = row;
    entry_store_publish(&level->words);
    entry_store_publish(&level->rows);
    log->stats.rows[at]++;
    return true;
}

/* -- writer: cells -- */

static void cell_add(struct book_log *log, struct cell *cell, const struct book_log_cell *finer) {
    cell->known_ms += finer->known_ms;
    if (finer->bin_count == 0) {
        return;
    }
    int32_t low = finer->first_bin, high = low + finer->bin_count;
    if (cell->low == cell->high) {
        cell->low = cell->high = low;
    }
    if (high - cell->low > BOOK_LOG_BINS) {
        log->stats.bins_clipped += (uint64_t)(high - cell->low - BOOK_LOG_BINS);
        high = cell->low + BOOK_LOG_BINS;
    }
    if (cell->high - low > BOOK_LOG_BINS) {
        log->stats.bins_clipped += (uint64_t)(cell->high - low - BOOK_LOG_BINS);
        low = cell->high - BOOK_LOG_BINS;
    }
    for (int32_t bin = low; bin < high; bin++) {
        for (int side = 0; side < SIDE_COUNT; side++) {
            cell->usd_ms[side][bin & BIN_MASK] += finer->usd_ms[side][bin - finer->first_bin];
        }
    }
    cell->low = low < cell->low ? low : cell->low;
    cell->high = high > cell->high ? high : cell->high;
}

static void level_add(struct book_log *log, int at, const struct book_log_cell *finer);

/* Close a level's growing cell: its row becomes part of the level and of the next one. */
static void level_flush(struct book_log *log, int at) {
    struct cell *cell = &log->levels[at].cell;
    if (!cell->open) {
        return;
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int32_t bin = cell->low; bin < cell->high; bin++) {
            log->ordered[side][bin - cell->low] = cell->usd_ms[side][bin & BIN_MASK];
            cell->usd_ms[side][bin & BIN_MASK] = 0;
        }
    }
    struct book_log_cell whole = {.begin_ms = cell->begin_ms,
                                  .known_ms = cell->known_ms,
                                  .first_bin = cell->low,
                                  .bin_count = cell->high - cell->low,
                                  .usd_ms = {log->ordered[0], log->ordered[1]}};
    cell->open = false;
    level_append(log, at, &whole);
    level_add(log, at + 1, &whole);
}

static void level_add(struct book_log *log, int at, const struct book_log_cell *finer) {
    if (at >= ENTRY_LEVEL_COUNT) {
        return;
    }
    struct cell *cell = &log->levels[at].cell;
    int64_t begin_ms = floor_to(finer->begin_ms, entry_level_ms((enum entry_level_id)at));
    assert(!cell->open || cell->begin_ms == begin_ms); /* book_log_close_until has flushed it */
    if (!cell->open) {
        cell->open = true;
        cell->begin_ms = begin_ms;
        cell->known_ms = 0;
        cell->low = cell->high = 0;
    }
    cell_add(log, cell, finer);
}

bool book_log_append(struct book_log *log, const struct book_log_cell *cell) {
    assert(cell->begin_ms % BOOK_LOG_CELL_MS == 0);
    assert(cell->known_ms > 0);
    assert(cell->known_ms <= BOOK_LOG_CELL_MS);
    assert(cell->bin_count <= BOOK_LOG_BINS);
    if (log->end_ms != INT64_MIN && cell->begin_ms < log->end_ms) {
        return false;
    }
    book_log_close_until(log, cell->begin_ms);
    bool whole = level_append(log, 0, cell);
    level_add(log, 1, cell);
    book_log_close_until(log, cell->begin_ms + BOOK_LOG_CELL_MS);
    return whole;
}

void book_log_close_until(struct book_log *log, int64_t ts_ms) {
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        struct level *level = &log->levels[at];
        int64_t cell_ms = entry_level_ms((enum entry_level_id)at);
        if (level->cell.open && level->cell.begin_ms + cell_ms <= ts_ms) {
            level_flush(log, at);
        }
        int64_t closed_ms = floor_to(ts_ms, cell_ms);
        /* relaxed: only this thread writes it */
        if (closed_ms > atomic_load_explicit(&level->closed_ms, memory_order_relaxed)) {
            /* release: a reader that sees it sees the rows before it */
            atomic_store_explicit(&level->closed_ms, closed_ms, memory_order_release);
        }
    }
    log->end_ms = ts_ms > log->end_ms ? ts_ms : log->end_ms;
}

void book_log_get_stats(const struct book_log *log, struct book_log_stats *out) {
    *out = log->stats;
    out->bytes = sizeof(*log) + sizeof(*log->gate);
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        out->bytes += level_bytes(&log->levels[at]);
    }
}

/* -- readers -- */

int64_t book_log_until_ms(const struct book_log *log) {
    /* acquire: the rows before it are complete */
    return atomic_load_explicit(&log->levels[0].closed_ms, memory_order_acquire);
}

/* The row of the cell that begins at begin_ms; NULL: nothing is known of it. */
static const struct row *level_find(const struct level *level, int64_t begin_ms) {
    uint64_t low = entry_store_first(&level->rows), high = entry_store_count(&level->rows);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (level_row(level, middle)->begin_ms < begin_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct row *row = level_row(level, low);
    return row != NULL && row->begin_ms == begin_ms ? row : NULL;
}

void book_sum_begin(struct book_sum *sum) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int32_t bin = sum->low_bin; bin < sum->high_bin; bin++) {
            sum->usd_ms[side][bin & BIN_MASK] = 0;
        }
    }
    sum->known_ms = 0;
    sum->clipped_count = 0;
    sum->low_bin = sum->high_bin = 0;
}

static void sum_put(struct book_sum *sum, int side, int32_t bin, float usd_ms) {
    if (sum->low_bin == sum->high_bin) {
        sum->low_bin = sum->high_bin = bin;
    }
    if (bin - sum->low_bin >= BOOK_LOG_BINS || sum->high_bin - bin > BOOK_LOG_BINS) {
        sum->clipped_count++;
        return;
    }
    sum->low_bin = bin < sum->low_bin ? bin : sum->low_bin;
    sum->high_bin = bin >= sum->high_bin ? bin + 1 : sum->high_bin;
    sum->usd_ms[side][bin & BIN_MASK] += usd_ms;
}

/* Add a share (0..1] of a row. */
static void sum_row(const struct book_log *log, const struct level *level, const struct row *row,
                    double share, struct book_sum *sum) {
    int64_t known_ms = (int64_t)(row->known_ms * share + 0.5);
    sum->known_ms += known_ms;
    const uint16_t *words = NULL;
    if (row->word_count[0] + row->word_count[1] > 0) {
        words = entry_store_get(&level->words, row->word_first);
    }
    for (int side = 0; words != NULL && side < SIDE_COUNT; side++) {
        int32_t bin = row->first_bin[side];
        for (uint32_t i = 0; i < row->word_count[side]; i++) {
            if ((words[i] & RUN_BIT) != 0) {
                bin += words[i] & ~RUN_BIT;
            } else {
                sum_put(sum, side, bin++, usd_of(log, words[i]) * (float)known_ms);
            }
        }
        words += row->word_count[side];
    }
}

static bool level_tells(const struct level *level, int64_t begin_ms, int64_t cell_ms) {
    /* acquire: the rows before it are complete; relaxed: it changes only while no reader is inside
     */
    return atomic_load_explicit(&level->closed_ms, memory_order_acquire) >= begin_ms + cell_ms &&
           atomic_load_explicit(&level->retained_ms, memory_order_relaxed) <= begin_ms;
}

/* Which level goes on at t_ms: the coarsest whose cell begins there and ends by to_ms, else the
 * finest that has a cell around it. -1: none. */
static int level_at(const struct book_log *log, int64_t t_ms, int64_t to_ms) {
    for (int at = ENTRY_LEVEL_COUNT - 1; at >= 0; at--) {
        int64_t cell_ms = entry_level_ms((enum entry_level_id)at);
        if (floor_to(t_ms, cell_ms) == t_ms && t_ms + cell_ms <= to_ms &&
            level_tells(&log->levels[at], t_ms, cell_ms)) {
            return at;
        }
    }
    for (int at = 0; at < ENTRY_LEVEL_COUNT; at++) {
        int64_t cell_ms = entry_level_ms((enum entry_level_id)at);
        if (level_tells(&log->levels[at], floor_to(t_ms, cell_ms), cell_ms)) {
            return at;
        }
    }
    return -1;
}

/* Where to go on when no level tells of t_ms: where the coarsest begins, else the next second. */
static int64_t next_told(const struct book_log *log, int64_t t_ms) {
    /* relaxed: it changes only while no reader is inside */
    int64_t oldest_ms =
        atomic_load_explicit(&log->levels[ENTRY_LEVEL_COUNT - 1].retained_ms, memory_order_relaxed);
    return t_ms < oldest_ms ? oldest_ms : floor_to(t_ms, BOOK_LOG_CELL_MS) + BOOK_LOG_CELL_MS;
}

void book_log_sum(const struct book_log *log, int64_t from_ms, int64_t to_ms,
                  struct book_sum *sum) {
    int64_t until_ms = book_log_until_ms(log);
    int64_t t_ms = from_ms;
    to_ms = to_ms < until_ms ? to_ms : until_ms;
    read_gate_enter(log->gate);
    while (t_ms < to_ms) {
        int at = level_at(log, t_ms, to_ms);
        if (at < 0) {
            t_ms = next_told(log, t_ms);
            continue;
        }
        int64_t cell_ms = entry_level_ms((enum entry_level_id)at);
        int64_t begin_ms = floor_to(t_ms, cell_ms);
        int64_t end_ms = begin_ms + cell_ms < to_ms ? begin_ms + cell_ms : to_ms;
        const struct row *row = level_find(&log->levels[at], begin_ms);
        if (row != NULL) {
            sum_row(log, &log->levels[at], row, (double)(end_ms - t_ms) / (double)cell_ms, sum);
        }
        t_ms = end_ms;
    }
    read_gate_leave(log->gate);
}
