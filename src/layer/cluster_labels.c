/* What stands out now, in USD, in the empty stretch right of the live edge: a bracket over the
 * cluster's prices, a leader, and a label as near to its price as the others leave it.  Longs have
 * a filled disc, shorts a ring, as the circles of liquidations do.  The larger ones are placed
 * first, so what finds no room is the smallest. */
#include "layer/cluster_labels.h"

#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/stack.h"
#include "scene/sentence.h"

#define SHARE_LEAST  0.03 /* of the largest in view: smaller ones are not labelled */
#define SHARE_LARGE  0.55 /* of it: in the largest type */
#define SHARE_MIDDLE 0.22
#define KEEP         1.25 /* what is shown counts for so much more */
#define SHIFT_PX     30.0 /* a label stands at most so far from its price */
#define EDGE_PX      4.0  /* from the live edge to the bracket, from the label to the profile */
#define PAD_PX       5.0  /* inside of a label's plate */
#define MARK_PX      13.0 /* room of its disc */
#define LABEL_H_PX   21.0
#define BP           1e-4
enum { TIER_COUNT = 3 };

static const int tier_size_px[TIER_COUNT] = {THEME_CAPTION_PX + 1, THEME_STATUS_PX,
                                             THEME_STATUS_PX - 1};

struct candidate {
    const struct map_cluster *cluster;
    double usd; /* of the shown bands */
    bool kept;  /* it was labelled in the last frame */
    int tier;
    char text[NUMBER_TEXT_BYTES * 2 + 4];
    double text_w;
};

struct column { /* where labels stand */
    double live_x, right;
    bool priced; /* there is room for prices, too */
};

static const struct cluster_label *find_shown(const struct cluster_labels *labels,
                                              const struct map_cluster *cluster) {
    for (int i = 0; i < labels->count; i++) {
        const struct cluster_label *shown = &labels->shown[i];
        if (shown->side == cluster->side && shown->price_low < cluster->price_high &&
            cluster->price_low < shown->price_high) {
            return shown;
        }
    }
    return NULL;
}

static bool is_shown(const struct layer_context *context, const struct map_cluster *cluster,
                     double usd) {
    const struct settings *settings = context->settings;
    enum settings_side other = cluster->side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
    double bp = log(cluster->price_high / cluster->price_low) / BP;
    double ln = log(cluster->price);
    return settings->side != other && usd > 0 && usd >= settings->least_usd_per_bp * bp &&
           ln > context->camera->ln_bottom && ln < context->camera->ln_top;
}

static int tier_of(double share, int before) {
    double large = before == 0 ? SHARE_LARGE / KEEP : SHARE_LARGE;
    double middle = before >= 0 && before <= 1 ? SHARE_MIDDLE / KEEP : SHARE_MIDDLE;
    return share >= large ? 0 : (share >= middle ? 1 : 2);
}

static int collect(const struct layer_context *context, const struct scene_map *map,
                   struct candidate out[MAP_CLUSTER_MAX]) {
    double usd_max = 0;
    for (int i = 0; i < map->cluster_count; i++) {
        double usd = sentence_cluster_usd(&map->clusters[i], context->settings->band_hidden);
        usd_max = is_shown(context, &map->clusters[i], usd) ? fmax(usd_max, usd) : usd_max;
    }
    int count = 0;
    for (int i = 0; i < map->cluster_count; i++) {
        const struct map_cluster *cluster = &map->clusters[i];
        double usd = sentence_cluster_usd(cluster, context->settings->band_hidden);
        const struct cluster_label *before = find_shown(context->cluster_labels, cluster);
        double least = SHARE_LEAST * usd_max / (before != NULL ? KEEP : 1);
        if (is_shown(context, cluster, usd) && usd >= least) {
            out[count++] =
                (struct candidate){.cluster = cluster,
                                   .usd = usd,
                                   .kept = before != NULL,
                                   .tier = tier_of(usd / usd_max, before ? before->tier : -1)};
        }
    }
    return count;
}

static struct label label_of(const struct layer_context *context,
                             const struct candidate *candidate) {
    return (struct label){.utf8 = candidate->text,
                          .face = candidate->tier == 0 ? TEXT_SANS_STRONG : TEXT_SANS,
                          .size_px = tier_size_px[candidate->tier],
                          .color = candidate->tier == 2 ? context->theme->text_dim
                                                        : context->theme->text,
                          .align = LABELS_RIGHT};
}

/* "$84.1M", with its price where all of them have room. Returns the widest text. */
static double write_texts(const struct layer_context *context, bool priced, int count,
                          struct candidate candidates[]) {
    double widest = 0;
    for (int i = 0; i < count; i++) {
        struct candidate *candidate = &candidates[i];
        char usd[NUMBER_TEXT_BYTES];
        char price[NUMBER_TEXT_BYTES];
        int decimals = candidate->cluster->price >= 1000 ? 0 : context->price_decimals;
        number_format_usd(candidate->usd, usd);
        number_format_price(candidate->cluster->price, decimals, price);
        str_format(candidate->text, sizeof candidate->text, priced ? "%s  %s" : "%.0s%s", price,
                   usd);
        struct label label = label_of(context, candidate);
        candidate->text_w = labels_measure(context->labels, &label).w;
        widest = fmax(widest, candidate->text_w);
    }
    return widest;
}

