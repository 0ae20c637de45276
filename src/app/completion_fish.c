/* The script for fish: a `complete` line an option, with the commands that it belongs to. */
#include "app/completion.h"

#include <string.h>

#include "base/str.h"

/* Words before the cursor, without options and their values, decide which argument it is. */
static const char head[] =
    "# fish completion for liqscope, made by: liqscope help --completion fish\n"
    "\n"
    "# The command of the line, view where none is named.\n"
    "function __liqscope_command\n"
    "    set -l words (commandline -opc)\n"
    "    if set -q words[2]; and contains -- $words[2] $__liqscope_commands\n"
    "        echo $words[2]\n"
    "    else\n"
    "        echo view\n"
    "    end\n"
    "end\n"
    "\n"
    "# __liqscope_is COMMAND...: the line's command is one of these.\n"
    "function __liqscope_is\n"
    "    contains -- (__liqscope_command) $argv\n"
    "end\n"
    "\n"
    "# __liqscope_argument COMMAND INDEX: the cursor is at that argument of that command.\n"
    "function __liqscope_argument\n"
    "    set -l words (commandline -opc)\n"
    "    set -l count 0\n"
    "    set -l value 0\n"
    "    set -l command (__liqscope_command)\n"
    "    set -e words[1]\n"
    "    if set -q words[1]; and contains -- $words[1] $__liqscope_commands\n"
    "        set -e words[1]\n"
    "    end\n"
    "    for word in $words\n"
    "        if test $value = 1\n"
    "            set value 0\n"
    "        else if string match -q -- '-*' $word\n"
    "            contains -- $word $__liqscope_switches; or string match -q -- '*=*' $word; "
    "or set value 1\n"
    "        else\n"
    "            set count (math $count + 1)\n"
    "        end\n"
    "    end\n"
    "    test $command = $argv[1] -a $count = $argv[2]\n"
    "end\n"
    "\n"
    "# Nothing but the command's name stands before the cursor.\n"
    "function __liqscope_first\n"
    "    test (count (commandline -opc)) = 1\n"
    "end\n"
    "\n";

/* In single quotes; fish knows two escapes there. */
static void put_quoted(FILE *out, const char *text) {
    fputc('\'', out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'' || *c == '\\') {
            fputc('\\', out);
        }
        fputc(*c, out);
    }
    fputc('\'', out);
}

/* -a 'a b', where '<' is a letter like any other. */
static void put_words(FILE *out, const char *words) {
    fputs(" -a \"", out);
    for (const char *c = words; *c != '\0'; c++) {
        fprintf(out, strchr("<>~", *c) != NULL ? "'%c'" : "%c", *c);
    }
    fputc('"', out);
}

static void put_value(FILE *out, const struct completion *completion) {
    switch (completion->kind) {
    case COMPLETION_WORDS:
        fputs(" -x", out);
        put_words(out, completion->words);
        break;
    case COMPLETION_SOURCE:
        fputs(" -F", out);
        put_words(out, completion->words);
        break;
    case COMPLETION_FILE:
        fputs(" -r -F", out);
        break;
    case COMPLETION_FOLDER:
        fputs(" -x -a \"(__fish_complete_directories)\"", out);
        break;
    default:
        fputs(" -x", out);
        break;
    }
}

static void put_condition(FILE *out, enum option_id id) {
    fputs("complete -c liqscope -n '__liqscope_is", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (completion_has((enum command)i, id)) {
            fprintf(out, " %s", cli_command((enum command)i).name);
        }
    }
    fputc('\'', out);
}

static void put_option(FILE *out, enum option_id id) {
    const struct option_row *row = option_row(id);
    char name[OPTION_NAME_BYTES];
    char text[COMPLETION_TEXT_BYTES];
    struct completion completion;
    put_condition(out, id);
    fprintf(out, " -l %s", option_name(id, name));
    if (row->letter != 0) {
        fprintf(out, " -s %c", row->letter);
    }
    if (row->kind != OPTION_FLAG) {
        completion_of_option(id, &completion);
        put_value(out, &completion);
    }
    fputs(" -d ", out);
    put_quoted(out, completion_describe(id, text));
    fputc('\n', out);
    if (row->kind == OPTION_FLAG) {
        put_condition(out, id);
        fprintf(out, " -l no-%s -d ", name);
        char negated[COMPLETION_TEXT_BYTES + 8];
        str_format(negated, sizeof negated, "not: %s", text);
        put_quoted(out, negated);
        fputc('\n', out);
    }
}

static void put_lists(FILE *out) {
    char name[OPTION_NAME_BYTES];
    fputs("set -g __liqscope_commands", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, " %s", cli_command((enum command)i).name);
    }
    fputs("\nset -g __liqscope_switches --help --version -h", out);
    for (int i = 0; i < OPT_COUNT; i++) {
        if (option_row((enum option_id)i)->kind == OPTION_FLAG) {
            option_name((enum option_id)i, name);
            fprintf(out, " --%s --no-%s", name, name);
        }
    }
    fputs("\n\n", out);
}

void completion_print_fish(FILE *out) {
    fputs(head, out);
    put_lists(out);
    fputs("complete -c liqscope -f\n"
          "complete -c liqscope -l help -d 'what it does'\n"
          "complete -c liqscope -l version -d 'which version this is'\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        struct cli_command command = cli_command((enum command)i);
        fprintf(out, "complete -c liqscope -n __liqscope_first -a %s -d ", command.name);
        put_quoted(out, command.help);
        fputc('\n', out);
        for (int index = 0; index < command.arg_count_max; index++) {
            struct completion completion;
            completion_of_argument((enum command)i, index, &completion);
            fprintf(out, "complete -c liqscope -n '__liqscope_argument %s %d'", command.name,
                    index);
            put_value(out, &completion);
            fputc('\n', out);
        }
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        if (!option_row((enum option_id)i)->file_only) {
            put_option(out, (enum option_id)i);
        }
    }
}
