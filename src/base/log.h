/* base/log.h - lines on standard error: level, place, subject, expected, got, consequence.
 *
 * Thread: any; a line is written whole.  Repeats from one call site are limited to
 * LOG_REPEAT_PER_SECOND and the suppressed ones counted into the next line that passes. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum { LOG_REPEAT_PER_SECOND = 5, LOG_LINE_BYTES_MAX = 1024 };

/* One call site's repeat limiter; zero-initialised static storage. */
struct log_site {
    _Atomic int64_t window_s;
    atomic_int count;
    atomic_int suppressed_count;
};

/* Lines above this level are not written. Default LOG_LEVEL_WARN. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

STR_PRINTF(3, 4)
void log_write(enum log_level level, struct log_site *site, const char *format, ...);

#define LOG_AT(level, ...)                                                                         \
    do {                                                                                           \
        static struct log_site log_site_here;                                                      \
        log_write(level, &log_site_here, __VA_ARGS__);                                             \
    } while (0)
#define LOG_ERROR(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)
#define LOG_WARN(...)  LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define LOG_INFO(...)  LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define LOG_DEBUG(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)
