#include "archive/line_stream.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/str.h"

enum { FILE_BYTES = 256 * 1024, TEXT_BYTES_FIRST = 512 * 1024, NAME_BYTES = 128 };

enum packing { PACKING_PLAIN, PACKING_GZIP, PACKING_ZSTD };
static const char *const packing_names[] = {"plain", "gzip", "zstd"};

struct line_stream {
    FILE *file; /* owned, but for standard input */
    char name[NAME_BYTES];
    enum packing packing;
    unsigned char *packed; /* owned, FILE_BYTES: what was read from the file */
    size_t packed_at, packed_len;
    bool file_ended;  /* no more bytes in the file */
    bool member_open; /* inside a gzip member or zstd frame */
    z_stream gzip;
    bool gzip_ready;
    ZSTD_DCtx *zstd; /* owned */

    char *text; /* owned: decompressed, from line_begin to text_len not yet given */
    size_t text_bytes, text_len, line_begin;
    bool passing_over; /* in a line that is too long */
    int64_t line_number;
    enum status end; /* OK while there is more to decompress */
    char reason[LINE_REASON_BYTES];
};

static void end_with(struct line_stream *stream, enum status status, const char *expected,
                     const char *got) {
    stream->end = status;
    str_format(stream->reason, sizeof stream->reason,
               "%s: after line %" PRId64 ": expected %s, got %s", stream->name, stream->line_number,
               expected, got);
}

/* More bytes of the file into the (empty) packed buffer. False: its end, or an error. */
static bool fill_packed(struct line_stream *stream) {
    stream->packed_at = 0;
    stream->packed_len = fread(stream->packed, 1, FILE_BYTES, stream->file);
    if (stream->packed_len > 0) {
        return true;
    }
    stream->file_ended = true;
    if (ferror(stream->file)) {
        end_with(stream, STATUS_IO, "more data", strerror(errno));
    }
    return false;
}

static enum packing sniff(const unsigned char *bytes, size_t len) {
    static const unsigned char zstd_magic[4] = {0x28, 0xb5, 0x2f, 0xfd};
    if (len >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
        return PACKING_GZIP;
    }
    if (len >= 4 && memcmp(bytes, zstd_magic, 4) == 0) {
        return PACKING_ZSTD;
    }
    return PACKING_PLAIN;
}

static bool prepare(struct line_stream *stream) {
    if (stream->packing == PACKING_GZIP) {
        enum { GZIP_WINDOW = 15 + 16 }; /* largest window, gzip header wanted */
        stream->gzip_ready = inflateInit2(&stream->gzip, GZIP_WINDOW) == Z_OK;
        return stream->gzip_ready;
    }
    if (stream->packing == PACKING_ZSTD) {
        stream->zstd = ZSTD_createDCtx();
        return stream->zstd != NULL;
    }
    return true;
}

struct line_stream *line_stream_open(const char *path, enum status *why,
                                     char reason[LINE_REASON_BYTES]) {
    const bool is_stdin = strcmp(path, "-") == 0;
    struct line_stream *stream = calloc(1, sizeof *stream);
    reason[0] = '\0';
    *why = STATUS_MEMORY;
    if (stream == NULL) {
        return NULL;
    }
    str_copy(stream->name, sizeof stream->name, is_stdin ? "standard input" : path);
    stream->packed = malloc(FILE_BYTES);
    stream->text = malloc(TEXT_BYTES_FIRST);
    stream->text_bytes = TEXT_BYTES_FIRST;
    stream->file = is_stdin ? stdin : fopen(path, "rb");
    if (stream->file == NULL) {
        *why = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
        str_format(reason, LINE_REASON_BYTES, "%s: %s", stream->name, strerror(errno));
        line_stream_close(stream);
        return NULL;
    }
    if (stream->packed == NULL || stream->text == NULL) {
        line_stream_close(stream);
        return NULL;
    }
    if (!fill_packed(stream) && stream->end != STATUS_OK) { /* a folder, for one */
        *why = STATUS_IO;
        str_copy(reason, LINE_REASON_BYTES, stream->reason);
        line_stream_close(stream);
        return NULL;
    }
    stream->packing = sniff(stream->packed, stream->packed_len);
    if (!prepare(stream)) {
        line_stream_close(stream);
        return NULL;
    }
    *why = STATUS_OK;
    return stream;
}

void line_stream_close(struct line_stream *stream) {
    if (stream == NULL) {
        return;
    }
    if (stream->gzip_ready) {
        inflateEnd(&stream->gzip);
    }
    ZSTD_freeDCtx(stream->zstd);
    if (stream->file != NULL && stream->file != stdin) {
        fclose(stream->file);
    }
    free(stream->packed);
    free(stream->text);
    free(stream);
}

/* Each takes what it can from packed and returns how many bytes it put into out; an error ends the
 * stream. */
static size_t unpack_plain(struct line_stream *stream, char *out, size_t room) {
    const size_t left = stream->packed_len - stream->packed_at;
    const size_t count = left < room ? left : room;
    memcpy(out, stream->packed + stream->packed_at, count);
    stream->packed_at += count;
    return count;
}

