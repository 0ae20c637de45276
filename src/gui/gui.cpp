/* The frame of Dear ImGui behind gui.h: contexts, fonts, style, events in, pictures out.
 *
 * Events are added up by gui_input rather than by ImGui's SDL2 back end: that one counts
 * in the window system's units, which blurs texts where a pixel is not one of them, and asks the
 * screen where the mouse is, which is another place than the event's by then. Drawing is ImGui's
 * OpenGL 3 back end. */
#include "gui/gui_inside.hpp"

#include <SDL2/SDL_clipboard.h>
#include <SDL2/SDL_scancode.h>
#include <backends/imgui_impl_opengl3.h>

#include <math.h>
#include <new>
#include <string.h>

namespace {

const float DELTA_S_MAX = 0.25f;
const int COPY_VERTEX_MIN = 600; /* fewer are drawn as fast as they are copied */

/* Sizes of the em square in pixels at scale 1. */
const struct {
    int font; /* 0 sans, 1 strong, 2 mono */
    float em_px;
} faces[GUI_FACE_COUNT] = {
    {0, 14}, /* GUI_BODY */
    {0, 12}, /* GUI_SMALL */
    {1, 14}, /* GUI_STRONG */
    {2, 13}, /* GUI_MONO */
    {1, 17}, /* GUI_TITLE */
};

/* Latin with its accents, Greek, dashes and dots, arrows, mathematics, shapes; ends with 0. */
const ImWchar glyph_ranges[] = {0x0020, 0x017F, 0x0391, 0x03C9, 0x2010, 0x2027, 0x2030,
                                0x203A, 0x20AC, 0x20AC, 0x2190, 0x2199, 0x2206, 0x2206,
                                0x2212, 0x2212, 0x2248, 0x2248, 0x2264, 0x2265, 0};

}  // namespace

