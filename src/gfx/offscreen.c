#include "gfx/offscreen.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "gfx/caps.h"
#include "gfx/context.h"
#include "gfx/readback.h"
#include "gfx/texture.h"

struct offscreen {
    EGLDisplay display;
    EGLContext context;
    EGLSurface surface; /* EGL_NO_SURFACE where the context needs none */
    struct caps caps;
    struct context own;
    struct texture color;
    struct target target;
};

static caps_proc get_proc(const char *name) {
    return (caps_proc)eglGetProcAddress(name);
}

/* A display that needs no screen where Mesa offers one, else the default one. */
static EGLDisplay open_display(void) {
    EGLDisplay display = EGL_NO_DISPLAY;
    PFNEGLGETPLATFORMDISPLAYEXTPROC get_platform =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
    if (get_platform != NULL) {
        display = get_platform(EGL_PLATFORM_SURFACELESS_MESA, (void *)EGL_DEFAULT_DISPLAY, NULL);
        if (display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL)) {
            return display;
        }
    }
    display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    if (display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL)) {
        return display;
    }
    return EGL_NO_DISPLAY;
}

static bool open_context(struct offscreen *offscreen) {
    static const EGLint config_wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                           EGL_OPENGL_BIT, EGL_NONE};
    static const EGLint context_wanted[] = {EGL_CONTEXT_MAJOR_VERSION,
                                            3,
                                            EGL_CONTEXT_MINOR_VERSION,
                                            3,
                                            EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                            EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                            EGL_CONTEXT_OPENGL_DEBUG,
                                            GFX_DEBUG_FATAL ? EGL_TRUE : EGL_FALSE,
                                            EGL_NONE};
    static const EGLint surface_wanted[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
    EGLConfig config = NULL;
    EGLint count = 0;
    if (!eglBindAPI(EGL_OPENGL_API) ||
        !eglChooseConfig(offscreen->display, config_wanted, &config, 1, &count) || count < 1) {
        return false;
    }
    offscreen->context =
        eglCreateContext(offscreen->display, config, EGL_NO_CONTEXT, context_wanted);
    if (offscreen->context == EGL_NO_CONTEXT) {
        return false;
    }
    if (eglMakeCurrent(offscreen->display, EGL_NO_SURFACE, EGL_NO_SURFACE, offscreen->context)) {
        return true;
    }
    offscreen->surface = eglCreatePbufferSurface(offscreen->display, config, surface_wanted);
    return offscreen->surface != EGL_NO_SURFACE &&
           eglMakeCurrent(offscreen->display, offscreen->surface, offscreen->surface,
                          offscreen->context);
}

static enum status make_target(int width_px, int height_px, struct texture *color,
                               struct target *target) {
    if (width_px < 1 || height_px < 1 || width_px > OFFSCREEN_SIZE_MAX ||
        height_px > OFFSCREEN_SIZE_MAX) {
        return STATUS_RANGE;
    }
    struct texture_desc desc = {.width = width_px,
                                .height = height_px,
                                .format = TEXTURE_BGRA8,
                                .label = "offscreen colour"};
    if (!texture_init(color, &desc)) {
        return STATUS_MEMORY;
    }
    if (!target_init_texture(target, color)) {
        texture_finish(color);
        return STATUS_UNSUPPORTED;
    }
    return STATUS_OK;
}

static enum status open_all(struct offscreen *offscreen, int width_px, int height_px) {
    offscreen->display = open_display();
    if (offscreen->display == EGL_NO_DISPLAY || !open_context(offscreen)) {
        LOG_ERROR("graphics: no EGL display gives an OpenGL 3.3 core context (EGL error 0x%x); "
                  "nothing can be drawn off-screen",
                  (unsigned)eglGetError());
        return STATUS_UNSUPPORTED;
    }
    enum status status = caps_load(get_proc, &offscreen->caps);
    if (status != STATUS_OK) {
        return status;
    }
    context_init(&offscreen->own);
    return make_target(width_px, height_px, &offscreen->color, &offscreen->target);
}

enum status offscreen_create(int width_px, int height_px, struct offscreen **out) {
    *out = NULL;
    if (width_px < 1 || height_px < 1 || width_px > OFFSCREEN_SIZE_MAX ||
        height_px > OFFSCREEN_SIZE_MAX) {
        return STATUS_RANGE;
    }
    struct offscreen *offscreen = calloc(1, sizeof *offscreen);
    if (offscreen == NULL) {
        return STATUS_MEMORY;
    }
    offscreen->display = EGL_NO_DISPLAY;
    offscreen->context = EGL_NO_CONTEXT;
    offscreen->surface = EGL_NO_SURFACE;
    enum status status = open_all(offscreen, width_px, height_px);
    if (status != STATUS_OK) {
        offscreen_destroy(offscreen);
        return status;
    }
    *out = offscreen;
    return STATUS_OK;
}

void offscreen_destroy(struct offscreen *offscreen) {
    if (offscreen == NULL) {
        return;
    }
    if (offscreen->display != EGL_NO_DISPLAY) {
        texture_finish(&offscreen->color);
        context_finish(&offscreen->own);
        eglMakeCurrent(offscreen->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        if (offscreen->surface != EGL_NO_SURFACE) {
            eglDestroySurface(offscreen->display, offscreen->surface);
        }
        if (offscreen->context != EGL_NO_CONTEXT) {
            eglDestroyContext(offscreen->display, offscreen->context);
        }
        eglTerminate(offscreen->display);
    }
    free(offscreen);
}

struct target offscreen_target(const struct offscreen *offscreen) {
    return offscreen->target;
}

const struct caps *offscreen_caps(const struct offscreen *offscreen) {
    return &offscreen->caps;
}

enum status offscreen_resize(struct offscreen *offscreen, int width_px, int height_px) {
    struct texture color = {0};
    struct target target = {0};
    enum status status = make_target(width_px, height_px, &color, &target);
    if (status == STATUS_OK) {
        texture_finish(&offscreen->color);
        offscreen->color = color;
        offscreen->target = target;
    }
    return status;
}

void offscreen_read_rgba(struct offscreen *offscreen, size_t out_bytes, uint8_t *out) {
    readback_rgba(&offscreen->target, out_bytes, out);
}
