/* control/alert_rule.c - reading a rule, word by word.
 *
 * A word is a number ("0.5", "-0.01"), one sign ('%', '$'), or a run of other visible characters; a
 * number ends where its characters do, so that "10M", "10 M" and "60s", "60 s" read the same. The
 * grammar is in the header, one function a line of it. */
#include "control/alert_rule.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { WORD_BYTES = 64, EXPECTED_BYTES = 160 };

#define USD_MAX     1e15
#define SPAN_MS_MAX (7 * 86400e3)

static const struct {
    const char *name, *unit;
} kinds[] = {
#define ALERT_KIND_ROW(id, name, unit) {name, unit},
    ALERT_KIND_LIST(ALERT_KIND_ROW)
#undef ALERT_KIND_ROW
};

static const enum chime kind_chimes[] = {
    [ALERT_NEAR] = CHIME_NEAR,          [ALERT_PRICE] = CHIME_BELL,
    [ALERT_CLUSTER] = CHIME_BELL,       [ALERT_TOUCHED] = CHIME_NEAR,
    [ALERT_SWEPT] = CHIME_SWEPT,        [ALERT_LIQUIDATIONS] = CHIME_BURST,
    [ALERT_OPEN_INTEREST] = CHIME_BELL, [ALERT_FUNDING] = CHIME_BELL,
    [ALERT_SILENT] = CHIME_SILENT,
};
static_assert(ARRAY_COUNT(kind_chimes) == ALERT_KIND_COUNT, "a chime per kind");

struct reader {
    const char *text; /* printable, terminated */
    size_t at, end;   /* the word in hand; at == end: none is left */
    size_t before;    /* where the word before it ended */
    char *error;
};

/* -- words -- */

static bool is_number_char(char c) {
    return (c >= '0' && c <= '9') || c == '.';
}

static void read_next(struct reader *reader) {
    const char *text = reader->text;
    reader->before = reader->end;
    size_t at = reader->end + strspn(text + reader->end, " ");
    size_t end = at;
    if (text[at] == '%' || text[at] == '$') {
        end++;
    } else if (is_number_char(text[at]) || (text[at] == '-' && is_number_char(text[at + 1]))) {
        end++;
        while (is_number_char(text[end])) {
            end++;
        }
    } else {
        end += strcspn(text + end, " %");
    }
    reader->at = at;
    reader->end = end;
}

static bool refuse(struct reader *reader, const char *expected) {
    str_format(reader->error, ALERT_ERROR_BYTES, "expected %s", expected);
    if (reader->before > 0) {
        str_append(reader->error, ALERT_ERROR_BYTES, " after \"%.*s\"", (int)reader->before,
                   reader->text);
    }
    if (reader->at == reader->end) {
        str_append(reader->error, ALERT_ERROR_BYTES, ", got nothing more");
    } else {
        str_append(reader->error, ALERT_ERROR_BYTES, ", got \"%.*s\" (column %zu)",
                   (int)(reader->end - reader->at), reader->text + reader->at, reader->at + 1);
    }
    return false;
}

static bool is_word(const struct reader *reader, const char *word) {
    char here[WORD_BYTES];
    const struct span span = {reader->text + reader->at, reader->end - reader->at};
    return str_copy_span(here, sizeof here, span) && str_equal_nocase(here, word);
}

static bool take(struct reader *reader, const char *word) {
    if (!is_word(reader, word)) {
        return false;
    }
    read_next(reader);
    return true;
}

static bool want(struct reader *reader, const char *word) {
    char expected[EXPECTED_BYTES];
    str_format(expected, sizeof expected, "\"%s\"", word);
    return take(reader, word) || refuse(reader, expected);
}

/* -- numbers with their units -- */

static bool take_number(struct reader *reader, double *out) {
    char text[WORD_BYTES];
    const struct span span = {reader->text + reader->at, reader->end - reader->at};
    if (span.len == 0 || strspn(span.bytes, "0123456789.-") < span.len ||
        !str_copy_span(text, sizeof text, span)) {
        return false;
    }
    char *end = NULL;
    *out = strtod(text, &end);
    if (*end != '\0' || end == text || !isfinite(*out)) {
        return false;
    }
    read_next(reader);
    return true;
}

/* 1 where no such letter follows. */
static double take_thousands(struct reader *reader) {
    static const char letters[] = "kMBT";
    for (int i = 0; i < 4; i++) {
        if (take(reader, (const char[2]){letters[i], '\0'})) {
            return pow(1000, i + 1);
        }
    }
    return 1;
}

