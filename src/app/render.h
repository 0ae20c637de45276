/* app/render.h - what the files of `liqscope render` share.
 *
 * Thread: main, with the off-screen context current.  Owner: run_render. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/app.h"
#include "app/picture_replay.h"
#include "app/source.h"
#include "gfx/offscreen.h"

enum output_kind { OUTPUT_PNG, OUTPUT_FILM };

struct render {
    const struct app_options *options;
    struct source_list sources;
    enum output_kind kind;
    const char *path;
    int width_px, height_px;
    double span_ms;
    struct settings settings;
    struct picture_place pointer;
    bool troubled; /* a file broke off, or had lines that are no events */

    /* In the order of building up. */
    struct offscreen *offscreen;
    struct picture_replay *replay;
    uint8_t *rgba; /* owned: one frame */
    size_t rgba_bytes;
    uint64_t hash; /* of every frame so far */
};

int render_fail(enum exit_status status, const char *reason);
struct picture_replay_desc render_replay_desc(const struct render *render);
/* The picture of now_ms into rgba, and into the hash. */
int render_draw(struct render *render, int64_t now_ms);
void render_tell_trouble(struct render *render); /* of the files; troubled is set */

/* app/render_film.c: every frame from --from to --to, in order, none left out. */
int render_film(struct render *render);
