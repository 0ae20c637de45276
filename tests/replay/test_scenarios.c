/* What every connector must live through, against the simulated exchange of its venue: all venues
 * side by side, one scenario after the other.
 *
 * Trades of the exchange are numbered, so each scenario ends in a count: what is missing must lie
 * within a gap that was told, and nothing comes twice. Waits are for what must come, with a limit
 * that a loaded machine does not reach; nothing is timed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "support/fleet.h"
#include "venue/feed.h"

enum { SYMBOLS = 3, BOOK_LEVELS = 60, LOAD_PER_S = 200, STALL_MS = 1500 };

/* All venues at once are too slow for their own clocks under ThreadSanitizer: there they take
 * turns, two or three at a time, each turn with scenarios of its own. */
#ifdef __SANITIZE_THREAD__
enum { TURN_COUNT = 4, HUGE_BYTES = 1024 * 1024, BOMB_MB = 32 };
#else
enum { TURN_COUNT = 1, HUGE_BYTES = 10 * 1024 * 1024, BOMB_MB = 64 };
#endif

static struct fleet *fleet;
static int turn; /* below TURN_COUNT */
static int64_t trades_before[VENUE_COUNT];
static int64_t marks_before[VENUE_COUNT];
static struct venue_counts_before {
    int64_t odd, reconnects, malformed, dropped_side, losses, gaps;
} before[VENUE_COUNT];

static enum exchange_forced forced_of(const struct fleet_venue *venue) {
    return exchange_dialect_find(venue->id)->forced;
}

/* -- conditions -- */

static bool is_live(const struct fleet_venue *venue) {
    return venue->state == FEED_LIVE;
}

/* Everything that a healthy feed brings of each symbol. */
static bool is_full(const struct fleet_venue *venue) {
    for (int i = 0; i < venue->symbol_count; i++) {
        const struct fleet_probe *probe = &venue->probes[i];
        if (probe->trades == 0 || !probe->book_valid || probe->marks == 0 || probe->fundings == 0 ||
            probe->interests == 0 || probe->instruments == 0) {
            return false;
        }
    }
    return is_live(venue);
}

static bool has_history(const struct fleet_venue *venue) {
    for (int i = 0; i < venue->symbol_count; i++) {
        if (venue->probes[i].klines < 30) {
            return false;
        }
    }
    return is_full(venue);
}

static void remember(void) {
    pthread_mutex_lock(&fleet->lock);
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        const struct venue_feed_stats *stats = feed_stats(venue->feed);
        trades_before[venue->id] = 0;
        for (int k = 0; k < venue->symbol_count; k++) {
            trades_before[venue->id] += venue->probes[k].trades;
        }
        marks_before[venue->id] = venue->probes[0].marks;
        before[venue->id] = (struct venue_counts_before){
            .odd = venue->probes[0].odd,
            /* relaxed: counters */
            .reconnects = atomic_load_explicit(&stats->reconnects, memory_order_relaxed),
            .malformed = atomic_load_explicit(&stats->malformed, memory_order_relaxed),
            .dropped_side = atomic_load_explicit(&stats->dropped_side, memory_order_relaxed),
            .losses = atomic_load_explicit(&stats->events_lost, memory_order_relaxed),
            .gaps = atomic_load_explicit(&stats->book_gaps, memory_order_relaxed),
        };
    }
    pthread_mutex_unlock(&fleet->lock);
}

static int64_t trades_of(const struct fleet_venue *venue) {
    int64_t trades = 0;
    for (int i = 0; i < venue->symbol_count; i++) {
        trades += venue->probes[i].trades;
    }
    return trades;
}

static bool trades_go_on(const struct fleet_venue *venue) {
    return trades_of(venue) > trades_before[venue->id] + LOAD_PER_S / 4 && is_full(venue);
}

static bool marks_go_on(const struct fleet_venue *venue) {
    return venue->probes[0].marks > marks_before[venue->id] + 2;
}

static int64_t read_stat(const _Atomic int64_t *stat) {
    return atomic_load_explicit(stat, memory_order_relaxed); /* relaxed: a counter */
}

static const struct venue_feed_stats *stats_of(const struct fleet_venue *venue) {
    return feed_stats(venue->feed);
}

/* Nothing twice, nothing missing but in gaps, no odd row, of any venue. What was found is not found
 * again by the next scenario. */
