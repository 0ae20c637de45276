#include "gfx/program.h"

#include <assert.h>
#include <glad/gl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "gfx/debug.h"
#include "gfx/shader_files.h"

struct program_code {
    struct program_code *next; /* of all there are; owned by its users */
    int user_count;
    char *vertex, *fragment, *shader_dir; /* owned; shader_dir NULL: the embedded files */
    unsigned name;                        /* 0: has not compiled yet */
    int locations[PROGRAM_UNIFORM_MAX];   /* -1: the shader does not use it */
};
static struct program_code *codes;

/* Append a shader file to out. False: it does not exist or there is no room. */
static bool read_file(const char *dir, const char *name, char *out, size_t out_bytes) {
    size_t used = strlen(out);
    if (dir == NULL) {
        for (size_t i = 0; i < shader_file_count; i++) {
            if (strcmp(shader_files[i].name, name) == 0) {
                return str_copy(out + used, out_bytes - used, shader_files[i].text);
            }
        }
        return false;
    }
    char path[1024] = "";
    FILE *file = str_format(path, sizeof path, "%s/%s", dir, name) ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        return false;
    }
    size_t got = fread(out + used, 1, out_bytes - used - 1, file);
    out[used + got] = '\0';
    bool whole = feof(file) != 0;
    fclose(file);
    return whole;
}

/* Append line, or the file that it includes. */
static bool append_line(const char *dir, struct span line, char *out, size_t out_bytes) {
    static const char directive[] = "#include \"";
    size_t skip = sizeof directive - 1;
    if (line.len > skip && memcmp(line.bytes, directive, skip) == 0) {
        const char *end = memchr(line.bytes + skip, '"', line.len - skip);
        char name[128] = "";
        struct span inner = {line.bytes + skip,
                             end != NULL ? (size_t)(end - line.bytes) - skip : 0};
        return str_copy_span(name, sizeof name, inner) && read_file(dir, name, out, out_bytes);
    }
    size_t used = strlen(out);
    return str_copy_span(out + used, out_bytes - used, line) && str_append(out, out_bytes, "\n");
}

static bool load_source(const char *dir, const char *name, char *out, size_t out_bytes) {
    char *text = calloc(1, PROGRAM_SOURCE_BYTES);
    bool good = text != NULL && read_file(dir, name, text, PROGRAM_SOURCE_BYTES);
    out[0] = '\0';
    for (const char *at = text; good && *at != '\0';) {
        const char *end = strchr(at, '\n');
        size_t len = end != NULL ? (size_t)(end - at) : strlen(at);
        good = append_line(dir, (struct span){at, len}, out, out_bytes);
        at += len + (end != NULL ? 1 : 0);
    }
    free(text);
    return good;
}

/* 0: refused; the log has the driver's words. */
static GLuint compile_stage(GLenum stage, const char *dir, const char *name) {
    char *text = calloc(1, PROGRAM_SOURCE_BYTES);
    if (text == NULL || !load_source(dir, name, text, PROGRAM_SOURCE_BYTES)) {
        LOG_ERROR("shader %s: not readable%s%s", name, dir != NULL ? " in " : "",
                  dir != NULL ? dir : "");
        free(text);
        return 0;
    }
    GLuint shader = glCreateShader(stage);
    const GLchar *source = text;
    glShaderSource(shader, 1, &source, NULL);
    glCompileShader(shader);
    free(text);
    GLint compiled = 0;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
    if (!compiled) {
        char words[512] = "";
        glGetShaderInfoLog(shader, sizeof words, NULL, words);
        LOG_ERROR("shader %s: does not compile: %s", name, words);
        glDeleteShader(shader);
        return 0;
    }
    return shader;
}

static GLuint link_program(GLuint vertex, GLuint fragment, const char *label) {
    GLuint name = glCreateProgram();
    debug_count_objects(1);
    glAttachShader(name, vertex);
    glAttachShader(name, fragment);
    glLinkProgram(name);
    GLint linked = 0;
    glGetProgramiv(name, GL_LINK_STATUS, &linked);
    if (!linked) {
        char words[512] = "";
        glGetProgramInfoLog(name, sizeof words, NULL, words);
        LOG_ERROR("shader %s: does not link: %s", label, words);
        glDeleteProgram(name);
        return 0;
    }
    debug_label(GL_PROGRAM, name, label);
    return name;
}

