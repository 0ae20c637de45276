/* Exchange server -> TLS -> feed -> ring -> engine thread -> scene and field, with faults. Without
 * GL, so that it runs under ThreadSanitizer, too; render/test_end_to_end_picture.c goes on to
 * pixels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/recording_reader.h"
#include "archive/recording_writer.h"
#include "base/hash.h"
#include "base/stat.h"
#include "density/raster.h"
#include "support/near.h"
#include "support/pipeline.h"

enum { WAIT_MS = 30000, KEPT_MAX = 1 << 19 };

static struct pipeline pipe_line;

/* A small market: what the exchange runs ahead is what the test waits for. */
static struct pipeline_desc small_market(void) {
    return (struct pipeline_desc){.server = {.seed = 5, .days = 0.15, .burn_in_days = 0.5},
                                  .certificate = "good"};
}

static int tear_down(void **state) {
    (void)state;
    pipeline_close(&pipe_line);
    return 0;
}

/* -- field -- */

struct field {
    int columns, filled, prints;
    double open_usd;
};

static struct layers_column column;

static struct layers_column *begin_column(void *self) {
    (void)self;
    return &column;
}

static bool end_column(void *self) {
    struct field *field = self;
    field->columns++;
    field->prints += column.print_count;
    bool filled = false;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT && !filled; slice++) {
        for (int row = 0; row < 128 && !filled; row++) {
            const uint16_t *texel = column.texels[slice][row];
            filled = (texel[0] | texel[1] | texel[2] | texel[3]) != 0;
        }
    }
    field->filled += filled;
    return true;
}

static struct field read_field(int64_t span_ms) {
    struct field field = {0};
    const struct scene_instrument *view = &pipe_line.scene->instruments[0];
    struct raster_request request = {.request_id = 1, .single_pass = true};
    request.log = engine_entry_log(pipe_line.engine, pipe_line.instrument);
    assert_non_null(request.log);
    assert_true(engine_model(pipe_line.engine, pipe_line.instrument, &request.model));
    request.grid.col_ms = layers_col_ms_for_span(span_ms, 128);
    request.grid.col_count = (int32_t)(span_ms / request.grid.col_ms) + 1;
    request.grid.first_col = view->ts_ms / request.grid.col_ms - request.grid.col_count + 1;
    request.grid.row_count = 128;
    request.grid.row_height = 2e-3;
    request.grid.ln_price_min = log(view->mark) - 0.128;
    struct raster *raster = raster_create();
    assert_non_null(raster);
    struct raster_sink sink = {.self = &field, .begin = begin_column, .end = end_column};
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    raster_destroy(raster);
    return field;
}

/* -- cases -- */

static int64_t injected_ms;

static bool has_print(const struct scene *scene) {
    const struct scene_instrument *view = &scene->instruments[0];
    for (int i = 0; i < view->print_count; i++) {
        if (view->prints[i].ts_ms == injected_ms) {
            return true;
        }
    }
    return false;
}

static void inject_liquidation(enum position position, int64_t price_ticks, int64_t qty_lots) {
    injected_ms = pipe_line.scene->instruments[0].ts_ms + 50;
    struct exchange_injection injection = {.kind = EXCHANGE_LIQUIDATION,
                                           .ts_ms = injected_ms,
                                           .price_ticks = price_ticks,
                                           .qty_lots = qty_lots,
                                           .position = position};
    assert_true(exchange_server_inject(pipe_line.server, &injection));
}

static bool history_is_in(const struct scene *scene) {
    return pipeline_is_full(scene) && scene->instruments[0].history_until_ms > 0;
}

