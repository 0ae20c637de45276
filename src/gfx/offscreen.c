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
    struct target target;    /* one tile */
    int width_px, height_px; /* of the whole picture */
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

static int least(int a, int b) {
    return a < b ? a : b;
}

static enum status open_all(struct offscreen *offscreen, int tile_px) {
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
    int side = least(offscreen->caps.texture_size_max, OFFSCREEN_SIZE_MAX);
    side = tile_px > 0 ? least(tile_px, side) : side;
    return make_target(least(offscreen->width_px, side), least(offscreen->height_px, side),
                       &offscreen->color, &offscreen->target);
}

enum status offscreen_create(int width_px, int height_px, struct offscreen **out) {
    return offscreen_create_tiled(width_px, height_px, 0, out);
}

enum status offscreen_create_tiled(int width_px, int height_px, int tile_px,
                                   struct offscreen **out) {
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
    offscreen->width_px = width_px;
    offscreen->height_px = height_px;
    enum status status = open_all(offscreen, tile_px);
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
    assert(offscreen_tile_count(offscreen) == 1);
    return offscreen->target;
}

static int columns(const struct offscreen *offscreen) {
    return (offscreen->width_px + offscreen->target.width_px - 1) / offscreen->target.width_px;
}

int offscreen_tile_count(const struct offscreen *offscreen) {
    const int rows =
        (offscreen->height_px + offscreen->target.height_px - 1) / offscreen->target.height_px;
    return columns(offscreen) * rows;
}

/* Where a tile lies in the picture; the last ones are cut at its edges. */
static struct target_rect tile_rect(const struct offscreen *offscreen, int tile) {
    const int x = tile % columns(offscreen) * offscreen->target.width_px;
    const int y = tile / columns(offscreen) * offscreen->target.height_px;
    return (struct target_rect){x, y, least(offscreen->target.width_px, offscreen->width_px - x),
                                least(offscreen->target.height_px, offscreen->height_px - y)};
}

struct target offscreen_tile(const struct offscreen *offscreen, int tile) {
    assert(tile >= 0 && tile < offscreen_tile_count(offscreen));
    struct target out = offscreen->target;
    if (offscreen_tile_count(offscreen) > 1) {
        const struct target_rect rect = tile_rect(offscreen, tile);
        out.tile = true;
        out.left_px = -rect.x;
        out.top_px = -rect.y;
        out.frame_height_px = offscreen->target.height_px;
        out.width_px = offscreen->width_px;
        out.height_px = offscreen->height_px;
    }
    return out;
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
        offscreen->width_px = width_px;
        offscreen->height_px = height_px;
    }
    return status;
}

void offscreen_read_rgba(struct offscreen *offscreen, size_t out_bytes, uint8_t *out) {
    readback_rgba(&offscreen->target, out_bytes, out);
}

void offscreen_read_tile(struct offscreen *offscreen, int tile, size_t out_bytes, uint8_t *out) {
    readback_rgba_part(&offscreen->target, tile_rect(offscreen, tile), offscreen->width_px,
                       out_bytes, out);
}
