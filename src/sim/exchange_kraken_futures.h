/* sim/exchange_kraken_futures.h - Kraken Futures as its clients see it; see sim/exchange_dialect.h.
 *
 * One path, /ws/v1: trade, ticker, book, heartbeat, of linear perpetuals (PF_XBTUSD, sizes in coin)
 * and of inverse ones (PI_XBTUSD, the same market with sizes in USD); REST of /derivatives/api and
 * /api/charts. Liquidations are trades of that type; others of the types that are agreed upon off
 * the book come between.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_kraken_futures;

/* -- between exchange_kraken_futures.c and exchange_kraken_futures_rest.c -- */

extern const struct exchange_route exchange_kraken_futures_routes[];
enum { EXCHANGE_KRAKEN_FUTURES_ROUTES = 7 };
void exchange_kraken_futures_refuse(struct exchange_answer *answer, int http_code);

/* before"PF_XBTUSD", or "PI_XBTUSD". */
void exchange_kraken_futures_put_symbol(struct wire *out, const char *before,
                                        const struct exchange_symbol *symbol, bool inverse);
/* The symbol that a text of len bytes names; NULL: none. */
const struct exchange_symbol *exchange_kraken_futures_find(const struct exchange_server *server,
                                                           const char *name, size_t len,
                                                           bool *inverse);
/* before0.014, or before1400 USD: numbers. */
void exchange_kraken_futures_put_size(struct wire *out, const char *before, int64_t price_ticks,
                                      int64_t lots, bool inverse);
