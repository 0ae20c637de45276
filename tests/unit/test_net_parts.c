/* URLs, frame heads, HTTP heads, chunks, inflating: the parts of net that need no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/random.h"
#include "net/http_head.h"
#include "net/inflate.h"
#include "net/url.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

static void urls_are_taken_apart_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum status status;
        const char *host, *authority, *path;
        int port;
        bool tls;
    } rows[] = {
        {"wss://fstream.binance.com/market/stream?streams=btcusdt@aggTrade", STATUS_OK,
         "fstream.binance.com", "fstream.binance.com", "/market/stream?streams=btcusdt@aggTrade",
         443, true},
        {"wss://h:9443", STATUS_OK, "h", "h:9443", "/", 9443, true},
        {"wss://h?a=b", STATUS_OK, "h", "h", "/?a=b", 443, true},
        {"ws://127.0.0.1:8080/ws", STATUS_OK, "127.0.0.1", "127.0.0.1:8080", "/ws", 8080, false},
        {"ws://LocalHost/", STATUS_OK, "LocalHost", "LocalHost", "/", 80, false},
        {"ws://[::1]:81/", STATUS_OK, "::1", "[::1]:81", "/", 81, false},
        {"ws://127.1.2.3/", STATUS_OK, "127.1.2.3", "127.1.2.3", "/", 80, false},
        {"ws://example.com/", STATUS_UNSUPPORTED, NULL, NULL, NULL, 0, false},
        {"ws://127.0.0.1.example.com/", STATUS_UNSUPPORTED, NULL, NULL, NULL, 0, false},
        {"ws://192.168.0.1/", STATUS_UNSUPPORTED, NULL, NULL, NULL, 0, false},
        {"https://h/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://user@h/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://h:0/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://h:65536/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://h:/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://h/a b", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://h/\r\nX: y", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://h/#part", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://[::1/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {"wss://[h]/", STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
        {NULL, STATUS_MALFORMED, NULL, NULL, NULL, 0, false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct url url;
        enum status status = url_parse(rows[i].text, "wss", "ws", &url);
        if (status != rows[i].status) {
            fail_msg("%s: got %s, want %s", rows[i].text, status_text(status),
                     status_text(rows[i].status));
        }
        if (status == STATUS_OK) {
            assert_string_equal(url.host, rows[i].host);
            assert_string_equal(url.authority, rows[i].authority);
            assert_string_equal(url.path, rows[i].path);
            assert_int_equal(url.port, rows[i].port);
            assert_int_equal(url.tls, rows[i].tls);
        }
    }
}

static void frame_heads_are_read_and_broken_ones_refused(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        int result;
        uint64_t payload_len;
    } rows[] = {
        {"\x81\x05", 2, 2, 5},
        {"\x81\x7d", 2, 2, 125},
        {"\x82\x7e\x00\x7e", 4, 4, 126},
        {"\x82\x7e\xff\xff", 4, 4, 65535},
        {"\x01\x7f\x00\x00\x00\x00\x01\x00\x00\x00", 10, 10, 1u << 24},
        {"\xc1\x01", 2, 2, 1},
        {"\x89\x00", 2, 2, 0},
        {"\x81", 1, 0, 0},
        {"\x82\x7e\x00", 3, 0, 0},
        {"\x82\x7f\x00\x00\x00\x00\x00\x00\x00", 9, 0, 0},
        {"\x81\x85", 2, -1, 0},         /* masked */
        {"\x83\x05", 2, -1, 0},         /* opcode 3 */
        {"\x8b\x00", 2, -1, 0},         /* opcode 11 */
        {"\xa1\x05", 2, -1, 0},         /* RSV2 */
        {"\x91\x05", 2, -1, 0},         /* RSV3 */
        {"\x09\x00", 2, -1, 0},         /* fragmented ping */
        {"\x89\x7e\x00\x7e", 4, -1, 0}, /* long ping */
        {"\xc9\x00", 2, -1, 0},         /* compressed ping */
        {"\xc0\x01", 2, -1, 0},         /* compressed continuation */
        {"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", 10, -1, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct ws_frame frame = {0};
        int result = ws_frame_parse(rows[i].bytes, rows[i].len, &frame);
        if (result != rows[i].result || (result > 0 && frame.len != rows[i].payload_len)) {
            fail_msg("row %zu: got %d (%llu bytes), want %d (%llu bytes)", i, result,
                     (unsigned long long)frame.len, rows[i].result,
                     (unsigned long long)rows[i].payload_len);
        }
    }
}

