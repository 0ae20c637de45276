/* The truth as spans and the truth as a list of now say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "margin/margin.h"
#include "sim/market.h"
#include "sim/source.h"

static const int64_t start_ms = INT64_C(1767571200000);
enum { SPAN_MAX = 400000, ID_MAX = 200000, MOMENT_MAX = 24, READ_SLOTS = 2048 };

struct span_list {
    size_t count;
    struct market_truth_span spans[SPAN_MAX];
};

static void keep_span(void *user, const struct market_truth_span *span) {
    struct span_list *list = user;
    assert_true(span->from_ms < span->to_ms);
    assert_true(list->count < SPAN_MAX);
    list->spans[list->count++] = *span;
}

/* -- at any time -- */

struct moment { /* the list of one time */
    int64_t ts_ms;
    size_t count;
    struct market_truth *open; /* owned */
};

static struct moment take_moment(const struct market *market) {
    struct market_totals totals;
    market_get_totals(market, &totals);
    struct moment moment = {
        .ts_ms = market_view(market)->now_ms,
        .open = calloc((size_t)totals.open_count + 1, sizeof(*moment.open)),
    };
    size_t cursor = 0;
    while (market_next_truth(market, &cursor, &moment.open[moment.count])) {
        moment.count++;
        assert_true(moment.count <= (size_t)totals.open_count);
    }
    return moment;
}

static void check_moment(const struct moment *moment, const struct span_list *list,
                         const struct market_truth_span **by_id) {
    size_t held = 0;
    for (size_t i = 0; i < ID_MAX; i++) {
        by_id[i] = NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct market_truth_span *span = &list->spans[i];
        if (span->from_ms <= moment->ts_ms && moment->ts_ms < span->to_ms) {
            assert_true(span->id < ID_MAX);
            assert_null(by_id[span->id]);
            by_id[span->id] = span;
            held++;
        }
    }
    if (held != moment->count) {
        fail_msg("%zu spans hold %" PRId64 ", %zu positions are open", held, moment->ts_ms,
                 moment->count);
    }
    for (size_t i = 0; i < moment->count; i++) {
        const struct market_truth *open = &moment->open[i];
        const struct market_truth_span *span = by_id[open->id];
        assert_non_null(span);
        assert_true(span->liquidation_price == open->liquidation_price);
        assert_true(span->entry == open->entry);
        assert_true(span->leverage == open->leverage);
        assert_int_equal(span->qty_lots, open->qty_lots);
        assert_int_equal(span->position, open->position);
        assert_int_equal(span->cross, open->cross);
        assert_int_equal(span->stop_first, open->stop_first);
    }
}

static void spans_hold_exactly_the_open_positions_at_random_times(void **state) {
    (void)state;
    struct span_list *list = calloc(1, sizeof(*list));
    const struct market_truth_span **by_id = calloc(ID_MAX, sizeof(*by_id));
    struct moment moments[MOMENT_MAX];
    size_t moment_count = 0;
    struct random random;
    random_init(&random, 5);
    struct market *market =
        market_create(&(struct market_desc){.seed = 11,
                                            .regime = REGIME_C,
                                            .partial_share = .3,
                                            .start_ms = start_ms,
                                            .truth = {.span = keep_span, .user = list}});
    const struct market_view *view = market_view(market);
    int64_t end_ms = start_ms + 17 * 3600 * 1000; /* two settlements */
    while (view->now_ms < end_ms) {
        bool fine = view->now_ms % 3600000 < 60000;
        market_step(market, fine ? 1000 : MARKET_STEP_COARSE_MS);
        bool taken = view->funding_settled || random_u64(&random) % 400 == 0;
        if (taken && moment_count < MOMENT_MAX) {
            moments[moment_count++] = take_moment(market);
        }
    }
    market_finish_truth(market);
    assert_true(moment_count > 10);
    for (size_t i = 0; i < moment_count; i++) {
        if (moments[i].ts_ms < end_ms) {
            check_moment(&moments[i], list, by_id);
        }
        free(moments[i].open);
    }
    for (size_t i = 0; i < list->count; i++) {
        assert_true(list->spans[i].to_ms <= end_ms);
    }
    market_destroy(market);
    free(by_id);
    free(list);
}

/* -- who opens -- */

struct openings {
    bool seen[ID_MAX]; /* by id: only the first span tells the opening */
    int64_t count, cross_count, stopped_count, tenfold_count, below_median_count;
    int64_t isolated_count, large_count; /* whose price was compared; beyond the first tier */
};

