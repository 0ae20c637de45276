/* The file of one's own lines: whatever is read is written and read back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "view/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct lines_book book, back;
    static char text[LINES_BOOK_BYTES_MAX];
    (void)lines_book_parse("fuzz", (const char *)data, size, &book, NULL);
    size_t len = lines_book_format(&book, text, sizeof text);
    if (len == 0 || lines_book_parse("back", text, len, &back, NULL) != 0) {
        abort();
    }
    for (int i = 0; i < book.count; i++) {
        const struct lines *lines = &book.sets[i].lines;
        const struct lines *same = lines_book_get(&back, book.sets[i].key, false);
        /* A section without lines is not written. */
        if (lines->count > 0 && (same == NULL || memcmp(lines, same, sizeof *lines) != 0)) {
            abort();
        }
    }
    return 0;
}
