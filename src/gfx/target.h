/* gfx/target.h - where a frame is drawn: a framebuffer, its size, and which way its rows run.
 *
 * Thread: main.  Plain data.  Rectangles everywhere are in pixels from the top left corner; target.c turns them
 * into GL's. */
#pragma once

#include <stdbool.h>

struct target {
    unsigned framebuffer;       /* GL name; 0: the window */
    int width_px, height_px;    /* >= 1 */
    bool top_down;              /* row 0 in memory is the top one (off-screen: read back without a flip) */
};
