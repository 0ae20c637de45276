/* market/instrument.h - venues, instruments and their table.
 *
 * Thread: any thread adds and reads; an added entry never changes or moves.  Owner: app.
 * Limit: INSTRUMENT_COUNT_MAX entries; instrument_add refuses beyond.
 * What may change (tick, multiplier, tiers) travels as events; the table holds identity only. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VENUE_LIST(X)                                                                              \
    X(BINANCE_USDM, "binance_usdm", "Binance USDT-M")                                              \
    X(BINANCE_COINM, "binance_coinm", "Binance COIN-M")                                            \
    X(BYBIT, "bybit", "Bybit")                                                                     \
    X(OKX, "okx", "OKX")                                                                           \
    X(BITGET, "bitget", "Bitget")                                                                  \
    X(GATE, "gate", "Gate")                                                                        \
    X(HYPERLIQUID, "hyperliquid", "Hyperliquid")                                                   \
    X(DERIBIT, "deribit", "Deribit")                                                               \
    X(KRAKEN_FUTURES, "kraken_futures", "Kraken Futures")                                          \
    X(HTX, "htx", "HTX")

enum venue_id {
    VENUE_NONE,
#define VENUE_ENUM(name, key, title) VENUE_##name,
    VENUE_LIST(VENUE_ENUM)
#undef VENUE_ENUM
        VENUE_COUNT
};

const char *venue_key(enum venue_id venue);   /* "binance_usdm"; "" for VENUE_NONE */
const char *venue_title(enum venue_id venue); /* for people */
enum venue_id venue_from_key(const char *key,
                             size_t len); /* "binance" means binance_usdm; NONE: unknown */

enum { INSTRUMENT_COUNT_MAX = 4096, INSTRUMENT_SYMBOL_BYTES = 48 };
#define INSTRUMENT_NONE UINT16_MAX

struct instrument {
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES]; /* the venue's own, UTF-8, terminated */
    atomic_bool ready;                    /* release: the fields above are complete */
};

struct instrument_table {
    struct instrument entries[INSTRUMENT_COUNT_MAX];
    atomic_uint count;  /* claimed entries; those with ready set may be read */
    atomic_bool adding; /* somebody looks whether one is new */
};

struct instrument_table *instrument_table_create(void); /* NULL: out of memory */
void instrument_table_destroy(struct instrument_table *table);

/* The index of venue + symbol, added if new. INSTRUMENT_NONE: the table is full, the symbol is
 * empty or too long, or venue is NONE. Any thread: two that add the same get the same. */
uint16_t instrument_add(struct instrument_table *table, enum venue_id venue, const char *symbol,
                        size_t symbol_len);
uint16_t instrument_find(const struct instrument_table *table, enum venue_id venue,
                         const char *symbol, size_t symbol_len);
const struct instrument *instrument_get(const struct instrument_table *table, uint16_t index);

/* The base coin that a symbol names, in capitals, as venues write theirs: BTCUSDT, BTC-USDT-SWAP,
 * BTC_USDT, BTCUSD_PERP, BTC-PERPETUAL, PF_XBTUSD and BTC are all BTC. Multiples stay apart
 * (1000PEPE is not PEPE). A guess for where the venue does not say; out is cut to fit. */
enum { INSTRUMENT_BASE_BYTES = 16 };
void instrument_base_of_symbol(const char *symbol, char out[INSTRUMENT_BASE_BYTES]);
/* The same coin as a venue names it, ended by '\0' or len: capitals, and BTC for XBT. */
void instrument_base_of_name(const char *name, size_t len, char out[INSTRUMENT_BASE_BYTES]);
