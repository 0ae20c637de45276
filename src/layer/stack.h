/* layer/stack.h - places for labels along one edge: each as near to its own height as the others
 * leave it, none over another, the weighty ones first.
 *
 * Thread: any; pure.  Limits: STACK_ITEM_MAX items, STACK_BLOCK_MAX blocks; what is beyond is
 * dropped as the lightest is. */
#pragma once

#include <stdbool.h>

enum { STACK_ITEM_MAX = 64, STACK_BLOCK_MAX = 64 };

struct stack_item {
    double wanted; /* middle, in pixels */
    double height; /* > 0 */
    double weight; /* the heavier is placed first; of equals the earlier in the array */
    double middle; /* out: where it stands */
    bool placed;   /* out */
};

struct stack_block { /* taken by something else */
    double top, bottom;
};

struct stack_desc {
    double top, bottom; /* items stay between */
    double gap;         /* between two of them, >= 0 */
    double shift_max;   /* an item that would have to move further is dropped */
    int block_count;
    const struct stack_block *blocks; /* borrowed; in any order, they may overlap */
};

/* Give each of count items its place. Placed items stand in the order of their wanted heights, so
 * lines that lead to them never cross. Returns how many were placed. */
int stack_place(const struct stack_desc *desc, int count, struct stack_item items[]);
