/* control/ipc_request.h - one line of the control socket as what is asked for.
 *
 * Thread: any; pure.  A line is a JSON object, as mpv's,
 *
 *     {"command":["set_property","palette","viridis"],"request_id":7}
 *     {"command":"set palette viridis","pane":1}
 *
 * or, when it does not begin with '{', a command as the console takes it.  Commands: get_property
 * NAME, set_property NAME VALUE, observe_property ID NAME, unobserve_property ID, list_properties,
 * list_actions, and every action by its name, its arguments joined by blanks.  Unknown members are
 * ignored. Limits: those of the texts below; hostile bytes are safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/option_table.h"
#include "view/action_call.h"

enum { IPC_NAME_BYTES = 48, IPC_ERROR_BYTES = OPTION_ERROR_BYTES };

enum ipc_verb {
    IPC_RUN,
    IPC_GET_PROPERTY,
    IPC_SET_PROPERTY,
    IPC_OBSERVE_PROPERTY,
    IPC_UNOBSERVE_PROPERTY,
    IPC_LIST_PROPERTIES,
    IPC_LIST_ACTIONS
};

struct ipc_request {
    enum ipc_verb verb;
    int64_t request_id; /* 0: none was given */
    int pane;           /* ACTION_PANE_FOCUSED: none was given */
    int64_t observe_id;
    char name[IPC_NAME_BYTES];     /* of a property */
    char value[OPTION_TEXT_BYTES]; /* of SET_PROPERTY, as an option's text */
    struct action_call call;       /* of RUN */
};

/* Read line (len bytes, no newline). False: error says what was expected; out->request_id is still
 * that of the line where it has one. */
bool ipc_request_parse(const char *line, size_t len, struct ipc_request *out,
                       char error[IPC_ERROR_BYTES]);
