#include "app/desk_layouts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/desk.h"
#include "app/desk_entries.h"
#include "app/desk_open.h"
#include "base/log.h"

#define KEEP_EVERY_NS INT64_C(60000000000)

/* -- names and paths -- */

/* Letters, digits, and . _ - inside. */
static bool is_name(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        bool inside = i > 0 && (c == '.' || c == '_' || c == '-');
        if (c >= 0x80 || (!isalnum(c) && !inside)) {
            return false;
        }
    }
    return len > 0 && len <= 64;
}

/* The file of a layout; a word with a slash, or that ends in .conf, is a path itself. */
static bool find_path(const char *name, char out[STATE_FILE_PATH_BYTES], char *error) {
    char config[CONFIG_PATH_BYTES];
    if (strchr(name, '/') != NULL || str_ends_with(name, ".conf")) {
        return str_copy(out, STATE_FILE_PATH_BYTES, name);
    }
    if (!is_name(name)) {
        str_format(error, OPTION_ERROR_BYTES,
                   "layout: \"%.40s\": not a name; expected letters, digits, . _ -, or a path",
                   name);
        return false;
    }
    if (!config_file_default_path(config)) {
        str_copy(error, OPTION_ERROR_BYTES, "layout: neither XDG_CONFIG_HOME nor HOME is set");
        return false;
    }
    *strrchr(config, '/') = '\0';
    return str_format(out, STATE_FILE_PATH_BYTES, "%s/layouts/%s.conf", config, name);
}

/* -- reading -- */

struct reading {
    struct desk_layout *layout;
    int mistakes;
    char first[OPTION_ERROR_BYTES];
};

static void take_mistake(void *user, const char *line) {
    struct reading *reading = user;
    LOG_WARN("view: %s", line);
    if (reading->mistakes++ == 0) {
        str_copy(reading->first, sizeof reading->first, line);
    }
}

static bool take_entry(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]) {
    struct reading *reading = user;
    if (strcmp(entry->section, "window") != 0 && strcmp(entry->section, "pane") != 0) {
        str_copy(error, OPTION_ERROR_BYTES, "belongs into liqscope.conf, not into a layout");
        return false;
    }
    return desk_layout_take(reading->layout, entry, error);
}

/* A layout's windows, and in *table, with .given, the options of the program that it has. False:
 * error is the first mistake. */
static bool read_file(const char *path, struct desk_layout *layout, struct option_table *table,
                      char *error) {
    struct reading reading = {.layout = layout};
    const struct config_report report = {
        .on_error = take_mistake, .on_entry = take_entry, .user = &reading};
    enum status status = STATUS_OK;
    memset(layout, 0, sizeof *layout);
    option_table_init(table);
    int mistakes = config_file_read(path, table, &report, &status);
    if (status == STATUS_NOT_FOUND) {
        str_format(error, OPTION_ERROR_BYTES, "%.300s: no such file", path);
        return false;
    }
    if (mistakes > 0) {
        str_format(error, OPTION_ERROR_BYTES, "%.400s%s", reading.first,
                   mistakes > 1 ? "; and more" : "");
        return false;
    }
    if (layout->window_count == 0) {
        str_format(error, OPTION_ERROR_BYTES, "%.300s: no window; expected [window 1]", path);
        return false;
    }
    return true;
}

/* Options of the program, not of a window or a picture, that a layout carries. */
static bool is_carried(enum option_id id) {
    const struct option_row *row = option_row(id);
    return row->live && !row->command_line_only && strcmp(row->section, "wall") == 0;
}

/* but_not: those that the command line has; NULL: none. */
static void put_carried(struct option_table *to, const struct option_table *from,
                        const bool *but_not) {
    for (int i = 0; i < OPT_COUNT; i++) {
        bool kept = but_not != NULL && but_not[i];
        if (is_carried((enum option_id)i) && from->values[i].given && !kept) {
            to->values[i] = from->values[i];
        }
    }
}

/* -- the beginning -- */

