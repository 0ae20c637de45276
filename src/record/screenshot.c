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

static void on_error(png_structp png, png_const_charp message) {
    LOG_ERROR("screenshot: libpng: %s", message);
    png_longjmp(png, 1);
}

/* False: memory or a failed write. Nothing that changes after setjmp is used after the jump. */
static bool write_rows(png_structp png, png_infop info, FILE *file, int width_px, int height_px,
                       const uint8_t *rgba) {
    if (setjmp(png_jmpbuf(png)) != 0) {
        return false;
    }
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)width_px, (png_uint_32)height_px, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 6);
    png_write_info(png, info);
    png_set_filler(png, 0, PNG_FILLER_AFTER);
    for (int y = 0; y < height_px; y++) {
        png_write_row(png, rgba + (size_t)y * (size_t)width_px * 4);
    }
    png_write_end(png, info);
    return true;
}

static enum status write_file(FILE *file, int width_px, int height_px, const uint8_t *rgba) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    enum status status = STATUS_MEMORY;
    if (info != NULL) {
        status = write_rows(png, info, file, width_px, height_px, rgba) ? STATUS_OK : STATUS_IO;
    }
    png_destroy_write_struct(&png, &info);
    return fflush(file) == 0 ? status : STATUS_IO;
}

enum status screenshot_write_png(const char *path, int width_px, int height_px,
                                 const uint8_t *rgba) {
    if (width_px < 1 || height_px < 1) {
        return STATUS_RANGE;
    }
    if (strcmp(path, "-") == 0) {
        return write_file(stdout, width_px, height_px, rgba);
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
    enum status status = write_file(file, width_px, height_px, rgba);
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
