#include "app/picture_replay.h"

#include <stdlib.h>
#include <string.h>

#include "app/file_source.h"
#include "app/picture_link.h"
#include "base/str.h"
#include "density/raster.h"
#include "engine/engine.h"
#include "layer/picture.h"
#include "scene/scene.h"
#include "sim/source.h"
#include "window/navigator.h"

struct picture_replay {
    /* In the order of building up. */
    struct instrument_table *instruments;
    struct engine *engine;
    struct event_source source;
    struct file_source *files; /* borrowed; NULL for the demo */
    struct raster *raster;
    struct picture *picture;
    struct scene *scene;          /* owned */
    struct layers_column *column; /* owned: the one being made */
    struct event *slots;          /* owned: one read */

    size_t slot_next, slot_count; /* what of slots is still to be applied */
    bool ended, drawn;
    int64_t first_ms, newest_ms; /* of the events applied; newest < first: none */
    struct navigator nav;
    struct picture_link link;
};

static enum exit_status fail_memory(char *reason) {
    str_copy(reason, SOURCE_REASON_BYTES, status_text(STATUS_MEMORY));
    return EXIT_STATUS_FAILED;
}

static enum exit_status open_source(struct picture_replay *replay,
                                    const struct picture_replay_desc *desc, char *reason) {
    if (desc->sources->specs[0].kind == SOURCE_FILE) {
        bool opened = file_source_open(desc->sources, replay->instruments, &replay->source,
                                       &replay->files, reason);
        return opened ? EXIT_STATUS_DONE : EXIT_STATUS_FAILED;
    }
    enum status status = source_sim_create(
        &(struct source_sim_desc){
            .instruments = replay->instruments, .seed = desc->demo_seed, .days = desc->demo_days},
        &replay->source);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "demo: %s", status_text(status));
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
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

/* Whether an event's time is one of the market's: a feed state and a description stand before it.
 */
static bool has_market_time(const struct event *event) {
    return event->kind != EVENT_FEED && event->kind != EVENT_INSTRUMENT &&
           event->kind != EVENT_TIER;
}

static void note_time(const struct event *event, int64_t *first_ms, int64_t *newest_ms) {
    if (has_market_time(event)) {
        *first_ms = event->ts_ms < *first_ms ? event->ts_ms : *first_ms;
        *newest_ms = event->ts_ms > *newest_ms ? event->ts_ms : *newest_ms;
    }
}

bool picture_replay_find_times(const struct picture_replay_desc *desc, int64_t *first_ms,
                               int64_t *newest_ms, char reason[SOURCE_REASON_BYTES]) {
    struct picture_replay probe = {.instruments = instrument_table_create()};
    struct event *slots = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof *slots);
    size_t count = 0;
    *first_ms = INT64_MAX;
    *newest_ms = INT64_MIN;
    if (probe.instruments == NULL || slots == NULL) {
        fail_memory(reason);
    } else if (open_source(&probe, desc, reason) == EXIT_STATUS_DONE) {
        str_copy(reason, SOURCE_REASON_BYTES, "the source has no events");
        while (probe.source.ops->read(probe.source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) ==
               STATUS_OK) {
            for (size_t i = 0; i < count; i++) {
                note_time(&slots[i], first_ms, newest_ms);
            }
        }
    }
    event_source_destroy(&probe.source);
    instrument_table_destroy(probe.instruments);
    free(slots);
    return *first_ms <= *newest_ms;
}

static enum exit_status create_parts(struct picture_replay *replay,
                                     const struct picture_replay_desc *desc, char *reason) {
    replay->instruments = instrument_table_create();
    replay->scene = calloc(1, sizeof *replay->scene);
    replay->column = aligned_alloc(64, sizeof *replay->column);
    replay->slots = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof *replay->slots);
    replay->raster = raster_create();
    if (replay->instruments == NULL || replay->scene == NULL || replay->column == NULL ||
        replay->slots == NULL || replay->raster == NULL) {
        return fail_memory(reason);
    }
    replay->engine = engine_create(&(struct engine_desc){
        .instruments = replay->instruments, .demo = desc->sources->specs[0].kind == SOURCE_DEMO});
    if (replay->engine == NULL) {
        return fail_memory(reason);
    }
    enum exit_status status = open_source(replay, desc, reason);
    return status == EXIT_STATUS_DONE ? create_picture(replay, desc->shader_dir, reason) : status;
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
    replay->first_ms = INT64_MAX;
    replay->newest_ms = INT64_MIN;
    navigator_init(&replay->nav,
                   &(struct navigator_desc){.span_ms = desc->span_ms, .palette = desc->palette});
    replay->link.picture = replay->picture;
    replay->link.opened_within_window = desc->opened_within_window;
    *out = replay;
    return EXIT_STATUS_DONE;
}

