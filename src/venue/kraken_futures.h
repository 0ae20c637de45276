/* venue/kraken_futures.h - Kraken Futures as a dialect.
 *
 * One socket. There is no stream of bars: those of the past are asked for. Liquidations are trades
 * of that type. A client that sends no WebSocket ping for a minute is cut; one is sent each 30 s.
 * Thread: the net service's; functions are pure. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect kraken_futures_dialect;
