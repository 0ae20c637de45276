/* margin/margin_set.c - margin tables from CSV text, and what they say of an instrument. */
#include "margin/margin.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "margin/margin_files.h"
#include "market/decimal.h"

enum { FIELD_COUNT = 7, FILE_BYTES_MAX = 1 << 20 };

struct row {
    struct margin_tier tier;
    enum venue_id venue;
    struct span symbol;
};

struct reader {
    struct margin_set *set; /* grows */
    const char *name;
    int line;
    int first_new; /* tables below came from earlier files */
    bool open;     /* the last table still takes rows */
    char *error;
};

/* Always false, with the place and the reason in error. */
static bool refuse(const struct reader *reader, const char *format, ...) {
    char reason[MARGIN_ERROR_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    str_format(reader->error, MARGIN_ERROR_BYTES, "%s:%d: %s", reader->name, reader->line, reason);
    return false;
}

static struct span trim(struct span text) {
    while (text.len > 0 && strchr(" \t\r", text.bytes[0]) != NULL) {
        text.bytes++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r", text.bytes[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

static bool parse_number(struct span text, double *out) {
    struct decimal value;
    if (span_equal_text(text, "inf")) {
        *out = INFINITY;
        return true;
    }
    if (!decimal_parse(text.bytes, text.len, &value)) {
        return false;
    }
    *out = decimal_to_double(value);
    return true;
}

static int split_fields(struct span line, struct span fields[FIELD_COUNT]) {
    int count = 0;
    size_t from = 0;
    for (size_t i = 0; i <= line.len; i++) {
        if (i == line.len || line.bytes[i] == ',') {
            if (count < FIELD_COUNT) {
                fields[count] = trim((struct span){line.bytes + from, i - from});
            }
            count++;
            from = i + 1;
        }
    }
    return count;
}

static bool read_row(const struct reader *reader, struct span line, struct row *row) {
    static const char *const names[FIELD_COUNT] = {"venue", "symbol", "floor", "cap",
                                                   "mmr",   "maxlev", "amount"};
    struct span fields[FIELD_COUNT];
    double numbers[FIELD_COUNT] = {0};
    int count = split_fields(line, fields);
    if (count != FIELD_COUNT) {
        return refuse(reader, "%d fields, expected %d: venue,symbol,floor,cap,mmr,maxlev,amount",
                      count, FIELD_COUNT);
    }
    row->venue = venue_from_key(fields[0].bytes, fields[0].len);
    row->symbol = fields[1];
    if (row->venue == VENUE_NONE) {
        return refuse(reader, "venue '%.*s' is not known", (int)fields[0].len, fields[0].bytes);
    }
    if (row->symbol.len == 0 || row->symbol.len >= INSTRUMENT_SYMBOL_BYTES) {
        return refuse(reader, "symbol is empty or longer than %d bytes",
                      INSTRUMENT_SYMBOL_BYTES - 1);
    }
    for (int i = 2; i < FIELD_COUNT; i++) {
        if (!parse_number(fields[i], &numbers[i])) {
            return refuse(reader, "%s '%.*s' is not a number", names[i], (int)fields[i].len,
                          fields[i].bytes);
        }
    }
    row->tier = (struct margin_tier){.floor_usd = numbers[2],
                                     .cap_usd = numbers[3],
                                     .mmr = numbers[4],
                                     .leverage_max = numbers[5],
                                     .amount_usd = numbers[6]};
    return true;
}

/* Is the row a tier by itself? */
static bool check_tier(const struct reader *reader, const struct margin_tier *tier) {
    if (!(tier->floor_usd >= 0 && tier->floor_usd < tier->cap_usd)) {
        return refuse(reader, "floor %g is not below cap %g", tier->floor_usd, tier->cap_usd);
    }
    if (!(tier->mmr > 0 && tier->mmr < 1)) {
        return refuse(reader, "mmr %g is not between 0 and 1 (5 %% is written 0.05)", tier->mmr);
    }
    if (!(tier->leverage_max >= 1 && tier->leverage_max <= 1000)) {
        return refuse(reader, "maxlev %g is not between 1 and 1000", tier->leverage_max);
    }
    if (tier->mmr * tier->leverage_max >= 1) {
        return refuse(reader, "mmr %g is not below 1/maxlev %g: positions would open liquidated",
                      tier->mmr, 1 / tier->leverage_max);
    }
    if (!(tier->amount_usd >= 0 && tier->amount_usd < 1e15)) {
        return refuse(reader, "amount %g is not 0 or more", tier->amount_usd);
    }
    return true;
}

/* Does it go on where the tier before it ended? */
static bool check_next(const struct reader *reader, const struct margin_tier *last,
                       const struct margin_tier *next) {
    if (next->floor_usd != last->cap_usd) {
        return refuse(reader, "floor %g leaves a hole or overlaps: the tier before ends at %g",
                      next->floor_usd, last->cap_usd);
    }
    if (next->mmr <= last->mmr || next->leverage_max >= last->leverage_max) {
        return refuse(reader, "mmr must rise and maxlev fall from tier to tier");
    }
    double amount = last->amount_usd + next->floor_usd * (next->mmr - last->mmr);
    if (fabs(next->amount_usd - amount) > fmax(1, 0.005 * amount)) {
        return refuse(reader, "amount %.10g breaks continuity, expected about %.10g",
                      next->amount_usd, amount);
    }
    return true;
}

static struct margin_table *find_table(const struct margin_set *set, enum venue_id venue,
                                       struct span symbol) {
    for (int i = 0; i < set->table_count; i++) {
        if (set->tables[i].venue == venue && span_equal_text(symbol, set->tables[i].symbol)) {
            return &set->tables[i];
        }
    }
    return NULL;
}

static bool begin_table(struct reader *reader, const struct row *row) {
    struct margin_set *set = reader->set;
    struct margin_table *table = find_table(set, row->venue, row->symbol);
    if (table != NULL && table - set->tables >= reader->first_new) {
        return refuse(reader, "a second table of %s %.*s; its rows must stand together",
                      venue_key(row->venue), (int)row->symbol.len, row->symbol.bytes);
    }
    if (row->tier.floor_usd != 0 || row->tier.amount_usd != 0) {
        return refuse(reader, "a table starts with floor 0 and amount 0, this one with %g and %g",
                      row->tier.floor_usd, row->tier.amount_usd);
    }
    if (table != NULL) { /* of an earlier file: the newer one takes its end place */
        *table = set->tables[--reader->first_new];
        set->tables[reader->first_new] = set->tables[--set->table_count];
    }
    if (set->table_count == MARGIN_TABLE_MAX) {
        return refuse(reader, "more than %d tables", MARGIN_TABLE_MAX);
    }
    table = &set->tables[set->table_count++];
    *table = (struct margin_table){.venue = row->venue};
    str_copy_span(table->symbol, sizeof(table->symbol), row->symbol);
    reader->open = true;
    return true;
}

static bool add_row(struct reader *reader, const struct row *row) {
    struct margin_set *set = reader->set;
    struct margin_table *table = reader->open ? &set->tables[set->table_count - 1] : NULL;
    if (!check_tier(reader, &row->tier)) {
        return false;
    }
    if (table == NULL || table->venue != row->venue ||
        !span_equal_text(row->symbol, table->symbol)) {
        if (!begin_table(reader, row)) {
            return false;
        }
        table = &set->tables[set->table_count - 1];
    } else if (!check_next(reader, &table->tiers[table->tier_count - 1], &row->tier)) {
        return false;
    }
    if (table->tier_count == MARGIN_TIER_MAX) {
        return refuse(reader, "more than %d tiers", MARGIN_TIER_MAX);
    }
    table->tiers[table->tier_count++] = row->tier;
    return true;
}

bool margin_set_parse(struct margin_set *out, const char *name, const char *text, size_t len,
                      char error[MARGIN_ERROR_BYTES]) {
    struct margin_set grown = {.table_count = out->table_count};
    struct reader reader = {
        .set = &grown, .name = name, .first_new = out->table_count, .error = error};
    error[0] = '\0';
    grown.tables = calloc(MARGIN_TABLE_MAX, sizeof(*grown.tables));
    if (grown.tables == NULL) {
        return refuse(&reader, "out of memory");
    }
    if (out->table_count > 0) {
        memcpy(grown.tables, out->tables, sizeof(*out->tables) * (size_t)out->table_count);
    }
    for (size_t from = 0; from < len;) {
        const char *end = memchr(text + from, '\n', len - from);
        size_t line_len = end == NULL ? len - from : (size_t)(end - (text + from));
        struct span line = trim((struct span){text + from, line_len});
        struct row row = {.venue = VENUE_NONE};
        from += line_len + 1;
        reader.line++;
        if (line.len == 0 || line.bytes[0] == '#') {
            continue;
        }
        if (!read_row(&reader, line, &row) || !add_row(&reader, &row)) {
            free(grown.tables);
            return false;
        }
    }
    free(out->tables);
    *out = grown;
    return true;
}

bool margin_set_load(struct margin_set *out, const char *path, char error[MARGIN_ERROR_BYTES]) {
    struct reader reader = {.name = path, .error = error};
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(FILE_BYTES_MAX) : NULL;
    size_t len = text != NULL ? fread(text, 1, FILE_BYTES_MAX, file) : 0;
    bool whole = text != NULL && len < FILE_BYTES_MAX && ferror(file) == 0;
    if (file != NULL) {
        fclose(file);
    }
    bool good = whole ? margin_set_parse(out, path, text, len, error)
                      : refuse(&reader, "cannot be read, or is %d bytes or longer", FILE_BYTES_MAX);
    free(text);
    return good;
}

void margin_set_finish(struct margin_set *set) {
    if (set != NULL) {
        free(set->tables);
        memset(set, 0, sizeof(*set));
    }
}

static struct margin_set default_set;
static pthread_once_t default_once = PTHREAD_ONCE_INIT;

static void default_parse(void) {
    char error[MARGIN_ERROR_BYTES];
    for (size_t i = 0; i < margin_file_count; i++) {
        /* A mistake in an asset is found by tests/unit/test_margin.c; here its file is left out. */
        margin_set_parse(&default_set, margin_files[i].name, margin_files[i].text,
                         margin_files[i].size_bytes, error);
    }
}

const struct margin_set *margin_set_default(void) {
    pthread_once(&default_once, default_parse);
    return &default_set;
}

const struct margin_table *margin_set_find(const struct margin_set *set, enum venue_id venue,
                                           const char *symbol) {
    const struct margin_table *table = find_table(set, venue, span_from_text(symbol));
    return table != NULL ? table : find_table(set, venue, span_from_text("*"));
}

struct margin_facts margin_facts_of(const struct margin_set *set, enum venue_id venue,
                                    const char *symbol) {
    const struct margin_table *table =
        margin_set_find(set != NULL ? set : margin_set_default(), venue, symbol);
    struct margin_facts facts = {.mmr = MARGIN_FALLBACK_MMR,
                                 .fee = margin_fee_of(venue),
                                 .leverage_max = MARGIN_FALLBACK_LEVERAGE};
    if (table != NULL) {
        facts.mmr = table->tiers[0].mmr;
        facts.leverage_max = table->tiers[0].leverage_max;
        facts.known = strcmp(table->symbol, symbol) == 0;
    }
    return facts;
}

const struct margin_tier *margin_table_tier(const struct margin_table *table, double notional_usd) {
    int at = 0;
    while (at + 1 < table->tier_count && notional_usd > table->tiers[at].cap_usd) {
        at++;
    }
    return &table->tiers[at];
}
