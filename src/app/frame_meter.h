/* app/frame_meter.h - how long the last frames took to draw, and how many there are a second.
 *
 * Thread: main.  Owner: desk.  Pure: the caller reads the clock.  Limit: FRAME_METER_MAX frames are
 * remembered. */
#pragma once

#include <stdint.h>

enum { FRAME_METER_MAX = 512 };

struct frame_meter {
    int count, next;
    float took_ms[FRAME_METER_MAX]; /* a ring */
    int64_t ended_ns[FRAME_METER_MAX];
};

/* A frame that was drawn is done: from begin_ns to end_ns. */
void frame_meter_add(struct frame_meter *meter, int64_t begin_ns, int64_t end_ns);

struct frame_figures {
    double per_s;                  /* frames drawn in the second before now_ns */
    double p50_ms, p99_ms, max_ms; /* of those remembered; 0: none yet */
};
struct frame_figures frame_meter_read(const struct frame_meter *meter, int64_t now_ns);
