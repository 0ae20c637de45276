/* panel/panels.h - the panels of one window: which are open, where they lie, what is typed in them.
 *
 * Thread: main.  Owner: app/desk_panels.  Pure but for what it draws through gui.  They lie in the
 * plot of the picture they act on, so that price axis, time axis and status line are never covered:
 * a bar of signs at its left edge, the open ones beside it; statistics at the right, what is to be
 * told at the bottom, the table of keys and the console over the middle. They fade away while the
 * pointer rests, unless they are pinned or typed in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "panel/console.h"
#include "panel/panel_model.h"
#include "panel/toast.h"

enum panel_id {
    PANEL_MARKET,
    PANEL_LAYERS,
    PANEL_FILTERS,
    PANEL_SCALE,
    PANEL_CLUSTERS,
    PANEL_TAPE,
    PANEL_FEEDS,
    PANEL_ALERTS,
    PANEL_CAPTURE,
    PANEL_COUNT
};
const char *panel_name(enum panel_id id);
/* The panel of this name (len bytes), PANEL_COUNT if there is none. */
enum panel_id panel_find(const char *name, size_t len);

/* What lies over the picture and has the keyboard. */
enum panels_overlay { PANELS_NO_OVERLAY, PANELS_KEYS, PANELS_CONSOLE };

struct panels {
    /* -- kept from one run to the next (panels_format) -- */
    bool shown;  /* the bar and the open ones; otherwise a handle is all there is */
    bool pinned; /* they stay while the pointer rests */
    bool statistics;
    uint32_t open, folded; /* bit n: enum panel_id n */

    /* -- this run's -- */
    enum panels_overlay overlay;
    bool overlay_fresh; /* opened since the last frame */
    bool forbidden;     /* kiosk: nothing of them appears */
    uint32_t fresh;     /* bit n: opened since the last frame */
    double opacity;     /* of what fades, 0..1 */
    double pointer_x_px, pointer_y_px;
    int64_t pointer_ns; /* when it last moved; 0: never */
    int64_t advanced_ns;
    bool over; /* the pointer is over a panel */
    bool typing;
    char market_search[GUI_TEXT_BYTES], keys_search[GUI_TEXT_BYTES];
    float heights[PANEL_COUNT]; /* of the panels, in the frame before, pixels */
    /* What the scale's line runs through, USD a basis point; a handle of it is being dragged. */
    double scale_low, scale_high;
    bool scale_held;
    struct console console;
    struct toasts toasts;
};

/* From the plot's left edge to the right of their bar, at scale 1. */
enum { PANELS_BAR_PX = 58 };

void panels_init(struct panels *panels);

/* What the user did since the last frame. */
struct panels_input {
    int64_t mono_ns;
    double pointer_x_px, pointer_y_px;
    bool pointer_inside; /* the window */
    bool over, typing;   /* gui_wants_pointer, gui_wants_text */
    bool forbidden;
};
/* Fade in or out. True: the picture would look different for them. */
bool panels_advance(struct panels *panels, const struct panels_input *input);
/* Something of them is to be drawn. */
bool panels_visible(const struct panels *panels);
/* All of them, between gui_begin and gui_end_draw; what is clicked goes into
 * queue. */
void panels_draw(struct panels *panels, struct gui *gui, const struct panel_model *model,
                 struct action_queue *queue);

/* -- actions -- */
void panels_toggle(struct panels *panels);
void panels_toggle_panel(struct panels *panels, enum panel_id id);
/* Open the console with text typed in it. */
void panels_open_console(struct panels *panels, const char *text);
void panels_toggle_overlay(struct panels *panels, enum panels_overlay overlay);
void panels_toggle_statistics(struct panels *panels);
void panels_toggle_pinned(struct panels *panels);
/* What Escape closes first: an overlay. False: there was none. */
bool panels_dismiss(struct panels *panels);

/* -- from one run to the next: "shown pin layers filters-folded statistics" -- */
enum { PANELS_STATE_BYTES = 256 };
const char *panels_format(const struct panels *panels, char out[PANELS_STATE_BYTES]);
/* Words that are not known do not count; the bar is shown unless "hidden" says otherwise. */
void panels_parse(struct panels *panels, const char *text);
/* False: a word is not known; error tells it, and those that are. */
bool panels_check(const char *text, char error[OPTION_ERROR_BYTES]);
