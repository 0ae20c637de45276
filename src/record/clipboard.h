/* record/clipboard.h - a picture onto the desktop's clipboard.
 *
 * The owner of a clipboard has to answer everybody who pastes, for as long as it is the owner, and
 * SDL2 knows only texts: a program that is made for it is fed the picture, wl-copy on Wayland,
 * xclip on X11, and goes on by itself when liqscope ends.
 *
 * Thread: any but main, because it waits for that program, CLIPBOARD_WAIT_MS at most each for
 * reading and for answering. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { CLIPBOARD_WAIT_MS = 3000 };

enum clipboard_result {
    CLIPBOARD_DONE,
    CLIPBOARD_NO_DESKTOP, /* neither DISPLAY nor WAYLAND_DISPLAY is set */
    CLIPBOARD_NO_PROGRAM, /* none of them is installed */
    CLIPBOARD_REFUSED,    /* it did not take the picture */
};

/* Give size_bytes of a PNG file away. */
enum clipboard_result clipboard_give_png(size_t size_bytes, const uint8_t *png);
