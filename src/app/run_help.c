#include <stdio.h>

#include "app/app.h"
#include "app/completion.h"
#if PICTURE
#include "view/settings.h"
#include "view/action.h"
#endif

void app_print_command_help(enum command command) {
    cli_print_command_help(stdout, command);
#if PICTURE
    if (command == COMMAND_view || command == COMMAND_render) {
        puts("\nparts of the picture, for --show:");
        for (int i = 0; i < SETTINGS_PART_COUNT; i++) {
            bool shown = (settings_default().parts >> i & 1) != 0;
            printf("  %c%-14s %s\n", shown ? '+' : '-', settings_part_key((enum settings_part)i),
                   settings_part_help((enum settings_part)i));
        }
    }
    if (command == COMMAND_view) {
        puts("\nkeys:");
        for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
            const struct action_row *row = action_row((enum action)i);
            printf("  %-11s %-18s %s\n", row->keys, row->name, row->help);
        }
    }
#endif
}

int run_help(const struct app_options *options) {
    /* In the order of the option's choices. */
    static void (*const print[])(FILE *) = {completion_print_bash, completion_print_zsh,
                                            completion_print_fish};
    if (option_given(&options->table, OPT_completion)) {
        print[option_integer(&options->table, OPT_completion)](stdout);
        return EXIT_STATUS_DONE;
    }
    if (options->arg_count == 0) {
        cli_print_help(stdout);
        return EXIT_STATUS_DONE;
    }
    enum command command = cli_command_find(options->args[0]);
    if (command == COMMAND_COUNT) {
        return app_fail(EXIT_STATUS_USAGE, "help", "\"%.80s\": no such command; see liqscope help",
                        options->args[0]);
    }
    app_print_command_help(command);
    return EXIT_STATUS_DONE;
}
