/* tests/fuzz/fuzz_net.c - what strangers send before anything else looks at it: HTTP heads, chunked
 * bodies, WebSocket frame heads, compressed bodies, what a proxy says, and URLs from a config file.
 * The first byte chooses. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_head.h"
#include "net/inflate.h"
#include "net/proxy.h"
#include "net/url.h"
#include "net/ws_frame.h"

enum { FUZZ_OUT_MAX = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void fuzz_head(const char *text, size_t len) {
    struct http_head head;
    int used = http_head_parse(text, len, &head);
    assert(used >= -1);
    assert(used <= (int)len);
    if (used > 0) {
        assert(head.code >= 100);
        struct http_head shorter;
        assert(http_head_parse(text, (size_t)used - 1, &shorter) == 0);
    }
}

static void fuzz_chunks(const char *text, size_t len) {
    struct http_chunks chunks = {0};
    const char *at = text;
    size_t left = len;
    size_t total = 0;
    struct span run = {0};
    while (left > 0 && !chunks.ended && http_chunks_next(&chunks, &at, &left, &run)) {
        assert(run.len == 0 || (run.bytes >= text && run.bytes + run.len <= text + len));
        total += run.len;
    }
    assert(total <= len);
}

static void fuzz_frames(const char *bytes, size_t len) {
    while (len > 0) {
        struct ws_frame frame = {0};
        int head = ws_frame_parse(bytes, len, &frame);
        if (head <= 0) {
            return;
        }
        assert(frame.opcode < WS_CLOSE || frame.len <= WS_CONTROL_BYTES_MAX);
        size_t step = (size_t)head + (frame.len < 200 ? (size_t)frame.len : 0);
        step = step < len ? step : len;
        bytes += step;
        len -= step;
    }
}

static void fuzz_inflate(enum inflate_kind kind, const char *bytes, size_t len) {
    struct inflater *inflater = inflate_create(kind, FUZZ_OUT_MAX);
    struct span out = {0};
    if (inflater == NULL) {
        return;
    }
    enum status first = inflate_run(inflater, bytes, len / 2, &out);
    assert(out.len <= FUZZ_OUT_MAX);
    if (first == STATUS_OK) {
        assert(out.bytes[out.len] == '\0');
        (void)inflate_run(inflater, bytes + len / 2, len - len / 2, &out);
    }
    inflate_destroy(inflater);
}

/* What it says comes in two pieces, as it may over a network. */
static void fuzz_proxy(enum proxy_kind kind, const char *bytes, size_t len) {
    const struct proxy proxy = {.kind = kind, .user = "me", .password = "pw"};
    struct url url;
    struct proxy_talk talk;
    struct proxy_answer answer;
    size_t begin = 0;
    (void)url_parse("wss://venue.example.test/", "wss", "ws", &url);
    proxy_talk_begin(&talk, &proxy, &url, &answer);
    for (int piece = 1; piece <= 2; piece++) {
        const size_t end = len * (size_t)piece / 2;
        enum proxy_step step = PROXY_SAYS;
        while (step == PROXY_SAYS) {
            size_t used = 0;
            step = proxy_talk_take(&talk, bytes + begin, end - begin, &used, &answer);
            assert(used <= end - begin);
            assert(answer.out_len <= sizeof answer.out);
            assert(step != PROXY_FAILED || answer.reason[0] != '\0');
            begin += used;
        }
        if (step == PROXY_CONNECTED || step == PROXY_FAILED) {
            return;
        }
    }
}

static char *no_env(const char *name) {
    (void)name;
    return NULL;
}

/* The same text, as an option. */
static void fuzz_rules(const char *text) {
    static struct proxy_rules rules;
    char reason[PROXY_REASON_BYTES];
    if (proxy_rules_read(&rules, text, no_env, reason) && rules.proxy.kind != PROXY_NONE) {
        assert(rules.proxy.port > 0 && rules.proxy.port <= 65535);
        assert(strpbrk(rules.proxy.host, " \r\n@/") == NULL);
    }
}

static void fuzz_url(const char *text) {
    struct url url;
    enum status status = url_parse(text, "wss", "ws", &url);
    if (status == STATUS_OK) {
        assert(url.tls || url.loopback);
        assert(url.path[0] == '/');
        assert(url.port > 0);
        assert(strpbrk(url.path, " \r\n") == NULL);
        assert(strpbrk(url.host, " \r\n@/") == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    if (len == 0) {
        return 0;
    }
    char *text = malloc(len);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, bytes + 1, len - 1);
    text[len - 1] = '\0';
    switch (bytes[0] % 8) {
    case 0:
        fuzz_head(text, len - 1);
        break;
    case 1:
        fuzz_chunks(text, len - 1);
        break;
    case 2:
        fuzz_frames(text, len - 1);
        break;
    case 3:
        fuzz_inflate(INFLATE_WHOLE, text, len - 1);
        break;
    case 4:
        fuzz_inflate(INFLATE_MESSAGE, text, len - 1);
        break;
    case 5:
        fuzz_proxy(PROXY_CONNECT, text, len - 1);
        break;
    case 6:
        fuzz_proxy(PROXY_SOCKS5, text, len - 1);
        break;
    default:
        fuzz_url(text);
        fuzz_rules(text);
        break;
    }
    free(text);
    return 0;
}
