/* Trade messages over TLS on loopback: how many a core of the net thread takes in, joined, parsed
 * and pushed into the ring; and the same messages through Node's `ws` + JSON.parse, in the same
 * run.
 *
 * The sender is OpenSSL alone, on a thread of its own, with frames made beforehand; who receives
 * has the other processor.  With compression an eighth of the messages is sent.  Figures are
 * messages a CPU second of the receiving thread (Node: of its whole process) and a second of wall
 * time; medians over rounds, sides taken in turn.  Arguments: [rounds (3)] [messages (400000)].
 * Node needs its `ws` package: looked for in $BENCH_NODE_DIR (default /tmp/liqscope-bench-node),
 * else fetched there with npm. */
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/ring.h"
#include "base/str.h"
#include "base/thread.h"
#include "market/instrument.h"
#include "net/service.h"
#include "net/ws_client.h"
#include "support/bench_machine.h"
#include "support/certs.h"
#include "support/raw_server.h"
#include "venue/binance.h"

enum {
    MESSAGE_BYTES = 200,
    FRAME_BYTES_MAX = MESSAGE_BYTES + 4,
    COUNT_DEFAULT = 400000,
    ROUND_MAX = 15,
    BULK_BYTES = 64 * 1024,
    RING_SLOTS = 1 << 16,
    WAIT_MS = 120000,
};

enum mode { MODE_BULK, MODE_SINGLE, MODE_DEFLATE, MODE_COUNT };
static const char *const mode_names[] = {"bulk", "single", "deflate"};
static const char *const mode_titles[] = {"in bulk, 16 KB records", "one record a message",
                                          "permessage-deflate, in bulk"};

struct frames {
    unsigned char *bytes; /* owned */
    size_t len;
    size_t *ends; /* owned: of each frame */
};

static struct frames frames[MODE_COUNT];
static int made_count = COUNT_DEFAULT; /* frames made */
static int message_count;              /* of them sent in the mode under way */
static SSL_CTX *sender_tls;

static void message_make(char out[static MESSAGE_BYTES + 1], int number) {
    (void)str_format(
        out, MESSAGE_BYTES + 1,
        "{\"stream\":\"btcusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":%lld,\"a\":%d,"
        "\"s\":\"BTCUSDT\",\"p\":\"%d.%d0\",\"q\":\"0.%03d\",\"f\":%d,\"l\":%d,\"T\":%lld,"
        "\"m\":%s",
        1763764800123LL + number / 40, 290000000 + number, 67000 + number * 7 % 900, number % 10,
        1 + number * 13 % 998, 710000000 + number, 710000000 + number,
        1763764800120LL + number / 40, number % 3 == 0 ? "true" : "false");
    size_t len = strlen(out);
    memset(out + len, ' ', MESSAGE_BYTES - len - 2);
    memcpy(out + MESSAGE_BYTES - 2, "}}", 3);
}

static void frames_push(struct frames *to, int at, unsigned byte0, const void *bytes, size_t len) {
    unsigned char *out = to->bytes + to->len;
    size_t head = 2;
    out[0] = (unsigned char)byte0;
    out[1] = (unsigned char)len;
    if (len > 125) {
        out[1] = 126;
        out[2] = (unsigned char)(len >> 8);
        out[3] = (unsigned char)(len & 0xff);
        head = 4;
    }
    memcpy(out + head, bytes, len);
    to->len += head + len;
    to->ends[at] = to->len;
}

