/* The values of a field's cells: each comes back as it was set, and what is zero takes no memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/random.h"
#include "layer/field_cells.h"

enum { SLOTS = 150, ROWS = 1000 /* neither fills its last block */ };

static struct layers_column column;

/* What column `slot` of round `round` holds in a cell: mostly nothing. */
static uint16_t value_of(int round, int slot, int row, int channel) {
    struct random random;
    random_init(&random, (uint64_t)(((round * SLOTS + slot) * ROWS + row) * 16 + channel));
    uint64_t drawn = random_u64(&random);
    return drawn % 4 == 0 ? (uint16_t)(drawn >> 32) : 0;
}

static void fill(int round, int slot) {
    memset(column.texels, 0xee, sizeof column.texels); /* beyond the rows there is anything */
    for (int row = 0; row < ROWS; row++) {
        for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
            column.texels[channel / 4][row][channel % 4] = value_of(round, slot, row, channel);
        }
    }
}

static void expect(const struct field_cells *cells, int round, int slot) {
    for (int row = 0; row < ROWS; row++) {
        for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
            uint16_t want = round >= 0 ? value_of(round, slot, row, channel) : 0;
            if (field_cells_get(cells, slot, row, channel) != want) {
                fail_msg("round %d, slot %d, row %d, channel %d: want %u, got %u", round, slot, row,
                         channel, (unsigned)want,
                         (unsigned)field_cells_get(cells, slot, row, channel));
            }
        }
    }
}

static void every_cell_comes_back_as_it_was_set_last(void **state) {
    (void)state;
    static const int slots[] = {0, 1, 63, 64, 127, 128, SLOTS - 1};
    struct field_cells cells;
    assert_true(field_cells_init(&cells, SLOTS, ROWS));
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
            fill(round, slots[i]);
            field_cells_set(&cells, slots[i], &column);
        }
        for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
            expect(&cells, round, slots[i]);
        }
    }
    field_cells_set(&cells, 64, NULL);
    expect(&cells, -1, 64);
    expect(&cells, -1, 65); /* never set */
    expect(&cells, 1, 63);
    field_cells_finish(&cells);
    field_cells_finish(&cells);
}

static double resident_mb(void) {
    long size = 0;
    long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

static void zeros_take_no_memory(void **state) {
    (void)state;
    struct field_cells cells;
    assert_true(field_cells_init(&cells, LAYERS_COL_MAX, LAYERS_ROW_MAX)); /* 48 MB */
    memset(column.texels, 0, sizeof column.texels);
    double before_mb = resident_mb();
    for (int slot = 0; slot < LAYERS_COL_MAX; slot++) {
        for (int row = 0; row < 32; row++) {
            column.texels[0][row][0] = 1; /* one channel of one in 32 */
        }
        field_cells_set(&cells, slot, &column);
    }
    double taken_mb = resident_mb() - before_mb;
    if (taken_mb > 8) {
        fail_msg("%.1f MB taken by a field of which 1 in 384 cells holds something", taken_mb);
    }
    field_cells_finish(&cells);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_comes_back_as_it_was_set_last),
        cmocka_unit_test(zeros_take_no_memory),
    };
    return cmocka_run_group_tests_name("field_cells", tests, NULL, NULL);
}
