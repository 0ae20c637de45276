/* support/golden.h - pictures compared with the images of tests/data/golden, and a stage to draw
 * them on: a context without a window, a picture, the made-up market of synthetic_picture.h.
 *
 * For cmocka tests that run from the repository root: whatever goes wrong fails the test.  Golden
 * images are drawn without texts (frame.text_hidden), because fonts differ between machines, and
 * are small: 640 x 360 or 1280 x 720.  LIQSCOPE_GOLDEN=update writes them anew. */
#pragma once

#include "gfx/offscreen.h"
#include "layer/picture.h"
#include "support/synthetic_picture.h"

struct golden {
    int width_px, height_px;
    struct offscreen *offscreen; /* owned */
    struct picture *picture;     /* owned; golden_close_picture lets a test end it earlier */
    struct synthetic market;
};

/* Make the context; a group's set-up. 0, or -1 if there is none (cmocka's convention). */
int golden_open(struct golden *golden, int width_px, int height_px);
void golden_close(struct golden *golden);
/* A picture of its own for each test: set-up and tear-down; the latter sees to it that GL never
 * complained. */
int golden_open_picture(struct golden *golden);
int golden_close_picture(struct golden *golden);
/* cmocka's set-ups and tear-downs of a file whose tests draw on one stage: golden_use says on
 * which, before the group runs. Each test begins with a picture of its own, of the size given here.
 */
void golden_use(struct golden *golden, int width_px, int height_px);
int golden_open_group(void **state);
int golden_close_group(void **state);
int golden_open_test(void **state);
int golden_close_test(void **state);
void golden_resize(struct golden *golden, int width_px, int height_px);

/* A market of desc in the picture, all columns of its grid; NULL: a small one of 120 minutes and
 * 200 rows, 58,000 to 70,000, about two hours. */
void golden_fill(struct golden *golden, const struct synthetic_desc *desc);
/* Where a live picture of the market's newest span_ms stands (0: two hours), 0.17 in ln price
 * high; settings as the frame will have them, NULL: the usual ones. */
struct camera golden_camera(const struct golden *golden, double span_ms,
                            const struct settings *settings);
/* A frame of the market with usual settings and texts; settled. camera is borrowed. */
struct picture_frame golden_frame(const struct golden *golden, const struct camera *camera);
/* Draw and read back: RGBA8, rows top down, of the stage's size; the caller frees it. */
uint8_t *golden_draw(struct golden *golden, const struct picture_frame *frame);

/* Draw without texts and fail unless it equals tests/data/golden/NAME.png: another driver may shade
 * edges a little differently, so up to 0.5 % of the pixels may be off by more than 24 of 255 and
 * the mean difference stays below 0.6. A failure leaves got, want and difference in build/render.
 */
void golden_check(struct golden *golden, const char *name, const struct picture_frame *frame);
