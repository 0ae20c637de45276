#include "app/desk_time_bar.h"

#include <math.h>

#include "app/desk.h"
#include "app/replay_worker.h"

/* Heights go with the root: a quiet night is seen beside a burst. */
static void fill(const struct replay_track *track, struct time_bar *bar) {
    double most = 1, counts[TIME_BAR_BIN_COUNT];
    for (int i = 0; i < TIME_BAR_BIN_COUNT; i++) {
        counts[i] = replay_track_count(track, (double)i / TIME_BAR_BIN_COUNT,
                                       (double)(i + 1) / TIME_BAR_BIN_COUNT);
        most = fmax(most, counts[i]);
    }
    for (int i = 0; i < TIME_BAR_BIN_COUNT; i++) {
        bar->density[i] = (float)sqrt(counts[i] / most);
    }
    bar->gap_count = track->gap_count < TIME_BAR_GAP_MAX ? track->gap_count : TIME_BAR_GAP_MAX;
    for (int i = 0; i < bar->gap_count; i++) {
        bar->gaps[i].from_ms = track->gaps[i].from_ms;
        bar->gaps[i].to_ms = track->gaps[i].to_ms;
    }
    bar->first_ms = track->first_ms;
    bar->last_ms = track->last_ms;
    bar->until_ms = track->whole ? track->last_ms : track->until_ms;
}

const struct time_bar *desk_time_bar_advance(struct desk *desk) {
    struct replay_worker *seeker = desk->pipeline->seeker;
    struct desk_time_bar *kept = &desk->time_bar;
    const struct replay_track *track = seeker != NULL ? replay_worker_track(seeker) : NULL;
    if (track == NULL || track->slot_count == 0) {
        return NULL;
    }
    if (track->slot_count != kept->slot_count || track->whole) {
        if (track->slot_count != kept->slot_count || kept->bar.until_ms < track->last_ms) {
            fill(track, &kept->bar);
        }
        kept->slot_count = track->slot_count;
    }
    kept->bar.at_ms = (int64_t)desk->moment.now_ms;
    kept->bar.wanted_ms = desk->seek.wanted_ms;
    kept->bar.loop_from_ms = desk->seek.loop_from_ms;
    kept->bar.loop_to_ms = desk->seek.loop_to_ms;
    return &kept->bar;
}