static bool want_usd(struct reader *reader, double *out) {
    struct reader begin = *reader;
    take(reader, "$");
    bool number = take_number(reader, out);
    if (number) {
        *out *= take_thousands(reader);
        take(reader, "USD");
    }
    if (!number || !(*out > 0 && *out <= USD_MAX)) {
        *reader = begin;
        return refuse(reader, "an amount above 0, such as 10M USD");
    }
    return true;
}

static bool want_share(struct reader *reader, double least, double most, double *out) {
    struct reader begin = *reader;
    double percent = 0;
    if (!take_number(reader, &percent) || !(percent >= least && percent <= most)) {
        char expected[EXPECTED_BYTES];
        str_format(expected, sizeof expected, "a number from %g to %g and %%", least, most);
        *reader = begin;
        return refuse(reader, expected);
    }
    *out = percent / 100;
    return want(reader, "%");
}

static bool want_span(struct reader *reader, int64_t *out_ms) {
    static const struct {
        const char *name;
        double ms;
    } units[] = {{"s", 1e3},    {"sec", 1e3},      {"m", 60e3},    {"min", 60e3},
                 {"h", 3600e3}, {"hours", 3600e3}, {"d", 86400e3}, {"days", 86400e3}};
    struct reader begin = *reader;
    double number = 0;
    if (take_number(reader, &number)) {
        for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
            double ms = number * units[i].ms;
            if (is_word(reader, units[i].name) && ms >= 1000 && ms <= SPAN_MS_MAX) {
                *out_ms = (int64_t)ms;
                read_next(reader);
                return true;
            }
        }
    }
    *reader = begin;
    return refuse(reader, "a length of time from 1 s to 7 d, such as 90 s, 30 m, 4 h");
}

/* -- conditions -- */

static enum alert_side take_side(struct reader *reader) {
    if (take(reader, "long")) {
        return ALERT_LONG;
    }
    return take(reader, "short") ? ALERT_SHORT : ALERT_ANY_SIDE;
}

static bool want_cluster(struct reader *reader, double *out_usd) {
    return want(reader, "cluster") && want(reader, "above") && want_usd(reader, out_usd);
}

/* price within 0.5 % of [long|short] cluster above 10M USD; price above|below 70000 */
static bool read_price(struct reader *reader, struct alert_rule *rule) {
    if (take(reader, "within")) {
        rule->kind = ALERT_NEAR;
        if (!want_share(reader, 0.01, 50, &rule->threshold) || !want(reader, "of")) {
            return false;
        }
        rule->side = take_side(reader);
        return want_cluster(reader, &rule->least_usd);
    }
    rule->kind = ALERT_PRICE;
    rule->relation = is_word(reader, "below") ? ALERT_BELOW : ALERT_ABOVE;
    if (!take(reader, "above") && !take(reader, "below")) {
        return refuse(reader, "\"within\", \"above\" or \"below\"");
    }
    struct reader begin = *reader;
    if (!take_number(reader, &rule->threshold) || !(rule->threshold > 0)) {
        *reader = begin;
        return refuse(reader, "a price above 0");
    }
    rule->threshold *= take_thousands(reader);
    return true;
}

/* cluster above 50M USD [within 5 %]; cluster above 20M USD touched|swept */
static bool read_cluster(struct reader *reader, struct alert_rule *rule) {
    if (!want_cluster(reader, &rule->threshold)) {
        return false;
    }
    rule->kind = ALERT_CLUSTER;
    if (take(reader, "touched")) {
        rule->kind = ALERT_TOUCHED;
    } else if (take(reader, "swept")) {
        rule->kind = ALERT_SWEPT;
    } else if (take(reader, "within")) {
        return want_share(reader, 0.01, 50, &rule->within);
    }
    return true;
}

/* liquidations above 5M USD in 60 s */
static bool read_liquidations(struct reader *reader, struct alert_rule *rule) {
    rule->kind = ALERT_LIQUIDATIONS;
    return want(reader, "liquidations") && want(reader, "above") &&
           want_usd(reader, &rule->threshold) && want(reader, "in") &&
           want_span(reader, &rule->span_ms);
}

/* open interest change|rise|fall above 5 % in 1 h */
static bool read_open_interest(struct reader *reader, struct alert_rule *rule) {
    rule->kind = ALERT_OPEN_INTEREST;
    if (!want(reader, "interest")) {
        return false;
    }
    if (take(reader, "change")) {
        rule->relation = ALERT_CHANGE;
    } else if (take(reader, "rise")) {
        rule->relation = ALERT_ABOVE;
    } else if (take(reader, "fall")) {
        rule->relation = ALERT_BELOW;
    } else {
        return refuse(reader, "\"change\", \"rise\" or \"fall\"");
    }
    return want(reader, "above") && want_share(reader, 0.01, 1000, &rule->threshold) &&
           want(reader, "in") && want_span(reader, &rule->span_ms);
}

