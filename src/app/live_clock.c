#include "app/live_clock.h"

#include <assert.h>
#include <math.h>

#define NS_PER_MS 1e6

#define OFFSET_RISE    0.25  /* a message came sooner than the best known: nearly taken */
#define OFFSET_FALL    0.001 /* later ones are delays, unless they all are */
#define LEAN_TIME_MS   500.0 /* how soon the shown time meets its target */
#define LEAN_SPEED_MAX 0.5   /* of its own speed */

void live_clock_init(struct live_clock *clock, double rate) {
    assert(rate > 0);
    *clock = (struct live_clock){.rate = rate};
}

void live_clock_observe(struct live_clock *clock, int64_t ts_ms, int64_t recv_ns) {
    double candidate_ms = (double)ts_ms - (double)recv_ns / NS_PER_MS * clock->rate;
    double ahead_ms = candidate_ms - clock->offset_ms;
    if (!clock->observed || ahead_ms > LIVE_CLOCK_SNAP_MS) {
        clock->offset_ms = candidate_ms;
    } else {
        clock->offset_ms += ahead_ms * (ahead_ms > 0 ? OFFSET_RISE : OFFSET_FALL);
    }
    clock->observed = true;
}

double live_clock_now(struct live_clock *clock, int64_t mono_ns) {
    if (!clock->observed) {
        return 0;
    }
    double target_ms = (double)mono_ns / NS_PER_MS * clock->rate + clock->offset_ms;
    double elapsed_ms = (double)(mono_ns - clock->shown_ns) / NS_PER_MS;
    if (!clock->shown) {
        clock->shown_ms = target_ms;
    } else if (elapsed_ms > 0) {
        double step_ms = elapsed_ms * clock->rate;
        double missing_ms = target_ms - (clock->shown_ms + step_ms);
        double lean_ms = missing_ms * (1 - exp(-elapsed_ms / LEAN_TIME_MS));
        lean_ms = fmax(lean_ms, -LEAN_SPEED_MAX * step_ms);
        lean_ms = fmin(lean_ms, LEAN_SPEED_MAX * step_ms);
        bool far = missing_ms > LIVE_CLOCK_SNAP_MS * fmax(clock->rate, 1);
        clock->shown_ms = far ? target_ms : clock->shown_ms + step_ms + lean_ms;
    }
    clock->shown = true;
    clock->shown_ns = mono_ns;
    return clock->shown_ms;
}
