/* scene/layers.c - names and ladders of the layers that a raster makes. */
#include "scene/layers.h"

#include <stddef.h>

#include "base/str.h"

const char *const layers_band_names[LAYERS_BAND_COUNT] = {
    "<5x", "5-10x", "10-25x", "25-50x", "50-100x", "≥100x",
};

static const double band_leverage_low[LAYERS_BAND_COUNT] = {0, 5, 10, 25, 50, 100};

static const int32_t col_ladder_ms[] = {
    1000,   2000,   5000,    10000,   20000,   30000,   60000,    120000,
    300000, 600000, 1200000, 1800000, 3600000, 7200000, 14400000, 43200000,
};

int layers_band_of_leverage(double leverage) {
    int band = 0;
    while (band + 1 < LAYERS_BAND_COUNT && leverage >= band_leverage_low[band + 1]) {
        band++;
    }
    return band;
}

int32_t layers_col_ms_for_span(int64_t span_ms, int col_count_max) {
    int64_t count_max = col_count_max < 1 ? 1 : col_count_max;
    for (size_t i = 0; i < ARRAY_COUNT(col_ladder_ms); i++) {
        if (span_ms <= count_max * col_ladder_ms[i]) {
            return col_ladder_ms[i];
        }
    }
    return col_ladder_ms[ARRAY_COUNT(col_ladder_ms) - 1];
}

void layers_add_print(struct layers_print prints[LAYERS_COLUMN_PRINT_MAX], uint16_t *count,
                      const struct layers_print *print) {
    if (*count < LAYERS_COLUMN_PRINT_MAX) {
        prints[(*count)++] = *print;
        return;
    }
    int smallest = 0;
    for (int i = 1; i < LAYERS_COLUMN_PRINT_MAX; i++) {
        smallest = prints[i].usd < prints[smallest].usd ? i : smallest;
    }
    if (print->usd > prints[smallest].usd) {
        prints[smallest] = *print;
    }
}
