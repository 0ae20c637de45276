/* liqscope feed-test VENUE…: connect for real, and say of every channel that the venue promises
 * what came of it.
 *
 * A promised channel that stayed silent makes the exit status 1; liquidations are left out of that,
 * as a calm market has none. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/app.h"
#include "app/live_set.h"
#include "base/clock.h"
#include "json/writer.h"
#include "venue/dialect.h"
#include "venue/feed.h"

enum { TAKE_SLOTS = 2 * EVENT_MESSAGE_SLOTS_MAX, LOOK_MS = 100, SECONDS = 30 };

struct feed_test {
    struct live_set set;
    struct event *slots; /* owned, TAKE_SLOTS */
    int64_t gaps[VENUE_COUNT];
    char states[VENUE_COUNT][64]; /* the newest reason of each feed; "": none */
    int state[VENUE_COUNT];
};

/* May a promised channel be silent and all be well? */
static bool may_rest(enum venue_channel channel) {
    return channel == CHANNEL_LIQUIDATION;
}

static unsigned promises_of(const struct live_feed *feed) {
    return venue_find(feed->venue)->promises;
}

static int64_t count_of(const struct live_feed *feed, int channel) {
    return venue_stat(&feed_stats(feed->feed)->channels[channel].messages);
}

/* The first promised channel that brought nothing; CHANNEL_COUNT: none. */
static int silent_channel(const struct live_feed *feed) {
    for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
        if ((promises_of(feed) >> channel & 1U) != 0 && count_of(feed, channel) == 0 &&
            !may_rest((enum venue_channel)channel)) {
            return channel;
        }
    }
    return CHANNEL_COUNT;
}

static void take_events(struct feed_test *test) {
    size_t count = 0;
    while ((count = live_set_take(&test->set, test->slots, TAKE_SLOTS)) > 0) {
        for (size_t i = 0; i < count; i++) {
            const struct event *slot = &test->slots[i];
            if (slot->kind == EVENT_FEED) {
                test->state[slot->u.feed.venue] = slot->u.feed.state;
                str_copy(test->states[slot->u.feed.venue], sizeof test->states[0],
                         slot->u.feed.reason);
            } else if (slot->kind == EVENT_GAP) {
                test->gaps[test->set.instruments->entries[slot->instrument].venue]++;
            }
        }
    }
}

/* Until every promised channel has come, the time is over, or a signal. */
static void watch(struct feed_test *test, const sigset_t *signals, double seconds) {
    const struct timespec rest = {.tv_nsec = LOOK_MS * 1000000L};
    const int64_t end_ns = clock_mono_ns() + (int64_t)(seconds * 1e9);
    bool stopped = false;
    while (!stopped && clock_mono_ns() < end_ns) {
        stopped = sigtimedwait(signals, NULL, &rest) > 0;
        take_events(test);
    }
    live_set_stop(&test->set);
    take_events(test);
}

/* -- what is said -- */

static const char *state_text(int state) {
    static const char *const texts[] = {[FEED_OFF] = "off",   [FEED_CONNECTING] = "connecting",
                                        [FEED_LIVE] = "live", [FEED_STALE] = "stale",
                                        [FEED_LOST] = "lost", [FEED_FAULT] = "fault"};
    return texts[state];
}

/* In the venue's own words. */
static void print_errors(const struct live_feed *feed) {
    const struct venue_feed_error *errors = NULL;
    const int count = feed_errors(feed->feed, &errors);
    for (int i = 0; i < count; i++) {
        printf("  the venue said, %" PRId64 " time%s, of %s: \"%s\"\n", errors[i].count,
               errors[i].count == 1 ? "" : "s", errors[i].where, errors[i].text);
    }
}

static void print_text(const struct feed_test *test, const struct live_feed *feed) {
    const struct venue_feed_stats *stats = feed_stats(feed->feed);
    const char *reason = test->states[feed->venue];
    printf("%s: %s%s%s\n", venue_key(feed->venue), state_text(test->state[feed->venue]),
           reason[0] != '\0' ? ": " : "", reason);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        const struct venue_channel_stats *channel = &stats->channels[i];
        const bool promised = (promises_of(feed) >> i & 1U) != 0;
        const int64_t messages = venue_stat(&channel->messages);
        printf("  %-14s", venue_channel_name((enum venue_channel)i));
        if (messages > 0) {
            printf("%8" PRId64 " messages %9" PRId64 " events, first after %.2f s\n", messages,
                   venue_stat(&channel->events), (double)venue_stat(&channel->first_ns) / 1e9);
        } else {
            printf("%s\n", !promised                         ? "not published"
                           : may_rest((enum venue_channel)i) ? "none came"
                                                             : "SILENT, though promised");
        }
    }
    printf("  malformed %" PRId64 ", dropped: side %" PRId64 ", unit %" PRId64 ", symbol %" PRId64
           ", gaps %" PRId64 ", book gaps %" PRId64 ", reconnects %" PRId64 ", errors told %" PRId64
           ", REST failures %" PRId64 ", clock skew %.1f s\n",
           venue_stat(&stats->malformed), venue_stat(&stats->dropped_side),
           venue_stat(&stats->dropped_unit), venue_stat(&stats->dropped_symbol),
           test->gaps[feed->venue], venue_stat(&stats->book_gaps), venue_stat(&stats->reconnects),
           venue_stat(&stats->errors), venue_stat(&stats->rest_failures),
           (double)venue_stat(&stats->skew_ms) / 1e3);
    print_errors(feed);
}

