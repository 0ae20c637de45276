/* view/ticks.h - round numbers for axes.  Thread: any; pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/zone.h"

enum { TICKS_COUNT_MAX = 64, TICKS_LABEL_BYTES = 24 };

struct ticks_price {
    double price;
    int decimals; /* digits after the point that the step needs */
};

/* Round prices (1, 2, 2.5 or 5 x 10^k apart) between low and high (0 < low < high), lowest first,
 * about count_wanted of them, a quarter more at most. Returns how many (<= TICKS_COUNT_MAX). */
int ticks_make_price(double low, double high, int count_wanted,
                     struct ticks_price out[TICKS_COUNT_MAX]);

struct ticks_time {
    int64_t time_ms;
    bool major; /* the day changes here (or, for long spans, the month or year): drawn stronger */
    char label[TICKS_LABEL_BYTES]; /* "14:30", "09:30:15", "17 Jun", "Jul", "2026" */
};

/* Round times of the zone's clock and calendar between left_ms and right_ms (epoch, right_ms >
 * left_ms), about count_wanted of them, oldest first: from every second to every year. zone NULL:
 * UTC. Returns how many (<= TICKS_COUNT_MAX). */
int ticks_make_time(int64_t left_ms, int64_t right_ms, int count_wanted, const struct zone *zone,
                    struct ticks_time out[TICKS_COUNT_MAX]);
