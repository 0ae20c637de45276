#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/feed_inside.h"

enum {
    WEIGHT_HIGH = 1800, /* of 2,400 a minute, shared with whoever else is at this address */
    WEIGHT_PAUSE_MS = 10000,
    LIMITED_PAUSE_S = 60,     /* 429 and 418 without a Retry-After */
    REFUSED_PAUSE_S = 300,    /* 451 and 403: ask seldom */
    SNAPSHOT_AGAIN_MS = 1000, /* a depth snapshot that was too old */
    ATTEMPT_COUNT_MAX = 5,    /* of what can be done without */
    RATE_WINDOW_MS = 10000
};

static struct feed_instrument *instrument_of(struct venue_feed *feed,
                                             const struct feed_request *request) {
    return request->instrument >= 0 ? &feed->instruments[request->instrument] : NULL;
}

static bool make_http(const struct venue_feed *feed, const struct feed_request *request,
                      struct venue_http *http) {
    const struct venue_request wanted = {
        .kind = request->kind,
        .symbol = request->instrument >= 0 ? feed->instruments[request->instrument].symbol : NULL,
        .from_ms = request->from_ms,
        .to_ms = request->to_ms,
        .cursor = request->cursor};
    http->path[0] = http->body[0] = '\0';
    return feed->dialect->request != NULL && feed->dialect->request(&wanted, http);
}

bool feed_request_possible(const struct venue_feed *feed, const struct feed_request *request) {
    struct venue_http http;
    return make_http(feed, request, &http);
}

bool feed_request_add(struct venue_feed *feed, const struct feed_request *request) {
    if (!feed_request_possible(feed, request)) {
        return false;
    }
    if (feed->request_count == feed->request_max) {
        feed_count(&feed->stats.rest_failures, 1);
        stat_add(STAT_rest_failures, 1);
        return false;
    }
    struct feed_request *added = &feed->requests[feed->request_count++];
    *added = *request;
    if (request->attempt > 0 && request->not_before_ns == 0) {
        added->not_before_ns = clock_mono_ns() + SNAPSHOT_AGAIN_MS * NS_PER_MS;
    }
    return true;
}

/* -- answers -- */

/* message NULL: it failed for good. */
static void take_answer(struct venue_feed *feed, const struct feed_request *request,
                        const struct venue_message *message) {
    struct feed_instrument *instrument = instrument_of(feed, request);
    switch (request->kind) {
    case VENUE_REQUEST_INSTRUMENTS:
    case VENUE_REQUEST_FUNDING:
    case VENUE_REQUEST_TIERS:
        feed_list_take(feed, request, message);
        break;
    case VENUE_REQUEST_DEPTH:
        instrument->snapshot_asked = false;
        if (message != NULL && message->kind == MESSAGE_BOOK) {
            feed_book_snapshot(feed, instrument, message);
        }
        break;
    case VENUE_REQUEST_TICKER:
    case VENUE_REQUEST_INTEREST:
        if (request->kind == VENUE_REQUEST_INTEREST) {
            instrument->interest_asked = false;
        }
        for (size_t at = 0, n = 0; message != NULL && at < message->count; at += n) {
            const struct event *slots = feed->parser->slots + at;
            n = event_message_slots(slots, message->count - at);
            struct feed_instrument *owner = feed_find_slot(feed, slots);
            if (owner != NULL) {
                feed_live_note(feed, slots, n, clock_mono_ns());
                feed_live_pass(feed, owner, slots, n);
            }
        }
        break;
    default:
        feed_history_take(feed, request, message);
        break;
    }
}

/* Without these there is no feed, or no book. */
static bool is_needed(enum venue_request_kind kind) {
    return kind == VENUE_REQUEST_INSTRUMENTS || kind == VENUE_REQUEST_DEPTH;
}

/* Of the lists after the first: dated contracts, coin-margined ones. */
static bool is_further_page(const struct feed_request *request) {
    return request->kind == VENUE_REQUEST_INSTRUMENTS && request->cursor[0] != '\0';
}

