#include "app/desk_icon.h"

#include <stdlib.h>

#include "record/icon.h"
#include "window/desktop.h"

void desk_icon_set(struct desktop *desktop) {
    int width_px = 0;
    int height_px = 0;
    uint8_t *rgba = NULL;
    if (icon_read(&width_px, &height_px, &rgba) == STATUS_OK) {
        desktop_set_icon(desktop, width_px, height_px, rgba);
    }
    free(rgba);
}
