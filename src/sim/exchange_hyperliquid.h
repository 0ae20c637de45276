/* sim/exchange_hyperliquid.h - Hyperliquid's perpetuals as their clients see them; see
 * sim/exchange_dialect.h.
 *
 * /ws: trades (the first push is the newest ones there were), l2Book (whole, 20 levels a side),
 * bbo, activeAssetCtx, candle of one minute, allMids; /info by what its body says. Sizes have three
 * places (szDecimals 3); prices keep their tenth, which the real venue would round to five digits.
 * Nobody's liquidations are published.  Thread: THREAD_SIM. */
#pragma once

#include "sim/exchange_dialect.h"

extern const struct exchange_dialect exchange_hyperliquid;

/* -- between exchange_hyperliquid.c and exchange_hyperliquid_info.c -- */

void exchange_hyperliquid_info(struct exchange_answer *answer); /* POST /info */
void exchange_hyperliquid_refuse(struct exchange_answer *answer, int http_code);

/* {"coin":"BTC","side":"B",…} */
void exchange_hyperliquid_put_trade(const struct exchange_trade *trade, struct wire *out);
/* {"coin":"BTC","time":…,"levels":[bids,asks]} */
void exchange_hyperliquid_put_book(const struct exchange_symbol *symbol,
                                   const struct exchange_book *book, struct wire *out);
/* {"funding":"…",…} */
void exchange_hyperliquid_put_context(const struct exchange_server *server,
                                      const struct exchange_symbol *symbol, struct wire *out);
/* {"t":…,"T":…,"s":"BTC","i":"1m",…} */
void exchange_hyperliquid_put_candle(const struct exchange_symbol *symbol, const char *interval,
                                     const struct exchange_kline *kline, struct wire *out);
