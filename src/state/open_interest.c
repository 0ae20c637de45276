/* state/open_interest.c - newest value wins. */
#include "state/open_interest.h"

#include <math.h>

#include "base/hash.h"

static bool amount_ok(double amount) {
    return isfinite(amount) && amount >= 0.0;
}

bool open_interest_apply(struct open_interest *oi, const struct open_interest_update *update) {
    double base = 0.0;
    bool ok = !oi->known || update->ts_ms >= oi->ts_ms;
    if (update->has_base) {
        base = update->oi_base;
    } else if (update->has_usd && update->price > 0.0) {
        base = update->oi_usd / update->price;
    } else {
        ok = false;
    }
    ok = ok && amount_ok(base) && (!update->has_usd || amount_ok(update->oi_usd));
    if (!ok) {
        oi->refused_count++;
        return false;
    }
    oi->known = true;
    oi->ts_ms = update->ts_ms;
    oi->oi_base = base;
    oi->oi_usd = update->has_usd ? update->oi_usd : 0.0;
    oi->taken_count++;
    return true;
}

double open_interest_usd(const struct open_interest *oi, double price) {
    if (!oi->known) {
        return 0.0;
    }
    return price > 0.0 ? oi->oi_base * price : oi->oi_usd;
}

uint64_t open_interest_hash(uint64_t hash, const struct open_interest *oi) {
    double values[2] = {oi->oi_base, oi->oi_usd};
    int64_t head[4] = {oi->known, oi->ts_ms, oi->taken_count, oi->refused_count};
    hash = hash_bytes(hash, values, sizeof(values));
    return hash_bytes(hash, head, sizeof(head));
}
