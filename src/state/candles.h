/* state/candles.h - trades gathered into time buckets of one interval, the newest CANDLE_COUNT_MAX
 * of them.
 *
 * Thread: the owner's.  Owner: whoever called candles_init.  Buckets are aligned to the epoch; one
 * without a trade does not exist.  A trade older than what is kept is counted and left out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CANDLE_COUNT_MAX = 1500 };

struct candle {
    int64_t begin_ms;
    double open, high, low, close;
    double volume_base, volume_usd; /* both sides */
    double volume_buy_usd;          /* of aggressive buyers */
    int64_t trade_count;
};

struct candles {
    struct candle *ring; /* owned, CANDLE_COUNT_MAX; slot = bucket number modulo the count */
    int64_t interval_ms;
    int64_t newest_bucket; /* valid when trade_count > 0 */
    int64_t trade_count;   /* all trades taken */
    int64_t late_count;    /* trades older than the ring, left out */
};

bool candles_init(struct candles *candles, int64_t interval_ms); /* > 0; false: out of memory */
void candles_finish(struct candles *candles);                    /* NULL and zeroed accepted */
/* As candles_init, but to go on where source is. */
bool candles_init_copy(struct candles *candles, const struct candles *source);

struct candle_trade {
    int64_t ts_ms; /* >= 0 */
    double price, qty_base, usd;
    bool aggressive_buy;
};
/* A late trade inside the ring enters its own bucket (its price does not become the close). */
void candles_add_trade(struct candles *candles, const struct candle_trade *trade);

/* The bucket that contains ts_ms, or NULL where no trade is known. Valid until the next change. */
const struct candle *candles_find(const struct candles *candles, int64_t ts_ms);

uint64_t candles_hash(uint64_t hash, const struct candles *candles);