static void check_counts(void) {
    int failed = 0;
    for (int i = 0; i < fleet->count; i++) {
        struct fleet_venue *venue = &fleet->venues[i];
        for (int k = 0; k < venue->symbol_count; k++) {
            pthread_mutex_lock(&fleet->lock);
            struct fleet_probe probe = venue->probes[k];
            venue->probes[k].repeats = venue->probes[k].odd = venue->probes[k].hole_count = 0;
            pthread_mutex_unlock(&fleet->lock);
            int64_t lost = fleet_lost(&probe);
            if (lost != 0 || probe.repeats != 0 || probe.odd != 0) {
                print_message("%s %s: of %lld trades %lld lost outside gaps (%lld within), %lld "
                              "twice, %lld odd\n",
                              venue_key(venue->id), venue->symbols[k], (long long)probe.trades,
                              (long long)lost, (long long)(fleet_missing(&probe) - lost),
                              (long long)probe.repeats, (long long)probe.odd);
                failed++;
            }
        }
    }
    assert_int_equal(failed, 0);
}

static void all_is_well(void) {
    fleet_set_faults(fleet, &(struct exchange_faults){0});
    remember();
    assert_true(fleet_wait(fleet, "going on", trades_go_on));
    check_counts();
}

/* -- scenarios; numbers as in the protocol reference -- */

/* 1. REST is slower than the sockets: nothing is shown before its instrument is known, and all of
 * it comes. */
static void a_cold_start_fills_everything(void **state) {
    (void)state;
    assert_true(fleet_wait(fleet, "full, with history", has_history));
    fleet_set_faults(fleet, &(struct exchange_faults){0});
    check_counts();
}

static int64_t forced_before[VENUE_COUNT];

static int64_t forced_received(const struct fleet_venue *venue) {
    int64_t sum = 0;
    for (int i = 0; i < venue->symbol_count; i++) {
        sum += venue->probes[i].liquidations[POS_LONG] + venue->probes[i].liquidations[POS_SHORT];
    }
    return sum;
}

static bool cascade_is_here(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    int64_t got = forced_received(venue) - forced_before[venue->id];
    switch (forced_of(venue)) {
    case FORCED_NONE:
        return got == 0;
    case FORCED_LARGEST:
        return got > 0 && counts.hidden_liquidations > 0;
    case FORCED_ALL:
    case FORCED_IN_TRADES:
    default:
        return got == counts.load_forced && got > 0;
    }
}

static bool cascade_is_under_way(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    return counts.load_forced > 1000;
}

static void remember_forced(void) {
    pthread_mutex_lock(&fleet->lock);
    for (int i = 0; i < fleet->count; i++) {
        forced_before[fleet->venues[i].id] = forced_received(&fleet->venues[i]);
    }
    pthread_mutex_unlock(&fleet->lock);
}

/* 3. Every liquidation of a cascade arrives where the venue tells them all, on both sides. */
static void a_cascade_arrives_whole(void **state) {
    (void)state;
    remember_forced();
    fleet_set_load(fleet, LOAD_PER_S, 2000);
    assert_true(fleet_wait(fleet, "in a cascade", cascade_is_under_way));
    fleet_set_load(fleet, LOAD_PER_S, 0);
    assert_true(fleet_wait(fleet, "through the cascade", cascade_is_here));
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        pthread_mutex_lock(&fleet->lock);
        int64_t longs = venue->probes[0].liquidations[POS_LONG];
        int64_t shorts = venue->probes[0].liquidations[POS_SHORT];
        int64_t none = venue->probes[0].liquidations[POS_NONE];
        pthread_mutex_unlock(&fleet->lock);
        if (forced_of(venue) == FORCED_ALL || forced_of(venue) == FORCED_IN_TRADES) {
            assert_true(longs > 0 && shorts > 0);
        }
        assert_int_equal(none, 0);
    }
    all_is_well();
}

/* 4. Without a liquidation for as long as one likes nobody reconnects. */
static void calm_is_no_fault(void **state) {
    (void)state;
    remember();
    assert_true(fleet_wait(fleet, "calm", marks_go_on));
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        assert_int_equal(read_stat(&stats_of(venue)->reconnects), before[venue->id].reconnects);
        assert_int_equal(read_stat(&stats_of(venue)->stalls), 0);
    }
    check_counts();
}

