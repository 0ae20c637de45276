/* app/desk_ipc.h - the control socket of --ipc, answered by the desk.
 * Thread: main.  Owner: desk. */
#pragma once

#include "app/desk.h"

/* Nothing if --ipc is not given. EXIT_STATUS_FAILED: the reason was printed. */
enum exit_status desk_ipc_open(struct desk *desk);
void desk_ipc_close(struct desk *desk); /* tells the clients; never opened accepted */
void desk_ipc_serve(struct desk *desk); /* once a frame */
/* Tell every client {"event":name,"data":json}; nothing if there is no socket. */
void desk_ipc_emit(struct desk *desk, const char *name, const char *json);
