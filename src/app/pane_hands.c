#include "app/pane_hands.h"

#include <math.h>

/* What hands reach into: the parts of a split plot are those that were drawn last. */
static struct hands_view view_of(const struct pane *pane) {
    struct hands_view view = {
        .layout = layout_make(pane->target.width_px, pane->target.height_px, &pane->nav.settings),
    };
    view.camera_count =
        pane->nav.settings.split ? picture_get_plots(pane->picture, view.cameras) : 0;
    if (view.camera_count < 2) {
        view.camera_count = 1;
        view.cameras[0] = pane->nav.camera;
    }
    return view;
}

void pane_hands_apply(struct pane *pane, const struct input *input,
                      const struct pane_moment *moment) {
    const struct hands_view view = view_of(pane);
    hands_apply(&pane->hands, &pane->nav, &view, input, moment->queue);
}
