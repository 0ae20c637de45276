/* venue/binance_rest.h - Binance's REST answers to event slots, told apart by their shape.
 *
 * Pure: no I/O.  Thread: the parser's. */
#pragma once

#include "venue/binance_parse.h"

/* What is read; all else is ignored:
 *
 *   exchangeInfo      {symbols[{symbol baseAsset filters[] contractSize?}] serverTime}
 *   depth             {lastUpdateId T bids[[price,qty]] asks[[price,qty]]}
 *   openInterest      {symbol openInterest time}
 *   openInterestHist  [{symbol sumOpenInterest sumOpenInterestValue timestamp}]
 *   premiumIndex      {symbol markPrice indexPrice lastFundingRate nextFundingTime time}, [{}]
 *   fundingInfo       [{symbol fundingIntervalHours}], remembered for later marks
 *   leverageBracket   {symbol brackets[{notionalCap maintMarginRatio initialLeverage}]}
 *   klines            [[open_ms o h l c v close_ms q n V Q]], where the request knows the symbol
 *   aggTrades         [{a p q T m}], likewise */

/* What the request knew and the answer does not say; zeroed: nothing. */
struct binance_rest_request {
    struct binance_symbol *symbol;
    int32_t interval_s; /* of klines */
};

/* As binance_parse: STATUS_OK with slots (instruments: maybe none that is wanted), or what became
 * of it, not yet counted for the whole (rows dropped on the way are). Klines are flagged CLOSED,
 * the last one too: the caller knows the time.
 */
enum status binance_rest_parse(struct binance_parser *parser, const char *bytes, size_t len,
                               int64_t recv_ns, const struct binance_rest_request *request,
                               struct binance_message *message);
