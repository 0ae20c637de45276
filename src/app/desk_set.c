#include "app/desk_set.h"

#include <assert.h>
#include <string.h>

#include "app/desk_panels.h"
#include "app/desk_spec.h"
#include "app/pane_instrument.h"
#include "app/picture_options.h"

enum { NAME_SHOWN = 40 }; /* bytes of a stranger's word that are repeated */

/* -- by id -- */

/* What an option of the program or of a window does at once. */
static void act(struct desk *desk, struct desk_window *window, enum option_id id,
                const struct option_table *table) {
    switch (id) {
    case OPT_fullscreen:
        display_set_fullscreen(window->display, option_flag(table, id));
        break;
    case OPT_borderless:
        display_set_borderless(window->display, option_flag(table, id));
        break;
    case OPT_on_top:
        display_set_on_top(window->display, option_flag(table, id));
        break;
    case OPT_clean_background:
        window->background = (enum backdrop_kind)option_integer(table, id);
        window->changed = true;
        break;
    case OPT_arrange: {
        const char *key = option_text(table, id);
        (void)arrange_from_key(key, strlen(key), &window->arrange); /* known: a choice */
        window->changed = true;
        break;
    }
    case OPT_quiet_hours:
    case OPT_quiet_light:
    case OPT_pixel_shift:
    case OPT_rotate:
    case OPT_rotate_what:
    case OPT_keep_awake:
        desk_wall_follow(desk);
        break;
    case OPT_guides:
        desk_show_guides(desk);
        break;
    case OPT_scale_lock:
    case OPT_link:
        break; /* read in each frame */
    case OPT_alert_notify:
    case OPT_alert_sound:
    case OPT_alert_volume:
    case OPT_screenshot_template:
    case OPT_instant_replay_film:
        break; /* read when the next one is told or taken */
    default:
        assert(false); /* a row of options.def says .live, and nothing here acts upon it */
        break;
    }
}

bool desk_set_option(struct desk *desk, struct desk_window *window, struct pane *pane,
                     enum option_id id, struct span text, char error[OPTION_ERROR_BYTES]) {
    char name[OPTION_NAME_BYTES];
    char reason[OPTION_ERROR_BYTES];
    option_name(id, name);
    if (!option_row(id)->live) {
        str_format(error, OPTION_ERROR_BYTES, "%s: needs a restart to change", name);
        return false;
    }
    if (id == OPT_instrument) {
        return pane_set_instrument(pane, desk->moment.scene, text, error);
    }
    if (id == OPT_panels) {
        return desk_panels_set(window, text, error);
    }
    if (picture_options_has(id)) {
        return pane_set(pane, id, text, error);
    }
    if (!desk_wall_accepts(id, text, error)) {
        return false;
    }
    if (!option_set(&desk->options, id, text.bytes, text.len, reason)) {
        str_format(error, OPTION_ERROR_BYTES, "%s: %s", name, reason);
        return false;
    }
    act(desk, window, id, &desk->options);
    return true;
}

void desk_option_text(const struct desk *desk, const struct desk_window *window,
                      const struct pane *pane, enum option_id id, char out[OPTION_TEXT_BYTES]) {
    static struct option_table table; /* tens of kilobytes: not on the stack */
    const char *text = option_text(&desk->options, id);
    if (id == OPT_panels) {
        (void)desk_panels_format(window, out); /* shorter than a value may be */
        return;
    }
    if (picture_options_has(id)) {
        picture_options_write(&pane->nav.settings, pane_span_ms(pane), &table);
        text = option_text(&table, id);
    } else if (desk_layout_kind(id) == LAYOUT_OF_WINDOW) {
        desk_spec_put_window(&(struct desk_spec_window){.place = display_get_place(window->display),
                                                        .arrange = window->arrange,
                                                        .background = window->background},
                             &table);
        text = option_text(&table, id);
    } else if (id == OPT_instrument) {
        pane_instrument_text(pane, desk->moment.scene, OPTION_TEXT_BYTES, out);
        return;
    }
    (void)str_copy(out, OPTION_TEXT_BYTES, text); /* no value is longer */
}

/* -- by name -- */

static enum option_id find_option(struct span name, char *error) {
    enum option_id id = option_find(name.bytes, name.len);
    if (id != OPT_COUNT) {
        return id;
    }
    int shown = name.len < NAME_SHOWN ? (int)name.len : NAME_SHOWN;
    enum option_id near = option_find_near(name.bytes, name.len, COMMAND_BIT(view));
    str_format(error, OPTION_ERROR_BYTES, "\"%.*s\": unknown option", shown, name.bytes);
    if (near != OPT_COUNT) {
        char known[OPTION_NAME_BYTES];
        str_append(error, OPTION_ERROR_BYTES, "; did you mean %s?", option_name(near, known));
    }
    return OPT_COUNT;
}

bool desk_set(struct desk *desk, struct desk_window *window, struct pane *pane, const char *line,
              char error[OPTION_ERROR_BYTES]) {
    struct span name = {line, strcspn(line, " \t")};
    enum option_id id = find_option(name, error);
    if (id == OPT_COUNT) {
        return false;
    }
    const char *text = line + name.len;
    text += strspn(text, " \t");
    return desk_set_option(desk, window, pane, id, span_from_text(text), error);
}

/* The choice after this one, the first after the last. */
static struct span next_choice(const struct option_row *row, const char *text) {
    const char *word = row->choices;
    bool found = false;
    while (*word != '\0' && !found) {
        size_t len = strcspn(word, " ");
        found = strlen(text) == len && memcmp(text, word, len) == 0;
        word += len;
        word += strspn(word, " ");
    }
    word = *word != '\0' ? word : row->choices;
    return (struct span){word, strcspn(word, " ")};
}

bool desk_cycle(struct desk *desk, struct desk_window *window, struct pane *pane, const char *name,
                char error[OPTION_ERROR_BYTES]) {
    enum option_id id = find_option(span_from_text(name), error);
    if (id == OPT_COUNT) {
        return false;
    }
    const struct option_row *row = option_row(id);
    char now[OPTION_TEXT_BYTES];
    desk_option_text(desk, window, pane, id, now);
    if (row->kind == OPTION_CHOICE) {
        return desk_set_option(desk, window, pane, id, next_choice(row, now), error);
    }
    if (row->kind == OPTION_FLAG) {
        struct span other = span_from_text(str_equal_nocase(now, "yes") ? "no" : "yes");
        return desk_set_option(desk, window, pane, id, other, error);
    }
    str_format(error, OPTION_ERROR_BYTES, "%s: has no next value; expected a switch or a choice",
               name);
    return false;
}
