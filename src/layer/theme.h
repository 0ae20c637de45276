/* layer/theme.h - the picture's own colours and sizes, at scale 1 (1080 lines).  Thread: any;
 * constant. */
#pragma once

#include <stdint.h>

struct theme_color {
    uint8_t r, g, b, a;
};

#define THEME_BACKGROUND ((struct theme_color){0x0b, 0x0e, 0x15, 255})
#define THEME_PLATE      ((struct theme_color){0x10, 0x14, 0x1d, 225})
#define THEME_RULE       ((struct theme_color){0x2a, 0x32, 0x42, 255})
#define THEME_GRID       ((struct theme_color){0xff, 0xff, 0xff, 16})
#define THEME_GRID_MAJOR ((struct theme_color){0xff, 0xff, 0xff, 40})
#define THEME_TEXT       ((struct theme_color){0xe9, 0xed, 0xf3, 255})
#define THEME_TEXT_DIM   ((struct theme_color){0x9a, 0xa6, 0xb8, 255})
#define THEME_TEXT_FAINT ((struct theme_color){0x6b, 0x76, 0x88, 255})
#define THEME_PRICE      ((struct theme_color){0xff, 0xff, 0xff, 255})
#define THEME_HALO       ((struct theme_color){0x05, 0x07, 0x0b, 215})
#define THEME_UP         ((struct theme_color){0x3f, 0xc9, 0x8e, 255})
#define THEME_DOWN       ((struct theme_color){0xf0, 0x5f, 0x6b, 255})
#define THEME_WARN       ((struct theme_color){0xf2, 0xb8, 0x4b, 255})
#define THEME_HATCH      ((struct theme_color){0xb8, 0xc2, 0xd2, 90})
#define THEME_DEMO       ((struct theme_color){0xf2, 0xb8, 0x4b, 255})

enum {
    THEME_TITLE_PX = 25,
    THEME_CAPTION_PX = 15,
    THEME_AXIS_PX = 15,
    THEME_TAG_PX = 16,
    THEME_STATUS_PX = 14,
    THEME_BADGE_PX = 17
};
