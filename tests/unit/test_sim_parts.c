/* Parts of the simulated market: brackets, regimes, positions against a naive search, the ladder,
 * the tape, the throttle, text for the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sim/bracket.h"
#include "sim/ladder.h"
#include "sim/positions.h"
#include "sim/regime.h"
#include "sim/tape.h"
#include "sim/throttle.h"
#include "sim/wire.h"

/* -- brackets -- */

static void amounts_make_maintenance_continuous(void **state) {
    (void)state;
    for (int i = 1; i < bracket_binance.count; i++) {
        double cap = bracket_binance.rows[i - 1].notional_cap_usd;
        double below =
            cap * bracket_binance.rows[i - 1].mmr - bracket_binance.rows[i - 1].amount_usd;
        double above = cap * bracket_binance.rows[i].mmr - bracket_binance.rows[i].amount_usd;
        assert_true(fabs(below - above) < 1e-3);
        assert_true(bracket_binance.rows[i].leverage_max <
                    bracket_binance.rows[i - 1].leverage_max);
    }
}

/* At its price margin and profit are worth the maintenance of the notional at that price, whatever
 * the size. */
static void liquidation_price_is_where_maintenance_is_met(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 5);
    for (int i = 0; i < 2000; i++) {
        enum position side = i % 2 ? POS_LONG : POS_SHORT;
        double entry = 20000 + 150000 * random_uniform(&random);
        double qty = .001 + 400 * random_uniform(&random) * random_uniform(&random);
        double leverage = 1.5 + 20 * random_uniform(&random);
        double margin = qty * entry / leverage;
        const struct bracket_position position = {side, entry, qty, margin};
        double price = bracket_liquidation_price(&bracket_binance, &position);
        if (price == 0) {
            assert_int_equal(side, POS_LONG);
            continue;
        }
        const struct bracket *bracket = bracket_find(&bracket_binance, price * qty);
        double equity = margin + (side == POS_LONG ? 1 : -1) * qty * (price - entry);
        double maintenance = price * qty * bracket->mmr - bracket->amount_usd;
        if (fabs(equity - maintenance) > 1e-6 * entry * qty) {
            fail_msg("side %d entry %g qty %g leverage %g: equity %g, maintenance %g", side, entry,
                     qty, leverage, equity, maintenance);
        }
    }
}

static void known_distances_come_out(void **state) {
    (void)state;
    static const struct {
        double leverage, distance;
    } known[] = {{3, .331}, {5, .197}, {10, .0964}, {25, .0361}, {50, .0161}, {100, .0060}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double price = bracket_liquidation_price(
            &bracket_binance,
            &(struct bracket_position){POS_LONG, 100000, .1, 10000 / known[i].leverage});
        assert_true(fabs(1 - price / 100000 - known[i].distance) < .0006);
    }
    const struct bracket_position covered = {POS_LONG, 100000, 1, 100001};
    assert_true(bracket_liquidation_price(&bracket_binance, &covered) == 0);
    const struct bracket_position tenth_long = {POS_LONG, 100000, 1, 10000};
    const struct bracket_position tenth_short = {POS_SHORT, 100000, 1, 10000};
    assert_true(bracket_bankruptcy_price(&tenth_long) == 90000);
    assert_true(bracket_bankruptcy_price(&tenth_short) == 110000);
}

static void tables_of_other_venues_come_from_the_margin_room(void **state) {
    (void)state;
    struct bracket_table table;
    assert_true(bracket_table_of(VENUE_BINANCE_USDM, 100000, &table));
    assert_int_equal(table.count, bracket_binance.count);
    for (int i = 0; i < table.count; i++) {
        assert_true(table.rows[i].mmr == bracket_binance.rows[i].mmr);
        assert_true(table.rows[i].notional_cap_usd == bracket_binance.rows[i].notional_cap_usd);
        assert_true(fabs(table.rows[i].amount_usd - bracket_binance.rows[i].amount_usd) < 1);
    }
    assert_true(bracket_table_of(VENUE_HYPERLIQUID, 100000, &table));
    assert_true(table.rows[0].leverage_max == 40);
    assert_true(table.rows[table.count - 1].notional_cap_usd < 1e13); /* JSON knows no infinity */
    /* Ten coins are a million at this price. */
    assert_true(bracket_table_of(VENUE_OKX, 100000, &table));
    assert_true(table.rows[0].notional_cap_usd == 1e6);
    assert_false(bracket_table_of(VENUE_KRAKEN_FUTURES, 100000, &table));
    /* A closing fee brings the trigger nearer. */
    const struct bracket_position position = {POS_LONG, 100000, .1, 1000};
    struct bracket_table charged = bracket_binance;
    charged.fee = .0005;
    assert_true(bracket_liquidation_price(&charged, &position) >
                bracket_liquidation_price(&bracket_binance, &position));
}

