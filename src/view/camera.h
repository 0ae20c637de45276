/* view/camera.h - time x price window <-> pixels, the one place where the two are converted.
 *
 * Thread: main.  Plain data, owned by whoever shows the window.  Time is epoch milliseconds, price
 * is drawn on a ln axis, all in doubles (a float32 would jitter).  Pixels count from the top left
 * of the target. Limits: spans CAMERA_SPAN_MS_MIN..MAX and CAMERA_LN_SPAN_MIN..MAX, enforced by
 * every change. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAMERA_SPAN_MS_MIN 5000.0
#define CAMERA_SPAN_MS_MAX (400.0 * 86400000.0)
#define CAMERA_LN_SPAN_MIN 2e-4
#define CAMERA_LN_SPAN_MAX 4.0
/* Where now stands in the plot while following; labels have the room to its right. */
#define CAMERA_LIVE_FRACTION 0.94

struct camera_rect {
    double x, y, w, h; /* pixels */
};

struct camera {
    double time_left_ms, time_right_ms; /* at the plot's left and right edges */
    double ln_bottom, ln_top;           /* ln price at its bottom and top edges */
    struct camera_rect plot_px; /* where the plot is in the target; picture_plot_px gives it */
    bool following;             /* the live edge stays at CAMERA_LIVE_FRACTION */
};

/* A following camera that shows span_ms up to now_ms and prices price_mid x e^(-/+ ln_span / 2). */
void camera_init(struct camera *camera, int64_t now_ms, double span_ms, double price_mid,
                 double ln_span);
void camera_set_plot(struct camera *camera, struct camera_rect plot_px); /* w, h >= 1 */

double camera_px_from_time(const struct camera *camera, double time_ms); /* x */
double camera_time_from_px(const struct camera *camera, double x_px);
double camera_px_from_ln(const struct camera *camera, double ln_price); /* y */
double camera_ln_from_px(const struct camera *camera, double y_px);
double camera_px_from_price(const struct camera *camera, double price); /* price > 0 */
double camera_price_from_px(const struct camera *camera, double y_px);

/* While following: move the window so that now_ms stands at CAMERA_LIVE_FRACTION. Else nothing. */
void camera_follow(struct camera *camera, double now_ms);
/* Drag the picture by pixels (right and down positive). Moving in time ends following. */
void camera_pan_px(struct camera *camera, double dx_px, double dy_px);
/* Zoom by factor (> 1 sees less), keeping what is under the pixel where it is; while following, a
 * zoom in time keeps the live edge instead. */
void camera_zoom_time(struct camera *camera, double factor, double about_x_px);
void camera_zoom_price(struct camera *camera, double factor, double about_y_px);
/* Show these prices (0 < low < high) with margin (a fraction of the height, 0..0.4) above and
 * below. */
void camera_fit_price(struct camera *camera, double low, double high, double margin);
/* Keep price inside the middle of the plot: slides up or down by a step of `rate` (0..1) of what is
 * missing when it comes nearer to an edge than `margin` of the height. True: it moved. */
bool camera_keep_price(struct camera *camera, double price, double margin, double rate);
