#include "gfx/font.h"

#include <assert.h>
#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include <stdlib.h>
#include <string.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include "base/log.h"
#include "base/str.h"

enum { BITMAP_BYTES = (TEXT_SIZE_PX_MAX * 2) * (TEXT_SIZE_PX_MAX * 2) };

struct advance {
    uint64_t key; /* 0: free */
    float advance, shift;
};

struct font {
    FT_Library library;
    FT_Face face;
    int size_px;
    struct advance advances[FONT_ADVANCE_MAX];
    int advance_count;
    double cap_heights[TEXT_SIZE_PX_MAX + 1]; /* by size; 0: not measured yet */
    unsigned char bitmap[BITMAP_BYTES];
};

static const struct {
    const char *family, *substitute;
    int weight;
} wanted[] = {
    [TEXT_SANS] = {"Inter", "sans-serif", FC_WEIGHT_REGULAR},
    [TEXT_SANS_STRONG] = {"Inter", "sans-serif", FC_WEIGHT_DEMIBOLD},
    [TEXT_MONO] = {"JetBrains Mono", "monospace", FC_WEIGHT_REGULAR},
};
static_assert(ARRAY_COUNT(wanted) == TEXT_FACE_COUNT, "a font per face");

static void log_missing(enum text_face face) {
    LOG_ERROR("fonts: neither %s nor any %s found by fontconfig; install fonts-inter and "
              "fonts-jetbrains-mono, or any font",
              wanted[face].family, wanted[face].substitute);
}

/* Ask fontconfig for the file of a face; it answers with the nearest that exists. */
static bool find_file(enum text_face face, char *path, size_t path_bytes, int *index) {
    FcPattern *pattern = FcPatternCreate();
    if (pattern == NULL) {
        return false;
    }
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)wanted[face].family);
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)wanted[face].substitute);
    FcPatternAddInteger(pattern, FC_WEIGHT, wanted[face].weight);
    FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN);
    FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result = FcResultNoMatch;
    FcPattern *match = FcFontMatch(NULL, pattern, &result);
    FcChar8 *file = NULL;
    bool found = match != NULL && FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch &&
                 str_copy(path, path_bytes, (const char *)file);
    if (found && FcPatternGetInteger(match, FC_INDEX, 0, index) != FcResultMatch) {
        *index = 0;
    }
    if (match != NULL) {
        FcPatternDestroy(match);
    }
    FcPatternDestroy(pattern);
    return found;
}

struct font *font_open(enum text_face face) {
    char path[1024] = "";
    int index = 0;
    struct font *font = calloc(1, sizeof *font);
    if (font == NULL) {
        return NULL;
    }
    if (!find_file(face, path, sizeof path, &index)) {
        log_missing(face);
        font_close(font);
        return NULL;
    }
    if (FT_Init_FreeType(&font->library) != 0 ||
        FT_New_Face(font->library, path, index & 0xFFFF, &font->face) != 0) {
        LOG_ERROR("fonts: %s: not readable by FreeType", path);
        font_close(font);
        return NULL;
    }
    LOG_DEBUG("fonts: %s is %s", wanted[face].family, path);
    return font;
}

bool font_find_file(enum text_face face, struct font_file *out) {
    struct font *font = font_open(face);
    if (font == NULL) {
        return false;
    }
    bool found = find_file(face, out->path, sizeof out->path, &out->index);
    const FT_Face opened = font->face;
    out->height_em = opened->units_per_EM > 0
                         ? (double)(opened->ascender - opened->descender) / opened->units_per_EM
                         : 0;
    font_close(font);
    return found && out->height_em > 0;
}

void font_close(struct font *font) {
    if (font == NULL) {
        return;
    }
    if (font->face != NULL) {
        FT_Done_Face(font->face);
    }
    if (font->library != NULL) {
        FT_Done_FreeType(font->library);
    }
    free(font);
}

static void set_size(struct font *font, int size_px) {
    assert(size_px >= 1 && size_px <= TEXT_SIZE_PX_MAX);
    if (font->size_px != size_px && FT_Set_Pixel_Sizes(font->face, 0, (FT_UInt)size_px) == 0) {
        font->size_px = size_px;
    }
}

static double raw_advance(struct font *font, uint32_t code) {
    if (FT_Load_Char(font->face, code, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) {
        return 0;
    }
    return (double)font->face->glyph->linearHoriAdvance / 65536.0;
}

static struct advance measure(struct font *font, uint32_t code) {
    double own = raw_advance(font, code);
    double widest = own;
    if (code >= '0' && code <= '9') {
        for (uint32_t digit = '0'; digit <= '9'; digit++) {
            double other = raw_advance(font, digit);
            widest = other > widest ? other : widest;
        }
    }
    return (struct advance){.advance = (float)widest, .shift = (float)((widest - own) / 2)};
}

/* Remembered, because every label of every frame asks; when the memory is full it starts again. */
static const struct advance *find_advance(struct font *font, int size_px, uint32_t code) {
    uint64_t key = (uint64_t)code << 16 | (uint64_t)size_px << 1 | 1;
    size_t at = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 53);
    for (; font->advances[at].key != 0; at = (at + 1) % FONT_ADVANCE_MAX) {
        if (font->advances[at].key == key) {
            return &font->advances[at];
        }
    }
    if (font->advance_count >= FONT_ADVANCE_MAX * 3 / 4) {
        memset(font->advances, 0, sizeof font->advances);
        font->advance_count = 0;
    }
    set_size(font, size_px);
    font->advances[at] = measure(font, code);
    font->advances[at].key = key;
    font->advance_count++;
    return &font->advances[at];
}

double font_advance(struct font *font, int size_px, uint32_t code) {
    return (double)find_advance(font, size_px, code)->advance;
}

double font_shift(struct font *font, int size_px, uint32_t code) {
    return (double)find_advance(font, size_px, code)->shift;
}

static double measure_cap_height(struct font *font, int size_px) {
    set_size(font, size_px);
    if (FT_Load_Char(font->face, 'H', FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) {
        return size_px * 0.7;
    }
    return (double)font->face->glyph->metrics.horiBearingY / 64.0;
}

double font_cap_height(struct font *font, int size_px) {
    double *height = &font->cap_heights[size_px];
    if (*height <= 0) {
        *height = measure_cap_height(font, size_px);
    }
    return *height;
}

void font_render(struct font *font, int size_px, uint32_t code, double shift,
                 struct font_bitmap *out) {
    *out = (struct font_bitmap){.coverage = font->bitmap};
    set_size(font, size_px);
    if (FT_Load_Char(font->face, code, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP) != 0 ||
        font->face->glyph->format != FT_GLYPH_FORMAT_OUTLINE) {
        return;
    }
    FT_Outline_Translate(&font->face->glyph->outline, (FT_Pos)(shift * 64), 0);
    if (FT_Render_Glyph(font->face->glyph, FT_RENDER_MODE_NORMAL) != 0) {
        return;
    }
    const FT_Bitmap *bitmap = &font->face->glyph->bitmap;
    if ((size_t)bitmap->width * bitmap->rows > sizeof font->bitmap || bitmap->pitch < 0) {
        return;
    }
    for (unsigned y = 0; y < bitmap->rows; y++) {
        memcpy(font->bitmap + (size_t)y * bitmap->width,
               bitmap->buffer + (size_t)y * (size_t)bitmap->pitch, bitmap->width);
    }
    out->w = (int)bitmap->width;
    out->h = (int)bitmap->rows;
    out->left = font->face->glyph->bitmap_left;
    out->top = font->face->glyph->bitmap_top;
}