static void the_whole_way_over_tls(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, history_is_in, WAIT_MS));
    const struct scene *scene = pipe_line.scene;
    assert_true(scene->demo);
    assert_true(scene->feeds[0].demo);
    assert_true(scene->recv_ns > 0);
    assert_int_equal(scene->events_lost, 0);
    assert_int_equal(scene->events_malformed, 0);
    struct field field = read_field(3600 * 1000);
    assert_true(field.columns > 100);
    assert_true(field.filled > field.columns / 2);

    int64_t ticks = (int64_t)(scene->instruments[0].mark * 10.0);
    inject_liquidation(POS_SHORT, ticks, 2500);
    assert_true(pipeline_wait(&pipe_line, has_print, WAIT_MS));
    const struct scene_instrument *view = &pipe_line.scene->instruments[0];
    const struct scene_print *print = &view->prints[view->print_count - 1];
    for (int i = 0; i < view->print_count; i++) {
        print = view->prints[i].ts_ms == injected_ms ? &view->prints[i] : print;
    }
    assert_int_equal(print->position, POS_SHORT);
    assert_near(print->price, (double)ticks / 10.0, 1e-9);
    assert_near(print->usd, (double)ticks / 10.0 * 2.5, 1e-6);
    assert_true(view->liquidated_usd_24h[1] >= print->usd);
}

/* -- what came, kept on its way into the ring -- */

static struct {
    struct event_sink to;
    size_t count;
    struct event *slots; /* KEPT_MAX */
} kept;

static bool push_kept(void *self, const struct event *slots, size_t count) {
    (void)self;
    if (kept.count + count > KEPT_MAX) {
        return false; /* on the net thread: the test sees that something is missing */
    }
    if (!event_sink_push(&kept.to, slots, count)) {
        return false;
    }
    memcpy(kept.slots + kept.count, slots, count * sizeof(*slots));
    kept.count += count;
    return true;
}

static struct event_sink keep(struct event_sink sink) {
    kept.to = sink;
    return (struct event_sink){.push = push_kept};
}

/* What came, recorded and read back: without how connections were, which is not recorded. */
static void record_kept(const char *path) {
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    const struct recording_writer_desc desc = {
        .path = path, .instruments = pipe_line.table, .free_bytes_min = 1};
    unlink(path);
    struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
    assert_non_null(writer);
    for (size_t at = 0; at < kept.count;) {
        const size_t len = event_message_slots(kept.slots + at, kept.count - at);
        assert_true(kept.slots[at].kind == EVENT_FEED ||
                    recording_writer_add(writer, kept.slots + at, len));
        at += len;
    }
    assert_int_equal(recording_writer_get_stats(writer).refused, 0);
    assert_true(recording_writer_close(writer, reason));
}

/* Of state and density; the field has to be there. */
static uint64_t hash_of(const struct engine *engine) {
    const uint64_t field = engine_field_hash(engine, pipe_line.instrument, 3600000);
    assert_true(field != 0);
    return hash_bytes(engine_state_hash(engine), &field, sizeof field);
}

static uint64_t hash_of_recording(const char *path) {
    static struct event slots[EVENT_MESSAGE_SLOTS_MAX];
    char reason[RECORDING_READER_REASON_BYTES];
    struct event_source source;
    struct recording_reader *reader = NULL;
    size_t count = 0;
    assert_int_equal(recording_reader_open(path, pipe_line.table, &source, &reader, reason),
                     STATUS_OK);
    struct engine *engine = engine_create(&(struct engine_desc){
        .instruments = pipe_line.table, .wanted_count = 1, .wanted = {pipe_line.instrument}});
    assert_non_null(engine);
    while (source.ops->read(source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) == STATUS_OK) {
        engine_apply(engine, slots, count);
    }
    engine_finish(engine);
    const uint64_t hash = hash_of(engine);
    engine_destroy(engine);
    event_source_destroy(&source);
    return hash;
}

