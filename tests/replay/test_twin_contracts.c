/* One market, told in several contracts: what was traded and liquidated comes out alike of a linear
 * contract and of an inverse one, although one counts coins and the other USD.
 *
 * Trades and liquidations of known size are put on the wire of the simulated exchange; the
 * connector reads all of a coin's contracts from it. Sizes of inverse contracts are whole USD or
 * whole contracts: they may be one of those apart. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "market/event.h"
#include "net/service.h"
#include "sim/exchange_server.h"
#include "venue/venue.h"

enum { CONTRACT_COUNT = 3, PRINT_MAX = 64, WAIT_MS = 30000 };

static const struct {
    enum venue_id venue;
    const char *symbols[CONTRACT_COUNT];
    double slack_usd; /* a contract of the inverse one, rounded up */
} venues[] = {
    {VENUE_BITGET, {"BTCUSDT", "BTCPERP", "BTCUSD"}, 2},
    {VENUE_DERIBIT, {"BTC_USDC-PERPETUAL", "BTC-PERPETUAL"}, 20},
    {VENUE_BYBIT, {"BTCUSDT", "BTCUSD"}, 2},
    {VENUE_KRAKEN_FUTURES, {"PF_XBTUSD", "PI_XBTUSD"}, 2},
};

/* What of the injected arrived, by contract. */
struct prints {
    struct event rows[PRINT_MAX];
    int count;
};

struct stage {
    pthread_mutex_t lock;
    struct prints prints[CONTRACT_COUNT]; /* protected by lock */
    bool marks[CONTRACT_COUNT], interests[CONTRACT_COUNT];
    double oi_usd[CONTRACT_COUNT];
    uint16_t instruments[CONTRACT_COUNT];
    int contract_count;
};

static const struct {
    bool liquidation;
    unsigned side; /* aggressor, or position */
    int64_t price_ticks, lots;
} injected[] = {
    {false, SIDE_BUY, 1234567, 1111},  {false, SIDE_SELL, 1234561, 2222},
    {true, POS_LONG, 1234001, 3333},   {true, POS_SHORT, 1234999, 4444},
    {false, SIDE_BUY, 1234568, 12345}, {true, POS_LONG, 1234002, 5555},
};
enum { INJECTED_COUNT = sizeof injected / sizeof injected[0] };

static int contract_of(const struct stage *stage, uint16_t instrument) {
    for (int i = 0; i < stage->contract_count; i++) {
        if (stage->instruments[i] == instrument) {
            return i;
        }
    }
    return -1;
}

/* Which of the injected a print is, by its price; -1: the market's own. */
static int which(const struct event *event) {
    const double price = decimal_to_double(event_decimal(event->u.trade.price, event->exponent_a));
    for (int i = 0; i < INJECTED_COUNT; i++) {
        if (fabs(price - (double)injected[i].price_ticks / 10) < 1e-6) {
            return i;
        }
    }
    return -1;
}

static bool push(void *self, const struct event *slots, size_t count) {
    struct stage *stage = self;
    pthread_mutex_lock(&stage->lock);
    for (size_t i = 0; i < count; i++) {
        const int at = slots[i].kind == EVENT_FEED ? -1 : contract_of(stage, slots[i].instrument);
        const bool print = slots[i].kind == EVENT_TRADE || slots[i].kind == EVENT_LIQUIDATION;
        if (at < 0) {
            continue;
        }
        struct prints *prints = &stage->prints[at];
        if (print && which(&slots[i]) >= 0 && prints->count < PRINT_MAX) {
            prints->rows[prints->count++] = slots[i];
        }
        if (slots[i].kind == EVENT_PRICE && (slots[i].has & PRICE_HAS_MARK) != 0) {
            stage->marks[at] = true;
        }
        if (slots[i].kind == EVENT_OPEN_INTEREST && (slots[i].has & OI_HAS_USD) != 0) {
            stage->interests[at] = true;
            stage->oi_usd[at] = decimal_to_double(
                event_decimal(slots[i].u.open_interest.oi_usd, slots[i].exponent_b));
        }
    }
    pthread_mutex_unlock(&stage->lock);
    return true;
}

/* -- waiting -- */

static bool is_ready(const struct stage *stage) {
    bool ready = true;
    for (int i = 0; i < stage->contract_count; i++) {
        ready = ready && stage->marks[i] && stage->interests[i];
    }
    return ready;
}

/* A liquidation of a venue that tells it inside trades is one of those, too. */
static bool has_all(const struct stage *stage) {
    for (int i = 0; i < stage->contract_count; i++) {
        bool seen[INJECTED_COUNT] = {false};
        for (int k = 0; k < stage->prints[i].count; k++) {
            const int at = which(&stage->prints[i].rows[k]);
            seen[at] = seen[at] || (stage->prints[i].rows[k].kind == EVENT_LIQUIDATION) ==
                                       injected[at].liquidation;
        }
        for (int k = 0; k < INJECTED_COUNT; k++) {
            if (!seen[k]) {
                return false;
            }
        }
    }
    return true;
}

