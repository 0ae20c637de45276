/* venue/binance.h - Binance's two futures markets as dialects.
 *
 * USD-M and COIN-M run on one engine and speak alike; all-market streams of either may hold both.
 * A symbol with a "_" whose pair ends in USD is COIN-M until a list of instruments says more.
 * Thread: the net service's; functions are pure. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect binance_usdm_dialect, binance_coinm_dialect;
