#include "window/navigator.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "layer/picture.h"

#define MINUTE_MS 60e3
#define HOUR_MS   3600e3
#define DAY_MS    86400e3

/* A day shows 12 % of price: three times what a calm day moves, so that levels on both sides are in
 * view. */
#define LN_SPAN_OF_A_DAY 0.12
#define LN_SPAN_LEAST    0.01
#define LN_SPAN_MOST     0.9

#define RANGE_ROOM 2.2 /* times the range of prices: the field around them is what is looked at */
/* Of the order book alone: what is known of it is looked at, from its nearest level on. */
#define BOOK_ROOM          1.1
#define LN_SPAN_BOOK_LEAST 0.003
#define LEAP               0.2 /* of the span: time that leaps further is another picture */
#define PAN_STEP           0.1 /* of the plot, a key press */
#define KEY_ZOOM           1.25
/* A multiple of every possible number of instruments, so that taking turns skips none. */
#define INSTRUMENT_TURN 12

#define PRICE_MARGIN 0.2  /* of the height: nearer to an edge the prices slide along */
#define PRICE_RATE   0.08 /* of what is missing, a frame */

void navigator_init(struct navigator *nav, const struct navigator_desc *desc) {
    memset(nav, 0, sizeof *nav);
    nav->settings = desc->settings;
    camera_init(&nav->camera, 0, desc->span_ms, 1, navigator_ln_span(desc->span_ms));
}

double navigator_ln_span(double span_ms) {
    double ln_span = LN_SPAN_OF_A_DAY * sqrt(span_ms / DAY_MS);
    return fmin(fmax(ln_span, LN_SPAN_LEAST), LN_SPAN_MOST);
}

static double span_ms(const struct navigator *nav) {
    return nav->camera.time_right_ms - nav->camera.time_left_ms;
}

void navigator_fit(struct navigator *nav, double ln_low, double ln_high, double price) {
    bool book_alone = settings_show_book_alone(&nav->settings);
    double least = book_alone ? LN_SPAN_BOOK_LEAST : navigator_ln_span(span_ms(nav));
    double room = book_alone ? BOOK_ROOM : RANGE_ROOM;
    if (!(ln_low < ln_high)) {
        ln_low = log(price);
        ln_high = ln_low;
    }
    double middle = (ln_low + ln_high) / 2;
    double half = fmax(least, (ln_high - ln_low) * room) / 2;
    camera_fit_price(&nav->camera, exp(middle - half), exp(middle + half), 0);
    nav->book_alone = book_alone;
    nav->wants_range = false;
}

void navigator_advance(struct navigator *nav, double now_ms, double price) {
    if (price > 0) {
        bool leapt = fabs(now_ms - nav->followed_ms) > LEAP * span_ms(nav);
        if (!nav->placed || (leapt && nav->camera.following && !nav->price_free)) {
            nav->wants_range = true;
            nav->placed = true;
        }
        bool other = settings_show_book_alone(&nav->settings) != nav->book_alone;
        nav->wants_range = nav->wants_range || (other && !nav->price_free);
        nav->followed_ms = now_ms;
    }
    camera_follow(&nav->camera, now_ms);
    if (nav->camera.following && !nav->price_free && price > 0 && !nav->wants_range) {
        camera_keep_price(&nav->camera, price, PRICE_MARGIN, PRICE_RATE);
    }
}

double navigator_next_span(double span, int direction) {
    static const double spans[] = {
        MINUTE_MS,    5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS,      4 * HOUR_MS,
        12 * HOUR_MS, 24 * HOUR_MS,  48 * HOUR_MS,   3 * DAY_MS,   7 * DAY_MS,
        14 * DAY_MS,  30 * DAY_MS,   90 * DAY_MS,    180 * DAY_MS, 365 * DAY_MS,
    };
    int count = (int)ARRAY_COUNT(spans);
    if (direction > 0) {
        for (int i = 0; i < count; i++) {
            if (spans[i] > span * 1.01) {
                return spans[i];
            }
        }
        return spans[count - 1];
    }
    for (int i = count - 1; i >= 0; i--) {
        if (spans[i] < span * 0.99) {
            return spans[i];
        }
    }
    return spans[0];
}

