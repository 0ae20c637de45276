/* control/ipc_listen.h - a Unix domain socket that listens at a path.  Thread: main. */
#pragma once

#include "base/status.h"
#include "control/ipc.h"

struct ipc_listener {
    int fd;                      /* owned; -1: none */
    unsigned long long dev, ino; /* of the socket at path, so that nobody else's is removed */
    char path[108];              /* as large as the system's */
};

/* As ipc_open. The socket never waits. */
enum status ipc_listen_open(const char *path, struct ipc_listener *out,
                            char reason[IPC_REASON_BYTES]);
/* Close it and remove its path while it is still ours. fd -1 accepted. */
void ipc_listen_close(struct ipc_listener *listener);
/* The next client that waits to be accepted, a socket that never waits; -1: nobody does. */
int ipc_listen_accept(const struct ipc_listener *listener);
