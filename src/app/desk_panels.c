#include "app/desk_panels.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/desk_panel_model.h"
#include "base/clock.h"
#include "base/log.h"
#include "gfx/font.h"
#include "gfx/texture.h"
#include "gui/gui.h"
#include "layer/theme.h"

struct desk_panels {
    struct desk *desk;      /* borrowed */
    struct gui *gui;        /* owned; NULL: nothing was seen of them yet */
    bool broken;            /* it could not be made: said once */
    bool drawn;             /* in the last frame */
    struct texture texture; /* what they look like, while that does not change */
    struct target cache;    /* draws into it */
    bool cache_stale;
    struct panels panels;
    struct picture_cover cover;
    struct desk_panel_meter meter;
    struct panel_model model;
};

bool desk_panels_open(struct desk *desk, struct desk_window *window) {
    struct desk_panels *own = calloc(1, sizeof *own);
    if (own == NULL) {
        return false;
    }
    own->desk = desk;
    panels_init(&own->panels);
    window->panels = own;
    return true;
}

static void finish_cache(struct desk_panels *own) {
    texture_finish(&own->texture);
    own->texture = (struct texture){0};
    own->cache_stale = true;
}

void desk_panels_close(struct desk_window *window) {
    struct desk_panels *own = window->panels;
    if (own == NULL) {
        return;
    }
    display_set_gui(window->display, NULL);
    gui_destroy(own->gui);
    finish_cache(own);
    free(own);
    window->panels = NULL;
}

void desk_panels_drop(struct desk_window *window) {
    if (window->panels != NULL && window->panels->gui != NULL) {
        display_set_gui(window->display, NULL);
        gui_destroy(window->panels->gui);
        window->panels->gui = NULL;
        finish_cache(window->panels);
    }
}

/* Fonts are the picture's own. False: there is none to write with; the log said so. */
static bool make_gui(struct desk_panels *own) {
    struct font_file files[TEXT_FACE_COUNT];
    struct gui_font fonts[TEXT_FACE_COUNT];
    for (int i = 0; i < TEXT_FACE_COUNT; i++) {
        if (!font_find_file((enum text_face)i, &files[i])) {
            return false;
        }
        fonts[i] = (struct gui_font){files[i].path, files[i].index, files[i].height_em};
    }
    const struct gui_desc desc = {
        .sans = fonts[TEXT_SANS], .strong = fonts[TEXT_SANS_STRONG], .mono = fonts[TEXT_MONO]};
    enum status status = gui_create(&desc, &own->gui);
    if (status != STATUS_OK) {
        LOG_ERROR("panels: cannot be drawn here: %s; the picture goes on without them",
                  status_text(status));
    }
    return status == STATUS_OK;
}

bool desk_panels_advance(struct desk_window *window, const struct pane_moment *moment) {
    struct desk_panels *own = window->panels;
    const struct input *input = display_input(window->display);
    bool over = own->gui != NULL && gui_wants_pointer(own->gui);
    const struct panels_input now = {
        .mono_ns = moment->mono_ns,
        .pointer_x_px = input->pointer_x_px,
        .pointer_y_px = input->pointer_y_px,
        .pointer_inside = input->pointer_inside || over,
        .over = over,
        .typing = own->gui != NULL && gui_wants_text(own->gui),
        .forbidden = own->broken || window->deaf, /* a kiosk has none */
    };
    const struct desk_notice *notice = &own->desk->notice;
    toasts_take(&own->panels.toasts, notice->text, notice->count, moment->mono_ns);
    bool different = panels_advance(&own->panels, &now);
    bool visible = panels_visible(&own->panels);
    different = different || visible != own->drawn;
    if (!visible && own->gui != NULL) {
        gui_hide(own->gui);
    }
    own->drawn = visible && own->drawn;
    return different;
}

static struct gui_color color_of(struct theme_color color) {
    return (struct gui_color){color.r, color.g, color.b, color.a};
}