static void retry(struct venue_feed *feed, const struct feed_request *request, bool final) {
    struct feed_request again = *request;
    feed_count(&feed->stats.rest_failures, 1);
    stat_add(STAT_rest_failures, 1);
    again.attempt++;
    const bool tried = final || again.attempt >= ATTEMPT_COUNT_MAX;
    if (tried && !is_needed(request->kind)) {
        take_answer(feed, request, NULL);
        return;
    }
    if (tried && is_further_page(request)) {
        feed_list_part(feed);
    }
    const int64_t delay_ms = net_service_backoff_ms(feed->desc.service, request->attempt);
    again.not_before_ns = clock_mono_ns() + delay_ms * NS_PER_MS;
    if (!feed_request_add(feed, &again)) {
        take_answer(feed, request, NULL);
    }
}

static void pause_requests(struct venue_feed *feed, int64_t pause_ms) {
    const int64_t until_ns = clock_mono_ns() + pause_ms * NS_PER_MS;
    feed->rest_pause_ns = until_ns > feed->rest_pause_ns ? until_ns : feed->rest_pause_ns;
}

/* The venue asks us to wait, or does not want us: all requests wait. */
static void take_refusal(struct venue_feed *feed, const struct feed_request *request,
                         const struct http_result *result) {
    const int code = result->http_code;
    const bool blocked = code == 451 || code == 403;
    const int64_t default_s = blocked ? REFUSED_PAUSE_S : LIMITED_PAUSE_S;
    const int64_t pause_s = result->retry_after_s >= 0 ? result->retry_after_s : default_s;
    LOG_WARN("%s REST: HTTP %d: %s, waiting %" PRId64 " s", feed->name, code,
             code == 451   ? "not available from this region"
             : code == 403 ? "region or address refused"
             : code == 418 ? "banned for too many requests"
                           : "too many requests",
             pause_s);
    if (code != 429) {
        str_format(feed->rest_reason, sizeof feed->rest_reason, "REST HTTP %d, in %" PRId64 " s",
                   code, pause_s);
    }
    pause_requests(feed, pause_s * 1000);
    retry(feed, request, false);
}

static bool is_refusal(int http_code) {
    return http_code == 429 || http_code == 418 || http_code == 451 || http_code == 403;
}

static void take_body(struct venue_feed *feed, const struct feed_request *request, const char *path,
                      const struct http_result *result) {
    struct feed_instrument *instrument = instrument_of(feed, request);
    const struct venue_rest_about about = {
        .path = path, .symbol = instrument == NULL ? NULL : instrument->symbol, .interval_s = 60};
    struct venue_message message;
    const enum status status = venue_rest_parse(feed->parser, &about, result->body, result->len,
                                                clock_mono_ns(), &message);
    feed->rest_reason[0] = '\0';
    if (status == STATUS_OK && message.kind == MESSAGE_CONTROL) { /* an error with HTTP 200 */
        feed_error_tell(feed, path, message.reply, strlen(message.reply));
        feed->counts_told = feed->parser->counts;
        retry(feed, request, false);
        return;
    }
    const bool is_extra = is_further_page(request); /* which may well be empty */
    /* Nothing in it, or nothing of use (a new instrument's open interest): no better if asked
     * again. */
    const bool is_empty = status == STATUS_IGNORED || status == STATUS_CANCELLED;
    if (status == STATUS_OK || (is_empty && (!is_needed(request->kind) || is_extra))) {
        feed->counts_told = feed->parser->counts; /* what it passed over is no message */
        take_answer(feed, request, &message);
        return;
    }
    LOG_WARN("%s REST: %s: %s; asking again", feed->name, path, status_text(status));
    feed->counts_told = feed->parser->counts;
    feed_count(&feed->stats.malformed, 1);
    stat_add(STAT_messages_malformed, 1);
    retry(feed, request, false);
}

