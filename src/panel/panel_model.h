/* panel/panel_model.h - all that panels show, as plain arrays: filled once a frame by
 * app/desk_panels while a panel is visible, and read by panels alone.
 *
 * Thread: main.  Texts are borrowed for the frame.  Limits below; what is more is left out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/option_table.h"
#include "gui/gui.h"
#include "market/event.h"
#include "market/instrument.h"
#include "scene/map.h"
#include "scene/scene.h"
#include "view/action_call.h"
#include "view/settings.h"

enum {
    PANEL_TAPE_MAX = 256,
    PANEL_KEY_MAX = 256,
    PANEL_ALERT_MAX = 64,
    PANEL_FRAME_MAX = 240, /* frames whose time is remembered */
    PANEL_VALUE_BYTES = 64,
    PANEL_TEXT_BYTES = 256
};

/* The picture's own colours (layer/theme.h). */
struct panel_colors {
    struct gui_color plate, rule, text, text_dim, text_faint;
    struct gui_color up, down, warn, accent;
    bool light;
};

struct panel_instrument {
    const char *venue, *symbol, *base; /* of people: "Binance USDT-M", "BTCUSDT", "BTC" */
    const char *key;                   /* of the venue: "binance_usdm" */
    double price;                      /* mark, or last; 0: not known */
    int decimals;                      /* of the price */
    double oi_usd;                     /* 0: not known */
    bool shown;                        /* the one looked at */
    bool same_coin;                    /* another one of its coin: added up unless hidden */
    bool added;
};

struct panel_cluster {
    double price, usd, distance; /* of the bands shown; distance from the price now, signed */
    int side, rank;              /* 0 long, 1 short; 1 pulls most */
    bool calibrated;
};

struct panel_liquidation {
    int64_t ts_ms;
    double price, usd;
    int side; /* 0 long, 1 short: whose position was closed */
    int decimals;
    const char *venue; /* short: "binance_usdm" */
    bool complete;     /* the venue publishes all of them */
};

struct panel_feed {
    const char *title;
    enum feed_state state;
    const char *reason; /* "": none */
    int64_t age_ms;     /* of its newest event; -1: none yet */
    int64_t lost_count;
    const char *unpublished; /* what the venue does not publish; "": it publishes all */
    struct scene_hearing hearing;
};

enum panel_alert_state {
    PANEL_ALERT_NO_DATA,
    PANEL_ALERT_NORMAL,
    PANEL_ALERT_PENDING,
    PANEL_ALERT_FIRING,
    PANEL_ALERT_RECOVERING,
    PANEL_ALERT_STATE_COUNT
};
struct panel_alert {
    const char *name, *rule;     /* "big-cluster", "cluster > 50M" */
    char text[PANEL_TEXT_BYTES]; /* what it sees now; "": nothing */
    enum panel_alert_state state;
    bool silenced;
    int64_t fired_count;
    int64_t fired_ms; /* event time; 0: never */
};

struct panel_key {
    const char *key;                /* "Shift+c" */
    const struct action_call *call; /* what it runs */
};

struct panel_statistics {
    int frame_count;
    float frame_ms[PANEL_FRAME_MAX]; /* newest last */
    double frames_per_s, refresh_hz; /* drawn; of the screen, 0: not known */
    int64_t late_count, latency_ns;
    double events_per_s;
    int64_t events_lost, events_malformed;
    int64_t memory_bytes; /* resident; 0: not known */
    const char *renderer;
    int width_px, height_px;
    int draw_count, panel_draw_count, shape_count, glyph_count;
    int64_t upload_bytes; /* of the frame */
    double columns_per_s; /* of rasters */
    bool raster_arriving;
    int64_t left_out_count; /* shapes, glyphs and labels that met a limit */
};

/* What is being recorded. */
struct panel_recording {
    bool possible; /* the sources are live */
    bool running;
    char file[48]; /* the end of its name */
    int64_t events, lost;
};

struct panel_model {
    /* -- the moment -- */
    int64_t mono_ns;
    int64_t now_ms; /* event time; 0: not known */
    bool demo;

    /* -- the picture that panels act on -- */
    int width_px, height_px; /* of the window */
    struct gui_rect plot;    /* pixels of the window */
    double scale;
    struct panel_colors colors;
    struct settings settings;
    double black_usd_per_bp, white_usd_per_bp; /* as drawn now; 0: not known */
    double span_ms;
    double price;       /* of the instrument looked at; 0: not known */
    int price_decimals; /* of it */

    /* -- the market -- */
    int instrument_count;
    struct panel_instrument instruments[SCENE_INSTRUMENT_MAX];
    int cluster_count;
    struct panel_cluster clusters[MAP_CLUSTER_MAX]; /* from the highest price to the lowest */
    double side_usd[2];                             /* estimate of the whole map, longs, shorts */
    int tape_count;
    struct panel_liquidation tape[PANEL_TAPE_MAX]; /* newest first */
    int feed_count;
    struct panel_feed feeds[SCENE_FEED_MAX];
    int alert_count;
    struct panel_alert alerts[PANEL_ALERT_MAX];
    struct panel_recording recording;

    /* -- the program -- */
    int key_count;
    struct panel_key keys[PANEL_KEY_MAX];
    char option_values[OPT_COUNT][PANEL_VALUE_BYTES]; /* of those that are live */
    struct panel_statistics statistics;
};
