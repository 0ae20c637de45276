/* The script for bash: one function that looks at the line up to the cursor.
 *
 * Bash takes ':' and '=' for ends of words, so a word is put together again before it is looked at,
 * and an answer is what follows the last of them.  Where a file is wanted the answer is empty: bash
 * then completes files itself, with the right quotes. */
#include "app/completion.h"

#include <stdbool.h>
#include <string.h>

static const char head[] =
    "# bash completion for liqscope, made by: liqscope help --completion bash\n"
    "\n"
    "# _liqscope_words WORD...: those that go on from $value.\n"
    "_liqscope_words() {\n"
    "    local word\n"
    "    for word; do\n"
    "        if [[ $word == \"$value\"* ]]; then\n"
    "            printf -v word %q \"$word\"\n"
    "            COMPREPLY+=(\"$word\")\n"
    "        fi\n"
    "    done\n"
    "}\n"
    "\n"
    "# _liqscope_files: the same of files, folders with a slash.\n"
    "_liqscope_files() {\n"
    "    local file quoted\n"
    "    while IFS= read -r file; do\n"
    "        printf -v quoted %q \"$file\"\n"
    "        [[ -d $file ]] && quoted+=/\n"
    "        COMPREPLY+=(\"$quoted\")\n"
    "    done < <(compgen -f -- \"$value\")\n"
    "    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null\n"
    "}\n"
    "\n"
    "# Nothing is known that could stand here: not files either.\n"
    "_liqscope_nothing() {\n"
    "    compopt +o default +o bashdefault 2>/dev/null\n"
    "}\n"
    "\n";

static const char tail[] =
    "_liqscope() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} word='' value='' command=view option='' i "
    "argument=0\n"
    "    local -a words\n"
    "    COMPREPLY=()\n"
    "    read -ra words <<<\"$line\"\n"
    "    if [[ $line != *[[:space:]] ]]; then\n"
    "        word=${words[-1]}\n"
    "        unset 'words[-1]'\n"
    "    fi\n"
    "    value=$word\n"
    "    i=1\n"
    "    if ((${#words[@]} > 1)) && _liqscope_is_command \"${words[1]}\"; then\n"
    "        command=${words[1]}\n"
    "        i=2\n"
    "    elif ((${#words[@]} == 1)) && [[ $word != -* ]]; then\n"
    "        _liqscope_commands\n"
    "    fi\n"
    "    # What stands before the cursor: arguments, and perhaps an option that waits for its "
    "value.\n"
    "    for (( ; i < ${#words[@]}; i++)); do\n"
    "        if [[ -n $option ]]; then\n"
    "            option=''\n"
    "        elif [[ ${words[i]} == -* && ${words[i]} != *=* ]]; then\n"
    "            _liqscope_takes_value \"${words[i]}\" && option=${words[i]}\n"
    "        elif [[ ${words[i]} != -* ]]; then\n"
    "            argument=$((argument + 1))\n"
    "        fi\n"
    "    done\n"
    "    if [[ -z $option && $word == --*=* ]]; then\n"
    "        option=${word%%=*}\n"
    "        value=${word#*=}\n"
    "    fi\n"
    "    if [[ -n $option ]]; then\n"
    "        _liqscope_value \"$option\"\n"
    "    elif [[ $word == -* ]]; then\n"
    "        _liqscope_options \"$command\"\n"
    "        ((${#COMPREPLY[@]})) || _liqscope_nothing\n"
    "    else\n"
    "        _liqscope_argument \"$command\" \"$argument\"\n"
    "    fi\n"
    "    # What stands before the last colon (or the '=') is on the line already.\n"
    "    if [[ $COMP_WORDBREAKS != *=* && -n $option && $word == --*=* ]]; then\n"
    "        COMPREPLY=(\"${COMPREPLY[@]/#/$option=}\")\n"
    "    elif [[ $COMP_WORDBREAKS == *:* && $value == *:* ]]; then\n"
    "        COMPREPLY=(\"${COMPREPLY[@]#\"${value%\"${value##*:}\"}\"}\")\n"
    "    fi\n"
    "}\n"
    "complete -o bashdefault -o default -F _liqscope liqscope\n";

/* Quoted where bash would see more than a word. */
static void put_words(FILE *out, const char *words) {
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        bool plain = strcspn(at, "<>~") >= len;
        fprintf(out, plain ? " %.*s" : " '%.*s'", (int)len, at);
        at += len;
    }
}

