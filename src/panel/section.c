#include <math.h>

#include "base/str.h"
#include "panel/sections.h"
#include "view/colormap.h"

/* Bright enough to be told apart on the plate, dim enough to have a hue. */
#define SIDE_BRIGHTNESS_DARK  0.72
#define SIDE_BRIGHTNESS_LIGHT 0.62

#define BADGE_H 50 /* at scale 1, from the plot's top to below the badge */

float section_top(const struct panel_model *model) {
    return model->plot.y + (model->demo ? BADGE_H : 8) * (float)model->scale;
}

const char *section_key(const struct panel_model *model, enum action action) {
    for (int i = 0; i < model->key_count; i++) {
        const struct action_call *call = model->keys[i].call;
        if (call->action == action && call->text[0] == '\0') {
            return model->keys[i].key;
        }
    }
    return "";
}

struct gui_color section_side_color(const struct panel_model *model, int side) {
    float rgb[3];
    double brightness = model->colors.light ? SIDE_BRIGHTNESS_LIGHT : SIDE_BRIGHTNESS_DARK;
    colormap_sample(model->settings.palette, side, brightness, rgb);
    return (struct gui_color){(uint8_t)lroundf(rgb[0] * 255), (uint8_t)lroundf(rgb[1] * 255),
                              (uint8_t)lroundf(rgb[2] * 255), 255};
}
