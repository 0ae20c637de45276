/* state/book_integral.c - time-weighted resting liquidity without work on levels that stand still.
 *
 * Over a stretch [a, b) a bin's USD is a step function u(t) with steps d_i at t_i, so that
 *
 *     integral of u over [a, b) = u(b) (b - a) - sum of d_i (t_i - a).
 *
 * A change of a level therefore costs one addition of d (t - a), and u(b) is read off the book when
 * the stretch ends: nothing is carried from one stretch to the next, so rounding does not grow.
 * Stretches end with each cell of the log, before each snapshot, and where the book stops being
 * valid.
 *
 * When it is wrong: a level that the book dropped at its own limit (book_dropped) is missing from
 * u(b) though its coming was seen; what would become negative is taken as zero. */
#include "state/book_integral.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "base/math.h"

enum { BIN_MASK = BOOK_INTEGRAL_BINS - 1, SIDE_COUNT = 2 };
static_assert((BOOK_INTEGRAL_BINS & BIN_MASK) == 0, "bins are found by masking");
static_assert(2 * BOOK_REACH_BINS < BOOK_INTEGRAL_BINS / 2, "room for a price that runs");

struct range { /* of bins, [low, high); empty: low == high */
    int32_t low, high;
};

struct book_integral {
    bool open;
    int64_t from_ms; /* the open stretch's begin */
    int64_t known_ms;
    int64_t clipped_count;
    int32_t anchor_bin;               /* of the middle price when the stretch began */
    int32_t near_bin;                 /* the bin asked for last: where to look first */
    struct range changed[SIDE_COUNT]; /* bins of stretch that are not 0 */
    struct range summed;
    double stretch[SIDE_COUNT][BOOK_INTEGRAL_BINS]; /* USD x ms, of the open one */
    double sums[SIDE_COUNT][BOOK_INTEGRAL_BINS];    /* since the last take */
    double taken[SIDE_COUNT][BOOK_INTEGRAL_BINS];   /* in order, for who takes */
    int32_t edge_bin[BOOK_INTEGRAL_BINS]; /* which bin's lower edge is kept; see edge_of */
    double edge[BOOK_INTEGRAL_BINS];
};

struct book_integral *book_integral_create(void) {
    struct book_integral *integral = calloc(1, sizeof(*integral));
    for (int i = 0; integral != NULL && i < BOOK_INTEGRAL_BINS; i++) {
        integral->edge_bin[i] = INT32_MIN;
    }
    return integral;
}

struct book_integral *book_integral_clone(const struct book_integral *source) {
    return copy_bytes(source, sizeof(*source));
}

void book_integral_destroy(struct book_integral *integral) {
    free(integral);
}

/* -- prices and bins -- */

/* The lowest price of a bin. */
static double edge_of(struct book_integral *integral, int32_t bin) {
    int at = bin & BIN_MASK;
    if (integral->edge_bin[at] != bin) {
        integral->edge_bin[at] = bin;
        integral->edge[at] = math_exp(bin * BOOK_BIN_WIDTH);
    }
    return integral->edge[at];
}

/* What it returns depends on the edges alone; the guess only says where to look first: ln (p / q)
 * is 2 (p - q) / (p + q) to a tenth of a bin within 5 %. */
int32_t book_integral_bin(struct book_integral *integral, double price) {
    assert(price > 0);
    double near = edge_of(integral, integral->near_bin);
    double x = 2 * (price - near) / (price + near);
    int32_t bin = integral->near_bin;
    if (x > -0.2 && x < 0.2) {
        bin += (int32_t)(x / BOOK_BIN_WIDTH);
    } else {
        bin = (int32_t)(math_log(price) / BOOK_BIN_WIDTH);
    }
    while (price < edge_of(integral, bin)) {
        bin--;
    }
    while (price >= edge_of(integral, bin + 1)) {
        bin++;
    }
    integral->near_bin = bin;
    return bin;
}

/* A mantissa at a common exponent as a double, rounded once. */
static double number_of(int64_t mantissa, int exponent) {
    return decimal_to_double(decimal_from_i64(mantissa, exponent));
}

/* -- ranges -- */

/* Make bin part of the range. False: it would not be found by masking any more. */
static bool range_reach(struct range *range, int32_t bin) {
    if (range->low == range->high) {
        *range = (struct range){bin, bin + 1};
        return true;
    }
    int32_t low = bin < range->low ? bin : range->low;
    int32_t high = bin >= range->high ? bin + 1 : range->high;
    if ((int64_t)high - low > BOOK_INTEGRAL_BINS) {
        return false;
    }
    *range = (struct range){low, high};
    return true;
}

static void stretch_add(struct book_integral *integral, int side, int32_t bin, double usd_ms) {
    if (range_reach(&integral->changed[side], bin)) {
        integral->stretch[side][bin & BIN_MASK] += usd_ms;
    } else {
        integral->clipped_count++;
    }
}

