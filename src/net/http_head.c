#include "net/http_head.h"

#include <string.h>

enum { HEADER_VALUE_INT_MAX = 1000000000 };

enum chunk_state {
    CHUNK_SIZE,      /* hexadecimal digits */
    CHUNK_EXTENSION, /* the rest of that line */
    CHUNK_DATA,
    CHUNK_DATA_END, /* the line end behind the data */
    CHUNK_TRAILER,  /* lines until an empty one */
};

static struct span span_trim(struct span span) {
    while (span.len > 0 && (span.bytes[0] == ' ' || span.bytes[0] == '\t')) {
        span.bytes++;
        span.len--;
    }
    while (span.len > 0 && (span.bytes[span.len - 1] == ' ' || span.bytes[span.len - 1] == '\t' ||
                            span.bytes[span.len - 1] == '\r')) {
        span.len--;
    }
    return span;
}

static bool span_is(struct span span, const char *text) {
    char copy[64];
    return str_copy_span(copy, sizeof(copy), span) && str_equal_nocase(copy, text);
}

/* Decimal digits only; -1 if it is anything else or above max. */
static int64_t span_number(struct span span, int64_t max) {
    int64_t value = 0;
    for (size_t i = 0; i < span.len; i++) {
        if (span.bytes[i] < '0' || span.bytes[i] > '9') {
            return -1;
        }
        value = value * 10 + (span.bytes[i] - '0');
        if (value > max) {
            return -1;
        }
    }
    return span.len > 0 ? value : -1;
}

/* False: a header that makes the length of the body doubtful. */
static bool head_take(struct http_head *head, struct span name, struct span value) {
    if (span_is(name, "content-length")) {
        int64_t length = span_number(value, INT64_MAX / 20);
        bool ok = length >= 0 && (head->content_length < 0 || head->content_length == length);
        head->content_length = length;
        return ok;
    }
    if (span_is(name, "transfer-encoding")) {
        head->chunked = span_is(value, "chunked");
        head->unreadable |= !head->chunked && !span_is(value, "identity");
    } else if (span_is(name, "content-encoding")) {
        head->compressed =
            span_is(value, "gzip") || span_is(value, "x-gzip") || span_is(value, "deflate");
        head->unreadable |= !head->compressed && !span_is(value, "identity");
    } else if (span_is(name, "retry-after")) {
        head->retry_after_s = (int)span_number(value, HEADER_VALUE_INT_MAX);
    } else if (span_is(name, "x-mbx-used-weight-1m")) {
        head->used_weight = (int)span_number(value, HEADER_VALUE_INT_MAX);
    } else if (span_is(name, "upgrade")) {
        head->upgrade_websocket = span_is(value, "websocket");
    } else if (span_is(name, "sec-websocket-accept")) {
        (void)str_copy_span(head->ws_accept, sizeof(head->ws_accept), value);
    } else if (span_is(name, "sec-websocket-extensions")) {
        return str_copy_span(head->ws_extensions, sizeof(head->ws_extensions), value);
    }
    return true;
}

/* "HTTP/1.1 200 OK" */
static bool head_take_status(struct http_head *head, struct span line) {
    if (line.len < 12 || strncmp(line.bytes, "HTTP/1.", 7) != 0 || line.bytes[8] != ' ') {
        return false;
    }
    int64_t code = span_number((struct span){line.bytes + 9, 3}, 599);
    head->code = (int)code;
    return code >= 100 && (line.len == 12 || line.bytes[12] == ' ' || line.bytes[12] == '\r');
}

int http_head_parse(const char *bytes, size_t len, struct http_head *out) {
    *out = (struct http_head){.content_length = -1, .retry_after_s = -1, .used_weight = -1};
    size_t at = 0;
    for (bool first = true; at < len; first = false) {
        const char *end = memchr(bytes + at, '\n', len - at);
        if (end == NULL) {
            break;
        }
        struct span line = {bytes + at, (size_t)(end - (bytes + at))};
        at += line.len + 1;
        if (at > HTTP_HEAD_BYTES_MAX) {
            return -1;
        }
        if (first) {
            if (!head_take_status(out, line)) {
                return -1;
            }
            continue;
        }
        if (span_trim(line).len == 0) {
            return (int)at;
        }
        const char *colon = memchr(line.bytes, ':', line.len);
        if (colon == NULL) {
            return -1;
        }
        size_t name_len = (size_t)(colon - line.bytes);
        struct span value = {colon + 1, line.len - name_len - 1};
        if (!head_take(out, (struct span){line.bytes, name_len}, span_trim(value))) {
            return -1;
        }
    }
    return len > HTTP_HEAD_BYTES_MAX ? -1 : 0;
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One character of a line outside the data. False: malformed. */
static bool chunks_take_char(struct http_chunks *chunks, char c) {
    if (++chunks->line_len > HTTP_CHUNK_LINE_BYTES_MAX) {
        return false;
    }
    bool line_end = c == '\n';
    switch ((enum chunk_state)chunks->state) {
    case CHUNK_SIZE: {
        int digit = hex_value(c);
        if (digit >= 0) {
            chunks->left = chunks->left << 4 | (uint64_t)digit;
            return chunks->left <= INT64_MAX / 16;
        }
        if (chunks->line_len == 1 || (c != ';' && c != '\r' && c != ' ' && !line_end)) {
            return false;
        }
        chunks->state = CHUNK_EXTENSION;
        break;
    }
    case CHUNK_EXTENSION:
    case CHUNK_DATA:
        break;
    case CHUNK_DATA_END:
        if (c != '\r' && !line_end) {
            return false;
        }
        break;
    case CHUNK_TRAILER:
        if (line_end && chunks->line_len <= 2) {
            chunks->ended = true;
        }
        break;
    }
    if (!line_end) {
        return true;
    }
    chunks->line_len = 0;
    if (chunks->state == CHUNK_EXTENSION) {
        chunks->state = chunks->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
    } else if (chunks->state == CHUNK_DATA_END) {
        chunks->state = CHUNK_SIZE;
    }
    return true;
}

bool http_chunks_next(struct http_chunks *chunks, const char **bytes, size_t *len,
                      struct span *out) {
    *out = (struct span){0};
    while (*len > 0 && !chunks->ended) {
        if (chunks->state == CHUNK_DATA) {
            size_t take = chunks->left < *len ? (size_t)chunks->left : *len;
            *out = (struct span){*bytes, take};
            *bytes += take;
            *len -= take;
            chunks->left -= take;
            chunks->state = chunks->left == 0 ? CHUNK_DATA_END : CHUNK_DATA;
            return true;
        }
        if (!chunks_take_char(chunks, **bytes)) {
            return false;
        }
        ++*bytes;
        --*len;
    }
    return true;
}
