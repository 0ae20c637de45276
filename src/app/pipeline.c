#include "app/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "app/file_source.h"
#include "app/paced_source.h"
#include "app/pipeline_seek.h"
#include "app/recorder_head.h"
#include "app/state_file.h"
#include "base/log.h"
#include "base/str.h"
#include "net/service.h"
#include "net/url.h"
#include "scene/scene.h"
#include "sim/exchange_server.h"
#include "venue/venue.h"

#define DAY_MS      86400e3
#define DEMO_SYMBOL "BTCUSDT"

static enum exit_status fail(char *reason, const char *subject, enum status status) {
    str_format(reason, SOURCE_REASON_BYTES, "%s: %s", subject, status_text(status));
    return EXIT_STATUS_FAILED;
}

/* What the venues themselves tell is kept from one run to the next; another server's, given by an
 * option, may be a simulation. Whatever goes wrong with it is logged and no reason not to start. */
static void start_store(struct pipeline *pipeline, const struct pipeline_desc *desc) {
    char folder[CALIBRATION_PATH_BYTES];
    bool own = desc->ws_url[0] == '\0' && desc->rest_url[0] == '\0';
    if (pipeline->kind != SOURCE_LIVE || !own) {
        return;
    }
    if (!state_file_folder(folder)) {
        LOG_WARN("neither XDG_STATE_HOME nor HOME is set; what calibration learns is not kept");
        return;
    }
    pipeline->store = malloc(sizeof *pipeline->store);
    if (pipeline->store == NULL || !calibration_store_init(pipeline->store, folder)) {
        LOG_WARN("%s: out of memory; what calibration learns is not kept", folder);
        free(pipeline->store);
        pipeline->store = NULL;
        return;
    }
    for (int i = 0; i < desc->sources->count; i++) {
        const struct source_spec *spec = &desc->sources->specs[i];
        calibration_store_load(pipeline->store, spec->venue, spec->symbol);
    }
    if (!calibration_store_start(pipeline->store)) {
        LOG_WARN("%s: no thread to write it; what calibration learns is not kept", folder);
    }
}

static enum exit_status start_engine(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                     char *reason) {
    pipeline->instruments = instrument_table_create();
    if (pipeline->instruments == NULL || !mailbox_init(&pipeline->scenes, sizeof(struct scene))) {
        return fail(reason, "start", STATUS_MEMORY);
    }
    const struct calibration_store *store = pipeline->store;
    pipeline->engine =
        engine_create(&(struct engine_desc){.instruments = pipeline->instruments,
                                            .demo = pipeline->kind == SOURCE_DEMO,
                                            .margins = desc->margins,
                                            .restore = store != NULL ? &store->restored : NULL});
    if (pipeline->engine == NULL) {
        return fail(reason, "engine", STATUS_MEMORY);
    }
    const bool begins = pipeline->kind == SOURCE_LIVE && desc->known.path != NULL;
    pipeline->ahead_ring = begins ? desc->sources->count : 0;
    pipeline->engine_thread = engine_thread_create(&(struct engine_thread_desc){
        .engine = pipeline->engine,
        .scenes = &pipeline->scenes,
        .maps = pipeline->maps,
        .calibrations = pipeline->store != NULL ? &pipeline->store->learned : NULL,
        .source_count = desc->sources->count + (begins ? 1 : 0),
        .wait_when_full = pipeline->kind == SOURCE_FILE,
    });
    if (pipeline->engine_thread == NULL || !engine_thread_start(pipeline->engine_thread)) {
        return fail(reason, "engine thread", STATUS_MEMORY);
    }
    return EXIT_STATUS_DONE;
}

static enum exit_status start_net(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                  char *reason) {
    enum status why = STATUS_OK;
    const char *ca_file = desc->ca_file[0] != '\0' ? desc->ca_file : NULL;
    pipeline->service = net_service_create(&(struct net_service_desc){.ca_file = ca_file,
                                                                      .role = THREAD_NET,
                                                                      .proxies = desc->proxies},
                                           &why);
    if (pipeline->service == NULL) {
        return fail(reason, ca_file != NULL ? ca_file : "network", why);
    }
    if (!net_service_start(pipeline->service)) {
        return fail(reason, "network thread", STATUS_MEMORY);
    }
    return EXIT_STATUS_DONE;
}

