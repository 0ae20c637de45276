#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "control/ipc.h"

/* A program with one value, "level", which actions raise. */
struct program {
    int level, run_count;
    bool large; /* the value is a text of nearly a message */
};

static struct program program;
static struct ipc *ipc;
static char folder[64], path[96], reason[IPC_REASON_BYTES];
static int64_t now_ns;
static char answer[2 * IPC_OUT_BYTES];

static bool get(void *user, const char *name, int pane, struct writer *out, const char *key,
                char error[IPC_ERROR_BYTES]) {
    const struct program *seen = user;
    static char text[IPC_MESSAGE_BYTES - 200];
    if (strcmp(name, "level") != 0) {
        str_format(error, IPC_ERROR_BYTES, "\"%s\": unknown property", name);
        return false;
    }
    if (seen->large) {
        memset(text, 'x', sizeof text - 1);
        writer_text(out, key, text);
    } else {
        writer_integer(out, key, pane == ACTION_PANE_FOCUSED ? seen->level : pane);
    }
    return true;
}

static bool set(void *user, const char *name, int pane, const char *value,
                char error[IPC_ERROR_BYTES]) {
    struct program *changed = user;
    (void)pane;
    if (value[0] < '0' || value[0] > '9') {
        str_format(error, IPC_ERROR_BYTES, "%s: \"%s\": not a number", name, value);
        return false;
    }
    changed->level = value[0] - '0';
    return true;
}

static bool run(void *user, const struct action_call *call, char error[IPC_ERROR_BYTES]) {
    struct program *changed = user;
    changed->run_count++;
    changed->level++;
    if (call->action == ACTION_SET) {
        str_copy(error, IPC_ERROR_BYTES, "no");
        return false;
    }
    return true;
}

static void list(void *user, struct writer *out) {
    (void)user;
    writer_text(out, NULL, "level");
}

static const struct ipc_handler handler = {
    .user = &program, .get = get, .set = set, .run = run, .list = list};

static int begin(void **state) {
    (void)state;
    program = (struct program){.level = 5};
    stat_reset_all();
    str_copy(folder, sizeof folder, "/tmp/liqscope-ipc-XXXXXX");
    assert_non_null(mkdtemp(folder));
    str_format(path, sizeof path, "%s/control", folder);
    assert_int_equal(ipc_open(path, &handler, &ipc, reason), STATUS_OK);
    return 0;
}

static int end(void **state) {
    (void)state;
    ipc_close(ipc);
    ipc = NULL;
    assert_int_equal(rmdir(folder), 0); /* nothing was left in it */
    return 0;
}

