#include "view/action_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static size_t skip_blanks(const char *line, size_t len, size_t at) {
    while (at < len && (line[at] == ' ' || line[at] == '\t')) {
        at++;
    }
    return at;
}

enum status action_call_parse(const char *line, size_t len, struct action_call *out) {
    size_t begin = skip_blanks(line, len, 0);
    size_t end = begin;
    while (end < len && line[end] != ' ' && line[end] != '\t') {
        end++;
    }
    enum action action = action_find(line + begin, end - begin);
    if (action == ACTION_NONE) {
        return STATUS_NOT_FOUND;
    }
    size_t text = skip_blanks(line, len, end);
    while (len > text && (line[len - 1] == ' ' || line[len - 1] == '\t')) {
        len--;
    }
    const char *takes = action_row(action)->takes;
    bool optional = takes[0] == '[';
    if (!optional && (takes[0] == '\0') != (text == len)) {
        return STATUS_MALFORMED;
    }
    if (len - text >= ACTION_TEXT_BYTES) {
        return STATUS_RANGE;
    }
    out->action = action;
    out->pane = ACTION_PANE_FOCUSED;
    memcpy(out->text, line + text, len - text);
    out->text[len - text] = '\0';
    return STATUS_OK;
}

void action_queue_add(struct action_queue *queue, const struct action_call *call) {
    if (queue->count == ACTION_QUEUE_MAX) {
        queue->dropped_count++;
        return;
    }
    queue->items[queue->count++] = *call;
}

void action_queue_add_action(struct action_queue *queue, enum action action) {
    action_queue_add_text(queue, action, "%s", "");
}

void action_queue_add_text(struct action_queue *queue, enum action action, const char *format,
                           ...) {
    if (queue->count == ACTION_QUEUE_MAX) {
        queue->dropped_count++;
        return;
    }
    struct action_call *call = &queue->items[queue->count];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(call->text, sizeof call->text, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof call->text) {
        queue->dropped_count++;
        return;
    }
    call->action = action;
    call->pane = ACTION_PANE_FOCUSED;
    queue->count++;
}
