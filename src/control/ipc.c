#include "control/ipc.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "base/thread.h"
#include "control/ipc_listen.h"

struct observer {
    int64_t id;
    int pane;
    char name[IPC_NAME_BYTES];
    uint64_t hash; /* of the value that was told last */
    bool told;
    int64_t next_ns; /* looked at again from then on */
};

struct client {
    int fd;
    bool ended;      /* it will send nothing more */
    bool broken;     /* to be closed at the end of the turn */
    bool discarding; /* a line that was too long goes on */
    int observer_count, observer_at;
    struct observer observers[IPC_OBSERVE_MAX];
    size_t in_len, out_len;
    char in[IPC_LINE_BYTES_MAX + 1]; /* a longest line and its newline */
    char out[IPC_OUT_BYTES];
};

struct ipc {
    struct ipc_listener listener;
    struct ipc_handler handler;
    int client_count, turn;                 /* turn: who comes first */
    struct client *clients[IPC_CLIENT_MAX]; /* owned */
    char message[IPC_MESSAGE_BYTES];
};

/* -- clients -- */

static void close_client(struct ipc *ipc, int i) {
    close(ipc->clients[i]->fd);
    free(ipc->clients[i]);
    ipc->client_count--;
    memmove(ipc->clients + i, ipc->clients + i + 1,
            (size_t)(ipc->client_count - i) * sizeof ipc->clients[0]);
}

static void accept_clients(struct ipc *ipc) {
    static const char full[] = "{\"error\":\"too many clients are connected\"}\n";
    for (int i = 0; i < IPC_CLIENT_MAX; i++) {
        int fd = ipc_listen_accept(&ipc->listener);
        if (fd < 0) {
            return;
        }
        struct client *client =
            ipc->client_count < IPC_CLIENT_MAX ? calloc(1, sizeof *client) : NULL;
        if (client == NULL) {
            (void)send(fd, full, sizeof full - 1, MSG_NOSIGNAL); /* as far as it goes */
            close(fd);
            stat_add(STAT_ipc_clients_refused, 1);
            continue;
        }
        client->fd = fd;
        ipc->clients[ipc->client_count++] = client;
    }
}

static void flush(struct client *client) {
    size_t sent = 0;
    while (sent < client->out_len && !client->broken) {
        ssize_t n = send(client->fd, client->out + sent, client->out_len - sent, MSG_NOSIGNAL);
        if (n > 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            client->broken = true;
        }
    }
    memmove(client->out, client->out + sent, client->out_len - sent);
    client->out_len -= sent;
}

/* Put the message (len bytes) and a newline into what waits for the client. */
static void post(struct client *client, const char *message, size_t len) {
    if (client->out_len + len + 1 > IPC_OUT_BYTES) {
        flush(client);
    }
    if (client->broken) {
        return;
    }
    if (client->out_len + len + 1 > IPC_OUT_BYTES) {
        LOG_WARN("control socket: a client does not read; %zu bytes wait for it; closed",
                 client->out_len);
        stat_add(STAT_ipc_clients_dropped, 1);
        client->broken = true;
        return;
    }
    memcpy(client->out + client->out_len, message, len);
    client->out[client->out_len + len] = '\n';
    client->out_len += len + 1;
}

/* -- answers -- */

static void post_error(struct ipc *ipc, struct client *client, int64_t request_id,
                       const char *error) {
    struct writer writer;
    writer_begin(&writer, ipc->message, sizeof ipc->message);
    writer_open_object(&writer, NULL);
    writer_integer(&writer, "request_id", request_id);
    writer_text(&writer, "error", error);
    writer_close_object(&writer);
    assert(!writer.cut);
    post(client, ipc->message, writer.len);
}

static void list_actions(struct writer *writer) {
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        writer_open_object(writer, NULL);
        writer_text(writer, "name", row->name);
        writer_text(writer, "takes", row->takes);
        writer_text(writer, "keys", row->keys);
        writer_text(writer, "help", row->help);
        writer_close_object(writer);
    }
}

static bool observe(struct ipc *ipc, struct client *client, const struct ipc_request *request,
                    char *error) {
    struct writer writer;
    if (client->observer_count == IPC_OBSERVE_MAX) {
        str_format(error, IPC_ERROR_BYTES, "too many properties are watched; at most %d",
                   IPC_OBSERVE_MAX);
        return false;
    }
    writer_begin(&writer, ipc->message, sizeof ipc->message);
    if (!ipc->handler.get(ipc->handler.user, request->name, request->pane, &writer, NULL, error)) {
        return false;
    }
    struct observer *observer = &client->observers[client->observer_count++];
    *observer = (struct observer){.id = request->observe_id, .pane = request->pane};
    memcpy(observer->name, request->name, sizeof observer->name);
    return true;
}

