/* panel/toast.h - what the user is told, for a few seconds: errors, what was saved, what was read
 * again.
 *
 * Thread: main.  Limit: TOAST_MAX at a time; the oldest goes for a new one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "panel/widget.h"

enum { TOAST_MAX = 4 };

struct toasts {
    int count, seen_count; /* of the model's notices that were taken */
    struct {
        char text[PANEL_TEXT_BYTES];
        int64_t mono_ns;
    } items[TOAST_MAX]; /* oldest first */
};

/* A notice of the model that was not seen yet. */
void toasts_take(struct toasts *toasts, const char *text, int notice_count, int64_t mono_ns);
/* Forget what has been shown long enough. True: something is shown. */
bool toasts_advance(struct toasts *toasts, int64_t mono_ns);
void toasts_draw(const struct toasts *toasts, struct widget_context *ui);
