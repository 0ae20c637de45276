/* gfx/caps.h - load GL and learn what this machine's can do.
 *
 * Thread: main, with a context current.  Limits: GL 3.3 core is required; extensions are optional
 * and said here. */
#pragma once

#include <stdbool.h>

#include "base/status.h"

typedef void (*caps_proc)(void);
typedef caps_proc (*caps_get_proc_fn)(
    const char *name); /* SDL_GL_GetProcAddress or eglGetProcAddress */

struct caps {
    int major, minor;
    int texture_size_max;
    bool debug_output; /* KHR_debug */
    bool timer_query;
    bool software; /* llvmpipe and its like: pixels are paid for by the CPU */
    char renderer[96];
};

/* Load the functions of the current context. STATUS_UNSUPPORTED: below GL 3.3 (logged). May be
 * called again for another context. */
enum status caps_load(caps_get_proc_fn get_proc, struct caps *out);
/* The driver was reset and took the context's objects with it; false where that cannot be asked. */
bool caps_context_lost(void);
