#include "layer/field.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"

enum {
    UNIFORM_Y_SIGN,
    UNIFORM_PARTS,
    UNIFORM_MIXES,
    UNIFORM_LAYERS,
    UNIFORM_CERTAINTY,
    UNIFORM_WEIGHTS_0,
    UNIFORM_WEIGHTS_1_LONG,
    UNIFORM_WEIGHTS_1_SHORT,
    UNIFORM_WEIGHTS_2,
    UNIFORM_COUNT
};
static const char *const uniform_names[UNIFORM_COUNT] = {
    "y_sign",    "parts",          "mixes",           "layers",   "certainty",
    "weights_0", "weights_1_long", "weights_1_short", "weights_2"};
const struct program_desc field_program_desc = {.vertex = "compose.vert",
                                                .fragment = "compose.frag",
                                                .uniform_names = uniform_names,
                                                .uniform_count = UNIFORM_COUNT};

enum { TEXELS_A_LINE = 16 }; /* of a density, in a cache line of 64 bytes */
enum { RUNS_MAX = 2, PARTS_MAX = RUNS_MAX * FIELD_DENSITY_MAX }; /* mirrors compose.vert */

static bool grid_is_valid(const struct layers_grid *grid) {
    return grid->col_ms > 0 && grid->col_count >= 1 && grid->col_count <= LAYERS_COL_MAX &&
           grid->row_count >= 1 && grid->row_count <= LAYERS_ROW_MAX &&
           isfinite(grid->ln_price_min) && grid->row_height > 0 && isfinite(grid->row_height);
}

static enum status make_textures(struct field *field) {
    struct texture_desc layers = {.width = field->grid.row_count,
                                  .height = field->ring_rows,
                                  .slice_count = LAYERS_SLICE_COUNT,
                                  .format = TEXTURE_RGBA16F,
                                  .undefined = true,
                                  .label = "field layers"};
    struct texture_desc certainty = {.width = field->grid.row_count,
                                     .height = field->ring_rows,
                                     .format = TEXTURE_R8,
                                     .undefined = true,
                                     .label = "field certainty"};
    return texture_init(&field->layers, &layers) && texture_init(&field->certainty, &certainty)
               ? STATUS_OK
               : STATUS_MEMORY;
}

static enum status density_init(const struct field *field, int count,
                                struct field_density *density) {
    /* Rows of an odd number of cache lines: of a power of two, those of a few time steps would push
     * one another out of the cache. A part is at least two texels longer than there are prices. */
    int lines = (field->grid.row_count + 1) / TEXELS_A_LINE + 1;
    *density = (struct field_density){.count = count, .stride = lines * TEXELS_A_LINE};
    struct texture_desc desc = {.width = (count * lines | 1) * TEXELS_A_LINE,
                                .height = field->ring_rows,
                                .format = TEXTURE_RG16F,
                                .linear = true,
                                .repeat_y = true,
                                .label = "field density"};
    density->dirty = calloc((size_t)field->ring_rows, sizeof *density->dirty);
    if (density->dirty == NULL || !texture_init(&density->texture, &desc)) {
        return STATUS_MEMORY;
    }
    return target_init_texture(&density->target, &density->texture) ? STATUS_OK
                                                                    : STATUS_UNSUPPORTED;
}

static void density_finish(struct field_density *density) {
    texture_finish(&density->texture);
    free(density->dirty);
    *density = (struct field_density){0};
}

enum status field_init(struct field *field, uint32_t request_id, const struct layers_grid *grid) {
    *field = (struct field){0};
    if (!grid_is_valid(grid)) {
        return STATUS_RANGE;
    }
    field->used = true;
    field->request_id = request_id;
    field->grid = *grid;
    field->ring_rows = grid->col_count + FIELD_SPARE_COLUMNS;
    size_t rows = (size_t)field->ring_rows;
    field->columns = calloc(rows, sizeof *field->columns);
    field->certainties = calloc(rows, (size_t)grid->row_count);
    for (int i = 0; i < LAYERS_CHANNEL_COUNT; i++) {
        field->weights[i] = 1;
    }
    enum status status = STATUS_MEMORY;
    if (field->columns != NULL && field->certainties != NULL &&
        field_cells_init(&field->cells, field->ring_rows, grid->row_count)) {
        status = make_textures(field);
    }
    if (status == STATUS_OK) {
        status = density_init(field, 1, &field->density);
    }
    if (status != STATUS_OK) {
        field_finish(field);
    }
    return status;
}

