/* The WebSocket client against the own server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/net_side.h"

struct sending {
    struct side *side;
    const char *bytes;
    size_t len;
    bool ok;
};

static void client_send(void *user) {
    struct sending *sending = user;
    sending->ok = ws_client_send(sending->side->client, sending->bytes, sending->len);
}

static void server_send(void *user) {
    struct sending *sending = user;
    sending->ok = server_conn_send(sending->side->conn, sending->bytes, sending->len, true);
}

static void echo_at(bool no_deflate_server, bool no_deflate_client) {
    static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, 131072, LONG_BYTES, 5};
    struct side side;
    side_create(&side, &(struct server_desc){.no_deflate = no_deflate_server});
    side.desc.no_deflate = no_deflate_client;
    side_connect(&side);
    assert_string_equal(side.path, "/ws/stream?streams=a@b@100ms/c@d&x=1");
    char *bytes = long_create(LONG_BYTES);
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        struct sending sending = {.side = &side, .bytes = bytes, .len = lengths[i]};
        int64_t before_ns = clock_mono_ns();
        assert_true(rig_run(side.rig.client, client_send, &sending));
        assert_true(sending.ok);
        assert_true(rig_wait(&side.received, (int)i + 1));
        assert_int_equal(side.lengths[i], lengths[i]);
        assert_int_equal(side.checks[i], check_of(bytes, lengths[i]));
        assert_true(side.recv_ns >= before_ns && side.recv_ns <= clock_mono_ns());
    }
    free(bytes);
    rig_destroy(&side.rig);
    assert_int_equal(side.closed, 1);
    assert_int_equal(side.status, STATUS_CANCELLED);
    assert_int_equal(side.server_closed, 1);
}

static void messages_of_all_lengths_are_echoed(void **state) {
    (void)state;
    echo_at(true, false);
    echo_at(false, true);
}

static void messages_of_all_lengths_are_echoed_compressed(void **state) {
    (void)state;
    echo_at(false, false);
}

static void many_messages_keep_their_order(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    side_connect(&side);
    assert_true(rig_wait(&side.server_opened, 1));
    char text[MESSAGE_COUNT_MAX][32];
    for (int i = 0; i < MESSAGE_COUNT_MAX; i++) {
        (void)snprintf(text[i], sizeof(text[i]), "message %d", i);
        struct sending sending = {.side = &side, .bytes = text[i], .len = strlen(text[i])};
        assert_true(rig_run(side.rig.server, server_send, &sending));
    }
    assert_true(rig_wait(&side.received, MESSAGE_COUNT_MAX));
    for (int i = 0; i < MESSAGE_COUNT_MAX; i++) {
        assert_int_equal(side.checks[i], check_of(text[i], strlen(text[i])));
    }
    rig_destroy(&side.rig);
}

static void server_close_with_code(void *user) {
    struct side *side = user;
    server_conn_close(side->conn, 1001);
}

static void server_cut(void *user) {
    struct side *side = user;
    server_conn_close(side->conn, 0);
}

static void client_close(void *user) {
    struct side *side = user;
    ws_client_close(side->client);
    side->client = NULL;
}

static void both_ways_of_ending_are_told_apart(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    side_connect(&side);
    assert_true(rig_wait(&side.server_opened, 1));
    assert_true(rig_run(side.rig.server, server_close_with_code, &side));
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_CLOSED);
    assert_non_null(strstr(side.reason, "1001"));
    assert_true(rig_wait(&side.server_closed, 1));

    assert_true(rig_run(side.rig.client, side_open, &side));
    assert_true(rig_wait(&side.server_opened, 2));
    assert_true(rig_run(side.rig.server, server_cut, &side));
    assert_true(rig_wait(&side.closed, 2));
    assert_int_equal(side.status, STATUS_CLOSED);
    assert_null(strstr(side.reason, "1001"));

    assert_true(rig_run(side.rig.client, side_open, &side));
    assert_true(rig_wait(&side.server_opened, 3));
    assert_true(rig_run(side.rig.client, client_close, &side));
    assert_true(rig_wait(&side.server_closed, 3));
    rig_destroy(&side.rig);
    assert_int_equal(side.closed, 2); /* none after ws_client_close */
}