/* -- stretches -- */

/* The bin of the middle price. False: nothing rests on either side. */
static bool middle_bin(struct book_integral *integral, const struct book *book, int32_t *bin) {
    const struct book_side *bids = &book->bids, *asks = &book->asks;
    double sum = 0;
    int count = 0;
    if (bids->count > 0) {
        sum += number_of(bids->levels[bids->count - 1].price, book->price_exponent);
        count++;
    }
    if (asks->count > 0) {
        sum += number_of(asks->levels[asks->count - 1].price, book->price_exponent);
        count++;
    }
    if (count > 0) {
        *bin = book_integral_bin(integral, sum / count);
    }
    return count > 0;
}

void book_integral_begin(struct book_integral *integral, const struct book *book, int64_t ts_ms) {
    assert(!integral->open);
    integral->open = true;
    integral->from_ms = ts_ms;
    middle_bin(integral, book, &integral->anchor_bin);
}

bool book_integral_is_open(const struct book_integral *integral) {
    return integral->open;
}

void book_integral_change(struct book_integral *integral, const struct book *book, int64_t ts_ms) {
    const struct book_change *change = &book->change;
    int64_t after_ms = ts_ms - integral->from_ms;
    if (!integral->open || change->side == SIDE_NONE || after_ms <= 0 ||
        change->qty_before == change->qty_after) {
        return;
    }
    double price = number_of(change->price, book->price_exponent);
    int32_t bin = book_integral_bin(integral, price);
    /* Orders at absurd prices are part of real books and none of ours. */
    if (abs(bin - integral->anchor_bin) < BOOK_INTEGRAL_BINS / 2) {
        double qty = number_of(change->qty_after - change->qty_before, book->qty_exponent);
        stretch_add(integral, change->side == SIDE_BUY ? 0 : 1, bin,
                    -price * qty * (double)after_ms);
    }
}

/* Add what rests within reach, from the best outwards: bins follow each other in order. */
static void walk_side(struct book_integral *integral, const struct book *book, int side,
                      int32_t middle, double over_ms) {
    const struct book_side *levels = side == 0 ? &book->bids : &book->asks;
    int32_t bin = middle;
    for (int i = levels->count - 1; i >= 0; i--) {
        double price = number_of(levels->levels[i].price, book->price_exponent);
        while (price < edge_of(integral, bin) && bin > middle - BOOK_REACH_BINS) {
            bin--;
        }
        while (price >= edge_of(integral, bin + 1) && bin < middle + BOOK_REACH_BINS) {
            bin++;
        }
        if (bin == middle - BOOK_REACH_BINS || bin == middle + BOOK_REACH_BINS) {
            return;
        }
        stretch_add(integral, side, bin,
                    price * number_of(levels->levels[i].qty_base, book->qty_exponent) * over_ms);
    }
}

/* The stretch's bins within reach become part of the sums; all of them are 0 again. */
static void fold_side(struct book_integral *integral, int side, int32_t middle, bool counts) {
    struct range *changed = &integral->changed[side];
    for (int32_t bin = changed->low; bin < changed->high; bin++) {
        double *value = &integral->stretch[side][bin & BIN_MASK];
        bool within = bin > middle - BOOK_REACH_BINS && bin < middle + BOOK_REACH_BINS;
        if (counts && within && *value > 0) {
            if (range_reach(&integral->summed, bin)) {
                integral->sums[side][bin & BIN_MASK] += *value;
            } else {
                integral->clipped_count++;
            }
        }
        *value = 0;
    }
    *changed = (struct range){0, 0};
}

void book_integral_end(struct book_integral *integral, const struct book *book, int64_t ts_ms) {
    if (!integral->open) {
        return;
    }
    integral->open = false;
    int64_t over_ms = ts_ms - integral->from_ms;
    int32_t middle = 0;
    bool counts = over_ms > 0 && middle_bin(integral, book, &middle);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (counts) {
            walk_side(integral, book, side, middle, (double)over_ms);
        }
        fold_side(integral, side, middle, counts);
    }
    integral->known_ms += counts ? over_ms : 0;
}

struct book_integral_sums book_integral_take(struct book_integral *integral) {
    struct range range = integral->summed;
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int32_t bin = range.low; bin < range.high; bin++) {
            integral->taken[side][bin - range.low] = integral->sums[side][bin & BIN_MASK];
            integral->sums[side][bin & BIN_MASK] = 0;
        }
    }
    struct book_integral_sums out = {.known_ms = integral->known_ms,
                                     .first_bin = range.low,
                                     .bin_count = range.high - range.low,
                                     .usd_ms = {integral->taken[0], integral->taken[1]}};
    integral->known_ms = 0;
    integral->summed = (struct range){0, 0};
    return out;
}

int64_t book_integral_clipped_count(const struct book_integral *integral) {
    return integral->clipped_count;
}
