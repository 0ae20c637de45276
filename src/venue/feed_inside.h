/* venue/feed_inside.h - what the files of the live feed share; inside this room only.
 *
 * Thread: the net service's.  Owner: the feed. */
#pragma once

#include "net/http_client.h"
#include "net/inflate.h"
#include "net/service.h"
#include "net/ws_client.h"
#include "venue/book_chain.h"
#include "venue/feed.h"
#include "venue/feed_seen.h"

/*   feed.c          life, the tick
 *   feed_list.c     the lists of instruments and their margin tables: what is listed, what begins
 *   feed_error.c    what the venue says is wrong, in its own words
 *   feed_push.c     the way into the sink: runs, gaps, what a full sink loses
 *   feed_state.c    what the lamp says: the worst of the sockets, faults, a clock that is wrong
 *   feed_socket.c   connections: connect, stall, reconnect, replace before the venue cuts
 *   feed_overlap.c  two connections of one socket: whether the older may go, what is lost with it
 *   feed_spread.c   which symbols come over which connection
 *   feed_send.c     what is said on a connection: subscriptions at a rate, pings, books again
 *   feed_live.c     a message of a connection: duplicates, holding back, holes
 *   feed_book.c     a book message: its chain, gaps, snapshots
 *   feed_request.c  the queue of REST requests: rates, Retry-After, retries
 *   feed_history.c  back-fill: what is asked for, page by page
 *   feed_forced.c   back-fill: liquidations, in windows and pages
 *   feed_past.c     back-fill: its order, and the way out
 *   feed_known.c    back-fill: what is known already, from a recording
 *   feed_ahead.c    the same, ahead of the back-fill
 *
 * How nothing is counted twice at the seam: the newest bar of the klines answer is taken as still
 * running, however it stands, and is not sent; B is its opening. History is the closed bars before
 * B, and open interest up to now. From B on there are trades: the newest that REST has (flagged
 * HISTORY), then those held back since the socket opened. Ids drop what both have; trades before B
 * are dropped as part of the bars. Liquidations of REST end where those of the socket begin. What
 * is known already, from a recording, stands for its whole time (feed_known.c). */

enum {
    FEED_BASE_BYTES = 256,
    FEED_URL_BYTES = FEED_BASE_BYTES + VENUE_PATH_BYTES,
    FEED_TICK_MS = 50,
    FEED_TICK_AHEAD_MS = 2, /* while what goes ahead waits for room */
    FEED_HELD_SLOTS_MAX = 262144,
    FEED_HISTORY_SLOTS_MAX = 524288,
    FEED_KNOWN_SLOTS_MAX = 1048576,
    FEED_KNOWN_FACTS_MAX = 65536,
    FEED_AHEAD_PASS_SLOTS = 16,
    FEED_FRAME_BYTES_MAX = 16 * 1024 * 1024, /* of a gzip frame, inflated */
    FEED_SOCKET_COUNT_MAX = 64,
    FEED_REQUESTS_A_SYMBOL = 8, /* waiting at once */
    FEED_REQUESTS_BESIDE = 16,
    FEED_REQUEST_FLIGHT_MAX = 4,
    FEED_CURSOR_BYTES = 160
};
#define NS_PER_MS INT64_C(1000000)

/* -- runs of slots that grow -- */

struct feed_run {
    struct event *slots; /* owned */
    size_t count, size;
};
/* False: beyond slots_max, or out of memory; nothing was added. */
bool feed_run_add(struct feed_run *run, const struct event *slots, size_t count, size_t slots_max);
void feed_run_finish(struct feed_run *run);

/* -- sockets -- */

struct feed_socket;

struct feed_conn {
    struct venue_feed *feed;
    struct feed_socket *socket;
    struct ws_client *client; /* owned; NULL: not connected */
    bool open;
    bool replace;        /* the venue is about to cut it */
    int64_t spoken_ns;   /* when every subscription was sent; 0: not yet */
    int64_t answered_ns; /* when a ping that was sent after them was answered; 0: not yet */
    int64_t answered_ms; /* the venue's time then, at the latest */
    int64_t asked_ns;    /* of two the older: when it was pinged because the newer was answered */
    bool told;           /* it has answered to that: what the venue sent before has come */
    int step;            /* of the subscriptions, the next one */
    int64_t send_ns;     /* not before: the next message to the venue */
    int64_t ping_ns;     /* when the next ping is due */
    int64_t opened_ns, heard_ns, data_ns; /* last message, last one with data; 0: none yet */
    int64_t first_ms, last_ms; /* the venue's time of the first data after that answer, and of the
                                  newest; 0: none */
    uint64_t serial;           /* which connection this is, from 1 */
};

