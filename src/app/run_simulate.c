/* liqscope simulate: the simulated market as event JSON lines, or served as an exchange.
 *
 * Lines go to -o FILE (.gz and .zst are compressed) or standard output; the same seed gives the
 * same bytes.
 * --serve runs until SIGINT or SIGTERM. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/line_output.h"
#include "app/truth_file.h"
#include "archive/event_lines.h"
#include "archive/line_writer.h"
#include "base/str.h"
#include "sim/exchange_server.h"
#include "sim/source.h"

enum { READ_SLOTS = 4096, ADDRESS_BYTES = 64 };

/* -- event JSON lines -- */

struct simulate {
    struct instrument_table *instruments; /* owned */
    struct event_source source;           /* owned */
    struct line_writer *writer;           /* owned */
    struct event *slots;                  /* owned, READ_SLOTS */
    struct event_text text;               /* owned */
    struct truth_file truth;              /* owned */
};

/* Messages of slots, one line each; a feed state has no line. False: cannot be written. */
static bool write_messages(struct simulate *job, size_t count) {
    job->text.len = 0;
    for (size_t at = 0; at < count;) {
        size_t len = event_message_slots(&job->slots[at], count - at);
        if (job->slots[at].kind != EVENT_FEED &&
            !event_lines_format(job->instruments, &job->slots[at], len, NULL, &job->text)) {
            return false;
        }
        at += len;
    }
    return line_writer_put(job->writer, job->text.bytes, job->text.len);
}

static bool write_events(struct simulate *job) {
    size_t count = 0;
    bool written = true;
    while (written &&
           job->source.ops->read(job->source.self, job->slots, READ_SLOTS, &count) == STATUS_OK) {
        written = write_messages(job, count);
    }
    return written;
}

static int simulate_lines(struct simulate *job, const struct app_options *options) {
    const struct option_table *table = &options->table;
    const char *truth_path = option_text(table, OPT_truth);
    char reason[LINE_WRITER_REASON_BYTES] = "";
    if (truth_path[0] != '\0' && !truth_file_open(&job->truth, truth_path, reason)) {
        return app_fail(EXIT_STATUS_FAILED, "simulate", "--truth: %s", reason);
    }
    const int opened = line_output_open(options, "simulate", false, &job->writer);
    if (opened != EXIT_STATUS_DONE) {
        return opened;
    }
    struct source_sim_desc desc = demo_desc(table);
    desc.instruments = job->instruments;
    desc.symbol = option_text(table, OPT_symbol);
    desc.truth = truth_file_sink(&job->truth);
    enum status why = source_sim_create(&desc, &job->source);
    if (why != STATUS_OK) {
        (void)line_writer_close(job->writer, reason);
        return app_fail(EXIT_STATUS_FAILED, "simulate", "the market: %s", status_text(why));
    }
    bool written = write_events(job);
    bool closed = line_writer_close(job->writer, reason);
    if (!written || !closed) {
        return app_fail(EXIT_STATUS_FAILED, "simulate", "%s",
                        closed ? status_text(STATUS_MEMORY) : reason);
    }
    if (!truth_file_close(&job->truth, reason)) {
        return app_fail(EXIT_STATUS_FAILED, "simulate", "--truth: %s", reason);
    }
    return EXIT_STATUS_DONE;
}

static int run_lines(const struct app_options *options) {
    struct simulate job = {
        .instruments = instrument_table_create(),
        .slots = calloc(READ_SLOTS, sizeof(struct event)),
    };
    int exit_status = EXIT_STATUS_FAILED;
    if (job.instruments == NULL || job.slots == NULL) {
        app_fail(EXIT_STATUS_FAILED, "simulate", "%s", status_text(STATUS_MEMORY));
    } else {
        exit_status = simulate_lines(&job, options);
    }
    char unread[LINE_WRITER_REASON_BYTES];
    truth_file_close(&job.truth, unread); /* open only where something else failed already */
    event_text_finish(&job.text);
    event_source_destroy(&job.source);
    instrument_table_destroy(job.instruments);
    free(job.slots);
    return exit_status;
}

/* -- an exchange -- */

/* "PORT", "ADDRESS:PORT" or "[V6]:PORT"; address stays "" without one. False: neither. */
static bool parse_address(const char *text, char address[ADDRESS_BYTES], int *port) {
    const char *colon = strrchr(text, ':');
    const char *digits = colon != NULL ? colon + 1 : text;
    char *end = NULL;
    long number = strtol(digits, &end, 10);
    if (digits[0] < '0' || digits[0] > '9' || *end != '\0' || number > 65535) {
        return false;
    }
    *port = (int)number;
    struct span host = {text, colon != NULL ? (size_t)(colon - text) : 0};
    if (host.len >= 2 && host.bytes[0] == '[' && host.bytes[host.len - 1] == ']') {
        host.bytes++;
        host.len -= 2;
    }
    bool given = colon == NULL || host.len > 0;
    return given && str_copy_span(address, ADDRESS_BYTES, host);
}