static bool whole_books_alone(const struct fleet_venue *venue) {
    const struct exchange_dialect *dialect = exchange_dialect_find(venue->id);
    for (int i = 0; i < dialect->channel_count; i++) {
        if (dialect->channels[i].tells == TELLS_BOOK && !dialect->channels[i].whole) {
            return false;
        }
    }
    return true;
}

static bool gap_is_told(const struct fleet_venue *venue) {
    return whole_books_alone(venue) ||
           read_stat(&stats_of(venue)->book_gaps) > before[venue->id].gaps;
}

/* 5. A hole in the book's numbers within a burst: told, mended, and nobody else suffers. */
static void a_sequence_gap_hides_one_book(void **state) {
    (void)state;
    remember();
    fleet_set_load(fleet, 5 * LOAD_PER_S, 0);
    fleet_set_faults(fleet, &(struct exchange_faults){.gap_count = 1});
    assert_true(fleet_wait(fleet, "telling of the gap", gap_is_told));
    assert_true(fleet_wait(fleet, "mended", is_full));
    fleet_set_load(fleet, LOAD_PER_S, 0);
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        assert_int_equal(read_stat(&stats_of(venue)->reconnects), before[venue->id].reconnects);
    }
    all_is_well();
}

static void late_and_double_books_are_survived(void **state) {
    (void)state;
    remember();
    fleet_set_faults(fleet, &(struct exchange_faults){.duplicate_count = 3});
    assert_true(fleet_wait(fleet, "past doubles", trades_go_on));
    fleet_set_faults(fleet, &(struct exchange_faults){.late_count = 1});
    all_is_well();
    fleet_set_faults(fleet, &(struct exchange_faults){.reset_count = 2});
    all_is_well();
}

static bool others_go_on(const struct fleet_venue *venue) {
    return venue->probes[0].trades + venue->probes[1].trades >
           trades_before[venue->id] + LOAD_PER_S / 4;
}

/* 6. A symbol goes and comes back: its neighbours do not notice. */
static void a_symbol_goes_and_comes_back(void **state) {
    (void)state;
    remember();
    for (int i = 0; i < fleet->count; i++) {
        assert_true(exchange_server_list(fleet->venues[i].server, "SIM002", false));
        assert_true(exchange_server_list(fleet->venues[i].server, "NEWCOIN", true));
    }
    pthread_mutex_lock(&fleet->lock);
    for (int i = 0; i < fleet->count; i++) {
        trades_before[fleet->venues[i].id] =
            fleet->venues[i].probes[0].trades + fleet->venues[i].probes[1].trades;
    }
    pthread_mutex_unlock(&fleet->lock);
    assert_true(fleet_wait(fleet, "going on with the others", others_go_on));
    for (int i = 0; i < fleet->count; i++) {
        assert_true(exchange_server_list(fleet->venues[i].server, "SIM002", true));
    }
    all_is_well();
}

static bool garbage_is_counted(const struct fleet_venue *venue) {
    return read_stat(&stats_of(venue)->malformed) > before[venue->id].malformed + 2;
}

static bool odd_sides_are_counted(const struct fleet_venue *venue) {
    return read_stat(&stats_of(venue)->dropped_side) > before[venue->id].dropped_side;
}

/* 8, 12. Texts of no meaning, of wrong types, of unknown sides, too long, too deep: counted or cut
 * off, never taken for a trade, and the rest goes on. */
static void nonsense_is_counted_and_survived(void **state) {
    (void)state;
    remember();
    fleet_set_faults(fleet, &(struct exchange_faults){.garbage_count = 13});
    assert_true(fleet_wait(fleet, "counting garbage", garbage_is_counted));
    fleet_set_faults(fleet, &(struct exchange_faults){.odd_count = 8});
    assert_true(fleet_wait(fleet, "counting unknown sides", odd_sides_are_counted));
    fleet_set_faults(fleet, &(struct exchange_faults){.nested_levels = 1000,
                                                      .huge_bytes = HUGE_BYTES,
                                                      .corrupt_count = 2,
                                                      .bomb_mb = BOMB_MB});
    remember();
    assert_true(fleet_wait(fleet, "past the huge", trades_go_on));
    all_is_well();
}

static bool was_cut(const struct fleet_venue *venue) {
    return read_stat(&stats_of(venue)->reconnects) > before[venue->id].reconnects;
}

