/* density/lane.c - the replay of one input.
 *
 * Several inputs are added up in the reference's prices (estimator.md section 4.11): with b =
 * ln(mark_v / mark_reference), what instrument v would liquidate at ln p lies at ln p - b, so its
 * rows begin at the grid's ln_price_min + b.  b is taken at each read-out, from the newest rows of
 * both; where one of the two is ahead by more than a column (a row longer than a column, as in
 * back-filled history) the last b stands: the basis moves slowly, the price does not.  A lane that
 * fell silent is left out: its levels would move along with a price that it has not seen. */
#include "density/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/floor.h"
#include "base/math.h"

enum {
    COARSE_BINS = 4,     /* entries of so many price bins go together in the coarse pass */
    OLD_BINS = 4,        /* and where they are older than EXACT_HISTORY_MS */
    OLD_COARSE_BINS = 8, /* both */
    JOIN_BINS_MAX = 16,
    TWO_READ_OUTS_BINS = 1024 /* a wider price range gets one read-out a column */
};
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
/* A preview looks no further back: two weeks wear most of it away. */
#define COARSE_HISTORY_MS (14 * 24 * HOUR_MS)
/* Before that: what an entry of a past hour left behind is spread over more than a few bins. */
#define EXACT_HISTORY_MS (48 * HOUR_MS)

struct lane *lane_create(void) {
    struct lane *lane = calloc(1, sizeof(*lane));
    if (lane == NULL || !column_init(&lane->column) || !facts_init(&lane->facts)) {
        lane_destroy(lane);
        return NULL;
    }
    return lane;
}

void lane_destroy(struct lane *lane) {
    if (lane != NULL) {
        estimator_destroy(lane->estimator);
        estimator_destroy(lane->history.estimator);
        column_finish(&lane->column);
        facts_finish(&lane->facts);
        free(lane);
    }
}

static bool model_equal(const struct estimator_desc *a, const struct estimator_desc *b) {
    return a->bin_width == b->bin_width && a->mmr == b->mmr && a->fee == b->fee &&
           a->leverage_max == b->leverage_max && a->inverse == b->inverse &&
           memcmp(&a->prior, &b->prior, sizeof(a->prior)) == 0;
}

enum status lane_prepare(struct lane *lane, const struct raster_request *request,
                         const struct raster_input *input, const struct lane *reference) {
    struct estimator_desc model = input->model;
    model.evidence = false;
    lane->request = request;
    lane->reference = reference;
    lane->log = input->log;
    lane->empty = entry_log_first_ms(input->log) == INT64_MAX;
    lane->book = input->book;
    lane->has_basis = false;
    lane->basis = 0;
    if (lane->estimator == NULL || !model_equal(&lane->model, &model)) {
        estimator_destroy(lane->estimator);
        estimator_destroy(lane->history.estimator);
        lane->estimator = estimator_create(&model);
        lane->history = (struct lane_checkpoint){.log = NULL};
        lane->history.estimator = estimator_create(&model);
        lane->model = model;
    }
    if (lane->estimator == NULL || lane->history.estimator == NULL) {
        return STATUS_MEMORY;
    }
    column_set_grid(&lane->column, &request->grid);
    facts_begin(&lane->facts, request->grid.col_ms);
    return STATUS_OK;
}

/* Entries of neighbouring prices as one, where their mean lies. */
static struct entry_deposit coarse_join(const struct entry_deposit *run, uint32_t count) {
    struct entry_deposit sum = {0};
    uint32_t below = 0, above = 0;
    double base = 0, moment = 0;
    for (uint32_t i = 0; i < count; i++) {
        below += run[i].below_bins;
        above += run[i].above_bins;
        double part = 0;
        for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
            sum.base[source] += run[i].base[source];
            part += (double)run[i].base[source];
        }
        base += part;
        moment += part * (run[i].bin - run[0].bin);
    }
    sum.bin = run[0].bin + (base > 0 ? (int32_t)(moment / base + 0.5) : 0);
    sum.below_bins = (uint16_t)(below / count);
    sum.above_bins = (uint16_t)(above / count);
    return sum;
}

