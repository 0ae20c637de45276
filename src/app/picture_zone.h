/* app/picture_zone.h - the machine's time zone over the stretch that a picture shows.
 *
 * Thread: main.  Zeroed: nothing known yet.  The zone is what TZ or the system says when it is
 * first asked for; changes of the clock are found day by day, as the C library tells them. */
#pragma once

#include "view/camera.h"
#include "view/zone.h"

struct picture_zone {
    struct zone zone;
    int64_t from_ms, to_ms; /* it holds for this stretch; equal: for none */
};

/* For a picture's frame: the zone around what the camera sees, NULL (UTC) unless local. Valid until
 * the next call. */
const struct zone *picture_zone_get(struct picture_zone *kept, const struct camera *camera,
                                    bool local);
