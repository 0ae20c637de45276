#include "config/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

enum {
    REPORT_BYTES = 1024,
    NAME_SHOWN_BYTES = 64,
    CONFIG_ARGUMENT_BYTES = 64,
    SUBJECT_BYTES = OPTION_NAME_BYTES + CONFIG_ARGUMENT_BYTES + NAME_SHOWN_BYTES + 8
};

struct parser {
    const char *name;
    int line;
    char section[OPTION_NAME_BYTES];      /* "": unknown, its lines are skipped */
    char argument[CONFIG_ARGUMENT_BYTES]; /* what follows its name, "1" of [window 1] */
    bool entries;                         /* it holds entries, not options */
    struct option_table *table;
    const struct config_report *report;
    int error_count;
};

static void report_line(struct parser *parser, const char *subject, const char *text) {
    char line[REPORT_BYTES];
    str_format(line, sizeof line, "%s:%d: %s%s%s", parser->name, parser->line, subject,
               subject[0] != '\0' ? ": " : "", text);
    parser->error_count++;
    if (parser->report->on_error != NULL) {
        parser->report->on_error(parser->report->user, line);
    }
}

static struct span span_trim(struct span span) {
    while (span.len > 0 && strchr(" \t\r", span.bytes[0]) != NULL && span.bytes[0] != '\0') {
        span.bytes++;
        span.len--;
    }
    while (span.len > 0 && strchr(" \t\r", span.bytes[span.len - 1]) != NULL &&
           span.bytes[span.len - 1] != '\0') {
        span.len--;
    }
    return span;
}

/* Names come from strangers: only what a terminal cannot act upon is repeated. */
static void shown_name(struct span span, char out[NAME_SHOWN_BYTES]) {
    size_t len = span.len < NAME_SHOWN_BYTES - 1 ? span.len : NAME_SHOWN_BYTES - 1;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)span.bytes[i];
        out[i] = c < ' ' || c >= 0x7f ? '?' : (char)c;
    }
    out[len] = '\0';
}

static void printable(char *text) {
    for (; *text != '\0'; text++) {
        *text = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;
    }
}

/* Sections whose lines are entries: what kind of argument stands after the name. */
static const struct {
    const char *name;
    bool named;
} entry_sections[] = {{"keys", false}, {"alerts", false}, {"window", true}, {"pane", true}};

static bool option_section_known(const char *section) {
    for (int i = 0; i < OPT_COUNT; i++) {
        if (strcmp(option_row((enum option_id)i)->section, section) == 0) {
            return true;
        }
    }
    return false;
}