static void live_and_replayed_give_the_same_bits(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.wrap_sink = keep;
    kept.slots = calloc(KEPT_MAX, sizeof(*kept.slots));
    assert_non_null(kept.slots);
    desc.server.handshake_delay_ms = 400; /* a slow handshake is waited for */
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, history_is_in, WAIT_MS));
    inject_liquidation(POS_LONG, (int64_t)(pipe_line.scene->instruments[0].mark * 10.0), 700);
    assert_true(pipeline_wait(&pipe_line, has_print, WAIT_MS));
    pipeline_stop(&pipe_line);
    engine_finish(pipe_line.engine);
    struct engine *replayed = engine_create(&(struct engine_desc){
        .instruments = pipe_line.table, .wanted_count = 1, .wanted = {pipe_line.instrument}});
    assert_non_null(replayed);
    engine_apply(replayed, kept.slots, kept.count);
    engine_finish(replayed);
    assert_int_equal(engine_counts(replayed).applied, engine_counts(pipe_line.engine).applied);
    const uint64_t live_hash = hash_of(pipe_line.engine);
    bool same = hash_of(replayed) == live_hash;
    engine_destroy(replayed);
    char path[64];
    (void)snprintf(path, sizeof(path), "/tmp/end-to-end-%d.liq", (int)getpid());
    record_kept(path);
    const uint64_t recorded_hash = hash_of_recording(path);
    unlink(path);
    free(kept.slots);
    assert_true(same);
    assert_true(recorded_hash == live_hash);
}

static bool has_gap(const struct scene *scene) {
    return scene->instrument_count == 1 && scene->instruments[0].gap_count > 0;
}

static void a_sequence_gap_is_shown_and_mended(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
    int64_t gaps_before = stat_get(STAT_book_gaps);
    struct exchange_faults faults = {.gap_count = 1};
    assert_true(exchange_server_set_faults(pipe_line.server, &faults));
    assert_true(pipeline_wait(&pipe_line, has_gap, WAIT_MS));
    assert_true(stat_get(STAT_book_gaps) > gaps_before);
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
}

static bool is_lost(const struct scene *scene) {
    return scene->feed_count == 1 && scene->feeds[0].state != FEED_LIVE;
}

static void a_disconnect_is_shown_and_mended(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
    struct exchange_faults faults = {.disconnect = true};
    assert_true(exchange_server_set_faults(pipe_line.server, &faults));
    assert_true(pipeline_wait(&pipe_line, is_lost, WAIT_MS));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
    assert_true(has_gap(pipe_line.scene));
    assert_true(stat_get(STAT_feed_reconnects) > 0);
}

static bool is_stale(const struct scene *scene) {
    return scene->feed_count == 1 && scene->feeds[0].state == FEED_STALE;
}

static void silence_is_a_fault(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    desc.stall_ms = 1500;
    desc.server.faults = (struct exchange_faults){.silent_stream = "*"};
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, is_stale, WAIT_MS));
    assert_true(stat_get(STAT_feed_stalls) > 0);
    assert_true(exchange_server_set_faults(pipe_line.server, &(struct exchange_faults){0}));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
}

static bool is_live(const struct scene *scene) {
    return scene->feed_count == 1 && scene->feeds[0].state == FEED_LIVE;
}

/* One stream of a busy connection: told by name, and nothing else is given up for it. */
static void one_silent_stream_is_a_fault(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    desc.stall_ms = 1500;
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
    struct exchange_faults faults = {.silent_stream = "btcusdt@markPrice@1s"};
    assert_true(exchange_server_set_faults(pipe_line.server, &faults));
    assert_true(pipeline_wait(&pipe_line, is_stale, WAIT_MS));
    assert_string_equal(pipe_line.scene->feeds[0].reason, "BTCUSDT markPrice silent");
    assert_int_equal(stat_get(STAT_feed_stalls), 1);
    assert_int_equal(stat_get(STAT_feed_reconnects), 0);
    assert_true(exchange_server_set_faults(pipe_line.server, &(struct exchange_faults){0}));
    assert_true(pipeline_wait(&pipe_line, is_live, WAIT_MS));
}

static bool has_malformed(const struct scene *scene) {
    return scene->events_malformed >= 3;
}

static void garbage_is_counted_and_survived(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
    struct exchange_faults faults = {.garbage_count = 10};
    assert_true(exchange_server_set_faults(pipe_line.server, &faults));
    assert_true(pipeline_wait(&pipe_line, has_malformed, WAIT_MS));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
}

static int64_t trades_from_ms;

static bool book_is_lost_and_trades_go_on(const struct scene *scene) {
    const struct scene_instrument *view = &scene->instruments[0];
    return scene->instrument_count == 1 && !view->book_valid && view->ts_ms > trades_from_ms;
}

