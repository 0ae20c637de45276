/* A ramp runs evenly in the lightness L of OKLab (Bjorn Ottosson, 2020: a space in which equal
 * steps look equal) from the background to `light`; its anchors give chroma and hue on the way,
 * which are interpolated around the hue circle, so that no greys lie between two hues.  What the
 * screen cannot show (sRGB's gamut) loses chroma, never lightness.  Grey of the same L is what an
 * uncertain colour turns to; the ends therefore keep enough chroma for that to be seen, and are not
 * white. */
#include "view/colormap.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

enum { ANCHOR_COUNT_MAX = 6 };

struct ramp {
    const char *words;
    float light; /* L at brightness 1 */
    int count;
    struct {
        float at;          /* brightness, ascending, the last is 1 */
        float chroma, hue; /* degrees; beyond 360 to say which way round */
    } anchors[ANCHOR_COUNT_MAX];
};

static const char *const keys[] = {
#define COLORMAP_KEY(name, key) key,
    COLORMAP_LIST(COLORMAP_KEY)
#undef COLORMAP_KEY
};
static_assert(ARRAY_COUNT(keys) == COLORMAP_COUNT, "a key per palette");

static const char *const certainty_keys[] = {
#define COLORMAP_KEY(name, key) key,
    COLORMAP_CERTAINTY_LIST(COLORMAP_KEY)
#undef COLORMAP_KEY
};
static_assert(ARRAY_COUNT(certainty_keys) == COLORMAP_CERTAINTY_COUNT, "a key each");

#define GREY_UNTIL 0.1 /* certainty; also in compose.frag */
#define COLOR_FROM 0.7
/* What is left of the chroma where nothing is calibrated: enough to tell longs from shorts, too
 * little to be taken for a calibrated colour. Stripes stand beside the full colour and need none.
 */
#define CHROMA_LEAST_SATURATION 0.28
#define CHROMA_LEAST_HATCH      0.0
/* Below this brightness the palette's floor is left alone: there is next to nothing to doubt. */
#define FLOOR_END    0.06
#define DIMMED_LIGHT 0.55f /* of the lightness between the palette's floor and its end */

#define DARK  0x0b0e15
#define PAPER 0xf6f7f9

static const struct ramp blue_to_mint = {"blue to mint",
                                         0.93f,
                                         5,
                                         {{0.15f, 0.07f, 268},
                                          {0.35f, 0.13f, 260},
                                          {0.55f, 0.13f, 228},
                                          {0.75f, 0.13f, 188},
                                          {1, 0.12f, 148}}};
static const struct ramp violet_to_yellow = {"violet to yellow",
                                             0.93f,
                                             6,
                                             {{0.15f, 0.09f, 308},
                                              {0.35f, 0.17f, 345},
                                              {0.5f, 0.19f, 375},
                                              {0.65f, 0.18f, 402},
                                              {0.82f, 0.16f, 435},
                                              {1, 0.14f, 464}}};
static const struct ramp blue = {
    "blue",
    0.89f,
    4,
    {{0.25f, 0.1f, 262}, {0.5f, 0.155f, 255}, {0.75f, 0.12f, 238}, {1, 0.07f, 215}}};
static const struct ramp orange = {
    "orange",
    0.89f,
    5,
    {{0.2f, 0.06f, 35}, {0.4f, 0.13f, 42}, {0.6f, 0.16f, 58}, {0.8f, 0.165f, 76}, {1, 0.12f, 98}}};
static const struct ramp cold = {
    "cold blue",
    0.92f,
    4,
    {{0.25f, 0.13f, 268}, {0.5f, 0.17f, 260}, {0.75f, 0.13f, 225}, {1, 0.09f, 200}}};
static const struct ramp hot = {"hot red",
                                0.92f,
                                5,
                                {{0.25f, 0.11f, 18},
                                 {0.5f, 0.2f, 27},
                                 {0.7f, 0.18f, 50},
                                 {0.85f, 0.165f, 80},
                                 {1, 0.12f, 103}}};
static const struct ramp yellow = {"yellow",
                                   0.96f,
                                   5,
                                   {{0.2f, 0.055f, 78},
                                    {0.4f, 0.105f, 84},
                                    {0.6f, 0.14f, 90},
                                    {0.8f, 0.17f, 97},
                                    {1, 0.19f, 106}}};
