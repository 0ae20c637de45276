#include "window/hands.h"

#include <math.h>

#include "layer/legend.h"

/* Pixels at scale 1. */
#define DRAG_PX          4.0  /* less is a click */
#define UP_DOWN_PX       10.0 /* a drag along the time leaves prices alone until here */
#define LINE_REACH_PX    4.0
#define HANDLE_PX        8.0 /* a handle of the legend is so far around it */
#define LEGEND_PAD_PX    5.0
#define AMOUNT_W_PX      86.0
#define AMOUNT_H_PX      22.0
#define STRETCH          3.0 /* ln of a drag over the whole axis */
#define WHEEL_ZOOM       1.15
#define WHEEL_PAN        0.04 /* of the plot's width, a step */
#define WHITE_OVER_BLACK 1.05
#define USD_LEAST        1.0
#define USD_MOST         1e12

static double clamp(double x, double low, double high) {
    return fmin(fmax(x, low), high);
}

static bool inside(const struct camera_rect *rect, double x, double y) {
    return x >= rect->x && x < rect->x + rect->w && y >= rect->y && y < rect->y + rect->h;
}

/* -- where -- */

static int camera_at(const struct hands_view *view, double y_px) {
    int at = 0;
    for (int i = 1; i < view->camera_count; i++) {
        at = y_px >= view->cameras[i].plot_px.y ? i : at;
    }
    return at;
}

void hands_read_place(const struct hands_view *view, double x_px, double y_px, double *time_ms,
                      double *price) {
    const struct camera *camera = &view->cameras[camera_at(view, y_px)];
    const struct camera_rect *plot = &camera->plot_px;
    *time_ms = camera_time_from_px(camera, x_px);
    *price = camera_price_from_px(camera, clamp(y_px, plot->y, plot->y + plot->h));
}

static int find_line(const struct hands_view *view, double y_px) {
    const struct camera *camera = &view->cameras[camera_at(view, y_px)];
    double reach_px = LINE_REACH_PX * view->layout.scale;
    if (view->lines == NULL || !inside(&camera->plot_px, camera->plot_px.x, y_px)) {
        return -1;
    }
    double ln_price = camera_ln_from_px(camera, y_px);
    return lines_find(view->lines, ln_price, ln_price - camera_ln_from_px(camera, y_px + reach_px));
}

static enum hands_place find_in_legend(const struct navigator *nav, const struct hands_view *view,
                                       double x, double y) {
    const struct settings *settings = &nav->settings;
    const struct legend_place at = legend_place_of(&view->layout);
    double s = view->layout.scale;
    double pad = LEGEND_PAD_PX * s;
    const struct camera_rect bar = {at.x - at.beyond - pad, at.y - pad,
                                    at.w + 2 * (at.beyond + pad), at.h + 2 * pad};
    double amount_w = fmin(AMOUNT_W_PX * s, at.w / 3);
    struct camera_rect amount = {at.x - at.beyond, at.amounts_y - AMOUNT_H_PX * s / 2, amount_w,
                                 AMOUNT_H_PX * s};
    if (!settings_shows(settings, SETTINGS_PART_LEGEND) ||
        !settings_shows(settings, SETTINGS_PART_FIELD) || !(nav->knobs.white_usd_per_bp > 0)) {
        return HANDS_NOWHERE;
    }
    if (inside(&bar, x, y)) {
        double reach = HANDLE_PX * s;
        return x - at.x <= reach ? HANDS_BLACK
                                 : (at.x + at.w - x <= reach ? HANDS_WHITE : HANDS_LEGEND);
    }
    if (inside(&amount, x, y)) {
        return HANDS_BLACK_AMOUNT;
    }
    amount.x = at.x + at.w + at.beyond - amount_w;
    return inside(&amount, x, y) ? HANDS_WHITE_AMOUNT : HANDS_NOWHERE;
}