static void refusals_carry_their_http_code(void **state) {
    (void)state;
    static const int codes[] = {403, 404, 429, 451, 503};
    struct side side;
    side_create(&side, &(struct server_desc){0});
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        char want[16];
        (void)snprintf(want, sizeof(want), "HTTP %d", codes[i]);
        side.refusal = codes[i];
        assert_true(rig_run(side.rig.client, side_open, &side));
        assert_true(rig_wait(&side.closed, (int)i + 1));
        assert_int_equal(side.status, STATUS_REFUSED);
        assert_string_equal(side.reason, want);
    }
    assert_int_equal(side.opened, 0);
    assert_int_equal(side.server_opened, 0);
    rig_destroy(&side.rig);
}

static void addresses_that_do_not_answer_are_reported(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    static const struct {
        const char *url;
        enum status open_why, status;
        const char *reason;
    } rows[] = {
        {"ws://127.0.0.1:1/", STATUS_OK, STATUS_IO, "refused"},
        {"ws://localhost:1/", STATUS_OK, STATUS_IO, "refused"},
        {"wss://nowhere.invalid/", STATUS_OK, STATUS_NOT_FOUND, "nowhere.invalid"},
        {"ws://example.com/", STATUS_UNSUPPORTED, STATUS_OK, NULL},
        {"http://127.0.0.1/", STATUS_MALFORMED, STATUS_OK, NULL},
    };
    int closed = 0;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        (void)str_copy(side.url, sizeof(side.url), rows[i].url);
        assert_true(rig_run(side.rig.client, side_open, &side));
        assert_int_equal(side.open_why, rows[i].open_why);
        if (rows[i].open_why == STATUS_OK) {
            assert_true(rig_wait(&side.closed, ++closed));
            assert_int_equal(side.status, rows[i].status);
            assert_non_null(strstr(side.reason, rows[i].reason));
        }
    }
    rig_destroy(&side.rig);
    assert_int_equal(side.closed, closed);
}

static void slow_upgrades_time_out(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){.accept_delay_ms = 400});
    side.desc.connect_timeout_ms = 100;
    assert_true(rig_run(side.rig.client, side_open, &side));
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_TIMEOUT);
    assert_int_equal(side.opened, 0);
    side.desc.connect_timeout_ms = 3000;
    side_connect(&side); /* held back, but not for ever */
    rig_destroy(&side.rig);
}

static void peer_that_answers_pings_lives(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    side.desc.ping_interval_ms = 100;
    side_connect(&side);
    clock_sleep_until_ns(clock_mono_ns() + 450 * 1000000);
    assert_int_equal(side.closed, 0);
    rig_destroy(&side.rig);
}

static void server_overflow(void *user) {
    struct side *side = user;
    char *bytes = long_create(LONG_BYTES);
    size_t queued = 0;
    while (server_conn_send(side->conn, bytes, LONG_BYTES, true)) {
        queued += LONG_BYTES;
        assert_int_equal(server_conn_queued_bytes(side->conn), queued);
        assert_true(queued <= 32u << 20);
    }
    assert_true(queued > 30u << 20);
    free(bytes);
}

static void queue_of_the_server_has_an_end(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){.no_deflate = true});
    side_connect(&side);
    assert_true(rig_wait(&side.server_opened, 1));
    assert_true(rig_run(side.rig.server, server_overflow, &side));
    assert_true(rig_wait(&side.received, 21)); /* and what it has taken arrives */
    rig_destroy(&side.rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_all_lengths_are_echoed),
        cmocka_unit_test(messages_of_all_lengths_are_echoed_compressed),
        cmocka_unit_test(many_messages_keep_their_order),
        cmocka_unit_test(both_ways_of_ending_are_told_apart),
        cmocka_unit_test(refusals_carry_their_http_code),
        cmocka_unit_test(addresses_that_do_not_answer_are_reported),
        cmocka_unit_test(slow_upgrades_time_out),
        cmocka_unit_test(peer_that_answers_pings_lives),
        cmocka_unit_test(queue_of_the_server_has_an_end),
    };
    return cmocka_run_group_tests_name("net_ws", tests, NULL, NULL);
}