static void regime_shares_sum_to_one(void **state) {
    (void)state;
    for (int regime = 0; regime < REGIME_COUNT; regime++) {
        for (int half = 0; half < 2; half++) {
            const struct regime_mix *mix = regime_mix_get((enum regime_id)regime, half == 1);
            double sum = 0;
            for (int i = 0; i < mix->count; i++) {
                sum += mix->share[i];
            }
            assert_true(fabs(sum - 1) < 1e-12);
        }
        enum regime_id found = REGIME_COUNT;
        assert_true(regime_from_name(regime_name((enum regime_id)regime), &found));
        assert_int_equal(found, regime);
    }
    enum regime_id found = REGIME_A;
    assert_false(regime_from_name("D", &found));
    assert_ptr_not_equal(regime_mix_get(REGIME_AC, false), regime_mix_get(REGIME_AC, true));
}

/* -- positions -- */

static struct position_record make_position(struct random *random, double mark) {
    struct position_record record = {
        .entry = mark,
        .qty_lots = 1 + (int64_t)(random_u64(random) % 100),
        .side = random_u64(random) & 1 ? POS_LONG : POS_SHORT,
        .close_s = 1000 + (int64_t)(random_u64(random) % 5000),
    };
    double sign = record.side == POS_LONG ? 1 : -1;
    record.liquidation_price = mark * (1 - sign * .001 - sign * .2 * random_uniform(random));
    if (random_u64(random) & 1) {
        record.take_price = mark * (1 + sign * .001 + sign * .2 * random_uniform(random));
    }
    if (random_u64(random) & 1) {
        record.stop_price =
            mark + (record.liquidation_price - mark) * random_uniform(random); /* may be passed */
    }
    return record;
}

static bool is_triggered(const struct position_record *record, double mark) {
    bool below = record->side == POS_LONG;
    const double down[] = {below ? record->liquidation_price : record->take_price,
                           below ? record->stop_price : 0};
    const double up[] = {below ? record->take_price : record->liquidation_price,
                         below ? 0 : record->stop_price};
    for (int i = 0; i < 2; i++) {
        if ((down[i] > 0 && mark <= down[i]) || (up[i] > 0 && mark >= up[i])) {
            return true;
        }
    }
    return false;
}

/* After every move of the mark exactly the triggered positions have come out. */
static void sweeps_find_what_a_search_finds(void **state) {
    (void)state;
    struct positions positions;
    struct random random;
    random_init(&random, 11);
    double mark = 50000;
    assert_true(positions_init(&positions, mark, 1000 * 1000));
    for (int step = 0; step < 400; step++) {
        for (int i = 0; i < 5; i++) {
            struct position_record record = make_position(&random, mark);
            assert_int_not_equal(positions_add(&positions, &record), POSITIONS_NONE);
        }
        mark *= 1 + .02 * random_normal(&random);
        int32_t count = positions_sweep(&positions, mark);
        for (int32_t i = 0; i < count; i++) {
            int32_t index = positions.hits[i];
            bool hit = is_triggered(&positions.records[index], mark);
            assert_int_equal(positions_trigger_at(&positions.records[index], mark) != TRIGGER_NONE,
                             hit);
            if (hit) {
                positions_begin_close(&positions, index);
                positions_remove(&positions, index);
            } else {
                positions_reindex(&positions, index);
            }
        }
        for (int32_t i = 0; i < positions.used_count; i++) {
            if (positions.records[i].state == POSITION_OPEN) {
                assert_false(is_triggered(&positions.records[i], mark));
            }
        }
    }
    positions_finish(&positions);
}

static void positions_expire_in_their_second(void **state) {
    (void)state;
    struct positions positions;
    struct random random;
    random_init(&random, 3);
    assert_true(positions_init(&positions, 100, 1000 * 1000));
    for (int i = 0; i < 500; i++) {
        struct position_record record = make_position(&random, 100);
        positions_add(&positions, &record);
    }
    int32_t seen = 0;
    for (int64_t now_s = 1000; now_s <= 6000; now_s += 7) {
        int32_t count = positions_expire(&positions, now_s * 1000);
        for (int32_t i = 0; i < count; i++) {
            int64_t close_s = positions.records[positions.hits[i]].close_s;
            assert_true(close_s < now_s);
            assert_true(close_s >= now_s - 7);
            positions_begin_close(&positions, positions.hits[i]);
            positions_remove(&positions, positions.hits[i]);
        }
        seen += count;
    }
    assert_int_equal(seen, 500);
    assert_int_equal(positions.open_count, 0);
    positions_finish(&positions);
    positions_finish(&positions);
}

