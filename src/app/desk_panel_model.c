#include "app/desk_panel_model.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "app/desk_set.h"
#include "base/number.h"
#include "base/process.h"
#include "base/stat.h"
#include "scene/sentence.h"
#include "venue/dialect.h"

#define RATES_NS INT64_C(1000000000)
/* Figures that changed with every frame could not be read, and would be drawn anew with each. */
#define FIGURES_NS INT64_C(250000000)

/* -- figures over time -- */

void desk_panel_meter_add(struct desk_panel_meter *meter, int64_t took_ns) {
    meter->frame_ms[meter->frame_next] = (float)((double)took_ns * 1e-6);
    meter->frame_next = (meter->frame_next + 1) % PANEL_FRAME_MAX;
    meter->frame_count += meter->frame_count < PANEL_FRAME_MAX;
    meter->frames_now++;
}

static void take_rates(struct desk_panel_meter *meter, int64_t mono_ns) {
    double gone_s = (double)(mono_ns - meter->since_ns) * 1e-9;
    if (meter->since_ns != 0 && mono_ns - meter->since_ns < RATES_NS) {
        return;
    }
    int64_t events = stat_get(STAT_events_applied);
    int64_t columns = stat_get(STAT_raster_columns);
    if (meter->since_ns != 0 && gone_s < 5) { /* else the panel was closed meanwhile */
        meter->frames_per_s = (double)(meter->frames_now - meter->frames_then) / gone_s;
        meter->events_per_s = (double)(events - meter->events_then) / gone_s;
        meter->columns_per_s = (double)(columns - meter->columns_then) / gone_s;
    }
    meter->since_ns = mono_ns;
    meter->frames_then = meter->frames_now;
    meter->events_then = events;
    meter->columns_then = columns;
    meter->memory_bytes = process_resident_bytes();
}

static void fill_statistics(struct panel_statistics *out, const struct desk *desk,
                            const struct desk_window *window, const struct pane_moment *moment,
                            struct desk_panel_meter *meter) {
    if (moment->mono_ns - meter->filled_ns < FIGURES_NS) {
        return;
    }
    meter->filled_ns = moment->mono_ns;
    take_rates(meter, moment->mono_ns);
    out->frame_count = meter->frame_count;
    for (int i = 0; i < meter->frame_count; i++) {
        int at = (meter->frame_next - meter->frame_count + i + PANEL_FRAME_MAX) % PANEL_FRAME_MAX;
        out->frame_ms[i] = meter->frame_ms[at];
    }
    out->frames_per_s = meter->frames_per_s;
    out->refresh_hz = display_refresh_hz(window->display);
    out->late_count = window->pacer.late_count;
    out->latency_ns = moment->latency_ns;
    out->events_per_s = meter->events_per_s;
    out->events_lost = stat_get(STAT_events_lost);
    out->events_malformed = stat_get(STAT_messages_malformed);
    out->memory_bytes = meter->memory_bytes;
    out->renderer = desktop_caps(desk->desktop)->renderer;
    struct target target = display_target(window->display);
    out->width_px = target.width_px;
    out->height_px = target.height_px;
    out->draw_count = out->shape_count = out->glyph_count = 0;
    out->upload_bytes = out->left_out_count = 0;
    out->raster_arriving = false;
    for (int i = 0; i < window->pane_count; i++) {
        struct picture_stats stats = picture_get_stats(window->panes[i]->picture);
        out->draw_count += stats.draw_count;
        out->shape_count += stats.shape_count;
        out->glyph_count += stats.glyph_count;
        out->upload_bytes += stats.upload_bytes;
        out->left_out_count += stats.dropped_items;
        out->raster_arriving =
            out->raster_arriving || picture_link_arriving(&window->panes[i]->link);
    }
    out->columns_per_s = meter->columns_per_s;
}

/* -- the market -- */

static int decimals_of(const struct scene_instrument *instrument, double price) {
    return number_decimals_of_tick(instrument->tick.mantissa, instrument->tick.exponent, price);
}

static double price_of(const struct scene_instrument *instrument) {
    return instrument->mark > 0 ? instrument->mark : instrument->last;
}

static void fill_instruments(struct panel_model *model, const struct scene *scene, int shown) {
    model->instrument_count = scene->instrument_count;
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *from = &scene->instruments[i];
        double price = price_of(from);
        model->instruments[i] = (struct panel_instrument){
            .venue = venue_title((enum venue_id)from->venue),
            .symbol = from->symbol,
            .base = from->base,
            .key = venue_key((enum venue_id)from->venue),
            .price = price,
            .decimals = decimals_of(from, price),
            .oi_usd = from->oi_usd,
            .shown = i == shown,
            .same_coin = i != shown && strcmp(from->base, scene->instruments[shown].base) == 0,
            .added = scene_is_added(scene, shown, i, model->settings.venue_hidden),
        };
    }
}

