#include "base/stat.h"

#include <assert.h>
#include <stdalign.h>

#include "base/str.h"

/* One cache line each: different threads count different things, often. */
struct stat_cell {
    alignas(64) _Atomic int64_t value;
};
static struct stat_cell cells[STAT_COUNT];

static const char *const names[] = {
#define STAT_NAME(name, unit, text) #name,
    STAT_LIST(STAT_NAME)
#undef STAT_NAME
};
static const char *const units[] = {
#define STAT_UNIT(name, unit, text) unit,
    STAT_LIST(STAT_UNIT)
#undef STAT_UNIT
};
static const char *const texts[] = {
#define STAT_TEXT(name, unit, text) text,
    STAT_LIST(STAT_TEXT)
#undef STAT_TEXT
};
static_assert(ARRAY_COUNT(names) == STAT_COUNT, "a name per counter");

void stat_add(enum stat_id id, int64_t amount) {
    assert((unsigned)id < STAT_COUNT);
    /* relaxed: a counter orders nothing; readers want a recent value, not a consistent set */
    atomic_fetch_add_explicit(&cells[id].value, amount, memory_order_relaxed);
}

int64_t stat_get(enum stat_id id) {
    assert((unsigned)id < STAT_COUNT);
    /* relaxed: see stat_add */
    return atomic_load_explicit(&cells[id].value, memory_order_relaxed);
}

const char *stat_name(enum stat_id id) {
    assert((unsigned)id < STAT_COUNT);
    return names[id];
}

const char *stat_unit(enum stat_id id) {
    assert((unsigned)id < STAT_COUNT);
    return units[id];
}

const char *stat_text(enum stat_id id) {
    assert((unsigned)id < STAT_COUNT);
    return texts[id];
}

void stat_reset_all(void) {
    for (size_t i = 0; i < STAT_COUNT; i++) {
        /* relaxed: tests call this while nobody counts */
        atomic_store_explicit(&cells[i].value, 0, memory_order_relaxed);
    }
}
