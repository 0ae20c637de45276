#include <stdio.h>

#include "app/app.h"

int run_help(const struct app_options *options) {
    if (options->arg_count == 0) {
        cli_print_help(stdout);
        return EXIT_STATUS_DONE;
    }
    enum command command = cli_command_find(options->args[0]);
    if (command == COMMAND_COUNT) {
        return app_fail(EXIT_STATUS_USAGE, "help", "\"%.80s\": no such command; see liqscope help",
                        options->args[0]);
    }
    cli_print_command_help(stdout, command);
    return EXIT_STATUS_DONE;
}
