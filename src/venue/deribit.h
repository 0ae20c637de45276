/* venue/deribit.h - Deribit's futures and perpetuals, inverse and linear. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect deribit_dialect;
