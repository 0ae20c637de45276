/* gfx/text.h - labels: glyphs of the system's fonts in one atlas, all labels of a frame in one
 * instanced draw.
 *
 * Thread: main.  Owner: whoever called text_create.  Fonts are found through fontconfig: Inter and
 * JetBrains Mono, else whatever sans and mono the machine has.  Digits are as wide as each other,
 * so numbers do not dance. Limits: TEXT_GLYPH_MAX glyphs a frame; the atlas, which starts again
 * when it is full.  Both are counted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "gfx/target.h"

enum { TEXT_GLYPH_MAX = 4096, TEXT_ATLAS_PX = 1024, TEXT_SIZE_PX_MAX = 128 };

enum text_face { TEXT_SANS, TEXT_SANS_STRONG, TEXT_MONO, TEXT_FACE_COUNT };

struct text_style {
    enum text_face face;
    int size_px; /* 6..TEXT_SIZE_PX_MAX, of the em square */
    uint8_t rgba[4];
};

struct text;

/* STATUS_NOT_FOUND: no usable font at all; STATUS_UNSUPPORTED: the shader; STATUS_MEMORY. */
enum status text_create(const char *shader_dir, struct text **out);
void text_destroy(struct text *text); /* NULL accepted */
bool text_reload(struct text *text);  /* the shader; false: the old one goes on */

/* Width in pixels of UTF-8 (unknown bytes count as nothing). */
double text_width(struct text *text, const struct text_style *style, const char *utf8);
/* Height of capitals and figures over the baseline, in pixels. */
double text_cap_height(const struct text *text, const struct text_style *style);
/* Put utf8 with its left end at x on the baseline y into the frame. */
void text_add(struct text *text, const struct text_style *style, double x, double baseline_y,
              const char *utf8);
int text_glyph_count(const struct text *text);       /* in the frame so far */
int64_t text_dropped_count(const struct text *text); /* glyphs that met a limit, since creation */

/* Draw what was added and start the next frame. */
void text_draw(struct text *text, const struct target *target);
