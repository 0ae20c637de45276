#include "window/monitor.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

/* How well a screen of the right name is the one that was meant. */
static int likeness(const struct monitor *monitor, const struct monitor_wish *wish) {
    const struct monitor_rect *now = &monitor->bounds;
    const struct monitor_rect *then = &wish->bounds;
    bool place = now->x == then->x && now->y == then->y;
    bool size = now->w == then->w && now->h == then->h;
    return then->w > 0 ? 2 * place + size : 0;
}

int monitor_find(const struct monitor_list *list, const struct monitor_wish *wish,
                 enum monitor_match *match) {
    assert(list->count > 0);
    int found = -1;
    int best = -1;
    for (int i = 0; i < list->count && wish->name[0] != '\0'; i++) {
        if (strcmp(list->items[i].name, wish->name) == 0 &&
            likeness(&list->items[i], wish) > best) {
            found = i;
            best = likeness(&list->items[i], wish);
        }
    }
    bool by_number = wish->number > 0 && wish->number <= list->count;
    if (found >= 0) {
        *match = MONITOR_ITS_OWN;
        return found;
    }
    if (wish->name[0] == '\0' && (by_number || wish->number == 0)) {
        *match = by_number ? MONITOR_ITS_OWN : MONITOR_ANY;
    } else {
        *match = MONITOR_INSTEAD;
    }
    return by_number ? wish->number - 1 : 0;
}

static int overlap(int a, int a_len, int b, int b_len) {
    int from = a > b ? a : b;
    int to = a + a_len < b + b_len ? a + a_len : b + b_len;
    return to > from ? to - from : 0;
}

int monitor_of_rect(const struct monitor_list *list, struct monitor_rect rect) {
    int found = 0;
    int64_t best = 0;
    for (int i = 0; i < list->count; i++) {
        const struct monitor_rect *b = &list->items[i].bounds;
        int64_t area =
            (int64_t)overlap(b->x, b->w, rect.x, rect.w) * overlap(b->y, b->h, rect.y, rect.h);
        if (area > best) {
            found = i;
            best = area;
        }
    }
    return found;
}

/* A stretch of a line of its own length, on a longer one. */
static void fit(int length, int *at, int *size) {
    *size = *size < length ? *size : length;
    *size = *size > MONITOR_WINDOW_MIN ? *size : MONITOR_WINDOW_MIN;
    *at = *at < length - *size ? *at : length - *size;
    *at = *at > 0 ? *at : 0;
}

struct monitor_rect monitor_place(struct monitor_rect bounds, struct monitor_rect rect) {
    fit(bounds.w, &rect.x, &rect.w);
    fit(bounds.h, &rect.y, &rect.h);
    return (struct monitor_rect){bounds.x + rect.x, bounds.y + rect.y, rect.w, rect.h};
}
