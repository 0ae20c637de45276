#include "venue/parser.h"

#include <assert.h>

/* -- books -- */

void venue_book_begin(struct venue_parser *parser, struct venue_message *message) {
    (void)parser;
    assert(message->count == 0);
    message->book_status = STATUS_OK;
}

void venue_book_levels(struct venue_parser *parser, struct venue_message *message, enum side side,
                       struct scan *scan) {
    struct scan_value row[2];
    struct decimal price = {0}, size = {0};
    while (scan_next_element(scan)) {
        size_t count = 0;
        if (scan_read_row(scan, row, 2, &count) && count >= 2 && venue_decimal(&row[0], &price) &&
            venue_decimal(&row[1], &size)) {
            venue_book_level(parser, message, side, price, size);
        } else {
            message->book_status = STATUS_MALFORMED;
        }
    }
}

/* A snapshot has no levels of nothing. */
static void drop_empty_levels(struct venue_parser *parser, struct venue_message *message) {
    size_t kept = 0;
    for (size_t i = 0; i < message->count; i++) {
        if (parser->slots[i].u.level.qty_base != 0) {
            parser->slots[kept++] = parser->slots[i];
        }
    }
    message->count = kept;
}

/* Sizes in units of the symbol to base coin. */
static enum status settle_levels(struct venue_parser *parser, const struct venue_message *message,
                                 const struct venue_symbol *symbol) {
    for (size_t i = 0; i < message->count; i++) {
        struct event *slot = &parser->slots[i];
        const enum status status =
            venue_slot_set_level(slot, symbol, event_decimal(slot->u.level.price, slot->exponent_a),
                                 event_decimal(slot->u.level.qty_base, slot->exponent_b));
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

enum status venue_book_end(struct venue_parser *parser, struct venue_message *message,
                           struct venue_symbol *symbol, int64_t ts_ms, int64_t recv_ns) {
    if (message->book_status != STATUS_OK) {
        return message->book_status;
    }
    if (symbol == NULL) {
        message->nameless = true;
        return STATUS_NOT_FOUND;
    }
    if (symbol->unwanted) {
        return STATUS_IGNORED;
    }
    if (message->step.snapshot) {
        drop_empty_levels(parser, message);
    }
    const enum status status =
        symbol->unit == UNIT_BASE ? STATUS_OK : settle_levels(parser, message, symbol);
    if (status != STATUS_OK) {
        return status;
    }
    if (message->count == 0) {
        parser->slots[message->count++] = (struct event){.kind = EVENT_BOOK, .side = SIDE_NONE};
    }
    const size_t count = message->count;
    const int64_t update_id = message->step.last_id;
    const uint16_t instrument = symbol->instrument;
    const uint8_t flags = message->step.snapshot ? EVENT_FLAG_SNAPSHOT : 0;
    for (size_t i = 0; i < count; i++) { /* thousands of levels: nothing is looked up in here */
        struct event *slot = &parser->slots[i];
        slot->instrument = instrument;
        slot->ts_ms = ts_ms;
        slot->recv_ns = recv_ns;
        slot->flags = flags;
        slot->u.level.update_id = update_id;
    }
    parser->contracts[0].mantissa = 0; /* that of a message is with its first slot */
    parser->slots[0].flags |= EVENT_FLAG_BEGIN;
    parser->slots[count - 1].flags |= EVENT_FLAG_END;
    message->kind = MESSAGE_BOOK;
    message->symbol = symbol;
    if (ts_ms > message->sent_ms) {
        message->sent_ms = ts_ms;
    }
    return STATUS_OK;
}
