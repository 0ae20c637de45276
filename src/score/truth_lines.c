/* score/truth_lines.c - the lines of a truth file.
 *
 *   id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price
 *   4711,1767571200000,1767574800000,long,25,0,0,0.125,100000.0,96432.10
 *
 * One line a stretch [from_ms, to_ms) of a position's life in which its liquidation price stands
 * still; liquidation_price 0: it cannot be liquidated.  qty in base coin. */

#include "base/str.h"
#include "market/decimal.h"
#include "score/truth.h"

#define TRUTH_HEADER                                                                               \
    "id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price"

enum {
    FIELD_ID,
    FIELD_FROM,
    FIELD_TO,
    FIELD_POSITION,
    FIELD_LEVERAGE,
    FIELD_CROSS,
    FIELD_STOP_FIRST,
    FIELD_QTY,
    FIELD_ENTRY,
    FIELD_LIQUIDATION,
    FIELD_COUNT
};
#define TS_MAX_MS 4102444800000.0 /* 2100 */

static const struct field {
    const char *name, *expected;
    double min, max; /* of its number; min > max: not a number */
} fields[FIELD_COUNT] = {
    [FIELD_ID] = {"id", "a number", 0, 1e18},
    [FIELD_FROM] = {"from_ms", "milliseconds since 1970", 0, TS_MAX_MS},
    [FIELD_TO] = {"to_ms", "milliseconds since 1970", 0, TS_MAX_MS},
    [FIELD_POSITION] = {"position", "long or short", 1, 0},
    [FIELD_LEVERAGE] = {"leverage", "a number from 0 to 1000", 0, 1000},
    [FIELD_CROSS] = {"cross", "0 or 1", 0, 1},
    [FIELD_STOP_FIRST] = {"stop_first", "0 or 1", 0, 1},
    [FIELD_QTY] = {"qty", "base coin, 0 to 1e12", 0, 1e12},
    [FIELD_ENTRY] = {"entry", "a price from 0 to 1e12", 0, 1e12},
    [FIELD_LIQUIDATION] = {"liquidation_price", "a price from 0 to 1e12", 0, 1e12},
};

/* Cut line at its commas. Returns how many fields there are, counting those beyond FIELD_COUNT. */
static int split(const char *line, size_t len, struct span out[FIELD_COUNT]) {
    int count = 0;
    size_t begin = 0;
    for (size_t at = 0; at <= len; at++) {
        if (at == len || line[at] == ',') {
            if (count < FIELD_COUNT) {
                out[count] = (struct span){line + begin, at - begin};
            }
            count++;
            begin = at + 1;
        }
    }
    return count;
}

static bool fail_field(const struct field *field, struct span got,
                       char reason[TRUTH_REASON_BYTES]) {
    char text[32];
    bool whole = str_copy_span(text, sizeof text, got);
    for (char *c = text; *c != '\0'; c++) {
        *c = *c >= ' ' && *c < 0x7f ? *c : '?'; /* a stranger's bytes end up on a terminal */
    }
    str_format(reason, TRUTH_REASON_BYTES, "%s: expected %s, got \"%s%s\"", field->name,
               field->expected, text, whole ? "" : "...");
    return false;
}

static bool read_fields(const struct span texts[FIELD_COUNT], double values[FIELD_COUNT],
                        char reason[TRUTH_REASON_BYTES]) {
    for (int i = 0; i < FIELD_COUNT; i++) {
        struct decimal decimal = {0};
        if (fields[i].min > fields[i].max) {
            values[i] = 0;
            continue;
        }
        bool read = decimal_parse(texts[i].bytes, texts[i].len, &decimal);
        values[i] = read ? decimal_to_double(decimal) : -1;
        if (!(values[i] >= fields[i].min && values[i] <= fields[i].max)) {
            return fail_field(&fields[i], texts[i], reason);
        }
    }
    return true;
}

bool truth_add_line(struct truth *truth, const char *line, size_t len,
                    char reason[TRUTH_REASON_BYTES]) {
    struct span texts[FIELD_COUNT];
    double values[FIELD_COUNT];
    struct span whole = {line, len};
    if (!truth_take_header(truth)) {
        if (!span_equal_text(whole, TRUTH_HEADER)) {
            str_copy(reason, TRUTH_REASON_BYTES, "expected the header " TRUTH_HEADER);
            return false;
        }
        return true;
    }
    int count = split(line, len, texts);
    if (count != FIELD_COUNT) {
        str_format(reason, TRUTH_REASON_BYTES, "expected %d fields, got %d", (int)FIELD_COUNT,
                   count);
        return false;
    }
    if (!read_fields(texts, values, reason)) {
        return false;
    }
    bool is_long = span_equal_text(texts[FIELD_POSITION], "long");
    if (!is_long && !span_equal_text(texts[FIELD_POSITION], "short")) {
        return fail_field(&fields[FIELD_POSITION], texts[FIELD_POSITION], reason);
    }
    if (values[FIELD_TO] < values[FIELD_FROM]) {
        str_copy(reason, TRUTH_REASON_BYTES, "to_ms: expected no less than from_ms");
        return false;
    }
    truth_add_span(truth, &(struct truth_span){.from_ms = (int64_t)values[FIELD_FROM],
                                               .to_ms = (int64_t)values[FIELD_TO],
                                               .side = is_long ? MODEL_LONG : MODEL_SHORT,
                                               .stop_first = values[FIELD_STOP_FIRST] > 0,
                                               .qty_base = values[FIELD_QTY],
                                               .liquidation_price = values[FIELD_LIQUIDATION]});
    return true;
}
