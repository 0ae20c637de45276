/* density/raster.c - replay, read out, hand over.
 *
 * A job first walks the rows of the window once for its facts (candles, prints), then replays: the
 * history before the window at 1 h, kept as a checkpoint for the next job, and the window twice,
 * coarse rows first.  It ends at the log's end as it was when the job began; raster_follow goes on
 * from there, row by row. */
#include "density/raster.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "base/stat.h"
#include "density/column.h"
#include "density/facts.h"

enum {
    COARSE_ROWS_MAX = 300,     /* rows of the coarse pass: what 50 ms allow */
    COARSE_BINS = 4,           /* entries of so many price bins go together in the coarse pass */
    TWO_READ_OUTS_BINS = 1024, /* a wider price range gets one read-out a column */
    PRICE_ROWS_MAX = 2000,     /* rows that density_price_range looks at */
    COLUMN_MS_MAX = 43200000
};
#define HOUR_MS INT64_C(3600000)
/* A preview looks no further back: two weeks wear most of it away. */
#define COARSE_HISTORY_MS (14 * 24 * HOUR_MS)
#define ROW_HEIGHT_MIN    0.99e-4

/* The estimator's state at the end of some history, to start the next job from. */
struct checkpoint {
    struct estimator *estimator; /* owned */
    const struct entry_log *log; /* whose history; NULL: nothing kept */
    int64_t first_ms;            /* the log's first row then: a log is known by it, too */
    struct entry_cursor cursor;
};

struct raster {
    struct raster_request request;
    struct estimator_desc model; /* that the estimators were made for */
    struct estimator *estimator; /* owned */
    struct checkpoint history;
    struct column column;
    struct facts facts;
    struct entry_cursor cursor; /* of the replay */
    struct entry_cursor facts_cursor;
    struct entry_deposit joined[ENTRY_DEPOSIT_ROW_MAX]; /* scratch of the coarse pass */
    const struct raster_sink *sink;                     /* during a call */

    bool following; /* a fine pass is complete */
    uint8_t pass;
    int64_t col;     /* column that grows */
    int64_t end_col; /* the first one beyond the window */
    struct facts_carry carry;
    bool current;             /* the column's sums are the estimator's state as it is now */
    bool halved;              /* they are the read-out at the column's middle */
    double oi_dt, oi_dt_read; /* weight of the column so far, and at its last read-out */
    int columns_out;
};

struct raster *raster_create(void) {
    struct raster *raster = calloc(1, sizeof(*raster));
    if (raster == NULL || !column_init(&raster->column) || !facts_init(&raster->facts)) {
        raster_destroy(raster);
        return NULL;
    }
    return raster;
}

void raster_destroy(struct raster *raster) {
    if (raster != NULL) {
        estimator_destroy(raster->estimator);
        estimator_destroy(raster->history.estimator);
        column_finish(&raster->column);
        facts_finish(&raster->facts);
        free(raster);
    }
}

static struct entry_deposit coarse_join(const struct entry_deposit *run, uint32_t count) {
    struct entry_deposit sum = {.bin = run[count / 2].bin};
    uint32_t below = 0, above = 0;
    for (uint32_t i = 0; i < count; i++) {
        below += run[i].below_bins;
        above += run[i].above_bins;
        for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
            sum.base[source] += run[i].base[source];
        }
    }
    sum.below_bins = (uint16_t)(below / count);
    sum.above_bins = (uint16_t)(above / count);
    return sum;
}

/* Bring a row to the estimator. The coarse pass, a preview, lays entries of neighbouring prices
 * down as one. */
static void apply_row(struct raster *raster, const struct entry_row *row) {
    const struct entry_deposit *deposits = entry_log_deposits(raster->request.log, row);
    estimator_use_weights(raster->estimator, raster->request.log, row->weights);
    if (raster->pass != 1) {
        estimator_apply_row(raster->estimator, row, deposits, NULL);
        return;
    }
    struct entry_row joined = *row;
    joined.deposit_count = 0;
    for (uint32_t from = 0; from < row->deposit_count;) {
        uint32_t to = from + 1;
        while (to < row->deposit_count && deposits[to].bin - deposits[from].bin < COARSE_BINS) {
            to++;
        }
        raster->joined[joined.deposit_count++] = coarse_join(&deposits[from], to - from);
        from = to;
    }
    estimator_apply_row(raster->estimator, &joined, raster->joined, NULL);
}

