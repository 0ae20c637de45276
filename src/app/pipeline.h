/* app/pipeline.h - from the sources to the newest scene: what is built up for a live picture, in
 * order.
 *
 * Thread: main builds, reads the mailbox, and tears down; the rest works on threads of its own
 * (net, sim, reader, engine).  Owner: the desk, levels, a live film.  Limits: SOURCE_COUNT_MAX
 * sources; those of one venue share one feed. */
#pragma once

#include "app/calibration_store.h"
#include "app/paced_source.h"
#include "app/pipeline_known.h"
#include "app/recent.h"
#include "app/source.h"
#include "archive/recorder.h"
#include "base/mailbox.h"
#include "engine/engine.h"
#include "engine/engine_thread.h"
#include "market/event_source.h"
#include "market/instrument.h"

struct exchange_server;
struct net_service;
struct replay_worker;
struct proxy_rules;
struct file_source;
struct recorder_head_state;
struct venue_feed;

struct pipeline_desc {
    const struct source_list *sources; /* borrowed until pipeline_start returns */
    const char *ws_url, *rest_url;     /* bases of the venue's addresses; "": its own */
    const struct margin_set *margins;  /* borrowed until pipeline_stop; NULL: the program's own */
    const char *ca_file;               /* "": the system's authorities only */
    const struct proxy_rules *proxies; /* copied; NULL: everything directly */
    uint64_t demo_seed;
    double demo_days;            /* traded before the demo is served */
    double speed;                /* of files; 0: as fast as they can be read */
    struct pipeline_known known; /* of live venues: what they begin with; its path is borrowed */
    double keep_s;               /* of what is live, so much is kept in memory; 0: nothing */
};

struct pipeline_feed {
    struct event_source source;       /* owned */
    struct event_sink sink;           /* of a live feed: through the recorder's tee */
    enum venue_id venue;              /* of a live feed */
    struct venue_feed *feed;          /* borrowed: lives as long as source; NULL for files */
    struct recorder_head_state *head; /* owned: with what a recording begins; NULL for files */
};

struct pipeline {
    /* In the order of building up; torn down in reverse. */
    struct instrument_table *instruments;
    struct mailbox scenes;                /* of struct scene */
    struct mailbox maps[ENGINE_VIEW_MAX]; /* of struct scene_map; made when first shown */
    bool viewed[ENGINE_VIEW_MAX];         /* which of them are somebody's */
    struct calibration_store *store;      /* owned; NULL: nothing is kept (all but live venues) */
    struct engine *engine;
    struct engine_thread *engine_thread;
    int ahead_ring;                   /* of it: of what is told ahead; 0: none */
    struct net_service *service;      /* live and demo */
    struct exchange_server *exchange; /* demo */
    struct recorder *recorder; /* owned; live and demo: between feeds and engine, off or on */
    struct recent *recent;     /* owned; NULL: nothing is kept */
    int feed_count;
    struct pipeline_feed feeds[SOURCE_COUNT_MAX];

    struct file_source *files;  /* borrowed: the one feed of a recording; else NULL */
    struct paced_source *paced; /* borrowed: the same, at its pace; NULL: it is live */
    /* Owned; NULL: it is live, or lines, which are only read forward. */
    struct replay_worker *seeker;
    enum source_kind kind;
};

/* EXIT_STATUS_DONE: everything runs. Else nothing does, and reason is one line for people. */
enum exit_status pipeline_start(struct pipeline *pipeline, const struct pipeline_desc *desc,
                                char reason[SOURCE_REASON_BYTES]);
void pipeline_stop(struct pipeline *pipeline); /* zeroed accepted */
/* To the engine, and to what keeps the last stretch: behind a live feed's recorder. */
struct event_sink pipeline_sink(struct pipeline *pipeline, int feed);
/* To the engine alone, a ring for all feeds: what is told ahead of its place. Of a pipeline that
 * begins with what is known. */
struct event_sink pipeline_sink_ahead(struct pipeline *pipeline);
/* Stop the sources and let the engine apply what lies in their rings: the engine is then the
 * caller's, until pipeline_stop. */
void pipeline_halt(struct pipeline *pipeline);

/* Newest scene, or NULL before the first. *fresh: it was not there at the last call. */
const struct scene *pipeline_take_scene(struct pipeline *pipeline, bool *fresh);
/* Maps for one more picture: its number, or -1: more than ENGINE_VIEW_MAX, or out of memory. */
int pipeline_open_view(struct pipeline *pipeline);
void pipeline_close_view(struct pipeline *pipeline, int view);
/* Newest map of what this view shows from now on, or NULL before there is one. *fresh as above. */
const struct scene_map *pipeline_take_map(struct pipeline *pipeline, int view,
                                          const struct engine_map_desc *desc, bool *fresh);
/* A file that broke off or held lines that are no events: its first trouble, once, as one line for
 * people; NULL: nothing new. */
const char *pipeline_take_trouble(struct pipeline *pipeline);
