/* app/live_clock.h - the event time that a frame stands for: continuous, never backwards.
 *
 * Problem: event times arrive in steps, late by a varying delay, from clocks that are not ours.
 * Idea: event time minus receipt time, at its largest (the least delayed message), maps our
 * monotonic clock to the venue's; what is shown runs at the display's pace and leans towards that
 * target by at most half its speed.  A target more than LIVE_CLOCK_SNAP_MS ahead (history was just
 * filled in) is jumped to; one behind is waited for. Thread: main.  Pure: the caller reads the
 * clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LIVE_CLOCK_SNAP_MS 5000.0

struct live_clock {
    double rate;      /* event milliseconds a real millisecond; 1 when live */
    double offset_ms; /* event time = monotonic time x rate + offset */
    double shown_ms;
    int64_t shown_ns; /* monotonic time of the last live_clock_now */
    bool observed, shown;
};

void live_clock_init(struct live_clock *clock, double rate); /* rate > 0 */
/* An event of time ts_ms was received at recv_ns (monotonic). */
void live_clock_observe(struct live_clock *clock, int64_t ts_ms, int64_t recv_ns);
/* Event time, in milliseconds, to show at mono_ns; 0 before the first observation. */
double live_clock_now(struct live_clock *clock, int64_t mono_ns);
