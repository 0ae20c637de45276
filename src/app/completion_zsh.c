/* The script for zsh: a function for _arguments, with a list of its specifications a command. */
#include "app/completion.h"

#include <string.h>

#include "base/str.h"

static const char head[] =
    "#compdef liqscope\n"
    "# zsh completion for liqscope, made by: liqscope help --completion zsh\n"
    "\n";

static const char tail[] =
    "    esac\n"
    "    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
    "        _describe -t commands command commands\n"
    "    elif ((CURRENT > 2)) && [[ -n ${commands[(r)$words[2]:*]} ]]; then\n"
    "        shift words\n"
    "        ((CURRENT--))\n"
    "    fi\n"
    "    _arguments -S : $arguments\n"
    "}\n"
    "\n"
    "if [[ $funcstack[1] == _liqscope ]]; then\n"
    "    _liqscope \"$@\"\n"
    "else\n"
    "    compdef _liqscope liqscope\n"
    "fi\n";

/* Text inside brackets inside single quotes. */
static void put_escaped(FILE *out, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("[]:\\", *c) != NULL) {
            fputc('\\', out);
        }
        fputs(*c == '\'' ? "'\\''" : (const char[]){*c, '\0'}, out);
    }
}

/* The action after the second colon; words are read as zsh reads an array. */
static void put_action(FILE *out, const struct completion *completion) {
    switch (completion->kind) {
    case COMPLETION_WORDS:
        fputc('(', out);
        for (const char *c = completion->words; *c != '\0'; c++) {
            fprintf(out, strchr("<>~:", *c) != NULL ? "\\%c" : "%c", *c);
        }
        fputc(')', out);
        break;
    case COMPLETION_SOURCE:
        fputs("_liqscope_sources", out);
        break;
    case COMPLETION_FILE:
        fputs("_files", out);
        break;
    case COMPLETION_FOLDER:
        fputs("_directories", out);
        break;
    default:
        fputc(' ', out); /* the message alone */
        break;
    }
}

static void put_option(FILE *out, enum option_id id) {
    const struct option_row *row = option_row(id);
    char name[OPTION_NAME_BYTES];
    char text[COMPLETION_TEXT_BYTES];
    struct completion completion;
    option_name(id, name);
    if (row->kind == OPTION_FLAG) {
        fprintf(out, "            '(--%s --no-%s)--%s[", name, name, name);
        put_escaped(out, completion_describe(id, text));
        fprintf(out, "]'\n            '(--%s --no-%s)--no-%s[not: ", name, name, name);
        put_escaped(out, text);
        fputs("]'\n", out);
        return;
    }
    completion_of_option(id, &completion);
    for (int form = row->letter != 0 ? 0 : 1; form < 2; form++) {
        fputs("            '", out);
        if (row->letter != 0) {
            fprintf(out, "(-%c --%s)", row->letter, name);
        }
        if (form == 0) {
            fprintf(out, "-%c+[", row->letter);
        } else {
            fprintf(out, "--%s=[", name);
        }
        put_escaped(out, completion_describe(id, text));
        fputs("]:", out);
        put_escaped(out, name);
        fputc(':', out);
        put_action(out, &completion);
        fputs("'\n", out);
    }
}

static void put_arguments(FILE *out, enum command command) {
    struct cli_command row = cli_command(command);
    for (int index = 0; index < row.arg_count_max; index++) {
        struct completion completion;
        completion_of_argument(command, index, &completion);
        fprintf(out, "            '%d:%s:", index + 1,
                completion.kind == COMPLETION_SOURCE ? "source" : "argument");
        put_action(out, &completion);
        fputs("'\n", out);
    }
}

/* $command is the function's that asks. */
static void put_sources(FILE *out) {
    struct completion live, ended;
    completion_of_argument(COMMAND_view, 0, &live);
    completion_of_argument(COMMAND_render, 0, &ended);
    fprintf(out,
            "_liqscope_sources() {\n"
            "    local -a sources=(%s)\n"
            "    local ret=1\n"
            "    [[ $command == (render|score) ]] && sources=(%s)\n"
            "    compadd \"$@\" -a sources && ret=0\n"
            "    _files && ret=0\n"
            "    return ret\n"
            "}\n\n",
            live.words, ended.words);
}

void completion_print_zsh(FILE *out) {
    fputs(head, out);
    put_sources(out);
    fputs("_liqscope() {\n    local -a commands=(\n", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        struct cli_command command = cli_command((enum command)i);
        fprintf(out, "        '%s:", command.name);
        put_escaped(out, command.help);
        fputs("'\n", out);
    }
    fputs("    )\n    local -a arguments\n    local command=view\n"
          "    if ((CURRENT > 2)) && [[ -n ${commands[(r)$words[2]:*]} ]]; then\n"
          "        command=$words[2]\n    fi\n    case $command in\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out,
                "    %s)\n        arguments=(\n            '--help[what it does]'\n"
                "            '--version[which version this is]'\n",
                cli_command((enum command)i).name);
        for (int id = 0; id < OPT_COUNT; id++) {
            if (completion_has((enum command)i, (enum option_id)id)) {
                put_option(out, (enum option_id)id);
            }
        }
        put_arguments(out, (enum command)i);
        fputs("        )\n        ;;\n", out);
    }
    fputs(tail, out);
}
