/* archive/columns_inside.h - what packing and unpacking share; inside this room only.
 *
 * A pack, behind zstd:
 *
 *   version, slots, contexts, heads                                variable-length integers
 *   contexts x  kind, instrument, exponents a, b, c                (0 .. -120, told as their size)
 *   heads    x  context, form (enum head_bit), fields              what slots have in common
 *   streams  x  bytes of it
 *   the streams: HEAD (one a slot), TIME, EXPONENTS, RAW, then one each kind and word
 *
 * Thread: the owner's. */
#pragma once

#include <zstd.h>

#include "archive/columns.h"
#include "archive/columns_words.h"

enum {
    STREAM_HEAD,
    STREAM_TIME,
    STREAM_EXPONENTS,
    STREAM_RAW,
    STREAM_WORDS,
    COLUMN_STREAM_COUNT = STREAM_WORDS + EVENT_KIND_COUNT * WORD_COUNT_MAX,
    CONTEXT_MAX = EVENT_KIND_COUNT * INSTRUMENT_COUNT_MAX,
    CONTEXT_LIST_MAX = COLUMNS_SLOTS_MAX,
    HEAD_MAX = COLUMNS_SLOTS_MAX,
    HEAD_INDEX_SIZE = 2 * HEAD_MAX,
    ZSTD_LEVEL = 3
};

enum head_bit {
    HEAD_RAW = 1,     /* exponents and words as they are */
    HEAD_IMPLIED = 2, /* the notional is price x quantity */
    HEAD_BITS = 3
};

struct column_bytes {
    unsigned char *bytes; /* owned */
    size_t len, size;
};

struct column_context {
    uint16_t kind, instrument;
    int8_t exponents[NUMBER_COUNT]; /* the least of the run */
    int64_t before[WORD_COUNT_MAX];
};

struct column_head {
    uint32_t context, fields; /* detail, side, has, flags */
    uint32_t form;            /* bits enum head_bit */
};

struct columns {
    ZSTD_CCtx *pack;   /* owned */
    ZSTD_DCtx *unpack; /* owned */
    struct column_bytes streams[COLUMN_STREAM_COUNT];
    struct column_bytes plain, packed;

    uint32_t *context_at;            /* owned, CONTEXT_MAX: place + 1 in contexts */
    struct column_context *contexts; /* owned, CONTEXT_LIST_MAX */
    size_t context_count;
    uint32_t *head_at;         /* owned, HEAD_INDEX_SIZE: place + 1 in heads; open addressing */
    struct column_head *heads; /* owned, HEAD_MAX */
    size_t head_count;
    uint8_t *forms;      /* owned: of each slot, while packing */
    struct event *slots; /* owned, COLUMNS_SLOTS_MAX: what was unpacked */
};

/* Room for n more bytes. False: out of memory. */
bool column_bytes_reserve(struct column_bytes *bytes, size_t n);

/* Contexts and heads of the run before. */
void columns_forget(struct columns *columns);

static inline uint32_t column_fields(const struct event *slot) {
    return (uint32_t)slot->detail | (uint32_t)slot->side << 3 | (uint32_t)slot->has << 5 |
           (uint32_t)slot->flags << 11;
}
