/* Alerts told to the world: the webhook's requests, byte for byte, retried and not; commands;
 * sounds; and that nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stat.h"
#include "control/alert_delivery.h"
#include "control/alert_text.h"
#include "support/certs.h"
#include "support/hook_server.h"

enum { PATH_BYTES = 64 };

static struct hook_server hook;

static struct alert_event event_of(int number) {
    struct alert_event event = {.kind = ALERT_FUNDING,
                                .state = ALERT_FIRING,
                                .venue = VENUE_BYBIT,
                                .price_decimals = 1,
                                .ts_ms = INT64_C(1781685005000) + number,
                                .price = 100,
                                .value = 0.001,
                                .threshold = 0.0005,
                                .expected_usd = NAN,
                                .seen_usd = NAN,
                                .by = ALERT_BY_ALL & ~(unsigned)ALERT_BY_NOTIFY,
                                .chime = CHIME_BELL};
    (void)str_copy(event.name, sizeof event.name, "funding");
    (void)str_copy(event.rule, sizeof event.rule, "funding above 0.05 %");
    (void)str_copy(event.symbol, sizeof event.symbol, "BTCUSDT");
    (void)str_copy(event.text, sizeof event.text, "BTCUSDT 100.0: funding +0.1000 %");
    (void)str_format(event.id, sizeof event.id, "%016d", number);
    return event;
}

static bool wait_stat(enum stat_id id, int64_t wanted) {
    for (int i = 0; i < HOOK_WAIT_MS; i++) {
        if (stat_get(id) >= wanted) {
            return true;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    print_error("%s: got %d, want %d\n", stat_name(id), (int)stat_get(id), (int)wanted);
    return false;
}

static struct alert_delivery *begin(struct alert_delivery_desc desc) {
    struct alert_delivery *delivery = NULL;
    desc.webhook_url = desc.webhook_url != NULL ? desc.webhook_url : "";
    desc.command = desc.command != NULL ? desc.command : "";
    desc.ca_file = desc.ca_file != NULL ? desc.ca_file : "";
    stat_reset_all();
    log_set_level(LOG_LEVEL_ERROR); /* what goes wrong here is meant to */
    assert_int_equal(alert_delivery_create(&desc, &delivery), STATUS_OK);
    return delivery;
}

static void assert_posted(int at, const struct alert_event *event, const char *path) {
    char json[ALERT_JSON_BYTES];
    char head[HOOK_BYTES];
    size_t len = alert_text_write_json(event, json);
    (void)str_format(head, sizeof head,
                     "POST %s HTTP/1.1\r\n"
                     "Host: 127.0.0.1:%d\r\n"
                     "User-Agent: liqscope/" LIQSCOPE_VERSION "\r\n"
                     "Accept: */*\r\n"
                     "Accept-Encoding: gzip\r\n"
                     "Connection: close\r\n"
                     "Content-Type: application/json\r\n"
                     "Content-Length: %zu\r\n"
                     "Idempotency-Key: %s\r\n\r\n",
                     path, hook.peer.port, len, event->id);
    assert_string_equal(hook.heads[at], head);
    assert_string_equal(hook.bodies[at], json);
}