static bool wait_for(struct stage *stage, bool (*holds)(const struct stage *stage)) {
    const int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    for (;;) {
        pthread_mutex_lock(&stage->lock);
        const bool now = holds(stage);
        pthread_mutex_unlock(&stage->lock);
        if (now || clock_mono_ns() > end_ns) {
            return now;
        }
        clock_sleep_until_ns(clock_mono_ns() + 2000000);
    }
}

/* -- the comparison -- */

static void check_print(const struct event *event, double slack_usd) {
    const int at = which(event);
    const double price_want = (double)injected[at].price_ticks / 10;
    const double qty_want = (double)injected[at].lots / 1000;
    double price = 0, qty = 0, usd = 0;
    assert_true(event_trade_values(event, &price, &qty, &usd));
    if (injected[at].liquidation == (event->kind == EVENT_LIQUIDATION)) {
        assert_int_equal(event->side, injected[at].side);
    }
    if (fabs(usd - price_want * qty_want) > slack_usd ||
        fabs(qty - qty_want) > slack_usd / price_want + 1e-9) {
        fail_msg("%s at %.1f: got %.6f coins, %.4f USD; want %.6f coins, %.4f USD",
                 event_kind_name((enum event_kind)event->kind), price, qty, usd, qty_want,
                 price_want * qty_want);
    }
}

static void inject_all(struct exchange_server *server) {
    for (int i = 0; i < INJECTED_COUNT; i++) {
        assert_true(exchange_server_inject(
            server,
            &(struct exchange_injection){
                .kind = injected[i].liquidation ? EXCHANGE_LIQUIDATION : EXCHANGE_TRADE,
                .price_ticks = injected[i].price_ticks,
                .qty_lots = injected[i].lots,
                .side = injected[i].liquidation ? SIDE_NONE : (enum side)injected[i].side,
                .position = injected[i].liquidation ? (enum position)injected[i].side : POS_NONE}));
    }
}

static void check_venue(size_t row) {
    struct stage stage = {.contract_count = 0};
    enum status why = STATUS_OK;
    struct instrument_table *instruments = instrument_table_create();
    struct exchange_server *server = exchange_server_create(
        &(struct exchange_server_desc){
            .venue = venues[row].venue, .seed = 3, .days = .02, .burn_in_days = -1, .frozen = true},
        &why);
    struct net_service *service =
        net_service_create(&(struct net_service_desc){.role = THREAD_NET, .jitter_seed = 1}, &why);
    assert_non_null(server);
    assert_non_null(service);
    pthread_mutex_init(&stage.lock, NULL);
    assert_true(exchange_server_start(server));
    assert_true(net_service_start(service));
    while (stage.contract_count < CONTRACT_COUNT &&
           venues[row].symbols[stage.contract_count] != NULL) {
        const char *symbol = venues[row].symbols[stage.contract_count];
        stage.instruments[stage.contract_count++] =
            instrument_add(instruments, venues[row].venue, symbol, strlen(symbol));
    }
    struct event_source source;
    struct venue_feed *feed = NULL;
    assert_int_equal(venue_open_source(venues[row].venue,
                                       &(struct venue_feed_desc){
                                           .service = service,
                                           .instruments = instruments,
                                           .symbols = venues[row].symbols,
                                           .symbol_count = (size_t)stage.contract_count,
                                           .ws_url = exchange_server_ws_base_url(server),
                                           .rest_url = exchange_server_rest_base_url(server),
                                           .history_ms = 600000},
                                       &source, &feed),
                     STATUS_OK);
    const struct event_sink sink = {&stage, push};
    assert_int_equal(source.ops->start(source.self, &sink), STATUS_OK);
    const bool ready = wait_for(&stage, is_ready);
    if (ready) {
        inject_all(server);
    }
    const bool whole = ready && wait_for(&stage, has_all);
    source.ops->stop(source.self); /* before anything fails: its thread writes to the stage */
    event_source_destroy(&source);
    net_service_destroy(service);
    exchange_server_destroy(server);
    assert_true(ready);
    assert_true(whole);
    for (int i = 0; i < stage.contract_count; i++) {
        for (int k = 0; k < stage.prints[i].count; k++) {
            check_print(&stage.prints[i].rows[k], venues[row].slack_usd);
        }
        assert_true(fabs(stage.oi_usd[i] / stage.oi_usd[0] - 1) < 1e-3);
    }
    instrument_table_destroy(instruments);
    pthread_mutex_destroy(&stage.lock);
}

static void bitgets_three_lines_tell_the_same(void **state) {
    (void)state;
    check_venue(0);
}

static void deribits_two_margins_tell_the_same(void **state) {
    (void)state;
    check_venue(1);
}

static void bybits_two_markets_tell_the_same(void **state) {
    (void)state;
    check_venue(2);
}

static void krakens_two_margins_tell_the_same(void **state) {
    (void)state;
    check_venue(3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bitgets_three_lines_tell_the_same),
        cmocka_unit_test(deribits_two_margins_tell_the_same),
        cmocka_unit_test(bybits_two_markets_tell_the_same),
        cmocka_unit_test(krakens_two_margins_tell_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
