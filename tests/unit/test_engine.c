/* The engine's step: what each kind of event does, what is counted, and that nothing a stranger
 * sends hurts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <math.h>

#include "engine/engine.h"
#include "margin/margin.h"
#include "model/entry_log.h"
#include "support/event_make.h"
#include "support/market_walk.h"
#include "support/near.h"

static struct instrument_table *table;
static struct scene scene;
static uint16_t btc, eth;
static const int64_t t0_ms = INT64_C(1750000000000);

static int set_up(void **state) {
    table = instrument_table_create();
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    eth = instrument_add(table, VENUE_BINANCE_USDM, "ETHUSDT", 7);
    *state = engine_create(&(struct engine_desc){.instruments = table});
    return table != NULL && *state != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    engine_destroy(*state);
    instrument_table_destroy(table);
    return 0;
}

static void apply(struct engine *engine, struct event event) {
    engine_apply(engine, &event, 1);
}

static const struct scene_instrument *look(struct engine *engine) {
    engine_fill_scene(engine, &scene);
    assert_true(scene.instrument_count > 0);
    return &scene.instruments[0];
}

static void facts_reach_the_scene(void **state) {
    struct engine *engine = *state;
    assert_null(engine_entry_log(engine, btc));
    struct event facts = make_event(EVENT_INSTRUMENT, btc, t0_ms);
    facts.has = INSTRUMENT_HAS_TICK;
    facts.u.instrument.tick = 1;
    facts.exponent_a = -1;
    apply(engine, facts);
    apply(engine, make_trade(btc, t0_ms, SIDE_BUY, "60000.5", "0.25"));
    struct event mark = make_mark(btc, t0_ms + 5, "60001.25");
    mark.recv_ns = 77;
    apply(engine, mark);
    apply(engine, make_open_interest(btc, t0_ms + 6, "1000"));
    apply(engine, make_funding(btc, t0_ms + 7, "0.0001", t0_ms + 3600000));
    apply(engine, make_level(btc, t0_ms + 8, SIDE_BUY, "60000", "2",
                             EVENT_FLAG_BEGIN | EVENT_FLAG_SNAPSHOT));
    apply(engine, make_level(btc, t0_ms + 8, SIDE_SELL, "60000.1", "3",
                             EVENT_FLAG_END | EVENT_FLAG_SNAPSHOT));
    apply(engine, make_liquidation(btc, t0_ms + 9, POS_LONG, "59990", "0.5"));
    const struct scene_instrument *view = look(engine);
    assert_int_equal(scene.recv_ns, 77);
    assert_int_equal(scene.ts_ms, t0_ms + 9);
    assert_string_equal(view->symbol, "BTCUSDT");
    assert_int_equal(view->tick.mantissa, 1);
    assert_near(view->last, 60000.5, 0);
    assert_near(view->mark, 60001.25, 0);
    assert_near(view->oi_base, 1000.0, 0);
    assert_near(view->oi_usd, 1000.0 * 60001.25, 1e-6);
    assert_near(view->funding_rate, 1e-4, 0);
    assert_true(view->book_valid);
    assert_near(view->bid, 60000.0, 0);
    assert_near(view->ask, 60000.1, 0);
    assert_int_equal(view->print_count, 1);
    assert_near(view->prints[0].price, 59990.0, 0);
    assert_near(view->liquidated_usd_24h[0], 59990.0 * 0.5, 1e-9);
    assert_near(view->liquidated_usd_24h[1], 0.0, 0);
    assert_int_equal(view->tail_count, 1);
    assert_false(scene.demo);
    assert_non_null(engine_entry_log(engine, btc));
    assert_null(engine_entry_log(engine, eth));
    struct estimator_desc model = {0};
    assert_true(engine_model(engine, btc, &model));
    assert_true(model.mmr > 0.0);
    assert_false(engine_model(engine, eth, &model));
    struct engine_counts counts = engine_counts(engine);
    assert_int_equal(counts.applied, 8);
    assert_int_equal(counts.malformed + counts.late + counts.jumped, 0);
}

static void bankruptcy_prints_are_drawn_at_their_trigger(void **state) {
    struct engine *engine = *state;
    apply(engine, make_mark(btc, t0_ms, "100"));
    struct event print = make_liquidation(btc, t0_ms + 1, POS_LONG, "99.6", "1");
    print.detail = PRICE_BANKRUPTCY;
    apply(engine, print);
    assert_near(look(engine)->prints[0].price, 99.6 / (1.0 - 0.004), 1e-9);
}

static void positions_are_opened_and_estimated(void **state) {
    struct engine *engine = *state;
    struct market_walk walk;
    market_walk_init(&walk, 5, btc);
    walk.trades_only = true;
    struct event events[MARKET_WALK_MESSAGE_MAX];
    for (int i = 0; i < 5000; i++) {
        engine_apply(engine, events, market_walk_next(&walk, events));
    }
    const struct scene_instrument *view = look(engine);
    assert_true(view->row_closed_ms > MARKET_WALK_START_MS);
    assert_true(view->row_closed_ms <= view->ts_ms);
    assert_true(view->estimate_usd[0] > 0.0);
    assert_true(view->estimate_usd[1] > 0.0);
    assert_true(view->estimate_usd[0] <= view->oi_usd * 1.0001);
    int64_t before_ms = view->row_closed_ms;
    engine_finish(engine);
    view = look(engine);
    assert_true(view->row_closed_ms > before_ms);
    assert_true(view->row_closed_ms > view->ts_ms);
    assert_true(entry_log_until_ms(engine_entry_log(engine, btc)) > view->ts_ms);
}

/* A second of market, so that a row closes. */
static void trade_a_second(struct engine *engine, int64_t from_ms) {
    apply(engine, make_mark(btc, from_ms, "60000"));
    apply(engine, make_open_interest(btc, from_ms + 10, "1000"));
    apply(engine, make_trade(btc, from_ms + 20, SIDE_BUY, "60000", "5"));
    apply(engine, make_open_interest(btc, from_ms + 900, "1002"));
    apply(engine, make_mark(btc, from_ms + 3000, "60000"));
}

