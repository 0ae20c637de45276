/* Rows to slots: a row's cells become the values of a line's members (archive/event_draft.h), by
 * the header; levels and tiers become slots as their rows come, and the last row of a message says
 * the rest. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/event_csv.h"
#include "archive/event_csv_columns.h"
#include "base/hash.h"
#include "base/str.h"

enum { SCRATCH_BYTES = 4096 };
static_assert((int)CSV_COLUMN_COUNT <= (int)EVENT_CSV_COLUMNS_MAX, "our own header is read");

struct event_csv {
    struct event_lines lines;
    int fields[EVENT_CSV_COLUMNS_MAX]; /* what each column is; CSV_FIELD_COUNT: not known */
    int column_count;
    const char *why;

    /* The message at hand. */
    struct event_draft draft;
    bool open;      /* it has begun */
    bool skipping;  /* it was refused; its last row is still to come */
    uint64_t whose; /* hash of type, venue, symbol and time of its first row */

    /* The row at hand. */
    struct scan_value more[CSV_FIELD_COUNT - FIELD_COUNT]; /* what no line has */
    char scratch[SCRATCH_BYTES];                           /* cells with escapes, as JSON strings */
    size_t scratch_len;
};

static const struct {
    const char *name;
    int field;
} columns[CSV_COLUMN_COUNT] = {
#define CSV_ROW(name, text, unit, field) {text, field},
    CSV_COLUMN_LIST(CSV_ROW)
#undef CSV_ROW
};

struct event_csv *event_csv_create(struct instrument_table *instruments) {
    struct event_csv *csv = calloc(1, sizeof *csv);
    if (csv != NULL) {
        event_lines_init(&csv->lines, instruments);
        csv->why = "";
    }
    return csv;
}

void event_csv_destroy(struct event_csv *csv) {
    free(csv);
}

const char *event_csv_why(const struct event_csv *csv) {
    return csv->why;
}

bool event_csv_is_open(const struct event_csv *csv) {
    return csv->open;
}

static enum status refuse(struct event_csv *csv, enum status status, const char *why) {
    csv->why = why;
    return status;
}

/* -- cells -- */

/* The next cell as it is written, quotes included; false: there is none. *at is left behind its
 * comma, or at NULL behind the last. */
static bool next_cell(const char **at, const char *end, struct span *cell) {
    const char *p = *at;
    if (p == NULL) {
        return false;
    }
    bool quoted = false;
    while (p < end && (quoted || *p != ',')) {
        quoted ^= *p == '"';
        p++;
    }
    *cell = (struct span){*at, (size_t)(p - *at)};
    *at = p < end ? p + 1 : NULL;
    return true;
}

/* A cell with quotes or backslashes as a JSON string in the scratch. */
static bool unquote(struct event_csv *csv, struct span cell, struct scan_value *out) {
    const bool quoted = cell.len >= 2 && cell.bytes[0] == '"' && cell.bytes[cell.len - 1] == '"';
    const char *p = cell.bytes + quoted, *const end = cell.bytes + cell.len - quoted;
    char *const begin = csv->scratch + csv->scratch_len;
    char *to = begin;
    if (cell.len + 3 > SCRATCH_BYTES - csv->scratch_len) {
        return false;
    }
    *to++ = '"';
    while (p < end) {
        if (*p == '"') {
            if (!quoted || p + 1 == end || p[1] != '"') {
                return false;
            }
            *to++ = '\\';
            p++;
        }
        *to++ = *p++;
    }
    *to++ = '"';
    struct scan scan;
    csv->scratch_len += (size_t)(to - begin);
    scan_init(&scan, begin, (size_t)(to - begin));
    return scan_read(&scan, out) == SCAN_STRING && scan_end(&scan);
}

static bool is_plain(struct span cell) {
    return memchr(cell.bytes, '"', cell.len) == NULL && memchr(cell.bytes, '\\', cell.len) == NULL;
}

/* An empty cell is absent. */
static bool read_cell(struct event_csv *csv, struct span cell, struct scan_value *out) {
    if (cell.len == 0) {
        out->type = SCAN_NONE;
        return true;
    }
    if (!is_plain(cell)) {
        return unquote(csv, cell, out);
    }
    *out = (struct scan_value){.type = SCAN_STRING, .text = cell};
    return true;
}

