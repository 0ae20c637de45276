/* model/entry_cell.h - a coarse row while it grows: the sum of the finer rows that begin in its
 * cell.
 *
 * Thread: engine.  Owner: entry_log.  Limit: ENTRY_DEPOSIT_ROW_MAX price bins; further ones join
 * their neighbour. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/entry_log.h"

struct entry_cell {
    bool open;
    struct entry_row row;
    size_t deposit_count;
    struct entry_deposit *deposits; /* owned, ENTRY_DEPOSIT_ROW_MAX, sorted by bin */
    struct entry_deposit *merged;   /* owned, scratch of the same size */
    uint64_t merged_count;          /* deposits that met the limit */
};

bool entry_cell_init(struct entry_cell *cell); /* false: out of memory */
void entry_cell_finish(struct entry_cell *cell);
/* As entry_cell_init, but to go on where source is. */
bool entry_cell_init_copy(struct entry_cell *cell, const struct entry_cell *source);

/* Begin [begin_ms, end_ms) with nothing in it. */
void entry_cell_begin(struct entry_cell *cell, int64_t begin_ms, int64_t end_ms);
void entry_cell_add(struct entry_cell *cell, const struct entry_row *row, size_t deposit_count,
                    const struct entry_deposit *deposits, double bin_width);
