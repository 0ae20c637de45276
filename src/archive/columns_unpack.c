#include <assert.h>
#include <string.h>

#include "archive/columns_inside.h"

/* What is left of a column; bad: it ended too early. */
struct column_reader {
    const unsigned char *at, *end;
    bool bad;
};

static uint64_t take(struct column_reader *in) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        const unsigned char byte = *in->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    in->bad = true;
    return 0;
}

static int64_t unzigzag(uint64_t value) {
    return (int64_t)(value >> 1 ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}

static int64_t take_fixed(struct column_reader *in) {
    int64_t value = 0;
    if ((size_t)(in->end - in->at) < sizeof value) {
        in->bad = true;
        return 0;
    }
    memcpy(&value, in->at, sizeof value);
    in->at += sizeof value;
    return value;
}

/* Everything that is read. */
struct unpacking {
    struct columns *columns;
    struct column_reader lists;
    struct column_reader streams[COLUMN_STREAM_COUNT];
    size_t count;
    bool inside; /* a message has begun and not ended */
    uint16_t instrument;
};

/* -- lists -- */

static bool read_contexts(struct unpacking *u, size_t count) {
    struct columns *self = u->columns;
    for (size_t i = 0; i < count; i++) {
        struct column_context *context = &self->contexts[i];
        const uint64_t kind = take(&u->lists), instrument = take(&u->lists);
        *context =
            (struct column_context){.kind = (uint16_t)kind, .instrument = (uint16_t)instrument};
        if (kind >= EVENT_KIND_COUNT || word_forms_of((unsigned)kind) == NULL ||
            instrument >= INSTRUMENT_COUNT_MAX) {
            return false;
        }
        for (int n = 0; n < NUMBER_COUNT; n++) {
            const uint64_t places = take(&u->lists);
            if (places > 2 * DECIMAL_EXPONENT_MAX) {
                return false;
            }
            context->exponents[n] = (int8_t) - (int)places;
        }
    }
    return !u->lists.bad;
}

static bool read_heads(struct unpacking *u, size_t contexts, size_t count) {
    enum { FIELDS_END = 1 << 19 };
    struct columns *self = u->columns;
    for (size_t i = 0; i < count; i++) {
        const uint64_t context = take(&u->lists), form = take(&u->lists);
        const uint64_t fields = take(&u->lists);
        if (context >= contexts || form > HEAD_BITS || fields >= FIELDS_END) {
            return false;
        }
        const unsigned kind = self->contexts[context].kind;
        if ((form & HEAD_IMPLIED) != 0 &&
            (form == HEAD_BITS || (kind != EVENT_TRADE && kind != EVENT_LIQUIDATION))) {
            return false;
        }
        self->heads[i] = (struct column_head){(uint32_t)context, (uint32_t)fields, (uint32_t)form};
    }
    return !u->lists.bad;
}

static bool read_streams(struct unpacking *u) {
    static_assert((int)EVENT_KIND_COUNT == 14, "a further kind is another COLUMNS_VERSION");
    size_t lens[COLUMN_STREAM_COUNT] = {0};
    for (size_t i = 0; i < COLUMN_STREAM_COUNT; i++) {
        lens[i] = (size_t)take(&u->lists);
    }
    const unsigned char *at = u->lists.at;
    for (size_t i = 0; i < COLUMN_STREAM_COUNT && !u->lists.bad; i++) {
        if (lens[i] > (size_t)(u->lists.end - at)) {
            return false;
        }
        u->streams[i] = (struct column_reader){.at = at, .end = at + lens[i]};
        at += lens[i];
    }
    return !u->lists.bad && at == u->lists.end;
}

static enum status read_lists(struct unpacking *u) {
    const uint64_t version = take(&u->lists);
    columns_forget(u->columns);
    if (version != COLUMNS_VERSION) {
        return STATUS_UNSUPPORTED;
    }
    const uint64_t count = take(&u->lists), contexts = take(&u->lists), heads = take(&u->lists);
    const bool good = count > 0 && count <= COLUMNS_SLOTS_MAX && contexts > 0 &&
                      contexts <= count && heads > 0 && heads <= count &&
                      read_contexts(u, (size_t)contexts) &&
                      read_heads(u, (size_t)contexts, (size_t)heads) && read_streams(u);
    u->count = (size_t)count;
    u->columns->head_count = (size_t)heads;
    return good ? STATUS_OK : STATUS_MALFORMED;
}

/* -- slots -- */

static void set_exponents(struct event *slot, const int8_t exponents[NUMBER_COUNT]) {
    slot->exponent_a = exponents[0];
    slot->exponent_b = exponents[1];
    slot->exponent_c = exponents[2];
}

static void read_raw(struct unpacking *u, size_t count, struct event *slot, int64_t *words) {
    struct column_reader *exponents = &u->streams[STREAM_EXPONENTS];
    int8_t values[NUMBER_COUNT] = {0};
    if (exponents->end - exponents->at < NUMBER_COUNT) {
        exponents->bad = true;
    } else {
        memcpy(values, exponents->at, sizeof values);
        exponents->at += NUMBER_COUNT;
    }
    set_exponents(slot, values);
    for (size_t i = 0; i < count; i++) {
        words[i] = take_fixed(&u->streams[STREAM_RAW]);
    }
}

/* The shortest form: zeros at the end of all mantissas of an exponent go into it. */
static void shorten(const struct word_forms *forms, struct event *slot,
                    const struct column_context *context, int64_t *words) {
    int8_t exponents[NUMBER_COUNT];
    memcpy(exponents, context->exponents, sizeof exponents);
    for (uint8_t n = 0; n < NUMBER_COUNT; n++) {
        while (exponents[n] < 0) {
            bool zeros = true;
            for (size_t i = 0; i < forms->count; i++) {
                zeros = zeros && (forms->words[i].number != n || words[i] % 10 == 0);
            }
            if (!zeros) {
                break;
            }
            for (size_t i = 0; i < forms->count; i++) {
                words[i] = forms->words[i].number == n ? words[i] / 10 : words[i];
            }
            exponents[n]++;
        }
    }
    set_exponents(slot, exponents);
}

static bool imply(struct event *slot, int64_t *words) {
    struct decimal product;
    if (!decimal_multiply(event_decimal(words[0], slot->exponent_a),
                          event_decimal(words[1], slot->exponent_b), &product)) {
        return false;
    }
    words[2] = product.mantissa;
    slot->exponent_c = product.exponent;
    return true;
}

static bool read_words(struct unpacking *u, const struct column_head *head,
                       const struct word_forms *forms, struct event *slot, int64_t *words) {
    struct column_context *context = &u->columns->contexts[head->context];
    const bool implied = (head->form & HEAD_IMPLIED) != 0;
    const bool id_bytes = words_has_id_bytes(slot->kind, slot->has);
    for (size_t i = 0; i < forms->count; i++) {
        struct column_reader *in =
            &u->streams[STREAM_WORDS + slot->kind * (size_t)WORD_COUNT_MAX + i];
        if (implied && i == 2) {
            words[i] = 0;
        } else if (forms->words[i].mode == WORD_FIXED || (id_bytes && i >= 3)) {
            words[i] = take_fixed(in);
        } else if (forms->words[i].mode == WORD_PLAIN) {
            words[i] = unzigzag(take(in));
        } else {
            words[i] = (int64_t)((uint64_t)context->before[i] + (uint64_t)unzigzag(take(in)));
            context->before[i] = words[i];
        }
        if (in->bad) {
            return false;
        }
    }
    shorten(forms, slot, context, words);
    return !implied || imply(slot, words);
}

/* Messages are whole: BEGIN, then END, of one instrument. */
static bool check_flags(struct unpacking *u, const struct event *slot) {
    const bool begin = (slot->flags & EVENT_FLAG_BEGIN) != 0;
    const bool same = slot->instrument == u->instrument;
    const bool good = begin ? !u->inside : u->inside && same;
    u->inside = (slot->flags & EVENT_FLAG_END) == 0;
    u->instrument = slot->instrument;
    return good;
}

static bool read_slot(struct unpacking *u, struct event *slot) {
    int64_t words[WORD_COUNT_MAX] = {0};
    const uint64_t at = take(&u->streams[STREAM_HEAD]);
    if (u->streams[STREAM_HEAD].bad || at >= u->columns->head_count) {
        return false;
    }
    const struct column_head *head = &u->columns->heads[at];
    const struct column_context *context = &u->columns->contexts[head->context];
    const struct word_forms *forms = word_forms_of(context->kind);
    slot->kind = context->kind & 31U;
    slot->instrument = context->instrument;
    slot->detail = head->fields & 7U;
    slot->side = head->fields >> 3 & 3U;
    slot->has = head->fields >> 5 & 63U;
    slot->flags = head->fields >> 11 & 255U;
    if ((head->form & HEAD_RAW) != 0) {
        read_raw(u, forms->count, slot, words);
        if (u->streams[STREAM_RAW].bad || u->streams[STREAM_EXPONENTS].bad) {
            return false;
        }
    } else if (!read_words(u, head, forms, slot, words)) {
        return false;
    }
    words_scatter(slot, words);
    return check_flags(u, slot) && event_is_valid(slot);
}

static bool read_slots(struct unpacking *u) {
    int64_t ts_ms = 0;
    struct event *slots = u->columns->slots;
    memset(slots, 0, u->count * sizeof *slots);
    for (size_t i = 0; i < u->count; i++) {
        ts_ms = (int64_t)((uint64_t)ts_ms + (uint64_t)unzigzag(take(&u->streams[STREAM_TIME])));
        slots[i].ts_ms = ts_ms;
        if (u->streams[STREAM_TIME].bad || !read_slot(u, &slots[i])) {
            return false;
        }
    }
    return !u->inside;
}

/* -- all -- */

enum status columns_unpack(struct columns *self, const void *bytes, size_t len,
                           const struct event **slots, size_t *count) {
    enum { PLAIN_BYTES_MAX = COLUMNS_SLOTS_MAX * 128 };
    const unsigned long long plain_len = ZSTD_getFrameContentSize(bytes, len);
    *count = 0;
    if (plain_len == ZSTD_CONTENTSIZE_ERROR || plain_len == ZSTD_CONTENTSIZE_UNKNOWN ||
        plain_len == 0 || plain_len > PLAIN_BYTES_MAX) {
        return STATUS_MALFORMED;
    }
    self->plain.len = 0;
    if (!column_bytes_reserve(&self->plain, (size_t)plain_len)) {
        return STATUS_MEMORY;
    }
    const size_t got =
        ZSTD_decompressDCtx(self->unpack, self->plain.bytes, self->plain.size, bytes, len);
    if (ZSTD_isError(got)) {
        return STATUS_MALFORMED;
    }
    struct unpacking u = {.columns = self,
                          .lists = {.at = self->plain.bytes, .end = self->plain.bytes + got}};
    const enum status status = read_lists(&u);
    if (status != STATUS_OK) {
        return status;
    }
    if (!read_slots(&u)) {
        return STATUS_MALFORMED;
    }
    *slots = self->slots;
    *count = u.count;
    return STATUS_OK;
}
