/* app/picture_replay.h - pictures from recorded or simulated events, one thread, no clock: same
 * input, same pixels.
 *
 * Thread: main, with the off-screen context current.  Owner: run_render.
 * Everything is synchronous: events to the engine, the raster replay, the drawing. */
#pragma once

#include <stdint.h>

#include "app/picture_options.h"
#include "app/source.h"
#include "gfx/target.h"
#include "scene/map.h"
#include "sim/source.h"
#include "view/settings.h"

struct picture_replay;

struct picture_replay_desc {
    const struct source_list *sources; /* demo, or files; borrowed for the call */
    struct source_sim_desc demo;       /* what the demo is; instruments are filled in */
    const struct margin_set *margins;  /* as engine_desc has it; NULL: the program's own */
    double span_ms;                    /* time across the picture */
    struct settings settings;
    struct picture_place pointer; /* crosshair there, where the picture shows the place */
    double why_price;             /* tell why it is hot around it, now; 0: not */
    const char *shader_dir; /* NULL or empty: the shaders in the program; borrowed for the call */
};

/* EXIT_STATUS_DONE and *out, or reason says what failed. The GL context has to be current. */
enum exit_status picture_replay_create(const struct picture_replay_desc *desc,
                                       struct picture_replay **out,
                                       char reason[SOURCE_REASON_BYTES]);
void picture_replay_destroy(struct picture_replay *replay); /* NULL accepted */

/* First and newest event time of all that the sources hold, by reading them once. False: they have
 * none, or cannot be read (reason). */
bool picture_replay_find_times(const struct picture_replay_desc *desc, int64_t *first_ms,
                               int64_t *newest_ms, char reason[SOURCE_REASON_BYTES]);

/* Apply every event up to until_ms (INT64_MAX: all). Events of a source come in its order; the
 * first later one ends the step. */
void picture_replay_advance(struct picture_replay *replay, int64_t until_ms);
/* No more is wanted: close the open rows, so that the picture holds what `levels` of that time
 * does.
 */
void picture_replay_finish(struct picture_replay *replay);
/* Times of what was applied so far: the first and the newest event. False: none yet. */
bool picture_replay_times(const struct picture_replay *replay, int64_t *first_ms,
                          int64_t *newest_ms);
/* Draw the picture of now_ms into target. EXIT_STATUS_FAILED: no price is known by then (reason).
 */
enum exit_status picture_replay_draw(struct picture_replay *replay, int64_t now_ms,
                                     struct target target, char reason[SOURCE_REASON_BYTES]);
/* The same picture once more, into another tile of it (gfx/offscreen.h). */
void picture_replay_draw_again(struct picture_replay *replay, struct target target);
/* The map that the last picture was drawn with (to compare with `levels`); ts_ms 0: none. */
const struct scene_map *picture_replay_map(const struct picture_replay *replay);
/* Of state, estimate and closed rows so far (engine_state_hash): the same for the same events,
 * whatever pace they came at and wherever they were kept. */
uint64_t picture_replay_state_hash(const struct picture_replay *replay);
/* Of the density of every instrument over the last day (engine_field_hash). */
uint64_t picture_replay_density_hash(const struct picture_replay *replay);
/* From now on figures and labels stand still for so long (event time), so that they can be read
 * however fast a film runs; 0: they do not. */
void picture_replay_set_hold(struct picture_replay *replay, int64_t hold_ms);
/* Trouble that files had, one line a call; NULL: no more. */
const char *picture_replay_take_trouble(struct picture_replay *replay);
/* The name by which the view can be opened again, in every picture from now on; borrowed; NULL:
 * none. */
void picture_replay_set_map_id(struct picture_replay *replay, const char *map_id);
/* "VENUE:SYMBOL", one a line, of what is known by now. */
void picture_replay_instruments(struct picture_replay *replay, size_t out_bytes, char *out);
