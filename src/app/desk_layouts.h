/* app/desk_layouts.h - layouts by name, and the desk as it was left.
 *
 *     $XDG_CONFIG_HOME/liqscope/layouts/NAME.conf   what layout-save keeps and layout opens
 *     $XDG_STATE_HOME/liqscope/state.conf           the desk as it was left, with --remember
 *
 * Both are of one form (config/desk_layout.h), with the live options of the program in their
 * sections; written beside the old file, synced, renamed over it.  Thread: main; the state is
 * written by a thread of its own once a minute, so that no frame waits for a disk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "app/desk_spec.h"
#include "app/state_file.h"
#include "app/state_writer.h"
#include "view/action_call.h"

struct desk;

struct desk_layouts {
    bool remember;
    char path[STATE_FILE_PATH_BYTES]; /* of the state; "": nowhere to keep it */
    int64_t looked_ns;                /* when the desk was last compared with what is kept */
    struct state_writer writer;
    char *text, *kept; /* owned: the writer's while it runs; as the file is */
};

/* What the desk begins with: the layout that is asked for, or what was left, or one window of the
 * options; and --open's. A line was printed unless EXIT_STATUS_DONE. */
enum exit_status desk_layouts_begin(struct desk *desk, const struct app_options *options,
                                    struct desk_spec *out);
/* Write the state a last time; zeroed accepted. Before windows are closed. */
void desk_layouts_end(struct desk *desk);
/* Once a frame: keep the state once a minute, if it changed. */
void desk_layouts_advance(struct desk *desk, int64_t mono_ns);
/* ACTION_LAYOUT, ACTION_LAYOUT_SAVE. False: error says why not. */
bool desk_layouts_run(struct desk *desk, const struct action_call *call,
                      char error[OPTION_ERROR_BYTES]);
