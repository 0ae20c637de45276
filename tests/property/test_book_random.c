/* The book against a naive one, over random messages: same levels, same best, never shown crossed,
 * always sorted.
 *
 * The naive model keeps prices as text-exact integers at one fine exponent in an unsorted list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "state/book.h"
#include "support/event_make.h"

enum { NAIVE_MAX = 4096, FINE_EXPONENT = -6, MESSAGE_COUNT = 4000 };

struct naive_level {
    int64_t price, qty; /* x 10^FINE_EXPONENT */
};

struct naive {
    int count[2];
    struct naive_level levels[2][NAIVE_MAX];
};

static struct naive naive;

static void naive_set(int side, int64_t price, int64_t qty) {
    for (int i = 0; i < naive.count[side]; i++) {
        if (naive.levels[side][i].price == price) {
            naive.levels[side][i].qty = qty;
            if (qty == 0) {
                naive.count[side]--;
                naive.levels[side][i] = naive.levels[side][naive.count[side]];
            }
            return;
        }
    }
    if (qty != 0) {
        assert_true(naive.count[side] < NAIVE_MAX);
        naive.levels[side][naive.count[side]] = (struct naive_level){price, qty};
        naive.count[side]++;
    }
}

static int64_t naive_best(int side) {
    int64_t best = 0;
    for (int i = 0; i < naive.count[side]; i++) {
        int64_t price = naive.levels[side][i].price;
        if (best == 0 || (side == 0 ? price > best : price < best)) {
            best = price;
        }
    }
    return best;
}

static int64_t to_fine(int64_t value, int exponent) {
    while (exponent > FINE_EXPONENT) {
        value *= 10;
        exponent--;
    }
    return value;
}

static void check_side(const struct book *book, const struct book_side *side, int index) {
    assert_int_equal(side->count, naive.count[index]);
    for (int i = 0; i < side->count; i++) {
        if (i > 0) {
            int64_t step = side->levels[i].price - side->levels[i - 1].price;
            assert_true(index == 0 ? step > 0 : step < 0);
        }
        int64_t price = to_fine(side->levels[i].price, book->price_exponent);
        int64_t qty = to_fine(side->levels[i].qty_base, book->qty_exponent);
        int found = 0;
        for (int k = 0; k < naive.count[index]; k++) {
            found += naive.levels[index][k].price == price && naive.levels[index][k].qty == qty;
        }
        assert_int_equal(found, 1);
    }
}

static void check_best(const struct book *book) {
    int64_t bid = naive_best(0);
    int64_t ask = naive_best(1);
    bool crossed = bid != 0 && ask != 0 && bid >= ask;
    assert_int_equal(book_is_valid(book), !crossed);
    struct decimal price = {0};
    struct decimal qty = {0};
    assert_int_equal(book_best_bid(book, &price, &qty), bid != 0 && !crossed);
    if (bid != 0 && !crossed) {
        assert_int_equal(to_fine(price.mantissa, price.exponent), bid);
    }
    assert_int_equal(book_best_ask(book, &price, &qty), ask != 0 && !crossed);
    if (ask != 0 && !crossed) {
        assert_int_equal(to_fine(price.mantissa, price.exponent), ask);
    }
}

/* A random level near 1,000, at one of several exponents; also told to the naive model. */
static struct event random_level(struct random *random, bool snapshot) {
    struct event event = make_event(EVENT_BOOK, 0, 1000);
    int exponent = -(int)(random_u64(random) % 4) - (random_u64(random) % 50 == 0 ? 3 : 0);
    bool buy = random_u64(random) % 2 == 0;
    bool wild = random_u64(random) % 40 == 0;
    double price = 1000.0 + (buy ? -1.0 : 1.0) * random_exponential(random) * 5.0;
    price += wild ? random_normal(random) * 10.0 : 0.0;
    int64_t scale = 1;
    for (int i = exponent; i < 0; i++) {
        scale *= 10;
    }
    event.side = buy ? SIDE_BUY : SIDE_SELL;
    event.u.level.price = (int64_t)(price * (double)scale);
    event.exponent_a = (int8_t)exponent;
    int qty_exponent = -(int)(random_u64(random) % 5);
    event.exponent_b = (int8_t)qty_exponent;
    event.u.level.qty_base =
        random_u64(random) % 3 == 0 && !snapshot ? 0 : (int64_t)(random_u64(random) % 900 + 1);
    naive_set(buy ? 0 : 1, to_fine(event.u.level.price, exponent),
              to_fine(event.u.level.qty_base, qty_exponent));
    return event;
}

static void random_message(struct random *random, struct book *book, bool snapshot, int count) {
    if (snapshot) {
        naive = (struct naive){0};
    }
    for (int i = 0; i < count; i++) {
        struct event event = random_level(random, snapshot);
        event.flags = (i == 0 ? EVENT_FLAG_BEGIN : 0U) | (i == count - 1 ? EVENT_FLAG_END : 0U) |
                      (snapshot ? EVENT_FLAG_SNAPSHOT : 0U);
        book_apply(book, &event);
    }
}

static void the_book_equals_a_naive_one(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct random random;
        random_init(&random, seed);
        struct book book;
        assert_true(book_init(&book));
        random_message(&random, &book, true, 200);
        for (int i = 0; i < MESSAGE_COUNT; i++) {
            bool snapshot = random_u64(&random) % 500 == 0;
            random_message(&random, &book, snapshot, (int)(random_u64(&random) % 8) + 1);
            check_best(&book);
            if (i % 100 == 0) {
                check_side(&book, &book.bids, 0);
                check_side(&book, &book.asks, 1);
            }
        }
        assert_int_equal(book.refused_count, 0);
        assert_true(book.crossed_count > 0); /* the wild ones made some: the hiding was tested */
        book_finish(&book);
    }
}

/* Slots in any order with any flags: counted, sorted, never out of bounds (the sanitizers look). */
static void any_slots_leave_a_sorted_book(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 99);
    struct book book;
    assert_true(book_init(&book));
    for (int i = 0; i < 100000; i++) {
        struct event event = make_event(EVENT_BOOK, 0, (int64_t)random_u64(&random));
        event.flags = random_u64(&random) & 7U;
        event.side = random_u64(&random) & 3U;
        event.u.level.price = (int64_t)(random_u64(&random) >> (random_u64(&random) % 64));
        event.u.level.qty_base = (int64_t)(random_u64(&random) >> (random_u64(&random) % 64));
        event.exponent_a = (int8_t)random_u64(&random);
        event.exponent_b = (int8_t)(random_u64(&random) % 30 - 15);
        book_apply(&book, &event);
        if (random_u64(&random) % 5000 == 0) {
            book_invalidate(&book);
        }
        if (book_is_valid(&book)) {
            double bid = 0.0;
            double ask = 0.0;
            book_best_prices(&book, &bid, &ask);
            assert_true(bid == 0.0 || ask == 0.0 || bid < ask);
        }
        if (!book.in_snapshot && i % 50 == 0) {
            for (int k = 1; k < book.bids.count; k++) {
                assert_true(book.bids.levels[k].price > book.bids.levels[k - 1].price);
            }
            for (int k = 1; k < book.asks.count; k++) {
                assert_true(book.asks.levels[k].price < book.asks.levels[k - 1].price);
            }
        }
    }
    assert_true(book.refused_count > 0);
    assert_true(book.snapshot_count > 0);
    book_finish(&book);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_book_equals_a_naive_one),
        cmocka_unit_test(any_slots_leave_a_sorted_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