enum hands_place hands_find_place(const struct navigator *nav, const struct hands_view *view,
                                  double x_px, double y_px, int *line) {
    const struct layout *layout = &view->layout;
    bool beside = x_px >= layout->plot.x && x_px < layout->width_px;
    bool in_plot_rows = y_px >= layout->plot.y && y_px < layout->plot.y + layout->plot.h;
    *line = -1;
    if (y_px < layout->plot.y) {
        return find_in_legend(nav, view, x_px, y_px);
    }
    if (in_plot_rows && beside) {
        bool in_profile = inside(&layout->profile, x_px, y_px);
        *line = in_profile ? -1 : find_line(view, y_px);
        if (*line >= 0) {
            return HANDS_LINE;
        }
        return in_profile ? HANDS_PROFILE
                          : (x_px >= layout->price_axis.x ? HANDS_PRICE_AXIS : HANDS_PLOT);
    }
    if (y_px >= layout->time_axis.y && y_px < layout->time_axis.y + layout->time_axis.h) {
        return beside ? HANDS_TIME_AXIS : HANDS_NOWHERE;
    }
    return y_px < layout->time_axis.y && beside ? HANDS_STRIPS : HANDS_NOWHERE;
}

/* -- drags -- */

/* While a handle is held the legend is the scale as it was: what lies under the pointer is what the
 * handle is worth. */
static void drag_handle(struct hands *hands, struct navigator *nav, const struct hands_view *view,
                        double x_px) {
    struct settings *settings = &nav->settings;
    const struct legend_place place = legend_place_of(&view->layout);
    struct scale axis = {.curve = settings->curve};
    scale_pin(&axis, hands->legend_black_usd_per_bp, hands->legend_white_usd_per_bp);
    double share = legend_share_from_px(&place, x_px);
    double usd = scale_usd_at(&axis, clamp(share, 0, 1));
    if (share < 0 || share > 1) { /* beyond the ramps on through the logarithm of both points */
        double ratio = hands->legend_white_usd_per_bp / hands->legend_black_usd_per_bp;
        usd = hands->legend_black_usd_per_bp * pow(ratio, share);
    }
    double black = hands->legend_black_usd_per_bp;
    double white = hands->legend_white_usd_per_bp;
    if (hands->grabbed == HANDS_BLACK) {
        black = clamp(usd, USD_LEAST, white / WHITE_OVER_BLACK);
    } else {
        white = clamp(usd, black * WHITE_OVER_BLACK, USD_MOST);
    }
    settings->black_usd_per_bp = black;
    settings->white_usd_per_bp = white;
}

static void drag_line(struct hands *hands, const struct hands_view *view, double y_px) {
    if (view->lines == NULL || hands->line >= view->lines->count) {
        return; /* it was removed meanwhile */
    }
    double time_ms = 0;
    double price = 0;
    double ten = pow(10, view->price_decimals);
    hands_read_place(view, 0, y_px - hands->line_off_px, &time_ms, &price);
    double rounded = round(price * ten) / ten;
    view->lines->items[hands->line].price = rounded > 0 ? rounded : price;
}

static void drag_measure(struct hands *hands, const struct hands_view *view, double x, double y) {
    const struct camera_rect *plot = &view->layout.plot;
    hands_read_place(view, clamp(x, plot->x, plot->x + plot->w),
                     clamp(y, plot->y, plot->y + plot->h), &hands->measure.to_ms,
                     &hands->measure.to_price);
    hands->measure.shown = true;
}

static void drag(struct hands *hands, struct navigator *nav, const struct hands_view *view,
                 const struct input *input) {
    const struct camera_rect *plot = &nav->camera.plot_px;
    double dx = input->drag_x_px;
    double dy = hands->moved_up_down ? input->drag_y_px : 0;
    switch (hands->grabbed) {
    case HANDS_PLOT:
        navigator_pan_px(nav, dx, dy);
        break;
    case HANDS_STRIPS:
        navigator_pan_px(nav, dx, 0);
        break;
    case HANDS_PROFILE:
        navigator_pan_px(nav, 0, input->drag_y_px);
        break;
    case HANDS_PRICE_AXIS:
        navigator_zoom_price(nav, exp(-STRETCH * input->drag_y_px / plot->h),
                             plot->y + plot->h / 2);
        break;
    case HANDS_TIME_AXIS: /* about now, or the right edge: pulling away from it stretches */
        navigator_zoom_time(nav, exp(-STRETCH * dx / plot->w), plot->x + plot->w);
        break;
    case HANDS_BLACK:
    case HANDS_WHITE:
        drag_handle(hands, nav, view, input->pointer_x_px);
        break;
    case HANDS_LINE:
        drag_line(hands, view, input->pointer_y_px);
        break;
    default:
        break;
    }
}