static struct camera_rect plate_of(const struct layer_context *context,
                                   const struct candidate *candidate, const struct column *column,
                                   double middle) {
    double s = context->layout->scale;
    double w = candidate->text_w + (MARK_PX + 2 * PAD_PX) * s;
    return (struct camera_rect){column->right - w, middle - LABEL_H_PX / 2 * s, w, LABEL_H_PX * s};
}

/* From the bracket at x to the label; the bracket alone, where that would strike a text out. */
static void draw_leader(struct layer_context *context, struct camera_rect plate, double x, double y,
                        struct theme_color line) {
    double thin = fmax(1, round(context->layout->scale));
    double turn = round(fmax(x, plate.x - 8 * context->layout->scale));
    struct camera_rect way = {x, y, fmax(turn - x, thin), thin};
    if (!labels_rect_fits(context->labels, way)) {
        return;
    }
    canvas_add_box(context->canvas, way, 0, line);
    canvas_add_line(context->canvas, turn, y + thin / 2, plate.x, plate.y + plate.h / 2, thin,
                    line);
}

static void draw_one(struct layer_context *context, const struct candidate *candidate,
                     const struct column *column, double middle) {
    double s = context->layout->scale;
    const struct map_cluster *cluster = candidate->cluster;
    struct canvas *canvas = context->canvas;
    struct theme_color color =
        layer_side_color(context, cluster->side == 0 ? POS_LONG : POS_SHORT, 0.84, 255);
    double pad = PAD_PX * s;
    struct camera_rect plate = plate_of(context, candidate, column, middle);
    struct label label = label_of(context, candidate);
    label.x = column->right - pad;
    label.middle_y = middle;
    if (!labels_add(context->labels, &label)) {
        return;
    }
    double thin = fmax(1, round(s));
    double x = round(column->live_x + EDGE_PX * s);
    /* Of a cluster that reaches out of view, what is seen of it. */
    const struct camera_rect *plot = &context->layout->plot;
    double top = fmax(camera_px_from_price(context->camera, cluster->price_high), plot->y);
    double bottom =
        fmin(camera_px_from_price(context->camera, cluster->price_low), plot->y + plot->h);
    double y = round(camera_px_from_price(context->camera, cluster->price));
    struct theme_color line = color;
    line.a = candidate->tier == 2 ? 130 : 200;
    if (x + 3 * s < plate.x) {
        canvas_add_box(canvas,
                       (struct camera_rect){x, round(top), round(2.4 * s),
                                            fmax(round(bottom - top), 2 * thin)},
                       0, line);
        draw_leader(context, plate, x, y, line);
    }
    labels_reserve(context->labels, plate);
    canvas_add_disc(canvas, plate.x + pad + 4 * s, middle, 4.5 * s,
                    cluster->side == 0 ? 0 : 1.8 * s, color);
}

static void remember(struct cluster_labels *labels, const struct candidate *candidate) {
    if (labels->count < MAP_CLUSTER_MAX) {
        labels->shown[labels->count++] =
            (struct cluster_label){candidate->cluster->side, candidate->cluster->price_low,
                                   candidate->cluster->price_high, candidate->tier};
    }
}

void cluster_labels_draw(struct layer_context *context) {
    const struct scene_map *map = layer_map_now(context);
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    struct candidate candidates[MAP_CLUSTER_MAX];
    struct stack_item items[MAP_CLUSTER_MAX];
    struct stack_block blocks[STACK_BLOCK_MAX];
    struct column column = {.live_x = layer_live_x(context),
                            .right = plot->x + plot->w - EDGE_PX * s};
    if (map == NULL || column.live_x > plot->x + plot->w) {
        context->cluster_labels->count = 0;
        return;
    }
    int count = collect(context, map, candidates);
    double room = column.right - column.live_x - (3 * EDGE_PX + MARK_PX + 2 * PAD_PX) * s;
    if (write_texts(context, true, count, candidates) > room) {
        write_texts(context, false, count, candidates);
    }
    double left = column.right;
    for (int i = 0; i < count; i++) {
        left = fmin(left, column.right - candidates[i].text_w - (MARK_PX + 2 * PAD_PX) * s);
        items[i] = (struct stack_item){
            .wanted = camera_px_from_price(context->camera, candidates[i].cluster->price),
            .height = LABEL_H_PX * s,
            .weight = candidates[i].usd * (candidates[i].kept ? KEEP : 1)};
    }
    struct stack_desc desc = {.top = plot->y + 3 * s,
                              .bottom = plot->y + plot->h - 3 * s,
                              .gap = 3 * s,
                              .shift_max = SHIFT_PX * s,
                              .block_count = layer_find_blocks(context, left, column.right, blocks),
                              .blocks = blocks};
    stack_place(&desc, count, items);
    context->cluster_labels->count = 0;
    canvas_set_list(context->canvas, CANVAS_OVER);
    for (int i = 0; i < count; i++) { /* before all marks: boxes under shapes cost least */
        if (items[i].placed) {
            layer_draw_plate(context, plate_of(context, &candidates[i], &column, items[i].middle));
        }
    }
    for (int i = 0; i < count; i++) {
        if (items[i].placed) {
            draw_one(context, &candidates[i], &column, items[i].middle);
            remember(context->cluster_labels, &candidates[i]);
        }
    }
}