/* Bring a row to the estimator, entries of less than join_bins apart laid down as one. */
static void apply_row(struct lane *lane, const struct entry_row *row) {
    const struct entry_deposit *deposits = entry_log_deposits(lane->log, row);
    estimator_use_weights(lane->estimator, lane->log, row->weights);
    if (lane->join_bins <= 1) {
        estimator_apply_row(lane->estimator, row, deposits, NULL);
        return;
    }
    struct entry_row joined = *row;
    joined.deposit_count = 0;
    for (uint32_t from = 0; from < row->deposit_count;) {
        uint32_t to = from + 1;
        while (to < row->deposit_count && deposits[to].bin - deposits[from].bin < lane->join_bins) {
            to++;
        }
        lane->joined[joined.deposit_count++] = coarse_join(&deposits[from], to - from);
        from = to;
    }
    estimator_apply_row(lane->estimator, &joined, lane->joined, NULL);
}

/* A third of a row, a whole one in the preview: a finer place would not be seen. */
static int row_join_bins(const struct lane *lane) {
    double row_bins = lane->request->grid.row_height / estimator_bin_width(lane->estimator);
    if (lane->request->finest) {
        return 1;
    }
    return lane->pass == 1 ? (int)math_clamp(row_bins, COARSE_BINS, JOIN_BINS_MAX)
                           : (int)math_clamp(row_bins / 3, 1, JOIN_BINS_MAX);
}

/* -- facts -- */

void lane_begin_facts(struct lane *lane, enum entry_level_id level, int64_t from_ms) {
    /* The day's trades before the window are read by the minute, whatever the window's cadence. */
    enum entry_level_id day_level = level > ENTRY_LEVEL_1MIN ? level : ENTRY_LEVEL_1MIN;
    from_ms = floor_to(from_ms, entry_level_ms(day_level));
    struct entry_cursor cursor;
    const struct entry_row *row = NULL;
    entry_cursor_init(&cursor, lane->log, day_level, floor_to(from_ms, DAY_MS));
    entry_log_read_begin(lane->log);
    while ((row = entry_cursor_next(&cursor, from_ms)) != NULL) {
        facts_add_day(&lane->facts, row);
    }
    entry_log_read_end(lane->log);
    entry_cursor_init(&lane->facts_cursor, lane->log, level, from_ms);
}

void lane_collect_facts(struct lane *lane, int64_t until_ms) {
    const struct entry_row *row = NULL;
    entry_log_read_begin(lane->log);
    while ((row = entry_cursor_next(&lane->facts_cursor, until_ms)) != NULL) {
        facts_add(&lane->facts, lane->log, row, lane->request->grid.first_col);
    }
    entry_log_read_end(lane->log);
}

/* -- one column -- */

bool lane_silent(const struct lane *lane, int64_t col) {
    int64_t col_ms = lane->request->grid.col_ms;
    return lane->reference != NULL && estimator_has_mark(lane->estimator) &&
           (col + 1) * col_ms - estimator_ts_ms(lane->estimator) >= FACTS_SILENCE_MS + col_ms;
}

static void update_basis(struct lane *lane) {
    const struct lane *reference = lane->reference;
    if (reference == NULL || !estimator_has_mark(lane->estimator) ||
        !estimator_has_mark(reference->estimator)) {
        return;
    }
    int64_t apart_ms = estimator_ts_ms(lane->estimator) - estimator_ts_ms(reference->estimator);
    if (lane->has_basis && llabs(apart_ms) > lane->request->grid.col_ms) {
        return;
    }
    lane->has_basis = true;
    lane->basis = estimator_mark_z(lane->estimator) + estimator_phi(lane->estimator) -
                  estimator_mark_z(reference->estimator) - estimator_phi(reference->estimator);
}

/* Take a read-out for the stretch since the last one. */
static void read_out(struct lane *lane, int64_t col) {
    double weight = lane->oi_dt - lane->oi_dt_read;
    lane->read_silent = lane_silent(lane, col);
    if (!lane->read_silent) {
        update_basis(lane);
        column_add(&lane->column, lane->estimator, lane->basis, weight > 0 ? weight : 1);
    }
    lane->read_basis = lane->basis;
    lane->oi_dt_read = lane->oi_dt;
}

