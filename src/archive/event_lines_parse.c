/* Lines to slots: one pass collects the members' spans and reads the arrays into slots as they
 * come; the type then says what the members mean, in whatever order they stood (event_draft.c). */
#include "archive/event_lines.h"

#include <assert.h>
#include <string.h>

#include "archive/event_draft.h"
#include "base/str.h"

static const struct {
    const char *text;
    size_t len;
} fields[] = {
#define FIELD_ROW(name, text) {text, sizeof text - 1},
    FIELD_LIST(FIELD_ROW)
#undef FIELD_ROW
};
static_assert(ARRAY_COUNT(fields) == FIELD_COUNT, "a name per field");

static enum status refuse(struct event_draft *draft, enum status status, const char *why) {
    draft->why = why;
    return status;
}

static enum field find_field(struct span key) {
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].len == key.len && fields[i].text[0] == key.bytes[0] &&
            memcmp(fields[i].text, key.bytes, key.len) == 0) {
            return (enum field)i;
        }
        if (fields[i].len > key.len && i < FIELD_COUNT - 1 && fields[i + 1].len > key.len) {
            break; /* the list is in order of length */
        }
    }
    return FIELD_COUNT;
}

/* The scan is inside the array, of pairs: price and quantity. */
static void read_levels(struct event_draft *draft, struct scan *scan, enum side side) {
    while (scan_next_element(scan)) {
        struct scan_value values[2];
        size_t count = 0;
        if (!scan_read_row(scan, values, 2, &count) || count != 2 ||
            !event_draft_take_level(draft, side, &values[0], &values[1])) {
            draft->bad_array = true;
        }
    }
}

/* Of [cap, mmr, leverage]; a cap of null is none. */
static void read_tiers(struct event_draft *draft, struct scan *scan) {
    draft->first = 1;
    while (scan_next_element(scan)) {
        struct scan_value values[3];
        size_t count = 0;
        if (!scan_read_row(scan, values, 3, &count) || count != 3 ||
            !event_draft_take_tier(draft, values)) {
            draft->bad_array = true;
        }
    }
}

static bool read_members(struct event_draft *draft, struct scan *scan) {
    struct scan_value value;
    struct span key;
    if (scan_read(scan, &value) != SCAN_OBJECT) {
        return false;
    }
    while (scan_next_member(scan, &key)) {
        const int depth = scan->depth;
        const enum field field = key.len > 0 ? find_field(key) : FIELD_COUNT;
        scan_read(scan, &value);
        const bool is_first = field < FIELD_COUNT && draft->values[field].type == SCAN_NONE;
        if (is_first && value.type == SCAN_ARRAY) {
            if (field == FIELD_BIDS || field == FIELD_ASKS) {
                read_levels(draft, scan, field == FIELD_BIDS ? SIDE_BUY : SIDE_SELL);
            } else if (field == FIELD_TIERS) {
                read_tiers(draft, scan);
            }
        }
        scan_leave(scan, depth);
        if (is_first && value.type != SCAN_NULL) {
            draft->values[field] = value;
        }
    }
    return scan_end(scan);
}

static enum status find_instrument(struct event_lines *lines, struct event_draft *draft,
                                   uint16_t *out) {
    const struct scan_value *symbol = &draft->values[FIELD_SYMBOL];
    const struct scan_value *venue_text = &draft->values[FIELD_VENUE];
    char text[INSTRUMENT_SYMBOL_BYTES];
    size_t len = 0;
    if (venue_text->type != SCAN_STRING || symbol->type != SCAN_STRING ||
        !scan_decode(symbol, text, sizeof text - 1, &len) || len == 0 ||
        memchr(text, '\0', len) != NULL) {
        return refuse(draft, STATUS_MALFORMED, "expected \"venue\" and \"symbol\"");
    }
    const enum venue_id venue = venue_from_key(venue_text->text.bytes, venue_text->text.len);
    if (venue == VENUE_NONE) {
        return refuse(draft, STATUS_UNKNOWN, "a venue that is not known");
    }
    if (venue == lines->last_venue && len == lines->last_len &&
        memcmp(text, lines->last_symbol, len) == 0) {
        *out = lines->last_instrument;
        return STATUS_OK;
    }
    if (!scan_is_utf8(text, len)) {
        return refuse(draft, STATUS_MALFORMED, "expected \"symbol\" in UTF-8");
    }
    *out = instrument_add(lines->instruments, venue, text, len);
    if (*out == INSTRUMENT_NONE) {
        return refuse(draft, STATUS_FULL, "no room in the instrument table");
    }
    lines->last_venue = venue;
    lines->last_instrument = *out;
    lines->last_len = len;
    memcpy(lines->last_symbol, text, len);
    return STATUS_OK;
}

void event_lines_init(struct event_lines *lines, struct instrument_table *instruments) {
    assert(instruments != NULL);
    *lines = (struct event_lines){.instruments = instruments, .why = ""};
}

void event_draft_init(struct event_draft *draft, struct event *out, size_t slots_max) {
    event_draft_forget_values(draft);
    draft->out = out;
    draft->slots_max = slots_max;
    draft->count = draft->first = 0;
    draft->overflow = draft->bad_array = false;
    draft->why = "";
}

void event_draft_forget_values(struct event_draft *draft) {
    for (int i = 0; i < FIELD_COUNT; i++) {
        draft->values[i].type = SCAN_NONE;
    }
}

enum status event_lines_finish(struct event_lines *lines, struct event_draft *draft,
                               size_t *count) {
    struct event *out = draft->out;
    uint16_t instrument = INSTRUMENT_NONE;
    int64_t ts_ms = 0;
    enum status status = event_draft_finish(draft);
    if (status == STATUS_OK && !scan_integer(&draft->values[FIELD_TS], &ts_ms)) {
        status = refuse(draft, STATUS_MALFORMED, "expected \"ts_ms\" in whole milliseconds");
    }
    if (status == STATUS_OK) {
        status = find_instrument(lines, draft, &instrument);
    }
    lines->why = draft->why;
    if (status != STATUS_OK) {
        return status;
    }
    unsigned flags = draft->values[FIELD_HISTORY].type == SCAN_TRUE ? EVENT_FLAG_HISTORY : 0;
    flags |= draft->values[FIELD_SIMULATED].type == SCAN_TRUE ? EVENT_FLAG_DEMO : 0;
    for (size_t i = 0; i < draft->count; i++) {
        out[i].instrument = instrument;
        out[i].ts_ms = ts_ms;
        out[i].flags |= flags & 0xffU;
    }
    out[0].flags |= EVENT_FLAG_BEGIN;
    out[draft->count - 1].flags |= EVENT_FLAG_END;
    *count = draft->count;
    return STATUS_OK;
}

enum status event_lines_parse(struct event_lines *lines, const char *line, size_t len,
                              struct event *out, size_t slots_max, size_t *count) {
    struct event_draft draft;
    struct scan scan;
    event_draft_init(&draft, out, slots_max);
    *count = 0;
    scan_init(&scan, line, len);
    if (!read_members(&draft, &scan)) {
        lines->why = "expected one JSON object";
        return STATUS_MALFORMED;
    }
    return event_lines_finish(lines, &draft, count);
}