bool program_reload(struct program *program) {
    const struct program_desc *desc = &program->desc;
    struct program_code *code = program->code;
    GLuint vertex = compile_stage(GL_VERTEX_SHADER, desc->shader_dir, desc->vertex);
    GLuint fragment = compile_stage(GL_FRAGMENT_SHADER, desc->shader_dir, desc->fragment);
    GLuint name = vertex != 0 && fragment != 0 ? link_program(vertex, fragment, desc->fragment) : 0;
    glDeleteShader(vertex);
    glDeleteShader(fragment);
    if (name == 0) {
        return false;
    }
    if (code->name != 0) {
        glDeleteProgram(code->name);
    }
    code->name = name;
    for (int i = 0; i < desc->uniform_count; i++) {
        code->locations[i] = glGetUniformLocation(name, desc->uniform_names[i]);
    }
    return true;
}

static bool same_dir(const char *a, const char *b) {
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

static struct program_code *find_code(const struct program_desc *desc) {
    struct program_code *code = codes;
    while (code != NULL && (strcmp(code->vertex, desc->vertex) != 0 ||
                            strcmp(code->fragment, desc->fragment) != 0 ||
                            !same_dir(code->shader_dir, desc->shader_dir))) {
        code = code->next;
    }
    return code;
}

static void free_code(struct program_code *code) {
    free(code->vertex);
    free(code->fragment);
    free(code->shader_dir);
    free(code);
}

static struct program_code *add_code(const struct program_desc *desc) {
    struct program_code *code = calloc(1, sizeof *code);
    if (code == NULL) {
        return NULL;
    }
    code->vertex = strdup(desc->vertex);
    code->fragment = strdup(desc->fragment);
    code->shader_dir = desc->shader_dir != NULL ? strdup(desc->shader_dir) : NULL;
    if (code->vertex == NULL || code->fragment == NULL ||
        (desc->shader_dir != NULL && code->shader_dir == NULL)) {
        free_code(code);
        return NULL;
    }
    code->next = codes;
    codes = code;
    return code;
}

bool program_init(struct program *program, const struct program_desc *desc) {
    assert(desc->uniform_count <= PROGRAM_UNIFORM_MAX);
    *program = (struct program){.desc = *desc, .code = find_code(desc)};
    bool there = program->code != NULL;
    program->code = there ? program->code : add_code(desc);
    if (program->code == NULL) {
        return false;
    }
    program->code->user_count++;
    if (!there && !program_reload(program)) {
        program_finish(program);
        return false;
    }
    return true;
}

void program_finish(struct program *program) {
    if (program == NULL || program->code == NULL) {
        return;
    }
    struct program_code *code = program->code;
    program->code = NULL;
    if (--code->user_count > 0) {
        return;
    }
    if (code->name != 0) {
        glDeleteProgram(code->name);
    }
    struct program_code **at = &codes;
    while (*at != code) {
        at = &(*at)->next;
    }
    *at = code->next;
    free_code(code);
}

void program_bind(const struct program *program) {
    glUseProgram(program->code->name);
    debug_count_bind();
}

void program_set_int(const struct program *program, int index, int value) {
    assert(index < program->desc.uniform_count);
    glUniform1i(program->code->locations[index], value);
}

void program_set_float(const struct program *program, int index, float value) {
    assert(index < program->desc.uniform_count);
    glUniform1f(program->code->locations[index], value);
}

void program_set_vec2(const struct program *program, int index, float x, float y) {
    assert(index < program->desc.uniform_count);
    glUniform2f(program->code->locations[index], x, y);
}

void program_set_mat4(const struct program *program, int index, mat4 value) {
    assert(index < program->desc.uniform_count);
    glUniformMatrix4fv(program->code->locations[index], 1, GL_FALSE, value[0]);
}

void program_set_vec4(const struct program *program, int index, const float value[4]) {
    assert(index < program->desc.uniform_count);
    glUniform4fv(program->code->locations[index], 1, value);
}

void program_set_vec4s(const struct program *program, int index, int count, const float *values) {
    assert(index < program->desc.uniform_count);
    assert(count >= 1);
    glUniform4fv(program->code->locations[index], count, values);
}
