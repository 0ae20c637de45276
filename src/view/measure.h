/* view/measure.h - a rectangle of time and price that somebody measures.  Thread: any; plain data,
 * filled by the hands (or the command line), drawn by layer/measure. */
#pragma once

#include <stdbool.h>

struct measure {
    bool shown;
    double from_ms, from_price; /* where it began, price > 0 */
    double to_ms, to_price;     /* where it is now, or ended */
};
