/* density/raster.c - replay, read out, hand over.
 *
 * A job first walks the rows of the window once for its facts (candles, prints), then replays: the
 * history before the window at 1 h, kept as a checkpoint for the next job, and the window twice,
 * coarse rows first.  It ends at the log's end as it was when the job began; raster_follow goes on
 * from there, row by row.  Every input is replayed in a lane of its own (density/lane); all are
 * brought to the end of a column, then the column is the sum of theirs. */
#include "density/raster.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/floor.h"
#include "base/math.h"
#include "base/stat.h"
#include "density/book_column.h"
#include "density/lane.h"

enum {
    COARSE_ROWS_MAX = 300, /* rows of the coarse pass: what 50 ms allow */
    PRICE_ROWS_MAX = 2000, /* rows that density_price_range looks at */
    COLUMN_MS_MAX = 43200000
};
#define ROW_HEIGHT_MIN 0.99e-4

struct raster {
    struct raster_request request;
    int lane_count;
    struct lane *lanes[RASTER_INPUT_MAX]; /* owned; further ones are made when they are asked for */
    struct column sum;                    /* of several lanes; has no bins of its own */
    struct book_column book;              /* scratch */
    struct layers_column other;           /* scratch: facts of the other lanes */
    struct layers_column written;         /* texels and certainty of the last column... */
    uint64_t written_versions[RASTER_INPUT_MAX]; /* ...made of these sums; 0: nothing yet */
    const struct raster_sink *sink;              /* during a call */

    bool following; /* a fine pass is complete */
    uint8_t pass;
    int64_t col;     /* column that grows */
    int64_t end_col; /* the first one beyond the window */
    int read_every;  /* columns */
    int columns_out;
};

struct raster *raster_create(void) {
    /* Its columns are whole cache lines. */
    struct raster *raster = aligned_alloc(64, (sizeof(*raster) + 63) / 64 * 64);
    if (raster == NULL) {
        return NULL;
    }
    memset(raster, 0, sizeof(*raster));
    raster->lanes[0] = lane_create();
    if (raster->lanes[0] == NULL) {
        raster_destroy(raster);
        return NULL;
    }
    return raster;
}

void raster_destroy(struct raster *raster) {
    if (raster != NULL) {
        for (int i = 0; i < RASTER_INPUT_MAX; i++) {
            lane_destroy(raster->lanes[i]);
        }
        free(raster);
    }
}

/* -- one column -- */

/* Keep the largest prints of the column; those of another venue stand where they would on the
 * reference's chart. */
static void add_prints(struct layers_column *out, const struct layers_column *other, double basis) {
    for (int i = 0; i < other->print_count; i++) {
        struct layers_print shown = other->prints[i];
        shown.price *= math_exp(-basis);
        layers_add_print(out->prints, &out->print_count, &shown);
    }
}

/* The candle is the reference's; volumes, open interest and prints are added to it. */
static void add_facts(struct layers_column *out, const struct layers_column *other, double basis) {
    if ((other->flags & LAYERS_COLUMN_EMPTY) != 0) {
        return; /* it has not begun */
    }
    out->flags |= other->flags & LAYERS_COLUMN_GAP;
    out->volume_buy_usd += other->volume_buy_usd;
    out->volume_sell_usd += other->volume_sell_usd;
    out->oi_usd += other->oi_usd;
    out->liquidated_usd[0] += other->liquidated_usd[0];
    out->liquidated_usd[1] += other->liquidated_usd[1];
    add_prints(out, other, basis);
}

