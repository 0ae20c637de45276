/* view/arrange.c - cells of a grid.
 *
 * Column c of n of a width w begins at floor(w c / n), so that cells differ by a pixel at most and
 * nothing is left between them. The last row of a grid holds what is left, over the whole width.
 * AUTO tries every number of columns and takes the one whose first cell is nearest to 16:9 by
 * ratio, |ln(w / h) - ln(16 / 9)|; of equals the one with fewer columns. */
#include "view/arrange.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define CELL_ASPECT (16.0 / 9)
/* Of ARRANGE_MAIN: the first one's part of the width. */
enum { MAIN_NUM = 2, MAIN_DEN = 3 };

static int edge(int size, int at, int count) {
    return (int)((int64_t)size * at / count);
}

static struct arrange_rect grid_cell(int columns, int count, int i, int width, int height) {
    int rows = (count + columns - 1) / columns;
    int row = i / columns;
    int in_row = row < rows - 1 ? columns : count - columns * (rows - 1);
    int column = i % columns;
    struct arrange_rect out = {edge(width, column, in_row), edge(height, row, rows), 0, 0};
    out.w = edge(width, column + 1, in_row) - out.x;
    out.h = edge(height, row + 1, rows) - out.y;
    return out;
}

static int best_columns(int count, int width, int height) {
    int best = 1;
    double best_off = INFINITY;
    for (int columns = 1; columns <= count; columns++) {
        struct arrange_rect cell = grid_cell(columns, count, 0, width, height);
        double off = cell.w > 0 && cell.h > 0
                         ? fabs(log((double)cell.w / cell.h) - log(CELL_ASPECT))
                         : INFINITY;
        if (off < best_off) {
            best = columns;
            best_off = off;
        }
    }
    return best;
}

static struct arrange_rect main_cell(int count, int i, int width, int height) {
    int left = count > 1 ? edge(width, MAIN_NUM, MAIN_DEN) : width;
    if (i == 0) {
        return (struct arrange_rect){0, 0, left, height};
    }
    struct arrange_rect out = grid_cell(1, count - 1, i - 1, width - left, height);
    out.x += left;
    return out;
}

struct arrange_rect arrange_place(enum arrange how, int count, int i, int width, int height) {
    assert(i >= 0);
    assert(i < count);
    switch (how) {
    case ARRANGE_COLUMNS:
        return grid_cell(count, count, i, width, height);
    case ARRANGE_ROWS:
        return grid_cell(1, count, i, width, height);
    case ARRANGE_MAIN:
        return main_cell(count, i, width, height);
    default:
        return grid_cell(best_columns(count, width, height), count, i, width, height);
    }
}

struct arrange_rect arrange_inside(struct arrange_rect rect, int rim) {
    struct arrange_rect out = {rect.x + rim, rect.y + rim, rect.w - 2 * rim, rect.h - 2 * rim};
    return out.w >= 1 && out.h >= 1 ? out : rect;
}

bool arrange_contains(struct arrange_rect rect, double x, double y) {
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}

static const char *const keys[ARRANGE_COUNT] = {
#define ARRANGE_KEY(id, key) [ARRANGE_##id] = key,
    ARRANGE_LIST(ARRANGE_KEY)
#undef ARRANGE_KEY
};

const char *arrange_key(enum arrange how) {
    return keys[how];
}

bool arrange_from_key(const char *key, size_t len, enum arrange *out) {
    for (int i = 0; i < ARRANGE_COUNT; i++) {
        if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0) {
            *out = (enum arrange)i;
            return true;
        }
    }
    return false;
}
