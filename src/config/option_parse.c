#include "config/option_parse.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

/* A value in an error message is cut here, and what a terminal would act upon is shown as '?'. */
enum { QUOTED_BYTES = 80 };

static bool refuse(char *error, const char *text, const char *expected) {
    char quoted[QUOTED_BYTES];
    str_copy(quoted, sizeof quoted, text);
    for (char *c = quoted; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    str_format(error, OPTION_ERROR_BYTES, "\"%s\": %s", quoted, expected);
    return false;
}

/* A decimal number of plain characters; strtod alone would take "inf", "0x10" and leading blanks.
 */
static bool parse_number(const char *text, size_t len, double *out) {
    char buffer[64];
    if (len == 0 || strspn(text, "0123456789.eE+-") < len || strchr("eE+", text[0]) != NULL ||
        !str_copy_span(buffer, sizeof buffer, (struct span){text, len})) {
        return false;
    }
    char *end = NULL;
    errno = 0;
    *out = strtod(buffer, &end);
    return *end == '\0' && end != buffer && isfinite(*out);
}

static bool parse_flag(const struct option_row *row, struct option_value *value, char *error) {
    static const char *const words[] = {"yes", "true", "on", "1", "no", "false", "off", "0"};
    (void)row;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (str_equal_nocase(value->text, words[i])) {
            value->flag = i < ARRAY_COUNT(words) / 2;
            return true;
        }
    }
    return refuse(error, value->text, "neither yes nor no");
}

static bool parse_float(const struct option_row *row, struct option_value *value, char *error) {
    char expected[128];
    const char *unit = row->unit != NULL && row->kind == OPTION_FLOAT ? row->unit : "";
    str_format(expected, sizeof expected, "not a number from %.17g to %.17g%s%s", row->min,
               row->max, unit[0] != '\0' ? " " : "", unit);
    if (!parse_number(value->text, strlen(value->text), &value->number) ||
        !(value->number >= row->min && value->number <= row->max)) {
        return refuse(error, value->text, expected);
    }
    return true;
}

static bool parse_int(const struct option_row *row, struct option_value *value, char *error) {
    size_t len = strlen(value->text);
    size_t digits = value->text[0] == '-' ? 1 : 0;
    bool whole = strspn(value->text + digits, "0123456789") == len - digits && len > digits;
    if (!whole || len > 17) {
        char expected[128];
        str_format(expected, sizeof expected, "not a whole number from %.17g to %.17g", row->min,
                   row->max);
        return refuse(error, value->text, expected);
    }
    if (!parse_float(row, value, error)) {
        return false;
    }
    value->integer = (int64_t)value->number; /* limits of rows stay below 2^53 */
    return true;
}

static bool parse_choice(const struct option_row *row, struct option_value *value, char *error) {
    int64_t index = 0;
    size_t len = strlen(value->text);
    char list[256] = "";
    for (const char *word = row->choices; *word != '\0'; index++) {
        size_t word_len = strcspn(word, " ");
        if (word_len == len && memcmp(word, value->text, len) == 0) {
            value->integer = index;
            return true;
        }
        str_append(list, sizeof list, "%s%.*s", index > 0 ? ", " : "", (int)word_len, word);
        word += word_len;
        word += strspn(word, " ");
    }
    char expected[320];
    str_format(expected, sizeof expected, "unknown; one of %s", list);
    return refuse(error, value->text, expected);
}

static const struct {
    const char *name;
    double ms;
} span_units[] = {{"s", 1e3},         {"m", 60e3},          {"h", 3600e3},       {"d", 86400e3},
                  {"w", 7 * 86400e3}, {"mo", 30 * 86400e3}, {"y", 365 * 86400e3}};
/* Two days are still said as hours, as people do of charts. */
#define HOURS_UNTIL_MS (48 * INT64_C(3600000))