/* funding above|below 0.05 % */
static bool read_funding(struct reader *reader, struct alert_rule *rule) {
    rule->kind = ALERT_FUNDING;
    rule->relation = is_word(reader, "below") ? ALERT_BELOW : ALERT_ABOVE;
    if (!take(reader, "above") && !take(reader, "below")) {
        return refuse(reader, "\"above\" or \"below\"");
    }
    return want_share(reader, -100, 100, &rule->threshold);
}

/* feed silent for 30 s */
static bool read_feed(struct reader *reader, struct alert_rule *rule) {
    int64_t silent_ms = 0;
    rule->kind = ALERT_SILENT;
    if (!want(reader, "silent") || !want(reader, "for") || !want_span(reader, &silent_ms)) {
        return false;
    }
    rule->threshold = (double)silent_ms;
    return true;
}

static bool read_condition(struct reader *reader, struct alert_rule *rule) {
    rule->side = ALERT_ANY_SIDE;
    if (take(reader, "price")) {
        return read_price(reader, rule);
    }
    if (take(reader, "open")) {
        return read_open_interest(reader, rule);
    }
    if (take(reader, "funding")) {
        return read_funding(reader, rule);
    }
    if (take(reader, "feed")) {
        return read_feed(reader, rule);
    }
    rule->side = take_side(reader);
    if (is_word(reader, "cluster")) {
        return read_cluster(reader, rule);
    }
    if (is_word(reader, "liquidations")) {
        return read_liquidations(reader, rule);
    }
    return refuse(reader, rule->side != ALERT_ANY_SIDE
                              ? "\"cluster\" or \"liquidations\""
                              : "what is watched: price, cluster, liquidations, open interest, "
                                "funding or feed");
}

/* -- what stands behind the condition -- */

static bool read_market(struct reader *reader, struct alert_rule *rule) {
    const char *text = reader->text + reader->at;
    size_t len = reader->end - reader->at;
    const char *colon = memchr(text, ':', len);
    size_t venue_len = colon != NULL ? (size_t)(colon - text) : len;
    enum venue_id venue = venue_from_key(text, venue_len);
    struct span symbol = {text + venue_len, len - venue_len};
    if (colon != NULL) {
        symbol = (struct span){colon + 1, symbol.len - 1};
    }
    bool whole = rule->kind == ALERT_SILENT ? colon == NULL || symbol.len > 0 : symbol.len > 0;
    if (venue == VENUE_NONE || !whole ||
        !str_copy_span(rule->symbol, sizeof rule->symbol, symbol)) {
        return refuse(reader, "VENUE:SYMBOL, such as binance_usdm:BTCUSDT");
    }
    rule->venue = venue;
    read_next(reader);
    return true;
}

static bool read_sound(struct reader *reader, struct alert_rule *rule) {
    enum chime chime = chime_find(reader->text + reader->at, reader->end - reader->at);
    if (chime == CHIME_COUNT) {
        char expected[EXPECTED_BYTES] = "a sound's name: ";
        for (int i = 0; i < CHIME_COUNT; i++) {
            str_append(expected, sizeof expected, "%s%s", i > 0 ? ", " : "",
                       chime_name((enum chime)i));
        }
        return refuse(reader, expected);
    }
    rule->chime = chime;
    rule->by |= ALERT_BY_SOUND;
    read_next(reader);
    return true;
}

static bool read_extra(struct reader *reader, struct alert_rule *rule, int extra) {
    switch (extra) {
    case 0:
        return read_market(reader, rule);
    case 1:
        return want_span(reader, &rule->for_ms);
    case 2:
        return want_span(reader, &rule->every_ms);
    case 3:
        return read_sound(reader, rule);
    case 4:
        rule->by |= ALERT_BY_NOTIFY;
        return true;
    case 5:
        rule->by |= ALERT_BY_WEBHOOK;
        return true;
    case 6:
        rule->by |= ALERT_BY_COMMAND;
        return true;
    default:
        return true; /* quiet */
    }
}

