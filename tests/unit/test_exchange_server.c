/* The simulated exchange seen by a client: the venue's shapes, its manners, and its faults on
 * demand.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/http_client.h"
#include "net/ws_client.h"
#include "sim/exchange_server.h"
#include "support/net_rig.h"

enum { KEPT_MAX = 4096, TEXT_BYTES = 1024, PATH_BYTES = 256, WAIT_MS = 6000 };

static const char fixtures[] = "../shared/fixtures/binance_usdm";

/* -- a client that keeps what it hears -- */

struct ear {
    struct net_service *service;
    char url[PATH_BYTES];
    struct ws_client *client;
    struct ws_client_desc desc;

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    char *texts[KEPT_MAX];
    int count;
    int opened, closed;
    enum status status;
    char reason[128];
};

static void ear_on_open(void *user) {
    struct ear *ear = user;
    pthread_mutex_lock(&ear->lock);
    ear->opened++;
    pthread_mutex_unlock(&ear->lock);
}

static void ear_on_message(void *user, const char *bytes, size_t len, bool binary,
                           int64_t recv_ns) {
    struct ear *ear = user;
    (void)binary;
    (void)recv_ns;
    pthread_mutex_lock(&ear->lock);
    if (ear->count < KEPT_MAX) {
        char *text = malloc(len + 1);
        if (len > 0) {
            memcpy(text, bytes, len);
        }
        text[len] = '\0';
        ear->texts[ear->count++] = text;
    }
    pthread_mutex_unlock(&ear->lock);
}

static void ear_on_close(void *user, enum status status, const char *reason) {
    struct ear *ear = user;
    pthread_mutex_lock(&ear->lock);
    ear->closed++;
    ear->client = NULL;
    ear->status = status;
    (void)str_copy(ear->reason, sizeof ear->reason, reason);
    pthread_mutex_unlock(&ear->lock);
}

static void ear_open(void *user) {
    static const struct ws_client_ops ops = {ear_on_open, ear_on_message, ear_on_close};
    struct ear *ear = user;
    enum status why = STATUS_OK;
    ear->desc = (struct ws_client_desc){.url = ear->url, .ops = &ops, .user = ear};
    ear->client = ws_client_open(ear->service, &ear->desc, &why);
}

static void ear_close(void *user) {
    struct ear *ear = user;
    ws_client_close(ear->client);
    ear->client = NULL;
}

struct saying {
    struct ear *ear;
    const char *text;
    bool sent;
};

static void ear_say(void *user) {
    struct saying *saying = user;
    saying->sent = saying->ear->client != NULL &&
                   ws_client_send(saying->ear->client, saying->text, strlen(saying->text));
}

/* How many texts contain what. */
static int heard(struct ear *ear, const char *what) {
    int count = 0;
    pthread_mutex_lock(&ear->lock);
    for (int i = 0; i < ear->count; i++) {
        count += strstr(ear->texts[i], what) != NULL;
    }
    pthread_mutex_unlock(&ear->lock);
    return count;
}

/* Copy of the n-th text with what in it. */
static bool heard_text(struct ear *ear, const char *what, int n, char *out, size_t out_bytes) {
    bool found = false;
    pthread_mutex_lock(&ear->lock);
    for (int i = 0; i < ear->count && !found; i++) {
        if (strstr(ear->texts[i], what) != NULL && n-- == 0) {
            (void)str_copy(out, out_bytes, ear->texts[i]);
            found = true;
        }
    }
    pthread_mutex_unlock(&ear->lock);
    return found;
}

static bool wait_heard(struct ear *ear, const char *what, int count) {
    int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    while (heard(ear, what) < count) {
        if (clock_mono_ns() > end_ns) {
            return false;
        }
        clock_sleep_until_ns(clock_mono_ns() + 2000000);
    }
    return true;
}