/* 2, 9. Cut with a code, cut without one, announced, refused for a while. */
static void cuts_are_told_and_mended(void **state) {
    (void)state;
    static const struct exchange_faults cuts[] = {
        {.disconnect = true, .disconnect_code = 1012},
        {.disconnect = true, .upgrade_code = 503},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cuts); i++) {
        remember();
        fleet_set_faults(fleet, &cuts[i]);
        assert_true(fleet_wait(fleet, "reconnecting", was_cut));
        all_is_well();
    }
}

static bool is_losing(const struct fleet_venue *venue) {
    return read_stat(&stats_of(venue)->events_lost) > before[venue->id].losses;
}

/* 11. Nobody takes events for a while: the sockets live on, and what was lost is told. */
static void a_paused_reader_costs_events_alone(void **state) {
    (void)state;
    remember();
    pthread_mutex_lock(&fleet->lock);
    fleet->refuses = true;
    pthread_mutex_unlock(&fleet->lock);
    assert_true(fleet_wait(fleet, "losing", is_losing));
    pthread_mutex_lock(&fleet->lock);
    fleet->refuses = false;
    pthread_mutex_unlock(&fleet->lock);
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        assert_int_equal(read_stat(&stats_of(venue)->reconnects), before[venue->id].reconnects);
    }
    all_is_well();
}

/* Dealt out like cards. */
static uint32_t venues_of(int of_turn) {
    uint32_t venues = 0;
    int count = 0;
    for (int id = VENUE_NONE + 1; id < VENUE_COUNT; id++) {
        if (fleet_takes_part(id) && count++ % TURN_COUNT == of_turn) {
            venues |= UINT32_C(1) << id;
        }
    }
    return venues;
}

static int open_fleet(void **state) {
    (void)state;
    const struct fleet_desc desc = {
        .venues = venues_of(turn),
        .server = {.seed = 7,
                   .days = .05,
                   .burn_in_days = -1,
                   .symbol_count = SYMBOLS,
                   .book_levels = BOOK_LEVELS,
                   .frozen = true,
                   .faults = {.rest_delay_ms = 200}},
        .feed = {.history_ms = 3600 * 1000, .oi_poll_ms = 500},
    };
    fleet = fleet_open(&desc);
    if (fleet != NULL) {
        fleet_set_load(fleet, LOAD_PER_S, 0);
    }
    return fleet != NULL && fleet->count > 0 ? 0 : -1;
}

static int close_fleet(void **state) {
    (void)state;
    if (fleet != NULL) {
        fleet_close(fleet);
    }
    fleet = NULL;
    return 0;
}

static bool is_stale(const struct fleet_venue *venue) {
    return venue->states_seen[FEED_STALE];
}

/* A smaller fleet of its own, of the next turn's venues. */
static void open_small(struct exchange_server_desc server, struct venue_feed_desc feed) {
    struct fleet_desc desc = {.server = server, .feed = feed, .venues = venues_of(turn)};
    turn = (turn + 1) % TURN_COUNT;
    desc.server.seed = 9;
    desc.server.days = .01;
    desc.server.burn_in_days = -1;
    desc.server.frozen = true;
    desc.server.book_levels = BOOK_LEVELS;
    desc.feed.history_ms = -1;
    desc.feed.oi_poll_ms = 500;
    fleet = fleet_open(&desc);
    assert_non_null(fleet);
    fleet_set_load(fleet, LOAD_PER_S, 0);
}

/* Nobody has connected anew since. */
static bool is_unchanged(void) {
    bool same = true;
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        same = same && read_stat(&stats_of(venue)->reconnects) == before[venue->id].reconnects;
    }
    return same;
}

/* 10. Accepted, acknowledged, and then silent: said to be a fault, and mended when it speaks. The
 * same where the other end is gone without a word, of those connections, too, that may be silent.
 */
static void a_stale_endpoint_is_a_fault(void **state) {
    (void)state;
    open_small((struct exchange_server_desc){.faults = {.stale = true}},
               (struct venue_feed_desc){.stall_ms = STALL_MS});
    assert_true(fleet_wait(fleet, "stale", is_stale));
    fleet_set_faults(fleet, &(struct exchange_faults){0});
    do { /* all of them at once: a connection that is only coming is not half open */
        assert_true(fleet_wait(fleet, "well again", is_full));
        remember();
        assert_true(fleet_wait(fleet, "going on", trades_go_on));
    } while (!is_unchanged());
    fleet_set_faults(fleet, &(struct exchange_faults){.half_open = true});
    assert_true(fleet_wait(fleet, "reconnecting", was_cut));
    all_is_well();
}

