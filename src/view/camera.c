#include "view/camera.h"

#include <assert.h>
#include <math.h>

static double clamp(double x, double low, double high) {
    return x < low ? low : (x > high ? high : x);
}

static void camera_set_time_span(struct camera *camera, double span_ms, double about_ms,
                                 double about_fraction) {
    span_ms = clamp(span_ms, CAMERA_SPAN_MS_MIN, CAMERA_SPAN_MS_MAX);
    camera->time_left_ms = about_ms - span_ms * about_fraction;
    camera->time_right_ms = camera->time_left_ms + span_ms;
}

static void camera_set_ln_span(struct camera *camera, double span, double about_ln,
                               double about_fraction) {
    span = clamp(span, CAMERA_LN_SPAN_MIN, CAMERA_LN_SPAN_MAX);
    camera->ln_bottom = about_ln - span * about_fraction;
    camera->ln_top = camera->ln_bottom + span;
}

void camera_init(struct camera *camera, int64_t now_ms, double span_ms, double price_mid,
                 double ln_span) {
    assert(price_mid > 0);
    *camera = (struct camera){.plot_px = {.w = 1, .h = 1}, .following = true};
    camera_set_time_span(camera, span_ms, (double)now_ms, CAMERA_LIVE_FRACTION);
    camera_set_ln_span(camera, ln_span, log(price_mid), 0.5);
}

void camera_set_plot(struct camera *camera, struct camera_rect plot_px) {
    assert(plot_px.w >= 1);
    assert(plot_px.h >= 1);
    camera->plot_px = plot_px;
}

double camera_px_from_time(const struct camera *camera, double time_ms) {
    double span = camera->time_right_ms - camera->time_left_ms;
    return camera->plot_px.x + (time_ms - camera->time_left_ms) / span * camera->plot_px.w;
}

double camera_time_from_px(const struct camera *camera, double x_px) {
    double span = camera->time_right_ms - camera->time_left_ms;
    return camera->time_left_ms + (x_px - camera->plot_px.x) / camera->plot_px.w * span;
}

double camera_px_from_ln(const struct camera *camera, double ln_price) {
    double span = camera->ln_top - camera->ln_bottom;
    return camera->plot_px.y + (camera->ln_top - ln_price) / span * camera->plot_px.h;
}

double camera_ln_from_px(const struct camera *camera, double y_px) {
    double span = camera->ln_top - camera->ln_bottom;
    return camera->ln_top - (y_px - camera->plot_px.y) / camera->plot_px.h * span;
}

double camera_px_from_price(const struct camera *camera, double price) {
    assert(price > 0);
    return camera_px_from_ln(camera, log(price));
}

double camera_price_from_px(const struct camera *camera, double y_px) {
    return exp(camera_ln_from_px(camera, y_px));
}

void camera_follow(struct camera *camera, double now_ms) {
    if (camera->following) {
        camera_set_time_span(camera, camera->time_right_ms - camera->time_left_ms, now_ms,
                             CAMERA_LIVE_FRACTION);
    }
}

void camera_pan_px(struct camera *camera, double dx_px, double dy_px) {
    double dt = dx_px / camera->plot_px.w * (camera->time_right_ms - camera->time_left_ms);
    double dl = dy_px / camera->plot_px.h * (camera->ln_top - camera->ln_bottom);
    camera->time_left_ms -= dt;
    camera->time_right_ms -= dt;
    camera->ln_bottom += dl;
    camera->ln_top += dl;
    if (dx_px != 0) {
        camera->following = false;
    }
}

void camera_zoom_time(struct camera *camera, double factor, double about_x_px) {
    assert(factor > 0);
    double span = camera->time_right_ms - camera->time_left_ms;
    double fraction = camera->following ? CAMERA_LIVE_FRACTION
                                        : (about_x_px - camera->plot_px.x) / camera->plot_px.w;
    camera_set_time_span(camera, span / factor, camera->time_left_ms + span * fraction, fraction);
}

void camera_zoom_price(struct camera *camera, double factor, double about_y_px) {
    assert(factor > 0);
    double span = camera->ln_top - camera->ln_bottom;
    double fraction = 1 - (about_y_px - camera->plot_px.y) / camera->plot_px.h;
    camera_set_ln_span(camera, span / factor, camera->ln_bottom + span * fraction, fraction);
}

void camera_fit_price(struct camera *camera, double low, double high, double margin) {
    assert(low > 0);
    assert(high > low);
    assert(margin >= 0 && margin <= 0.4);
    double bottom = log(low);
    double span = log(high) - bottom;
    camera_set_ln_span(camera, span / (1 - 2 * margin), bottom + span / 2, 0.5);
}

bool camera_keep_price(struct camera *camera, double price, double margin, double rate) {
    assert(price > 0);
    double span = camera->ln_top - camera->ln_bottom;
    double at = (log(price) - camera->ln_bottom) / span;
    double missing = at < margin ? at - margin : (at > 1 - margin ? at - (1 - margin) : 0);
    camera->ln_bottom += missing * rate * span;
    camera->ln_top += missing * rate * span;
    return missing != 0;
}
