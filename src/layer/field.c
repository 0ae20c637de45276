#include "layer/field.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"

enum {
    UNIFORM_Y_SIGN,
    UNIFORM_LAYERS,
    UNIFORM_CERTAINTY,
    UNIFORM_WEIGHTS_0,
    UNIFORM_WEIGHTS_1_LONG,
    UNIFORM_WEIGHTS_1_SHORT,
    UNIFORM_WEIGHTS_2,
    UNIFORM_NET,
    UNIFORM_COUNT
};
static const char *const uniform_names[UNIFORM_COUNT] = {
    "y_sign",         "layers",          "certainty", "weights_0",
    "weights_1_long", "weights_1_short", "weights_2", "net"};
const struct program_desc field_program_desc = {.vertex = "quad.vert",
                                                .fragment = "compose.frag",
                                                .uniform_names = uniform_names,
                                                .uniform_count = UNIFORM_COUNT};

enum { TEXELS_A_LINE = 16 }; /* of a density, in a cache line of 64 bytes */

static bool grid_is_valid(const struct layers_grid *grid) {
    return grid->col_ms > 0 && grid->col_count >= 1 && grid->col_count <= LAYERS_COL_MAX &&
           grid->row_count >= 1 && grid->row_count <= LAYERS_ROW_MAX &&
           isfinite(grid->ln_price_min) && grid->row_height > 0 && isfinite(grid->row_height);
}

