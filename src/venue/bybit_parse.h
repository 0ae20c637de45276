/* venue/bybit_parse.h - Bybit v5: public stream texts and REST answers of linear and inverse
 * contracts to rows.
 *
 *   linear    BTCUSDT, BTCPERP, BTC-26DEC25, BTCUSDT-26DEC25   sizes in base coin
 *   inverse   BTCUSD, BTCUSDZ25                                sizes in USD
 *
 * Sides: a trade's S is the taker; a liquidation's S is the POSITION (Buy: a long was liquidated),
 * its p the bankruptcy price. openInterest counts both sides, singleOpenInterest one. Of several
 * books of a symbol the deepest counts. Left out: block trades (agreed upon off the book, they have
 * no aggressor), spot, options, RPI and full books.  Thread: the parser's. */
#pragma once

#include "venue/dialect.h"

/* Contract and unit, as far as the symbol's text is certain; options are unwanted. */
void bybit_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

enum status bybit_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                        int64_t recv_ns, struct venue_message *message);
enum status bybit_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                             const char *bytes, size_t len, int64_t recv_ns,
                             struct venue_message *message);

/* The list of instruments is asked for kind by kind; the page after the linear ones has this for
 * its cursor, those after it this and ":" before the venue's. */
#define BYBIT_CURSOR_INVERSE "inverse"

/* -- what stream and REST share -- */

struct bybit_work { /* a text on its way through */
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns;
};

/* The members of a ticker, stream or REST. symbol: where it names none. Adds what is there. */
enum status bybit_read_ticker(struct bybit_work *work, struct scan *scan, int64_t ts_ms,
                              struct venue_symbol *symbol);
/* Half of it, exact: one side of what counts both. False: too long. */
bool bybit_halve(struct decimal both, struct decimal *one);
/* "1" .. "720", "D", "W" in seconds; 0: a month, or none of them. */
int32_t bybit_interval_s(struct span text);
/* Volume and turnover in base coin and USD, by the kind of contract: of an inverse one the volume
 * counts USD. */
void bybit_kline_volumes(const struct venue_symbol *symbol, struct decimal volume,
                         struct decimal turnover, struct venue_kline *kline);
