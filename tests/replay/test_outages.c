/* What lies or goes wrong between the feeds and their venues: a proxy, a network that is down,
 * names that nobody knows, symbols that are not listed yet or no longer, a stream that has nothing
 * to say, frames whose gzip is broken or a bomb.
 *
 * Feeds reach their exchange through a relay that can be taken down, and by a name that can be made
 * unknown. Back-off runs a hundred times as fast as it does: three seconds without a network are
 * five minutes. Trades of the exchange are numbered: what is missing must lie in a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netdb.h>

#include "net/proxy.h"
#include "support/certs.h"
#include "support/fleet.h"
#include "support/proxy_server.h"
#include "venue/feed.h"

enum { LOAD_PER_S = 200, BACKOFF_MS = 10, OUTAGE_MS = 3000, LIST_MS = 300 };

static struct fleet *fleet;
static struct proxy_server relay;
static char relay_ws[64], relay_rest[64];

/* -- names -- */

static atomic_bool names_unknown;
static atomic_int names_asked;

int __real_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out);

int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out) {
    atomic_fetch_add(&names_asked, 1);
    return atomic_load(&names_unknown) ? EAI_AGAIN : __real_getaddrinfo(node, service, hints, out);
}

/* -- the stage -- */

static void set_up(enum venue_id venue, int symbols, const char *unlisted, bool through_relay) {
    struct fleet_desc desc = {
        .server =
            {.seed = 5, .days = .01, .burn_in_days = -1, .symbol_count = symbols, .frozen = true},
        .feed = {.history_ms = -1, .oi_poll_ms = 500, .list_ms = unlisted != NULL ? LIST_MS : 0},
        .venues = 1U << venue,
        .unlisted = unlisted,
        .backoff_first_ms = BACKOFF_MS,
    };
    if (through_relay) {
        relay = (struct proxy_server){.manner = MANNER_RELAY};
        assert_true(proxy_server_start(&relay));
        (void)snprintf(relay_ws, sizeof relay_ws, "ws://localhost:%d", relay.port);
        (void)snprintf(relay_rest, sizeof relay_rest, "http://localhost:%d", relay.port);
        desc.feed.ws_url = relay_ws;
        desc.feed.rest_url = relay_rest;
    }
    fleet = fleet_open(&desc);
    assert_non_null(fleet);
    if (through_relay) {
        const char *url = exchange_server_ws_base_url(fleet->venues[0].server);
        atomic_store(&relay.target_port, (int)strtol(strrchr(url, ':') + 1, NULL, 10));
    }
    fleet_set_load(fleet, LOAD_PER_S, 0);
}

static int tear_down(void **state) {
    (void)state;
    atomic_store(&names_unknown, false);
    if (fleet != NULL) {
        fleet_close(fleet);
    }
    fleet = NULL;
    if (relay.port != 0) {
        proxy_server_stop(&relay);
    }
    relay.port = 0;
    return 0;
}

static const struct venue_feed_stats *stats(void) {
    return feed_stats(fleet->venues[0].feed);
}

/* -- conditions -- */

static int64_t trades_before, malformed_before, reconnects_before;

static bool is_live(const struct fleet_venue *venue) {
    return venue->state == FEED_LIVE && venue->probes[0].trades > 0 && venue->probes[0].book_valid;
}

static bool trades_go_on(const struct fleet_venue *venue) {
    return is_live(venue) && venue->probes[0].trades > trades_before + LOAD_PER_S / 4;
}

static void remember(void) {
    pthread_mutex_lock(&fleet->lock);
    trades_before = fleet->venues[0].probes[0].trades;
    pthread_mutex_unlock(&fleet->lock);
    malformed_before = venue_stat(&stats()->malformed);
    reconnects_before = venue_stat(&stats()->reconnects);
}

static bool is_lost(const struct fleet_venue *venue) {
    return venue->state == FEED_LOST;
}

