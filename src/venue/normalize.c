#include "venue/normalize.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "venue/book_chain.h"
#include "venue/parser.h"
#include "venue/rest_line.h"

/* A symbol's book on its way through. */
struct normal_book {
    struct book_chain chain;
    int64_t last_ts_ms; /* of the newest update that passed */
};

struct venue_normalizer {
    struct venue_normalizer_desc desc;
    struct venue_parser *parser;                       /* owned; its counts are ours */
    struct normal_book *books[VENUE_SYMBOL_TABLE_MAX]; /* owned; by entry of the symbol */
    struct venue_symbol *book_symbol;                  /* the first with books */
    bool several_books;
    char *pending; /* owned: the text of a nameless book before any other; NULL: none */
    size_t pending_len;
    struct rest_line rest; /* of the text at hand */
};

struct venue_normalizer *normalize_create(const struct venue_dialect *dialect,
                                          const struct venue_normalizer_desc *desc) {
    struct venue_normalizer *self = calloc(1, sizeof *self);
    struct venue_parser *parser = venue_parser_create(dialect, desc->instruments);
    if (self == NULL || parser == NULL) {
        free(self);
        venue_parser_destroy(parser);
        return NULL;
    }
    self->desc = *desc;
    self->parser = parser;
    parser->keep_unknown_units = desc->keep_unknown_units;
    return self;
}

void normalize_destroy(struct venue_normalizer *self) {
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < VENUE_SYMBOL_TABLE_MAX; i++) {
        if (self->books[i] != NULL) {
            book_chain_finish(&self->books[i]->chain);
            free(self->books[i]);
        }
    }
    venue_parser_destroy(self->parser);
    free(self->pending);
    free(self);
}

/* -- out -- */

static void emit(struct venue_normalizer *self, const struct event *slots, size_t count,
                 const struct decimal *contracts) {
    self->parser->counts.events[slots[0].kind]++;
    self->desc.on_message(self->desc.user, slots, count, contracts);
}

/* Every message of a run of them. */
static void emit_all(struct venue_normalizer *self, size_t count) {
    const struct event *slots = self->parser->slots;
    size_t begin = 0;
    while (begin < count) {
        const struct decimal *contracts = &self->parser->contracts[begin];
        const size_t n = event_message_slots(slots + begin, count - begin);
        emit(self, slots + begin, n, contracts->mantissa != 0 ? contracts : NULL);
        begin += n;
    }
}

static void emit_held(struct venue_normalizer *self, struct normal_book *book) {
    const struct book_chain *chain = &book->chain;
    for (size_t i = 0; i < chain->update_count; i++) {
        const struct book_chain_update *update = &chain->updates[i];
        book->last_ts_ms = chain->held[update->slot_begin].ts_ms;
        emit(self, chain->held + update->slot_begin, update->slot_count, NULL);
    }
    book_chain_release(&book->chain);
}

static void emit_gap(struct venue_normalizer *self, const struct event *slot, int64_t from_ms) {
    struct event gap = {.kind = EVENT_GAP,
                        .detail = STREAM_BOOK,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = slot->instrument,
                        .ts_ms = slot->ts_ms};
    gap.u.gap.from_ms = from_ms;
    gap.u.gap.to_ms = slot->ts_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, "sequence");
    self->parser->counts.book_gaps++;
    emit(self, &gap, 1, NULL);
}

/* -- books -- */

/* NULL: out of memory. */
static struct normal_book *find_book(struct venue_normalizer *self,
                                     const struct venue_symbol *symbol) {
    struct normal_book **place = &self->books[symbol - self->parser->symbols.entries];
    if (*place == NULL) {
        *place = calloc(1, sizeof **place);
    }
    if (*place != NULL) {
        const struct venue_dialect *dialect = self->parser->dialect;
        (*place)->chain.by_request = dialect->book_by_request;
        (*place)->chain.ids_fall = dialect->book_ids_fall;
        (*place)->chain.holds = true;
    }
    return *place;
}

static void take_snapshot(struct venue_normalizer *self, struct normal_book *book,
                          const struct venue_message *message) {
    const struct event *slots = self->parser->slots;
    struct book_chain *chain = &book->chain;
    const int64_t dropped = chain->by_request ? 0 : (int64_t)chain->update_count;
    if (book_chain_snapshot(chain, message->step.last_id) != STATUS_OK) {
        self->parser->counts.ignored++; /* too old for what is held */
        return;
    }
    self->parser->counts.ignored += dropped; /* held, and no part of this snapshot */
    book->last_ts_ms = slots[0].ts_ms;
    emit(self, slots, message->count, NULL);
    emit_held(self, book);
}

static void take_update(struct venue_normalizer *self, struct normal_book *book,
                        const struct venue_message *message) {
    const struct event *slots = self->parser->slots;
    const int64_t from_ms = book->last_ts_ms;
    switch (book_chain_take(&book->chain, &message->step, slots, message->count)) {
    case STATUS_OK:
        book->last_ts_ms = slots[0].ts_ms;
        emit(self, slots, message->count, NULL);
        break;
    case STATUS_GAP:
        emit_gap(self, slots, from_ms);
        break;
    case STATUS_FULL: /* no snapshot for so long: what is held goes out as it is */
        emit_held(self, book);
        emit(self, slots, message->count, NULL);
        break;
    case STATUS_MEMORY:
        self->parser->counts.dropped_oversized++;
        break;
    default:
        break;
    }
}

