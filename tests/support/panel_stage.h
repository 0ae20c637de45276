/* support/panel_stage.h - panels without a window: a made-up model of a market, a gui with the
 * machine's fonts, and frames of both over a plain ground.
 *
 * For tests and benches; whoever includes it links room_panel and room_gfx. */
#pragma once

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "gfx/font.h"
#include "gfx/offscreen.h"
#include "gui/gui.h"
#include "panel/panels.h"
#include "support/keep_modules.h"

struct panel_stage {
    int width_px, height_px;
    struct offscreen *offscreen; /* owned */
    struct gui *gui;             /* owned */
    struct texture texture;      /* to be copied from */
    struct target cache;
    int change_count; /* frames that were drawn into it */
    struct panels panels;
    struct action_queue queue;
    struct panel_model model;
    struct action_call calls[ACTION_COUNT]; /* what the model's keys run */
};

static const float panel_stage_ground[4] = {0.2f, 0.4f, 0.6f, 1};

static inline struct gui_color panel_stage_color(bool light, int shade) {
    uint8_t value = (uint8_t)(light ? 255 - shade : shade);
    return (struct gui_color){value, value, value, 255};
}

/* Two instruments, clusters on both sides, more liquidations than fit, feeds, alerts, every key. */
static inline void panel_stage_fill(struct panel_stage *stage, bool light) {
    struct panel_model *model = &stage->model;
    memset(model, 0, sizeof *model);
    model->colors = (struct panel_colors){
        .plate = panel_stage_color(light, 16),
        .rule = panel_stage_color(light, 48),
        .text = panel_stage_color(light, 235),
        .text_dim = panel_stage_color(light, 160),
        .text_faint = panel_stage_color(light, 110),
        .up = {63, 201, 142, 255},
        .down = {240, 95, 107, 255},
        .warn = {242, 184, 75, 255},
        .accent = {125, 196, 255, 255},
        .light = light,
    };
    model->settings = settings_default();
    model->settings.palette = light ? COLORMAP_PAPER : COLORMAP_PERCEPTUAL;
    model->span_ms = 86400e3;
    model->now_ms = INT64_C(1750000000000);
    model->price = 64000;
    model->price_decimals = 1;
    model->black_usd_per_bp = 2e4;
    model->white_usd_per_bp = 3e6;
    model->instruments[model->instrument_count++] = (struct panel_instrument){
        "Binance USDT-M", "BTCUSDT", "BTC", "binance_usdm", 64000, 1, 8.1e9, true, false, false};
    model->instruments[model->instrument_count++] = (struct panel_instrument){
        "Bybit", "BTCUSDT", "BTC", "bybit", 64012.5, 1, 3.2e9, false, true, true};
    for (int i = 0; i < 12; i++) {
        double price = 70000 - 1000.0 * i - (i >= 6 ? 500 : 0);
        model->clusters[model->cluster_count++] = (struct panel_cluster){
            price, 1e6 * (i + 1), price / model->price - 1, i < 6 ? 1 : 0, i + 1, i % 2 == 0};
    }
    for (int i = 0; i < PANEL_TAPE_MAX; i++) {
        model->tape[model->tape_count++] = (struct panel_liquidation){
            model->now_ms - 3000 * i, 64000 + 10 * i, 900.0 * (i + 1), i % 2, 1, "Bybit", i > 3};
    }
    model->feeds[model->feed_count++] = (struct panel_feed){
        "Binance USDT-M", FEED_LIVE, "", 120, 0, "Publishes no positions.", {412, 0, 3600000, 1}};
    model->feeds[model->feed_count++] = (struct panel_feed){
        "Bybit", FEED_LOST, "connection reset", 91000, 1234, "", {1630, 2, 1500000, .9432}};
    model->alerts[model->alert_count++] =
        (struct panel_alert){.name = "big", .rule = "cluster > 50M", .state = PANEL_ALERT_FIRING};
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT && model->key_count < PANEL_KEY_MAX; i++) {
        stage->calls[i].action = (enum action)i;
        model->keys[model->key_count++] = (struct panel_key){"Shift+k", &stage->calls[i]};
    }
    model->statistics.renderer = "a renderer";
    model->statistics.frame_count = PANEL_FRAME_MAX;
    for (int i = 0; i < PANEL_FRAME_MAX; i++) {
        model->statistics.frame_ms[i] = 8 + (float)(i % 17);
    }
}

