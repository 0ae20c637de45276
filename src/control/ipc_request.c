#include "control/ipc_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "json/tree.h"

enum { SHOWN = 40, PANE_MAX = 1000 }; /* SHOWN: bytes of a stranger's word that are repeated */

static const struct {
    const char *name;
    enum ipc_verb verb;
    int arg_count;
    const char *takes;
} verbs[] = {
    {"get_property", IPC_GET_PROPERTY, 1, "NAME"},
    {"set_property", IPC_SET_PROPERTY, 2, "NAME, VALUE"},
    {"observe_property", IPC_OBSERVE_PROPERTY, 2, "ID, NAME"},
    {"unobserve_property", IPC_UNOBSERVE_PROPERTY, 1, "ID"},
    {"list_properties", IPC_LIST_PROPERTIES, 0, ""},
    {"list_actions", IPC_LIST_ACTIONS, 0, ""},
};

STR_PRINTF(2, 3) static bool refuse(char *error, const char *format, ...);
static bool refuse(char *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(error, IPC_ERROR_BYTES, format, args);
    va_end(args);
    return false;
}

/* A value as the text of an option: a switch as yes or no. */
static bool value_text(const struct tree *value, char *out, size_t out_bytes) {
    bool flag = false;
    if (tree_boolean(value, &flag)) {
        return str_copy(out, out_bytes, flag ? "yes" : "no");
    }
    return tree_number_text(value, out, out_bytes);
}

/* -- actions -- */

static bool read_action(const char *line, size_t len, struct ipc_request *out, char *error) {
    size_t name_len = 0;
    while (name_len < len && line[name_len] != ' ' && line[name_len] != '\t') {
        name_len++;
    }
    int word = name_len < SHOWN ? (int)name_len : SHOWN;
    out->verb = IPC_RUN;
    struct action_call call = {0};
    switch (action_call_parse(line, len, &call)) {
    case STATUS_OK:
        call.pane = out->pane;
        out->call = call;
        return true;
    case STATUS_MALFORMED: {
        const char *takes = action_row(action_find(line, name_len))->takes;
        return refuse(error, "%.*s: expected %s", word, line,
                      takes[0] != '\0' ? takes : "no arguments");
    }
    case STATUS_RANGE:
        return refuse(error, "%.*s: its arguments are too long; at most %d bytes", word, line,
                      ACTION_TEXT_BYTES - 1);
    default:
        return refuse(error, "\"%.*s\": unknown command; list_actions lists them", word, line);
    }
}

/* [name, argument…] as the line that the console would take. */
static bool read_action_array(const struct tree *array, struct ipc_request *out, char *error) {
    char line[ACTION_TEXT_BYTES + SHOWN] = "";
    char word[ACTION_TEXT_BYTES];
    for (const struct tree *item = tree_first(array); item != NULL; item = tree_next(item)) {
        if (!value_text(item, word, sizeof word)) {
            return refuse(error,
                          "command: expected texts, numbers and switches of at most %d bytes",
                          ACTION_TEXT_BYTES - 1);
        }
        if (!str_append(line, sizeof line, "%s%s", line[0] != '\0' ? " " : "", word)) {
            return refuse(error, "command: too long; at most %d bytes", ACTION_TEXT_BYTES - 1);
        }
    }
    return read_action(line, strlen(line), out, error);
}

/* -- verbs -- */

static bool read_arguments(const struct tree *first, struct ipc_request *out, char *error) {
    const struct tree *name = first;
    if (out->verb == IPC_OBSERVE_PROPERTY || out->verb == IPC_UNOBSERVE_PROPERTY) {
        if (!tree_integer(first, &out->observe_id)) {
            return refuse(error, "ID: not a whole number");
        }
        name = out->verb == IPC_OBSERVE_PROPERTY ? tree_next(first) : NULL;
    }
    if (name != NULL &&
        (tree_text(name) == NULL || !str_copy(out->name, sizeof out->name, tree_text(name)))) {
        return refuse(error, "NAME: not the name of a property; list_properties lists them");
    }
    if (out->verb == IPC_SET_PROPERTY &&
        !value_text(tree_next(name), out->value, sizeof out->value)) {
        return refuse(error, "%s: expected a text, a number or a switch of at most %d bytes",
                      out->name, OPTION_TEXT_BYTES - 1);
    }
    return true;
}

static bool read_array(const struct tree *array, struct ipc_request *out, char *error) {
    const struct tree *first = tree_first(array);
    const char *word = tree_text(first);
    int arg_count = -1;
    for (const struct tree *item = first; item != NULL; item = tree_next(item)) {
        arg_count++;
    }
    if (word == NULL) {
        return refuse(error, "command: expected an array that begins with a name");
    }
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, word) != 0) {
            continue;
        }
        out->verb = verbs[i].verb;
        if (arg_count != verbs[i].arg_count) {
            return refuse(error, "%s: expected %s", word,
                          verbs[i].arg_count > 0 ? verbs[i].takes : "no arguments");
        }
        return read_arguments(tree_next(first), out, error);
    }
    return read_action_array(array, out, error);
}

static bool read_object(const struct tree *root, struct ipc_request *out, char *error) {
    const struct tree *id = tree_member(root, "request_id");
    const struct tree *pane = tree_member(root, "pane");
    const struct tree *command = tree_member(root, "command");
    int64_t number = 0;
    if (id != NULL && (tree_text(id) != NULL || !tree_integer(id, &out->request_id))) {
        return refuse(error, "request_id: not a whole number");
    }
    if (pane != NULL) {
        if (tree_text(pane) != NULL || !tree_integer(pane, &number) || number < 0 ||
            number > PANE_MAX) {
            return refuse(error, "pane: not the number of a pane");
        }
        out->pane = (int)number;
    }
    if (tree_is_array(command)) {
        return read_array(command, out, error);
    }
    const char *line = tree_text(command);
    if (line == NULL) {
        return refuse(error, "command: expected an array or a text");
    }
    return read_action(line, strlen(line), out, error);
}

bool ipc_request_parse(const char *line, size_t len, struct ipc_request *out,
                       char error[IPC_ERROR_BYTES]) {
    memset(out, 0, sizeof *out);
    out->pane = ACTION_PANE_FOCUSED;
    while (len > 0 && (line[0] == ' ' || line[0] == '\t')) {
        line++;
        len--;
    }
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r')) {
        len--;
    }
    if (memchr(line, '\0', len) != NULL) {
        return refuse(error, "not text; it holds a zero byte");
    }
    if (len == 0 || line[0] != '{') {
        return read_action(line, len, out, error);
    }
    enum status why = STATUS_OK;
    struct tree *root = tree_parse(line, len, &why);
    if (root == NULL) {
        return refuse(error, "not JSON; expected {\"command\":[\"get_property\",\"price\"]}");
    }
    bool read = read_object(root, out, error);
    tree_destroy(root);
    return read;
}
