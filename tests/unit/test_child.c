/* Programs run beside ours: what they are given, and that none is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "control/child.h"

enum { WAIT_MS = 5000 };

static const char *const no_more[] = {NULL};

/* Wait for its end; its exit status, -2: it runs on. */
static int wait_for(pid_t child) {
    int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    int code = 0;
    while (child_look(child, &code) == CHILD_RUNS) {
        if (clock_mono_ns() > end_ns) {
            child_kill(child);
            return -2;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return code;
}

static int run_shell(const char *line, const char *const *environment, const char *input) {
    const char *const arguments[] = {"sh", "-c", line, NULL};
    const struct child_desc desc = {.arguments = arguments,
                                    .environment = environment,
                                    .input = input,
                                    .input_len = strlen(input)};
    pid_t child = 0;
    assert_int_equal(child_start(&desc, &child), STATUS_OK);
    return wait_for(child);
}

static void a_child_gets_input_and_environment(void **state) {
    (void)state;
    static const char *const added[] = {"LIQSCOPE_TEST=a b; exit 9", "HOME=/nowhere", NULL};
    assert_int_equal(
        run_shell("read -r line; test \"$line\" = '{\"a\":1}'", no_more, "{\"a\":1}\n"), 0);
    assert_int_equal(run_shell("read -r line; read -r more && exit 3; exit 0", no_more, "x\n"), 0);
    assert_int_equal(run_shell("test \"$LIQSCOPE_TEST\" = 'a b; exit 9' && test $HOME = /nowhere "
                               "&& test -n \"$PATH\"",
                               added, ""),
                     0);
    assert_int_equal(run_shell("exit 7", no_more, ""), 7);
    assert_int_equal(run_shell("kill -TERM $$", no_more, ""), 128 + SIGTERM);
}

static void a_child_has_no_other_descriptor_and_plain_signals(void **state) {
    (void)state;
    int fd = open("/dev/null", O_RDONLY); /* without close-on-exec */
    assert_true(fd > 2);
    char line[128];
    (void)str_format(line, sizeof line, "test ! -e /proc/self/fd/%d", fd);
    assert_int_equal(run_shell(line, no_more, ""), 0);
    close(fd);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(run_shell("kill -PIPE $$; exit 5", no_more, ""), 128 + SIGPIPE);
    /* One that reads nothing is gone before its input is. */
    assert_int_equal(run_shell("exec 0<&-; exit 0", no_more, "input"), 0);
    signal(SIGPIPE, before);
}

static void what_cannot_be_started_says_so(void **state) {
    (void)state;
    static char long_input[CHILD_INPUT_BYTES_MAX + 1];
    const char *const nothing[] = {"liqscope-no-such-program", NULL};
    const char *const folder[] = {"/tmp", NULL};
    pid_t child = 0;
    struct child_desc desc = {.arguments = nothing, .environment = no_more, .input = ""};
    assert_int_equal(child_start(&desc, &child), STATUS_NOT_FOUND);
    desc.arguments = folder;
    assert_int_equal(child_start(&desc, &child), STATUS_IO);
    desc.input = long_input;
    desc.input_len = sizeof long_input;
    assert_int_equal(child_start(&desc, &child), STATUS_RANGE);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, no zombie */
    assert_int_equal(errno, ECHILD);
}

static void killing_ends_all_that_it_started(void **state) {
    (void)state;
    char path[] = "/tmp/liqscope-child-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    char line[128];
    (void)str_format(line, sizeof line, "(sleep 60 & echo $! >%s; wait) ", path);
    const char *const arguments[] = {"sh", "-c", line, NULL};
    const struct child_desc desc = {.arguments = arguments, .environment = no_more, .input = ""};
    pid_t child = 0;
    assert_int_equal(child_start(&desc, &child), STATUS_OK);
    int grandchild = 0;
    for (int i = 0; i < WAIT_MS && grandchild == 0; i++) {
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        if (fscanf(file, "%d", &grandchild) != 1) {
            grandchild = 0;
        }
        fclose(file);
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    assert_true(grandchild > 0);
    int code = 0;
    assert_int_equal(child_look(child, &code), CHILD_RUNS);
    child_kill(child);
    /* It is the first process's to reap now; killed it is at once. */
    char stat_path[64];
    char name[64] = "";
    char process_state = 'Z';
    (void)str_format(stat_path, sizeof stat_path, "/proc/%d/stat", grandchild);
    for (int i = 0; i < WAIT_MS; i++) {
        FILE *file = fopen(stat_path, "r");
        if (file == NULL) {
            break;
        }
        if (fscanf(file, "%*d %63s %c", name, &process_state) != 2) {
            process_state = 'Z';
        }
        fclose(file);
        if (process_state == 'Z' || process_state == 'X') {
            break;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    assert_true(process_state == 'Z' || process_state == 'X' || access(stat_path, F_OK) != 0);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_gets_input_and_environment),
        cmocka_unit_test(a_child_has_no_other_descriptor_and_plain_signals),
        cmocka_unit_test(what_cannot_be_started_says_so),
        cmocka_unit_test(killing_ends_all_that_it_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
