/* panel/icon.h - the signs of the panels, drawn as lines.  Thread: main, inside a gui window. */
#pragma once

#include "gui/gui.h"

enum icon {
    ICON_MARKET,
    ICON_LAYERS,
    ICON_FILTERS,
    ICON_SCALE,
    ICON_CLUSTERS,
    ICON_TAPE,
    ICON_FEEDS,
    ICON_ALERTS,
    ICON_CAPTURE,
    ICON_CONSOLE,
    ICON_KEYS,
    ICON_STATISTICS,
    ICON_PIN,
    ICON_CLOSE,
    ICON_OPEN, /* a fold that is open */
    ICON_FOLDED,
    ICON_TICK,
    ICON_SEARCH,
    ICON_COUNT
};

/* In the middle of box, size pixels high and wide. */
void icon_draw(struct gui *gui, enum icon icon, struct gui_rect box, float size,
               struct gui_color color);
