#include "app/pane_instrument.h"

#include <string.h>

#include "scene/scene.h"

static void name_of(const struct scene_instrument *instrument, char out[PANE_INSTRUMENT_BYTES]) {
    str_format(out, PANE_INSTRUMENT_BYTES, "%s:%s", venue_key((enum venue_id)instrument->venue),
               instrument->symbol);
}

/* Its place in the scene; -1: there is none of this name. */
static int find(const struct scene *scene, const char *name) {
    for (int i = 0; scene != NULL && i < scene->instrument_count; i++) {
        char known[PANE_INSTRUMENT_BYTES];
        name_of(&scene->instruments[i], known);
        if (str_equal_nocase(known, name)) {
            return i;
        }
    }
    return -1;
}

void pane_want_instrument(struct pane *pane, const char *name) {
    if (!str_copy(pane->wanted_instrument, sizeof pane->wanted_instrument, name)) {
        pane->wanted_instrument[0] = '\0'; /* longer than any has */
    }
}

void pane_find_instrument(struct pane *pane, const struct scene *scene) {
    int place = pane->wanted_instrument[0] != '\0' ? find(scene, pane->wanted_instrument) : -1;
    if (place < 0) {
        return;
    }
    pane->wanted_instrument[0] = '\0';
    if (place != pane_instrument(pane, scene)) {
        navigator_show_instrument(&pane->nav, place);
    }
}

bool pane_set_instrument(struct pane *pane, const struct scene *scene, struct span name,
                         char error[OPTION_ERROR_BYTES]) {
    char wanted[PANE_INSTRUMENT_BYTES];
    if (str_copy_span(wanted, sizeof wanted, name) && find(scene, wanted) >= 0) {
        pane_want_instrument(pane, wanted);
        pane_find_instrument(pane, scene);
        return true;
    }
    int shown = name.len < sizeof wanted ? (int)name.len : (int)sizeof wanted;
    str_format(error, OPTION_ERROR_BYTES, "instrument: \"%.*s\": not among the sources", shown,
               name.bytes);
    for (int i = 0; scene != NULL && i < scene->instrument_count; i++) {
        name_of(&scene->instruments[i], wanted);
        str_append(error, OPTION_ERROR_BYTES, "%s%s", i == 0 ? "; one of " : ", ", wanted);
    }
    return false;
}

void pane_instrument_text(const struct pane *pane, const struct scene *scene, size_t out_bytes,
                          char *out) {
    out[0] = '\0';
    if (pane->wanted_instrument[0] != '\0') {
        str_copy(out, out_bytes, pane->wanted_instrument);
    } else if (scene != NULL && scene->instrument_count > 0) {
        char name[PANE_INSTRUMENT_BYTES];
        name_of(&scene->instruments[pane_instrument(pane, scene)], name);
        str_copy(out, out_bytes, name);
    }
}
