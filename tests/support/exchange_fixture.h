/* support/exchange_fixture.h - the simulated exchange as one venue, new for each test, and what is
 * asked of every venue.
 *
 * Included by a test program's one file, after cmocka: what goes wrong here fails the test. main
 * sets `exchange`. Thread: the test's. */
#pragma once

#include "support/exchange_rig.h"

static struct exchange_server_desc exchange; /* under test */
static struct stage *stage;

static inline int set_up(void **state) {
    (void)state;
    stage = stage_create(&exchange);
    return 0;
}

static inline int tear_down(void **state) {
    (void)state;
    stage_destroy(stage);
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* A connection to that path, open. which: 0 or 1. */
static inline struct ear *listen_in(int which, const char *path) {
    struct ear *ear = listen_to(stage, which, path);
    assert_true(wait_number(ear, &ear->opened, 1));
    return ear;
}

static inline void inject(struct exchange_injection injection) {
    assert_true(exchange_server_inject(stage->server, &injection));
}

struct reply_row {
    const char *say;  /* "": nothing, what is heard comes by itself */
    const char *hear; /* part of a message */
};

static inline void expect_replies(struct ear *ear, const struct reply_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (rows[i].say[0] != '\0') {
            say(ear, rows[i].say);
        }
        assert_true(wait_heard(ear, rows[i].hear, 1));
    }
}

struct answer_row {
    const char *path; /* behind the prefix, with its query */
    int code;         /* HTTP's */
    const char *part; /* of the body */
};

static inline void expect_answers(const char *prefix, const struct answer_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char path[PATH_BYTES];
        (void)str_format(path, sizeof path, "%s%s", prefix, rows[i].path);
        expect_answer(stage, path, rows[i].code, rows[i].part);
    }
}
