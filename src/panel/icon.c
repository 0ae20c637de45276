#include "panel/icon.h"

#include <assert.h>

#include "base/str.h"

/* On a square of 16: lines through points, and circles; a radius below 0 is a filled one. */
enum { STROKE_MAX = 4, POINT_MAX = 12, CIRCLE_MAX = 3, GRID = 16 };
#define LINE_WIDTH 1.4f

struct stroke {
    int count;
    float points[POINT_MAX][2];
};
struct shape {
    struct stroke strokes[STROKE_MAX];
    float circles[CIRCLE_MAX][3]; /* x, y, r; r 0: none */
};

static const struct shape shapes[] = {
    [ICON_MARKET] = {.strokes = {{2, {{6, 4}, {14, 4}}},
                                 {2, {{6, 8}, {14, 8}}},
                                 {2, {{6, 12}, {14, 12}}}},
                     .circles = {{2.6f, 4, -1.1f}, {2.6f, 8, -1.1f}, {2.6f, 12, -1.1f}}},
    [ICON_LAYERS] = {.strokes = {{5, {{8, 2}, {14.5f, 5.3f}, {8, 8.6f}, {1.5f, 5.3f}, {8, 2}}},
                                 {3, {{1.5f, 8.3f}, {8, 11.6f}, {14.5f, 8.3f}}},
                                 {3, {{1.5f, 11.3f}, {8, 14.6f}, {14.5f, 11.3f}}}}},
    [ICON_FILTERS] = {.strokes = {{7,
                                   {{2, 3},
                                    {14, 3},
                                    {9.6f, 8.4f},
                                    {9.6f, 13.6f},
                                    {6.4f, 11.8f},
                                    {6.4f, 8.4f},
                                    {2, 3}}}}},
    [ICON_SCALE] = {.strokes = {{2, {{1.5f, 4}, {14.5f, 4}}},
                                {2, {{1.5f, 8}, {14.5f, 8}}},
                                {2, {{1.5f, 12}, {14.5f, 12}}}},
                    .circles = {{10.5f, 4, -2.1f}, {5, 8, -2.1f}, {11.5f, 12, -2.1f}}},
    [ICON_CLUSTERS] = {.strokes = {{2, {{8, 0.8f}, {8, 4}}},
                                   {2, {{8, 12}, {8, 15.2f}}},
                                   {2, {{0.8f, 8}, {4, 8}}},
                                   {2, {{12, 8}, {15.2f, 8}}}},
                       .circles = {{8, 8, 5.2f}, {8, 8, -1.9f}}},
    [ICON_TAPE] =
        {.strokes = {{2, {{2, 3.5f}, {14, 3.5f}}},
                     {2, {{2, 7.5f}, {8.5f, 7.5f}}},
                     {2, {{2, 11.5f}, {6, 11.5f}}},
                     {5,
                      {{11.5f, 6.5f}, {11.5f, 14}, {8.9f, 11.4f}, {11.5f, 14}, {14.1f, 11.4f}}}}},
    [ICON_FEEDS] =
        {.strokes =
             {{6, {{2, 7.5f}, {4.5f, 8}, {6.8f, 9.3f}, {8.3f, 11.2f}, {8.8f, 14}, {8.8f, 14}}},
              {6,
               {{2, 2.8f}, {6.2f, 3.5f}, {9.8f, 5.6f}, {12.2f, 8.8f}, {13.4f, 14}, {13.4f, 14}}}},
         .circles = {{3.4f, 12.6f, -1.7f}}},
    [ICON_ALERTS] = {.strokes = {{11,
                                  {{2.6f, 12},
                                   {4.2f, 10},
                                   {4.2f, 7},
                                   {5.2f, 4.4f},
                                   {8, 3},
                                   {10.8f, 4.4f},
                                   {11.8f, 7},
                                   {11.8f, 10},
                                   {13.4f, 12},
                                   {2.6f, 12},
                                   {2.6f, 12}}},
                                 {2, {{6.8f, 14.4f}, {9.2f, 14.4f}}},
                                 {2, {{8, 3}, {8, 1.6f}}}}},
    [ICON_CAPTURE] = {.strokes = {{9,
                                   {{5, 4.6f},
                                    {6.2f, 2.6f},
                                    {9.8f, 2.6f},
                                    {11, 4.6f},
                                    {14.4f, 4.6f},
                                    {14.4f, 13.2f},
                                    {1.6f, 13.2f},
                                    {1.6f, 4.6f},
                                    {5, 4.6f}}}},
                      .circles = {{8, 8.8f, 2.6f}}},
    [ICON_CONSOLE] = {.strokes = {{3, {{2.5f, 3.5f}, {7, 8}, {2.5f, 12.5f}}},
                                  {2, {{8.5f, 12.5f}, {14, 12.5f}}}}},
    [ICON_KEYS] = {.strokes = {{7,
                                {{5.2f, 5.6f},
                                 {5.8f, 3.8f},
                                 {8, 2.8f},
                                 {10.3f, 3.9f},
                                 {10.6f, 6.2f},
                                 {8.1f, 8.6f},
                                 {8, 10.4f}}}},
                   .circles = {{8, 13.3f, -1.1f}}},
    [ICON_STATISTICS] =
        {.strokes = {{5, {{1.5f, 11}, {5, 6}, {8.4f, 9.4f}, {11.4f, 3.4f}, {14.5f, 6.4f}}},
                     {2, {{1.5f, 14}, {14.5f, 14}}}}},
    [ICON_PIN] =
        {.strokes = {{6,
                      {{4.6f, 9.4f}, {6, 6.6f}, {6, 2.4f}, {10, 2.4f}, {10, 6.6f}, {11.4f, 9.4f}}},
                     {2, {{4.6f, 9.4f}, {11.4f, 9.4f}}},
                     {2, {{8, 9.4f}, {8, 14.4f}}}}},
    [ICON_CLOSE] = {.strokes = {{2, {{4, 4}, {12, 12}}}, {2, {{12, 4}, {4, 12}}}}},
    [ICON_OPEN] = {.strokes = {{3, {{4, 6.2f}, {8, 10.2f}, {12, 6.2f}}}}},
    [ICON_FOLDED] = {.strokes = {{3, {{6.2f, 4}, {10.2f, 8}, {6.2f, 12}}}}},
    [ICON_TICK] = {.strokes = {{3, {{3.4f, 8.4f}, {6.6f, 11.6f}, {12.6f, 4.6f}}}}},
    [ICON_SEARCH] = {.strokes = {{2, {{10, 10}, {14, 14}}}}, .circles = {{6.8f, 6.8f, 4.4f}}},
};
static_assert(ARRAY_COUNT(shapes) == ICON_COUNT, "a shape per icon");

void icon_draw(struct gui *gui, enum icon icon, struct gui_rect box, float size,
               struct gui_color color) {
    const struct shape *shape = &shapes[icon];
    float unit = size / GRID;
    float left = box.x + (box.w - size) / 2;
    float top = box.y + (box.h - size) / 2;
    float width = LINE_WIDTH * unit * (GRID / 16.0f);
    width = width < 1 ? 1 : width;
    for (int i = 0; i < STROKE_MAX && shape->strokes[i].count > 0; i++) {
        float points[POINT_MAX][2];
        for (int n = 0; n < shape->strokes[i].count; n++) {
            points[n][0] = left + shape->strokes[i].points[n][0] * unit;
            points[n][1] = top + shape->strokes[i].points[n][1] * unit;
        }
        gui_draw_line(gui, shape->strokes[i].count, (const float(*)[2])points, width, color);
    }
    for (int i = 0; i < CIRCLE_MAX && shape->circles[i][2] != 0; i++) {
        const float *circle = shape->circles[i];
        bool filled = circle[2] < 0;
        gui_draw_circle(gui, left + circle[0] * unit, top + circle[1] * unit,
                        (filled ? -circle[2] : circle[2]) * unit, filled ? 0 : width, color);
    }
}
