/* sim/exchange_bitget.h - Bitget's futures (v3) as their clients see them; see
 * sim/exchange_dialect.h.
 *
 * One path, /v3/ws/public: ticker, publicTrade, books, books1/5/50, kline (1m), liquidation (of a
 * line); text ping; REST of /api/v3/market. Every coin has three contracts: BTCUSDT, BTCPERP (USDC)
 * and BTCUSD (coin-margined; its trades count quote coin, it has no books here, as what theirs
 * count is not documented).  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_bitget;

/* -- between exchange_bitget.c and exchange_bitget_rest.c -- */

enum bitget_wire_line { WIRE_USDT, WIRE_USDC, WIRE_COIN, WIRE_LINE_COUNT };

extern const struct exchange_route exchange_bitget_routes[];
enum { EXCHANGE_BITGET_ROUTES = 11 };
void exchange_bitget_refuse(struct exchange_answer *answer, int http_code);

/* "usdt-futures", or "USDT-FUTURES" where `capital`; WIRE_LINE_COUNT: none of them. */
enum bitget_wire_line exchange_bitget_line(const char *text, bool capital);
const char *exchange_bitget_line_name(enum bitget_wire_line line, bool capital);
/* By the line's name of it; NULL: unknown. */
const struct exchange_symbol *exchange_bitget_find(const struct exchange_server *server,
                                                   const char *name, enum bitget_wire_line line);

/* before"BTCUSDT" */
void exchange_bitget_put_symbol(struct wire *out, const char *before,
                                const struct exchange_symbol *symbol, enum bitget_wire_line line);
/* before"0.012": base coin, or quote coin of a coin-margined contract. */
void exchange_bitget_put_size(struct wire *out, const char *before, int64_t price_ticks,
                              int64_t lots, enum bitget_wire_line line);
/* A row of a liquidation up to its time: amount is quote coin, as wide as it is. */
void exchange_bitget_put_liquidation(struct wire *out, const struct exchange_liquidation *row,
                                     enum bitget_wire_line line);
/* [["p","q"],…]; numbers: [[p,q],…]. */
void exchange_bitget_put_levels(struct wire *out, const struct ladder_level *levels, size_t count,
                                bool numbers);
