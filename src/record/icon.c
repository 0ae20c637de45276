#include "record/icon.h"

#include <assert.h>
#include <png.h>
#include <stdlib.h>

enum status icon_read(int *width_px, int *height_px, uint8_t **rgba) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    *rgba = NULL;
    assert(icon_file_count == 1);
    if (!png_image_begin_read_from_memory(&image, icon_files[0].text, icon_files[0].size_bytes)) {
        return STATUS_MALFORMED;
    }
    image.format = PNG_FORMAT_RGBA;
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(image));
    enum status status = STATUS_MEMORY;
    if (pixels != NULL) {
        status =
            png_image_finish_read(&image, NULL, pixels, 0, NULL) ? STATUS_OK : STATUS_MALFORMED;
    }
    if (status == STATUS_OK) {
        *width_px = (int)image.width;
        *height_px = (int)image.height;
        *rgba = pixels;
    } else {
        png_image_free(&image);
        free(pixels);
    }
    return status;
}