namespace {

ImVec4 vector_of(struct gui_color color) {
    return ImVec4((float)color.r / 255, (float)color.g / 255, (float)color.b / 255,
                  (float)color.a / 255);
}

bool take_font(gui_font_file &out, const struct gui_font &font) {
    size_t len = strlen(font.path);
    if (len == 0 || len >= sizeof out.path || !(font.height_em > 0)) {
        return false;
    }
    memcpy(out.path, font.path, len + 1);
    out.index = font.index;
    out.height_em = (float)font.height_em;
    return true;
}

/* As gfx/text: every digit is as wide as the widest, so that numbers do not dance. */
void widen_digits(ImFont *font) {
    float widest = 0;
    for (ImWchar digit = '0'; digit <= '9'; digit++) {
        widest = fmaxf(widest, font->GetCharAdvance(digit));
    }
    for (ImWchar digit = '0'; digit <= '9'; digit++) {
        ImFontGlyph *glyph = const_cast<ImFontGlyph *>(font->FindGlyphNoFallback(digit));
        if (glyph != nullptr) {
            float shift = (widest - glyph->AdvanceX) / 2;
            glyph->X0 += shift;
            glyph->X1 += shift;
            glyph->AdvanceX = widest;
            font->IndexAdvanceX[digit] = widest;
        }
    }
}

/* Fonts of another scale; false: a file cannot be read. */
bool make_fonts(struct gui *gui, double scale) {
    ImFontAtlas *atlas = ImGui::GetIO().Fonts;
    atlas->Clear();
    atlas->Flags |= ImFontAtlasFlags_NoMouseCursors | ImFontAtlasFlags_NoPowerOfTwoHeight;
    for (int i = 0; i < GUI_FACE_COUNT; i++) {
        const gui_font_file &file = gui->fonts[faces[i].font];
        ImFontConfig config;
        config.FontNo = file.index;
        config.OversampleH = scale > 1.5 ? 2 : 3;
        config.OversampleV = 1;
        float em_px = roundf(faces[i].em_px * (float)scale);
        gui->faces[i] = atlas->AddFontFromFileTTF(file.path, roundf(em_px * file.height_em),
                                                  &config, glyph_ranges);
        if (gui->faces[i] == nullptr) {
            return false;
        }
    }
    if (!atlas->Build()) {
        return false;
    }
    for (int i = 0; i < GUI_FACE_COUNT; i++) {
        widen_digits(gui->faces[i]);
    }
    if (gui->backend) {
        ImGui_ImplOpenGL3_DestroyFontsTexture();
        (void)ImGui_ImplOpenGL3_CreateFontsTexture();
    }
    gui->scale = scale;
    return true;
}

void set_style(struct gui *gui, const struct gui_frame *frame) {
    const struct gui_colors &colors = frame->colors;
    float scale = (float)frame->scale;
    gui->colors = colors;
    ImGuiStyle &style = ImGui::GetStyle();
    style.Alpha = 1;
    style.WindowBorderSize = 1;
    style.ChildBorderSize = 0;
    style.FrameRounding = 5 * scale;
    style.FramePadding = ImVec2(8 * scale, 5 * scale);
    style.ItemSpacing = ImVec2(0, 0);
    style.ScrollbarSize = 7 * scale;
    style.ScrollbarRounding = 4 * scale;
    style.WindowMinSize = ImVec2(4, 4);
    style.AntiAliasedLinesUseTex = true;
    ImVec4 *out = style.Colors;
    out[ImGuiCol_Text] = vector_of(colors.text);
    out[ImGuiCol_TextDisabled] = vector_of(colors.text_dim);
    out[ImGuiCol_WindowBg] = vector_of(colors.plate);
    out[ImGuiCol_ChildBg] = ImVec4(0, 0, 0, 0);
    out[ImGuiCol_Border] = vector_of(colors.rule);
    out[ImGuiCol_FrameBg] = vector_of(colors.field);
    out[ImGuiCol_TextSelectedBg] = vector_of(colors.selection);
    out[ImGuiCol_ScrollbarBg] = ImVec4(0, 0, 0, 0);
    out[ImGuiCol_ScrollbarGrab] = vector_of(colors.rule);
    out[ImGuiCol_ScrollbarGrabHovered] = vector_of(colors.text_dim);
    out[ImGuiCol_ScrollbarGrabActive] = vector_of(colors.text_dim);
}

const char *clipboard_get(void *user) {
    static char *text = nullptr; /* ImGui wants it to live until the next call */
    (void)user;
    SDL_free(text);
    text = SDL_GetClipboardText();
    return text;
}

void clipboard_set(void *user, const char *text) {
    (void)user;
    SDL_SetClipboardText(text);
}

void set_keys(ImGuiIO &io) {
    static const struct {
        ImGuiKey key;
        SDL_Scancode code;
    } keys[] = {{ImGuiKey_Tab, SDL_SCANCODE_TAB},
                {ImGuiKey_LeftArrow, SDL_SCANCODE_LEFT},
                {ImGuiKey_RightArrow, SDL_SCANCODE_RIGHT},
                {ImGuiKey_UpArrow, SDL_SCANCODE_UP},
                {ImGuiKey_DownArrow, SDL_SCANCODE_DOWN},
                {ImGuiKey_Home, SDL_SCANCODE_HOME},
                {ImGuiKey_End, SDL_SCANCODE_END},
                {ImGuiKey_Delete, SDL_SCANCODE_DELETE},
                {ImGuiKey_Backspace, SDL_SCANCODE_BACKSPACE},
                {ImGuiKey_Enter, SDL_SCANCODE_RETURN},
                {ImGuiKey_KeyPadEnter, SDL_SCANCODE_KP_ENTER},
                {ImGuiKey_Escape, SDL_SCANCODE_ESCAPE},
                {ImGuiKey_A, SDL_SCANCODE_A},
                {ImGuiKey_C, SDL_SCANCODE_C},
                {ImGuiKey_V, SDL_SCANCODE_V},
                {ImGuiKey_X, SDL_SCANCODE_X},
                {ImGuiKey_Y, SDL_SCANCODE_Y},
                {ImGuiKey_Z, SDL_SCANCODE_Z}};
    for (const auto &row : keys) {
        io.KeyMap[row.key] = row.code;
    }
}

void feed_io(struct gui *gui, ImGuiIO &io, const struct gui_frame *frame) {
    struct gui_input *input = &gui->input;
    io.DisplaySize = ImVec2((float)frame->width_px, (float)frame->height_px);
    int64_t gone_ns = gui->last_ns != 0 ? frame->mono_ns - gui->last_ns : 0;
    io.DeltaTime = fminf(fmaxf((float)gone_ns * 1e-9f, 1e-5f), DELTA_S_MAX);
    gui->last_ns = frame->mono_ns;
    io.MousePos = ImVec2(input->pointer_x, input->pointer_y);
    io.MouseWheel = input->wheel_steps;
    for (int i = 0; i < GUI_INPUT_BUTTON_COUNT; i++) {
        io.MouseDown[i] = input->button_down[i] || input->button_hit[i];
    }
    for (int i = 0; i < GUI_INPUT_KEY_COUNT; i++) {
        io.KeysDown[i] = input->key_down[i] || input->key_hit[i];
    }
    io.AddInputCharactersUTF8(input->text);
    io.KeyShift = input->shift;
    io.KeyCtrl = input->ctrl;
    io.KeyAlt = input->alt;
    gui_input_clear_hits(input);
}

/* Whole pixels around what is seen of a list: left, top, right, bottom; a part that scrolls holds
 * more. */
ImVec4 bounds_of(const ImDrawList *drawn) {
    ImVec4 all(1e6f, 1e6f, 0, 0);
    for (const ImDrawCmd &command : drawn->CmdBuffer) {
        ImVec4 at(1e6f, 1e6f, 0, 0);
        const ImDrawIdx *index = drawn->IdxBuffer.Data + command.IdxOffset;
        const ImDrawVert *vertices = drawn->VtxBuffer.Data + command.VtxOffset;
        for (unsigned i = 0; i < command.ElemCount; i++) {
            const ImVec2 &pos = vertices[index[i]].pos;
            at = ImVec4(fminf(at.x, pos.x), fminf(at.y, pos.y), fmaxf(at.z, pos.x),
                        fmaxf(at.w, pos.y));
        }
        const ImVec4 &clip = command.ClipRect;
        at = ImVec4(fmaxf(at.x, clip.x), fmaxf(at.y, clip.y), fminf(at.z, clip.z),
                    fminf(at.w, clip.w));
        if (at.z > at.x && at.w > at.y) {
            all = ImVec4(fminf(all.x, at.x), fminf(all.y, at.y), fmaxf(all.z, at.z),
                         fmaxf(all.w, at.w));
        }
    }
    return ImVec4(fmaxf(0, floorf(all.x)), fmaxf(0, floorf(all.y)), ceilf(all.z), ceilf(all.w));
}

/* One of the rectangles that are copied holds it already, or there is nothing of it. */
bool is_copied(const ImDrawList *copy, const ImVec4 &at) {
    for (int i = 0; i + 3 < copy->VtxBuffer.Size; i += 4) {
        const ImVec2 &near_corner = copy->VtxBuffer[i].pos;
        const ImVec2 &far_corner = copy->VtxBuffer[i + 2].pos;
        if (at.x >= near_corner.x && at.y >= near_corner.y && at.z <= far_corner.x &&
            at.w <= far_corner.y) {
            return true;
        }
    }
    return at.z <= at.x || at.w <= at.y;
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    const char *at = static_cast<const char *>(bytes);
    for (; size >= sizeof hash; size -= sizeof hash, at += sizeof hash) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    for (; size > 0; size--, at++) {
        hash = (hash ^ (unsigned char)*at) * UINT64_C(0x9E3779B97F4A7C15);
    }
    return hash;
}

/* Of all that decides how a frame looks. */
uint64_t hash_of(const ImDrawData *data) {
    uint64_t hash = hash_bytes(1, &data->DisplaySize, sizeof data->DisplaySize);
    for (int i = 0; i < data->CmdListsCount; i++) {
        const ImDrawList *drawn = data->CmdLists[i];
        hash = hash_bytes(hash, drawn->VtxBuffer.Data, (size_t)drawn->VtxBuffer.size_in_bytes());
        hash = hash_bytes(hash, drawn->IdxBuffer.Data, (size_t)drawn->IdxBuffer.size_in_bytes());
        for (const ImDrawCmd &command : drawn->CmdBuffer) {
            hash = hash_bytes(hash, &command.ClipRect, sizeof command.ClipRect);
        }
    }
    return hash;
}

void draw_data(struct gui *gui, ImDrawData *data) {
    gui->draw_count = 0;
    for (int i = 0; i < data->CmdListsCount; i++) {
        gui->draw_count += data->CmdLists[i]->CmdBuffer.Size;
    }
    ImGui_ImplOpenGL3_RenderDrawData(data);
}

}  // namespace

