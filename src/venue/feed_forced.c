/* Liquidations of before, page by page.
 *
 * A window of time is asked for, from..to without its end. Where it holds more than a page, some
 * venues answer its oldest rows (the next page begins where this one ends), others its newest (the
 * next page ends where this one begins). A full page may end within a millisecond, so its last
 * millisecond is left to the next page, which has it whole; where the venue names the next page
 * itself, nothing is left out. What cannot be had, because a page is one millisecond, or there are
 * more than PAGES_MAX, or a later page failed, is told as a gap. */
#include <string.h>

#include "venue/feed_inside.h"

enum {
    MINUTE_MS = 60000,
    MANY_SYMBOLS = 8, /* of so many, liquidations are asked for seldom */
    WINDOWS_MAX = 24, /* else one */
    PAGES_MAX = 20    /* of a window whose newest come first */
};
#define LIQUIDATION_HISTORY_MS (INT64_C(24) * 60 * MINUTE_MS)

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* False: there is nothing (more) to ask for. */
static bool ask_window(struct venue_feed *feed, struct feed_instrument *instrument,
                       int64_t from_ms) {
    const struct venue_limits *limits = &feed->dialect->limits;
    const int64_t end_ms = instrument->forced_end_ms;
    const int64_t window_ms = limits->liquidation_window_ms;
    const bool cut = window_ms > 0 && end_ms - from_ms > window_ms;
    const struct feed_request request = {.kind = VENUE_REQUEST_LIQUIDATIONS,
                                         .instrument = feed_index(feed, instrument),
                                         .round = instrument->history_round,
                                         .from_ms = from_ms,
                                         .to_ms = cut ? from_ms + window_ms : end_ms};
    instrument->forced_to_ms = request.to_ms;
    instrument->forced_pages = 0;
    instrument->forced_at = instrument->liquidations.count;
    return from_ms < end_ms && feed_request_add(feed, &request);
}

/* Of a step of the venue's times that is told live in part none is told from before: which part of
 * its rows came live could not be known. */
static void end_before_live(struct venue_feed *feed, struct feed_instrument *instrument) {
    const int step_ms = feed->dialect->limits.liquidation_step_ms;
    const int64_t end_ms = instrument->forced_end_ms;
    if (step_ms == 0 || end_ms % step_ms == 0) {
        return;
    }
    instrument->forced_end_ms = end_ms - end_ms % step_ms;
    if (instrument->live_from_ms > 0 && !instrument->history_gap && !instrument->forced_gap) {
        struct event gap = feed_make_gap(instrument, STREAM_LIQUIDATION, instrument->forced_end_ms,
                                         end_ms, "before the connection");
        feed_live_pass(feed, instrument, &gap, 1);
    }
}

bool feed_forced_begin(struct venue_feed *feed, struct feed_instrument *instrument) {
    const struct venue_limits *limits = &feed->dialect->limits;
    const int64_t now_ms = feed_now_ms(feed);
    const int windows = feed->instrument_count > MANY_SYMBOLS ? 1 : WINDOWS_MAX;
    int64_t from_ms = later(instrument->history_from_ms, now_ms - LIQUIDATION_HISTORY_MS);
    if (limits->liquidation_rows == 0) {
        return false; /* none of before are told: nothing is missed of them, either */
    }
    /* One end for all windows: an end that ran on with the clock would never be reached. */
    instrument->forced_end_ms = instrument->live_from_ms > 0 ? instrument->live_from_ms : now_ms;
    instrument->forced_told = false;
    end_before_live(feed, instrument);
    if (limits->liquidation_window_ms > 0) {
        from_ms = later(from_ms, now_ms - windows * limits->liquidation_window_ms);
    }
    if (limits->liquidation_depth_ms > 0) {
        from_ms = later(from_ms, now_ms - limits->liquidation_depth_ms + MINUTE_MS);
    }
    return ask_window(feed, instrument, from_ms);
}

/* -- a page -- */

struct page {
    int rows;
    int64_t oldest_ms, newest_ms;
    bool full;
    bool named; /* the venue says what the next one is called */
};

static struct page look_at(const struct venue_feed *feed, const struct feed_request *request,
                           const struct venue_message *message) {
    const struct event *slots = feed->parser->slots;
    struct page page = {.rows = (int)message->count};
    for (size_t i = 0; i < message->count; i++) {
        const int64_t ts_ms = slots[i].ts_ms;
        page.oldest_ms = i == 0 || ts_ms < page.oldest_ms ? ts_ms : page.oldest_ms;
        page.newest_ms = i == 0 || ts_ms > page.newest_ms ? ts_ms : page.newest_ms;
    }
    page.full = page.rows > 0 && page.rows >= feed->dialect->limits.liquidation_rows;
    page.named = message->reply[0] != '\0' && strcmp(message->reply, request->cursor) != 0;
    return page;
}

static void reverse(struct event *slots, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        const struct event slot = slots[i];
        slots[i] = slots[count - 1 - i];
        slots[count - 1 - i] = slot;
    }
}

/* The rows from at on go before those from `to` on: an older page, and what is newer. */
static void move_before(struct feed_run *run, size_t to, size_t at) {
    if (run->count == at) {
        return;
    }
    reverse(run->slots + to, at - to);
    reverse(run->slots + at, run->count - at);
    reverse(run->slots + to, run->count - to);
}