static bool wait_number(struct ear *ear, const int *number, int wanted) {
    int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    for (;;) {
        pthread_mutex_lock(&ear->lock);
        bool reached = *number >= wanted;
        pthread_mutex_unlock(&ear->lock);
        if (reached || clock_mono_ns() > end_ns) {
            return reached;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
}

/* -- the exchange and its clients -- */

struct stage {
    struct exchange_server *server;
    struct net_service *service;
    struct ear ears[2];
};

static struct stage *stage_create(const struct exchange_server_desc *wanted) {
    struct stage *stage = calloc(1, sizeof(*stage));
    struct exchange_server_desc desc = *wanted;
    enum status why = STATUS_OK;
    desc.seed = 5;
    desc.days = desc.days > 0 ? desc.days : .1;
    desc.burn_in_days = -1;
    stage->server = exchange_server_create(&desc, &why);
    assert_non_null(stage->server);
    assert_true(exchange_server_start(stage->server));
    stage->service = net_service_create(&(struct net_service_desc){.role = THREAD_NET}, &why);
    assert_non_null(stage->service);
    assert_true(net_service_start(stage->service));
    return stage;
}

static void stage_destroy(struct stage *stage) {
    for (int i = 0; i < 2; i++) {
        struct ear *ear = &stage->ears[i];
        if (ear->service != NULL) {
            assert_true(rig_run(stage->service, ear_close, ear));
        }
    }
    net_service_destroy(stage->service);
    exchange_server_destroy(stage->server);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < stage->ears[i].count; k++) {
            free(stage->ears[i].texts[k]);
        }
    }
    free(stage);
}

static struct ear *listen_to(struct stage *stage, int which, const char *path) {
    struct ear *ear = &stage->ears[which];
    pthread_mutex_init(&ear->lock, NULL);
    ear->service = stage->service;
    (void)snprintf(ear->url, sizeof ear->url, "%s%s", exchange_server_ws_base_url(stage->server),
                   path);
    assert_true(rig_run(stage->service, ear_open, ear));
    return ear;
}

static void say(struct ear *ear, const char *text) {
    struct saying saying = {.ear = ear, .text = text};
    assert_true(rig_run(ear->service, ear_say, &saying));
    assert_true(saying.sent);
}

/* -- REST -- */

struct answer {
    char url[PATH_BYTES];
    struct net_service *service;
    atomic_int done;
    enum status status;
    int http_code, retry_after_s, used_weight;
    char *body;
};

static void on_answer(void *user, const struct http_result *result) {
    struct answer *answer = user;
    answer->status = result->status;
    answer->http_code = result->http_code;
    answer->retry_after_s = result->retry_after_s;
    answer->used_weight = result->used_weight;
    answer->body = calloc(1, result->len + 1);
    if (result->len > 0) {
        memcpy(answer->body, result->body, result->len);
    }
    rig_count(&answer->done);
}

static void ask_now(void *user) {
    struct answer *answer = user;
    http_client_get(answer->service, &(struct http_client_desc){
                                         .url = answer->url, .on_done = on_answer, .user = answer});
}

/* The caller frees body. */
static struct answer ask(struct stage *stage, const char *path) {
    struct answer answer = {.service = stage->service};
    (void)snprintf(answer.url, sizeof answer.url, "%s%s",
                   exchange_server_rest_base_url(stage->server), path);
    assert_true(rig_run(stage->service, ask_now, &answer));
    assert_true(rig_wait(&answer.done, 1));
    return answer;
}

static void expect_answer(struct stage *stage, const char *path, int code, const char *part) {
    struct answer answer = ask(stage, path);
    if (answer.http_code != code || strstr(answer.body, part) == NULL) {
        fail_msg("%s: got %d %.200s, want %d with %s", path, answer.http_code, answer.body, code,
                 part);
    }
    free(answer.body);
}

/* The integer after "key": in text; -1 without. */
static int64_t integer_of(const char *text, const char *key) {
    char quoted[32];
    (void)snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(text, quoted);
    return at != NULL ? strtoll(at + strlen(quoted), NULL, 10) : -1;
}