static void the_webhook_gets_it_once_after_two_failures_over_tls(void **state) {
    (void)state;
    static const int codes[] = {500, 503, 0};
    struct certs certs;
    char cert[CERTS_PATH_BYTES];
    char key[CERTS_PATH_BYTES];
    char ca[CERTS_PATH_BYTES];
    char url[128];
    assert_true(certs_create(&certs));
    memset(&hook, 0, sizeof hook);
    hook.codes = codes;
    assert_true(hook_server_start(&hook, certs_path(&certs, "good", "pem", cert),
                                  certs_path(&certs, "good", "key", key)));
    (void)str_format(url, sizeof url, "https://127.0.0.1:%d/hooks/a?b=c", hook.peer.port);
    struct alert_delivery *delivery =
        begin((struct alert_delivery_desc){.webhook_url = url,
                                           .ca_file = certs_path(&certs, "ca", "pem", ca),
                                           .backoff_first_ms = 10});
    const struct alert_event event = event_of(1);
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_webhooks_sent, 1));
    alert_delivery_destroy(delivery);
    hook_server_stop(&hook);
    assert_int_equal(hook.count, 3); /* two failures, one success, no more */
    for (int i = 0; i < 3; i++) {
        assert_posted(i, &event, "/hooks/a?b=c");
    }
    assert_int_equal(stat_get(STAT_webhooks_retried), 2);
    assert_int_equal(stat_get(STAT_webhooks_failed), 0);

    /* One whose certificate nobody signed is not told anything. */
    memset(&hook, 0, sizeof hook);
    assert_true(hook_server_start(&hook, certs_path(&certs, "foreign", "pem", cert),
                                  certs_path(&certs, "foreign", "key", key)));
    (void)str_format(url, sizeof url, "https://127.0.0.1:%d/", hook.peer.port);
    delivery = begin((struct alert_delivery_desc){
        .webhook_url = url, .ca_file = certs_path(&certs, "ca", "pem", ca), .backoff_first_ms = 1});
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_webhooks_failed, 1));
    alert_delivery_destroy(delivery);
    hook_server_stop(&hook);
    assert_int_equal(hook.count, 0);
    assert_int_equal(stat_get(STAT_webhooks_retried), DELIVERY_TRY_MAX - 1);
    certs_remove(&certs);
}

static void plain_hook(struct alert_delivery_desc desc, struct alert_delivery **out) {
    static char url[128];
    assert_true(hook_server_start(&hook, NULL, NULL));
    (void)str_format(url, sizeof url, "http://localhost:%d/", hook.peer.port);
    desc.webhook_url = url;
    *out = begin(desc);
}

static void an_answer_that_is_final_is_not_tried_again_and_the_next_follows(void **state) {
    (void)state;
    static const int codes[] = {404, 429, 200, 302, 0};
    struct alert_delivery *delivery = NULL;
    memset(&hook, 0, sizeof hook);
    hook.codes = codes;
    hook.extra = "Location: http://127.0.0.1:1/\r\n";
    plain_hook((struct alert_delivery_desc){.backoff_first_ms = 1}, &delivery);
    for (int i = 0; i < 4; i++) {
        const struct alert_event event = event_of(i);
        assert_true(alert_delivery_send(delivery, &event, 0));
    }
    assert_true(wait_stat(STAT_webhooks_sent, 2));
    alert_delivery_destroy(delivery);
    hook_server_stop(&hook);
    assert_int_equal(hook.count, 5);
    static const int order[] = {0, 1, 1, 2, 3}; /* as they came, each until its answer was final */
    for (int i = 0; i < 5; i++) {
        char wanted[32];
        (void)str_format(wanted, sizeof wanted, "\"id\":\"%016d\"", order[i]);
        assert_non_null(strstr(hook.bodies[i], wanted));
    }
    assert_int_equal(stat_get(STAT_webhooks_failed), 2);
    assert_int_equal(stat_get(STAT_webhooks_retried), 1);
}

static void an_answer_that_never_comes_is_tried_again_but_not_for_ever(void **state) {
    (void)state;
    struct alert_delivery *delivery = NULL;
    memset(&hook, 0, sizeof hook);
    hook.silent_count = 100;
    plain_hook((struct alert_delivery_desc){.backoff_first_ms = 1}, &delivery);
    const struct alert_event event = event_of(1);
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_webhooks_failed, 1));
    alert_delivery_destroy(delivery);
    hook_server_stop(&hook);
    assert_int_equal(hook.count, DELIVERY_TRY_MAX);
    assert_int_equal(stat_get(STAT_webhooks_sent), 0);
}

