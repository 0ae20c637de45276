/* tests/fuzz/fuzz_ipc.c - lines of the control socket, fed with a stranger's bytes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/ipc.h"
#include "json/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Whatever was refused can be told: the reason is a JSON text again. */
static void check_error(const char *error) {
    static char message[IPC_MESSAGE_BYTES];
    struct writer writer;
    enum status why = STATUS_OK;
    writer_begin(&writer, message, sizeof message);
    writer_text(&writer, NULL, error);
    assert(!writer.cut);
    struct tree *tree = tree_parse(message, writer.len, &why);
    assert(tree != NULL);
    tree_destroy(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct ipc_request request;
    char error[IPC_ERROR_BYTES] = "";
    char *line = malloc(len > 0 ? len : 1); /* its own block: reading beyond it is seen */
    if (line == NULL) {
        return 0;
    }
    memcpy(line, bytes, len);
    if (ipc_request_parse(line, len, &request, error)) {
        assert(memchr(request.name, '\0', sizeof request.name) != NULL);
        assert(memchr(request.value, '\0', sizeof request.value) != NULL);
        assert(request.verb != IPC_RUN || request.call.action != ACTION_NONE);
        assert(request.pane >= ACTION_PANE_FOCUSED);
    } else {
        assert(error[0] != '\0');
        check_error(error);
    }
    free(line);
    return 0;
}
