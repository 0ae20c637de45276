#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/golden.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "gfx/debug.h"
#include "record/screenshot.h"
#include "support/keep_modules.h"

enum { FAR_OFF = 24, WHY_BYTES = 512 }; /* of 255: a difference that is seen */
#define FAR_OFF_SHARE   0.005           /* of the pixels may be */
#define MEAN_DIFFERENCE 0.6             /* of 255 */
#define HALF_RANGE      0.09            /* of the usual market, in ln price */
#define LN_SPAN         0.17
#define SPAN_MS         7200000.0
#define PRICE_MID       64000.0

int golden_open(struct golden *golden, int width_px, int height_px) {
    memset(golden, 0, sizeof *golden);
    golden->width_px = width_px;
    golden->height_px = height_px;
    if (offscreen_create(width_px, height_px, &golden->offscreen) != STATUS_OK) {
        return -1;
    }
    keep_modules_now();
    return 0;
}

void golden_close(struct golden *golden) {
    offscreen_destroy(golden->offscreen);
    golden->offscreen = NULL;
}

int golden_open_picture(struct golden *golden) {
    return picture_create(NULL, &golden->picture) == STATUS_OK ? 0 : -1;
}

int golden_close_picture(struct golden *golden) {
    picture_destroy(golden->picture);
    golden->picture = NULL;
    assert_int_equal(debug_error_count(), 0);
    return 0;
}

static struct {
    struct golden *golden; /* borrowed */
    int width_px, height_px;
} used;

void golden_use(struct golden *golden, int width_px, int height_px) {
    used.golden = golden;
    used.width_px = width_px;
    used.height_px = height_px;
}

int golden_open_group(void **state) {
    (void)state;
    return golden_open(used.golden, used.width_px, used.height_px);
}

int golden_close_group(void **state) {
    (void)state;
    golden_close(used.golden);
    return 0;
}

int golden_open_test(void **state) {
    (void)state;
    golden_resize(used.golden, used.width_px, used.height_px);
    return golden_open_picture(used.golden);
}

int golden_close_test(void **state) {
    (void)state;
    return golden_close_picture(used.golden);
}

void golden_resize(struct golden *golden, int width_px, int height_px) {
    assert_int_equal(offscreen_resize(golden->offscreen, width_px, height_px), STATUS_OK);
    golden->width_px = width_px;
    golden->height_px = height_px;
}

void golden_fill(struct golden *golden, const struct synthetic_desc *desc) {
    static const struct synthetic_desc usual = {.col_count = 120,
                                                .row_count = 200,
                                                .col_ms = 60000,
                                                .price_mid = PRICE_MID,
                                                .half_range = HALF_RANGE,
                                                .seed = 3};
    struct synthetic *market = &golden->market;
    synthetic_init(market, desc != NULL ? desc : &usual);
    assert_int_equal(picture_set_grid(golden->picture, 1, &market->grid), STATUS_OK);
    for (int i = 0; i < market->grid.col_count; i++) {
        assert_true(picture_add_column(golden->picture, synthetic_next(market, 1)));
    }
}

struct camera golden_camera(const struct golden *golden, double span_ms,
                            const struct settings *settings) {
    const struct settings usual = settings_default();
    struct camera camera;
    camera_init(&camera, golden->market.now_ms,
                (span_ms > 0 ? span_ms : SPAN_MS) / CAMERA_LIVE_FRACTION, PRICE_MID, LN_SPAN);
    camera_set_plot(&camera, picture_plot_px(golden->width_px, golden->height_px,
                                             settings != NULL ? settings : &usual));
    return camera;
}

struct picture_frame golden_frame(const struct golden *golden, const struct camera *camera) {
    return (struct picture_frame){.target = offscreen_target(golden->offscreen),
                                  .scene = &golden->market.scene,
                                  .camera = camera,
                                  .now_ms = golden->market.now_ms,
                                  .latency_ns = 8300000,
                                  .settings = settings_default(),
                                  .settled = true};
}