/* Its reason is what the resolver says. */
static bool knows_no_name(const struct fleet_venue *venue) {
    return venue->state == FEED_LOST &&
           strncmp(gai_strerror(EAI_AGAIN), venue->reason, sizeof "Temporary failure" - 1) == 0;
}

static bool is_refused(const struct fleet_venue *venue) {
    return venue->state == FEED_LOST && venue->reason[0] != '\0';
}

static void check_nothing_is_lost(void) {
    pthread_mutex_lock(&fleet->lock);
    const struct fleet_probe probe = fleet->venues[0].probes[0];
    fleet_print_lost(&fleet->venues[0], 0);
    pthread_mutex_unlock(&fleet->lock);
    assert_int_equal(fleet_lost(&probe), 0);
    assert_int_equal(probe.repeats, 0);
}

static void wait_ms(int64_t ms) {
    clock_sleep_until_ns(clock_mono_ns() + ms * 1000000);
}

/* -- a network that is down -- */

static void names_that_nobody_knows_are_said_and_asked_again(void **state) {
    (void)state;
    atomic_store(&names_unknown, true);
    atomic_store(&names_asked, 0);
    set_up(VENUE_BYBIT, 1, NULL, true);
    assert_true(fleet_wait(fleet, "without a name", knows_no_name));
    while (atomic_load(&names_asked) < 12) {
        wait_ms(20);
    }
    assert_int_equal(venue_stat(&stats()->messages), 0);
    atomic_store(&names_unknown, false);
    assert_true(fleet_wait(fleet, "live by a name", trades_go_on));
    check_nothing_is_lost();
}

/* Five minutes, a hundred times as fast: told, tried again ever more seldom, and what was missed is
 * a gap. */
static void a_network_that_was_down_leaves_a_gap(void **state) {
    (void)state;
    set_up(VENUE_BINANCE_USDM, 1, NULL, true);
    assert_true(fleet_wait(fleet, "live", trades_go_on));
    remember();
    pthread_mutex_lock(&fleet->lock);
    const int gaps_before = fleet->venues[0].probes[0].gaps_of[STREAM_TRADE];
    pthread_mutex_unlock(&fleet->lock);
    atomic_store(&relay.down, true);
    assert_true(fleet_wait(fleet, "lost", is_lost));
    wait_ms(OUTAGE_MS / 2);
    atomic_store(&names_unknown, true); /* and its name server with it */
    assert_true(fleet_wait(fleet, "refused", is_refused));
    wait_ms(OUTAGE_MS / 2);
    /* 10, 20, 40 … 600 ms a connection: not the hundreds that no back-off would make. */
    const int64_t tries = venue_stat(&stats()->reconnects) - reconnects_before;
    atomic_store(&names_unknown, false);
    atomic_store(&relay.down, false);
    remember();
    assert_true(fleet_wait(fleet, "going on", trades_go_on));
    assert_in_range(tries, 3, 80);
    pthread_mutex_lock(&fleet->lock);
    const struct fleet_probe probe = fleet->venues[0].probes[0];
    pthread_mutex_unlock(&fleet->lock);
    assert_true(probe.gaps_of[STREAM_TRADE] > gaps_before);
    assert_true(fleet_missing(&probe) > LOAD_PER_S); /* there was a hole … */
    assert_int_equal(fleet_lost(&probe), 0);         /* … and the gap has all of it */
    assert_int_equal(probe.repeats, 0);
}

/* -- behind a proxy -- */

static char *no_environment(const char *name) {
    (void)name;
    return NULL;
}

