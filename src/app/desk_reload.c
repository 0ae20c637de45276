#include "app/desk_reload.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/desk.h"
#include "app/desk_alerts.h"
#include "app/desk_entries.h"
#include "app/desk_set.h"
#include "base/clock.h"
#include "base/log.h"

#define LOOK_EVERY_NS INT64_C(500000000)

/* One reading of the file. */
struct reading {
    struct desk *desk;
    struct option_table table;
    struct desk_entries entries;
    int mistake_count;
    char first_mistake[OPTION_ERROR_BYTES];
    char restart[OPTION_ERROR_BYTES]; /* options that need one */
};

static struct desk_reload_stamp stamp_of(const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        return (struct desk_reload_stamp){0};
    }
    return (struct desk_reload_stamp){
        .there = true,
        .modified_s = info.st_mtim.tv_sec,
        .modified_ns = info.st_mtim.tv_nsec,
        .size_bytes = info.st_size,
        .dev = info.st_dev,
        .ino = info.st_ino,
    };
}

static bool same_stamp(const struct desk_reload_stamp *a, const struct desk_reload_stamp *b) {
    return a->there == b->there && a->modified_s == b->modified_s &&
           a->modified_ns == b->modified_ns && a->size_bytes == b->size_bytes && a->dev == b->dev &&
           a->ino == b->ino;
}

static void note_mistake(void *user, const char *line) {
    struct reading *reading = user;
    fprintf(stderr, "%s\n", line);
    if (reading->mistake_count++ == 0) {
        (void)str_copy(reading->first_mistake, sizeof reading->first_mistake, line);
    }
}

static bool take_entry(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]) {
    struct reading *reading = user;
    return desk_entries_take(&reading->entries, entry, error);
}

static void read_file(const char *path, struct reading *reading, enum status *status) {
    const struct config_report report = {
        .on_error = note_mistake, .on_entry = take_entry, .user = reading};
    option_table_init(&reading->table);
    memset(&reading->entries, 0, sizeof reading->entries);
    (void)config_file_read(path, &reading->table, &report, status);
}

void desk_reload_open(struct desk *desk, const struct app_options *options) {
    static struct reading reading; /* tens of kilobytes of text */
    struct desk_reload *reload = &desk->reload;
    enum status status = STATUS_OK;
    (void)str_copy(reload->path, sizeof reload->path, options->config_path);
    reload->read = reload->seen = stamp_of(reload->path);
    reading = (struct reading){.desk = desk};
    read_file(reload->path, &reading, &status); /* it was read without a mistake a moment ago */
    reload->table = reading.table;
}

/* In every pane of every window: what concerns the program alone is done again, to no effect. */
static void set_everywhere(struct reading *reading, enum option_id id) {
    struct desk *desk = reading->desk;
    struct span text = span_from_text(option_text(&reading->table, id));
    char error[OPTION_ERROR_BYTES];
    char line[OPTION_ERROR_BYTES];
    bool done = true;
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        for (int i = 0; i < window->pane_count && done; i++) {
            done = desk_set_option(desk, window, window->panes[i], id, text, error);
        }
    }
    if (!done) {
        str_format(line, sizeof line, "%.200s: %.280s", desk->reload.path, error);
        note_mistake(reading, line);
    }
}

static void set_changes(struct reading *reading) {
    const struct desk_reload *reload = &reading->desk->reload;
    for (int i = 0; i < OPT_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        char name[OPTION_NAME_BYTES];
        /* A line with a mistake in it leaves its option as it is. */
        bool gone = reading->mistake_count > 0 && !option_given(&reading->table, id);
        if (gone) {
            reading->table.values[id] = reload->table.values[id];
        }
        if (strcmp(option_text(&reading->table, id), option_text(&reload->table, id)) == 0) {
            continue;
        }
        if (option_row(id)->live) {
            set_everywhere(reading, id);
        } else if ((option_row(id)->commands & COMMAND_BIT(view)) != 0) {
            str_append(reading->restart, sizeof reading->restart, "%s%s",
                       reading->restart[0] != '\0' ? ", " : "", option_name(id, name));
        }
    }
}

static void tell(struct reading *reading) {
    struct desk *desk = reading->desk;
    if (reading->mistake_count > 1) {
        desk_notify(desk, "%.380s (and %d more, on standard error)", reading->first_mistake,
                    reading->mistake_count - 1);
    } else if (reading->mistake_count == 1) {
        desk_notify(desk, "%s", reading->first_mistake);
    } else if (reading->restart[0] != '\0') {
        desk_notify(desk, "%.200s: needs a restart to change: %.260s", desk->reload.path,
                    reading->restart);
    }
}

static void reload_file(struct desk *desk) {
    static struct reading reading;
    char error[OPTION_ERROR_BYTES];
    enum status status = STATUS_OK;
    reading = (struct reading){.desk = desk};
    read_file(desk->reload.path, &reading, &status);
    if (status == STATUS_NOT_FOUND) {
        return;
    }
    set_changes(&reading);
    desk->reload.table = reading.table;
    desk_entries_get_keys(&reading.entries, &desk->keymap);
    if (!desk_alerts_set_rules(desk, &reading.entries.alerts, error)) {
        note_mistake(&reading, error);
    }
    LOG_INFO("view: %s: read again, %d mistakes", desk->reload.path, reading.mistake_count);
    tell(&reading);
}

void desk_reload_advance(struct desk *desk) {
    struct desk_reload *reload = &desk->reload;
    int64_t now_ns = clock_mono_ns();
    if (reload->path[0] == '\0' || now_ns - reload->looked_ns < LOOK_EVERY_NS) {
        return;
    }
    reload->looked_ns = now_ns;
    struct desk_reload_stamp now = stamp_of(reload->path);
    bool at_rest = same_stamp(&now, &reload->seen);
    reload->seen = now;
    if (now.there && at_rest && !same_stamp(&now, &reload->read)) {
        reload->read = now;
        reload_file(desk);
    }
}
