#include "venue/parser.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "venue/dialect.h"

struct venue_parser *venue_parser_create(const struct venue_dialect *dialect,
                                         struct instrument_table *instruments) {
    struct venue_parser *parser = calloc(1, sizeof *parser);
    struct event *slots = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *slots);
    struct decimal *contracts = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof *contracts);
    if (parser == NULL || slots == NULL || contracts == NULL) {
        free(parser);
        free(slots);
        free(contracts);
        return NULL;
    }
    parser->dialect = dialect;
    parser->slots = slots;
    parser->contracts = contracts;
    venue_symbols_init(&parser->symbols, instruments, dialect->id, dialect->settle);
    return parser;
}

void venue_parser_destroy(struct venue_parser *parser) {
    if (parser != NULL) {
        free(parser->slots);
        free(parser->contracts);
        free(parser);
    }
}

void venue_parser_count(struct venue_parser *parser, enum status status) {
    struct venue_counts *counts = &parser->counts;
    switch (status) {
    case STATUS_OK:
    case STATUS_CANCELLED: /* its rows were counted */
        break;
    case STATUS_IGNORED:
        counts->ignored++;
        break;
    case STATUS_UNKNOWN:
        counts->dropped_side++;
        break;
    case STATUS_UNSUPPORTED:
        counts->dropped_unit++;
        break;
    case STATUS_NOT_FOUND:
        counts->dropped_symbol++;
        break;
    case STATUS_RANGE:
        counts->dropped_oversized++;
        break;
    default:
        counts->malformed++;
        break;
    }
}

/* A dialect returns STATUS_CANCELLED where every row of a text was dropped and counted. */
static enum status finish(struct venue_parser *parser, struct venue_message *message,
                          enum status status) {
    if (status == STATUS_OK && message->count > 0 && message->kind == MESSAGE_NONE) {
        message->kind = MESSAGE_EVENTS;
    }
    if (status != STATUS_OK) {
        message->kind = MESSAGE_NONE;
        message->count = 0;
    }
    venue_parser_count(parser, status);
    return status;
}

enum status venue_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                        int64_t recv_ns, struct venue_message *message) {
    memset(message, 0, offsetof(struct venue_message, reply) + 1);
    message->book_status = STATUS_OK;
    return finish(parser, message,
                  parser->dialect->parse(parser, socket, bytes, len, recv_ns, message));
}

/* -- rows in the order of time -- */

struct row {
    int64_t ts_ms;
    size_t at, count; /* its slots */
};

static int compare_rows(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    if (x->ts_ms != y->ts_ms) {
        return x->ts_ms < y->ts_ms ? -1 : 1;
    }
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The slots in the order of rows; without memory for it they stay as they are. */
static void gather_rows(struct venue_parser *parser, const struct row *rows, size_t row_count,
                        size_t slot_count) {
    struct event *slots = malloc(slot_count * sizeof *slots);
    struct decimal *contracts = malloc(slot_count * sizeof *contracts);
    const bool good = slots != NULL && contracts != NULL;
    size_t kept = 0;
    for (size_t i = 0; good && i < row_count; i++) {
        memcpy(slots + kept, parser->slots + rows[i].at, rows[i].count * sizeof *slots);
        memcpy(contracts + kept, parser->contracts + rows[i].at, rows[i].count * sizeof *contracts);
        kept += rows[i].count;
    }
    if (good) {
        memcpy(parser->slots, slots, slot_count * sizeof *slots);
        memcpy(parser->contracts, contracts, slot_count * sizeof *contracts);
    }
    free(slots);
    free(contracts);
}

/* Many venues answer newest first: then those of one time are turned, too; else they stay in their
 * order. */
static void sort_rows(struct venue_parser *parser, const struct venue_message *message) {
    const size_t count = message->count;
    const struct event *slots = parser->slots;
    bool rises = true;
    for (size_t i = 1; i < count; i++) {
        rises = rises && slots[i - 1].ts_ms <= slots[i].ts_ms;
    }
    struct row *rows = rises ? NULL : malloc(count * sizeof *rows);
    if (rows == NULL) {
        return;
    }
    size_t row_count = 0;
    bool falls = true;
    for (size_t at = 0; at < count; at += rows[row_count++].count) {
        rows[row_count] = (struct row){.ts_ms = slots[at].ts_ms, .at = at};
        rows[row_count].count = event_message_slots(slots + at, count - at);
        falls = falls && (row_count == 0 || rows[row_count - 1].ts_ms >= slots[at].ts_ms);
    }
    if (falls) {
        for (size_t i = 0; i < row_count / 2; i++) {
            const struct row row = rows[i];
            rows[i] = rows[row_count - 1 - i];
            rows[row_count - 1 - i] = row;
        }
    } else {
        qsort(rows, row_count, sizeof *rows, compare_rows);
    }
    gather_rows(parser, rows, row_count, count);
    free(rows);
}

enum status venue_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                             const char *bytes, size_t len, int64_t recv_ns,
                             struct venue_message *message) {
    static const struct venue_rest_about nothing = {.path = ""};
    memset(message, 0, offsetof(struct venue_message, reply) + 1);
    message->book_status = STATUS_OK;
    const enum status status = parser->dialect->rest_parse(parser, about == NULL ? &nothing : about,
                                                           bytes, len, recv_ns, message);
    if (status == STATUS_OK && message->kind == MESSAGE_NONE) {
        sort_rows(parser, message);
    }
    return finish(parser, message, status);
}

/* -- symbols -- */

struct venue_symbol *venue_symbol_of(struct venue_parser *parser, const struct scan_value *value) {
    char text[INSTRUMENT_SYMBOL_BYTES];
    size_t len = 0;
    if (value->type != SCAN_STRING) {
        return NULL;
    }
    if (!value->escaped) {
        return venue_symbols_find(&parser->symbols, value->text);
    }
    return scan_decode(value, text, sizeof text, &len)
               ? venue_symbols_find(&parser->symbols, (struct span){text, len})
               : NULL;
}

void venue_message_reply(struct venue_message *message, const struct scan_value *text) {
    size_t len = 0;
    if (scan_decode(text, message->reply, sizeof message->reply - 1, &len)) {
        message->reply[len] = '\0';
    } else { /* as it is written, as far as it fits */
        str_copy_span(message->reply, sizeof message->reply, text->text);
    }
}