/* Feeds over TLS, streams and REST, all through the proxy that relay is. */
static void set_up_proxied(enum venue_id venue, const struct certs *certs, const char *proxy) {
    char ca[CERTS_PATH_BYTES], cert[CERTS_PATH_BYTES], key[CERTS_PATH_BYTES];
    char text[64], reason[PROXY_REASON_BYTES];
    struct proxy_rules rules;
    assert_true(proxy_server_start(&relay));
    (void)snprintf(text, sizeof text, proxy, relay.port);
    assert_true(proxy_rules_read(&rules, text, no_environment, reason));
    const struct fleet_desc desc = {
        .server = {.seed = 5,
                   .days = .01,
                   .burn_in_days = -1,
                   .symbol_count = 2,
                   .frozen = true,
                   .cert_file = certs_path(certs, "good", "pem", cert),
                   .key_file = certs_path(certs, "good", "key", key)},
        .feed = {.ws_url = "wss://venue.example.test:9443",
                 .rest_url = "https://venue.example.test",
                 .history_ms = 600000,
                 .oi_poll_ms = 500},
        .venues = 1U << venue,
        .backoff_first_ms = BACKOFF_MS,
        .ca_file = certs_path(certs, "ca", "pem", ca),
        .proxies = &rules,
    };
    fleet = fleet_open(&desc);
    assert_non_null(fleet);
    const char *url = exchange_server_ws_base_url(fleet->venues[0].server);
    atomic_store(&relay.target_port, (int)strtol(strrchr(url, ':') + 1, NULL, 10));
    fleet_set_load(fleet, LOAD_PER_S, 0);
}

static bool has_history(const struct fleet_venue *venue) {
    return trades_go_on(venue) && venue->probes[0].klines > 3 && venue->probes[1].instruments > 0;
}

/* The venue's name is the proxy's to look up: here nobody knows it. */
static void a_feed_over_tls_goes_through_a_proxy(void **state) {
    static const struct {
        enum venue_id venue;
        enum proxy_manner manner;
        const char *user, *password, *url;
    } rows[] = {
        {VENUE_BYBIT, MANNER_CONNECT, "me", "bWU6cHc=", "http://me:pw@127.0.0.1:%d"},
        {VENUE_HTX, MANNER_SOCKS, NULL, NULL, "socks5h://127.0.0.1:%d"},
    };
    struct certs certs;
    assert_true(certs_create(&certs));
    bool good = true;
    for (size_t i = 0; i < ARRAY_COUNT(rows) && good; i++) {
        atomic_store(&names_unknown, true);
        trades_before = 0;
        relay = (struct proxy_server){
            .manner = rows[i].manner, .user = rows[i].user, .password = rows[i].password};
        set_up_proxied(rows[i].venue, &certs, rows[i].url);
        good = fleet_wait(fleet, "live behind a proxy", has_history);
        remember();
        atomic_store(&relay.down, true);
        good = good && fleet_wait(fleet, "lost with its proxy", is_lost);
        atomic_store(&relay.down, false);
        good = good && fleet_wait(fleet, "going on", trades_go_on);
        if (good) {
            check_nothing_is_lost();
        }
        good = good && atomic_load(&relay.asked) >= 4 && atomic_load(&names_asked) == 0;
        (void)tear_down(state);
    }
    certs_remove(&certs);
    assert_true(good);
}

/* -- symbols that come and go -- */

static bool one_is_unknown(const struct fleet_venue *venue) {
    return venue->state == FEED_FAULT && strncmp(venue->reason, "unknown symbol ", 15) == 0 &&
           venue->probes[0].trades > LOAD_PER_S / 4 && venue->probes[1].trades == 0;
}

static bool both_go_on(const struct fleet_venue *venue) {
    return is_live(venue) && venue->probes[1].trades > trades_before + LOAD_PER_S / 8 &&
           venue->probes[1].book_valid && venue->probes[1].instruments > 0 &&
           venue->probes[1].marks > 0;
}

static bool one_was_delisted(const struct fleet_venue *venue) {
    return venue->state == FEED_LIVE && strstr(venue->reason, " was delisted") != NULL;
}

