#include "app/picture_zone.h"

#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)

struct rule {
    int offset_min;
    const char *name; /* the C library's */
};

static struct rule rule_at(int64_t ms) {
    time_t second = (time_t)(ms / 1000);
    struct tm local;
    if (localtime_r(&second, &local) == NULL) {
        return (struct rule){0, "UTC"};
    }
    return (struct rule){(int)(local.tm_gmtoff / 60), local.tm_zone};
}

static bool same(struct rule a, struct rule b) {
    return a.offset_min == b.offset_min && strcmp(a.name, b.name) == 0;
}

/* The first second of (from, to] whose rule is not from's. */
static int64_t change_between(int64_t from_ms, int64_t to_ms) {
    struct rule before = rule_at(from_ms);
    while (to_ms - from_ms > 1000) {
        int64_t middle_ms = from_ms + (to_ms - from_ms) / 2000 * 1000;
        if (same(rule_at(middle_ms), before)) {
            from_ms = middle_ms;
        } else {
            to_ms = middle_ms;
        }
    }
    return to_ms;
}

static void fill(struct picture_zone *kept) {
    struct rule rule = rule_at(kept->from_ms);
    kept->zone = (struct zone){0};
    zone_add(&kept->zone, kept->from_ms, rule.offset_min, rule.name);
    for (int64_t day = kept->from_ms; day < kept->to_ms; day += DAY_MS) {
        struct rule next = rule_at(day + DAY_MS);
        if (!same(rule, next)) {
            zone_add(&kept->zone, change_between(day, day + DAY_MS), next.offset_min, next.name);
            rule = next;
        }
    }
}

const struct zone *picture_zone_get(struct picture_zone *kept, const struct camera *camera,
                                    bool local) {
    if (!local) {
        return NULL;
    }
    int64_t left_ms = (int64_t)camera->time_left_ms;
    int64_t right_ms = (int64_t)camera->time_right_ms;
    if (kept->from_ms == kept->to_ms || left_ms < kept->from_ms || right_ms > kept->to_ms) {
        tzset(); /* localtime_r need not read TZ by itself */
        int64_t from_ms = (left_ms - (right_ms - left_ms)) / DAY_MS * DAY_MS - DAY_MS;
        kept->from_ms = from_ms > 0 ? from_ms : 0;
        kept->to_ms = right_ms + (right_ms - left_ms) + 2 * DAY_MS;
        fill(kept);
    }
    return &kept->zone;
}
