#include "config/cli.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static const struct {
    const char *id;
    const char *args, *help;
    int arg_count_min, arg_count_max;
} rows[] = {
#define CMD(name_, args_, min_, max_, help_) [COMMAND_##name_] = {#name_, args_, help_, min_, max_},
#include "config/commands.def"
#undef CMD
};
static_assert(ARRAY_COUNT(rows) == COMMAND_COUNT, "a row per command");
static_assert(COMMAND_COUNT <= 31, "commands are bits of an unsigned");

/* One walk over the arguments. */
struct walk {
    int argc;
    char *const *argv;
    int at;
    bool command_seen;
    struct cli *cli;
    struct option_table *table; /* NULL: first pass */
    const char **config_path;
    char *error;
};

static const char *command_name(enum command command) {
    static char names[COMMAND_COUNT][OPTION_NAME_BYTES];
    char *name = names[command];
    str_copy(name, OPTION_NAME_BYTES, rows[command].id);
    for (char *c = name; *c != '\0'; c++) {
        if (*c == '_') {
            *c = '-';
        }
    }
    return name;
}

struct cli_command cli_command(enum command command) {
    assert((unsigned)command < COMMAND_COUNT);
    return (struct cli_command){command_name(command), rows[command].args, rows[command].help,
                                rows[command].arg_count_min, rows[command].arg_count_max};
}

enum command cli_command_find(const char *name) {
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(command_name((enum command)i), name) == 0) {
            return (enum command)i;
        }
    }
    return COMMAND_COUNT;
}

/* The commands that an option belongs to. */
static void append_owners(struct walk *walk, enum option_id id) {
    const char *between = " ";
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if ((option_row(id)->commands & (1U << i)) != 0) {
            str_append(walk->error, OPTION_ERROR_BYTES, "%s%s", between,
                       command_name((enum command)i));
            between = ", ";
        }
    }
}

static bool fail_unknown_option(struct walk *walk, const char *written, const char *name,
                                size_t len) {
    const char *command = command_name(walk->cli->command);
    enum option_id near = option_find_near(name, len, 1U << walk->cli->command);
    enum option_id other = option_find(name, len);
    if (other != OPT_COUNT && !option_row(other)->file_only) {
        str_format(walk->error, OPTION_ERROR_BYTES, "%.80s: is an option of", written);
        append_owners(walk, other);
        str_append(walk->error, OPTION_ERROR_BYTES, ", not of %s", command);
        return false;
    }
    str_format(walk->error, OPTION_ERROR_BYTES, "%.80s: unknown option of %s", written, command);
    if (near != OPT_COUNT && !option_row(near)->file_only) {
        char known[OPTION_NAME_BYTES];
        str_append(walk->error, OPTION_ERROR_BYTES, "; did you mean --%s?",
                   option_name(near, known));
    } else {
        str_append(walk->error, OPTION_ERROR_BYTES, "; see liqscope help %s", command);
    }
    return false;
}

static bool set_option(struct walk *walk, enum option_id id, const char *value) {
    char name[OPTION_NAME_BYTES];
    char error[OPTION_ERROR_BYTES];
    option_name(id, name);
    if (id == OPT_config) {
        *walk->config_path = value;
    }
    if (walk->table == NULL) {
        return true;
    }
    if (!option_set(walk->table, id, value, strlen(value), error)) {
        str_format(walk->error, OPTION_ERROR_BYTES, "--%s: %s", name, error);
        return false;
    }
    return true;
}

/* Give the option its value: after '=', attached to its letter, or the next argument. */
static bool take_option(struct walk *walk, enum option_id id, const char *attached) {
    const struct option_row *row = option_row(id);
    if (row->kind == OPTION_FLAG) {
        return set_option(walk, id, attached != NULL ? attached : "yes");
    }
    if (attached == NULL) {
        if (walk->at + 1 >= walk->argc) {
            char name[OPTION_NAME_BYTES];
            str_format(walk->error, OPTION_ERROR_BYTES, "--%s: needs a value (%s)",
                       option_name(id, name), row->help);
            return false;
        }
        attached = walk->argv[++walk->at];
    }
    return set_option(walk, id, attached);
}

