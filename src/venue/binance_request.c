#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/binance_inside.h"

#define NS_PER_MS INT64_C(1000000)
enum {
    WEIGHT_HIGH = 1800, /* of 2,400 a minute, shared with whoever else is at this address */
    WEIGHT_PAUSE_MS = 10000,
    LIMITED_PAUSE_S = 60,     /* 429 and 418 without a Retry-After */
    SNAPSHOT_AGAIN_MS = 1000, /* a depth snapshot that was too old */
    ATTEMPT_COUNT_MAX = 5,    /* of what can be done without */
    DEPTH_LIMIT = 1000,
    KLINE_LIMIT = 1500,
    INTEREST_LIMIT = 500,
    TRADE_LIMIT = 1000
};

static struct feed_instrument *instrument_of(struct venue_feed *feed,
                                             const struct feed_request *request) {
    return request->instrument >= 0 ? &feed->instruments[request->instrument] : NULL;
}

static bool make_url(const struct venue_feed *feed, const struct feed_request *request,
                     char url[FEED_URL_BYTES]) {
    const char *base = feed->rest_url;
    const char *name =
        request->instrument >= 0 ? feed->instruments[request->instrument].query_name : "";
    switch (request->kind) {
    case REQUEST_EXCHANGE_INFO:
        return str_format(url, FEED_URL_BYTES, "%s/fapi/v1/exchangeInfo", base);
    case REQUEST_FUNDING_INFO:
        return str_format(url, FEED_URL_BYTES, "%s/fapi/v1/fundingInfo", base);
    case REQUEST_PREMIUM:
        return str_format(url, FEED_URL_BYTES, "%s/fapi/v1/premiumIndex?symbol=%s", base, name);
    case REQUEST_DEPTH:
        return str_format(url, FEED_URL_BYTES, "%s/fapi/v1/depth?symbol=%s&limit=%d", base, name,
                          DEPTH_LIMIT);
    case REQUEST_KLINES:
        return str_format(url, FEED_URL_BYTES,
                          "%s/fapi/v1/klines?symbol=%s&interval=1m&startTime=%" PRId64 "&limit=%d",
                          base, name, request->from_ms, KLINE_LIMIT);
    case REQUEST_INTEREST_HISTORY:
        /* An end far enough away for the limit: without one the newest rows come, not the oldest.
         */
        return str_format(url, FEED_URL_BYTES,
                          "%s/futures/data/openInterestHist?symbol=%s&period=5m&startTime=%" PRId64
                          "&endTime=%" PRId64 "&limit=%d",
                          base, name, request->from_ms,
                          request->from_ms + (INTEREST_LIMIT - 1) * INT64_C(300000),
                          INTEREST_LIMIT);
    case REQUEST_INTEREST:
    case REQUEST_INTEREST_LAST:
        return str_format(url, FEED_URL_BYTES, "%s/fapi/v1/openInterest?symbol=%s", base, name);
    case REQUEST_TRADES:
        return str_format(url, FEED_URL_BYTES, "%s/fapi/v1/aggTrades?symbol=%s&limit=%d", base,
                          name, TRADE_LIMIT);
    default:
        return false;
    }
}

