/* view/colormap.h - palettes: how brightness and side become colours.
 *
 * Thread: any; pure.  A palette is two ramps, one for longs, one for shorts, from the picture's
 * background to nearly white, interpolated in OKLab so that lightness grows evenly. */
#pragma once

#include <stdint.h>

#include "base/status.h"

/* In this order: longs blue to ice, shorts violet to gold; for the colour-blind; longs cold, shorts
 * hot; one ramp for both sides; longs green, shorts red. */
#define COLORMAP_LIST(X)                                                                           \
    X(PERCEPTUAL, "perceptual")                                                                    \
    X(BLUE_ORANGE, "blue-orange")                                                                  \
    X(HOT_COLD, "hot-cold")                                                                        \
    X(VIRIDIS, "viridis")                                                                          \
    X(DEEP_RED, "deep-red")

enum colormap_id {
#define COLORMAP_ENUM(name, key) COLORMAP_##name,
    COLORMAP_LIST(COLORMAP_ENUM)
#undef COLORMAP_ENUM
        COLORMAP_COUNT
};

enum { COLORMAP_ENTRY_COUNT = 1024, COLORMAP_SIDE_COUNT = 2 };

const char *colormap_key(enum colormap_id id); /* "perceptual" */
/* STATUS_NOT_FOUND: no palette of that key; *out is then untouched. */
enum status colormap_from_key(const char *key, enum colormap_id *out);

/* Fill the look-up table: row 0 longs, row 1 shorts, RGBA8 in sRGB, alpha 255. */
void colormap_fill(enum colormap_id id, uint8_t out[COLORMAP_SIDE_COUNT][COLORMAP_ENTRY_COUNT][4]);
/* One colour, brightness 0..1 (clamped), side 0 long, 1 short; sRGB 0..1. */
void colormap_sample(enum colormap_id id, int side, double brightness, float out_rgb[3]);
