/* gfx/program.h - a pair of shaders, from the files of shaders/, with its uniforms looked up once.
 *
 * Thread: main.  Owner: whoever called program_init.  A line `#include "common/x.glsl"` in a shader
 * is replaced by that file (one level).  Limits: PROGRAM_UNIFORM_MAX uniforms, PROGRAM_SOURCE_BYTES
 * of text a stage.
 *
 * Programs of the same files are compiled once and shared until the last of them is finished: on
 * software GL each costs some megabytes of code.  A uniform is therefore to be set before each
 * draw.  All are of one GL context: before another is made every program is finished. */
#pragma once

#include <cglm/types.h>
#include <stdbool.h>

enum { PROGRAM_UNIFORM_MAX = 24, PROGRAM_SOURCE_BYTES = 32768 };

struct program_desc {
    const char *vertex, *fragment;    /* file names: "quad.vert", "heatmap.frag" */
    const char *shader_dir;           /* NULL: the embedded files */
    const char *const *uniform_names; /* borrowed, outlives the program */
    int uniform_count;
};

struct program_code; /* program.c */

struct program {
    struct program_desc desc;
    struct program_code *code; /* shared with the others of these files; NULL: finished, or none */
};

/* False: a file is missing or does not compile or link (logged with the driver's words). */
bool program_init(struct program *program, const struct program_desc *desc);
void program_finish(struct program *program); /* NULL and zeroed accepted */
/* Compile the files again, for all that share it. False: the old program goes on and the log says
 * why. */
bool program_reload(struct program *program);

void program_bind(const struct program *program);
/* Set uniform number `index` of uniform_names in the program that is bound. */
void program_set_int(const struct program *program, int index, int value);
void program_set_float(const struct program *program, int index, float value);
void program_set_vec2(const struct program *program, int index, float x, float y);
void program_set_mat4(const struct program *program, int index, mat4 value);
void program_set_vec4(const struct program *program, int index, const float value[4]);
/* The first `count` of an array of them, four floats each. */
void program_set_vec4s(const struct program *program, int index, int count, const float *values);
