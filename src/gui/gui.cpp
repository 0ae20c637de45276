/* The only C++ of the house: everything of Dear ImGui that is used, behind gui.h.
 *
 * Events are added up by gui_input rather than by ImGui's SDL2 back end: that one counts
 * in the window system's units, which blurs texts where a pixel is not one of them, and asks the
 * screen where the mouse is, which is another place than the event's by then. Drawing is ImGui's
 * OpenGL 3 back end. */
#include "gui/gui.h"

#include <SDL2/SDL_clipboard.h>
#include <SDL2/SDL_scancode.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <math.h>
#include <new>
#include <string.h>

#include "gui/gui_input.h"

namespace {

const float DELTA_S_MAX = 0.25f;

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

const SDL_Scancode key_codes[GUI_KEY_COUNT] = {
    SDL_SCANCODE_ESCAPE, SDL_SCANCODE_RETURN, SDL_SCANCODE_TAB,     SDL_SCANCODE_UP,
    SDL_SCANCODE_DOWN,   SDL_SCANCODE_PAGEUP, SDL_SCANCODE_PAGEDOWN};

struct font_file {
    char path[1024];
    int index;
    float height_em; /* of a line, in ems: ImGui's sizes are of lines */
};

}  // namespace

struct gui {
    ImGuiContext *context;
    font_file fonts[3];
    ImFont *faces[GUI_FACE_COUNT];
    bool backend; /* begun: shader, buffers, texture */
    double scale; /* that the fonts were made for; 0: none yet */
    struct gui_colors colors;
    int64_t last_ns;
    int draw_count;
    bool front;       /* drawing goes before all windows */
    bool text_soon;   /* a text field was just given the keyboard */
    int window_count; /* of the frame being made, those that take the pointer */
    struct gui_rect windows[GUI_INPUT_WINDOW_MAX];
    struct gui_input input;
};

namespace {

ImU32 color_of(struct gui_color color) {
    float alpha = ImGui::GetStyle().Alpha * (float)color.a;
    return IM_COL32(color.r, color.g, color.b, (int)(alpha + 0.5f));
}

ImVec4 vector_of(struct gui_color color) {
    return ImVec4((float)color.r / 255, (float)color.g / 255, (float)color.b / 255,
                  (float)color.a / 255);
}

bool take_font(font_file &out, const struct gui_font &font) {
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
        const font_file &file = gui->fonts[faces[i].font];
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

ImDrawList *list(const struct gui *gui) {
    return gui->front ? ImGui::GetForegroundDrawList() : ImGui::GetWindowDrawList();
}

ImVec2 far_corner(struct gui_rect rect) {
    return ImVec2(rect.x + rect.w, rect.y + rect.h);
}

/* Replaces what a field holds while it is typed in; ImGui keeps a copy of its own meanwhile. */
int edit_callback(ImGuiInputTextCallbackData *data) {
    const char *replace = static_cast<const char *>(data->UserData);
    if (data->EventFlag == ImGuiInputTextFlags_CallbackAlways && replace != nullptr) {
        data->DeleteChars(0, data->BufTextLen);
        data->InsertChars(0, replace);
        data->SelectAll();
        data->ClearSelection();
        data->CursorPos = data->BufTextLen;
    }
    return 0;
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
    gui->window_count = 0;
    gui->text_soon = false;
}

void gui_set_opacity(struct gui *gui, double opacity) {
    (void)gui;
    ImGui::GetStyle().Alpha = fmaxf(0.004f, (float)opacity); /* ImGui refuses 0 */
}

void gui_end_draw(struct gui *gui) {
    ImGui::Render();
    ImDrawData *data = ImGui::GetDrawData();
    gui->draw_count = 0;
    for (int i = 0; i < data->CmdListsCount; i++) {
        gui->draw_count += data->CmdLists[i]->CmdBuffer.Size;
    }
    ImGui_ImplOpenGL3_RenderDrawData(data);
    struct gui_input *input = &gui->input;
    input->shown = true;
    input->wants_text = gui->text_soon || ImGui::GetIO().WantTextInput;
    input->window_count = gui->window_count;
    memcpy(input->windows, gui->windows, sizeof input->windows);
}

int gui_draw_count(const struct gui *gui) {
    return gui->draw_count;
}

/* -- windows -- */

void gui_window_begin(struct gui *gui, const struct gui_window_desc *desc) {
    ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                             ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                             ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoNav;
    flags |= desc->bare ? ImGuiWindowFlags_NoBackground : 0;
    flags |= desc->passive ? ImGuiWindowFlags_NoInputs : 0;
    flags |= desc->raised ? 0 : ImGuiWindowFlags_NoFocusOnAppearing;
    ImGui::SetNextWindowPos(ImVec2(roundf(desc->x), roundf(desc->y)), ImGuiCond_Always,
                            ImVec2(desc->pivot_x, desc->pivot_y));
    float h_max = desc->h_max > 0 ? desc->h_max : 1e6f;
    float w_min = desc->w > 0 ? desc->w : 1;
    float w_max = desc->w > 0 ? desc->w : 1e6f;
    ImGui::SetNextWindowSizeConstraints(ImVec2(w_min, 1), ImVec2(w_max, h_max));
    ImGui::SetNextWindowSize(ImVec2(desc->w, desc->h));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding,
                        ImVec2(roundf(desc->padding), roundf(desc->padding)));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, desc->rounding);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, desc->bare ? 0.f : 1.f);
    ImVec4 plate = ImGui::GetStyleColorVec4(ImGuiCol_WindowBg);
    plate.w = desc->raised ? 1 : plate.w; /* what lies behind must not be read through it */
    ImGui::PushStyleColor(ImGuiCol_WindowBg, plate);
    ImGui::Begin(desc->id, nullptr, flags);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(3);
    if (desc->raised && ImGui::IsWindowAppearing()) {
        ImGui::SetWindowFocus();
    }
    struct gui_rect rect = gui_window_rect(gui);
    if (!desc->passive && gui->window_count < GUI_INPUT_WINDOW_MAX) {
        gui->windows[gui->window_count++] = rect;
    }
}

