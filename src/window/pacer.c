#include "window/pacer.h"

#define RATE_HZ_DEFAULT 60.0
#define RATE_HZ_MAX     1000.0

void pacer_init(struct pacer *pacer, double rate_hz, int64_t now_ns) {
    if (!(rate_hz > 0) || rate_hz > RATE_HZ_MAX) {
        rate_hz = RATE_HZ_DEFAULT;
    }
    pacer->period_ns = (int64_t)(1e9 / rate_hz);
    pacer->next_ns = now_ns + pacer->period_ns;
    pacer->late_count = 0;
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