static void begin_legend(struct hands *hands, const struct navigator *nav) {
    const struct settings *settings = &nav->settings;
    hands->legend_black_usd_per_bp =
        settings->black_usd_per_bp > 0 ? settings->black_usd_per_bp : nav->knobs.black_usd_per_bp;
    hands->legend_white_usd_per_bp =
        settings->white_usd_per_bp > 0 ? settings->white_usd_per_bp : nav->knobs.white_usd_per_bp;
    hands->legend_black_usd_per_bp = fmax(hands->legend_black_usd_per_bp, USD_LEAST);
}

static void double_click(struct navigator *nav, enum hands_place place) {
    switch (place) {
    case HANDS_PLOT:
    case HANDS_TIME_AXIS:
    case HANDS_STRIPS:
        (void)navigator_run(nav, ACTION_FOLLOW, false);
        break;
    case HANDS_PRICE_AXIS:
    case HANDS_PROFILE:
        (void)navigator_run(nav, ACTION_FIT_PRICE, false);
        break;
    case HANDS_BLACK:
        nav->settings.black_usd_per_bp = 0;
        break;
    case HANDS_WHITE:
        nav->settings.white_usd_per_bp = 0;
        break;
    case HANDS_LEGEND:
        (void)navigator_run(nav, ACTION_SCALE_AUTO, false);
        break;
    default:
        break;
    }
}

static void begin(struct hands *hands, struct navigator *nav, const struct hands_view *view,
                  const struct input *input) {
    int line = -1;
    double x = input->press_x_px;
    double y = input->press_y_px;
    enum hands_place place = hands_find_place(nav, view, x, y, &line);
    bool left = input->button == INPUT_BUTTON_LEFT;
    bool in_plot = place == HANDS_PLOT || (place == HANDS_LINE && x < view->layout.price_axis.x);
    hands->moved = hands->moved_up_down = false;
    hands->drag_x_px = hands->drag_y_px = 0;
    hands->measuring = in_plot && (input->button == INPUT_BUTTON_MIDDLE ||
                                   (left && (input->ctrl || hands->measure_mode)));
    hands->grabbed = left || hands->measuring ? place : HANDS_NOWHERE;
    hands->line = line;
    if (hands->measuring) {
        hands->measure = (struct measure){0};
        hands_read_place(view, x, y, &hands->measure.from_ms, &hands->measure.from_price);
        return;
    }
    if (left && input->double_clicked) {
        double_click(nav, place);
    }
    if (hands->grabbed == HANDS_BLACK || hands->grabbed == HANDS_WHITE) {
        begin_legend(hands, nav);
    } else if (hands->grabbed == HANDS_LINE) {
        const struct camera *camera = &view->cameras[camera_at(view, y)];
        hands->line_off_px = y - camera_px_from_price(camera, view->lines->items[line].price);
    }
}

static void move(struct hands *hands, struct navigator *nav, const struct hands_view *view,
                 const struct input *input) {
    double s = view->layout.scale;
    hands->drag_x_px += input->drag_x_px;
    hands->drag_y_px += input->drag_y_px;
    bool far = hypot(hands->drag_x_px, hands->drag_y_px) >= DRAG_PX * s;
    hands->moved_up_down = hands->moved_up_down || fabs(hands->drag_y_px) >= UP_DOWN_PX * s;
    if (!hands->moved && !far) {
        return;
    }
    hands->moved = true;
    if (hands->measuring) { /* every frame: time may go on under a pointer that rests */
        drag_measure(hands, view, input->pointer_x_px, input->pointer_y_px);
    } else if (input->drag_x_px != 0 || input->drag_y_px != 0) {
        drag(hands, nav, view, input);
    }
}

static void end(struct hands *hands, struct action_queue *queue) {
    bool clicked = !hands->moved && hands->grabbed != HANDS_NOWHERE;
    if (clicked && hands->grabbed == HANDS_BLACK_AMOUNT) {
        action_queue_add_text(queue, ACTION_CONSOLE, "set black ");
    } else if (clicked && hands->grabbed == HANDS_WHITE_AMOUNT) {
        action_queue_add_text(queue, ACTION_CONSOLE, "set white ");
    } else if (clicked && hands->grabbed == HANDS_PLOT) {
        hands->measure.shown = false;
    }
    hands->lines_changed =
        hands->lines_changed || (hands->grabbed == HANDS_LINE && hands->moved && !hands->measuring);
    hands->grabbed = HANDS_NOWHERE;
    hands->measuring = false;
    hands->legend_black_usd_per_bp = hands->legend_white_usd_per_bp = 0;
}

/* -- wheel and fingers -- */