bool option_parse_span(const char *text, size_t len, int64_t *out_ms) {
    size_t digits = strspn(text, "0123456789.");
    for (size_t i = 0; i < ARRAY_COUNT(span_units) && digits < len; i++) {
        double number = 0;
        size_t name_len = strlen(span_units[i].name);
        double ms = 0;
        if (len - digits == name_len && memcmp(text + digits, span_units[i].name, name_len) == 0 &&
            parse_number(text, digits, &number)) {
            ms = floor(number * span_units[i].ms + 1e-3); /* 90.501 s are not 90,500.999 ms */
        }
        if (ms >= 1 && ms < 1e15) {
            *out_ms = (int64_t)ms;
            return true;
        }
    }
    return false;
}

const char *option_format_span(int64_t ms, char out[OPTION_NAME_BYTES]) {
    size_t unit = 0;
    for (size_t i = 1; i < ARRAY_COUNT(span_units); i++) {
        int64_t unit_ms = (int64_t)span_units[i].ms;
        if (ms % unit_ms == 0 && (unit_ms <= 3600000 || ms > HOURS_UNTIL_MS)) {
            unit = i;
        }
    }
    str_format(out, OPTION_NAME_BYTES, "%.15g%s", (double)ms / span_units[unit].ms,
               span_units[unit].name);
    return out;
}

static bool parse_span(const struct option_row *row, struct option_value *value, char *error) {
    if (!option_parse_span(value->text, strlen(value->text), &value->integer)) {
        return refuse(error, value->text, "not a length of time such as 90s 30m 4h 3d 1w 1mo 1y");
    }
    if ((double)value->integer < row->min || (double)value->integer > row->max) {
        char expected[128];
        str_format(expected, sizeof expected, "not between %.17gs and %.17gd", row->min / 1e3,
                   row->max / 86400e3);
        return refuse(error, value->text, expected);
    }
    return true;
}

static bool parse_time(const struct option_row *row, struct option_value *value, char *error) {
    (void)row;
    if (!clock_parse_utc(value->text, &value->integer)) {
        return refuse(error, value->text,
                      "not a time; 2026-06-17T08:30:00Z (UTC) or epoch milliseconds");
    }
    return true;
}

static bool parse_size(const struct option_row *row, struct option_value *value, char *error) {
    double side[2] = {0, 0};
    const char *cross = strchr(value->text, 'x');
    size_t len = strlen(value->text);
    bool parsed = cross != NULL && strspn(value->text, "0123456789x") == len;
    if (parsed) {
        size_t width_len = (size_t)(cross - value->text);
        parsed = parse_number(value->text, width_len, &side[0]) &&
                 parse_number(cross + 1, len - width_len - 1, &side[1]);
    }
    for (int i = 0; parsed && i < 2; i++) {
        parsed = side[i] >= row->min && side[i] <= row->max;
    }
    if (!parsed) {
        char expected[128];
        str_format(expected, sizeof expected, "not WIDTHxHEIGHT, each from %g to %g pixels",
                   row->min, row->max);
        return refuse(error, value->text, expected);
    }
    value->width = (int)side[0];
    value->height = (int)side[1];
    return true;
}

static bool parse_text(const struct option_row *row, struct option_value *value, char *error) {
    (void)row;
    (void)value;
    (void)error;
    return true;
}

bool option_parse(const struct option_row *row, struct option_value *value,
                  char error[OPTION_ERROR_BYTES]) {
    typedef bool parse_fn(const struct option_row *row, struct option_value *value, char *error);
    static parse_fn *const parsers[] = {
        [OPTION_FLAG] = parse_flag, [OPTION_INT] = parse_int,       [OPTION_FLOAT] = parse_float,
        [OPTION_TEXT] = parse_text, [OPTION_CHOICE] = parse_choice, [OPTION_SPAN] = parse_span,
        [OPTION_TIME] = parse_time, [OPTION_SIZE] = parse_size,
    };
    static_assert(ARRAY_COUNT(parsers) == OPTION_KIND_COUNT, "a parser per kind");
    return parsers[row->kind](row, value, error);
}
