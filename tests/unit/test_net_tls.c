/* Who is believed: certificates good and bad, with the real check of chain, dates and name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "net/http_client.h"
#include "net/server.h"
#include "net/ws_client.h"
#include "support/certs.h"
#include "support/net_rig.h"
#include "support/raw_server.h"

enum { SERVER_COUNT = 6 };

static const char *const server_names[SERVER_COUNT] = {"good",  "expired", "future",
                                                       "wrong", "foreign", "stranger"};

struct attempt {
    struct rig *rig;
    char url[128], http_url[128];
    struct ws_client *client;
    int timeout_ms;
    atomic_int opened, received, closed, answered;
    enum status status, http_status;
    char reason[256];
};

static struct rig rig;
static struct certs certs;
static int ports[SERVER_COUNT];

static void attempt_on_open(void *user) {
    struct attempt *attempt = user;
    (void)ws_client_send(attempt->client, "ping", 4);
    rig_count(&attempt->opened);
}

static void attempt_on_message(void *user, const char *bytes, size_t len, bool binary,
                               int64_t recv_ns) {
    struct attempt *attempt = user;
    (void)binary;
    (void)recv_ns;
    assert_true(span_equal_text((struct span){bytes, len}, "ping"));
    ws_client_close(attempt->client);
    rig_count(&attempt->received);
}

static void attempt_on_close(void *user, enum status status, const char *reason) {
    struct attempt *attempt = user;
    attempt->status = status;
    (void)str_copy(attempt->reason, sizeof(attempt->reason), reason);
    rig_count(&attempt->closed);
}

static const struct ws_client_ops attempt_ops = {
    .on_open = attempt_on_open, .on_message = attempt_on_message, .on_close = attempt_on_close};

static void attempt_on_done(void *user, const struct http_result *result) {
    struct attempt *attempt = user;
    attempt->http_status = result->status;
    rig_count(&attempt->answered);
}

static void attempt_open(void *user) {
    struct attempt *attempt = user;
    enum status why = STATUS_OK;
    attempt->client =
        ws_client_open(attempt->rig->client,
                       &(struct ws_client_desc){.url = attempt->url,
                                                .ops = &attempt_ops,
                                                .user = attempt,
                                                .connect_timeout_ms = attempt->timeout_ms},
                       &why);
    assert_non_null(attempt->client);
    if (attempt->http_url[0] != '\0') {
        why = http_client_get(attempt->rig->client,
                              &(struct http_client_desc){.url = attempt->http_url,
                                                         .on_done = attempt_on_done,
                                                         .user = attempt});
        assert_int_equal(why, STATUS_OK);
    }
}

/* Both clients against that host and port; waits for their end. */
static void attempt_run(struct attempt *attempt, struct rig *on, const char *host, int port) {
    memset(attempt, 0, sizeof(*attempt));
    attempt->rig = on;
    (void)snprintf(attempt->url, sizeof(attempt->url), "wss://%s:%d/ws", host, port);
    (void)snprintf(attempt->http_url, sizeof(attempt->http_url), "https://%s:%d/", host, port);
    assert_true(rig_run(on->client, attempt_open, attempt));
    assert_true(rig_wait(&attempt->answered, 1));
    int64_t end_ns = clock_mono_ns() + (int64_t)RIG_WAIT_MS * 1000000;
    while (attempt->received + attempt->closed == 0 && clock_mono_ns() < end_ns) {
        clock_sleep_until_ns(clock_mono_ns() + 200000);
    }
    assert_int_equal(attempt->received + attempt->closed, 1);
}

static void peer_on_message(void *user, struct server_conn *conn, const char *bytes, size_t len) {
    (void)user;
    (void)server_conn_send(conn, bytes, len, false);
}

static const struct server_ops peer_ops = {.on_message = peer_on_message};

static int all_servers_start(void **state) {
    (void)state;
    char path[CERTS_PATH_BYTES];
    char key_path[CERTS_PATH_BYTES];
    if (!certs_create(&certs) || !rig_create(&rig, certs_path(&certs, "ca", "pem", path))) {
        return -1;
    }
    for (int i = 0; i < SERVER_COUNT; i++) {
        enum status why = STATUS_OK;
        struct net_server *server = server_create(
            rig.server,
            &(struct server_desc){.ops = &peer_ops,
                                  .cert_file = certs_path(&certs, server_names[i], "pem", path),
                                  .key_file = certs_path(&certs, server_names[i], "key", key_path)},
            &why);
        if (server == NULL) {
            return -1;
        }
        ports[i] = server_port(server);
    }
    return rig_start(&rig) ? 0 : -1;
}

static int all_servers_stop(void **state) {
    (void)state;
    rig_destroy(&rig);
    certs_remove(&certs);
    return 0;
}

static void good_certificate_is_accepted_by_name_and_address(void **state) {
    (void)state;
    static const char *const hosts[] = {"localhost", "127.0.0.1"};
    for (size_t i = 0; i < ARRAY_COUNT(hosts); i++) {
        struct attempt attempt;
        attempt_run(&attempt, &rig, hosts[i], ports[0]);
        assert_int_equal(attempt.received, 1);
        assert_int_equal(attempt.http_status, STATUS_OK);
    }
}