struct feed_socket {
    int kind;                      /* index into the dialect's sockets */
    struct venue_symbol **symbols; /* owned: symbol_total that are to come over it; of them the
                                      first symbol_count are asked for, the others not listed */
    size_t symbol_count, symbol_total;
    struct feed_conn conns[2]; /* the one in use, and its replacement while they overlap */
    int active;
    int attempt;
    int64_t retry_ns;  /* when to connect again; 0: not planned */
    int64_t renew_ns;  /* not before: a replacement that failed */
    int64_t retire_ns; /* when to close the old one of two; 0: no overlap */
    enum feed_state state;
    char reason[VENUE_REASON_BYTES];
};

/* -- REST -- */

struct feed_request {
    enum venue_request_kind kind;
    int instrument; /* index into feed->instruments; -1: all */
    unsigned round; /* of the instrument's history, or of the list */
    int64_t from_ms, to_ms;
    int attempt;
    int64_t not_before_ns;
    char cursor[FEED_CURSOR_BYTES];
};

struct feed_flight {
    struct venue_feed *feed;
    struct feed_request request; /* kind NONE: free */
    struct venue_http http;
};

/* -- what is known already -- */

struct feed_ahead {
    struct feed_run facts;              /* what the instrument was then */
    size_t facts_at, known_at, held_at; /* of facts, of what is known, of what is held: pushed */
    size_t join_at;                     /* of what is held: looked through for a live one */
    bool begun;                         /* what time it is was told */
    bool joined;                        /* live events follow */
};

struct feed_known {
    struct feed_run run;            /* empty: nothing is */
    struct venue_known_sinks sinks; /* where it goes */
    struct feed_ahead ahead;
    int64_t from_ms, to_ms; /* of all of it */
    int64_t trade_ms;       /* of its last trade; 0: none */
    size_t at;              /* of run: what was pushed */
    size_t past_at;         /* in past: where it goes in between */
};

/* -- instruments -- */

enum feed_history_state {
    HISTORY_WAITING, /* for the list of instruments */
    HISTORY_TIERS,
    HISTORY_KLINES,
    HISTORY_INTEREST,
    HISTORY_INTEREST_LAST,
    HISTORY_LIQUIDATIONS,
    HISTORY_TRADES,
    HISTORY_PUSHING,
    HISTORY_DONE,   /* live events pass */
    HISTORY_UNKNOWN /* the venue does not list the symbol: nothing passes */
};

struct feed_instrument {
    struct venue_symbol *symbol;
    struct feed_seen seen;

    struct book_chain book;
    uint64_t book_serial;        /* the connection whose snapshots are followed; 0: any */
    bool snapshot_asked;         /* a REST one is on its way */
    int64_t again_ns;            /* when the stream is to begin the book anew; 0: it need not */
    int again_step, again_count; /* of the messages that ask for it; how often they were sent */
    int64_t last_book_ms;

    int socket[VENUE_SOCKET_MAX];       /* index into feed->sockets by kind; -1: none */
    int64_t last_ms[VENUE_SOCKET_MAX];  /* newest event time on it */
    int64_t pulse_ns[VENUE_SOCKET_MAX]; /* when what never rests was heard there last */
    unsigned holes;                     /* bit a kind: it was lost since */
    int64_t last_trade_ms;              /* of the newest trade heard live */
    /* By connection of its socket: the time of the first trade after the venue answered, of the
     * newest, and when that came. */
    struct feed_trades {
        int64_t first_ms, last_ms, heard_ns;
    } trades_of[2];
    int64_t hole_from_ms[VENUE_SOCKET_MAX]; /* event time from which on prints may be missing */
    int64_t hole_told_ms[VENUE_SOCKET_MAX]; /* up to which it was told; 0: not yet */
    int64_t live_from_ms;                   /* liquidations come live from then on; 0: not yet */
    bool interest_asked;
    int64_t interest_due_ns;
    bool gone;            /* it was listed, and is no longer */
    int64_t tiers_due_ns; /* when its margin table is asked for, mark or no mark; 0: it need not */

