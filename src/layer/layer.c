#include "layer/layer.h"

#include <math.h>

#include "base/str.h"
#include "layer/heatmap.h"
#include "layer/stack.h"

#define PRICE_H_PX 20.0 /* kept free around the price's own line */

const struct layer_ops layer_table[] = {
    {"grid", SETTINGS_PART_GRID, grid_draw, false},
    {"gaps", SETTINGS_PART_GAPS, gaps_draw, false},
    {"book-band", SETTINGS_PART_BOOK, book_band_draw, false},
    {"average", SETTINGS_PART_MA, average_draw, false},
    {"vwap", SETTINGS_PART_VWAP, vwap_draw, false},
    {"price", SETTINGS_PART_PRICE, price_draw, false},
    {"bubbles", SETTINGS_PART_BUBBLES, bubbles_draw, false},
    {"title", LAYER_ALWAYS, title_draw, true},
    {"legend", SETTINGS_PART_LEGEND, legend_draw, true},
    {"note", LAYER_ALWAYS, note_draw, true},
    {"badge", LAYER_ALWAYS, badge_draw, true},
    {"alerts", LAYER_ALWAYS, alerts_draw, true},
    {"time-bar-times", LAYER_ALWAYS, time_bar_write, true},
    {"lines", SETTINGS_PART_LINES, lines_draw, false},
    {"measure", LAYER_ALWAYS, measure_draw, false},
    {"why", LAYER_ALWAYS, why_draw, false},
    {"crosshair", LAYER_ALWAYS, crosshair_draw, false},
    {"calibration", LAYER_ALWAYS, calibration_draw, false},
    {"profile", SETTINGS_PART_PROFILE, profile_draw, false},
    {"cumulative", SETTINGS_PART_CUMULATIVE, cumulative_draw, false},
    {"totals", SETTINGS_PART_PROFILE, totals_draw, false},
    {"max-pain", SETTINGS_PART_MAX_PAIN, max_pain_draw, false},
    {"clusters", SETTINGS_PART_CLUSTERS, cluster_labels_draw, false},
    {"gauge", SETTINGS_PART_GAUGE, gauge_draw, true}, /* before what moves with time */
    {"receipts", SETTINGS_PART_RECEIPTS, receipts_draw, false},
    {"axes", LAYER_ALWAYS, axes_draw, false},
    {"strips", LAYER_ALWAYS, strips_draw, true},
    {"status", SETTINGS_PART_STATUS, status_draw, true},
    {"time-bar", LAYER_ALWAYS, time_bar_draw, true},
    {"magnet", SETTINGS_PART_CLUSTERS, magnet_draw, true}, /* in what room the others leave */
};
const int layer_count = (int)ARRAY_COUNT(layer_table);

struct theme_color layer_side_color(const struct layer_context *context, int position,
                                    double brightness, uint8_t alpha) {
    enum colormap_id palette = context->settings->palette;
    if (colormap_is_single(palette)) { /* marks of the two sides are told apart all the same */
        palette = colormap_is_light(palette) ? COLORMAP_PAPER : COLORMAP_PERCEPTUAL;
    }
    float rgb[3] = {0};
    colormap_sample(palette, position == POS_SHORT ? 1 : 0, brightness, rgb);
    return (struct theme_color){(uint8_t)(rgb[0] * 255 + 0.5f), (uint8_t)(rgb[1] * 255 + 0.5f),
                                (uint8_t)(rgb[2] * 255 + 0.5f), alpha};
}

struct theme_color layer_field_color(const struct layer_context *context, int position,
                                     double brightness, double certainty) {
    const uint8_t *rgba =
        heatmap_get_color(context->heatmap, position == POS_SHORT ? 1 : 0, brightness, certainty);
    return (struct theme_color){rgba[0], rgba[1], rgba[2], 255};
}

const struct scene_map *layer_map_now(const struct layer_context *context) {
    const struct picture_frame *frame = context->frame;
    const struct scene_map *map = frame->read_map != NULL ? frame->read_map : frame->map;
    bool known = map != NULL && context->instrument != NULL && map->level_count > 0 &&
                 map->reference > 0 && !context->settings->opened_within_window;
    return known ? map : NULL;
}

bool layer_is_covered(const struct layer_context *context, const struct camera_rect *rect) {
    const struct picture_cover *cover = context->frame->cover;
    for (int i = 0; cover != NULL && i < cover->count; i++) {
        const struct camera_rect *over = &cover->rects[i];
        if (rect->x < over->x + over->w && over->x < rect->x + rect->w &&
            rect->y < over->y + over->h && over->y < rect->y + rect->h) {
            return true;
        }
    }
    return false;
}

double layer_max_pain(const struct layer_context *context, const struct scene_map *map) {
    const struct settings *settings = context->settings;
    enum settings_side other =
        map->max_pain < map->reference ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
    return settings->band_hidden == 0 && settings->side != other ? map->max_pain : 0;
}

const char *layer_cluster_sentence(const struct layer_context *context,
                                   const struct map_cluster *cluster, enum sentence_length length,
                                   char out[SENTENCE_BYTES]) {
    const struct sentence_desc desc = {.length = length,
                                       .price_decimals =
                                           cluster->price >= 1000 ? 0 : context->price_decimals,
                                       .band_hidden = context->settings->band_hidden,
                                       .learned = context->instrument->model.calibrated_ms != 0,
                                       .price_now = context->price};
    return sentence_of_cluster(cluster, &desc, out);
}

double layer_live_x(const struct layer_context *context) {
    double x = camera_px_from_time(context->camera, (double)context->frame->now_ms);
    return fmax(x, context->layout->plot.x);
}

int layer_find_blocks(const struct layer_context *context, double left, double right,
                      struct stack_block blocks[STACK_BLOCK_MAX]) {
    double s = context->layout->scale;
    int count = 0;
    if (context->price > 0) {
        double y = camera_px_from_price(context->camera, context->price);
        blocks[count++] = (struct stack_block){y - PRICE_H_PX / 2 * s, y + PRICE_H_PX / 2 * s};
    }
    for (int i = 0; i < context->labels->count && count < STACK_BLOCK_MAX; i++) {
        const struct camera_rect *taken = &context->labels->boxes[i].rect;
        if (taken->x < right && left < taken->x + taken->w) {
            blocks[count++] = (struct stack_block){taken->y - 2 * s, taken->y + taken->h + 2 * s};
        }
    }
    return count;
}

void layer_draw_plate(struct layer_context *context, struct camera_rect rect) {
    const double cut = round(2 * context->layout->scale);
    const struct theme_color color = context->theme->plate;
    double x = round(rect.x);
    double y = round(rect.y);
    double w = round(rect.w);
    double h = round(rect.h);
    canvas_add_box(context->canvas, (struct camera_rect){x + cut, y, w - 2 * cut, h}, 0, color);
    canvas_add_box(context->canvas, (struct camera_rect){x, y + cut, cut, h - 2 * cut}, 0, color);
    canvas_add_box(context->canvas, (struct camera_rect){x + w - cut, y + cut, cut, h - 2 * cut}, 0,
                   color);
}
