#include "app/desk_window.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "app/desk_lines.h"
#include "app/desk_panels.h"
#include "layer/guides.h"
#include "layer/theme.h"
#include "scene/scene.h"

#define RIM_PX 1.6 /* of the frame around each of several panes, at scale 1 */

static int rim_px(const struct target *whole) {
    return (int)fmax(1, round(RIM_PX * picture_scale_for_size(whole->width_px, whole->height_px)));
}

static struct arrange_rect cell(const struct desk_window *window, const struct target *whole,
                                int i) {
    /* With pixel shift the picture is a little smaller than the window and lies in it here or
     * there. */
    int margin = 2 * window->shift_by_px;
    bool room = margin < whole->width_px && margin < whole->height_px;
    int width = whole->width_px - (room ? margin : 0);
    int height = whole->height_px - (room ? margin : 0);
    struct arrange_rect rect =
        window->solo ? (struct arrange_rect){0, 0, width, height}
                     : arrange_place(window->arrange, window->pane_count, i, width, height);
    rect.x += room ? window->shift.x_px : 0;
    rect.y += room ? window->shift.y_px : 0;
    return rect;
}

static bool is_one(const struct desk_window *window) {
    return window->pane_count == 1 || window->solo;
}

static bool is_shown(const struct desk_window *window, int pane) {
    return !window->solo || pane == window->focused;
}

/* Alone in its window a pane has no frame. */
static struct arrange_rect inside(const struct desk_window *window, const struct target *whole,
                                  int i) {
    struct arrange_rect rect = cell(window, whole, i);
    return is_one(window) ? rect : arrange_inside(rect, rim_px(whole));
}

struct arrange_rect desk_window_rect(const struct desk_window *window, int i) {
    struct target whole = display_target(window->display);
    return inside(window, &whole, i);
}

static int pane_at(const struct desk_window *window, const struct target *whole, double x,
                   double y) {
    for (int i = 0; i < window->pane_count && !window->solo; i++) {
        if (arrange_contains(cell(window, whole, i), x, y)) {
            return i;
        }
    }
    return window->focused;
}

/* Whose the pointer is: during a drag the pane's in which it began. */
static int find_pointed(struct desk_window *window, const struct target *whole,
                        const struct input *input) {
    if (input->pressed) {
        window->pressed = pane_at(window, whole, input->press_x_px, input->press_y_px);
    }
    bool held = input->dragging || input->pressed || input->released;
    return held ? window->pressed
                : pane_at(window, whole, input->pointer_x_px, input->pointer_y_px);
}

static void set_focus(struct desk_window *window, int pane) {
    window->changed = window->changed || pane != window->focused;
    window->focused = pane;
}

/* The focus goes with the pointer when it moves, not when it lies there. */
static void follow_pointer(struct desk_window *window, const struct input *input, int pointed) {
    bool moved =
        input->pointer_x_px != window->pointer_x_px || input->pointer_y_px != window->pointer_y_px;
    if (input->pointer_inside && (moved || input->pressed)) {
        set_focus(window, pointed);
    }
    window->pointer_x_px = input->pointer_x_px;
    window->pointer_y_px = input->pointer_y_px;
}

/* What of the window's input is a pane's, in its own pixels. */
static struct input input_of_pane(const struct input *input, struct arrange_rect rect,
                                  bool pointed) {
    struct input out = *input;
    out.pointer_x_px -= rect.x;
    out.pointer_y_px -= rect.y;
    out.press_x_px -= rect.x;
    out.press_y_px -= rect.y;
    if (!pointed) {
        out.pointer_inside = out.dragging = false;
        out.pressed = out.released = out.double_clicked = false;
        out.drag_x_px = out.drag_y_px = 0;
        out.wheel_steps = out.wheel_x_steps = out.pinch_ln = 0;
    }
    return out;
}

/* A clean feed's own background in place of each pane's. */
static void change_background(struct desk_window *window, const struct target *whole) {
    if (window->background == BACKDROP_PICTURE || window->backdrop == NULL ||
        !display_is_clean(window->display) || !backdrop_take(&window->unkeyed, whole)) {
        return;
    }
    for (int i = 0; i < window->pane_count; i++) {
        if (is_shown(window, i)) {
            const struct arrange_rect rect = cell(window, whole, i);
            backdrop_draw(window->backdrop, &window->unkeyed, whole,
                          (struct target_rect){rect.x, rect.y, rect.w, rect.h},
                          window->panes[i]->nav.settings.palette, window->background);
        }
    }
}