static void write_facts(struct raster *raster, struct layers_column *out, bool open) {
    for (int i = 0; i < raster->lane_count; i++) {
        struct lane *lane = raster->lanes[i];
        struct facts_carry carry = lane->carry;
        if (i == 0) {
            facts_write(&lane->facts, raster->col, &carry, out);
        } else {
            memset(&raster->other, 0, offsetof(struct layers_column, texels));
            facts_write(&lane->facts, raster->col, &carry, &raster->other);
            add_facts(out, &raster->other, lane->basis);
        }
        if (!open) {
            lane->carry = carry;
        }
        if (!lane_silent(lane, raster->col)) {
            struct estimator_totals totals;
            estimator_read_totals(lane->estimator, &totals);
            out->total_usd[0] += totals.estimate_usd[0];
            out->total_usd[1] += totals.estimate_usd[1];
        }
    }
}

static void make_field(struct raster *raster, struct layers_column *out) {
    if (raster->lane_count == 1) {
        column_write(&raster->lanes[0]->column, out);
        return;
    }
    column_begin(&raster->sum);
    for (int i = 0; i < raster->lane_count; i++) {
        column_add_column(&raster->sum, &raster->lanes[i]->column);
    }
    column_write(&raster->sum, out);
}

static void copy_field(struct layers_column *to, const struct layers_column *from, int row_count) {
    memcpy(to->certainty, from->certainty, (size_t)row_count);
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        memcpy(to->texels[slice], from->texels[slice],
               sizeof(from->texels[slice][0]) * (size_t)row_count);
    }
}

/* Columns under one coarse row, and those of a market that stands still, are all alike: made once,
 * copied then. */
static void write_field(struct raster *raster, struct layers_column *out) {
    bool alike = true;
    for (int i = 0; i < raster->lane_count; i++) {
        uint64_t version = raster->lanes[i]->column.version;
        alike = alike && raster->written_versions[i] == version;
        raster->written_versions[i] = version;
    }
    if (alike) {
        copy_field(out, &raster->written, raster->request.grid.row_count);
    } else {
        make_field(raster, out);
        copy_field(&raster->written, out, raster->request.grid.row_count);
    }
}

/* The books that are wanted; a column of which none is told says so. */
static void write_book(struct raster *raster, struct layers_column *out) {
    bool wanted = false;
    for (int i = 0; i < raster->lane_count; i++) {
        const struct lane *lane = raster->lanes[i];
        if (lane->book == NULL) {
            continue;
        }
        if (!wanted) {
            book_column_begin(&raster->book, &raster->request.grid);
            wanted = true;
        }
        book_column_add(&raster->book, &raster->request.grid, lane->book, raster->col, lane->basis);
    }
    out->has_book = wanted && book_column_write(&raster->book, &raster->request.grid, out->book);
}

/* Hand the column over as it stands. False: the sink stops the job. */
static bool hand_over(struct raster *raster, bool open) {
    struct layers_column *out = raster->sink->begin(raster->sink->self);
    if (out == NULL) {
        return false;
    }
    memset(out, 0, offsetof(struct layers_column, texels));
    out->request_id = raster->request.request_id;
    out->pass = raster->pass;
    out->col = raster->col;
    out->covered_until_ms = raster->lanes[0]->cursor.t_ms;
    out->flags = open ? LAYERS_COLUMN_OPEN : 0;
    write_facts(raster, out, open);
    write_field(raster, out);
    write_book(raster, out);
    raster->columns_out++;
    stat_add(STAT_raster_columns, 1);
    return raster->sink->end(raster->sink->self);
}

/* Of the coarse pass's columns only some are read out where there are more rows than it can afford,
 * the others are like the one before them. */
static bool reads_column(const struct raster *raster) {
    return (raster->col - raster->request.grid.first_col) % raster->read_every == 0;
}

/* Columns before col are complete: last read-out, out with them. */
static bool finish_columns_before(struct raster *raster, int64_t col) {
    while (raster->col < col && raster->col < raster->end_col) {
        for (int i = 0; i < raster->lane_count && reads_column(raster); i++) {
            lane_read_column(raster->lanes[i], raster->col);
        }
        if (!hand_over(raster, false)) {
            return false;
        }
        raster->col++;
        for (int i = 0; i < raster->lane_count; i++) {
            lane_next_column(raster->lanes[i]);
        }
    }
    return true;
}

