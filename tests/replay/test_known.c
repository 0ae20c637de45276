/* A live pipeline that begins with a recording: what was recorded is shown before the venue has
 * told anything of its past; then it is in the engine, what lies between its end and now is fetched
 * or a gap, and nothing comes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/pipeline.h"
#include "archive/recording_reader.h"
#include "base/clock.h"
#include "sim/exchange_server.h"

enum { WAIT_MS = 30000, TRADES_MAX = 65536, MINUTE_MS = 60000 };
#define NS_PER_MS INT64_C(1000000)

static char paths[2][64];
static struct source_list sources = {
    .count = 1, .specs = {{.kind = SOURCE_LIVE, .venue = VENUE_BINANCE_USDM, .symbol = "BTCUSDT"}}};

/* What passed the recorder of a run. */
struct passed {
    int64_t trades[TRADES_MAX]; /* their ids */
    int trade_count;
    int64_t first_ms, last_ms; /* of trades */
    int64_t first_id, last_id;
    int64_t slots, bars_within; /* of the run before */
    bool gap_behind;            /* one begins where the run before ended */
};

static void take(struct passed *passed, const struct passed *before, const struct event *slot) {
    passed->slots++;
    if (slot->kind == EVENT_TRADE) {
        int64_t id = 0;
        memcpy(&id, slot->u.trade.id, sizeof(id));
        if (passed->trade_count < TRADES_MAX) {
            passed->trades[passed->trade_count++] = id;
        }
        const bool first = passed->first_id == 0;
        passed->first_ms = first ? slot->ts_ms : passed->first_ms;
        passed->first_id = first || id < passed->first_id ? id : passed->first_id;
        passed->last_id = id > passed->last_id ? id : passed->last_id;
        passed->last_ms = slot->ts_ms > passed->last_ms ? slot->ts_ms : passed->last_ms;
    } else if (slot->kind == EVENT_KLINE && (slot->flags & EVENT_FLAG_HISTORY) != 0 &&
               before != NULL) {
        passed->bars_within +=
            slot->ts_ms + MINUTE_MS > before->first_ms && slot->ts_ms < before->last_ms;
    } else if (slot->kind == EVENT_GAP && before != NULL) {
        passed->gap_behind = passed->gap_behind || slot->u.gap.from_ms == before->last_ms;
    }
}

static bool read_back(const char *path, const struct passed *before, struct passed *out) {
    static struct event slots[EVENT_MESSAGE_SLOTS_MAX];
    char reason[RECORDING_READER_REASON_BYTES];
    struct instrument_table *table = instrument_table_create();
    struct recording_reader *reader = NULL;
    struct event_source source;
    size_t count = 0;
    memset(out, 0, sizeof(*out));
    if (recording_reader_open(path, table, &source, &reader, reason) != STATUS_OK) {
        instrument_table_destroy(table);
        return false;
    }
    while (source.ops->read(source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            take(out, before, &slots[i]);
        }
    }
    event_source_destroy(&source);
    instrument_table_destroy(table);
    return true;
}

static bool wait_serving(struct exchange_server *server) {
    struct exchange_counts counts = {0};
    for (int ms = 0; ms < WAIT_MS && !counts.serving; ms++) {
        clock_sleep_until_ns(clock_mono_ns() + NS_PER_MS);
        exchange_server_get_counts(server, &counts);
    }
    return counts.serving;
}

static bool set_rest(struct exchange_server *server, bool answers) {
    const struct exchange_faults faults = {.rest_code = answers ? 0 : 500};
    return exchange_server_set_faults(server, &faults);
}

/* REST does not answer. True: meanwhile what was recorded is shown, and after it what is live. */
static bool is_shown_ahead(struct pipeline *live, const struct passed *before) {
    bool fresh = false, old = false, joined = false;
    for (int ms = 0; ms < WAIT_MS && !(old && joined); ms++) {
        const struct scene *scene = pipeline_take_scene(live, &fresh);
        if (scene != NULL && scene->instrument_count > 0 && scene->instruments[0].ahead) {
            const struct scene_instrument *shown = &scene->instruments[0];
            old = old || (shown->mark > 0 && shown->ts_ms >= before->last_ms);
            for (int i = 0; i < shown->gap_count; i++) {
                joined = joined || shown->gaps[i].to_ms > before->last_ms;
            }
        }
        clock_sleep_until_ns(clock_mono_ns() + NS_PER_MS);
    }
    return old && joined;
}