static bool read_extras(struct reader *reader, struct alert_rule *rule) {
    static const char *const words[] = {"on",     "for",     "every",   "sound",
                                        "notify", "webhook", "command", "quiet"};
    enum { EXTRA_WAYS = 3 /* from sound on: they say by what it is told */ };
    unsigned seen = 0;
    rule->every_ms = ALERT_EVERY_MS;
    while (reader->at < reader->end) {
        int extra = 0;
        while (extra < (int)ARRAY_COUNT(words) &&
               (!is_word(reader, words[extra]) || (seen & (1U << extra)) != 0)) {
            extra++;
        }
        if (extra == (int)ARRAY_COUNT(words)) {
            char expected[EXPECTED_BYTES] = "";
            for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
                if ((seen & (1U << i)) == 0) {
                    str_append(expected, sizeof expected, "\"%s\", ", words[i]);
                }
            }
            str_append(expected, sizeof expected, "or nothing more");
            return refuse(reader, expected);
        }
        read_next(reader);
        if (!read_extra(reader, rule, extra)) {
            return false;
        }
        seen |= 1U << extra;
    }
    rule->named = rule->by;
    if (seen >> EXTRA_WAYS == 0) {
        rule->by = ALERT_BY_ALL;
    }
    return true;
}

/* -- the whole -- */

static bool copy_name(const char *name, size_t len, char out[ALERT_NAME_BYTES], char *error) {
    bool plain = len > 0 && len < ALERT_NAME_BYTES;
    for (size_t i = 0; plain && i < len; i++) {
        char c = name[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '-' || c == '_';
    }
    if (!plain) {
        str_format(error, ALERT_ERROR_BYTES,
                   "expected a name of 1 to %d letters, digits, '-' and '_'", ALERT_NAME_BYTES - 1);
        return false;
    }
    return str_copy_span(out, ALERT_NAME_BYTES, (struct span){name, len});
}

static bool copy_text(const char *text, size_t len, char out[ALERT_TEXT_BYTES], char *error) {
    if (len >= ALERT_TEXT_BYTES) {
        str_format(error, ALERT_ERROR_BYTES, "expected a rule of at most %d characters, got %zu",
                   ALERT_TEXT_BYTES - 1, len);
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = text[i] == '\t' ? ' ' : text[i];
        if (out[i] < ' ' || out[i] > '~' || out[i] == '"' || out[i] == '\\') {
            str_format(error, ALERT_ERROR_BYTES,
                       "expected plain characters without \" and \\, got byte %d (column %zu)",
                       (unsigned char)text[i], i + 1);
            return false;
        }
    }
    out[len] = '\0';
    return true;
}

const char *alert_kind_name(enum alert_kind kind) {
    assert(kind < ALERT_KIND_COUNT);
    return kinds[kind].name;
}

const char *alert_kind_unit(enum alert_kind kind) {
    assert(kind < ALERT_KIND_COUNT);
    return kinds[kind].unit;
}

bool alert_rule_parse(const char *name, size_t name_len, const char *text, size_t text_len,
                      struct alert_rule *out, char error[ALERT_ERROR_BYTES]) {
    struct alert_rule rule = {.chime = CHIME_COUNT};
    if (!copy_name(name, name_len, rule.name, error) ||
        !copy_text(text, text_len, rule.text, error)) {
        return false;
    }
    struct reader reader = {.text = rule.text, .error = error};
    read_next(&reader);
    if (!read_condition(&reader, &rule) || !read_extras(&reader, &rule)) {
        return false;
    }
    if (rule.chime == CHIME_COUNT) {
        rule.chime = kind_chimes[rule.kind];
    }
    *out = rule;
    return true;
}

int alert_rules_find(const struct alert_rules *rules, const char *name, size_t name_len) {
    for (int i = 0; i < rules->count; i++) {
        if (span_equal_text((struct span){name, name_len}, rules->items[i].name)) {
            return i;
        }
    }
    return -1;
}

bool alert_rules_add(struct alert_rules *rules, const char *name, size_t name_len, const char *text,
                     size_t text_len, char error[ALERT_ERROR_BYTES]) {
    struct alert_rule rule;
    if (!alert_rule_parse(name, name_len, text, text_len, &rule, error)) {
        return false;
    }
    if (alert_rules_find(rules, name, name_len) >= 0) {
        str_format(error, ALERT_ERROR_BYTES, "expected a name of its own; there is one \"%s\"",
                   rule.name);
        return false;
    }
    if (rules->count == ALERT_RULE_MAX) {
        str_format(error, ALERT_ERROR_BYTES, "expected at most %d rules", ALERT_RULE_MAX);
        return false;
    }
    rules->items[rules->count++] = rule;
    return true;
}