/* Show the column that still grows, without a trace in what it will be. */
static bool show_open(struct raster *raster) {
    struct lane_open open[RASTER_INPUT_MAX];
    for (int i = 0; i < raster->lane_count; i++) {
        open[i] = lane_open_begin(raster->lanes[i], raster->col);
    }
    bool going = hand_over(raster, true);
    for (int i = 0; i < raster->lane_count; i++) {
        lane_open_end(raster->lanes[i], open[i]);
    }
    return going;
}

/* -- replay -- */

/* Bring every lane to the end of the column that grows: first all to its middle, so that each finds
 * the reference where it is itself. Returns the first column that is not complete. */
static int64_t advance_lanes(struct raster *raster, int64_t until_ms) {
    int64_t done_col = INT64_MAX;
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < raster->lane_count; i++) {
            lane_advance(raster->lanes[i], raster->col, until_ms, half == 0);
        }
    }
    for (int i = 0; i < raster->lane_count; i++) {
        int64_t done = raster->lanes[i]->done_col;
        done_col = done < done_col ? done : done_col;
    }
    return done_col;
}

/* Apply rows up to until_ms and hand over every column that they complete, silent ones among them.
 * No row is held on to while a column is handed over: the sink may wait. */
static bool replay_columns(struct raster *raster, int64_t until_ms) {
    while (raster->col < raster->end_col) {
        int64_t done_col = advance_lanes(raster, until_ms);
        if (done_col <= raster->col) {
            return true;
        }
        if (!finish_columns_before(raster, done_col)) {
            return false;
        }
    }
    return true;
}

/* The coarsest level that has at least a row a column. */
static enum entry_level_id fine_level(const struct raster_request *request) {
    int level = ENTRY_LEVEL_COUNT - 1;
    while (level > 0 && entry_level_ms((enum entry_level_id)level) > request->grid.col_ms) {
        level--;
    }
    return request->finest ? ENTRY_LEVEL_1S : (enum entry_level_id)level;
}

static enum entry_level_id coarse_level(int64_t span_ms) {
    int level = 0;
    while (level + 1 < ENTRY_LEVEL_COUNT &&
           span_ms / entry_level_ms((enum entry_level_id)level) > COARSE_ROWS_MAX) {
        level++;
    }
    return (enum entry_level_id)level;
}

/* A pass ends with the column that still grows, the coarse one as well: zoomed in at the live edge,
 * that column is all there is to see. */
static bool run_pass(struct raster *raster, enum entry_level_id level, uint8_t pass,
                     int64_t until_ms) {
    const struct layers_grid *grid = &raster->request.grid;
    raster->pass = pass;
    raster->col = grid->first_col;
    raster->end_col = grid->first_col + grid->col_count;
    bool finer = entry_level_ms(level) < grid->col_ms;
    raster->read_every = pass == 1 && finer ? (grid->col_count - 1) / COARSE_ROWS_MAX + 1 : 1;
    for (int i = 0; i < raster->lane_count; i++) {
        lane_begin_pass(raster->lanes[i], level, pass);
    }
    if (!replay_columns(raster, until_ms)) {
        return false;
    }
    bool open = raster->col < raster->end_col && until_ms > raster->col * grid->col_ms;
    return !open || show_open(raster);
}

/* -- jobs -- */

static bool request_valid(const struct raster_request *request) {
    const struct layers_grid *grid = &request->grid;
    bool inputs =
        request->log != NULL && request->more_count >= 0 && request->more_count < RASTER_INPUT_MAX;
    for (int i = 0; inputs && i < request->more_count; i++) {
        inputs = request->more[i].log != NULL;
    }
    return inputs && grid->col_ms > 0 && grid->col_ms <= COLUMN_MS_MAX && grid->col_count > 0 &&
           grid->col_count <= LAYERS_COL_MAX && grid->row_count > 0 &&
           grid->row_count <= LAYERS_ROW_MAX && grid->row_height >= ROW_HEIGHT_MIN &&
           grid->row_height <= 10 && fabs(grid->ln_price_min) < 100 && grid->first_col >= 0 &&
           grid->first_col < INT64_MAX / COLUMN_MS_MAX / 2;
}

