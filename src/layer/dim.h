/* layer/dim.h - a whole window darker, at night.  Thread: main, with the GL context current. */
#pragma once

#include <stdbool.h>

#include "gfx/program.h"
#include "gfx/target.h"

struct dim {
    struct program program;
};

bool dim_init(struct dim *dim, const char *shader_dir); /* false: refused by the driver, logged */
void dim_finish(struct dim *dim);                       /* NULL and zeroed accepted */
/* Leave this share of the light (0..1) of what was drawn into target. */
void dim_draw(const struct dim *dim, const struct target *target, double light);
