/* layer/time_bar.h - a recording from its beginning to its end, at the foot of the picture: where
 * there is much in it, where it has gaps, where it is now.
 *
 * Thread: main.  Plain data, filled by the app; the picture borrows it for a frame.  Limits:
 * TIME_BAR_BIN_COUNT bins of time, TIME_BAR_GAP_MAX gaps. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/layout.h"

enum { TIME_BAR_BIN_COUNT = 512, TIME_BAR_GAP_MAX = 256 };

struct time_bar {
    int64_t first_ms, last_ms;         /* of the recording; last above first */
    int64_t until_ms;                  /* what is known of it so far */
    int64_t at_ms;                     /* where it stands */
    int64_t wanted_ms;                 /* where it is going; 0: nowhere */
    int64_t loop_from_ms, loop_to_ms;  /* 0: none */
    float density[TIME_BAR_BIN_COUNT]; /* 0..1 of the highest */
    int gap_count;
    struct {
        int64_t from_ms, to_ms;
    } gaps[TIME_BAR_GAP_MAX];
};

/* Where it lies; w 0: the plot has no room for it. */
struct camera_rect time_bar_rect(const struct layout *layout);
/* The moment that a place along it stands for, at most its ends. */
int64_t time_bar_ms_from_px(const struct time_bar *bar, const struct layout *layout, double x_px);
