/* venue/dialect.h - what one exchange says and wants to hear: a const table a venue.
 *
 * Everything that is alike everywhere (sockets, back-off, renewal, keep-alive, paging, holding
 * back, de-duplication, books, gaps, lamps) is the feed's (venue/feed.h); a dialect has no state of
 * its own beside what the parser and the symbols remember. Thread: the net service's; functions are
 * pure: text in, text out. A dialect is a file pair, NAME_parse.c and NAME.c, and a row of
 * venue.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "venue/parser.h"

enum {
    VENUE_SOCKET_MAX = 6,
    VENUE_PATH_BYTES = 4096, /* of a socket's or a request's URL behind the host */
    VENUE_SEND_BYTES = 16384 /* of a message to a venue */
};

/* -- sockets -- */

struct venue_socket {
    const char *name;       /* for people and the log: "market" */
    const char *path;       /* "/v5/public/linear"; "" where url() makes it */
    const char *host;       /* NULL: ws_url; else another one, "wss://…" */
    unsigned channels;      /* bits enum venue_channel that come on it */
    unsigned pulse;         /* those of them that never rest for long: silence is a fault */
    const char *pulse_name; /* for people: "markPrice"; NULL: the channel\'s name */
    bool gzip;              /* binary messages are gzip streams */
    int ping_ms;            /* how often ping() is sent; 0: never */
    bool ping_frame;        /* WebSocket pings at that interval instead */
    int sends_per_s;        /* messages to the venue, at most; 0: 5 */
    int symbols_max;        /* of one connection; more are spread over several; 0: as many as fit */
    const char *header;     /* "Name: value" of the upgrade; NULL: none */
};

/* The symbols of a socket, in the feed's order. */
struct venue_subscription {
    int socket;
    struct venue_symbol *const *symbols;
    size_t count;
    int64_t now_ms; /* wall clock, for venues whose messages carry it */
};

/* -- REST -- */

enum venue_request_kind { /* in the order in which they are sent */
                          VENUE_REQUEST_NONE,
                          VENUE_REQUEST_INSTRUMENTS, /* all: contracts, units, ticks */
                          VENUE_REQUEST_FUNDING, /* all: intervals, where the instruments do not say
                                                  */
                          VENUE_REQUEST_TIERS,   /* margin table of all, or else of one symbol */
                          VENUE_REQUEST_TICKER,  /* mark, index, funding, open interest of one
                                                    symbol, now */
                          VENUE_REQUEST_DEPTH,   /* book snapshot, where the stream has none */
                          VENUE_REQUEST_KLINES, /* one-minute bars from from_ms on, limit of them */
                          VENUE_REQUEST_INTEREST_HISTORY,
                          VENUE_REQUEST_INTEREST_LAST, /* now, the end of the history */
                          VENUE_REQUEST_INTEREST,     /* now, the poll of venues without a stream */
                          VENUE_REQUEST_LIQUIDATIONS, /* those from from_ms to before to_ms, or by
                                                         cursor */
                          VENUE_REQUEST_TRADES,       /* the newest */
                          VENUE_REQUEST_KIND_COUNT
};

struct venue_request {
    enum venue_request_kind kind;
    const struct venue_symbol *symbol; /* NULL: all */
    int64_t from_ms, to_ms;
    const char *cursor; /* message.reply of the page before; "": the first page */
};

struct venue_http {
    char path[VENUE_PATH_BYTES];  /* "/fapi/v1/depth?symbol=BTCUSDT" */
    char body[VENUE_REPLY_BYTES]; /* POST as application/json; "": GET */
};

/* How much of what can be asked for. */
struct venue_limits {
    int kline_rows, interest_rows, liquidation_rows; /* a page; 0: the venue has no such history */
    int64_t kline_depth_ms, interest_depth_ms, liquidation_depth_ms; /* how far back; 0: all */
    bool liquidations_fall;        /* of more than a page the newest are told */
    int64_t liquidation_window_ms; /* from_ms .. to_ms at most; 0: any */
    int liquidation_step_ms;       /* of their times: whole seconds; 0: milliseconds */
    int interest_step_ms;          /* of the history */
    int requests_per_10s;          /* of one kind, at most */
    const char *rest_header;       /* "Name: value"; NULL: none */
};

/* -- the table -- */

struct venue_dialect {
    enum venue_id id;
    const char *ws_url, *rest_url; /* hosts, without a path */
    unsigned promises;             /* bits enum venue_channel; what it does not publish is said */
    bool complete_liquidations;    /* it publishes all of them */
    int session_ms;                /* connections are replaced at that age; 0: 23 h 50 min */
    bool book_by_request;          /* the snapshot is asked for by DEPTH */
    bool book_ids_fall;            /* an id below the last one is no old message */
    bool trades_on_subscribe;      /* the first push holds trades from before */
    bool tiers_by_mark;            /* margin tables are read by the mark price, of some contracts */
    bool trade_ids_rise;           /* ids of a symbol's trades are numbers that only grow */

    const struct venue_socket *sockets;
    int socket_count;
    struct venue_limits limits;

    /* A symbol is new: venue, contract, unit and multiplier as far as its text is certain. NULL:
     * only the list of instruments knows. */
    void (*settle)(struct venue_symbols *symbols, struct venue_symbol *symbol);
    enum status (*parse)(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                         int64_t recv_ns, struct venue_message *message);
    enum status (*rest_parse)(struct venue_parser *parser, const struct venue_rest_about *about,
                              const char *bytes, size_t len, int64_t recv_ns,
                              struct venue_message *message);

    /* Live; all NULL: it normalizes only. */
    bool (*socket_wants)(int socket, const struct venue_symbol *symbol); /* NULL: all */
    /* The path of a socket whose URL names its streams; NULL: sockets[].path. False: too long. */
    bool (*socket_path)(const struct venue_subscription *what, char out[VENUE_PATH_BYTES]);
    /* The step-th message to send once the socket is open, from 0; its length, 0: no more. NULL:
     * none. */
    size_t (*subscribe)(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]);
    /* The step-th message that makes one symbol's book begin anew (unsubscribe, subscribe); 0: no
     * more. NULL: book_by_request. */
    size_t (*book_again)(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]);
    /* What is sent each ping_ms; its length. */
    size_t (*ping)(int socket, int64_t now_ms, char out[VENUE_REPLY_BYTES]);
    /* False: the venue has no such request, or it does not fit. */
    bool (*request)(const struct venue_request *request, struct venue_http *out);
};

/* A name for a URL: other bytes than letters, digits, "_-." percent-encoded. False: too long. */
bool venue_url_encode(const char *text, char *out, size_t out_bytes);
