/* view/action.h - everything that can be done to a running picture, by name: one table for keys,
 * console, panels, the control socket and the help.
 *
 * Thread: any.  Plain data.  A row of view/actions.def is an action; who runs it is written in
 * app/desk.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "view/settings.h"

enum action {
    ACTION_NONE,
#define ACTION(id, name, keys, repeats, takes, help) ACTION_##id,
#include "view/actions.def"
#undef ACTION
    ACTION_COUNT,

    ACTION_REPLAY_FIRST = ACTION_PAUSE,
    ACTION_REPLAY_LAST = ACTION_REPLAY,
    ACTION_CAMERA_FIRST = ACTION_FOLLOW,
    ACTION_CAMERA_LAST = ACTION_ZOOM_OUT,
    ACTION_HANDS_FIRST = ACTION_SHOW_PRICE,
    ACTION_HANDS_LAST = ACTION_POSITION,
    ACTION_KNOB_FIRST = ACTION_PALETTE_NEXT,
    ACTION_PART_FIRST = ACTION_PART_FIELD,
    ACTION_PART_LAST = ACTION_PART_STATUS,
    ACTION_KNOB_LAST = ACTION_PART_LAST,
};
#define ACTION_PART(name) ACTION_PART_##name
#define ACTION_BAND(n)    ((enum action)(ACTION_BAND_1 + (n)-1)) /* 1..6 */

struct action_row {
    const char *name;  /* "palette-next" */
    const char *keys;  /* "+ = Keypad+"; "": none by itself */
    bool repeats;      /* a key that is held down goes on doing it: steps do, switches do not */
    const char *takes; /* "NAME VALUE"; "": nothing */
    const char *help;  /* "a shorter stretch of time" */
};
const struct action_row *action_row(enum action action);
/* The action of this name (len bytes), ACTION_NONE if there is none. */
enum action action_find(const char *name, size_t len);