struct event_sink pipeline_sink_ahead(struct pipeline *pipeline) {
    return engine_thread_sink(pipeline->engine_thread, pipeline->ahead_ring);
}

static const char *text_or_null(const char *text) {
    return text[0] != '\0' ? text : NULL;
}

struct event_sink pipeline_sink(struct pipeline *pipeline, int feed) {
    const struct event_sink engine = engine_thread_sink(pipeline->engine_thread, feed);
    return pipeline->recent != NULL ? recent_tee(pipeline->recent, feed, &engine) : engine;
}

static enum exit_status open_feed(struct pipeline *pipeline, enum venue_id venue,
                                  const struct venue_feed_desc *desc, char *reason) {
    struct pipeline_feed *feed = &pipeline->feeds[pipeline->feed_count];
    enum status status = venue_open_source(venue, desc, &feed->source, &feed->feed);
    if (status != STATUS_OK) {
        return fail(reason, venue_key(venue), status);
    }
    int index = pipeline->feed_count++;
    struct recorder_head head;
    feed->venue = venue;
    feed->head = recorder_head_create(&head);
    if (feed->head == NULL) {
        return fail(reason, venue_key(venue), STATUS_MEMORY);
    }
    const struct event_sink engine = pipeline_sink(pipeline, index);
    feed->sink = recorder_tee(pipeline->recorder, index, &engine, &head);
    return EXIT_STATUS_DONE;
}

static enum exit_status start_feeds(struct pipeline *pipeline, char *reason) {
    for (int i = 0; i < pipeline->feed_count; i++) {
        struct pipeline_feed *feed = &pipeline->feeds[i];
        const enum status status = feed->source.ops->start(feed->source.self, &feed->sink);
        if (status != STATUS_OK) {
            return fail(reason, venue_key(feed->venue), status);
        }
    }
    return EXIT_STATUS_DONE;
}

/* A base URL of the options is answered before anything is started. */
static bool check_url(const char *option, const char *text, const char *tls_scheme,
                      const char *plain_scheme, char *reason) {
    struct url url;
    enum status status =
        text[0] != '\0' ? url_parse(text, tls_scheme, plain_scheme, &url) : STATUS_OK;
    if (status == STATUS_UNSUPPORTED) {
        str_format(
            reason, SOURCE_REASON_BYTES,
            "--%s: \"%.120s\": not encrypted; %s:// is for this machine alone, expected %s://",
            option, text, plain_scheme, tls_scheme);
    } else if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES,
                   "--%s: \"%.120s\": not a URL; expected %s://HOST[:PORT]", option, text,
                   tls_scheme);
    }
    return status == STATUS_OK;
}

/* One feed a venue, with every symbol that the list names of it. */
static enum exit_status start_live(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                   char *reason) {
    const struct source_list *sources = desc->sources;
    enum exit_status status = EXIT_STATUS_DONE;
    if (!check_url("binance-ws-url", desc->ws_url, "wss", "ws", reason) ||
        !check_url("binance-rest-url", desc->rest_url, "https", "http", reason)) {
        return EXIT_STATUS_USAGE;
    }
    for (int venue = VENUE_NONE + 1; venue < VENUE_COUNT; venue++) {
        const char *symbols[SOURCE_COUNT_MAX];
        const bool given = venue == VENUE_BINANCE_USDM; /* the options' URLs are of it */
        struct venue_feed_desc feed_desc = {.service = pipeline->service,
                                            .instruments = pipeline->instruments,
                                            .symbols = symbols,
                                            .ws_url = given ? text_or_null(desc->ws_url) : NULL,
                                            .rest_url =
                                                given ? text_or_null(desc->rest_url) : NULL};
        for (int i = 0; i < sources->count; i++) {
            if ((int)sources->specs[i].venue == venue) {
                symbols[feed_desc.symbol_count++] = sources->specs[i].symbol;
            }
        }
        if (feed_desc.symbol_count > 0 && status == EXIT_STATUS_DONE) {
            status = open_feed(pipeline, (enum venue_id)venue, &feed_desc, reason);
        }
    }
    if (status == EXIT_STATUS_DONE) {
        (void)pipeline_know(pipeline, &desc->known);
        status = start_feeds(pipeline, reason);
    }
    return status;
}

