#include "archive/columns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/columns_inside.h"

enum { VARINT_BYTES_MAX = 10, CONTEXT_BYTES_MAX = 32, FIRST_BYTES = 4096 };

/* -- life -- */

struct columns *columns_create(void) {
    struct columns *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->pack = ZSTD_createCCtx();
    self->unpack = ZSTD_createDCtx();
    self->context_at = calloc(CONTEXT_MAX, sizeof *self->context_at);
    self->contexts = malloc(CONTEXT_LIST_MAX * sizeof *self->contexts);
    self->head_at = calloc(HEAD_INDEX_SIZE, sizeof *self->head_at);
    self->heads = malloc(HEAD_MAX * sizeof *self->heads);
    self->forms = malloc(COLUMNS_SLOTS_MAX);
    self->slots = malloc(COLUMNS_SLOTS_MAX * sizeof *self->slots);
    const bool good = self->pack != NULL && self->unpack != NULL && self->context_at != NULL &&
                      self->contexts != NULL && self->head_at != NULL && self->heads != NULL &&
                      self->forms != NULL && self->slots != NULL;
    if (!good) {
        columns_destroy(self);
        return NULL;
    }
    ZSTD_CCtx_setParameter(self->pack, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    ZSTD_CCtx_setParameter(self->pack, ZSTD_c_checksumFlag, 1);
    return self;
}

void columns_destroy(struct columns *self) {
    if (self == NULL) {
        return;
    }
    ZSTD_freeCCtx(self->pack);
    ZSTD_freeDCtx(self->unpack);
    for (int i = 0; i < COLUMN_STREAM_COUNT; i++) {
        free(self->streams[i].bytes);
    }
    free(self->plain.bytes);
    free(self->packed.bytes);
    free(self->context_at);
    free(self->contexts);
    free(self->head_at);
    free(self->heads);
    free(self->forms);
    free(self->slots);
    free(self);
}

bool column_bytes_reserve(struct column_bytes *bytes, size_t n) {
    if (bytes->size - bytes->len >= n) {
        return true;
    }
    size_t size = bytes->size > 0 ? bytes->size : FIRST_BYTES;
    while (size - bytes->len < n) {
        size *= 2;
    }
    unsigned char *grown = realloc(bytes->bytes, size);
    if (grown == NULL) {
        return false;
    }
    bytes->bytes = grown;
    bytes->size = size;
    return true;
}

/* -- integers; room was reserved -- */

static void put(struct column_bytes *out, uint64_t value) {
    while (value >= 0x80) {
        out->bytes[out->len++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    out->bytes[out->len++] = (unsigned char)value;
}

static uint64_t zigzag(int64_t value) {
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static void put_fixed(struct column_bytes *out, int64_t value) {
    memcpy(out->bytes + out->len, &value, sizeof value);
    out->len += sizeof value;
}

/* -- first look: contexts, their exponents, the form of each slot -- */

static struct column_context *find_context(struct columns *self, const struct event *slot) {
    uint32_t *place =
        &self->context_at[(size_t)slot->kind * INSTRUMENT_COUNT_MAX + slot->instrument];
    if (*place == 0) {
        *place = (uint32_t)++self->context_count;
        self->contexts[*place - 1] =
            (struct column_context){.kind = (uint16_t)slot->kind, .instrument = slot->instrument};
    }
    return &self->contexts[*place - 1];
}

static void get_exponents(const struct event *slot, int8_t out[NUMBER_COUNT]) {
    out[0] = (int8_t)slot->exponent_a;
    out[1] = slot->exponent_b;
    out[2] = slot->exponent_c;
}

/* Each exponent follows from its mantissas: not above zero, and below it only while one of them has
 * no zero at its end. */
static bool is_canonical(const struct word_forms *forms, const int64_t *words,
                         const int8_t exponents[NUMBER_COUNT], bool implied) {
    bool needed[NUMBER_COUNT] = {false, false, implied};
    for (size_t i = 0; i < forms->count; i++) {
        const uint8_t number = forms->words[i].number;
        if (number < NUMBER_COUNT) {
            needed[number] = needed[number] || words[i] % 10 != 0;
        }
    }
    for (int i = 0; i < NUMBER_COUNT; i++) {
        if (i == 2 && implied) {
            continue;
        }
        if (exponents[i] > 0 || (exponents[i] < 0 && !needed[i])) {
            return false;
        }
    }
    return true;
}

static bool is_implied(const struct event *slot) {
    struct decimal product;
    return (slot->kind == EVENT_TRADE || slot->kind == EVENT_LIQUIDATION) &&
           (slot->has & TRADE_HAS_USD) != 0 &&
           decimal_multiply(event_decimal(slot->u.trade.price, slot->exponent_a),
                            event_decimal(slot->u.trade.qty, slot->exponent_b), &product) &&
           product.mantissa == slot->u.trade.usd && product.exponent == slot->exponent_c;
}

static uint8_t look(struct columns *self, const struct event *slot) {
    int64_t words[WORD_COUNT_MAX];
    int8_t exponents[NUMBER_COUNT];
    struct column_context *context = find_context(self, slot);
    const struct word_forms *forms = word_forms_of(slot->kind);
    const bool implied = is_implied(slot);
    words_gather(slot, words);
    get_exponents(slot, exponents);
    if (!is_canonical(forms, words, exponents, implied)) {
        return HEAD_RAW;
    }
    for (int i = 0; i < NUMBER_COUNT; i++) {
        if (exponents[i] < context->exponents[i] && !(i == 2 && implied)) {
            context->exponents[i] = exponents[i];
        }
    }
    return implied ? HEAD_IMPLIED : 0;
}

/* -- second: the columns -- */

static uint32_t find_head(struct columns *self, uint32_t context, uint32_t fields, uint32_t form) {
    uint64_t at = ((uint64_t)context * 0x9E3779B1U + fields) * 0x85EBCA77U + form * 0x27D4EB2FU;
    at ^= at >> 29;
    for (;; at++) {
        uint32_t *place = &self->head_at[at & (HEAD_INDEX_SIZE - 1)];
        if (*place == 0) {
            self->heads[self->head_count] = (struct column_head){context, fields, form};
            *place = (uint32_t)++self->head_count;
            return *place - 1;
        }
        const struct column_head *head = &self->heads[*place - 1];
        if (head->context == context && head->fields == fields && head->form == form) {
            return *place - 1;
        }
    }
}

static void put_raw(struct columns *self, const struct event *slot, const int64_t *words,
                    size_t count) {
    struct column_bytes *exponents = &self->streams[STREAM_EXPONENTS];
    int8_t values[NUMBER_COUNT];
    get_exponents(slot, values);
    memcpy(exponents->bytes + exponents->len, values, sizeof values);
    exponents->len += sizeof values;
    for (size_t i = 0; i < count; i++) {
        put_fixed(&self->streams[STREAM_RAW], words[i]);
    }
}

/* words at the context's exponents. False: one of them does not fit there. */
static bool scale_words(const struct word_forms *forms, const struct event *slot,
                        const struct column_context *context, bool implied, int64_t *words) {
    int8_t exponents[NUMBER_COUNT];
    get_exponents(slot, exponents);
    for (size_t i = 0; i < forms->count; i++) {
        const uint8_t number = forms->words[i].number;
        if (number == NUMBER_COUNT || (implied && i == 2)) {
            continue;
        }
        const int places = exponents[number] - context->exponents[number];
        if (places > 0 && !decimal_scale_up(words[i], places, &words[i])) {
            return false;
        }
    }
    return true;
}

static void put_words(struct columns *self, const struct word_forms *forms,
                      struct column_context *context, const struct event *slot, bool implied,
                      const int64_t *words) {
    const bool id_bytes = words_has_id_bytes(slot->kind, slot->has);
    for (size_t i = 0; i < forms->count; i++) {
        struct column_bytes *out =
            &self->streams[STREAM_WORDS + slot->kind * (size_t)WORD_COUNT_MAX + i];
        if (implied && i == 2) {
            continue;
        }
        if (forms->words[i].mode == WORD_FIXED || (id_bytes && i >= 3)) {
            put_fixed(out, words[i]);
        } else if (forms->words[i].mode == WORD_PLAIN) {
            put(out, zigzag(words[i]));
        } else {
            put(out, zigzag((int64_t)((uint64_t)words[i] - (uint64_t)context->before[i])));
            context->before[i] = words[i];
        }
    }
}

static void put_slot(struct columns *self, const struct event *slot, uint8_t form) {
    int64_t words[WORD_COUNT_MAX], scaled[WORD_COUNT_MAX];
    const struct word_forms *forms = word_forms_of(slot->kind);
    struct column_context *context = find_context(self, slot);
    words_gather(slot, words);
    memcpy(scaled, words, sizeof scaled);
    if ((form & HEAD_RAW) == 0 &&
        !scale_words(forms, slot, context, (form & HEAD_IMPLIED) != 0, scaled)) {
        form = HEAD_RAW;
    }
    put(&self->streams[STREAM_HEAD],
        find_head(self, (uint32_t)(context - self->contexts), column_fields(slot), form));
    if ((form & HEAD_RAW) != 0) {
        put_raw(self, slot, words, forms->count);
    } else {
        put_words(self, forms, context, slot, (form & HEAD_IMPLIED) != 0, scaled);
    }
}

static bool reserve_streams(struct columns *self, const size_t kinds[EVENT_KIND_COUNT],
                            size_t count) {
    bool good = true;
    for (size_t i = 0; i < COLUMN_STREAM_COUNT; i++) {
        const size_t slots = i < STREAM_WORDS ? count : kinds[(i - STREAM_WORDS) / WORD_COUNT_MAX];
        const size_t each = i == STREAM_RAW ? WORD_COUNT_MAX * sizeof(int64_t) : VARINT_BYTES_MAX;
        self->streams[i].len = 0;
        good = good && column_bytes_reserve(&self->streams[i], slots * each);
    }
    return good;
}

/* -- all together -- */

static bool put_lists(struct columns *self, size_t count) {
    struct column_bytes *out = &self->plain;
    out->len = 0;
    if (!column_bytes_reserve(out,
                              (self->context_count + self->head_count + 4 + COLUMN_STREAM_COUNT) *
                                  (size_t)CONTEXT_BYTES_MAX)) {
        return false;
    }
    put(out, COLUMNS_VERSION);
    put(out, count);
    put(out, self->context_count);
    put(out, self->head_count);
    for (size_t i = 0; i < self->context_count; i++) {
        const struct column_context *context = &self->contexts[i];
        put(out, context->kind);
        put(out, context->instrument);
        for (int n = 0; n < NUMBER_COUNT; n++) {
            put(out, (uint64_t)-context->exponents[n]);
        }
    }
    for (size_t i = 0; i < self->head_count; i++) {
        put(out, self->heads[i].context);
        put(out, self->heads[i].form);
        put(out, self->heads[i].fields);
    }
    for (size_t i = 0; i < COLUMN_STREAM_COUNT; i++) {
        put(out, self->streams[i].len);
    }
    return true;
}

static bool compress(struct columns *self, struct span *out) {
    struct column_bytes *plain = &self->plain;
    for (size_t i = 0; i < COLUMN_STREAM_COUNT; i++) {
        const struct column_bytes *stream = &self->streams[i];
        if (!column_bytes_reserve(plain, stream->len)) {
            return false;
        }
        if (stream->len > 0) {
            memcpy(plain->bytes + plain->len, stream->bytes, stream->len);
        }
        plain->len += stream->len;
    }
    self->packed.len = 0;
    if (!column_bytes_reserve(&self->packed, ZSTD_compressBound(plain->len))) {
        return false;
    }
    const size_t len =
        ZSTD_compress2(self->pack, self->packed.bytes, self->packed.size, plain->bytes, plain->len);
    *out = (struct span){(const char *)self->packed.bytes, len};
    return !ZSTD_isError(len);
}

void columns_forget(struct columns *self) {
    for (size_t i = 0; i < self->context_count; i++) {
        const struct column_context *context = &self->contexts[i];
        self->context_at[(size_t)context->kind * INSTRUMENT_COUNT_MAX + context->instrument] = 0;
    }
    self->context_count = self->head_count = 0;
}

bool columns_pack(struct columns *self, const struct event *slots, size_t count, struct span *out) {
    size_t kinds[EVENT_KIND_COUNT] = {0};
    int64_t before_ms = 0;
    assert(count > 0 && count <= COLUMNS_SLOTS_MAX);
    columns_forget(self);
    memset(self->head_at, 0, HEAD_INDEX_SIZE * sizeof *self->head_at);
    for (size_t i = 0; i < count; i++) {
        assert(word_forms_of(slots[i].kind) != NULL && slots[i].instrument < INSTRUMENT_COUNT_MAX);
        self->forms[i] = look(self, &slots[i]);
        kinds[slots[i].kind]++;
    }
    if (!reserve_streams(self, kinds, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        put(&self->streams[STREAM_TIME],
            zigzag((int64_t)((uint64_t)slots[i].ts_ms - (uint64_t)before_ms)));
        before_ms = slots[i].ts_ms;
        put_slot(self, &slots[i], self->forms[i]);
    }
    return put_lists(self, count) && compress(self, out);
}
