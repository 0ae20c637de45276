/* panel/console.h - everything by its name: a line that is completed while it is typed, with what
 * each action and option does, takes and stands at; and the lines that were run before.
 *
 * Thread: main.  Limits: CONSOLE_HISTORY_MAX lines are remembered, CONSOLE_SHOWN_MAX are offered.
 */
#pragma once

#include <stdbool.h>

#include "panel/widget.h"

enum { CONSOLE_HISTORY_MAX = 64, CONSOLE_SHOWN_MAX = 12 };

/* Something that can be run: an action, or an option to be set. */
struct console_entry {
    char line[PANEL_TEXT_BYTES]; /* "toggle-grid", "set palette" */
    const char *help, *takes;    /* takes "": it can be run as it stands */
    char value[PANEL_VALUE_BYTES], key[PANEL_VALUE_BYTES];
    int score;
};

struct console {
    char text[GUI_TEXT_BYTES], replace[GUI_TEXT_BYTES];
    bool replacing;                /* what is typed becomes replace */
    int chosen;                    /* of what is offered */
    bool moved;                    /* chosen with the keys: Enter runs it rather than the line */
    int history_count, history_at; /* history_at: what Up and Down stand at; count: the new line */
    char history[CONSOLE_HISTORY_MAX][GUI_TEXT_BYTES];
    char error[PANEL_TEXT_BYTES];
};

void console_open(struct console *console); /* its line is empty */
/* Put text there as if it had been typed so far. */
void console_type(struct console *console, const char *text);
/* What fits best, best first; how many. */
int console_find(const struct panel_model *model, const char *text,
                 struct console_entry out[CONSOLE_SHOWN_MAX]);
/* Run a line: into queue, and into the history. False: console->error says why not. */
bool console_run(struct console *console, const char *line, struct action_queue *queue);
/* True: it is done and wants to be closed. */
bool console_draw(struct console *console, struct widget_context *ui);
