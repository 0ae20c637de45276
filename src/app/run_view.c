/* app/run_view.c - the window: build up, a frame loop, tear down.
 *
 * The main thread waits for nobody: it takes the newest scene, what columns are there, draws,
 * swaps, and sleeps until the next frame is due. */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/live_clock.h"
#include "app/picture_link.h"
#include "app/picture_options.h"
#include "app/picture_why.h"
#include "app/picture_zone.h"
#include "app/pipeline.h"
#include "app/source.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "density/raster_worker.h"
#include "layer/picture.h"
#include "scene/scene.h"
#include "window/display.h"
#include "window/navigator.h"
#include "window/pacer.h"

#define NS_PER_MS 1e6
/* A recording's clock stops this long after its newest event: there is nothing to scroll to. */
#define RECORDING_LEAD_MS 2000.0
/* The latency shown is the worst of so long, so that it can be read. */
#define LATENCY_SHOWN_NS INT64_C(500000000)
#define DRAIN_EVERY_NS   INT64_C(1000000)
#define POINTER_AWAKE_NS INT64_C(4000000000)
/* Scrolling by less than this cannot be seen; ages still need a frame a second of the market's
 * time, and what goes to sleep with the machine's one in a while. */
#define MOVED_PX  0.125
#define AGE_MS    1000.0
#define REDRAW_NS INT64_C(4000000000)
/* A price range has to be asked again while history arrives, but not every frame. */
#define RANGE_EVERY_NS INT64_C(100000000)

struct view {
    /* In the order of building up. */
    struct source_list sources;
    struct display *display;
    struct picture *picture;
    struct pipeline pipeline;
    struct raster_worker *worker;
    struct raster_cache *cache;

