#include "app/picture_replay.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/engine_replay.h"
#include "app/picture_link.h"
#include "app/picture_zone.h"
#include "app/why_report.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/str.h"
#include "density/origin.h"
#include "density/raster.h"
#include "layer/picture.h"
#include "scene/scene.h"
#include "window/navigator.h"

#define WHY_EVERY_MS    60000
#define DENSITY_HASH_MS INT64_C(86400000)

struct picture_replay {
    /* In the order of building up. */
    struct scene *scene;          /* owned */
    struct scene_map *map;        /* owned */
    struct scene_map *held;       /* owned: what figures are read from while they stand still */
    int64_t hold_ms, held_ms;     /* so long, and from when on */
    struct layers_column *column; /* owned: the one being made */
    struct raster *raster;
    struct engine_replay *events;
    struct engine *engine; /* borrowed from events */
    struct picture *picture;

    bool drawn;
    struct picture_place pointer;
    double why_price;
    struct origin *origin; /* owned; NULL: why is not asked */
    struct scene_origin answer;
    int64_t explained_ms; /* the map's time of the answer */
    bool why_doubted;     /* it was said why there is no answer to be seen */
    struct navigator nav;
    struct picture_zone zone;
    struct picture_link link;
    struct picture_frame frame; /* as drawn last */
    bool replayed;              /* the sources are recordings */
    const char *map_id;         /* borrowed; NULL: none */
};

static enum exit_status fail_memory(char *reason) {
    str_copy(reason, SOURCE_REASON_BYTES, status_text(STATUS_MEMORY));
    return EXIT_STATUS_FAILED;
}

static enum exit_status create_picture(struct picture_replay *replay, const char *shader_dir,
                                       char *reason) {
    const struct picture_desc desc = {.shader_dir = shader_dir};
    enum status status = picture_create(&desc, &replay->picture);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "cannot prepare the picture: %s",
                   status == STATUS_NOT_FOUND ? "no font found" : status_text(status));
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}

static struct engine_replay_desc engine_desc_of(const struct picture_replay_desc *desc) {
    return (struct engine_replay_desc){
        .sources = desc->sources, .demo = desc->demo, .margins = desc->margins};
}

bool picture_replay_find_times(const struct picture_replay_desc *desc, int64_t *first_ms,
                               int64_t *newest_ms, char reason[SOURCE_REASON_BYTES]) {
    const struct engine_replay_desc events = engine_desc_of(desc);
    return engine_replay_find_times(&events, first_ms, newest_ms, reason);
}

static enum exit_status create_parts(struct picture_replay *replay,
                                     const struct picture_replay_desc *desc, char *reason) {
    replay->scene = calloc(1, sizeof *replay->scene);
    replay->map = calloc(1, sizeof *replay->map);
    replay->held = calloc(1, sizeof *replay->held);
    replay->column = aligned_alloc(64, sizeof *replay->column);
    replay->raster = raster_create();
    replay->origin = desc->why_price > 0 ? origin_create() : NULL;
    if (replay->scene == NULL || replay->map == NULL || replay->held == NULL ||
        replay->column == NULL || replay->raster == NULL ||
        (desc->why_price > 0 && replay->origin == NULL)) {
        return fail_memory(reason);
    }
    const struct engine_replay_desc events = engine_desc_of(desc);
    enum exit_status status = engine_replay_create(&events, &replay->events, reason);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    replay->engine = engine_replay_engine(replay->events);
    return create_picture(replay, desc->shader_dir, reason);
}

enum exit_status picture_replay_create(const struct picture_replay_desc *desc,
                                       struct picture_replay **out,
                                       char reason[SOURCE_REASON_BYTES]) {
    *out = NULL;
    struct picture_replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        return fail_memory(reason);
    }
    enum exit_status status = create_parts(replay, desc, reason);
    if (status != EXIT_STATUS_DONE) {
        picture_replay_destroy(replay);
        return status;
    }
    navigator_init(&replay->nav,
                   &(struct navigator_desc){.span_ms = desc->span_ms, .settings = desc->settings});
    replay->link.picture = replay->picture;
    replay->pointer = desc->pointer;
    replay->why_price = desc->why_price;
    replay->replayed = desc->sources->specs[0].kind == SOURCE_FILE;
    *out = replay;
    return EXIT_STATUS_DONE;
}