static bool unobserve(struct client *client, int64_t id, char *error) {
    int kept = 0;
    for (int i = 0; i < client->observer_count; i++) {
        if (client->observers[i].id != id) {
            client->observers[kept++] = client->observers[i];
        }
    }
    bool found = kept < client->observer_count;
    client->observer_count = kept;
    if (!found) {
        str_copy(error, IPC_ERROR_BYTES, "ID: no property is watched by it");
    }
    return found;
}

/* Do what is asked; what there is to say of it goes into writer's open object. */
static bool answer(struct ipc *ipc, struct client *client, const struct ipc_request *request,
                   struct writer *writer, char *error) {
    const struct ipc_handler *handler = &ipc->handler;
    switch (request->verb) {
    case IPC_GET_PROPERTY:
        return handler->get(handler->user, request->name, request->pane, writer, "data", error);
    case IPC_SET_PROPERTY:
        return handler->set(handler->user, request->name, request->pane, request->value, error);
    case IPC_UNOBSERVE_PROPERTY:
        return unobserve(client, request->observe_id, error);
    case IPC_LIST_PROPERTIES:
    case IPC_LIST_ACTIONS:
        writer_open_array(writer, "data");
        if (request->verb == IPC_LIST_ACTIONS) {
            list_actions(writer);
        } else {
            handler->list(handler->user, writer);
        }
        writer_close_array(writer);
        return true;
    default:
        return handler->run(handler->user, &request->call, error);
    }
}

static void take_line(struct ipc *ipc, struct client *client, const char *line, size_t len) {
    struct ipc_request request;
    struct writer writer;
    char error[IPC_ERROR_BYTES] = "";
    stat_add(STAT_ipc_commands, 1);
    bool done = ipc_request_parse(line, len, &request, error);
    if (done && request.verb == IPC_OBSERVE_PROPERTY) {
        done = observe(ipc, client, &request, error); /* writes into the message itself */
    }
    writer_begin(&writer, ipc->message, sizeof ipc->message);
    writer_open_object(&writer, NULL);
    if (done && request.verb != IPC_OBSERVE_PROPERTY) {
        done = answer(ipc, client, &request, &writer, error);
    }
    writer_integer(&writer, "request_id", request.request_id);
    writer_text(&writer, "error", "success");
    writer_close_object(&writer);
    if (done && writer.cut) {
        str_format(error, sizeof error, "the answer is longer than %d bytes", IPC_MESSAGE_BYTES);
        done = false;
    }
    if (done) {
        post(client, ipc->message, writer.len);
    } else {
        post_error(ipc, client, request.request_id, error);
    }
}

/* -- reading -- */

static void drop_in(struct client *client, size_t count) {
    memmove(client->in, client->in + count, client->in_len - count);
    client->in_len -= count;
}

/* Take the first whole line. False: there is none. */
static bool take_first_line(struct ipc *ipc, struct client *client) {
    const char *newline = memchr(client->in, '\n', client->in_len);
    if (newline == NULL) {
        return false;
    }
    size_t len = (size_t)(newline - client->in);
    if (client->discarding) {
        client->discarding = false; /* the end of a line that was answered already */
    } else if (len > 0) {
        take_line(ipc, client, client->in, len);
    }
    drop_in(client, len + 1);
    return true;
}

static void read_client(struct ipc *ipc, struct client *client) {
    size_t room = sizeof client->in - client->in_len;
    if (client->ended || room == 0) {
        return;
    }
    ssize_t n = recv(client->fd, client->in + client->in_len, room, 0);
    if (n > 0) {
        client->in_len += (size_t)n;
    } else if (n == 0) {
        client->ended = true;
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        client->broken = true;
    }
    bool unfinished = memchr(client->in, '\n', client->in_len) == NULL;
    if (unfinished && (client->discarding || client->in_len == sizeof client->in)) {
        if (!client->discarding) {
            char error[IPC_ERROR_BYTES];
            str_format(error, sizeof error, "line longer than %d bytes; passed over",
                       IPC_LINE_BYTES_MAX);
            post_error(ipc, client, 0, error);
            stat_add(STAT_ipc_lines_long, 1);
        }
        client->discarding = true;
        client->in_len = 0;
    }
}

