#include "view/zone.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

static const struct zone_change *change_at(const struct zone *zone, int64_t ms) {
    if (zone == NULL || zone->change_count == 0) {
        return NULL;
    }
    int i = zone->change_count - 1;
    while (i > 0 && zone->changes[i].from_ms > ms) {
        i--;
    }
    return &zone->changes[i];
}

int zone_offset_min(const struct zone *zone, int64_t ms) {
    const struct zone_change *change = change_at(zone, ms);
    return change != NULL ? change->offset_min : 0;
}

const char *zone_name(const struct zone *zone, int64_t ms) {
    const struct zone_change *change = change_at(zone, ms);
    return change != NULL ? change->name : "UTC";
}

int64_t zone_local_ms(const struct zone *zone, int64_t ms) {
    return ms + (int64_t)zone_offset_min(zone, ms) * 60000;
}

int64_t zone_even_until_ms(const struct zone *zone, int64_t from_ms) {
    for (int i = 1; zone != NULL && i < zone->change_count; i++) {
        if (zone->changes[i].from_ms > from_ms) {
            return zone->changes[i].from_ms;
        }
    }
    return INT64_MAX;
}

bool zone_add(struct zone *zone, int64_t from_ms, int offset_min, const char *name) {
    bool room = zone->change_count < ZONE_CHANGE_MAX;
    if (!room) {
        memmove(zone->changes, zone->changes + 1,
                sizeof zone->changes[0] * (size_t)(--zone->change_count));
    }
    struct zone_change *change = &zone->changes[zone->change_count++];
    *change = (struct zone_change){.from_ms = from_ms, .offset_min = offset_min};
    str_copy(change->name, sizeof change->name, name);
    return room;
}