static void on_done(void *user, const struct http_result *result) {
    struct feed_flight *flight = user;
    struct venue_feed *feed = flight->feed;
    const struct feed_request request = flight->request;
    flight->request.kind = VENUE_REQUEST_NONE;
    if (result->used_weight > WEIGHT_HIGH) {
        pause_requests(feed, WEIGHT_PAUSE_MS);
    }
    if (result->status != STATUS_OK) {
        if (result->status !=
            STATUS_UNTRUSTED) { /* the sockets meet it, too, and it is told there */
            LOG_WARN("%s REST: %s; asking again", feed->name, result->reason);
        }
        retry(feed, &request, false);
    } else if (is_refusal(result->http_code)) {
        take_refusal(feed, &request, result);
    } else if (result->http_code != 200) {
        LOG_WARN("%s REST: HTTP %d, expected 200", feed->name, result->http_code);
        feed_error_tell(feed, flight->http.path, result->body, result->len);
        retry(feed, &request, result->http_code >= 400 && result->http_code < 500);
    } else {
        take_body(feed, &request, flight->http.path, result);
    }
}

/* -- out -- */

/* The index of the next request that is due: a book before a bar before a poll. -1: none. */
static int choose(const struct venue_feed *feed, int64_t now_ns) {
    int best = -1;
    for (int i = 0; i < feed->request_count; i++) {
        const struct feed_request *request = &feed->requests[i];
        if (request->not_before_ns <= now_ns && feed->kind_ns[request->kind] <= now_ns &&
            (best < 0 || request->kind < feed->requests[best].kind)) {
            best = i;
        }
    }
    return best;
}

static bool send(struct venue_feed *feed, struct feed_flight *flight) {
    char url[FEED_URL_BYTES];
    if (!make_http(feed, &flight->request, &flight->http) ||
        !str_format(url, sizeof url, "%s%s", feed->rest_url, flight->http.path)) {
        return false;
    }
    const struct http_client_desc desc = {.url = url,
                                          .on_done = on_done,
                                          .user = flight,
                                          .header = feed->dialect->limits.rest_header};
    const struct http_post post = {.body = flight->http.body,
                                   .len = strlen(flight->http.body),
                                   .content_type = "application/json"};
    const enum status status = post.len > 0 ? http_client_post(feed->desc.service, &desc, &post)
                                            : http_client_get(feed->desc.service, &desc);
    if (status == STATUS_OK) {
        feed_count(&feed->stats.rest_requests, 1);
        stat_add(STAT_rest_requests, 1);
        return true;
    }
    LOG_WARN("%s REST: %s: %s", feed->name, url, status_text(status));
    return false;
}

void feed_request_tick(struct venue_feed *feed, int64_t now_ns) {
    const int rate = feed->dialect->limits.requests_per_10s;
    for (int i = 0; i < FEED_REQUEST_FLIGHT_MAX && now_ns >= feed->rest_pause_ns; i++) {
        struct feed_flight *flight = &feed->flights[i];
        const int next = flight->request.kind == VENUE_REQUEST_NONE ? choose(feed, now_ns) : -1;
        if (next < 0) {
            continue;
        }
        flight->request = feed->requests[next];
        feed->requests[next] = feed->requests[--feed->request_count];
        if (rate > 0) {
            feed->kind_ns[flight->request.kind] = now_ns + RATE_WINDOW_MS * NS_PER_MS / rate;
        }
        if (!send(feed, flight)) {
            const struct feed_request request = flight->request;
            flight->request.kind = VENUE_REQUEST_NONE;
            retry(feed, &request, false);
        }
    }
}

void feed_request_drop(struct venue_feed *feed, int instrument) {
    for (int i = feed->request_count; i > 0; i--) {
        const struct feed_request *request = &feed->requests[i - 1];
        if (request->instrument == instrument && request->kind >= VENUE_REQUEST_KLINES &&
            request->kind != VENUE_REQUEST_INTEREST) {
            feed->requests[i - 1] = feed->requests[--feed->request_count];
        }
    }
}

void feed_request_cancel(struct venue_feed *feed) {
    for (int i = 0; i < FEED_REQUEST_FLIGHT_MAX; i++) {
        http_client_cancel_user(feed->desc.service, &feed->flights[i]);
        feed->flights[i].request.kind = VENUE_REQUEST_NONE;
    }
    feed->request_count = 0;
}