static const struct ramp deep_red = {
    "red",
    0.86f,
    5,
    {{0.25f, 0.12f, 16}, {0.5f, 0.2f, 24}, {0.7f, 0.2f, 28}, {0.85f, 0.14f, 42}, {1, 0.09f, 62}}};
/* Reds and greens end below white: nothing brighter is red. */
static const struct ramp red = {
    "red",
    0.88f,
    5,
    {{0.25f, 0.11f, 14}, {0.5f, 0.2f, 22}, {0.7f, 0.2f, 24}, {0.85f, 0.14f, 30}, {1, 0.1f, 45}}};
static const struct ramp green = {
    "green",
    0.88f,
    4,
    {{0.25f, 0.07f, 168}, {0.5f, 0.13f, 158}, {0.75f, 0.19f, 150}, {1, 0.2f, 142}}};
static const struct ramp viridis = {"violet to yellow",
                                    0.92f,
                                    6,
                                    {{0.15f, 0.1f, 306},
                                     {0.35f, 0.115f, 278},
                                     {0.5f, 0.1f, 238},
                                     {0.65f, 0.11f, 182},
                                     {0.82f, 0.17f, 145},
                                     {1, 0.19f, 112}}};
static const struct ramp paper_blue = {
    "blue",
    0.33f,
    4,
    {{0.15f, 0.05f, 235}, {0.4f, 0.12f, 246}, {0.7f, 0.17f, 260}, {1, 0.17f, 268}}};
static const struct ramp paper_crimson = {
    "orange to crimson",
    0.33f,
    4,
    {{0.15f, 0.055f, 65}, {0.4f, 0.15f, 50}, {0.7f, 0.19f, 28}, {1, 0.13f, 15}}};
static const struct ramp paper_red = {"yellow to deep red",
                                      0.35f,
                                      5,
                                      {{0.15f, 0.08f, 100},
                                       {0.35f, 0.14f, 80},
                                       {0.6f, 0.19f, 40},
                                       {0.8f, 0.19f, 27},
                                       {1, 0.14f, 20}}};

static const struct {
    uint32_t floor; /* 0xRRGGBB at brightness 0: the theme's background */
    bool safe;
    const struct ramp *ramps[COLORMAP_SIDE_COUNT];
} palettes[] = {
    [COLORMAP_PERCEPTUAL] = {DARK, false, {&blue_to_mint, &violet_to_yellow}},
    [COLORMAP_BLUE_ORANGE] = {DARK, true, {&blue, &orange}},
    [COLORMAP_HOT_COLD] = {DARK, false, {&cold, &hot}},
    [COLORMAP_DARK_YELLOW] = {DARK, false, {&yellow, &yellow}},
    [COLORMAP_DEEP_RED] = {DARK, false, {&deep_red, &deep_red}},
    [COLORMAP_RED_SHORT] = {DARK, false, {&green, &red}},
    [COLORMAP_RED_LONG] = {DARK, false, {&red, &green}},
    [COLORMAP_VIRIDIS] = {DARK, false, {&viridis, &viridis}},
    [COLORMAP_PAPER] = {PAPER, true, {&paper_blue, &paper_crimson}},
    [COLORMAP_PAPER_RED] = {PAPER, false, {&paper_red, &paper_red}},
};
static_assert(ARRAY_COUNT(palettes) == COLORMAP_COUNT, "ramps per palette");

static float linear_from_srgb(float c) {
    return c <= 0.04045f ? c / 12.92f : powf((c + 0.055f) / 1.055f, 2.4f);
}

static float srgb_from_linear(float c) {
    float x = c < 0 ? 0 : (c > 1 ? 1 : c);
    return x <= 0.0031308f ? x * 12.92f : 1.055f * powf(x, 1 / 2.4f) - 0.055f;
}

static void lab_from_rgb(uint32_t rgb, float lab[3]) {
    float r = linear_from_srgb((float)(rgb >> 16 & 255) / 255);
    float g = linear_from_srgb((float)(rgb >> 8 & 255) / 255);
    float b = linear_from_srgb((float)(rgb & 255) / 255);
    float l = cbrtf(0.4122214708f * r + 0.5363325363f * g + 0.0514459929f * b);
    float m = cbrtf(0.2119034982f * r + 0.6806995451f * g + 0.1073969566f * b);
    float s = cbrtf(0.0883024619f * r + 0.2817188376f * g + 0.6299787005f * b);
    lab[0] = 0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s;
    lab[1] = 1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s;
    lab[2] = 0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s;
}

