/* venue/okx.h - OKX's swaps and dated futures as a dialect.
 *
 * Two sockets: all but klines on the public one, klines on the business one. The server cuts one
 * that was silent for 30 s, so "ping" is sent each 20 s. Thread: the net service's; functions are
 * pure. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect okx_dialect;