void picture_replay_destroy(struct picture_replay *replay) {
    if (replay == NULL) {
        return;
    }
    picture_destroy(replay->picture);
    origin_destroy(replay->origin);
    raster_destroy(replay->raster); /* reads the engine's log */
    engine_replay_destroy(replay->events);
    free(replay->column);
    free(replay->map);
    free(replay->held);
    free(replay->scene);
    free(replay);
}

void picture_replay_advance(struct picture_replay *replay, int64_t until_ms) {
    engine_replay_advance(replay->events, until_ms);
}

void picture_replay_finish(struct picture_replay *replay) {
    engine_finish(replay->engine);
}

bool picture_replay_times(const struct picture_replay *replay, int64_t *first_ms,
                          int64_t *newest_ms) {
    return engine_replay_times(replay->events, first_ms, newest_ms);
}

static struct layers_column *begin_column(void *self) {
    return ((struct picture_replay *)self)->column;
}

static bool end_column(void *self) {
    struct picture_replay *replay = self;
    picture_link_add(&replay->link, replay->column);
    return true;
}

/* The field for where the camera stands: a new raster if the last does not serve, else what came
 * since. */
static enum status make_field(struct picture_replay *replay, const struct picture_inputs *inputs,
                              int64_t now_ms) {
    const struct raster_sink sink = {.self = replay, .begin = begin_column, .end = end_column};
    struct raster_request request;
    int column_count = 0;
    if (picture_link_plan(&replay->link, inputs, &replay->nav.camera, now_ms, &request)) {
        request.single_pass = true;
        enum status status = raster_run(replay->raster, &request, &sink);
        if (status == STATUS_OK) {
            picture_link_finish(&replay->link);
        }
        return status;
    }
    return raster_follow(replay->raster, &sink, &column_count);
}

/* The crosshair, in the middle of its millisecond: what is rounded away at a column's edge does not
 * matter then. */
static void point(const struct picture_replay *replay, struct picture_frame *frame) {
    const struct picture_place *place = &replay->pointer;
    if (place->given) {
        frame->pointer_inside = true;
        frame->pointer_time_ms = (double)place->ts_ms + 0.5;
        frame->pointer_price = place->price;
        frame->pointer_x_px = camera_px_from_time(frame->camera, frame->pointer_time_ms);
        frame->pointer_y_px = camera_px_from_price(frame->camera, place->price);
    }
}

/* Asked where nothing is, or where nobody looks. */
static void doubt_why(struct picture_replay *replay, const struct picture_frame *frame,
                      bool answered) {
    const double low = exp(frame->camera->ln_bottom), high = exp(frame->camera->ln_top);
    const bool shown = replay->why_price >= low && replay->why_price <= high;
    if (!replay->why_doubted && !(answered && shown)) {
        LOG_WARN("render: --why %.10g is not drawn: %s; shown are %.6g to %.6g", replay->why_price,
                 shown ? "nothing is estimated there" : "out of sight", low, high);
        replay->why_doubted = true;
    }
}

/* Why it is hot, found out anew once the event time has moved on by WHY_EVERY_MS: a film's frames
 * are much closer. */
static void explain(struct picture_replay *replay, struct picture_frame *frame) {
    struct origin_range range;
    struct origin_request request;
    if (replay->origin == NULL || frame->map == NULL) {
        return;
    }
    bool due =
        replay->answer.id == 0 || llabs(frame->map->ts_ms - replay->explained_ms) >= WHY_EVERY_MS;
    const bool known = due && why_range_of_price(frame->map, replay->why_price, &range) &&
                       why_request_of(replay->engine, frame->map, &range, &request);
    if (due) {
        doubt_why(replay, frame, known);
    }
    if (known) {
        request.finest = true; /* to the dollar what the map says */
        origin_run(replay->origin, &request, &replay->answer);
        replay->explained_ms = frame->map->ts_ms;
    }
    frame->origin = &replay->answer;
}

/* The map as it was when figures last changed. */
static const struct scene_map *hold_map(struct picture_replay *replay, int64_t now_ms) {
    const bool due = replay->held->ts_ms == 0 || now_ms < replay->held_ms ||
                     now_ms - replay->held_ms >= replay->hold_ms;
    if (due) {
        *replay->held = *replay->map;
        replay->held_ms = now_ms;
    }
    return replay->held;
}

