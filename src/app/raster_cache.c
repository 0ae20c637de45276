#include "app/raster_cache.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "density/column.h"

#define EDGE_SHARE   0.02  /* of the window: left edges nearer than that are the same */
#define COLUMNS_FINE 160.0 /* in view: more do not make a copy better */
#define ROWS_FINE    96.0

enum {
    FACTS_BYTES = offsetof(struct layers_column, certainty),
    CELLS = RASTER_CACHE_ROWS * 4 /* of a slice */
};

struct facts {
    bool there;
    unsigned char bytes[FACTS_BYTES]; /* of a layers_column: all before its rows */
};

struct cells {
    uint64_t number; /* of the entry's filling, and column that they are of */
    int64_t col;
    uint8_t certainty[RASTER_CACHE_ROWS];
    uint16_t texels[LAYERS_SLICE_COUNT][CELLS];
};

struct entry {
    bool used;
    bool whole;         /* nothing is missing at its end */
    uint64_t used_at;   /* the larger, the later */
    uint64_t number;    /* another one for each filling */
    const void *filler; /* whose columns still come; NULL: none do */
    struct raster_request request;
    int col_step, row_step;        /* columns and rows of the raster that are one here */
    int64_t first_col, newest_col; /* of those that came; first > newest: none yet */
    int count;
    struct facts *facts; /* owned: ring of LAYERS_COL_MAX columns */
    struct cells *cells; /* owned: ring of RASTER_CACHE_COLUMNS */
};

struct raster_cache {
    struct entry entries[RASTER_CACHE_ENTRIES];
    int user_count;
    uint64_t clock;
    struct layers_column column; /* given out */
    struct layers_column part;   /* scratch: facts of one of its columns */
};

struct raster_cache *raster_cache_create(void) {
    struct raster_cache *cache = aligned_alloc(64, (sizeof *cache + 63) / 64 * 64);
    if (cache == NULL) {
        return NULL;
    }
    memset(cache, 0, sizeof *cache);
    cache->user_count = 1;
    for (int i = 0; i < RASTER_CACHE_ENTRIES; i++) {
        /* calloc: untouched pages stay with the system. */
        cache->entries[i].facts = calloc(LAYERS_COL_MAX, sizeof(struct facts));
        cache->entries[i].cells = calloc(RASTER_CACHE_COLUMNS, sizeof(struct cells));
        if (cache->entries[i].facts == NULL || cache->entries[i].cells == NULL) {
            raster_cache_destroy(cache);
            return NULL;
        }
    }
    return cache;
}

struct raster_cache *raster_cache_share(struct raster_cache *cache) {
    cache->user_count++;
    return cache;
}

void raster_cache_destroy(struct raster_cache *cache) {
    if (cache == NULL || --cache->user_count > 0) {
        return;
    }
    for (int i = 0; i < RASTER_CACHE_ENTRIES; i++) {
        free(cache->entries[i].facts);
        free(cache->entries[i].cells);
    }
    free(cache);
}

static struct facts *facts_of(const struct entry *entry, int64_t col) {
    return &entry->facts[(uint64_t)col % LAYERS_COL_MAX];
}

static struct cells *cells_of(const struct entry *entry, int64_t group) {
    return &entry->cells[(uint64_t)group % RASTER_CACHE_COLUMNS];
}

/* -- filling -- */

/* A piece would leave the view bare where it ends: zooming in on that is all that would be seen. */
static bool is_whole(const struct entry *entry) {
    return entry->count > 0 && entry->whole;
}

/* The last one of its pass. */
static bool is_last(const struct layers_grid *grid, const struct layers_column *column) {
    return column->col >= grid->first_col + grid->col_count - 1 ||
           (column->flags & LAYERS_COLUMN_OPEN) != 0;
}

