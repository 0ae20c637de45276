#include <string.h>

#include "base/str.h"
#include "config/cli.h"

enum { NAME_COLUMNS = 34 };

void cli_print_help(FILE *out) {
    fputs(
        "liqscope - where leveraged positions in perpetual futures are estimated to be liquidated\n"
        "\nusage: liqscope [COMMAND] [OPTION...] [ARGUMENT...]\n\n",
        out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        struct cli_command command = cli_command((enum command)i);
        char left[96];
        str_format(left, sizeof left, "%s %s", command.name, command.args);
        fprintf(out, "  %-*s %s\n", NAME_COLUMNS, left, command.help);
    }
    fputs("\nWithout a command: view. Without a source: those of the configuration file, else the "
          "demo\n"
          "market, which is simulated.\n"
          "A SOURCE is VENUE:SYMBOL (binance_usdm:BTCUSDT), demo, a recording (.liq) or a file of\n"
          "events as JSON lines or CSV (.jsonl, .csv; also .gz, .zst).\n"
          "liqscope help COMMAND shows its options. liqscope --version shows the version.\n"
          "Exit status: 0 done, 1 failed, 2 bad usage.\n",
          out);
}

static void print_option(FILE *out, enum option_id id) {
    static const char *const kinds[] = {
        [OPTION_FLAG] = "",     [OPTION_INT] = "N",       [OPTION_FLOAT] = "X",
        [OPTION_TEXT] = "TEXT", [OPTION_CHOICE] = "NAME", [OPTION_SPAN] = "LENGTH",
        [OPTION_TIME] = "TIME", [OPTION_SIZE] = "WxH",
    };
    const struct option_row *row = option_row(id);
    char name[OPTION_NAME_BYTES];
    char left[96];
    const char *kind = kinds[row->kind];
    if (row->kind == OPTION_TEXT && row->unit != NULL) {
        kind = row->unit;
    }
    if (row->letter != 0) {
        str_format(left, sizeof left, "-%c, --%s %s", row->letter, option_name(id, name), kind);
    } else {
        str_format(left, sizeof left, "    --%s %s", option_name(id, name), kind);
    }
    fprintf(out, "  %-*s %s", NAME_COLUMNS, left, row->help);
    if (row->kind == OPTION_CHOICE) {
        fprintf(out, ": %s", row->choices);
    }
    if (row->kind == OPTION_INT || row->kind == OPTION_FLOAT) {
        fprintf(out, " (%.17g to %.17g%s%s)", row->min, row->max, row->unit != NULL ? " " : "",
                row->unit != NULL ? row->unit : "");
    }
    if (row->def[0] != '\0' && row->kind != OPTION_FLAG) {
        fprintf(out, " [%s]", row->def);
    }
    fputc('\n', out);
}

void cli_print_command_help(FILE *out, enum command command) {
    struct cli_command row = cli_command(command);
    fprintf(out, "usage: liqscope %s%s%s [OPTION...]\n\n  %s\n\noptions:\n", row.name,
            row.args[0] != '\0' ? " " : "", row.args, row.help);
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *option = option_row((enum option_id)i);
        if ((option->commands & (1U << command)) != 0 && !option->file_only) {
            print_option(out, (enum option_id)i);
        }
    }
    fputs(
        "\nFlags take no value; --no-NAME switches one off. The value in brackets is the default.\n"
        "Options that are not for the command line alone can stand in the configuration file.\n",
        out);
}
