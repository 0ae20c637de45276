#include "app/pane_shared.h"

#include <string.h>

#include "app/pane.h"
#include "scene/scene.h"

static const struct scene_instrument *instrument_of(const struct pane *pane,
                                                    const struct scene *scene) {
    bool any = scene != NULL && scene->instrument_count > 0;
    return any ? &scene->instruments[pane_instrument(pane, scene)] : NULL;
}

void pane_shared_point(struct pane_shared *shared, const struct pane *pane,
                       const struct pane_moment *moment) {
    shared->pointed = NULL;
    if (pane == NULL || shared->link == PANE_LINK_NO) {
        return;
    }
    const struct scene_instrument *instrument = instrument_of(pane, moment->scene);
    const struct camera *camera = &pane->nav.camera;
    const struct camera_rect plot = camera->plot_px;
    bool inside = pane->pointer_x_px >= plot.x && pane->pointer_x_px < plot.x + plot.w &&
                  pane->pointer_y_px >= plot.y && pane->pointer_y_px < plot.y + plot.h;
    if (instrument != NULL && inside && pane->pointer_shown) {
        shared->pointed = pane;
        shared->time_ms = camera_time_from_px(camera, pane->pointer_x_px);
        shared->price = camera_price_from_px(camera, pane->pointer_y_px);
        str_copy(shared->base, sizeof shared->base, instrument->base);
    }
}

void pane_shared_steer(struct pane *pane, const struct pane_shared *shared) {
    if (shared->steered == NULL || shared->steered == pane) {
        return;
    }
    const struct camera *other = &shared->steered->nav.camera;
    struct camera *camera = &pane->nav.camera;
    double span_ms = camera->time_right_ms - camera->time_left_ms;
    bool zoomed = span_ms != other->time_right_ms - other->time_left_ms;
    camera->time_left_ms = other->time_left_ms;
    camera->time_right_ms = other->time_right_ms;
    pane->nav.wants_range = pane->nav.wants_range || (zoomed && !pane->nav.price_free);
}

static bool is_pointed_elsewhere(const struct pane *pane, const struct pane_shared *shared) {
    return shared->pointed != NULL && shared->pointed != pane && !pane->pointer_shown;
}

bool pane_shared_news(const struct pane *pane, const struct pane_shared *shared) {
    bool pointed = is_pointed_elsewhere(pane, shared);
    bool moved =
        pointed && (shared->time_ms != pane->linked_time_ms || shared->price != pane->linked_price);
    bool led = shared->leader != NULL && shared->leader != pane;
    bool scaled =
        led && shared->leader->nav.knobs.white_usd_per_bp != pane->nav.knobs.white_usd_per_bp;
    return pointed != pane->linked || moved || scaled;
}

/* The linked crosshair: at the same time, and at the same price where that is one of the same coin.
 */
static void show_crosshair(struct pane *pane, const struct pane_moment *moment,
                           struct picture_frame *frame) {
    const struct pane_shared *shared = &moment->shared;
    const struct scene_instrument *instrument = instrument_of(pane, moment->scene);
    bool same = instrument != NULL && strcmp(instrument->base, shared->base) == 0;
    frame->pointer_look = PICTURE_POINTER_LINKED;
    frame->pointer_inside = false;
    frame->pointer_time_ms = shared->time_ms;
    frame->pointer_price = same ? shared->price : 0;
}

void pane_shared_show(struct pane *pane, const struct pane_moment *moment,
                      struct picture_frame *frame) {
    const struct pane_shared *shared = &moment->shared;
    const struct pane *leader = shared->leader;
    if (leader != NULL && leader != pane && leader->nav.knobs.white_usd_per_bp > 0) {
        frame->settings.black_usd_per_bp = leader->nav.knobs.black_usd_per_bp;
        frame->settings.white_usd_per_bp = leader->nav.knobs.white_usd_per_bp;
        frame->settings.curve = leader->nav.settings.curve;
    }
    pane->linked = is_pointed_elsewhere(pane, shared);
    pane->linked_time_ms = shared->time_ms;
    pane->linked_price = shared->price;
    if (pane->linked) {
        show_crosshair(pane, moment, frame);
    }
}