/* Two hours of bars from from_ms on. */
static void apply_bars(struct engine *engine, int64_t from_ms) {
    for (int i = 0; i < 120; i++) {
        struct event kline = make_event(EVENT_KLINE, btc, from_ms + i * 60000);
        kline.flags = EVENT_FLAG_BEGIN | EVENT_FLAG_HISTORY | EVENT_FLAG_CLOSED;
        kline.exponent_a = -1;
        kline.u.kline.open = 600000 + i * 100;
        kline.u.kline.high = 600300 + i * 100;
        kline.u.kline.low = 599700 + i * 100;
        kline.u.kline.close = 600100 + i * 100;
        kline.u.kline.interval_s = 60;
        apply(engine, kline);
        struct event volume = make_event(EVENT_KLINE_VOLUME, btc, from_ms + i * 60000);
        volume.flags = EVENT_FLAG_END | EVENT_FLAG_HISTORY | EVENT_FLAG_CLOSED;
        volume.has = KLINE_HAS_VOLUME;
        volume.u.kline_volume.volume_base = 50;
        apply(engine, volume);
        if (i % 5 == 0) {
            struct event oi = make_open_interest(btc, from_ms + i * 60000, "50000");
            oi.flags |= EVENT_FLAG_HISTORY;
            apply(engine, oi);
        }
    }
}

static void history_fills_the_log_before_live(void **state) {
    struct engine *engine = *state;
    int64_t from_ms = t0_ms / 3600000 * 3600000;
    apply_bars(engine, from_ms);
    assert_true(look(engine)->mark > 0.0);
    int64_t live_ms = from_ms + 121 * 60000;
    apply(engine, make_trade(btc, live_ms, SIDE_BUY, "61200", "1"));
    apply(engine, make_mark(btc, live_ms + 1000, "61200"));
    const struct scene_instrument *view = look(engine);
    assert_true(view->history_until_ms >= from_ms + 119 * 60000);
    assert_int_equal(entry_log_first_ms(engine_entry_log(engine, btc)), from_ms);
    assert_true(view->estimate_usd[0] > 0.0);
    assert_int_equal(engine_counts(engine).malformed, 0);
}

