/* A line that is read comes out as a line that reads the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "archive/event_lines.h"
#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS_MAX = 512 };

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct instrument_table *instruments;
    static struct event first[SLOTS_MAX], second[SLOTS_MAX];
    struct event_lines lines;
    struct event_text text = {0};
    size_t count = 0, count_again = 0;
    if (instruments == NULL) {
        instruments = instrument_table_create();
        require(instruments != NULL);
    }
    char *exact = malloc(size > 0 ? size : 1);
    require(exact != NULL);
    if (size > 0) {
        memcpy(exact, data, size);
    }
    event_lines_init(&lines, instruments);
    const enum status status = event_lines_parse(&lines, exact, size, first, SLOTS_MAX, &count);
    require((status == STATUS_OK) == (count > 0));
    if (status == STATUS_OK && event_lines_format(instruments, first, count, NULL, &text)) {
        struct event_text again = {0};
        require(event_lines_parse(&lines, text.bytes, text.len - 1, second, SLOTS_MAX,
                                  &count_again) == STATUS_OK);
        require(count == count_again);
        require(event_lines_format(instruments, second, count, NULL, &again));
        require(text.len == again.len && memcmp(text.bytes, again.bytes, text.len) == 0);
        event_text_finish(&again);
    }
    event_text_finish(&text);
    free(exact);
    return 0;
}
