/* state/candles.c - a ring indexed by bucket number. */
#include "state/candles.h"

#include <assert.h>
#include <stdlib.h>

#include "base/copy.h"
#include "base/hash.h"

static struct candle *candle_slot(const struct candles *candles, int64_t bucket) {
    return &candles->ring[bucket % CANDLE_COUNT_MAX];
}

static void candle_start(struct candle *candle, int64_t begin_ms, double price) {
    *candle = (struct candle){
        .begin_ms = begin_ms, .open = price, .high = price, .low = price, .close = price};
}

bool candles_init(struct candles *candles, int64_t interval_ms) {
    assert(interval_ms > 0);
    *candles = (struct candles){.interval_ms = interval_ms};
    candles->ring = calloc(CANDLE_COUNT_MAX, sizeof(struct candle));
    return candles->ring != NULL;
}

bool candles_init_copy(struct candles *candles, const struct candles *source) {
    *candles = *source;
    candles->ring = copy_bytes(source->ring, CANDLE_COUNT_MAX * sizeof(struct candle));
    return candles->ring != NULL;
}

void candles_finish(struct candles *candles) {
    if (candles == NULL) {
        return;
    }
    free(candles->ring);
    *candles = (struct candles){0};
}

void candles_add_trade(struct candles *candles, const struct candle_trade *trade) {
    assert(trade->ts_ms >= 0);
    int64_t bucket = trade->ts_ms / candles->interval_ms;
    bool first = candles->trade_count == 0;
    if (!first && bucket <= candles->newest_bucket - CANDLE_COUNT_MAX) {
        candles->late_count++;
        return;
    }
    bool late = !first && bucket < candles->newest_bucket;
    int64_t begin_ms = bucket * candles->interval_ms;
    struct candle *candle = candle_slot(candles, bucket);
    if (candle->trade_count == 0 || candle->begin_ms != begin_ms) {
        candle_start(candle, begin_ms, trade->price);
    }
    candle->high = trade->price > candle->high ? trade->price : candle->high;
    candle->low = trade->price < candle->low ? trade->price : candle->low;
    if (!late) {
        candle->close = trade->price;
        candles->newest_bucket = bucket;
    }
    candle->volume_base += trade->qty_base;
    candle->volume_usd += trade->usd;
    candle->volume_buy_usd += trade->aggressive_buy ? trade->usd : 0.0;
    candle->trade_count++;
    candles->trade_count++;
}

const struct candle *candles_find(const struct candles *candles, int64_t ts_ms) {
    if (candles->trade_count == 0 || ts_ms < 0) {
        return NULL;
    }
    int64_t bucket = ts_ms / candles->interval_ms;
    const struct candle *candle = candle_slot(candles, bucket);
    bool kept = candle->trade_count > 0 && candle->begin_ms == bucket * candles->interval_ms;
    /* A slot whose bucket has left the ring is not cleared; its begin_ms tells. */
    return kept && bucket > candles->newest_bucket - CANDLE_COUNT_MAX ? candle : NULL;
}

uint64_t candles_hash(uint64_t hash, const struct candles *candles) {
    int64_t head[3] = {candles->trade_count, candles->late_count,
                       candles->trade_count > 0 ? candles->newest_bucket : 0};
    hash = hash_bytes(hash, head, sizeof(head));
    return hash_bytes(hash, candles->ring, CANDLE_COUNT_MAX * sizeof(struct candle));
}