/* What a venue repeats when it is subscribed to may be hours old: bars of later are kept. */
static void an_old_liquidation_ends_no_history(void **state) {
    struct engine *engine = *state;
    const int64_t from_ms = t0_ms / 3600000 * 3600000, until_ms = from_ms + 120 * 60000;
    apply_bars(engine, from_ms);
    apply(engine, make_liquidation(btc, from_ms + 600000, POS_LONG, "60000", "1"));
    apply(engine, make_mark(btc, until_ms + 60000, "61200"));
    apply(engine, make_mark(btc, until_ms + 64000, "61200"));
    const struct scene_instrument *view = look(engine);
    assert_int_equal(view->history_until_ms, until_ms);
    assert_int_equal(view->print_count, 1);
    assert_near(view->liquidated_usd_24h[0], 60000, 1e-6);
    assert_int_equal(engine_counts(engine).late, 0);
}

/* The first live fact may be one that makes no row, as a funding rate; the book passes the time. */
static void time_that_passes_costs_no_history(void **state) {
    struct engine *engine = *state;
    const int64_t from_ms = t0_ms / 3600000 * 3600000, until_ms = from_ms + 120 * 60000;
    trade_a_second(engine, from_ms - 10000);
    apply_bars(engine, from_ms);
    apply(engine, make_funding(btc, until_ms + 60000, "0.0001", until_ms + 3600000));
    for (int i = 0; i < 3; i++) {
        apply(engine, make_level(btc, until_ms + 61000 + i * 5000, SIDE_BUY, "60000", "2",
                                 EVENT_FLAG_BEGIN | EVENT_FLAG_END | EVENT_FLAG_SNAPSHOT));
    }
    apply(engine, make_mark(btc, until_ms + 80000, "61200"));
    assert_int_equal(look(engine)->history_until_ms, until_ms);
}

/* Some venues tell single liquidations minutes late. */
static void a_liquidation_told_minutes_late_is_kept(void **state) {
    struct engine *engine = *state;
    trade_a_second(engine, t0_ms);
    apply(engine, make_mark(btc, t0_ms + 300000, "60000"));
    apply(engine, make_liquidation(btc, t0_ms + 60000, POS_LONG, "60000", "1"));
    apply(engine, make_mark(btc, t0_ms + 304000, "60000"));
    const struct scene_instrument *view = look(engine);
    assert_int_equal(view->print_count, 1);
    assert_int_equal(view->prints[0].ts_ms, t0_ms + 60000);
    assert_near(view->liquidated_usd_24h[0], 60000, 1e-6);
    assert_int_equal(view->ts_ms, t0_ms + 304000);
    assert_int_equal(engine_counts(engine).late, 0);
    const struct calibration *learned = estimator_calibration(engine_estimator(engine, btc));
    assert_near(learned->attributed_total_usd + learned->unexplained_usd, 0, 0);
    /* The same once more; and one of two days ago. */
    apply(engine, make_liquidation(btc, t0_ms + 60000, POS_LONG, "60000", "1"));
    apply(engine, make_liquidation(btc, t0_ms - 2 * 86400000, POS_LONG, "60000", "1"));
    assert_int_equal(look(engine)->print_count, 1);
    assert_int_equal(engine_counts(engine).late, 2);
}

static void a_source_of_bars_alone_is_closed_by_finish(void **state) {
    struct engine *engine = *state;
    int64_t from_ms = t0_ms / 60000 * 60000;
    struct event kline = make_event(EVENT_KLINE, btc, from_ms);
    kline.flags = EVENT_FLAG_BEGIN | EVENT_FLAG_CLOSED;
    kline.u.kline.open = kline.u.kline.low = kline.u.kline.close = 100;
    kline.u.kline.high = 101;
    kline.u.kline.interval_s = 60;
    apply(engine, kline);
    struct event volume = make_event(EVENT_KLINE_VOLUME, btc, from_ms);
    volume.flags = EVENT_FLAG_END | EVENT_FLAG_CLOSED;
    volume.has = KLINE_HAS_VOLUME;
    volume.u.kline_volume.volume_base = 5;
    apply(engine, volume);
    engine_finish(engine);
    assert_int_equal(entry_log_first_ms(engine_entry_log(engine, btc)), from_ms);
    apply(engine, volume); /* a volume without its kline */
    assert_int_equal(engine_counts(engine).malformed, 1);
}

