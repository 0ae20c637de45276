/* support/dialect_fixture.h - a parser of one dialect, new for each test: texts go in, `message`
 * and the parser's slots say what came of them; and what every dialect is asked.
 *
 * Included by a test program's one file, after cmocka: what goes wrong here fails the test. main
 * sets `dialect`. Thread: the test's. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "market/instrument.h"
#include "venue/dialect.h"
#include "venue/parser.h"

static const struct venue_dialect *dialect; /* borrowed: under test */
static struct instrument_table *instruments;
static struct venue_parser *parser;
static struct venue_message message; /* what came of the newest text */

static inline int set_up(void **state) {
    (void)state;
    instruments = instrument_table_create();
    parser = venue_parser_create(dialect, instruments);
    return parser == NULL;
}

static inline int tear_down(void **state) {
    (void)state;
    venue_parser_destroy(parser);
    instrument_table_destroy(instruments);
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* A text of the first socket. */
static inline enum status take(const char *text) {
    return venue_parse(parser, 0, text, strlen(text), 7, &message);
}

static inline enum status answer_about(const struct venue_rest_about *about, const char *text) {
    return venue_rest_parse(parser, about, text, strlen(text), 7, &message);
}

/* The answer to a request of that path; "": not known. */
static inline enum status answer(const char *path, const char *text) {
    return answer_about(&(struct venue_rest_about){.path = path}, text);
}

static inline struct venue_symbol *symbol_of(const char *name) {
    return venue_symbols_add(&parser->symbols, span_from_text(name));
}

/* before, then `part` count times, then after; the caller frees it. */
static inline char *text_repeat(const char *before, const char *part, size_t count,
                                const char *after) {
    const size_t part_len = strlen(part), before_len = strlen(before);
    char *text = malloc(before_len + part_len * count + strlen(after) + 1);
    assert_non_null(text);
    memcpy(text, before, before_len);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + before_len + i * part_len, part, part_len);
    }
    memcpy(text + before_len + part_len * count, after, strlen(after) + 1);
    return text;
}

/* -- what every dialect is asked -- */

/* Once the socket is open these texts are sent, "": no more. None of them is a message of the
 * venue's. */
static inline void expect_subscribe(const struct venue_subscription *what, const char *const want[],
                                    size_t count) {
    static char out[VENUE_SEND_BYTES];
    for (size_t i = 0; i < count; i++) {
        out[0] = '\0';
        assert_int_equal(dialect->subscribe(what, (int)i, out), strlen(want[i]));
        assert_string_equal(out, want[i]);
        if (want[i][0] != '\0') {
            assert_int_equal(take(out), STATUS_IGNORED);
        }
    }
}

/* A fresh book of the symbol's is had by leaving it and coming back. */
static inline void expect_book_again(const struct venue_subscription *what,
                                     struct venue_symbol *symbol, const char *leave,
                                     const char *join) {
    static char out[VENUE_SEND_BYTES];
    assert_true(dialect->book_again(what, symbol, 0, out) > 0);
    assert_string_equal(out, leave);
    assert_true(dialect->book_again(what, symbol, 1, out) > 0);
    assert_string_equal(out, join);
    assert_int_equal(dialect->book_again(what, symbol, 2, out), 0);
}

struct request_row {
    enum venue_request_kind kind;
    const char *symbol; /* NULL: of none */
    const char *cursor;
    const char *path; /* NULL: this dialect cannot ask for it */
};

/* What is asked for by GET, of that stretch of time. */
static inline void expect_requests(const struct request_row *rows, size_t count, int64_t from_ms,
                                   int64_t to_ms) {
    static struct venue_http http;
    for (size_t i = 0; i < count; i++) {
        const struct venue_request request = {
            .kind = rows[i].kind,
            .symbol = rows[i].symbol == NULL ? NULL : symbol_of(rows[i].symbol),
            .from_ms = from_ms,
            .to_ms = to_ms,
            .cursor = rows[i].cursor};
        assert_int_equal(dialect->request(&request, &http), rows[i].path != NULL);
        if (rows[i].path != NULL) {
            assert_string_equal(http.path, rows[i].path);
            assert_string_equal(http.body, "");
        }
    }
}

struct control_row {
    const char *text;
    enum venue_control control;
    const char *reply;
};

/* What the protocol says of itself: no row comes of it. */
static inline void expect_controls(const struct control_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(take(rows[i].text), STATUS_OK);
        assert_int_equal(message.kind, MESSAGE_CONTROL);
        assert_int_equal(message.control, rows[i].control);
        assert_string_equal(message.reply, rows[i].reply);
        assert_int_equal(message.count, 0);
    }
}
