/* What the program itself does: frames, data, memory. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"

#define WIDTH   270
#define GRAPH_H 46
#define PADDING 14

static int compare(const void *a, const void *b) {
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The time below which a share of the frames stays. */
static float percentile(int count, const float *sorted, double share) {
    int at = (int)floor(share * (count - 1) + 0.5);
    return count > 0 ? sorted[at] : 0;
}

/* A bar a frame; a line at the time that the screen gives one. */
static void draw_graph(struct widget_context *ui, const struct panel_statistics *stats,
                       float frame_ms_max) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    struct gui_rect box = gui_place(ui->gui, 0, GRAPH_H * s);
    float due_ms = stats->refresh_hz > 0 ? (float)(1000 / stats->refresh_hz) : 1000.0f / 60;
    float top_ms = fmaxf(due_ms * 1.25f, frame_ms_max * 1.05f);
    float w = box.w / PANEL_FRAME_MAX;
    gui_draw_rect(ui->gui, box, 3 * s, widget_ground(ui, 0.5));
    for (int i = 0; i < stats->frame_count; i++) {
        float ms = stats->frame_ms[i];
        float h = fmaxf(1, box.h * ms / top_ms);
        struct gui_rect bar = {box.x + w * (float)(PANEL_FRAME_MAX - stats->frame_count + i),
                               box.y + box.h - h, fmaxf(1, w), h};
        gui_draw_rect(ui->gui, bar, 0, ms > due_ms ? colors->warn : colors->accent);
    }
    float y = roundf(box.y + box.h - box.h * due_ms / top_ms);
    struct gui_rect line = {box.x, y, box.w, 1};
    gui_draw_rect(ui->gui, line, 0, widget_fade(colors->text_dim, 0.6));
    gui_gap(ui->gui, 4 * s);
}

static void draw_frames(struct widget_context *ui, const struct panel_statistics *stats) {
    float sorted[PANEL_FRAME_MAX];
    char text[96];
    char number[NUMBER_TEXT_BYTES];
    struct gui_color ink = ui->model->colors.text;
    memcpy(sorted, stats->frame_ms, sizeof sorted);
    qsort(sorted, (size_t)stats->frame_count, sizeof sorted[0], compare);
    draw_graph(ui, stats, percentile(stats->frame_count, sorted, 1));
    double p50_ms = (double)percentile(stats->frame_count, sorted, 0.5);
    double p99_ms = (double)percentile(stats->frame_count, sorted, 0.99);
    int decimals = p99_ms < 100 ? 1 : 0; /* there is no more room beside the name */
    str_format(text, sizeof text, "%.*f / %.*f ms", decimals, p50_ms, decimals, p99_ms);
    widget_value(ui, "Frame p50 / p99", text, ink);
    str_format(text, sizeof text, "%.0f /s", stats->frames_per_s);
    if (stats->refresh_hz > 0) {
        str_format(text, sizeof text, "%.0f of %.0f /s", stats->frames_per_s, stats->refresh_hz);
    }
    widget_value(ui, "Frames drawn", text, ink);
    widget_value(ui, "Late frames", number_format_count(stats->late_count, number), ink);
    if (stats->latency_ns > 0) {
        str_format(text, sizeof text, "%.1f ms", (double)stats->latency_ns / 1e6);
        widget_value(ui, "Socket to pixel", text, ink);
    }
    str_format(text, sizeof text, "%d + %d", stats->draw_count, stats->panel_draw_count);
    widget_value(ui, "Draw calls + panels", text, ink);
    str_format(text, sizeof text, "%d / %d", stats->shape_count, stats->glyph_count);
    widget_value(ui, "Shapes / glyphs", text, ink);
    if (stats->left_out_count > 0) {
        widget_value(ui, "Met a limit", number_format_count(stats->left_out_count, number),
                     ui->model->colors.warn);
    }
}

static void draw_data(struct widget_context *ui, const struct panel_statistics *stats) {
    const struct panel_colors *colors = &ui->model->colors;
    char text[96];
    char number[NUMBER_TEXT_BYTES];
    str_format(text, sizeof text, "%s /s",
               number_format_count((int64_t)llround(stats->events_per_s), number));
    widget_value(ui, "Events applied", text, colors->text);
    widget_value(ui, "Events lost", number_format_count(stats->events_lost, number),
                 stats->events_lost > 0 ? colors->down : colors->text);
    widget_value(ui, "Not understood", number_format_count(stats->events_malformed, number),
                 stats->events_malformed > 0 ? colors->warn : colors->text);
    str_format(text, sizeof text, "%s%.0f /s", stats->raster_arriving ? "arriving, " : "",
               stats->columns_per_s);
    widget_value(ui, "Raster columns", text, colors->text);
}

void overlay_statistics(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    const struct panel_statistics *stats = &model->statistics;
    const struct panel_colors *colors = &model->colors;
    char text[96];
    float s = ui->s;
    gui_window_begin(ui->gui, &(struct gui_window_desc){.id = "statistics",
                                                        .x = model->plot.x + model->plot.w - 10 * s,
                                                        .y = model->plot.y + 8 * s,
                                                        .w = fminf(WIDTH * s, model->plot.w),
                                                        .h_max = model->plot.h - 16 * s,
                                                        .pivot_x = 1,
                                                        .padding = PADDING * s,
                                                        .rounding = 10 * s,
                                                        .passive = true});
    draw_frames(ui, stats);
    gui_gap(ui->gui, 6 * s);
    draw_data(ui, stats);
    gui_gap(ui->gui, 6 * s);
    if (stats->memory_bytes > 0) {
        str_format(text, sizeof text, "%.0f MB", (double)stats->memory_bytes / 1e6);
        widget_value(ui, "Memory", text, colors->text);
    }
    str_format(text, sizeof text, "%d x %d", stats->width_px, stats->height_px);
    widget_value(ui, "Window", text, colors->text);
    widget_note(ui, stats->renderer);
    gui_window_end(ui->gui);
}