static void a_life_of_weeks_outlasts_the_wheel_of_seconds(void **state) {
    (void)state;
    static const int64_t lives_s[] = {5, (1 << 20) + 5, 3 * (1 << 20) + 5};
    struct positions positions;
    struct random random;
    random_init(&random, 4);
    assert_true(positions_init(&positions, 100, 1000 * 1000));
    for (size_t i = 0; i < 3; i++) {
        struct position_record record = make_position(&random, 100);
        record.close_s = 1000 + lives_s[i];
        positions_add(&positions, &record);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(positions_expire(&positions, (1000 + lives_s[i]) * 1000), 0);
        assert_int_equal(positions_expire(&positions, (1001 + lives_s[i]) * 1000), 1);
        assert_int_equal(positions.records[positions.hits[0]].close_s, 1000 + lives_s[i]);
        positions_begin_close(&positions, positions.hits[0]);
    }
    positions_finish(&positions);
}

/* -- ladder -- */

static void apply_changes(struct ladder_level *book, size_t *count,
                          const struct ladder_level *changes, size_t change_count) {
    for (size_t i = 0; i < change_count; i++) {
        size_t at = 0;
        while (at < *count && book[at].ticks != changes[i].ticks) {
            at++;
        }
        if (changes[i].lots > 0) {
            *count += at == *count;
            book[at] = changes[i];
        } else {
            assert_true(at < *count); /* only what is known goes away */
            book[at] = book[--*count];
        }
    }
}

static int64_t lots_at(const struct ladder *ladder, int side, int64_t ticks) {
    for (size_t i = 0; i < ladder->count[side]; i++) {
        if (ladder->levels[side][i].ticks == ticks) {
            return ladder->levels[side][i].lots;
        }
    }
    return 0;
}

static void ladder_changes_turn_one_book_into_the_next(void **state) {
    (void)state;
    struct ladder *ladders = calloc(2, sizeof(*ladders));
    struct ladder_level *changes = calloc(2 * LADDER_LEVEL_MAX, sizeof(*changes));
    struct ladder_level book[2][2 * LADDER_LEVEL_MAX];
    size_t count[2] = {0, 0};
    int64_t bid = 1000000;
    for (int step = 0; step < 30; step++) {
        struct ladder *old = &ladders[step % 2];
        struct ladder *new = &ladders[(step + 1) % 2];
        bid += step % 7 * (step % 2 ? -13 : 11);
        ladder_make(new, 9, bid, 1000000 + step * 100);
        for (int side = 0; side < 2; side++) {
            size_t changed = ladder_diff(old, new, side, changes);
            for (size_t i = 1; i < changed; i++) {
                assert_true(changes[i].ticks > changes[i - 1].ticks);
            }
            apply_changes(book[side], &count[side], changes, changed);
            assert_int_equal(count[side], new->count[side]);
            for (size_t i = 0; i < count[side]; i++) {
                assert_int_equal(lots_at(new, side, book[side][i].ticks), book[side][i].lots);
            }
        }
        assert_int_equal(new->levels[0][0].ticks, bid);
        assert_int_equal(new->levels[1][0].ticks, bid + 1);
        assert_true(new->count[0] > 400);
    }
    free(changes);
    free(ladders);
}

static void ladder_ends_at_price_zero(void **state) {
    (void)state;
    struct ladder *ladder = calloc(1, sizeof(*ladder));
    ladder_make(ladder, 1, 40, 5000);
    for (size_t i = 0; i < ladder->count[0]; i++) {
        assert_true(ladder->levels[0][i].ticks > 0);
    }
    free(ladder);
}

/* -- tape -- */

static void minutes_sum_their_prints(void **state) {
    (void)state;
    struct tape tape;
    assert_true(tape_init(&tape));
    struct market_print prints[] = {
        {.ts_ms = 60000, .price_ticks = 100, .qty_lots = 5, .id = 1, .side = SIDE_BUY},
        {.ts_ms = 61000, .price_ticks = 90, .qty_lots = 7, .id = 2, .side = SIDE_SELL},
        {.ts_ms = 62000, .price_ticks = 95, .qty_lots = 1, .id = 3, .side = SIDE_BUY},
        {.ts_ms = 180000, .price_ticks = 99, .qty_lots = 2, .id = 4, .side = SIDE_SELL},
    };
    struct market_view view = {
        .now_ms = 70000, .print_count = 3, .prints = prints, .bid_ticks = 95};
    assert_false(tape_add_step(&tape, &view));
    view = (struct market_view){
        .now_ms = 190000, .print_count = 1, .prints = prints + 3, .bid_ticks = 99};
    assert_true(tape_add_step(&tape, &view));
    assert_int_equal(tape.kline_ring.count, 3);
    const struct tape_kline *first = tape_kline_at(&tape, 0);
    assert_int_equal(first->open, 100);
    assert_int_equal(first->high, 100);
    assert_int_equal(first->low, 90);
    assert_int_equal(first->close, 95);
    assert_int_equal(first->volume_lots, 13);
    assert_int_equal(first->taker_buy_lots, 6);
    assert_int_equal(first->print_count, 3);
    const struct tape_kline *empty = tape_kline_at(&tape, 1);
    assert_int_equal(empty->open_ms, 120000);
    assert_int_equal(empty->open, 95);
    assert_int_equal(empty->volume_lots, 0);
    assert_int_equal(tape_kline_at(&tape, 2)->open, 99);
    tape_finish(&tape);
    tape_finish(&tape);
}