static bool frames_make(void) {
    z_stream stream = {0};
    if (deflateInit2(&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        frames[mode].bytes = malloc((size_t)made_count * (FRAME_BYTES_MAX + 64));
        frames[mode].ends = malloc((size_t)made_count * sizeof(size_t));
        if (frames[mode].bytes == NULL || frames[mode].ends == NULL) {
            return false;
        }
    }
    for (int i = 0; i < made_count; i++) {
        char text[MESSAGE_BYTES + 1];
        unsigned char packed[MESSAGE_BYTES * 2];
        message_make(text, i);
        frames_push(&frames[MODE_BULK], i, 0x81, text, MESSAGE_BYTES);
        frames_push(&frames[MODE_SINGLE], i, 0x81, text, MESSAGE_BYTES);
        stream.next_in = (Bytef *)text;
        stream.avail_in = MESSAGE_BYTES;
        stream.next_out = packed;
        stream.avail_out = sizeof(packed);
        (void)deflate(&stream, Z_SYNC_FLUSH);
        size_t packed_len = sizeof(packed) - stream.avail_out - 4;
        frames_push(&frames[MODE_DEFLATE], i, 0xc1, packed, packed_len);
    }
    deflateEnd(&stream);
    return true;
}

/* -- the sender -- */

static bool sender_upgrade(SSL *ssl, enum mode *mode) {
    char request[RAW_REQUEST_BYTES] = "";
    size_t len = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        int some = SSL_read(ssl, request + len, (int)(sizeof(request) - len - 1));
        if (some <= 0) {
            return false;
        }
        len += (size_t)some;
        request[len] = '\0';
    }
    *mode = MODE_BULK;
    for (int i = 0; i < MODE_COUNT; i++) {
        char line[32];
        (void)str_format(line, sizeof(line), "GET /%s ", mode_names[i]);
        *mode = strncmp(request, line, strlen(line)) == 0 ? (enum mode)i : *mode;
    }
    const char *at = strstr(request, "Sec-WebSocket-Key: ");
    char key[WS_KEY_BYTES];
    char accept_key[WS_KEY_BYTES];
    char answer[512];
    if (at == NULL) {
        return false;
    }
    at += strlen("Sec-WebSocket-Key: ");
    (void)str_copy_span(key, sizeof(key), (struct span){at, strcspn(at, "\r")});
    ws_handshake_accept(key, accept_key);
    (void)str_format(answer, sizeof(answer),
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                     "Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                     accept_key,
                     *mode == MODE_DEFLATE ? "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                           : "");
    return SSL_write(ssl, answer, (int)strlen(answer)) > 0;
}

static void sender_send(SSL *ssl, enum mode mode) {
    const struct frames *all = &frames[mode];
    size_t at = 0;
    for (int i = 0; i < message_count && mode == MODE_SINGLE; i++) {
        if (SSL_write(ssl, all->bytes + at, (int)(all->ends[i] - at)) <= 0) {
            return;
        }
        at = all->ends[i];
    }
    size_t end = all->ends[message_count - 1];
    while (at < end) {
        size_t run = end - at < BULK_BYTES ? end - at : BULK_BYTES;
        if (SSL_write(ssl, all->bytes + at, (int)run) <= 0) {
            return;
        }
        at += run;
    }
    char bytes[256];
    (void)SSL_read(ssl, bytes, sizeof(bytes)); /* until the receiver closes */
}

static void sender_serve(int fd, void *user) {
    (void)user;
    SSL *ssl = SSL_new(sender_tls);
    enum mode mode = MODE_BULK;
    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1 &&
        sender_upgrade(ssl, &mode)) {
        sender_send(ssl, mode);
    }
    SSL_free(ssl);
}

/* -- our receiver -- */

struct receiver {
    struct net_service *service;
    struct ws_client *client;
    char url[128];
    bool parses;
    struct venue_parser *parser;
    struct ring ring;
    int count;
    size_t lost, bytes;
    int64_t cpu_ns, wall_ns; /* begin, then what it took */
    atomic_int done;
    enum status status;
    char reason[256];
};

static void receiver_on_open(void *user) {
    struct receiver *receiver = user;
    receiver->cpu_ns = clock_thread_cpu_ns();
    receiver->wall_ns = clock_mono_ns();
}

static void receiver_end(struct receiver *receiver, enum status status, const char *reason) {
    receiver->cpu_ns = clock_thread_cpu_ns() - receiver->cpu_ns;
    receiver->wall_ns = clock_mono_ns() - receiver->wall_ns;
    receiver->status = status;
    (void)str_copy(receiver->reason, sizeof(receiver->reason), reason);
    /* release: pairs with the acquire in receiver_run */
    atomic_store_explicit(&receiver->done, 1, memory_order_release);
}

static void receiver_on_message(void *user, const char *bytes, size_t len, bool binary,
                                int64_t recv_ns) {
    struct receiver *receiver = user;
    (void)binary;
    receiver->bytes += len;
    if (receiver->parses) {
        struct venue_message message;
        enum status status = venue_parse(receiver->parser, 0, bytes, len, recv_ns, &message);
        if (status != STATUS_OK ||
            !ring_push(&receiver->ring, receiver->parser->slots, message.count)) {
            receiver->lost++;
        }
    }
    if (++receiver->count == message_count) {
        ws_client_close(receiver->client);
        receiver_end(receiver, STATUS_OK, "");
    }
}