void field_finish(struct field *field) {
    book_columns_finish(&field->book);
    density_finish(&field->density);
    texture_finish(&field->certainty);
    texture_finish(&field->layers);
    free(field->certainties);
    field_cells_finish(&field->cells);
    free(field->columns);
    *field = (struct field){0};
}

int field_slot(const struct field *field, int64_t col) {
    int64_t slot = col % field->ring_rows;
    return (int)(slot < 0 ? slot + field->ring_rows : slot);
}

static uint8_t *slot_certainties(const struct field *field, int slot) {
    return field->certainties + (size_t)slot * (size_t)field->grid.row_count;
}

static void mark_dirty(struct field *field, int slot) {
    field->density.dirty[slot] = true;
}

/* The column's texels and the slot's certainties to the GPU. */
static void upload_slot(struct field *field, int slot, const struct layers_column *column) {
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct texture_rect rect = {0, slot, field->grid.row_count, 1, slice};
        texture_upload(&field->layers, &rect, column->texels[slice]);
    }
    struct texture_rect row = {0, slot, field->grid.row_count, 1, 0};
    texture_upload(&field->certainty, &row, slot_certainties(field, slot));
    mark_dirty(field, slot);
}

/* A place in the ring for a column that has not come; the one that comes now is uploaded when it is
 * filled. */
static void clear_slot(struct field *field, int64_t col, int64_t comes_now) {
    static const struct layers_column nothing;
    int slot = field_slot(field, col);
    field->columns[slot] = (struct field_column){
        .col = col, .version = field->version + 1, .flags = LAYERS_COLUMN_EMPTY};
    field_cells_set(&field->cells, slot, NULL);
    memset(slot_certainties(field, slot), 0, (size_t)field->grid.row_count);
    if (field->book.used) {
        book_columns_set(&field->book, slot, NULL);
    }
    if (col != comes_now) {
        upload_slot(field, slot, &nothing);
    }
}

/* Make col one of oldest_col..newest_col, with empty columns between. False: too old. */
static bool reach_column(struct field *field, int64_t col) {
    if (field->count == 0 || col >= field->newest_col + field->ring_rows) {
        field->oldest_col = field->newest_col = col;
        field->count = 1;
        clear_slot(field, col, col);
        return true;
    }
    if (col <= field->newest_col - field->ring_rows) {
        return false;
    }
    while (field->newest_col < col) {
        clear_slot(field, ++field->newest_col, col);
        if (field->newest_col - field->oldest_col == field->ring_rows) {
            field->oldest_col++;
        }
    }
    while (field->oldest_col > col) {
        clear_slot(field, --field->oldest_col, col);
    }
    field->count = (int)(field->newest_col - field->oldest_col) + 1;
    return true;
}

/* The columns of a raster that was asked for the book have it, where it is known. */
static void add_book(struct field *field, int slot, const struct layers_column *column) {
    if (column->has_book && !field->book.used) {
        book_columns_init(&field->book, field->ring_rows, field->grid.row_count);
    }
    if (field->book.used) {
        book_columns_set(&field->book, slot, column->has_book ? column->book : NULL);
    }
}

bool field_add_column(struct field *field, const struct layers_column *column) {
    assert(column->print_count <= LAYERS_COLUMN_PRINT_MAX);
    if (!reach_column(field, column->col)) {
        return false;
    }
    int slot = field_slot(field, column->col);
    struct field_column *kept = &field->columns[slot];
    *kept = (struct field_column){
        .col = column->col,
        .version = field->version + 1,
        .flags = column->flags,
        .pass = column->pass,
        .print_count = column->print_count,
        .open = column->open,
        .high = column->high,
        .low = column->low,
        .close = column->close,
        .volume_buy_usd = column->volume_buy_usd,
        .volume_sell_usd = column->volume_sell_usd,
        .oi_usd = column->oi_usd,
        .funding = column->funding,
        .vwap = column->vwap,
        .total_usd = {column->total_usd[0], column->total_usd[1]},
        .liquidated_usd = {column->liquidated_usd[0], column->liquidated_usd[1]},
    };
    memcpy(kept->prints, column->prints, sizeof kept->prints);
    if (column->col == field->newest_col) {
        field->covered_until_ms = column->covered_until_ms;
    }
    field_cells_set(&field->cells, slot, column);
    memcpy(slot_certainties(field, slot), column->certainty, (size_t)field->grid.row_count);
    add_book(field, slot, column);
    upload_slot(field, slot, column);
    field->version++;
    return true;
}