static void klines_of_minutes_with_trades_are_ignored(void **state) {
    struct engine *engine = *state;
    int64_t from_ms = t0_ms / 60000 * 60000;
    apply(engine, make_trade(btc, from_ms + 10, SIDE_BUY, "100", "1"));
    struct event kline = make_event(EVENT_KLINE, btc, from_ms);
    kline.flags = EVENT_FLAG_BEGIN | EVENT_FLAG_CLOSED;
    kline.u.kline.interval_s = 60;
    apply(engine, kline);
    struct event volume = make_event(EVENT_KLINE_VOLUME, btc, from_ms);
    volume.flags = EVENT_FLAG_END | EVENT_FLAG_CLOSED;
    apply(engine, volume);
    assert_int_equal(engine_counts(engine).ignored, 2);
}

static void gaps_invalidate_and_are_shown(void **state) {
    struct engine *engine = *state;
    unsigned whole = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    apply(engine, make_mark(btc, t0_ms, "100"));
    apply(engine, make_level(btc, t0_ms, SIDE_BUY, "99", "1", whole | EVENT_FLAG_SNAPSHOT));
    assert_true(look(engine)->book_valid);
    apply(engine, make_gap(btc, STREAM_TRADE, t0_ms, t0_ms + 500));
    assert_true(look(engine)->book_valid);
    apply(engine, make_gap(btc, STREAM_BOOK, t0_ms, 0));
    assert_false(look(engine)->book_valid);
    apply(engine, make_level(btc, t0_ms, SIDE_BUY, "99", "1", whole));
    assert_false(look(engine)->book_valid);
    apply(engine, make_level(btc, t0_ms, SIDE_BUY, "99", "1", whole | EVENT_FLAG_SNAPSHOT));
    assert_true(look(engine)->book_valid);
    struct event all = make_gap(INSTRUMENT_NONE, STREAM_ALL, t0_ms + 600, t0_ms + 700);
    apply(engine, all);
    const struct scene_instrument *view = look(engine);
    assert_false(view->book_valid);
    assert_int_equal(view->gap_count, 3);
    assert_int_equal(view->gaps[1].to_ms, 0);
    apply(engine, make_gap(btc, STREAM_ALL, t0_ms, t0_ms - 100000));
    assert_int_equal(engine_counts(engine).malformed, 1);
    apply(engine,
          make_gap(btc, STREAM_LIQUIDATION, t0_ms + 9, t0_ms + 4)); /* streams out of step */
    view = look(engine);
    assert_int_equal(view->gap_count, 4);
    assert_int_equal(view->gaps[3].from_ms, t0_ms + 4);
    assert_int_equal(view->gaps[3].to_ms, t0_ms + 9);
}

static void feeds_light_their_lamps(void **state) {
    struct engine *engine = *state;
    struct event feed = make_event(EVENT_FEED, 0, t0_ms);
    feed.u.feed.venue = VENUE_BINANCE_USDM;
    feed.u.feed.state = FEED_LIVE;
    feed.u.feed.lost_count = 3;
    memset(feed.u.feed.reason, 'x', sizeof(feed.u.feed.reason)); /* no terminator */
    apply(engine, feed);
    apply(engine, make_mark(btc, t0_ms + 50, "100"));
    engine_fill_scene(engine, &scene);
    assert_int_equal(scene.feed_count, 1);
    assert_int_equal(scene.feeds[0].state, FEED_LIVE);
    assert_int_equal(scene.feeds[0].ts_ms, t0_ms + 50);
    assert_int_equal(scene.events_lost, 3);
    assert_int_equal(strlen(scene.feeds[0].reason), sizeof(scene.feeds[0].reason) - 1);
    assert_false(scene.demo);
    feed.u.feed.state = FEED_LOST;
    feed.flags |= EVENT_FLAG_DEMO;
    apply(engine, feed);
    engine_fill_scene(engine, &scene);
    assert_int_equal(scene.feed_count, 1);
    assert_int_equal(scene.feeds[0].state, FEED_LOST);
    assert_true(scene.demo);
    feed.u.feed.venue = VENUE_COUNT;
    apply(engine, feed);
    feed.u.feed.venue = VENUE_OKX;
    feed.u.feed.state = 200;
    apply(engine, feed);
    assert_int_equal(engine_counts(engine).malformed, 2);
}

