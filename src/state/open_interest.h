/* state/open_interest.h - the newest one-sided open interest of an instrument.
 *
 * Thread: the owner's.  Plain data, zero-initialised.  Values that are negative, not finite or
 * older than the newest are counted and left out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct open_interest {
    bool known;
    int64_t ts_ms;
    double oi_base; /* > = 0 */
    double oi_usd;  /* as the venue gave it; 0: it gives base only */
    int64_t taken_count, refused_count;
};

struct open_interest_update {
    int64_t ts_ms;
    bool has_base, has_usd;
    double oi_base, oi_usd;
    double price; /* to make base of usd where only that came; 0: unknown */
};
/* True: taken, oi_base is new. */
bool open_interest_apply(struct open_interest *oi, const struct open_interest_update *update);

/* The open interest in USD at a price: the venue's own figure only where it gave no base. */
double open_interest_usd(const struct open_interest *oi, double price);

uint64_t open_interest_hash(uint64_t hash, const struct open_interest *oi);
