/* support/fleet.h - simulated exchanges and the connectors that read them, side by side, with a
 * probe that counts what arrives against the numbers in the trades.
 *
 * Thread: the test's; the net service pushes into the probes under their lock.  Owner: the test.
 * Takes part: every venue that has a dialect of the exchange and a live connector. */
#pragma once

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "market/event.h"
#include "net/service.h"
#include "sim/exchange_dialect.h"
#include "sim/exchange_server.h"
#include "venue/venue.h"

enum { FLEET_SYMBOLS_MAX = 32, FLEET_MARKS_MAX = 1024, FLEET_WAIT_MS = 60000 };

struct fleet_span { /* a hole in the ids, from_id and so many more, or a gap that was told */
    int64_t from_ms, to_ms, from_id, missing;
    enum stream stream;
};

struct fleet_probe { /* of one instrument; protected by the fleet's lock */
    uint16_t instrument;
    int64_t trades, first_id, last_id, last_ms, repeats;
    int64_t live_trades_history; /* back-filled ones, without a part in the count */
    int64_t liquidations[3];     /* by enum position */
    int64_t forced_history;      /* back-filled ones, without a part in those */
    int64_t books, snapshots, marks, fundings, interests, klines, instruments, odd;
    bool book_valid;
    struct fleet_span holes[FLEET_MARKS_MAX], gaps[FLEET_MARKS_MAX];
    int hole_count, gap_count, gaps_of[STREAM_COUNT];
    char gap_reason[32]; /* of the newest */
    int64_t unmarked;    /* holes and gaps beyond FLEET_MARKS_MAX: the count is not to be trusted */
};

struct fleet;

struct fleet_venue {
    struct fleet *fleet;
    enum venue_id id;
    struct exchange_server *server;
    struct event_source source;
    struct venue_feed *feed;
    struct fleet_probe probes[FLEET_SYMBOLS_MAX];
    int symbol_count;
    const char *symbols[FLEET_SYMBOLS_MAX];
    int state; /* enum feed_state, as last told; protected by the lock */
    bool states_seen[FEED_FAULT + 1];
    char reason[32];
};

struct fleet {
    pthread_mutex_t lock;
    bool refuses; /* the sink takes nothing: a reader that is paused */
    struct instrument_table *instruments;
    struct net_service *service;
    struct fleet_venue venues[VENUE_COUNT];
    int count;
};

struct fleet_desc {
    struct exchange_server_desc server;
    struct venue_feed_desc feed;
    uint32_t venues;      /* bit enum venue_id; 0: all that take part */
    const char *unlisted; /* the base of a symbol that is not listed at first; NULL: all are */
    int backoff_first_ms; /* this and the next two as net_service_desc has them */
    const char *ca_file;
    const struct proxy_rules *proxies;
};

/* -- what arrives -- */

static inline int64_t fleet_id_number(const struct event *event) {
    char text[EVENT_ID_TEXT_BYTES];
    size_t len = event_trade_id_text(event, text);
    if (len == 36) { /* a UUID: exchange_put_uuid keeps the number in its end */
        return strtoll(text + 24, NULL, 16);
    }
    return strtoll(text, NULL, 10);
}

static inline void fleet_mark(struct fleet_probe *probe, struct fleet_span *spans, int *count,
                              const struct fleet_span *span) {
    if (*count < FLEET_MARKS_MAX) {
        spans[(*count)++] = *span;
    } else {
        probe->unmarked++;
    }
}

/* Ids from .. below to did not come (yet). */
static inline void fleet_hole(struct fleet_probe *probe, int64_t from_id, int64_t to_id,
                              int64_t from_ms, int64_t to_ms) {
    if (from_id < to_id) {
        fleet_mark(probe, probe->holes, &probe->hole_count,
                   &(struct fleet_span){.from_ms = from_ms,
                                        .to_ms = to_ms,
                                        .from_id = from_id,
                                        .missing = to_id - from_id});
    }
}

/* An id that comes late: of two connections the older may lag behind. False: it came before. */
static inline bool fleet_fill(struct fleet_probe *probe, int64_t id) {
    for (int i = 0; i < probe->hole_count; i++) {
        struct fleet_span hole = probe->holes[i];
        if (id < hole.from_id || id >= hole.from_id + hole.missing) {
            continue;
        }
        probe->holes[i] = probe->holes[--probe->hole_count];
        fleet_hole(probe, hole.from_id, id, hole.from_ms, hole.to_ms);
        fleet_hole(probe, id + 1, hole.from_id + hole.missing, hole.from_ms, hole.to_ms);
        return true;
    }
    return false;
}

