/* app/completion.h - what a shell completes after `liqscope`, made from the tables of options,
 * commands, actions and venues.
 *
 * `liqscope help --completion bash|zsh|fish` prints a script for that shell; packages install what
 * the built program printed.  Each shell's file knows its syntax, this one what there is to say.
 *
 * Thread: main.  Owner: run_help. */
#pragma once

#include <stdio.h>

#include "config/cli.h"
#include "config/option_table.h"

enum completion_kind {
    COMPLETION_ANY,    /* a number, an address: nothing to propose */
    COMPLETION_WORDS,  /* one of words */
    COMPLETION_FILE,   /* a file */
    COMPLETION_FOLDER, /* a folder */
    COMPLETION_SOURCE, /* one of words, or a file */
};

enum { COMPLETION_WORDS_BYTES = 4096, COMPLETION_TEXT_BYTES = 160 };

struct completion {
    enum completion_kind kind;
    char words[COMPLETION_WORDS_BYTES]; /* blanks between */
};

/* What the option's value may be; of a flag: ANY. */
void completion_of_option(enum option_id id, struct completion *out);
/* What the index-th argument of the command may be (0: the first; those of a list are alike). */
void completion_of_argument(enum command command, int index, struct completion *out);
/* Is the option one of this command's line? */
bool completion_has(enum command command, enum option_id id);
/* The option's help up to its first stop, "colours of the field". */
const char *completion_describe(enum option_id id, char out[COMPLETION_TEXT_BYTES]);

void completion_print_bash(FILE *out);
void completion_print_zsh(FILE *out);
void completion_print_fish(FILE *out);
