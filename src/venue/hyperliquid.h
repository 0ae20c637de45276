/* venue/hyperliquid.h - Hyperliquid's perpetuals as a dialect.  Thread: the net service's; const
 * data and pure functions. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect hyperliquid_dialect;
