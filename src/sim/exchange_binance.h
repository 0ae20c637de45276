/* sim/exchange_binance.h - Binance USD-M and COIN-M as their clients see them; see
 * sim/exchange_dialect.h, for which this is the worked example.
 *
 * Binance of 2026: /public and /market sockets in `stream` and `ws` form (USD-M; COIN-M has one),
 * SUBSCRIBE and its sisters, aggTrade, forceOrder (the largest of each second), depth with U/u/pu,
 * bookTicker, markPrice, kline_1m, contractInfo, REST history.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_binance_usdm, exchange_binance_coinm;

/* -- shared by exchange_binance*.c -- */

enum { BINANCE_BARE, BINANCE_WRAPPED };               /* wrapped: {"stream":…,"data":…} */
enum { BINANCE_ALL, BINANCE_PUBLIC, BINANCE_MARKET }; /* groups of channels */
/* Identifier, what it tells, where USD-M speaks it, its name (after the symbol unless it starts
 * with "!"), one for all symbols, how often. */
#define BINANCE_STREAM_LIST(X)                                                                     \
    X(AGG_TRADE, TELLS_TRADES, BINANCE_MARKET, "@aggTrade", false, 0)                              \
    X(FORCE_ORDER, TELLS_LIQUIDATIONS, BINANCE_MARKET, "@forceOrder", false, 0)                    \
    X(FORCE_ORDER_ALL, TELLS_LIQUIDATIONS, BINANCE_MARKET, "!forceOrder@arr", true, 0)             \
    X(MARK_3S, TELLS_TICKER, BINANCE_MARKET, "@markPrice", false, 3000)                            \
    X(MARK_1S, TELLS_TICKER, BINANCE_MARKET, "@markPrice@1s", false, 1000)                         \
    X(MARK_ALL_3S, TELLS_TICKER, BINANCE_MARKET, "!markPrice@arr", true, 3000)                     \
    X(MARK_ALL_1S, TELLS_TICKER, BINANCE_MARKET, "!markPrice@arr@1s", true, 1000)                  \
    X(KLINE_1M, TELLS_KLINE, BINANCE_MARKET, "@kline_1m", false, 250)                              \
    X(CONTRACT_INFO, TELLS_CONTRACT, BINANCE_MARKET, "!contractInfo", true, 0)                     \
    X(DEPTH_100, TELLS_BOOK, BINANCE_PUBLIC, "@depth@100ms", false, 100)                           \
    X(DEPTH_250, TELLS_BOOK, BINANCE_PUBLIC, "@depth", false, 250)                                 \
    X(DEPTH_500, TELLS_BOOK, BINANCE_PUBLIC, "@depth@500ms", false, 500)                           \
    X(BOOK_TICKER, TELLS_TOUCH, BINANCE_PUBLIC, "@bookTicker", false, 0)                           \
    X(TRADE, TELLS_TRADES, BINANCE_PUBLIC, "@trade", false, 0)

enum wire_stream {
#define BINANCE_STREAM_ENUM(name, tells, group, text, all, ms) WIRE_##name,
    BINANCE_STREAM_LIST(BINANCE_STREAM_ENUM)
#undef BINANCE_STREAM_ENUM
        WIRE_INDEX_1S, /* COIN-M alone */
    WIRE_USDM_COUNT = WIRE_INDEX_1S
};

const struct exchange_channel *exchange_binance_channel(const struct exchange_server *server,
                                                        int channel);

extern const struct exchange_route exchange_binance_usdm_routes[];
extern const struct exchange_route exchange_binance_coinm_routes[];
enum { EXCHANGE_BINANCE_USDM_ROUTES = 12, EXCHANGE_BINANCE_COINM_ROUTES = 11 };

bool exchange_binance_is_coinm(const struct exchange_server *server);
int exchange_binance_contract_usd(const struct exchange_symbol *symbol); /* of COIN-M */
/* "BTCUSD" of BTCUSD_PERP; USD-M: the symbol itself. */
void exchange_binance_pair(const struct exchange_server *server,
                           const struct exchange_symbol *symbol, char out[EXCHANGE_SYMBOL_BYTES]);
/* before"price", before"size": two places and base coin, or one place and contracts. */
void exchange_binance_put_price(struct wire *out, const struct exchange_server *server,
                                const char *before, int64_t ticks);
void exchange_binance_put_size(struct wire *out, const struct exchange_server *server,
                               const struct exchange_symbol *symbol, const char *before,
                               int64_t ticks, int64_t lots);
void exchange_binance_put_levels(struct wire *out, const struct exchange_server *server,
                                 const struct exchange_symbol *symbol,
                                 const struct ladder_level *levels, size_t count);
void exchange_binance_refuse(struct exchange_answer *answer, int http_code);

/* -- exchange_binance_write.c: the writers of both tables -- */
void exchange_binance_write_trades(const struct exchange_words *words,
                                   const struct exchange_trade *rows, size_t count,
                                   struct wire *out);
void exchange_binance_write_liquidations(const struct exchange_words *words,
                                         const struct exchange_liquidation *rows, size_t count,
                                         struct wire *out);
void exchange_binance_write_book(const struct exchange_words *words,
                                 const struct exchange_book *book, struct wire *out);
void exchange_binance_write_ticker(const struct exchange_words *words,
                                   const struct exchange_ticker *ticker, struct wire *out);
void exchange_binance_write_kline(const struct exchange_words *words,
                                  const struct exchange_kline *kline, bool closed,
                                  struct wire *out);
void exchange_binance_write_contract(const struct exchange_words *words, struct wire *out);
bool exchange_binance_write_odd(const struct exchange_words *words, enum exchange_odd odd,
                                struct wire *out);
