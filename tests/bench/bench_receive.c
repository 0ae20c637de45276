/* Trade messages of every venue on loopback: how many a core of the net thread takes in, joined,
 * parsed and pushed into the ring; and the same messages through Node's `ws` + JSON.parse, in the
 * same run.
 *
 *   bench_receive [rounds (3) [messages (100000) [venue]]]
 *
 * The texts are the simulated exchange's, one trade each. The sender is OpenSSL alone, or a bare
 * socket, on a thread of its own, with frames made beforehand; who receives has the other
 * processor.  With compression an eighth of the messages is sent. HTX packs each message by itself
 * (gzip), the others offer permessage-deflate or refuse it.  Figures are messages a CPU second of
 * the receiving thread (Node: of its whole process); medians over rounds, sides taken in turn. A
 * venue that is named is also received without parsing.  Node needs its `ws` package: looked for in
 * $BENCH_NODE_DIR (default /tmp/liqscope-bench-node), else fetched there with npm. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ring.h"
#include "base/str.h"
#include "base/thread.h"
#include "net/inflate.h"
#include "net/service.h"
#include "net/ws_client.h"
#include "support/bench_machine.h"
#include "support/certs.h"
#include "support/frame_sender.h"
#include "venue/dialect.h"
#include "venue/parser.h"

enum { COUNT_DEFAULT = 100000, ROUND_MAX = 15, RING_SLOTS = 1 << 16, WAIT_MS = 120000 };

/* What Node does with a message m: the numbers that ours takes, too. */
static const struct {
    enum venue_id id;
    const char *take;
} rows[] = {
    {VENUE_BINANCE_USDM, "m.data.T+m.data.p*m.data.q"},
    {VENUE_BINANCE_COINM, "m.data.T+m.data.p*m.data.q"},
    {VENUE_BYBIT, "m.data[0].T+m.data[0].p*m.data[0].v"},
    {VENUE_OKX, "+m.data[0].ts+m.data[0].px*m.data[0].sz"},
    {VENUE_BITGET, "+m.data[0].T+m.data[0].p*m.data[0].v"},
    {VENUE_GATE, "m.result[0].create_time_ms+m.result[0].price*m.result[0].size"},
    {VENUE_HYPERLIQUID, "m.data[0].time+m.data[0].px*m.data[0].sz"},
    {VENUE_DERIBIT, "m.params.data[0].timestamp+m.params.data[0].price*m.params.data[0].amount"},
    {VENUE_KRAKEN_FUTURES, "m.time+m.price*m.qty"},
    {VENUE_HTX, "m.tick.data[0].ts+m.tick.data[0].price*m.tick.data[0].quantity"},
};

static const struct mode {
    const char *title;
    bool tls, single, deflated;
} modes[] = {
    {"plain, in bulk", false, false, false},      {"plain, a write a message", false, true, false},
    {"TLS, in bulk", true, false, false},         {"TLS, a record a message", true, true, false},
    {"TLS, deflate, in bulk", true, false, true},
};

/* -- our receiver -- */

struct receiver {
    struct net_service *service;
    struct ws_client *client;
    char url[128];
    bool parses;
    struct venue_parser *parser;
    struct inflater *inflater; /* of a venue that packs messages by itself; else NULL */
    struct ring ring;
    int count, wanted;
    size_t lost;
    int64_t cpu_ns; /* begin, then what it took */
    atomic_int done;
    enum status status;
    char reason[256];
};

static void receiver_on_open(void *user) {
    struct receiver *receiver = user;
    receiver->cpu_ns = clock_thread_cpu_ns();
}

static void receiver_end(struct receiver *receiver, enum status status, const char *reason) {
    receiver->cpu_ns = clock_thread_cpu_ns() - receiver->cpu_ns;
    receiver->status = status;
    (void)str_copy(receiver->reason, sizeof(receiver->reason), reason);
    /* release: pairs with the acquire in receiver_run */
    atomic_store_explicit(&receiver->done, 1, memory_order_release);
}

static void receiver_on_message(void *user, const char *bytes, size_t len, bool binary,
                                int64_t recv_ns) {
    struct receiver *receiver = user;
    struct span text = {bytes, len};
    bool good = !binary || (receiver->inflater != NULL &&
                            inflate_run(receiver->inflater, bytes, len, &text) == STATUS_OK);
    if (good && receiver->parses) {
        struct venue_message message;
        good = venue_parse(receiver->parser, -1, text.bytes, text.len, recv_ns, &message) ==
                   STATUS_OK &&
               message.count > 0 &&
               ring_push(&receiver->ring, receiver->parser->slots, message.count);
    }
    receiver->lost += !good;
    if (++receiver->count == receiver->wanted) {
        ws_client_close(receiver->client);
        receiver_end(receiver, STATUS_OK, "");
    }
}

