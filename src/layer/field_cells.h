/* layer/field_cells.h - the values of a field's cells as this side keeps them, by channel.
 *
 * Thread: main.  Owner: field.  Limit: the slots and rows it was made for, 24 bytes a cell at most.
 * Longs stand below the price, shorts above, and high leverage near where somebody entered: most
 * channels of most cells hold nothing.  So each channel lies apart, in blocks of a page, and what
 * was never written takes no memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "scene/layers.h"

struct field_cells {
    struct arena arena; /* owned */
    uint16_t *halves;   /* in it; NULL: not made */
    int slot_blocks, row_blocks, row_count;
};

/* All zero. False: no memory. */
bool field_cells_init(struct field_cells *cells, int slot_count, int row_count);
void field_cells_finish(struct field_cells *cells); /* zeroed accepted */
/* The texels of a column; NULL: zeros. */
void field_cells_set(struct field_cells *cells, int slot, const struct layers_column *column);
/* The half float of a channel of one cell. */
uint16_t field_cells_get(const struct field_cells *cells, int slot, int row, int channel);
