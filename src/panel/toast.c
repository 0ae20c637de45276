#include "panel/toast.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

#define SHOWN_NS INT64_C(6000000000)
#define FADE_NS  INT64_C(400000000)
#define WIDTH    420
#define PADDING  12

void toasts_take(struct toasts *toasts, const char *text, int notice_count, int64_t mono_ns) {
    if (notice_count == toasts->seen_count) {
        return;
    }
    toasts->seen_count = notice_count;
    if (text[0] == '\0') {
        return;
    }
    if (toasts->count == TOAST_MAX) {
        memmove(&toasts->items[0], &toasts->items[1], sizeof toasts->items[0] * (TOAST_MAX - 1));
        toasts->count--;
    }
    (void)str_copy(toasts->items[toasts->count].text, PANEL_TEXT_BYTES, text); /* cut is enough */
    toasts->items[toasts->count].mono_ns = mono_ns;
    toasts->count++;
}

bool toasts_advance(struct toasts *toasts, int64_t mono_ns) {
    int kept = 0;
    for (int i = 0; i < toasts->count; i++) {
        if (mono_ns - toasts->items[i].mono_ns < SHOWN_NS) {
            toasts->items[kept++] = toasts->items[i];
        }
    }
    toasts->count = kept;
    return kept > 0;
}

void toasts_draw(const struct toasts *toasts, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    float s = ui->s;
    gui_front_begin(ui->gui);
    float bottom = model->plot.y + model->plot.h - 12 * s;
    for (int i = toasts->count - 1; i >= 0; i--) {
        int64_t left_ns = SHOWN_NS - (model->mono_ns - toasts->items[i].mono_ns);
        double share = fmin(1, (double)left_ns / (double)FADE_NS);
        float w = fminf(WIDTH * s, model->plot.w - 24 * s);
        float text_w = w - 2 * PADDING * s;
        float h =
            gui_text_height(ui->gui, GUI_BODY, text_w, toasts->items[i].text) + 2 * PADDING * s;
        if (bottom - h < model->plot.y) {
            break;
        }
        struct gui_rect box = {roundf(model->plot.x + (model->plot.w - w) / 2), roundf(bottom - h),
                               w, h};
        gui_draw_rect(ui->gui, box, 7 * s, widget_fade(model->colors.plate, share));
        gui_draw_frame(ui->gui, box, 7 * s, fmaxf(1, s), widget_fade(model->colors.rule, share));
        gui_draw_wrapped(ui->gui, GUI_BODY, box.x + PADDING * s, box.y + PADDING * s, text_w,
                         widget_fade(model->colors.text, share), toasts->items[i].text);
        bottom -= h + 8 * s;
    }
    gui_front_end(ui->gui);
}
