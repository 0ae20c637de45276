#include "layer/dim.h"

enum { UNIFORM_Y_SIGN, UNIFORM_DARK, UNIFORM_COUNT };
static const char *const uniform_names[UNIFORM_COUNT] = {"y_sign", "dark"};

bool dim_init(struct dim *dim, const char *shader_dir) {
    return program_init(&dim->program, &(struct program_desc){.vertex = "quad.vert",
                                                              .fragment = "dim.frag",
                                                              .shader_dir = shader_dir,
                                                              .uniform_names = uniform_names,
                                                              .uniform_count = UNIFORM_COUNT});
}

void dim_finish(struct dim *dim) {
    if (dim != NULL) {
        program_finish(&dim->program);
    }
}

void dim_draw(const struct dim *dim, const struct target *target, double light) {
    if (light >= 1) {
        return;
    }
    target_begin(target, TARGET_BLEND_ALPHA);
    program_bind(&dim->program);
    program_set_float(&dim->program, UNIFORM_Y_SIGN, target_y_sign(target));
    program_set_float(&dim->program, UNIFORM_DARK, (float)(1 - light));
    target_draw_quad();
}
