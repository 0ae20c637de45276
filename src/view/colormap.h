/* view/colormap.h - palettes: how brightness and side become colours.
 *
 * Thread: any; pure.  A palette is two ramps, one for longs, one for shorts, that begin at the
 * picture's background. Their lightness runs evenly (OKLab): up on dark palettes, down on light
 * ones, so that more is always further from the background. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* In this order: longs blue to mint, shorts violet to yellow; for the colour-blind; longs cold,
 * shorts hot; one ramp for both sides, to yellow; one, red; shorts red, longs green; longs red,
 * shorts green; one, violet to yellow; on paper, for the colour-blind, too; on paper, one ramp to
 * deep red. */
#define COLORMAP_LIST(X)                                                                           \
    X(PERCEPTUAL, "perceptual")                                                                    \
    X(BLUE_ORANGE, "blue-orange")                                                                  \
    X(HOT_COLD, "hot-cold")                                                                        \
    X(DARK_YELLOW, "dark-yellow")                                                                  \
    X(DEEP_RED, "deep-red")                                                                        \
    X(RED_SHORT, "red-short")                                                                      \
    X(RED_LONG, "red-long")                                                                        \
    X(VIRIDIS, "viridis")                                                                          \
    X(PAPER, "paper")                                                                              \
    X(PAPER_RED, "paper-red")

enum colormap_id {
#define COLORMAP_ENUM(name, key) COLORMAP_##name,
    COLORMAP_LIST(COLORMAP_ENUM)
#undef COLORMAP_ENUM
        COLORMAP_COUNT
};

/* How the field shows what is not calibrated: its colour goes towards a grey of equal lightness, so
 * that lightness alone still means USD; in diagonal stripes of that grey; not at all. */
#define COLORMAP_CERTAINTY_LIST(X)                                                                 \
    X(SATURATION, "saturation")                                                                    \
    X(HATCH, "hatch")                                                                              \
    X(OFF, "off")

enum colormap_certainty {
#define COLORMAP_ENUM(name, key) COLORMAP_CERTAINTY_##name,
    COLORMAP_CERTAINTY_LIST(COLORMAP_ENUM)
#undef COLORMAP_ENUM
        COLORMAP_CERTAINTY_COUNT
};

enum {
    COLORMAP_ENTRY_COUNT = 1024,
    COLORMAP_SIDE_COUNT = 2,
    COLORMAP_LEVEL_COUNT = 16 /* steps of shown certainty; their difference is below what is seen */
};

const char *colormap_key(enum colormap_id id); /* "perceptual" */
/* STATUS_NOT_FOUND: no palette of that key; *out is then untouched. */
enum status colormap_from_key(const char *key, enum colormap_id *out);
/* The same of "saturation", "hatch" and "off". */
const char *colormap_certainty_key(enum colormap_certainty certainty); /* "hatch" */
enum status colormap_certainty_from_key(const char *key, enum colormap_certainty *out);

/* The field lies on paper and grows darker; otherwise on black and grows brighter. */
bool colormap_is_light(enum colormap_id id);
/* Both sides have the same ramp: colour does not tell them apart. */
bool colormap_is_single(enum colormap_id id);
/* Told apart by people who lack one kind of cone, too (tests: Machado's simulation). */
bool colormap_is_safe(enum colormap_id id);
/* A side's colours in words for a caption: "blue to mint"; side 0 long, 1 short. */
const char *colormap_color_words(enum colormap_id id, int side);

struct colormap_look {
    enum colormap_id id;
    enum colormap_certainty certainty;
    bool dimmed; /* the whole field is fainter: the estimate does worse than a naive map */
};
/* How much colour a certainty (0..1, see layers_column) keeps, 0..1: none up to .1 (sd 1.8), all
 * from .7 (sd .6), three quarters at .5, where a distance begins to count as calibrated; so that
 * what is calibrated and what is not are told apart at a glance.  compose.frag has the same curve.
 */
double colormap_shown_certainty(double certainty);
/* The field's colour, brightness and shown certainty 0..1 (clamped), side 0 long, 1 short; sRGB
 * 0..1. With hatching: the colour of the stripes. */
void colormap_look_sample(const struct colormap_look *look, int side, double brightness,
                          double shown, float out_rgb[3]);
/* Fill the colours of a look, side by shown certainty by brightness: RGBA8 in sRGB, alpha 255. */
void colormap_look_fill(
    const struct colormap_look *look,
    uint8_t out[COLORMAP_SIDE_COUNT][COLORMAP_LEVEL_COUNT][COLORMAP_ENTRY_COUNT][4]);
/* One colour of the palette itself, brightness 0..1 (clamped), side 0 long, 1 short; sRGB 0..1. */
void colormap_sample(enum colormap_id id, int side, double brightness, float out_rgb[3]);