static void bad_certificates_are_refused_with_their_reason(void **state) {
    (void)state;
    static const struct {
        int server;
        const char *host, *reason;
    } rows[] = {
        {1, "127.0.0.1", "expired"},     {2, "127.0.0.1", "not yet valid"},
        {3, "localhost", "mismatch"},    {3, "127.0.0.1", "mismatch"},
        {4, "127.0.0.1", "self-signed"}, {5, "127.0.0.1", "local issuer"},
        {1, "localhost", "expired"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct attempt attempt;
        attempt_run(&attempt, &rig, rows[i].host, ports[rows[i].server]);
        if (attempt.status != STATUS_UNTRUSTED || strstr(attempt.reason, rows[i].reason) == NULL) {
            fail_msg("%s at %s: got %s, %s", server_names[rows[i].server], rows[i].host,
                     status_text(attempt.status), attempt.reason);
        }
        assert_int_equal(attempt.opened, 0);
        assert_int_equal(attempt.http_status, STATUS_UNTRUSTED);
    }
}

static void own_authority_is_not_believed_unless_it_is_named(void **state) {
    (void)state;
    struct rig stranger;
    assert_true(rig_create(&stranger, NULL) && rig_start(&stranger));
    struct attempt attempt;
    attempt_run(&attempt, &stranger, "localhost", ports[0]);
    assert_int_equal(attempt.status, STATUS_UNTRUSTED);
    rig_destroy(&stranger);
}

static void ca_files_that_are_none_are_reported(void **state) {
    (void)state;
    char path[CERTS_PATH_BYTES];
    const char *const files[] = {"/nonexistent/ca.pem", "/etc/hostname",
                                 certs_path(&certs, "good", "key", path)};
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        enum status why = STATUS_OK;
        assert_null(net_service_create(&(struct net_service_desc){.ca_file = files[i]}, &why));
        assert_int_equal(why, STATUS_IO);
    }
}

static void server_says_why_it_cannot_listen(void **state) {
    (void)state;
    struct rig other;
    assert_true(rig_create(&other, NULL));
    const struct {
        struct server_desc desc;
        enum status why;
    } rows[] = {
        {{.port = ports[0]}, STATUS_BUSY},
        {{.bind_address = "192.0.2.1"}, STATUS_IO},
        {{.bind_address = "no address"}, STATUS_IO},
        {{.cert_file = "/nonexistent", .key_file = "/nonexistent"}, STATUS_IO},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct server_desc desc = rows[i].desc;
        enum status why = STATUS_OK;
        desc.ops = &peer_ops;
        assert_null(server_create(other.server, &desc, &why));
        assert_int_equal(why, rows[i].why);
    }
    rig_destroy(&other);
}

static void serve_nothing(int fd, void *user) {
    char bytes[256];
    const char *answer = user;
    /* Take the greeting, say something or nothing, and leave the handshake there. */
    if (raw_readable(fd, -1, RAW_WAIT_MS) && recv(fd, bytes, sizeof(bytes), 0) > 0) {
        (void)raw_send_text(fd, answer);
    }
    raw_wait_end(fd);
}

static void unfinished_handshakes_time_out_and_nonsense_is_reported(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        enum status status;
    } rows[] = {{"", STATUS_TIMEOUT},
                {"\x16\x03\x03\x7f", STATUS_TIMEOUT},
                {"HTTP/1.1 400 Bad\r\n\r\n", STATUS_IO}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct raw_server peer;
        char answer[64];
        (void)str_copy(answer, sizeof(answer), rows[i].answer);
        assert_true(raw_server_start(&peer, serve_nothing, answer));
        struct attempt attempt;
        memset(&attempt, 0, sizeof(attempt));
        attempt.rig = &rig;
        attempt.timeout_ms = 150;
        (void)snprintf(attempt.url, sizeof(attempt.url), "wss://localhost:%d/", peer.port);
        assert_true(rig_run(rig.client, attempt_open, &attempt));
        assert_true(rig_wait(&attempt.closed, 1));
        assert_int_equal(attempt.status, rows[i].status);
        raw_server_stop(&peer);
    }
}

static void held_back_handshakes_time_out_or_come_late(void **state) {
    (void)state;
    struct rig slow;
    enum status why = STATUS_OK;
    char path[CERTS_PATH_BYTES];
    char key_path[CERTS_PATH_BYTES];
    assert_true(rig_create(&slow, certs_path(&certs, "ca", "pem", path)));
    struct net_server *server =
        server_create(slow.server,
                      &(struct server_desc){.ops = &peer_ops,
                                            .cert_file = certs_path(&certs, "good", "pem", path),
                                            .key_file = certs_path(&certs, "good", "key", key_path),
                                            .accept_delay_ms = 400},
                      &why);
    assert_non_null(server);
    assert_true(rig_start(&slow));
    static const int timeouts_ms[] = {100, 4000};
    for (size_t i = 0; i < ARRAY_COUNT(timeouts_ms); i++) {
        struct attempt attempt;
        memset(&attempt, 0, sizeof(attempt));
        attempt.rig = &slow;
        attempt.timeout_ms = timeouts_ms[i];
        (void)snprintf(attempt.url, sizeof(attempt.url), "wss://localhost:%d/",
                       server_port(server));
        assert_true(rig_run(slow.client, attempt_open, &attempt));
        assert_true(rig_wait(i == 0 ? &attempt.closed : &attempt.received, 1));
        assert_int_equal(attempt.status, i == 0 ? STATUS_TIMEOUT : STATUS_OK);
    }
    rig_destroy(&slow);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_certificate_is_accepted_by_name_and_address),
        cmocka_unit_test(bad_certificates_are_refused_with_their_reason),
        cmocka_unit_test(own_authority_is_not_believed_unless_it_is_named),
        cmocka_unit_test(ca_files_that_are_none_are_reported),
        cmocka_unit_test(server_says_why_it_cannot_listen),
        cmocka_unit_test(unfinished_handshakes_time_out_and_nonsense_is_reported),
        cmocka_unit_test(held_back_handshakes_time_out_or_come_late),
    };
    return cmocka_run_group_tests_name("net_tls", tests, all_servers_start, all_servers_stop);
}
