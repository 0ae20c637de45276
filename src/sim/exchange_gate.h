/* sim/exchange_gate.h - Gate's USDT futures as their clients see them; see sim/exchange_dialect.h.
 *
 * One path, /v4/ws/usdt: trades, public_liquidates (a contract's or "!all"), obu and
 * order_book_update, tickers, candlesticks, contract_stats, book_ticker; futures.ping; REST of
 * /api/v4/futures/usdt. A contract is GATE_LOTS_A_CONTRACT lots. Who sends X-Gate-Size-Decimal: 1
 * gets sizes as decimal texts; others get whole numbers, cut off, and liquidations' times in
 * seconds, as older servers had it.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_gate;

/* -- between exchange_gate.c and exchange_gate_rest.c -- */

enum { GATE_LOTS_A_CONTRACT = 10 /* 0.01 coin */ };

extern const struct exchange_route exchange_gate_routes[];
enum { EXCHANGE_GATE_ROUTES = 12 };
void exchange_gate_refuse(struct exchange_answer *answer, int http_code);

/* before"12.5" or, where not decimal, before12: contracts, with the sign of lots. */
void exchange_gate_put_size(struct wire *out, const char *before, int64_t lots, bool decimal);
/* [{"p":"…","s":"…"},…] */
void exchange_gate_put_levels(struct wire *out, const struct ladder_level *levels, size_t count,
                              bool decimal);
/* The members of a ticker, without its brace at the end. */
void exchange_gate_put_ticker(const struct exchange_server *server,
                              const struct exchange_symbol *symbol, struct wire *out);
