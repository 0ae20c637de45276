#include "venue/symbols.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "json/scan.h"

static_assert((VENUE_SYMBOL_INDEX_SIZE & (VENUE_SYMBOL_INDEX_SIZE - 1)) == 0, "a power of two");
static_assert(VENUE_SYMBOL_INDEX_SIZE > VENUE_SYMBOL_TABLE_MAX, "a free place ends every search");

void venue_symbols_init(struct venue_symbols *symbols, struct instrument_table *instruments,
                        enum venue_id home,
                        void (*settle)(struct venue_symbols *symbols,
                                       struct venue_symbol *symbol)) {
    assert(symbols->count == 0);
    symbols->instruments = instruments;
    symbols->home = home;
    symbols->settle = settle;
}

/* The place of text in the index: its entry, or the free place where it would go. */
static uint16_t *find_place(struct venue_symbols *symbols, struct span text) {
    uint64_t at = hash_bytes(HASH_START, text.bytes, text.len);
    for (;; at++) {
        uint16_t *place = &symbols->index[at & (VENUE_SYMBOL_INDEX_SIZE - 1)];
        if (*place == 0) {
            return place;
        }
        const struct venue_symbol *entry = &symbols->entries[*place - 1];
        if (entry->len == text.len && memcmp(entry->text, text.bytes, text.len) == 0) {
            return place;
        }
    }
}

static struct venue_symbol *add_at(struct venue_symbols *symbols, uint16_t *place,
                                   struct span text) {
    if (symbols->count == VENUE_SYMBOL_TABLE_MAX || !scan_is_utf8(text.bytes, text.len)) {
        symbols->refused_count++;
        return NULL;
    }
    struct venue_symbol *entry = &symbols->entries[symbols->count];
    *entry = (struct venue_symbol){.venue = symbols->home, .len = text.len};
    str_copy_span(entry->text, sizeof entry->text, text);
    if (symbols->settle != NULL) {
        symbols->settle(symbols, entry);
    }
    entry->instrument = instrument_add(symbols->instruments, entry->venue, text.bytes, text.len);
    if (entry->instrument == INSTRUMENT_NONE) {
        symbols->refused_count++;
        return NULL;
    }
    *place = (uint16_t)++symbols->count;
    return entry;
}

static bool is_possible(struct span text) {
    return text.len > 0 && text.len < INSTRUMENT_SYMBOL_BYTES &&
           memchr(text.bytes, '\0', text.len) == NULL;
}

struct venue_symbol *venue_symbols_add(struct venue_symbols *symbols, struct span text) {
    if (!is_possible(text)) {
        return NULL;
    }
    uint16_t *place = find_place(symbols, text);
    return *place != 0 ? &symbols->entries[*place - 1] : add_at(symbols, place, text);
}

struct venue_symbol *venue_symbols_find(struct venue_symbols *symbols, struct span text) {
    if (!is_possible(text)) {
        return NULL;
    }
    uint16_t *place = find_place(symbols, text);
    if (*place != 0) {
        return &symbols->entries[*place - 1];
    }
    return symbols->closed ? NULL : add_at(symbols, place, text);
}

struct venue_symbol *venue_symbols_peek(struct venue_symbols *symbols, struct span text) {
    const uint16_t place = is_possible(text) ? *find_place(symbols, text) : 0;
    return place != 0 ? &symbols->entries[place - 1] : NULL;
}

bool venue_symbols_move(struct venue_symbols *symbols, struct venue_symbol *symbol,
                        enum venue_id venue) {
    if (venue == symbol->venue) {
        return true;
    }
    const uint16_t instrument =
        instrument_add(symbols->instruments, venue, symbol->text, symbol->len);
    if (instrument == INSTRUMENT_NONE) {
        symbols->refused_count++;
        return false;
    }
    symbol->venue = venue;
    symbol->instrument = instrument;
    return true;
}