static void receiver_on_close(void *user, enum status status, const char *reason) {
    receiver_end(user, status, reason);
}

static const struct ws_client_ops receiver_ops = {receiver_on_open, receiver_on_message,
                                                  receiver_on_close};

static void receiver_open(void *user) {
    struct receiver *receiver = user;
    enum status why = STATUS_OK;
    receiver->count = 0;
    receiver->lost = 0;
    receiver->bytes = 0;
    receiver->client = ws_client_open(
        receiver->service,
        &(struct ws_client_desc){.url = receiver->url, .ops = &receiver_ops, .user = receiver},
        &why);
    if (receiver->client == NULL) {
        receiver_end(receiver, why, status_text(why));
    }
}

/* One connection in that mode; this thread empties the ring meanwhile, as the engine would. */
static bool receiver_run(struct receiver *receiver, int port, enum mode mode, bool parses) {
    (void)str_format(receiver->url, sizeof(receiver->url), "wss://localhost:%d/%s", port,
                     mode_names[mode]);
    receiver->parses = parses;
    /* relaxed: the post orders it */
    atomic_store_explicit(&receiver->done, 0, memory_order_relaxed);
    static struct event batch[1024];
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
        printf("# %s: %s, %zu lost\n", mode_names[mode], receiver->reason, receiver->lost);
        return receiver->status == STATUS_OK;
    }
    return true;
}

/* -- Node -- */

static const char node_script[] =
    "const W=require('ws'),fs=require('fs');const [,,url,ca,n,json]=process.argv;"
    "const N=+n,w=new W(url,{ca:fs.readFileSync(ca),perMessageDeflate:true});let k=0,s=0,c,t;"
    "w.on('open',()=>{c=process.cpuUsage();t=process.hrtime.bigint()});"
    "w.on('message',d=>{if(json==='1'){const m=JSON.parse(d).data;s+=m.T+Number(m.p)*Number(m.q)}"
    "if(++k===N){const u=process.cpuUsage(c),e=process.hrtime.bigint()-t;"
    "console.log((u.user+u.system)*1000,Number(e));w.terminate()}});"
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

static bool node_run(const char *dir, const char *ca, int port, enum mode mode, bool parses,
                     int64_t *cpu_ns, int64_t *wall_ns) {
    char command[4096];
    (void)str_format(command, sizeof(command),
                     "cd '%s' && node -e \"%s\" x wss://localhost:%d/%s '%s' %d %d", dir,
                     node_script, port, mode_names[mode], ca, message_count, parses ? 1 : 0);
    FILE *pipe_in = popen(command, "r");
    long long cpu = 0;
    long long wall = 0;
    bool ok = pipe_in != NULL && fscanf(pipe_in, "%lld %lld", &cpu, &wall) == 2;
    if (pipe_in != NULL) {
        (void)pclose(pipe_in);
    }
    *cpu_ns = cpu;
    *wall_ns = wall;
    return ok;
}

/* -- figures -- */

struct figure {
    double per_cpu_s[ROUND_MAX], per_wall_s[ROUND_MAX];
    int count;
};

static int compare(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof(*values), compare);
    return count > 0 ? values[count / 2] : 0;
}

static void figure_add(struct figure *figure, int64_t cpu_ns, int64_t wall_ns) {
    figure->per_cpu_s[figure->count] = message_count * 1e9 / (double)cpu_ns;
    figure->per_wall_s[figure->count] = message_count * 1e9 / (double)wall_ns;
    figure->count++;
}

static double figure_print(struct figure *figure, const char *title) {
    if (figure->count == 0) {
        printf("  %-34s not available\n", title);
        return 0;
    }
    double per_cpu_s = median(figure->per_cpu_s, figure->count);
    printf("  %-34s %9.0f a CPU second  %9.0f a second\n", title, per_cpu_s,
           median(figure->per_wall_s, figure->count));
    return per_cpu_s;
}

enum contender { RUN_JOINED, RUN_PARSED, RUN_NODE_RAW, RUN_NODE_JSON, RUN_COUNT };

