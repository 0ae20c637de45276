/* gui/gui_inside.hpp - what the two C++ files share of a gui. */
#pragma once

#include "gui/gui.h"

#include <imgui.h>

#include "gui/gui_input.h"

struct gui_font_file {
    char path[1024];
    int index;
    float height_em; /* of a line, in ems: ImGui's sizes are of lines */
};

struct gui {
    ImGuiContext *context;
    gui_font_file fonts[3];
    ImFont *faces[GUI_FACE_COUNT];
    bool backend; /* begun: shader, buffers, texture */
    double scale; /* that the fonts were made for; 0: none yet */
    struct gui_colors colors;
    int64_t last_ns;
    int draw_count;
    uint64_t hash;    /* of the frame that gui_take_change saw last */
    ImDrawList *copy; /* owned: what gui_draw_copy draws */
    bool fading;      /* something of the frame is half opaque */
    bool front;       /* drawing goes before all windows */
    bool text_soon;   /* a text field was just given the keyboard */
    int window_count; /* of the frame being made, those that take the pointer */
    struct gui_rect windows[GUI_INPUT_WINDOW_MAX];
    int plate_count; /* of it, those that cover what is below them */
    struct gui_rect plates[GUI_PLATE_MAX];
    struct gui_input input;
};
