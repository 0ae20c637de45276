/* sim/exchange_htx.h - HTX's USDT-margined swaps as their clients see them; see
 * sim/exchange_dialect.h.
 *
 * Paths /linear-swap-ws (market), /linear-swap-notification and /ws_index; every message is gzip in
 * a binary frame. Each socket is pinged every 5 s and wants the very token back; who misses five is
 * cut. REST of /linear-swap-api and /linear-swap-ex; the coin-margined lists are empty. A contract
 * is one lot.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_htx;

/* -- between exchange_htx.c and exchange_htx_rest.c -- */

extern const struct exchange_route exchange_htx_routes[];
enum { EXCHANGE_HTX_ROUTES = 13 };
void exchange_htx_refuse(struct exchange_answer *answer, int http_code);

/* What stream and REST share: rows, whole. */
void exchange_htx_put_trade(const struct exchange_trade *trade, struct wire *out);
/* listed: the members that only REST has. */
void exchange_htx_put_forced(const struct exchange_liquidation *row, bool listed, struct wire *out);
/* [[price,contracts],…] */
void exchange_htx_put_levels(struct wire *out, const struct ladder_level *levels, size_t count);
/* The members of a bar, without its braces. */
void exchange_htx_put_bar(const struct exchange_kline *kline, struct wire *out);
void exchange_htx_put_contract(const struct exchange_symbol *symbol, struct wire *out);
