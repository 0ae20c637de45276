/* state/prints.c - a ring of prints and a ring of minutes. */
#include "state/prints.h"

#include <assert.h>

#include "base/hash.h"

enum { MINUTE_MS = 60 * 1000 };

/* The totals are summed anew from the minutes, never decremented: no rounding is left behind. */
static void prints_sum(struct prints *prints) {
    for (int side = 0; side < 2; side++) {
        double sum = 0.0;
        for (int i = 0; i < PRINTS_MINUTES; i++) {
            sum += prints->usd_by_minute[i][side];
        }
        prints->total_usd_24h[side] = sum;
    }
}

void prints_advance(struct prints *prints, int64_t ts_ms) {
    int64_t minute = ts_ms / MINUTE_MS;
    if (minute <= prints->newest_minute) {
        return;
    }
    int64_t steps = minute - prints->newest_minute;
    steps = steps > PRINTS_MINUTES ? PRINTS_MINUTES : steps;
    bool changed = false;
    for (int64_t i = 0; i < steps; i++) {
        double *usd = prints->usd_by_minute[(minute - i) % PRINTS_MINUTES];
        changed = changed || usd[0] > 0.0 || usd[1] > 0.0;
        usd[0] = 0.0;
        usd[1] = 0.0;
    }
    prints->newest_minute = minute;
    if (changed) {
        prints_sum(prints);
    }
}

void prints_add(struct prints *prints, const struct print *print) {
    assert(print->position == POS_LONG || print->position == POS_SHORT);
    assert(print->ts_ms >= 0);
    prints_advance(prints, print->ts_ms);
    int64_t minute = print->ts_ms / MINUTE_MS;
    if (minute > prints->newest_minute - PRINTS_MINUTES) {
        int side = print->position == POS_LONG ? 0 : 1;
        prints->usd_by_minute[minute % PRINTS_MINUTES][side] += print->usd;
        prints->total_usd_24h[side] += print->usd;
    } else {
        prints->late_count++;
    }
    if (prints->count == PRINTS_COUNT_MAX) {
        prints->begin = (prints->begin + 1) % PRINTS_COUNT_MAX;
        prints->count--;
    }
    prints->ring[(prints->begin + prints->count) % PRINTS_COUNT_MAX] = *print;
    prints->count++;
    prints->total_count++;
}

bool prints_have(const struct prints *prints, const struct print *print) {
    bool have = false;
    for (int i = 0; i < prints->count && !have; i++) {
        const struct print *kept = prints_at(prints, i);
        have = kept->ts_ms == print->ts_ms && kept->price == print->price &&
               kept->usd == print->usd && kept->position == print->position;
    }
    return have;
}

const struct print *prints_at(const struct prints *prints, int i) {
    assert(i >= 0);
    assert(i < prints->count);
    return &prints->ring[(prints->begin + i) % PRINTS_COUNT_MAX];
}

uint64_t prints_hash(uint64_t hash, const struct prints *prints) {
    int64_t head[4] = {prints->total_count, prints->late_count, prints->newest_minute,
                       prints->count};
    hash = hash_bytes(hash, head, sizeof(head));
    hash = hash_bytes(hash, prints->total_usd_24h, sizeof(prints->total_usd_24h));
    for (int i = 0; i < prints->count; i++) {
        const struct print *print = prints_at(prints, i);
        double values[2] = {print->price, print->usd};
        int64_t fields[3] = {print->ts_ms, print->position, print->complete};
        hash = hash_bytes(hash, values, sizeof(values));
        hash = hash_bytes(hash, fields, sizeof(fields));
    }
    return hash;
}
