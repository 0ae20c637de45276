/* market/event.h - the words every room speaks: what happened in a market, in 64-byte slots.
 *
 * Thread: any; plain data.  A message is one slot or a run of slots from EVENT_FLAG_BEGIN to
 * EVENT_FLAG_END, pushed all or nothing: an order-book update is one slot a level (an update
 * without levels is one slot with side NONE), a ticker is one slot a group of fields, a kline is
 * EVENT_KLINE + EVENT_KLINE_VOLUME, a trade whose file also tells the venue's own count of
 * contracts has that behind it.  A single-slot message carries both flags.
 *
 * Numbers are exact: int64 mantissa and a decimal exponent.  Times are the venue's own, whole
 * milliseconds.  A value that a message did not carry has its bit in `has` clear, never a zero. */
#pragma once

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/decimal.h"
#include "market/instrument.h"

enum event_kind {
    EVENT_NONE,
    EVENT_TRADE,         /* u.trade; side = aggressor */
    EVENT_LIQUIDATION,   /* u.trade; position, price_kind, complete */
    EVENT_BOOK,          /* u.level; side = the level's side; SNAPSHOT flag on every slot of one */
    EVENT_PRICE,         /* u.price: mark, index, last */
    EVENT_FUNDING,       /* u.funding */
    EVENT_OPEN_INTEREST, /* u.open_interest */
    EVENT_KLINE,         /* u.kline: prices */
    EVENT_KLINE_VOLUME,  /* u.kline_volume, directly after its EVENT_KLINE */
    EVENT_INSTRUMENT,    /* u.instrument: tick, lot, multiplier; contract */
    EVENT_TIER,          /* u.tier: one row of a margin table, in the message of its instrument */
    EVENT_GAP,           /* u.gap: this stretch of a stream is unknown */
    EVENT_FEED,          /* u.feed: state of the live connection; never recorded */
    EVENT_CONTRACTS,     /* u.contracts, directly after its trade or liquidation, of files alone */
    EVENT_KIND_COUNT
};

enum side { SIDE_NONE, SIDE_BUY, SIDE_SELL };    /* aggressor of a trade; BUY level = bid */
enum position { POS_NONE, POS_LONG, POS_SHORT }; /* holder of a position */
enum price_kind { PRICE_NONE, PRICE_FILL, PRICE_BANKRUPTCY, PRICE_ORDER };
enum contract { CONTRACT_NONE, CONTRACT_LINEAR, CONTRACT_INVERSE };
enum stream { STREAM_ALL, STREAM_BOOK, STREAM_TRADE, STREAM_LIQUIDATION, STREAM_COUNT };
enum feed_state {
    FEED_OFF, /* not connected yet */
    FEED_CONNECTING,
    FEED_LIVE,  /* data arrive */
    FEED_STALE, /* accepted by the venue, then silent: a fault */
    FEED_LOST,  /* disconnected, trying again */
    FEED_FAULT  /* refused for good: certificate, region, unknown symbol */
};

enum {
    EVENT_FLAG_BEGIN = 1 << 0,
    EVENT_FLAG_END = 1 << 1,
    EVENT_FLAG_SNAPSHOT = 1 << 2, /* book: replaces the whole book */
    EVENT_FLAG_HISTORY = 1 << 3,  /* back-filled from REST, not seen live */
    EVENT_FLAG_CLOSED = 1 << 4,   /* kline: final */
    EVENT_FLAG_COMPLETE = 1 << 5, /* liquidation: the venue publishes all of them */
    EVENT_FLAG_DEMO = 1 << 6,     /* feed, instrument: a simulated market */
    EVENT_FLAG_AHEAD = 1 << 7     /* told again later, in its place: to be shown until then; a gap's
                                     time says what time it is; never recorded */
};

/* Bits of `has`, by kind. */
enum { PRICE_HAS_MARK = 1, PRICE_HAS_INDEX = 2, PRICE_HAS_LAST = 4 };
enum { FUNDING_HAS_RATE = 1, FUNDING_HAS_INTERVAL = 2, FUNDING_HAS_NEXT = 4 };
enum { OI_HAS_BASE = 1, OI_HAS_USD = 2 };
/* Trades and liquidations: two value bits, one unit bit, and the id kind in bits 3..5. */
enum {
    TRADE_HAS_QTY = 1,
    TRADE_HAS_USD = 2,
    TRADE_QTY_IS_CONTRACTS =
        4, /* qty counts contracts of unknown size; set only with --keep-unknown-units */
    TRADE_ID_SHIFT = 3
};
enum { KLINE_HAS_VOLUME = 1, KLINE_HAS_USD = 2, KLINE_HAS_TAKER_BUY = 4 };
enum { INSTRUMENT_HAS_TICK = 1, INSTRUMENT_HAS_LOT = 2, INSTRUMENT_HAS_MULTIPLIER = 4 };