static void accept_key_is_the_one_of_the_rfc(void **state) {
    (void)state;
    char accept_key[WS_KEY_BYTES];
    ws_handshake_accept("dGhlIHNhbXBsZSBub25jZQ==", accept_key);
    assert_string_equal(accept_key, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void http_heads_are_read_at_any_cut(void **state) {
    (void)state;
    static const char text[] = "HTTP/1.1 429 Too Many Requests\r\n"
                               "Retry-After: 17\r\n"
                               "x-mbx-used-weight-1m:2399 \r\n"
                               "Content-Length: 12\r\n"
                               "Content-Encoding: gzip\r\n"
                               "Upgrade: WebSocket\r\n"
                               "Sec-WebSocket-Accept: abc=\r\n"
                               "\r\n";
    struct http_head head;
    for (size_t cut = 0; cut + 1 < sizeof(text); cut++) {
        assert_int_equal(http_head_parse(text, cut, &head), 0);
    }
    assert_int_equal(http_head_parse(text, sizeof(text) - 1, &head), (int)sizeof(text) - 1);
    assert_int_equal(head.code, 429);
    assert_int_equal(head.retry_after_s, 17);
    assert_int_equal(head.used_weight, 2399);
    assert_int_equal(head.content_length, 12);
    assert_true(head.compressed);
    assert_false(head.chunked);
    assert_true(head.upgrade_websocket);
    assert_string_equal(head.ws_accept, "abc=");
}

static void http_heads_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 999 X\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "<html>\r\n\r\n",
        "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct http_head head;
        if (http_head_parse(texts[i], strlen(texts[i]), &head) != -1) {
            fail_msg("taken for a head: %s", texts[i]);
        }
    }
    char *endless = malloc(HTTP_HEAD_BYTES_MAX + 2);
    assert_non_null(endless);
    memset(endless, 'a', HTTP_HEAD_BYTES_MAX + 1);
    struct http_head head;
    assert_int_equal(http_head_parse(endless, HTTP_HEAD_BYTES_MAX + 1, &head), -1);
    free(endless);
}

/* Feed text in pieces of that size. Returns -1: refused, else the body's length; *ended as the
 * parser saw it. */
static int chunks_feed(const char *text, size_t piece, char out[static 256], bool *ended) {
    struct http_chunks chunks = {0};
    size_t len = strlen(text);
    size_t out_len = 0;
    for (size_t at = 0; at < len; at += piece) {
        const char *bytes = text + at;
        size_t left = len - at < piece ? len - at : piece;
        while (left > 0 && !chunks.ended) {
            struct span run = {0};
            if (!http_chunks_next(&chunks, &bytes, &left, &run)) {
                return -1;
            }
            if (run.len > 0) {
                memcpy(out + out_len, run.bytes, run.len);
                out_len += run.len;
            }
        }
    }
    out[out_len] = '\0';
    *ended = chunks.ended;
    return (int)out_len;
}

static void chunked_bodies_are_joined_at_any_cut(void **state) {
    (void)state;
    static const char text[] =
        "5\r\nhello\r\n1;name=value\r\n \r\n0006\r\nworld!\r\n0\r\nA: b\r\n\r\n";
    for (size_t piece = 1; piece <= sizeof(text); piece++) {
        char out[256];
        bool ended = false;
        assert_int_equal(chunks_feed(text, piece, out, &ended), 12);
        assert_string_equal(out, "hello world!");
        assert_true(ended);
    }
    static const char *const bad[] = {"g\r\n", "\r\n", "5\r\nhellox\r\n", "ffffffffffffffffff\r\n",
                                      "5 x\ny"};
    for (size_t i = 0; i < 4; i++) {
        char out[256];
        bool ended = false;
        if (chunks_feed(bad[i], 1, out, &ended) != -1) {
            fail_msg("taken for chunks: %s", bad[i]);
        }
    }
    char out[256];
    bool ended = true;
    assert_int_equal(chunks_feed("5\r\nhel", 2, out, &ended), 3);
    assert_false(ended);
}

enum { PLAIN_BYTES = 300000 };

/* window_bits: 15 + 16 gzip, 15 zlib, -15 raw. */
static size_t deflate_bytes(z_stream *stream, int flush, const char *bytes, size_t len, char *out,
                            size_t out_size) {
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)len;
    stream->next_out = (Bytef *)out;
    stream->avail_out = (uInt)out_size;
    (void)deflate(stream, flush);
    return out_size - stream->avail_out;
}

