/* The WebSocket client against peers that bend or break the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/tcp.h>

#include "base/random.h"
#include "support/net_side.h"

struct script {
    atomic_int served;
    const char *extensions;
    const char *bytes; /* sent after the upgrade */
    size_t len;
};

static void serve_bytes(int fd, void *user) {
    struct script *script = user;
    if (raw_upgrade(fd, script->extensions) && raw_send(fd, script->bytes, script->len)) {
        raw_wait_end(fd);
    }
    rig_count(&script->served);
}

static void broken_frames_end_the_connection(void **state) {
    (void)state;
    static const struct {
        const char *extensions, *bytes;
        size_t len;
        enum status status;
    } rows[] = {
        {NULL, "\x81\x82qqqqab", 8, STATUS_MALFORMED},     /* masked */
        {NULL, "\x80\x01x", 3, STATUS_MALFORMED},          /* continues nothing */
        {NULL, "\x01\x01x\x81\x01y", 6, STATUS_MALFORMED}, /* a message in a message */
        {NULL, "\xc1\x01x", 3, STATUS_MALFORMED},          /* compressed, not agreed */
        {NULL, "\x82\x7f\x00\x00\x00\x00\x01\x00\x00\x01zz", 12, STATUS_RANGE}, /* announced */
        {"permessage-deflate", "\xc1\x03\xff\xff\xff", 5, STATUS_MALFORMED},
        {"permessage-bzip", "", 0, STATUS_MALFORMED},
        {NULL,
         "\x88\x05\x03\xf4"
         "bye",
         7, STATUS_CLOSED}, /* 1012, which is a code like others */
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct script script = {
            .extensions = rows[i].extensions, .bytes = rows[i].bytes, .len = rows[i].len};
        struct raw_server peer;
        assert_true(raw_server_start(&peer, serve_bytes, &script));
        struct side side;
        side_create_raw(&side, &peer);
        assert_true(rig_run(side.rig.client, side_open, &side));
        assert_true(rig_wait(&side.closed, 1));
        assert_int_equal(side.status, rows[i].status);
        if (rows[i].status == STATUS_CLOSED) {
            assert_string_equal(side.reason, "closed by the peer: 1012 bye");
        }
        rig_destroy(&side.rig);
        raw_server_stop(&peer);
        assert_int_equal(side.received, 0);
    }
}

static void serve_fragments(int fd, void *user) {
    struct script *script = user;
    unsigned byte0 = 0;
    unsigned char pong[126];
    bool ok = raw_upgrade(fd, script->extensions) && raw_send_frame(fd, 0x01, "he", 2) &&
              raw_send_frame(fd, 0x89, "are you there", 13) && raw_send_frame(fd, 0x00, "", 0) &&
              raw_read_frame(fd, &byte0, pong) == 13 && byte0 == 0x8a &&
              memcmp(pong, "are you there", 13) == 0 && raw_send_frame(fd, 0x8a, "stray", 5) &&
              raw_send_frame(fd, 0x00, "ll", 2) && raw_send_frame(fd, 0x89, "", 0) &&
              raw_read_frame(fd, &byte0, pong) == 0 && byte0 == 0x8a &&
              raw_send_frame(fd, 0x80, "o", 1);
    /* Not compressed although it might be: allowed, and usual for short messages. */
    ok = ok && raw_send_frame(fd, 0x81, "plain", 5);
    char full[125];
    memset(full, 'p', sizeof(full));
    ok = ok && raw_send_frame(fd, 0x89, full, sizeof(full)) &&
         raw_read_frame(fd, &byte0, pong) == 125 && memcmp(pong, full, 125) == 0;
    /* A message of single bytes, each a frame and a packet of its own. */
    char *bytes = script->len > 0 ? (char *)calloc(1, script->len) : NULL;
    for (size_t i = 0; ok && i < script->len; i++) {
        unsigned first = i == 0 ? 0x02 : 0x00;
        unsigned last = i + 1 == script->len ? 0x80 : 0x00;
        ok = raw_send_frame(fd, first | last, bytes + i, 1);
    }
    free(bytes);
    if (ok) {
        rig_count(&script->served);
        raw_wait_end(fd);
    }
}

