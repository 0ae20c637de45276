#include "layer/guides.h"

#include <math.h>

#include "layer/layout.h"

#define ACTION_SHARE 0.93
#define TITLE_SHARE  0.90

static void draw_box(const struct target *target, double share, int line_px) {
    const int x = (int)lround(target->width_px * (1 - share) / 2);
    const int y = (int)lround(target->height_px * (1 - share) / 2);
    const int w = target->width_px - 2 * x;
    const int h = target->height_px - 2 * y;
    const struct target_rect edges[] = {{x, y, w, line_px},
                                        {x, y + h - line_px, w, line_px},
                                        {x, y, line_px, h},
                                        {x + w - line_px, y, line_px, h}};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        target_set_scissor(target, edges[i]);
        target_clear((const float[4]){0.55f, 0.55f, 0.55f, 1});
    }
}

void guides_draw(const struct target *target) {
    const double scale = layout_scale_for_size(target->width_px, target->height_px);
    const int line_px = (int)fmax(1, round(scale));
    target_begin(target, TARGET_BLEND_NONE);
    draw_box(target, ACTION_SHARE, line_px);
    draw_box(target, TITLE_SHARE, line_px);
}