static bool has_renewed(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    return counts.conns_opened >= 4 * counts.conns_open && counts.conns_open > 0 && is_full(venue);
}

/* What an older connection still has to bring has come, once nothing new does. */
static bool has_no_hole(const struct fleet_venue *venue) {
    for (int i = 0; i < venue->symbol_count; i++) {
        if (venue->probes[i].hole_count > 0) {
            return false;
        }
    }
    return true;
}

/* 2. Sessions end by rule, and are replaced before: nothing is lost, nothing comes twice. */
static void sessions_are_replaced_in_time(void **state) {
    (void)state;
    open_small((struct exchange_server_desc){.session_ms_max = 60000},
               (struct venue_feed_desc){.session_ms = 700});
    assert_true(fleet_wait(fleet, "renewed", has_renewed));
    fleet_set_load(fleet, 0, 0);
    assert_true(fleet_wait(fleet, "without a hole", has_no_hole));
    check_counts();
}

static int64_t first_conns;

static bool has_replaced_all(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    return counts.conns_opened >= 3 * first_conns && is_full(venue); /* the second is done with */
}

/* 2. A venue that is asked for one symbol after the other: the older connection stays until the
 * newer one has asked for the last of them. */
static void a_replacement_asks_for_everything_first(void **state) {
    (void)state;
    const struct fleet_desc desc = {
        .venues = UINT32_C(1) << VENUE_GATE,
        .server = {.seed = 9,
                   .days = .01,
                   .burn_in_days = -1,
                   .symbol_count = 12,
                   .book_levels = BOOK_LEVELS,
                   .frozen = true},
        .feed = {.history_ms = -1, .oi_poll_ms = 500, .session_ms = 1000},
    };
    struct exchange_counts counts;
    fleet = fleet_open(&desc);
    assert_non_null(fleet);
    fleet_set_load(fleet, LOAD_PER_S, 0);
    assert_true(fleet_wait(fleet, "connected", is_live));
    exchange_server_get_counts(fleet->venues[0].server, &counts);
    first_conns = counts.conns_open;
    assert_true(fleet_wait(fleet, "replaced", has_replaced_all));
    fleet_set_load(fleet, 0, 0);
    assert_true(fleet_wait(fleet, "without a hole", has_no_hole));
    check_counts();
}

/* 9. A network that has IPv6 alone. */
static void ipv6_alone_is_enough(void **state) {
    (void)state;
    if (access("/proc/net/if_inet6", R_OK) != 0) {
        skip(); /* this machine has none */
    }
    open_small((struct exchange_server_desc){.bind_address = "::1"}, (struct venue_feed_desc){0});
    assert_true(fleet_wait(fleet, "full", is_full));
    check_counts();
}

static bool clock_is_off(const struct fleet_venue *venue) {
    int64_t off_ms = venue->probes[0].last_ms - clock_wall_ms();
    return is_full(venue) && (off_ms > 500 * 1000 || off_ms < -500 * 1000);
}

/* 7. The venue's clock is ten minutes off, this way or that: everything comes, with its times. */
static void a_wrong_clock_is_only_a_wrong_clock(void **state) {
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        open_small((struct exchange_server_desc){.faults = {.skew_s = sign * 600}},
                   (struct venue_feed_desc){0});
        assert_true(fleet_wait(fleet, "full by a wrong clock", clock_is_off));
        check_counts();
        (void)close_fleet(state);
    }
}

/* -- a start in calm -- */

/* Bars and rates that a venue tells when they change, or each half minute and more. */
static const char calm_silence[] = "@kline_1m,kline.1.,candle1m,kline,futures.candlesticks,candle,"
                                   "chart.trades,kline.1min,funding-rate,funding_rate";

/* All that can be known is known, and the lamp says no word. */
static bool is_calm_and_ready(const struct fleet_venue *venue) {
    for (int i = 0; i < venue->symbol_count; i++) {
        const struct fleet_probe *probe = &venue->probes[i];
        if (!probe->book_valid || probe->marks == 0 || probe->instruments == 0 ||
            probe->klines < 5) {
            return false;
        }
    }
    return is_live(venue) && venue->reason[0] == '\0';
}

