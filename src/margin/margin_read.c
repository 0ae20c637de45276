/* margin/margin_read.c - margin tables from CSV text.
 *
 *     # a comment
 *     source,the venue's notice of 2025-08-17      begins a block: what follows is of this source
 *     date,2025-08-19                              as exact as it is known: YYYY, YYYY-MM,
 * YYYY-MM-DD contract,linear                              or inverse; linear where it is left out
 *     unit,quote                                   or base: floor, cap and amount in coins
 *     fee,okx,0.0005                               f of a venue's formula
 *     binance_usdm,BTCUSDT,0,300000,0.004,150,0    one tier
 *
 * A line that is wrong refuses the whole text, with its place and the reason: half a table would
 * give wrong prices without a word. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "margin/margin.h"
#include "market/decimal.h"

enum { FIELD_COUNT = 7, FEE_FIELD_COUNT = 3, FILE_BYTES_MAX = 1 << 20 };
#define FEE_MAX 0.1 /* what the model takes */

struct row {
    struct margin_tier tier;
    enum venue_id venue;
    struct span symbol;
};

struct reader {
    struct margin_set *set; /* grows */
    const char *name;
    int line;
    int first_new;             /* tables below came from earlier texts */
    bool open;                 /* the last table still takes rows */
    bool fee_new[VENUE_COUNT]; /* told by this text */
    struct margin_table block; /* origin, contract and unit of the tables to come */
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

/* -- fields -- */

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

/* -- facts that stand above the tiers -- */

/* A whole number of `count` digits in [low, high]. */
static bool digits_within(const char *digits, int count, int low, int high) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
        value = value * 10 + (digits[i] - '0');
    }
    return value >= low && value <= high;
}

static bool date_valid(struct span text) {
    bool whole = text.len == 4 || text.len == 7 || text.len == 10;
    return whole && digits_within(text.bytes, 4, 2009, 2100) &&
           (text.len < 7 || (text.bytes[4] == '-' && digits_within(text.bytes + 5, 2, 1, 12))) &&
           (text.len < 10 || (text.bytes[7] == '-' && digits_within(text.bytes + 8, 2, 1, 31)));
}

static bool read_source(struct reader *reader, struct span text) {
    bool printable = text.len > 0 && text.len < MARGIN_SOURCE_BYTES;
    for (size_t i = 0; i < text.len; i++) {
        printable = printable && (unsigned char)text.bytes[i] >= ' ' && text.bytes[i] != 0x7f;
    }
    if (!printable) {
        return refuse(reader, "source is empty, longer than %d bytes, or not plain text",
                      MARGIN_SOURCE_BYTES - 1);
    }
    reader->block = (struct margin_table){.contract = CONTRACT_LINEAR};
    str_copy_span(reader->block.origin.source, MARGIN_SOURCE_BYTES, text);
    reader->open = false;
    return true;
}

static bool read_date(struct reader *reader, struct span text) {
    if (!date_valid(text)) {
        return refuse(reader, "date '%.*s' is not YYYY, YYYY-MM or YYYY-MM-DD", (int)text.len,
                      text.bytes);
    }
    str_copy_span(reader->block.origin.date, MARGIN_DATE_BYTES, text);
    reader->open = false;
    return true;
}

/* One of two words. */
static bool read_choice(struct reader *reader, const char *name, struct span text,
                        const char *first, const char *second, bool *is_second) {
    *is_second = span_equal_text(text, second);
    if (!*is_second && !span_equal_text(text, first)) {
        return refuse(reader, "%s '%.*s' is neither %s nor %s", name, (int)text.len, text.bytes,
                      first, second);
    }
    reader->open = false;
    return true;
}

static bool require_origin(const struct reader *reader) {
    if (reader->block.origin.source[0] == '\0' || reader->block.origin.date[0] == '\0') {
        return refuse(reader, "no %s is given above it: a line '%s'",
                      reader->block.origin.source[0] == '\0' ? "source" : "date",
                      reader->block.origin.source[0] == '\0' ? "source,TEXT" : "date,YYYY-MM-DD");
    }
    return true;
}

static bool read_fee(struct reader *reader, int count, const struct span fields[FIELD_COUNT]) {
    double rate = 0;
    if (count != FEE_FIELD_COUNT) {
        return refuse(reader, "%d fields, expected %d: fee,VENUE,RATE", count, FEE_FIELD_COUNT);
    }
    enum venue_id venue = venue_from_key(fields[1].bytes, fields[1].len);
    if (venue == VENUE_NONE) {
        return refuse(reader, "venue '%.*s' is not known", (int)fields[1].len, fields[1].bytes);
    }
    if (!parse_number(fields[2], &rate) || !(rate >= 0 && rate < FEE_MAX)) {
        return refuse(reader, "fee '%.*s' is not a number from 0 to below %g", (int)fields[2].len,
                      fields[2].bytes, FEE_MAX);
    }
    if (reader->fee_new[venue]) {
        return refuse(reader, "a second fee of %s", venue_key(venue));
    }
    if (!require_origin(reader)) {
        return false;
    }
    reader->fee_new[venue] = true;
    reader->set->fees[venue] = (struct margin_fee){.rate = rate, .origin = reader->block.origin};
    return true;
}

