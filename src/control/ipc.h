/* control/ipc.h - the control socket: a Unix domain socket on which other programs ask for
 * properties, set them, watch them and run actions, a JSON object a line (control/ipc_request.h).
 *
 *     <- {"command":["get_property","price"],"request_id":1}
 *     -> {"request_id":1,"error":"success","data":61800.5}
 *     -> {"event":"property-change","id":1,"name":"palette","data":"viridis"}
 *
 * Thread: main, which serves it once a frame: nothing here ever waits, and the work of a frame is
 * bounded.  Owner: app/desk_ipc.  Only the user who runs the program may connect (mode 0600).
 * Limits: IPC_CLIENT_MAX clients, further ones are told so and closed; a line IPC_LINE_BYTES_MAX,
 * longer ones are answered and passed over; IPC_OBSERVE_MAX watched properties a client. A client
 * that does not read while IPC_OUT_BYTES wait for it is closed.  All are counted (STAT_ipc_...). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "control/ipc_request.h"
#include "json/writer.h"

enum {
    IPC_CLIENT_MAX = 16,
    IPC_LINE_BYTES_MAX = 8192,
    IPC_OUT_BYTES = 256 * 1024,
    IPC_MESSAGE_BYTES = 64 * 1024, /* one answer or event */
    IPC_OBSERVE_MAX = 64,
    IPC_COMMANDS_A_TURN = 64, /* over all clients; the rest waits for the next turn */
    IPC_CHECKS_A_TURN = 32,   /* watched properties that are looked at */
    IPC_REASON_BYTES = 256
};
#define IPC_CHECK_EVERY_NS INT64_C(50000000) /* a watched property */

/* Who answers. Each but list: false, and error says why, as one line for people. */
struct ipc_handler {
    void *user; /* borrowed, outlives the socket */
    /* Write the value of a property into out, with this key. */
    bool (*get)(void *user, const char *name, int pane, struct writer *out, const char *key,
                char error[IPC_ERROR_BYTES]);
    bool (*set)(void *user, const char *name, int pane, const char *value,
                char error[IPC_ERROR_BYTES]);
    bool (*run)(void *user, const struct action_call *call, char error[IPC_ERROR_BYTES]);
    void (*list)(void *user, struct writer *out); /* elements: what properties there are */
};

struct ipc;

/* Listen at path. A socket that a dead process left there is replaced; STATUS_BUSY: a living one
 * listens; STATUS_RANGE: the path is too long; STATUS_IO, STATUS_MEMORY. reason is one line. */
enum status ipc_open(const char *path, const struct ipc_handler *handler, struct ipc **out,
                     char reason[IPC_REASON_BYTES]);
/* Tells every client {"event":"shutdown"}, closes, and removes the socket. NULL accepted. */
void ipc_close(struct ipc *ipc);

/* Take what came, answer, look at watched properties, send what the sockets take. mono_ns: now. */
void ipc_serve(struct ipc *ipc, int64_t mono_ns);
/* Tell every client {"event":NAME,"data":json}; json NULL: without data. */
void ipc_emit(struct ipc *ipc, const char *name, const char *json);
int ipc_client_count(const struct ipc *ipc); /* connected now */
