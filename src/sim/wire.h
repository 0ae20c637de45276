/* sim/wire.h - text for the wire of the simulated exchange, in a buffer that grows.
 *
 * Numbers are written by Binance's rules (fixed places, as strings where the venue has strings), by
 * code that the parser knows nothing of.  Thread: the owner's.  Owner: the exchange server. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
    char *bytes; /* owned; not terminated; freed by wire_finish or taken over */
    size_t len, size_bytes;
    bool failed; /* out of memory: the text is not whole */
};

void wire_reset(struct wire *wire); /* empty, memory kept */
void wire_finish(struct wire *wire);

void wire_text(struct wire *wire, const char *text);
void wire_bytes(struct wire *wire, const char *bytes, size_t len);
void wire_integer(struct wire *wire, int64_t value);
/* value / 10^places with exactly that many digits after the point: (1000001, 1) is 100000.1. places
 * 0 .. 12. */
void wire_fixed(struct wire *wire, int64_t value, int places);
/* A double rounded to places digits (|value| x 10^places < 2^62). */
void wire_rounded(struct wire *wire, double value, int places);
void wire_price(struct wire *wire, int64_t ticks); /* 100000.10: tenths, two places */
void wire_qty(struct wire *wire, int64_t lots);    /* 0.014: thousandths */
/* A string with its quotes; what needs escaping is escaped. */
void wire_quoted(struct wire *wire, const char *text);
