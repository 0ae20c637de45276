/* gfx/debug.h - what the driver has to say, labels on objects, and counts of what a frame did.
 *
 * Thread: main. */
#pragma once

#include <stdint.h>

/* Send KHR_debug messages of the current context to the log; an error is fatal in Debug builds. */
void debug_watch(void);
/* Name a GL object for debuggers and messages; identifier is GL_TEXTURE, GL_BUFFER, … Label NULL:
 * none. */
void debug_label(unsigned identifier, unsigned name, const char *label);
int64_t debug_error_count(void); /* errors reported since the start */

struct debug_counts {
    int draw_count;       /* draw calls */
    int copy_count;       /* clears, and copies from target to target */
    int bind_count;       /* programs, textures, vertex arrays, framebuffers */
    int64_t upload_bytes; /* textures and buffers */
    int object_count;     /* textures, buffers, vertex arrays, framebuffers, programs made */
};
void debug_count_draw(void);
void debug_count_copy(void);
void debug_count_bind(void);
void debug_count_upload(int64_t size_bytes);
void debug_count_objects(int count);
struct debug_counts debug_take_counts(void); /* since the last call; starts again at zero */
