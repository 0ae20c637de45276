/* density/survey.h - the field of one instrument, or of several of one coin added up, as the map
 * that people read: levels, what stands out in them, max pain.
 *
 * Thread: the owner's; pure.  Owner: whoever embeds it (260 KB: not on a stack).
 * Limits: those of density/profile.h and scene/map.h. Estimates. */
#pragma once

#include "density/profile.h"
#include "scene/map.h"

/* Scratch: the levels further out than a map goes are needed while it is made. */
struct survey {
    struct profile profile;
};

/* Begin with the instrument in whose prices people think: the reference is the mark of its newest
 * closed row, so that its levels stand at their own prices. False: it has no mark yet, or one out
 * of range. */
bool survey_begin(struct survey *survey, const struct estimator *shown);
/* Add another one of the same coin, by basis (density/profile.h). False: it has no mark yet. */
bool survey_add(struct survey *survey, const struct estimator *other);
/* Write all of the map but its time and the instruments in it. */
void survey_finish(const struct survey *survey, struct scene_map *map);
