/* app/desk_renew.h - after the GL contexts were lost: everything of GL anew, all else as it was.
 *
 * Thread: main.  A driver that was reset, a machine that slept, a display server that went away for
 * a moment: windows, cameras, settings, the market and its estimate are not touched. */
#pragma once

struct desk;

/* Takes as long as the start of a picture does; where no context is to be had for
 * DESK_RENEW_TRIES tries, the program ends, saying so. */
enum { DESK_RENEW_TRIES = 20 };
void desk_renew(struct desk *desk);
