/* venue/parser.h - what every venue's parser is made of: one text in, a run of event messages out.
 *
 * A dialect (venue/dialect.h) reads a text in one pass (json/scan) and adds rows; the slots stay in
 * the parser until the next text. Thread: the owner's.  Owner: a feed or a normalizer.  Limit:
 * EVENT_MESSAGE_SLOTS_MAX slots a text; what does not fit is dropped and counted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"
#include "json/scan.h"
#include "market/event.h"
#include "venue/fields.h"
#include "venue/slots.h"
#include "venue/symbols.h"
#include "venue/venue.h"

struct venue_dialect;

enum venue_control {
    CONTROL_NONE,
    CONTROL_ACK,      /* a subscription was accepted */
    CONTROL_ERROR,    /* one was refused, or a message of ours; text says why */
    CONTROL_ALIVE,    /* a pong, a heartbeat, a greeting: nothing to do */
    CONTROL_ANSWER,   /* the text in `reply` is to be sent at once, byte for byte */
    CONTROL_RECONNECT /* the venue is about to cut: connect anew */
};

enum venue_message_kind {
    MESSAGE_NONE,    /* nothing came of it; it is counted */
    MESSAGE_EVENTS,  /* count slots: whole messages, BEGIN to END, of any symbols */
    MESSAGE_BOOK,    /* one book message of `symbol`, slots[0 .. count), sequenced by `step` */
    MESSAGE_CONTROL, /* of the protocol; no slots */
    MESSAGE_OTHER    /* JSON, but nothing of the stream: maybe a REST answer; not counted */
};

/* Where a book message stands in its chain. A venue whose ids follow on has prev_id = first_id - 1;
 * one that sends whole books only sends snapshots. */
struct venue_book_step {
    bool snapshot; /* it replaces the book, whatever went before */
    int64_t first_id, last_id, prev_id;
};

enum { VENUE_REPLY_BYTES = 256 };

struct venue_message {
    enum venue_message_kind kind;
    size_t count;
    struct venue_symbol *symbol; /* book; else of the newest row, NULL: none */
    struct venue_book_step step;
    int64_t sent_ms; /* the venue's newest time in it; 0: none */
    bool past;       /* rows from before the subscription (a first push of recent trades) */
    bool nameless;   /* a good book that does not say whose; about->symbol would */
    enum venue_control control;
    char reply[VENUE_REPLY_BYTES]; /* ANSWER: to send; ERROR: what the venue said; of a REST page
                                      the cursor of the next one, "": it is the last */
    enum status book_status;       /* while a book message is read */
};

struct venue_parser {
    const struct venue_dialect *dialect;
    struct venue_symbols symbols;
    struct venue_counts counts; /* rows dropped, messages ignored and malformed */
    bool keep_unknown_units;
    int64_t clock_ms;          /* the venue's time by the newest text that told it, kept by dialects
                                  some of whose messages have none; 0: not known */
    struct event *slots;       /* owned, EVENT_MESSAGE_SLOTS_MAX */
    struct decimal *contracts; /* owned, at the first slot of each message: the size as the venue
                                  gave it, where it counts contracts; mantissa 0: it does not */
};

/* NULL: out of memory. */
struct venue_parser *venue_parser_create(const struct venue_dialect *dialect,
                                         struct instrument_table *instruments);
void venue_parser_destroy(struct venue_parser *parser); /* NULL accepted */

/* One text of a socket (socket: the dialect's number of it; -1: not known, as in `normalize`).
 * STATUS_OK: message->kind is EVENTS, BOOK, CONTROL or OTHER. Else nothing came of it and it is
 * counted: STATUS_IGNORED, STATUS_MALFORMED, STATUS_UNKNOWN (side), STATUS_UNSUPPORTED (unit),
 * STATUS_NOT_FOUND (symbol), STATUS_RANGE (too many levels). A text of many rows is STATUS_OK if
 * one of them came out; those that did not are counted one by one. */
enum status venue_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                        int64_t recv_ns, struct venue_message *message);

/* What the request knew and the answer does not say; zeroed: nothing. */
struct venue_rest_about {
    const char *path; /* with its query, "" or NULL: not known, the shape decides */
    struct venue_symbol *symbol;
    int32_t interval_s; /* of klines; 0: not known */
};
/* A REST answer. Rows come out in the order of time, oldest first, whatever the venue's order (the
 * dialect need not care); bars without a flag of their own are CLOSED (the caller knows the time).
 * As venue_parse; MESSAGE_NONE and STATUS_OK: a list of instruments that holds nothing for us. */
enum status venue_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                             const char *bytes, size_t len, int64_t recv_ns,
                             struct venue_message *message);

/* -- for dialects -- */

/* Count what became of a row or message; STATUS_OK counts nothing. */
void venue_parser_count(struct venue_parser *parser, enum status status);

/* Room for n more slots of this text, cleared by the caller; NULL: none, and it is counted. They
 * count once venue_rows_end has been called. */
struct event *venue_rows_begin(struct venue_parser *parser, const struct venue_message *message,
                               size_t n);
/* Those n slots are one message: flags set, counted in; sent_ms follows their time. */
void venue_rows_end(struct venue_parser *parser, struct venue_message *message,
                    struct venue_symbol *symbol, size_t n);
/* What a row came to: STATUS_OK ends it (n slots), else it is dropped and counted. */
void venue_rows_judge(struct venue_parser *parser, struct venue_message *message,
                      struct venue_symbol *symbol, size_t n, enum status status);

