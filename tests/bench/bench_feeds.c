/* Every venue's connector against its simulated exchange, for minutes or for hours: many symbols,
 * a load of numbered trades, a fault every few seconds, and a count at the end.
 *
 *   bench_feeds [--seconds N] [--symbols N] [--load N] [--every S] [--no-memory] [--venue KEY]...
 *
 * --symbols and --load (trades a second) are sums over all venues; --every is the time between
 * faults, each at the next venue.  Fails if a trade is missing outside the gaps that were told, if
 * one comes twice or an odd one comes at all, if a venue is silent for longer than a reconnect may
 * take, if after the last fault a symbol's trades or book do not go on, or if memory grows.
 * Everything runs in this process, the exchanges, too. */
#include <inttypes.h>
#include <time.h>

#include "base/process.h"
#include "support/fleet.h"
#include "venue/feed.h"

enum {
    STUCK_MS = 60 * 1000, /* a back-off may take half of it */
    QUIET_MS = 5000,      /* without faults before the count */
    STRETCH_S = 20,       /* whose least memory counts */
    SAMPLES_MAX = 24 * 3600
};

struct soak {
    int seconds, symbols, load, every_s;
    uint32_t venues; /* bits; 0: all */
    bool memory;
    struct fleet *fleet;
    double used_mb[SAMPLES_MAX]; /* of the heap, each second */
    int sample_count, fault_count;
    int64_t moved_ns[VENUE_COUNT], trades[VENUE_COUNT];
    struct {
        int64_t trades, books;
    } last[VENUE_COUNT][FLEET_SYMBOLS_MAX]; /* when the faults were over */
    bool failed;
};

static const struct {
    const char *name;
    struct exchange_faults faults;
} faults[] = {
    {"gap", {.gap_count = 3}},
    {"cut", {.disconnect = true}},
    {"double", {.duplicate_count = 5}},
    {"garbage", {.garbage_count = 13}},
    {"going away", {.disconnect = true, .disconnect_code = 1001}},
    {"late", {.late_count = 1}},
    {"odd", {.odd_count = 12}},
    {"service restart", {.disconnect = true, .disconnect_code = 1012, .upgrade_code = 503}},
    {"reset", {.reset_count = 1}},
    {"nested and corrupt", {.nested_levels = 1000, .corrupt_count = 2}},
    {"too many requests", {.rest_code = 429, .retry_after_s = 1, .gap_count = 1}},
    {"huge", {.huge_bytes = 10 * 1024 * 1024}},
    {"notice", {.notice = true}},
    {"slow REST", {.rest_delay_ms = 2000, .gap_count = 1}},
};

static double used_mb(void) {
    return (double)process_read_heap().used_bytes / 1048576;
}

/* Megabytes an hour, by least squares over the second half: the least of each stretch, for what
 * waits in queues comes and goes. Not what is resident: that keeps the largest queue there was. */
static double used_slope(const struct soak *soak) {
    int from = soak->sample_count / 2;
    double n = 0;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (int i = from; i + STRETCH_S <= soak->sample_count; i += STRETCH_S) {
        double least = soak->used_mb[i];
        for (int k = i; k < i + STRETCH_S; k++) {
            least = soak->used_mb[k] < least ? soak->used_mb[k] : least;
        }
        n++;
        sx += i;
        sy += least;
        sxx += (double)i * i;
        sxy += i * least;
    }
    double below = n * sxx - sx * sx;
    return below > 0 ? (n * sxy - sx * sy) / below * 3600 : 0;
}

static int64_t venue_trades(struct fleet *fleet, const struct fleet_venue *venue) {
    int64_t trades = 0;
    pthread_mutex_lock(&fleet->lock);
    for (int i = 0; i < venue->symbol_count; i++) {
        trades += venue->probes[i].trades;
    }
    pthread_mutex_unlock(&fleet->lock);
    return trades;
}

static void watch(struct soak *soak) {
    int64_t now_ns = clock_mono_ns();
    if (soak->sample_count < SAMPLES_MAX) {
        soak->used_mb[soak->sample_count++] = used_mb();
    }
    for (int i = 0; i < soak->fleet->count; i++) {
        const struct fleet_venue *venue = &soak->fleet->venues[i];
        int64_t trades = venue_trades(soak->fleet, venue);
        if (trades != soak->trades[i]) {
            soak->moved_ns[i] = now_ns;
            soak->trades[i] = trades;
        } else if (now_ns - soak->moved_ns[i] > (int64_t)STUCK_MS * 1000000) {
            printf("%s: no trade for %d s\n", venue_key(venue->id), STUCK_MS / 1000);
            soak->moved_ns[i] = now_ns;
            soak->failed = true;
        }
    }
}

