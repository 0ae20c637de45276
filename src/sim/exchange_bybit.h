/* sim/exchange_bybit.h - Bybit v5 as its clients see it; see sim/exchange_dialect.h.
 *
 * Two paths, /v5/public/linear (BTCUSDT, sizes in coin) and /v5/public/inverse (BTCUSD, the same
 * market with sizes in USD): publicTrade, allLiquidation, orderbook.{1,50,200,1000}, tickers,
 * kline.1; {"op":"ping"}; REST of /v5/market.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_bybit;

/* -- between exchange_bybit.c and exchange_bybit_rest.c -- */

extern const struct exchange_route exchange_bybit_routes[];
enum { EXCHANGE_BYBIT_ROUTES = 9 };
void exchange_bybit_refuse(struct exchange_answer *answer, int http_code);

/* "BTCUSDT", or BTCUSD of the inverse market, with its quotes. */
void exchange_bybit_put_symbol(struct wire *out, const char *before,
                               const struct exchange_symbol *symbol, bool inverse);
/* The symbol that a text of len bytes names in one of the markets; NULL: none. */
const struct exchange_symbol *exchange_bybit_find(const struct exchange_server *server,
                                                  const char *name, size_t len, bool inverse);
/* before"0.014", or before"1400" USD. */
void exchange_bybit_put_size(struct wire *out, const char *before, int64_t price_ticks,
                             int64_t lots, bool inverse);
/* [["price","size"],…] */
void exchange_bybit_put_levels(struct wire *out, const char *before,
                               const struct ladder_level *levels, size_t count, bool inverse);
/* The members of a ticker, from its symbol on, without its braces. */
void exchange_bybit_put_ticker(struct wire *out, const struct exchange_symbol *symbol,
                               const struct exchange_ticker *ticker, bool inverse);
