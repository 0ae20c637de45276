/* window/monitor.h - the screens of the desk, and which of them a window belongs to.
 *
 * Thread: main.  Pure: desktop.c fills the list from SDL.  Positions and sizes are in the window
 * system's units.  Limit: MONITOR_MAX screens; further ones are not used. */
#pragma once

#include <stdbool.h>

enum { MONITOR_MAX = 16, MONITOR_NAME_BYTES = 64, MONITOR_WINDOW_MIN = 64 };

struct monitor_rect {
    int x, y, w, h;
};

struct monitor {
    char name[MONITOR_NAME_BYTES]; /* as the window system calls it: "DP-1", "DELL U2720Q" */
    struct monitor_rect bounds;    /* the first of the list is the primary one */
    double refresh_hz;             /* 0: not known */
};

struct monitor_list {
    int count;
    struct monitor items[MONITOR_MAX];
};

/* The screen that a window should be on: what is known of it. Zero: any. */
struct monitor_wish {
    char name[MONITOR_NAME_BYTES]; /* "": not known */
    struct monitor_rect bounds;    /* where that screen lay; w 0: not known */
    int number;                    /* from 1; 0: not known */
};

/* Whether a window found the screen it belongs to. */
enum monitor_match { MONITOR_ANY, MONITOR_ITS_OWN, MONITOR_INSTEAD };

/* The screen for a wish, an index of list (>= 0; there is at least one): that of its name, of
 * several of one name the one that lies where it lay, else of its size; else the one of its number;
 * else the first. *match: MONITOR_INSTEAD if a name or a number was asked for that is not there. */
int monitor_find(const struct monitor_list *list, const struct monitor_wish *wish,
                 enum monitor_match *match);
/* The screen that holds the largest part of rect; the first where none does. */
int monitor_of_rect(const struct monitor_list *list, struct monitor_rect rect);
/* rect, given from the corner of bounds, on it: smaller and moved where it would not lie inside. */
struct monitor_rect monitor_place(struct monitor_rect bounds, struct monitor_rect rect);
