/* Glyphs are drawn by FreeType when they are first needed, at the size and the quarter pixel where
 * they stand, and kept in a square atlas of shelves. A quarter of a pixel is finer than the eye can
 * tell at these sizes, and it keeps letter spacing even without hinting advances to whole pixels.
 * Kerning tables are not read: labels are short. */
#include "gfx/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gfx/buffer.h"
#include "gfx/font.h"
#include "gfx/program.h"
#include "gfx/texture.h"

enum { SLOT_COUNT = 4096, SUBPIXEL_COUNT = 4, ATLAS_GAP_PX = 1 };

struct slot { /* one glyph in the atlas; key 0: free */
    uint64_t key;
    int16_t x, y, w, h; /* in the atlas */
    int16_t left, top;  /* of the bitmap from the pen, top up */
};

struct glyph_vertex { /* mirrors shaders/text.vert */
    float position_px[2];
    float atlas_px[2];
    uint8_t rgba[4];
};

struct glyph {
    struct glyph_vertex vertices[BUFFER_VERTICES];
};

enum { UNIFORM_CLIP_FROM_PX, UNIFORM_ATLAS, UNIFORM_COUNT };
static const char *const uniform_names[UNIFORM_COUNT] = {"clip_from_px", "atlas"};

struct text {
    struct font *fonts[TEXT_FACE_COUNT]; /* owned */
    struct texture atlas;
    struct buffer buffer;
    struct program program;
    struct slot slots[SLOT_COUNT];
    int slot_count;
    int shelf_x, shelf_y, shelf_h;
    bool atlas_full; /* start again after this frame */
    int glyph_count;
    int64_t dropped_count;
    struct glyph glyphs[TEXT_GLYPH_MAX];
};

static enum status open_all(struct text *text, const char *shader_dir) {
    for (int i = 0; i < TEXT_FACE_COUNT; i++) {
        text->fonts[i] = font_open((enum text_face)i);
        if (text->fonts[i] == NULL) {
            return STATUS_NOT_FOUND;
        }
    }
    struct texture_desc atlas = {.width = TEXT_ATLAS_PX,
                                 .height = TEXT_ATLAS_PX,
                                 .format = TEXTURE_R8,
                                 .label = "glyph atlas"};
    struct buffer_desc buffer = {.vertex_bytes = sizeof(struct glyph_vertex),
                                 .capacity = TEXT_GLYPH_MAX,
                                 .field_count = 3,
                                 .fields = {{2, false, offsetof(struct glyph_vertex, position_px)},
                                            {2, false, offsetof(struct glyph_vertex, atlas_px)},
                                            {4, true, offsetof(struct glyph_vertex, rgba)}},
                                 .label = "glyphs"};
    if (!texture_init(&text->atlas, &atlas) || !buffer_init(&text->buffer, &buffer)) {
        return STATUS_MEMORY;
    }
    struct program_desc program = {.vertex = "text.vert",
                                   .fragment = "text.frag",
                                   .shader_dir = shader_dir,
                                   .uniform_names = uniform_names,
                                   .uniform_count = UNIFORM_COUNT};
    return program_init(&text->program, &program) ? STATUS_OK : STATUS_UNSUPPORTED;
}

enum status text_create(const char *shader_dir, struct text **out) {
    *out = NULL;
    struct text *text = calloc(1, sizeof *text);
    if (text == NULL) {
        return STATUS_MEMORY;
    }
    enum status status = open_all(text, shader_dir);
    if (status != STATUS_OK) {
        text_destroy(text);
        return status;
    }
    *out = text;
    return STATUS_OK;
}

void text_destroy(struct text *text) {
    if (text == NULL) {
        return;
    }
    program_finish(&text->program);
    buffer_finish(&text->buffer);
    texture_finish(&text->atlas);
    for (int i = 0; i < TEXT_FACE_COUNT; i++) {
        font_close(text->fonts[i]);
    }
    free(text);
}

bool text_reload(struct text *text) {
    return program_reload(&text->program);
}

/* Next code point of UTF-8; bad bytes are skipped, 0 at the end. */
static uint32_t next_codepoint(const char **utf8) {
    const unsigned char *p = (const unsigned char *)*utf8;
    while (*p != 0) {
        int extra = *p < 0x80 ? 0 : (*p >= 0xF0 ? 3 : (*p >= 0xE0 ? 2 : (*p >= 0xC0 ? 1 : -1)));
        uint32_t code = extra <= 0 ? *p : *p & (0x3Fu >> extra);
        p++;
        if (extra < 0) {
            continue;
        }
        for (; extra > 0 && (*p & 0xC0) == 0x80; extra--) {
            code = code << 6 | (*p++ & 0x3F);
        }
        if (extra == 0) {
            *utf8 = (const char *)p;
            return code;
        }
    }
    *utf8 = (const char *)p;
    return 0;
}

static void clear_atlas(struct text *text) {
    memset(text->slots, 0, sizeof text->slots);
    text->slot_count = 0;
    text->shelf_x = text->shelf_y = text->shelf_h = 0;
    text->atlas_full = false;
}