/* The column's sums become the state as it is now, unless they are already: while the state stands
 * still, the reference may move or the silence become too long. */
static void read_state(struct lane *lane, int64_t col) {
    bool silent = lane_silent(lane, col);
    if (!silent) {
        update_basis(lane);
    }
    if (!lane->current || lane->read_basis != lane->basis || lane->read_silent != silent) {
        column_begin(&lane->column);
        read_out(lane, col);
        lane->current = true;
    }
}

void lane_read_column(struct lane *lane, int64_t col) {
    if (lane->halved) {
        read_out(lane, col);
        lane->current = false; /* the sums are a mean of two states */
    } else {
        read_state(lane, col);
    }
}

void lane_next_column(struct lane *lane) {
    lane->halved = false;
    lane->oi_dt = lane->oi_dt_read = 0;
}

struct lane_open lane_open_begin(struct lane *lane, int64_t col) {
    struct lane_open open = {.oi_dt_read = lane->oi_dt_read};
    if (lane->halved) {
        column_save(&lane->column);
        read_out(lane, col);
    } else {
        read_state(lane, col);
    }
    return open;
}

void lane_open_end(struct lane *lane, struct lane_open open) {
    if (lane->halved) {
        column_restore(&lane->column);
    }
    lane->oi_dt_read = open.oi_dt_read;
}

/* A row was applied to column col, or to several that it spans. */
static void note_row(struct lane *lane, const struct entry_row *row, int64_t col) {
    const struct layers_grid *grid = &lane->request->grid;
    int64_t last = (row->end_ms - 1) / grid->col_ms;
    lane->current = false;
    lane->oi_dt +=
        row->oi_dt_base_s > 0 ? row->oi_dt_base_s : (double)(row->end_ms - row->begin_ms) / 1000;
    if (last > col) {
        lane->done_col = last;
        return;
    }
    bool past_middle = row->end_ms * 2 >= (2 * col + 1) * grid->col_ms;
    bool narrow = grid->row_count * grid->row_height <=
                  TWO_READ_OUTS_BINS * estimator_bin_width(lane->estimator);
    if (narrow && lane->pass != 1 && past_middle && !lane->halved &&
        row->end_ms < (col + 1) * grid->col_ms) {
        column_begin(&lane->column);
        read_out(lane, col);
        lane->halved = true;
    }
}

/* -- replay -- */

/* Apply rows without making columns. */
static void replay_until(struct lane *lane, int64_t until_ms) {
    const struct entry_row *row = NULL;
    do {
        entry_log_read_begin(lane->log);
        row = entry_cursor_next(&lane->cursor, until_ms);
        if (row != NULL) {
            apply_row(lane, row);
        }
        entry_log_read_end(lane->log);
    } while (row != NULL);
}

/* Look at the next row; if column col or an earlier one has it, apply it. False: there is none. */
static bool apply_next(struct lane *lane, int64_t col, int64_t until_ms, struct entry_row *row,
                       bool *applied) {
    entry_log_read_begin(lane->log);
    struct entry_cursor ahead = lane->cursor;
    const struct entry_row *found = entry_cursor_next(&ahead, until_ms);
    *applied = found != NULL && found->begin_ms / lane->request->grid.col_ms <= col;
    if (found != NULL) {
        *row = *found;
    }
    if (*applied) {
        apply_row(lane, found);
    }
    if (*applied || found == NULL) {
        lane->cursor = ahead;
    }
    entry_log_read_end(lane->log);
    return found != NULL;
}

void lane_advance(struct lane *lane, int64_t col, int64_t until_ms, bool to_middle) {
    int64_t col_ms = lane->request->grid.col_ms;
    struct entry_row row;
    bool applied = false;
    while (lane->done_col <= col && !(to_middle && lane->halved)) {
        if (!apply_next(lane, col, until_ms, &row, &applied)) {
            lane->done_col = until_ms / col_ms;
            return;
        }
        if (applied) {
            note_row(lane, &row, col);
        } else {
            lane->done_col = row.begin_ms / col_ms;
        }
    }
}

