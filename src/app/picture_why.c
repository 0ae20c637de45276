#include "app/picture_why.h"

#include <math.h>

#include "app/why_report.h"

#define NS_PER_MS INT64_C(1000000)
#define RESTED_NS (150 * NS_PER_MS)
#define OLD_NS    (20000 * NS_PER_MS) /* at the live edge the map goes on */
#define REACH_PX  7.0
#define LIVE_PX   4.0 /* so near to the map's time is now */

bool picture_why_range(const struct scene_map *map, const struct camera *camera, double x_px,
                       double y_px, double scale, struct origin_range *out) {
    double price = camera_price_from_px(camera, y_px);
    double reach_ln =
        camera_ln_from_px(camera, y_px - REACH_PX * scale) - camera_ln_from_px(camera, y_px);
    double time_ms = camera_time_from_px(camera, x_px + LIVE_PX * scale);
    if (time_ms >= (double)map->ts_ms) {
        return origin_range_near(map, price, reach_ln, out);
    }
    *out = (struct origin_range){.side = ORIGIN_SIDE_OF_MARK,
                                 .price_low = price * exp(-reach_ln),
                                 .price_high = price * exp(reach_ln),
                                 .at_ms = (int64_t)camera_time_from_px(camera, x_px)};
    return price > 0;
}

static bool inside(const struct camera_rect *plot, double x_px, double y_px) {
    return x_px >= plot->x && x_px < plot->x + plot->w && y_px >= plot->y &&
           y_px < plot->y + plot->h;
}

static void ask(struct picture_why *why, const struct picture_why_look *look) {
    struct origin_range range;
    struct origin_request request;
    if (!picture_why_range(look->map, look->camera, look->pointer_x_px, look->pointer_y_px,
                           look->scale, &range) ||
        !why_request_of(look->engine, look->map, &range, &request)) {
        return;
    }
    request.id = why->id + 1 != 0 ? why->id + 1 : 1;
    request.from_ms = look->from_ms;
    why->id = request.id;
    why->asked_x_px = look->pointer_x_px;
    why->asked_y_px = look->pointer_y_px;
    why->asked_ns = look->mono_ns;
    raster_worker_ask(look->worker, &request);
}

bool picture_why_update(struct picture_why *why, const struct picture_why_look *look) {
    bool fresh = false;
    const struct scene_origin *answer = raster_worker_take_answer(look->worker, &fresh);
    if (fresh) { /* to an older question, too: better than nothing until the next one */
        why->answer = answer;
    }
    if (look->map == NULL ||
        !inside(&look->camera->plot_px, look->pointer_x_px, look->pointer_y_px)) {
        return fresh;
    }
    bool moved = why->asked_x_px != look->pointer_x_px || why->asked_y_px != look->pointer_y_px;
    bool answered = why->answer != NULL && why->answer->id == why->id;
    bool old = answered && look->mono_ns - why->asked_ns > OLD_NS;
    if (look->rested_ns >= RESTED_NS && (why->id == 0 || why->asked_ns == 0 || moved || old)) {
        ask(why, look);
        return true;
    }
    return fresh;
}

void picture_why_end(struct picture_why *why) {
    why->answer = NULL;
    why->asked_ns = 0;
}
