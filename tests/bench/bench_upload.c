/* bench_upload - a column to the GPU, and a whole field, beside copying as many bytes.
 *
 *   bench_upload [COLUMNS]      default 3000
 *
 * Prints the median time to take a column of 1,024 rows (copied once here and once to the texture),
 * the same for memcpy of its bytes, and the bytes uploaded beside the bytes that changed.
 * performance.md B4: a step <= 3 x memcpy + 1 us a texture row; bytes uploaded = bytes changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gfx/debug.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "layer/field.h"
#include "support/bench_machine.h"
#include "support/synthetic_picture.h"

enum { COLUMN_MAX = 100000, ROW_COUNT = 1024, COL_COUNT = 1440 };

static int64_t step_ns[COLUMN_MAX], copy_ns[COLUMN_MAX];

static int compare_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    int columns = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 3000;
    struct synthetic *market = malloc(sizeof *market);
    struct offscreen *offscreen = NULL;
    struct field field = {0};
    if (market == NULL || columns < 10 || columns > COLUMN_MAX) {
        fprintf(stderr, "bench_upload: columns: 10..%d\n", COLUMN_MAX);
        return 2;
    }
    synthetic_init(market, &(struct synthetic_desc){.col_count = COL_COUNT,
                                                    .row_count = ROW_COUNT,
                                                    .col_ms = 60000,
                                                    .price_mid = 64000,
                                                    .half_range = 0.09,
                                                    .seed = 7});
    if (offscreen_create(64, 64, &offscreen) != STATUS_OK ||
        field_init(&field, 1, &market->grid) != STATUS_OK) {
        return 1;
    }
    const size_t layer_bytes = (size_t)ROW_COUNT * LAYERS_SLICE_COUNT * 8;
    const size_t column_bytes = layer_bytes + ROW_COUNT; /* and its certainty */
    /* As cold as a texture's rows are: another place of a field's size each time. */
    char *to = calloc(COL_COUNT, column_bytes);
    field_add_column(&field, synthetic_next(market, 1));
    debug_take_counts();
    for (int i = 0; i < columns && to != NULL; i++) {
        const struct layers_column *column = synthetic_next(market, 1);
        int64_t start = clock_mono_ns();
        field_add_column(&field, column);
        step_ns[i] = clock_mono_ns() - start;
        start = clock_mono_ns();
        char *place = to + (size_t)(i % COL_COUNT) * column_bytes;
        memcpy(place, column->texels, layer_bytes);
        memcpy(place + layer_bytes, column->certainty, ROW_COUNT);
        copy_ns[i] = clock_mono_ns() - start;
    }
    struct debug_counts counts = debug_take_counts();
    qsort(step_ns, (size_t)columns, sizeof step_ns[0], compare_ns);
    qsort(copy_ns, (size_t)columns, sizeof copy_ns[0], compare_ns);
    double step_us = (double)step_ns[columns / 2] / 1e3;
    double copy_us = (double)copy_ns[columns / 2] / 1e3;
    bench_machine_print(stdout);
    printf("a column of %d rows, %zu bytes: p50 %.2f us, memcpy %.2f us, %.2f x\n", ROW_COUNT,
           column_bytes, step_us, copy_us, step_us / copy_us);
    printf("bytes uploaded / bytes changed: %.3f\n",
           (double)counts.upload_bytes / ((double)columns * (double)column_bytes));
    field_finish(&field);
    offscreen_destroy(offscreen);
    free(to);
    free(market);
    return to != NULL ? 0 : 1;
}