/* An unused one, else one that stopped early, else the one used longest ago. */
static int choose_entry(const struct raster_cache *cache) {
    int chosen = 0;
    for (int i = 1; i < RASTER_CACHE_ENTRIES; i++) {
        const struct entry *a = &cache->entries[chosen], *b = &cache->entries[i];
        bool whole_a = a->used && is_whole(a), whole_b = b->used && is_whole(b);
        if (whole_a != whole_b ? whole_a : b->used_at < a->used_at) {
            chosen = i;
        }
    }
    return chosen;
}

static bool same_market(const struct raster_request *a, const struct raster_request *b) {
    bool same = a->log == b->log && a->more_count == b->more_count &&
                a->opened_within_window == b->opened_within_window;
    for (int i = 0; same && i < a->more_count; i++) {
        same = a->more[i].log == b->more[i].log;
    }
    if (same && a->opened_within_window) {
        double span_ms = (double)b->grid.col_count * b->grid.col_ms;
        double apart_ms = (double)(a->grid.first_col * a->grid.col_ms) -
                          (double)(b->grid.first_col * b->grid.col_ms);
        same = fabs(apart_ms) <= EDGE_SHARE * span_ms;
    }
    return same;
}

/* The one that it is filling; NULL: none. */
static struct entry *entry_of(struct raster_cache *cache, const void *filler) {
    for (int i = 0; i < RASTER_CACHE_ENTRIES; i++) {
        if (cache->entries[i].used && cache->entries[i].filler == filler) {
            return &cache->entries[i];
        }
    }
    return NULL;
}

static bool same_grid(const struct layers_grid *a, const struct layers_grid *b) {
    return a->first_col == b->first_col && a->col_ms == b->col_ms && a->col_count == b->col_count &&
           a->row_count == b->row_count && a->ln_price_min == b->ln_price_min &&
           a->row_height == b->row_height;
}

/* Another pane shows the same: one copy will do. */
static bool is_kept_already(const struct raster_cache *cache,
                            const struct raster_request *request) {
    for (int i = 0; i < RASTER_CACHE_ENTRIES; i++) {
        const struct entry *entry = &cache->entries[i];
        if (entry->used && entry->filler != NULL && same_market(&entry->request, request) &&
            same_grid(&entry->request.grid, &request->grid)) {
            return true;
        }
    }
    return false;
}

void raster_cache_leave(struct raster_cache *cache, const void *filler) {
    struct entry *had = entry_of(cache, filler);
    if (had != NULL) {
        had->filler = NULL;
    }
}

void raster_cache_begin(struct raster_cache *cache, const void *filler,
                        const struct raster_request *request) {
    raster_cache_leave(cache, filler);
    if (is_kept_already(cache, request)) {
        return;
    }
    int chosen = choose_entry(cache);
    struct entry *entry = &cache->entries[chosen];
    const struct layers_grid *grid = &request->grid;
    for (int64_t col = entry->first_col; entry->used && col <= entry->newest_col; col++) {
        facts_of(entry, col)->there = false;
    }
    entry->used = true;
    entry->whole = false;
    entry->used_at = ++cache->clock;
    entry->request = *request;
    entry->col_step = (grid->col_count - 1) / RASTER_CACHE_COLUMNS + 1;
    entry->row_step = (grid->row_count - 1) / RASTER_CACHE_ROWS + 1;
    entry->first_col = 0;
    entry->newest_col = -1;
    entry->count = 0;
    entry->number = cache->clock;
    entry->filler = filler;
}

/* Halves of non-negative numbers: their bits, moved to a float's place, are 2^-112 times it. */
static void add_halves(const uint16_t in[4], float sum[4]) {
    for (int i = 0; i < 4; i++) {
        uint32_t bits = (uint32_t)in[i] << 13;
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        sum[i] += value;
    }
}

