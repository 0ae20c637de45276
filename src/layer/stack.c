/* Greedy: items by falling weight, each at the free height nearest to the one it wants, between the
 * neighbours that are placed already.  Free heights end at edges, at blocks and at placed items, so
 * only the wanted height and those ends have to be tried: n items cost O(n^2) tries of O(n). Not
 * the placement with the least sum of shifts, but one in which the heaviest stand still. */
#include "layer/stack.h"

#include <assert.h>
#include <math.h>

/* Of rounding: a place that touches is free. */
#define TOUCH_PX 1e-6

static bool is_free(const struct stack_desc *desc, int count, const struct stack_item items[],
                    const struct stack_item *item, double middle) {
    double top = middle - item->height / 2;
    double bottom = middle + item->height / 2;
    if (top < desc->top - TOUCH_PX || bottom > desc->bottom + TOUCH_PX) {
        return false;
    }
    for (int i = 0; i < desc->block_count && i < STACK_BLOCK_MAX; i++) {
        if (top < desc->blocks[i].bottom - TOUCH_PX && desc->blocks[i].top < bottom - TOUCH_PX) {
            return false;
        }
    }
    for (int i = 0; i < count; i++) {
        const struct stack_item *other = &items[i];
        if (!other->placed || other == item) {
            continue;
        }
        double apart = (item->height + other->height) / 2 + desc->gap - TOUCH_PX;
        bool ordered = (other->wanted <= item->wanted && middle - other->middle >= apart) ||
                       (other->wanted >= item->wanted && other->middle - middle >= apart);
        if (!ordered) {
            return false;
        }
    }
    return true;
}

/* Take middle if it is free and nearer than what was found. */
static void try_middle(const struct stack_desc *desc, int count, const struct stack_item items[],
                       struct stack_item *item, double middle, double *best) {
    double shift = fabs(middle - item->wanted);
    if (shift < *best && is_free(desc, count, items, item, middle)) {
        item->middle = middle;
        *best = shift;
    }
}

static void place_one(const struct stack_desc *desc, int count, struct stack_item items[],
                      struct stack_item *item) {
    double half = item->height / 2;
    double best = desc->shift_max + TOUCH_PX;
    try_middle(desc, count, items, item, item->wanted, &best);
    try_middle(desc, count, items, item, desc->top + half, &best);
    try_middle(desc, count, items, item, desc->bottom - half, &best);
    for (int i = 0; i < desc->block_count && i < STACK_BLOCK_MAX; i++) {
        try_middle(desc, count, items, item, desc->blocks[i].top - half, &best);
        try_middle(desc, count, items, item, desc->blocks[i].bottom + half, &best);
    }
    for (int i = 0; i < count; i++) {
        if (items[i].placed) {
            double apart = half + items[i].height / 2 + desc->gap;
            try_middle(desc, count, items, item, items[i].middle - apart, &best);
            try_middle(desc, count, items, item, items[i].middle + apart, &best);
        }
    }
    item->placed = best <= desc->shift_max;
}

int stack_place(const struct stack_desc *desc, int count, struct stack_item items[]) {
    bool tried[STACK_ITEM_MAX] = {false};
    int placed = 0;
    assert(desc->gap >= 0);
    for (int i = 0; i < count; i++) {
        items[i].placed = false;
        items[i].middle = items[i].wanted;
    }
    count = count < STACK_ITEM_MAX ? count : STACK_ITEM_MAX;
    for (int round = 0; round < count; round++) {
        int heaviest = -1;
        for (int i = 0; i < count; i++) {
            if (!tried[i] && (heaviest < 0 || items[i].weight > items[heaviest].weight)) {
                heaviest = i;
            }
        }
        tried[heaviest] = true;
        place_one(desc, count, items, &items[heaviest]);
        placed += items[heaviest].placed;
    }
    return placed;
}