static void of_too_many_the_oldest_are_dropped_and_counted(void **state) {
    (void)state;
    struct alert_delivery *delivery = NULL;
    memset(&hook, 0, sizeof hook);
    hook.silent_count = 1; /* the first waits an hour for its next try */
    plain_hook((struct alert_delivery_desc){.backoff_first_ms = 3600000}, &delivery);
    struct alert_event event = event_of(1000);
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_webhooks_retried, 1));
    for (int i = 1; i < DELIVERY_QUEUE_MAX + 10; i++) {
        event = event_of(1000 + i);
        assert_true(alert_delivery_send(delivery, &event, 0));
        if (i % 16 == 0) {
            clock_sleep_until_ns(clock_mono_ns() + 20000000); /* the thread takes them */
        }
    }
    assert_true(wait_stat(STAT_alerts_dropped, 10));
    assert_int_equal(stat_get(STAT_alerts_dropped), 10);
    alert_delivery_destroy(delivery);
    hook_server_stop(&hook);
    assert_int_equal(hook.count, 1);
    assert_int_equal(stat_get(STAT_alerts_dropped), 10 + DELIVERY_QUEUE_MAX); /* the end came */
}

static void addresses_that_cannot_be_used_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *url, *ca_file;
        enum status status;
    } rows[] = {
        {"http://example.com/hook", "", STATUS_UNSUPPORTED},
        {"ftp://example.com/", "", STATUS_MALFORMED},
        {"example.com", "", STATUS_MALFORMED},
        {"https://user:word@example.com/", "", STATUS_MALFORMED},
        {"https://127.0.0.1/", "/no/such/file", STATUS_IO},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct alert_delivery *delivery = NULL;
        const struct alert_delivery_desc desc = {
            .webhook_url = rows[i].url, .command = "", .ca_file = rows[i].ca_file};
        assert_int_equal(alert_delivery_create(&desc, &delivery), rows[i].status);
        assert_null(delivery);
    }
    alert_delivery_destroy(NULL);
}

static void a_command_gets_the_json_and_the_environment(void **state) {
    (void)state;
    char path[] = "/tmp/liqscope-alert-XXXXXX";
    char command[256];
    char got[HOOK_BYTES] = "";
    char wanted[HOOK_BYTES];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)str_format(command, sizeof command,
                     "{ cat; printf '|%%s|%%s|%%s|%%s' \"$ALERT_NAME\" \"$ALERT_TIME\" "
                     "\"$ALERT_TEXT\" \"$ALERT_VALUE\"; } >%s",
                     path);
    struct alert_delivery *delivery = begin((struct alert_delivery_desc){.command = command});
    struct alert_event event = event_of(0);
    (void)str_copy(event.symbol, sizeof event.symbol, "$(touch /tmp/x);`id`"); /* a stranger's */
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_commands_run, 1));
    alert_delivery_destroy(delivery);
    ssize_t len = read(fd, got, sizeof got - 1);
    assert_true(len > 0);
    (void)alert_text_write_json(&event, wanted);
    (void)str_append(wanted, sizeof wanted,
                     "|funding|2026-06-17T08:30:05Z|BTCUSDT 100.0: funding +0.1000 %%|0.001");
    assert_string_equal(got, wanted);
    close(fd);
    unlink(path);
}

static void commands_that_fail_or_hang_are_counted_and_gone(void **state) {
    (void)state;
    struct alert_delivery *delivery = begin((struct alert_delivery_desc){.command = "exit 3"});
    struct alert_event event = event_of(0);
    for (int i = 0; i < 2 * DELIVERY_CHILD_MAX; i++) { /* more than run at a time */
        assert_true(alert_delivery_send(delivery, &event, 0));
    }
    assert_true(wait_stat(STAT_commands_failed, 2 * DELIVERY_CHILD_MAX));
    alert_delivery_destroy(delivery);
    assert_int_equal(stat_get(STAT_alerts_dropped), 0);

    delivery = begin((struct alert_delivery_desc){.command = "sleep 100", .child_ms = 20});
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_commands_failed, 1)); /* killed: it took too long */
    alert_delivery_destroy(delivery);

    delivery = begin((struct alert_delivery_desc){.command = "sleep 100"});
    assert_true(alert_delivery_send(delivery, &event, 0));
    clock_sleep_until_ns(clock_mono_ns() + 30000000);
    alert_delivery_destroy(delivery); /* killed: we are ending */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD); /* no child, no zombie */
}

