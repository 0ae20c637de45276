/* venue/binance_fields.h - the members of one Binance message as spans, its arrays as slots; inside
 * this room only.
 *
 * Values are kept by their letter, the first of duplicates; nothing is copied.  Thread: the
 * parser's. Owner: binance_parse, on its stack. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "json/scan.h"
#include "venue/binance_parse.h"

/* Members by name: single letters, then the few longer ones we want. */
enum binance_field {
    BINANCE_FIELD_AP = 52,
    BINANCE_FIELD_PU,
    BINANCE_FIELD_BNC,
    BINANCE_FIELD_MMR,
    BINANCE_FIELD_MA,
    BINANCE_FIELD_COUNT
};
static_assert(BINANCE_FIELD_COUNT <= 64, "a bit each");

struct binance_fields {
    uint64_t present; /* bit per field; values without it are not set */
    struct scan_value values[BINANCE_FIELD_COUNT];
};

/* One text on its way through. */
struct binance_work {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns;
    struct binance_fields fields, inner; /* inner: under "o" or "k" */
    struct binance_fields row;           /* of arrays */
    struct scan_value stream;            /* the wrapper's name; SCAN_NONE: bare */
    bool has_data, has_rows;
    bool levels_bare; /* a level without its quantity */
    bool tiers_bad;
    size_t tier_count;
    struct venue_tier tiers[BINANCE_TIER_COUNT_MAX];
    enum status row_status; /* of the last row that gave nothing */
};

/* The place of a one-letter name; -1: not a letter. */
static inline int binance_fields_letter(char letter) {
    if (letter >= 'a' && letter <= 'z') {
        return letter - 'a';
    }
    return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 26 : -1;
}

/* A member's value; of type SCAN_NONE where there is none. */
const struct scan_value *binance_fields_get(const struct binance_fields *fields, int field);
#define GET(fields, letter) binance_fields_get(fields, binance_fields_letter(letter))

bool binance_fields_decimal(const struct scan_value *value, struct decimal *out);

/* The members of an object whose "{" was passed, to its end; values inside arrays and objects are
 * passed over. */
void binance_fields_collect(struct scan *scan, struct binance_fields *fields);

/* The same for a message: fields, inner, levels (into the parser's slots: side, price and quantity
 * alone) and tiers. */
void binance_work_collect(struct binance_work *work, struct scan *scan);