static inline void fleet_take_trade(struct fleet_probe *probe, const struct event *event) {
    double price = 0;
    double qty = 0;
    double usd = 0;
    int64_t id = fleet_id_number(event);
    bool odd = event_trade_values(event, &price, &qty, &usd) &&
               qty > EXCHANGE_ODD_LOTS * 1e-3 - 1e-6 && qty < EXCHANGE_ODD_LOTS * 1e-3 + 1e-6;
    probe->odd += odd;
    if ((event->flags & EVENT_FLAG_HISTORY) != 0) {
        probe->live_trades_history++;
        return;
    }
    if (probe->trades > 0 && id < probe->first_id) { /* a first push, the newest first */
        fleet_hole(probe, id + 1, probe->first_id, event->ts_ms, probe->last_ms);
        probe->first_id = id;
        probe->trades++;
        return;
    }
    if (probe->trades > 0 && id <= probe->last_id) {
        bool late = fleet_fill(probe, id);
        probe->trades += late;
        probe->repeats += !late;
        return;
    }
    if (probe->trades > 0) {
        fleet_hole(probe, probe->last_id + 1, id, probe->last_ms, event->ts_ms);
    }
    probe->first_id = probe->trades == 0 ? id : probe->first_id;
    probe->last_id = id;
    probe->last_ms = event->ts_ms;
    probe->trades++;
}

static inline void fleet_take(struct fleet_venue *venue, struct fleet_probe *probe,
                              const struct event *event) {
    switch ((enum event_kind)event->kind) {
    case EVENT_TRADE:
        fleet_take_trade(probe, event);
        break;
    case EVENT_LIQUIDATION:
        probe->liquidations[event->side % 3] += (event->flags & EVENT_FLAG_HISTORY) == 0;
        probe->forced_history += (event->flags & EVENT_FLAG_HISTORY) != 0;
        break;
    case EVENT_BOOK:
        probe->books++;
        probe->snapshots += (event->flags & EVENT_FLAG_SNAPSHOT) != 0;
        probe->book_valid = probe->book_valid || (event->flags & EVENT_FLAG_SNAPSHOT) != 0;
        break;
    case EVENT_PRICE:
        probe->marks += (event->has & PRICE_HAS_MARK) != 0;
        break;
    case EVENT_FUNDING:
        probe->fundings++;
        break;
    case EVENT_OPEN_INTEREST:
        probe->interests++;
        break;
    case EVENT_KLINE:
        probe->klines++;
        break;
    case EVENT_INSTRUMENT:
        probe->instruments++;
        break;
    case EVENT_GAP:
        probe->gaps_of[event->detail % STREAM_COUNT]++;
        (void)str_copy(probe->gap_reason, sizeof probe->gap_reason, event->u.gap.reason);
        probe->book_valid =
            probe->book_valid && event->detail != STREAM_BOOK && event->detail != STREAM_ALL;
        fleet_mark(probe, probe->gaps, &probe->gap_count,
                   &(struct fleet_span){.from_ms = event->u.gap.from_ms,
                                        .to_ms = event->u.gap.to_ms,
                                        .stream = (enum stream)event->detail});
        break;
    case EVENT_FEED:
        venue->state = event->u.feed.state;
        venue->states_seen[event->u.feed.state % (FEED_FAULT + 1)] = true;
        (void)str_copy(venue->reason, sizeof venue->reason, event->u.feed.reason);
        break;
    default:
        break;
    }
}

static inline bool fleet_push(void *self, const struct event *slots, size_t count) {
    struct fleet_venue *venue = self;
    struct fleet *fleet = venue->fleet;
    pthread_mutex_lock(&fleet->lock);
    bool taken = !fleet->refuses;
    for (size_t i = 0; i < count && taken; i++) {
        struct fleet_probe *probe = &venue->probes[0];
        for (int k = 0; k < venue->symbol_count; k++) {
            if (venue->probes[k].instrument == slots[i].instrument) {
                probe = &venue->probes[k];
            }
        }
        fleet_take(venue, probe, &slots[i]);
    }
    pthread_mutex_unlock(&fleet->lock);
    return taken;
}

/* -- what is made of it -- */

/* Gaps know time to the millisecond, their ends are those of what came before and after. */
static inline bool fleet_is_told(const struct fleet_probe *probe, const struct fleet_span *hole) {
    for (int i = 0; i < probe->gap_count; i++) {
        const struct fleet_span *gap = &probe->gaps[i];
        if (gap->stream != STREAM_BOOK && gap->from_ms <= hole->to_ms &&
            gap->to_ms >= hole->from_ms) {
            return true;
        }
    }
    return false;
}

