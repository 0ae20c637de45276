/* density/survey.c - profile to map: the near levels as they are, what lies further out as one
 * sum, clusters and max pain of all of it. */
#include "density/survey.h"

#include <string.h>

#include "base/math.h"
#include "density/clusters.h"
#include "density/max_pain.h"

static_assert((int)LAYERS_BAND_COUNT == (int)DISTANCE_BAND_COUNT, "a map has the model's bands");
static_assert((int)MAP_LEVEL_MAX <= (int)PROFILE_LEVEL_MAX, "a map is the near part of a profile");

bool survey_begin(struct survey *survey, const struct estimator *shown) {
    if (!estimator_has_mark(shown)) {
        return false;
    }
    double mark = math_exp(estimator_mark_z(shown) + estimator_phi(shown));
    return profile_begin(&survey->profile, &(struct profile_desc){.reference = mark}) &&
           profile_add(&survey->profile, shown);
}

bool survey_add(struct survey *survey, const struct estimator *other) {
    return profile_add(&survey->profile, other);
}

static void copy_side(const struct profile *profile, int side, int level_count,
                      struct map_side *out) {
    const struct profile_side *from = &profile->sides[side];
    memcpy(out->bands_usd, from->bands_usd, sizeof(out->bands_usd[0]) * (size_t)level_count);
    for (int level = 0; level < level_count; level++) {
        out->sd[level] = (float)profile_sd(profile, side, level);
    }
    out->beyond_usd = from->beyond_usd;
    for (int level = level_count; level < profile->level_count; level++) {
        out->beyond_usd += (double)from->usd[level];
    }
}

void survey_finish(const struct survey *survey, struct scene_map *map) {
    const struct profile *profile = &survey->profile;
    int count = profile->level_count < MAP_LEVEL_MAX ? profile->level_count : MAP_LEVEL_MAX;
    memset(map, 0, sizeof(*map));
    map->reference = profile->reference;
    map->level_height = profile->level_height;
    map->level_count = count;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        copy_side(profile, side, count, &map->sides[side]);
    }
    map->cluster_count =
        clusters_find(profile, CLUSTERS_REACH, map->clusters, &map->cluster_left_out);
    max_pain_find(map, CLUSTERS_REACH);
}
