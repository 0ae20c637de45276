#include "net/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { WINDOW_BITS_LEAST = 9, WINDOW_BITS_MAX = 15, WITH_GZIP_HEAD = 16, MEMORY_BELOW_WINDOW = 7 };

/* No larger than the text: of short ones, clearing the tables is most of the work. */
static int window_bits(size_t len) {
    int bits = WINDOW_BITS_LEAST;
    while (bits < WINDOW_BITS_MAX && (size_t)1 << bits < len) {
        bits++;
    }
    return bits;
}

char *gzip_pack(const char *bytes, size_t len, int level, size_t *packed_len) {
    z_stream stream = {0};
    int bits = window_bits(len);
    if (len > UINT_MAX / 2 ||
        deflateInit2(&stream, level, Z_DEFLATED, bits + WITH_GZIP_HEAD, bits - MEMORY_BELOW_WINDOW,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    size_t size = deflateBound(&stream, (uLong)len);
    char *packed = malloc(size);
    if (packed != NULL) {
        /* zlib does not write through next_in; its type lacks the const. */
        stream.next_in = (z_const Bytef *)(const void *)bytes;
        stream.avail_in = (uInt)len;
        stream.next_out = (Bytef *)packed;
        stream.avail_out = (uInt)size;
        if (deflate(&stream, Z_FINISH) == Z_STREAM_END) {
            *packed_len = size - stream.avail_out;
        } else {
            free(packed);
            packed = NULL;
        }
    }
    deflateEnd(&stream);
    return packed;
}