static void fragments_are_joined_around_control_frames(void **state) {
    (void)state;
    static const char *const extensions[] = {NULL, "permessage-deflate"};
    for (size_t i = 0; i < ARRAY_COUNT(extensions); i++) {
        struct script script = {.extensions = extensions[i], .len = 1000};
        struct raw_server peer;
        assert_true(raw_server_start(&peer, serve_fragments, &script));
        struct side side;
        side_create_raw(&side, &peer);
        side_connect(&side);
        assert_true(rig_wait(&side.received, 3));
        assert_int_equal(side.checks[0], check_of("hello", 5));
        assert_int_equal(side.checks[1], check_of("plain", 5));
        assert_int_equal(side.lengths[2], 1000);
        assert_true(rig_wait(&script.served, 1));
        rig_destroy(&side.rig);
        raw_server_stop(&peer);
    }
}

/* A stream of frames of all kinds, as one run of bytes, and what messages it holds. */
struct frame_stream {
    unsigned char *bytes; /* owned */
    size_t len;
    size_t lengths[MESSAGE_COUNT_MAX];
    uint32_t checks[MESSAGE_COUNT_MAX];
    uint64_t seed;
};

static void frame_stream_add(struct frame_stream *stream, unsigned byte0, const char *bytes,
                             size_t len) {
    unsigned char *out = stream->bytes + stream->len;
    int len_bytes = len < 126 ? 0 : len <= UINT16_MAX ? 2 : 8;
    out[0] = (unsigned char)byte0;
    out[1] = (unsigned char)(len_bytes == 0 ? len : len_bytes == 2 ? 126 : 127);
    for (int i = 0; i < len_bytes; i++) {
        out[2 + i] = (unsigned char)((uint64_t)len >> (8 * (len_bytes - 1 - i)) & 0xff);
    }
    memcpy(out + 2 + len_bytes, bytes, len);
    stream->len += (size_t)(2 + len_bytes) + len;
}

static void frame_stream_make(struct frame_stream *stream, struct random *random,
                              const char *plain) {
    static const size_t caps[] = {4, 130, 3000, 70000};
    for (int i = 0; i < MESSAGE_COUNT_MAX; i++) {
        size_t len = random_u64(random) % caps[random_u64(random) % ARRAY_COUNT(caps)];
        stream->lengths[i] = len;
        stream->checks[i] = check_of(plain, len);
        unsigned opcode = 0x01;
        for (size_t at = 0; at < len || opcode != 0;) {
            size_t part = random_u64(random) % (len - at + 1);
            bool last = random_u64(random) % 3 == 0 || at == len;
            part = last ? len - at : part;
            frame_stream_add(stream, opcode | (last ? 0x80 : 0), plain + at, part);
            at += part;
            opcode = 0;
            if (last) {
                break;
            }
            if (random_u64(random) % 4 == 0) {
                frame_stream_add(stream, 0x8a, plain, random_u64(random) % 126);
            }
            if (at == len) {
                frame_stream_add(stream, 0x80, plain, 0);
            }
        }
    }
}

static void serve_cuts(int fd, void *user) {
    struct frame_stream *stream = user;
    struct random random;
    random_init(&random, stream->seed + 1);
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    bool ok = raw_upgrade(fd, NULL);
    for (size_t at = 0; ok && at < stream->len;) {
        size_t cap = random_u64(&random) % 8 == 0 ? 100000 : 20;
        size_t part = 1 + random_u64(&random) % cap;
        part = part < stream->len - at ? part : stream->len - at;
        ok = raw_send(fd, stream->bytes + at, part);
        at += part;
    }
    raw_wait_end(fd);
}

static void frames_cut_anywhere_give_the_same_messages(void **state) {
    (void)state;
    enum { STREAM_BYTES_MAX = 6000000 };
    char *plain = long_create(LONG_BYTES);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct frame_stream stream = {.bytes = malloc(STREAM_BYTES_MAX), .seed = seed};
        struct random random;
        random_init(&random, seed);
        assert_non_null(stream.bytes);
        frame_stream_make(&stream, &random, plain);
        struct raw_server peer;
        assert_true(raw_server_start(&peer, serve_cuts, &stream));
        struct side side;
        side_create_raw(&side, &peer);
        assert_true(rig_run(side.rig.client, side_open, &side));
        if (!rig_wait(&side.received, MESSAGE_COUNT_MAX)) {
            fail_msg("seed %llu: %d messages, %s", (unsigned long long)seed, side.received,
                     side.reason);
        }
        assert_memory_equal(side.lengths, stream.lengths, sizeof(side.lengths));
        assert_memory_equal(side.checks, stream.checks, sizeof(side.checks));
        rig_destroy(&side.rig);
        raw_server_stop(&peer);
        free(stream.bytes);
    }
    free(plain);
}

