/* venue/binance_parse.h - Binance's stream messages and REST answers to event slots, rows of both
 * markets.
 *
 * Pure: no I/O, no clock.  Thread: the parser's.
 * Limits: EVENT_MESSAGE_SLOTS_MAX slots, BINANCE_TIER_COUNT_MAX brackets. */
#pragma once

#include "venue/parser.h"

/* What is read of the streams, bare or as {"stream":"btcusdt@aggTrade","data":{...}}; all else is
 * ignored:
 *
 *   aggTrade         s a p q T m (true: the buyer is maker, the taker sold)
 *   trade            s t p q T m X (MARKET, or absent)
 *   forceOrder       o{s S p ap z T} (S is the order's side: SELL closed a long)
 *   depthUpdate      s U u pu T b[[price,qty]] a[[price,qty]]
 *   markPriceUpdate  s E p (mark) i (index) r (rate, "": none) T (next); also an array of rows
 *   kline            s k{t i o h l c v q V Q x}
 *   contractInfo     s bks[{bnc mmr ma}]
 *
 * Sizes of COIN-M are contracts, and its klines' v and V too, q and Q its coin. Numbers come as
 * strings or as numbers; members in any order, the first of duplicates counts. */
enum { BINANCE_TIER_COUNT_MAX = 64 };

enum status binance_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                          int64_t recv_ns, struct venue_message *message);

/* What is read of REST, told apart by its shape:
 *
 *   exchangeInfo      {symbols[{symbol baseAsset filters[] contractSize?}] serverTime}
 *   depth             {lastUpdateId T bids[[price,qty]] asks[[price,qty]] symbol?}
 *   openInterest      {symbol openInterest time}
 *   openInterestHist  [{symbol sumOpenInterest sumOpenInterestValue timestamp}]; of COIN-M
 *                     contracts and their worth in coin, where the request knows the symbol
 *   premiumIndex      {symbol markPrice indexPrice lastFundingRate nextFundingTime time}, [{}]
 *   fundingInfo       [{symbol fundingIntervalHours}], remembered for later marks
 *   leverageBracket   {symbol brackets[{notionalCap maintMarginRatio initialLeverage}]}
 *   klines            [[open_ms o h l c v close_ms q n V Q]], where the request knows the symbol
 *   aggTrades         [{a p q T m}], likewise */
enum status binance_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                               const char *bytes, size_t len, int64_t recv_ns,
                               struct venue_message *message);

/* A bar as its market names the columns: volume and quote swap their meaning in COIN-M. */
struct binance_kline {
    struct venue_kline bar; /* its volumes are filled from these */
    struct decimal volume, quote, taker_volume, taker_quote;
};
enum status binance_add_kline(struct venue_parser *parser, struct venue_message *message,
                              struct venue_symbol *symbol, struct binance_kline *kline,
                              int64_t recv_ns);

/* Rows were counted one by one: that of a single row is not counted again. */
static inline enum status binance_counted(enum status status) {
    return status == STATUS_OK ? STATUS_OK : STATUS_CANCELLED;
}
