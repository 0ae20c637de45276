#include "app/why_report.h"

#include "base/str.h"

bool why_range_of_price(const struct scene_map *map, double price, struct origin_range *out) {
    bool clustered = origin_cluster_near(map, price, WHY_CLUSTER_LN) != NULL;
    return origin_range_near(map, price, clustered ? WHY_CLUSTER_LN : WHY_LEVEL_LN, out);
}

bool why_request_of(const struct engine *engine, const struct scene_map *map,
                    const struct origin_range *range, struct origin_request *out) {
    *out = (struct origin_request){.id = 1, .range = *range, .from_ms = INT64_MIN};
    for (int i = 0; i < map->input_count && i < RASTER_INPUT_MAX; i++) {
        struct raster_input *input = &out->inputs[out->input_count];
        input->log = engine_entry_log(engine, map->inputs[i]);
        if (input->log == NULL || !engine_model(engine, map->inputs[i], &input->model)) {
            return false;
        }
        out->input_count++;
    }
    return out->input_count > 0;
}

bool why_report_make(struct why_report *report, const struct levels_report *levels,
                     const struct engine *engine, double price, char reason[SOURCE_REASON_BYTES]) {
    struct origin_range range;
    struct origin_request request;
    const struct scene_map *map = &levels->map;
    *report = (struct why_report){.levels = levels, .price = price};
    report->cluster = origin_cluster_near(map, price, WHY_CLUSTER_LN);
    if (!why_range_of_price(map, price, &range) || !why_request_of(engine, map, &range, &request)) {
        str_copy(reason, SOURCE_REASON_BYTES, "--why: no map of the market is known by that time");
        return false;
    }
    request.finest = true; /* nobody waits for a frame: to the dollar what the levels say */
    struct origin *origin = origin_create();
    enum status status =
        origin != NULL ? origin_run(origin, &request, &report->origin) : STATUS_MEMORY;
    origin_destroy(origin);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "--why: %s", status_text(status));
        return false;
    }
    return true;
}