static bool read_flag(struct scan_value *value) {
    const bool yes = value->type == SCAN_STRING && span_equal_text(value->text, "true");
    const bool no = value->type == SCAN_STRING && span_equal_text(value->text, "false");
    if (yes || no) {
        value->type = yes ? SCAN_TRUE : SCAN_FALSE;
    }
    return yes || no || value->type == SCAN_NONE;
}

static struct scan_value *find_value(struct event_csv *csv, int field) {
    return field < FIELD_COUNT ? &csv->draft.values[field] : &csv->more[field - FIELD_COUNT];
}

static const char *read_cells(struct event_csv *csv, const char *line, size_t len) {
    static const int flags[] = {FIELD_COMPLETE, FIELD_HISTORY, FIELD_SIMULATED, FIELD_CLOSED,
                                CSV_FIELD_END};
    const char *at = line;
    struct span cell = {0};
    int count = 0;
    csv->scratch_len = 0;
    event_draft_forget_values(&csv->draft);
    for (int i = 0; i < CSV_FIELD_COUNT - FIELD_COUNT; i++) {
        csv->more[i].type = SCAN_NONE;
    }
    while (next_cell(&at, line + len, &cell)) {
        if (count == csv->column_count) {
            return "expected as many cells as the header has, got more";
        }
        const int field = csv->fields[count++];
        if (field < CSV_FIELD_COUNT && !read_cell(csv, cell, find_value(csv, field))) {
            return "expected a quoted cell to end, and its escapes as in JSON";
        }
    }
    if (count < csv->column_count) {
        return "expected as many cells as the header has, got fewer";
    }
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        if (!read_flag(find_value(csv, flags[i]))) {
            return "expected true or false";
        }
    }
    return NULL;
}

/* -- header -- */

static struct span without_mark(const char *line, size_t len) {
    const bool marked = len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0;
    return (struct span){line + (marked ? 3 : 0), len - (marked ? 3 : 0)};
}

/* A header's cell without quotes and unit. */
static int find_column(struct span cell) {
    if (cell.len >= 2 && cell.bytes[0] == '"' && cell.bytes[cell.len - 1] == '"') {
        cell = (struct span){cell.bytes + 1, cell.len - 2};
    }
    for (size_t i = 0; i + 1 < cell.len; i++) {
        if (cell.bytes[i] == ' ' && cell.bytes[i + 1] == '(') {
            cell.len = i;
        }
    }
    for (int i = 0; i < CSV_COLUMN_COUNT; i++) {
        if (span_equal_text(cell, columns[i].name)) {
            return columns[i].field;
        }
    }
    return CSV_FIELD_COUNT;
}

static bool has_any(struct span text, const char *bytes) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] != '\0' && strchr(bytes, text.bytes[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Somebody else's table is one, too, so that it is refused as one; a line of JSON, whole or
 * damaged, has its brackets. */
bool event_csv_is_header(const char *line, size_t len) {
    const struct span text = without_mark(line, len);
    const char *at = text.bytes;
    struct span cell = {0};
    if (text.len == 0 || text.bytes[0] == '{') {
        return false;
    }
    while (has_any(text, ",") && next_cell(&at, text.bytes + text.len, &cell)) {
        if (find_column(cell) != CSV_FIELD_COUNT) {
            return true;
        }
    }
    return has_any(text, ",;\t") && !has_any(text, "{}[]");
}

enum status event_csv_read_header(struct event_csv *csv, const char *line, size_t len) {
    static const int needed[] = {FIELD_TYPE, FIELD_VENUE, FIELD_SYMBOL, FIELD_TS};
    const struct span text = without_mark(line, len);
    const char *at = text.bytes;
    bool found[CSV_FIELD_COUNT + 1] = {false};
    struct span cell = {0};
    csv->column_count = 0;
    while (next_cell(&at, text.bytes + text.len, &cell)) {
        const int field = find_column(cell);
        if (csv->column_count == EVENT_CSV_COLUMNS_MAX) {
            return refuse(csv, STATUS_MALFORMED, "expected at most 64 columns");
        }
        if (found[field] && field != CSV_FIELD_COUNT) {
            return refuse(csv, STATUS_MALFORMED, "expected each column once");
        }
        found[field] = true;
        csv->fields[csv->column_count++] = field;
    }
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++) {
        if (!found[needed[i]]) {
            return refuse(csv, STATUS_MALFORMED,
                          "expected a CSV header with the columns type, venue, symbol and ts_ms");
        }
    }
    return STATUS_OK;
}

/* -- rows -- */

/* Rows of one message say the same of these. */
static uint64_t hash_whose(const struct event_csv *csv) {
    static const int which[] = {FIELD_TYPE, FIELD_VENUE, FIELD_SYMBOL, FIELD_TS};
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < ARRAY_COUNT(which); i++) {
        const struct scan_value *value = &csv->draft.values[which[i]];
        if (value->type != SCAN_NONE) {
            hash = hash_bytes(hash, value->text.bytes, value->text.len);
        }
        hash = hash_bytes(hash, "", 1);
    }
    return hash;
}

