/* venue/bitget_parse.h - Bitget's texts (unified account, v3) to rows: streams and REST answers.
 *
 * Sizes: linear contracts count base coin, coin-margined ones quote coin; liquidations count quote
 * coin on the stream, and on REST what the rows themselves prove (bitget_rest.c). Open interest
 * counts base coin everywhere. What books of coin-margined contracts count is not documented: they
 * are dropped. The classic texts of v2 ("channel", "instId") are ignored. Thread: the parser's. */
#pragma once

#include "venue/parser.h"

/* venue_symbol.number: the product line, and what else is known of a symbol. */
enum bitget_number {
    BITGET_LINE_NONE,
    BITGET_LINE_USDT,
    BITGET_LINE_COIN,
    BITGET_LINE_USDC,
    BITGET_LINE_MASK = 3,
    BITGET_FULL_BOOK = 4, /* its "books" were seen: the shorter ones would break them */
    BITGET_DATED = 8      /* it is delivered: no funding */
};

enum { BITGET_CATEGORY_BYTES = 16 };

/* "usdt-futures", as streams write it, and "USDT-FUTURES", as requests do. */
const char *bitget_line_name(int line);
void bitget_category(int line, char out[BITGET_CATEGORY_BYTES]);
/* "usdt-futures" in any case; BITGET_LINE_NONE: no line of futures. */
int bitget_line_of(struct span text);
/* Its line by what its text ends in; other texts wait for the list or a stream to say it. */
void bitget_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);
/* A message says that symbol is of this line. False: the venue's list says otherwise. */
bool bitget_set_line(struct venue_symbol *symbol, int line);

/* "buy", "sell" as enum side; 0: neither. */
unsigned bitget_side(const struct scan_value *value);

enum status bitget_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                         int64_t recv_ns, struct venue_message *message);
enum status bitget_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                              const char *bytes, size_t len, int64_t recv_ns,
                              struct venue_message *message);