/* How the 16 id bytes of a trade are to be read. */
enum event_id_kind {
    ID_NONE,
    ID_NUMBER, /* bytes 0..7: the number, native order; its text had no leading zero */
    ID_UUID,   /* 16 bytes of a lower-case UUID in 8-4-4-4-12 form */
    ID_TEXT,   /* up to 16 bytes of text, zero-padded */
    ID_HASH    /* 128-bit hash of a longer text */
};

/* Exponents: the union comments name which of a, b, c belongs to which mantissa. */
struct event {
    unsigned kind : 5;   /* enum event_kind */
    unsigned detail : 3; /* price_kind (liquidation), contract (instrument), stream (gap, feed) */
    unsigned side : 2;   /* enum side (trade, book) or enum position (liquidation), by kind */
    unsigned has : 6;    /* which values are present, ..._HAS_... of the kind */
    unsigned flags : 8;  /* EVENT_FLAG_... */
    signed exponent_a : 8;
    uint16_t instrument; /* index into the instrument table */
    int8_t exponent_b, exponent_c;
    int64_t ts_ms;   /* the venue's event time */
    int64_t recv_ns; /* CLOCK_MONOTONIC at receipt; 0 in recordings; left out of hashes */
    union {
        struct {
            int64_t price; /* a */
            int64_t qty;   /* b; base coin, or contracts where TRADE_QTY_IS_CONTRACTS */
            int64_t usd;   /* c; quote notional where the venue or file gave it */
            uint8_t id[16];
        } trade; /* trade and liquidation */
        struct {
            int64_t price;     /* a */
            int64_t qty_base;  /* b; 0 removes the level */
            int64_t update_id; /* the venue's sequence after this message; 0: none */
        } level;
        struct {
            int64_t mark, index, last; /* a, b, c */
        } price;
        struct {
            int64_t rate; /* a; of one interval, positive: longs pay */
            int64_t next_ms;
            int32_t interval_h;
        } funding;
        struct {
            int64_t oi_base, oi_usd; /* a, b; one-sided open interest */
        } open_interest;
        struct {
            int64_t open, high, low, close; /* a for all four */
            int32_t interval_s;
        } kline; /* ts_ms is the open time */
        struct {
            int64_t volume_base, usd, taker_buy_base; /* a, b, c */
        } kline_volume;
        struct {
            int64_t tick, lot, multiplier; /* a, b, c */
            char base[16];                 /* base coin, "" if not given */
        } instrument;
        struct {
            double notional_cap_usd, mmr, leverage_max;
            int32_t index;
        } tier;
        struct {
            int64_t from_ms, to_ms;
            char reason[24];
        } gap;
        struct {
            int64_t lost_count; /* slots lost on this feed so far */
            uint8_t state;      /* enum feed_state */
            uint8_t venue;      /* enum venue_id */
            char reason[30];
        } feed;
        struct {
            int64_t count; /* a; what the venue counts, whatever one of them is worth */
        } contracts;
    } u;
};
static_assert(sizeof(struct event) == 64, "one event slot is one cache line");

enum {
    EVENT_MESSAGE_SLOTS_MAX = 16384
}; /* the longest run; a longer message is refused and counted */

static inline struct decimal event_decimal(int64_t mantissa, int exponent) {
    return (struct decimal){.mantissa = mantissa, .exponent = (int8_t)exponent};
}

const char *event_kind_name(enum event_kind kind); /* "trade", "liquidation", … */

/* Price, base quantity and quote notional of a trade or liquidation slot as doubles; usd is price x
 * qty where the message carried none. False if neither quantity nor notional is known. */
bool event_trade_values(const struct event *event, double *price, double *qty_base, double *usd);
/* Put an id into a trade slot, exact where it fits (enum event_id_kind), else its hash. */
void event_trade_set_id(struct event *event, const char *id, size_t len);
/* Its text (a hash as 32 hex digits); returns the length, 0 for none. */
enum { EVENT_ID_TEXT_BYTES = 40 };
size_t event_trade_id_text(const struct event *event, char out[EVENT_ID_TEXT_BYTES]);

/* How many of count slots make up the message that begins with the first: up to the one with
 * EVENT_FLAG_END, all of them where none has it. */
size_t event_message_slots(const struct event *slots, size_t count);

/* Whether a slot from outside keeps what this header says: a known kind that is recorded (no
 * EVENT_FEED), a side where one belongs, prices above zero, sizes not below it, exponents in range.
 */
bool event_is_valid(const struct event *event);

/* A trade or a price that happened when it was told, none that was filled back. */
static inline bool event_is_live(const struct event *event) {
    return (event->kind == EVENT_TRADE || event->kind == EVENT_PRICE) &&
           (event->flags & EVENT_FLAG_HISTORY) == 0;
}

/* Hash of what happened (all but recv_ns), for replay tests. */
uint64_t event_hash(uint64_t hash, const struct event *event);