static size_t unpack_gzip(struct line_stream *stream, char *out, size_t room) {
    z_stream *gzip = &stream->gzip;
    gzip->next_in = stream->packed + stream->packed_at;
    gzip->avail_in = (uInt)(stream->packed_len - stream->packed_at);
    gzip->next_out = (Bytef *)out;
    gzip->avail_out = (uInt)room;
    stream->member_open = true;
    const int result = inflate(gzip, Z_NO_FLUSH);
    stream->packed_at = stream->packed_len - gzip->avail_in;
    if (result == Z_STREAM_END) {
        stream->member_open = false;
        inflateReset(gzip);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        end_with(stream, STATUS_MALFORMED, "gzip data",
                 gzip->msg != NULL ? gzip->msg : "other data");
    }
    return room - gzip->avail_out;
}

static size_t unpack_zstd(struct line_stream *stream, char *out, size_t room) {
    ZSTD_inBuffer in = {
        .src = stream->packed, .size = stream->packed_len, .pos = stream->packed_at};
    ZSTD_outBuffer to = {.dst = out, .size = room, .pos = 0};
    const size_t result = ZSTD_decompressStream(stream->zstd, &to, &in);
    stream->packed_at = in.pos;
    if (ZSTD_isError(result)) {
        end_with(stream, STATUS_MALFORMED, "zstd data", ZSTD_getErrorName(result));
    } else {
        stream->member_open = result != 0;
    }
    return to.pos;
}

static size_t unpack(struct line_stream *stream, char *out, size_t room) {
    switch (stream->packing) {
    case PACKING_GZIP:
        return unpack_gzip(stream, out, room);
    case PACKING_ZSTD:
        return unpack_zstd(stream, out, room);
    default:
        return unpack_plain(stream, out, room);
    }
}

/* Room behind the text: move what is left to the front, and grow if that is not enough. */
static bool make_room(struct line_stream *stream) {
    memmove(stream->text, stream->text + stream->line_begin, stream->text_len - stream->line_begin);
    stream->text_len -= stream->line_begin;
    stream->line_begin = 0;
    if (stream->text_bytes - stream->text_len >= stream->text_bytes / 2) {
        return true;
    }
    char *text = realloc(stream->text, stream->text_bytes * 2);
    if (text == NULL) {
        end_with(stream, STATUS_MEMORY, "memory for a long line", "none");
        return false;
    }
    stream->text = text;
    stream->text_bytes *= 2;
    return true;
}

/* Decompress more text. False: there is none, and stream->end says why. */
static bool fill_text(struct line_stream *stream) {
    size_t count = 0;
    if (!make_room(stream)) {
        return false;
    }
    while (count == 0 && stream->end == STATUS_OK) {
        if (stream->packed_at == stream->packed_len && !stream->file_ended &&
            !fill_packed(stream) && stream->end != STATUS_OK) {
            return false;
        }
        const bool flushing = stream->packing != PACKING_PLAIN && stream->member_open;
        if (stream->packed_at == stream->packed_len && !flushing) {
            stream->end = STATUS_END;
            return false;
        }
        count =
            unpack(stream, stream->text + stream->text_len, stream->text_bytes - stream->text_len);
        if (count == 0 && stream->file_ended && stream->packed_at == stream->packed_len &&
            stream->member_open && stream->end == STATUS_OK) {
            char expected[48];
            str_format(expected, sizeof expected, "the end of the %s data",
                       packing_names[stream->packing]);
            end_with(stream, STATUS_MALFORMED, expected, "the end of the file");
        }
    }
    stream->text_len += count;
    return count > 0;
}

/* Give the text up to `end`; `after` is where the next line begins. */
static enum status give_line(struct line_stream *stream, size_t end, size_t after,
                             const char **line, size_t *len) {
    const size_t begin = stream->line_begin;
    stream->line_begin = after;
    stream->line_number++;
    if (stream->passing_over || end - begin > LINE_BYTES_MAX) {
        stream->passing_over = false;
        return STATUS_RANGE;
    }
    *line = stream->text + begin;
    *len = end - begin;
    if (*len > 0 && (*line)[*len - 1] == '\r') {
        (*len)--;
    }
    return STATUS_OK;
}

enum status line_stream_next(struct line_stream *stream, const char **line, size_t *len) {
    size_t looked = stream->line_begin;
    for (;;) {
        const char *found = memchr(stream->text + looked, '\n', stream->text_len - looked);
        if (found != NULL) {
            const size_t end = (size_t)(found - stream->text);
            return give_line(stream, end, end + 1, line, len);
        }
        if (stream->text_len - stream->line_begin > LINE_BYTES_MAX) {
            stream->passing_over = true;
            stream->line_begin = stream->text_len;
        }
        const size_t pending = stream->text_len - stream->line_begin;
        if (!fill_text(stream)) {
            break;
        }
        looked = stream->line_begin + pending;
    }
    const bool has_rest = stream->text_len > stream->line_begin || stream->passing_over;
    if (stream->end == STATUS_END && has_rest) {
        return give_line(stream, stream->text_len, stream->text_len, line, len);
    }
    return stream->end;
}

int64_t line_stream_number(const struct line_stream *stream) {
    return stream->line_number;
}

const char *line_stream_reason(const struct line_stream *stream) {
    return stream->reason;
}