static void make_fault(struct soak *soak) {
    int n = soak->fault_count++;
    struct fleet_venue *venue = &soak->fleet->venues[n % soak->fleet->count];
    /* Each venue meets the kinds in an order of its own. */
    size_t which = (size_t)(n / soak->fleet->count + n) % ARRAY_COUNT(faults);
    for (int i = 0; i < soak->fleet->count; i++) { /* what the one before still does, ends */
        (void)exchange_server_set_faults(soak->fleet->venues[i].server,
                                         &(struct exchange_faults){0});
    }
    (void)exchange_server_set_faults(venue->server, &faults[which].faults);
}

static void print_venue(const struct fleet_venue *venue, int64_t trades, int64_t within,
                        int64_t lost, int64_t repeats, int64_t odd) {
    const struct venue_feed_stats *stats = feed_stats(venue->feed);
    struct exchange_counts counts;
    exchange_server_get_counts(venue->server, &counts);
/* relaxed: counters */
#define READ(name) (long long)atomic_load_explicit(&stats->name, memory_order_relaxed)
    printf("%-14s sent %9lld got %9lld in gaps %7lld lost %lld twice %lld odd %lld | events %lld "
           "book gaps %lld reconnects %lld stalls %lld malformed %lld cut %lld\n",
           venue_key(venue->id), (long long)counts.load_sent, (long long)trades, (long long)within,
           (long long)lost, (long long)repeats, (long long)odd, READ(events_pushed),
           READ(book_gaps), READ(reconnects), READ(stalls), READ(malformed),
           (long long)counts.conns_cut);
#undef READ
}

static void count_all(struct soak *soak) {
    for (int i = 0; i < soak->fleet->count; i++) {
        const struct fleet_venue *venue = &soak->fleet->venues[i];
        int64_t trades = 0;
        int64_t lost = 0;
        int64_t missing = 0;
        int64_t repeats = 0;
        int64_t odd = 0;
        int64_t unmarked = 0;
        pthread_mutex_lock(&soak->fleet->lock);
        for (int k = 0; k < venue->symbol_count; k++) {
            const struct fleet_probe *probe = &venue->probes[k];
            trades += probe->trades;
            lost += fleet_lost(probe);
            fleet_print_lost(venue, k);
            unmarked += probe->unmarked;
            missing += fleet_missing(probe);
            repeats += probe->repeats;
            odd += probe->odd;
        }
        pthread_mutex_unlock(&soak->fleet->lock);
        print_venue(venue, trades, missing - lost, lost, repeats, odd);
        soak->failed =
            soak->failed || trades == 0 || lost != 0 || repeats != 0 || odd != 0 || unmarked != 0;
    }
}

/* -- after the last fault -- */

static void remember_last(struct soak *soak) {
    pthread_mutex_lock(&soak->fleet->lock);
    for (int i = 0; i < soak->fleet->count; i++) {
        const struct fleet_venue *venue = &soak->fleet->venues[i];
        for (int k = 0; k < venue->symbol_count; k++) {
            soak->last[i][k].trades = venue->probes[k].trades;
            soak->last[i][k].books = venue->probes[k].books;
        }
    }
    pthread_mutex_unlock(&soak->fleet->lock);
}

/* How many symbols do not go on; told: they are printed. */
static int count_stuck(struct soak *soak, bool told) {
    int stuck = 0;
    pthread_mutex_lock(&soak->fleet->lock);
    for (int i = 0; i < soak->fleet->count; i++) {
        const struct fleet_venue *venue = &soak->fleet->venues[i];
        for (int k = 0; k < venue->symbol_count; k++) {
            const struct fleet_probe *probe = &venue->probes[k];
            bool moves = probe->trades > soak->last[i][k].trades &&
                         probe->books > soak->last[i][k].books && probe->book_valid;
            stuck += !moves;
            if (!moves && told) {
                fleet_print(venue, venue->symbols[k], probe);
            }
        }
    }
    pthread_mutex_unlock(&soak->fleet->lock);
    return stuck;
}