/* Start where an earlier job kept the history's older part, or at its beginning. */
static void start_history(struct lane *lane, enum entry_level_id cadence, int64_t old_ms) {
    const struct lane_checkpoint *kept = &lane->history;
    int64_t first_ms = entry_log_first_ms(lane->log);
    if (kept->log == lane->log && kept->first_ms == first_ms && kept->cursor.level == cadence &&
        kept->cursor.t_ms <= old_ms) {
        estimator_copy(lane->estimator, kept->estimator);
        lane->cursor = kept->cursor;
        return;
    }
    estimator_reset(lane->estimator);
    int64_t from_ms = floor_to(first_ms, HOUR_MS);
    bool shortened = lane->pass == 1 && from_ms < old_ms - COARSE_HISTORY_MS;
    entry_cursor_init(&lane->cursor, lane->log, cadence,
                      shortened ? old_ms - COARSE_HISTORY_MS : from_ms);
}

/* Keep the older part: it is the same for every window that begins later. */
static void keep_history(struct lane *lane) {
    struct lane_checkpoint *kept = &lane->history;
    if (lane->pass != 1) {
        estimator_copy(kept->estimator, lane->estimator);
        kept->log = lane->log;
        kept->first_ms = entry_log_first_ms(lane->log);
        kept->cursor = lane->cursor;
    }
}

/* Bring the estimator to begin_ms: empty, or after all history at 1 h (the last part finer). */
static void replay_history(struct lane *lane, int64_t begin_ms, enum entry_level_id level) {
    if (lane->request->opened_within_window || entry_log_first_ms(lane->log) >= begin_ms) {
        estimator_reset(lane->estimator);
        entry_cursor_init(&lane->cursor, lane->log, level, begin_ms);
        return;
    }
    bool finest = lane->request->finest;
    int64_t hour_ms = floor_to(begin_ms, HOUR_MS);
    int64_t old_ms = finest ? hour_ms : hour_ms - EXACT_HISTORY_MS;
    int join_bins = lane->join_bins;
    start_history(lane, finest ? ENTRY_LEVEL_1S : ENTRY_LEVEL_1H, old_ms);
    if (lane->cursor.t_ms <= old_ms) {
        lane->join_bins = finest ? 1 : (lane->pass == 1 ? OLD_COARSE_BINS : OLD_BINS);
        replay_until(lane, old_ms);
        keep_history(lane);
    }
    lane->join_bins = join_bins;
    replay_until(lane, hour_ms);
    lane->cursor.level = level;
    replay_until(lane, begin_ms);
}

void lane_begin_pass(struct lane *lane, enum entry_level_id level, uint8_t pass) {
    const struct layers_grid *grid = &lane->request->grid;
    lane->pass = pass;
    lane->done_col = grid->first_col;
    lane->carry = lane->facts.before;
    lane->join_bins = row_join_bins(lane);
    replay_history(lane, grid->first_col * grid->col_ms, level);
    column_begin(&lane->column);
    lane->current = false;
    lane_next_column(lane);
}

bool lane_missed_past(const struct lane *lane, int64_t col) {
    int64_t begin_ms = col * lane->request->grid.col_ms;
    if (lane->empty && entry_log_first_ms(lane->log) < begin_ms) {
        return true;
    }
    struct entry_cursor ahead = lane->cursor;
    entry_log_read_begin(lane->log);
    const struct entry_row *row = entry_cursor_next(&ahead, begin_ms);
    bool missed = row != NULL && (row->flags & ENTRY_ROW_HISTORY) != 0 && row->end_ms <= begin_ms;
    entry_log_read_end(lane->log);
    return missed;
}

void lane_begin_follow(struct lane *lane) {
    lane->pass = 3;
    lane->carry = lane->carry.end_ms == INT64_MIN ? lane->facts.before : lane->carry;
    lane->cursor.level = lane->facts_cursor.level = ENTRY_LEVEL_1S;
}