/* REST refuses everybody: the book cannot be mended, all else goes on; and at the start nothing is
 * guessed. */
static void too_many_requests_are_survived(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    struct exchange_faults faults = {.rest_code = 429, .retry_after_s = 1};
    desc.server.faults = faults;
    assert_true(pipeline_open(&pipe_line, &desc));
    for (int i = 0; i < 500 && stat_get(STAT_rest_failures) == 0; i++) {
        pipeline_take(&pipe_line, 10);
    }
    assert_true(stat_get(STAT_rest_failures) > 0);
    assert_true(exchange_server_set_faults(pipe_line.server, &(struct exchange_faults){0}));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
    faults.gap_count = 1;
    assert_true(exchange_server_set_faults(pipe_line.server, &faults));
    trades_from_ms = pipe_line.scene->ts_ms + 1000;
    assert_true(pipeline_wait(&pipe_line, book_is_lost_and_trades_go_on, WAIT_MS));
    assert_true(exchange_server_set_faults(pipe_line.server, &(struct exchange_faults){0}));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
}

static bool is_refused(const struct scene *scene) {
    return scene->feed_count == 1 && scene->feeds[0].state >= FEED_LOST &&
           scene->feeds[0].reason[0] != '\0';
}

static void bad_certificates_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"expired", "foreign", "wrong"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        stat_reset_all();
        struct pipeline_desc desc = small_market();
        desc.server.days = 0.05;
        desc.server.burn_in_days = -1.0;
        desc.certificate = names[i];
        assert_true(pipeline_open(&pipe_line, &desc));
        assert_true(pipeline_wait(&pipe_line, is_refused, WAIT_MS));
        assert_int_equal(pipe_line.scene->instrument_count, 0);
        assert_int_equal(stat_get(STAT_messages_received), 0);
        if (i + 1 < sizeof(names) / sizeof(names[0])) {
            pipeline_close(&pipe_line);
        }
    }
}

static bool has_losses(const struct scene *scene) {
    return scene->events_lost > 0 && has_gap(scene);
}

static void a_full_ring_loses_counts_and_recovers(void **state) {
    (void)state;
    stat_reset_all();
    struct pipeline_desc desc = small_market();
    desc.history_ms = -1;
    desc.hold_engine = true;
    desc.ring_slots = EVENT_MESSAGE_SLOTS_MAX;
    assert_true(pipeline_open(&pipe_line, &desc));
    assert_true(
        exchange_server_set_load(pipe_line.server, &(struct exchange_load){.trades_per_s = 20000}));
    for (int i = 0; i < WAIT_MS / 10 && stat_get(STAT_events_lost) == 0; i++) {
        clock_sleep_until_ns(clock_mono_ns() + 10000000);
    }
    assert_true(stat_get(STAT_events_lost) > 0);
    assert_true(exchange_server_set_load(pipe_line.server, &(struct exchange_load){0}));
    assert_true(pipeline_start_engine(&pipe_line));
    assert_true(pipeline_wait(&pipe_line, has_losses, WAIT_MS));
    assert_true(pipeline_wait(&pipe_line, pipeline_is_full, WAIT_MS));
}

/* usage: test_end_to_end [pattern of case names] */
int main(int argc, char **argv) {
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    log_set_level(LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_whole_way_over_tls, tear_down),
        cmocka_unit_test_teardown(live_and_replayed_give_the_same_bits, tear_down),
        cmocka_unit_test_teardown(a_sequence_gap_is_shown_and_mended, tear_down),
        cmocka_unit_test_teardown(a_disconnect_is_shown_and_mended, tear_down),
        cmocka_unit_test_teardown(silence_is_a_fault, tear_down),
        cmocka_unit_test_teardown(one_silent_stream_is_a_fault, tear_down),
        cmocka_unit_test_teardown(garbage_is_counted_and_survived, tear_down),
        cmocka_unit_test_teardown(too_many_requests_are_survived, tear_down),
        cmocka_unit_test_teardown(bad_certificates_are_refused, tear_down),
        cmocka_unit_test_teardown(a_full_ring_loses_counts_and_recovers, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
