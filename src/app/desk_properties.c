#include "app/desk_properties.h"

#include <string.h>

#include "app/desk_set.h"
#include "app/property_values.h"

enum { NAME_SHOWN = 40 };

static const struct property_row *find_row(const char *name) {
    for (int i = 0; i < property_row_count; i++) {
        if (strcmp(property_rows[i].name, name) == 0) {
            return &property_rows[i];
        }
    }
    return NULL;
}

/* Of a window that runs: an option of render, say, is none of its properties. */
static enum option_id find_option(const char *name) {
    enum option_id id = option_find(name, strlen(name));
    bool known = id != OPT_COUNT && (option_row(id)->commands & COMMAND_BIT(view)) != 0;
    return known ? id : OPT_COUNT;
}

static bool refuse_unknown(const char *name, char *error) {
    const char *near = NULL;
    int near_distance = option_name_distance_limit(strlen(name));
    char option[OPTION_NAME_BYTES];
    for (int i = 0; i < property_row_count; i++) {
        const char *known = property_rows[i].name;
        int distance =
            option_name_distance(name, strlen(name), known, strlen(known), near_distance);
        if (distance < near_distance && distance < (int)strlen(known)) {
            near = known;
            near_distance = distance;
        }
    }
    enum option_id id = option_find_near(name, strlen(name), COMMAND_BIT(view));
    if (near == NULL && id != OPT_COUNT) {
        near = option_name(id, option);
    }
    str_format(error, OPTION_ERROR_BYTES, "\"%.*s\": unknown property%s%s%s", NAME_SHOWN, name,
               near != NULL ? "; did you mean " : "", near != NULL ? near : "",
               near != NULL ? "?" : "");
    return false;
}

static bool refuse_pane(int pane, char *error) {
    str_format(error, OPTION_ERROR_BYTES, "no pane %d", pane);
    return false;
}

static const char *kind_name(enum option_kind kind) {
    static const char *const names[] = {"flag",   "integer", "number", "text",
                                        "choice", "span",    "time",   "size"};
    static_assert(ARRAY_COUNT(names) == OPTION_KIND_COUNT, "a name per kind");
    return names[kind];
}

/* An option's text as JSON: switches and numbers as such. */
static void write_option(enum option_id id, const char *text, struct writer *out, const char *key) {
    static struct option_table table; /* to read the text with; too large for the stack */
    char error[OPTION_ERROR_BYTES];
    enum option_kind kind = option_row(id)->kind;
    bool typed = kind == OPTION_FLAG || kind == OPTION_INT || kind == OPTION_FLOAT;
    if (!typed || !option_set(&table, id, text, strlen(text), error)) {
        writer_text(out, key, text);
    } else if (kind == OPTION_FLAG) {
        writer_flag(out, key, option_flag(&table, id));
    } else {
        writer_number(out, key, table.values[id].number);
    }
}

bool desk_property_get(struct desk *desk, const char *name, int pane, struct writer *out,
                       const char *key, char error[OPTION_ERROR_BYTES]) {
    struct property_look look = {.desk = desk, .scene = desk->moment.scene};
    struct desk_window *window = NULL;
    const struct property_row *row = find_row(name);
    enum option_id id = row == NULL ? find_option(name) : OPT_COUNT;
    if (row == NULL && id == OPT_COUNT) {
        return refuse_unknown(name, error);
    }
    look.pane = desk_pane(desk, pane, &window);
    look.window = window;
    if (look.pane == NULL) {
        return refuse_pane(pane, error);
    }
    if (row != NULL) {
        if (look.scene != NULL && look.scene->instrument_count > 0) {
            look.instrument = &look.scene->instruments[pane_instrument(look.pane, look.scene)];
        }
        row->write(&look, out, key);
        return true;
    }
    char text[OPTION_TEXT_BYTES];
    desk_option_text(desk, window, look.pane, id, text);
    write_option(id, text, out, key);
    return true;
}

bool desk_property_set(struct desk *desk, const char *name, int pane, const char *value,
                       char error[OPTION_ERROR_BYTES]) {
    struct desk_window *window = NULL;
    struct pane *acted = desk_pane(desk, pane, &window);
    if (find_row(name) != NULL) {
        str_format(error, OPTION_ERROR_BYTES, "%s: can only be read", name);
        return false;
    }
    enum option_id id = find_option(name);
    if (id == OPT_COUNT) {
        return refuse_unknown(name, error);
    }
    if (acted == NULL) {
        return refuse_pane(pane, error);
    }
    return desk_set_option(desk, window, acted, id, span_from_text(value), error);
}

static void list_row(struct writer *out, const char *name, const char *kind, const char *unit,
                     bool live, const char *help) {
    writer_open_object(out, NULL);
    writer_text(out, "name", name);
    writer_text(out, "kind", kind);
    writer_text(out, "unit", unit);
    writer_flag(out, "live", live); /* it can be set */
    writer_text(out, "help", help);
    writer_close_object(out);
}

void desk_property_list(struct writer *out) {
    for (int i = 0; i < property_row_count; i++) {
        const struct property_row *row = &property_rows[i];
        list_row(out, row->name, row->kind, row->unit, false, row->help);
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *row = option_row((enum option_id)i);
        char name[OPTION_NAME_BYTES];
        if ((row->commands & COMMAND_BIT(view)) != 0) {
            list_row(out, option_name((enum option_id)i, name), kind_name(row->kind),
                     row->unit != NULL ? row->unit : "", row->live, row->help);
        }
    }
}
