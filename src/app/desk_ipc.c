#include "app/desk_ipc.h"

#include "app/desk_properties.h"
#include "base/clock.h"
#include "control/ipc.h"

static bool get(void *user, const char *name, int pane, struct writer *out, const char *key,
                char error[IPC_ERROR_BYTES]) {
    return desk_property_get(user, name, pane, out, key, error);
}

static bool set(void *user, const char *name, int pane, const char *value,
                char error[IPC_ERROR_BYTES]) {
    return desk_property_set(user, name, pane, value, error);
}

static bool run(void *user, const struct action_call *call, char error[IPC_ERROR_BYTES]) {
    return desk_run(user, call, error);
}

static void list(void *user, struct writer *out) {
    (void)user;
    desk_property_list(out);
}

enum exit_status desk_ipc_open(struct desk *desk) {
    const struct ipc_handler handler = {
        .user = desk, .get = get, .set = set, .run = run, .list = list};
    const char *path = option_text(&desk->options, OPT_ipc);
    char reason[IPC_REASON_BYTES];
    if (path[0] == '\0') {
        return EXIT_STATUS_DONE;
    }
    if (ipc_open(path, &handler, &desk->ipc, reason) != STATUS_OK) {
        return (enum exit_status)app_fail(EXIT_STATUS_FAILED, "view", "--ipc: %s", reason);
    }
    return EXIT_STATUS_DONE;
}

void desk_ipc_close(struct desk *desk) {
    ipc_close(desk->ipc);
    desk->ipc = NULL;
}

void desk_ipc_serve(struct desk *desk) {
    if (desk->ipc != NULL) {
        ipc_serve(desk->ipc, clock_mono_ns());
    }
}

void desk_ipc_emit(struct desk *desk, const char *name, const char *json) {
    if (desk->ipc != NULL) {
        ipc_emit(desk->ipc, name, json);
    }
}