/* A run of a live pipeline, recorded into path, until trades come live and some more. before: REST
 * does not answer until those of that run are shown. */
static bool run(struct exchange_server *server, const struct pipeline_known *known,
                const struct passed *before, const char *path, struct engine_counts *out) {
    static struct pipeline live;
    char reason[SOURCE_REASON_BYTES], why[RECORDER_REASON_BYTES];
    struct pipeline_desc desc = {.sources = &sources,
                                 .ws_url = exchange_server_ws_base_url(server),
                                 .rest_url = exchange_server_rest_base_url(server),
                                 .ca_file = ""};
    if (known != NULL) {
        desc.known = *known;
    }
    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    if (pipeline_start(&live, &desc, reason) != EXIT_STATUS_DONE) {
        return false;
    }
    bool good = recorder_start(live.recorder, &file, why) == STATUS_OK;
    if (before != NULL) {
        good = is_shown_ahead(&live, before) && good;
        good = set_rest(server, true) && good;
    }
    bool fresh = false, is_live = false;
    int64_t live_slots = 0;
    for (int ms = 0;
         ms < WAIT_MS && !(is_live && recorder_get_stats(live.recorder).slots >= live_slots + 60);
         ms++) {
        const struct scene *scene = pipeline_take_scene(&live, &fresh);
        if (!is_live && scene != NULL && scene->feed_count > 0 &&
            scene->feeds[0].state == FEED_LIVE && scene->ts_ms > 0 &&
            !scene->instruments[0].ahead) {
            is_live = true;
            live_slots = recorder_get_stats(live.recorder).slots;
        }
        clock_sleep_until_ns(clock_mono_ns() + NS_PER_MS);
    }
    pipeline_halt(&live);
    *out = engine_counts(live.engine);
    good = recorder_stop(live.recorder, why) && good && is_live;
    pipeline_stop(&live);
    return good;
}

static void nothing_is_twice_and_what_is_missing_is_told(void **state) {
    (void)state;
    static struct passed before, after;
    struct engine_counts first = {0}, second = {0};
    enum status why = STATUS_OK;
    for (int i = 0; i < 2; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "/tmp/known-%d-%d.liq", (int)getpid(), i);
        unlink(paths[i]);
    }
    struct exchange_server *server = exchange_server_create(
        &(struct exchange_server_desc){.seed = 11, .symbol = "BTCUSDT", .days = 0.1}, &why);
    assert_non_null(server);
    const struct pipeline_known known = {
        .path = paths[0], .span_ms = 24 * 3600 * INT64_C(1000), .simulated = true};
    bool good = exchange_server_start(server) && wait_serving(server) &&
                run(server, NULL, NULL, paths[0], &first) && read_back(paths[0], NULL, &before);
    clock_sleep_until_ns(clock_mono_ns() + 700 * NS_PER_MS); /* trades that nobody hears */
    good = good && set_rest(server, false) && run(server, &known, &before, paths[1], &second);
    exchange_server_destroy(server);
    assert_true(good);
    assert_true(read_back(paths[1], &before, &after));
    assert_true(before.trade_count > 5 && after.trade_count > 5);
    assert_int_equal(after.bars_within, 0);
    /* Not one trade of the recording came once more, and the first one that did follows it. */
    assert_true(after.first_id > before.last_id);
    assert_true(after.first_id == before.last_id + 1 || after.gap_behind);
    /* All of it is in the engine, and it found nothing late or impossible in it. */
    assert_true(second.applied > after.slots + before.trade_count);
    assert_int_equal(second.late, first.late);
    assert_int_equal(second.malformed, 0);
    for (int i = 0; i < 2; i++) {
        unlink(paths[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_twice_and_what_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
