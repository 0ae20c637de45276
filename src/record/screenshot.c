#include "record/screenshot.h"

#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

enum { TEXT_MAX = 16, GROW_BYTES = 1 << 20 };

struct buffer {
    uint8_t *bytes; /* owned */
    size_t len, room;
};

static void on_error(png_structp png, png_const_charp message) {
    LOG_ERROR("screenshot: libpng: %s", message);
    png_longjmp(png, 1);
}

static void on_write(png_structp png, png_bytep bytes, size_t len) {
    struct buffer *buffer = png_get_io_ptr(png);
    if (buffer->room - buffer->len < len) {
        size_t room = buffer->room * 2 + len + GROW_BYTES;
        uint8_t *grown = realloc(buffer->bytes, room);
        if (grown == NULL) {
            png_error(png, "out of memory");
        }
        buffer->bytes = grown;
        buffer->room = room;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
}

static void on_flush(png_structp png) {
    (void)png; /* memory has nothing to flush */
}

static bool is_ascii(const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        if (((unsigned char)*c & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

/* libpng copies what it is given. */
static void set_texts(png_structp png, png_infop info, const struct screenshot_desc *desc) {
    png_text texts[TEXT_MAX];
    int count = 0;
    memset(texts, 0, sizeof texts);
    for (size_t i = 0; i < desc->text_count && count < TEXT_MAX; i++) {
        bool plain = is_ascii(desc->texts[i].text);
        png_text *text = &texts[count++];
        text->compression = plain ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        text->key = (png_charp)desc->texts[i].key;   /* libpng reads it alone */
        text->text = (png_charp)desc->texts[i].text; /* the same */
        text->text_length = plain ? strlen(text->text) : 0;
        text->itxt_length = plain ? 0 : strlen(text->text);
    }
    png_set_text(png, info, texts, count);
}

/* False: memory or a failed write. Nothing that changes after setjmp is used after the jump. */
static bool write_rows(png_structp png, png_infop info, const struct screenshot_desc *desc) {
    if (setjmp(png_jmpbuf(png)) != 0) {
        return false;
    }
    png_set_IHDR(png, info, (png_uint_32)desc->width_px, (png_uint_32)desc->height_px, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 6);
    if (desc->text_count > 0) {
        set_texts(png, info, desc);
    }
    png_write_info(png, info);
    png_set_filler(png, 0, PNG_FILLER_AFTER);
    for (int y = 0; y < desc->height_px; y++) {
        png_write_row(png, desc->rgba + (size_t)y * (size_t)desc->width_px * 4);
    }
    png_write_end(png, info);
    return true;
}

/* Into file, or where there is none into buffer. */
static enum status encode(const struct screenshot_desc *desc, FILE *file, struct buffer *buffer) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    enum status status = STATUS_MEMORY;
    if (info != NULL) {
        if (file != NULL) {
            png_init_io(png, file);
        } else {
            png_set_write_fn(png, buffer, on_write, on_flush);
        }
        status =
            write_rows(png, info, desc) ? STATUS_OK : (file != NULL ? STATUS_IO : STATUS_MEMORY);
    }
    png_destroy_write_struct(&png, &info);
    return status;
}

enum status screenshot_encode_png(const struct screenshot_desc *desc, uint8_t **out,
                                  size_t *out_bytes) {
    struct buffer buffer = {0};
    *out = NULL;
    *out_bytes = 0;
    if (desc->width_px < 1 || desc->height_px < 1) {
        return STATUS_RANGE;
    }
    enum status status = encode(desc, NULL, &buffer);
    if (status != STATUS_OK) {
        free(buffer.bytes);
        return status;
    }
    *out = buffer.bytes;
    *out_bytes = buffer.len;
    return STATUS_OK;
}

static enum status write_file(FILE *file, const struct screenshot_desc *desc) {
    enum status status = encode(desc, file, NULL);
    return fflush(file) == 0 ? status : STATUS_IO;
}

enum status screenshot_write_file(const char *path, const struct screenshot_desc *desc) {
    if (desc->width_px < 1 || desc->height_px < 1) {
        return STATUS_RANGE;
    }
    if (strcmp(path, "-") == 0) {
        return write_file(stdout, desc);
    }
    char part[4096] = "";
    if (!str_format(part, sizeof part, "%s.part", path)) {
        return STATUS_RANGE;
    }
    FILE *file = fopen(part, "wb");
    if (file == NULL) {
        LOG_ERROR("screenshot %s: cannot be written: %s", path, strerror(errno));
        return STATUS_IO;
    }
    enum status status = write_file(file, desc);
    if (fclose(file) != 0) {
        status = STATUS_IO;
    }
    if (status == STATUS_OK && rename(part, path) != 0) {
        status = STATUS_IO;
    }
    if (status != STATUS_OK) {
        LOG_ERROR("screenshot %s: not written: %s", path, strerror(errno));
        unlink(part);
    }
    return status;
}

enum status screenshot_write_png(const char *path, int width_px, int height_px,
                                 const uint8_t *rgba) {
    const struct screenshot_desc desc = {
        .width_px = width_px, .height_px = height_px, .rgba = rgba};
    return screenshot_write_file(path, &desc);
}
