/* venue/bybit.h - Bybit's linear and inverse contracts as a dialect.
 *
 * Two sockets, one a kind of contract. One bad topic refuses a whole request, so each symbol has
 * requests of its own. The service cuts a client that was silent for ten minutes; {"op":"ping"} is
 * sent each 20 s. Thread: the net service's; functions are pure. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect bybit_dialect;
