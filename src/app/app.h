/* app/app.h - the commands: what main calls, and what each is given.
 *
 * Thread: main.  Each run_… is a build-up and a tear-down that read as lists; it prints its own
 * errors (one line each, on standard error) and returns the exit status. */
#pragma once

#include "base/str.h"
#include "config/cli.h"
#include "config/config_file.h"
#include "config/option_table.h"

enum exit_status { EXIT_STATUS_DONE = 0, EXIT_STATUS_FAILED = 1, EXIT_STATUS_USAGE = 2 };

struct margin_set;
struct proxy_rules;
struct desk_entries;

struct app_options {
    struct option_table table;           /* defaults, then the file, then the command line */
    bool on_command_line[OPT_COUNT];     /* which of them came from there */
    char config_path[CONFIG_PATH_BYTES]; /* of the file, also where there is none; "": nowhere */
    int arg_count;
    const char *args[CLI_ARG_MAX];      /* positional: sources, or what the command takes */
    const struct desk_entries *entries; /* of the file; NULL in a build without the picture */
    const struct proxy_rules *proxies;  /* the way of everything that is live */
    int64_t open_at_ms;                 /* view: go to this moment; 0: as usual */
    const struct margin_set *margins;   /* the program's tables, or the user's over them */
};

int run_view(const struct app_options *options);
int run_render(const struct app_options *options);
int run_open(const struct app_options *options); /* args: MAP-ID */
int run_levels(const struct app_options *options);
int run_normalize(const struct app_options *options); /* args: VENUE [FILE] */
int run_import(const struct app_options *options);    /* args: FILE… */
int run_export(const struct app_options *options);    /* args: FILE… */
int run_collect(const struct app_options *options);
int run_feed_test(const struct app_options *options); /* args: VENUE… */
int run_simulate(const struct app_options *options);
int run_score(const struct app_options *options);
int run_check_config(const struct app_options *options); /* args: [FILE] */
int run_help(const struct app_options *options);         /* args: [COMMAND] */

/* What help COMMAND prints: the options, and for view the keys. */
void app_print_command_help(enum command command);

/* "liqscope COMMAND: message" as one line on standard error; returns status, for `return
 * app_fail(…)`. */
STR_PRINTF(3, 4)
int app_fail(enum exit_status status, const char *command, const char *format, ...);
