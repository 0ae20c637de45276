/* engine/engine_book.c - time, validity and cells of the book's measurement. */
#include "engine/engine_book.h"

#include <stddef.h>

enum { CELL_MS = BOOK_LOG_CELL_MS };
static_assert(CELL_MS == 1000, "cells are whole seconds, as rows of the entry log are");

static struct book_log *log_of(const struct engine_book *book) {
    /* relaxed: the engine stores, and this is the engine */
    return atomic_load_explicit(&book->log, memory_order_relaxed);
}

bool engine_book_init(struct engine_book *book) {
    return book_init(&book->book);
}

bool engine_book_init_copy(struct engine_book *book, const struct engine_book *source) {
    const struct book_log *measured = log_of(source);
    book->refused = source->refused;
    book->now_ms = source->now_ms;
    book->message_ms = source->message_ms;
    bool whole = book_init_copy(&book->book, &source->book);
    if (measured != NULL) {
        book->integral = book_integral_clone(source->integral);
        struct book_log *log = book_log_clone(measured);
        /* relaxed: nobody else has it yet */
        atomic_store_explicit(&book->log, log, memory_order_relaxed);
        whole = whole && book->integral != NULL && log != NULL;
    }
    return whole;
}

void engine_book_finish(struct engine_book *book) {
    book_integral_destroy(book->integral);
    book_log_destroy(log_of(book));
    book_finish(&book->book);
}

static void make_log(struct engine_book *book) {
    struct book_log *log = book_log_create();
    book->integral = log != NULL ? book_integral_create() : NULL;
    book->refused = book->integral == NULL;
    if (book->refused) {
        book_log_destroy(log);
        return;
    }
    /* release: whoever finds the pointer sees the log */
    atomic_store_explicit(&book->log, log, memory_order_release);
}

/* The second that begins at begin_ms is over: it goes into the log, if anything is known of it. */
static void close_cell(struct engine_book *book, int64_t begin_ms) {
    struct book_integral_sums sums = book_integral_take(book->integral);
    if (sums.known_ms > 0) {
        const struct book_log_cell cell = {.begin_ms = begin_ms,
                                           .known_ms = sums.known_ms,
                                           .first_bin = sums.first_bin,
                                           .bin_count = sums.bin_count,
                                           .usd_ms = {sums.usd_ms[0], sums.usd_ms[1]}};
        book_log_append(log_of(book), &cell);
    }
}

/* Measure up to ts_ms, second by second; while nothing is measured, time only passes. */
static void measure_until(struct engine_book *book, int64_t ts_ms) {
    while (book->now_ms < ts_ms) {
        int64_t begin_ms = book->now_ms - book->now_ms % CELL_MS;
        int64_t end_ms = begin_ms + CELL_MS, stale_ms = book->message_ms + ENGINE_BOOK_STALE_MS;
        bool open = book_integral_is_open(book->integral);
        int64_t to_ms = end_ms < ts_ms ? end_ms : ts_ms;
        if (open && stale_ms <= to_ms) {
            to_ms = stale_ms > book->now_ms ? stale_ms : book->now_ms;
            book_integral_end(book->integral, &book->book, to_ms);
            open = false;
        }
        if (open && to_ms == end_ms) {
            book_integral_end(book->integral, &book->book, end_ms);
            close_cell(book, begin_ms);
            book_integral_begin(book->integral, &book->book, end_ms);
        } else if (!open && ts_ms >= end_ms) {
            close_cell(book, begin_ms);
            to_ms = ts_ms; /* nothing is known of the seconds between */
        }
        book->now_ms = to_ms;
    }
    book_log_close_until(log_of(book), book->now_ms - book->now_ms % CELL_MS);
}

void engine_book_apply(struct engine_book *book, const struct event *slot, int64_t now_ms) {
    if (book->integral == NULL && !book->refused) {
        make_log(book);
    }
    struct book_integral *integral = book->integral;
    if (integral == NULL || now_ms == 0) {
        book_apply(&book->book, slot);
        return;
    }
    bool begins = (slot->flags & EVENT_FLAG_BEGIN) != 0;
    book->now_ms = book->now_ms == 0 ? now_ms : book->now_ms;
    if (begins) {
        if (book->book.in_message) {
            book_integral_end(integral, &book->book, book->now_ms); /* half a message was lost */
        }
        /* Its own time, as far as it was admitted. */
        measure_until(book, slot->ts_ms < now_ms ? slot->ts_ms : now_ms);
        if ((slot->flags & EVENT_FLAG_SNAPSHOT) != 0) {
            book_integral_end(integral, &book->book, book->now_ms);
        }
    }
    int64_t ts_ms = book->now_ms; /* a message is one moment, and time does not go back */
    book_apply(&book->book, slot);
    book_integral_change(integral, &book->book, ts_ms);
    if ((slot->flags & EVENT_FLAG_END) == 0) {
        return;
    }
    book->message_ms = ts_ms;
    bool valid = book_is_valid(&book->book);
    if (valid && !book_integral_is_open(integral)) {
        book_integral_begin(integral, &book->book, ts_ms);
    } else if (!valid) {
        book_integral_end(integral, &book->book, ts_ms);
    }
}

void engine_book_pass(struct engine_book *book, int64_t now_ms) {
    int64_t until_ms = now_ms - ENGINE_BOOK_SLACK_MS;
    if (book->integral != NULL && book->now_ms != 0 && !book->book.in_message &&
        until_ms >= book->now_ms + CELL_MS) {
        measure_until(book, until_ms);
    }
}

void engine_book_gap(struct engine_book *book, int64_t from_ms) {
    if (book->integral != NULL && book->now_ms != 0) {
        if (!book->book.in_message && from_ms > book->now_ms &&
            from_ms - book->now_ms < ENGINE_BOOK_STALE_MS) {
            measure_until(book, from_ms);
        }
        book_integral_end(book->integral, &book->book, book->now_ms);
    }
    book_invalidate(&book->book);
}

void engine_book_end(struct engine_book *book, int64_t now_ms) {
    if (book->integral != NULL && book->now_ms != 0 && !book->book.in_message) {
        int64_t end_ms = now_ms > book->now_ms ? now_ms : book->now_ms;
        measure_until(book, end_ms);
        bool open = book_integral_is_open(book->integral);
        book_integral_end(book->integral, &book->book, end_ms);
        close_cell(book, end_ms - end_ms % CELL_MS);
        book->now_ms = end_ms - end_ms % CELL_MS + CELL_MS;
        book_log_close_until(log_of(book), book->now_ms);
        if (open) {
            book_integral_begin(book->integral, &book->book, book->now_ms);
        }
    }
}