static void keep_cells(struct entry *entry, const struct layers_column *column) {
    struct cells *cells = cells_of(entry, column->col / entry->col_step);
    const struct layers_grid *grid = &entry->request.grid;
    int rows = (grid->row_count - 1) / entry->row_step + 1;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        float sums[CELLS] = {0};
        for (int row = 0; row < grid->row_count; row++) {
            add_halves(column->texels[slice][row], sums + row / entry->row_step * 4);
        }
        column_halves((size_t)rows * 4, sums, 0x1p112f / (float)entry->row_step,
                      cells->texels[slice]);
    }
    for (int row = 0; row < rows; row++) {
        cells->certainty[row] = column->certainty[row * entry->row_step];
    }
    cells->number = entry->number;
    cells->col = column->col;
}

/* Make col one of those that the rings hold. False: it is too old. */
static bool reach_column(struct entry *entry, int64_t col) {
    int64_t room = (int64_t)RASTER_CACHE_COLUMNS * entry->col_step;
    room = room < LAYERS_COL_MAX ? room : LAYERS_COL_MAX;
    if (entry->first_col > entry->newest_col) {
        entry->first_col = entry->newest_col = col;
    }
    if (col <= entry->newest_col - room) {
        return false;
    }
    entry->newest_col = col > entry->newest_col ? col : entry->newest_col;
    entry->first_col = col < entry->first_col ? col : entry->first_col;
    for (; entry->first_col <= entry->newest_col - room; entry->first_col++) {
        struct facts *gone = facts_of(entry, entry->first_col);
        entry->count -= gone->there;
        gone->there = false;
    }
    return true;
}

void raster_cache_add(struct raster_cache *cache, const void *filler,
                      const struct layers_column *column) {
    struct entry *entry = entry_of(cache, filler);
    if (entry == NULL || column->request_id != entry->request.request_id || column->col < 0 ||
        !reach_column(entry, column->col)) {
        return;
    }
    struct facts *facts = facts_of(entry, column->col);
    entry->count += !facts->there;
    facts->there = true;
    entry->whole = entry->whole || is_last(&entry->request.grid, column);
    memcpy(facts->bytes, column, FACTS_BYTES);
    bool last_of_group = column->col % entry->col_step == entry->col_step - 1;
    if (last_of_group || column->col == entry->newest_col) {
        keep_cells(entry, column);
    }
}

void raster_cache_finish(struct raster_cache *cache, const void *filler) {
    struct entry *entry = entry_of(cache, filler);
    if (entry != NULL) {
        entry->whole = true;
    }
}

/* -- finding -- */

static double share(double low, double high, double from, double to) {
    double common = fmin(high, to) - fmax(low, from);
    return high > low ? fmax(common, 0) / (high - low) : 0;
}

double raster_cache_rate(const struct layers_grid *grid, int64_t first_col, int64_t end_col,
                         const struct camera *camera, int64_t now_ms) {
    double right_ms = fmin(camera->time_right_ms, (double)now_ms);
    double ln_top = grid->ln_price_min + grid->row_height * grid->row_count;
    double covered = share(camera->time_left_ms, right_ms, (double)first_col * grid->col_ms,
                           (double)end_col * grid->col_ms) *
                     share(camera->ln_bottom, camera->ln_top, grid->ln_price_min, ln_top);
    double columns = (right_ms - camera->time_left_ms) / grid->col_ms;
    double rows = (camera->ln_top - camera->ln_bottom) / grid->row_height;
    return covered * fmin(1, columns / COLUMNS_FINE) * fmin(1, rows / ROWS_FINE);
}

static struct layers_grid copy_grid(const struct entry *entry) {
    struct layers_grid grid = entry->request.grid;
    grid.col_ms *= entry->col_step;
    int64_t first = entry->first_col / entry->col_step, last = entry->newest_col / entry->col_step;
    first = last - first < RASTER_CACHE_COLUMNS ? first : last - RASTER_CACHE_COLUMNS + 1;
    grid.first_col = first;
    grid.col_count = (int32_t)(last - first + 1);
    grid.row_height *= entry->row_step;
    grid.row_count = (grid.row_count - 1) / entry->row_step + 1;
    return grid;
}