extern "C" {

enum status gui_create(const struct gui_desc *desc, struct gui **out) {
    *out = nullptr;
    struct gui *gui = new (std::nothrow) struct gui();
    if (gui == nullptr) {
        return STATUS_MEMORY;
    }
    IMGUI_CHECKVERSION();
    gui->context = ImGui::CreateContext();
    ImGui::SetCurrentContext(gui->context);
    gui->copy = IM_NEW(ImDrawList)(ImGui::GetDrawListSharedData());
    ImGuiIO &io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.BackendPlatformName = "liqscope";
    io.GetClipboardTextFn = clipboard_get;
    io.SetClipboardTextFn = clipboard_set;
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    set_keys(io);
    gui_input_init(&gui->input);
    bool fonts = take_font(gui->fonts[0], desc->sans) && take_font(gui->fonts[1], desc->strong) &&
                 take_font(gui->fonts[2], desc->mono) && make_fonts(gui, 1);
    enum status status = !fonts ? STATUS_NOT_FOUND : STATUS_OK;
    if (status == STATUS_OK) {
        gui->backend = ImGui_ImplOpenGL3_Init("#version 330");
        status = gui->backend && ImGui_ImplOpenGL3_CreateDeviceObjects() ? STATUS_OK
                                                                         : STATUS_UNSUPPORTED;
    }
    if (status != STATUS_OK) {
        gui_destroy(gui);
        return status;
    }
    *out = gui;
    return STATUS_OK;
}

void gui_destroy(struct gui *gui) {
    if (gui == nullptr) {
        return;
    }
    ImGui::SetCurrentContext(gui->context);
    if (gui->backend) {
        ImGui_ImplOpenGL3_Shutdown();
    }
    IM_DELETE(gui->copy);
    ImGui::DestroyContext(gui->context);
    delete gui;
}

bool gui_take_event(struct gui *gui, const union SDL_Event *event, double px_per_unit) {
    return gui_input_take(&gui->input, event, px_per_unit);
}

bool gui_wants_pointer(const struct gui *gui) {
    return gui_input_wants_pointer(&gui->input);
}

bool gui_wants_text(const struct gui *gui) {
    return gui->input.wants_text;
}

void gui_hide(struct gui *gui) {
    if (gui->input.shown) {
        ImGui::SetCurrentContext(gui->context);
        ImGui::SetWindowFocus(nullptr); /* a field that was typed in lets go */
        gui_input_init(&gui->input);
    }
}

void gui_begin(struct gui *gui, const struct gui_frame *frame) {
    ImGui::SetCurrentContext(gui->context);
    if (frame->scale != gui->scale) {
        (void)make_fonts(gui, frame->scale); /* the files were readable when it was made */
    }
    set_style(gui, frame);
    feed_io(gui, ImGui::GetIO(), frame);
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    gui->window_count = gui->plate_count = 0;
    gui->text_soon = false;
    gui->fading = false;
}

void gui_set_opacity(struct gui *gui, double opacity) {
    ImGui::GetStyle().Alpha = fmaxf(0.004f, (float)opacity); /* ImGui refuses 0 */
    gui->fading = gui->fading || (opacity > 0 && opacity < 1);
}

void gui_end(struct gui *gui) {
    ImGui::Render();
    struct gui_input *input = &gui->input;
    input->shown = true;
    input->wants_text = gui->text_soon || ImGui::GetIO().WantTextInput;
    input->window_count = gui->window_count;
    memcpy(input->windows, gui->windows, sizeof input->windows);
}

void gui_draw(struct gui *gui) {
    draw_data(gui, ImGui::GetDrawData());
}

bool gui_is_worth_copying(const struct gui *gui) {
    return !gui->fading && ImGui::GetDrawData()->TotalVtxCount >= COPY_VERTEX_MIN;
}

bool gui_take_change(struct gui *gui) {
    uint64_t hash = hash_of(ImGui::GetDrawData());
    bool changed = hash != gui->hash;
    gui->hash = hash;
    return changed;
}

struct gui_rect gui_bounds(const struct gui *gui) {
    (void)gui;
    ImVec4 all(1e6f, 1e6f, 0, 0);
    for (int i = 0; i < ImGui::GetDrawData()->CmdListsCount; i++) {
        ImVec4 at = bounds_of(ImGui::GetDrawData()->CmdLists[i]);
        all =
            ImVec4(fminf(all.x, at.x), fminf(all.y, at.y), fmaxf(all.z, at.z), fmaxf(all.w, at.w));
    }
    return {all.x, all.y, fmaxf(0, all.z - all.x), fmaxf(0, all.w - all.y)};
}

int gui_list_plates(const struct gui *gui, struct gui_rect out[GUI_PLATE_MAX]) {
    memcpy(out, gui->plates, sizeof gui->plates);
    return gui->plate_count;
}

void gui_draw_copy(struct gui *gui, unsigned texture) {
    ImDrawData *data = ImGui::GetDrawData();
    ImDrawList *copy = gui->copy;
    ImVec2 size = data->DisplaySize;
    copy->_ResetForNewFrame();
    copy->PushClipRectFullScreen();
    copy->PushTextureID((ImTextureID)(uintptr_t)texture);
    for (int i = 0; i < data->CmdListsCount; i++) {
        ImVec4 at = bounds_of(data->CmdLists[i]);
        if (is_copied(copy, at)) {
            continue;
        }
        copy->PrimReserve(6, 4);
        copy->PrimRectUV(ImVec2(at.x, at.y), ImVec2(at.z, at.w),
                         ImVec2(at.x / size.x, 1 - at.y / size.y),
                         ImVec2(at.z / size.x, 1 - at.w / size.y), IM_COL32_WHITE);
    }
    ImDrawData copies = *data;
    copies.CmdLists = &copy;
    copies.CmdListsCount = 1;
    copies.TotalVtxCount = copy->VtxBuffer.Size;
    copies.TotalIdxCount = copy->IdxBuffer.Size;
    draw_data(gui, &copies);
}

int gui_draw_count(const struct gui *gui) {
    return gui->draw_count;
}

}  // extern "C"