static enum exit_status begin_with_file(struct desk *desk, const struct app_options *options,
                                        const char *path, struct desk_spec *out, char *error) {
    static struct option_table table; /* tens of kilobytes: not on the stack */
    struct desk_layout *layout = malloc(sizeof *layout);
    bool good = layout != NULL;
    if (!good) {
        str_copy(error, OPTION_ERROR_BYTES, status_text(STATUS_MEMORY));
    }
    memset(out, 0, sizeof *out);
    good = good && read_file(path, layout, &table, error) &&
           desk_spec_add(out, layout, &desk->options, error);
    if (good) {
        put_carried(&desk->options, &table, options->on_command_line);
    }
    free(layout);
    return good ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
}

/* Something on the command line says what is to be seen. */
static bool picture_asked(const struct app_options *options) {
    for (int i = 0; i < OPT_COUNT; i++) {
        if (options->on_command_line[i] && desk_layout_kind((enum option_id)i) != LAYOUT_NEITHER) {
            return true;
        }
    }
    return options->on_command_line[OPT_layout];
}

static enum exit_status begin_as_left(struct desk *desk, const struct app_options *options,
                                      struct desk_spec *out) {
    struct desk_layouts *layouts = &desk->layouts;
    char error[OPTION_ERROR_BYTES];
    layouts->remember = option_flag(&desk->options, OPT_remember);
    if (!layouts->remember) {
        return EXIT_STATUS_FAILED;
    }
    if (!state_file_folder(layouts->path) ||
        !str_append(layouts->path, sizeof layouts->path, "/state.conf")) {
        layouts->path[0] = '\0';
        LOG_WARN("view: neither XDG_STATE_HOME nor HOME is set; the desk is not kept");
        return EXIT_STATUS_FAILED;
    }
    enum exit_status status = picture_asked(options)
                                  ? EXIT_STATUS_FAILED
                                  : begin_with_file(desk, options, layouts->path, out, error);
    if (status == EXIT_STATUS_USAGE) {
        LOG_INFO("view: not as it was left: %s", error);
    }
    return status;
}

static enum exit_status begin_main(struct desk *desk, const struct app_options *options,
                                   struct desk_spec *out, char *error) {
    const char *name = option_text(&desk->options, OPT_layout);
    char path[STATE_FILE_PATH_BYTES];
    bool left = begin_as_left(desk, options, out) == EXIT_STATUS_DONE;
    if (name[0] != '\0' && !left) {
        return find_path(name, path, error) ? begin_with_file(desk, options, path, out, error)
                                            : EXIT_STATUS_USAGE;
    }
    const struct desk_layout *own = &options->entries->layout;
    bool good = left;
    if (!left && own->window_count > 0 && !picture_asked(options)) {
        memset(out, 0, sizeof *out);
        good = desk_spec_add(out, own, &desk->options, error);
    } else if (!left) {
        good = desk_spec_from_options(&desk->options, out, error);
    }
    return good ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
}

enum exit_status desk_layouts_begin(struct desk *desk, const struct app_options *options,
                                    struct desk_spec *out) {
    char error[OPTION_ERROR_BYTES];
    const char *more = option_text(&desk->options, OPT_open);
    if (begin_main(desk, options, out, error) != EXIT_STATUS_DONE) {
        return app_fail(EXIT_STATUS_USAGE, "view", "%s", error);
    }
    if (more[0] == '\0') {
        return EXIT_STATUS_DONE;
    }
    struct desk_layout *layout = calloc(1, sizeof *layout);
    bool good = layout != NULL && desk_layout_add_text(layout, more, error) &&
                desk_spec_add(out, layout, &desk->options, error);
    if (layout == NULL) {
        str_copy(error, sizeof error, status_text(STATUS_MEMORY));
    }
    free(layout);
    return good ? EXIT_STATUS_DONE : app_fail(EXIT_STATUS_USAGE, "view", "--open: %s", error);
}

/* -- writing -- */

/* The desk as text, owned by who asks; NULL: no memory, or more than a layout holds. */
static char *write_desk(const struct desk *desk) {
    static struct desk_spec spec; /* tens of kilobytes: not on the stack */
    char *out = malloc(LAYOUT_FILE_BYTES);
    struct desk_layout *layout = malloc(sizeof *layout);
    bool good = out != NULL && layout != NULL;
    if (good) {
        desk_take_spec(desk, &spec);
        desk_spec_write(&spec, layout);
        good = desk_layout_write(layout, out, LAYOUT_FILE_BYTES) > 0;
    }
    for (int i = 0, written = 0; i < OPT_COUNT && good; i++) {
        char name[OPTION_NAME_BYTES];
        enum option_id id = (enum option_id)i;
        if (is_carried(id)) {
            good = str_append(out, LAYOUT_FILE_BYTES, "%s%s = \"%s\"\n",
                              written++ == 0 ? "\n[wall]\n" : "", option_name(id, name),
                              option_text(&desk->options, id));
        }
    }
    free(layout);
    if (!good) {
        free(out);
        out = NULL;
    }
    return out;
}

