/* view/action_call.h - an action with what it takes, and a queue of them.
 *
 * Thread: main.  Keys, panels, console and control socket put commands into one queue; app/desk
 * runs them in order, once a frame.  Limits: ACTION_TEXT_BYTES - 1 bytes of argument,
 * ACTION_QUEUE_MAX waiting; further ones are counted and dropped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"
#include "view/action.h"

enum { ACTION_TEXT_BYTES = 512, ACTION_QUEUE_MAX = 64, ACTION_PANE_FOCUSED = -1 };

struct action_call {
    enum action action;
    int pane;                     /* whose picture; ACTION_PANE_FOCUSED: the one in use */
    char text[ACTION_TEXT_BYTES]; /* what the action takes, "palette viridis"; "": nothing */
};

struct action_queue {
    int count, dropped_count;
    struct action_call items[ACTION_QUEUE_MAX];
};

/* Read "set palette viridis" (len bytes) into *out; blanks around words do not count.
 * STATUS_NOT_FOUND: no such action; STATUS_MALFORMED: it takes something and nothing is there, or
 * the other way round ("[FILE]": either way is right); STATUS_RANGE: too long. *out is untouched
 * unless STATUS_OK. */
enum status action_call_parse(const char *line, size_t len, struct action_call *out);

void action_queue_add(struct action_queue *queue, const struct action_call *call);
/* An action of the focused pane that takes nothing. */
void action_queue_add_action(struct action_queue *queue, enum action action);
/* An action with its argument, made as by printf; too long an argument is counted as dropped. */
STR_PRINTF(3, 4)
void action_queue_add_text(struct action_queue *queue, enum action action, const char *format, ...);