    struct navigator nav;
    struct picture_zone zone;
    struct picture_link link;
    struct live_clock clock;
    const struct scene_map *map; /* borrowed from the pipeline, this frame; NULL: none */
    struct pacer pacer;
    double pointer_x_px, pointer_y_px; /* where it last was, and when it moved */
    int64_t pointer_ns;
    bool pointer_shown;
    struct picture_why why;
    int64_t range_ns; /* when the price range was last looked up */
    int64_t latency_ns, latency_worst_ns, latency_since_ns;
    int64_t frame_count;
    struct camera drawn_camera; /* of the last frame drawn, and its scale */
    int64_t drawn_ns;
    double drawn_ms;
    bool drained;   /* columns came while it rested */
    bool full_told; /* the log has said when the field was first full */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static int open_display(struct view *view, const struct app_options *options) {
    char reason[DISPLAY_REASON_BYTES];
    const struct option_value *size = &options->table.values[OPT_size];
    const struct display_desc desc = {
        .title = "liqscope",
        .width_px = size->width,
        .height_px = size->height,
        .fullscreen = option_flag(&options->table, OPT_fullscreen),
    };
    if (display_create(&desc, &view->display, reason) != STATUS_OK) {
        return app_fail(EXIT_STATUS_FAILED, "view",
                        "%s; liqscope render SOURCE -o FILE draws without one", reason);
    }
    const struct picture_desc picture = {.shader_dir =
                                             option_text(&options->table, OPT_shader_dir)};
    enum status status = picture_create(&picture, &view->picture);
    if (status != STATUS_OK) {
        return app_fail(EXIT_STATUS_FAILED, "view", "cannot prepare the picture: %s",
                        status == STATUS_NOT_FOUND ? "no font found" : status_text(status));
    }
    return EXIT_STATUS_DONE;
}

static int start_data(struct view *view, const struct app_options *options) {
    char reason[SOURCE_REASON_BYTES];
    const struct option_table *table = &options->table;
    const struct pipeline_desc desc = {
        .sources = &view->sources,
        .ws_url = option_text(table, OPT_binance_ws_url),
        .rest_url = option_text(table, OPT_binance_rest_url),
        .margins = options->margins,
        .ca_file = option_text(table, OPT_ca_file),
        .demo_seed = (uint64_t)option_integer(table, OPT_seed),
        .demo_days = option_number(table, OPT_days),
        .speed = option_number(table, OPT_speed),
    };
    enum exit_status status = pipeline_start(&view->pipeline, &desc, reason);
    if (status != EXIT_STATUS_DONE) {
        return app_fail(status, "view", "%s", reason);
    }
    view->worker = raster_worker_create(NULL);
    if (view->worker == NULL || !raster_worker_start(view->worker)) {
        return app_fail(EXIT_STATUS_FAILED, "view", "cannot start the raster thread");
    }
    view->cache = raster_cache_create();
    if (view->cache == NULL) {
        return app_fail(EXIT_STATUS_FAILED, "view", "%s", status_text(STATUS_MEMORY));
    }
    return EXIT_STATUS_DONE;
}

static void prepare_loop(struct view *view, const struct app_options *options,
                         const struct settings *settings) {
    const struct option_table *table = &options->table;
    navigator_init(&view->nav, &(struct navigator_desc){
                                   .span_ms = (double)option_integer(table, OPT_window),
                                   .settings = *settings,
                                   .fullscreen = option_flag(table, OPT_fullscreen),
                               });
    view->link = (struct picture_link){
        .picture = view->picture,
        .worker = view->worker,
        .cache = view->cache,
    };
    double speed = option_number(table, OPT_speed);
    live_clock_init(&view->clock, view->pipeline.kind == SOURCE_FILE && speed > 0 ? speed : 1);
    pacer_init(&view->pacer, display_refresh_hz(view->display), clock_mono_ns());
}

/* The event time that this frame stands for. */
static double frame_time_ms(struct view *view, const struct scene *scene, bool fresh,
                            int64_t mono_ns) {
    if (scene == NULL || scene->ts_ms == 0) {
        return 0; /* history alone: what time it is comes with the first live event */
    }
    bool recorded = view->pipeline.kind == SOURCE_FILE;
    if (recorded && !(view->pipeline.speed > 0)) {
        return (double)scene->ts_ms; /* as fast as it is read: nothing to run along with */
    }
    if (fresh) {
        live_clock_observe(&view->clock, scene->ts_ms, recorded ? mono_ns : scene->recv_ns);
    }
    double now_ms = live_clock_now(&view->clock, mono_ns);
    return recorded ? fmin(now_ms, (double)scene->ts_ms + RECORDING_LEAD_MS) : now_ms;
}

/* Until the first price: a window that says what time it is. */
static void wait_for_data(struct view *view) {
    if (view->pipeline.kind != SOURCE_FILE && !view->nav.placed) {
        camera_follow(&view->nav.camera, (double)clock_wall_ms());
    }
}

static double known_price(const struct scene_instrument *instrument) {
    return instrument->mark > 0 ? instrument->mark : instrument->last;
}

static void steer(struct view *view, const struct scene *scene, double now_ms, int64_t mono_ns) {
    if (scene == NULL || scene->instrument_count == 0 || !(now_ms > 0)) {
        wait_for_data(view);
        return;
    }
    int shown = view->nav.instrument % scene->instrument_count;
    const struct picture_inputs inputs =
        picture_inputs_of(view->pipeline.engine, scene, shown, &view->nav.settings);
    double price = known_price(&scene->instruments[shown]);
    navigator_advance(&view->nav, now_ms, price);
    if (inputs.count == 0) {
        return;
    }
    if (view->nav.wants_range && price > 0 && mono_ns - view->range_ns > RANGE_EVERY_NS) {
        double low = 0;
        double high = 0;
        const struct camera *camera = &view->nav.camera;
        density_price_range(inputs.items[0].log, (int64_t)camera->time_left_ms, (int64_t)now_ms + 1,
                            0, &low, &high);
        navigator_fit(&view->nav, low, high, price);
        view->range_ns = mono_ns;
    }
    if (!view->nav.wants_range) {
        picture_link_update(&view->link, &inputs, &view->nav.camera, (int64_t)now_ms, mono_ns);
    }
}

/* A frame that would look like the last one is not drawn: on software GL that is most of the cost
 * of a quiet market, and on a laptop of its battery. */
static bool looks_different(struct view *view, bool news, double now_ms, int64_t mono_ns) {
    const struct camera *now = &view->nav.camera;
    const struct camera *then = &view->drawn_camera;
    struct picture_stats stats = picture_get_stats(view->picture);
    double moved_px = fabs(camera_px_from_time(then, now->time_left_ms) - now->plot_px.x);
    bool steady =
        !news && !stats.scale_moving && !stats.field_arriving && moved_px < MOVED_PX &&
        now->ln_top == then->ln_top && now->ln_bottom == then->ln_bottom &&
        now->time_right_ms - now->time_left_ms == then->time_right_ms - then->time_left_ms;
    bool aged = floor(now_ms / AGE_MS) != floor(view->drawn_ms / AGE_MS);
    return !steady || aged || mono_ns - view->drawn_ns > REDRAW_NS;
}

/* The crosshair goes to sleep with the pointer: a wall shows the market, not where somebody left
 * the mouse. */
static bool pointer_awake(struct view *view, const struct input *input) {
    int64_t now_ns = clock_mono_ns();
    if (input->pointer_x_px != view->pointer_x_px || input->pointer_y_px != view->pointer_y_px) {
        view->pointer_ns =
            view->frame_count > 0 ? now_ns : 0; /* where it stood at the start is no news */
        view->pointer_x_px = input->pointer_x_px;
        view->pointer_y_px = input->pointer_y_px;
    }
    return view->pointer_ns != 0 && now_ns - view->pointer_ns < POINTER_AWAKE_NS;
}

static void draw(struct view *view, const struct scene *scene, const struct input *input,
                 double now_ms) {
    const struct picture_frame frame = {
        .target = display_target(view->display),
        .scene = scene,
        .map = view->map,
        .camera = &view->nav.camera,
        .instrument = scene != NULL && scene->instrument_count > 0
                          ? view->nav.instrument % scene->instrument_count
                          : 0,
        .now_ms = (int64_t)now_ms,
        .latency_ns = view->latency_ns,
        .settings = view->nav.settings,
        .zone = picture_zone_get(&view->zone, &view->nav.camera, view->nav.settings.local_time),
        .pointer_inside = view->pointer_shown,
        .pointer_x_px = input->pointer_x_px,
        .pointer_y_px = input->pointer_y_px,
        .origin = view->why.answer,
        .origin_asked = view->nav.why && view->why.id != 0,
    };
    picture_draw(view->picture, &frame);
    struct picture_stats stats = picture_get_stats(view->picture);
    view->nav.knobs.black_usd_per_bp = stats.black_usd_per_bp;
    view->nav.knobs.white_usd_per_bp = stats.white_usd_per_bp;
    view->nav.knobs.scale_factor =
        picture_scale_for_size(frame.target.width_px, frame.target.height_px);
    display_swap(view->display);
    view->drawn_camera = view->nav.camera;
}

/* Socket to pixel, of frames whose scene is new. */
static void note_latency(struct view *view, const struct scene *scene, bool fresh,
                         int64_t swapped_ns) {
    if (fresh && scene != NULL && scene->recv_ns != 0) {
        int64_t latency_ns = swapped_ns - scene->recv_ns;
        if (latency_ns > view->latency_worst_ns) {
            view->latency_worst_ns = latency_ns;
        }
    }
    if (swapped_ns - view->latency_since_ns >= LATENCY_SHOWN_NS) {
        view->latency_ns = view->latency_worst_ns;
        view->latency_worst_ns = 0;
        view->latency_since_ns = swapped_ns;
    }
}

/* Two moments of the start, for the log and the bench that reads it: the first frame, and the first
 * with the whole field in it. */
static void note_start(struct view *view, const struct scene *scene, int64_t swapped_ns) {
    if (view->frame_count == 0) {
        LOG_INFO("view: first frame at %" PRId64 " ns monotonic", swapped_ns);
    }
    if (view->full_told || scene == NULL || !view->nav.placed || view->link.request_id == 0) {
        return;
    }
    bool recorded = view->pipeline.kind == SOURCE_FILE;
    bool live = recorded || (scene->feed_count > 0 && scene->feeds[0].state == FEED_LIVE);
    if (live && !picture_link_arriving(&view->link) &&
        !picture_get_stats(view->picture).field_arriving) {
        LOG_INFO("view: field full at %" PRId64 " ns monotonic", swapped_ns);
        view->full_told = true;
    }
}

/* Sleep until the next frame is due; while a raster is arriving, take its columns meanwhile, or its
 * worker would wait for room in their ring. */
static void rest_until(struct view *view, int64_t due_ns) {
    while (picture_link_arriving(&view->link) &&
           clock_mono_ns() + DRAIN_EVERY_NS + DRAIN_EVERY_NS < due_ns) {
        view->drained = picture_link_drain(&view->link) > 0 || view->drained;
        clock_sleep_until_ns(clock_mono_ns() + DRAIN_EVERY_NS);
    }
    clock_sleep_until_ns(due_ns);
}

static void place_plot(struct view *view, const struct target *target) {
    camera_set_plot(&view->nav.camera,
                    picture_plot_px(target->width_px, target->height_px, &view->nav.settings));
}

/* The newest map of what is shown; true: it is news. */
static bool take_map(struct view *view, const struct scene *scene) {
    bool fresh = false;
    struct engine_map_desc shown = {.instrument = INSTRUMENT_NONE,
                                    .venue_hidden = view->nav.settings.venue_hidden};
    if (scene != NULL && scene->instrument_count > 0) {
        int place = view->nav.instrument % scene->instrument_count;
        shown.instrument = scene->instruments[place].instrument;
    }
    view->map = pipeline_take_map(&view->pipeline, &shown, &fresh);
    return fresh;
}

/* Why it is hot where the pointer rests, while that is wanted; true: it is news. */
static bool explain(struct view *view, const struct input *input, const struct target *target,
                    int64_t mono_ns) {
    const struct raster_request *asked = &view->link.asked;
    if (!view->nav.why) {
        picture_why_end(&view->why);
        return false;
    }
    const struct picture_why_look look = {
        .worker = view->worker,
        .engine = view->pipeline.engine,
        .map = view->map,
        .camera = &view->nav.camera,
        .pointer_x_px = input->pointer_inside ? input->pointer_x_px : -1,
        .pointer_y_px = input->pointer_y_px,
        .rested_ns = mono_ns - view->pointer_ns,
        .from_ms =
            asked->opened_within_window ? asked->grid.first_col * asked->grid.col_ms : INT64_MIN,
        .mono_ns = mono_ns,
        .scale = picture_scale_for_size(target->width_px, target->height_px),
    };
    return picture_why_update(&view->why, &look);
}

/* One frame; returns the scene that was drawn, NULL before the first. */
static const struct scene *frame(struct view *view) {
    struct input input;
    bool fresh = false;
    display_poll(view->display, &input);
    struct target target = display_target(view->display);
    place_plot(view, &target);
    navigator_apply(&view->nav, &input);
    place_plot(view, &target); /* what is shown may have changed */
    display_set_fullscreen(view->display, view->nav.fullscreen);
    if (view->nav.wants_reload) {
        (void)picture_reload_shaders(view->picture); /* the log says what did not compile */
        view->nav.wants_reload = false;
    }

    int64_t mono_ns = clock_mono_ns();
    const struct scene *scene = pipeline_take_scene(&view->pipeline, &fresh);
    double now_ms = frame_time_ms(view, scene, fresh, mono_ns);
    steer(view, scene, now_ms, mono_ns);
    bool news = picture_link_drain(&view->link) > 0 || view->drained || fresh || input.any;
    news = take_map(view, scene) || news;
    view->pointer_shown = pointer_awake(view, &input) && input.pointer_inside;
    news = explain(view, &input, &target, mono_ns) || news;
    view->drained = false;
    if (looks_different(view, news, now_ms, mono_ns)) {
        draw(view, scene, &input, now_ms);
        view->drawn_ns = mono_ns;
        view->drawn_ms = now_ms;
        stat_add(STAT_frames_drawn, 1);
        note_latency(view, scene, fresh, clock_mono_ns());
    }
    int64_t swapped_ns = clock_mono_ns();
    note_start(view, scene, swapped_ns);
    view->frame_count++;
    int64_t late_count = view->pacer.late_count;
    int64_t due_ns = pacer_frame_done(&view->pacer, swapped_ns);
    stat_add(STAT_frames_late, view->pacer.late_count - late_count);
    rest_until(view, due_ns);
    return scene;
}

/* Every feed was refused for good before there was anything to show: a window that stays empty
 * helps nobody. */
static bool refused(const struct scene *scene) {
    if (scene == NULL || scene->feed_count == 0) {
        return false;
    }
    for (int i = 0; i < scene->instrument_count; i++) {
        if (known_price(&scene->instruments[i]) > 0) {
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

static int loop(struct view *view, const struct app_options *options) {
    int64_t frame_limit = option_integer(&options->table, OPT_frames);
    double limit_ns = option_number(&options->table, OPT_seconds) * 1e9;
    int64_t begin_ns = clock_mono_ns();
    while (!view->nav.quit && !interrupted) {
        const struct scene *scene = frame(view);
        if (refused(scene)) {
            return app_fail(EXIT_STATUS_FAILED, "view", "%s: refused: %s",
                            venue_key((enum venue_id)scene->feeds[0].venue),
                            scene->feeds[0].reason);
        }
        const char *trouble = pipeline_take_trouble(&view->pipeline);
        if (trouble != NULL) {
            fprintf(stderr, "liqscope view: %s\n", trouble);
        }
        if (frame_limit > 0 && view->frame_count >= frame_limit) {
            break;
        }
        if (limit_ns > 0 && (double)(clock_mono_ns() - begin_ns) >= limit_ns) {
            break;
        }
    }
    double seconds = (double)(clock_mono_ns() - begin_ns) / 1e9;
    LOG_INFO("view: %" PRId64 " frames in %.1f s (%.1f a second), %" PRId64 " late",
             view->frame_count, seconds, (double)view->frame_count / seconds,
             view->pacer.late_count);
    return EXIT_STATUS_DONE;
}

int run_view(const struct app_options *options) {
    static struct view view; /* holds a path's text; one window a process */
    char reason[SOURCE_REASON_BYTES];
    struct sigaction action = {.sa_handler = on_signal};
    struct settings settings = {0};
    int status = (int)picture_options_read(&options->table, "view", &settings);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    status = (int)source_list_resolve(options, &view.sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return app_fail((enum exit_status)status, "view", "%s", reason);
    }
    status = open_display(&view, options);
    if (status == EXIT_STATUS_DONE) {
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        status = start_data(&view, options);
    }
    if (status == EXIT_STATUS_DONE) {
        prepare_loop(&view, options, &settings);
        status = loop(&view, options);
    }
    raster_worker_destroy(view.worker); /* reads the engine's log: before the pipeline */
    raster_cache_destroy(view.cache);
    pipeline_stop(&view.pipeline);
    picture_destroy(view.picture);
    display_destroy(view.display);
    return status;
}