static const char *take_level(struct event_csv *csv) {
    struct scan_value *values = csv->draft.values;
    const struct scan_value *side = &values[FIELD_SIDE];
    const bool buy = side->type == SCAN_STRING && span_equal_text(side->text, "buy");
    const bool sell = side->type == SCAN_STRING && span_equal_text(side->text, "sell");
    if (side->type == SCAN_NONE && values[FIELD_PRICE].type == SCAN_NONE &&
        values[FIELD_QTY].type == SCAN_NONE) {
        return NULL; /* an update without levels */
    }
    if (!(buy || sell) || !event_draft_take_level(&csv->draft, buy ? SIDE_BUY : SIDE_SELL,
                                                  &values[FIELD_PRICE], &values[FIELD_QTY])) {
        return "expected a level: side buy or sell, price above zero, qty not below it";
    }
    return NULL;
}

static const char *take_tier(struct event_csv *csv) {
    struct scan_value tier[3] = {csv->more[CSV_FIELD_TIER_CAP - FIELD_COUNT],
                                 csv->more[CSV_FIELD_TIER_MMR - FIELD_COUNT],
                                 csv->more[CSV_FIELD_TIER_LEVERAGE - FIELD_COUNT]};
    csv->draft.first = 1;
    if (tier[1].type == SCAN_NONE && tier[2].type == SCAN_NONE && tier[0].type == SCAN_NONE) {
        return NULL; /* the instrument itself */
    }
    if (tier[0].type == SCAN_NONE) {
        tier[0].type = SCAN_NULL;
    }
    return event_draft_take_tier(&csv->draft, tier)
               ? NULL
               : "expected tier_cap, tier_mmr and tier_leverage as numbers";
}

/* What a row adds to its message. NULL, or why it does not. */
static const char *take_row(struct event_csv *csv, bool end) {
    const struct scan_value *type = &csv->draft.values[FIELD_TYPE];
    const bool is_text = type->type == SCAN_STRING;
    const uint64_t whose = hash_whose(csv);
    if (csv->open && whose != csv->whose) {
        return "expected the rest of the message that the row before began";
    }
    csv->open = true;
    csv->whose = whose;
    if (is_text && span_equal_text(type->text, "book")) {
        return take_level(csv);
    }
    if (is_text && span_equal_text(type->text, "instrument")) {
        return take_tier(csv);
    }
    return end ? NULL : "expected end true: one row is all of it";
}

enum status event_csv_parse(struct event_csv *csv, const char *line, size_t len, struct event *out,
                            size_t slots_max, size_t *count) {
    *count = 0;
    if (!csv->open) {
        event_draft_init(&csv->draft, out, slots_max);
    }
    assert(csv->draft.out == out);
    const char *why = read_cells(csv, line, len);
    const bool end = csv->more[CSV_FIELD_END - FIELD_COUNT].type != SCAN_FALSE;
    if (csv->skipping) {
        csv->skipping = !end;
        return STATUS_OK;
    }
    if (why == NULL) {
        why = take_row(csv, end);
    }
    if (why == NULL && !end) {
        return STATUS_OK;
    }
    csv->open = false;
    if (why != NULL) {
        csv->skipping = !end;
        return refuse(csv, STATUS_MALFORMED, why);
    }
    const enum status status = event_lines_finish(&csv->lines, &csv->draft, count);
    return status == STATUS_OK ? STATUS_OK : refuse(csv, status, csv->lines.why);
}
