#include "app/pane_hands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/desk_lines.h"
#include "base/clock.h"
#include "base/number.h"

/* Without a place of its own an action means the line that is nearest the pointer: within so much
 * of the plot's height. */
#define REMOVE_REACH 0.05

static const struct scene_instrument *instrument_of(const struct pane *pane,
                                                    const struct scene *scene) {
    bool any = scene != NULL && scene->instrument_count > 0;
    return any ? &scene->instruments[pane_instrument(pane, scene)] : NULL;
}

/* The lines of the instrument that is shown; NULL: none, or, where wanted is set, no room. */
static struct lines *lines_of(const struct pane *pane, const struct pane_moment *moment,
                              bool wanted) {
    char key[LINES_KEY_BYTES];
    if (instrument_of(pane, moment->scene) == NULL) {
        return NULL;
    }
    (void)desk_lines_key(moment->scene, pane_instrument(pane, moment->scene), key);
    return key[0] != '\0' ? lines_book_get(&moment->lines->book, key, wanted) : NULL;
}

static bool shows_lines(const struct pane *pane) {
    return settings_shows(&pane->nav.settings, SETTINGS_PART_LINES);
}

static int decimals_of(const struct scene_instrument *instrument) {
    double price = instrument->mark > 0 ? instrument->mark : instrument->last;
    return number_decimals_of_tick(instrument->tick.mantissa, instrument->tick.exponent, price);
}

/* What hands reach into: the parts of a split plot are those that were drawn last. */
static struct hands_view view_of(const struct pane *pane, const struct pane_moment *moment) {
    const struct scene_instrument *instrument = instrument_of(pane, moment->scene);
    struct hands_view view = {
        .layout = layout_make(pane->target.width_px, pane->target.height_px, &pane->nav.settings),
        .lines = shows_lines(pane) && !moment->lines_hidden ? lines_of(pane, moment, false) : NULL,
        .price_decimals = instrument != NULL ? decimals_of(instrument) : 0,
    };
    view.camera_count =
        pane->nav.settings.split ? picture_get_plots(pane->picture, view.cameras) : 0;
    if (view.camera_count < HANDS_CAMERA_MAX) {
        view.camera_count = 1;
        view.cameras[0] = pane->nav.camera;
    }
    return view;
}

void pane_hands_apply(struct pane *pane, const struct input *input,
                      const struct pane_moment *moment) {
    const struct hands_view view = view_of(pane, moment);
    hands_apply(&pane->hands, &pane->nav, &view, input, moment->queue);
    if (pane->hands.lines_changed) {
        pane->hands.lines_changed = false;
        desk_lines_touch(moment->lines);
    }
}

/* Where positions would be liquidated hangs on where they were moved to. */
static void find_liquidations(const struct scene_instrument *instrument,
                              const struct margin_set *margins, struct lines *lines) {
    for (int i = 0; i < lines->count; i++) {
        struct lines_item *item = &lines->items[i];
        if (item->kind == LINES_POSITION) {
            item->liquidation = desk_lines_liquidation(margins, (enum venue_id)instrument->venue,
                                                       instrument->symbol, item);
        }
    }
}

void pane_hands_show(struct pane *pane, const struct pane_moment *moment,
                     struct picture_frame *frame) {
    const struct hands *hands = &pane->hands;
    bool shown = shows_lines(pane) && !moment->lines_hidden;
    struct lines *lines = shown ? lines_of(pane, moment, false) : NULL;
    if (lines != NULL) {
        find_liquidations(instrument_of(pane, moment->scene), moment->lines->margins, lines);
    }
    frame->lines = lines;
    frame->measure = hands->measure.shown ? &hands->measure : NULL;
    frame->legend_black_usd_per_bp = hands->legend_black_usd_per_bp;
    frame->legend_white_usd_per_bp = hands->legend_white_usd_per_bp;
    bool dragging = hands->grabbed != HANDS_NOWHERE && hands->moved;
    bool own = frame->pointer_look == PICTURE_POINTER_FULL;
    if (own && (dragging || hands->measure_mode)) {
        frame->pointer_look = PICTURE_POINTER_PLAIN;
    }
}

/* -- actions -- */

bool pane_hands_has(enum action action) {
    return action >= ACTION_HANDS_FIRST && action <= ACTION_HANDS_LAST;
}

/* The price that the pointer is at; 0: it is at none. */
static double pointed_price(const struct pane *pane, const struct pane_moment *moment) {
    const struct hands_view view = view_of(pane, moment);
    double time_ms = 0;
    double price = 0;
    int line = -1;
    enum hands_place place =
        hands_find_place(&pane->nav, &view, pane->pointer_x_px, pane->pointer_y_px, &line);
    bool priced = place == HANDS_PLOT || place == HANDS_LINE || place == HANDS_PROFILE ||
                  place == HANDS_PRICE_AXIS;
    if (!pane->pointer_inside || !priced) {
        return 0;
    }
    hands_read_place(&view, pane->pointer_x_px, pane->pointer_y_px, &time_ms, &price);
    double ten = pow(10, view.price_decimals);
    double rounded = round(price * ten) / ten;
    return rounded > 0 ? rounded : price;
}

