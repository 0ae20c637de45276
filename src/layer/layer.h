/* layer/layer.h - what a layer is: something that adds its part to the frame that is being made.
 *
 * Thread: main.  A new layer adds a file and a row of layer_table; its place in the table is its
 * place from back to front, and, for texts, its right to a place before those that follow. */
#pragma once

#include "layer/canvas.h"
#include "layer/field.h"
#include "layer/labels.h"
#include "layer/layout.h"
#include "layer/picture.h"
#include "layer/stack.h"
#include "layer/theme.h"
#include "scene/sentence.h"
#include "view/scale.h"

struct bars;
struct cluster_labels;
struct heatmap;
struct profile;

struct layer_context { /* borrowed by a layer for one call */
    const struct picture_frame *frame;
    const struct scene_instrument *instrument; /* NULL: nothing known yet */
    const struct camera *camera;
    const struct layout *layout;
    const struct theme *theme;
    const struct settings *settings; /* the frame's; in a pane of one side, of that side */
    const struct field *field;       /* the one drawn; NULL: none yet */
    const struct bars *bars;         /* its columns, joined to be wide enough to be seen */
    const struct scale *scale;
    const struct heatmap *heatmap; /* its table is the look's */
    const struct book_field *book; /* as drawn in this frame; NULL: nothing of it is in view */
    struct profile *profile;       /* sums of the map and of the newest column */
    struct cluster_labels *cluster_labels;
    struct colormap_look look; /* of the field */
    int price_decimals;
    double price;          /* what the tag shows: mark, else last, else the newest close; 0: none */
    int pane, pane_count;  /* which of them is drawn: 0 is the upper one or the only one */
    double badge_right_px; /* where DEMO ends, or the plot begins */
    double title_right_px, caption_right_px; /* where the header's two lines end so far */
    /* What the header had room to say; the rest is said in a corner of the plot. */
    bool certainty_told, circles_told, book_told;
    double note_top_px;      /* where that begins; 0: there is none */
    double bubble_usd_max;   /* what the largest circle stands for; 0: none is in view */
    double bubble_usd_least; /* smaller ones are left out; 0: none is */
    int bubbles_left_out;    /* small ones of the stretch in view, for which there was no room */
    struct canvas *canvas;
    struct labels *labels;
};

enum { LAYER_ALWAYS = -1, LAYER_AVERAGE_BARS = 20 /* of the moving average */ };

struct layer_ops {
    const char *name;
    int part; /* enum settings_part that switches it; LAYER_ALWAYS: it is always there */
    void (*draw)(struct layer_context *context);
    bool once; /* for the whole picture; else for each pane, with its camera, layout and side */
};

extern const struct layer_ops layer_table[];
extern const int layer_count;

/* The colour of a side's marks at a brightness, in the frame's palette, or where that has one ramp
 * for both sides, in another. position: enum position. */
struct theme_color layer_side_color(const struct layer_context *context, int position,
                                    double brightness, uint8_t alpha);

/* The same as the field shows it: dimmed where it is, and certainty 0..1 (see colormap_look). */
struct theme_color layer_field_color(const struct layer_context *context, int position,
                                     double brightness, double certainty);

/* The map that figures and labels are read from, where the field counts what it does, all known
 * positions; NULL: not known. */
const struct scene_map *layer_map_now(const struct layer_context *context);
/* Whether a panel lies over some of it. What stands where it always does stays there; what is told
 * now, of the pointer's place or an alert, keeps clear. */
bool layer_is_covered(const struct layer_context *context, const struct camera_rect *rect);
/* The price of the map's max pain, which is of all leverages: 0 where there is none, or where some
 * of them, or the side it lies on, are left out of the picture. */
double layer_max_pain(const struct layer_context *context, const struct scene_map *map);
/* The sentence of a cluster of the map as the picture tells it: whole prices from 1,000 on, shown
 * bands alone, the distance from the price now. Returns out. */
const char *layer_cluster_sentence(const struct layer_context *context,
                                   const struct map_cluster *cluster, enum sentence_length length,
                                   char out[SENTENCE_BYTES]);
/* Where now stands, in pixels, at least at the plot's left edge. */
double layer_live_x(const struct layer_context *context);

/* What stands already between left and right (pixels), for labels that are stacked there: those
 * placed before, and the price's own line. Their number. */
int layer_find_blocks(const struct layer_context *context, double left, double right,
                      struct stack_block blocks[STACK_BLOCK_MAX]);

/* A plate under a text: boxes with their corners cut, because software GL fills those ten times
 * faster than a rounded one. */
void layer_draw_plate(struct layer_context *context, struct camera_rect rect);

void grid_draw(struct layer_context *context);
void gaps_draw(struct layer_context *context);
void book_band_draw(struct layer_context *context);
/* The order book is told so near to the price that its field is less than a line high. */
bool book_band_is_wanted(const struct field *field, const struct camera *camera, double scale);
void average_draw(struct layer_context *context);
void vwap_draw(struct layer_context *context);
void note_draw(struct layer_context *context);
void price_draw(struct layer_context *context);
void bubbles_draw(struct layer_context *context);
void title_draw(struct layer_context *context);
void badge_draw(struct layer_context *context);
void alerts_draw(struct layer_context *context);    /* after badge */
void time_bar_write(struct layer_context *context); /* its times keep their place */
void time_bar_draw(struct layer_context *context);  /* over what lies there */
void legend_draw(struct layer_context *context);
struct legend_key {
    double x, middle_y, right; /* pixels; x moves to its end */
    int size_px;               /* of its text, at scale 1 */
    bool only_measured;
};
/* The order book's ramp, and what the circles are (which are in view): as many words as have room.
 * False: there is none, nothing is drawn. */
bool legend_add_book(struct layer_context *context, struct legend_key *key);
bool legend_add_circles(struct layer_context *context, struct legend_key *key);
/* Where the legend of the field begins in the header. */
double legend_left_px(const struct layer_context *context);
void calibration_draw(struct layer_context *context);
void profile_draw(struct layer_context *context);
void cumulative_draw(struct layer_context *context); /* after profile */
void totals_draw(struct layer_context *context);
void max_pain_draw(struct layer_context *context);
void cluster_labels_draw(struct layer_context *context);
void gauge_draw(struct layer_context *context);
void receipts_draw(struct layer_context *context);
void magnet_draw(struct layer_context *context);
void lines_draw(struct layer_context *context);
void measure_draw(struct layer_context *context);
void why_draw(struct layer_context *context);
void crosshair_draw(struct layer_context *context);
void axes_draw(struct layer_context *context);
void strips_draw(struct layer_context *context);
void status_draw(struct layer_context *context);
