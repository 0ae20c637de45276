/* sim/exchange_okx.h - OKX's USDT swaps as their clients see them; see sim/exchange_dialect.h.
 *
 * Paths /ws/v5/public and, for candles and trades-all, /ws/v5/business; REST of /api/v5. A contract
 * is OKX_LOTS_A_CONTRACT lots and comes in tenths. One ack an argument; liquidation-orders forgets
 * an instId; the text "ping" keeps a silent connection from being cut.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_okx;

/* -- between exchange_okx.c and exchange_okx_rest.c -- */

enum { OKX_LOTS_A_CONTRACT = 10 /* 0.01 coin */ };

extern const struct exchange_route exchange_okx_routes[];
enum { EXCHANGE_OKX_ROUTES = 15 };
void exchange_okx_refuse(struct exchange_answer *answer, int http_code);

/* What stream and REST share: rows, whole. */
void exchange_okx_put_instrument(const struct exchange_symbol *symbol, struct wire *out);
void exchange_okx_put_trade(const struct exchange_trade *trade, bool aggregate, struct wire *out);
void exchange_okx_put_forced(const struct exchange_liquidation *rows, size_t count,
                             struct wire *out);
void exchange_okx_put_levels(struct wire *out, const struct ladder_level *levels, size_t count);
void exchange_okx_put_kline(const struct exchange_kline *kline, bool closed, struct wire *out);
/* Rows of a ticker. */
void exchange_okx_put_mark(const struct exchange_symbol *symbol,
                           const struct exchange_ticker *ticker, int64_t now_ms, struct wire *out);
void exchange_okx_put_index(const struct exchange_symbol *symbol,
                            const struct exchange_ticker *ticker, int64_t now_ms, struct wire *out);
void exchange_okx_put_funding(const struct exchange_symbol *symbol,
                              const struct exchange_ticker *ticker, int64_t now_ms,
                              struct wire *out);
void exchange_okx_put_interest(const struct exchange_symbol *symbol,
                               const struct exchange_ticker *ticker, int64_t now_ms,
                               struct wire *out);
void exchange_okx_put_last(const struct exchange_symbol *symbol,
                           const struct exchange_ticker *ticker, int64_t now_ms, struct wire *out);