/* The ordinary connector, pointed at the simulated exchange on loopback. The exchange's own thread
 * runs the market ahead; the connector waits for its first answer meanwhile. */
static enum exit_status start_demo(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                   char *reason) {
    enum status why = STATUS_OK;
    pipeline->exchange = exchange_server_create(
        &(struct exchange_server_desc){
            .seed = desc->demo_seed, .symbol = DEMO_SYMBOL, .days = desc->demo_days},
        &why);
    if (pipeline->exchange == NULL) {
        return fail(reason, "simulated exchange", why);
    }
    if (!exchange_server_start(pipeline->exchange)) {
        return fail(reason, "simulated exchange", STATUS_MEMORY);
    }
    static const char *const symbols[] = {DEMO_SYMBOL};
    struct venue_feed_desc feed_desc = {
        .service = pipeline->service,
        .instruments = pipeline->instruments,
        .symbols = symbols,
        .symbol_count = 1,
        .ws_url = exchange_server_ws_base_url(pipeline->exchange),
        .rest_url = exchange_server_rest_base_url(pipeline->exchange),
        .history_ms = (int64_t)(desc->demo_days * DAY_MS),
        .demo = true,
    };
    const enum exit_status status = open_feed(pipeline, VENUE_BINANCE_USDM, &feed_desc, reason);
    return status == EXIT_STATUS_DONE ? start_feeds(pipeline, reason) : status;
}

static enum exit_status start_files(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                    char *reason) {
    struct pipeline_feed *feed = &pipeline->feeds[0];
    if (!file_source_open(desc->sources, pipeline->instruments, &feed->source, &pipeline->files,
                          reason)) {
        return EXIT_STATUS_FAILED;
    }
    pipeline->feed_count = 1;
    enum status status =
        paced_source_open(feed->source, desc->speed, &feed->source, &pipeline->paced);
    if (status == STATUS_OK) {
        struct event_sink sink = engine_thread_sink(pipeline->engine_thread, 0);
        pipeline_seek_open(pipeline, desc);
        status = feed->source.ops->start(feed->source.self, &sink);
    }
    return status == STATUS_OK ? EXIT_STATUS_DONE : fail(reason, "reader", status);
}

static enum exit_status start_sources(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                      char *reason) {
    enum exit_status status = EXIT_STATUS_DONE;
    switch (pipeline->kind) {
    case SOURCE_DEMO:
    case SOURCE_LIVE:
        pipeline->recorder = recorder_create(pipeline->instruments, SOURCE_COUNT_MAX);
        if (desc->keep_s > 0) {
            pipeline->recent = recent_create(pipeline->instruments, desc->keep_s);
        }
        status = pipeline->recorder != NULL && (desc->keep_s == 0 || pipeline->recent != NULL)
                     ? start_net(pipeline, desc, reason)
                     : fail(reason, "recorder", STATUS_MEMORY);
        if (status == EXIT_STATUS_DONE) {
            status = pipeline->kind == SOURCE_DEMO ? start_demo(pipeline, desc, reason)
                                                   : start_live(pipeline, desc, reason);
        }
        break;
    case SOURCE_FILE:
        status = start_files(pipeline, desc, reason);
        break;
    }
    return status;
}