/* -- shapes: the names of members, in order, as in the venue's samples -- */

enum { NAMES_BYTES = 2048 };

/* Member names of a JSON text in order, blanks between; of an array's elements only the first. */
static void names_of(const char *text, char out[NAMES_BYTES]) {
    out[0] = '\0';
    for (const char *at = text; (at = strchr(at, '"')) != NULL;) {
        const char *end = strchr(at + 1, '"');
        if (end == NULL) {
            return;
        }
        if (end[1] == ':') {
            char name[64];
            (void)str_copy_span(name, sizeof name, (struct span){at + 1, (size_t)(end - at - 1)});
            (void)str_append(out, NAMES_BYTES, "%s ", name);
        }
        at = end + 1;
    }
}

/* Every word of want is in got (extra ones are allowed, as the venue adds members). */
static void expect_names(const char *what, const char *got, const char *want) {
    char list[NAMES_BYTES];
    (void)str_format(list, sizeof list, " %s", got);
    while (*want != '\0') {
        char word[66];
        size_t len = strcspn(want, " ");
        (void)str_format(word, sizeof word, " %.*s ", (int)len, want);
        if (strstr(list, word) == NULL) {
            fail_msg("%s: no member%s among: %s", what, word, got);
        }
        want += len;
        want += *want == ' ';
    }
}

static char *read_fixture(const char *name) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", fixtures, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 65536);
    size_t len = fread(text, 1, 65535, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

/* Member for member like the venue's own sample. False: the samples are not there. */
static bool compare_with_fixture(const char *text, const char *name) {
    char got[NAMES_BYTES];
    char want[NAMES_BYTES];
    char *sample = read_fixture(name);
    if (sample == NULL) {
        return false;
    }
    names_of(text, got);
    names_of(sample, want);
    free(sample);
    expect_names(name, got, want);
    return true;
}

static void messages_have_the_venues_shape(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.coinm_rows = true});
    struct ear *market =
        listen_to(stage, 0,
                  "/market/stream?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@kline_1m/"
                  "!forceOrder@arr/!markPrice@arr@1s");
    struct ear *public = listen_to(stage, 1, "/public/ws/btcusdt@depth@100ms/btcusdt@bookTicker");
    assert_true(wait_heard(market, "\"aggTrade\"", 1));
    assert_true(wait_heard(market, "\"markPriceUpdate\"", 2));
    assert_true(wait_heard(market, "\"kline\"", 1));
    assert_true(wait_heard(public, "\"depthUpdate\"", 2));
    assert_true(wait_heard(public, "\"bookTicker\"", 1));
    struct exchange_injection liquidation = {
        .kind = EXCHANGE_LIQUIDATION, .price_ticks = 987654, .qty_lots = 14, .position = POS_LONG};
    assert_true(exchange_server_inject(stage->server, &liquidation));
    assert_true(wait_heard(market, "98765.40", 1));
    assert_true(wait_heard(market, "BTCUSD_PERP", 1));

    static const struct {
        const char *what, *fixture, *starts;
        bool combined;
    } rows[] = {
        {"\"aggTrade\"", "ws_aggregate_trade_streams__official-sdk.json",
         "{\"stream\":\"btcusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":", true},
        {"btcusdt@markPrice@1s", "ws_mark_price_stream__official-sdk.json",
         "{\"stream\":\"btcusdt@markPrice@1s\",\"data\":{\"e\":\"markPriceUpdate\",\"E\":", true},
        {"!markPrice@arr@1s", "ws_mark_price_stream_for_all_market__official-sdk.json",
         "{\"stream\":\"!markPrice@arr@1s\",\"data\":[{\"e\":\"markPriceUpdate\",\"E\":", true},
        {"\"kline\"", "ws_kline_candlestick_streams__official-sdk.json",
         "{\"stream\":\"btcusdt@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":", true},
        {"98765.40", "ws_all_market_liquidation_order_streams__official-sdk.json",
         "{\"stream\":\"!forceOrder@arr\",\"data\":{\"e\":\"forceOrder\",\"E\":", true},
        {"\"depthUpdate\"", "ws_diff_book_depth_streams__official-sdk.json",
         "{\"e\":\"depthUpdate\",\"E\":", false},
        {"\"bookTicker\"", "ws_individual_symbol_book_ticker_streams__official-sdk.json",
         "{\"e\":\"bookTicker\",\"u\":", false},
    };
    bool compared = true;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        static char text[65536];
        assert_true(
            heard_text(rows[i].combined ? market : public, rows[i].what, 0, text, sizeof text));
        assert_memory_equal(text, rows[i].starts, strlen(rows[i].starts));
        compared = compared && compare_with_fixture(text, rows[i].fixture);
    }
    if (!compared) {
        print_message("%s is not there: shapes not compared with the venue's samples\n", fixtures);
    }
    char text[TEXT_BYTES];
    assert_true(heard_text(market, "98765.40", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"S\":\"SELL\",\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"0.014\""));
    assert_non_null(strstr(text, "\"ps\":\"BTCUSDT\",\"st\":1}}}"));
    assert_true(heard_text(market, "BTCUSD_PERP", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"q\":\"14\"")); /* contracts of 100 USD in 1,382 USD */
    assert_non_null(strstr(text, "\"st\":2}}"));
    stage_destroy(stage);
}