static void fill_clusters(struct panel_model *model, const struct scene_map *map) {
    uint32_t hidden = model->settings.band_hidden;
    model->cluster_count = 0;
    model->side_usd[0] = model->side_usd[1] = 0;
    if (map == NULL || !(map->reference > 0)) {
        return;
    }
    double price = model->price > 0 ? model->price : map->reference;
    for (int i = 0; i < map->cluster_count; i++) {
        const struct map_cluster *from = &map->clusters[i];
        double usd = sentence_cluster_usd(from, hidden);
        if (usd > 0) {
            model->clusters[model->cluster_count++] = (struct panel_cluster){
                .price = from->price,
                .usd = usd,
                .distance = from->price / price - 1,
                .side = from->side,
                .rank = from->rank,
                .calibrated = from->calibrated,
            };
        }
    }
    for (int side = 0; side < 2; side++) {
        for (int level = 0; level < map->level_count; level++) {
            model->side_usd[side] += map_level_usd(&map->sides[side], level, hidden);
        }
    }
}

/* Newest first over all instruments that are added up: each has its own in the order of time. */
static void fill_tape(struct panel_model *model, const struct scene *scene, int shown) {
    int left[SCENE_INSTRUMENT_MAX];
    for (int i = 0; i < scene->instrument_count; i++) {
        bool counts = i == shown || model->instruments[i].added;
        left[i] = counts ? scene->instruments[i].print_count : 0;
    }
    model->tape_count = 0;
    while (model->tape_count < PANEL_TAPE_MAX) {
        int newest = -1;
        for (int i = 0; i < scene->instrument_count; i++) {
            if (left[i] > 0 &&
                (newest < 0 || scene->instruments[i].prints[left[i] - 1].ts_ms >
                                   scene->instruments[newest].prints[left[newest] - 1].ts_ms)) {
                newest = i;
            }
        }
        if (newest < 0) {
            return;
        }
        const struct scene_instrument *instrument = &scene->instruments[newest];
        const struct scene_print *print = &instrument->prints[--left[newest]];
        model->tape[model->tape_count++] = (struct panel_liquidation){
            .ts_ms = print->ts_ms,
            .price = print->price,
            .usd = print->usd,
            .side = print->position == POS_LONG ? 0 : 1,
            .decimals = model->instruments[newest].decimals,
            .venue = model->instruments[newest].venue,
            .complete = print->complete != 0,
        };
    }
}

/* What a venue does not publish, as far as its instruments' events say. */
static const char *unpublished_by(const struct scene *scene, uint8_t venue) {
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &scene->instruments[i];
        int prints = instrument->print_count;
        if (instrument->venue == venue && prints > 0 && !instrument->prints[prints - 1].complete) {
            return "Publishes only some of its liquidations, and no positions: those are "
                   "estimated.";
        }
    }
    const struct venue_dialect *dialect = venue_find((enum venue_id)venue);
    if (dialect != NULL && (dialect->promises & CHANNEL_BIT(CHANNEL_LIQUIDATION)) == 0) {
        return "Publishes neither liquidations nor positions: those are estimated.";
    }
    return "Publishes no positions: where they stand is estimated.";
}

static void fill_feeds(struct panel_model *model, const struct scene *scene) {
    model->feed_count = scene->feed_count;
    for (int i = 0; i < scene->feed_count; i++) {
        const struct scene_feed *from = &scene->feeds[i];
        int64_t age_ms = model->now_ms - from->ts_ms;
        bool named = !from->demo && from->venue < VENUE_COUNT;
        model->feeds[i] = (struct panel_feed){
            .title = named ? venue_title((enum venue_id)from->venue) : "Demo exchange",
            .state = (enum feed_state)from->state,
            .reason = from->reason,
            .age_ms = from->ts_ms > 0 && model->now_ms > 0 ? (age_ms > 0 ? age_ms : 0) : -1,
            .lost_count = from->lost_count,
            .unpublished = unpublished_by(scene, from->venue),
            .hearing = scene_hear(scene, from->venue),
        };
    }
}