/* The plot as the picture would lay it out: room above, below and at the right. */
static inline void panel_stage_place(struct panel_stage *stage, int width_px, int height_px,
                                     double scale) {
    float s = (float)scale;
    struct panel_model *model = &stage->model;
    model->width_px = width_px;
    model->height_px = height_px;
    model->scale = scale;
    model->plot = (struct gui_rect){0, 72 * s, (float)width_px - 256 * s,
                                    (float)height_px - 72 * s - 120 * s};
}

static inline bool panel_stage_open(struct panel_stage *stage, int width_px, int height_px) {
    struct font_file files[TEXT_FACE_COUNT];
    struct gui_font fonts[TEXT_FACE_COUNT];
    memset(stage, 0, sizeof *stage);
    stage->width_px = width_px;
    stage->height_px = height_px;
    if (offscreen_create(width_px, height_px, &stage->offscreen) != STATUS_OK) {
        return false;
    }
    keep_modules_now();
    for (int i = 0; i < TEXT_FACE_COUNT; i++) {
        if (!font_find_file((enum text_face)i, &files[i])) {
            return false;
        }
        fonts[i] = (struct gui_font){files[i].path, files[i].index, files[i].height_em};
    }
    const struct gui_desc desc = {
        .sans = fonts[TEXT_SANS], .strong = fonts[TEXT_SANS_STRONG], .mono = fonts[TEXT_MONO]};
    const struct texture_desc texture = {
        .width = width_px, .height = height_px, .format = TEXTURE_RGBA8, .label = "panels"};
    return gui_create(&desc, &stage->gui) == STATUS_OK && texture_init(&stage->texture, &texture) &&
           target_init_texture(&stage->cache, &stage->texture);
}

static inline void panel_stage_close(struct panel_stage *stage) {
    gui_destroy(stage->gui);
    texture_finish(&stage->texture);
    offscreen_destroy(stage->offscreen);
}

/* The plain ground. */
static inline void panel_stage_clear(struct panel_stage *stage) {
    struct target target = offscreen_target(stage->offscreen);
    target_begin(&target, TARGET_BLEND_NONE);
    target_clear(panel_stage_ground);
}

/* A frame of them, a sixtieth of a second after the last one. */
static inline void panel_stage_make(struct panel_stage *stage) {
    struct panel_model *model = &stage->model;
    const struct panel_colors *colors = &model->colors;
    model->mono_ns += INT64_C(16666667);
    gui_begin(stage->gui,
              &(struct gui_frame){.width_px = stage->width_px,
                                  .height_px = stage->height_px,
                                  .scale = model->scale,
                                  .mono_ns = model->mono_ns,
                                  .colors = {colors->plate, colors->rule, colors->text,
                                             colors->text_dim, colors->rule, colors->accent}});
    panels_draw(&stage->panels, stage->gui, model, &stage->queue);
    gui_end(stage->gui);
}

static inline void panel_stage_draw_panels(struct panel_stage *stage) {
    panel_stage_make(stage);
    gui_draw(stage->gui);
}

/* The same by way of a texture, as app/desk_panels does it. */
static inline void panel_stage_draw_copied(struct panel_stage *stage) {
    static const float nothing[4] = {0, 0, 0, 0};
    struct target target = offscreen_target(stage->offscreen);
    panel_stage_make(stage);
    if (gui_take_change(stage->gui)) {
        struct gui_rect at = gui_bounds(stage->gui);
        int bottom = stage->height_px - (int)(at.y + at.h);
        target_begin(&stage->cache, TARGET_BLEND_NONE);
        target_set_scissor(&stage->cache,
                           (struct target_rect){(int)at.x, bottom, (int)at.w, (int)at.h});
        target_clear(nothing);
        gui_draw(stage->gui);
        stage->change_count++;
    }
    target_begin(&target, TARGET_BLEND_NONE);
    gui_draw_copy(stage->gui, stage->texture.name);
}

static inline void panel_stage_draw(struct panel_stage *stage) {
    panel_stage_clear(stage);
    panel_stage_draw_panels(stage);
}
