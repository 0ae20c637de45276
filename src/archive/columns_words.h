/* archive/columns_words.h - what an event slot holds, as up to five words; inside this room only.
 *
 * Thread: any; plain functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

enum { WORD_COUNT_MAX = 5, NUMBER_COUNT = 3 };

enum word_mode {
    WORD_DELTA, /* near the one before */
    WORD_PLAIN, /* a value of its own, often the same again */
    WORD_FIXED  /* bytes */
};

struct word_form {
    uint8_t number; /* 0..2: a decimal with exponent a, b or c; NUMBER_COUNT: none */
    uint8_t mode;
};

struct word_forms {
    size_t count;
    struct word_form words[WORD_COUNT_MAX];
};

/* NULL: a kind that is not recorded. */
const struct word_forms *word_forms_of(unsigned kind);
void words_gather(const struct event *slot, int64_t words[WORD_COUNT_MAX]);
void words_scatter(struct event *slot, const int64_t words[WORD_COUNT_MAX]);
/* The words of an id that is no number are bytes. */
static inline bool words_has_id_bytes(unsigned kind, unsigned has) {
    return (kind == EVENT_TRADE || kind == EVENT_LIQUIDATION) && has >> TRADE_ID_SHIFT != ID_NUMBER;
}
