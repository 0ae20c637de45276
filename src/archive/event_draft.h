/* archive/event_draft.h - one event JSON line between its text and its slots; inside this room
 * only.
 *
 * Thread: the parser's.  Owner: event_lines_parse, on its stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "archive/event_lines.h"
#include "base/status.h"
#include "json/scan.h"
#include "market/event.h"

#define FIELD_LIST(X)                                                                              \
    X(ID, "id")                                                                                    \
    X(OI, "oi")                                                                                    \
    X(QTY, "qty")                                                                                  \
    X(USD, "usd")                                                                                  \
    X(LOW, "low")                                                                                  \
    X(LOT, "lot")                                                                                  \
    X(TYPE, "type")                                                                                \
    X(SIDE, "side")                                                                                \
    X(MARK, "mark")                                                                                \
    X(LAST, "last")                                                                                \
    X(OPEN, "open")                                                                                \
    X(HIGH, "high")                                                                                \
    X(BASE, "base")                                                                                \
    X(TICK, "tick")                                                                                \
    X(BIDS, "bids")                                                                                \
    X(ASKS, "asks")                                                                                \
    X(TS, "ts_ms")                                                                                 \
    X(VENUE, "venue")                                                                              \
    X(PRICE, "price")                                                                              \
    X(INDEX, "index")                                                                              \
    X(CLOSE, "close")                                                                              \
    X(TIERS, "tiers")                                                                              \
    X(TO, "to_ms")                                                                                 \
    X(SYMBOL, "symbol")                                                                            \
    X(ACTION, "action")                                                                            \
    X(OI_USD, "oi_usd")                                                                            \
    X(VOLUME, "volume")                                                                            \
    X(CLOSED, "closed")                                                                            \
    X(STREAM, "stream")                                                                            \
    X(REASON, "reason")                                                                            \
    X(HISTORY, "history")                                                                          \
    X(FROM, "from_ms")                                                                             \
    X(POSITION, "position")                                                                        \
    X(COMPLETE, "complete")                                                                        \
    X(CONTRACT, "contract")                                                                        \
    X(UPDATE_ID, "update_id")                                                                      \
    X(CONTRACTS, "contracts")                                                                      \
    X(SIMULATED, "simulated")                                                                      \
    X(PRICE_KIND, "price_kind")                                                                    \
    X(INTERVAL, "interval_s")                                                                      \
    X(MULTIPLIER, "multiplier")                                                                    \
    X(RATE, "funding_rate")                                                                        \
    X(NEXT, "next_funding_ms")                                                                     \
    X(TAKER_BUY, "taker_buy_volume")                                                               \
    X(FUNDING_INTERVAL, "funding_interval_h")

enum field {
#define FIELD_ENUM(name, text) FIELD_##name,
    FIELD_LIST(FIELD_ENUM)
#undef FIELD_ENUM
        FIELD_COUNT
};

/* What one line holds. */
struct event_draft {
    struct scan_value values[FIELD_COUNT]; /* type SCAN_NONE: absent */
    struct event *out;
    size_t slots_max, count; /* slots written by arrays so far */
    size_t first;            /* slots left free in front of them, for an instrument */
    bool overflow, bad_array;
    const char *why;
};

/* Empty, to be written into out. */
void event_draft_init(struct event_draft *draft, struct event *out, size_t slots_max);
/* Values alone; rows stay. */
void event_draft_forget_values(struct event_draft *draft);

/* A number, as text or not. */
bool event_draft_read_decimal(const struct scan_value *value, struct decimal *out);
/* The next slot, cleared; NULL and overflow set: no room. */
struct event *event_draft_take_slot(struct event_draft *draft);

/* A row of a book, of a table of tiers (cap, mmr, leverage; a cap of null is none; draft->first is
 * 1). False: they are none. No room: overflow is set. */
bool event_draft_take_level(struct event_draft *draft, enum side side,
                            const struct scan_value *price, const struct scan_value *qty);
bool event_draft_take_tier(struct event_draft *draft, const struct scan_value values[3]);

/* The slots that the members make by the line's type; all but what every slot has (instrument,
 * time, flags). Returns what event_lines_parse says, why set. */
enum status event_draft_finish(struct event_draft *draft);

/* The same with what every slot has, all of event_lines_parse behind its reading of the text. */
enum status event_lines_finish(struct event_lines *lines, struct event_draft *draft, size_t *count);
