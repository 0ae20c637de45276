/* layer/picture.h - the whole picture of one instrument: give it columns of the field and a scene,
 * it draws.
 *
 * Thread: main, with any GL context of the share group current that it was created in
 * (gfx/context.h); it may be drawn in windows of several.
 * Limits: LAYERS_ROW_MAX x LAYERS_COL_MAX texels of field (24 bytes each on the GPU, and here
 * where something stands), at most two fields at a time (the one drawn and the one arriving).
 * Drawing allocates nothing. The field's values are estimates and the picture says so. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "gfx/target.h"
#include "layer/time_bar.h"
#include "scene/layers.h"
#include "scene/map.h"
#include "scene/origin.h"
#include "scene/scene.h"
#include "view/camera.h"
#include "view/lines.h"
#include "view/measure.h"
#include "view/settings.h"
#include "view/zone.h"

struct picture;

/* How the place that is pointed at is shown. */
enum picture_pointer {
    PICTURE_POINTER_FULL,  /* crosshair and read-out */
    PICTURE_POINTER_PLAIN, /* without read-out: something is being dragged */
    PICTURE_POINTER_LINKED /* thin lines: the pointer is in another picture, at the same time or
                              price; pointer_time_ms and pointer_price count, each 0: not */
};

struct picture_desc {
    const char *shader_dir; /* read shaders from here; NULL or empty: the embedded ones */
    /* Of the same share group and shader_dir: fonts, glyphs and the buffers of a frame are shared
     * with it, whichever of both goes first. NULL: they are its own. */
    const struct picture *beside;
};

enum { PICTURE_ALERT_MAX = 3, PICTURE_ALERT_BYTES = 256 };

/* Alerts that fire now, for the badge. */
struct picture_alerts {
    uint32_t number; /* another one whenever the rest is */
    int count;       /* in all */
    struct {         /* the newest of them, newest first */
        char name[32], text[PICTURE_ALERT_BYTES];
    } items[PICTURE_ALERT_MAX];
};

/* What lies over the picture, in its pixels, and comes and goes: the read-out keeps clear of it. */
enum { PICTURE_COVER_MAX = 8 };
struct picture_cover {
    int count;
    struct camera_rect rects[PICTURE_COVER_MAX];
    double left_px; /* of the plot, at scale 1, that is left free for it at all times */
};

/* What one frame needs to know. Zero is the default of every optional field. */
struct picture_frame {
    struct target target;
    const struct scene *scene;   /* borrowed for the call; NULL: nothing known yet */
    const struct scene_map *map; /* of the instrument; borrowed for the call; NULL: not known yet */
    /* What figures and labels are read from, where they have to stand still for longer than the map
     * does: an older one; borrowed for the call; NULL: map. */
    const struct scene_map *read_map;
    const struct camera *camera; /* drawn into picture_plot_px of this target and settings */
    int instrument;              /* index into scene->instruments */
    int64_t now_ms;     /* event time that the picture stands for; ages are counted from it */
    int64_t latency_ns; /* socket to pixel of a recent frame; 0: unknown, not shown */
    struct settings settings;
    const struct zone *zone; /* of all times in the picture; borrowed for the call; NULL: UTC */
    bool text_hidden;        /* golden images: fonts differ between machines */
    bool pointer_inside;     /* crosshair and read-out at pointer_px */
    enum picture_pointer pointer_look;
    double pointer_x_px, pointer_y_px;
    /* What it points at, where that is known better than by pixels: of two panes it is drawn in the
     * one of its side of the price. 0: pixels count. */
    double pointer_time_ms, pointer_price;
    const struct scene_origin *origin; /* why it is hot there; borrowed; NULL: not asked, or not
                                          answered yet */
    bool origin_asked;                 /* at the pointer, and the answer is on its way */
    const struct measure *measure;     /* borrowed; NULL: nothing is measured */
    const struct lines *lines;         /* the user's own; borrowed; NULL: none */
    /* A handle of the legend is held: so long the legend is the scale of these two. 0: it is not */
    double legend_black_usd_per_bp, legend_white_usd_per_bp;
    const struct picture_alerts *alerts; /* borrowed for the call; NULL: none fires */
    bool again;                          /* another tile of the frame before: nothing moves on */
    const struct picture_cover *cover;   /* borrowed for the call; NULL: nothing covers it */
    const struct time_bar *time_bar; /* of a recording; borrowed for the call; NULL: not shown */
    bool time_bar_pointed;           /* pointer_x_px is on it */
    bool settled;   /* no animation: scale and badges at their final state (stills, tests) */
    bool replayed;  /* a recording: the picture says so, and of what time it is */
    double delay_s; /* what is live is shown so much later, which the title says; 0: it is not */
    const char *map_id; /* in a corner; borrowed for the call; NULL: none */
};

