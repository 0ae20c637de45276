#include "scene/scene.h"

#include <string.h>

bool scene_is_added(const struct scene *scene, int shown, int other) {
    const struct scene_instrument *a = &scene->instruments[shown];
    const struct scene_instrument *b = &scene->instruments[other];
    return other != shown && b->mark > 0 && a->base[0] != '\0' && strcmp(a->base, b->base) == 0;
}