static void recorded_simulation_says_so(void **state) {
    struct engine *engine = *state;
    struct event instrument = {.kind = EVENT_INSTRUMENT,
                               .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                               .instrument = btc,
                               .ts_ms = t0_ms};
    apply(engine, instrument);
    engine_fill_scene(engine, &scene);
    assert_false(scene.demo);
    instrument.flags |= EVENT_FLAG_DEMO;
    apply(engine, instrument);
    engine_fill_scene(engine, &scene);
    assert_true(scene.demo);
}

static void only_so_many_instruments_have_a_place(void **state) {
    struct engine *engine = *state;
    /* Liquidations of a whole market's stream ask for none. */
    apply(engine, make_liquidation(eth, t0_ms, POS_LONG, "10", "1"));
    assert_int_equal(engine_counts(engine).other_instrument, 1);
    apply(engine, make_mark(60000, t0_ms, "10"));
    apply(engine, make_mark(4000, t0_ms, "10"));
    assert_int_equal(engine_counts(engine).unknown_instrument, 2);
    apply(engine, make_mark(btc, t0_ms, "10"));
    apply(engine, make_mark(eth, t0_ms, "10"));
    assert_int_equal(look(engine)->instrument, btc);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof(name), "X%d", i);
        uint16_t other = instrument_add(table, VENUE_BINANCE_USDM, name, 2);
        apply(engine, make_mark(other, t0_ms, "10"));
    }
    engine_fill_scene(engine, &scene);
    assert_int_equal(scene.instrument_count, SCENE_INSTRUMENT_MAX);
    assert_int_equal(engine_counts(engine).other_instrument, 2);
}

static void wanted_instruments_keep_others_out(void **state) {
    (void)state;
    struct engine *engine = engine_create(&(struct engine_desc){
        .instruments = table, .demo = true, .wanted_count = 1, .wanted = {eth}});
    apply(engine, make_mark(btc, t0_ms, "10"));
    apply(engine, make_liquidation(eth, t0_ms, POS_LONG, "10", "1"));
    assert_int_equal(look(engine)->instrument, eth);
    assert_int_equal(scene.instrument_count, 1);
    assert_true(scene.demo);
    assert_int_equal(engine_counts(engine).other_instrument, 1);
    engine_destroy(engine);
}

static struct event make_tier(double mmr, double leverage_max) {
    struct event tier = make_event(EVENT_TIER, btc, t0_ms);
    tier.u.tier.mmr = mmr;
    tier.u.tier.leverage_max = leverage_max;
    return tier;
}

static void facts_before_the_market_make_the_model(void **state) {
    struct engine *engine = *state;
    struct estimator_desc model = {0};
    struct event facts = make_event(EVENT_INSTRUMENT, btc, t0_ms);
    facts.detail = CONTRACT_INVERSE;
    apply(engine, facts);
    apply(engine, make_tier(0.02, 20));
    apply(engine, make_level(btc, t0_ms, SIDE_BUY, "60000", "2", 3));
    assert_false(engine_model(engine, btc, &model)); /* not final yet */
    apply(engine, make_tier(0.025, NAN));
    trade_a_second(engine, t0_ms);
    assert_true(engine_model(engine, btc, &model));
    assert_near(model.mmr, 0.025, 0);
    assert_near(model.leverage_max, 20, 0); /* what was not told stays */
    assert_true(model.inverse);
    /* Too late for the distances; the trigger of prints follows. */
    apply(engine, make_tier(0.04, 10));
    struct event print = make_liquidation(btc, t0_ms + 3000, POS_LONG, "96", "1");
    print.detail = PRICE_BANKRUPTCY;
    apply(engine, print);
    assert_true(engine_model(engine, btc, &model));
    assert_near(model.mmr, 0.025, 0);
    assert_near(look(engine)->prints[0].price, 100, 1e-9);
    assert_true(estimator_has_mark(engine_estimator(engine, btc)));
    assert_int_equal(engine_counts(engine).no_memory, 0);
}

