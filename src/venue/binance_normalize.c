#include "venue/binance_normalize.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "venue/book_chain.h"
#include "venue/binance_parse.h"
#include "venue/binance_rest.h"

/* A symbol's book on its way through. */
struct normal_book {
    struct book_chain sequence;
    int64_t last_ts_ms; /* of the newest update that passed */
};

struct venue_normalizer {
    struct venue_normalizer_desc desc;
    struct binance_parser *parser;                       /* owned; its counts are ours */
    struct normal_book *books[BINANCE_SYMBOL_COUNT_MAX]; /* owned; by entry of the symbol */
    struct binance_symbol *depth_symbol;                 /* the first with depth */
    bool several_depths;
    struct event *pending; /* owned: a bare snapshot before any depth */
    size_t pending_count;
    int64_t pending_id;
};

static struct venue_normalizer *create(const struct venue_normalizer_desc *desc,
                                       enum venue_id home) {
    struct venue_normalizer *self = calloc(1, sizeof *self);
    struct binance_parser *parser = binance_parser_create(desc->instruments, home);
    if (self == NULL || parser == NULL) {
        free(self);
        binance_parser_destroy(parser);
        return NULL;
    }
    self->desc = *desc;
    self->parser = parser;
    parser->keep_unknown_units = desc->keep_unknown_units;
    return self;
}

struct venue_normalizer *binance_normalize_create_usdm(const struct venue_dialect *dialect,
                                                       const struct venue_normalizer_desc *desc) {
    (void)dialect;
    return create(desc, VENUE_BINANCE_USDM);
}

struct venue_normalizer *binance_normalize_create_coinm(const struct venue_dialect *dialect,
                                                        const struct venue_normalizer_desc *desc) {
    (void)dialect;
    return create(desc, VENUE_BINANCE_COINM);
}

void binance_normalize_destroy(struct venue_normalizer *self) {
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < BINANCE_SYMBOL_COUNT_MAX; i++) {
        if (self->books[i] != NULL) {
            book_chain_finish(&self->books[i]->sequence);
            free(self->books[i]);
        }
    }
    binance_parser_destroy(self->parser);
    free(self->pending);
    free(self);
}

static void emit(struct venue_normalizer *self, const struct event *slots, size_t count,
                 const struct decimal *contracts) {
    self->parser->counts.events[slots[0].kind]++;
    self->desc.on_message(self->desc.user, slots, count, contracts);
}

/* Every message of a run of them. */
static void emit_all(struct venue_normalizer *self, const struct event *slots, size_t count,
                     const struct decimal *contracts) {
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        if ((slots[i].flags & EVENT_FLAG_END) != 0) {
            emit(self, slots + begin, i + 1 - begin, contracts);
            begin = i + 1;
        }
    }
}