/* Room for w x h in the atlas. False: full. */
static bool place_in_atlas(struct text *text, int w, int h, struct slot *slot) {
    if (text->shelf_x + w + ATLAS_GAP_PX > TEXT_ATLAS_PX) {
        text->shelf_y += text->shelf_h + ATLAS_GAP_PX;
        text->shelf_x = 0;
        text->shelf_h = 0;
    }
    if (text->shelf_y + h > TEXT_ATLAS_PX || w > TEXT_ATLAS_PX) {
        return false;
    }
    slot->x = (int16_t)text->shelf_x;
    slot->y = (int16_t)text->shelf_y;
    slot->w = (int16_t)w;
    slot->h = (int16_t)h;
    text->shelf_x += w + ATLAS_GAP_PX;
    text->shelf_h = h > text->shelf_h ? h : text->shelf_h;
    return true;
}

/* The slot of a glyph, drawn now if it is new. NULL: no room until the next frame. */
static const struct slot *find_slot(struct text *text, const struct text_style *style,
                                    uint32_t code, int subpixel) {
    uint64_t key = (uint64_t)code << 16 | (uint64_t)style->size_px << 8 |
                   (uint64_t)style->face << 4 | (uint64_t)subpixel << 1 | 1;
    size_t at = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 52);
    for (; text->slots[at].key != 0; at = (at + 1) % SLOT_COUNT) {
        if (text->slots[at].key == key) {
            return &text->slots[at];
        }
    }
    struct font_bitmap bitmap = {0};
    font_render(text->fonts[style->face], style->size_px, code, subpixel / (double)SUBPIXEL_COUNT,
                &bitmap);
    struct slot slot = {.key = key, .left = (int16_t)bitmap.left, .top = (int16_t)bitmap.top};
    if (text->slot_count >= SLOT_COUNT * 3 / 4 ||
        (bitmap.w > 0 && !place_in_atlas(text, bitmap.w, bitmap.h, &slot))) {
        text->atlas_full = true;
        return NULL;
    }
    if (bitmap.w > 0) {
        texture_upload(&text->atlas, &(struct texture_rect){slot.x, slot.y, bitmap.w, bitmap.h, 0},
                       bitmap.coverage);
    }
    text->slots[at] = slot;
    text->slot_count++;
    return &text->slots[at];
}

double text_width(struct text *text, const struct text_style *style, const char *utf8) {
    double width = 0;
    for (uint32_t code = next_codepoint(&utf8); code != 0; code = next_codepoint(&utf8)) {
        width += font_advance(text->fonts[style->face], style->size_px, code);
    }
    return width;
}

double text_cap_height(const struct text *text, const struct text_style *style) {
    return font_cap_height(text->fonts[style->face], style->size_px);
}

static void add_glyph(struct text *text, const struct text_style *style, uint32_t code, double x,
                      double baseline_y) {
    double quarter = floor(x * SUBPIXEL_COUNT + 0.5);
    double whole = floor(quarter / SUBPIXEL_COUNT);
    const struct slot *slot = find_slot(text, style, code, (int)(quarter - whole * SUBPIXEL_COUNT));
    if (slot == NULL || text->glyph_count == TEXT_GLYPH_MAX) {
        text->dropped_count++;
        return;
    }
    if (slot->w == 0) {
        return;
    }
    struct glyph *glyph = &text->glyphs[text->glyph_count++];
    for (int i = 0; i < BUFFER_VERTICES; i++) {
        int right = (buffer_corners[i] & 1) * slot->w;
        int down = (buffer_corners[i] >> 1) * slot->h;
        struct glyph_vertex *vertex = &glyph->vertices[i];
        vertex->position_px[0] = (float)(whole + slot->left + right);
        vertex->position_px[1] = (float)(floor(baseline_y + 0.5) - slot->top + down);
        vertex->atlas_px[0] = (float)(slot->x + right);
        vertex->atlas_px[1] = (float)(slot->y + down);
        memcpy(vertex->rgba, style->rgba, sizeof vertex->rgba);
    }
}

void text_add(struct text *text, const struct text_style *style, double x, double baseline_y,
              const char *utf8) {
    assert(style->size_px >= 6 && style->size_px <= TEXT_SIZE_PX_MAX);
    assert((unsigned)style->face < TEXT_FACE_COUNT);
    struct font *font = text->fonts[style->face];
    for (uint32_t code = next_codepoint(&utf8); code != 0; code = next_codepoint(&utf8)) {
        add_glyph(text, style, code, x + font_shift(font, style->size_px, code), baseline_y);
        x += font_advance(font, style->size_px, code);
    }
}

int text_glyph_count(const struct text *text) {
    return text->glyph_count;
}

int64_t text_dropped_count(const struct text *text) {
    return text->dropped_count;
}

void text_draw(struct text *text, const struct target *target) {
    buffer_write(&text->buffer, text->glyph_count, text->glyphs);
    text->glyph_count = 0;
    if (text->buffer.count > 0) {
        program_bind(&text->program);
        mat4 clip_from_px;
        target_clip_from_px(target, clip_from_px);
        program_set_mat4(&text->program, UNIFORM_CLIP_FROM_PX, clip_from_px);
        program_set_int(&text->program, UNIFORM_ATLAS, 0);
        texture_bind(&text->atlas, 0);
        buffer_draw(&text->buffer);
    }
    if (text->atlas_full) {
        clear_atlas(text);
    }
}