static void rest_answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct {
        const char *path, *fixture;
    } rows[] = {
        {"/fapi/v1/time", "rest_ServerTime__docs-sample.json"},
        {"/fapi/v1/exchangeInfo", "rest_ExchangeInfo__docs-sample.json"},
        {"/fapi/v1/depth?symbol=BTCUSDT&limit=5", "rest_OrderBook__docs-sample.json"},
        {"/fapi/v1/openInterest?symbol=BTCUSDT", "rest_OpenInterest__docs-sample.json"},
        {"/fapi/v1/premiumIndex?symbol=BTCUSDT", "rest_mark_price__official-sdk.json"},
        {"/fapi/v1/fundingInfo", "rest_FundingInfo__docs-sample.json"},
        {"/futures/data/openInterestHist?symbol=BTCUSDT&period=5m",
         "rest_open_interest_statistics__official-sdk.json"},
        {"/fapi/v1/aggTrades?symbol=BTCUSDT&limit=3",
         "rest_compressed_aggregate_trades_list__official-sdk.json"},
    };
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct answer answer = ask(stage, rows[i].path);
        assert_int_equal(answer.http_code, 200);
        assert_true(answer.used_weight > 0);
        compare_with_fixture(answer.body, rows[i].fixture);
        free(answer.body);
    }
    expect_answer(stage, "/fapi/v1/exchangeInfo", 200, "\"tickSize\":\"0.10\"");
    expect_answer(stage, "/dapi/v1/exchangeInfo", 200, "\"contractSize\":100");
    expect_answer(stage, "/fapi/v1/klines?symbol=NOPE&interval=1m", 400, "{\"code\":-1121,");
    expect_answer(stage, "/fapi/v1/klines?interval=1m", 400, "{\"code\":-1102,");
    expect_answer(stage, "/fapi/v1/klines?symbol=BTCUSDT&interval=7m", 400, "{\"code\":-1120,");
    expect_answer(stage, "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=x", 400, "-1130");
    expect_answer(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=7", 400, "{\"code\":-4021,");
    expect_answer(stage, "/fapi/v9/none", 404, "\"code\":");
    stage_destroy(stage);
}

/* Rows of twelve columns, a minute apart, as many as asked for, and an hour is the sum of its
 * minutes. */