static struct panel_colors colors_of(enum colormap_id palette) {
    const struct theme *theme = theme_of_palette(palette);
    struct panel_colors colors = {
        .plate = color_of(theme->plate),
        .rule = color_of(theme->rule),
        .text = color_of(theme->text),
        .text_dim = color_of(theme->text_dim),
        .text_faint = color_of(theme->text_faint),
        .up = color_of(theme->up),
        .down = color_of(theme->down),
        .warn = color_of(theme->warn),
        .accent = color_of(theme->vwap),
        .light = theme == &theme_light,
    };
    /* A plate of the picture lets the field through; what is read for long must not flicker. */
    colors.plate.a = 255;
    colors.accent.a = 255;
    return colors;
}

static struct gui_colors gui_colors_of(const struct panel_colors *colors) {
    struct gui_color field = colors->text;
    field.a = 20;
    struct gui_color selection = colors->accent;
    selection.a = 90;
    return (struct gui_colors){
        .plate = colors->plate,
        .rule = colors->rule,
        .text = colors->text,
        .text_dim = colors->text_faint,
        .field = field,
        .selection = selection,
    };
}

/* Where they are drawn once, to be copied from; made anew for another size. */
static bool make_cache(struct desk_panels *own, const struct target *whole) {
    if (own->texture.desc.width == whole->width_px &&
        own->texture.desc.height == whole->height_px) {
        return true;
    }
    finish_cache(own);
    /* Not BGRA8: of that, what Mesa 22's software GL blends is missing tile by tile when read. */
    const struct texture_desc desc = {.width = whole->width_px,
                                      .height = whole->height_px,
                                      .format = TEXTURE_RGBA8,
                                      .label = "panels"};
    if (texture_init(&own->texture, &desc) && target_init_texture(&own->cache, &own->texture)) {
        return true;
    }
    finish_cache(own);
    return false;
}

/* Without a graphics card their many small shapes cost more than the picture: they are drawn when
 * they change, and copied. */
static void show(struct desk_panels *own, const struct target *whole) {
    static const float nothing[4] = {0, 0, 0, 0};
    if (!gui_is_worth_copying(own->gui) || !make_cache(own, whole)) {
        target_begin(whole, TARGET_BLEND_NONE);
        gui_draw(own->gui);
        return;
    }
    if (gui_take_change(own->gui) || own->cache_stale) {
        struct gui_rect at = gui_bounds(own->gui);
        /* gui counts its rows from the bottom, the texture's target from the top. */
        int bottom = whole->height_px - (int)(at.y + at.h);
        target_begin(&own->cache, TARGET_BLEND_NONE);
        target_set_scissor(&own->cache,
                           (struct target_rect){(int)at.x, bottom, (int)at.w, (int)at.h});
        target_clear(nothing);
        gui_draw(own->gui);
        own->cache_stale = false;
    }
    target_begin(whole, TARGET_BLEND_NONE);
    gui_draw_copy(own->gui, own->texture.name);
}

void desk_panels_draw(struct desk_window *window, const struct pane_moment *moment) {
    struct desk_panels *own = window->panels;
    own->drawn = panels_visible(&own->panels);
    if (!own->drawn || own->broken) {
        return;
    }
    if (own->gui == NULL) {
        own->broken = !make_gui(own);
        if (own->broken) {
            return;
        }
        display_set_gui(window->display, own->gui);
    }
    struct panel_model *model = &own->model;
    struct target whole = display_target(window->display);
    model->colors = colors_of(window->panes[window->focused]->nav.settings.palette);
    desk_panel_model_fill(model, own->desk, window, moment, &own->meter, &own->panels);
    model->statistics.panel_draw_count = gui_draw_count(own->gui);
    gui_begin(own->gui, &(struct gui_frame){.width_px = whole.width_px,
                                            .height_px = whole.height_px,
                                            .scale = model->scale,
                                            .mono_ns = moment->mono_ns,
                                            .colors = gui_colors_of(&model->colors)});
    panels_draw(&own->panels, own->gui, model, &own->desk->queue);
    gui_end(own->gui);
    show(own, &whole);
}

static_assert((int)GUI_PLATE_MAX <= (int)PICTURE_COVER_MAX, "each of them has room");

