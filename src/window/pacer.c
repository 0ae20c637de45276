#include "window/pacer.h"

#include <stdbool.h>

#define RATE_HZ_DEFAULT 60.0
#define RATE_HZ_MAX     1000.0

static int64_t period_of_rate(double rate_hz) {
    bool usable = rate_hz > 0 && rate_hz <= RATE_HZ_MAX;
    return (int64_t)(1e9 / (usable ? rate_hz : RATE_HZ_DEFAULT));
}

void pacer_init(struct pacer *pacer, double rate_hz, int64_t now_ns) {
    pacer->period_ns = period_of_rate(rate_hz);
    pacer->next_ns = now_ns + pacer->period_ns;
    pacer->late_count = 0;
}

void pacer_set_rate(struct pacer *pacer, double rate_hz) {
    int64_t period_ns = period_of_rate(rate_hz);
    pacer->next_ns += period_ns - pacer->period_ns;
    pacer->period_ns = period_ns;
}

int64_t pacer_frame_done(struct pacer *pacer, int64_t now_ns) {
    if (now_ns > pacer->next_ns) {
        pacer->late_count++;
        pacer->next_ns = now_ns;
    }
    int64_t due_ns = pacer->next_ns;
    pacer->next_ns += pacer->period_ns;
    return due_ns;
}
