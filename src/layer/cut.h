/* layer/cut.h - cut convex polygons at a rectangle, so that one draw serves several plots.
 *
 * Thread: any.  Plain arithmetic: four passes of Sutherland and Hodgman's "Reentrant polygon
 * clipping" (1974), one an edge; each adds a point at most. */
#pragma once

#include "view/camera.h"

enum { CUT_POINT_MAX = 8 }; /* of a quadrangle: four and one more an edge */

struct cut_point {
    double x, y; /* pixels */
    double u, v; /* goes along linearly */
};

/* Cut the polygon of `count` points (in order around it, <= 4 before) at rect, in place. The number
 * of points left, 0: nothing of it lies inside. */
int cut_polygon(struct camera_rect rect, int count, struct cut_point points[CUT_POINT_MAX]);