/* Another time frame is another picture: the prices are fitted anew unless the user holds them. */
void navigator_set_span(struct navigator *nav, double wanted_ms) {
    const struct camera_rect plot = nav->camera.plot_px;
    camera_zoom_time(&nav->camera, span_ms(nav) / wanted_ms, plot.x + plot.w / 2);
    nav->wants_range = nav->wants_range || !nav->price_free;
}

static void change_span(struct navigator *nav, int direction) {
    navigator_set_span(nav, navigator_next_span(span_ms(nav), direction));
}

void navigator_pan_px(struct navigator *nav, double x_px, double y_px) {
    nav->price_free = nav->price_free || y_px != 0;
    camera_pan_px(&nav->camera, x_px, y_px);
}

void navigator_zoom_time(struct navigator *nav, double factor, double about_x_px) {
    camera_zoom_time(&nav->camera, factor, about_x_px);
}

void navigator_zoom_price(struct navigator *nav, double factor, double about_y_px) {
    nav->price_free = true;
    camera_zoom_price(&nav->camera, factor, about_y_px);
}

void navigator_show_price(struct navigator *nav, double price) {
    const struct camera_rect plot = nav->camera.plot_px;
    navigator_pan_px(nav, 0, plot.y + plot.h / 2 - camera_px_from_price(&nav->camera, price));
    nav->price_free = true; /* also where it stood there already */
    nav->wants_range = false;
}

void navigator_go(struct navigator *nav, double time_ms) {
    const struct camera_rect plot = nav->camera.plot_px;
    navigator_pan_px(nav, plot.x + plot.w / 2 - camera_px_from_time(&nav->camera, time_ms), 0);
    nav->camera.following = false;
    nav->wants_range = nav->wants_range || !nav->price_free;
}

static void pan(struct navigator *nav, double x, double y) {
    const struct camera_rect plot = nav->camera.plot_px;
    navigator_pan_px(nav, x * PAN_STEP * plot.w, y * PAN_STEP * plot.h);
}

static void zoom(struct navigator *nav, double factor, bool price) {
    const struct camera_rect plot = nav->camera.plot_px;
    if (price) {
        navigator_zoom_price(nav, factor, plot.y + plot.h / 2);
    } else {
        navigator_zoom_time(nav, factor, plot.x + plot.w / 2);
    }
}

/* What moves the camera. */
static void apply_move(struct navigator *nav, enum action action, bool shift) {
    switch (action) {
    case ACTION_FOLLOW:
        nav->camera.following = true;
        nav->price_free = false;
        nav->wants_range = true;
        break;
    case ACTION_FIT_PRICE:
        nav->price_free = false;
        nav->wants_range = true;
        break;
    case ACTION_SPAN_SHORTER:
        change_span(nav, -1);
        break;
    case ACTION_SPAN_LONGER:
        change_span(nav, +1);
        break;
    case ACTION_PAN_LEFT:
        pan(nav, +1, 0);
        break;
    case ACTION_PAN_RIGHT:
        pan(nav, -1, 0);
        break;
    case ACTION_PAN_UP:
        pan(nav, 0, +1);
        break;
    case ACTION_PAN_DOWN:
        pan(nav, 0, -1);
        break;
    case ACTION_ZOOM_IN:
        zoom(nav, KEY_ZOOM, shift);
        break;
    case ACTION_ZOOM_OUT:
        zoom(nav, 1 / KEY_ZOOM, shift);
        break;
    default:
        break;
    }
}

void navigator_show_instrument(struct navigator *nav, int instrument) {
    nav->instrument = instrument;
    nav->price_free = false;
    nav->wants_range = true;
}

bool navigator_run(struct navigator *nav, enum action action, bool shift) {
    if (action >= ACTION_CAMERA_FIRST && action <= ACTION_CAMERA_LAST) {
        apply_move(nav, action, shift);
        return true;
    }
    switch (action) {
    case ACTION_INSTRUMENT_NEXT:
        navigator_show_instrument(nav, (nav->instrument + 1) % INSTRUMENT_TURN);
        return true;
    case ACTION_WHY:
        nav->why = !nav->why;
        return true;
    default:
        return knobs_turn(&nav->knobs, &nav->settings, action);
    }
}
