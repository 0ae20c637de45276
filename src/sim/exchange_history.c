/* What the simulated exchange remembers, as its REST answers ask for it.
 *
 * The tape is the market's, symbol 0; another symbol's prices are it times its factor.  While the
 * venue's clock is off (skew) its history is, too, by whole five minutes. */
#include <math.h>

#include "base/floor.h"
#include "sim/exchange_internal.h"

enum { GRID_MS = TAPE_INTEREST_MS };

static int64_t skew_of(const struct exchange_server *server) {
    return (int64_t)server->faults.skew_s * 1000 / GRID_MS * GRID_MS;
}

/* Minutes [from, to) joined to one bar. */
static void join_klines(const struct tape *tape, const struct exchange_symbol *symbol, size_t from,
                        size_t to, struct exchange_kline *out) {
    const struct tape_kline *first = tape_kline_at(tape, from);
    struct exchange_kline sum = {
        .open = first->open, .high = first->high, .low = first->low, .first_id = first->first_id};
    for (size_t i = from; i < to; i++) {
        const struct tape_kline *row = tape_kline_at(tape, i);
        sum.high = row->high > sum.high ? row->high : sum.high;
        sum.low = row->low < sum.low ? row->low : sum.low;
        sum.close = row->close;
        sum.volume_lots += row->volume_lots;
        sum.volume_usd += row->volume_usd * symbol->price_factor;
        sum.taker_buy_lots += row->taker_buy_lots;
        sum.taker_buy_usd += row->taker_buy_usd * symbol->price_factor;
        sum.trade_count += row->print_count;
    }
    sum.open_ms = out->open_ms;
    sum.interval_ms = out->interval_ms;
    sum.open = exchange_symbol_ticks(symbol, sum.open);
    sum.high = exchange_symbol_ticks(symbol, sum.high);
    sum.low = exchange_symbol_ticks(symbol, sum.low);
    sum.close = exchange_symbol_ticks(symbol, sum.close);
    *out = sum;
}

size_t exchange_klines_get(const struct exchange_server *server,
                           const struct exchange_symbol *symbol, int64_t interval_ms,
                           int64_t from_ms, int64_t to_ms, bool newest, size_t limit,
                           struct exchange_kline *out) {
    const struct tape *tape = &server->tape;
    size_t count = tape->kline_ring.count;
    int64_t skew_ms = skew_of(server);
    if (count == 0 || limit == 0) {
        return 0;
    }
    int64_t first_ms = tape_kline_at(tape, 0)->open_ms;
    int64_t last_ms = first_ms + ((int64_t)count - 1) * TAPE_KLINE_MS;
    int64_t group = floor_to(first_ms, interval_ms);
    int64_t last = to_ms - skew_ms < last_ms ? to_ms - skew_ms : last_ms;
    last = floor_to(last, interval_ms);
    int64_t begin = floor_to(from_ms - skew_ms + interval_ms - 1, interval_ms);
    group = begin > group ? begin : group;
    int64_t earliest = last - ((int64_t)limit - 1) * interval_ms;
    group = newest && earliest > group ? earliest : group;
    size_t written = 0;
    for (; group <= last && written < limit; group += interval_ms) {
        int64_t from = (group - first_ms) / TAPE_KLINE_MS;
        int64_t to = (group - first_ms + interval_ms) / TAPE_KLINE_MS;
        from = from < 0 ? 0 : from;
        to = to > (int64_t)count ? (int64_t)count : to;
        struct exchange_kline *bar = &out[written++];
        *bar = (struct exchange_kline){.open_ms = group + skew_ms, .interval_ms = interval_ms};
        join_klines(tape, symbol, (size_t)from, (size_t)to, bar);
    }
    return written;
}

/* Rows are walked from the end for the newest, from the begin for the oldest, then turned round. */
struct walk {
    size_t count; /* of rows */
    bool newest;
    size_t at;
};

static bool walk_next(struct walk *walk, size_t *index) {
    if (walk->at == walk->count) {
        return false;
    }
    *index = walk->newest ? walk->count - 1 - walk->at : walk->at;
    walk->at++;
    return true;
}

size_t exchange_interest_get(const struct exchange_server *server,
                             const struct exchange_symbol *symbol, int64_t step_ms, int64_t from_ms,
                             int64_t to_ms, bool newest, size_t limit,
                             struct exchange_interest *out) {
    const struct tape *tape = &server->tape;
    int64_t skew_ms = skew_of(server);
    struct walk walk = {.count = tape->interest_ring.count, .newest = newest};
    size_t written = 0;
    size_t index = 0;
    while (written < limit && walk_next(&walk, &index)) {
        const struct tape_interest *row = tape_interest_at(tape, index);
        int64_t ts_ms = row->ts_ms + skew_ms;
        if (row->ts_ms % step_ms == 0 && ts_ms >= from_ms && ts_ms <= to_ms) {
            out[written++] = (struct exchange_interest){
                .ts_ms = ts_ms,
                .oi_lots = row->oi_lots,
                .oi_usd = row->oi_usd * symbol->price_factor,
            };
        }
    }
    for (size_t i = 0; newest && i < written / 2; i++) {
        struct exchange_interest swap = out[i];
        out[i] = out[written - 1 - i];
        out[written - 1 - i] = swap;
    }
    return written;
}

size_t exchange_funding_get(const struct exchange_server *server,
                            const struct exchange_symbol *symbol, int64_t from_ms, int64_t to_ms,
                            bool newest, size_t limit, struct exchange_funding *out) {
    const struct tape *tape = &server->tape;
    int64_t skew_ms = skew_of(server);
    struct walk walk = {.count = tape->funding_ring.count, .newest = newest};
    size_t written = 0;
    size_t index = 0;
    while (written < limit && walk_next(&walk, &index)) {
        const struct tape_funding *row = tape_funding_at(tape, index);
        int64_t ts_ms = row->ts_ms + skew_ms;
        if (ts_ms >= from_ms && ts_ms <= to_ms) {
            out[written++] = (struct exchange_funding){
                .ts_ms = ts_ms, .rate = row->rate, .mark = row->mark * symbol->price_factor};
        }
    }
    for (size_t i = 0; newest && i < written / 2; i++) {
        struct exchange_funding swap = out[i];
        out[i] = out[written - 1 - i];
        out[written - 1 - i] = swap;
    }
    return written;
}

size_t exchange_forced_get(const struct exchange_server *server,
                           const struct exchange_symbol *symbol, int64_t from_ms, int64_t to_ms,
                           bool newest, size_t limit, struct exchange_liquidation *out) {
    struct walk walk = {.count = server->forced_kept_count, .newest = newest};
    size_t written = 0;
    size_t index = 0;
    while (written < limit && walk_next(&walk, &index)) {
        const struct exchange_liquidation *row =
            &server->forced_kept[(server->forced_kept_first + index) % EXCHANGE_FORCED_KEPT_MAX];
        bool wanted = (symbol == NULL || row->symbol == symbol) && row->ts_ms >= from_ms &&
                      row->ts_ms <= to_ms;
        if (wanted) {
            out[written++] = *row;
        }
    }
    for (size_t i = 0; newest && i < written / 2; i++) {
        struct exchange_liquidation swap = out[i];
        out[i] = out[written - 1 - i];
        out[written - 1 - i] = swap;
    }
    return written;
}
