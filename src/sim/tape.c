#include "sim/tape.h"

#include <assert.h>
#include <stdlib.h>

bool tape_init(struct tape *tape) {
    *tape = (struct tape){
        .klines = calloc(TAPE_KLINE_MAX, sizeof(struct tape_kline)),
        .interest = calloc(TAPE_INTEREST_MAX, sizeof(struct tape_interest)),
        .funding = calloc(TAPE_FUNDING_MAX, sizeof(struct tape_funding)),
        .prints = calloc(TAPE_PRINT_MAX, sizeof(struct market_print)),
    };
    if (tape->klines == NULL || tape->interest == NULL || tape->funding == NULL ||
        tape->prints == NULL) {
        tape_finish(tape);
        return false;
    }
    return true;
}

void tape_finish(struct tape *tape) {
    if (tape == NULL) {
        return;
    }
    free(tape->klines);
    free(tape->interest);
    free(tape->funding);
    free(tape->prints);
    *tape = (struct tape){0};
}

/* Index of a new newest row. */
static size_t ring_append(struct tape_ring *ring, size_t max) {
    size_t at = (ring->first + ring->count) % max;
    if (ring->count < max) {
        ring->count++;
    } else {
        ring->first = (ring->first + 1) % max;
    }
    return at;
}

static struct tape_kline *kline_newest(struct tape *tape) {
    assert(tape->kline_ring.count > 0);
    return &tape->klines[(tape->kline_ring.first + tape->kline_ring.count - 1) % TAPE_KLINE_MAX];
}

/* Open the candle of ts_ms, and those of minutes without a trade before it. */
static bool kline_roll(struct tape *tape, int64_t ts_ms, int64_t ticks) {
    int64_t open_ms = ts_ms - ts_ms % TAPE_KLINE_MS;
    bool rolled = false;
    if (tape->kline_ring.count == 0) {
        tape->klines[ring_append(&tape->kline_ring, TAPE_KLINE_MAX)] = (struct tape_kline){
            .open_ms = open_ms, .open = ticks, .high = ticks, .low = ticks, .close = ticks};
    }
    while (kline_newest(tape)->open_ms < open_ms) {
        struct tape_kline last = *kline_newest(tape);
        tape->klines[ring_append(&tape->kline_ring, TAPE_KLINE_MAX)] =
            (struct tape_kline){.open_ms = last.open_ms + TAPE_KLINE_MS,
                                .open = last.close,
                                .high = last.close,
                                .low = last.close,
                                .close = last.close};
        rolled = true;
    }
    return rolled;
}

static void kline_add(struct tape_kline *kline, const struct market_print *print) {
    double usd = (double)(print->price_ticks * print->qty_lots) * MARKET_TICK * MARKET_LOT;
    if (kline->print_count == 0) {
        kline->first_id = print->id;
        kline->open = kline->high = kline->low = print->price_ticks;
    }
    kline->high = print->price_ticks > kline->high ? print->price_ticks : kline->high;
    kline->low = print->price_ticks < kline->low ? print->price_ticks : kline->low;
    kline->close = print->price_ticks;
    kline->volume_lots += print->qty_lots;
    kline->volume_usd += usd;
    kline->print_count++;
    if (print->side == SIDE_BUY) {
        kline->taker_buy_lots += print->qty_lots;
        kline->taker_buy_usd += usd;
    }
}

bool tape_add_step(struct tape *tape, const struct market_view *view) {
    bool rolled = false;
    for (size_t i = 0; i < view->print_count; i++) {
        const struct market_print *print = &view->prints[i];
        rolled |= kline_roll(tape, print->ts_ms, print->price_ticks);
        kline_add(kline_newest(tape), print);
        tape->prints[ring_append(&tape->print_ring, TAPE_PRINT_MAX)] = *print;
    }
    rolled |= kline_roll(tape, view->now_ms, view->bid_ticks);
    if (view->now_ms % TAPE_INTEREST_MS == 0) {
        tape->interest[ring_append(&tape->interest_ring, TAPE_INTEREST_MAX)] =
            (struct tape_interest){.ts_ms = view->now_ms,
                                   .oi_lots = view->oi_lots,
                                   .oi_usd = (double)view->oi_lots * MARKET_LOT * view->mark};
    }
    if (view->funding_settled) {
        tape->funding[ring_append(&tape->funding_ring, TAPE_FUNDING_MAX)] = (struct tape_funding){
            .ts_ms = view->now_ms, .rate = view->settled_rate, .mark = view->mark};
    }
    return rolled;
}

const struct tape_kline *tape_kline_at(const struct tape *tape, size_t i) {
    assert(i < tape->kline_ring.count);
    return &tape->klines[(tape->kline_ring.first + i) % TAPE_KLINE_MAX];
}

const struct tape_interest *tape_interest_at(const struct tape *tape, size_t i) {
    assert(i < tape->interest_ring.count);
    return &tape->interest[(tape->interest_ring.first + i) % TAPE_INTEREST_MAX];
}

const struct tape_funding *tape_funding_at(const struct tape *tape, size_t i) {
    assert(i < tape->funding_ring.count);
    return &tape->funding[(tape->funding_ring.first + i) % TAPE_FUNDING_MAX];
}

const struct market_print *tape_print_at(const struct tape *tape, size_t i) {
    assert(i < tape->print_ring.count);
    return &tape->prints[(tape->print_ring.first + i) % TAPE_PRINT_MAX];
}