/* Its row in entry_sections, -1: none. */
static int entry_section_find(const char *section) {
    for (size_t i = 0; i < ARRAY_COUNT(entry_sections); i++) {
        if (strcmp(entry_sections[i].name, section) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void nearer(const char *known, struct span word, const char **best, int *best_distance) {
    int distance = option_name_distance(word.bytes, word.len, known, strlen(known), *best_distance);
    if (distance < *best_distance && distance < (int)strlen(known)) {
        *best = known;
        *best_distance = distance;
    }
}

static void report_unknown_section(struct parser *parser, const char *shown, struct span word) {
    const char *best = NULL;
    int best_distance = option_name_distance_limit(word.len);
    for (int i = 0; i < OPT_COUNT; i++) {
        nearer(option_row((enum option_id)i)->section, word, &best, &best_distance);
    }
    for (size_t i = 0; i < ARRAY_COUNT(entry_sections); i++) {
        nearer(entry_sections[i].name, word, &best, &best_distance);
    }
    char text[128] = "unknown section";
    if (best != NULL) {
        str_append(text, sizeof text, "; did you mean [%s]?", best);
    }
    str_append(text, sizeof text, "; the lines below it are skipped");
    report_line(parser, shown, text);
}

/* [name] or [name argument]. */
static void parse_section(struct parser *parser, struct span line) {
    char shown[NAME_SHOWN_BYTES];
    shown_name(line, shown);
    parser->section[0] = parser->argument[0] = '\0';
    if (line.len < 3 || line.bytes[line.len - 1] != ']') {
        report_line(parser, shown, "not a section; expected [name]");
        return;
    }
    struct span whole = span_trim((struct span){line.bytes + 1, line.len - 2});
    size_t len = 0;
    while (len < whole.len && whole.bytes[len] != ' ' && whole.bytes[len] != '\t') {
        len++;
    }
    struct span word = {whole.bytes, len};
    struct span argument = span_trim((struct span){whole.bytes + len, whole.len - len});
    char name[OPTION_NAME_BYTES];
    bool text = memchr(whole.bytes, '\0', whole.len) == NULL;
    int row = text && str_copy_span(name, sizeof name, word) ? entry_section_find(name) : -1;
    if (!text || word.len >= sizeof name || (row < 0 && !option_section_known(name))) {
        report_unknown_section(parser, shown, word);
        return;
    }
    bool named = row >= 0 && entry_sections[row].named;
    if (named != (argument.len > 0)) {
        report_line(parser, shown,
                    named ? "expected its number after it, such as [window 1]"
                          : "takes no name after it; the lines below it are skipped");
        return;
    }
    if (!str_copy_span(parser->argument, sizeof parser->argument, argument)) {
        report_line(parser, shown, "name too long; the lines below it are skipped");
        return;
    }
    str_copy(parser->section, sizeof parser->section, name);
    parser->entries = row >= 0;
}

static struct span unquote(struct span value) {
    if (value.len >= 2 && value.bytes[0] == '"' && value.bytes[value.len - 1] == '"') {
        return (struct span){value.bytes + 1, value.len - 2};
    }
    return value;
}

static void report_unknown(struct parser *parser, const char *subject, struct span name) {
    enum option_id near = option_find_near(name.bytes, name.len, ~0U);
    char text[128] = "unknown option";
    if (near != OPT_COUNT) {
        char known[OPTION_NAME_BYTES];
        str_append(text, sizeof text, "; did you mean [%s].%s?", option_row(near)->section,
                   option_name(near, known));
    }
    report_line(parser, subject, text);
}

static void parse_option(struct parser *parser, struct span name, struct span value) {
    char subject[SUBJECT_BYTES];
    char shown[NAME_SHOWN_BYTES];
    shown_name(name, shown);
    str_format(subject, sizeof subject, "[%s].%s", parser->section, shown);
    enum option_id id = option_find(name.bytes, name.len);
    if (id == OPT_COUNT || strcmp(option_row(id)->section, parser->section) != 0) {
        report_unknown(parser, subject, name);
        return;
    }
    if (option_row(id)->command_line_only) {
        report_line(parser, subject, "is for the command line only");
        return;
    }
    char error[OPTION_ERROR_BYTES];
    if (!option_set(parser->table, id, value.bytes, value.len, error)) {
        report_line(parser, subject, error);
    }
}

/* The '=' that ends the name of an entry; NULL: none. */
static const char *find_entry_equals(struct span line) {
    const char *first = NULL;
    for (size_t i = 1; i < line.len; i++) {
        if (line.bytes[i] != '=') {
            continue;
        }
        bool before = line.bytes[i - 1] == ' ' || line.bytes[i - 1] == '\t';
        bool after = i + 1 == line.len || line.bytes[i + 1] == ' ' || line.bytes[i + 1] == '\t';
        if (before && after) {
            return line.bytes + i;
        }
        first = first == NULL ? line.bytes + i : first;
    }
    return first;
}

static void parse_entry(struct parser *parser, struct span name, struct span value) {
    char name_text[CONFIG_LINE_BYTES_MAX + 1];
    char value_text[CONFIG_LINE_BYTES_MAX + 1];
    char subject[SUBJECT_BYTES];
    char shown[NAME_SHOWN_BYTES];
    shown_name(name, shown);
    str_format(subject, sizeof subject, "[%s%s%s].%s", parser->section,
               parser->argument[0] != '\0' ? " " : "", parser->argument, shown);
    printable(subject);
    if (memchr(name.bytes, '\0', name.len) != NULL ||
        memchr(value.bytes, '\0', value.len) != NULL) {
        report_line(parser, subject, "not text; it holds a zero byte");
        return;
    }
    str_copy_span(name_text, sizeof name_text, name); /* a line is no longer than these */
    str_copy_span(value_text, sizeof value_text, value);
    const struct config_entry entry = {
        .section = parser->section,
        .argument = parser->argument,
        .name = name_text,
        .value = value_text,
        .line = parser->line,
    };
    char error[OPTION_ERROR_BYTES] = "refused";
    if (parser->report->on_entry != NULL &&
        !parser->report->on_entry(parser->report->user, &entry, error)) {
        printable(error);
        report_line(parser, subject, error);
    }
}

static void parse_assignment(struct parser *parser, struct span line) {
    const char *equals =
        parser->entries ? find_entry_equals(line) : memchr(line.bytes, '=', line.len);
    if (equals == NULL) {
        char shown[NAME_SHOWN_BYTES];
        /* its first word: what follows may be a password */
        for (size_t i = 1; i < line.len && line.bytes[0] != '='; i++) {
            if (line.bytes[i] == ' ' || line.bytes[i] == '\t' || line.bytes[i] == ':') {
                line.len = i;
            }
        }
        shown_name(line, shown);
        report_line(parser, shown, "expected name = value");
        return;
    }
    size_t name_len = (size_t)(equals - line.bytes);
    struct span name = span_trim((struct span){line.bytes, name_len});
    struct span value = unquote(span_trim((struct span){equals + 1, line.len - name_len - 1}));
    if (parser->entries) {
        parse_entry(parser, unquote(name), value);
    } else {
        parse_option(parser, name, value);
    }
}

static void parse_line(struct parser *parser, struct span line, bool *section_seen) {
    if (line.len > CONFIG_LINE_BYTES_MAX) {
        report_line(parser, "", "line too long, skipped");
        return;
    }
    line = span_trim(line);
    if (line.len == 0 || line.bytes[0] == '#' || line.bytes[0] == ';') {
        return;
    }
    if (line.bytes[0] == '[') {
        *section_seen = true;
        parse_section(parser, line);
    } else if (!*section_seen) {
        report_line(parser, "", "expected a [section] before the first value");
    } else if (parser->section[0] != '\0') {
        parse_assignment(parser, line);
    }
}

int config_file_parse(const char *name, const char *bytes, size_t len, struct option_table *table,
                      const struct config_report *report) {
    struct parser parser = {.name = name, .table = table, .report = report};
    bool section_seen = false;
    size_t at = 0;
    /* An editor's byte order mark is no part of the first line. */
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        at = 3;
    }
    while (at < len) {
        const char *newline = memchr(bytes + at, '\n', len - at);
        size_t line_len = newline != NULL ? (size_t)(newline - bytes) - at : len - at;
        parser.line++;
        parse_line(&parser, (struct span){bytes + at, line_len}, &section_seen);
        at += line_len + 1;
    }
    return parser.error_count;
}

static int report_file(const char *path, const struct config_report *report, const char *text) {
    char line[REPORT_BYTES];
    str_format(line, sizeof line, "%s: %s", path, text);
    if (report->on_error != NULL) {
        report->on_error(report->user, line);
    }
    return 1;
}

static enum status read_whole(FILE *file, char **out, size_t *len) {
    char *bytes = malloc(CONFIG_FILE_BYTES_MAX + 1);
    if (bytes == NULL) {
        return STATUS_MEMORY;
    }
    *len = fread(bytes, 1, CONFIG_FILE_BYTES_MAX + 1, file);
    enum status status = STATUS_OK;
    if (ferror(file)) {
        status = STATUS_IO;
    } else if (*len > CONFIG_FILE_BYTES_MAX) {
        status = STATUS_RANGE;
    }
    if (status != STATUS_OK) {
        free(bytes);
        return status;
    }
    *out = bytes;
    return STATUS_OK;
}

int config_file_read(const char *path, struct option_table *table,
                     const struct config_report *report, enum status *status) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        *status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
        return *status == STATUS_NOT_FOUND ? 0 : report_file(path, report, strerror(errno));
    }
    struct stat info;
    if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(file);
        *status = STATUS_IO;
        return report_file(path, report, "is a directory; expected a file");
    }
    char *bytes = NULL;
    size_t len = 0;
    *status = read_whole(file, &bytes, &len);
    fclose(file);
    if (*status == STATUS_RANGE) {
        return report_file(path, report, "too long; at most 1 MiB");
    }
    if (*status != STATUS_OK) {
        return report_file(path, report, status_text(*status));
    }
    int error_count = config_file_parse(path, bytes, len, table, report);
    free(bytes);
    return error_count;
}

bool config_file_default_path(char out[CONFIG_PATH_BYTES]) {
    const char *base = getenv("XDG_CONFIG_HOME");
    if (base != NULL && base[0] == '/') { /* the specification: relative paths are ignored */
        return str_format(out, CONFIG_PATH_BYTES, "%s/liqscope/liqscope.conf", base);
    }
    const char *home = getenv("HOME");
    if (home == NULL || home[0] == '\0') {
        return false;
    }
    return str_format(out, CONFIG_PATH_BYTES, "%s/.config/liqscope/liqscope.conf", home);
}
