/* Strangers' bytes through the normalizer of one venue (VENUE_KEY, a program each), one message a
 * line. What comes out is well formed: whole messages of known kinds, prices above zero, sizes not
 * below it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "venue/normalize.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static void check_slot(const struct event *slot) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
        require(slot->side == 1 || slot->side == 2);
        require(slot->u.trade.price > 0);
        require(slot->u.trade.qty >= 0 && slot->u.trade.usd >= 0);
        require((slot->has & (TRADE_HAS_QTY | TRADE_HAS_USD | TRADE_QTY_IS_CONTRACTS)) != 0);
        break;
    case EVENT_BOOK:
        require(slot->side == SIDE_NONE || slot->u.level.price > 0);
        require(slot->u.level.qty_base >= 0);
        break;
    case EVENT_PRICE:
        require(slot->has != 0);
        require((slot->has & PRICE_HAS_MARK) == 0 || slot->u.price.mark > 0);
        require((slot->has & PRICE_HAS_INDEX) == 0 || slot->u.price.index > 0);
        require((slot->has & PRICE_HAS_LAST) == 0 || slot->u.price.last > 0);
        break;
    case EVENT_KLINE:
        require(slot->u.kline.low > 0 && slot->u.kline.high >= slot->u.kline.low);
        require(slot->u.kline.interval_s > 0);
        break;
    default:
        require(slot->kind > EVENT_NONE && slot->kind < EVENT_KIND_COUNT);
    }
}

static void on_message(void *user, const struct event *slots, size_t count,
                       const struct decimal *contracts) {
    (void)user;
    (void)contracts;
    require(count > 0);
    for (size_t i = 0; i < count; i++) {
        const bool begin = (slots[i].flags & EVENT_FLAG_BEGIN) != 0;
        const bool end = (slots[i].flags & EVENT_FLAG_END) != 0;
        require(begin == (i == 0) && end == (i == count - 1));
        require(slots[i].instrument == slots[0].instrument);
        require(slots[i].instrument < INSTRUMENT_COUNT_MAX);
        check_slot(&slots[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct instrument_table *instruments; /* kept: large, and it only grows to its limit */
    if (instruments == NULL) {
        instruments = instrument_table_create();
        require(instruments != NULL);
    }
    const struct venue_dialect *dialect =
        venue_find(venue_from_key(VENUE_KEY, sizeof VENUE_KEY - 1));
    require(dialect != NULL);
    struct venue_normalizer *normalizer = normalize_create(
        dialect,
        &(struct venue_normalizer_desc){.instruments = instruments,
                                        .keep_unknown_units = size > 0 && (data[0] & 1) != 0,
                                        .on_message = on_message});
    require(normalizer != NULL);
    size_t begin = 0;
    int64_t given = 0;
    while (begin < size) {
        const uint8_t *end = memchr(data + begin, '\n', size - begin);
        const size_t len = end == NULL ? size - begin : (size_t)(end - data) - begin;
        char *exact = malloc(len > 0 ? len : 1);
        require(exact != NULL);
        memcpy(exact, data + begin, len);
        normalize_take(normalizer, exact, len);
        free(exact);
        begin += len + 1;
        given++;
    }
    normalize_end(normalizer);
    require(normalize_counts(normalizer)->messages == given);
    normalize_destroy(normalizer);
    return 0;
}
