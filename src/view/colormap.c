/* Palettes are a few anchors in sRGB, interpolated in OKLab (Bjorn Ottosson, 2020: a space in which
 * equal steps look equal), so that a doubling of density looks like the same step anywhere on the
 * ramp. */
#include "view/colormap.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

enum { ANCHOR_COUNT_MAX = 7 };

struct ramp {
    int count;
    struct {
        float at;     /* brightness 0..1, ascending */
        uint32_t rgb; /* 0xRRGGBB */
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
#define CHROMA_LEAST_SATURATION 0.2
#define CHROMA_LEAST_HATCH      0.0
/* Below this brightness the palette's black is left alone: there is next to nothing to doubt. */
#define BLACK_END    0.06
#define DIMMED_LIGHT 0.55f /* of the lightness above the palette's black */

#define FLOOR 0x0b0e15
static const struct ramp ramps[COLORMAP_COUNT][COLORMAP_SIDE_COUNT] = {
    [COLORMAP_PERCEPTUAL] = {{6,
                              {{0, FLOOR},
                               {0.2f, 0x10264a},
                               {0.42f, 0x0f568c},
                               {0.65f, 0x1597ae},
                               {0.85f, 0x6fdcb4},
                               {1, 0xf4ffe0}}},
                             {6,
                              {{0, FLOOR},
                               {0.2f, 0x2c1846},
                               {0.42f, 0x711a6b},
                               {0.65f, 0xc33a5c},
                               {0.85f, 0xf99146},
                               {1, 0xfff6c8}}}},
    [COLORMAP_BLUE_ORANGE] =
        {{5, {{0, FLOOR}, {0.25f, 0x0b2c5c}, {0.5f, 0x0f5fae}, {0.78f, 0x56b4e9}, {1, 0xeaf7ff}}},
         {5, {{0, FLOOR}, {0.25f, 0x40230a}, {0.5f, 0x8f4a06}, {0.78f, 0xe69f00}, {1, 0xfff4d0}}}},
    [COLORMAP_HOT_COLD] =
        {{5, {{0, FLOOR}, {0.3f, 0x122a78}, {0.55f, 0x1673d6}, {0.8f, 0x45d4ee}, {1, 0xffffff}}},
         {5, {{0, FLOOR}, {0.3f, 0x6a1010}, {0.55f, 0xd5381a}, {0.8f, 0xfbb32c}, {1, 0xffffff}}}},
    [COLORMAP_VIRIDIS] = {{6,
                           {{0, 0x150b26},
                            {0.2f, 0x3b2468},
                            {0.45f, 0x2c6184},
                            {0.65f, 0x1f9a84},
                            {0.85f, 0x86d44b},
                            {1, 0xfbf05a}}},
                          {6,
                           {{0, 0x150b26},
                            {0.2f, 0x3b2468},
                            {0.45f, 0x2c6184},
                            {0.65f, 0x1f9a84},
                            {0.85f, 0x86d44b},
                            {1, 0xfbf05a}}}},
    [COLORMAP_DEEP_RED] =
        {{5, {{0, FLOOR}, {0.3f, 0x0b3a2a}, {0.55f, 0x0f7a4c}, {0.8f, 0x4fd08a}, {1, 0xf0fff0}}},
         {5, {{0, FLOOR}, {0.3f, 0x4a0c14}, {0.55f, 0x9c1522}, {0.8f, 0xf2564a}, {1, 0xfff0e4}}}},
};

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

static void rgb_from_lab(const float lab[3], float rgb[3]) {
    float l = lab[0] + 0.3963377774f * lab[1] + 0.2158037573f * lab[2];
    float m = lab[0] - 0.1055613458f * lab[1] - 0.0638541728f * lab[2];
    float s = lab[0] - 0.0894841775f * lab[1] - 1.2914855480f * lab[2];
    l = l * l * l;
    m = m * m * m;
    s = s * s * s;
    rgb[0] = srgb_from_linear(4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s);
    rgb[1] = srgb_from_linear(-1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s);
    rgb[2] = srgb_from_linear(-0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s);
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

enum status colormap_certainty_from_key(const char *key, enum colormap_certainty *out) {
    int found = 0;
    enum status status = find_key(certainty_keys, COLORMAP_CERTAINTY_COUNT, key, &found);
    *out = status == STATUS_OK ? (enum colormap_certainty)found : *out;
    return status;
}

static void sample_lab(enum colormap_id id, int side, double brightness, float lab[3]) {
    assert((unsigned)id < COLORMAP_COUNT);
    assert(side == 0 || side == 1);
    const struct ramp *ramp = &ramps[id][side];
    float t = brightness > 0 ? (brightness < 1 ? (float)brightness : 1) : 0;
    int i = 0;
    while (i + 2 < ramp->count && t > ramp->anchors[i + 1].at) {
        i++;
    }
    float a[3];
    float b[3];
    lab_from_rgb(ramp->anchors[i].rgb, a);
    lab_from_rgb(ramp->anchors[i + 1].rgb, b);
    float f = (t - ramp->anchors[i].at) / (ramp->anchors[i + 1].at - ramp->anchors[i].at);
    for (int c = 0; c < 3; c++) {
        lab[c] = a[c] + (b[c] - a[c]) * f;
    }
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
    return (float)(1 - lost * fmin(fmax(brightness / BLACK_END, 0), 1));
}

/* The look's colour from the palette's; black is what nothing looks like. */
static void apply_look(const struct colormap_look *look, const float lab[3], const float black[3],
                       float chroma, float out_rgb[3]) {
    float light = look->dimmed ? DIMMED_LIGHT : 1;
    const float toned[3] = {black[0] + (lab[0] - black[0]) * light,
                            (black[1] + (lab[1] - black[1]) * light) * chroma,
                            (black[2] + (lab[2] - black[2]) * light) * chroma};
    rgb_from_lab(toned, out_rgb);
}

void colormap_look_sample(const struct colormap_look *look, int side, double brightness,
                          double shown, float out_rgb[3]) {
    float lab[3];
    float black[3];
    sample_lab(look->id, side, brightness, lab);
    sample_lab(look->id, side, 0, black);
    apply_look(look, lab, black, chroma_left(look->certainty, brightness, shown), out_rgb);
}

void colormap_look_fill(
    const struct colormap_look *look, double gamma,
    uint8_t out[COLORMAP_SIDE_COUNT][COLORMAP_LEVEL_COUNT][COLORMAP_ENTRY_COUNT][4]) {
    for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
        float black[3];
        sample_lab(look->id, side, 0, black);
        for (int i = 0; i < COLORMAP_ENTRY_COUNT; i++) {
            double brightness = pow((double)i / (COLORMAP_ENTRY_COUNT - 1), gamma);
            float lab[3];
            sample_lab(look->id, side, brightness, lab);
            for (int level = 0; level < COLORMAP_LEVEL_COUNT; level++) {
                double shown = (double)level / (COLORMAP_LEVEL_COUNT - 1);
                float rgb[3];
                apply_look(look, lab, black, chroma_left(look->certainty, brightness, shown), rgb);
                for (int c = 0; c < 3; c++) {
                    out[side][level][i][c] = (uint8_t)(rgb[c] * 255 + 0.5f);
                }
                out[side][level][i][3] = 255;
            }
        }
    }
}
