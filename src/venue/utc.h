/* venue/utc.h - times that a venue writes as text.  Thread: any; a plain function. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "json/scan.h"

/* "2022-03-18T04:55:37.692Z" in milliseconds since 1970; digits below the millisecond are cut off,
 * the part of a second may be missing. False: another type or shape, no such day, a year before
 * 1970. */
bool venue_time_utc(const struct scan_value *value, int64_t *ms);
