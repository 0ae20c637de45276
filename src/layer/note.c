/* What the candles and the lines along the price are made of, in a corner of the plot. */
#include "base/str.h"
#include "layer/bars.h"
#include "layer/layer.h"

#define DOT "  \xc2\xb7  "

static void write_text(const struct layer_context *context, size_t bytes, char *out) {
    const struct settings *settings = context->settings;
    char interval[BARS_TEXT_BYTES];
    bars_interval_text(context->bars->interval_ms, interval);
    out[0] = '\0';
    if (settings_shows(settings, SETTINGS_PART_CANDLES)) {
        str_append(out, bytes, "%s candles", interval);
    }
    if (settings_shows(settings, SETTINGS_PART_MA)) {
        str_append(out, bytes, "%sMA: mean of %d closes of %s", out[0] != '\0' ? DOT : "",
                   LAYER_AVERAGE_BARS, interval);
    }
    if (settings_shows(settings, SETTINGS_PART_VWAP)) {
        str_append(out, bytes, "%sVWAP: of the UTC day", out[0] != '\0' ? DOT : "");
    }
}

/* By which the view can be opened again, beside the time axis, where nothing else wants to be. */
static void draw_map_id(struct layer_context *context) {
    const struct layout *layout = context->layout;
    char text[48];
    if (context->frame->map_id == NULL) {
        return;
    }
    str_format(text, sizeof text, "map %s", context->frame->map_id);
    struct label label = {.utf8 = text,
                          .size_px = THEME_STRIP_PX,
                          .color = context->theme->text_dim,
                          .x = layout->plot.x + layout->plot.w + 8 * layout->scale,
                          .middle_y = layout->time_axis.y + layout->time_axis.h / 2};
    labels_add(context->labels, &label);
}

void note_draw(struct layer_context *context) {
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    char text[128];
    draw_map_id(context);
    if (context->bars->count == 0) {
        return;
    }
    write_text(context, sizeof text, text);
    struct label label = {.utf8 = text,
                          .size_px = THEME_STRIP_PX,
                          .color = context->theme->text_dim,
                          .x = plot->x + 18 * s,
                          .middle_y = plot->y + plot->h - 18 * s};
    struct camera_rect box = labels_measure(context->labels, &label);
    struct camera_rect plate = {box.x - 8 * s, label.middle_y - 11 * s, box.w + 16 * s, 22 * s};
    if (text[0] != '\0' && plate.x + plate.w < plot->x + plot->w &&
        labels_add(context->labels, &label)) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        canvas_add_box(context->canvas, plate, 4 * s, context->theme->plate);
        labels_reserve(context->labels, plate);
    }
}