static int64_t floor_to(int64_t value, int64_t step) {
    int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

/* -- one column -- */

static void column_reset(struct raster *raster) {
    column_begin(&raster->column);
    raster->current = raster->halved = false;
    raster->oi_dt = raster->oi_dt_read = 0;
}

/* Take a read-out for the stretch since the last one. */
static void read_out(struct raster *raster) {
    double weight = raster->oi_dt - raster->oi_dt_read;
    column_add(&raster->column, raster->estimator, weight > 0 ? weight : 1);
    raster->oi_dt_read = raster->oi_dt;
}

/* The column's sums become the state as it is now, unless they are already. */
static void read_state(struct raster *raster) {
    if (!raster->current) {
        column_begin(&raster->column);
        read_out(raster);
        raster->current = true;
    }
}

/* Hand the column over as it stands. False: the sink stops the job. */
static bool hand_over(struct raster *raster, struct facts_carry *carry, bool open) {
    struct layers_column *out = raster->sink->begin(raster->sink->self);
    if (out == NULL) {
        return false;
    }
    memset(out, 0, offsetof(struct layers_column, texels));
    out->request_id = raster->request.request_id;
    out->pass = raster->pass;
    out->col = raster->col;
    out->covered_until_ms = raster->cursor.t_ms;
    out->flags = open ? LAYERS_COLUMN_OPEN : 0;
    facts_write(&raster->facts, raster->col, carry, out);
    struct estimator_totals totals;
    estimator_read_totals(raster->estimator, &totals);
    out->total_usd[0] = totals.estimate_usd[0];
    out->total_usd[1] = totals.estimate_usd[1];
    column_write(&raster->column, out);
    raster->columns_out++;
    stat_add(STAT_raster_columns, 1);
    return raster->sink->end(raster->sink->self);
}

/* Columns before col are complete: last read-out, out with them. */
static bool finish_columns_before(struct raster *raster, int64_t col) {
    while (raster->col < col && raster->col < raster->end_col) {
        if (raster->halved) {
            read_out(raster);
            raster->current = false; /* the sums are a mean of two states */
        } else {
            read_state(raster);
        }
        if (!hand_over(raster, &raster->carry, false)) {
            return false;
        }
        raster->col++;
        raster->halved = false;
        raster->oi_dt = raster->oi_dt_read = 0;
    }
    return true;
}

/* Show the column that still grows, without a trace in what it will be. */
static bool show_open(struct raster *raster) {
    struct facts_carry carry = raster->carry;
    if (!raster->halved) {
        double oi_dt_read = raster->oi_dt_read;
        read_state(raster);
        raster->oi_dt_read = oi_dt_read;
        return hand_over(raster, &carry, true);
    }
    double oi_dt_read = raster->oi_dt_read;
    column_save(&raster->column);
    read_out(raster);
    bool going = hand_over(raster, &carry, true);
    column_restore(&raster->column);
    raster->oi_dt_read = oi_dt_read;
    return going;
}

/* A row was applied to the column that grows, or to several that it spans. */
static bool note_row(struct raster *raster, const struct entry_row *row) {
    int64_t col_ms = raster->request.grid.col_ms;
    int64_t last = (row->end_ms - 1) / col_ms;
    raster->current = false;
    raster->oi_dt +=
        row->oi_dt_base_s > 0 ? row->oi_dt_base_s : (double)(row->end_ms - row->begin_ms) / 1000;
    if (last > raster->col) {
        return finish_columns_before(raster, last);
    }
    bool past_middle = row->end_ms * 2 >= (2 * raster->col + 1) * col_ms;
    bool narrow = raster->request.grid.row_count * raster->request.grid.row_height <=
                  TWO_READ_OUTS_BINS * estimator_bin_width(raster->estimator);
    if (narrow && past_middle && !raster->halved && row->end_ms < (raster->col + 1) * col_ms) {
        column_begin(&raster->column);
        read_out(raster);
        raster->halved = true;
    }
    return true;
}

/* -- replay -- */

/* Apply rows without making columns. */
static void replay_until(struct raster *raster, int64_t until_ms) {
    const struct entry_log *log = raster->request.log;
    const struct entry_row *row = NULL;
    do {
        entry_log_read_begin(log);
        row = entry_cursor_next(&raster->cursor, until_ms);
        if (row != NULL) {
            apply_row(raster, row);
        }
        entry_log_read_end(log);
    } while (row != NULL);
}

/* Look at the next row; if its column has begun, apply it. False: there is none. */
static bool apply_next(struct raster *raster, int64_t until_ms, struct entry_row *row,
                       bool *applied) {
    const struct entry_log *log = raster->request.log;
    entry_log_read_begin(log);
    struct entry_cursor ahead = raster->cursor;
    const struct entry_row *found = entry_cursor_next(&ahead, until_ms);
    *applied = found != NULL && found->begin_ms / raster->request.grid.col_ms <= raster->col;
    if (found != NULL) {
        *row = *found;
    }
    if (*applied) {
        apply_row(raster, found);
    }
    if (*applied || found == NULL) {
        raster->cursor = ahead;
    }
    entry_log_read_end(log);
    return found != NULL;
}

/* Apply rows up to until_ms and hand over every column that they complete, silent ones among them.
 * No row is held on to while a column is handed over: the sink may wait. */
static bool replay_columns(struct raster *raster, int64_t until_ms) {
    int64_t col_ms = raster->request.grid.col_ms;
    struct entry_row row;
    bool applied = false;
    while (apply_next(raster, until_ms, &row, &applied)) {
        bool going =
            applied ? note_row(raster, &row) : finish_columns_before(raster, row.begin_ms / col_ms);
        if (!going) {
            return false;
        }
    }
    return finish_columns_before(raster, until_ms / col_ms);
}

static void collect_facts(struct raster *raster, int64_t until_ms) {
    const struct entry_log *log = raster->request.log;
    const struct entry_row *row = NULL;
    entry_log_read_begin(log);
    while ((row = entry_cursor_next(&raster->facts_cursor, until_ms)) != NULL) {
        facts_add(&raster->facts, log, row, raster->request.grid.first_col);
    }
    entry_log_read_end(log);
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

/* Bring the estimator to begin_ms: empty, or after all history at 1 h (the last part finer). */
static void replay_history(struct raster *raster, int64_t begin_ms, enum entry_level_id level) {
    struct checkpoint *kept = &raster->history;
    const struct entry_log *log = raster->request.log;
    int64_t first_ms = entry_log_first_ms(log);
    estimator_reset(raster->estimator);
    entry_cursor_init(&raster->cursor, log, level, begin_ms);
    if (raster->request.opened_within_window || first_ms >= begin_ms) {
        return;
    }
    enum entry_level_id cadence = raster->request.finest ? ENTRY_LEVEL_1S : ENTRY_LEVEL_1H;
    int64_t hour_ms = floor_to(begin_ms, HOUR_MS);
    if (kept->log == log && kept->first_ms == first_ms && kept->cursor.level == cadence &&
        kept->cursor.t_ms <= hour_ms) {
        estimator_copy(raster->estimator, kept->estimator);
        raster->cursor = kept->cursor;
    } else {
        int64_t from_ms = floor_to(first_ms, HOUR_MS);
        bool shortened = raster->pass == 1 && from_ms < hour_ms - COARSE_HISTORY_MS;
        entry_cursor_init(&raster->cursor, log, cadence,
                          shortened ? hour_ms - COARSE_HISTORY_MS : from_ms);
    }
    replay_until(raster, hour_ms);
    if (raster->pass != 1) {
        estimator_copy(kept->estimator, raster->estimator);
        kept->log = log;
        kept->first_ms = first_ms;
        kept->cursor = raster->cursor;
    }
    raster->cursor.level = level;
    replay_until(raster, begin_ms);
}

static bool run_pass(struct raster *raster, enum entry_level_id level, uint8_t pass,
                     int64_t until_ms) {
    const struct layers_grid *grid = &raster->request.grid;
    raster->pass = pass;
    raster->col = grid->first_col;
    raster->end_col = grid->first_col + grid->col_count;
    raster->carry = raster->facts.before;
    replay_history(raster, grid->first_col * grid->col_ms, level);
    column_reset(raster);
    return replay_columns(raster, until_ms);
}

/* -- jobs -- */

static bool request_valid(const struct raster_request *request) {
    const struct layers_grid *grid = &request->grid;
    return request->log != NULL && grid->col_ms > 0 && grid->col_ms <= COLUMN_MS_MAX &&
           grid->col_count > 0 && grid->col_count <= LAYERS_COL_MAX && grid->row_count > 0 &&
           grid->row_count <= LAYERS_ROW_MAX && grid->row_height >= ROW_HEIGHT_MIN &&
           grid->row_height <= 10 && fabs(grid->ln_price_min) < 100 && grid->first_col >= 0 &&
           grid->first_col < INT64_MAX / COLUMN_MS_MAX / 2;
}

static bool model_equal(const struct estimator_desc *a, const struct estimator_desc *b) {
    return a->bin_width == b->bin_width && a->mmr == b->mmr && a->fee == b->fee &&
           a->leverage_max == b->leverage_max && a->inverse == b->inverse &&
           memcmp(&a->prior, &b->prior, sizeof(a->prior)) == 0;
}

static enum status prepare(struct raster *raster, const struct raster_request *request) {
    raster->following = false;
    if (!request_valid(request)) {
        return STATUS_RANGE;
    }
    raster->request = *request;
    raster->request.model.evidence = false;
    if (raster->estimator == NULL || !model_equal(&raster->model, &raster->request.model)) {
        estimator_destroy(raster->estimator);
        estimator_destroy(raster->history.estimator);
        raster->estimator = estimator_create(&raster->request.model);
        raster->history = (struct checkpoint){.log = NULL};
        raster->history.estimator = estimator_create(&raster->request.model);
        raster->model = raster->request.model;
    }
    if (raster->estimator == NULL || raster->history.estimator == NULL) {
        return STATUS_MEMORY;
    }
    column_set_grid(&raster->column, &request->grid);
    facts_begin(&raster->facts, request->grid.col_ms);
    return STATUS_OK;
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
    int64_t log_ms = entry_log_until_ms(request->log);
    int64_t until_ms = log_ms < end_ms ? log_ms : end_ms;
    enum entry_level_id fine = fine_level(request), coarse = coarse_level(end_ms - begin_ms);
    raster->sink = sink;
    entry_cursor_init(&raster->facts_cursor, request->log, fine,
                      floor_to(begin_ms - FACTS_SILENCE_MS, entry_level_ms(fine)));
    if (until_ms > begin_ms) {
        collect_facts(raster, until_ms);
        if (!request->single_pass && coarse > fine && !run_pass(raster, coarse, 1, until_ms)) {
            return STATUS_CANCELLED;
        }
    }
    if (!run_pass(raster, fine, 2, until_ms)) {
        return STATUS_CANCELLED;
    }
    raster->following = true;
    if (raster->col < raster->end_col && until_ms > raster->col * grid->col_ms &&
        !show_open(raster)) {
        return STATUS_CANCELLED;
    }
    return STATUS_OK;
}

enum status raster_follow(struct raster *raster, const struct raster_sink *sink, int *columns) {
    *columns = 0;
    if (!raster->following) {
        return STATUS_OK;
    }
    int64_t until_ms = entry_log_until_ms(raster->request.log);
    if (until_ms <= raster->cursor.t_ms) {
        return STATUS_OK;
    }
    raster->sink = sink;
    raster->pass = 3;
    raster->columns_out = 0;
    raster->end_col = INT64_MAX / COLUMN_MS_MAX;
    raster->carry = raster->carry.end_ms == INT64_MIN ? raster->facts.before : raster->carry;
    raster->cursor.level = raster->facts_cursor.level = ENTRY_LEVEL_1S;
    collect_facts(raster, until_ms);
    bool going = replay_columns(raster, until_ms);
    if (going && until_ms > raster->col * raster->request.grid.col_ms) {
        going = show_open(raster);
    }
    *columns = raster->columns_out;
    return going ? STATUS_OK : STATUS_CANCELLED;
}

const struct estimator *raster_estimator(const struct raster *raster) {
    return raster->estimator;
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