/* A row of facts? *good: it could be used. */
static bool read_facts(struct reader *reader, struct span line, bool *good) {
    struct span fields[FIELD_COUNT];
    int count = split_fields(line, fields);
    bool second = false;
    if (count < 2) {
        return false;
    }
    /* A source may hold commas. */
    size_t head = (size_t)(fields[1].bytes - line.bytes);
    struct span rest = trim((struct span){fields[1].bytes, line.len - head});
    if (span_equal_text(fields[0], "source")) {
        *good = read_source(reader, rest);
    } else if (span_equal_text(fields[0], "date")) {
        *good = read_date(reader, rest);
    } else if (span_equal_text(fields[0], "contract")) {
        *good = read_choice(reader, "contract", rest, "linear", "inverse", &second);
        reader->block.contract = second ? CONTRACT_INVERSE : CONTRACT_LINEAR;
    } else if (span_equal_text(fields[0], "unit")) {
        *good = read_choice(reader, "unit", rest, "quote", "base", &second);
        reader->block.in_base = second;
    } else if (span_equal_text(fields[0], "fee")) {
        *good = read_fee(reader, count, fields);
    } else {
        return false;
    }
    return true;
}

/* -- tiers -- */

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
    row->tier = (struct margin_tier){.floor = numbers[2],
                                     .cap = numbers[3],
                                     .mmr = numbers[4],
                                     .leverage_max = numbers[5],
                                     .amount = numbers[6]};
    return true;
}

/* Is the row a tier by itself? */
static bool check_tier(const struct reader *reader, const struct margin_tier *tier) {
    if (!(tier->floor >= 0 && tier->floor < tier->cap)) {
        return refuse(reader, "floor %g is not below cap %g", tier->floor, tier->cap);
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
    if (!(tier->amount >= 0 && tier->amount < 1e15)) {
        return refuse(reader, "amount %g is not 0 or more", tier->amount);
    }
    return true;
}

/* Does it go on where the tier before it ended? */
static bool check_next(const struct reader *reader, const struct margin_tier *last,
                       const struct margin_tier *next) {
    if (next->floor != last->cap) {
        return refuse(reader, "floor %g leaves a hole or overlaps: the tier before ends at %g",
                      next->floor, last->cap);
    }
    if (next->mmr <= last->mmr || next->leverage_max >= last->leverage_max) {
        return refuse(reader, "mmr must rise and maxlev fall from tier to tier");
    }
    double amount = last->amount + next->floor * (next->mmr - last->mmr);
    double slack = fmax(reader->block.in_base ? 1e-4 : 1, 0.005 * amount);
    if (fabs(next->amount - amount) > slack) {
        return refuse(reader, "amount %.10g breaks continuity, expected about %.10g", next->amount,
                      amount);
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
    if (row->tier.floor != 0 || row->tier.amount != 0) {
        return refuse(reader, "a table starts with floor 0 and amount 0, this one with %g and %g",
                      row->tier.floor, row->tier.amount);
    }
    if (!require_origin(reader)) {
        return false;
    }
    if (table != NULL) { /* of an earlier text: the newer one takes its end place */
        *table = set->tables[--reader->first_new];
        set->tables[reader->first_new] = set->tables[--set->table_count];
    }
    if (set->table_count == MARGIN_TABLE_MAX) {
        return refuse(reader, "more than %d tables", MARGIN_TABLE_MAX);
    }
    table = &set->tables[set->table_count++];
    *table = reader->block;
    table->venue = row->venue;
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

static bool read_line(struct reader *reader, struct span line) {
    struct row row = {.venue = VENUE_NONE};
    bool good = true;
    if (line.len == 0 || line.bytes[0] == '#' || read_facts(reader, line, &good)) {
        return good;
    }
    return read_row(reader, line, &row) && add_row(reader, &row);
}

bool margin_set_parse(struct margin_set *out, const char *name, const char *text, size_t len,
                      char error[MARGIN_ERROR_BYTES]) {
    struct margin_set grown = *out;
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
        from += line_len + 1;
        reader.line++;
        if (!read_line(&reader, line)) {
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

bool margin_set_load_over(struct margin_set *out, const struct margin_set *source, const char *path,
                          char error[MARGIN_ERROR_BYTES]) {
    struct reader reader = {.name = path, .error = error};
    struct margin_set copy = *source;
    copy.tables = calloc(MARGIN_TABLE_MAX, sizeof(*copy.tables));
    if (copy.tables == NULL) {
        return refuse(&reader, "out of memory");
    }
    if (source->table_count > 0) {
        memcpy(copy.tables, source->tables, sizeof(*copy.tables) * (size_t)source->table_count);
    }
    if (!margin_set_load(&copy, path, error)) {
        margin_set_finish(&copy);
        return false;
    }
    margin_set_finish(out);
    *out = copy;
    return true;
}
