#include <assert.h>

#include "base/clock.h"
#include "base/stat.h"
#include "venue/feed_inside.h"

static bool is_streamed(const struct venue_feed *feed) {
    return !feed->dialect->book_by_request;
}

/* -- beginning anew -- */

static void ask(struct venue_feed *feed, struct feed_instrument *instrument, int attempt,
                int delay_ms) {
    const int64_t due_ns = delay_ms > 0 ? clock_mono_ns() + delay_ms * NS_PER_MS : 0;
    if (is_streamed(feed)) {
        if (feed->dialect->book_again != NULL && instrument->again_ns == 0) {
            instrument->again_ns = due_ns > 0 ? due_ns : 1;
            instrument->again_step = 0;
        }
        return;
    }
    if (!instrument->snapshot_asked) {
        const struct feed_request request = {.kind = VENUE_REQUEST_DEPTH,
                                             .instrument = feed_index(feed, instrument),
                                             .attempt = attempt,
                                             .not_before_ns = due_ns};
        instrument->snapshot_asked = feed_request_add(feed, &request);
    }
}

void feed_book_begin(struct venue_feed *feed, struct feed_instrument *instrument, int delay_ms) {
    book_chain_reset(&instrument->book);
    if (instrument->history == HISTORY_DONE) {
        ask(feed, instrument, 0, delay_ms);
    }
}

void feed_book_lose(struct venue_feed *feed, struct feed_instrument *instrument, uint64_t serial) {
    if (is_streamed(feed) && instrument->book_serial != serial) {
        return; /* the replacement has brought it */
    }
    if (instrument->book.state != BOOK_CHAIN_WAITING && instrument->history == HISTORY_DONE) {
        feed_push_gap(feed, instrument, STREAM_BOOK, instrument->last_book_ms,
                      instrument->last_book_ms, "disconnected");
    }
    instrument->book_serial = 0;
    instrument->again_ns = 0; /* the next connection begins with a snapshot */
    const bool was_there = instrument->book.state != BOOK_CHAIN_WAITING;
    book_chain_reset(&instrument->book);
    if (was_there && !is_streamed(feed)) {
        feed_book_begin(feed, instrument, 2000);
    }
}

void feed_book_ask(struct venue_feed *feed, struct feed_instrument *instrument, int delay_ms) {
    ask(feed, instrument, 0, delay_ms);
}

/* Snapshots come by themselves, or are on their way; but one may be lost, or be no good. */
void feed_book_tick(struct venue_feed *feed, struct feed_instrument *instrument) {
    enum { WAIT_MS = 10000 };
    const bool comes = instrument->snapshot_asked || instrument->again_ns != 0;
    if (instrument->history != HISTORY_DONE || instrument->book.state != BOOK_CHAIN_WAITING ||
        comes || !feed_is_listed(instrument)) {
        return;
    }
    for (int kind = 0; kind < feed->dialect->socket_count; kind++) {
        const int index = instrument->socket[kind];
        if ((feed->dialect->sockets[kind].channels & CHANNEL_BIT(CHANNEL_BOOK)) != 0 &&
            index >= 0) {
            const struct feed_socket *socket = &feed->sockets[index];
            const struct feed_conn *conn = &socket->conns[socket->active];
            if (conn->open && conn->spoken_ns != 0) {
                ask(feed, instrument, 0, WAIT_MS);
            }
        }
    }
}

/* -- messages -- */

/* A book that comes by request is complete when history is over; one that is streamed is held
 * meanwhile, as everything else. */
static bool pass(struct venue_feed *feed, struct feed_instrument *instrument,
                 const struct event *slots, size_t count) {
    instrument->last_book_ms = slots[0].ts_ms;
    if (!is_streamed(feed)) {
        return feed_push(feed, instrument, slots, count);
    }
    feed_live_pass(feed, instrument, slots, count);
    return instrument->book.state != BOOK_CHAIN_WAITING;
}

static void note_gap(struct venue_feed *feed, struct feed_instrument *instrument, int64_t to_ms) {
    const int64_t from_ms = instrument->last_book_ms;
    feed_count(&feed->stats.book_gaps, 1);
    stat_add(STAT_book_gaps, 1);
    if (instrument->history == HISTORY_DONE) {
        feed_push_gap(feed, instrument, STREAM_BOOK, from_ms, to_ms, "sequence");
    }
    if (instrument->history == HISTORY_DONE || is_streamed(feed)) {
        ask(feed, instrument, 0, 0);
    }
}

static void take_update(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct venue_message *message) {
    const struct event *slots = feed->parser->slots;
    struct book_chain *book = &instrument->book;
    enum status status = book_chain_take(book, &message->step, slots, message->count);
    if (status == STATUS_FULL) { /* no snapshot for so long: only the newest can still join one */
        book_chain_release(book);
        status = book_chain_take(book, &message->step, slots, message->count);
    }
    if (status == STATUS_OK) {
        pass(feed, instrument, slots, message->count);
    } else if (status == STATUS_GAP || status == STATUS_MEMORY) {
        note_gap(feed, instrument, slots[0].ts_ms);
    }
}

void feed_book_snapshot(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct venue_message *message) {
    struct book_chain *book = &instrument->book;
    if (book_chain_snapshot(book, message->step.last_id) != STATUS_OK) {
        if (book->state == BOOK_CHAIN_WAITING) {
            ask(feed, instrument, 1, 0);
        }
        return;
    }
    instrument->again_ns = instrument->again_count = 0;
    bool pushed = pass(feed, instrument, feed->parser->slots, message->count);
    for (size_t i = 0; i < book->update_count && pushed; i++) {
        const struct book_chain_update *update = &book->updates[i];
        pushed = pass(feed, instrument, book->held + update->slot_begin, update->slot_count);
    }
    book_chain_release(book); /* if the sink was full, the book has begun anew and is empty */
}

void feed_book_take(struct feed_conn *conn, const struct venue_message *message) {
    struct venue_feed *feed = conn->feed;
    struct feed_instrument *instrument = feed_find_symbol(feed, message->symbol);
    const int kind = conn->socket->kind;
    if (instrument == NULL) {
        return;
    }
    if ((feed->dialect->sockets[kind].pulse & CHANNEL_BIT(CHANNEL_BOOK)) != 0) {
        instrument->pulse_ns[kind] = conn->heard_ns;
    }
    if (message->step.snapshot && conn->serial >= instrument->book_serial) {
        instrument->book_serial = conn->serial;
        feed_book_snapshot(feed, instrument, message);
    } else if (!message->step.snapshot &&
               (!is_streamed(feed) || conn->serial == instrument->book_serial)) {
        take_update(feed, instrument, message);
    }
}
