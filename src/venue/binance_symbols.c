#include "venue/binance_symbols.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "json/scan.h"

static_assert((BINANCE_SYMBOL_INDEX_SIZE & (BINANCE_SYMBOL_INDEX_SIZE - 1)) == 0, "a power of two");
static_assert(BINANCE_SYMBOL_INDEX_SIZE > BINANCE_SYMBOL_COUNT_MAX,
              "a free place ends every search");

void binance_symbols_init(struct binance_symbols *symbols, struct instrument_table *instruments,
                          enum venue_id home) {
    assert(symbols->count == 0);
    symbols->instruments = instruments;
    symbols->home = home;
}

static enum venue_id venue_by_form(const struct binance_symbols *symbols, struct span text) {
    static const char quote[] = "USD";
    const char *mark = memchr(text.bytes, '_', text.len);
    if (mark == NULL) {
        return symbols->home;
    }
    const size_t pair_len = (size_t)(mark - text.bytes);
    const bool in_usd = pair_len > 3 && memcmp(mark - 3, quote, 3) == 0;
    return in_usd ? VENUE_BINANCE_COINM : VENUE_BINANCE_USDM;
}

/* The place of text in the index: its entry, or the free place where it would go. */
static uint16_t *find_place(struct binance_symbols *symbols, struct span text) {
    uint64_t at = hash_bytes(HASH_START, text.bytes, text.len);
    for (;; at++) {
        uint16_t *place = &symbols->index[at & (BINANCE_SYMBOL_INDEX_SIZE - 1)];
        if (*place == 0) {
            return place;
        }
        const struct binance_symbol *entry = &symbols->entries[*place - 1];
        if (entry->len == text.len && memcmp(entry->text, text.bytes, text.len) == 0) {
            return place;
        }
    }
}

static struct binance_symbol *add_at(struct binance_symbols *symbols, uint16_t *place,
                                     struct span text) {
    if (symbols->count == BINANCE_SYMBOL_COUNT_MAX || !scan_is_utf8(text.bytes, text.len)) {
        symbols->refused_count++;
        return NULL;
    }
    const enum venue_id venue = venue_by_form(symbols, text);
    const uint16_t instrument = instrument_add(symbols->instruments, venue, text.bytes, text.len);
    if (instrument == INSTRUMENT_NONE) {
        symbols->refused_count++;
        return NULL;
    }
    struct binance_symbol *entry = &symbols->entries[symbols->count++];
    *place = (uint16_t)symbols->count;
    str_copy_span(entry->text, sizeof entry->text, text);
    entry->len = text.len;
    entry->venue = venue;
    entry->instrument = instrument;
    return entry;
}

static bool is_possible(struct span text) {
    return text.len > 0 && text.len < INSTRUMENT_SYMBOL_BYTES &&
           memchr(text.bytes, '\0', text.len) == NULL;
}

struct binance_symbol *binance_symbols_add(struct binance_symbols *symbols, struct span text) {
    if (!is_possible(text)) {
        return NULL;
    }
    uint16_t *place = find_place(symbols, text);
    return *place != 0 ? &symbols->entries[*place - 1] : add_at(symbols, place, text);
}

struct binance_symbol *binance_symbols_find(struct binance_symbols *symbols, struct span text) {
    if (!is_possible(text)) {
        return NULL;
    }
    uint16_t *place = find_place(symbols, text);
    if (*place != 0) {
        return &symbols->entries[*place - 1];
    }
    return symbols->closed ? NULL : add_at(symbols, place, text);
}

void binance_symbols_list(struct binance_symbols *symbols, struct binance_symbol *symbol,
                          struct decimal contract_size) {
    const enum venue_id venue =
        contract_size.mantissa > 0 ? VENUE_BINANCE_COINM : VENUE_BINANCE_USDM;
    symbol->contract_size = contract_size;
    symbol->listed = true;
    if (venue != symbol->venue) {
        const uint16_t instrument =
            instrument_add(symbols->instruments, venue, symbol->text, symbol->len);
        if (instrument == INSTRUMENT_NONE) {
            symbols->refused_count++;
            return;
        }
        symbol->venue = venue;
        symbol->instrument = instrument;
    }
}
