/* layer/theme.h - the picture's own colours and sizes, at scale 1 (1080 lines).  Thread: any;
 * constant. */
#pragma once

#include <stdint.h>

#include "view/colormap.h"

struct theme_color {
    uint8_t r, g, b, a;
};

/* One set for palettes whose field lies on dark, one for those on light. */
struct theme {
    struct theme_color background, plate, rule;
    struct theme_color grid, grid_major;
    struct theme_color text, text_dim, text_faint;
    struct theme_color price, halo; /* the price line and the rim that keeps it off the field */
    struct theme_color up, down;    /* candles, lamps */
    struct theme_color average, vwap;
    struct theme_color warn, demo, on_demo; /* the badge and its text */
    struct theme_color hatch;               /* of gaps */
};

extern const struct theme theme_dark, theme_light;
const struct theme *theme_of_palette(enum colormap_id palette);

enum {
    THEME_TITLE_PX = 25,
    THEME_CAPTION_PX = 15,
    THEME_AXIS_PX = 15,
    THEME_TAG_PX = 16,
    THEME_STATUS_PX = 14,
    THEME_STRIP_PX = 13,
    THEME_BADGE_PX = 17
};