static void linear_from_lab(const float lab[3], float rgb[3]) {
    float l = lab[0] + 0.3963377774f * lab[1] + 0.2158037573f * lab[2];
    float m = lab[0] - 0.1055613458f * lab[1] - 0.0638541728f * lab[2];
    float s = lab[0] - 0.0894841775f * lab[1] - 1.2914855480f * lab[2];
    l = l * l * l;
    m = m * m * m;
    s = s * s * s;
    rgb[0] = 4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s;
    rgb[1] = -1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s;
    rgb[2] = -0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s;
}

static void rgb_from_lab(const float lab[3], float rgb[3]) {
    linear_from_lab(lab, rgb);
    for (int c = 0; c < 3; c++) {
        rgb[c] = srgb_from_linear(rgb[c]);
    }
}

static bool is_shown(const float lab[3]) {
    float rgb[3];
    linear_from_lab(lab, rgb);
    for (int c = 0; c < 3; c++) {
        if (rgb[c] < -0.0005f || rgb[c] > 1.0005f) {
            return false;
        }
    }
    return true;
}

/* As much of the chroma as the screen can show at that lightness. */
static void clamp_chroma(float lab[3]) {
    float low = 0;
    float high = 1;
    if (is_shown(lab)) {
        return;
    }
    for (int i = 0; i < 10; i++) {
        float middle = (low + high) / 2;
        const float tried[3] = {lab[0], lab[1] * middle, lab[2] * middle};
        if (is_shown(tried)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    lab[1] *= low;
    lab[2] *= low;
}

static const struct ramp *ramp_of(enum colormap_id id, int side) {
    assert((unsigned)id < COLORMAP_COUNT);
    assert(side == 0 || side == 1);
    return palettes[id].ramps[side];
}

const char *colormap_key(enum colormap_id id) {
    assert((unsigned)id < COLORMAP_COUNT);
    return keys[id];
}

static enum status find_key(const char *const list[], int count, const char *key, int *out) {
    for (int i = 0; i < count; i++) {
        if (strcmp(list[i], key) == 0) {
            *out = i;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}

enum status colormap_from_key(const char *key, enum colormap_id *out) {
    int found = 0;
    enum status status = find_key(keys, COLORMAP_COUNT, key, &found);
    *out = status == STATUS_OK ? (enum colormap_id)found : *out;
    return status;
}

const char *colormap_certainty_key(enum colormap_certainty certainty) {
    return certainty_keys[certainty];
}

enum status colormap_certainty_from_key(const char *key, enum colormap_certainty *out) {
    int found = 0;
    enum status status = find_key(certainty_keys, COLORMAP_CERTAINTY_COUNT, key, &found);
    *out = status == STATUS_OK ? (enum colormap_certainty)found : *out;
    return status;
}

bool colormap_is_light(enum colormap_id id) {
    assert((unsigned)id < COLORMAP_COUNT);
    return palettes[id].floor == PAPER;
}

bool colormap_is_single(enum colormap_id id) {
    assert((unsigned)id < COLORMAP_COUNT);
    return palettes[id].ramps[0] == palettes[id].ramps[1];
}

bool colormap_is_safe(enum colormap_id id) {
    assert((unsigned)id < COLORMAP_COUNT);
    return palettes[id].safe;
}

const char *colormap_color_words(enum colormap_id id, int side) {
    return ramp_of(id, side)->words;
}

static void polar(float chroma, float hue_deg, float ab[2]) {
    float radians = hue_deg * (float)(3.14159265358979323846 / 180);
    ab[0] = chroma * cosf(radians);
    ab[1] = chroma * sinf(radians);
}

static void sample_lab(enum colormap_id id, int side, double brightness, float lab[3]) {
    const struct ramp *ramp = ramp_of(id, side);
    float floor_lab[3];
    float t = brightness > 0 ? (brightness < 1 ? (float)brightness : 1) : 0;
    lab_from_rgb(palettes[id].floor, floor_lab);
    lab[0] = floor_lab[0] + (ramp->light - floor_lab[0]) * t;
    int i = 0;
    while (i + 1 < ramp->count && t > ramp->anchors[i].at) {
        i++;
    }
    float to[2];
    polar(ramp->anchors[i].chroma, ramp->anchors[i].hue, to);
    if (i == 0) { /* from the floor, which has next to no hue, straight */
        float f = t / ramp->anchors[0].at;
        lab[1] = floor_lab[1] + (to[0] - floor_lab[1]) * f;
        lab[2] = floor_lab[2] + (to[1] - floor_lab[2]) * f;
    } else {
        float from = ramp->anchors[i - 1].at;
        float f = (t - from) / (ramp->anchors[i].at - from);
        float chroma = ramp->anchors[i - 1].chroma;
        float hue = ramp->anchors[i - 1].hue;
        polar(chroma + (ramp->anchors[i].chroma - chroma) * f,
              hue + (ramp->anchors[i].hue - hue) * f, lab + 1);
    }
    clamp_chroma(lab);
}

void colormap_sample(enum colormap_id id, int side, double brightness, float out_rgb[3]) {
    float lab[3];
    sample_lab(id, side, brightness, lab);
    rgb_from_lab(lab, out_rgb);
}

double colormap_shown_certainty(double certainty) {
    double x = fmin(fmax((certainty - GREY_UNTIL) / (COLOR_FROM - GREY_UNTIL), 0), 1);
    return x * x * (3 - 2 * x);
}

/* Chroma that a shown certainty leaves, as a share of the palette's. */
static float chroma_left(enum colormap_certainty mode, double brightness, double shown) {
    static const double least[COLORMAP_CERTAINTY_COUNT] = {
        [COLORMAP_CERTAINTY_SATURATION] = CHROMA_LEAST_SATURATION,
        [COLORMAP_CERTAINTY_HATCH] = CHROMA_LEAST_HATCH,
        [COLORMAP_CERTAINTY_OFF] = 1};
    double lost = (1 - least[mode]) * (1 - fmin(fmax(shown, 0), 1));
    return (float)(1 - lost * fmin(fmax(brightness / FLOOR_END, 0), 1));
}

/* The look's colour from the palette's; floor_lab is what nothing looks like. */
static void apply_look(const struct colormap_look *look, const float lab[3],
                       const float floor_lab[3], float chroma, float out_rgb[3]) {
    float light = look->dimmed ? DIMMED_LIGHT : 1;
    const float toned[3] = {floor_lab[0] + (lab[0] - floor_lab[0]) * light,
                            (floor_lab[1] + (lab[1] - floor_lab[1]) * light) * chroma,
                            (floor_lab[2] + (lab[2] - floor_lab[2]) * light) * chroma};
    rgb_from_lab(toned, out_rgb);
}

void colormap_look_sample(const struct colormap_look *look, int side, double brightness,
                          double shown, float out_rgb[3]) {
    float lab[3];
    float floor_lab[3];
    sample_lab(look->id, side, brightness, lab);
    sample_lab(look->id, side, 0, floor_lab);
    apply_look(look, lab, floor_lab, chroma_left(look->certainty, brightness, shown), out_rgb);
}

void colormap_look_fill(
    const struct colormap_look *look,
    uint8_t out[COLORMAP_SIDE_COUNT][COLORMAP_LEVEL_COUNT][COLORMAP_ENTRY_COUNT][4]) {
    for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
        float floor_lab[3];
        sample_lab(look->id, side, 0, floor_lab);
        for (int i = 0; i < COLORMAP_ENTRY_COUNT; i++) {
            double brightness = (double)i / (COLORMAP_ENTRY_COUNT - 1);
            float lab[3];
            sample_lab(look->id, side, brightness, lab);
            for (int level = 0; level < COLORMAP_LEVEL_COUNT; level++) {
                double shown = (double)level / (COLORMAP_LEVEL_COUNT - 1);
                float rgb[3];
                apply_look(look, lab, floor_lab, chroma_left(look->certainty, brightness, shown),
                           rgb);
                for (int c = 0; c < 3; c++) {
                    out[side][level][i][c] = (uint8_t)(rgb[c] * 255 + 0.5f);
                }
                out[side][level][i][3] = 255;
            }
        }
    }
}
