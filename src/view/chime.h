/* view/chime.h - the names of the sounds that alerts make.
 *
 * Thread: any.  window/sound renders and plays them; rules and options name them. */
#pragma once

#include <stddef.h>

#define CHIME_LIST(X)                                                                              \
    X(NONE, "none", "no sound")                                                                    \
    X(BELL, "bell", "one soft stroke")                                                             \
    X(NEAR, "near", "two rising strokes: the price comes near, or touches")                        \
    X(SWEPT, "swept", "three falling strokes: a cluster was swept")                                \
    X(BURST, "burst", "four quick strokes: liquidations")                                          \
    X(SILENT, "silent", "two low strokes: a feed fell silent")

enum chime {
#define CHIME_ENUM(id, name, text) CHIME_##id,
    CHIME_LIST(CHIME_ENUM)
#undef CHIME_ENUM
        CHIME_COUNT
};

const char *chime_name(enum chime chime); /* "near" */
/* The chime of this name (len bytes), CHIME_COUNT if there is none. */
enum chime chime_find(const char *name, size_t len);