/* The lane that already knows this log's history comes to place i: which one is the reference may
 * change with the instrument that is looked at. */
static bool choose_lane(struct raster *raster, int i, const struct entry_log *log) {
    for (int k = i; k < RASTER_INPUT_MAX; k++) {
        struct lane *found = raster->lanes[k];
        if (found != NULL && found->history.log == log) {
            raster->lanes[k] = raster->lanes[i];
            raster->lanes[i] = found;
            return true;
        }
    }
    if (raster->lanes[i] == NULL) {
        raster->lanes[i] = lane_create();
    }
    return raster->lanes[i] != NULL;
}

static enum status prepare(struct raster *raster, const struct raster_request *request) {
    raster->following = false;
    raster->lane_count = 0;
    if (!request_valid(request)) {
        return STATUS_RANGE;
    }
    raster->request = *request;
    for (int i = 0; i <= request->more_count; i++) {
        const struct raster_input first = {
            .log = request->log, .book = request->book, .model = request->model};
        const struct raster_input *input = i == 0 ? &first : &request->more[i - 1];
        if (!choose_lane(raster, i, input->log)) {
            return STATUS_MEMORY;
        }
        enum status status = lane_prepare(raster->lanes[i], &raster->request, input,
                                          i == 0 ? NULL : raster->lanes[0]);
        if (status != STATUS_OK) {
            return status;
        }
        raster->lane_count++;
    }
    raster->sum.grid = request->grid;
    memset(raster->written_versions, 0, sizeof(raster->written_versions));
    return STATUS_OK;
}

/* How far all inputs and their books are told: the reference's end, less what another lags behind
 * it; one that lags by more is not waited for. */
static int64_t told_until_ms(const struct raster *raster) {
    int64_t first_ms = entry_log_until_ms(raster->lanes[0]->log), until_ms = first_ms;
    for (int i = 0; i < raster->lane_count; i++) {
        const struct lane *lane = raster->lanes[i];
        const int64_t told_ms[2] = {entry_log_until_ms(lane->log),
                                    lane->book != NULL ? book_log_until_ms(lane->book) : INT64_MAX};
        for (int k = 0; k < 2; k++) {
            if (told_ms[k] < until_ms && told_ms[k] >= first_ms - RASTER_LAG_MS) {
                until_ms = told_ms[k];
            }
        }
    }
    return until_ms;
}

static void collect_facts(struct raster *raster, int64_t until_ms) {
    for (int i = 0; i < raster->lane_count; i++) {
        lane_collect_facts(raster->lanes[i], until_ms);
    }
}

enum status raster_run(struct raster *raster, const struct raster_request *request,
                       const struct raster_sink *sink) {
    enum status status = prepare(raster, request);
    if (status != STATUS_OK) {
        return status;
    }
    const struct layers_grid *grid = &request->grid;
    int64_t begin_ms = grid->first_col * grid->col_ms;
    int64_t end_ms = begin_ms + (int64_t)grid->col_count * grid->col_ms;
    int64_t log_ms = told_until_ms(raster);
    int64_t until_ms = log_ms < end_ms ? log_ms : end_ms;
    enum entry_level_id fine = fine_level(request), coarse = coarse_level(end_ms - begin_ms);
    bool long_job = (end_ms - begin_ms) / entry_level_ms(fine) > 2 * COARSE_ROWS_MAX;
    raster->sink = sink;
    for (int i = 0; i < raster->lane_count; i++) {
        lane_begin_facts(raster->lanes[i], fine, begin_ms - FACTS_SILENCE_MS);
    }
    if (until_ms > begin_ms) {
        collect_facts(raster, until_ms);
        if (!request->single_pass && (coarse > fine || long_job) &&
            !run_pass(raster, coarse, 1, until_ms)) {
            return STATUS_CANCELLED;
        }
    }
    if (!run_pass(raster, fine, 2, until_ms)) {
        return STATUS_CANCELLED;
    }
    raster->following = true;
    return STATUS_OK;
}

