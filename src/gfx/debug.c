#include "gfx/debug.h"

#include <glad/gl.h>
#include <stdlib.h>

#include "base/log.h"

static struct debug_counts counts;
static int64_t error_count;

static void GLAD_API_PTR on_message(GLenum source, GLenum type, GLuint id, GLenum severity,
                                    GLsizei length, const GLchar *message, const void *user) {
    (void)source;
    (void)length;
    (void)user;
    if (type == GL_DEBUG_TYPE_ERROR) {
        error_count++;
        LOG_ERROR("graphics: OpenGL error %u: %s", id, message);
        if (GFX_DEBUG_FATAL) {
            abort();
        }
    } else if (severity == GL_DEBUG_SEVERITY_HIGH || severity == GL_DEBUG_SEVERITY_MEDIUM) {
        LOG_DEBUG("graphics: OpenGL says %u: %s", id, message);
    }
}

void debug_watch(void) {
    if (GLAD_GL_KHR_debug) {
        glEnable(GL_DEBUG_OUTPUT);
        if (GFX_DEBUG_FATAL) {
            glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS); /* the stack of the abort is the culprit's */
        }
        glDebugMessageCallback(on_message, NULL);
    }
}

void debug_label(unsigned identifier, unsigned name, const char *label) {
    if (GLAD_GL_KHR_debug && label != NULL) {
        glObjectLabel(identifier, name, -1, label);
    }
}

int64_t debug_error_count(void) {
    return error_count;
}

void debug_count_draw(void) {
    counts.draw_count++;
}

void debug_count_copy(void) {
    counts.copy_count++;
}

void debug_count_bind(void) {
    counts.bind_count++;
}

void debug_count_upload(int64_t size_bytes) {
    counts.upload_bytes += size_bytes;
}

void debug_count_objects(int count) {
    counts.object_count += count;
}

struct debug_counts debug_take_counts(void) {
    struct debug_counts taken = counts;
    counts = (struct debug_counts){0};
    return taken;
}
