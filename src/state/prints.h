/* state/prints.h - realised liquidations: the newest ones, and the totals of the last 24 hours.
 *
 * Thread: the owner's.  Plain data, zero-initialised.  Limits: PRINTS_COUNT_MAX newest; the totals
 * move in steps of a minute of event time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

enum { PRINTS_COUNT_MAX = 256, PRINTS_MINUTES = 24 * 60 };

struct print {
    int64_t ts_ms;
    double price;     /* where it is drawn: the trigger price */
    double usd;       /* > 0 */
    uint8_t position; /* enum position */
    bool complete;
};

struct prints {
    int begin, count;
    int64_t total_count, late_count;
    int64_t newest_minute;   /* of usd_by_minute; 0 before the first */
    double total_usd_24h[2]; /* long, short */
    double usd_by_minute[PRINTS_MINUTES][2];
    struct print ring[PRINTS_COUNT_MAX];
};

void prints_add(struct prints *prints, const struct print *print);
/* Whether one that is the same in all is among those that are kept. */
bool prints_have(const struct prints *prints, const struct print *print);
/* Event time has come to ts_ms: minutes older than 24 h leave the totals. */
void prints_advance(struct prints *prints, int64_t ts_ms);
const struct print *prints_at(const struct prints *prints, int i); /* 0 the oldest kept */

uint64_t prints_hash(uint64_t hash, const struct prints *prints);