/* Rims in the theme's colours, the focused pane's in its accent. */
static void draw_rims(const struct desk_window *window, const struct target *whole, bool active) {
    for (int i = 0; i < window->pane_count; i++) {
        struct arrange_rect rect = cell(window, whole, i);
        const struct theme *theme = theme_of_palette(window->panes[i]->nav.settings.palette);
        bool lit = active && i == window->focused;
        struct theme_color c = lit ? theme->price : theme->background;
        target_begin(whole, TARGET_BLEND_NONE);
        target_set_scissor(whole, (struct target_rect){rect.x, rect.y, rect.w, rect.h});
        target_clear((const float[4]){(float)c.r / 255, (float)c.g / 255, (float)c.b / 255, 1});
    }
}

static void draw(struct desk_window *window, const struct target *whole,
                 const struct pane_moment *moment, bool active) {
    display_begin(window->display);
    if (window->shift_by_px > 0) {
        target_begin(whole, TARGET_BLEND_NONE);
        target_clear((const float[4]){0, 0, 0, 1});
    }
    if (!is_one(window)) {
        draw_rims(window, whole, active);
    }
    for (int i = 0; i < window->pane_count; i++) {
        if (is_shown(window, i)) {
            pane_draw(window->panes[i], moment);
        }
    }
    change_background(window, whole);
    if (window->shot != NULL) {
        (void)screenshot_job_read(window->shot, whole); /* no memory: the next frame tries again */
    }
    if (window->film != NULL) {
        desk_film_read(window->film, window, whole, moment->mono_ns);
    }
    if (window->guides) {
        guides_draw(whole);
    }
    desk_panels_draw(window, moment);
    if (window->dim != NULL) {
        dim_draw(window->dim, whole, window->light);
    }
    display_swap(window->display);
}

struct desk_window_frame desk_window_run(struct desk_window *window, struct pane_moment *moment,
                                         bool active) {
    struct input none = {.any = display_input(window->display)->any};
    const struct input *input = window->deaf ? &none : display_input(window->display);
    struct target whole = display_target(window->display);
    uint64_t sequence = moment->scene != NULL ? moment->scene->sequence : 0;
    int pointed = find_pointed(window, &whole, input);
    follow_pointer(window, input, pointed);
    moment->fresh = sequence != window->scene_sequence;
    bool different = window->changed;
    for (int i = 0; i < window->pane_count; i++) {
        struct arrange_rect rect = inside(window, &whole, i);
        struct target target = whole;
        if (!is_shown(window, i)) {
            continue;
        }
        if (rect.w != whole.width_px || rect.h != whole.height_px) {
            target = target_part(&whole, (struct target_rect){rect.x, rect.y, rect.w, rect.h});
        }
        struct input own = input_of_pane(input, rect, i == pointed);
        different = pane_advance(window->panes[i], &target, &own, moment) || different;
    }
    different = desk_panels_advance(window, moment) || different;
    /* Of a window that nobody sees a frame is drawn only where somebody asked for a picture of it.
     */
    bool unseen = display_is_hidden(window->display) && window->shot == NULL;
    bool drawn = different && !unseen;
    bool shot = drawn && window->shot != NULL;
    if (drawn) {
        moment->cover = desk_panels_cover(window);
        const bool kept = shot || window->film != NULL || display_is_clean(window->display);
        moment->lines_hidden = desk_lines_hides(moment->lines, kept);
        draw(window, &whole, moment, active);
        moment->lines_hidden = desk_lines_hides(moment->lines, false);
    }
    /* What was left out of a screenshot comes back, and what nobody saw is drawn once it is seen.
     */
    window->changed = shot || (different && !drawn);
    window->scene_sequence = sequence;
    display_end_frame(window->display);
    pacer_set_rate(&window->pacer, display_refresh_hz(window->display));
    return (struct desk_window_frame){.drawn = drawn, .fresh = moment->fresh};
}

bool desk_window_add(struct desk_window *window, struct pane *pane) {
    if (window->pane_count == DESK_PANE_MAX) {
        return false;
    }
    window->panes[window->pane_count++] = pane;
    set_focus(window, window->pane_count - 1);
    window->changed = true;
    return true;
}

void desk_window_remove(struct desk_window *window, int i) {
    assert(i >= 0);
    assert(i < window->pane_count);
    pane_stop(window->panes[i]);
    pane_finish(window->panes[i]);
    free(window->panes[i]);
    window->pane_count--;
    for (int k = i; k < window->pane_count; k++) {
        window->panes[k] = window->panes[k + 1];
    }
    window->panes[window->pane_count] = NULL;
    window->focused -= window->focused > i || window->focused == window->pane_count;
    window->focused = window->focused > 0 ? window->focused : 0;
    window->pressed = window->focused;
    window->changed = true;
}
