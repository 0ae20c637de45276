/* app/pane.h - one picture of the market: its camera and settings, its raster, its map.
 *
 * Thread: main.  Owner: app/desk; a window holds one or several, all of one pipeline.  Lives in the
 * desktop's GL contexts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/pane_shared.h"
#include "app/pane_time_bar.h"
#include "app/picture_link.h"
#include "app/picture_why.h"
#include "app/picture_zone.h"
#include "app/pipeline.h"
#include "base/status.h"
#include "base/str.h"
#include "config/option_table.h"
#include "gfx/target.h"
#include "layer/picture.h"
#include "view/action_call.h"
#include "window/hands.h"
#include "window/input.h"
#include "window/navigator.h"

struct desk_lines;

/* What a frame of every pane shares. */
struct pane_moment {
    const struct picture_alerts *alerts; /* borrowed; NULL: none fires */
    struct pane_shared shared;
    const struct scene *scene; /* borrowed; NULL before the first */
    bool fresh;                /* it was not there in the frame before */
    double now_ms;             /* event time that the frame stands for; 0: not known */
    int64_t mono_ns;
    double delay_s;                    /* what is live is so much older; 0: it is not */
    int64_t latency_ns;                /* socket to pixel of recent frames, their worst */
    const struct time_bar *time_bar;   /* of a recording; borrowed; NULL: it is live */
    struct action_queue *queue;        /* borrowed: for commands that hands give */
    struct desk_lines *lines;          /* borrowed: the user's own lines of every instrument */
    const struct picture_cover *cover; /* borrowed: panels over its window; NULL: none */
    bool lines_hidden;                 /* they are for nobody, or not for where this frame goes */
};

enum { PANE_INSTRUMENT_BYTES = INSTRUMENT_SYMBOL_BYTES + 32 };

struct pane {
    /* In the order of building up. */
    struct pipeline *pipeline; /* borrowed */
    struct picture *picture;
    struct raster_worker *worker;
    struct raster_cache *cache; /* shared with all panes */
    int view;                   /* whose maps of the pipeline it takes; -1: none yet */

    struct navigator nav;
    char wanted_instrument[PANE_INSTRUMENT_BYTES]; /* "VENUE:SYMBOL", until it is there; "" */
    struct hands hands;
    struct picture_zone zone;
    struct picture_link link;
    struct picture_why why;
    struct pane_time_bar time_bar;
    const struct scene_map *map;       /* borrowed from the pipeline, this frame; NULL: none */
    struct target target;              /* where it is drawn, this frame */
    double pointer_x_px, pointer_y_px; /* where it last was, and when it moved; 0: never */
    int64_t pointer_ns;
    bool pointer_inside, pointer_shown;
    int64_t range_ns;           /* when the price range was last looked up */
    struct camera drawn_camera; /* of the last frame drawn, and its moment */
    uint32_t drawn_alerts;      /* picture_alerts' number; 0: none */
    struct picture_cover cover; /* of its moment, in its own pixels */
    bool linked;                /* it shows the crosshair of another pane, and where */
    double linked_time_ms, linked_price;
    int64_t drawn_ns;
    double drawn_ms;
    const char *map_id; /* to be shown in the next frame; borrowed; NULL: none */
    bool drained;       /* columns came while it rested, or a command ran: it has to be drawn */
};

struct pane_desc {
    struct pipeline *pipeline;
    const char *shader_dir;    /* read shaders from here; "": the embedded ones */
    const struct pane *beside; /* another one, to share what pictures can; NULL: there is none */
    double span_ms;
    struct settings settings;
};

/* The picture alone, before there is a pipeline. STATUS_NOT_FOUND: no font; STATUS_UNSUPPORTED;
 * STATUS_MEMORY. */
enum status pane_init(struct pane *pane, const struct pane_desc *desc);
/* Its raster's thread and its maps, once the pipeline runs. beside: one that was started, to share
 * what it keeps, or NULL. STATUS_MEMORY. */
enum status pane_start(struct pane *pane, const struct pane *beside);
void pane_stop(
    struct pane *pane); /* its thread, which reads the engine's log: before the pipeline */
void pane_finish(struct pane *pane); /* the picture: before the GL contexts */
/* The picture anew, in other GL contexts; pane_finish was called in the old ones. Camera, settings
 * and the worker stay, and a raster is asked for. beside: one that has been made anew, or NULL. As
 * pane_init. */
enum status pane_renew(struct pane *pane, const char *shader_dir, const struct pane *beside);

/* Bring it to the frame: what the user did with the pointer, the camera, columns and map. True: it
 * would look different from what was drawn last. */
bool pane_advance(struct pane *pane, const struct target *target, const struct input *input,
                  const struct pane_moment *moment);
void pane_draw(struct pane *pane, const struct pane_moment *moment);
/* A command of a picture; shift is held: zoom prices. False: error says why it could not be done;
 * what is no picture's command is nothing to be done. */
bool pane_run(struct pane *pane, const struct action_call *call, const struct pane_moment *moment,
              bool shift, char error[OPTION_ERROR_BYTES]);
/* Give an option of pictures (picture_options_has) a value. False: error says why, and nothing is
 * changed. */
bool pane_set(struct pane *pane, enum option_id id, struct span text,
              char error[OPTION_ERROR_BYTES]);
double pane_span_ms(const struct pane *pane); /* time across it */
/* Take columns while the frame is not due yet; or its worker waits for room. */
void pane_drain(struct pane *pane);
/* The raster that was asked for last is whole and drawn. */
bool pane_is_full(const struct pane *pane);
/* Which of the scene's instruments it shows; 0 where there is none yet. */
int pane_instrument(const struct pane *pane, const struct scene *scene);
