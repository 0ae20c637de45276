/* venue/binance_symbols.h - which of Binance's two markets a symbol belongs to, and what a contract
 * is worth.
 *
 * Both markets share streams: the symbol decides, by the exchangeInfo answers seen, else by its
 * form
 * ("_" and a quote of USD: COIN-M; a stable coin before the "_": a dated USD-M contract).
 * Thread: the parser's.  Owner: the parser.  Limit: BINANCE_SYMBOL_COUNT_MAX; beyond, refused and
 * counted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "market/decimal.h"
#include "market/instrument.h"

enum { BINANCE_SYMBOL_COUNT_MAX = 4096, BINANCE_SYMBOL_INDEX_SIZE = 8192 };

struct binance_symbol {
    char text[INSTRUMENT_SYMBOL_BYTES];
    size_t len;
    uint16_t instrument;          /* in the instrument table */
    enum venue_id venue;          /* binance_usdm or binance_coinm */
    bool listed;                  /* in an exchangeInfo answer: venue is certain */
    struct decimal contract_size; /* COIN-M: USD a contract; 0: not known */
    int funding_interval_h;       /* 0: not known */
};

struct binance_symbols {
    struct instrument_table *instruments; /* borrowed */
    enum venue_id home;                   /* of symbols without a "_" */
    bool closed;                          /* only symbols added by binance_symbols_add are known */
    size_t count;
    int64_t refused_count;
    uint16_t index[BINANCE_SYMBOL_INDEX_SIZE]; /* entry + 1; open addressing */
    struct binance_symbol entries[BINANCE_SYMBOL_COUNT_MAX];
};

/* symbols zeroed by the caller (it is large: on the heap). */
void binance_symbols_init(struct binance_symbols *symbols, struct instrument_table *instruments,
                          enum venue_id home);

/* The entry, made if new. NULL: empty, too long, or a limit. */
struct binance_symbol *binance_symbols_add(struct binance_symbols *symbols, struct span text);
/* The entry; made if new unless closed. NULL: not known, or as above. */
struct binance_symbol *binance_symbols_find(struct binance_symbols *symbols, struct span text);

/* An exchangeInfo answer names it: contract_size 0 means USD-M. */
void binance_symbols_list(struct binance_symbols *symbols, struct binance_symbol *symbol,
                          struct decimal contract_size);
