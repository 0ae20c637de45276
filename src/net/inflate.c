#include "net/inflate.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { INFLATE_BYTES_FIRST = 64 * 1024, WINDOW_BITS_RAW = -15, WINDOW_BITS_AUTO = 15 + 32 };

struct inflater {
    z_stream stream;
    enum inflate_kind kind;
    size_t bytes_max;
    char *bytes; /* owned */
    size_t size, len;
};

struct inflater *inflate_create(enum inflate_kind kind, size_t bytes_max) {
    assert(bytes_max > 0);
    struct inflater *inflater = calloc(1, sizeof(*inflater));
    if (inflater == NULL) {
        return NULL;
    }
    inflater->kind = kind;
    inflater->bytes_max = bytes_max;
    int bits = kind == INFLATE_WHOLE ? WINDOW_BITS_AUTO : WINDOW_BITS_RAW;
    if (inflateInit2(&inflater->stream, bits) != Z_OK) {
        free(inflater);
        return NULL;
    }
    return inflater;
}

void inflate_destroy(struct inflater *inflater) {
    if (inflater == NULL) {
        return;
    }
    inflateEnd(&inflater->stream);
    free(inflater->bytes);
    free(inflater);
}

void inflate_reset(struct inflater *inflater) {
    (void)inflateReset(&inflater->stream);
}

/* Room for at least one more byte and the NUL. */
static enum status inflate_grow(struct inflater *inflater) {
    if (inflater->len + 1 < inflater->size) {
        return STATUS_OK;
    }
    if (inflater->len >= inflater->bytes_max) {
        return STATUS_RANGE;
    }
    size_t size = inflater->size == 0 ? INFLATE_BYTES_FIRST : inflater->size * 2;
    if (size > inflater->bytes_max + 1) {
        size = inflater->bytes_max + 1;
    }
    char *grown = realloc(inflater->bytes, size);
    if (grown == NULL) {
        return STATUS_MEMORY;
    }
    inflater->bytes = grown;
    inflater->size = size;
    return STATUS_OK;
}

/* Inflate until the input is used up and nothing is pending, or the stream ends (*ended). */
static enum status inflate_some(struct inflater *inflater, const void *bytes, size_t len,
                                bool *ended) {
    z_stream *stream = &inflater->stream;
    /* zlib does not write through next_in; its type lacks the const. */
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)len;
    *ended = false;
    for (;;) {
        enum status status = inflate_grow(inflater);
        bool full = status == STATUS_RANGE;
        if (!full && status != STATUS_OK) {
            return status;
        }
        /* At the cap one more byte is asked for: if it comes, there was too much. */
        Bytef beyond = 0;
        size_t room = full ? 1 : inflater->size - 1 - inflater->len;
        stream->next_out = full ? &beyond : (Bytef *)inflater->bytes + inflater->len;
        stream->avail_out = (uInt)room;
        int result = inflate(stream, Z_SYNC_FLUSH);
        size_t got = room - stream->avail_out;
        if (full && got > 0) {
            return STATUS_RANGE;
        }
        inflater->len += full ? 0 : got;
        if (result == Z_STREAM_END) {
            *ended = true;
            return STATUS_OK;
        }
        if (result == Z_BUF_ERROR || (result == Z_OK && stream->avail_out > 0)) {
            return stream->avail_in == 0 ? STATUS_OK : STATUS_MALFORMED;
        }
        if (result != Z_OK) {
            return result == Z_MEM_ERROR ? STATUS_MEMORY : STATUS_MALFORMED;
        }
    }
}

enum status inflate_run(struct inflater *inflater, const void *bytes, size_t len,
                        struct span *out) {
    static const unsigned char flush_tail[] = {0x00, 0x00, 0xff, 0xff};
    *out = (struct span){0};
    if (len > UINT_MAX) {
        return STATUS_RANGE;
    }
    inflater->len = 0;
    bool ended = false;
    if (inflater->kind == INFLATE_WHOLE) {
        inflate_reset(inflater);
    }
    enum status status = inflate_some(inflater, bytes, len, &ended);
    if (status == STATUS_OK && inflater->kind == INFLATE_MESSAGE) {
        if (!ended) {
            status = inflate_some(inflater, flush_tail, sizeof(flush_tail), &ended);
        }
        if (ended) {
            inflate_reset(inflater); /* RFC 7692 7.2.3.5: a final block is allowed */
        }
    } else if (status == STATUS_OK && !ended) {
        status = STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        return status;
    }
    inflater->bytes[inflater->len] = '\0';
    *out = (struct span){.bytes = inflater->bytes, .len = inflater->len};
    return STATUS_OK;
}
