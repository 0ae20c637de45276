#include "gfx/caps.h"

#include <glad/gl.h>

#include "base/log.h"
#include "base/str.h"

enum status caps_load(caps_get_proc_fn get_proc, struct caps *out) {
    *out = (struct caps){0};
    int version = gladLoadGL((GLADloadfunc)get_proc);
    out->major = GLAD_VERSION_MAJOR(version);
    out->minor = GLAD_VERSION_MINOR(version);
    if (version < GLAD_MAKE_VERSION(3, 3)) {
        LOG_ERROR("graphics: OpenGL 3.3 core wanted, got %d.%d; nothing can be drawn", out->major,
                  out->minor);
        return STATUS_UNSUPPORTED;
    }
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &out->texture_size_max);
    out->debug_output = GLAD_GL_KHR_debug != 0;
    out->timer_query = GLAD_GL_ARB_timer_query != 0;
    const char *renderer = (const char *)glGetString(GL_RENDERER);
    str_copy(out->renderer, sizeof out->renderer, renderer != NULL ? renderer : "unknown");
    out->software = strstr(out->renderer, "llvmpipe") != NULL ||
                    strstr(out->renderer, "softpipe") != NULL ||
                    strstr(out->renderer, "SwiftShader") != NULL;
    return STATUS_OK;
}

bool caps_context_lost(void) {
    return GLAD_GL_KHR_robustness != 0 && glGetGraphicsResetStatus != NULL &&
           glGetGraphicsResetStatus() != GL_NO_ERROR;
}
