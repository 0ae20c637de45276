/* A recorded stretch of Binance, from its own bytes to the book: at every update that passes, the
 * best bid and ask are those of the newest bookTicker frame that is not newer than it. Skipped
 * where the recording is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/line_stream.h"
#include "json/scan.h"
#include "state/book.h"
#include "venue/normalize.h"

#define CAPTURE "../shared/data/raw/binance_usdm_btcusdt_20240808.gz"
enum { TICKER_COUNT_MAX = 70000, UPDATE_COUNT = 6547, MESSAGE_COUNT = 93954 };

struct ticker {
    int64_t update_id;
    struct decimal bid, bid_qty, ask, ask_qty;
};

struct capture {
    struct ticker tickers[TICKER_COUNT_MAX];
    size_t ticker_count;
    struct book book;
    int compared, differing, incomparable;
};

static bool read_ticker(const char *text, size_t len, struct ticker *out) {
    struct scan scan;
    struct scan_value value;
    struct span key;
    unsigned found = 0;
    scan_init(&scan, text, len);
    scan_read(&scan, &value);
    while (scan_next_member(&scan, &key)) {
        if (!span_equal_text(key, "data")) {
            scan_skip(&scan);
            continue;
        }
        scan_read(&scan, &value);
        while (scan_next_member(&scan, &key)) {
            static const char letters[] = "ubBaA";
            struct decimal *places[] = {NULL, &out->bid, &out->bid_qty, &out->ask, &out->ask_qty};
            const int depth = scan.depth;
            scan_read(&scan, &value);
            scan_leave(&scan, depth);
            const char *letter = key.len == 1 ? strchr(letters, key.bytes[0]) : NULL;
            if (letter == NULL) {
                continue;
            }
            const size_t i = (size_t)(letter - letters);
            found |= (i == 0 ? scan_integer(&value, &out->update_id)
                             : decimal_parse(value.text.bytes, value.text.len, places[i]))
                         ? 1U << i
                         : 0U;
        }
    }
    return found == 31U;
}

/* Each line is "local_ns {json}". */
static const char *json_of(const char *line, size_t *len) {
    const char *space = memchr(line, ' ', *len);
    assert_non_null(space);
    *len -= (size_t)(space + 1 - line);
    return space + 1;
}

static void collect_tickers(struct capture *capture) {
    char reason[LINE_REASON_BYTES];
    enum status why = STATUS_OK;
    const char *line = NULL;
    size_t len = 0;
    struct line_stream *stream = line_stream_open(CAPTURE, &why, reason);
    assert_non_null(stream);
    while ((why = line_stream_next(stream, &line, &len)) == STATUS_OK) {
        const char *json = json_of(line, &len);
        static const char mark[] = "{\"stream\":\"btcusdt@bookTicker\"";
        if (len > sizeof mark && memcmp(json, mark, sizeof mark - 1) == 0) {
            assert_true(capture->ticker_count < TICKER_COUNT_MAX);
            struct ticker *ticker = &capture->tickers[capture->ticker_count++];
            assert_true(read_ticker(json, len, ticker));
            assert_true(capture->ticker_count == 1 || ticker[-1].update_id < ticker->update_id);
        }
    }
    assert_int_equal(why, STATUS_END);
    line_stream_close(stream);
}

static const struct ticker *newest_up_to(const struct capture *capture, int64_t update_id) {
    size_t low = 0, high = capture->ticker_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (capture->tickers[middle].update_id <= update_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? &capture->tickers[low - 1] : NULL;
}

static void compare(struct capture *capture) {
    struct decimal bid, bid_qty, ask, ask_qty;
    const struct ticker *want = newest_up_to(capture, capture->book.update_id);
    if (want == NULL || !book_best_bid(&capture->book, &bid, &bid_qty) ||
        !book_best_ask(&capture->book, &ask, &ask_qty)) {
        capture->incomparable++;
        return;
    }
    capture->compared++;
    if (decimal_compare(bid, want->bid) != 0 || decimal_compare(ask, want->ask) != 0 ||
        decimal_compare(bid_qty, want->bid_qty) != 0 ||
        decimal_compare(ask_qty, want->ask_qty) != 0) {
        char got_text[DECIMAL_TEXT_BYTES], want_text[DECIMAL_TEXT_BYTES];
        decimal_format(bid, got_text);
        decimal_format(want->bid, want_text);
        print_error("update %lld: bid %s, bookTicker %lld has %s\n",
                    (long long)capture->book.update_id, got_text, (long long)want->update_id,
                    want_text);
        capture->differing++;
    }
}

static void on_message(void *user, const struct event *slots, size_t count,
                       const struct decimal *contracts) {
    struct capture *capture = user;
    (void)contracts;
    if (slots[0].kind != EVENT_BOOK) {
        assert_int_equal(slots[0].kind, EVENT_TRADE);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        book_apply(&capture->book, &slots[i]);
    }
    if ((slots[0].flags & EVENT_FLAG_SNAPSHOT) == 0) {
        compare(capture);
    }
}

static void book_equals_book_ticker_at_every_update(void **state) {
    (void)state;
    if (access(CAPTURE, R_OK) != 0) {
        print_message("skipped: no %s\n", CAPTURE);
        skip();
    }
    char reason[LINE_REASON_BYTES];
    enum status why = STATUS_OK;
    const char *line = NULL;
    size_t len = 0;
    struct capture *capture = calloc(1, sizeof *capture);
    struct instrument_table *instruments = instrument_table_create();
    assert_non_null(capture);
    assert_true(book_init(&capture->book));
    collect_tickers(capture);
    struct venue_normalizer *normalizer = normalize_create(
        venue_find(VENUE_BINANCE_USDM), &(struct venue_normalizer_desc){.instruments = instruments,
                                                                        .on_message = on_message,
                                                                        .user = capture});
    struct line_stream *stream = line_stream_open(CAPTURE, &why, reason);
    assert_non_null(stream);
    while ((why = line_stream_next(stream, &line, &len)) == STATUS_OK) {
        const char *json = json_of(line, &len);
        normalize_take(normalizer, json, len);
    }
    assert_int_equal(why, STATUS_END);
    normalize_end(normalizer);
    const struct venue_counts *counts = normalize_counts(normalizer);
    assert_int_equal(counts->messages, MESSAGE_COUNT);
    assert_int_equal(counts->malformed, 0);
    assert_int_equal(counts->book_gaps, 0);
    assert_int_equal(counts->ignored, capture->ticker_count);
    assert_int_equal(counts->events[EVENT_TRADE], 21313);
    print_message("compared %d, differing %d, incomparable %d\n", capture->compared,
                  capture->differing, capture->incomparable);
    assert_int_equal(capture->differing, 0);
    assert_int_equal(capture->compared, UPDATE_COUNT);
    line_stream_close(stream);
    normalize_destroy(normalizer);
    instrument_table_destroy(instruments);
    book_finish(&capture->book);
    free(capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(book_equals_book_ticker_at_every_update)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
