/* gfx/font.h - one face of the system's fonts through FreeType: coverage bitmaps and advances.
 *
 * Thread: main.  Owner: text.  Limits: advances of FONT_ADVANCE_MAX (code point, size) pairs are
 * remembered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/text.h"

enum { FONT_ADVANCE_MAX = 2048 };

struct font;

/* A face's file, for who draws texts by other means. */
struct font_file {
    char path[1024];
    int index;        /* of the face in it */
    double height_em; /* from the lowest to the highest of a line, in ems */
};
/* False: no such font and no substitute (logged). */
bool font_find_file(enum text_face face, struct font_file *out);

struct font *font_open(enum text_face face); /* NULL: no such font and no substitute (logged) */
void font_close(struct font *font);          /* NULL accepted */

/* Pen advance in pixels. Every digit has the advance of the widest. A character that the font lacks
 * gets that of its replacement box. */
double font_advance(struct font *font, int size_px, uint32_t code);
/* How far right of the pen to draw, so that a narrow digit stands in the middle of its width. */
double font_shift(struct font *font, int size_px, uint32_t code);
double font_cap_height(struct font *font, int size_px);

struct font_bitmap {
    int w, h;                      /* 0: nothing to draw (a space) */
    int left, top;                 /* of its top left corner from the pen, top up */
    const unsigned char *coverage; /* borrowed until the next call: w bytes a row, tightly packed */
};
/* Draw code shifted right by shift (0..1 pixels). */
void font_render(struct font *font, int size_px, uint32_t code, double shift,
                 struct font_bitmap *out);