void gui_window_end(struct gui *gui) {
    (void)gui;
    ImGui::End();
}

struct gui_rect gui_window_rect(const struct gui *gui) {
    (void)gui;
    ImVec2 at = ImGui::GetWindowPos();
    ImVec2 size = ImGui::GetWindowSize();
    return {at.x, at.y, size.x, size.y};
}

void gui_scroll_begin(struct gui *gui, const char *id, float h) {
    (void)gui;
    ImGui::BeginChild(id, ImVec2(0, roundf(h)), false, ImGuiWindowFlags_NoNav);
}

void gui_scroll_end(struct gui *gui) {
    (void)gui;
    ImGui::EndChild();
}

void gui_scroll_here(struct gui *gui) {
    (void)gui;
    if (!ImGui::IsItemVisible()) {
        ImGui::SetScrollHereY(0.5f);
    }
}

/* -- layout -- */

float gui_width_left(const struct gui *gui) {
    (void)gui;
    return ImGui::GetContentRegionAvail().x;
}

struct gui_rect gui_place(struct gui *gui, float w, float h) {
    ImVec2 at = ImGui::GetCursorScreenPos();
    w = w > 0 ? w : fmaxf(1, gui_width_left(gui));
    h = roundf(h);
    ImGui::Dummy(ImVec2(w, h));
    return {at.x, at.y, w, h};
}

void gui_same_line(struct gui *gui, float gap) {
    (void)gui;
    ImGui::SameLine(0, gap);
}

struct gui_rect gui_get_place(const struct gui *gui) {
    ImVec2 at = ImGui::GetCursorScreenPos();
    return {at.x, at.y, gui_width_left(gui), 0};
}

void gui_set_place(struct gui *gui, float x, float y) {
    (void)gui;
    ImGui::SetCursorScreenPos(ImVec2(x, y));
}

void gui_same_line_if(struct gui *gui, float gap, float w) {
    ImGui::SameLine(0, gap);
    if (gui_width_left(gui) < w) {
        ImGui::NewLine();
    }
}

void gui_gap(struct gui *gui, float h) {
    (void)gui;
    ImGui::Dummy(ImVec2(1, roundf(h)));
}

struct gui_hit gui_area(struct gui *gui, const char *id, float w, float h) {
    ImVec2 at = ImGui::GetCursorScreenPos();
    struct gui_hit hit = {};
    w = w > 0 ? w : fmaxf(1, gui_width_left(gui));
    h = roundf(h);
    hit.clicked = ImGui::InvisibleButton(id, ImVec2(w, h));
    hit.rect = {at.x, at.y, w, h};
    hit.hovered = ImGui::IsItemHovered();
    hit.held = ImGui::IsItemActive();
    hit.double_clicked = hit.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    hit.x = gui->input.pointer_x - at.x;
    hit.y = gui->input.pointer_y - at.y;
    return hit;
}

void gui_push_id(struct gui *gui, int id) {
    (void)gui;
    ImGui::PushID(id);
}

void gui_pop_id(struct gui *gui) {
    (void)gui;
    ImGui::PopID();
}

