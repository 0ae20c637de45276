/* window/pacer.h - frames at the display's rate by absolute deadlines.
 *
 * Thread: main.  The swap does not wait (off-screen and X without a compositor never do), so this
 * does.  A late frame is counted and the schedule starts anew from it: no burst of frames tries to
 * catch up. */
#pragma once

#include <stdint.h>

struct pacer {
    int64_t period_ns, next_ns;
    int64_t late_count;
};

void pacer_init(struct pacer *pacer, double rate_hz, int64_t now_ns); /* rate_hz <= 0: 60 */
/* Another rate from the next frame on: the window is on another screen, or its mode changed. The
 * same again does nothing. */
void pacer_set_rate(struct pacer *pacer, double rate_hz);
/* The frame that was due at next_ns is done at now_ns: when is the next one due. */
int64_t pacer_frame_done(struct pacer *pacer, int64_t now_ns);
