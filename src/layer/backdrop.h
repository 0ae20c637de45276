/* layer/backdrop.h - a picture with a key colour in place of its background.
 *
 * For pictures that are laid over others (a clean feed).  The colours to choose from are far from
 * every badge's, so that what is keyed out never takes DEMO or REPLAY with it.
 *
 * Thread: main, with the GL context current. */
#pragma once

#include <stdbool.h>

#include "gfx/program.h"
#include "gfx/target.h"
#include "view/colormap.h"

/* In the order of --clean-background. */
enum backdrop_kind {
    BACKDROP_PICTURE, /* as it was drawn */
    BACKDROP_GREEN,
    BACKDROP_BLUE,
    BACKDROP_MAGENTA,
    BACKDROP_KIND_COUNT
};

struct backdrop {
    struct program program;
};

/* Memory for the picture as it was drawn; made when it is needed. Zero it. */
struct backdrop_copy {
    struct texture texture;
    struct target target; /* draws into it */
};

bool backdrop_init(struct backdrop *backdrop, const char *shader_dir); /* false: logged */
void backdrop_finish(struct backdrop *backdrop);       /* NULL and zeroed accepted */
void backdrop_copy_finish(struct backdrop_copy *copy); /* zeroed accepted */

/* Keep what whole shows now. False: there is no memory for it; it stays as it is. */
bool backdrop_take(struct backdrop_copy *copy, const struct target *whole);
/* What was taken of rect, drawn with this palette, again into whole with another background. */
void backdrop_draw(const struct backdrop *backdrop, const struct backdrop_copy *copy,
                   const struct target *whole, struct target_rect rect, enum colormap_id palette,
                   enum backdrop_kind kind);