bool feed_request_add(struct venue_feed *feed, const struct feed_request *request) {
    if (feed->request_count == FEED_REQUEST_COUNT_MAX) {
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

static void push_facts(struct venue_feed *feed, const struct event *slot) {
    for (int i = 0; i < feed->instrument_count; i++) {
        if (feed->instruments[i].symbol->instrument == slot->instrument) {
            feed_push(feed, &feed->instruments[i], slot, 1);
        }
    }
}

static void take_exchange_info(struct venue_feed *feed, const struct binance_message *message) {
    const struct event *slots = feed->parser->slots;
    if (message->sent_ms > feed->server_ms) {
        feed->server_ms = message->sent_ms;
    }
    for (size_t i = 0; i < message->count; i++) {
        push_facts(feed, &slots[i]);
    }
    for (int i = 0; i < feed->instrument_count; i++) {
        struct feed_instrument *instrument = &feed->instruments[i];
        if (!instrument->symbol->listed && instrument->history == HISTORY_WAITING) {
            instrument->history = HISTORY_UNKNOWN;
            feed->fault = true;
            str_format(feed->fault_reason, sizeof feed->fault_reason, "unknown symbol %s",
                       instrument->symbol->text);
        } else if (!feed->listed) {
            const struct feed_request request = {.kind = REQUEST_PREMIUM, .instrument = i};
            feed_request_add(feed, &request);
            feed_history_begin(feed, instrument);
        }
    }
    feed->listed = true;
}

/* message NULL: it failed for good. */
static void take_answer(struct venue_feed *feed, const struct feed_request *request,
                        const struct binance_message *message) {
    struct feed_instrument *instrument = instrument_of(feed, request);
    switch (request->kind) {
    case REQUEST_EXCHANGE_INFO:
        if (message != NULL) {
            take_exchange_info(feed, message);
        }
        break;
    case REQUEST_DEPTH:
        instrument->snapshot_asked = false;
        if (message != NULL && message->kind == BINANCE_SNAPSHOT) {
            feed_live_snapshot(feed, instrument, message);
        }
        break;
    case REQUEST_PREMIUM:
    case REQUEST_INTEREST:
        if (request->kind == REQUEST_INTEREST) {
            instrument->interest_asked = false;
        }
        if (message != NULL) {
            feed_live_pass(feed, instrument, feed->parser->slots, message->count);
        }
        break;
    case REQUEST_KLINES:
    case REQUEST_INTEREST_HISTORY:
    case REQUEST_INTEREST_LAST:
    case REQUEST_TRADES:
        feed_history_take(feed, request, message);
        break;
    default:
        break;
    }
}

/* Without these there is no feed, or no book. */
static bool is_needed(enum feed_request_kind kind) {
    return kind == REQUEST_EXCHANGE_INFO || kind == REQUEST_DEPTH;
}

static void retry(struct venue_feed *feed, const struct feed_request *request, bool final) {
    struct feed_request again = *request;
    feed_count(&feed->stats.rest_failures, 1);
    stat_add(STAT_rest_failures, 1);
    again.attempt++;
    if ((final || again.attempt >= ATTEMPT_COUNT_MAX) && !is_needed(request->kind)) {
        take_answer(feed, request, NULL);
        return;
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

static void on_done(void *user, const struct http_result *result) {
    struct feed_flight *flight = user;
    struct venue_feed *feed = flight->feed;
    const struct feed_request request = flight->request;
    struct feed_instrument *instrument = instrument_of(feed, &request);
    const struct binance_rest_request about = {
        .symbol = instrument == NULL ? NULL : instrument->symbol, .interval_s = 60};
    struct binance_message message;
    flight->request.kind = REQUEST_NONE;
    if (result->used_weight > WEIGHT_HIGH) {
        pause_requests(feed, WEIGHT_PAUSE_MS);
    }
    if (result->status != STATUS_OK) {
        if (result->status !=
            STATUS_UNTRUSTED) { /* the sockets meet it, too, and it is told there */
            LOG_WARN("binance REST: %s; asking again", result->reason);
        }
        retry(feed, &request, false);
        return;
    }
    if (result->http_code == 429 || result->http_code == 418) {
        const int64_t pause_s =
            result->retry_after_s >= 0 ? result->retry_after_s : LIMITED_PAUSE_S;
        LOG_WARN("binance REST: HTTP %d: too many requests, waiting %" PRId64 " s",
                 result->http_code, pause_s);
        pause_requests(feed, pause_s * 1000);
        retry(feed, &request, false);
        return;
    }
    if (result->http_code != 200) {
        LOG_WARN("binance REST: HTTP %d, expected 200: %.100s", result->http_code, result->body);
        retry(feed, &request, result->http_code >= 400 && result->http_code < 500);
        return;
    }
    const enum status status = binance_rest_parse(feed->parser, result->body, result->len,
                                                  clock_mono_ns(), &about, &message);
    if (status == STATUS_OK || (status == STATUS_IGNORED && !is_needed(request.kind))) {
        take_answer(feed, &request, &message);
    } else {
        LOG_WARN("binance REST: %s; asking again", status_text(status));
        feed_count(&feed->stats.malformed, 1);
        stat_add(STAT_messages_malformed, 1);
        retry(feed, &request, false);
    }
}

/* -- out -- */

/* The index of the next request that is due: a book before a bar before a poll. -1: none. */
static int choose(const struct venue_feed *feed, int64_t now_ns) {
    int best = -1;
    for (int i = 0; i < feed->request_count; i++) {
        const struct feed_request *request = &feed->requests[i];
        if (request->not_before_ns <= now_ns &&
            (best < 0 || request->kind < feed->requests[best].kind)) {
            best = i;
        }
    }
    return best;
}

static bool send(struct venue_feed *feed, struct feed_flight *flight) {
    char url[FEED_URL_BYTES];
    if (!make_url(feed, &flight->request, url)) {
        return false;
    }
    const enum status status =
        http_client_get(feed->desc.service,
                        &(struct http_client_desc){.url = url, .on_done = on_done, .user = flight});
    if (status == STATUS_OK) {
        feed_count(&feed->stats.rest_requests, 1);
        stat_add(STAT_rest_requests, 1);
        return true;
    }
    LOG_WARN("binance REST: %s: %s", url, status_text(status));
    return false;
}

void feed_request_tick(struct venue_feed *feed, int64_t now_ns) {
    for (int i = 0; i < FEED_REQUEST_FLIGHT_MAX && now_ns >= feed->rest_pause_ns; i++) {
        struct feed_flight *flight = &feed->flights[i];
        const int next = flight->request.kind == REQUEST_NONE ? choose(feed, now_ns) : -1;
        if (next < 0) {
            continue;
        }
        flight->request = feed->requests[next];
        feed->requests[next] = feed->requests[--feed->request_count];
        if (!send(feed, flight)) {
            const struct feed_request request = flight->request;
            flight->request.kind = REQUEST_NONE;
            retry(feed, &request, false);
        }
    }
}

void feed_request_cancel(struct venue_feed *feed) {
    for (int i = 0; i < FEED_REQUEST_FLIGHT_MAX; i++) {
        http_client_cancel_user(feed->desc.service, &feed->flights[i]);
        feed->flights[i].request.kind = REQUEST_NONE;
    }
    feed->request_count = 0;
}