static double farthest_long(const struct engine *engine) {
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    const struct estimator *estimator = engine_estimator(engine, btc);
    int32_t first = 0, count = 0;
    estimator_bin_range(estimator, &first, &count);
    estimator_read_bands(estimator, MODEL_LONG, first, count, bands);
    for (int32_t i = 0; i < count; i++) {
        for (int band = 0; band < ESTIMATOR_BAND_STRIDE; band++) {
            if (bands[i][band] > 0) {
                return (first + i) * estimator_bin_width(estimator) - estimator_mark_z(estimator);
            }
        }
    }
    return 0;
}

/* The map itself is laid down at the told contract's distances: longs of an inverse contract end
 * nearer (1/price may rise by 60 %: the price fall by 37 %) than linear ones. */
static void inverse_contracts_are_laid_down_as_such(void **state) {
    struct engine *engine = *state;
    trade_a_second(engine, t0_ms);
    double linear = farthest_long(engine);
    struct engine *other = engine_create(&(struct engine_desc){.instruments = table});
    struct event facts = make_event(EVENT_INSTRUMENT, btc, t0_ms);
    facts.detail = CONTRACT_INVERSE;
    apply(other, facts);
    trade_a_second(other, t0_ms);
    double inverse = farthest_long(other);
    assert_true(linear < -0.75);
    assert_true(inverse < -0.40 && inverse > -0.55);
    engine_destroy(other);
}

static struct event make_interest_usd(int64_t ts_ms, const char *oi_base, const char *oi_usd) {
    struct event event = make_open_interest(btc, ts_ms, oi_base);
    struct decimal usd = make_decimal(oi_usd);
    event.has |= OI_HAS_USD;
    event.u.open_interest.oi_usd = usd.mantissa;
    event.exponent_b = usd.exponent;
    return event;
}

/* Base coin of one source that was laid down. */
static double laid_down(const struct engine *engine, int source) {
    const struct entry_log *log = engine_entry_log(engine, btc);
    struct entry_cursor cursor;
    const struct entry_row *row = NULL;
    double sum = 0;
    entry_cursor_init(&cursor, log, ENTRY_LEVEL_1S, 0);
    entry_log_read_begin(log);
    while ((row = entry_cursor_next(&cursor, INT64_MAX)) != NULL) {
        const struct entry_deposit *deposits = entry_log_deposits(log, row);
        for (uint32_t i = 0; i < row->deposit_count; i++) {
            sum += (double)deposits[i].base[source];
        }
    }
    entry_log_read_end(log);
    return sum;
}

/* Open interest of an inverse contract is a number of USD: while the price falls, the same number
 * is more coins, and nobody has opened anything. */
static void a_falling_price_opens_no_inverse_contracts(void **state) {
    struct engine *engine = *state;
    struct event facts = make_event(EVENT_INSTRUMENT, btc, t0_ms);
    facts.detail = CONTRACT_INVERSE;
    apply(engine, facts);
    apply(engine, make_mark(btc, t0_ms, "60000"));
    apply(engine, make_interest_usd(t0_ms + 10, "1000", "60000000"));
    apply(engine, make_trade(btc, t0_ms + 20, SIDE_SELL, "60000", "5"));
    apply(engine, make_mark(btc, t0_ms + 1000, "50000"));
    apply(engine, make_interest_usd(t0_ms + 1010, "1200", "60000000"));
    apply(engine, make_trade(btc, t0_ms + 1020, SIDE_BUY, "50000", "5"));
    apply(engine, make_interest_usd(t0_ms + 1030, "1202", "60100000")); /* two of five were */
    apply(engine, make_mark(btc, t0_ms + 4000, "50000"));
    assert_near(laid_down(engine, ENTRY_SOURCE_NET), 2, 1e-5);
    assert_near(laid_down(engine, ENTRY_SOURCE_CHURN), 2.5 + 1.5, 1e-5);
    assert_near(look(engine)->oi_base, 1202, 0);
}