enum exit_status pipeline_start(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                char reason[SOURCE_REASON_BYTES]) {
    memset(pipeline, 0, sizeof *pipeline);
    pipeline->kind = desc->sources->specs[0].kind;
    start_store(pipeline, desc);
    enum exit_status status = start_engine(pipeline, desc, reason);
    if (status == EXIT_STATUS_DONE) {
        status = start_sources(pipeline, desc, reason);
    }
    if (status != EXIT_STATUS_DONE) {
        pipeline_stop(pipeline);
    }
    return status;
}

static void stop_feed(struct pipeline_feed *feed) {
    if (feed->source.ops != NULL && feed->source.ops->stop != NULL) {
        feed->source.ops->stop(feed->source.self);
    }
}

static void stop_sources(struct pipeline *pipeline) {
    /* A reader that waits for room goes on only while the engine drains, so sources stop first; the
     * engine then applies what is left. */
    for (int i = 0; i < pipeline->feed_count; i++) {
        stop_feed(&pipeline->feeds[i]);
    }
    for (int i = 0; i < pipeline->feed_count; i++) {
        event_source_destroy(&pipeline->feeds[i].source);
    }
}

void pipeline_halt(struct pipeline *pipeline) {
    stop_sources(pipeline);
    engine_thread_stop(pipeline->engine_thread);
}

void pipeline_stop(struct pipeline *pipeline) {
    replay_worker_destroy(pipeline->seeker);
    stop_sources(pipeline);
    net_service_destroy(pipeline->service);
    exchange_server_destroy(pipeline->exchange);
    recorder_destroy(pipeline->recorder);
    recent_destroy(pipeline->recent);
    for (int i = 0; i < pipeline->feed_count; i++) {
        recorder_head_destroy(pipeline->feeds[i].head);
    }
    engine_thread_destroy(pipeline->engine_thread);
    engine_destroy(pipeline->engine);
    if (pipeline->store != NULL) {
        /* The engine's thread has ended: what it learned last is written now. */
        calibration_store_finish(pipeline->store);
        free(pipeline->store);
    }
    for (int i = 0; i < ENGINE_VIEW_MAX; i++) {
        mailbox_finish(&pipeline->maps[i]);
    }
    mailbox_finish(&pipeline->scenes);
    instrument_table_destroy(pipeline->instruments);
    memset(pipeline, 0, sizeof *pipeline);
}

const struct scene *pipeline_take_scene(struct pipeline *pipeline, bool *fresh) {
    *fresh = mailbox_take(&pipeline->scenes);
    const struct scene *scene = mailbox_front(&pipeline->scenes);
    return scene->sequence != 0 ? scene : NULL;
}

int pipeline_open_view(struct pipeline *pipeline) {
    int view = 0;
    while (view < ENGINE_VIEW_MAX && pipeline->viewed[view]) {
        view++;
    }
    if (view == ENGINE_VIEW_MAX) {
        return -1;
    }
    /* The engine may still be filling one that was closed: it stays until the pipeline ends. */
    struct mailbox *maps = &pipeline->maps[view];
    if (maps->bytes == NULL && !mailbox_init(maps, sizeof(struct scene_map))) {
        return -1;
    }
    pipeline->viewed[view] = true;
    return view;
}

void pipeline_close_view(struct pipeline *pipeline, int view) {
    engine_thread_show(pipeline->engine_thread, view, NULL);
    pipeline->viewed[view] = false;
}

const struct scene_map *pipeline_take_map(struct pipeline *pipeline, int view,
                                          const struct engine_map_desc *desc, bool *fresh) {
    struct mailbox *maps = &pipeline->maps[view];
    engine_thread_show(pipeline->engine_thread, view, desc);
    *fresh = mailbox_take(maps);
    const struct scene_map *map = mailbox_front(maps);
    bool any = desc->instrument == INSTRUMENT_NONE;
    return map->ts_ms != 0 && (any || map->instrument == desc->instrument) ? map : NULL;
}

const char *pipeline_take_trouble(struct pipeline *pipeline) {
    return pipeline->files != NULL ? file_source_take_trouble(pipeline->files) : NULL;
}