static void receiver_on_close(void *user, enum status status, const char *reason) {
    receiver_end(user, status, reason);
}

static const struct ws_client_ops receiver_ops = {
    .on_open = receiver_on_open, .on_message = receiver_on_message, .on_close = receiver_on_close};

static void receiver_open(void *user) {
    struct receiver *receiver = user;
    enum status why = STATUS_OK;
    receiver->count = 0;
    receiver->lost = 0;
    receiver->client = ws_client_open(
        receiver->service,
        &(struct ws_client_desc){.url = receiver->url, .ops = &receiver_ops, .user = receiver},
        &why);
    if (receiver->client == NULL) {
        receiver_end(receiver, why, status_text(why));
    }
}

/* One connection; this thread empties the ring meanwhile, as the engine would. */
static bool receiver_run(struct receiver *receiver, const char *url, int count, bool parses) {
    static struct event batch[1024];
    (void)str_copy(receiver->url, sizeof(receiver->url), url);
    receiver->parses = parses;
    receiver->wanted = count;
    /* relaxed: the post orders it */
    atomic_store_explicit(&receiver->done, 0, memory_order_relaxed);
    if (!net_service_post(receiver->service, receiver_open, receiver)) {
        return false;
    }
    int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    /* acquire: the figures are complete before done is seen */
    while (!atomic_load_explicit(&receiver->done, memory_order_acquire)) {
        if (ring_pop(&receiver->ring, batch, ARRAY_COUNT(batch)) == 0) {
            clock_sleep_until_ns(clock_mono_ns() + 500000);
        }
        if (clock_mono_ns() > end_ns) {
            return false;
        }
    }
    while (ring_pop(&receiver->ring, batch, ARRAY_COUNT(batch)) > 0) {
    }
    if (receiver->status != STATUS_OK || receiver->lost > 0) {
        printf("# %s: %s, %zu lost\n", url, receiver->reason, receiver->lost);
        return false;
    }
    return true;
}

/* The symbol as the venue's list of instruments would have told it: what its sizes count. */
static bool receiver_know_symbol(struct receiver *receiver, const char *name) {
    struct venue_symbol *symbol =
        venue_symbols_add(&receiver->parser->symbols, (struct span){name, strlen(name)});
    if (symbol == NULL) {
        return false;
    }
    symbol->listed = true;
    symbol->unit = symbol->unit != UNIT_NONE ? symbol->unit : UNIT_CONTRACTS;
    symbol->contract = symbol->contract != CONTRACT_NONE ? symbol->contract : CONTRACT_LINEAR;
    if (symbol->multiplier.mantissa == 0) {
        symbol->multiplier = decimal_from_i64(1, -3);
    }
    return true;
}

/* -- Node -- */

static const char node_script[] =
    "const W=require('ws'),fs=require('fs'),z=require('zlib');"
    "const [,,url,ca,n,json,gzip]=process.argv;"
    "const N=+n,w=new W(url,{ca:fs.readFileSync(ca),perMessageDeflate:true});let k=0,s=0,c;"
    "w.on('open',()=>{c=process.cpuUsage()});"
    "w.on('message',d=>{if(gzip==='1')d=z.gunzipSync(d);"
    "if(json==='1'){const m=JSON.parse(d);s+=%s}"
    "if(++k===N){const u=process.cpuUsage(c);if(Number.isNaN(s))process.exit(1);"
    "console.log((u.user+u.system)*1000);w.terminate()}});"
    "w.on('error',e=>{console.error(e.message);process.exit(1)});";

static bool node_prepare(const char *dir) {
    char command[1024];
    char path[512];
    (void)str_format(path, sizeof(path), "%s/node_modules/ws/package.json", dir);
    if (access(path, R_OK) == 0) {
        return true;
    }
    (void)str_format(command, sizeof(command),
                     "mkdir -p '%s' && cd '%s' && npm install --silent --no-audit --no-fund ws "
                     ">/dev/null 2>&1 && echo ok",
                     dir, dir);
    FILE *pipe_in = popen(command, "r");
    char line[16] = "";
    bool ok = pipe_in != NULL && fgets(line, sizeof(line), pipe_in) != NULL &&
              strncmp(line, "ok", 2) == 0;
    if (pipe_in != NULL) {
        (void)pclose(pipe_in);
    }
    return ok;
}