/* An isolated position that nothing has happened to yet, against the margin room's formula. */
static void compare_price(struct openings *openings, const struct market_truth_span *span) {
    const struct margin_table *table =
        margin_set_find(margin_set_default(), VENUE_BINANCE_USDM, "BTCUSDT");
    double qty = (double)span->qty_lots * MARKET_LOT;
    const struct margin_tier *tier = margin_table_tier(table, qty * span->liquidation_price);
    const struct margin_position position = {.entry = span->entry,
                                             .qty_base = qty,
                                             .margin_usd = qty * span->entry / span->leverage,
                                             .mmr = tier->mmr,
                                             .amount_usd = tier->amount};
    double expected = span->position == POS_LONG ? margin_price_linear_long(&position)
                                                 : margin_price_linear_short(&position);
    if (fabs(span->liquidation_price / expected - 1) > 1e-9) {
        fail_msg("%g coins from %g at %gx: %g, the margin room says %g", qty, span->entry,
                 span->leverage, span->liquidation_price, expected);
    }
    openings->isolated_count++;
    openings->large_count += tier != &table->tiers[0];
}

static void count_opening(void *user, const struct market_truth_span *span) {
    struct openings *openings = user;
    double usd = (double)span->qty_lots * MARKET_LOT * span->entry;
    assert_true(span->id < ID_MAX);
    if (openings->seen[span->id]) {
        return;
    }
    openings->seen[span->id] = true;
    openings->count++;
    openings->cross_count += span->cross;
    openings->stopped_count += span->stop_first;
    openings->tenfold_count += span->leverage == 10;
    openings->below_median_count += usd < 2000;
    if (!span->cross && span->liquidation_price > 0) {
        compare_price(openings, span);
    }
}

static void check_share(const char *what, int64_t part, int64_t whole, double wanted) {
    double share = (double)part / (double)whole;
    if (fabs(share - wanted) > .015) {
        fail_msg("%s: %.3f of openings, want %.3f", what, share, wanted);
    }
}

/* Before the first settlement, so that each first span is an opening as it was planned. */
static void openings_are_as_the_plan_has_them(void **state) {
    (void)state;
    struct openings *openings = calloc(1, sizeof(*openings));
    struct market *market =
        market_create(&(struct market_desc){.seed = 23,
                                            .regime = REGIME_A,
                                            .start_ms = start_ms,
                                            .truth = {.span = count_opening, .user = openings}});
    for (int i = 0; i < 7 * 360; i++) {
        market_step(market, MARKET_STEP_COARSE_MS);
    }
    market_finish_truth(market);
    check_share("cross margin", openings->cross_count, openings->count, .4);
    check_share("a stop before the liquidation", openings->stopped_count, openings->count, .6);
    check_share("10x", openings->tenfold_count, openings->count, .24);
    check_share("below the median", openings->below_median_count, openings->count, .5);
    assert_true(openings->isolated_count > 5000);
    assert_true(openings->large_count > 3);
    free(openings);
    market_destroy(market);
}

/* -- through the source -- */

static void a_source_tells_the_spans_that_reach_into_its_time(void **state) {
    (void)state;
    struct span_list *list = calloc(1, sizeof(*list));
    struct instrument_table *instruments = instrument_table_create();
    struct event *slots = calloc(READ_SLOTS, sizeof(*slots));
    struct event_source source = {0};
    size_t count = 0;
    int64_t begin_ms = SOURCE_SIM_START_MS + 3600 * 1000; /* no settlement is due then */
    assert_int_equal(
        source_sim_create(&(struct source_sim_desc){.instruments = instruments,
                                                    .seed = 3,
                                                    .start_ms = begin_ms,
                                                    .days = .05,
                                                    .burn_in_days = .1,
                                                    .truth = {.span = keep_span, .user = list}},
                          &source),
        STATUS_OK);
    while (source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
    }
    struct market_totals totals;
    market_get_totals(source_sim_market(&source), &totals);
    int64_t end_ms = market_view(source_sim_market(&source))->now_ms;
    int64_t older = 0;
    int64_t open_at_end = 0;
    for (size_t i = 0; i < list->count; i++) {
        assert_true(list->spans[i].to_ms > begin_ms);
        assert_true(list->spans[i].to_ms <= end_ms);
        older += list->spans[i].from_ms < begin_ms;
        open_at_end += list->spans[i].to_ms == end_ms;
    }
    assert_true(older > 100);
    assert_true(open_at_end >= totals.open_count);
    event_source_destroy(&source);
    instrument_table_destroy(instruments);
    free(slots);
    free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_hold_exactly_the_open_positions_at_random_times),
        cmocka_unit_test(openings_are_as_the_plan_has_them),
        cmocka_unit_test(a_source_tells_the_spans_that_reach_into_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
