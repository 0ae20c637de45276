/* view/zone.h - a time zone's clock over a stretch of time, changes to and from summer time
 * included.  Thread: any; plain data, zeroed: UTC.  Limit: ZONE_CHANGE_MAX changes; the app fills
 * it from the machine's zone, tests by hand. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ZONE_CHANGE_MAX = 8, ZONE_NAME_BYTES = 8 };

struct zone_change {
    int64_t from_ms;            /* epoch; the first one holds for all time before the second */
    int32_t offset_min;         /* east of UTC, from then on */
    char name[ZONE_NAME_BYTES]; /* "CEST" */
};

struct zone {
    int32_t change_count; /* 0: UTC */
    struct zone_change changes[ZONE_CHANGE_MAX];
};

/* Minutes east of UTC at that moment. zone NULL: UTC. */
int zone_offset_min(const struct zone *zone, int64_t ms);
/* What the zone is called at that moment: "UTC", "CEST". */
const char *zone_name(const struct zone *zone, int64_t ms);
/* Epoch milliseconds as the zone's clock shows them: to be split into date and time as if UTC. */
int64_t zone_local_ms(const struct zone *zone, int64_t ms);
/* The clock goes on evenly from from_ms up to here; INT64_MAX: for ever. */
int64_t zone_even_until_ms(const struct zone *zone, int64_t from_ms);
/* The next rule from from_ms on. False: there is no room; the oldest was given up. */
bool zone_add(struct zone *zone, int64_t from_ms, int offset_min, const char *name);
