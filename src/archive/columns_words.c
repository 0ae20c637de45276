#include "archive/columns_words.h"

#include <string.h>

#define A                                                                                          \
    { 0, WORD_DELTA }
#define B                                                                                          \
    { 1, WORD_DELTA }
#define C                                                                                          \
    { 2, WORD_DELTA }
#define SIZE                                                                                       \
    { 1, WORD_PLAIN } /* a quantity: with exponent b */
#define VALUE                                                                                      \
    { 2, WORD_PLAIN } /* a notional: with exponent c */
#define STEP                                                                                       \
    { NUMBER_COUNT, WORD_DELTA }
#define BYTES                                                                                      \
    { NUMBER_COUNT, WORD_FIXED }

static const struct word_forms forms[EVENT_KIND_COUNT] = {
    [EVENT_TRADE] = {5, {A, SIZE, VALUE, STEP, STEP}},
    [EVENT_LIQUIDATION] = {5, {A, SIZE, VALUE, STEP, STEP}},
    [EVENT_BOOK] = {3, {A, SIZE, STEP}},
    [EVENT_PRICE] = {3, {A, B, C}},
    [EVENT_FUNDING] = {3, {A, STEP, STEP}},
    [EVENT_OPEN_INTEREST] = {2, {A, B}},
    [EVENT_KLINE] = {5, {A, A, A, A, STEP}},
    [EVENT_KLINE_VOLUME] = {3, {{0, WORD_PLAIN}, SIZE, VALUE}},
    [EVENT_INSTRUMENT] = {5, {A, B, C, BYTES, BYTES}},
    [EVENT_TIER] = {4, {BYTES, BYTES, BYTES, STEP}},
    [EVENT_GAP] = {5, {STEP, STEP, BYTES, BYTES, BYTES}},
    [EVENT_CONTRACTS] = {1, {{0, WORD_PLAIN}}},
};

const struct word_forms *word_forms_of(unsigned kind) {
    return kind < EVENT_KIND_COUNT && forms[kind].count > 0 ? &forms[kind] : NULL;
}

void words_gather(const struct event *slot, int64_t words[WORD_COUNT_MAX]) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_FUNDING:
        words[0] = slot->u.funding.rate;
        words[1] = slot->u.funding.next_ms;
        words[2] = slot->u.funding.interval_h;
        break;
    case EVENT_KLINE:
        memcpy(words, &slot->u.kline, 4 * sizeof *words);
        words[4] = slot->u.kline.interval_s;
        break;
    case EVENT_TIER:
        memcpy(words, &slot->u.tier, 3 * sizeof *words);
        words[3] = slot->u.tier.index;
        break;
    default: /* laid out as words already */
        memcpy(words, &slot->u, forms[slot->kind].count * sizeof *words);
    }
}

void words_scatter(struct event *slot, const int64_t words[WORD_COUNT_MAX]) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_FUNDING:
        slot->u.funding.rate = words[0];
        slot->u.funding.next_ms = words[1];
        slot->u.funding.interval_h = (int32_t)words[2];
        break;
    case EVENT_KLINE:
        memcpy(&slot->u.kline, words, 4 * sizeof *words);
        slot->u.kline.interval_s = (int32_t)words[4];
        break;
    case EVENT_TIER:
        memcpy(&slot->u.tier, words, 3 * sizeof *words);
        slot->u.tier.index = (int32_t)words[3];
        break;
    default:
        memcpy(&slot->u, words, forms[slot->kind].count * sizeof *words);
    }
}
