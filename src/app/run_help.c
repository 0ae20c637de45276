#include <stdio.h>

#include "app/app.h"
#include "app/completion.h"
#include "base/str.h"
#if PICTURE
#include "view/settings.h"
#include "view/action.h"
#endif

#if PICTURE
enum { ACTION_WORDS_BYTES = 80 };

/* Those that keys run, then those that are there for words alone. */
static void print_actions(void) {
    puts("\nkeys, and the commands that they run:");
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        if (row->keys[0] != '\0') {
            printf("  %-25s %-21s %s\n", row->keys, row->name, row->help);
        }
    }
    puts("\ncommands for the console, the control socket and [keys] of the configuration:");
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        if (row->keys[0] == '\0' || row->takes[0] != '\0') {
            char words[ACTION_WORDS_BYTES];
            str_format(words, sizeof words, "%s %s", row->name, row->takes);
            printf("  %-36s %s\n", words, row->help);
        }
    }
}
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
        print_actions();
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
