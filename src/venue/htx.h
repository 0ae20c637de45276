/* venue/htx.h - HTX's USDT-margined contracts and coin-margined swaps as a dialect.
 *
 * Each kind has two sockets, the market's and that of notifications, where liquidations come; mark
 * prices and indices have a third one for both. Every message is a gzip stream. Coin-margined dated
 * futures (BTC261225) are read, but not connected to. Thread: the net service's; functions are
 * pure. */
#pragma once

#include "venue/dialect.h"

extern const struct venue_dialect htx_dialect;
