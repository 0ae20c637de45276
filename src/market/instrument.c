#include "market/instrument.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static const char *const keys[] = {"",
#define VENUE_KEY(name, key, title) key,
                                   VENUE_LIST(VENUE_KEY)
#undef VENUE_KEY
};
static const char *const titles[] = {"",
#define VENUE_TITLE(name, key, title) title,
                                     VENUE_LIST(VENUE_TITLE)
#undef VENUE_TITLE
};
static_assert(ARRAY_COUNT(keys) == VENUE_COUNT, "a key per venue");
static_assert(ARRAY_COUNT(titles) == VENUE_COUNT, "a title per venue");

const char *venue_key(enum venue_id venue) {
    assert((unsigned)venue < VENUE_COUNT);
    return keys[venue];
}

const char *venue_title(enum venue_id venue) {
    assert((unsigned)venue < VENUE_COUNT);
    return titles[venue];
}

enum venue_id venue_from_key(const char *key, size_t len) {
    const struct span span = {.bytes = key, .len = len};
    if (span_equal_text(span, "binance")) {
        return VENUE_BINANCE_USDM;
    }
    for (int venue = VENUE_NONE + 1; venue < VENUE_COUNT; venue++) {
        if (span_equal_text(span, keys[venue])) {
            return (enum venue_id)venue;
        }
    }
    return VENUE_NONE;
}

struct instrument_table *instrument_table_create(void) {
    return calloc(1, sizeof(struct instrument_table));
}

void instrument_table_destroy(struct instrument_table *table) {
    free(table);
}

uint16_t instrument_find(const struct instrument_table *table, enum venue_id venue,
                         const char *symbol, size_t symbol_len) {
    const struct span wanted = {.bytes = symbol, .len = symbol_len};
    /* relaxed: only bounds the scan; each entry's ready flag orders its contents */
    const unsigned count = atomic_load_explicit(&table->count, memory_order_relaxed);
    for (unsigned i = 0; i < count; i++) {
        const struct instrument *entry = &table->entries[i];
        /* acquire: pairs with instrument_add's release; venue and symbol are complete */
        if (atomic_load_explicit(&entry->ready, memory_order_acquire) && entry->venue == venue &&
            span_equal_text(wanted, entry->symbol)) {
            return (uint16_t)i;
        }
    }
    return INSTRUMENT_NONE;
}

/* The lock is held. */
static uint16_t add_new(struct instrument_table *table, enum venue_id venue, struct span symbol) {
    /* relaxed: only this thread claims one now */
    const unsigned index = atomic_load_explicit(&table->count, memory_order_relaxed);
    if (index >= INSTRUMENT_COUNT_MAX) {
        return INSTRUMENT_NONE;
    }
    struct instrument *entry = &table->entries[index];
    entry->venue = venue;
    str_copy_span(entry->symbol, sizeof entry->symbol, symbol);
    /* release: venue and symbol are complete before anybody sees the entry */
    atomic_store_explicit(&entry->ready, true, memory_order_release);
    atomic_store_explicit(&table->count, index + 1, memory_order_relaxed); /* bounds scans only */
    return (uint16_t)index;
}

uint16_t instrument_add(struct instrument_table *table, enum venue_id venue, const char *symbol,
                        size_t symbol_len) {
    if (venue == VENUE_NONE || (unsigned)venue >= VENUE_COUNT || symbol_len == 0 ||
        symbol_len >= INSTRUMENT_SYMBOL_BYTES || memchr(symbol, '\0', symbol_len) != NULL) {
        return INSTRUMENT_NONE;
    }
    uint16_t index = instrument_find(table, venue, symbol, symbol_len);
    if (index != INSTRUMENT_NONE) {
        return index;
    }
    /* acquire: pairs with the release below; what another one has added is found. It is held for a
     * look at a list, and seldom. */
    while (atomic_exchange_explicit(&table->adding, true, memory_order_acquire)) {
    }
    index = instrument_find(table, venue, symbol, symbol_len);
    if (index == INSTRUMENT_NONE) {
        index = add_new(table, venue, (struct span){symbol, symbol_len});
    }
    atomic_store_explicit(&table->adding, false, memory_order_release); /* as above */
    return index;
}

const struct instrument *instrument_get(const struct instrument_table *table, uint16_t index) {
    assert(index < INSTRUMENT_COUNT_MAX);
    /* acquire: pairs with instrument_add's release, for readers that got the index by another way
     */
    const bool ready = atomic_load_explicit(&table->entries[index].ready, memory_order_acquire);
    assert(ready);
    (void)ready;
    return &table->entries[index];
}

void instrument_base_of_name(const char *name, size_t len, char out[INSTRUMENT_BASE_BYTES]) {
    size_t count = 0;
    for (; count < len && count + 1 < INSTRUMENT_BASE_BYTES && name[count] != '\0'; count++) {
        char c = name[count];
        out[count] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[count] = '\0';
    if (strcmp(out, "XBT") == 0) {
        memcpy(out, "BTC", sizeof("BTC"));
    }
}

void instrument_base_of_symbol(const char *symbol, char out[INSTRUMENT_BASE_BYTES]) {
    static const char *const prefixes[] = {"PF_", "PI_", "FF_", "FI_"};
    static const char *const quotes[] = {"USDT", "USDC", "FDUSD", "BUSD", "USD"};
    for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++) {
        size_t len = strlen(prefixes[i]);
        if (strncmp(symbol, prefixes[i], len) == 0) {
            symbol += len;
            break;
        }
    }
    size_t len = strcspn(symbol, "-_/:");
    for (size_t i = 0; i < ARRAY_COUNT(quotes); i++) {
        size_t quote_len = strlen(quotes[i]);
        if (len > quote_len && strncmp(symbol + len - quote_len, quotes[i], quote_len) == 0) {
            len -= quote_len;
            break;
        }
    }
    instrument_base_of_name(symbol, len, out);
}
