#include "view/lines.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define LEVERAGE_MAX 1000.0
#define NUMBER_MAX   1e15

static const char *const kind_keys[] = {"line", "stop", "position"};
static_assert(ARRAY_COUNT(kind_keys) == LINES_KIND_COUNT, "a key per kind");

const char *lines_kind_key(enum lines_kind kind) {
    return kind_keys[kind];
}

/* -- a line -- */

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* The next word into out; "" where there is none. False: it is longer than any right one. */
static bool next_word(const char **at, char out[LINES_LABEL_BYTES]) {
    while (is_blank(**at)) {
        (*at)++;
    }
    size_t len = strcspn(*at, " \t");
    bool fits = str_copy_span(out, LINES_LABEL_BYTES, (struct span){*at, len});
    *at += len;
    return fits;
}

static bool refuse(char *reason, const char *word, const char *what) {
    str_format(reason, LINES_REASON_BYTES, word[0] != '\0' ? "\"%.60s\": %s" : "%.0s%s", word,
               what);
    return false;
}

/* Digits, a point, an exponent: what strtod takes beside that (hex, nan, inf) is nobody's price. */
static bool parse_number(const char *word, double most, double *out) {
    char *end = NULL;
    bool plain = word[0] != '\0' && strspn(word, "0123456789.eE+-") == strlen(word);
    *out = plain ? strtod(word, &end) : 0;
    return plain && *end == '\0' && *out > 0 && *out <= most;
}

static bool parse_side(const char *word, bool *is_short) {
    *is_short = strcmp(word, "short") == 0;
    return *is_short || strcmp(word, "long") == 0;
}

static bool parse_size(const char *word, double price, double *qty_base) {
    if (word[0] != '$') {
        return parse_number(word, NUMBER_MAX, qty_base);
    }
    bool good = parse_number(word + 1, NUMBER_MAX, qty_base);
    *qty_base /= price;
    return good && *qty_base > 0;
}

/* What stands behind the price of a stop or a position. */
static bool parse_holding(const char *at, struct lines_item *line, char *reason) {
    char word[LINES_LABEL_BYTES];
    if (!next_word(&at, word) || !parse_side(word, &line->is_short)) {
        return refuse(reason, word,
                      word[0] != '\0' ? "not a side; expected long or short"
                                      : "no side; expected long or short after the price");
    }
    if (!next_word(&at, word) || !parse_size(word, line->price, &line->qty_base)) {
        return refuse(reason, word,
                      word[0] != '\0' ? "not a size; expected coins such as 0.5, or $5000"
                                      : "no size; expected coins such as 0.5, or $5000");
    }
    bool fits = next_word(&at, word);
    if (line->kind == LINES_POSITION && word[0] != '\0') {
        size_t last = strlen(word) - 1;
        word[last] = word[last] == 'x' && last > 0 ? '\0' : word[last];
        if (!fits || !parse_number(word, LEVERAGE_MAX, &line->leverage) || line->leverage < 1) {
            return refuse(reason, word, "not a leverage; expected 1 to 1000");
        }
        fits = next_word(&at, word);
    }
    return (fits && word[0] == '\0') || refuse(reason, word, "more than is expected");
}

/* Labels are shown and written back: one line of printable bytes. */
static bool parse_label(const char *at, struct lines_item *line, char *reason) {
    at += strspn(at, " \t");
    size_t len = strlen(at);
    while (len > 0 && is_blank(at[len - 1])) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)at[i] < ' ' || at[i] == 0x7f) {
            return refuse(reason, "", "the label holds a control character");
        }
    }
    return str_copy_span(line->label, sizeof line->label, (struct span){at, len}) ||
           refuse(reason, at, "too long a label; expected at most 47 bytes");
}