const struct field_column *field_get_column(const struct field *field, int64_t col) {
    if (field->count == 0 || col < field->oldest_col || col > field->newest_col) {
        return NULL;
    }
    return &field->columns[field_slot(field, col)];
}

int64_t field_oldest_change(const struct field *field, uint64_t version) {
    int64_t col = field->oldest_col;
    while (col <= field->newest_col && field->columns[field_slot(field, col)].version <= version) {
        col++;
    }
    return col;
}

int64_t field_newest_change(const struct field *field, uint64_t version) {
    int64_t col = field->newest_col;
    while (col >= field->oldest_col && field->columns[field_slot(field, col)].version <= version) {
        col--;
    }
    return col;
}

static bool has_cell(const struct field *field, int64_t col, int row) {
    return field->count > 0 && col >= field->oldest_col && col <= field->newest_col && row >= 0 &&
           row < field->grid.row_count;
}

void field_get_usd(const struct field *field, int64_t col, int row, double out_usd[2]) {
    out_usd[0] = out_usd[1] = 0;
    if (!has_cell(field, col, row)) {
        return;
    }
    int slot = field_slot(field, col);
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        uint16_t half = field_cells_get(&field->cells, slot, row, channel);
        if (half != 0) {
            out_usd[channel / LAYERS_BAND_COUNT] +=
                (double)(float_from_half(half) * field->weights[channel]);
        }
    }
    out_usd[0] *= LAYERS_UNIT_USD_PER_BP;
    out_usd[1] *= LAYERS_UNIT_USD_PER_BP;
}

void field_get_bands(const struct field *field, int64_t col, int row,
                     double out[2][LAYERS_BAND_COUNT]) {
    memset(out, 0, sizeof(double) * LAYERS_CHANNEL_COUNT);
    if (!has_cell(field, col, row)) {
        return;
    }
    int slot = field_slot(field, col);
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        uint16_t half = field_cells_get(&field->cells, slot, row, channel);
        out[channel / LAYERS_BAND_COUNT][channel % LAYERS_BAND_COUNT] =
            half != 0 ? (double)float_from_half(half) * LAYERS_UNIT_USD_PER_BP : 0;
    }
}

double field_get_certainty(const struct field *field, int64_t col, int row) {
    if (!has_cell(field, col, row)) {
        return 0;
    }
    return slot_certainties(field, field_slot(field, col))[row] / 255.0;
}

bool field_get_book(const struct field *field, int64_t col, int row, double *usd_per_bp,
                    bool *bids) {
    return field->count > 0 && col >= field->oldest_col && col <= field->newest_col &&
           book_columns_get(&field->book, field_slot(field, col), row, usd_per_bp, bids);
}

void field_set_weights(struct field *field, const float weights[LAYERS_CHANNEL_COUNT]) {
    if (memcmp(field->weights, weights, sizeof field->weights) == 0) {
        return;
    }
    memcpy(field->weights, weights, sizeof field->weights);
    field->version++;
    for (int64_t col = field->oldest_col; field->count > 0 && col <= field->newest_col; col++) {
        int slot = field_slot(field, col);
        mark_dirty(field, slot);
        field->columns[slot].version = field->version;
    }
}

bool field_set_mixes(struct field *field, int count,
                     const enum field_mix mixes[FIELD_DENSITY_MAX]) {
    assert(count >= 1 && count <= FIELD_DENSITY_MAX);
    struct field_density other = {0};
    bool changed = false;
    if (field->density.count != count) {
        if (density_init(field, count, &other) != STATUS_OK) {
            density_finish(&other);
            return false;
        }
        density_finish(&field->density);
        field->density = other;
        changed = true;
    }
    for (int i = 0; i < count; i++) {
        changed = changed || field->density.mixes[i] != mixes[i];
        field->density.mixes[i] = mixes[i];
    }
    if (changed) {
        memset(field->density.dirty, 1, (size_t)field->ring_rows * sizeof *field->density.dirty);
    }
    return true;
}

double field_mix_usd(enum field_mix mix, const double usd[2], int *side) {
    *side = mix == FIELD_MIX_SHORT || (mix != FIELD_MIX_LONG && usd[1] > usd[0]) ? 1 : 0;
    bool net = mix == FIELD_MIX_NET;
    return usd[*side] - (net ? usd[1 - *side] : 0);
}