static size_t deflate_whole(int window_bits, const char *bytes, size_t len, char *out,
                            size_t out_size) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    size_t out_len = deflate_bytes(&stream, Z_FINISH, bytes, len, out, out_size);
    deflateEnd(&stream);
    return out_len;
}

static char *plain_create(void) {
    char *plain = malloc(PLAIN_BYTES);
    assert_non_null(plain);
    struct random random;
    random_init(&random, 7);
    for (size_t i = 0; i < PLAIN_BYTES; i++) {
        plain[i] = (char)('a' + random_u64(&random) % 5);
    }
    return plain;
}

static void whole_bodies_inflate_up_to_the_cap(void **state) {
    (void)state;
    char *plain = plain_create();
    char *packed = malloc(PLAIN_BYTES);
    assert_non_null(packed);
    static const int kinds[] = {15 + 16, 15};
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        size_t len = deflate_whole(kinds[i], plain, PLAIN_BYTES, packed, PLAIN_BYTES);
        struct inflater *exact = inflate_create(INFLATE_WHOLE, PLAIN_BYTES);
        struct inflater *small = inflate_create(INFLATE_WHOLE, PLAIN_BYTES - 1);
        struct span out = {0};
        for (int again = 0; again < 2; again++) {
            assert_int_equal(inflate_run(exact, packed, len, &out), STATUS_OK);
            assert_int_equal(out.len, PLAIN_BYTES);
            assert_memory_equal(out.bytes, plain, PLAIN_BYTES);
            assert_int_equal(out.bytes[out.len], '\0');
            assert_int_equal(inflate_run(exact, packed, len - 1, &out), STATUS_MALFORMED);
            assert_int_equal(inflate_run(exact, "nonsense", 8, &out), STATUS_MALFORMED);
            assert_int_equal(inflate_run(exact, "", 0, &out), STATUS_MALFORMED);
            assert_int_equal(inflate_run(small, packed, len, &out), STATUS_RANGE);
        }
        packed[len / 2] = (char)(packed[len / 2] ^ 0x55);
        assert_int_equal(inflate_run(exact, packed, len, &out), STATUS_MALFORMED);
        inflate_destroy(exact);
        inflate_destroy(small);
    }
    inflate_destroy(NULL);
    free(packed);
    free(plain);
}

static void messages_share_a_window_and_lose_no_byte(void **state) {
    (void)state;
    enum { LONG_BYTES = 200000 };
    char *plain = malloc(LONG_BYTES);
    char *packed = malloc(LONG_BYTES);
    assert_non_null(plain);
    assert_non_null(packed);
    memset(plain, 'x', LONG_BYTES);
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct inflater *inflater = inflate_create(INFLATE_MESSAGE, LONG_BYTES);
    struct random random;
    random_init(&random, 11);
    /* Lengths around the output buffer's: what is pending when input and room end together must
     * come too. */
    for (int i = 0; i < 400; i++) {
        size_t len = i < 200 ? (size_t)(65536 - 100 + i) : random_u64(&random) % LONG_BYTES;
        plain[len / 2] = (char)('a' + i % 26);
        size_t packed_len =
            deflate_bytes(&stream, Z_SYNC_FLUSH, plain, len, packed, LONG_BYTES) - 4;
        struct span out = {0};
        assert_int_equal(inflate_run(inflater, packed, packed_len, &out), STATUS_OK);
        if (out.len != len || memcmp(out.bytes, plain, len) != 0) {
            fail_msg("message %d of %zu bytes came out as %zu", i, len, out.len);
        }
    }
    struct span out = {0};
    assert_int_equal(inflate_run(inflater, "\xff\xff\xff", 3, &out), STATUS_MALFORMED);
    inflate_destroy(inflater);
    deflateEnd(&stream);
    free(packed);
    free(plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart_or_refused),
        cmocka_unit_test(frame_heads_are_read_and_broken_ones_refused),
        cmocka_unit_test(accept_key_is_the_one_of_the_rfc),
        cmocka_unit_test(http_heads_are_read_at_any_cut),
        cmocka_unit_test(http_heads_that_are_none_are_refused),
        cmocka_unit_test(chunked_bodies_are_joined_at_any_cut),
        cmocka_unit_test(whole_bodies_inflate_up_to_the_cap),
        cmocka_unit_test(messages_share_a_window_and_lose_no_byte),
    };
    return cmocka_run_group_tests_name("net_parts", tests, NULL, NULL);
}
