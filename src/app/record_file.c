#include "app/record_file.h"

#include <string.h>

#define MEGABYTE INT64_C(1000000)

struct recorder_file record_file_make(const struct option_table *options, const char *path,
                                      bool rotated) {
    struct recorder_file file = {
        .path = path, .free_bytes_min = option_integer(options, OPT_record_free_mb) * MEGABYTE};
    if (rotated) {
        file.rotate_daily = strcmp(option_text(options, OPT_record_rotate), "day") == 0;
        file.rotate_bytes = option_integer(options, OPT_record_rotate_mb) * MEGABYTE;
        file.keep_days = (int)option_integer(options, OPT_record_keep_days);
        file.keep_bytes = option_integer(options, OPT_record_keep_mb) * MEGABYTE;
    }
    return file;
}