static void fill_market(struct panel_model *model, const struct scene *scene,
                        const struct pane *pane) {
    model->instrument_count = model->cluster_count = model->tape_count = model->feed_count = 0;
    model->price = 0;
    model->demo = scene != NULL && scene->demo;
    if (scene == NULL || scene->instrument_count == 0) {
        return;
    }
    int shown = pane_instrument(pane, scene);
    fill_instruments(model, scene, shown);
    model->price = model->instruments[shown].price;
    model->price_decimals = model->instruments[shown].decimals;
    fill_clusters(model, pane->map);
    fill_tape(model, scene, shown);
    fill_feeds(model, scene);
}

static_assert((int)PANEL_ALERT_NO_DATA == (int)ALERT_NO_DATA, "the states are the same");
static_assert((int)PANEL_ALERT_FIRING == (int)ALERT_FIRING, "in the same order");
static_assert((int)PANEL_ALERT_STATE_COUNT == (int)ALERT_STATE_COUNT, "and no others");

static void fill_alerts(struct panel_model *model, const struct desk_alerts *alerts) {
    model->alert_count = alerts->count < PANEL_ALERT_MAX ? alerts->count : PANEL_ALERT_MAX;
    for (int i = 0; i < model->alert_count; i++) {
        const struct desk_alert *from = &alerts->items[i];
        const struct alert_status *status = &from->status;
        struct panel_alert *to = &model->alerts[i];
        to->name = from->name;
        to->rule = from->rule;
        (void)str_copy(to->text, sizeof to->text, status->text); /* cut is enough */
        to->state = (enum panel_alert_state)status->state;
        to->silenced = status->silenced_until_ms > model->now_ms;
        to->fired_count = status->fired_count;
        to->fired_ms = status->fired_ms;
    }
}

/* -- the program -- */

static void fill_keys(struct panel_model *model, const struct keymap *keymap) {
    model->key_count = 0;
    for (int i = 0; i < keymap->count && model->key_count < PANEL_KEY_MAX; i++) {
        if (keymap->rows[i].call.action != ACTION_NONE) {
            model->keys[model->key_count++] =
                (struct panel_key){keymap->rows[i].key, &keymap->rows[i].call};
        }
    }
}

static void fill_options(struct panel_model *model, const struct desk *desk,
                         const struct desk_window *window) {
    char value[OPTION_TEXT_BYTES];
    for (int i = 0; i < OPT_COUNT; i++) {
        if (option_row((enum option_id)i)->live) {
            desk_option_text(desk, window, window->panes[window->focused], (enum option_id)i,
                             value);
            (void)str_copy(model->option_values[i], PANEL_VALUE_BYTES, value); /* as it has room */
        }
    }
}

static void fill_recording(struct panel_recording *out, struct recorder *recorder) {
    *out = (struct panel_recording){.possible = recorder != NULL};
    if (recorder == NULL) {
        return;
    }
    const struct recorder_stats stats = recorder_get_stats(recorder);
    const char *name = strrchr(stats.path, '/');
    out->running = stats.running;
    out->events = stats.slots;
    out->lost = stats.lost;
    str_copy(out->file, sizeof out->file, name != NULL ? name + 1 : stats.path);
}

void desk_panel_model_fill(struct panel_model *model, const struct desk *desk,
                           const struct desk_window *window, const struct pane_moment *moment,
                           struct desk_panel_meter *meter, const struct panels *panels) {
    const struct pane *pane = window->panes[window->focused];
    struct target target = display_target(window->display);
    struct arrange_rect at = desk_window_rect(window, window->focused);
    struct picture_stats stats = picture_get_stats(pane->picture);
    model->mono_ns = moment->mono_ns;
    model->now_ms = (int64_t)moment->now_ms;
    model->width_px = target.width_px;
    model->height_px = target.height_px;
    model->settings = pane->nav.settings;
    struct camera_rect plot = picture_plot_px(at.w, at.h, &model->settings);
    model->plot = (struct gui_rect){(float)(plot.x + at.x), (float)(plot.y + at.y), (float)plot.w,
                                    (float)plot.h};
    model->scale = model->settings.scale_factor > 0 ? model->settings.scale_factor
                                                    : picture_scale_for_size(at.w, at.h);
    model->black_usd_per_bp = stats.black_usd_per_bp;
    model->white_usd_per_bp = stats.white_usd_per_bp;
    model->span_ms = pane_span_ms(pane);
    fill_market(model, moment->scene, pane);
    fill_alerts(model, &desk->alerts);
    fill_recording(&model->recording, desk->source.recorder);
    fill_keys(model, &desk->keymap);
    if (panels->overlay == PANELS_CONSOLE) {
        fill_options(model, desk, window);
    }
    if (panels->statistics) {
        fill_statistics(&model->statistics, desk, window, moment, meter);
    }
}
