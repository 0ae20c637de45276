/* layer/ground.h - what lies beneath everything else: the field and the order book over it, kept on
 * a scroll.
 *
 * Thread: main.  Owner: picture, one for all its panes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/book_field.h"
#include "layer/heatmap.h"
#include "layer/scroll.h"

struct ground {
    struct scroll scroll;
    bool painted;           /* key, rects, version and oldest_col are those of what is kept */
    bool heat, book;        /* what is kept has the one, the other */
    struct heatmap_key key; /* what the kept pixels look like */
    struct book_key book_key;
    struct target_rect plot;
    int shown_count;
    struct target_rect shown[SCROLL_SHOWN_MAX];
    uint64_t version; /* of the field */
    int64_t oldest_col;
};

void ground_finish(struct ground *ground); /* zeroed accepted, and is how a ground starts */
/* Forget what is kept (a shader has changed). */
void ground_reset(struct ground *ground);
struct ground_view {
    struct heatmap *heatmap;       /* NULL: only the background beneath the book */
    const struct book_field *book; /* prepared; NULL: none */
    struct heatmap_view heat;      /* where it is; the rest of it is the heatmap's */
    struct book_view book_view;
    float background[4];
};
/* Draw the part of the field that lies in the cameras' plots into target. */
void ground_draw(struct ground *ground, const struct target *target,
                 const struct ground_view *view);