static void own_margin_tables_are_used(void **state) {
    (void)state;
    static const char text[] =
        "source,test\ndate,2026\nfee,binance_usdm,0.001\nbinance_usdm,BTCUSDT,0,inf,0.03,15,0\n";
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    assert_true(margin_set_parse(&set, "test", text, sizeof(text) - 1, error));
    struct engine *engine =
        engine_create(&(struct engine_desc){.instruments = table, .margins = &set});
    struct estimator_desc model = {0};
    apply(engine, make_mark(btc, t0_ms, "100"));
    assert_true(engine_model(engine, btc, &model));
    assert_near(model.mmr, 0.03, 0);
    assert_near(model.leverage_max, 15, 0);
    assert_near(model.fee, 0.001, 0);
    assert_false(model.inverse);
    engine_destroy(engine);
    margin_set_finish(&set);
}

static void absurd_times_are_left_out(void **state) {
    struct engine *engine = *state;
    apply(engine, make_mark(btc, t0_ms, "100"));
    static const int64_t impossible[] = {0, -1, INT64_MIN, INT64_MAX, INT64_C(4102444800000)};
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        apply(engine, make_mark(btc, impossible[i], "101"));
        assert_int_equal(engine_counts(engine).malformed, (int64_t)i + 1);
    }
    int64_t far_ms = t0_ms + INT64_C(30) * 86400000;
    apply(engine, make_mark(btc, far_ms, "102"));
    assert_int_equal(engine_counts(engine).jumped, 1);
    assert_near(look(engine)->mark, 100.0, 0);
    apply(engine, make_mark(btc, t0_ms + 10, "103"));
    assert_near(look(engine)->mark, 103.0, 0);
    apply(engine, make_mark(btc, t0_ms - 61000, "104"));
    assert_int_equal(engine_counts(engine).late, 1);
    /* A recording with a hole: three that agree are believed. */
    apply(engine, make_mark(btc, far_ms, "105"));
    apply(engine, make_mark(btc, far_ms + 1, "106"));
    assert_near(look(engine)->mark, 103.0, 0);
    apply(engine, make_mark(btc, far_ms + 2, "107"));
    assert_near(look(engine)->mark, 107.0, 0);
    /* A book of the far future moves no clock. */
    apply(engine, make_level(btc, far_ms + INT64_C(86400000) * 400, SIDE_BUY, "1", "1",
                             EVENT_FLAG_BEGIN | EVENT_FLAG_END | EVENT_FLAG_SNAPSHOT));
    assert_int_equal(look(engine)->ts_ms, far_ms + 2);
}

/* Nor do they stop the count of what is heard, or say since when it is. */
static void absurd_times_are_not_heard(void **state) {
    struct engine *engine = *state;
    apply(engine, make_mark(btc, t0_ms, "100"));
    apply(engine, make_mark(btc, t0_ms + INT64_C(365) * 86400000, "100"));
    for (int i = 1; i <= 200; i++) {
        apply(engine, make_mark(btc, t0_ms + i * 100, "100"));
    }
    assert_int_equal(look(engine)->heard_from_ms, t0_ms);
    assert_near(look(engine)->heard_per_s, 10, 0.5);
}