/* The writer's text is what the file holds now, once it is done. */
static void finish_writing(struct desk *desk, bool wait) {
    struct desk_layouts *layouts = &desk->layouts;
    int error = 0;
    if (layouts->text == NULL || !state_writer_join(&layouts->writer, wait, &error)) {
        return;
    }
    free(layouts->kept);
    layouts->kept = layouts->text;
    layouts->text = NULL;
    if (error != 0) {
        desk_notify(desk, "%s: %s; the desk is not kept", layouts->path, strerror(error));
    }
}

/* Begin to write the desk, unless it is as it was. */
static void begin_writing(struct desk *desk) {
    struct desk_layouts *layouts = &desk->layouts;
    char *text = write_desk(desk);
    if (text == NULL || (layouts->kept != NULL && strcmp(text, layouts->kept) == 0)) {
        free(text);
        return;
    }
    layouts->text = text;
    const struct state_writer_desc desc = {
        .path = layouts->path, .text = text, .len = strlen(text)};
    if (!state_writer_start(&layouts->writer, &desc)) {
        free(text);
        layouts->text = NULL;
        LOG_WARN("view: no thread to keep the desk");
    }
}

void desk_layouts_advance(struct desk *desk, int64_t mono_ns) {
    struct desk_layouts *layouts = &desk->layouts;
    finish_writing(desk, false);
    if (layouts->looked_ns == 0) {
        layouts->looked_ns = mono_ns;
    }
    if (layouts->path[0] != '\0' && layouts->text == NULL &&
        mono_ns - layouts->looked_ns >= KEEP_EVERY_NS) {
        layouts->looked_ns = mono_ns;
        begin_writing(desk);
    }
}

void desk_layouts_end(struct desk *desk) {
    struct desk_layouts *layouts = &desk->layouts;
    finish_writing(desk, true);
    if (layouts->path[0] != '\0' && desk->window_count > 0) {
        begin_writing(desk);
        finish_writing(desk, true);
    }
    free(layouts->kept);
    *layouts = (struct desk_layouts){.remember = false};
}

/* -- commands -- */

static bool save(struct desk *desk, const char *name, char *error) {
    char path[STATE_FILE_PATH_BYTES];
    if (!find_path(name, path, error)) {
        return false;
    }
    char *text = write_desk(desk);
    bool good = text != NULL && state_file_replace(path, text, strlen(text));
    if (!good) {
        str_format(error, OPTION_ERROR_BYTES, "%.300s: %s", path,
                   text == NULL ? status_text(STATUS_MEMORY) : strerror(errno));
    }
    free(text);
    return good;
}

static bool load(struct desk *desk, const char *name, char *error) {
    static struct desk_spec spec; /* tens of kilobytes: not on the stack */
    static struct option_table table;
    char path[STATE_FILE_PATH_BYTES];
    struct desk_layout *layout = malloc(sizeof *layout);
    memset(&spec, 0, sizeof spec);
    if (layout == NULL) {
        str_copy(error, OPTION_ERROR_BYTES, status_text(STATUS_MEMORY));
        return false;
    }
    bool good = find_path(name, path, error) && read_file(path, layout, &table, error) &&
                desk_spec_add(&spec, layout, &desk->options, error) &&
                desk_open_spec(desk, &spec, error);
    if (good) {
        put_carried(&desk->options, &table, NULL);
        desk_wall_follow(desk);
    }
    free(layout);
    return good;
}

bool desk_layouts_run(struct desk *desk, const struct action_call *call,
                      char error[OPTION_ERROR_BYTES]) {
    return call->action == ACTION_LAYOUT ? load(desk, call->text, error)
                                         : save(desk, call->text, error);
}
