#include "view/chime.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {
#define CHIME_NAME(id, name, text) name,
    CHIME_LIST(CHIME_NAME)
#undef CHIME_NAME
};

const char *chime_name(enum chime chime) {
    assert(chime < CHIME_COUNT);
    return names[chime];
}

enum chime chime_find(const char *name, size_t len) {
    for (int i = 0; i < CHIME_COUNT; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
            return (enum chime)i;
        }
    }
    return CHIME_COUNT;
}
