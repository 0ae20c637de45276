#include "app/levels_report.h"

#include <string.h>

#include "base/number.h"
#include "base/str.h"

const char *const levels_side_names[MODEL_SIDE_COUNT] = {"long", "short"};

static bool has_price(const struct scene_instrument *instrument) {
    return instrument->mark > 0;
}

/* The instruments that have a price; false: of several coins, or none. */
static bool gather(struct levels_report *report, const struct scene *scene, char *reason) {
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &scene->instruments[i];
        if (!has_price(instrument)) {
            continue;
        }
        const struct scene_instrument *first = report->instruments[0];
        if (first != NULL && strcmp(first->base, instrument->base) != 0) {
            str_format(reason, SOURCE_REASON_BYTES,
                       "%s is of %s, %s of %s; expected instruments of one coin, which alone can "
                       "be added up",
                       first->symbol, first->base, instrument->symbol, instrument->base);
            return false;
        }
        report->instruments[report->instrument_count++] = instrument;
        report->ts_ms = instrument->ts_ms > report->ts_ms ? instrument->ts_ms : report->ts_ms;
    }
    if (report->instrument_count == 0) {
        str_copy(reason, SOURCE_REASON_BYTES, "the source knows no price by that time");
        return false;
    }
    return true;
}

static void sum_reach(struct levels_report *report) {
    const struct scene_map *map = &report->map;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double sd_usd = 0;
        for (int i = 0; i < map->level_count && i * map->level_height < CLUSTERS_REACH; i++) {
            double usd = map_level_usd(&map->sides[side], i, 0);
            report->usd[side] += usd;
            sd_usd += usd * (double)map->sides[side].sd[i];
        }
        report->sd[side] =
            report->usd[side] > 0 ? sd_usd / report->usd[side] : (double)WEIGHTS_SD_MAX;
    }
    for (int i = 0; i < map->cluster_count; i++) {
        report->cluster_usd[map->clusters[i].side] += map->clusters[i].usd;
    }
}

bool levels_report_make(struct levels_report *report, struct engine *engine,
                        const struct scene *scene, char reason[SOURCE_REASON_BYTES]) {
    memset(report, 0, sizeof *report);
    report->demo = scene->demo;
    if (!gather(report, scene, reason)) {
        return false;
    }
    for (int i = 0; i < report->instrument_count; i++) {
        const struct scene_instrument *instrument = report->instruments[i];
        report->stale[i] = report->ts_ms - instrument->ts_ms > SCENE_SILENT_MS;
        const struct engine_map_desc desc = {.instrument = instrument->instrument};
        if (!report->stale[i] && report->first == NULL &&
            engine_fill_map(engine, &desc, &report->map)) {
            report->first = instrument;
            report->mark = instrument->mark;
        }
    }
    if (report->first == NULL) {
        str_copy(reason, SOURCE_REASON_BYTES, "no row of the market is closed by that time");
        return false;
    }
    sum_reach(report);
    return true;
}

int levels_report_decimals(const struct levels_report *report) {
    const struct decimal tick = report->first->tick;
    return number_decimals_of_tick(tick.mantissa, tick.exponent, report->mark);
}

const char *levels_report_sentence(const struct levels_report *report,
                                   const struct map_cluster *cluster, char out[SENTENCE_BYTES]) {
    const struct sentence_desc desc = {.price_decimals = levels_report_decimals(report),
                                       .learned = report->first->model.calibrated_ms != 0};
    return sentence_of_cluster(cluster, &desc, out);
}

const char *levels_report_note(const struct levels_report *report, int i,
                               char out[SOURCE_REASON_BYTES]) {
    for (int k = 0; k < report->instrument_count; k++) {
        const struct scene_instrument *instrument = report->instruments[k];
        if (report->stale[k] && i-- == 0) {
            char silent[NUMBER_TEXT_BYTES], most[NUMBER_TEXT_BYTES];
            str_format(out, SOURCE_REASON_BYTES,
                       "%s:%s is silent for %s and not added up; expected at most %s",
                       venue_key((enum venue_id)instrument->venue), instrument->symbol,
                       number_format_age(report->ts_ms - instrument->ts_ms, silent),
                       number_format_age(SCENE_SILENT_MS, most));
            return out;
        }
    }
    return NULL;
}