static bool option_belongs(const struct walk *walk, enum option_id id) {
    return id != OPT_COUNT && !option_row(id)->file_only &&
           (option_row(id)->commands & (1U << walk->cli->command)) != 0;
}

static bool take_long(struct walk *walk, const char *written) {
    const char *name = written + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    if (strcmp(written, "--version") == 0) {
        walk->cli->version = true;
        return true;
    }
    if (strcmp(written, "--help") == 0) {
        walk->cli->help = true;
        return true;
    }
    enum option_id id = option_find(name, len);
    bool negated = id == OPT_COUNT && len > 3 && strncmp(name, "no-", 3) == 0;
    if (negated) {
        id = option_find(name + 3, len - 3);
        negated = id != OPT_COUNT && option_row(id)->kind == OPTION_FLAG && equals == NULL;
        id = negated ? id : OPT_COUNT;
    }
    if (!option_belongs(walk, id)) {
        return fail_unknown_option(walk, written, name, len);
    }
    return negated ? set_option(walk, id, "no")
                   : take_option(walk, id, equals != NULL ? equals + 1 : NULL);
}

static bool take_short(struct walk *walk, const char *written) {
    if (strcmp(written, "-h") == 0) {
        walk->cli->help = true;
        return true;
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        if (option_row((enum option_id)i)->letter == written[1] &&
            option_belongs(walk, (enum option_id)i)) {
            return take_option(walk, (enum option_id)i, written[2] != '\0' ? written + 2 : NULL);
        }
    }
    return fail_unknown_option(walk, written, written + 1, strlen(written) - 1);
}

static bool take_word(struct walk *walk, const char *word) {
    struct cli *cli = walk->cli;
    if (cli->arg_count >= rows[cli->command].arg_count_max) {
        str_format(walk->error, OPTION_ERROR_BYTES, "\"%.80s\": one argument too many; %s takes %s",
                   word, command_name(cli->command),
                   rows[cli->command].args[0] != '\0' ? rows[cli->command].args : "none");
        return false;
    }
    cli->args[cli->arg_count++] = word;
    return true;
}

/* The command is the first word that is no option and no option's value; it decides which options
 * are known, so it is found before they are read. A word that is no command is view's source. */
static void find_command(struct walk *walk, int *command_at) {
    walk->cli->command = COMMAND_view;
    *command_at = 0;
    if (walk->argc > 1 && walk->argv[1][0] != '-') {
        enum command command = cli_command_find(walk->argv[1]);
        if (command != COMMAND_COUNT) {
            walk->cli->command = command;
            *command_at = 1;
        }
    }
}

static bool check_counts(struct walk *walk) {
    const struct cli *cli = walk->cli;
    if (cli->help || cli->version || cli->arg_count >= rows[cli->command].arg_count_min) {
        return true;
    }
    str_format(walk->error, OPTION_ERROR_BYTES, "an argument is missing; liqscope %s %s",
               command_name(cli->command), rows[cli->command].args);
    return false;
}

bool cli_parse(int argc, char *const argv[], struct cli *cli, struct option_table *table,
               const char **config_path, char error[OPTION_ERROR_BYTES]) {
    struct walk walk = {.argc = argc,
                        .argv = argv,
                        .cli = cli,
                        .table = table,
                        .config_path = config_path,
                        .error = error};
    int command_at = 0;
    bool options_over = false;
    memset(cli, 0, sizeof *cli);
    *config_path = NULL;
    find_command(&walk, &command_at);
    for (walk.at = command_at + 1; walk.at < argc; walk.at++) {
        const char *word = argv[walk.at];
        bool taken = false;
        if (!options_over && strcmp(word, "--") == 0) {
            options_over = true;
            continue;
        }
        if (!options_over && strncmp(word, "--", 2) == 0) {
            taken = take_long(&walk, word);
        } else if (!options_over && word[0] == '-' && word[1] != '\0') {
            taken = take_short(&walk, word);
        } else {
            taken = take_word(&walk, word);
        }
        if (!taken) {
            return false;
        }
    }
    return check_counts(&walk);
}
