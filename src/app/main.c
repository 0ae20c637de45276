/* app/main.c - from the command line to a command.  Thread: main. */
#include <signal.h>
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#if PICTURE
#include "app/desk_entries.h"
#endif
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "config/config_file.h"
#include "config/config_print.h"
#include "margin/margin.h"
#include "net/proxy.h"

typedef int run_fn(const struct app_options *options);

/* NULL: not in this build. */
static run_fn *const commands[] = {
#if PICTURE
    [COMMAND_view] = run_view,
    [COMMAND_render] = run_render,
    [COMMAND_open] = run_open,
#endif
    [COMMAND_levels] = run_levels,
    [COMMAND_normalize] = run_normalize,
    [COMMAND_import] = run_import,
    [COMMAND_export] = run_export,
    [COMMAND_collect] = run_collect,
    [COMMAND_feed_test] = run_feed_test,
    [COMMAND_simulate] = run_simulate,
    [COMMAND_score] = run_score,
    [COMMAND_check_config] = run_check_config,
    [COMMAND_help] = run_help,
};
static_assert(ARRAY_COUNT(commands) == COMMAND_COUNT, "a function per command");

int app_fail(enum exit_status status, const char *command, const char *format, ...) {
    char message[OPTION_ERROR_BYTES + 256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fprintf(stderr, "liqscope %s: %s\n", command, message);
    return status;
}

static void print_config_error(void *user, const char *line) {
    (void)user;
    fprintf(stderr, "%s\n", line);
}

/* The file's values under those of the command line. False: a mistake was reported. */
static bool read_config(const char *path, struct app_options *options) {
    struct config_report report = {.on_error = print_config_error};
#if PICTURE
    static struct desk_entries entries;
    report.on_entry = desk_entries_take;
    report.user = &entries;
    options->entries = &entries;
#endif
    enum status status = STATUS_OK;
    bool asked = path != NULL && path[0] != '\0';
    if (asked && !str_copy(options->config_path, sizeof options->config_path, path)) {
        fprintf(stderr, "liqscope: --config: longer than %d bytes\n", CONFIG_PATH_BYTES - 1);
        return false;
    }
    if (!asked && !config_file_default_path(options->config_path)) {
        options->config_path[0] = '\0';
        return true;
    }
    if (config_file_read(options->config_path, &options->table, &report, &status) > 0) {
        return false;
    }
    if (status == STATUS_NOT_FOUND && asked) {
        fprintf(stderr, "liqscope: --config: %s: no such file\n", path);
        return false;
    }
    return true;
}

/* --print-config: the options as they came out, and the file's entries as they stand there. */
static int print_config(const struct app_options *options) {
    static struct option_table unused;
    struct config_print_entries entries = {.out = stdout};
    const struct config_report report = {.on_entry = config_print_entry, .user = &entries};
    enum status status = STATUS_OK;
    printf("# The configuration of liqscope %s. Remove the # before a line to change it.\n",
           LIQSCOPE_VERSION);
    config_print_options(&options->table, stdout);
    option_table_init(&unused);
    if (options->config_path[0] != '\0') {
        (void)config_file_read(options->config_path, &unused, &report, &status); /* was read well */
    }
    return EXIT_STATUS_DONE;
}

/* The tables that the command works with; own holds the user's. False: a mistake was reported. */
static bool read_margins(struct app_options *options, struct margin_set *own) {
    const char *path = option_text(&options->table, OPT_margin_tables);
    char error[MARGIN_ERROR_BYTES];
    options->margins = margin_set_default();
    if (path[0] == '\0') {
        return true;
    }
    if (!margin_set_load_over(own, options->margins, path, error)) {
        fprintf(stderr, "liqscope: --margin-tables: %s\n", error);
        return false;
    }
    options->margins = own;
    return true;
}

/* The way to the venues; own holds it. False: a mistake was reported. */
static bool read_proxies(struct app_options *options, struct proxy_rules *own) {
    char reason[PROXY_REASON_BYTES];
    options->proxies = own;
    if (!proxy_rules_read(own, option_text(&options->table, OPT_proxy), getenv, reason)) {
        fprintf(stderr, "liqscope: --%s\n", reason);
        return false;
    }
    return true;
}

/* The command line's values over those of the file. */
static bool parse_command_line(int argc, char *argv[], struct cli *cli, struct app_options *options,
                               char error[OPTION_ERROR_BYTES]) {
    const char *config_path = NULL;
    bool of_file[OPT_COUNT];
    for (int i = 0; i < OPT_COUNT; i++) {
        of_file[i] = options->table.values[i].given;
        options->table.values[i].given = false;
    }
    bool good = cli_parse(argc, argv, cli, &options->table, &config_path, error);
    for (int i = 0; i < OPT_COUNT; i++) {
        struct option_value *value = &options->table.values[i];
        options->on_command_line[i] = value->given;
        value->given = value->given || of_file[i];
    }
    return good;
}

static void apply_log_level(const struct option_table *table) {
    static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
                                            LOG_LEVEL_DEBUG};
    log_set_level(levels[option_integer(table, OPT_log_level)]);
}

int main(int argc, char *argv[]) {
    static struct app_options options; /* tens of kilobytes of text: not on the stack */
    static struct proxy_rules proxies;
    struct margin_set own_margins = {0};
    struct cli cli = {0};
    const char *config_path = NULL;
    char error[OPTION_ERROR_BYTES];

    thread_set_role(THREAD_MAIN);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write that met it */
    option_table_init(&options.table);
    if (!cli_parse(argc, argv, &cli, NULL, &config_path, error)) {
        fprintf(stderr, "liqscope: %s\n", error);
        return EXIT_STATUS_USAGE;
    }
    if (cli.version) {
        puts("liqscope " LIQSCOPE_VERSION);
        return EXIT_STATUS_DONE;
    }
    if (cli.help) {
        app_print_command_help(cli.command);
        return EXIT_STATUS_DONE;
    }
    bool reads_config = cli.command != COMMAND_check_config && cli.command != COMMAND_help;
    if (reads_config && !read_config(config_path, &options)) {
        return EXIT_STATUS_USAGE;
    }
    if (!parse_command_line(argc, argv, &cli, &options, error)) {
        fprintf(stderr, "liqscope: %s\n", error);
        return EXIT_STATUS_USAGE;
    }
    if (option_flag(&options.table, OPT_print_config)) {
        return print_config(&options);
    }
    apply_log_level(&options.table);
    if (!read_margins(&options, &own_margins) || !read_proxies(&options, &proxies)) {
        return EXIT_STATUS_USAGE;
    }
    options.arg_count = cli.arg_count;
    memcpy(options.args, cli.args, sizeof options.args);
    if (commands[cli.command] == NULL) {
        return app_fail(EXIT_STATUS_FAILED, cli_command(cli.command).name,
                        "this build has no picture (it was made with -DPICTURE=OFF)");
    }
    int status = commands[cli.command](&options);
    margin_set_finish(&own_margins);
    return status;
}