static void take_book(struct venue_normalizer *self, const struct venue_message *message) {
    struct normal_book *book = find_book(self, message->symbol);
    if (book == NULL) {
        self->parser->counts.dropped_oversized++;
        return;
    }
    if (self->book_symbol == NULL) {
        self->book_symbol = message->symbol;
    }
    self->several_books = self->several_books || self->book_symbol != message->symbol;
    if (message->step.snapshot) {
        take_snapshot(self, book, message);
    } else {
        take_update(self, book, message);
    }
}

/* -- texts -- */

/* A text of the stream, or of REST with what its request knew, into the parser's slots. */
static enum status parse(struct venue_normalizer *self, const char *bytes, size_t len,
                         struct venue_symbol *symbol, struct venue_message *message) {
    struct venue_parser *parser = self->parser;
    bool is_rest = false;
    if (rest_line_read(bytes, len, &self->rest, &is_rest)) {
        const struct venue_rest_about about = {
            .path = self->rest.path,
            .symbol = self->rest.symbol[0] == '\0'
                          ? symbol
                          : venue_symbols_find(&parser->symbols, span_from_text(self->rest.symbol)),
            .interval_s = self->rest.interval_s};
        return venue_rest_parse(parser, &about, self->rest.body.bytes, self->rest.body.len, 0,
                                message);
    }
    if (is_rest) {
        *message = (struct venue_message){.kind = MESSAGE_NONE};
        venue_parser_count(parser, STATUS_MALFORMED);
        return STATUS_MALFORMED;
    }
    const enum status status = venue_parse(parser, -1, bytes, len, 0, message);
    if (status == STATUS_OK && message->kind == MESSAGE_OTHER) {
        const struct venue_rest_about about = {.path = "", .symbol = symbol};
        return venue_rest_parse(parser, &about, bytes, len, 0, message);
    }
    return status;
}

static void dispatch(struct venue_normalizer *self, const struct venue_message *message) {
    if (message->kind == MESSAGE_BOOK) {
        take_book(self, message);
    } else if (message->kind == MESSAGE_EVENTS) {
        emit_all(self, message->count);
    } else if (message->kind == MESSAGE_CONTROL) {
        self->parser->counts.ignored++;
    }
}

/* False: out of memory. */
static bool keep_pending(struct venue_normalizer *self, const char *bytes, size_t len) {
    free(self->pending);
    self->pending = malloc(len > 0 ? len : 1);
    if (self->pending == NULL) {
        return false;
    }
    memcpy(self->pending, bytes, len);
    self->pending_len = len;
    return true;
}

/* A book without a name: of the only symbol with books, or kept for the first that comes. What was
 * counted for it is taken back where it is not lost. */
static void take_nameless(struct venue_normalizer *self, const char *bytes, size_t len,
                          const struct venue_counts *before) {
    struct venue_message message;
    if (self->book_symbol == NULL && self->pending == NULL && keep_pending(self, bytes, len)) {
        self->parser->counts = *before;
    } else if (self->book_symbol != NULL && !self->several_books) {
        self->parser->counts = *before;
        if (parse(self, bytes, len, self->book_symbol, &message) == STATUS_OK) {
            dispatch(self, &message);
        }
    }
}

/* The first book has a name: the one that has none takes its place before it. The text at hand is
 * read once more, as its slots were overwritten. */
static void settle_pending(struct venue_normalizer *self, const char *bytes, size_t len,
                           struct venue_message *message) {
    struct venue_symbol *symbol = message->symbol;
    struct venue_message old;
    char *text = self->pending;
    self->pending = NULL;
    if (parse(self, text, self->pending_len, symbol, &old) == STATUS_OK) {
        dispatch(self, &old);
    }
    free(text);
    const struct venue_counts counts = self->parser->counts;
    parse(self, bytes, len, NULL, message);
    self->parser->counts = counts;
}

void normalize_take(struct venue_normalizer *self, const char *bytes, size_t len) {
    struct venue_message message;
    const struct venue_counts before = self->parser->counts;
    const enum status status = parse(self, bytes, len, NULL, &message);
    if (status == STATUS_NOT_FOUND && message.nameless) {
        take_nameless(self, bytes, len, &before);
    } else if (status == STATUS_OK) {
        if (message.kind == MESSAGE_BOOK && self->pending != NULL) {
            settle_pending(self, bytes, len, &message);
        }
        dispatch(self, &message);
    }
    self->parser->counts.messages++;
}

bool normalize_learn(struct venue_normalizer *self, const char *bytes, size_t len) {
    struct venue_message message;
    const struct venue_counts counts = self->parser->counts;
    const enum status status = parse(self, bytes, len, NULL, &message);
    self->parser->counts = counts;
    return status == STATUS_OK &&
           (message.kind == MESSAGE_NONE ||
            (message.kind == MESSAGE_EVENTS && self->parser->slots[0].kind == EVENT_INSTRUMENT));
}

void normalize_end(struct venue_normalizer *self) {
    if (self->pending != NULL) {
        self->parser->counts.dropped_symbol++;
        free(self->pending);
        self->pending = NULL;
    }
    for (size_t i = 0; i < self->parser->symbols.count; i++) {
        if (self->books[i] != NULL) {
            emit_held(self, self->books[i]);
        }
    }
}

const struct venue_counts *normalize_counts(const struct venue_normalizer *self) {
    return &self->parser->counts;
}
