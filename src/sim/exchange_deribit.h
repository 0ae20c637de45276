/* sim/exchange_deribit.h - Deribit as its clients see it; see sim/exchange_dialect.h.
 *
 * One path, /ws/api/v2, and /api/v2/public over HTTP, both JSON-RPC: trades, book, ticker,
 * perpetual, chart.trades (1), quote. Every coin has two perpetuals: BTC-PERPETUAL (inverse, in
 * contracts of 10 USD) and BTC_USDC-PERPETUAL (linear). Heartbeats on request, whose test_request
 * must be answered; subscriptions cost credits; channels that are unknown, or raw, are left out of
 * the answer.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_deribit;

/* -- between exchange_deribit.c and exchange_deribit_rest.c -- */

extern const struct exchange_route exchange_deribit_routes[];
enum { EXCHANGE_DERIBIT_ROUTES = 9 };
void exchange_deribit_refuse(struct exchange_answer *answer, int http_code);

/* BTC-PERPETUAL or BTC_USDC-PERPETUAL; NULL: neither is there. */
const struct exchange_symbol *exchange_deribit_find(const struct exchange_server *server,
                                                    const char *name, size_t len, bool *linear);
/* before"BTC-PERPETUAL" */
void exchange_deribit_put_name(struct wire *out, const char *before,
                               const struct exchange_symbol *symbol, bool linear);
/* before120.0: USD in whole contracts, or base coin. */
void exchange_deribit_put_amount(struct wire *out, const char *before, int64_t price_ticks,
                                 int64_t lots, bool linear);
/* {"trade_seq":…}: one of a list. */
void exchange_deribit_put_trade(struct wire *out, const struct exchange_trade *trade,
                                const struct exchange_ticker *ticker, bool linear);
/* The members of a ticker, without braces. */
void exchange_deribit_put_ticker(struct wire *out, const struct exchange_symbol *symbol,
                                 const struct exchange_ticker *ticker, int64_t now_ms, bool linear);
/* before[[price,amount],…] */
void exchange_deribit_put_levels(struct wire *out, const char *before,
                                 const struct ladder_level *levels, size_t count, bool linear);