bool lines_item_parse(enum lines_kind kind, const char *text, struct lines_item *out,
                      char reason[LINES_REASON_BYTES]) {
    struct lines_item line = {.kind = kind};
    char word[LINES_LABEL_BYTES];
    const char *at = text;
    if (!next_word(&at, word) || !parse_number(word, NUMBER_MAX, &line.price)) {
        return refuse(reason, word,
                      word[0] != '\0' ? "not a price; expected a number above 0"
                                      : "no price; expected a number above 0");
    }
    bool good =
        kind == LINES_PLAIN ? parse_label(at, &line, reason) : parse_holding(at, &line, reason);
    if (good) {
        *out = line;
    }
    return good;
}

/* As short as it is read back exactly. */
static void add_number(double number, char out[LINES_TEXT_BYTES]) {
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        str_format(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    str_append(out, LINES_TEXT_BYTES, " %s", text);
}

const char *lines_item_format(const struct lines_item *line, char out[LINES_TEXT_BYTES]) {
    str_copy(out, LINES_TEXT_BYTES, kind_keys[line->kind]);
    add_number(line->price, out);
    if (line->kind == LINES_PLAIN) {
        str_append(out, LINES_TEXT_BYTES, "%s%s", line->label[0] != '\0' ? " " : "", line->label);
        return out;
    }
    str_append(out, LINES_TEXT_BYTES, " %s", line->is_short ? "short" : "long");
    add_number(line->qty_base, out);
    if (line->leverage > 0) {
        add_number(line->leverage, out);
    }
    return out;
}

double lines_item_profit_usd(const struct lines_item *line, double price) {
    double gain = (price - line->price) * line->qty_base;
    return line->is_short ? -gain : gain;
}

/* -- lines -- */

bool lines_add(struct lines *lines, const struct lines_item *line) {
    if (lines->count == LINES_MAX) {
        return false;
    }
    lines->items[lines->count++] = *line;
    return true;
}

void lines_remove(struct lines *lines, int index) {
    assert(index >= 0);
    assert(index < lines->count);
    lines->count--;
    for (int i = index; i < lines->count; i++) {
        lines->items[i] = lines->items[i + 1];
    }
}

int lines_find(const struct lines *lines, double ln_price, double ln_reach) {
    int nearest = -1;
    for (int i = 0; i < lines->count; i++) {
        double away = fabs(log(lines->items[i].price) - ln_price);
        if (away <= ln_reach) {
            ln_reach = away;
            nearest = i;
        }
    }
    return nearest;
}

/* -- the book -- */

struct lines *lines_book_get(struct lines_book *book, const char *key, bool wanted) {
    for (int i = 0; i < book->count; i++) {
        if (strcmp(book->sets[i].key, key) == 0) {
            return &book->sets[i].lines;
        }
    }
    if (!wanted || book->count == LINES_SET_MAX || strlen(key) >= LINES_KEY_BYTES) {
        return NULL;
    }
    memset(&book->sets[book->count], 0, sizeof book->sets[0]);
    str_copy(book->sets[book->count].key, LINES_KEY_BYTES, key);
    return &book->sets[book->count++].lines;
}

struct reading {
    const char *name;
    int number; /* of the line, from 1 */
    const struct lines_report *report;
    int mistakes;
    struct lines_book *book;
    struct lines *lines; /* of the section; NULL: before the first, or it was refused */
    bool refused;        /* the section's own mistake was told */
};

static void tell(struct reading *reading, const char *reason) {
    char line[LINES_REASON_BYTES + 128];
    reading->mistakes++;
    str_format(line, sizeof line, "%.100s:%d: %s", reading->name, reading->number, reason);
    if (reading->report != NULL && reading->report->on_error != NULL) {
        reading->report->on_error(reading->report->user, line);
    }
}

static bool is_key(const char *key) {
    const char *colon = strchr(key, ':');
    bool good = colon != NULL && colon != key && colon[1] != '\0';
    for (const char *c = key; *c != '\0' && good; c++) {
        good = (unsigned char)*c > ' ' && *c != 0x7f && *c != '[' && *c != ']';
    }
    return good;
}

static void take_section(struct reading *reading, char *text) {
    char reason[LINES_REASON_BYTES];
    size_t len = strlen(text);
    reading->lines = NULL;
    reading->refused = true;
    if (text[len - 1] != ']' || len < 3) {
        tell(reading, "section without its \"]\"; expected [venue:SYMBOL]");
        return;
    }
    text[len - 1] = '\0';
    const char *key = text + 1;
    if (!is_key(key) || strlen(key) >= LINES_KEY_BYTES) {
        str_format(reason, sizeof reason, "[%.60s]: not an instrument; expected [venue:SYMBOL]",
                   key);
        tell(reading, reason);
        return;
    }
    reading->lines = lines_book_get(reading->book, key, true);
    reading->refused = reading->lines == NULL;
    if (reading->refused) {
        str_format(reason, sizeof reason, "[%.60s]: more than %d instruments; left out", key,
                   LINES_SET_MAX);
        tell(reading, reason);
    }
}

static void take_line(struct reading *reading, const char *text) {
    char reason[LINES_REASON_BYTES];
    size_t len = strcspn(text, " \t");
    struct lines_item line;
    int kind = 0;
    while (kind < LINES_KIND_COUNT &&
           !(strlen(kind_keys[kind]) == len && memcmp(text, kind_keys[kind], len) == 0)) {
        kind++;
    }
    if (kind == LINES_KIND_COUNT) {
        str_format(reason, sizeof reason, "\"%.*s\": unknown; expected line, stop or position",
                   len < 60 ? (int)len : 60, text);
        tell(reading, reason);
    } else if (!lines_item_parse((enum lines_kind)kind, text + len, &line, reason)) {
        tell(reading, reason);
    } else if (reading->lines == NULL) {
        if (!reading->refused) {
            tell(reading, "before the first [venue:SYMBOL]");
        }
    } else if (!lines_add(reading->lines, &line)) {
        str_format(reason, sizeof reason, "more than %d lines of one instrument; left out",
                   LINES_MAX);
        tell(reading, reason);
    }
}

int lines_book_parse(const char *name, const char *bytes, size_t len, struct lines_book *out,
                     const struct lines_report *report) {
    struct reading reading = {.name = name, .report = report, .book = out};
    memset(out, 0, sizeof *out);
    for (size_t at = 0; at < len;) {
        const char *end = memchr(bytes + at, '\n', len - at);
        size_t line_len = end != NULL ? (size_t)(end - bytes) - at : len - at;
        struct span span = {bytes + at, line_len};
        char text[2 * LINES_TEXT_BYTES];
        at += line_len + 1;
        reading.number++;
        while (span.len > 0 && (is_blank(span.bytes[0]))) {
            span.bytes++;
            span.len--;
        }
        while (span.len > 0 &&
               (is_blank(span.bytes[span.len - 1]) || span.bytes[span.len - 1] == '\r')) {
            span.len--;
        }
        if (span.len == 0 || span.bytes[0] == '#') {
            continue;
        }
        if (memchr(span.bytes, '\0', span.len) != NULL || !str_copy_span(text, sizeof text, span)) {
            tell(&reading, "not a line of text, or too long a one");
        } else if (text[0] == '[') {
            take_section(&reading, text);
        } else {
            take_line(&reading, text);
        }
    }
    return reading.mistakes;
}

size_t lines_book_format(const struct lines_book *book, char *out, size_t out_bytes) {
    bool fits = str_copy(out, out_bytes,
                         "# liqscope: lines, stops and positions of one's own. Nobody else sees "
                         "them.\n");
    for (int i = 0; i < book->count && fits; i++) {
        const struct lines *lines = &book->sets[i].lines;
        size_t len = strlen(out);
        if (lines->count == 0) {
            continue;
        }
        fits = str_format(out + len, out_bytes - len, "\n[%s]\n", book->sets[i].key);
        for (int k = 0; k < lines->count && fits; k++) {
            char text[LINES_TEXT_BYTES];
            len = strlen(out);
            fits = str_format(out + len, out_bytes - len, "%s\n",
                              lines_item_format(&lines->items[k], text));
        }
    }
    return fits ? strlen(out) : 0;
}
