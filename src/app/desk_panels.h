/* app/desk_panels.h - the panels of each window: what they show, gathered while one is visible, and
 * their actions.
 *
 * Thread: main.  Owner: desk_window.  Their fonts and textures are made when the first one is seen;
 * hidden they cost a comparison a frame. */
#pragma once

#include "app/desk.h"
#include "panel/panels.h"

struct desk_panels;

bool desk_panels_open(struct desk *desk, struct desk_window *window); /* false: no memory */
void desk_panels_close(
    struct desk_window *window); /* before the GL contexts; NULL panels accepted */

/* What lies in the GL context: made again when it is seen again. */
void desk_panels_drop(struct desk_window *window);

/* Fade in or out. True: the window would look different for them. */
bool desk_panels_advance(struct desk_window *window, const struct pane_moment *moment);
/* Over the window's pictures, into its framebuffer. */
void desk_panels_draw(struct desk_window *window, const struct pane_moment *moment);
/* Where they lie in the window now, as pictures below them have to know it; NULL: there are none,
 * nor will any come (a kiosk). Valid until the next call. */
const struct picture_cover *desk_panels_cover(struct desk_window *window);
/* How long a frame of the window took, for the statistics. */
void desk_panels_note_frame(struct desk_window *window, int64_t took_ns);

/* PANELS, PANEL, KEYS, STATISTICS, CONSOLE. False: error says why not. */
bool desk_panels_run(struct desk_window *window, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]);
/* Escape: close what lies over the picture. False: nothing does. */
bool desk_panels_dismiss(struct desk_window *window);
/* INSTRUMENT: "binance_usdm:BTCUSDT" in that pane. */
bool desk_panels_show_instrument(struct desk *desk, struct pane *pane, const char *text,
                                 char error[OPTION_ERROR_BYTES]);

/* SET of --panels. As above. */
bool desk_panels_set(struct desk_window *window, struct span text, char error[OPTION_ERROR_BYTES]);
/* What layouts and the remembered state keep of them, as panels_format writes it. */
const char *desk_panels_format(const struct desk_window *window, char out[PANELS_STATE_BYTES]);
void desk_panels_parse(struct desk_window *window, const char *text);