/* Compile, load fonts, make textures. STATUS_UNSUPPORTED: a shader or a framebuffer was refused
 * (logged); STATUS_NOT_FOUND: no font at all; STATUS_MEMORY. *out is NULL unless STATUS_OK. */
enum status picture_create(const struct picture_desc *desc, struct picture **out);
void picture_destroy(struct picture *picture); /* NULL accepted */

/* The scale that scale_factor 0 stands for: 1 at 1080 lines, 0.75..4. */
double picture_scale_for_size(int width_px, int height_px);
/* Where the plot lies in a target of that size: the parts that are shown decide. */
struct camera_rect picture_plot_px(int width_px, int height_px, const struct settings *settings);

/* Columns of request_id will come with this grid (from a raster job that was just asked for). What
 * is drawn now stays, reprojected, until the new field has arrived. STATUS_RANGE: the grid breaks a
 * limit; STATUS_MEMORY. */
enum status picture_set_grid(struct picture *picture, uint32_t request_id,
                             const struct layers_grid *grid);
/* One finished column, new or again, in any order. It may lie after the grid's last one (the live
 * edge moves on; the oldest then falls out). False: of no field known here, or too old; it is
 * counted and dropped. */
bool picture_add_column(struct picture *picture, const struct layers_column *column);
/* The job of request_id is done: no column of it will come any more but those of a live edge. Its
 * field is drawn from now on, or from its first column on, even if its last columns are missing
 * (the log does not reach so far). Of another request: nothing. */
void picture_finish_request(struct picture *picture, uint32_t request_id);
/* Whose columns are drawn; 0: none yet. */
uint32_t picture_drawn_request(const struct picture *picture);
/* Which of them: the raster's grid, from the oldest to the newest column that is there (a live edge
 * has moved it on). col_count 0: none yet. */
struct layers_grid picture_drawn_grid(const struct picture *picture);

void picture_draw(struct picture *picture, const struct picture_frame *frame);

/* The plot, or the upper and the lower part of a split one, as they were drawn last: where they lie
 * and what they show. 0: nothing was drawn yet. */
enum { PICTURE_PLOT_MAX = 2 };
int picture_get_plots(const struct picture *picture, struct camera out[PICTURE_PLOT_MAX]);

/* Try the shaders of shader_dir again. False: some did not compile; the old ones go on and the log
 * says why. */
bool picture_reload_shaders(struct picture *picture);

struct picture_stats { /* of the last frame */
    int draw_count, bind_count;
    int copy_count;   /* clears, and copies from target to target */
    int object_count; /* GL objects made; 0 in a steady frame */
    int shape_count, glyph_count;
    int bubbles_left_out; /* liquidations in view that were too many and too small to draw */
    int64_t upload_bytes;
    int64_t dropped_columns; /* since creation */
    int64_t dropped_items;   /* shapes, glyphs and labels that met a limit, since creation, of it
                                and those beside it */
    double black_usd_per_bp, white_usd_per_bp; /* the scale that was used */
    bool field_arriving; /* an older field is drawn while the asked one arrives */
    bool scale_moving;   /* the automatic scale is on its way: another frame is due */
};
struct picture_stats picture_get_stats(const struct picture *picture);

/* Boxes of the texts of the last frame, of it or one beside it, in pixels, for layout tests. */
struct picture_text_box {
    double x, y, w, h;
    char text[256];
};
int picture_get_text_boxes(const struct picture *picture, int count_max,
                           struct picture_text_box *out);