/* A file rather than an argument: quotes stay as they are. */
static bool node_write_script(const char *dir, const char *take) {
    char path[512];
    char text[2048];
    (void)str_format(path, sizeof(path), "%s/receive.js", dir);
    FILE *file = str_format(text, sizeof(text), node_script, take) ? fopen(path, "w") : NULL;
    bool ok = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && ok;
}

static bool node_run(const char *dir, const char *ca, const char *url, int count, bool parses,
                     bool gzip, int64_t *cpu_ns) {
    char command[2048];
    (void)str_format(command, sizeof(command), "cd '%s' && node receive.js '%s' '%s' %d %d %d", dir,
                     url, ca, count, parses ? 1 : 0, gzip ? 1 : 0);
    FILE *pipe_in = popen(command, "r");
    long long cpu = 0;
    bool ok = pipe_in != NULL && fscanf(pipe_in, "%lld", &cpu) == 1;
    if (pipe_in != NULL) {
        (void)pclose(pipe_in);
    }
    *cpu_ns = cpu;
    return ok;
}

/* -- figures -- */

enum contender { RUN_PARSED, RUN_NODE_JSON, RUN_JOINED, RUN_NODE_RAW, RUN_COUNT };

struct figure {
    double per_cpu_s[ROUND_MAX];
    int count;
};

struct bench {
    struct receiver receiver;
    struct frame_sender sender;
    struct frames plain, deflated;
    const char *node_dir; /* NULL: there is none */
    char ca[CERTS_PATH_BYTES];
    int rounds, messages;
    bool raw;  /* without parsing, too */
    bool gzip; /* the venue packs messages by itself */
};

