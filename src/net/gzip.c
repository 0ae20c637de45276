#include "net/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW_BITS = 15 + 16 /* with a gzip head */, GZIP_MEMORY = 8 };

char *gzip_pack(const char *bytes, size_t len, int level, size_t *packed_len) {
    z_stream stream = {0};
    if (len > UINT_MAX / 2 || deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW_BITS,
                                           GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
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
