#include "layer/field_cells.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { BLOCK_ROWS = 32, BLOCK_SLOTS = 64, BLOCK_CELLS = BLOCK_ROWS * BLOCK_SLOTS };
static_assert(sizeof(uint16_t) * BLOCK_CELLS == 4096, "a block is a page");

static int blocks_of(int count, int block) {
    return (count + block - 1) / block;
}

bool field_cells_init(struct field_cells *cells, int slot_count, int row_count) {
    assert(slot_count >= 1);
    assert(row_count >= 1 && row_count <= LAYERS_ROW_MAX);
    *cells = (struct field_cells){.slot_blocks = blocks_of(slot_count, BLOCK_SLOTS),
                                  .row_blocks = blocks_of(row_count, BLOCK_ROWS),
                                  .row_count = row_count};
    size_t count = (size_t)LAYERS_CHANNEL_COUNT * (size_t)cells->row_blocks *
                   (size_t)cells->slot_blocks * BLOCK_CELLS;
    if (!arena_init(&cells->arena, count * sizeof *cells->halves)) {
        return false;
    }
    cells->halves = arena_alloc(&cells->arena, count, sizeof *cells->halves, 64);
    assert(cells->halves != NULL);
    return true;
}

void field_cells_finish(struct field_cells *cells) {
    arena_finish(&cells->arena);
    *cells = (struct field_cells){0};
}

/* Where the rows of a block begin in a slot. */
static size_t place(const struct field_cells *cells, int channel, int row_block, int slot) {
    size_t block = ((size_t)channel * (size_t)cells->row_blocks + (size_t)row_block) *
                       (size_t)cells->slot_blocks +
                   (size_t)(slot / BLOCK_SLOTS);
    return block * BLOCK_CELLS + (size_t)(slot % BLOCK_SLOTS) * BLOCK_ROWS;
}

void field_cells_set(struct field_cells *cells, int slot, const struct layers_column *column) {
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        for (int first = 0; first < cells->row_count; first += BLOCK_ROWS) {
            uint16_t rows[BLOCK_ROWS] = {0};
            for (int i = 0; column != NULL && i < BLOCK_ROWS && first + i < cells->row_count; i++) {
                rows[i] = column->texels[channel / 4][first + i][channel % 4];
            }
            uint16_t *kept = cells->halves + place(cells, channel, first / BLOCK_ROWS, slot);
            /* Reading a page that was never written takes no memory, writing zeros would. */
            if (memcmp(kept, rows, sizeof rows) != 0) {
                memcpy(kept, rows, sizeof rows);
            }
        }
    }
}

uint16_t field_cells_get(const struct field_cells *cells, int slot, int row, int channel) {
    assert(row >= 0 && row < cells->row_count);
    assert(channel >= 0 && channel < LAYERS_CHANNEL_COUNT);
    return cells
        ->halves[place(cells, channel, row / BLOCK_ROWS, slot) + (size_t)(row % BLOCK_ROWS)];
}