static int compare(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* 0: none. */
static double median(struct figure *figure) {
    qsort(figure->per_cpu_s, (size_t)figure->count, sizeof(double), compare);
    return figure->count > 0 ? figure->per_cpu_s[figure->count / 2] : 0;
}

static void run_mode(struct bench *bench, const struct mode *mode, const char *venue) {
    struct figure figures[RUN_COUNT] = {0};
    const struct frames *frames = mode->deflated ? &bench->deflated : &bench->plain;
    char url[64];
    (void)str_format(url, sizeof(url), "%s://localhost:%d/", mode->tls ? "wss" : "ws",
                     mode->tls ? bench->sender.secure.port : bench->sender.plain.port);
    bench->sender.frames = frames;
    bench->sender.single = mode->single;
    bench->sender.deflated = mode->deflated;
    for (int round = 0; round < bench->rounds; round++) {
        for (int run = 0; run < (bench->raw ? RUN_COUNT : RUN_JOINED); run++) {
            bool ours = run == RUN_PARSED || run == RUN_JOINED;
            bool parses = run == RUN_PARSED || run == RUN_NODE_JSON;
            int64_t cpu_ns = 0;
            bool ok = ours ? receiver_run(&bench->receiver, url, frames->count, parses)
                           : bench->node_dir != NULL &&
                                 node_run(bench->node_dir, bench->ca, url, frames->count, parses,
                                          bench->gzip, &cpu_ns);
            cpu_ns = ours ? bench->receiver.cpu_ns : cpu_ns;
            if (ok && cpu_ns > 0) {
                figures[run].per_cpu_s[figures[run].count++] =
                    (double)frames->count * 1e9 / (double)cpu_ns;
            }
        }
    }
    double ours = median(&figures[RUN_PARSED]);
    double nodes = median(&figures[RUN_NODE_JSON]);
    printf("%-14s %-26s %6.0f %10.0f %10.0f %7.1f", venue, mode->title,
           (double)frames->len / frames->count, ours, nodes, nodes > 0 ? ours / nodes : 0);
    if (bench->raw) {
        printf("   not parsed: %.0f, node ws %.0f", median(&figures[RUN_JOINED]),
               median(&figures[RUN_NODE_RAW]));
    }
    printf("\n");
    (void)fflush(stdout);
}

static bool make_frames(struct bench *bench, enum venue_id id) {
    struct trade_texts texts = {0};
    bool ok = trade_texts_make(&texts, id, bench->messages) &&
              frames_make(&bench->plain, &texts, bench->messages,
                          bench->gzip ? FRAMES_GZIP : FRAMES_TEXT) &&
              frames_make(&bench->deflated, &texts, bench->messages / 8, FRAMES_DEFLATED);
    trade_texts_finish(&texts);
    return ok;
}

static bool run_venue(struct bench *bench, size_t row, struct instrument_table *instruments) {
    struct receiver *receiver = &bench->receiver;
    enum venue_id id = rows[row].id;
    const struct exchange_dialect *exchange = exchange_dialect_find(id);
    char name[EXCHANGE_SYMBOL_BYTES];
    bench->gzip = exchange != NULL && exchange->gzip;
    receiver->parser = venue_parser_create(venue_find(id), instruments);
    receiver->inflater = bench->gzip ? inflate_create(INFLATE_WHOLE, WS_MESSAGE_BYTES_MAX) : NULL;
    bool ok = exchange != NULL && receiver->parser != NULL && exchange->spell("BTC", name) &&
              receiver_know_symbol(receiver, name) && make_frames(bench, id);
    if (bench->node_dir != NULL && !node_write_script(bench->node_dir, rows[row].take)) {
        bench->node_dir = NULL;
    }
    for (size_t i = 0; i < ARRAY_COUNT(modes) && ok; i++) {
        if (!modes[i].deflated || !(exchange->gzip || exchange->plain)) {
            run_mode(bench, &modes[i], venue_key(id));
        }
    }
    frames_finish(&bench->plain);
    frames_finish(&bench->deflated);
    inflate_destroy(receiver->inflater);
    venue_parser_destroy(receiver->parser);
    return ok;
}

int main(int argc, char **argv) {
    static struct bench bench;
    bench.rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 3;
    bench.messages = argc > 2 ? (int)strtol(argv[2], NULL, 10) : COUNT_DEFAULT;
    enum venue_id only = argc > 3 ? venue_from_key(argv[3], strlen(argv[3])) : VENUE_NONE;
    bench.raw = only != VENUE_NONE;
    if (bench.rounds < 1 || bench.rounds > ROUND_MAX || bench.messages < 8 ||
        bench.messages > 10000000 || (argc > 3 && only == VENUE_NONE)) {
        fprintf(stderr, "bench_receive [rounds 1..%d [messages [venue]]]\n", ROUND_MAX);
        return 2;
    }
    bench_machine_print(stdout);
    struct certs certs;
    char cert[CERTS_PATH_BYTES];
    char key[CERTS_PATH_BYTES];
    enum status why = STATUS_OK;
    struct instrument_table *instruments = instrument_table_create();
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    bool ok =
        instruments != NULL && tls != NULL && certs_create(&certs) &&
        SSL_CTX_use_certificate_chain_file(tls, certs_path(&certs, "good", "pem", cert)) == 1 &&
        SSL_CTX_use_PrivateKey_file(tls, certs_path(&certs, "good", "key", key),
                                    SSL_FILETYPE_PEM) == 1 &&
        ring_init(&bench.receiver.ring, sizeof(struct event), RING_SLOTS) &&
        frame_sender_start(&bench.sender, tls);
    bench.receiver.service =
        ok ? net_service_create(
                 &(struct net_service_desc){.ca_file = certs_path(&certs, "ca", "pem", bench.ca)},
                 &why)
           : NULL;
    if (bench.receiver.service == NULL || !net_service_start(bench.receiver.service)) {
        fprintf(stderr, "bench_receive: cannot be set up (%s)\n", status_text(why));
        return 1;
    }
    const char *node_dir = getenv("BENCH_NODE_DIR");
    node_dir = node_dir != NULL ? node_dir : "/tmp/liqscope-bench-node";
    bench.node_dir = node_prepare(node_dir) ? node_dir : NULL;
    printf("# %d messages of a trade (deflated: %d), %d rounds, loopback, TLS 1.3; a CPU second\n",
           bench.messages, bench.messages / 8, bench.rounds);
    printf("%-14s %-26s %6s %10s %10s %7s\n", "venue", "", "bytes", "ours", "node", "ratio");
    for (size_t i = 0; i < ARRAY_COUNT(rows) && ok; i++) {
        ok = (only != VENUE_NONE && rows[i].id != only) || run_venue(&bench, i, instruments);
    }
    net_service_destroy(bench.receiver.service);
    frame_sender_stop(&bench.sender);
    ring_finish(&bench.receiver.ring);
    instrument_table_destroy(instruments);
    SSL_CTX_free(tls);
    certs_remove(&certs);
    return ok ? 0 : 1;
}