void picture_replay_destroy(struct picture_replay *replay) {
    if (replay == NULL) {
        return;
    }
    picture_destroy(replay->picture);
    raster_destroy(replay->raster); /* reads the engine's log */
    event_source_destroy(&replay->source);
    engine_destroy(replay->engine);
    instrument_table_destroy(replay->instruments);
    free(replay->slots);
    free(replay->column);
    free(replay->scene);
    free(replay);
}

/* The next whole message in slots, read on if there is none; its length, 0 at the end. */
static size_t next_message(struct picture_replay *replay) {
    if (replay->slot_next == replay->slot_count && !replay->ended) {
        replay->slot_next = 0;
        replay->ended =
            replay->source.ops->read(replay->source.self, replay->slots, EVENT_MESSAGE_SLOTS_MAX,
                                     &replay->slot_count) != STATUS_OK;
        replay->slot_count = replay->ended ? 0 : replay->slot_count;
    }
    size_t end = replay->slot_next;
    while (end < replay->slot_count && (replay->slots[end].flags & EVENT_FLAG_END) == 0) {
        end++;
    }
    end = end < replay->slot_count ? end + 1 : end;
    return end - replay->slot_next;
}

void picture_replay_advance(struct picture_replay *replay, int64_t until_ms) {
    for (;;) {
        size_t count = next_message(replay);
        if (count == 0) {
            break;
        }
        const struct event *first = &replay->slots[replay->slot_next];
        if (first->ts_ms > until_ms) {
            return;
        }
        engine_apply(replay->engine, first, count);
        replay->slot_next += count;
        note_time(first, &replay->first_ms, &replay->newest_ms);
    }
    engine_finish(replay->engine);
}

bool picture_replay_times(const struct picture_replay *replay, int64_t *first_ms,
                          int64_t *newest_ms) {
    *first_ms = replay->first_ms;
    *newest_ms = replay->newest_ms;
    return replay->newest_ms >= replay->first_ms;
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
static enum status make_field(struct picture_replay *replay, const struct entry_log *log,
                              const struct estimator_desc *model, int64_t now_ms) {
    const struct raster_sink sink = {.self = replay, .begin = begin_column, .end = end_column};
    struct raster_request request;
    int column_count = 0;
    if (picture_link_plan(&replay->link, log, model, &replay->nav.camera, now_ms, &request)) {
        request.single_pass = true;
        return raster_run(replay->raster, &request, &sink);
    }
    return raster_follow(replay->raster, &sink, &column_count);
}

enum exit_status picture_replay_draw(struct picture_replay *replay, int64_t now_ms,
                                     struct target target, char reason[SOURCE_REASON_BYTES]) {
    const struct scene *scene = replay->scene;
    struct navigator *nav = &replay->nav;
    struct estimator_desc model;
    engine_fill_scene(replay->engine, replay->scene);
    double price = 0;
    const struct entry_log *log = NULL;
    if (scene->instrument_count > 0) {
        const struct scene_instrument *instrument = &scene->instruments[0];
        price = instrument->mark > 0 ? instrument->mark : instrument->last;
        log = engine_entry_log(replay->engine, instrument->instrument);
    }
    if (!(price > 0) || log == NULL ||
        !engine_model(replay->engine, scene->instruments[0].instrument, &model)) {
        str_copy(reason, SOURCE_REASON_BYTES,
                 "nothing to draw: the source knows no price by that time");
        return EXIT_STATUS_FAILED;
    }
    camera_set_plot(&nav->camera, picture_plot_px(target.width_px, target.height_px, 0));
    navigator_advance(nav, (double)now_ms, price);
    if (nav->wants_range) {
        double low = 0;
        double high = 0;
        density_price_range(log, (int64_t)nav->camera.time_left_ms, now_ms + 1, 0, &low, &high);
        navigator_fit(nav, low, high, price);
    }
    enum status status = make_field(replay, log, &model, now_ms);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "raster: %s", status_text(status));
        return EXIT_STATUS_FAILED;
    }
    picture_draw(replay->picture, &(struct picture_frame){.target = target,
                                                          .scene = scene,
                                                          .camera = &nav->camera,
                                                          .now_ms = now_ms,
                                                          .palette = nav->palette,
                                                          .settled = !replay->drawn});
    replay->drawn = true;
    return EXIT_STATUS_DONE;
}

const char *picture_replay_take_trouble(struct picture_replay *replay) {
    return replay->files != NULL ? file_source_take_trouble(replay->files) : NULL;
}
