#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#if PICTURE
#include "app/desk_entries.h"
#include "app/desk_spec.h"
#endif
#include "config/config_file.h"
#include "margin/margin.h"
#include "net/proxy.h"

static void print_error(void *user, const char *line) {
    (void)user;
    fprintf(stderr, "%s\n", line);
}

#if PICTURE
/* The windows of the file, as they would be opened: places and lists of panels, too. */
static bool check_windows(const char *path, const struct desk_layout *layout,
                          const struct option_table *table) {
    static struct desk_spec spec; /* tens of kilobytes: not on the stack */
    char error[OPTION_ERROR_BYTES];
    bool good = desk_spec_add(&spec, layout, table, error);
    if (!good) {
        fprintf(stderr, "%s: %s\n", path, error);
    }
    return good;
}

/* A rule that names a way of telling which is not set up is told nowhere by it. */
static bool check_alerts(const char *path, const struct desk_entries *entries,
                         const struct option_table *table) {
    static const struct {
        unsigned by;
        const char *word;
        enum option_id option;
    } ways[] = {{ALERT_BY_WEBHOOK, "webhook", OPT_alert_webhook},
                {ALERT_BY_COMMAND, "command", OPT_alert_command}};
    char name[OPTION_NAME_BYTES];
    bool good = true;
    for (int i = 0; i < entries->alerts.count; i++) {
        const struct alert_rule *rule = &entries->alerts.items[i];
        for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
            if ((rule->named & ways[way].by) != 0 &&
                option_text(table, ways[way].option)[0] == '\0') {
                fprintf(stderr, "%s:%d: [alerts].%s: \"%s\": goes nowhere; expected %s to be set\n",
                        path, entries->alert_lines[i], rule->name, ways[way].word,
                        option_name(ways[way].option, name));
                good = false;
            }
        }
    }
    return good;
}
#endif

int run_check_config(const struct app_options *options) {
    static struct option_table table; /* too large for the stack */
    char default_path[CONFIG_PATH_BYTES];
    struct config_report report = {.on_error = print_error};
#if PICTURE
    static struct desk_entries entries;
    report.on_entry = desk_entries_take;
    report.user = &entries;
#endif
    const char *path =
        options->arg_count > 0 ? options->args[0] : option_text(&options->table, OPT_config);
    if (path[0] == '\0') {
        if (!config_file_default_path(default_path)) {
            return app_fail(EXIT_STATUS_USAGE, "check-config",
                            "no file given, and neither XDG_CONFIG_HOME nor HOME is set");
        }
        path = default_path;
    }
    enum status status = STATUS_OK;
    option_table_init(&table);
    int mistake_count = config_file_read(path, &table, &report, &status);
    if (status == STATUS_NOT_FOUND) {
        return app_fail(EXIT_STATUS_FAILED, "check-config", "%s: no such file", path);
    }
    if (mistake_count > 0) {
        return EXIT_STATUS_FAILED;
    }
#if PICTURE
    if (!check_alerts(path, &entries, &table) || !check_windows(path, &entries.layout, &table)) {
        return EXIT_STATUS_FAILED;
    }
#endif
    const char *tables = option_text(&table, OPT_margin_tables);
    struct margin_set margins = {0};
    char error[MARGIN_ERROR_BYTES];
    if (tables[0] != '\0' && !margin_set_load(&margins, tables, error)) {
        fprintf(stderr, "%s: [source].margin_tables: %s\n", path, error);
        return EXIT_STATUS_FAILED;
    }
    margin_set_finish(&margins);
    struct proxy_rules proxies;
    char reason[PROXY_REASON_BYTES];
    if (!proxy_rules_read(&proxies, option_text(&table, OPT_proxy), getenv, reason)) {
        fprintf(stderr, "%s: [source].%s\n", path, reason);
        return EXIT_STATUS_FAILED;
    }
    int given_count = 0;
    for (int i = 0; i < OPT_COUNT; i++) {
        given_count += option_given(&table, (enum option_id)i);
    }
    printf("%s: no mistake, %d option%s set\n", path, given_count, given_count == 1 ? "" : "s");
    return EXIT_STATUS_DONE;
}