    enum feed_history_state history;
    int64_t history_from_ms, history_to_ms; /* 0: no end known yet */
    bool history_gap;                       /* fills a gap: bars, liquidations, trades */
    bool forced_gap;                        /* beside live events: liquidations of a gap */
    unsigned history_round;                 /* answers of another one are too late */
    int64_t fill_until_ns;                  /* when a gap's is given up */
    bool forced_told;                       /* a page of them came */
    int64_t history_deadline_ns;
    int64_t bars_end_ms; /* when the back-fill began; pages of bars of later: bars_chased */
    int bars_chased;
    int64_t forced_end_ms; /* liquidations of before were told up to then; 0: none were */
    int64_t forced_to_ms;  /* where the window of liquidations ends that is being asked for */
    int forced_pages;      /* of it that came */
    size_t forced_at;      /* in liquidations: where its rows begin */
    struct feed_run klines, interest, liquidations, past; /* past: merged, then pushed */
    struct feed_run held;                                 /* live meanwhile */
    struct feed_known known;
    size_t past_at, held_at;

    uint8_t lost_streams; /* bit a stream: the sink was full, a gap is due */
    int64_t lost_from_ms[STREAM_COUNT];
};

struct venue_feed {
    struct venue_feed_desc desc;
    const struct venue_dialect *dialect;
    const char *name; /* the venue's key, for the log */
    char ws_url[FEED_BASE_BYTES], rest_url[FEED_BASE_BYTES];
    bool ws_given; /* ws_url is not the venue's own: it stands for all its hosts */
    struct event_sink sink;
    struct venue_parser *parser; /* owned */
    struct venue_feed_stats stats;

    /* -- net thread only -- */
    struct venue_counts counts_told;     /* of the parser's, what is in stats */
    struct feed_instrument *instruments; /* owned */
    int instrument_count;
    int16_t by_symbol[VENUE_SYMBOL_TABLE_MAX];   /* parser's entry -> index; -1: none */
    int16_t by_instrument[INSTRUMENT_COUNT_MAX]; /* likewise, by the table's */
    struct feed_socket sockets[FEED_SOCKET_COUNT_MAX];
    int socket_count;
    uint64_t serial;
    struct inflater *inflater;   /* owned; NULL: no socket has gzip frames */
    char text[VENUE_SEND_BYTES]; /* a message on its way out */

    struct feed_request *requests; /* owned */
    int request_count, request_max;
    struct feed_flight flights[FEED_REQUEST_FLIGHT_MAX];
    int64_t rest_pause_ns;
    int64_t kind_ns[VENUE_REQUEST_KIND_COUNT]; /* not before: the next of that kind */
    char rest_reason[VENUE_REASON_BYTES];      /* REST is refused; "": it is not */

    bool listed; /* the list of instruments was answered */
    int64_t list_due_ns;
    bool listing;        /* a page of the list is awaited */
    unsigned list_round; /* of the list: pages of an older one end nothing */
    int64_t started_ns, listed_ns;
    int64_t server_ms;              /* newest event time seen */
    int64_t sent_ms, sent_recv_ns;  /* of the newest message, for the clock's skew */
    int64_t skew_ms, skew_until_ns; /* least of wall - venue in this window */
    bool skew_known;                /* skew_ms is some message's */
    bool skewed;
    enum feed_state state_told;
    char reason_told[VENUE_REASON_BYTES];
    bool fault; /* an unknown symbol */
    char fault_reason[VENUE_REASON_BYTES];
    char delisted[VENUE_REASON_BYTES]; /* said while all is well: what is gone; "": nothing */
    struct venue_feed_error errors[VENUE_ERRORS_MAX]; /* the newest, no two alike */
    int error_count;
    int64_t notice_ns;               /* when the notice was told */
    char notice[VENUE_REASON_BYTES]; /* said while all is well: an error that the venue told */
    struct net_timer tick;
    bool hurries; /* the next tick is due soon: something waits for room */
    bool running;

    /* -- between the owner and the net thread -- */
    struct waker done; /* a posted call has run */
    atomic_int calls_done;
};

