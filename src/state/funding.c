/* state/funding.c - settlements by event time. */
#include "state/funding.h"

#include "base/hash.h"

enum { HOUR_MS = 3600 * 1000 };

/* The rate in force is due. False: it is not known. */
static bool funding_settle(struct funding *funding, double *rate) {
    if (isnan(funding->rate)) {
        return false;
    }
    *rate = funding->rate;
    funding->settled_count++;
    return true;
}

bool funding_advance(struct funding *funding, int64_t ts_ms, double *rate) {
    if (funding->next_ms == 0 || ts_ms < funding->next_ms) {
        return false;
    }
    int64_t interval_ms = (int64_t)funding->interval_h * HOUR_MS;
    if (interval_ms == 0) {
        funding->next_ms = 0;
    } else {
        funding->next_ms += ((ts_ms - funding->next_ms) / interval_ms + 1) * interval_ms;
    }
    return funding_settle(funding, rate);
}

bool funding_apply(struct funding *funding, const struct funding_update *update, double *rate) {
    bool settled = false;
    if (update->has_next && funding->next_ms != 0 && update->next_ms > funding->next_ms &&
        update->ts_ms >= funding->next_ms - FUNDING_EARLY_MS) {
        settled = funding_settle(funding, rate);
    }
    if (update->has_rate) {
        if (isfinite(update->rate) && fabs(update->rate) <= FUNDING_RATE_MAX) {
            funding->rate = update->rate;
        } else {
            funding->refused_count++;
        }
    }
    if (update->has_interval) {
        if (update->interval_h > 0 && update->interval_h <= FUNDING_INTERVAL_H_MAX) {
            funding->interval_h = update->interval_h;
        } else {
            funding->refused_count++;
        }
    }
    if (update->has_next) {
        /* A settlement already passed would be applied a second time. */
        bool ahead = update->next_ms > update->ts_ms &&
                     update->next_ms - update->ts_ms <= (int64_t)FUNDING_INTERVAL_H_MAX * HOUR_MS;
        if (ahead) {
            funding->next_ms = update->next_ms;
        } else {
            funding->refused_count += update->next_ms != 0 ? 1 : 0;
        }
    }
    if (funding->next_ms == 0 && funding->interval_h > 0) {
        int64_t interval_ms = (int64_t)funding->interval_h * HOUR_MS;
        funding->next_ms = (update->ts_ms / interval_ms + 1) * interval_ms;
    }
    return settled;
}

uint64_t funding_hash(uint64_t hash, const struct funding *funding) {
    double rate = isnan(funding->rate) ? -1.0 : funding->rate;
    int64_t head[4] = {funding->interval_h, funding->next_ms, funding->settled_count,
                       funding->refused_count};
    hash = hash_bytes(hash, &rate, sizeof(rate));
    return hash_bytes(hash, head, sizeof(head));
}