static void a_symbol_begins_once_it_is_listed(void **state) {
    static const enum venue_id venues[] = {VENUE_BINANCE_USDM, VENUE_BYBIT, VENUE_HTX};
    for (size_t i = 0; i < ARRAY_COUNT(venues); i++) {
        if (!fleet_takes_part(venues[i])) {
            continue;
        }
        set_up(venues[i], 2, "SIM001", false);
        struct exchange_server *server = fleet->venues[0].server;
        assert_true(fleet_wait(fleet, "one unknown", one_is_unknown));
        assert_true(exchange_server_list(server, "SIM001", true));
        trades_before = 0;
        assert_true(fleet_wait(fleet, "both", both_go_on));
        if (i == 0) {
            assert_true(exchange_server_list(server, "SIM001", false));
            assert_true(fleet_wait(fleet, "one delisted", one_was_delisted));
            assert_true(exchange_server_list(server, "SIM001", true));
            pthread_mutex_lock(&fleet->lock);
            trades_before = fleet->venues[0].probes[1].trades;
            pthread_mutex_unlock(&fleet->lock);
            assert_true(fleet_wait(fleet, "both again", both_go_on));
        }
        check_nothing_is_lost();
        (void)tear_down(state);
    }
}

/* -- a stream that has nothing to say -- */

static bool is_filled(const struct fleet_venue *venue) {
    return is_live(venue) && venue->probes[0].klines > 0 && venue->reason[0] == '\0';
}

/* Its notifications bring the funding rate and liquidations: in calm, nothing for minutes. When
 * liquidations come live is known all the same, and those of before end there. */
static void back_fill_waits_for_no_liquidation(void **state) {
    (void)state;
    const struct fleet_desc desc = {
        .server = {.seed = 5,
                   .days = .01,
                   .burn_in_days = -1,
                   .frozen = true,
                   .faults = {.silent_stream = "funding_rate"}},
        .feed = {.history_ms = 600000, .oi_poll_ms = 500},
        .venues = 1U << VENUE_HTX,
        .backoff_first_ms = BACKOFF_MS,
    };
    if (!fleet_takes_part(VENUE_HTX)) {
        skip();
    }
    fleet = fleet_open(&desc);
    assert_non_null(fleet);
    fleet_set_load(fleet, LOAD_PER_S, 0);
    assert_true(fleet_wait(fleet, "the end of its back-fill", is_filled));
    check_nothing_is_lost();
}

/* -- frames that do not inflate -- */

static bool three_are_counted(const struct fleet_venue *venue) {
    return venue_stat(&feed_stats(venue->feed)->malformed) >= malformed_before + 3;
}

static bool bomb_is_counted(const struct fleet_venue *venue) {
    return venue_stat(&feed_stats(venue->feed)->malformed) > malformed_before;
}

static void broken_gzip_and_a_bomb_are_counted_and_passed_over(void **state) {
    (void)state;
    if (!fleet_takes_part(VENUE_HTX)) {
        skip();
    }
    set_up(VENUE_HTX, 1, NULL, false);
    assert_true(fleet_wait(fleet, "live", trades_go_on));
    remember();
    fleet_set_faults(fleet, &(struct exchange_faults){.corrupt_count = 3});
    assert_true(fleet_wait(fleet, "counting broken frames", three_are_counted));
    fleet_set_faults(fleet, &(struct exchange_faults){0});
    remember();
    fleet_set_faults(fleet, &(struct exchange_faults){.bomb_mb = 64});
    assert_true(fleet_wait(fleet, "counting a bomb", bomb_is_counted));
    remember();
    assert_true(fleet_wait(fleet, "going on", trades_go_on));
    assert_int_equal(venue_stat(&stats()->reconnects), 0);
    check_nothing_is_lost();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_feed_over_tls_goes_through_a_proxy, tear_down),
        cmocka_unit_test_teardown(names_that_nobody_knows_are_said_and_asked_again, tear_down),
        cmocka_unit_test_teardown(a_network_that_was_down_leaves_a_gap, tear_down),
        cmocka_unit_test_teardown(a_symbol_begins_once_it_is_listed, tear_down),
        cmocka_unit_test_teardown(back_fill_waits_for_no_liquidation, tear_down),
        cmocka_unit_test_teardown(broken_gzip_and_a_bomb_are_counted_and_passed_over, tear_down),
    };
    return cmocka_run_group_tests_name("outages", tests, NULL, NULL);
}
