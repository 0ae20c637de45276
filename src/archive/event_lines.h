/* archive/event_lines.h - event JSON lines, version 1: one object a line in, slots out, and back.
 *
 * Thread: any, one context one thread.  Limits: EVENT_MESSAGE_SLOTS_MAX slots a message. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "market/event.h"
#include "market/instrument.h"

/* Every object has type, venue, symbol, ts_ms; then, by type:
 *
 *   trade        price qty usd side id
 *   liquidation  position price price_kind qty usd complete
 *   book         action bids asks
 *   ticker       any of mark index last funding_rate funding_interval_h next_funding_ms oi oi_usd
 *   kline        interval_s open high low close volume usd taker_buy_volume closed
 *   instrument   base quote contract tick lot multiplier tiers
 *   gap          stream from_ms to_ms reason
 *
 * Unknown members are ignored, null counts as absent; a tier that has no cap has null there. Beyond
 * version 1 there are "contracts" (the venue's own count, beside the other sizes or alone),
 * "update_id" (book), "history":true (back-filled) and "simulated":true (on the instrument of a
 * simulated market, so that a recording of it still says so). */

/* Reading: remembers the instrument of the line before. */
struct event_lines {
    struct instrument_table *instruments; /* borrowed; instruments met are added */
    const char *why;                      /* of the newest line that was not OK; static text */
    uint16_t last_instrument;
    enum venue_id last_venue;
    size_t last_len;
    char last_symbol[INSTRUMENT_SYMBOL_BYTES];
};

void event_lines_init(struct event_lines *lines, struct instrument_table *instruments);

/* One line (without its newline) into out, flags and instrument set, recv_ns 0.
 * STATUS_OK: *count slots, one whole message. STATUS_MALFORMED: not JSON, a member missing, of a
 * wrong type or out of range. STATUS_UNKNOWN: a side, position, venue or unit that is not known:
 * the row is dropped. STATUS_IGNORED: a type that is not known, or a ticker without values.
 * STATUS_RANGE: more slots than slots_max. STATUS_FULL: no room in the instrument table. */
enum status event_lines_parse(struct event_lines *lines, const char *line, size_t len,
                              struct event *out, size_t slots_max, size_t *count);

/* What a message says beyond its slots. */
struct event_line_extra {
    bool has_contracts;
    struct decimal contracts; /* trade, liquidation: the size as the venue gave it */
};

/* Text of one message, newline included, into a buffer that grows. */
struct event_text {
    char *bytes; /* owned; freed by event_text_finish */
    size_t len, size_bytes;
};
void event_text_finish(struct event_text *text);
/* Append bytes as they are. False: out of memory. */
bool event_text_append(struct event_text *text, const char *bytes, size_t len);

/* Append one message (BEGIN to END) as one line. extra may be NULL. False: out of memory, or a kind
 * that has no line (feed states are never recorded); text is then as before. */
bool event_lines_format(const struct instrument_table *instruments, const struct event *slots,
                        size_t count, const struct event_line_extra *extra,
                        struct event_text *text);
