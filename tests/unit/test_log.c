#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

static char captured[65536];
static int saved_stderr = -1;
static int pipe_ends[2] = {-1, -1};

/* Standard error goes into a pipe, large enough for what a case writes, until capture_end. */
static void capture_begin(void) {
    fflush(stderr);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
    close(pipe_ends[1]);
    assert_true(fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK) == 0);
}

static const char *capture_end(void) {
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    const ssize_t len = read(pipe_ends[0], captured, sizeof captured - 1);
    close(pipe_ends[0]);
    captured[len > 0 ? len : 0] = '\0';
    return captured;
}

static int count_lines(const char *text) {
    int count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static void lines_above_the_level_are_not_written(void **state) {
    (void)state;
    assert_int_equal(log_get_level(), LOG_LEVEL_WARN);
    capture_begin();
    LOG_INFO("quiet %d", 1);
    LOG_WARN("loud %d", 2);
    LOG_ERROR("louder %s", "still");
    log_set_level(LOG_LEVEL_ERROR);
    LOG_WARN("now quiet");
    log_set_level(LOG_LEVEL_WARN);
    assert_string_equal(capture_end(), "liqscope: warn: loud 2\nliqscope: error: louder still\n");
}

static void write_again(void) {
    LOG_WARN("again");
}

/* The window is a second of the clock: start early in one, or the count may begin anew halfway. */
static void repeats_are_limited_and_counted(void **state) {
    (void)state;
    struct log_site site = {0};
    capture_begin();
    for (int i = 0; i < 100; i++) {
        write_again();
    }
    const int lines = count_lines(capture_end());
    assert_true(lines >= LOG_REPEAT_PER_SECOND);
    assert_true(lines <= 2 * LOG_REPEAT_PER_SECOND);

    atomic_store(&site.suppressed_count, 41);
    capture_begin();
    log_write(LOG_LEVEL_WARN, &site, "after");
    assert_string_equal(capture_end(), "liqscope: warn: after (and 41 more like it)\n");
    assert_int_equal(atomic_load(&site.suppressed_count), 0);
}

static void long_lines_are_cut_and_still_end(void **state) {
    (void)state;
    static char text[3000];
    memset(text, 'x', sizeof text - 1);
    struct log_site site = {.suppressed_count = 7};
    capture_begin();
    log_write(LOG_LEVEL_ERROR, &site, "%s", text);
    const char *line = capture_end();
    assert_true(strlen(line) < LOG_LINE_BYTES_MAX);
    assert_true(str_ends_with(line, "x (and 7 more like it)\n"));
}

static void write_lines(void *user) {
    const char *text = user;
    for (int i = 0; i < 50; i++) {
        struct log_site site = {0};
        log_write(LOG_LEVEL_ERROR, &site, "%s", text);
    }
}

static void lines_of_two_threads_do_not_mix(void **state) {
    (void)state;
    struct thread a = {0};
    struct thread b = {0};
    capture_begin();
    assert_true(thread_start(&a, THREAD_ANY, write_lines, "aaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_true(thread_start(&b, THREAD_ANY, write_lines, "bbbbbbbbbbbbbbbbbbbbbbbb"));
    thread_join(&a);
    thread_join(&b);
    char *at = (char *)(uintptr_t)capture_end();
    assert_int_equal(count_lines(at), 100);
    for (char *end = strchr(at, '\n'); end != NULL; end = strchr(at, '\n')) {
        *end = '\0';
        assert_true(strcmp(at, "liqscope: error: aaaaaaaaaaaaaaaaaaaaaaaa") == 0 ||
                    strcmp(at, "liqscope: error: bbbbbbbbbbbbbbbbbbbbbbbb") == 0);
        at = end + 1;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_above_the_level_are_not_written),
        cmocka_unit_test(repeats_are_limited_and_counted),
        cmocka_unit_test(long_lines_are_cut_and_still_end),
        cmocka_unit_test(lines_of_two_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
