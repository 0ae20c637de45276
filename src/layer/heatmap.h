/* layer/heatmap.h - the field as colours: a quad a pane, one sample a pixel, one look-up; and the
 * automatic scale.
 *
 * Thread: main.  Owner: picture. */
#pragma once

#include <stdbool.h>

#include "gfx/program.h"
#include "gfx/target.h"
#include "gfx/texture.h"
#include "layer/field.h"
#include "layer/scroll.h"
#include "view/camera.h"
#include "view/colormap.h"
#include "view/scale.h"

/* Of the table that the shader looks colours up in: a row each 1/40 of g (layer/field.h), which is
 * half a level of certainty, so that the level nearest to g is told by whole rows. */
enum { HEATMAP_TABLE_ROWS = 80 };
enum { HEATMAP_PANE_MAX = FIELD_DENSITY_MAX };
enum { HEATMAP_SAMPLE_ROWS = 128, HEATMAP_SAMPLE_COLUMNS = 64, HEATMAP_COLUMNS_A_FRAME = 8 };

/* All that the field's pixels depend on beside its texels and where they stand in time; equal keys
 * and columns, equal pixels. */
struct heatmap_key {
    const struct field *field;
    uint32_t request_id;
    struct colormap_look look;
    struct scale scale;
    bool crisp;      /* texels of several pixels */
    double hatch_px; /* 0: not hatched */
    int pane_count;
    struct heatmap_pane {
        enum field_mix mix;
        double px_per_row, price_at, price_span; /* of its plot, in texels */
        double top, height;                      /* of it in the whole plot, 0..1 */
    } panes[HEATMAP_PANE_MAX];
};

struct heatmap {
    struct program plain, sharp; /* texels about a pixel large; of several pixels, or striped */
    struct texture lut;
    struct colormap_look look; /* of colors and table */
    struct scale scale;        /* of table; not valid: there is none yet */
    bool colored;              /* colors are those of look */
    uint8_t colors[COLORMAP_SIDE_COUNT][COLORMAP_LEVEL_COUNT][COLORMAP_ENTRY_COUNT][4];
    uint8_t table[HEATMAP_TABLE_ROWS][COLORMAP_ENTRY_COUNT][4];
    uint16_t entries[COLORMAP_ENTRY_COUNT]; /* which of colors stands in each entry of table */
    /* -- automatic scale: a histogram that is filled over some frames -- */
    struct scale_histogram histogram;
    int sampled_columns;
};

bool heatmap_init(struct heatmap *heatmap, const char *shader_dir); /* false: memory or shader */
bool heatmap_reload(struct heatmap *heatmap); /* shaders; false: some old one goes on */
void heatmap_finish(struct heatmap *heatmap); /* zeroed accepted */

/* Make the colours those of look, unless they are. */
void heatmap_set_look(struct heatmap *heatmap, const struct colormap_look *look);
/* The look's RGBA of a side (0 long, 1 short), brightness (as from scale_brightness) and certainty,
 * 0..1 each: the colour that the field has there. */
const uint8_t *heatmap_get_color(const struct heatmap *heatmap, int side, double brightness,
                                 double certainty);

/* Look at what the camera sees and move the scale towards it; settled: look at everything now and
 * jump. */
void heatmap_update_scale(struct heatmap *heatmap, const struct field *field,
                          const struct camera *camera, bool settled, struct scale *scale);

struct heatmap_view {
    const struct field *field;
    const struct camera *camera;
    const struct camera *lower; /* NULL, or the pane below, of as many and the same pixel columns */
    const struct scale *scale;
    struct colormap_look look;
    double hatch_px; /* from stripe to stripe; used where the look is hatched */
    double until_ms; /* an unfinished newest column is drawn up to here */
};
/* Make the table what view wants. False: there is nothing to show. */
bool heatmap_prepare(struct heatmap *heatmap, const struct heatmap_view *view);
/* From the top of the upper pane to the bottom of the lower one. */
struct target_rect heatmap_plot_px(const struct heatmap_view *view);
/* The whole pixels of the panes that the field covers, from the top. Their number, 0: none. */
int heatmap_covered_px(const struct heatmap_view *view, struct target_rect out[HEATMAP_PANE_MAX]);
struct heatmap_key heatmap_key_of(const struct heatmap_view *view);
bool heatmap_key_is_same(const struct heatmap_key *a, const struct heatmap_key *b);
/* Paint a strip of the prepared view. */
void heatmap_paint(const struct heatmap *heatmap, const struct target *target,
                   const struct heatmap_view *view, const struct scroll_strip *strip);