/* -- drawing -- */

void gui_front_begin(struct gui *gui) {
    gui->front = true;
}

void gui_front_end(struct gui *gui) {
    gui->front = false;
}

void gui_draw_rect(struct gui *gui, struct gui_rect rect, float rounding, struct gui_color color) {
    list(gui)->AddRectFilled(ImVec2(rect.x, rect.y), far_corner(rect), color_of(color), rounding);
}

void gui_draw_frame(struct gui *gui, struct gui_rect rect, float rounding, float width,
                    struct gui_color color) {
    list(gui)->AddRect(ImVec2(rect.x, rect.y), far_corner(rect), color_of(color), rounding, 0,
                       width);
}

void gui_draw_ramp(struct gui *gui, struct gui_rect rect, struct gui_color left,
                   struct gui_color right) {
    ImU32 a = color_of(left);
    ImU32 b = color_of(right);
    list(gui)->AddRectFilledMultiColor(ImVec2(rect.x, rect.y), far_corner(rect), a, b, b, a);
}

void gui_draw_line(struct gui *gui, int count, const float (*points)[2], float width,
                   struct gui_color color) {
    for (int i = 0; i < count; i++) {
        list(gui)->PathLineTo(ImVec2(points[i][0], points[i][1]));
    }
    list(gui)->PathStroke(color_of(color), 0, width);
}

void gui_draw_polygon(struct gui *gui, int count, const float (*points)[2],
                      struct gui_color color) {
    for (int i = 0; i < count; i++) {
        list(gui)->PathLineTo(ImVec2(points[i][0], points[i][1]));
    }
    list(gui)->PathFillConvex(color_of(color));
}

void gui_draw_circle(struct gui *gui, float x, float y, float r, float width,
                     struct gui_color color) {
    if (width > 0) {
        list(gui)->AddCircle(ImVec2(x, y), r, color_of(color), 0, width);
    } else {
        list(gui)->AddCircleFilled(ImVec2(x, y), r, color_of(color));
    }
}

void gui_draw_text(struct gui *gui, enum gui_face face, float x, float y, struct gui_color color,
                   const char *utf8) {
    ImFont *font = gui->faces[face];
    list(gui)->AddText(font, font->FontSize, ImVec2(x, y), color_of(color), utf8);
}

void gui_draw_wrapped(struct gui *gui, enum gui_face face, float x, float y, float w,
                      struct gui_color color, const char *utf8) {
    ImFont *font = gui->faces[face];
    list(gui)->AddText(font, font->FontSize, ImVec2(x, y), color_of(color), utf8, nullptr, w);
}

float gui_text_width(const struct gui *gui, enum gui_face face, const char *utf8) {
    ImFont *font = gui->faces[face];
    return font->CalcTextSizeA(font->FontSize, 1e9f, -1, utf8).x;
}

float gui_text_height(const struct gui *gui, enum gui_face face, float w, const char *utf8) {
    ImFont *font = gui->faces[face];
    return font->CalcTextSizeA(font->FontSize, 1e9f, w, utf8).y;
}

float gui_line_height(const struct gui *gui, enum gui_face face) {
    return gui->faces[face]->FontSize;
}

/* -- typing -- */

unsigned gui_edit(struct gui *gui, const struct gui_edit_desc *desc, char text[GUI_TEXT_BYTES]) {
    if (desc->focus) {
        ImGui::SetKeyboardFocusHere();
        gui->text_soon = true;
    }
    ImGuiInputTextFlags flags =
        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackAlways |
        ImGuiInputTextFlags_CallbackCompletion | ImGuiInputTextFlags_CallbackHistory;
    ImGui::PushFont(gui->faces[desc->face]);
    ImGui::SetNextItemWidth(desc->w > 0 ? desc->w : -1e-3f);
    bool entered = ImGui::InputTextWithHint(desc->id, desc->hint, text, GUI_TEXT_BYTES, flags,
                                            edit_callback, const_cast<char *>(desc->replace));
    ImGui::PopFont();
    unsigned happened = 0;
    happened |= entered ? unsigned{GUI_EDIT_ENTERED} : 0;
    happened |= ImGui::IsItemEdited() ? unsigned{GUI_EDIT_CHANGED} : 0;
    happened |= ImGui::IsItemActive() ? unsigned{GUI_EDIT_ACTIVE} : 0;
    return happened;
}

bool gui_key_pressed(const struct gui *gui, enum gui_key key) {
    (void)gui;
    return ImGui::IsKeyPressed(key_codes[key]);
}

}  // extern "C"