/* Every symbol's trades and book go on, within the time that a reconnect may take. */
static void wait_for_all(struct soak *soak) {
    int64_t end_ns = clock_mono_ns() + (int64_t)STUCK_MS * 1000000;
    remember_last(soak);
    while (count_stuck(soak, false) > 0 && clock_mono_ns() < end_ns) {
        clock_sleep_until_ns(clock_mono_ns() + 100000000);
    }
    soak->failed = soak->failed || count_stuck(soak, true) > 0;
}

static void run(struct soak *soak) {
    int64_t begin_ns = clock_mono_ns();
    int64_t quiet_s = QUIET_MS / 1000;
    for (int i = 0; i < soak->fleet->count; i++) {
        soak->moved_ns[i] = begin_ns;
    }
    for (int64_t second = 1; second <= soak->seconds; second++) {
        clock_sleep_until_ns(begin_ns + second * 1000000000);
        watch(soak);
        if (second % soak->every_s == 0 && second < soak->seconds - quiet_s) {
            make_fault(soak);
        } else if (second >= soak->seconds - quiet_s) {
            fleet_set_faults(soak->fleet, &(struct exchange_faults){0});
        }
    }
    wait_for_all(soak);
    fleet_set_load(soak->fleet, 0, 0);
    clock_sleep_until_ns(clock_mono_ns() + (int64_t)1000000000); /* what is under way arrives */
}

static bool read_arguments(struct soak *soak, int count, char **words) {
    for (int i = 1; i < count; i++) {
        bool more = i + 1 < count;
        int *number = strcmp(words[i], "--seconds") == 0   ? &soak->seconds
                      : strcmp(words[i], "--symbols") == 0 ? &soak->symbols
                      : strcmp(words[i], "--load") == 0    ? &soak->load
                      : strcmp(words[i], "--every") == 0   ? &soak->every_s
                                                           : NULL;
        if (strcmp(words[i], "--venue") == 0 && more) {
            const char *key = words[++i];
            soak->venues |= UINT32_C(1) << venue_from_key(key, strlen(key));
        } else if (strcmp(words[i], "--no-memory") == 0) {
            soak->memory = false;
        } else if (number == NULL || !more || (*number = (int)strtol(words[++i], NULL, 10)) <= 0) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    static struct soak soak = {
        .seconds = 60, .symbols = 200, .load = 20000, .every_s = 10, .memory = true};
    if (!read_arguments(&soak, argc, argv)) {
        fprintf(stderr, "bench_feeds [--seconds N] [--symbols N] [--load N] [--every S] "
                        "[--no-memory] [--venue KEY]...\n");
        return 2;
    }
    int venues = 0;
    for (int id = VENUE_NONE + 1; id < VENUE_COUNT; id++) {
        venues += fleet_takes_part(id) && (soak.venues == 0 || (soak.venues >> id & 1) != 0);
    }
    struct fleet_desc desc = {
        .venues = soak.venues,
        .server = {.seed = 3,
                   .days = .05,
                   .burn_in_days = -1,
                   .symbol_count = venues > 0 ? (soak.symbols + venues - 1) / venues : 1,
                   .no_deflate = true},
        .feed = {.history_ms = -1, .oi_poll_ms = 5000},
    };
    desc.server.symbol_count =
        desc.server.symbol_count < FLEET_SYMBOLS_MAX ? desc.server.symbol_count : FLEET_SYMBOLS_MAX;
    soak.fleet = fleet_open(&desc);
    if (soak.fleet == NULL || soak.fleet->count == 0) {
        return 1;
    }
    printf("%d venues of %d symbols, %d trades/s, a fault every %d s, %d s\n", venues,
           desc.server.symbol_count, soak.load, soak.every_s, soak.seconds);
    fleet_set_load(soak.fleet, soak.load / soak.fleet->count, 0);
    run(&soak);
    count_all(&soak);
    double slope = used_slope(&soak);
    double grown_mb = slope * soak.seconds / 3600 / 2;
    struct timespec cpu = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("%d faults; %lld s of processor time; heap %.0f MB at the end, %+.1f MB/h in the second "
           "half; resident %.0f MB\n",
           soak.fault_count, (long long)cpu.tv_sec, used_mb(), slope,
           (double)process_resident_bytes() / 1048576);
    if (soak.memory && grown_mb > 5 && grown_mb > .03 * used_mb()) {
        printf("memory grows\n");
        soak.failed = true;
    }
    fleet_close(soak.fleet);
    printf("%s\n", soak.failed ? "FAILED" : "passed");
    return soak.failed ? 1 : 0;
}