/* Trades that are missing and that no gap told of. */
static inline int64_t fleet_lost(const struct fleet_probe *probe) {
    int64_t lost = 0;
    for (int i = 0; i < probe->hole_count; i++) {
        lost += fleet_is_told(probe, &probe->holes[i]) ? 0 : probe->holes[i].missing;
    }
    return lost;
}

/* Where they were, and the gap that is nearest. */
static inline void fleet_print_lost(const struct fleet_venue *venue, int symbol) {
    const struct fleet_probe *probe = &venue->probes[symbol];
    for (int i = 0; i < probe->hole_count; i++) {
        const struct fleet_span *hole = &probe->holes[i];
        const struct fleet_span *nearest = NULL;
        for (int k = 0; k < probe->gap_count; k++) {
            const struct fleet_span *gap = &probe->gaps[k];
            bool nearer = nearest == NULL || llabs((long long)(gap->to_ms - hole->from_ms)) <
                                                 llabs((long long)(nearest->to_ms - hole->from_ms));
            nearest = gap->stream != STREAM_BOOK && nearer ? gap : nearest;
        }
        if (!fleet_is_told(probe, hole)) {
            printf("%s %s: %lld from id %lld on, %lld .. %lld ms, lost; nearest gap %lld .. %lld\n",
                   venue_key(venue->id), venue->symbols[symbol], (long long)hole->missing,
                   (long long)hole->from_id, (long long)hole->from_ms, (long long)hole->to_ms,
                   nearest != NULL ? (long long)nearest->from_ms : 0,
                   nearest != NULL ? (long long)nearest->to_ms : 0);
        }
    }
}

static inline int64_t fleet_missing(const struct fleet_probe *probe) {
    int64_t missing = 0;
    for (int i = 0; i < probe->hole_count; i++) {
        missing += probe->holes[i].missing;
    }
    return missing;
}

/* -- the fleet -- */

static inline bool fleet_serves(const struct fleet_venue *venue) {
    int64_t end_ns = clock_mono_ns() + (int64_t)FLEET_WAIT_MS * 1000000;
    struct exchange_counts counts = {0};
    while (!counts.serving && clock_mono_ns() < end_ns) {
        clock_sleep_until_ns(clock_mono_ns() + 2000000);
        exchange_server_get_counts(venue->server, &counts);
    }
    return counts.serving;
}

static inline bool fleet_open_venue(struct fleet *fleet, enum venue_id id,
                                    const struct fleet_desc *desc) {
    struct fleet_venue *venue = &fleet->venues[fleet->count];
    struct exchange_server_desc server = desc->server;
    struct venue_feed_desc feed = desc->feed;
    enum status why = STATUS_OK;
    server.venue = id;
    server.seed += (uint64_t)id;
    venue->fleet = fleet;
    venue->id = id;
    venue->server = exchange_server_create(&server, &why);
    if (venue->server == NULL || !exchange_server_start(venue->server) || !fleet_serves(venue)) {
        fprintf(stderr, "fleet: %s: exchange: %s\n", venue_key(id), status_text(why));
        return false;
    }
    for (int i = 0; exchange_server_symbol(venue->server, i) != NULL; i++) {
        const char *symbol = exchange_server_symbol(venue->server, i);
        venue->symbols[i] = symbol;
        venue->probes[i].instrument =
            instrument_add(fleet->instruments, id, symbol, strlen(symbol));
        venue->symbol_count++;
    }
    feed.service = fleet->service;
    feed.instruments = fleet->instruments;
    feed.symbols = venue->symbols;
    feed.symbol_count = (size_t)venue->symbol_count;
    if (feed.ws_url == NULL) {
        feed.ws_url = exchange_server_ws_base_url(venue->server);
        feed.rest_url = exchange_server_rest_base_url(venue->server);
    }
    if (desc->unlisted != NULL && !exchange_server_list(venue->server, desc->unlisted, false)) {
        return false;
    }
    why = venue_open_source(id, &feed, &venue->source, &venue->feed);
    struct event_sink sink = {venue, fleet_push};
    if (why == STATUS_OK) {
        why = venue->source.ops->start(venue->source.self, &sink);
    }
    if (why != STATUS_OK) {
        fprintf(stderr, "fleet: %s: feed: %s\n", venue_key(id), status_text(why));
    }
    return why == STATUS_OK;
}

