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

enum status venue_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                             const char *bytes, size_t len, int64_t recv_ns,
                             struct venue_message *message) {
    static const struct venue_rest_about nothing = {.path = ""};
    memset(message, 0, offsetof(struct venue_message, reply) + 1);
    message->book_status = STATUS_OK;
    return finish(parser, message,
                  parser->dialect->rest_parse(parser, about == NULL ? &nothing : about, bytes, len,
                                              recv_ns, message));
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
