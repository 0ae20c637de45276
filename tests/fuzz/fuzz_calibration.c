/* The files that calibration is kept in: any bytes are read or refused, and what is read can be
 * written and read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/calibration_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct engine_calibration item, again;
    static char text[CALIBRATION_TEXT_BYTES_MAX];
    char reason[CALIBRATION_REASON_BYTES];
    if (!calibration_text_parse((const char *)data, size, &item, reason)) {
        assert(reason[0] != '\0');
        return 0;
    }
    assert(calibration_record_valid(&item.record));
    size_t len = calibration_text_write(&item, text, sizeof text);
    if (len > 0) { /* else a symbol that no venue has */
        assert(calibration_text_parse(text, len, &again, reason));
        assert(memcmp(&again.record, &item.record, sizeof item.record) == 0);
    }
    return 0;
}
