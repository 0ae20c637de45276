#include "config/config_print.h"

#include <string.h>

#include "base/str.h"

enum { COLUMNS = 96 }; /* of a line of help */

/* Words of text as comments, no line longer than COLUMNS unless a word is. */
static void print_comment(const char *text, FILE *out) {
    size_t column = 0;
    for (const char *word = text; *word != '\0';) {
        size_t len = strcspn(word, " ");
        if (column == 0 || column + 1 + len > COLUMNS) {
            fputs(column == 0 ? "#" : "\n#", out);
            column = 1;
        }
        fprintf(out, " %.*s", (int)len, word);
        column += 1 + len;
        word += len;
        word += strspn(word, " ");
    }
    fputs("\n", out);
}

/* What may be written there: the kind's own words. */
static void print_range(const struct option_row *row, FILE *out) {
    switch (row->kind) {
    case OPTION_FLAG:
        fputs("# yes or no\n", out);
        break;
    case OPTION_CHOICE:
        fprintf(out, "# one of: %s\n", row->choices);
        break;
    case OPTION_INT:
    case OPTION_FLOAT:
        fprintf(out, "# %.15g to %.15g%s%s\n", row->min, row->max, row->unit != NULL ? " " : "",
                row->unit != NULL ? row->unit : "");
        break;
    default:
        break;
    }
}

/* A line may begin and end with blanks, and quotes around it are taken off: those are quoted. */
static bool needs_quotes(const char *text) {
    size_t len = strlen(text);
    return len > 0 &&
           (strchr(" \t\"", text[0]) != NULL || strchr(" \t\r\"", text[len - 1]) != NULL);
}

static void print_text(const char *text, FILE *out) {
    const char *quote = needs_quotes(text) ? "\"" : "";
    fprintf(out, "%s%s%s", quote, text, quote);
}

/* The password of a URL: "PASSWORD" in "http://USER:PASSWORD@HOST"; empty: it has none. */
static struct span find_password(const char *url) {
    const char *scheme = strstr(url, "://");
    const char *begin = scheme != NULL ? scheme + 3 : url;
    const char *end = strrchr(begin, '@'); /* a password may have one, or a slash, in it */
    const char *colon = end != NULL ? memchr(begin, ':', (size_t)(end - begin)) : NULL;
    return colon != NULL ? (struct span){colon + 1, (size_t)(end - colon - 1)} : (struct span){0};
}

/* Without its password a line is of no use: it says so, as a comment. */
static void print_secret(const char *name, const char *text, struct span password, FILE *out) {
    fputs("# the password is not shown: put it in before this file is read again\n", out);
    fprintf(out, "#%s = %.*s***%s\n", name, (int)(password.bytes - text), text,
            password.bytes + password.len);
}

static void print_option(const struct option_table *table, enum option_id id, FILE *out) {
    const struct option_row *row = option_row(id);
    const char *text = option_text(table, id);
    char name[OPTION_NAME_BYTES];
    option_name(id, name);
    fputs("\n", out);
    print_comment(row->help, out);
    print_range(row, out);
    if (strchr(text, '\n') != NULL) {
        fprintf(out, "# %s: its text has a line break, which no line can hold\n", name);
        return;
    }
    const struct span password = row->has_password ? find_password(text) : (struct span){0};
    if (password.len > 0) {
        print_secret(name, text, password, out);
        return;
    }
    fprintf(out, "%s%s =%s", strcmp(text, row->def) == 0 ? "#" : "", name,
            text[0] != '\0' ? " " : "");
    print_text(text, out);
    fputs("\n", out);
}

void config_print_options(const struct option_table *table, FILE *out) {
    for (int first = 0; first < OPT_COUNT; first++) {
        const char *section = option_row((enum option_id)first)->section;
        bool begun = false;
        for (int i = 0; i < first && !begun; i++) {
            begun = strcmp(option_row((enum option_id)i)->section, section) == 0;
        }
        bool headed = false;
        for (int i = first; i < OPT_COUNT && !begun; i++) {
            const struct option_row *row = option_row((enum option_id)i);
            if (row->command_line_only || strcmp(row->section, section) != 0) {
                continue;
            }
            if (!headed) {
                fprintf(out, "\n[%s]\n", section);
            }
            headed = true;
            print_option(table, (enum option_id)i, out);
        }
    }
}

bool config_print_entry(void *user, const struct config_entry *entry,
                        char error[OPTION_ERROR_BYTES]) {
    struct config_print_entries *print = user;
    (void)error;
    if (strcmp(print->section, entry->section) != 0 ||
        strcmp(print->argument, entry->argument) != 0) {
        (void)str_copy(print->section, sizeof print->section, entry->section);
        (void)str_copy(print->argument, sizeof print->argument, entry->argument);
        fprintf(print->out, "\n[%s%s%s]\n", entry->section, entry->argument[0] != '\0' ? " " : "",
                entry->argument);
    }
    bool plain = strchr("#;[\"", entry->name[0]) == NULL && strchr(entry->name, '=') == NULL;
    fprintf(print->out, plain ? "%s =" : "\"%s\" =", entry->name);
    fputs(entry->value[0] != '\0' ? " " : "", print->out);
    print_text(entry->value, print->out);
    fputs("\n", print->out);
    return true;
}