static int dial(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    str_copy(address.sun_path, sizeof address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const char *text) {
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void serve(int turns) {
    for (int i = 0; i < turns; i++) {
        now_ns += IPC_CHECK_EVERY_NS;
        ipc_serve(ipc, now_ns);
    }
}

/* All that waits at fd, as text. */
static const char *hear(int fd) {
    size_t len = 0;
    ssize_t n = 0;
    while ((n = recv(fd, answer + len, sizeof answer - 1 - len, MSG_DONTWAIT)) > 0) {
        len += (size_t)n;
    }
    answer[len] = '\0';
    return answer;
}

static const char *ask(int fd, const char *text) {
    say(fd, text);
    serve(1);
    return hear(fd);
}

static bool is_closed(int fd) {
    char byte = 0;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void commands_are_answered_in_their_order(void **state) {
    (void)state;
    int fd = dial();
    assert_string_equal(ask(fd, "{\"command\":[\"get_property\",\"level\"],\"request_id\":1}\n"),
                        "{\"data\":5,\"request_id\":1,\"error\":\"success\"}\n");
    assert_string_equal(ask(fd, "{\"command\":[\"set_property\",\"level\",7]}\n"
                                "{\"command\":[\"get_property\",\"level\"],\"pane\":3}\n"
                                "\n"
                                "follow\n"
                                "{\"command\":[\"list_properties\"]}\n"),
                        "{\"request_id\":0,\"error\":\"success\"}\n"
                        "{\"data\":3,\"request_id\":0,\"error\":\"success\"}\n"
                        "{\"request_id\":0,\"error\":\"success\"}\n"
                        "{\"data\":[\"level\"],\"request_id\":0,\"error\":\"success\"}\n");
    assert_int_equal(program.level, 8);
    assert_int_equal(stat_get(STAT_ipc_commands), 5);
    const char *actions = ask(fd, "{\"command\":[\"list_actions\"]}\n");
    assert_non_null(strstr(actions, "{\"name\":\"quit\",\"takes\":\"\",\"keys\":\"q\""));
    close(fd);
    serve(1);
    assert_int_equal(ipc_client_count(ipc), 0);
}

static void refusals_say_why_and_the_next_line_counts(void **state) {
    (void)state;
    int fd = dial();
    assert_string_equal(ask(fd,
                            "{\"command\":[\"get_property\",\"price\"],\"request_id\":4}\n"
                            "{\"command\":[\"set_property\",\"level\",\"x\"],\"request_id\":5}\n"
                            "set a b\nnonsense\n{]\nfollow\n"),
                        "{\"request_id\":4,\"error\":\"\\\"price\\\": unknown property\"}\n"
                        "{\"request_id\":5,\"error\":\"level: \\\"x\\\": not a number\"}\n"
                        "{\"request_id\":0,\"error\":\"no\"}\n"
                        "{\"request_id\":0,\"error\":\"\\\"nonsense\\\": unknown command; "
                        "list_actions lists them\"}\n"
                        "{\"request_id\":0,\"error\":\"not JSON; expected "
                        "{\\\"command\\\":[\\\"get_property\\\",\\\"price\\\"]}\"}\n"
                        "{\"request_id\":0,\"error\":\"success\"}\n");
    close(fd);
}

static void lines_come_in_pieces_and_end_with_the_client(void **state) {
    (void)state;
    int fd = dial();
    assert_string_equal(ask(fd, "fol"), "");
    assert_string_equal(ask(fd, "low"), "");
    assert_string_equal(ask(fd, "\nfol"), "{\"request_id\":0,\"error\":\"success\"}\n");
    say(fd, "low\nfit-price\nquit");
    shutdown(fd, SHUT_WR);
    serve(2);
    assert_string_equal(hear(fd), "{\"request_id\":0,\"error\":\"success\"}\n"
                                  "{\"request_id\":0,\"error\":\"success\"}\n");
    assert_int_equal(program.run_count, 3); /* what was not finished is not run */
    assert_true(is_closed(fd));
    assert_int_equal(ipc_client_count(ipc), 0);
    close(fd);
}

static void watched_properties_are_told_when_they_change(void **state) {
    (void)state;
    int fd = dial();
    assert_string_equal(ask(fd, "{\"command\":[\"observe_property\",1,\"level\"]}\n"),
                        "{\"request_id\":0,\"error\":\"success\"}\n"
                        "{\"event\":\"property-change\",\"id\":1,\"name\":\"level\",\"data\":5}\n");
    serve(3);
    assert_string_equal(hear(fd), "");
    program.level = 6;
    serve(1);
    assert_string_equal(hear(fd),
                        "{\"event\":\"property-change\",\"id\":1,\"name\":\"level\",\"data\":6}\n");
    program.level = 7;
    ipc_serve(ipc, now_ns + 1); /* not so soon again */
    assert_string_equal(hear(fd), "");
    program.level = 6;
    serve(1);
    assert_string_equal(hear(fd), "");
    assert_string_equal(ask(fd, "{\"command\":[\"observe_property\",2,\"nothing\"]}\n"),
                        "{\"request_id\":0,\"error\":\"\\\"nothing\\\": unknown property\"}\n");
    assert_string_equal(ask(fd, "{\"command\":[\"unobserve_property\",2]}\n"),
                        "{\"request_id\":0,\"error\":\"ID: no property is watched by it\"}\n");
    assert_string_equal(ask(fd, "{\"command\":[\"unobserve_property\",1]}\n"),
                        "{\"request_id\":0,\"error\":\"success\"}\n");
    program.level = 9;
    serve(2);
    assert_string_equal(hear(fd), "");
    close(fd);
}

static void each_client_has_its_own_and_events_go_to_all(void **state) {
    (void)state;
    int one = dial();
    int other = dial();
    say(one, "{\"command\":[\"observe_property\",1,\"level\"]}\n");
    serve(2);
    hear(one);
    assert_string_equal(ask(other, "follow\n"), "{\"request_id\":0,\"error\":\"success\"}\n");
    serve(1);
    assert_non_null(strstr(hear(one), "\"data\":6"));
    ipc_emit(ipc, "alert", "{\"text\":\"a\"}");
    ipc_emit(ipc, "bell", NULL);
    serve(1);
    static const char want[] =
        "{\"event\":\"alert\",\"data\":{\"text\":\"a\"}}\n{\"event\":\"bell\"}\n";
    assert_string_equal(hear(one), want);
    assert_string_equal(hear(other), want);
    close(one);
    serve(1);
    assert_string_equal(ask(other, "follow\n"), "{\"request_id\":0,\"error\":\"success\"}\n");
    ipc_close(ipc);
    ipc = NULL;
    assert_string_equal(hear(other), "{\"event\":\"shutdown\"}\n");
    assert_true(is_closed(other));
    close(other);
}

static void lines_too_long_are_passed_over(void **state) {
    (void)state;
    static char text[3 * IPC_LINE_BYTES_MAX];
    int fd = dial();
    memset(text, 'a', sizeof text - 1);
    say(fd, text);
    serve(4);
    assert_string_equal(
        ask(fd, "tail of it\nfollow\n"),
        "{\"request_id\":0,\"error\":\"line longer than 8192 bytes; passed over\"}\n"
        "{\"request_id\":0,\"error\":\"success\"}\n");
    assert_int_equal(stat_get(STAT_ipc_lines_long), 1);
    text[IPC_LINE_BYTES_MAX] = '\n'; /* the longest that is read */
    text[IPC_LINE_BYTES_MAX + 1] = '\0';
    assert_non_null(strstr(ask(fd, text), "unknown command"));
    close(fd);
}

static void a_client_that_does_not_read_is_closed(void **state) {
    (void)state;
    int slow = dial();
    int fd = dial();
    int sent = 0;
    log_set_level(LOG_LEVEL_ERROR);
    program.large = true;
    for (int i = 0; i < 200 && stat_get(STAT_ipc_clients_dropped) == 0; i++) {
        sent += send(slow, "{\"command\":[\"get_property\",\"level\"]}\n", 37, MSG_NOSIGNAL) == 37;
        serve(1);
    }
    log_set_level(LOG_LEVEL_WARN);
    assert_int_equal(stat_get(STAT_ipc_clients_dropped), 1);
    assert_true(sent > 4);
    assert_int_equal(ipc_client_count(ipc), 1);
    program.large = false;
    assert_string_equal(ask(fd, "follow\n"), "{\"request_id\":0,\"error\":\"success\"}\n");
    close(slow);
    close(fd);
}

static void a_thousand_lines_do_not_hold_up_another_client_nor_a_turn(void **state) {
    (void)state;
    int busy = dial();
    int fd = dial();
    static char lines[900 * 7 + 1];
    for (int i = 0; i < 900; i++) {
        memcpy(lines + (size_t)i * 7, "follow\n", 7);
    }
    say(busy, lines);
    serve(1);
    assert_int_equal(program.run_count, IPC_COMMANDS_A_TURN);
    assert_string_equal(ask(fd, "follow\n"), "{\"request_id\":0,\"error\":\"success\"}\n");
    serve(900 / IPC_COMMANDS_A_TURN + 1);
    assert_int_equal(program.run_count, 901);
    close(busy);
    close(fd);
}

static void clients_beyond_the_limit_are_told_so(void **state) {
    (void)state;
    int fds[IPC_CLIENT_MAX + 1];
    for (int i = 0; i <= IPC_CLIENT_MAX; i++) {
        fds[i] = dial();
        serve(1);
    }
    assert_string_equal(hear(fds[IPC_CLIENT_MAX]),
                        "{\"error\":\"too many clients are connected\"}\n");
    assert_true(is_closed(fds[IPC_CLIENT_MAX]));
    assert_int_equal(ipc_client_count(ipc), IPC_CLIENT_MAX);
    assert_int_equal(stat_get(STAT_ipc_clients_refused), 1);
    for (int i = 0; i <= IPC_CLIENT_MAX; i++) {
        close(fds[i]);
    }
}

static void the_socket_is_the_users_own_and_found_again(void **state) {
    (void)state;
    struct ipc *second = NULL;
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(ipc_open(path, &handler, &second, reason), STATUS_BUSY);
    assert_non_null(strstr(reason, "another program listens there already"));
    assert_null(second);
    /* As a dead process leaves it: bound, and nobody listens. */
    ipc_close(ipc);
    ipc = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    str_copy(address.sun_path, sizeof address.sun_path, path);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    close(dead);
    assert_int_equal(ipc_open(path, &handler, &ipc, reason), STATUS_OK);
    /* One that somebody put in its place is not removed. */
    char aside[128];
    str_format(aside, sizeof aside, "%s.aside", path);
    assert_int_equal(rename(path, aside), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    ipc_close(ipc);
    ipc = NULL;
    assert_int_equal(ipc_open(path, &handler, &ipc, reason), STATUS_IO);
    assert_non_null(strstr(reason, "is there already and is no socket"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(aside), 0);
}

static void paths_that_cannot_be_are_refused(void **state) {
    (void)state;
    struct ipc *second = NULL;
    char longer[200];
    memset(longer, 'p', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(ipc_open(longer, &handler, &second, reason), STATUS_RANGE);
    assert_non_null(strstr(reason, "not a path of 1 to 107 bytes"));
    assert_int_equal(ipc_open("", &handler, &second, reason), STATUS_RANGE);
    assert_int_equal(ipc_open("/nonexistent/folder/socket", &handler, &second, reason), STATUS_IO);
    assert_null(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands_are_answered_in_their_order, begin, end),
        cmocka_unit_test_setup_teardown(refusals_say_why_and_the_next_line_counts, begin, end),
        cmocka_unit_test_setup_teardown(lines_come_in_pieces_and_end_with_the_client, begin, end),
        cmocka_unit_test_setup_teardown(watched_properties_are_told_when_they_change, begin, end),
        cmocka_unit_test_setup_teardown(each_client_has_its_own_and_events_go_to_all, begin, end),
        cmocka_unit_test_setup_teardown(lines_too_long_are_passed_over, begin, end),
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_is_closed, begin, end),
        cmocka_unit_test_setup_teardown(a_thousand_lines_do_not_hold_up_another_client_nor_a_turn,
                                        begin, end),
        cmocka_unit_test_setup_teardown(clients_beyond_the_limit_are_told_so, begin, end),
        cmocka_unit_test_setup_teardown(the_socket_is_the_users_own_and_found_again, begin, end),
        cmocka_unit_test_setup_teardown(paths_that_cannot_be_are_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
