/* sim/exchange_binance.h - Binance USD-M and COIN-M as their clients see them; see
 * sim/exchange_dialect.h, for which this is the worked example.
 *
 * Binance of 2026: /public and /market sockets in `stream` and `ws` form (USD-M; COIN-M has one),
 * SUBSCRIBE and its sisters, aggTrade, forceOrder (the largest of each second), depth with U/u/pu,
 * bookTicker, markPrice, kline_1m, contractInfo, REST history.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_binance_usdm, exchange_binance_coinm;

/* -- between exchange_binance.c and exchange_binance_rest.c -- */

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