static bool has_traded(const struct fleet_venue *venue) {
    return trades_of(venue) > LOAD_PER_S / 4;
}

/* All of the load is here, none of it twice. */
static bool load_is_here(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    const int64_t in_trades =
        forced_of(venue) == FORCED_IN_TRADES ? counts.load_sent + counts.load_forced : 0;
    const int64_t trades = in_trades > 0 ? in_trades : counts.load_sent;
    int64_t here = trades_of(venue);
    for (int i = 0; i < venue->symbol_count; i++) {
        here += venue->probes[i].live_trades_history;
    }
    const bool forced_here = forced_of(venue) == FORCED_ALL || in_trades > 0
                                 ? forced_received(venue) == counts.load_forced
                                 : forced_received(venue) > 0 || forced_of(venue) == FORCED_NONE;
    return here == trades && forced_here;
}

static void open_calm(void) {
    struct fleet_desc desc = {
        .venues = venues_of(turn),
        .server = {.seed = 9,
                   .days = .01,
                   .burn_in_days = -1,
                   .symbol_count = SYMBOLS - 1,
                   .book_levels = BOOK_LEVELS,
                   .frozen = true},
        .feed = {.history_ms = 600000, .oi_poll_ms = 500},
        .backoff_first_ms = 100,
    };
    turn = (turn + 1) % TURN_COUNT;
    (void)str_copy(desc.server.faults.silent_stream, sizeof desc.server.faults.silent_stream,
                   calm_silence);
    fleet = fleet_open(&desc);
    assert_non_null(fleet);
}

/* 1, 4. Nobody trades, nobody is liquidated, and nothing is told but what a venue tells by the
 * clock: the back-fill ends all the same, and what then begins is told from its first row on. */
static void a_start_in_calm_is_a_start(void **state) {
    (void)state;
    open_calm();
    assert_true(fleet_wait(fleet, "ready in calm", is_calm_and_ready));
    for (int i = 0; i < fleet->count; i++) {
        const struct fleet_venue *venue = &fleet->venues[i];
        pthread_mutex_lock(&fleet->lock);
        const struct fleet_probe probe = venue->probes[0];
        pthread_mutex_unlock(&fleet->lock);
        if (probe.gaps_of[STREAM_BOOK] > 0) {
            fleet_print(venue, "calm", &probe);
        }
        assert_int_equal(trades_of(venue), 0);
        for (int k = 0; k < probe.gap_count; k++) { /* a venue of whole seconds has part of one */
            const struct fleet_span *gap = &probe.gaps[k];
            assert_true(gap->stream != STREAM_LIQUIDATION || gap->to_ms - gap->from_ms < 1000);
        }
        assert_int_equal(probe.gaps_of[STREAM_BOOK], 0);
        assert_int_equal(read_stat(&stats_of(venue)->reconnects), 0);
        assert_int_equal(read_stat(&stats_of(venue)->stalls), 0);
    }
    fleet_set_load(fleet, LOAD_PER_S, LOAD_PER_S / 4);
    assert_true(fleet_wait(fleet, "in a market", has_traded));
    fleet_set_load(fleet, 0, 0);
    assert_true(fleet_wait(fleet, "told of everything", load_is_here));
    check_counts();
}

static int64_t outage_from_ms, outage_to_ms;

static bool is_lost(const struct fleet_venue *venue) {
    return venue->state == FEED_LOST;
}

static bool is_forced(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    return counts.load_forced > 40 || forced_of(venue) == FORCED_NONE;
}

static int64_t forced_here(const struct fleet_venue *venue) {
    int64_t here = forced_received(venue);
    for (int k = 0; k < venue->symbol_count; k++) {
        here += venue->probes[k].forced_history;
    }
    return here;
}

/* Whether REST has those of before, each as the connection tells it. */
static bool has_past_forced(const struct fleet_venue *venue) {
    return venue->id == VENUE_HTX || venue->id == VENUE_BITGET || venue->id == VENUE_DERIBIT;
}

