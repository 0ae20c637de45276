/* Windows, boxes, shapes and text fields of gui.h, each by what Dear ImGui has for it. */
#include "gui/gui_inside.hpp"

#include <SDL2/SDL_scancode.h>
#include <imgui.h>

#include <math.h>

namespace {

const SDL_Scancode key_codes[GUI_KEY_COUNT] = {
    SDL_SCANCODE_ESCAPE, SDL_SCANCODE_RETURN, SDL_SCANCODE_TAB,     SDL_SCANCODE_UP,
    SDL_SCANCODE_DOWN,   SDL_SCANCODE_PAGEUP, SDL_SCANCODE_PAGEDOWN};

ImU32 color_of(struct gui_color color) {
    float alpha = ImGui::GetStyle().Alpha * (float)color.a;
    return IM_COL32(color.r, color.g, color.b, (int)(alpha + 0.5f));
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
    if (!desc->bare && gui->plate_count < GUI_PLATE_MAX) {
        gui->plates[gui->plate_count++] = rect;
    }
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