static void malformed_slots_are_counted(void **state) {
    struct engine *engine = *state;
    struct event cases[8];
    cases[0] = make_trade(btc, t0_ms, SIDE_NONE, "1", "1");
    cases[1] = make_trade(btc, t0_ms, SIDE_BUY, "0", "1");
    cases[2] = make_trade(btc, t0_ms, SIDE_BUY, "1", "-1");
    cases[3] = make_trade(btc, t0_ms, SIDE_BUY, "1", "1");
    cases[3].has = 0;
    cases[4] = make_liquidation(btc, t0_ms, POS_NONE, "1", "1");
    cases[5] = make_liquidation(btc, t0_ms, POS_LONG, "1", "1");
    cases[5].detail = PRICE_NONE;
    cases[6] = make_event(EVENT_NONE, btc, t0_ms);
    cases[7] = make_event(EVENT_KLINE, btc, t0_ms);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        apply(engine, cases[i]);
        assert_int_equal(engine_counts(engine).malformed, (int64_t)i + 1);
    }
    struct event tier = make_event(EVENT_TIER, btc, t0_ms);
    tier.u.tier.mmr = NAN;
    apply(engine, tier);
    tier.u.tier.mmr = 0.5; /* of a first tier: impossible; of a last one: usual */
    apply(engine, tier);
    assert_int_equal(engine_counts(engine).malformed, 10);
    tier.u.tier.index = 11;
    apply(engine, tier);
    tier.u.tier.index = 0;
    tier.u.tier.mmr = 0.01;
    apply(engine, tier);
    assert_int_equal(engine_counts(engine).malformed, 10);
    apply(engine, make_liquidation(btc, t0_ms, POS_SHORT, "101", "1"));
    assert_near(look(engine)->prints[0].price, 101.0, 1e-9); /* a fill stays where it is */
    struct event bankruptcy = make_liquidation(btc, t0_ms, POS_SHORT, "101", "1");
    bankruptcy.detail = PRICE_BANKRUPTCY;
    apply(engine, bankruptcy);
    assert_near(look(engine)->prints[1].price, 101.0 / 1.01, 1e-9);
}

/* Whatever bytes a slot holds, the engine stays alive and what it shows stays finite. */
static void random_slots_do_no_harm(void **state) {
    struct engine *engine = *state;
    struct random random;
    random_init(&random, 4242);
    struct market_walk walk;
    market_walk_init(&walk, 6, btc);
    struct event good[MARKET_WALK_MESSAGE_MAX];
    for (int i = 0; i < 30000; i++) {
        struct event event;
        uint64_t words[8];
        for (int k = 0; k < 8; k++) {
            words[k] = random_u64(&random) >> (random_u64(&random) % 64);
        }
        memcpy(&event, words, sizeof(event));
        event.instrument = random_u64(&random) % 8 == 0 ? event.instrument : btc;
        if (random_u64(&random) % 2 == 0) {
            event.ts_ms = walk.ts_ms + (int64_t)(random_u64(&random) % 10000) - 5000;
        }
        apply(engine, event);
        if (i % 4 == 0) {
            engine_apply(engine, good, market_walk_next(&walk, good));
        }
    }
    engine_finish(engine);
    const struct scene_instrument *view = look(engine);
    assert_true(isfinite(view->mark) && isfinite(view->last) && isfinite(view->oi_base));
    for (int side = 0; side < 2; side++) {
        assert_true(isfinite(view->estimate_usd[side]));
        assert_true(view->estimate_usd[side] >= 0.0);
        assert_true(isfinite(view->liquidated_usd_24h[side]));
    }
    assert_true(engine_counts(engine).malformed > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_reach_the_scene, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bankruptcy_prints_are_drawn_at_their_trigger, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(positions_are_opened_and_estimated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(history_fills_the_log_before_live, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_liquidation_ends_no_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_that_passes_costs_no_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_liquidation_told_minutes_late_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_source_of_bars_alone_is_closed_by_finish, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(klines_of_minutes_with_trades_are_ignored, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(gaps_invalidate_and_are_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(feeds_light_their_lamps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recorded_simulation_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_so_many_instruments_have_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wanted_instruments_keep_others_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(facts_before_the_market_make_the_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inverse_contracts_are_laid_down_as_such, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_falling_price_opens_no_inverse_contracts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(own_margin_tables_are_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(absurd_times_are_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(absurd_times_are_not_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(malformed_slots_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_slots_do_no_harm, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