static void set_weights(const struct field *field, const struct program *program) {
    const float *w = field->weights;
    const float slice_1_long[4] = {w[4], w[5], 0, 0};
    const float slice_1_short[4] = {0, 0, w[6], w[7]};
    program_set_vec4(program, UNIFORM_WEIGHTS_0, w);
    program_set_vec4(program, UNIFORM_WEIGHTS_1_LONG, slice_1_long);
    program_set_vec4(program, UNIFORM_WEIGHTS_1_SHORT, slice_1_short);
    program_set_vec4(program, UNIFORM_WEIGHTS_2, w + 8);
}

struct run { /* rows of the ring, both included */
    int first, last;
};

/* Where the parts lie that are composed, and of what: one a mix and run. Their number. */
static int place_parts(const struct field *field, int run_count, const struct run runs[RUNS_MAX],
                       float parts[PARTS_MAX][4], float mixes[PARTS_MAX][4]) {
    const struct field_density *density = &field->density;
    float width = (float)density->texture.desc.width;
    float height = (float)field->ring_rows;
    int count = 0;
    for (int i = 0; i < density->count; i++) {
        enum field_mix mix = density->mixes[i];
        int left = i * density->stride - (i > 0 ? 1 : 0);
        int right = i * density->stride + field->grid.row_count + 1;
        for (int j = 0; j < run_count; j++, count++) {
            const float part[4] = {(float)left / width, (float)runs[j].first / height,
                                   (float)(right - left) / width,
                                   (float)(runs[j].last + 1 - runs[j].first) / height};
            const float of[4] = {(float)(i * density->stride), mix == FIELD_MIX_SHORT ? 0 : 1,
                                 mix == FIELD_MIX_LONG ? 0 : 1, mix == FIELD_MIX_NET ? 1 : 0};
            memcpy(parts[count], part, sizeof part);
            memcpy(mixes[count], of, sizeof of);
        }
    }
    return count;
}

/* Compose runs of the ring's rows in one draw. Rows that no column has been in yet are read as they
 * are and never shown. */
static void compose_runs(struct field *field, int run_count, const struct run runs[RUNS_MAX],
                         const struct program *program) {
    float parts[PARTS_MAX][4];
    float mixes[PARTS_MAX][4];
    int count = place_parts(field, run_count, runs, parts, mixes);
    target_begin(&field->density.target, TARGET_BLEND_NONE);
    program_bind(program);
    program_set_float(program, UNIFORM_Y_SIGN, target_y_sign(&field->density.target));
    program_set_vec4s(program, UNIFORM_PARTS, count, parts[0]);
    program_set_vec4s(program, UNIFORM_MIXES, count, mixes[0]);
    program_set_int(program, UNIFORM_LAYERS, 0);
    program_set_int(program, UNIFORM_CERTAINTY, 1);
    set_weights(field, program);
    texture_bind(&field->certainty, 1);
    texture_bind(&field->layers, 0);
    target_draw_quads(count);
    for (int i = 0; i < run_count; i++) {
        memset(field->density.dirty + runs[i].first, 0,
               (size_t)(runs[i].last - runs[i].first + 1) * sizeof *field->density.dirty);
    }
}

/* Columns first..last are wanted; the others wait until they are. */
struct wanted {
    int64_t first_col, last_col;
};

static bool is_due(const struct field *field, const struct wanted *wanted, int row) {
    int64_t col = field->columns[row].col;
    return field->density.dirty[row] && col >= wanted->first_col && col <= wanted->last_col;
}

/* The first run of changed rows, and all from the next one to the last: new columns lie around the
 * ring's end at times. */
void field_compose(struct field *field, const struct program *program, int64_t first_col,
                   int64_t last_col) {
    static_assert(LAYERS_BAND_COUNT == 6 && LAYERS_SLICE_COUNT == 3, "mirrors compose.frag");
    const struct wanted wanted = {first_col, last_col};
    struct run runs[RUNS_MAX] = {{0}};
    int run_count = 0;
    for (int row = 0; row < field->ring_rows; row++) {
        if (!is_due(field, &wanted, row)) {
            continue;
        }
        bool follows = run_count > 0 && runs[run_count - 1].last == row - 1;
        if (!follows && run_count < RUNS_MAX) {
            runs[run_count++].first = row;
        }
        runs[run_count - 1].last = row;
    }
    if (run_count > 0) {
        compose_runs(field, run_count, runs, program);
    }
}