/* A venue's past comes when its back-fill is through, or a lost connection is back: that may be
 * after the columns of its time were made. */
static bool has_missed_past(const struct raster *raster) {
    bool missed = false;
    for (int i = 0; i < raster->lane_count; i++) {
        missed = missed || lane_missed_past(raster->lanes[i], raster->col);
    }
    return missed;
}

static enum status run_again(struct raster *raster, const struct raster_sink *sink, int *columns) {
    struct raster_request request = raster->request;
    request.single_pass = true;
    raster->columns_out = 0;
    enum status status = raster_run(raster, &request, sink);
    *columns = raster->columns_out;
    return status;
}

enum status raster_follow(struct raster *raster, const struct raster_sink *sink, int *columns) {
    *columns = 0;
    if (!raster->following) {
        return STATUS_OK;
    }
    int64_t until_ms = told_until_ms(raster);
    if (until_ms <= raster->lanes[0]->cursor.t_ms) {
        return STATUS_OK;
    }
    if (has_missed_past(raster)) {
        return run_again(raster, sink, columns);
    }
    raster->sink = sink;
    raster->pass = 3;
    raster->read_every = 1;
    raster->columns_out = 0;
    raster->end_col = INT64_MAX / COLUMN_MS_MAX;
    for (int i = 0; i < raster->lane_count; i++) {
        lane_begin_follow(raster->lanes[i]);
    }
    collect_facts(raster, until_ms);
    bool going = replay_columns(raster, until_ms);
    if (going && until_ms > raster->col * raster->request.grid.col_ms) {
        going = show_open(raster);
    }
    *columns = raster->columns_out;
    return going ? STATUS_OK : STATUS_CANCELLED;
}

const struct estimator *raster_estimator(const struct raster *raster) {
    return raster->lanes[0]->estimator;
}

/* -- price range -- */

static void widen(double price, double *low, double *high) {
    if (price > 0) {
        *low = price < *low ? price : *low;
        *high = price > *high ? price : *high;
    }
}

bool density_price_range(const struct entry_log *log, int64_t from_ms, int64_t to_ms,
                         double margin_ln, double *ln_price_min, double *ln_price_max) {
    double low = INFINITY, high = 0;
    int level = 0;
    while (level + 1 < ENTRY_LEVEL_COUNT &&
           (to_ms - from_ms) / entry_level_ms((enum entry_level_id)level) > PRICE_ROWS_MAX) {
        level++;
    }
    struct entry_cursor cursor;
    entry_cursor_init(&cursor, log, (enum entry_level_id)level,
                      floor_to(from_ms, entry_level_ms((enum entry_level_id)level)));
    const struct entry_row *row = NULL;
    entry_log_read_begin(log);
    while ((row = entry_cursor_next(&cursor, to_ms)) != NULL) {
        widen(row->mark_low, &low, &high);
        widen(row->mark_high, &low, &high);
        widen((double)row->last_low, &low, &high);
        widen((double)row->last_high, &low, &high);
    }
    entry_log_read_end(log);
    if (high <= 0) {
        return false;
    }
    double bottom = math_log(low), top = math_log(high);
    double margin = margin_ln > 0 ? margin_ln : math_clamp((top - bottom) / 10, 0.02, 1);
    *ln_price_min = bottom - margin;
    *ln_price_max = top + margin;
    return true;
}