static void emit_held(struct venue_normalizer *self, struct normal_book *book) {
    const struct book_chain *sequence = &book->sequence;
    for (size_t i = 0; i < sequence->update_count; i++) {
        const struct book_chain_update *update = &sequence->updates[i];
        book->last_ts_ms = sequence->held[update->slot_begin].ts_ms;
        emit(self, sequence->held + update->slot_begin, update->slot_count, NULL);
    }
    book_chain_release(&book->sequence);
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

/* NULL: out of memory. */
static struct normal_book *find_book(struct venue_normalizer *self,
                                     const struct binance_symbol *symbol) {
    struct normal_book **place = &self->books[symbol - self->parser->symbols.entries];
    if (*place == NULL) {
        *place = calloc(1, sizeof **place);
        if (*place != NULL) {
            (*place)->sequence.by_request = true;
        }
    }
    return *place;
}

/* False: it was too old for what is held. */
static bool pass_snapshot(struct venue_normalizer *self, struct normal_book *book, int64_t id,
                          const struct event *slots, size_t count) {
    if (book_chain_snapshot(&book->sequence, id) != STATUS_OK) {
        return false;
    }
    book->last_ts_ms = slots[0].ts_ms;
    emit(self, slots, count, NULL);
    emit_held(self, book);
    return true;
}

/* The symbol of a bare snapshot is known now: it takes its place before the first update. */
static void settle_pending(struct venue_normalizer *self, struct normal_book *book,
                           const struct binance_symbol *symbol) {
    if (self->pending_count == 0) {
        return;
    }
    for (size_t i = 0; i < self->pending_count; i++) {
        self->pending[i].instrument = symbol->instrument;
    }
    if (!pass_snapshot(self, book, self->pending_id, self->pending, self->pending_count)) {
        self->parser->counts.ignored++;
    }
    self->pending_count = 0;
}

static void take_depth(struct venue_normalizer *self, const struct binance_message *message) {
    const struct event *slots = self->parser->slots;
    const struct venue_book_step step = {
        .first_id = message->first_id, .last_id = message->last_id, .prev_id = message->prev_id};
    struct normal_book *book = find_book(self, message->symbol);
    if (book == NULL) {
        self->parser->counts.dropped_oversized++;
        return;
    }
    if (self->depth_symbol == NULL) {
        self->depth_symbol = message->symbol;
        settle_pending(self, book, message->symbol);
    }
    self->several_depths = self->several_depths || self->depth_symbol != message->symbol;
    const int64_t from_ms = book->last_ts_ms;
    switch (book_chain_take(&book->sequence, &step, slots, message->count)) {
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

static void keep_pending(struct venue_normalizer *self, const struct binance_message *message) {
    if (self->pending == NULL) {
        self->pending = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *self->pending);
    }
    if (self->pending == NULL || self->pending_count > 0) {
        self->parser->counts.dropped_symbol++;
        return;
    }
    memcpy(self->pending, self->parser->slots, message->count * sizeof *self->pending);
    self->pending_count = message->count;
    self->pending_id = message->last_id;
}

static void take_snapshot(struct venue_normalizer *self, const struct binance_message *message) {
    struct binance_symbol *symbol = message->symbol;
    if (symbol == NULL && self->depth_symbol == NULL) {
        keep_pending(self, message);
        return;
    }
    if (symbol == NULL && !self->several_depths) {
        symbol = self->depth_symbol;
    }
    struct normal_book *book = symbol == NULL ? NULL : find_book(self, symbol);
    if (book == NULL) {
        self->parser->counts.dropped_symbol++;
        return;
    }
    for (size_t i = 0; i < message->count; i++) {
        self->parser->slots[i].instrument = symbol->instrument;
    }
    if (!pass_snapshot(self, book, message->last_id, self->parser->slots, message->count)) {
        self->parser->counts.ignored++;
    }
}

void binance_normalize_take(struct venue_normalizer *self, const char *bytes, size_t len) {
    struct binance_parser *parser = self->parser;
    struct binance_message message;
    parser->counts.messages++;
    enum status status = binance_parse(parser, bytes, len, 0, &message);
    if (message.kind == BINANCE_OTHER) {
        status = binance_rest_parse(parser, bytes, len, 0, NULL, &message);
        binance_parser_count(parser, status);
    }
    if (status != STATUS_OK) {
        return;
    }
    if (message.kind == BINANCE_DEPTH) {
        take_depth(self, &message);
    } else if (message.kind == BINANCE_SNAPSHOT) {
        take_snapshot(self, &message);
    } else {
        emit_all(self, parser->slots, message.count,
                 message.has_contracts ? &message.contracts : NULL);
    }
}

bool binance_normalize_learn(struct venue_normalizer *self, const char *bytes, size_t len) {
    struct binance_message message;
    const struct venue_counts counts = self->parser->counts;
    const enum status status = binance_rest_parse(self->parser, bytes, len, 0, NULL, &message);
    self->parser->counts = counts;
    return status == STATUS_OK && message.kind == BINANCE_INSTRUMENT;
}

void binance_normalize_end(struct venue_normalizer *self) {
    if (self->pending_count > 0) {
        self->parser->counts.dropped_symbol++;
        self->pending_count = 0;
    }
    for (size_t i = 0; i < self->parser->symbols.count; i++) {
        if (self->books[i] != NULL) {
            emit_held(self, self->books[i]);
        }
    }
}

const struct venue_counts *binance_normalize_counts(const struct venue_normalizer *self) {
    return &self->parser->counts;
}