uint8_t *golden_draw(struct golden *golden, const struct picture_frame *frame) {
    size_t bytes = (size_t)golden->width_px * (size_t)golden->height_px * 4;
    uint8_t *rgba = malloc(bytes);
    assert_non_null(rgba);
    picture_draw(golden->picture, frame);
    offscreen_read_rgba(golden->offscreen, bytes, rgba);
    return rgba;
}

static bool read_png(const char *path, const struct golden *golden, uint8_t *rgba) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path)) {
        return false;
    }
    image.format = PNG_FORMAT_RGBA;
    bool good = (int)image.width == golden->width_px && (int)image.height == golden->height_px &&
                png_image_finish_read(&image, NULL, rgba, 0, NULL) != 0;
    png_image_free(&image);
    return good;
}

static void save_failure(const struct golden *golden, const char *name, const char *what,
                         const uint8_t *rgba) {
    char path[256];
    mkdir("build", 0755);
    mkdir("build/render", 0755);
    str_format(path, sizeof path, "build/render/%s-%s.png", name, what);
    screenshot_write_png(path, golden->width_px, golden->height_px, rgba);
}

struct difference {
    size_t far_off;
    double mean;
};

/* out: the difference four times as strong, to be looked at. */
static struct difference difference_of(size_t pixel_count, const uint8_t *got, const uint8_t *want,
                                       uint8_t *out) {
    struct difference difference = {0};
    double sum = 0;
    for (size_t i = 0; i < pixel_count; i++) {
        int most = 0;
        for (size_t c = 0; c < 3; c++) {
            int d = abs(got[i * 4 + c] - want[i * 4 + c]);
            sum += d;
            most = d > most ? d : most;
            out[i * 4 + c] = (uint8_t)(d * 4 > 255 ? 255 : d * 4);
        }
        out[i * 4 + 3] = 255;
        difference.far_off += most > FAR_OFF;
    }
    difference.mean = sum / (3.0 * (double)pixel_count);
    return difference;
}

/* False: other than the golden image, and why; got, want and difference are left behind. */
static bool is_golden(const struct golden *golden, const char *name, const uint8_t *rgba,
                      uint8_t *want, uint8_t *apart, char why[WHY_BYTES]) {
    char path[256];
    size_t pixel_count = (size_t)golden->width_px * (size_t)golden->height_px;
    str_format(path, sizeof path, "tests/data/golden/%s.png", name);
    const char *mode = getenv("LIQSCOPE_GOLDEN");
    if (mode != NULL && strcmp(mode, "update") == 0 &&
        screenshot_write_png(path, golden->width_px, golden->height_px, rgba) != STATUS_OK) {
        str_format(why, WHY_BYTES, "%s: not written", path);
        return false;
    }
    if (!read_png(path, golden, want)) {
        save_failure(golden, name, "got", rgba);
        str_format(why, WHY_BYTES, "%s: no image of %d x %d; see build/render/%s-got.png", path,
                   golden->width_px, golden->height_px, name);
        return false;
    }
    struct difference difference = difference_of(pixel_count, rgba, want, apart);
    if ((double)difference.far_off <= FAR_OFF_SHARE * (double)pixel_count &&
        difference.mean <= MEAN_DIFFERENCE) {
        return true;
    }
    save_failure(golden, name, "got", rgba);
    save_failure(golden, name, "want", want);
    save_failure(golden, name, "diff", apart);
    str_format(why, WHY_BYTES,
               "%s: %zu pixels differ by more than %d of 255, mean difference %.3f; see "
               "build/render/%s-{got,want,diff}.png",
               name, difference.far_off, FAR_OFF, difference.mean, name);
    return false;
}

void golden_check(struct golden *golden, const char *name, const struct picture_frame *frame) {
    struct picture_frame bare = *frame;
    bare.text_hidden = true;
    size_t bytes = (size_t)golden->width_px * (size_t)golden->height_px * 4;
    uint8_t *got = golden_draw(golden, &bare);
    uint8_t *want = malloc(bytes);
    uint8_t *apart = malloc(bytes);
    assert_non_null(want);
    assert_non_null(apart);
    char why[WHY_BYTES] = "";
    bool same = is_golden(golden, name, got, want, apart, why);
    free(got);
    free(want);
    free(apart);
    if (!same) {
        fail_msg("%s", why);
    }
}