static void wheel_legend(struct hands *hands, struct navigator *nav, double steps, bool shift) {
    hands->wheel_rest += steps;
    while (fabs(hands->wheel_rest) >= 1) {
        bool up = hands->wheel_rest > 0;
        hands->wheel_rest -= up ? 1 : -1;
        (void)navigator_run(nav,
                            shift ? (up ? ACTION_BLACK_UP : ACTION_BLACK_DOWN)
                                  : (up ? ACTION_WHITE_UP : ACTION_WHITE_DOWN),
                            false);
    }
}

static void wheel(struct hands *hands, struct navigator *nav, enum hands_place place,
                  const struct input *input) {
    const struct camera_rect *plot = &nav->camera.plot_px;
    double steps = input->wheel_steps;
    double aside = input->wheel_x_steps;
    if (input->shift && steps == 0) { /* Shift turns the wheel sideways on some systems */
        steps = aside;
        aside = 0;
    }
    double factor = pow(WHEEL_ZOOM, steps) * exp(input->pinch_ln);
    switch (place) {
    case HANDS_PRICE_AXIS:
    case HANDS_PROFILE:
        navigator_zoom_price(nav, factor, input->pointer_y_px);
        break;
    case HANDS_PLOT:
    case HANDS_LINE:
    case HANDS_STRIPS:
    case HANDS_TIME_AXIS:
        if (aside != 0) {
            navigator_pan_px(nav, -aside * WHEEL_PAN * plot->w, 0);
        }
        if (factor != 1 && input->shift && place != HANDS_TIME_AXIS && place != HANDS_STRIPS) {
            navigator_zoom_price(nav, factor, input->pointer_y_px);
        } else if (factor != 1) {
            navigator_zoom_time(nav, factor, input->pointer_x_px);
        }
        break;
    case HANDS_BLACK:
    case HANDS_WHITE:
    case HANDS_LEGEND:
        wheel_legend(hands, nav, steps, input->shift);
        break;
    default:
        break;
    }
}

/* -- the pointer -- */

static enum input_cursor cursor_of(const struct hands *hands, enum hands_place place, bool ctrl) {
    bool held = hands->grabbed != HANDS_NOWHERE;
    switch (held ? hands->grabbed : place) {
    case HANDS_PLOT:
        if (hands->measuring || (!held && (hands->measure_mode || ctrl))) {
            return INPUT_CURSOR_CROSS;
        }
        return held && hands->moved ? INPUT_CURSOR_MOVE : INPUT_CURSOR_ARROW;
    case HANDS_LINE:
        return hands->measuring || (!held && (hands->measure_mode || ctrl)) ? INPUT_CURSOR_CROSS
                                                                            : INPUT_CURSOR_UP_DOWN;
    case HANDS_PRICE_AXIS:
        return INPUT_CURSOR_UP_DOWN;
    case HANDS_PROFILE:
        return held ? INPUT_CURSOR_UP_DOWN : INPUT_CURSOR_ARROW;
    case HANDS_TIME_AXIS:
    case HANDS_BLACK:
    case HANDS_WHITE:
        return INPUT_CURSOR_LEFT_RIGHT;
    case HANDS_STRIPS:
        return held && hands->moved ? INPUT_CURSOR_LEFT_RIGHT : INPUT_CURSOR_ARROW;
    case HANDS_BLACK_AMOUNT:
    case HANDS_WHITE_AMOUNT:
        return INPUT_CURSOR_HAND;
    default:
        return INPUT_CURSOR_ARROW;
    }
}

void hands_apply(struct hands *hands, struct navigator *nav, const struct hands_view *view,
                 const struct input *input, struct action_queue *queue) {
    int line = -1;
    if (input->pressed) {
        begin(hands, nav, view, input);
    }
    if (hands->grabbed != HANDS_NOWHERE) {
        move(hands, nav, view, input);
    }
    if (input->released || !input->dragging) {
        end(hands, queue);
    }
    enum hands_place place =
        hands_find_place(nav, view, input->pointer_x_px, input->pointer_y_px, &line);
    bool turned = input->wheel_steps != 0 || input->wheel_x_steps != 0 || input->pinch_ln != 0;
    if (turned && input->pointer_inside) {
        wheel(hands, nav, place, input);
    }
    hands->cursor = cursor_of(hands, place, input->ctrl);
}

bool hands_back(struct hands *hands) {
    bool any = hands->measure.shown || hands->measure_mode;
    hands->measure.shown = hands->measure_mode = false;
    return any;
}