static void mode_run(struct receiver *receiver, enum mode mode, int rounds, int port,
                     const char *node_dir, const char *ca) {
    struct figure figures[RUN_COUNT] = {0};
    message_count =
        mode == MODE_DEFLATE ? made_count / 8 : made_count; /* Node takes half a minute */
    for (int round = 0; round < rounds; round++) {
        for (int run = RUN_JOINED; run < RUN_COUNT; run++) {
            bool parses = run == RUN_PARSED || run == RUN_NODE_JSON;
            int64_t cpu_ns = 0;
            int64_t wall_ns = 0;
            bool ok = false;
            if (run <= RUN_PARSED) {
                ok = receiver_run(receiver, port, mode, parses);
                cpu_ns = receiver->cpu_ns;
                wall_ns = receiver->wall_ns;
            } else {
                ok = node_dir != NULL &&
                     node_run(node_dir, ca, port, mode, parses, &cpu_ns, &wall_ns);
            }
            if (ok) {
                figure_add(&figures[run], cpu_ns, wall_ns);
            }
        }
    }
    printf("%s\n", mode_titles[mode]);
    (void)figure_print(&figures[RUN_JOINED], "received and joined");
    double ours = figure_print(&figures[RUN_PARSED], "received, parsed, into the ring");
    (void)figure_print(&figures[RUN_NODE_RAW], "node ws");
    double nodes = figure_print(&figures[RUN_NODE_JSON], "node ws + JSON.parse");
    if (nodes > 0) {
        printf("  %-34s %9.2f x node ws + JSON.parse\n", "", ours / nodes);
    }
    (void)fflush(stdout);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 3;
    made_count = argc > 2 ? (int)strtol(argv[2], NULL, 10) : COUNT_DEFAULT;
    if (rounds < 1 || rounds > ROUND_MAX || made_count < 8 || made_count > 10000000) {
        fprintf(stderr, "bench_receive [rounds 1..%d] [messages]\n", ROUND_MAX);
        return 2;
    }
    bench_machine_print(stdout);
    struct certs certs;
    static struct receiver receiver;
    struct raw_server sender;
    char ca[CERTS_PATH_BYTES];
    char cert[CERTS_PATH_BYTES];
    char key[CERTS_PATH_BYTES];
    enum status why = STATUS_OK;
    struct instrument_table *instruments = instrument_table_create();
    sender_tls = SSL_CTX_new(TLS_server_method());
    bool ok = instruments != NULL && sender_tls != NULL && frames_make() && certs_create(&certs) &&
              SSL_CTX_use_certificate_chain_file(sender_tls,
                                                 certs_path(&certs, "good", "pem", cert)) == 1 &&
              SSL_CTX_use_PrivateKey_file(sender_tls, certs_path(&certs, "good", "key", key),
                                          SSL_FILETYPE_PEM) == 1 &&
              ring_init(&receiver.ring, sizeof(struct event), RING_SLOTS) &&
              raw_server_start(&sender, sender_serve, NULL);
    receiver.parser = ok ? venue_parser_create(&binance_usdm_dialect, instruments) : NULL;
    receiver.service = net_service_create(
        &(struct net_service_desc){.ca_file = certs_path(&certs, "ca", "pem", ca)}, &why);
    if (receiver.parser == NULL || receiver.service == NULL ||
        !net_service_start(receiver.service)) {
        fprintf(stderr, "bench_receive: cannot be set up (%s)\n", status_text(why));
        return 1;
    }
    const char *node_dir = getenv("BENCH_NODE_DIR");
    node_dir = node_dir != NULL ? node_dir : "/tmp/liqscope-bench-node";
    node_dir = node_prepare(node_dir) ? node_dir : NULL;
    printf("# %d messages of %d bytes (deflated: %.0f), %d rounds, TLS 1.3 on loopback\n",
           made_count, MESSAGE_BYTES, (double)frames[MODE_DEFLATE].len / made_count, rounds);
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        mode_run(&receiver, (enum mode)mode, rounds, sender.port, node_dir, ca);
    }
    net_service_destroy(receiver.service);
    raw_server_stop(&sender);
    venue_parser_destroy(receiver.parser);
    ring_finish(&receiver.ring);
    instrument_table_destroy(instruments);
    SSL_CTX_free(sender_tls);
    certs_remove(&certs);
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        free(frames[mode].bytes);
        free(frames[mode].ends);
    }
    return 0;
}
