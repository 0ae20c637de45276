#include "app/pane.h"

#include <math.h>
#include <string.h>

#include "app/pane_hands.h"
#include "app/pane_instrument.h"
#include "app/picture_options.h"
#include "base/clock.h"
#include "density/raster_worker.h"

#define POINTER_AWAKE_NS INT64_C(4000000000)
/* Scrolling by less than this cannot be seen; ages still need a frame a second of the market's
 * time, and what goes to sleep with the machine's one in a while. */
#define MOVED_PX  0.125
#define AGE_MS    1000.0
#define REDRAW_NS INT64_C(4000000000)
/* A price range has to be asked again while history arrives, but not every frame. */
#define RANGE_EVERY_NS INT64_C(100000000)

static enum status make_picture(struct pane *pane, const char *shader_dir,
                                const struct pane *beside) {
    const struct picture_desc desc = {.shader_dir = shader_dir,
                                      .beside = beside != NULL ? beside->picture : NULL};
    return picture_create(&desc, &pane->picture);
}

enum status pane_init(struct pane *pane, const struct pane_desc *desc) {
    memset(pane, 0, sizeof *pane);
    pane->pipeline = desc->pipeline;
    pane->view = -1;
    navigator_init(&pane->nav,
                   &(struct navigator_desc){.span_ms = desc->span_ms, .settings = desc->settings});
    return make_picture(pane, desc->shader_dir, desc->beside);
}

enum status pane_start(struct pane *pane, const struct pane *beside) {
    pane->worker = raster_worker_create(NULL);
    pane->cache = beside != NULL ? raster_cache_share(beside->cache) : raster_cache_create();
    pane->view = pipeline_open_view(pane->pipeline);
    if (pane->worker == NULL || pane->cache == NULL || pane->view < 0 ||
        !raster_worker_start(pane->worker)) {
        return STATUS_MEMORY;
    }
    /* What the picture draws stays until columns of another request come. */
    const uint32_t request_id = pane->link.request_id;
    pane->link = (struct picture_link){
        .picture = pane->picture,
        .worker = pane->worker,
        .cache = pane->cache,
        .request_id = request_id,
        .finished_id = request_id,
    };
    return STATUS_OK;
}

void pane_stop(struct pane *pane) {
    if (pane->view >= 0) {
        pipeline_close_view(pane->pipeline, pane->view);
        pane->view = -1;
    }
    pane->map = NULL;
    pane->why = (struct picture_why){0}; /* its answer is the worker's */
    raster_worker_destroy(pane->worker);
    if (pane->cache != NULL) {
        raster_cache_leave(pane->cache, &pane->link);
    }
    raster_cache_destroy(pane->cache);
    pane->worker = NULL;
    pane->cache = NULL;
}

void pane_finish(struct pane *pane) {
    picture_destroy(pane->picture);
    pane->picture = NULL;
}

enum status pane_renew(struct pane *pane, const char *shader_dir, const struct pane *beside) {
    enum status status = make_picture(pane, shader_dir, beside);
    pane->link.picture = pane->picture;
    pane->link.asked.log = NULL; /* of nothing: the next look asks for a raster */
    pane->link.asked_ns = 0;
    return status;
}

int pane_instrument(const struct pane *pane, const struct scene *scene) {
    bool any = scene != NULL && scene->instrument_count > 0;
    return any ? pane->nav.instrument % scene->instrument_count : 0;
}

/* Until the first price: a window that says what time it is. */
static void wait_for_data(struct pane *pane) {
    if (pane->pipeline->kind != SOURCE_FILE && !pane->nav.placed) {
        camera_follow(&pane->nav.camera, (double)clock_wall_ms());
    }
}

static double known_price(const struct scene_instrument *instrument) {
    return instrument->mark > 0 ? instrument->mark : instrument->last;
}

/* Another log of it has taken its place (more of its past is known): the prices may be others. */
static void refit_other_log(struct pane *pane, const struct picture_inputs *inputs) {
    const struct picture_link *link = &pane->link;
    if (link->request_id != 0 && link->asked.log != inputs->items[0].log &&
        pane->nav.camera.following && !pane->nav.price_free) {
        pane->nav.wants_range = true;
    }
}

