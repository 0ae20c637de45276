/* venue/hyperliquid_parse.h - Hyperliquid's streams and answers to rows.
 *
 * A text is {"channel":X,"data":…}, members in any order, numbers as texts or numbers.
 *
 *   trades          [{coin side px sz time tid}]; side B: the taker bought, A: he sold
 *   l2Book          {coin time levels:[bids,asks] of {px,sz}}: the whole book each time
 *   activeAssetCtx  {coin ctx:{markPx oraclePx funding openInterest}}; it has no time of its own,
 *                   the newest book's stands for it
 *   candle          {t s i o h l c v}
 *
 * Sizes are coins of linear contracts, funding is of one hour, open interest one side. Names keep
 * their case ("kPEPE"); those of spot ("@107", "PURR/USDC") are unwanted. Liquidations are not
 * public, and nothing in a trade marks one. Thread: the parser's. */
#pragma once

#include "venue/dialect.h"

/* dialect.settle */
void hyperliquid_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

/* dialect.parse */
enum status hyperliquid_parse(struct venue_parser *parser, int socket, const char *bytes,
                              size_t len, int64_t recv_ns, struct venue_message *message);
/* dialect.rest_parse: meta, metaAndAssetCtxs, candleSnapshot, fundingHistory, l2Book, trades. */
enum status hyperliquid_rest_parse(struct venue_parser *parser,
                                   const struct venue_rest_about *about, const char *bytes,
                                   size_t len, int64_t recv_ns, struct venue_message *message);