static void add_gap(struct feed_instrument *instrument, int64_t from_ms, int64_t to_ms) {
    const struct event gap =
        feed_make_gap(instrument, STREAM_LIQUIDATION, from_ms, to_ms, "more than REST tells");
    feed_run_add(&instrument->liquidations, &gap, 1, FEED_HISTORY_SLOTS_MAX);
}

/* Its rows, but for those at left_ms. */
static void add_page(struct venue_feed *feed, struct feed_instrument *instrument,
                     const struct feed_request *request, const struct venue_message *message,
                     int64_t left_ms) {
    const struct event *slots = feed->parser->slots;
    for (size_t i = 0; i < message->count; i++) {
        const bool ours = slots[i].kind == EVENT_LIQUIDATION && slots[i].ts_ms != left_ms &&
                          feed_find_slot(feed, &slots[i]) == instrument &&
                          slots[i].ts_ms >= request->from_ms && slots[i].ts_ms < request->to_ms &&
                          slots[i].ts_ms < instrument->forced_end_ms;
        if (ours && !feed_seen_before(&instrument->seen, &slots[i], FEED_SEEN_REST)) {
            feed_run_add(&instrument->liquidations, &slots[i], 1, FEED_HISTORY_SLOTS_MAX);
        }
    }
}

/* What is to be done about rows older than those of a page. */
enum older { OLDER_NONE, OLDER_ASK, OLDER_LOST };

static enum older find_older(const struct feed_instrument *instrument,
                             const struct feed_request *request,
                             const struct venue_message *message, const struct page *page,
                             struct feed_request *next) {
    if (!page->full || page->oldest_ms < request->from_ms) {
        return OLDER_NONE;
    }
    const bool parts = page->oldest_ms < page->newest_ms && page->oldest_ms + 1 < request->to_ms;
    if ((!parts && !page->named) || instrument->forced_pages >= PAGES_MAX) {
        return OLDER_LOST;
    }
    *next = *request;
    next->attempt = 0;
    next->not_before_ns = 0;
    if (page->named) {
        str_copy(next->cursor, sizeof next->cursor, message->reply);
    } else {
        next->to_ms = page->oldest_ms + 1;
    }
    return OLDER_ASK;
}

/* False: the next page, or window, was asked for. */
static bool take_falling(struct venue_feed *feed, struct feed_instrument *instrument,
                         const struct feed_request *request, const struct venue_message *message) {
    const struct page page = look_at(feed, request, message);
    const size_t begin = instrument->liquidations.count;
    struct feed_request next;
    enum older older = find_older(instrument, request, message, &page, &next);
    if (older == OLDER_ASK && !feed_request_add(feed, &next)) {
        older = OLDER_LOST;
    }
    const bool one_time = page.oldest_ms == page.newest_ms; /* part of it is here, before the gap */
    if (older == OLDER_LOST && !one_time) {
        add_gap(instrument, request->from_ms, page.oldest_ms + 1);
    }
    const bool cut = older == OLDER_LOST ? !one_time : older == OLDER_ASK && !page.named;
    add_page(feed, instrument, request, message, cut ? page.oldest_ms : -1);
    if (older == OLDER_LOST && one_time) {
        add_gap(instrument, request->from_ms, page.oldest_ms + 1);
    }
    move_before(&instrument->liquidations, instrument->forced_at, begin);
    instrument->forced_pages++;
    return older != OLDER_ASK && !ask_window(feed, instrument, instrument->forced_to_ms);
}

static bool take_rising(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct feed_request *request, const struct venue_message *message) {
    const struct page page = look_at(feed, request, message);
    const bool parts = page.newest_ms > request->from_ms;
    add_page(feed, instrument, request, message, page.full && parts ? page.newest_ms : -1);
    if (page.full && !parts) {
        add_gap(instrument, request->from_ms, request->to_ms);
    }
    return !ask_window(feed, instrument, page.full && parts ? page.newest_ms : request->to_ms);
}

/* The rest cannot be had: of this window what its newer pages have not told, and all later ones.
 * Where nothing was told at all, nothing is known of before, and nothing is missing from it. */
static void lose_rest(struct feed_instrument *instrument, const struct feed_request *request) {
    const size_t begin = instrument->liquidations.count;
    if (!instrument->forced_told) {
        instrument->forced_end_ms = 0;
        return;
    }
    add_gap(instrument, request->from_ms, request->to_ms);
    move_before(&instrument->liquidations, instrument->forced_at, begin);
    if (instrument->forced_to_ms < instrument->forced_end_ms) {
        add_gap(instrument, instrument->forced_to_ms, instrument->forced_end_ms);
    }
}

bool feed_forced_take(struct venue_feed *feed, struct feed_instrument *instrument,
                      const struct feed_request *request, const struct venue_message *message) {
    const bool falls = feed->dialect->limits.liquidations_fall;
    if (message == NULL) {
        lose_rest(instrument, request);
        return true;
    }
    instrument->forced_told = true;
    return falls ? take_falling(feed, instrument, request, message)
                 : take_rising(feed, instrument, request, message);
}

void feed_forced_join(struct venue_feed *feed, struct feed_instrument *instrument,
                      int64_t live_from_ms) {
    const int64_t from_ms = instrument->forced_end_ms;
    if (instrument->live_from_ms == 0 && from_ms > 0 && live_from_ms > from_ms) {
        struct event gap = feed_make_gap(instrument, STREAM_LIQUIDATION, from_ms, live_from_ms,
                                         "before the connection");
        feed_live_pass(feed, instrument, &gap, 1);
    }
    instrument->live_from_ms = live_from_ms;
}
