/* Truth files from any bytes: each line is read or refused with a reason, and what was read never
 * breaks a comparison. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "score/truth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct truth *truth = truth_create();
    struct truth_report report;
    const char *text = (const char *)data, *end = text + size;
    assert(truth != NULL);
    for (const char *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t len = stop != NULL ? (size_t)(stop - line) : (size_t)(end - line);
        char reason[TRUTH_REASON_BYTES] = "";
        bool good = truth_add_line(truth, line, len, reason);
        assert(good == (reason[0] == '\0'));
        assert(memchr(reason, '\0', sizeof reason) != NULL);
        line += len + 1;
    }
    truth_measure(truth, INT64_MIN, INT64_MAX, &report);
    assert(report.snapshots == 0); /* no map was taken */
    truth_destroy(truth);
    return 0;
}
