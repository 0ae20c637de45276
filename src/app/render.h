/* app/render.h - what the files of `liqscope render` share.
 *
 * Thread: main, with the off-screen context current.  Owner: run_render. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/app.h"
#include "app/map_id.h"
#include "app/picture_replay.h"
#include "app/source.h"
#include "gfx/offscreen.h"

enum output_kind { OUTPUT_PNG, OUTPUT_FILM };

struct render {
    const struct app_options *options;
    struct source_list sources;
    bool live;     /* the sources are */
    bool realtime; /* a film is drawn at the pace at which it is watched */
    enum output_kind kind;
    const char *path;
    int width_px, height_px;
    double span_ms;
    struct settings settings;
    struct picture_place pointer;
    bool troubled; /* a file broke off, or had lines that are no events */

    /* In the order of building up. */
    struct offscreen *offscreen;
    struct picture_replay *replay; /* NULL: live */
    struct map_id map_id;
    uint64_t hash; /* of every frame so far */
};

int render_fail(enum exit_status status, const char *reason);
struct picture_replay_desc render_replay_desc(const struct render *render);
size_t render_frame_bytes(const struct render *render); /* RGBA8 */
/* The picture of now_ms into rgba, and into the hash. */
int render_draw(struct render *render, int64_t now_ms, uint8_t *rgba);
void render_tell_trouble(struct render *render); /* of the files; troubled is set */
/* Name the view that is drawn from here on, and keep what the name stands for. what: its times. */
void render_name_view(struct render *render, struct map_id_desc what);
/* The user wants it to end: a film is ended where it is, and is whole up to there. */
bool render_is_interrupted(void);

/* app/render_film.c: every frame from --from to --to, in order, none left out; with .realtime, at
 * the pace of the clock. */
int render_film(struct render *render);
/* app/render_live.c: frames of a live market, until it is ended. */
int render_live(struct render *render);

struct film_writer;
/* NULL: status is what to return, and it was said why. */
struct film_writer *render_open_film(const struct render *render, int *status);
/* Ends the film before frame `count` (0: behind the last one), tells how it kept its pace, and
 * closes it. */
int render_close_film(const struct render *render, struct film_writer *writer, int64_t count);
/* On a terminal, once a second: how far a film is. count 0: nobody knows how long it gets. */
struct render_progress {
    int64_t begin_ns, told_ns;
};
void render_tell_progress(struct render_progress *progress, int64_t done, int64_t count);
