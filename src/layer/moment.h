/* layer/moment.h - a moment as the picture writes it: "17 Jun 20:00", as the time axis does.
 * Thread: any; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "view/zone.h"

enum { MOMENT_TEXT_BYTES = 32 };

/* In the zone's clock (NULL: UTC), with seconds or without. Returns out. */
const char *moment_format(const struct zone *zone, int64_t ms, bool seconds,
                          char out[MOMENT_TEXT_BYTES]);
