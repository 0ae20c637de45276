#include "app/pane_time_bar.h"

#include "app/pane.h"
#include "base/clock.h"

/* The way to a moment is under way: another one is asked for when it is there, so that a drag shows
 * pictures on its way. The end of a drag is asked for in any case. */
static void ask(struct pane_time_bar *hand, const struct pane_moment *moment, int64_t ts_ms,
                bool last) {
    char when[CLOCK_TEXT_BYTES];
    if (ts_ms == hand->asked_ms || (moment->time_bar->wanted_ms != 0 && !last)) {
        return;
    }
    hand->asked_ms = ts_ms;
    action_queue_add_text(moment->queue, ACTION_SEEK, "%s", clock_format_utc(ts_ms, when));
}

static bool inside(struct camera_rect rect, double x, double y) {
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}

struct input pane_time_bar_take(struct pane *pane, const struct input *input,
                                const struct pane_moment *moment) {
    struct pane_time_bar *hand = &pane->time_bar;
    struct input rest = *input;
    hand->shown = moment->time_bar != NULL && (pane->pointer_shown || hand->held);
    if (!hand->shown) {
        hand->pointed = hand->held = false;
        return rest;
    }
    const struct layout layout =
        layout_make(pane->target.width_px, pane->target.height_px, &pane->nav.settings);
    const struct camera_rect rect = time_bar_rect(&layout);
    const int64_t ts_ms = time_bar_ms_from_px(moment->time_bar, &layout, input->pointer_x_px);
    hand->pointed = input->pointer_inside && inside(rect, input->pointer_x_px, input->pointer_y_px);
    const bool begins = input->pressed && input->button == INPUT_BUTTON_LEFT &&
                        inside(rect, input->press_x_px, input->press_y_px);
    if (begins) {
        hand->held = true;
        hand->asked_ms = 0;
    }
    if (hand->held) {
        const bool ends = input->released || !input->dragging;
        ask(hand, moment, ts_ms, ends);
        hand->held = !ends;
    } else if (!hand->pointed) {
        return rest;
    }
    rest.pressed = rest.released = rest.double_clicked = rest.dragging = false;
    rest.drag_x_px = rest.drag_y_px = 0;
    return rest;
}

void pane_time_bar_show(const struct pane *pane, const struct pane_moment *moment,
                        struct picture_frame *frame) {
    if (pane->time_bar.shown) {
        frame->time_bar = moment->time_bar;
        frame->time_bar_pointed = pane->time_bar.pointed || pane->time_bar.held;
        frame->pointer_inside = frame->pointer_inside && !frame->time_bar_pointed;
    }
}