static size_t column_texels(const struct field *field) {
    return (size_t)LAYERS_SLICE_COUNT * (size_t)field->grid.row_count * 4;
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

static enum status density_init(const struct field *field, struct field_density *density) {
    /* Rows of an odd number of cache lines: of a power of two, those of a few time steps would push
     * one another out of the cache. */
    int lines = field->grid.row_count / TEXELS_A_LINE + 1;
    struct texture_desc desc = {.width = (lines | 1) * TEXELS_A_LINE,
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
    field->texels = calloc(rows * column_texels(field), sizeof *field->texels);
    field->certainties = calloc(rows, (size_t)grid->row_count);
    for (int i = 0; i < LAYERS_CHANNEL_COUNT; i++) {
        field->weights[i] = 1;
    }
    enum status status = STATUS_MEMORY;
    if (field->columns != NULL && field->texels != NULL && field->certainties != NULL) {
        status = make_textures(field);
    }
    if (status == STATUS_OK) {
        status = density_init(field, &field->densities[0]);
        field->density_count = 1;
    }
    if (status != STATUS_OK) {
        field_finish(field);
    }
    return status;
}

void field_finish(struct field *field) {
    book_columns_finish(&field->book);
    for (int i = 0; i < FIELD_DENSITY_MAX; i++) {
        density_finish(&field->densities[i]);
    }
    texture_finish(&field->certainty);
    texture_finish(&field->layers);
    free(field->certainties);
    free(field->texels);
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
    for (int i = 0; i < field->density_count; i++) {
        field->densities[i].dirty[slot] = true;
    }
}

/* Copy the slot's texels to the GPU. */
static void upload_slot(struct field *field, int slot) {
    const uint16_t *texels = field->texels + (size_t)slot * column_texels(field);
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct texture_rect rect = {0, slot, field->grid.row_count, 1, slice};
        texture_upload(&field->layers, &rect, texels + (size_t)slice * rect.w * 4);
    }
    struct texture_rect row = {0, slot, field->grid.row_count, 1, 0};
    texture_upload(&field->certainty, &row, slot_certainties(field, slot));
    mark_dirty(field, slot);
}

/* A place in the ring for a column that has not come; the one that comes now is uploaded when it is
 * filled. */
static void clear_slot(struct field *field, int64_t col, int64_t comes_now) {
    int slot = field_slot(field, col);
    field->columns[slot] = (struct field_column){
        .col = col, .version = field->version + 1, .flags = LAYERS_COLUMN_EMPTY};
    memset(field->texels + (size_t)slot * column_texels(field), 0,
           column_texels(field) * sizeof *field->texels);
    memset(slot_certainties(field, slot), 0, (size_t)field->grid.row_count);
    if (field->book.used) {
        book_columns_set(&field->book, slot, NULL);
    }
    if (col != comes_now) {
        upload_slot(field, slot);
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
    uint16_t *texels = field->texels + (size_t)slot * column_texels(field);
    size_t slice_texels = (size_t)field->grid.row_count * 4;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        memcpy(texels + (size_t)slice * slice_texels, column->texels[slice],
               slice_texels * sizeof *texels);
    }
    memcpy(slot_certainties(field, slot), column->certainty, (size_t)field->grid.row_count);
    add_book(field, slot, column);
    upload_slot(field, slot);
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
    const uint16_t *texels = field->texels + (size_t)field_slot(field, col) * column_texels(field);
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        size_t at = ((size_t)(channel / 4) * (size_t)field->grid.row_count + (size_t)row) * 4;
        uint16_t half = texels[at + (size_t)(channel % 4)];
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
    const uint16_t *texels = field->texels + (size_t)field_slot(field, col) * column_texels(field);
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        size_t at = ((size_t)(channel / 4) * (size_t)field->grid.row_count + (size_t)row) * 4;
        uint16_t half = texels[at + (size_t)(channel % 4)];
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

static void dirty_all(struct field *field, struct field_density *density) {
    memset(density->dirty, 1, (size_t)field->ring_rows * sizeof *density->dirty);
}

bool field_set_mixes(struct field *field, int count,
                     const enum field_mix mixes[FIELD_DENSITY_MAX]) {
    assert(count >= 1 && count <= FIELD_DENSITY_MAX);
    bool room = true;
    while (field->density_count > count) {
        density_finish(&field->densities[--field->density_count]);
    }
    while (room && field->density_count < count) {
        struct field_density *density = &field->densities[field->density_count];
        room = density_init(field, density) == STATUS_OK;
        if (room) {
            field->density_count++;
            dirty_all(field, density);
        } else {
            density_finish(density);
        }
    }
    for (int i = 0; i < field->density_count; i++) {
        if (field->densities[i].mix != mixes[i]) {
            field->densities[i].mix = mixes[i];
            dirty_all(field, &field->densities[i]);
        }
    }
    return room;
}

double field_mix_usd(enum field_mix mix, const double usd[2], int *side) {
    *side = mix == FIELD_MIX_SHORT || (mix != FIELD_MIX_LONG && usd[1] > usd[0]) ? 1 : 0;
    bool net = mix == FIELD_MIX_NET;
    return usd[*side] - (net ? usd[1 - *side] : 0);
}

static void set_weights(const struct field *field, enum field_mix mix,
                        const struct program *program) {
    float w[LAYERS_CHANNEL_COUNT];
    for (int i = 0; i < LAYERS_CHANNEL_COUNT; i++) {
        bool left_out = mix == (i < LAYERS_BAND_COUNT ? FIELD_MIX_SHORT : FIELD_MIX_LONG);
        w[i] = left_out ? 0 : field->weights[i];
    }
    const float slice_1_long[4] = {w[4], w[5], 0, 0};
    const float slice_1_short[4] = {0, 0, w[6], w[7]};
    program_set_vec4(program, UNIFORM_WEIGHTS_0, w);
    program_set_vec4(program, UNIFORM_WEIGHTS_1_LONG, slice_1_long);
    program_set_vec4(program, UNIFORM_WEIGHTS_1_SHORT, slice_1_short);
    program_set_vec4(program, UNIFORM_WEIGHTS_2, w + 8);
    program_set_float(program, UNIFORM_NET, mix == FIELD_MIX_NET ? 1 : 0);
}

/* Compose rows first..last of the ring in one draw. Rows that no column has been in yet are read as
 * they are and never shown. */
static void compose_rows(struct field *field, struct field_density *density, int first, int last,
                         const struct program *program) {
    target_begin(&density->target, TARGET_BLEND_NONE);
    struct target_rect rows = {0, first, field->grid.row_count + 1, last - first + 1};
    target_set_viewport(&density->target, rows);
    program_bind(program);
    program_set_float(program, UNIFORM_Y_SIGN, target_y_sign(&density->target));
    program_set_int(program, UNIFORM_LAYERS, 0);
    program_set_int(program, UNIFORM_CERTAINTY, 1);
    set_weights(field, density->mix, program);
    texture_bind(&field->certainty, 1);
    texture_bind(&field->layers, 0);
    target_draw_quad();
    memset(density->dirty + first, 0, (size_t)(last - first + 1) * sizeof *density->dirty);
}

/* Columns first..last are wanted; the others wait until they are. */
struct wanted {
    int64_t first_col, last_col;
};

static bool is_due(const struct field *field, const struct field_density *density,
                   const struct wanted *wanted, int row) {
    int64_t col = field->columns[row].col;
    return density->dirty[row] && col >= wanted->first_col && col <= wanted->last_col;
}

/* The first run of changed rows, and all from the next one to the last: two draws where new columns
 * lie around the ring's end, one nearly always. */
static void compose(struct field *field, struct field_density *density,
                    const struct program *program, const struct wanted *wanted) {
    int first = 0;
    int last = field->ring_rows - 1;
    while (first <= last && !is_due(field, density, wanted, first)) {
        first++;
    }
    while (last >= first && !is_due(field, density, wanted, last)) {
        last--;
    }
    if (first > last) {
        return;
    }
    int end = first;
    while (end < last && is_due(field, density, wanted, end + 1)) {
        end++;
    }
    compose_rows(field, density, first, end, program);
    if (end < last) {
        first = end + 1;
        while (!is_due(field, density, wanted, first)) {
            first++;
        }
        compose_rows(field, density, first, last, program);
    }
}

void field_compose(struct field *field, const struct program *program, int64_t first_col,
                   int64_t last_col) {
    static_assert(LAYERS_BAND_COUNT == 6 && LAYERS_SLICE_COUNT == 3, "mirrors compose.frag");
    const struct wanted wanted = {first_col, last_col};
    for (int i = 0; i < field->density_count; i++) {
        compose(field, &field->densities[i], program, &wanted);
    }
}