/* For first pushes that begin with the newest row: the messages of the text are turned round, the
 * oldest first; nothing where their times do not fall. An answer's rows are put into order anyway.
 */
void venue_rows_turn(struct venue_parser *parser, const struct venue_message *message);

/* A trade or a liquidation, one row. detail: of a liquidation its enum price_kind; complete: the
 * venue publishes all of them. side: enum side, or enum position. id may be empty. */
struct venue_trade {
    struct venue_symbol *symbol;
    enum event_kind kind;
    unsigned side;
    enum price_kind price_kind;
    bool complete;
    struct decimal price, size;
    enum venue_unit unit; /* of size; the symbol's own, or the message's */
    int64_t ts_ms, recv_ns;
    struct span id;
};
/* side NONE is STATUS_UNKNOWN. Returns what became of it (counted). */
enum status venue_add_trade(struct venue_parser *parser, struct venue_message *message,
                            const struct venue_trade *trade);

/* Prices and funding and open interest of one moment: values with their bit; those alone go out.
 * RATE and NEXT go out without each other, too: a venue of deltas tells them apart. */
enum {
    TICKER_MARK = 1,
    TICKER_INDEX = 2,
    TICKER_LAST = 4,
    TICKER_RATE = 8,
    TICKER_NEXT = 16,
    TICKER_INTEREST = 32
};
struct venue_ticker {
    struct venue_symbol *symbol;
    unsigned has;
    struct decimal mark, index, last, rate, interest; /* rate: of one interval of the symbol */
    enum venue_unit interest_unit;                    /* interest: one side */
    int64_t next_ms, ts_ms, recv_ns;
};
/* Up to three slots, one message: prices, funding, open interest. Nothing: STATUS_IGNORED. */
enum status venue_add_ticker(struct venue_parser *parser, struct venue_message *message,
                             const struct venue_ticker *ticker);

/* Open interest of one side where the venue itself gives coin and notional; a value that it does
 * not give has its mantissa below zero. None of both: STATUS_UNSUPPORTED. */
enum status venue_add_interest(struct venue_parser *parser, struct venue_message *message,
                               struct venue_symbol *symbol, struct decimal base, struct decimal usd,
                               int64_t ts_ms, int64_t recv_ns);

enum status venue_add_kline(struct venue_parser *parser, struct venue_message *message,
                            struct venue_symbol *symbol, const struct venue_kline *kline,
                            int64_t recv_ns);

/* A book message: begin, its levels, end. The symbol may come after the levels: units are settled
 * at the end. What is wrong with one level makes the whole malformed. side: BUY for a bid. */
void venue_book_begin(struct venue_parser *parser, struct venue_message *message);
/* Thousands a message: inline, for the loops of those who read levels by themselves. */
static inline void venue_book_level(struct venue_parser *parser, struct venue_message *message,
                                    enum side side, struct decimal price, struct decimal size) {
    if (price.mantissa <= 0 || size.mantissa < 0) {
        message->book_status = STATUS_MALFORMED;
    } else if (message->count == EVENT_MESSAGE_SLOTS_MAX) {
        message->book_status = STATUS_RANGE;
    } else {
        struct event *slot = &parser->slots[message->count++];
        *slot = (struct event){.kind = EVENT_BOOK, .side = (unsigned)side & 3U};
        slot->exponent_a = price.exponent;
        slot->exponent_b = size.exponent;
        slot->u.level.price = price.mantissa;
        slot->u.level.qty_base = size.mantissa;
    }
}
/* The scan is at an array of levels: [[price, size, …], …]; further elements are passed over. */
void venue_book_levels(struct venue_parser *parser, struct venue_message *message, enum side side,
                       struct scan *scan);
/* message->step is set by then; levels of size 0 in a snapshot are left out. A message without
 * levels is one slot with side NONE. STATUS_OK: message is MESSAGE_BOOK; else what it came to, not
 * yet counted: MALFORMED, UNSUPPORTED (unit), NOT_FOUND (symbol NULL), RANGE (too many levels). */
enum status venue_book_end(struct venue_parser *parser, struct venue_message *message,
                           struct venue_symbol *symbol, int64_t ts_ms, int64_t recv_ns);

/* An instrument of the venue's list: remembered in symbol (contract, unit, multiplier, tick, lot,
 * listed are set by the dialect), and one slot; base: "" or its coin. */
enum status venue_add_instrument(struct venue_parser *parser, struct venue_message *message,
                                 struct venue_symbol *symbol, struct span base, int64_t ts_ms);
/* A margin table of a symbol: an EVENT_INSTRUMENT without facts and its rows. */
struct venue_tier {
    double notional_cap_usd; /* INFINITY: none */
    double mmr, leverage_max;
};
enum status venue_add_tiers(struct venue_parser *parser, struct venue_message *message,
                            struct venue_symbol *symbol, const struct venue_tier *tiers,
                            size_t count, int64_t ts_ms);

/* A text of the venue's as message->reply, escapes decoded; "": it is none, or too long for it. */
void venue_message_reply(struct venue_message *message, const struct scan_value *text);

/* The symbol a value names, escapes decoded; NULL: no text, or not known (see symbols->closed). */
struct venue_symbol *venue_symbol_of(struct venue_parser *parser, const struct scan_value *value);