struct raster_cache_copy raster_cache_find(struct raster_cache *cache,
                                           const struct raster_request *request,
                                           const struct camera *camera, int64_t now_ms) {
    struct raster_cache_copy best = {.entry = -1};
    for (int i = 0; i < RASTER_CACHE_ENTRIES; i++) {
        const struct entry *entry = &cache->entries[i];
        if (!entry->used || !is_whole(entry) || !same_market(&entry->request, request)) {
            continue;
        }
        struct layers_grid grid = copy_grid(entry);
        double rate = raster_cache_rate(&grid, grid.first_col, grid.first_col + grid.col_count,
                                        camera, now_ms);
        if (rate > best.rate) {
            best = (struct raster_cache_copy){.rate = rate, .grid = grid, .entry = i};
        }
    }
    if (best.entry >= 0) {
        cache->entries[best.entry].used_at = ++cache->clock;
    }
    return best;
}

/* -- giving out -- */

/* A later column of the group. */
static void join_facts(struct layers_column *out, const struct layers_column *next) {
    uint16_t print_count =
        next->print_count < LAYERS_COLUMN_PRINT_MAX ? next->print_count : LAYERS_COLUMN_PRINT_MAX;
    if ((next->flags & LAYERS_COLUMN_EMPTY) != 0) {
        return;
    }
    out->flags = (uint8_t)((out->flags & ~LAYERS_COLUMN_EMPTY) | next->flags);
    out->open = out->open > 0 ? out->open : next->open;
    out->high = next->high > out->high ? next->high : out->high;
    out->low = out->low > 0 && !(next->low > 0 && next->low < out->low) ? out->low : next->low;
    out->close = next->close > 0 ? next->close : out->close;
    out->volume_buy_usd += next->volume_buy_usd;
    out->volume_sell_usd += next->volume_sell_usd;
    out->oi_usd = next->oi_usd;
    out->funding += next->funding;
    for (int side = 0; side < 2; side++) {
        out->total_usd[side] = next->total_usd[side];
        out->liquidated_usd[side] += next->liquidated_usd[side];
    }
    for (int i = 0; i < print_count; i++) {
        layers_add_print(out->prints, &out->print_count, &next->prints[i]);
    }
}

static void fill_facts(const struct entry *entry, int64_t group, struct layers_column *part,
                       struct layers_column *out) {
    memset(out, 0, FACTS_BYTES);
    out->col = group;
    out->pass = 1;
    out->flags = LAYERS_COLUMN_EMPTY;
    for (int64_t col = group * entry->col_step; col < (group + 1) * entry->col_step; col++) {
        const struct facts *facts = facts_of(entry, col);
        if (col >= entry->first_col && col <= entry->newest_col && facts->there) {
            memcpy(part, facts->bytes, FACTS_BYTES);
            join_facts(out, part);
            out->covered_until_ms = part->covered_until_ms;
        }
    }
}

struct layers_column *raster_cache_column(struct raster_cache *cache,
                                          const struct raster_cache_copy *copy, int i) {
    const struct entry *entry = &cache->entries[copy->entry];
    struct layers_column *out = &cache->column;
    int64_t group = copy->grid.first_col + i;
    const struct cells *cells = cells_of(entry, group);
    fill_facts(entry, group, &cache->part, out);
    bool there = cells->number == entry->number && cells->col / entry->col_step == group;
    size_t rows = (size_t)copy->grid.row_count;
    memset(out->certainty, 0, rows);
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        if (there) {
            memcpy(out->texels[slice], cells->texels[slice], rows * 4 * sizeof(uint16_t));
        } else {
            memset(out->texels[slice], 0, rows * 4 * sizeof(uint16_t));
        }
    }
    if (there) {
        memcpy(out->certainty, cells->certainty, rows);
    }
    return out;
}