/* One line of each client in turn, so that none waits for another's thousand. */
static void take_lines(struct ipc *ipc) {
    int left = IPC_COMMANDS_A_TURN;
    bool any = true;
    while (any && left > 0) {
        any = false;
        for (int i = 0; i < ipc->client_count && left > 0; i++) {
            struct client *client = ipc->clients[(ipc->turn + i) % ipc->client_count];
            if (!client->broken && take_first_line(ipc, client)) {
                any = true;
                left--;
            }
        }
    }
}

/* -- watched properties -- */

static void look_at(struct ipc *ipc, struct client *client, struct observer *observer) {
    static char value[IPC_MESSAGE_BYTES]; /* one thread, see below; too large for the stack */
    const struct ipc_handler *handler = &ipc->handler;
    struct writer writer;
    char error[IPC_ERROR_BYTES];
    writer_begin(&writer, value, sizeof value);
    if (!handler->get(handler->user, observer->name, observer->pane, &writer, NULL, error) ||
        writer.cut) { /* its pane was closed, say */
        writer_begin(&writer, value, sizeof value);
        writer_null(&writer, NULL);
    }
    uint64_t hash = hash_bytes(HASH_START, value, writer.len);
    if (observer->told && observer->hash == hash) {
        return;
    }
    observer->told = true;
    observer->hash = hash;
    writer_begin(&writer, ipc->message, sizeof ipc->message);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "event", "property-change");
    writer_integer(&writer, "id", observer->id);
    writer_text(&writer, "name", observer->name);
    writer_json(&writer, "data", value);
    writer_close_object(&writer);
    if (!writer.cut) {
        post(client, ipc->message, writer.len);
    }
}

static void look_at_properties(struct ipc *ipc, int64_t mono_ns) {
    int left = IPC_CHECKS_A_TURN;
    for (int i = 0; i < ipc->client_count; i++) {
        struct client *client = ipc->clients[(ipc->turn + i) % ipc->client_count];
        for (int n = client->observer_count; n > 0 && left > 0 && !client->broken; n--) {
            client->observer_at = (client->observer_at + 1) % client->observer_count;
            struct observer *observer = &client->observers[client->observer_at];
            if (mono_ns >= observer->next_ns) {
                look_at(ipc, client, observer);
                observer->next_ns = mono_ns + IPC_CHECK_EVERY_NS;
                left--;
            }
        }
    }
}

/* -- the socket -- */

enum status ipc_open(const char *path, const struct ipc_handler *handler, struct ipc **out,
                     char reason[IPC_REASON_BYTES]) {
    *out = NULL;
    struct ipc *ipc = calloc(1, sizeof *ipc);
    if (ipc == NULL) {
        str_copy(reason, IPC_REASON_BYTES, status_text(STATUS_MEMORY));
        return STATUS_MEMORY;
    }
    ipc->handler = *handler;
    enum status status = ipc_listen_open(path, &ipc->listener, reason);
    if (status != STATUS_OK) {
        free(ipc);
        return status;
    }
    *out = ipc;
    return STATUS_OK;
}

void ipc_close(struct ipc *ipc) {
    if (ipc == NULL) {
        return;
    }
    ipc_emit(ipc, "shutdown", NULL);
    while (ipc->client_count > 0) {
        flush(ipc->clients[0]);
        close_client(ipc, 0);
    }
    ipc_listen_close(&ipc->listener);
    free(ipc);
}

void ipc_serve(struct ipc *ipc, int64_t mono_ns) {
    thread_assert(THREAD_MAIN);
    accept_clients(ipc);
    for (int i = 0; i < ipc->client_count; i++) {
        read_client(ipc, ipc->clients[i]);
    }
    take_lines(ipc);
    look_at_properties(ipc, mono_ns);
    for (int i = ipc->client_count - 1; i >= 0; i--) {
        struct client *client = ipc->clients[i];
        flush(client);
        bool lines = memchr(client->in, '\n', client->in_len) != NULL;
        if (client->broken || (client->ended && !lines && client->out_len == 0)) {
            close_client(ipc, i);
        }
    }
    ipc->turn = ipc->client_count > 0 ? (ipc->turn + 1) % ipc->client_count : 0;
}

void ipc_emit(struct ipc *ipc, const char *name, const char *json) {
    struct writer writer;
    writer_begin(&writer, ipc->message, sizeof ipc->message);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "event", name);
    if (json != NULL) {
        writer_json(&writer, "data", json);
    }
    writer_close_object(&writer);
    for (int i = 0; i < ipc->client_count && !writer.cut; i++) {
        post(ipc->clients[i], ipc->message, writer.len);
    }
}

int ipc_client_count(const struct ipc *ipc) {
    return ipc->client_count;
}