static void tape_forgets_the_oldest(void **state) {
    (void)state;
    struct tape tape;
    assert_true(tape_init(&tape));
    struct market_print print = {.price_ticks = 5, .qty_lots = 1, .side = SIDE_BUY};
    struct market_view view = {.print_count = 1, .prints = &print, .bid_ticks = 5};
    for (int64_t i = 1; i <= TAPE_PRINT_MAX + 10; i++) {
        print.id = i;
        print.ts_ms = view.now_ms = i * 1000;
        tape_add_step(&tape, &view);
    }
    assert_int_equal(tape.print_ring.count, TAPE_PRINT_MAX);
    assert_int_equal(tape_print_at(&tape, 0)->id, 11);
    assert_int_equal(tape_print_at(&tape, TAPE_PRINT_MAX - 1)->id, TAPE_PRINT_MAX + 10);
    tape_finish(&tape);
}

/* -- throttle -- */

static void each_second_shows_its_largest(void **state) {
    (void)state;
    static const struct {
        int64_t ts_ms, qty_lots;
    } rows[] = {{1000, 5}, {1300, 9}, {1999, 2}, {2000, 1}, {4500, 3}};
    struct throttle throttle = {0};
    struct market_liquidation shown = {0};
    int64_t shown_ms[8] = {0};
    int count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct market_liquidation row = {
            .ts_ms = rows[i].ts_ms, .qty_lots = rows[i].qty_lots, .price_ticks = 10};
        if (throttle_push(&throttle, &row, &shown)) {
            shown_ms[count++] = shown.ts_ms;
        }
    }
    assert_false(throttle_flush(&throttle, 4999, &shown));
    assert_true(throttle_flush(&throttle, 5000, &shown));
    assert_false(throttle_flush(&throttle, 9000, &shown));
    assert_int_equal(count, 2);
    assert_int_equal(shown_ms[0], 1300);
    assert_int_equal(shown_ms[1], 2000);
    assert_int_equal(shown.ts_ms, 4500);
    assert_int_equal(throttle.hidden_count, 2);
}

/* -- wire -- */

static void numbers_have_fixed_places(void **state) {
    (void)state;
    struct wire wire = {0};
    wire_price(&wire, 1000001);
    wire_text(&wire, " ");
    wire_qty(&wire, 14);
    wire_text(&wire, " ");
    wire_fixed(&wire, -5, 3);
    wire_text(&wire, " ");
    wire_fixed(&wire, INT64_MIN, 0);
    wire_text(&wire, " ");
    wire_rounded(&wire, -.000375, 8);
    wire_text(&wire, " ");
    wire_rounded(&wire, 1.9999, 2);
    wire_text(&wire, " ");
    wire_quoted(&wire, "a\"b\\c\n");
    static const char want[] =
        "100000.10 0.014 -0.005 -9223372036854775808 -0.00037500 2.00 \"a\\\"b\\\\c\\u000a\"";
    assert_int_equal(wire.len, sizeof want - 1);
    assert_memory_equal(wire.bytes, want, wire.len);
    wire_finish(&wire);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_make_maintenance_continuous),
        cmocka_unit_test(liquidation_price_is_where_maintenance_is_met),
        cmocka_unit_test(known_distances_come_out),
        cmocka_unit_test(tables_of_other_venues_come_from_the_margin_room),
        cmocka_unit_test(regime_shares_sum_to_one),
        cmocka_unit_test(sweeps_find_what_a_search_finds),
        cmocka_unit_test(positions_expire_in_their_second),
        cmocka_unit_test(a_life_of_weeks_outlasts_the_wheel_of_seconds),
        cmocka_unit_test(ladder_changes_turn_one_book_into_the_next),
        cmocka_unit_test(ladder_ends_at_price_zero),
        cmocka_unit_test(minutes_sum_their_prints),
        cmocka_unit_test(tape_forgets_the_oldest),
        cmocka_unit_test(each_second_shows_its_largest),
        cmocka_unit_test(numbers_have_fixed_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
