#include "layer/backdrop.h"

#include <assert.h>

#include "layer/theme.h"

enum {
    UNIFORM_Y_SIGN,
    UNIFORM_PICTURE,
    UNIFORM_ORIGIN,
    UNIFORM_SIZE,
    UNIFORM_BACKGROUND,
    UNIFORM_KEY,
    UNIFORM_LIGHT,
    UNIFORM_COUNT
};
static const char *const uniform_names[UNIFORM_COUNT] = {
    "y_sign", "picture", "origin_px", "size_px", "background", "key", "light"};

/* What broadcasters key by. */
static const float keys[BACKDROP_KIND_COUNT][4] = {
    [BACKDROP_GREEN] = {0, 1, 0, 1},
    [BACKDROP_BLUE] = {0, 0, 1, 1},
    [BACKDROP_MAGENTA] = {1, 0, 1, 1},
};

bool backdrop_init(struct backdrop *backdrop, const char *shader_dir) {
    return program_init(&backdrop->program, &(struct program_desc){.vertex = "quad.vert",
                                                                   .fragment = "backdrop.frag",
                                                                   .shader_dir = shader_dir,
                                                                   .uniform_names = uniform_names,
                                                                   .uniform_count = UNIFORM_COUNT});
}

void backdrop_finish(struct backdrop *backdrop) {
    if (backdrop != NULL) {
        program_finish(&backdrop->program);
    }
}

void backdrop_copy_finish(struct backdrop_copy *copy) {
    texture_finish(&copy->texture);
    *copy = (struct backdrop_copy){0};
}

static bool make_copy(struct backdrop_copy *copy, const struct target *whole) {
    if (copy->texture.name != 0 && copy->texture.desc.width == whole->width_px &&
        copy->texture.desc.height == whole->height_px) {
        return true;
    }
    backdrop_copy_finish(copy);
    const struct texture_desc desc = {.width = whole->width_px,
                                      .height = whole->height_px,
                                      .format = TEXTURE_BGRA8,
                                      .undefined = true,
                                      .label = "backdrop"};
    if (texture_init(&copy->texture, &desc) && target_init_texture(&copy->target, &copy->texture)) {
        return true;
    }
    backdrop_copy_finish(copy);
    return false;
}

bool backdrop_take(struct backdrop_copy *copy, const struct target *whole) {
    const struct target_rect all = {0, 0, whole->width_px, whole->height_px};
    if (!make_copy(copy, whole)) {
        return false;
    }
    target_copy(whole, all, &copy->target, 0, 0);
    return true;
}

static float share(uint8_t part) {
    return (float)part / 255;
}

void backdrop_draw(const struct backdrop *backdrop, const struct backdrop_copy *copy,
                   const struct target *whole, struct target_rect rect, enum colormap_id palette,
                   enum backdrop_kind kind) {
    assert(kind > BACKDROP_PICTURE && kind < BACKDROP_KIND_COUNT);
    const struct theme *theme = theme_of_palette(palette);
    const struct theme_color b = theme->background;
    const float background[4] = {share(b.r), share(b.g), share(b.b), 1};
    target_begin(whole, TARGET_BLEND_NONE);
    target_set_viewport(whole, rect);
    program_bind(&backdrop->program);
    texture_bind(&copy->texture, 0);
    program_set_int(&backdrop->program, UNIFORM_PICTURE, 0);
    program_set_float(&backdrop->program, UNIFORM_Y_SIGN, target_y_sign(whole));
    program_set_vec2(&backdrop->program, UNIFORM_ORIGIN, (float)rect.x, (float)rect.y);
    program_set_vec2(&backdrop->program, UNIFORM_SIZE, (float)rect.w, (float)rect.h);
    program_set_vec4(&backdrop->program, UNIFORM_BACKGROUND, background);
    program_set_vec4(&backdrop->program, UNIFORM_KEY, keys[kind]);
    program_set_float(&backdrop->program, UNIFORM_LIGHT, theme == &theme_light ? 1 : 0);
    target_draw_quad();
}
