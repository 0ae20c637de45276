/* config/cli.h - the command line: a command, its options, its arguments.
 *
 * Thread: main.  `--name value`, `--name=value`, `-o FILE`, `-oFILE`; flags take no value or
 * `=yes|no`,
 * `--no-name` switches one off; `--` ends the options.  Without a command word the command is view.
 * Limit: CLI_ARG_MAX arguments. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config/option_table.h"

enum { CLI_ARG_MAX = 16 };

struct cli {
    enum command command;
    bool version, help; /* --version, --help (of the command) */
    int arg_count;
    const char *args[CLI_ARG_MAX]; /* borrowed from argv */
};

struct cli_command {
    const char *name; /* "check-config"; static storage */
    const char *args, *help;
    int arg_count_min, arg_count_max;
};

struct cli_command cli_command(enum command command);

/* The command of this name, COMMAND_COUNT if none. */
enum command cli_command_find(const char *name);

/* First pass (table NULL) finds the command and --config; the second sets table, so that the
 * command line wins over the file read in between. config_path is left NULL if not given. False:
 * error is one line for people. */
bool cli_parse(int argc, char *const argv[], struct cli *cli, struct option_table *table,
               const char **config_path, char error[OPTION_ERROR_BYTES]);

void cli_print_help(FILE *out); /* the commands */
void cli_print_command_help(FILE *out, enum command command);