enum exit_status picture_replay_draw(struct picture_replay *replay, int64_t now_ms,
                                     struct target target, char reason[SOURCE_REASON_BYTES]) {
    const struct scene *scene = replay->scene;
    struct navigator *nav = &replay->nav;
    struct picture_inputs inputs = {0};
    engine_fill_scene(replay->engine, replay->scene);
    double price = 0;
    if (scene->instrument_count > 0) {
        const struct scene_instrument *instrument = &scene->instruments[0];
        price = instrument->mark > 0 ? instrument->mark : instrument->last;
        inputs = picture_inputs_of(replay->engine, scene, 0, &nav->settings);
    }
    if (!(price > 0) || inputs.count == 0) {
        str_copy(reason, SOURCE_REASON_BYTES,
                 "nothing to draw: the source knows no price by that time");
        return EXIT_STATUS_FAILED;
    }
    camera_set_plot(&nav->camera,
                    picture_plot_px(target.width_px, target.height_px, &nav->settings));
    navigator_advance(nav, (double)now_ms, price);
    if (nav->wants_range) {
        picture_inputs_fit(&inputs, nav, now_ms, price);
    }
    enum status status = make_field(replay, &inputs, now_ms);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "raster: %s", status_text(status));
        return EXIT_STATUS_FAILED;
    }
    const struct engine_map_desc shown = {.instrument = scene->instruments[0].instrument,
                                          .venue_hidden = nav->settings.venue_hidden};
    bool mapped = engine_fill_map(replay->engine, &shown, replay->map);
    replay->frame = (struct picture_frame){
        .target = target,
        .scene = scene,
        .map = mapped ? replay->map : NULL,
        .read_map = mapped && replay->hold_ms > 0 ? hold_map(replay, now_ms) : NULL,
        .camera = &nav->camera,
        .now_ms = now_ms,
        .settings = nav->settings,
        .zone = picture_zone_get(&replay->zone, &nav->camera, nav->settings.local_time),
        .replayed = replay->replayed,
        .map_id = replay->map_id,
        .settled = !replay->drawn};
    point(replay, &replay->frame);
    explain(replay, &replay->frame);
    picture_draw(replay->picture, &replay->frame);
    replay->drawn = true;
    return EXIT_STATUS_DONE;
}

void picture_replay_draw_again(struct picture_replay *replay, struct target target) {
    assert(replay->drawn);
    replay->frame.target = target;
    replay->frame.again = true;
    picture_draw(replay->picture, &replay->frame);
}

const struct scene_map *picture_replay_map(const struct picture_replay *replay) {
    return replay->map;
}

const char *picture_replay_take_trouble(struct picture_replay *replay) {
    return engine_replay_take_trouble(replay->events);
}

uint64_t picture_replay_state_hash(const struct picture_replay *replay) {
    return engine_state_hash(replay->engine);
}

uint64_t picture_replay_density_hash(const struct picture_replay *replay) {
    uint64_t hash = HASH_START;
    engine_fill_scene(replay->engine, replay->scene);
    for (int i = 0; i < replay->scene->instrument_count; i++) {
        const uint64_t field = engine_field_hash(
            replay->engine, replay->scene->instruments[i].instrument, DENSITY_HASH_MS);
        hash = hash_bytes(hash, &field, sizeof field);
    }
    return hash;
}

void picture_replay_set_hold(struct picture_replay *replay, int64_t hold_ms) {
    replay->hold_ms = hold_ms;
}

void picture_replay_set_map_id(struct picture_replay *replay, const char *map_id) {
    replay->map_id = map_id;
}

void picture_replay_instruments(struct picture_replay *replay, size_t out_bytes, char *out) {
    out[0] = '\0';
    engine_fill_scene(replay->engine, replay->scene);
    for (int i = 0; i < replay->scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &replay->scene->instruments[i];
        if (instrument->venue < VENUE_COUNT) {
            (void)str_append(out, out_bytes, "%s:%s\n", venue_key((enum venue_id)instrument->venue),
                             instrument->symbol);
        }
    }
}