static inline void feed_count(_Atomic int64_t *counter, int64_t amount) {
    /* relaxed: a counter orders nothing */
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static inline int feed_index(const struct venue_feed *feed,
                             const struct feed_instrument *instrument) {
    return (int)(instrument - feed->instruments);
}

static inline const struct venue_socket *feed_socket_kind(const struct venue_feed *feed,
                                                          const struct feed_socket *socket) {
    return &feed->dialect->sockets[socket->kind];
}

/* feed.c */
/* What this kind of socket brings of it after from_ms may not have been heard. */
void feed_note_hole(struct feed_instrument *instrument, int kind, int64_t from_ms);
struct feed_instrument *feed_find_symbol(struct venue_feed *feed,
                                         const struct venue_symbol *symbol);
struct feed_instrument *feed_find_slot(struct venue_feed *feed, const struct event *slot);
/* The venue's time as far as it is known, else this machine's. */
int64_t feed_now_ms(const struct venue_feed *feed);
/* The venue's time by this machine's clock and how far apart they are: it goes on while the venue
 * is silent. Where that is not known, of the newest message. */
int64_t feed_clock_ms(const struct venue_feed *feed);

/* Whether the venue is known to list it, or was not asked yet. */
static inline bool feed_is_listed(const struct feed_instrument *instrument) {
    return instrument->history != HISTORY_UNKNOWN && !instrument->gone;
}

/* feed_list.c */
/* A further page of the list cannot be had for now: what is listed already begins. */
void feed_list_part(struct venue_feed *feed);
/* An answer to a list's request; message NULL: it failed for good. */
void feed_list_take(struct venue_feed *feed, const struct feed_request *request,
                    const struct venue_message *message);
void feed_list_tick(struct venue_feed *feed, int64_t now_ns);
/* Symbols have their numbers: find instruments by them. */
void feed_list_index(struct venue_feed *feed);

/* feed_error.c: len bytes of a stranger's text; where: a socket's name or a request's path. */
void feed_error_tell(struct venue_feed *feed, const char *where, const char *text, size_t len);

/* feed_push.c: push a message of an instrument. False: the sink is full; counted, a gap noted, a
 * lost book begun again. Before anything else, gaps that are due go in. */
bool feed_push(struct venue_feed *feed, struct feed_instrument *instrument,
               const struct event *slots, size_t count);
/* Without an instrument, and without losing: false, the caller tries again. */
bool feed_push_plain(struct venue_feed *feed, const struct event *slots, size_t count);
/* The same for history. */
bool feed_push_history(struct venue_feed *feed, const struct event *slots, size_t count);
/* A gap of one stream, ts the end of it. */
struct event feed_make_gap(const struct feed_instrument *instrument, enum stream stream,
                           int64_t from_ms, int64_t to_ms, const char *reason);
/* The same into the sink; if that is full, it is due. */
bool feed_push_gap(struct venue_feed *feed, struct feed_instrument *instrument, enum stream stream,
                   int64_t from_ms, int64_t to_ms, const char *reason);

/* feed_state.c */
void feed_state_tell(struct venue_feed *feed);
void feed_state_set(struct feed_socket *socket, enum feed_state state, const char *reason);
void feed_state_clock(struct venue_feed *feed, int64_t now_ns);

/* feed_spread.c: STATUS_RANGE: a path is too long even for one symbol, or too many connections. */
enum status feed_spread_symbols(struct venue_feed *feed);

/* feed_socket.c */
void feed_sockets_open(struct venue_feed *feed);
void feed_sockets_tick(struct venue_feed *feed, int64_t now_ns);
void feed_sockets_close(struct venue_feed *feed);
/* The connection brought data, or, where none can be awaited, all was said. */
void feed_socket_delivers(struct feed_conn *conn, int64_t now_ns);
/* The venue has read every subscription. */
void feed_socket_answered(struct feed_conn *conn, int64_t now_ns);

/* feed_overlap.c */
/* What was seen last on that connection is now followed by a hole. */
void feed_overlap_lose(const struct feed_conn *conn);
/* Whether the older of two connections may go: nothing is lost with it. */
bool feed_overlap_has_met(const struct feed_conn *old, const struct feed_conn *fresh,
                          int64_t now_ns);

/* feed_send.c */
void feed_send_open(struct feed_conn *conn, int64_t now_ns);
void feed_send_tick(struct feed_conn *conn, int64_t now_ns);
void feed_send_control(struct feed_conn *conn, const struct venue_message *message);

/* feed_live.c: a message of a connection. */
void feed_live_take(struct feed_conn *conn, const char *bytes, size_t len, int64_t recv_ns);
/* A slot run that was parsed: into the sink, or held while history is under way. */
void feed_live_pass(struct venue_feed *feed, struct feed_instrument *instrument,
                    const struct event *slots, size_t count);
/* A message of events came, by whatever way: for lamps and tests. */
void feed_live_note(struct venue_feed *feed, const struct event *slots, size_t count,
                    int64_t recv_ns);
/* Where nothing on a connection tells the time holes end without it. */
void feed_live_tick(struct feed_conn *conn);
/* What the parser has counted since is put into the stats. */
void feed_live_counts(struct venue_feed *feed);

/* feed_book.c */
/* A book that was to come and did not is asked for. */
void feed_book_tick(struct venue_feed *feed, struct feed_instrument *instrument);
void feed_book_take(struct feed_conn *conn, const struct venue_message *message);
void feed_book_snapshot(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct venue_message *message);
/* A snapshot is wanted, delay_ms from now, if none is on its way. */
void feed_book_ask(struct venue_feed *feed, struct feed_instrument *instrument, int delay_ms);
/* The book is lost: begin again, delay_ms from now. */
void feed_book_begin(struct venue_feed *feed, struct feed_instrument *instrument, int delay_ms);
/* That connection is gone, and with it what it brought of the book. */
void feed_book_lose(struct venue_feed *feed, struct feed_instrument *instrument, uint64_t serial);

/* feed_request.c */
/* False: the queue is full (counted as a failure), or the venue has no such request. */
bool feed_request_add(struct venue_feed *feed, const struct feed_request *request);
bool feed_request_possible(const struct venue_feed *feed, const struct feed_request *request);
void feed_request_tick(struct venue_feed *feed, int64_t now_ns);
void feed_request_cancel(struct venue_feed *feed);
/* Those of an instrument's history that were not sent yet are sent no more. */
void feed_request_drop(struct venue_feed *feed, int instrument);

/* feed_history.c */
/* How far the back-fill of the start is, 0 to 99 percent; 100: there is none, or it is done. */
int feed_history_percent(const struct venue_feed *feed);
void feed_history_begin(struct venue_feed *feed, struct feed_instrument *instrument);
/* What there is for a hole: bars, if trades are missing and a whole minute fits into it, and
 * liquidations. */
void feed_history_fill(struct venue_feed *feed, struct feed_instrument *instrument, int64_t from_ms,
                       int64_t to_ms, bool trades);
/* An answer (message NULL: it failed for good) to a request of the history. */
void feed_history_take(struct venue_feed *feed, const struct feed_request *request,
                       const struct venue_message *message);
void feed_history_tick(struct venue_feed *feed, struct feed_instrument *instrument, int64_t now_ns);
/* The venue's time from which on the present connection tells all of its trades; 0: not yet, or not
 * known. */
int64_t feed_history_trades_from_ms(const struct venue_feed *feed,
                                    const struct feed_instrument *instrument);

/* feed_known.c */
void feed_known_finish(struct feed_known *known);
/* Takes out of a run of history what is known already. */
void feed_known_cut(const struct feed_known *known, struct feed_run *run);
/* Whether it is one of the last that are known. */
bool feed_known_is_trade(const struct feed_known *known, const struct event *trade);

/* feed_ahead.c */
/* Push what there is, before history is there. False: the sink is full, the rest later. */
bool feed_ahead_push(struct venue_feed *feed, struct feed_instrument *instrument);
/* A live message that could not be held, if it is no longer than FEED_AHEAD_PASS_SLOTS. */
void feed_ahead_pass(struct feed_instrument *instrument, const struct event *slots, size_t count);
void feed_ahead_finish(struct feed_ahead *ahead);

/* feed_forced.c */
/* False: the venue has none. */
bool feed_forced_begin(struct venue_feed *feed, struct feed_instrument *instrument);
/* An answer, NULL: it failed for good. True: no more is asked for. */
bool feed_forced_take(struct venue_feed *feed, struct feed_instrument *instrument,
                      const struct feed_request *request, const struct venue_message *message);
/* Liquidations come live from then on; 0: no one knows when that is. What lies between the end of
 * those of before and the first connection is a gap. */
void feed_forced_join(struct venue_feed *feed, struct feed_instrument *instrument,
                      int64_t live_from_ms);

/* feed_past.c */
/* Bars, open interest and liquidations in one order, then trades up to the first that was held. */
void feed_past_merge(struct feed_instrument *instrument);
void feed_past_add_trades(struct venue_feed *feed, struct feed_instrument *instrument,
                          const struct venue_message *message);
/* Push what there is. True: all is out, live events pass. */
bool feed_past_push(struct venue_feed *feed, struct feed_instrument *instrument);
void feed_past_finish(struct feed_instrument *instrument);