/* A notify-send of the test's own, first in PATH. */
static void a_notification_is_shown_and_a_missing_one_told_once(void **state) {
    (void)state;
    char folder[] = "/tmp/liqscope-notify-XXXXXX";
    char script[PATH_BYTES];
    char path[4096];
    char got[512] = "";
    const char *before = getenv("PATH");
    assert_non_null(mkdtemp(folder));
    assert_non_null(before);
    (void)str_format(script, sizeof script, "%s/notify-send", folder);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nprintf '%%s\\n' \"$@\" >%s/said\n", folder);
    fclose(file);
    assert_int_equal(chmod(script, 0700), 0);
    (void)str_format(path, sizeof path, "%s:%s", folder, before);
    char old[4096];
    (void)str_copy(old, sizeof old, before);
    setenv("PATH", path, 1);
    struct alert_delivery *delivery = begin((struct alert_delivery_desc){.command = "exit 0"});
    struct alert_event event = event_of(0);
    event.by = ALERT_BY_NOTIFY;
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_commands_run, 1));
    setenv("PATH", folder, 1); /* and one where there is none */
    assert_int_equal(unlink(script), 0);
    assert_true(alert_delivery_send(delivery, &event, 0));
    assert_true(wait_stat(STAT_commands_failed, 1));
    alert_delivery_destroy(delivery);
    setenv("PATH", old, 1);
    (void)str_format(script, sizeof script, "%s/said", folder);
    file = fopen(script, "r");
    assert_non_null(file);
    size_t len = fread(got, 1, sizeof got - 1, file);
    got[len] = '\0';
    fclose(file);
    assert_string_equal(got, "-a\nliqscope\n-i\nliqscope\n--\nliqscope: funding\n"
                             "BTCUSDT 100.0: funding +0.1000 %\n");
    unlink(script);
    rmdir(folder);
}

struct heard {
    atomic_int play_count, rest_count, chime;
    double volume;
};

static void hear(void *user, enum chime chime, double volume) {
    struct heard *heard = user;
    heard->volume = volume;
    heard->chime = (int)chime;
    heard->play_count++;
}

static bool rest(void *user) {
    struct heard *heard = user;
    return ++heard->rest_count < 3;
}

static void a_sound_is_asked_for_where_it_may_be_heard(void **state) {
    (void)state;
    struct heard heard = {0};
    const struct alert_sounds sounds = {.play = hear, .rest = rest, .user = &heard};
    struct alert_delivery *delivery = begin((struct alert_delivery_desc){.sounds = sounds});
    struct alert_event event = event_of(0);
    assert_true(alert_delivery_send(delivery, &event, 0)); /* muted */
    event.chime = CHIME_NONE;
    assert_true(alert_delivery_send(delivery, &event, 1));
    event.chime = CHIME_SWEPT;
    event.by = ALERT_BY_WEBHOOK;
    assert_true(alert_delivery_send(delivery, &event, 1));
    event.by = ALERT_BY_SOUND;
    assert_true(alert_delivery_send(delivery, &event, 0.25));
    for (int i = 0; i < HOOK_WAIT_MS && heard.rest_count < 3; i++) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    alert_delivery_destroy(delivery);
    assert_int_equal(heard.play_count, 1);
    assert_int_equal(heard.rest_count, 3); /* asked until it had said all, and no more */
    assert_int_equal(heard.chime, CHIME_SWEPT);
    assert_true(heard.volume == 0.25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_webhook_gets_it_once_after_two_failures_over_tls),
        cmocka_unit_test(an_answer_that_is_final_is_not_tried_again_and_the_next_follows),
        cmocka_unit_test(an_answer_that_never_comes_is_tried_again_but_not_for_ever),
        cmocka_unit_test(of_too_many_the_oldest_are_dropped_and_counted),
        cmocka_unit_test(addresses_that_cannot_be_used_are_refused),
        cmocka_unit_test(a_command_gets_the_json_and_the_environment),
        cmocka_unit_test(commands_that_fail_or_hang_are_counted_and_gone),
        cmocka_unit_test(a_notification_is_shown_and_a_missing_one_told_once),
        cmocka_unit_test(a_sound_is_asked_for_where_it_may_be_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