static void print_urls(const struct exchange_server *server, enum venue_id venue) {
    const char *ws_url = exchange_server_ws_base_url(server);
    const char *rest_url = exchange_server_rest_base_url(server);
    const char *symbol = exchange_server_symbol(server, 0);
    printf("serving a simulated %s as %s would, until Ctrl-C\n"
           "  WebSocket  %s\n"
           "  REST       %s\n",
           symbol, venue_title(venue), ws_url, rest_url);
    if (venue == VENUE_BINANCE_USDM) {
        printf("  look at it: liqscope view %s:%s --binance-ws-url %s --binance-rest-url %s\n",
               venue_key(venue), symbol, ws_url, rest_url);
    }
    fflush(stdout);
}

/* Wait for the end with the signals that ask for it blocked in every thread, so that none is
 * interrupted. */
static int serve_until_signal(struct exchange_server *server, const struct option_table *table,
                              const sigset_t *signals) {
    int signal_number = 0;
    struct exchange_load load = {.trades_per_s = (int)option_integer(table, OPT_serve_load)};
    if (!exchange_server_start(server) || !exchange_server_set_load(server, &load)) {
        return app_fail(EXIT_STATUS_FAILED, "simulate", "the system refused a thread");
    }
    print_urls(server, demo_desc(table).venue);
    sigwait(signals, &signal_number);
    return EXIT_STATUS_DONE;
}

static int run_serve(const struct app_options *options) {
    const struct option_table *table = &options->table;
    const char *where = option_text(table, OPT_serve);
    const char *cert = option_text(table, OPT_tls_cert);
    const char *key = option_text(table, OPT_tls_key);
    char address[ADDRESS_BYTES];
    char reason[EXCHANGE_REASON_BYTES] = "";
    int port = 0;
    if (!parse_address(where, address, &port)) {
        return app_fail(EXIT_STATUS_USAGE, "simulate",
                        "--serve: \"%.80s\": expected [ADDRESS:]PORT, such as 127.0.0.1:9443",
                        where);
    }
    if ((cert[0] == '\0') != (key[0] == '\0')) {
        return app_fail(EXIT_STATUS_USAGE, "simulate",
                        "--tls-cert and --tls-key belong together; only one was given");
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    enum status why = STATUS_OK;
    struct exchange_server *server = exchange_server_create(
        &(struct exchange_server_desc){
            .venue = demo_desc(table).venue,
            .seed = (uint64_t)option_integer(table, OPT_seed),
            .regime = (enum regime_id)option_integer(table, OPT_regime),
            .symbol = option_text(table, OPT_symbol),
            .symbol_count = (int)option_integer(table, OPT_serve_symbols),
            .time_scale = option_number(table, OPT_time_scale),
            .days = option_number(table, OPT_days),
            .bind_address = address[0] != '\0' ? address : NULL,
            .port = port,
            .cert_file = cert[0] != '\0' ? cert : NULL,
            .key_file = key[0] != '\0' ? key : NULL,
        },
        &why);
    if (server == NULL) {
        const char *what = why == STATUS_BUSY ? "the port is already in use"
                           : why == STATUS_IO && cert[0] != '\0'
                               ? "cannot listen there, or the certificate cannot be used"
                           : why == STATUS_IO          ? "cannot listen on this address"
                           : why == STATUS_UNSUPPORTED ? "this venue is not served yet"
                                                       : status_text(why);
        return app_fail(EXIT_STATUS_FAILED, "simulate", "--serve: %s: %s", where, what);
    }
    int exit_status = EXIT_STATUS_DONE;
    if (!exchange_server_set_script(server, option_text(table, OPT_faults), reason)) {
        exit_status = app_fail(EXIT_STATUS_USAGE, "simulate", "--faults: %s", reason);
    } else {
        exit_status = serve_until_signal(server, table, &signals);
    }
    exchange_server_destroy(server);
    return exit_status;
}

int run_simulate(const struct app_options *options) {
    if (!(option_number(&options->table, OPT_days) > 0)) {
        return app_fail(EXIT_STATUS_USAGE, "simulate", "--days: expected more than 0");
    }
    const char *symbol = option_text(&options->table, OPT_symbol);
    bool upper = strspn(symbol, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(symbol);
    if (!upper || strlen(symbol) <= strlen(MARKET_QUOTE) ||
        strlen(symbol) >= INSTRUMENT_SYMBOL_BYTES / 2 || !str_ends_with(symbol, MARKET_QUOTE)) {
        return app_fail(EXIT_STATUS_USAGE, "simulate",
                        "--symbol: \"%.40s\": expected one such as BTCUSDT", symbol);
    }
    bool serves = option_text(&options->table, OPT_serve)[0] != '\0';
    return serves ? run_serve(options) : run_lines(options);
}
