#include "app/frame_meter.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

void frame_meter_add(struct frame_meter *meter, int64_t begin_ns, int64_t end_ns) {
    meter->took_ms[meter->next] = (float)((double)(end_ns - begin_ns) * 1e-6);
    meter->ended_ns[meter->next] = end_ns;
    meter->next = (meter->next + 1) % FRAME_METER_MAX;
    meter->count += meter->count < FRAME_METER_MAX;
}

static int ascending(const void *a, const void *b) {
    float left = *(const float *)a;
    float right = *(const float *)b;
    return (left > right) - (left < right);
}

struct frame_figures frame_meter_read(const struct frame_meter *meter, int64_t now_ns) {
    struct frame_figures figures = {0};
    float sorted[FRAME_METER_MAX];
    int recent = 0;
    if (meter->count == 0) {
        return figures;
    }
    for (int i = 0; i < meter->count; i++) {
        recent += now_ns - meter->ended_ns[i] < SECOND_NS;
    }
    memcpy(sorted, meter->took_ms, (size_t)meter->count * sizeof sorted[0]);
    qsort(sorted, (size_t)meter->count, sizeof sorted[0], ascending);
    figures.per_s = recent;
    figures.p50_ms = (double)sorted[meter->count / 2];
    figures.p99_ms = (double)sorted[(meter->count - 1) * 99 / 100];
    figures.max_ms = (double)sorted[meter->count - 1];
    return figures;
}