static void steer(struct pane *pane, const struct pane_moment *moment) {
    const struct scene *scene = moment->scene;
    double now_ms = moment->now_ms;
    if (scene == NULL || scene->instrument_count == 0 || !(now_ms > 0)) {
        wait_for_data(pane);
        return;
    }
    int shown = pane_instrument(pane, scene);
    const struct picture_inputs inputs =
        picture_inputs_of(pane->pipeline->engine, scene, shown, &pane->nav.settings);
    double price = known_price(&scene->instruments[shown]);
    navigator_advance(&pane->nav, now_ms, price);
    pane_shared_steer(pane, &moment->shared);
    if (inputs.count == 0) {
        return;
    }
    refit_other_log(pane, &inputs);
    if (pane->nav.wants_range && price > 0 && moment->mono_ns - pane->range_ns > RANGE_EVERY_NS) {
        picture_inputs_fit(&inputs, &pane->nav, (int64_t)now_ms, price);
        pane->range_ns = moment->mono_ns;
    }
    if (!pane->nav.wants_range) {
        picture_link_update(&pane->link, &inputs, &pane->nav.camera, (int64_t)now_ms,
                            moment->mono_ns);
    }
}

static uint32_t alerts_number(const struct pane_moment *moment) {
    return moment->alerts != NULL ? moment->alerts->number : 0;
}

/* A frame that would look like the last one is not drawn: on software GL that is most of the cost
 * of a quiet market, and on a laptop of its battery. */
static bool looks_different(const struct pane *pane, bool news, const struct pane_moment *moment) {
    const struct camera *now = &pane->nav.camera;
    const struct camera *then = &pane->drawn_camera;
    struct picture_stats stats = picture_get_stats(pane->picture);
    double moved_px = fabs(camera_px_from_time(then, now->time_left_ms) - now->plot_px.x);
    bool steady =
        !news && !stats.scale_moving && !stats.field_arriving && moved_px < MOVED_PX &&
        now->ln_top == then->ln_top && now->ln_bottom == then->ln_bottom &&
        now->time_right_ms - now->time_left_ms == then->time_right_ms - then->time_left_ms;
    bool told = pane->drawn_alerts != alerts_number(moment);
    bool aged = floor(moment->now_ms / AGE_MS) != floor(pane->drawn_ms / AGE_MS);
    return !steady || told || aged || moment->mono_ns - pane->drawn_ns > REDRAW_NS;
}

/* The crosshair goes to sleep with the pointer: a wall shows the market, not where somebody left
 * the mouse. */
static bool pointer_awake(struct pane *pane, const struct input *input, int64_t now_ns) {
    if (input->pointer_x_px != pane->pointer_x_px || input->pointer_y_px != pane->pointer_y_px) {
        pane->pointer_ns =
            pane->drawn_ns != 0 ? now_ns : 0; /* where it stood at the start is no news */
        pane->pointer_x_px = input->pointer_x_px;
        pane->pointer_y_px = input->pointer_y_px;
    }
    return pane->pointer_ns != 0 && now_ns - pane->pointer_ns < POINTER_AWAKE_NS;
}

static void place_plot(struct pane *pane) {
    camera_set_plot(
        &pane->nav.camera,
        picture_plot_px(pane->target.width_px, pane->target.height_px, &pane->nav.settings));
}

/* The newest map of what is shown; true: it is news. */
static bool take_map(struct pane *pane, const struct scene *scene) {
    bool fresh = false;
    struct engine_map_desc shown = {.instrument = INSTRUMENT_NONE,
                                    .venue_hidden = pane->nav.settings.venue_hidden};
    if (scene != NULL && scene->instrument_count > 0) {
        shown.instrument = scene->instruments[pane_instrument(pane, scene)].instrument;
    }
    pane->map = pipeline_take_map(pane->pipeline, pane->view, &shown, &fresh);
    return fresh;
}

/* Why it is hot where the pointer rests, while that is wanted; true: it is news. */
static bool explain(struct pane *pane, int64_t mono_ns) {
    const struct raster_request *asked = &pane->link.asked;
    if (!pane->nav.why) {
        picture_why_end(&pane->why);
        return false;
    }
    const struct picture_why_look look = {
        .worker = pane->worker,
        .engine = pane->pipeline->engine,
        .map = pane->map,
        .camera = &pane->nav.camera,
        .pointer_x_px = pane->pointer_inside ? pane->pointer_x_px : -1,
        .pointer_y_px = pane->pointer_y_px,
        .rested_ns = mono_ns - pane->pointer_ns,
        .from_ms =
            asked->opened_within_window ? asked->grid.first_col * asked->grid.col_ms : INT64_MIN,
        .mono_ns = mono_ns,
        .scale = picture_scale_for_size(pane->target.width_px, pane->target.height_px),
    };
    return picture_why_update(&pane->why, &look);
}