/* Of each symbol a gap has all of the outage, and where REST knows them, all have come. */
static bool outage_is_told(const struct fleet_venue *venue) {
    bool all_told = true;
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    for (int k = 0; k < venue->symbol_count && forced_of(venue) != FORCED_NONE; k++) {
        const struct fleet_probe *probe = &venue->probes[k];
        bool told = false;
        for (int i = 0; i < probe->gap_count; i++) {
            told = told || (probe->gaps[i].stream == STREAM_LIQUIDATION &&
                            probe->gaps[i].from_ms <= outage_from_ms &&
                            probe->gaps[i].to_ms >= outage_to_ms);
        }
        all_told = all_told && told;
    }
    const bool all_here = !has_past_forced(venue) || forced_here(venue) >= counts.load_forced;
    return is_live(venue) && all_told && all_here;
}

static bool more_are_told(const struct fleet_venue *venue) {
    return forced_of(venue) == FORCED_NONE ||
           forced_received(venue) > forced_before[venue->id] + LOAD_PER_S / 8;
}

static bool all_are_told_once(const struct fleet_venue *venue) {
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
    return !has_past_forced(venue) || forced_here(venue) == counts.load_forced;
}

/* 2, 4. Connections are cut in calm, when nothing came by them for long: liquidations of meanwhile
 * are told as a gap, and had from REST where it knows them. */
static void an_outage_in_calm_is_told(void **state) {
    (void)state;
    open_calm();
    assert_true(fleet_wait(fleet, "ready in calm", is_calm_and_ready));
    struct exchange_faults faults = {
        .disconnect = true, .upgrade_code = 503, .forced_hold_ms = 2000};
    (void)str_copy(faults.silent_stream, sizeof faults.silent_stream, calm_silence);
    fleet_set_faults(fleet, &faults);
    assert_true(fleet_wait(fleet, "lost", is_lost));
    outage_from_ms = clock_wall_ms();
    fleet_set_load(fleet, 0, LOAD_PER_S / 2);
    assert_true(fleet_wait(fleet, "in an outage", is_forced));
    fleet_set_load(fleet, 0, 0);
    outage_to_ms = clock_wall_ms();
    faults.upgrade_code = 0;
    fleet_set_faults(fleet, &faults);
    assert_true(fleet_wait(fleet, "told of the outage", outage_is_told));
    remember_forced();
    fleet_set_load(fleet, 0, LOAD_PER_S / 2); /* what was on its way comes with the next ones */
    assert_true(fleet_wait(fleet, "told of more", more_are_told));
    fleet_set_load(fleet, 0, 0);
    assert_true(fleet_wait(fleet, "told of all once", all_are_told_once));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cold_start_fills_everything),
        cmocka_unit_test(calm_is_no_fault),
        cmocka_unit_test(a_cascade_arrives_whole),
        cmocka_unit_test(a_sequence_gap_hides_one_book),
        cmocka_unit_test(late_and_double_books_are_survived),
        cmocka_unit_test(a_symbol_goes_and_comes_back),
        cmocka_unit_test(nonsense_is_counted_and_survived),
        cmocka_unit_test(cuts_are_told_and_mended),
        cmocka_unit_test(a_paused_reader_costs_events_alone),
    };
    const struct CMUnitTest small[] = {
        cmocka_unit_test_teardown(a_stale_endpoint_is_a_fault, close_fleet),
        cmocka_unit_test_teardown(sessions_are_replaced_in_time, close_fleet),
        cmocka_unit_test_teardown(a_replacement_asks_for_everything_first, close_fleet),
        cmocka_unit_test_teardown(ipv6_alone_is_enough, close_fleet),
        cmocka_unit_test_teardown(a_start_in_calm_is_a_start, close_fleet),
        cmocka_unit_test_teardown(an_outage_in_calm_is_told, close_fleet),
        cmocka_unit_test_teardown(a_wrong_clock_is_only_a_wrong_clock, close_fleet),
    };
    int failed = 0;
    for (turn = 0; turn < TURN_COUNT; turn++) {
        struct CMUnitTest part[ARRAY_COUNT(tests)] = {tests[0]}; /* a start belongs to each */
        size_t count = 1;
        for (size_t i = 1; i < ARRAY_COUNT(tests); i++) {
            if (i % TURN_COUNT == (size_t)turn) {
                part[count++] = tests[i];
            }
        }
        failed += _cmocka_run_group_tests("tests", part, count, open_fleet, close_fleet);
    }
    turn = 0;
    return failed + cmocka_run_group_tests(small, NULL, NULL);
}
