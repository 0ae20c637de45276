/* state/mark.c - which mark is in force. */
#include "state/mark.h"

#include <assert.h>
#include <math.h>

#include "base/hash.h"

/* Weight of a new difference mark - last in the smoothed one: some five updates of memory. */
static const double basis_weight = 0.2;

static bool price_ok(double price) {
    return isfinite(price) && price > 0.0;
}

static bool is_jump(double from, double to) {
    return from > 0.0 && (to > from * MARK_JUMP_MAX || to < from / MARK_JUMP_MAX);
}

/* Whether a price may follow the mark in force; a lone absurd one may not, several that agree may.
 */
static bool mark_admits(struct mark *mark, double price) {
    if (!price_ok(price)) {
        mark->refused_count++;
        return false;
    }
    if (!is_jump(mark->in_force, price)) {
        mark->jump_run_count = 0;
        return true;
    }
    bool agrees = mark->jump_run_count > 0 && !is_jump(mark->jump_price, price);
    mark->jump_run_count = agrees ? mark->jump_run_count + 1 : 1;
    mark->jump_price = price;
    if (mark->jump_run_count >= MARK_JUMP_CONFIRM) {
        mark->jump_run_count = 0;
        mark->has_basis = false;
        return true;
    }
    mark->refused_count++;
    return false;
}

static void mark_put_in_force(struct mark *mark, int64_t ts_ms, double price) {
    mark->in_force = price;
    mark->in_force_ms = ts_ms;
    if (mark->tail_count == MARK_TAIL_MAX) {
        mark->tail_begin = (mark->tail_begin + 1) % MARK_TAIL_MAX;
        mark->tail_count--;
    }
    int end = (mark->tail_begin + mark->tail_count) % MARK_TAIL_MAX;
    mark->tail[end] = (struct mark_point){.ts_ms = ts_ms, .price = price};
    mark->tail_count++;
}

bool mark_publish(struct mark *mark, int64_t ts_ms, double price) {
    if (mark->mark > 0.0 && ts_ms < mark->published_ms) {
        mark->late_count++;
        return false;
    }
    if (!mark_admits(mark, price)) {
        return false;
    }
    mark->mark = price;
    mark->published_ms = ts_ms;
    if (mark->last > 0.0 && ts_ms - mark->last_ms <= MARK_LAST_OLD_MS) {
        double basis = price - mark->last;
        mark->basis = mark->has_basis ? mark->basis + basis_weight * (basis - mark->basis) : basis;
        mark->has_basis = true;
    }
    /* A mark made from a later trade may be in force already: this one is better, from then on. */
    mark_put_in_force(mark, ts_ms > mark->in_force_ms ? ts_ms : mark->in_force_ms, price);
    return true;
}

bool mark_trade(struct mark *mark, int64_t ts_ms, double price) {
    if (!price_ok(price)) {
        mark->refused_count++;
        return false;
    }
    mark->last = price;
    mark->last_ms = ts_ms;
    if (mark->first_trade_ms == 0) {
        mark->first_trade_ms = ts_ms;
    }
    /* Before the first mark a venue gets the same time to send one. */
    int64_t since_ms = mark->mark > 0.0 ? mark->published_ms : mark->first_trade_ms;
    bool rare = ts_ms - since_ms >= MARK_RARE_MS;
    bool due = mark->in_force == 0.0 || ts_ms - mark->in_force_ms >= MARK_MADE_EVERY_MS;
    if (!rare || !due) {
        return false;
    }
    double made = price + (mark->has_basis ? mark->basis : 0.0);
    if (!mark_admits(mark, made)) {
        return false;
    }
    mark_put_in_force(mark, ts_ms, made);
    return true;
}

bool mark_bar(struct mark *mark, int64_t ts_ms, double price) {
    if (mark->in_force > 0.0 && ts_ms < mark->in_force_ms) {
        mark->late_count++;
        return false;
    }
    if (!mark_admits(mark, price)) {
        return false;
    }
    mark->last = price;
    mark->last_ms = ts_ms;
    mark_put_in_force(mark, ts_ms, price);
    return true;
}

void mark_set_index(struct mark *mark, double price) {
    if (price_ok(price)) {
        mark->index = price;
    } else {
        mark->refused_count++;
    }
}

const struct mark_point *mark_tail_at(const struct mark *mark, int i) {
    assert(i >= 0);
    assert(i < mark->tail_count);
    return &mark->tail[(mark->tail_begin + i) % MARK_TAIL_MAX];
}

uint64_t mark_hash(uint64_t hash, const struct mark *mark) {
    double prices[5] = {mark->mark, mark->index, mark->last, mark->in_force, mark->basis};
    int64_t head[6] = {mark->in_force_ms,   mark->published_ms, mark->last_ms,
                       mark->refused_count, mark->late_count,   mark->tail_count};
    hash = hash_bytes(hash, prices, sizeof(prices));
    hash = hash_bytes(hash, head, sizeof(head));
    for (int i = 0; i < mark->tail_count; i++) {
        hash = hash_bytes(hash, mark_tail_at(mark, i), sizeof(struct mark_point));
    }
    return hash;
}