static void serve_too_long(int fd, void *user) {
    struct script *script = user;
    enum { PART_BYTES = 1 << 20 };
    char *part = calloc(1, PART_BYTES);
    bool ok = part != NULL && raw_upgrade(fd, NULL);
    /* The cap itself passes, in sixteen frames; one byte more does not. */
    for (int i = 0; ok && i < 16; i++) {
        ok = raw_send_frame(fd, i == 0 ? 0x02 : i == 15 ? 0x80 : 0x00, part, PART_BYTES);
    }
    for (int i = 0; ok && i < 16; i++) {
        ok = raw_send_frame(fd, i == 0 ? 0x02 : 0x00, part, PART_BYTES);
    }
    ok = ok && raw_send_frame(fd, 0x80, "x", 1);
    free(part);
    raw_wait_end(fd);
    rig_count(&script->served);
}

static void message_above_the_cap_ends_the_connection(void **state) {
    (void)state;
    struct script script = {0};
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_too_long, &script));
    struct side side;
    side_create_raw(&side, &peer);
    side_connect(&side);
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_RANGE);
    assert_int_equal(side.received, 1);
    assert_int_equal(side.lengths[0], WS_MESSAGE_BYTES_MAX);
    rig_destroy(&side.rig);
    raw_server_stop(&peer);
}

static void serve_bomb(int fd, void *user) {
    struct script *script = user;
    enum { PLAIN_BYTES = WS_MESSAGE_BYTES_MAX + 1000, PACKED_BYTES = 200000 };
    z_stream stream = {0};
    Bytef *plain = calloc(1, PLAIN_BYTES);
    Bytef *packed = malloc(PACKED_BYTES);
    if (plain != NULL && packed != NULL && raw_upgrade(fd, "permessage-deflate") &&
        deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
        stream.next_in = plain;
        stream.avail_in = PLAIN_BYTES;
        stream.next_out = packed;
        stream.avail_out = PACKED_BYTES;
        (void)deflate(&stream, Z_SYNC_FLUSH);
        (void)raw_send_frame(fd, 0xc2, packed, PACKED_BYTES - stream.avail_out - 4);
        deflateEnd(&stream);
        raw_wait_end(fd);
    }
    free(plain);
    free(packed);
    rig_count(&script->served);
}

static void inflated_message_above_the_cap_ends_the_connection(void **state) {
    (void)state;
    struct script script = {0};
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_bomb, &script));
    struct side side;
    side_create_raw(&side, &peer);
    side_connect(&side);
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_RANGE);
    assert_int_equal(side.received, 0);
    rig_destroy(&side.rig);
    raw_server_stop(&peer);
}

static void serve_silence(int fd, void *user) {
    struct script *script = user;
    unsigned byte0 = 0;
    unsigned char payload[126];
    if (raw_upgrade(fd, NULL) && raw_read_frame(fd, &byte0, payload) == 0 && byte0 == 0x89) {
        rig_count(&script->served); /* a ping came; no pong goes back */
    }
    raw_wait_end(fd);
}

static void peer_that_answers_no_ping_is_dead(void **state) {
    (void)state;
    struct script script = {0};
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_silence, &script));
    struct side side;
    side_create_raw(&side, &peer);
    side.desc.ping_interval_ms = 60;
    side_connect(&side);
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_TIMEOUT);
    assert_int_equal(script.served, 1);
    rig_destroy(&side.rig);
    raw_server_stop(&peer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_frames_end_the_connection),
        cmocka_unit_test(fragments_are_joined_around_control_frames),
        cmocka_unit_test(frames_cut_anywhere_give_the_same_messages),
        cmocka_unit_test(message_above_the_cap_ends_the_connection),
        cmocka_unit_test(inflated_message_above_the_cap_ends_the_connection),
        cmocka_unit_test(peer_that_answers_no_ping_is_dead),
    };
    return cmocka_run_group_tests_name("net_frames", tests, NULL, NULL);
}
