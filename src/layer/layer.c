#include "layer/layer.h"

#include "base/str.h"
#include "layer/heatmap.h"

const struct layer_ops layer_table[] = {
    {"grid", 0, grid_draw},
    {"gaps", 0, gaps_draw},
    {"price", PICTURE_HIDE_PRICE, price_draw},
    {"bubbles", PICTURE_HIDE_BUBBLES, bubbles_draw},
    {"title", 0, title_draw},
    {"badge", 0, badge_draw},
    {"legend", PICTURE_HIDE_LEGEND, legend_draw},
    {"calibration", 0, calibration_draw},
    {"profile", PICTURE_HIDE_PROFILE, profile_draw},
    {"crosshair", 0, crosshair_draw},
    {"axes", 0, axes_draw},
    {"status", PICTURE_HIDE_HUD, status_draw},
};
const int layer_count = (int)ARRAY_COUNT(layer_table);

struct theme_color layer_side_color(const struct layer_context *context, int position,
                                    double brightness, uint8_t alpha) {
    float rgb[3] = {0};
    colormap_sample(context->frame->palette, position == POS_SHORT ? 1 : 0, brightness, rgb);
    return (struct theme_color){(uint8_t)(rgb[0] * 255 + 0.5f), (uint8_t)(rgb[1] * 255 + 0.5f),
                                (uint8_t)(rgb[2] * 255 + 0.5f), alpha};
}

struct theme_color layer_field_color(const struct layer_context *context, int position,
                                     double brightness, double certainty) {
    const uint8_t *rgba =
        heatmap_get_color(context->heatmap, position == POS_SHORT ? 1 : 0, brightness, certainty);
    return (struct theme_color){rgba[0], rgba[1], rgba[2], 255};
}