static void print_errors_json(const struct live_feed *feed) {
    char text[VENUE_ERRORS_MAX * 2 * (VENUE_REASON_BYTES + VENUE_WHERE_BYTES + 64)];
    const struct venue_feed_error *errors = NULL;
    const int count = feed_errors(feed->feed, &errors);
    struct writer writer;
    writer_begin(&writer, text, sizeof text);
    writer_open_array(&writer, NULL);
    for (int i = 0; i < count; i++) {
        writer_open_object(&writer, NULL);
        writer_text(&writer, "where", errors[i].where);
        writer_text(&writer, "text", errors[i].text);
        writer_integer(&writer, "count", errors[i].count);
        writer_close_object(&writer);
    }
    writer_close_array(&writer);
    printf(",\"venue_said\":%s", text);
}

static void print_json(const struct feed_test *test, const struct live_feed *feed) {
    const struct venue_feed_stats *stats = feed_stats(feed->feed);
    printf("{\"venue\":\"%s\",\"state\":\"%s\",\"channels\":{", venue_key(feed->venue),
           state_text(test->state[feed->venue]));
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        const struct venue_channel_stats *channel = &stats->channels[i];
        printf("%s\"%s\":{\"promised\":%s,\"messages\":%" PRId64 ",\"events\":%" PRId64
               ",\"first_ms\":%" PRId64 "}",
               i > 0 ? "," : "", venue_channel_name((enum venue_channel)i),
               (promises_of(feed) >> i & 1U) != 0 ? "true" : "false",
               venue_stat(&channel->messages), venue_stat(&channel->events),
               venue_stat(&channel->first_ns) / 1000000);
    }
    printf("},\"malformed\":%" PRId64 ",\"dropped_side\":%" PRId64 ",\"dropped_unit\":%" PRId64
           ",\"dropped_symbol\":%" PRId64 ",\"gaps\":%" PRId64 ",\"book_gaps\":%" PRId64
           ",\"reconnects\":%" PRId64 ",\"errors\":%" PRId64 ",\"rest_failures\":%" PRId64
           ",\"skew_ms\":%" PRId64,
           venue_stat(&stats->malformed), venue_stat(&stats->dropped_side),
           venue_stat(&stats->dropped_unit), venue_stat(&stats->dropped_symbol),
           test->gaps[feed->venue], venue_stat(&stats->book_gaps), venue_stat(&stats->reconnects),
           venue_stat(&stats->errors), venue_stat(&stats->rest_failures),
           venue_stat(&stats->skew_ms));
    print_errors_json(feed);
    puts("}");
}

static int report(const struct feed_test *test, bool as_json) {
    int status = EXIT_STATUS_DONE;
    for (int i = 0; i < test->set.count; i++) {
        const struct live_feed *feed = &test->set.feeds[i];
        if (as_json) {
            print_json(test, feed);
        } else {
            print_text(test, feed);
        }
        const int silent = silent_channel(feed);
        if (silent < CHANNEL_COUNT) {
            fflush(stdout);
            status =
                app_fail(EXIT_STATUS_FAILED, "feed-test", "%s: %s was promised and is silent",
                         venue_key(feed->venue), venue_channel_name((enum venue_channel)silent));
        }
    }
    return status;
}

/* VENUE and the symbol that is asked for, or the venue's own example. */
static int resolve(const struct app_options *options, struct source_spec *sources) {
    const char *symbol = option_text(&options->table, OPT_symbol);
    char text[256], reason[SOURCE_REASON_BYTES], list[VENUE_LIST_BYTES];
    for (int i = 0; i < options->arg_count; i++) {
        const char *key = options->args[i];
        const enum venue_id venue = venue_from_key(key, strlen(key));
        if (!venue_is_live(venue)) {
            venue_list(true, list, sizeof list);
            return app_fail(EXIT_STATUS_USAGE, "feed-test", "%s: unknown venue; one of %s", key,
                            list);
        }
        str_format(text, sizeof text, "%s:%s", key,
                   option_given(&options->table, OPT_symbol) ? symbol : venue_example(venue));
        if (source_resolve(text, &sources[i], reason) != EXIT_STATUS_DONE) {
            return app_fail(EXIT_STATUS_USAGE, "feed-test", "%s", reason);
        }
    }
    return EXIT_STATUS_DONE;
}

int run_feed_test(const struct app_options *options) {
    struct source_spec sources[LIVE_SET_SYMBOLS_MAX];
    static struct feed_test test;
    const double seconds = option_number(&options->table, OPT_seconds);
    sigset_t signals;
    int status = resolve(options, sources);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* taken by sigtimedwait alone */
    test.slots = malloc(TAKE_SLOTS * sizeof *test.slots);
    const struct live_set_desc desc = {.options = options,
                                       .command = "feed-test",
                                       .sources = sources,
                                       .source_count = options->arg_count,
                                       .history_ms = -1};
    status = test.slots == NULL ? app_fail(EXIT_STATUS_FAILED, "feed-test", "out of memory")
                                : live_set_open(&test.set, &desc);
    if (status == EXIT_STATUS_DONE) {
        watch(&test, &signals, seconds > 0 ? seconds : SECONDS);
        status = report(&test, option_flag(&options->table, OPT_json));
    }
    live_set_close(&test.set);
    free(test.slots);
    return status;
}