static void put_answer(FILE *out, const struct completion *completion) {
    switch (completion->kind) {
    case COMPLETION_WORDS:
        fputs("_liqscope_words", out);
        put_words(out, completion->words);
        fputs("; ((${#COMPREPLY[@]})) || _liqscope_nothing", out);
        break;
    case COMPLETION_SOURCE:
        fputs("_liqscope_words", out);
        put_words(out, completion->words);
        fputs("; _liqscope_files", out);
        break;
    case COMPLETION_FILE:
        fputs(":", out);
        break;
    case COMPLETION_FOLDER:
        fputs("compopt +o default +o bashdefault -o dirnames 2>/dev/null", out);
        break;
    default:
        fputs("_liqscope_nothing", out);
        break;
    }
}

static void put_option_names(FILE *out, enum command command) {
    char name[OPTION_NAME_BYTES];
    fprintf(out, "    %s) _liqscope_words --help --version", cli_command(command).name);
    for (int i = 0; i < OPT_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        if (completion_has(command, id)) {
            fprintf(out, " --%s", option_name(id, name));
            if (option_row(id)->kind == OPTION_FLAG) {
                fprintf(out, " --no-%s", name);
            }
        }
    }
    fputs(" ;;\n", out);
}

static void put_options(FILE *out) {
    struct completion completion;
    char name[OPTION_NAME_BYTES];
    fputs("# _liqscope_options COMMAND: the names of its options.\n_liqscope_options() {\n    case "
          "$1 "
          "in\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        put_option_names(out, (enum command)i);
    }
    fputs("    esac\n}\n\n# _liqscope_takes_value OPTION: it is no switch.\n"
          "_liqscope_takes_value() {\n    case $1 in\n    --help | --version",
          out);
    for (int i = 0; i < OPT_COUNT; i++) {
        if (option_row((enum option_id)i)->kind == OPTION_FLAG) {
            option_name((enum option_id)i, name);
            fprintf(out, " | --%s | --no-%s", name, name);
        }
    }
    fputs(") return 1 ;;\n    --*", out);
    for (int i = 0; i < OPT_COUNT; i++) {
        char letter = option_row((enum option_id)i)->letter;
        if (letter != 0) {
            fprintf(out, " | -%c", letter);
        }
    }
    fputs(") return 0 ;;\n    *) return 1 ;;\n    esac\n}\n\n"
          "# _liqscope_value OPTION: what its value may be.\n_liqscope_value() {\n    case $1 in\n",
          out);
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *row = option_row((enum option_id)i);
        completion_of_option((enum option_id)i, &completion);
        if (row->kind != OPTION_FLAG && !row->file_only && completion.kind != COMPLETION_ANY) {
            fprintf(out, "    --%s", option_name((enum option_id)i, name));
            if (row->letter != 0) {
                fprintf(out, " | -%c", row->letter);
            }
            fputs(") ", out);
            put_answer(out, &completion);
            fputs(" ;;\n", out);
        }
    }
    fputs("    *) _liqscope_nothing ;;\n    esac\n}\n\n", out);
}

static void put_commands(FILE *out) {
    fputs("_liqscope_commands() {\n    _liqscope_words", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, " %s", cli_command((enum command)i).name);
    }
    fputs("\n}\n\n_liqscope_is_command() {\n    case $1 in\n    ", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "%s%s", i > 0 ? " | " : "", cli_command((enum command)i).name);
    }
    fputs(") return 0 ;;\n    *) return 1 ;;\n    esac\n}\n\n"
          "# _liqscope_argument COMMAND INDEX: what its argument may be, counted from 0.\n"
          "_liqscope_argument() {\n    case $1:$2 in\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        struct cli_command command = cli_command((enum command)i);
        for (int index = 0; index < command.arg_count_max; index++) {
            struct completion completion;
            completion_of_argument((enum command)i, index, &completion);
            bool list = completion.kind == COMPLETION_SOURCE; /* all its arguments are alike */
            if (list && index > 0) {
                continue;
            }
            fprintf(out, list ? "    %s:*) " : "    %s:%d) ", command.name, index);
            put_answer(out, &completion);
            fputs(" ;;\n", out);
        }
    }
    fputs("    *) _liqscope_nothing ;;\n    esac\n}\n\n", out);
}

void completion_print_bash(FILE *out) {
    fputs(head, out);
    put_commands(out);
    put_options(out);
    fputs(tail, out);
}
