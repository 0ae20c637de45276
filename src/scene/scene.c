#include "scene/scene.h"

#include <string.h>

bool scene_is_added(const struct scene *scene, int shown, int other, uint32_t venue_hidden) {
    const struct scene_instrument *a = &scene->instruments[shown];
    const struct scene_instrument *b = &scene->instruments[other];
    bool hidden = b->venue < 32 && (venue_hidden >> b->venue & 1) != 0;
    return other != shown && !hidden && b->mark > 0 && a->base[0] != '\0' &&
           strcmp(a->base, b->base) == 0;
}

struct scene_sums scene_sum(const struct scene *scene, int shown, uint32_t venue_hidden) {
    struct scene_sums sums = {0};
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &scene->instruments[i];
        if (i != shown && !scene_is_added(scene, shown, i, venue_hidden)) {
            continue;
        }
        sums.oi_usd += instrument->oi_usd;
        for (int side = 0; side < 2; side++) {
            sums.estimate_usd[side] += instrument->estimate_usd[side];
            sums.unallocated_usd[side] += instrument->unallocated_usd[side];
            sums.liquidated_usd_24h[side] += instrument->liquidated_usd_24h[side];
        }
    }
    return sums;
}

enum { HEARING_MS = 3600 * 1000 };

/* Of an instrument's stream: how long it is not known between from_ms and to_ms, in how many
 * stretches. */
static int64_t missing_ms(const struct scene_instrument *instrument, enum stream stream,
                          int64_t from_ms, int64_t to_ms, int *count) {
    int64_t sum_ms = 0;
    *count = 0;
    for (int i = 0; i < instrument->gap_count; i++) {
        const struct scene_gap *gap = &instrument->gaps[i];
        const int64_t end_ms = gap->to_ms == 0 || gap->to_ms > to_ms ? to_ms : gap->to_ms;
        const int64_t begin_ms = gap->from_ms > from_ms ? gap->from_ms : from_ms;
        const bool counts = gap->stream == stream || gap->stream == STREAM_ALL;
        if (counts && begin_ms < end_ms) {
            sum_ms += end_ms - begin_ms;
            (*count)++;
        }
    }
    return sum_ms < to_ms - from_ms ? sum_ms : to_ms - from_ms;
}

struct scene_hearing scene_hear(const struct scene *scene, uint8_t venue) {
    struct scene_hearing hearing = {.share = 1};
    int64_t all_ms = 0, lost_ms = 0;
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &scene->instruments[i];
        if (instrument->venue != venue || instrument->heard_from_ms == 0 ||
            instrument->ts_ms <= instrument->heard_from_ms) {
            continue;
        }
        const int64_t to_ms = instrument->ts_ms;
        const bool long_ago = to_ms - instrument->heard_from_ms > HEARING_MS;
        const int64_t from_ms = long_ago ? to_ms - HEARING_MS : instrument->heard_from_ms;
        int trade_gaps = 0, forced_gaps = 0;
        const int64_t trades_ms = missing_ms(instrument, STREAM_TRADE, from_ms, to_ms, &trade_gaps);
        const int64_t forced_ms =
            missing_ms(instrument, STREAM_LIQUIDATION, from_ms, to_ms, &forced_gaps);
        hearing.per_s += instrument->heard_per_s;
        hearing.gap_count += trade_gaps > forced_gaps ? trade_gaps : forced_gaps;
        hearing.window_ms =
            to_ms - from_ms > hearing.window_ms ? to_ms - from_ms : hearing.window_ms;
        all_ms += to_ms - from_ms;
        lost_ms += trades_ms > forced_ms ? trades_ms : forced_ms;
    }
    if (all_ms > 0) {
        hearing.share = 1 - (double)lost_ms / (double)all_ms;
    }
    return hearing;
}

bool scene_is_refused(const struct scene *scene) {
    if (scene == NULL || scene->feed_count == 0) {
        return false;
    }
    for (int i = 0; i < scene->instrument_count; i++) {
        if (scene->instruments[i].mark > 0 || scene->instruments[i].last > 0) {
            return false;
        }
    }
    for (int i = 0; i < scene->feed_count; i++) {
        if (scene->feeds[i].state != FEED_FAULT) {
            return false;
        }
    }
    return true;
}
