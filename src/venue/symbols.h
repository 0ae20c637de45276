/* venue/symbols.h - the instruments of one venue: what their sizes count, what a contract is worth.
 *
 * Thread: the parser's.  Owner: the parser.  Limit: VENUE_SYMBOL_TABLE_MAX; beyond, refused and
 * counted. Nothing is guessed: a symbol whose unit is not known has UNIT_NONE, and its rows are
 * dropped and counted until the venue's list of instruments has said it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "market/decimal.h"
#include "market/event.h"
#include "market/instrument.h"

enum { VENUE_SYMBOL_TABLE_MAX = 4096, VENUE_SYMBOL_INDEX_SIZE = 8192 };

/* What a number that stands for a size counts. */
enum venue_unit {
    UNIT_NONE,     /* not known */
    UNIT_BASE,     /* base coin */
    UNIT_QUOTE,    /* quote coin; USD of an inverse contract */
    UNIT_CONTRACTS /* times multiplier: base coin of a linear contract, USD of an inverse one */
};

struct venue_symbol {
    char text[INSTRUMENT_SYMBOL_BYTES]; /* as the venue writes it */
    size_t len;
    uint16_t instrument;       /* in the instrument table */
    enum venue_id venue;       /* Binance's streams are shared by two */
    enum contract contract;    /* CONTRACT_NONE: not known */
    enum venue_unit unit;      /* of trades, liquidations, books and open interest */
    struct decimal multiplier; /* of UNIT_CONTRACTS; 0: not known */
    struct decimal tick, lot;  /* 0: not known */
    struct decimal mark;       /* the newest that was read, for margin tables in contracts; 0 */
    bool listed;               /* the venue's list of instruments has it */
    bool unwanted;             /* listed as something that is not a future: its rows are ignored */
    int funding_interval_h;    /* 0: not known */
    int number;                /* the venue's own for it (a product line, an index); 0 */
};

struct venue_symbols {
    struct instrument_table *instruments; /* borrowed */
    enum venue_id home;                   /* whose symbols they are */
    /* A new symbol: venue, contract and unit as far as its text alone is certain. May be NULL. */
    void (*settle)(struct venue_symbols *symbols, struct venue_symbol *symbol);
    bool closed; /* only symbols added by venue_symbols_add are known */
    size_t count;
    int64_t refused_count;
    uint16_t index[VENUE_SYMBOL_INDEX_SIZE]; /* entry + 1; open addressing */
    struct venue_symbol entries[VENUE_SYMBOL_TABLE_MAX];
};

/* symbols zeroed by the caller (it is large: on the heap). */
void venue_symbols_init(struct venue_symbols *symbols, struct instrument_table *instruments,
                        enum venue_id home,
                        void (*settle)(struct venue_symbols *symbols, struct venue_symbol *symbol));

/* The entry, made if new. NULL: empty, too long, no UTF-8, or a limit. */
struct venue_symbol *venue_symbols_add(struct venue_symbols *symbols, struct span text);
/* The entry; made if new unless closed. NULL: not known, or as above. */
struct venue_symbol *venue_symbols_find(struct venue_symbols *symbols, struct span text);
/* The entry; NULL: there is none yet. */
struct venue_symbol *venue_symbols_peek(struct venue_symbols *symbols, struct span text);

/* It belongs to another venue than was thought. False: the instrument table is full, nothing
 * changed. */
bool venue_symbols_move(struct venue_symbols *symbols, struct venue_symbol *symbol,
                        enum venue_id venue);