bool pane_advance(struct pane *pane, const struct target *target, const struct input *input,
                  const struct pane_moment *moment) {
    pane->target = *target;
    place_plot(pane);
    pane->pointer_inside = input->pointer_inside;
    pane->pointer_shown = pointer_awake(pane, input, moment->mono_ns) && input->pointer_inside;
    const struct input rest = pane_time_bar_take(pane, input, moment);
    pane_hands_apply(pane, &rest, moment);
    pane_find_instrument(pane, moment->scene);
    steer(pane, moment);
    bool news = picture_link_drain(&pane->link) > 0 || pane->drained || moment->fresh || input->any;
    news = take_map(pane, moment->scene) || news;
    news = explain(pane, moment->mono_ns) || news;
    news = pane_shared_news(pane, &moment->shared) || news;
    pane->drained = false;
    return looks_different(pane, news, moment);
}

/* Panels lie in pixels of the window. */
static const struct picture_cover *cover_of(struct pane *pane, const struct pane_moment *moment) {
    if (moment->cover == NULL) {
        return NULL;
    }
    pane->cover = *moment->cover;
    for (int i = 0; i < pane->cover.count; i++) {
        pane->cover.rects[i].x -= pane->target.left_px;
        pane->cover.rects[i].y -= pane->target.top_px;
    }
    return &pane->cover;
}

void pane_draw(struct pane *pane, const struct pane_moment *moment) {
    struct picture_frame frame = {
        .target = pane->target,
        .scene = moment->scene,
        .map = pane->map,
        .camera = &pane->nav.camera,
        .instrument = pane_instrument(pane, moment->scene),
        .now_ms = (int64_t)moment->now_ms,
        .latency_ns = moment->latency_ns,
        .alerts = moment->alerts,
        .cover = cover_of(pane, moment),
        .replayed = pane->pipeline->kind == SOURCE_FILE,
        .delay_s = moment->delay_s,
        .map_id = pane->map_id,
        .settings = pane->nav.settings,
        .zone = picture_zone_get(&pane->zone, &pane->nav.camera, pane->nav.settings.local_time),
        .pointer_inside = pane->pointer_shown,
        .pointer_x_px = pane->pointer_x_px,
        .pointer_y_px = pane->pointer_y_px,
        .origin = pane->why.answer,
        .origin_asked = pane->nav.why && pane->why.id != 0,
    };
    pane_shared_show(pane, moment, &frame);
    pane_hands_show(pane, moment, &frame);
    pane_time_bar_show(pane, moment, &frame);
    picture_draw(pane->picture, &frame);
    struct picture_stats stats = picture_get_stats(pane->picture);
    pane->nav.knobs.black_usd_per_bp = stats.black_usd_per_bp;
    pane->nav.knobs.white_usd_per_bp = stats.white_usd_per_bp;
    pane->nav.knobs.scale_factor =
        picture_scale_for_size(pane->target.width_px, pane->target.height_px);
    pane->drawn_camera = pane->nav.camera;
    pane->drawn_alerts = alerts_number(moment);
    pane->drawn_ns = moment->mono_ns;
    pane->drawn_ms = moment->now_ms;
}

bool pane_run(struct pane *pane, const struct action_call *call, const struct pane_moment *moment,
              bool shift, char error[OPTION_ERROR_BYTES]) {
    if (call->action == ACTION_RELOAD_SHADERS) {
        (void)picture_reload_shaders(pane->picture); /* the log says what did not compile */
        return true;
    }
    bool good = true;
    pane->drained = true;
    if (pane_hands_has(call->action)) {
        good = pane_hands_run(pane, call, moment, error);
    } else {
        (void)navigator_run(&pane->nav, call->action, shift);
    }
    place_plot(pane); /* what is shown may have changed */
    return good;
}

double pane_span_ms(const struct pane *pane) {
    return pane->nav.camera.time_right_ms - pane->nav.camera.time_left_ms;
}

bool pane_set(struct pane *pane, enum option_id id, struct span text,
              char error[OPTION_ERROR_BYTES]) {
    double span_ms = pane_span_ms(pane);
    if (!picture_options_set(&pane->nav.settings, &span_ms, id, text, error)) {
        return false;
    }
    if (id == OPT_window) {
        navigator_set_span(&pane->nav, span_ms);
    }
    place_plot(pane); /* what is shown may have changed */
    pane->drained = true;
    return true;
}

void pane_drain(struct pane *pane) {
    if (picture_link_arriving(&pane->link)) {
        pane->drained = picture_link_drain(&pane->link) > 0 || pane->drained;
    }
}

bool pane_is_full(const struct pane *pane) {
    return pane->nav.placed && pane->link.request_id != 0 && !picture_link_arriving(&pane->link) &&
           !picture_get_stats(pane->picture).field_arriving;
}
