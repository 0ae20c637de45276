/* window/desktop.h - the windows of the program: SDL's video, a GL context for each of them, and
 * the events that come for each.
 *
 * Thread: main.  Owner: app/desk.  Limit: DESKTOP_WINDOW_MAX windows.  The contexts are one share
 * group, so that what is made in one is known in all and a lost one is the loss of all.  One
 * context for all windows would be simpler, but moving it from window to window costs Mesa's
 * software GL more than the picture does: it gives up the memory it shows a window by. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "gfx/caps.h"
#include "view/action_call.h"
#include "window/display.h"
#include "window/keymap.h"

enum { DESKTOP_WINDOW_MAX = 8 };

struct desktop;

/* STATUS_NOT_FOUND: there is no display (reason says what was looked for); STATUS_MEMORY. *out is
 * NULL unless STATUS_OK; reason is one line for people. */
enum status desktop_create(struct desktop **out, char reason[DISPLAY_REASON_BYTES]);
void desktop_destroy(struct desktop *desktop); /* NULL accepted; after everything made in the
                                                  contexts; closes what windows are left */

/* The icon of all windows that are opened from now on: rows top down, straight RGBA8, copied. */
void desktop_set_icon(struct desktop *desktop, int width_px, int height_px, const uint8_t *rgba);

/* A window. STATUS_UNSUPPORTED: no GL 3.3 core; STATUS_FULL; STATUS_MEMORY. */
enum status desktop_open(struct desktop *desktop, const struct display_place *place,
                         struct display **out, char reason[DISPLAY_REASON_BYTES]);
void desktop_close(struct desktop *desktop, struct display *display);

/* What happened since the last call; never waits. It is added to each window's input
 * (display_input); what keys run is added to queue. False: the session ends. */
bool desktop_poll(struct desktop *desktop, const struct keymap *keymap, struct action_queue *queue);
/* The GL contexts are gone: a driver was reset, or a window could not be drawn into. */
bool desktop_is_lost(const struct desktop *desktop);
/* Other contexts in place of those there are; what was made in the old ones has to be made again,
 * and its names were to be given up before. STATUS_UNSUPPORTED: not every window can have one now;
 * it may be tried again. */
enum status desktop_renew(struct desktop *desktop, char reason[DISPLAY_REASON_BYTES]);
/* What GL here can do, and who draws; borrowed, valid once a window was opened. */
const struct caps *desktop_caps(const struct desktop *desktop);
/* The screens that there are now. */
const struct monitor_list *desktop_monitors(const struct desktop *desktop);
/* Keep the machine's screen saver away, or let it come. */
void desktop_keep_awake(struct desktop *desktop, bool awake);
void desktop_hide_pointer(struct desktop *desktop); /* for good */
/* The pointer's shape from now on; the same again costs nothing. */
void desktop_set_cursor(struct desktop *desktop, enum input_cursor cursor);
/* The window that has the keyboard, the newest one that had it, or NULL. */
struct display *desktop_focused(const struct desktop *desktop);
