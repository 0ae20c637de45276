#include "archive/line_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/str.h"

enum { PATH_BYTES = 192, OUT_BYTES = 64 * 1024, ZSTD_LEVEL = 6 };

struct line_writer {
    char path[PATH_BYTES]; /* for messages */
    FILE *file;            /* owned unless standard output; NULL with gzip */
    gzFile gzip;           /* owned */
    ZSTD_CCtx *zstd;       /* owned */
    int failed_errno;      /* of the first failure, 0: none */
    bool failed;
    char out[OUT_BYTES]; /* compressed */
};

static void fail(struct line_writer *writer) {
    if (!writer->failed) {
        writer->failed = true;
        writer->failed_errno = errno;
    }
}

static bool open_file(struct line_writer *writer, const char *path) {
    if (strcmp(path, "-") == 0) {
        writer->file = stdout;
        return true;
    }
    if (str_ends_with(path, ".gz")) {
        writer->gzip = gzopen(path, "wb");
        return writer->gzip != NULL;
    }
    writer->file = fopen(path, "wb");
    return writer->file != NULL;
}

static void free_writer(struct line_writer *writer) {
    ZSTD_freeCCtx(writer->zstd);
    free(writer);
}

struct line_writer *line_writer_open(const char *path, enum status *why,
                                     char reason[LINE_WRITER_REASON_BYTES]) {
    struct line_writer *writer = calloc(1, sizeof(*writer));
    *why = STATUS_MEMORY;
    if (writer != NULL && str_ends_with(path, ".zst")) {
        writer->zstd = ZSTD_createCCtx();
        if (writer->zstd == NULL) {
            free_writer(writer);
            writer = NULL;
        } else {
            ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
        }
    }
    if (writer == NULL) {
        str_format(reason, LINE_WRITER_REASON_BYTES, "%s: %s", path, status_text(*why));
        return NULL;
    }
    str_copy(writer->path, sizeof writer->path, path);
    errno = 0;
    if (!open_file(writer, path)) {
        *why = errno == 0 || errno == ENOMEM ? STATUS_MEMORY : STATUS_IO;
        str_format(reason, LINE_WRITER_REASON_BYTES, "%s: %s", path,
                   errno != 0 ? strerror(errno) : status_text(*why));
        free_writer(writer);
        return NULL;
    }
    *why = STATUS_OK;
    return writer;
}

static void write_plain(struct line_writer *writer, const char *bytes, size_t len) {
    if (fwrite(bytes, 1, len, writer->file) != len) {
        fail(writer);
    }
}

static void write_zstd(struct line_writer *writer, const char *bytes, size_t len, bool end) {
    ZSTD_inBuffer in = {bytes, len, 0};
    size_t left = 1;
    while (!writer->failed && (end ? left > 0 : in.pos < in.size)) {
        ZSTD_outBuffer out = {writer->out, OUT_BYTES, 0};
        left = ZSTD_compressStream2(writer->zstd, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left)) {
            errno = ENOMEM;
            fail(writer);
            return;
        }
        write_plain(writer, writer->out, out.pos);
    }
}

bool line_writer_put(struct line_writer *writer, const char *bytes, size_t len) {
    if (writer->failed || len == 0) {
        return !writer->failed;
    }
    errno = 0;
    if (writer->zstd != NULL) {
        write_zstd(writer, bytes, len, false);
    } else if (writer->gzip == NULL) {
        write_plain(writer, bytes, len);
    } else if (gzfwrite(bytes, 1, len, writer->gzip) != len) {
        fail(writer);
    }
    return !writer->failed;
}

bool line_writer_close(struct line_writer *writer, char reason[LINE_WRITER_REASON_BYTES]) {
    if (writer == NULL) {
        return true;
    }
    errno = 0;
    if (writer->zstd != NULL) {
        write_zstd(writer, NULL, 0, true);
    }
    if (writer->gzip != NULL && gzclose(writer->gzip) != Z_OK) {
        fail(writer);
    }
    if (writer->file != NULL) {
        bool closed = writer->file == stdout ? fflush(stdout) == 0 : fclose(writer->file) == 0;
        if (!closed) {
            fail(writer);
        }
    }
    bool whole = !writer->failed;
    if (!whole) {
        str_format(reason, LINE_WRITER_REASON_BYTES, "%s: %s", writer->path,
                   writer->failed_errno != 0 ? strerror(writer->failed_errno)
                                             : status_text(STATUS_IO));
    }
    free_writer(writer);
    return whole;
}