static bool refuse(const struct action_call *call, const char *reason, char *error) {
    str_format(error, OPTION_ERROR_BYTES, "%s: %s", action_row(call->action)->name, reason);
    return false;
}

/* A price alone, or the pointer's where none is given. */
static bool read_price(const struct pane *pane, const struct action_call *call,
                       const struct pane_moment *moment, double *price, char *error) {
    char reason[LINES_REASON_BYTES];
    struct lines_item item = {0};
    if (call->text[0] == '\0') {
        *price = pointed_price(pane, moment);
        return *price > 0 || refuse(call, "no price given, and the pointer is at none", error);
    }
    bool good = lines_item_parse(LINES_PLAIN, call->text, &item, reason);
    if (good && item.label[0] != '\0') {
        good = false;
        str_format(reason, sizeof reason, "\"%.60s\": more than a price", item.label);
    }
    *price = item.price;
    return good || refuse(call, reason, error);
}

static bool add_line(struct pane *pane, const struct action_call *call,
                     const struct pane_moment *moment, char *error) {
    static const enum lines_kind kinds[] = {
        [ACTION_LINE_ADD - ACTION_HANDS_FIRST] = LINES_PLAIN,
        [ACTION_STOP - ACTION_HANDS_FIRST] = LINES_STOP,
        [ACTION_POSITION - ACTION_HANDS_FIRST] = LINES_POSITION,
    };
    char reason[LINES_REASON_BYTES];
    struct lines_item item = {0};
    if (call->text[0] == '\0') {
        if (!read_price(pane, call, moment, &item.price, error)) {
            return false;
        }
    } else if (!lines_item_parse(kinds[call->action - ACTION_HANDS_FIRST], call->text, &item,
                                 reason)) {
        return refuse(call, reason, error);
    }
    struct lines *lines = lines_of(pane, moment, true);
    if (lines == NULL) {
        return refuse(call, "there is no instrument yet, or too many have lines", error);
    }
    if (!lines_add(lines, &item)) {
        str_format(reason, sizeof reason, "there are %d lines already", LINES_MAX);
        return refuse(call, reason, error);
    }
    pane->nav.settings.parts |= SETTINGS_BIT(LINES); /* what was just drawn is to be seen */
    desk_lines_touch(moment->lines);
    return true;
}

static bool remove_line(struct pane *pane, const struct action_call *call,
                        const struct pane_moment *moment, char *error) {
    const struct camera *camera = &pane->nav.camera;
    struct lines *lines = lines_of(pane, moment, false);
    double price = 0;
    if (!read_price(pane, call, moment, &price, error)) {
        return false;
    }
    double reach =
        call->text[0] != '\0' ? INFINITY : REMOVE_REACH * (camera->ln_top - camera->ln_bottom);
    int index = lines != NULL ? lines_find(lines, log(price), reach) : -1;
    if (index < 0) {
        return refuse(call, call->text[0] != '\0' ? "there are no lines" : "no line is near",
                      error);
    }
    lines_remove(lines, index);
    desk_lines_touch(moment->lines);
    return true;
}

static bool clear_lines(struct pane *pane, const struct pane_moment *moment) {
    struct lines *lines = lines_of(pane, moment, false);
    if (lines != NULL && lines->count > 0) {
        lines->count = 0;
        desk_lines_touch(moment->lines);
    }
    return true;
}

static bool go(struct pane *pane, const struct action_call *call, char *error) {
    int64_t time_ms = 0;
    char reason[LINES_REASON_BYTES];
    if (!clock_parse_utc(call->text, &time_ms)) {
        str_format(reason, sizeof reason,
                   "\"%.60s\": not a time; expected one such as 2026-06-17T08:30:00Z", call->text);
        return refuse(call, reason, error);
    }
    navigator_go(&pane->nav, (double)time_ms);
    return true;
}

bool pane_hands_run(struct pane *pane, const struct action_call *call,
                    const struct pane_moment *moment, char error[OPTION_ERROR_BYTES]) {
    double price = 0;
    switch (call->action) {
    case ACTION_SHOW_PRICE:
        if (!read_price(pane, call, moment, &price, error)) {
            return false;
        }
        navigator_show_price(&pane->nav, price);
        return true;
    case ACTION_GO:
        return go(pane, call, error);
    case ACTION_MEASURE:
        pane->hands.measure_mode = !pane->hands.measure_mode;
        return true;
    case ACTION_LINE_ADD:
    case ACTION_STOP:
    case ACTION_POSITION:
        return add_line(pane, call, moment, error);
    case ACTION_LINE_REMOVE:
        return remove_line(pane, call, moment, error);
    case ACTION_LINES_CLEAR:
        return clear_lines(pane, moment);
    default:
        return refuse(call, "not run here", error);
    }
}