static void klines_are_whole(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct answer minutes = ask(stage, "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=100");
    int64_t last_ms = 0;
    int rows = 0;
    for (const char *at = minutes.body + 1; *at == '[' || *at == ','; rows++) {
        at += *at == ',';
        int64_t open_ms = strtoll(at + 1, NULL, 10);
        assert_true(last_ms == 0 || open_ms == last_ms + 60000);
        last_ms = open_ms;
        int columns = 1;
        for (; *at != ']'; at++) {
            columns += *at == ',';
        }
        assert_int_equal(columns, 12);
        at++;
    }
    assert_int_equal(rows, 100);
    free(minutes.body);

    char path[PATH_BYTES];
    int64_t hour_ms = last_ms - last_ms % 3600000 - 3600000;
    double volume[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        (void)snprintf(path, sizeof path,
                       "/fapi/v1/klines?symbol=BTCUSDT&interval=%s&startTime=%lld&endTime=%lld",
                       k == 0 ? "1h" : "1m", (long long)hour_ms, (long long)hour_ms + 3599999);
        struct answer answer = ask(stage, path);
        int count = 0;
        for (const char *at = answer.body + 1; *at == '[' || *at == ','; count++) {
            at += *at == ',';
            const char *column = at;
            for (int c = 0; c < 5; c++) {
                column = strchr(column, ',') + 1;
            }
            volume[k] += strtod(column + 1, NULL);
            at = strchr(at, ']') + 1;
        }
        assert_int_equal(count, k == 0 ? 1 : 60);
        free(answer.body);
    }
    assert_true(volume[0] > 0);
    assert_true(volume[0] - volume[1] < 1e-6 && volume[1] - volume[0] < 1e-6);
    stage_destroy(stage);
}

/* -- manners -- */

static void requests_are_acknowledged_as_the_venue_does(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/stream");
    assert_true(wait_number(ear, &ear->opened, 1));
    say(ear,
        "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@markPrice@1s\",\"no@such\"],\"id\":312}");
    assert_true(wait_heard(ear, "{\"result\":null,\"id\":312}", 1));
    say(ear, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"a\"}");
    assert_true(
        wait_heard(ear, "{\"result\":[\"btcusdt@markPrice@1s\",\"no@such\"],\"id\":\"a\"}", 1));
    assert_true(wait_heard(ear, "markPriceUpdate", 1));
    say(ear, "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@markPrice@1s\"],\"id\":1}");
    assert_true(wait_heard(ear, "{\"result\":null,\"id\":1}", 1));
    say(ear, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}");
    assert_true(wait_heard(ear, "{\"result\":[\"no@such\"],\"id\":2}", 1));
    say(ear, "nonsense");
    assert_true(wait_heard(ear, "{\"code\":3,\"msg\":\"Invalid JSON", 1));
    say(ear, "{\"params\":[],\"id\":9}");
    assert_true(wait_heard(ear,
                           "{\"error\":{\"code\":2,\"msg\":\"Invalid request: missing field "
                           "`method`",
                           1));
    say(ear, "{\"method\":\"DANCE\",\"id\":9}");
    assert_true(wait_heard(ear, "unknown variant", 1));
    assert_int_equal(ear->closed, 0);
    stage_destroy(stage);
}

/* A stream on the other path, and everything on the retired ones, is accepted and stays silent. */
static void the_wrong_path_is_silent(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    struct ear *crossed =
        listen_to(stage, 0, "/public/stream?streams=btcusdt@markPrice@1s/btcusdt@depth@100ms");
    struct ear *retired = listen_to(stage, 1, "/ws/btcusdt@depth@100ms");
    assert_true(wait_number(retired, &retired->opened, 1));
    assert_true(wait_heard(crossed, "depthUpdate", 12)); /* more than a second */
    assert_int_equal(heard(crossed, "markPriceUpdate"), 0);
    assert_int_equal(retired->count, 0);
    assert_int_equal(retired->closed, 0);
    stage_destroy(stage);
}