static inline void fleet_close(struct fleet *fleet) {
    for (int i = 0; i < fleet->count; i++) {
        if (fleet->venues[i].source.ops != NULL) {
            fleet->venues[i].source.ops->stop(fleet->venues[i].source.self);
        }
    }
    for (int i = 0; i < fleet->count; i++) {
        event_source_destroy(&fleet->venues[i].source);
    }
    net_service_destroy(fleet->service);
    for (int i = 0; i < fleet->count; i++) {
        exchange_server_destroy(fleet->venues[i].server);
    }
    instrument_table_destroy(fleet->instruments);
    pthread_mutex_destroy(&fleet->lock);
    free(fleet);
}

static inline bool fleet_takes_part(int id) {
    return venue_is_live((enum venue_id)id) && exchange_dialect_find((enum venue_id)id) != NULL;
}

/* NULL: says why on standard error. */
static inline struct fleet *fleet_open(const struct fleet_desc *desc) {
    struct fleet *fleet = calloc(1, sizeof(*fleet));
    enum status why = STATUS_OK;
    pthread_mutex_init(&fleet->lock, NULL);
    fleet->instruments = instrument_table_create();
    fleet->service =
        net_service_create(&(struct net_service_desc){.role = THREAD_NET,
                                                      .jitter_seed = 1,
                                                      .backoff_first_ms = desc->backoff_first_ms,
                                                      .ca_file = desc->ca_file,
                                                      .proxies = desc->proxies},
                           &why);
    bool open = fleet->service != NULL && net_service_start(fleet->service);
    for (int id = VENUE_NONE + 1; id < VENUE_COUNT && open; id++) {
        bool wanted = desc->venues == 0 || (desc->venues >> id & 1) != 0;
        if (fleet_takes_part(id) && wanted) {
            open = fleet_open_venue(fleet, (enum venue_id)id, desc);
            fleet->count++;
        }
    }
    if (!open) {
        fleet_close(fleet);
        return NULL;
    }
    return fleet;
}

static inline void fleet_set_faults(struct fleet *fleet, const struct exchange_faults *faults) {
    for (int i = 0; i < fleet->count; i++) {
        while (!exchange_server_set_faults(fleet->venues[i].server, faults)) {
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
        }
    }
}

static inline void fleet_set_load(struct fleet *fleet, int trades_per_s, int liquidations_per_s) {
    struct exchange_load load = {trades_per_s, liquidations_per_s};
    for (int i = 0; i < fleet->count; i++) {
        while (!exchange_server_set_load(fleet->venues[i].server, &load)) {
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
        }
    }
}

static inline void fleet_print(const struct fleet_venue *venue, const char *what,
                               const struct fleet_probe *probe) {
    fprintf(stderr,
            "%s: not %s: state %d \"%s\", %lld trades, %lld marks, %lld books (%lld snapshots, "
            "valid %d), %lld fundings, %lld interests, %lld klines, %lld instruments, %lld/%lld "
            "liquidations, %d gaps (\"%s\"), %lld repeats, %lld missing\n",
            venue_key(venue->id), what, venue->state, venue->reason, (long long)probe->trades,
            (long long)probe->marks, (long long)probe->books, (long long)probe->snapshots,
            probe->book_valid, (long long)probe->fundings, (long long)probe->interests,
            (long long)probe->klines, (long long)probe->instruments,
            (long long)probe->liquidations[POS_LONG], (long long)probe->liquidations[POS_SHORT],
            probe->gap_count, probe->gap_reason, (long long)probe->repeats,
            (long long)fleet_missing(probe));
}

/* Wait until it has held of every venue; false: says of which it never did. The lock is held while
 * holds() looks. */
static inline bool fleet_wait(struct fleet *fleet, const char *what,
                              bool (*holds)(const struct fleet_venue *venue)) {
    int64_t end_ns = clock_mono_ns() + (int64_t)FLEET_WAIT_MS * 1000000;
    bool done[VENUE_COUNT] = {false};
    int left = fleet->count;
    while (left > 0) {
        bool late = clock_mono_ns() > end_ns;
        for (int i = 0; i < fleet->count; i++) {
            struct fleet_venue *venue = &fleet->venues[i];
            pthread_mutex_lock(&fleet->lock);
            bool now = !done[i] && holds(venue);
            if (late && !done[i] && !now) {
                fleet_print(venue, what, &venue->probes[0]);
            }
            pthread_mutex_unlock(&fleet->lock);
            done[i] = done[i] || now;
            left -= now;
        }
        if (left > 0 && late) {
            return false;
        }
        clock_sleep_until_ns(clock_mono_ns() + 5000000);
    }
    return true;
}