const struct picture_cover *desk_panels_cover(struct desk_window *window) {
    struct desk_panels *own = window->panels;
    struct gui_rect at[GUI_PLATE_MAX];
    if (own->panels.forbidden) {
        return NULL;
    }
    own->cover.left_px = PANELS_BAR_PX;
    bool seen = own->drawn && own->gui != NULL;
    own->cover.count = seen ? gui_list_plates(own->gui, at) : 0;
    for (int i = 0; i < own->cover.count; i++) {
        own->cover.rects[i] = (struct camera_rect){at[i].x, at[i].y, at[i].w, at[i].h};
    }
    return &own->cover;
}

void desk_panels_note_frame(struct desk_window *window, int64_t took_ns) {
    desk_panel_meter_add(&window->panels->meter, took_ns);
}

bool desk_panels_run(struct desk_window *window, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]) {
    struct panels *panels = &window->panels->panels;
    enum panel_id id = PANEL_COUNT;
    window->changed = true;
    switch (call->action) {
    case ACTION_PANELS:
        panels_toggle(panels);
        return true;
    case ACTION_KEYS:
        panels_toggle_overlay(panels, PANELS_KEYS);
        return true;
    case ACTION_CONSOLE:
        if (call->text[0] != '\0') {
            panels_open_console(panels, call->text);
        } else {
            panels_toggle_overlay(panels, PANELS_CONSOLE);
        }
        return true;
    case ACTION_STATISTICS:
        panels_toggle_statistics(panels);
        return true;
    default:
        break;
    }
    if (strcmp(call->text, "pin") == 0) {
        panels_toggle_pinned(panels);
        return true;
    }
    id = panel_find(call->text, strlen(call->text));
    if (id == PANEL_COUNT) {
        str_format(error, OPTION_ERROR_BYTES, "panel: \"%.40s\": unknown; one of", call->text);
        for (int i = 0; i < PANEL_COUNT; i++) {
            (void)str_append(error, OPTION_ERROR_BYTES, " %s", panel_name((enum panel_id)i));
        }
        (void)str_append(error, OPTION_ERROR_BYTES, " pin");
        return false;
    }
    panels_toggle_panel(panels, id);
    return true;
}

bool desk_panels_dismiss(struct desk_window *window) {
    bool any = panels_dismiss(&window->panels->panels);
    window->changed = window->changed || any;
    return any;
}

bool desk_panels_show_instrument(struct desk *desk, struct pane *pane, const char *text,
                                 char error[OPTION_ERROR_BYTES]) {
    const struct scene *scene = desk->moment.scene;
    int count = scene != NULL ? scene->instrument_count : 0;
    str_format(error, OPTION_ERROR_BYTES, "instrument: \"%.60s\": unknown; one of", text);
    for (int i = 0; i < count; i++) {
        char name[INSTRUMENT_SYMBOL_BYTES + 64];
        const struct scene_instrument *instrument = &scene->instruments[i];
        str_format(name, sizeof name, "%s:%s", venue_key((enum venue_id)instrument->venue),
                   instrument->symbol);
        if (str_equal_nocase(name, text) || str_equal_nocase(instrument->symbol, text)) {
            navigator_show_instrument(&pane->nav, i);
            return true;
        }
        (void)str_append(error, OPTION_ERROR_BYTES, " %s", name);
    }
    return false;
}

bool desk_panels_set(struct desk_window *window, struct span text, char error[OPTION_ERROR_BYTES]) {
    char words[PANELS_STATE_BYTES];
    char reason[OPTION_ERROR_BYTES];
    if (!str_copy_span(words, sizeof words, text)) {
        str_format(error, OPTION_ERROR_BYTES, "panels: longer than %d bytes",
                   PANELS_STATE_BYTES - 1);
        return false;
    }
    if (!panels_check(words, reason)) {
        str_format(error, OPTION_ERROR_BYTES, "panels: %s", reason);
        return false;
    }
    desk_panels_parse(window, words);
    return true;
}

const char *desk_panels_format(const struct desk_window *window, char out[PANELS_STATE_BYTES]) {
    return panels_format(&window->panels->panels, out);
}

void desk_panels_parse(struct desk_window *window, const char *text) {
    panels_parse(&window->panels->panels, text);
    window->changed = true;
}
