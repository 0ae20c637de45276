/* venue/bitget.h - Bitget's futures (unified account, v3): USDT-, USDC- and coin-margined. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect bitget_dialect;
