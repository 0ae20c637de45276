/* engine/engine_map.c - the map of what is shown: which instruments are in it. */
#include "engine/engine_instrument.h"

static bool is_silent(const struct engine_instrument *instrument, int64_t newest_ms) {
    return newest_ms - instrument->now_ms > SCENE_SILENT_MS;
}

bool engine_map_fill(struct survey *survey, int count,
                     const struct engine_instrument *const instruments[], struct scene_map *out) {
    const struct engine_instrument *shown = instruments[0];
    int64_t newest_ms = shown->now_ms;
    if (!survey_begin(survey, shown->estimator)) {
        return false;
    }
    for (int i = 1; i < count; i++) {
        newest_ms = instruments[i]->now_ms > newest_ms ? instruments[i]->now_ms : newest_ms;
    }
    bool added[SCENE_INSTRUMENT_MAX] = {true};
    for (int i = 1; i < count; i++) {
        added[i] =
            !is_silent(instruments[i], newest_ms) && survey_add(survey, instruments[i]->estimator);
    }
    survey_finish(survey, out);
    out->instrument = shown->index;
    for (int i = 0; i < count; i++) {
        if (added[i]) {
            out->inputs[out->input_count++] = instruments[i]->index;
            out->ts_ms = instruments[i]->now_ms > out->ts_ms ? instruments[i]->now_ms : out->ts_ms;
        }
    }
    if (out->ts_ms == 0) { /* nothing but bars: the end of the last */
        out->ts_ms = estimator_ts_ms(shown->estimator);
    }
    return true;
}
