#include "venue/binance_fields.h"

#include <assert.h>

static int find_field(struct span key) {
    switch (key.len) {
    case 1:
        return binance_fields_letter(key.bytes[0]);
    case 2:
        return key.bytes[0] == 'a' && key.bytes[1] == 'p'   ? BINANCE_FIELD_AP
               : key.bytes[0] == 'p' && key.bytes[1] == 'u' ? BINANCE_FIELD_PU
               : key.bytes[0] == 'm' && key.bytes[1] == 'a' ? BINANCE_FIELD_MA
                                                            : -1;
    case 3:
        return span_equal_text(key, "bnc")   ? BINANCE_FIELD_BNC
               : span_equal_text(key, "mmr") ? BINANCE_FIELD_MMR
                                             : -1;
    default:
        return -1;
    }
}

const struct scan_value *binance_fields_get(const struct binance_fields *fields, int field) {
    static const struct scan_value absent = {.type = SCAN_NONE};
    return (fields->present >> field & 1) != 0 ? &fields->values[field] : &absent;
}

static void keep(struct binance_fields *fields, int field, const struct scan_value *value) {
    if ((fields->present >> field & 1) == 0) {
        fields->present |= UINT64_C(1) << field;
        fields->values[field] = *value;
    }
}

bool binance_fields_decimal(const struct scan_value *value, struct decimal *out) {
    return (value->type == SCAN_STRING || value->type == SCAN_NUMBER) &&
           decimal_parse(value->text.bytes, value->text.len, out);
}

/* The scan is at an element of b or a. The symbol may not be known yet: units are settled
 * afterwards. */
static void read_level(struct binance_work *work, struct scan *scan, enum side side) {
    struct scan_value row[2];
    struct decimal numbers[2] = {{0}, {0}};
    size_t count = 0;
    bool good = scan_read_row(scan, row, 2, &count);
    for (size_t i = 0; good && i < 2 && i < count; i++) {
        good = binance_fields_decimal(&row[i], &numbers[i]);
    }
    if (!good || count == 0) {
        work->message->book_status = STATUS_MALFORMED;
    } else if (count == 1) {
        work->levels_bare = true;
    } else {
        venue_book_level(work->parser, work->message, side, numbers[0], numbers[1]);
    }
}

void binance_fields_collect(struct scan *scan, struct binance_fields *fields) {
    struct scan_value value;
    struct span key;
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        const int field = find_field(key);
        scan_read(scan, &value);
        scan_leave(scan, depth);
        if (field >= 0) {
            keep(fields, field, &value);
        }
    }
}

static void read_tiers(struct binance_work *work, struct scan *scan) {
    struct scan_value value;
    while (scan_next_element(scan)) {
        struct decimal cap, rate, leverage;
        const int depth = scan->depth;
        work->row.present = 0;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            binance_fields_collect(scan, &work->row);
        }
        scan_leave(scan, depth);
        if (!binance_fields_decimal(binance_fields_get(&work->row, BINANCE_FIELD_BNC), &cap) ||
            !binance_fields_decimal(binance_fields_get(&work->row, BINANCE_FIELD_MMR), &rate) ||
            !binance_fields_decimal(binance_fields_get(&work->row, BINANCE_FIELD_MA), &leverage) ||
            work->tier_count == BINANCE_TIER_COUNT_MAX) {
            work->tiers_bad = true;
            continue;
        }
        work->tiers[work->tier_count++] =
            (struct venue_tier){.notional_cap_usd = decimal_to_double(cap),
                                .mmr = decimal_to_double(rate),
                                .leverage_max = decimal_to_double(leverage)};
    }
}

/* The members of a message object whose "{" was passed. */
void binance_work_collect(struct binance_work *work, struct scan *scan) {
    struct binance_fields *fields = &work->fields;
    struct scan_value value;
    struct span key;
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        const int field = find_field(key);
        const bool is_first = field >= 0 && (fields->present >> field & 1) == 0;
        scan_read(scan, &value);
        if (is_first && value.type == SCAN_ARRAY && (key.bytes[0] == 'b' || key.bytes[0] == 'a') &&
            key.len == 1) {
            while (scan_next_element(scan)) {
                read_level(work, scan, key.bytes[0] == 'b' ? SIDE_BUY : SIDE_SELL);
            }
        } else if (is_first && value.type == SCAN_OBJECT && key.len == 1 &&
                   (key.bytes[0] == 'o' || key.bytes[0] == 'k') && work->inner.present == 0) {
            binance_fields_collect(scan, &work->inner);
        } else if (value.type == SCAN_ARRAY && span_equal_text(key, "bks") &&
                   work->tier_count == 0) {
            read_tiers(work, scan);
        }
        scan_leave(scan, depth);
        if (is_first) {
            keep(fields, field, &value);
        }
    }
}