static void more_than_ten_messages_a_second_are_cut(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/ws");
    assert_true(wait_number(ear, &ear->opened, 1));
    for (int i = 0; i < 11; i++) {
        say(ear, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
    }
    assert_true(wait_number(ear, &ear->closed, 1));
    assert_int_equal(heard(ear, "{\"result\":[],\"id\":1}"), 10);
    struct exchange_counts counts;
    exchange_server_get_counts(stage->server, &counts);
    assert_int_equal(counts.conns_cut, 1);
    stage_destroy(stage);
}

/* -- the book -- */

/* Updates chain, and the snapshot falls between two of them. */
static void depth_chains_and_meets_its_snapshot(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    struct ear *ear = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    assert_true(wait_heard(ear, "depthUpdate", 3));
    struct answer snapshot = ask(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    int64_t snapshot_id = integer_of(snapshot.body, "lastUpdateId");
    free(snapshot.body);
    assert_true(wait_heard(ear, "depthUpdate", 8));
    static char text[65536];
    int64_t last_id = 0;
    bool met = false;
    for (int i = 0; heard_text(ear, "depthUpdate", i, text, sizeof text); i++) {
        int64_t first = integer_of(text, "U");
        int64_t final = integer_of(text, "u");
        int64_t previous = integer_of(text, "pu");
        assert_true(last_id == 0 || previous == last_id);
        assert_int_equal(first, previous + 1);
        assert_true(final >= first);
        met = met || (first <= snapshot_id && snapshot_id <= final) || previous == snapshot_id;
        last_id = final;
    }
    assert_true(met);

    struct exchange_faults gap = {.gap_count = 2};
    int before = heard(ear, "depthUpdate");
    assert_true(exchange_server_set_faults(stage->server, &gap));
    assert_true(wait_heard(ear, "depthUpdate", before + 5));
    int breaks = 0;
    last_id = 0;
    for (int i = 0; heard_text(ear, "depthUpdate", i, text, sizeof text); i++) {
        breaks += last_id != 0 && integer_of(text, "pu") != last_id;
        last_id = integer_of(text, "u");
    }
    assert_int_equal(breaks, 1);
    stage_destroy(stage);
}

static void snapshots_can_lag_and_lead(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.faults = {.snapshot_age_ms = 60000}});
    struct ear *ear = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    static char text[65536];
    assert_true(wait_heard(ear, "depthUpdate", 3));
    assert_true(heard_text(ear, "depthUpdate", 2, text, sizeof text));
    struct answer snapshot = ask(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    assert_true(integer_of(snapshot.body, "lastUpdateId") < integer_of(text, "u"));
    free(snapshot.body);

    struct exchange_faults lead = {.depth_hold_ms = 500};
    assert_true(exchange_server_set_faults(stage->server, &lead));
    int before = heard(ear, "depthUpdate");
    assert_true(wait_heard(ear, "depthUpdate", before + 2));
    int last = heard(ear, "depthUpdate") - 1;
    assert_true(heard_text(ear, "depthUpdate", last, text, sizeof text));
    snapshot = ask(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    assert_true(integer_of(snapshot.body, "lastUpdateId") > integer_of(text, "u"));
    free(snapshot.body);
    stage_destroy(stage);
}

/* -- faults -- */

static void faults_come_on_demand(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/stream?streams=btcusdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    struct exchange_injection trade = {
        .kind = EXCHANGE_TRADE, .price_ticks = 1234567, .qty_lots = 5, .side = SIDE_SELL};
    assert_true(exchange_server_inject(stage->server, &trade));
    assert_true(wait_heard(ear, "\"p\":\"123456.70\",\"q\":\"0.005\"", 1));
    assert_int_equal(heard(ear, "\"m\":true"), 1); /* the buyer was the maker: a sell */

    struct exchange_faults faults = {.garbage_count = 3, .silent_stream = "btcusdt@aggTrade"};
    assert_true(exchange_server_set_faults(stage->server, &faults));
    assert_true(exchange_server_inject(stage->server, &trade));
    assert_true(wait_number(ear, &ear->count, 4));
    assert_int_equal(heard(ear, "123456.70"), 1);

    faults = (struct exchange_faults){.rest_code = 429, .retry_after_s = 7};
    assert_true(exchange_server_set_faults(stage->server, &faults));
    struct answer answer = {0};
    do { /* the switch takes effect on the exchange's thread */
        free(answer.body);
        answer = ask(stage, "/fapi/v1/time");
    } while (answer.http_code == 200);
    assert_int_equal(answer.http_code, 429);
    assert_int_equal(answer.retry_after_s, 7);
    assert_non_null(strstr(answer.body, "{\"code\":-1003,"));
    free(answer.body);

    faults = (struct exchange_faults){.disconnect = true, .upgrade_code = 451};
    assert_true(exchange_server_set_faults(stage->server, &faults));
    assert_true(wait_number(ear, &ear->closed, 1));
    struct ear *refused = listen_to(stage, 1, "/market/ws/btcusdt@aggTrade");
    assert_true(wait_number(refused, &refused->closed, 1));
    assert_non_null(strstr(refused->reason, "451"));
    stage_destroy(stage);
}

static void scripts_are_read_or_answered(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        {"", true},
        {"30:gap=3,60:disconnect,90:silence=*,150:clear", true},
        {"0:rest=429,0:retry-after=5,1.5:rest=0", true},
        {"30", false},
        {"30:", false},
        {"x:gap=1", false},
        {"30:fall=1", false},
        {"30:gap=many", false},
        {"30:gap=-1", false},
        {"30:silence", false},
        {"30:gap=1,20:gap=1", false},
        {"-1:gap=1", false},
    };
    enum status why = STATUS_OK;
    struct exchange_server *server =
        exchange_server_create(&(struct exchange_server_desc){.days = .1}, &why);
    assert_non_null(server);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char reason[EXCHANGE_REASON_BYTES] = "";
        bool ok = exchange_server_set_script(server, rows[i].text, reason);
        if (ok != rows[i].ok || (!ok && reason[0] == '\0')) {
            fail_msg("\"%s\": %d %s", rows[i].text, ok, reason);
        }
    }
    /* The port is taken while it lives, and a service that never ran goes away cleanly. */
    struct exchange_server *second = exchange_server_create(
        &(struct exchange_server_desc){.port = exchange_server_port(server)}, &why);
    assert_null(second);
    assert_int_equal(why, STATUS_BUSY);
    exchange_server_destroy(server);
    exchange_server_destroy(NULL);
    assert_null(exchange_server_create(&(struct exchange_server_desc){.days = 1000}, &why));
    assert_int_equal(why, STATUS_RANGE);
}

static void load_keeps_its_pace(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/ws/btcusdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    int64_t begin_ns = clock_mono_ns();
    assert_true(exchange_server_set_load(stage->server, 2000));
    assert_true(wait_number(ear, &ear->count, 400));
    double seconds = (double)(clock_mono_ns() - begin_ns) / 1e9;
    assert_true(seconds > .15);
    assert_true(seconds < 2);
    stage_destroy(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_the_venues_shape),
        cmocka_unit_test(rest_answers_have_the_venues_shape),
        cmocka_unit_test(klines_are_whole),
        cmocka_unit_test(requests_are_acknowledged_as_the_venue_does),
        cmocka_unit_test(the_wrong_path_is_silent),
        cmocka_unit_test(more_than_ten_messages_a_second_are_cut),
        cmocka_unit_test(depth_chains_and_meets_its_snapshot),
        cmocka_unit_test(snapshots_can_lag_and_lead),
        cmocka_unit_test(faults_come_on_demand),
        cmocka_unit_test(scripts_are_read_or_answered),
        cmocka_unit_test(load_keeps_its_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
