/* venue/deribit_parse.h - Deribit's JSON-RPC texts to rows: subscriptions and answers.
 *
 * Sizes and open interest count USD on inverse contracts ("reversed"), base coin on linear ones.
 * A trade with a `liquidation` flag is a liquidation as well as a trade. Thread: the parser's. */
#pragma once

#include "venue/parser.h"

enum {
    DERIBIT_FULL_BOOK = 1,         /* venue_symbol.number: its whole book was seen */
    DERIBIT_SUBSCRIBE_ID = 7000000 /* a subscription's id is that and how many channels it asks for:
                                      the answer lists those that were granted */
};

/* By its text: options and spot pairs are not wanted, BTC-PERPETUAL is inverse, BTC_USDC-… linear.
 */
void deribit_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

/* -- shared by both -- */

struct deribit_work {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns;
    bool history; /* an answer: bars are closed */
};

/* The scan has entered the object of one trade. */
void deribit_read_trade(struct deribit_work *work, struct scan *scan);
/* A ticker's object, or a summary's: prices, funding, open interest of one instrument. */
void deribit_read_ticker(struct deribit_work *work, struct scan *scan);
/* A book's object. top: whole, a few levels. Its status, not counted. */
enum status deribit_read_book(struct deribit_work *work, struct scan *scan, bool top);
/* What an error says, as message->reply. */
void deribit_set_reply(struct venue_message *message, const struct venue_field *error);

enum status deribit_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                          int64_t recv_ns, struct venue_message *message);
enum status deribit_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                               const char *bytes, size_t len, int64_t recv_ns,
                               struct venue_message *message);
