/* view/arrange.h - how the pictures of one window share it: a rectangle each.
 *
 * Thread: any.  Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ARRANGE_LIST(X)                                                                            \
    X(AUTO, "auto")       /* the grid whose cells are nearest to 16:9 */                           \
    X(COLUMNS, "columns") /* side by side */                                                       \
    X(ROWS, "rows")       /* one above the other */                                                \
    X(MAIN, "main")       /* the first at the left, large; the others above each other beside it */

enum arrange {
#define ARRANGE_ENUM(id, key) ARRANGE_##id,
    ARRANGE_LIST(ARRANGE_ENUM)
#undef ARRANGE_ENUM
        ARRANGE_COUNT
};

struct arrange_rect {
    int x, y, w, h; /* pixels from the top left corner */
};

/* Where picture i (0 <= i < count) of a window of width x height (>= 1) lies. They cover the whole
 * of it and do not overlap; a window of fewer pixels than pictures gives some of them none. */
struct arrange_rect arrange_place(enum arrange how, int count, int i, int width, int height);
/* The same rectangle with a rim all around it left out, at least one pixel of it. */
struct arrange_rect arrange_inside(struct arrange_rect rect, int rim);
bool arrange_contains(struct arrange_rect rect, double x, double y);

const char *arrange_key(enum arrange how);
/* False: key (len bytes) is none, and *out is untouched. */
bool arrange_from_key(const char *key, size_t len, enum arrange *out);
