#include "base/status.h"

#include "base/str.h"

static const char *const texts[] = {
#define STATUS_TEXT(name, text) text,
    STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
};

const char *status_text(enum status status) {
    if ((unsigned)status >= ARRAY_COUNT(texts)) {
        return "invalid status";
    }
    return texts[status];
}
