/* Rows of a stranger's CSV: none of them does harm, and a message that is read comes out as rows
 * that read the same. The first line is the header. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "archive/event_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS_MAX = 512 };

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

/* Every line of a text, each in a block of its own size; the slots of the last whole message. */
static size_t read_rows(struct event_csv *csv, const char *text, size_t size, bool ours,
                        struct event out[SLOTS_MAX]) {
    size_t found = 0;
    bool header = true;
    for (const char *end = NULL; size > 0; size -= (size_t)(end - text), text = end) {
        const char *stop = memchr(text, '\n', size);
        const size_t len = stop != NULL ? (size_t)(stop - text) : size;
        end = stop != NULL ? stop + 1 : text + size;
        char *line = malloc(len > 0 ? len : 1);
        require(line != NULL);
        memcpy(line, text, len);
        if (header) {
            header = false;
            (void)event_csv_is_header(line, len);
            require(event_csv_read_header(csv, line, len) == STATUS_OK || !ours);
        } else {
            size_t count = 0;
            const enum status status = event_csv_parse(csv, line, len, out, SLOTS_MAX, &count);
            require(status == STATUS_OK || (count == 0 && !ours));
            found = count > 0 ? count : found;
            if (count > 0 && !ours) {
                free(line);
                return found;
            }
        }
        free(line);
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct instrument_table *instruments;
    static struct event first[SLOTS_MAX], second[SLOTS_MAX];
    struct event_text text = {0};
    if (instruments == NULL) {
        instruments = instrument_table_create();
        require(instruments != NULL);
    }
    struct event_csv *csv = event_csv_create(instruments);
    require(csv != NULL);
    const size_t count = read_rows(csv, (const char *)data, size, false, first);
    event_csv_destroy(csv);
    if (count > 0 && event_csv_format_header(&text) &&
        event_csv_format(instruments, first, count, &text)) {
        csv = event_csv_create(instruments);
        require(csv != NULL);
        require(read_rows(csv, text.bytes, text.len, true, second) == count);
        for (size_t i = 0; i < count; i++) {
            require(first[i].kind == second[i].kind && first[i].ts_ms == second[i].ts_ms &&
                    first[i].instrument == second[i].instrument);
        }
        event_csv_destroy(csv);
    }
    event_text_finish(&text);
    return 0;
}
